package easserver

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"asms/eas"
	"asms/mailbox"
	"asms/store"
	"asms/wbxml"
)

func operationsXML(inner ...string) string {
	return `<ItemOperations xmlns="ItemOperations" xmlns:airsync="AirSync" xmlns:airsyncbase="AirSyncBase" xmlns:search="Search"` +
		` xmlns:email="Email" xmlns:email2="Email2" xmlns:dl="DocumentLibrary">` + strings.Join(inner, "") + `</ItemOperations>`
}

// fetchXML fetches an item by its place.
func fetchXML(folder, item, options string) string {
	return `<Fetch><Store>Mailbox</Store><airsync:CollectionId>` + folder + `</airsync:CollectionId><airsync:ServerId>` + item +
		`</airsync:ServerId>` + options + `</Fetch>`
}

const fetched1 = "Response/Fetch/"

func TestItemOperationsFetch(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, v eas.Version) {
		l := newLab(t)
		user := l.user("anna")
		d := l.phone("anna", "A", v)
		text := l.place(user, inbox, aText("a text of some length"))
		mail := l.place(user, inbox, aMail("a mail"))
		fetch := func(options string) *reply {
			t.Helper()
			r := d.must("ItemOperations", operationsXML(fetchXML(inbox, text, options)))
			r.want(t, "Status", "1")
			return r
		}
		t.Run("MS-ASCMD_R913 a text comes with its class, whole", func(t *testing.T) {
			r := fetch("")
			f := r.tree.all("Response/Fetch")[0]
			if f.names() != "Status CollectionId ServerId Class Properties" {
				t.Errorf("order %q", f.names())
			}
			r.want(t, fetched1+"Status", "1")
			r.want(t, fetched1+"ServerId", text)
			r.want(t, fetched1+"Class", "SMS")
			r.want(t, fetched1+"Properties/Body/Data", "a text of some length")
		})
		t.Run("a mail comes as such, with its subject", func(t *testing.T) {
			r := d.must("ItemOperations", operationsXML(fetchXML(inbox, mail, "<Options><airsync:MIMESupport>2</airsync:MIMESupport></Options>")))
			r.want(t, fetched1+"Class", "Email")
			r.want(t, fetched1+"Properties/Subject", "a mail")
		})
		t.Run("MS-ASCMD_R3236 a LongId names an item, too", func(t *testing.T) {
			r := d.must("ItemOperations", operationsXML(`<Fetch><Store>Mailbox</Store><search:LongId>`+longID(eas.ServerID(text))+`</search:LongId></Fetch>`))
			r.want(t, fetched1+"Status", "1")
			r.want(t, fetched1+"LongId", longID(eas.ServerID(text)))
			r.want(t, fetched1+"CollectionId", "-")
			r.want(t, fetched1+"Properties/Body/Data", "a text of some length")
			for _, none := range []string{"", "x", text, longID(""), longID("1:999"), longID(eas.ServerID(strings.Repeat("1", 300)))} {
				d.must("ItemOperations", operationsXML(`<Fetch><Store>Mailbox</Store><search:LongId>`+none+`</search:LongId></Fetch>`)).
					want(t, fetched1+"Status", "6")
			}
		})
		t.Run("MSASEMAIL S01_TC19 a Schema restricts what comes", func(t *testing.T) {
			r := fetch("<Options><Schema><email:From/><airsyncbase:Body/></Schema></Options>")
			if p := r.tree.all(fetched1 + "Properties")[0]; p.names() != "From Body" {
				t.Errorf("properties %q", p.names())
			}
		})
		t.Run("MSASEMAIL S01_TC21/22 a BodyPreference truncates", func(t *testing.T) {
			preference := func(inner string) string {
				return "<Options><airsyncbase:BodyPreference><airsyncbase:Type>1</airsyncbase:Type>" + inner + "</airsyncbase:BodyPreference></Options>"
			}
			r := fetch(preference("<airsyncbase:TruncationSize>6</airsyncbase:TruncationSize><airsyncbase:AllOrNone>0</airsyncbase:AllOrNone>"))
			r.want(t, fetched1+"Properties/Body/Data", "a text")
			r.want(t, fetched1+"Properties/Body/Truncated", "1")
			r.want(t, fetched1+"Properties/Body/EstimatedDataSize", "21")
			r = fetch(preference("<airsyncbase:TruncationSize>6</airsyncbase:TruncationSize><airsyncbase:AllOrNone>1</airsyncbase:AllOrNone>"))
			r.want(t, fetched1+"Properties/Body/Data", "-")
			r = fetch(preference("<airsyncbase:TruncationSize>60</airsyncbase:TruncationSize><airsyncbase:AllOrNone>1</airsyncbase:AllOrNone>"))
			r.want(t, fetched1+"Properties/Body/Data", "a text of some length")
		})
		t.Run("statuses of one Fetch", func(t *testing.T) {
			for name, c := range map[string][2]string{
				"MSASCMD S08_TC04 an item that is not there":   {fetchXML(inbox, "1:999", ""), "6"},
				"an id that is none":                           {fetchXML(inbox, "x", ""), "6"},
				"an item of another folder":                    {fetchXML(sent, text, ""), "6"},
				"a folder that is not there":                   {fetchXML("4711", text, ""), "6"},
				"MSASCMD S08_TC09 the recipient cache":         {fetchXML(recipientCache, "RI:1", ""), "6"},
				"MSASCMD S08_TC03 an unknown store":            {`<Fetch><Store>Warehouse</Store><airsync:CollectionId>1</airsync:CollectionId><airsync:ServerId>1:1</airsync:ServerId></Fetch>`, "9"},
				"a document library":                           {`<Fetch><Store>DocumentLibrary</Store><dl:LinkId>\\server\file</dl:LinkId></Fetch>`, "9"},
				"MSASCMD S08_TC17 an attachment":               {`<Fetch><Store>Mailbox</Store><airsyncbase:FileReference>1:1:1</airsyncbase:FileReference></Fetch>`, "15"},
				"MSASAIRS S03_TC01 an empty FileReference":     {`<Fetch><Store>Mailbox</Store><airsyncbase:FileReference/></Fetch>`, "15"},
				"an attachment by range":                       {`<Fetch><Store>Mailbox</Store><airsyncbase:FileReference>x</airsyncbase:FileReference><Options><Range>0-9</Range></Options></Fetch>`, "15"},
				"a range of a text is not looked at":           {fetchXML(inbox, text, "<Options><Range>0-3</Range></Options>"), "1"},
				"protection of rights is not looked at either": {fetchXML(inbox, text, `<Options><RightsManagementSupport xmlns="RightsManagement">1</RightsManagementSupport></Options>`), "1"},
			} {
				r := d.must("ItemOperations", operationsXML(c[0]))
				if r.tree.at("Status") != "1" || r.tree.at(fetched1+"Status") != c[1] {
					t.Errorf("%s: want %s in\n%s", name, c[1], r.xml())
				}
			}
		})
		t.Run("MSASCMD S08_TC02 what breaks the rules is status 2 of the whole request", func(t *testing.T) {
			for name, xml := range map[string]string{
				"no operation":                           "",
				"an option of another operation":         fetchXML(inbox, text, "<Options><DeleteSubFolders/></Options>"),
				"an option that is none":                 fetchXML(inbox, text, "<Options><MoveAlways/></Options>"),
				"no store":                               `<Fetch><airsync:CollectionId>1</airsync:CollectionId><airsync:ServerId>1:1</airsync:ServerId></Fetch>`,
				"no id":                                  `<Fetch><Store>Mailbox</Store></Fetch>`,
				"half an id":                             `<Fetch><Store>Mailbox</Store><airsync:ServerId>1:1</airsync:ServerId></Fetch>`,
				"two ids":                                fetchXML(inbox, text, `<search:LongId>x</search:LongId>`),
				"MSASCMD S08_TC18 two FileReferences":    `<Fetch><Store>Mailbox</Store><airsyncbase:FileReference>a</airsyncbase:FileReference><airsyncbase:FileReference>b</airsyncbase:FileReference></Fetch>`,
				"MS-ASCMD_R3573 a Schema of a file":      `<Fetch><Store>Mailbox</Store><airsyncbase:FileReference>a</airsyncbase:FileReference><Options><Schema><email:To/></Schema></Options></Fetch>`,
				"MIMESupport out of bounds":              fetchXML(inbox, text, "<Options><airsync:MIMESupport>3</airsync:MIMESupport></Options>"),
				"MSASAIRS S04_TC02 a type that is text":  fetchXML(inbox, text, "<Options><airsyncbase:BodyPreference><airsyncbase:Type>x</airsyncbase:Type></airsyncbase:BodyPreference></Options>"),
				"MSASAIRS S04_TC03 a type twice":         fetchXML(inbox, text, "<Options><airsyncbase:BodyPreference><airsyncbase:Type>1</airsyncbase:Type><airsyncbase:Type>1</airsyncbase:Type></airsyncbase:BodyPreference></Options>"),
				"MSASAIRS S04_TC05 a misplaced element":  fetchXML(inbox, text, "<Options><airsyncbase:Type>1</airsyncbase:Type></Options>"),
				"two preferences of one type":            fetchXML(inbox, text, "<Options>"+strings.Repeat("<airsyncbase:BodyPreference><airsyncbase:Type>1</airsyncbase:Type></airsyncbase:BodyPreference>", 2)+"</Options>"),
				"a fault after what could be done alone": `<EmptyFolderContents><airsync:CollectionId>` + inbox + `</airsync:CollectionId></EmptyFolderContents><Fetch/>`,
			} {
				if r := d.must("ItemOperations", operationsXML(xml)); r.tree.names() != "Status" || r.tree.at("Status") != "2" {
					t.Errorf("%s: %s", name, r.xml())
				}
			}
			fetch("").want(t, fetched1+"Status", "1") // nothing was emptied
		})
		t.Run("MSASCON S03_TC07 a message part of another type is status 164, from 14.1 on", func(t *testing.T) {
			r := d.must("ItemOperations", operationsXML(fetchXML(inbox, mail,
				"<Options><airsyncbase:BodyPartPreference><airsyncbase:Type>1</airsyncbase:Type></airsyncbase:BodyPartPreference></Options>")))
			if v == eas.Version140 {
				r.wantTop(t, "2")
			} else {
				r.want(t, fetched1+"Status", "164")
			}
		})
		t.Run("MS-ASCMD_R7490 100 operations are served, 101 are status 11", func(t *testing.T) {
			r := d.must("ItemOperations", operationsXML(strings.Repeat(fetchXML(inbox, text, ""), 100)))
			if n := len(r.tree.all("Response/Fetch")); n != 100 {
				t.Errorf("%d answers", n)
			}
			d.must("ItemOperations", operationsXML(strings.Repeat(fetchXML(inbox, text, ""), 101))).wantTop(t, "11")
		})
	})
}

// A text on its way out is for its phone and for the device that wrote it.
func TestFetchKeepsTheAudience(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.user("anna")
	phone, tablet, other := l.phone("anna", "PHONE", eas.Version141), l.phone("anna", "TABLET", eas.Version141), l.phone("anna", "OTHER", eas.Version141)
	phone.must("Settings", setXML("<PhoneNumber>+14255550143</PhoneNumber><EnableOutboundSMS>1</EnableOutboundSMS>"))
	for _, d := range []*device{phone, tablet, other} {
		d.begin(outbox, smsOptions)
	}
	r := tablet.sync(outbox, commands(smsAdd("o1", me, pat, "see you at 8", "")))
	id := r.tree.at(one + "Responses/Add/ServerId")
	for d, want := range map[*device]string{phone: "1", tablet: "1", other: "6"} {
		for _, xml := range []string{fetchXML(outbox, id, ""), `<Fetch><Store>Mailbox</Store><search:LongId>` + longID(eas.ServerID(id)) + `</search:LongId></Fetch>`} {
			if got := d.must("ItemOperations", operationsXML(xml)).tree.at(fetched1 + "Status"); got != want {
				t.Errorf("%s: status %s, want %s", d.id, got, want)
			}
		}
	}
}

func TestMultiPart(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, v eas.Version) {
		l := newLab(t)
		user := l.user("anna")
		d := l.phone("anna", "A", v)
		first, second := l.place(user, inbox, aText("the first")), l.place(user, inbox, aText("the second"))
		body := l.wbxml(operationsXML(fetchXML(inbox, first, ""), fetchXML(inbox, "1:999", ""), fetchXML(inbox, second, "")))

		check := func(t *testing.T, hr *http.Request) {
			t.Helper()
			hr.Header.Set("Accept-Encoding", "identity")
			resp, err := d.client.Do(hr)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if got := resp.Header.Get("Content-Type"); got != "application/vnd.ms-sync.multipart" {
				t.Errorf("MS-ASCMD_R5505 Content-Type %q", got)
			}
			raw, err := io.ReadAll(resp.Body)
			if err != nil {
				t.Fatal(err)
			}
			parts, err := eas.ParseMultiPart(raw)
			if err != nil || len(parts) != 3 || string(parts[1]) != "the first" || string(parts[2]) != "the second" {
				t.Fatalf("parts %q %v", parts, err)
			}
			tree, err := parse(parts[0])
			if err != nil {
				t.Fatal(err)
			}
			fetches := tree.all("Response/Fetch")
			for i, want := range []string{"1 1", "6 -", "1 2"} {
				if got := fetches[i].at("Status") + " " + fetches[i].at("Properties/Body/Part"); got != want {
					t.Errorf("MSASAIRS S02_TC14 fetch %d: %s, want %s", i, got, want)
				}
				if fetches[i].at("Properties/Body/Data") != "-" {
					t.Error("the body comes twice")
				}
			}
		}
		t.Run("MSASHTTP S03_TC01 asked for in a header", func(t *testing.T) {
			hr := d.request("ItemOperations", body)
			hr.Header.Set("MS-ASAcceptMultiPart", "T")
			check(t, hr)
		})
		t.Run("MS-ASHTTP_R150 asked for in the base64 query", func(t *testing.T) {
			q, err := (&eas.Request{Command: eas.CommandItemOperations, DeviceID: "A", DeviceType: "Lab", Version: v, AcceptMultiPart: true}).Base64Query()
			if err != nil {
				t.Fatal(err)
			}
			hr := d.request("ItemOperations", body)
			hr.URL.RawQuery = q
			check(t, hr)
		})
		t.Run("MS-ASHTTP_R440 not asked for, the bodies come inline", func(t *testing.T) {
			hr := d.request("ItemOperations", body)
			hr.Header.Set("MS-ASAcceptMultiPart", "F")
			r, err := d.do(hr)
			if err != nil {
				t.Fatal(err)
			}
			r.want(t, fetched1+"Properties/Body/Data", "the first")
			r.want(t, fetched1+"Properties/Body/Part", "-")
		})
	})
}

func TestEmptyFolderContents(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, v eas.Version) {
		l := newLab(t)
		user := l.user("anna")
		d, other := l.phone("anna", "A", v), l.phone("anna", "B", v)
		key := d.must("FolderSync", folderSync0).tree.at("SyncKey")
		r := d.must("FolderCreate", folderXML("FolderCreate", key, "<ParentId>"+deleted+"</ParentId><DisplayName>Old</DisplayName><Type>12</Type>"))
		key = r.tree.at("SyncKey")
		inside := r.tree.at("ServerId")
		for i := range 3 {
			l.place(user, deleted, aMail(fmt.Sprint("mail ", i)))
			l.place(user, deleted, aText(fmt.Sprint("text ", i)))
		}
		l.place(user, inside, aMail("deeper"))
		mailAndSMS := `<Options><FilterType>0</FilterType></Options>` + smsOptions
		if v == eas.Version140 { // texts are not synchronized there
			mailAndSMS = ""
		}
		other.begin(deleted, mailAndSMS)
		empty := func(folder, options string) *reply {
			return d.must("ItemOperations", operationsXML(`<EmptyFolderContents><airsync:CollectionId>`+folder+`</airsync:CollectionId>`+options+`</EmptyFolderContents>`))
		}
		t.Run("MSASCMD S08_TC01 items of all classes go, folders stay", func(t *testing.T) {
			r := empty(deleted, "")
			r.want(t, "Status", "1")
			r.want(t, "Response/EmptyFolderContents/Status", "1")
			r.want(t, "Response/EmptyFolderContents/CollectionId", deleted)
			if items := d.begin(deleted, mailAndSMS); len(items) != 0 {
				t.Errorf("%d items are left", len(items))
			}
			want := 6
			if v == eas.Version140 {
				want = 3
			}
			if n := len(other.sync(deleted, "").tree.all(one + "Commands/Delete")); n != want {
				t.Errorf("another device hears of %d deletions, want %d", n, want)
			}
			d.must("FolderSync", folderXML("FolderSync", key, "")).want(t, "Changes/Count", "0")
			if items := d.begin(inside, ""); len(items) != 1 {
				t.Errorf("%d items are left in the folder inside", len(items))
			}
		})
		t.Run("MS-ASCMD_R2243 with DeleteSubFolders they go, too", func(t *testing.T) {
			empty(deleted, "<Options><DeleteSubFolders/></Options>").want(t, "Response/EmptyFolderContents/Status", "1")
			d.must("FolderSync", folderXML("FolderSync", key, "")).want(t, "Changes/Delete/ServerId", inside)
		})
		t.Run("what cannot be emptied", func(t *testing.T) {
			empty("4711", "").want(t, "Response/EmptyFolderContents/Status", "6")
			empty(recipientCache, "").want(t, "Response/EmptyFolderContents/Status", "105") // MS-ASCMD_R196
			for _, folder := range []string{calendar, contacts, tasks, notes} {
				for _, options := range []string{"", "<Options><DeleteSubFolders/></Options>"} {
					empty(folder, options).want(t, "Response/EmptyFolderContents/Status", "16") // MSASCMD S08_TC20
				}
			}
			empty(inbox, "<Options><MoveAlways/></Options>").wantTop(t, "2")
		})
	})
}

// A text that waits for its phone is not thrown away with the rest.
func TestEmptyOutbox(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.user("anna")
	tablet, other := l.phone("anna", "TABLET", eas.Version141), l.phone("anna", "OTHER", eas.Version141)
	tablet.begin(outbox, smsOptions)
	tablet.sync(outbox, commands(smsAdd("o1", me, pat, "see you at 8", "")))
	empty := operationsXML(`<EmptyFolderContents><airsync:CollectionId>` + outbox + `</airsync:CollectionId></EmptyFolderContents>`)
	tablet.must("ItemOperations", empty).want(t, "Response/EmptyFolderContents/Status", "17")
	other.must("ItemOperations", empty).want(t, "Response/EmptyFolderContents/Status", "1") // to it the Outbox was empty
	tablet.sync(outbox, "").wantEmpty(t)
}

func TestMoveConversation(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, v eas.Version) {
		l := newLab(t)
		user := l.user("anna")
		d := l.phone("anna", "A", v)
		var ids []string
		for _, in := range []string{inbox, deleted, sent} {
			m := aText("in " + in)
			if in == sent {
				m.From, m.To = me, pat
			}
			ids = append(ids, l.place(user, in, m))
		}
		item, err := l.mailbox.Fetch(context.Background(), user, ids[0])
		if err != nil {
			t.Fatal(err)
		}
		key := d.must("FolderSync", folderSync0).tree.at("SyncKey")
		mine := d.must("FolderCreate", folderXML("FolderCreate", key, "<ParentId>0</ParentId><DisplayName>Mine</DisplayName><Type>12</Type>")).tree.at("ServerId")
		move := func(conversation []byte, folder, options string) *reply {
			t.Helper()
			req := &eas.ItemOperationsRequest{Operations: []eas.ItemOperation{{Move: &eas.ConversationMove{ConversationID: conversation, DstFldID: eas.CollectionID(folder)}}}}
			if options != "" {
				req.Operations[0].Move.Options = &eas.ConversationMoveOptions{MoveAlways: options == "always"}
			}
			body, err := wbxml.Marshal(req)
			if err != nil {
				t.Fatal(err)
			}
			r, err := d.do(d.request("ItemOperations", body))
			if err != nil {
				t.Fatal(err)
			}
			r.want(t, "Status", "1")
			if got := r.tree.at("Response/Move/ConversationId"); got != string(conversation) {
				t.Errorf("conversation %q, want %q", got, conversation)
			}
			return r
		}
		const status = "Response/Move/Status"
		for name, c := range map[string]struct {
			conversation []byte
			folder, how  string
			want         string
		}{
			"MS-ASCMD_R3475 without MoveAlways":                    {item.ConversationID, mine, "once", "155"},
			"MS-ASCMD_R4171 without Options":                       {item.ConversationID, mine, "", "155"},
			"MSASCON S03_TC06, MSASCMD S08_TC19 not a mail folder": {item.ConversationID, contacts, "always", "156"},
			"into the Outbox":                                      {item.ConversationID, outbox, "always", "156"},
			"into the Drafts":                                      {item.ConversationID, drafts, "always", "156"},
			"MSASCON S03_TC05 into the recipient cache":            {item.ConversationID, recipientCache, "always", "105"},
			"MSASCON S03_TC04 no such folder":                      {item.ConversationID, "4711", "always", "6"},
			"MSASCON S03_TC04 no such conversation":                {[]byte("0123456789abcdef"), mine, "always", "6"},
			"MSASCON S03_TC03 no folder":                           {item.ConversationID, "", "always", "2"},
		} {
			if got := move(c.conversation, c.folder, c.how).tree.at(status); got != c.want {
				t.Errorf("%s: status %s, want %s", name, got, c.want)
			}
		}
		t.Run("MSASCON S03_TC02 all of it but what was sent moves", func(t *testing.T) {
			move(item.ConversationID, mine, "always").want(t, status, "1")
			for folder, want := range map[string]int{inbox: 0, deleted: 0, sent: 1, mine: 2} {
				if n := l.count(user, folder); n != want {
					t.Errorf("folder %s holds %d items, want %d", folder, n, want)
				}
			}
		})
		t.Run("MSASCON S03_TC01 ignoring is moving to Deleted Items", func(t *testing.T) {
			move(item.ConversationID, deleted, "always").want(t, status, "1")
			if n := l.count(user, deleted); n != 2 {
				t.Errorf("%d items are there", n)
			}
		})
	})
}

// count counts the items of a folder.
func (l *lab) count(user mailbox.UserID, folder string) (n int) {
	l.t.Helper()
	id, err := strconv.ParseInt(folder, 10, 64)
	if err == nil {
		err = l.store.View(context.Background(), user, func(tx *store.Tx) (err error) { n, err = tx.CountItems(id); return err })
	}
	if err != nil {
		l.t.Fatal(err)
	}
	return n
}
