package easserver

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"asms/eas"
	"asms/mailbox"
	"asms/sms"
)

const searchNames = `<Search xmlns="Search" xmlns:airsync="AirSync" xmlns:airsyncbase="AirSyncBase" xmlns:email="Email" xmlns:documentlibrary="DocumentLibrary">`

// searchXML is a Search of one store.
func searchXML(name, query, options string) string {
	if options != "" {
		options = "<Options>" + options + "</Options>"
	}
	return searchNames + `<Store><Name>` + name + `</Name><Query>` + query + `</Query>` + options + `</Store></Search>`
}

// mailboxXML is a Search of the mailbox for conditions inside And.
func mailboxXML(conditions, options string) string {
	return searchXML("Mailbox", "<And>"+conditions+"</And>", options)
}

const inStore = "Response/Store/"

// bodies are those of the results, in their order.
func (r *reply) bodies() string {
	var list []string
	for _, e := range r.tree.all(inStore + "Result") {
		list = append(list, e.at("Properties/Body/Data"))
	}
	return strings.Join(list, "|")
}

// searchLab is a phone with a few texts in its mailbox.
func searchLab(t *testing.T, v eas.Version) (*lab, *device) {
	t.Helper()
	l := newLab(t)
	l.user("anna")
	d := l.phone("anna", "D1", v)
	for _, folder := range []string{inbox, sent} {
		d.begin(folder, smsOptions)
	}
	add := func(folder, id, from, to, date, body string) {
		t.Helper()
		xml := strings.Replace(smsAdd(id, from, to, body, ""), "2026-11-22T10:00:00.000Z", date, 1)
		d.sync(folder, commands(xml)).want(t, "Collections/Collection/Responses/Add/Status", "1")
	}
	add(inbox, "a1", pat, me, "2026-11-01T10:00:00.000Z", "Supper at eight")
	add(inbox, "a2", pat, me, "2026-11-02T10:00:00.000Z", "bring SUPPER")
	add(inbox, "a3", `"Kim" [MOBILE:+14255550199]`, me, "2026-11-03T10:00:00.000Z", "no time today")
	add(sent, "a4", me, pat, "2026-11-04T10:00:00.000Z", "supper it is")
	return l, d
}

func TestSearchMailbox(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, v eas.Version) {
		l, d := searchLab(t, v)
		find := func(conditions, options string) *reply {
			t.Helper()
			r := d.must("Search", mailboxXML(conditions, options))
			r.want(t, "Status", "1")
			return r
		}
		t.Run("MSASCMD S14_TC01 found, the newest first", func(t *testing.T) {
			r := find(`<airsync:Class>SMS</airsync:Class><airsync:CollectionId>1</airsync:CollectionId><FreeText>supper</FreeText>`,
				`<RebuildResults/><DeepTraversal/><Range>0-9</Range><airsyncbase:BodyPreference><airsyncbase:Type>1</airsyncbase:Type></airsyncbase:BodyPreference>`)
			r.want(t, inStore+"Status", "1")
			r.want(t, inStore+"Range", "0-1")
			r.want(t, inStore+"Total", "2")
			if got := r.bodies(); got != "bring SUPPER|Supper at eight" {
				t.Errorf("%q", got)
			}
			result := r.tree.all(inStore + "Result")[0]
			if got := result.names(); got != "Class LongId CollectionId Properties" || result.at("Class") != "SMS" || result.at("CollectionId") != "1" {
				t.Errorf("%s", r.xml())
			}
			fetched := d.must("ItemOperations", `<ItemOperations xmlns="ItemOperations" xmlns:search="Search"><Fetch><Store>Mailbox</Store>`+
				`<search:LongId>`+result.at("LongId")+`</search:LongId></Fetch></ItemOperations>`)
			fetched.want(t, "Response/Fetch/Status", "1")
			fetched.want(t, "Response/Fetch/Properties/Body/Data", "bring SUPPER")
		})
		for _, c := range []struct{ name, conditions, options, want string }{
			{"MSASCMD S14_TC28 in any case", `<FreeText>SUPPER</FreeText>`, "", "supper it is|bring SUPPER|Supper at eight"},
			{"MS-ASCMD_R922 no class is every class", `<FreeText>supper eight</FreeText>`, "", "Supper at eight"},
			{"MS-ASCMD_R921 a class", `<airsync:Class>Email</airsync:Class><FreeText>supper</FreeText>`, "", "-"},
			{"MSASCMD S14_TC15 all classes", `<airsync:Class>Tasks</airsync:Class><airsync:Class>Email</airsync:Class><airsync:Class>Calendar</airsync:Class>` +
				`<airsync:Class>Contacts</airsync:Class><airsync:Class>Notes</airsync:Class><airsync:Class>SMS</airsync:Class><FreeText>time</FreeText>`, "", "no time today"},
			{"MS-ASCMD_R2030 several folders", `<airsync:CollectionId>4</airsync:CollectionId><airsync:CollectionId>1</airsync:CollectionId><FreeText>it</FreeText>`, "", "supper it is"},
			{"MS-ASCMD_R2146 without DeepTraversal not below the folder", `<airsync:CollectionId>2</airsync:CollectionId><FreeText>supper</FreeText>`, "", "-"},
			{"dates", `<FreeText>supper</FreeText><GreaterThan><email:DateReceived/><Value>2026-11-01T10:00:00.000Z</Value></GreaterThan>` +
				`<LessThan><email:DateReceived/><Value>2026-11-04T10:00:00.000Z</Value></LessThan>`, "", "bring SUPPER"},
			{"a sender", `<FreeText>kim</FreeText>`, "", "no time today"},
			{"part of a number", `<FreeText>5550199</FreeText>`, "", "no time today"},
			{"a phrase", `<FreeText>"it is"</FreeText>`, "", "supper it is"},
			{"no folder but the root", `<airsync:CollectionId>0</airsync:CollectionId><FreeText>time</FreeText>`, "<DeepTraversal/>", "no time today"},
			{"MS-ASAIRS TruncationSize", `<FreeText>eight</FreeText>`,
				`<airsyncbase:BodyPreference><airsyncbase:Type>1</airsyncbase:Type><airsyncbase:TruncationSize>6</airsyncbase:TruncationSize></airsyncbase:BodyPreference>`, "Supper"},
		} {
			r := find(c.conditions, c.options)
			r.want(t, inStore+"Status", "1")
			if got := r.bodies(); got != c.want {
				t.Errorf("%s: %q, want %q", c.name, got, c.want)
			}
		}
		t.Run("MSASCMD S14_TC22 S14_TC23 DeepTraversal looks below the folder", func(t *testing.T) {
			if v == eas.Version140 {
				return // no texts in such folders
			}
			key := d.must("FolderSync", folderSync0).tree.at("SyncKey")
			r := d.must("FolderCreate", folderXML("FolderCreate", key, "<ParentId>1</ParentId><DisplayName>Club</DisplayName><Type>12</Type>"))
			below := r.tree.at("ServerId")
			d.begin(below, smsOptions)
			d.add(below, "deep", "supper below")
			for options, want := range map[string]string{"": "bring SUPPER|Supper at eight", "<DeepTraversal/>": "supper below|bring SUPPER|Supper at eight"} {
				if got := find("<airsync:CollectionId>1</airsync:CollectionId><FreeText>supper</FreeText>", options).bodies(); got != want {
					t.Errorf("%q: %q", options, got)
				}
			}
		})
		t.Run("MS-ASCMD_R920 contacts", func(t *testing.T) {
			user, err := l.accounts.User(context.Background(), "anna")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := l.mailbox.AddContact(context.Background(), user.ID, mailbox.Card{Fields: map[string]string{
				"FirstName": "Supper", "LastName": "Club", "MobilePhoneNumber": "+14255550166"}}); err != nil {
				t.Fatal(err)
			}
			for _, xml := range []string{"<airsync:Class>Contacts</airsync:Class>", "<airsync:CollectionId>6</airsync:CollectionId>"} {
				r := find(xml+"<FreeText>supp</FreeText>", "")
				r.want(t, inStore+"Total", "1")
				r.want(t, inStore+"Result/Class", "Contacts")
				r.want(t, inStore+"Result/CollectionId", "6")
				r.want(t, inStore+"Result/Properties/LastName", "Club")
			}
			if got := find("<FreeText>club</FreeText>", "").tree.at(inStore + "Total"); got != "0" {
				t.Errorf("folders for mail hold %s contacts", got)
			}
		})
		t.Run("MS-ASCMD_R3850 nothing found is one empty Result", func(t *testing.T) {
			r := find(`<FreeText>nobody wrote that</FreeText>`, "")
			if got := r.tree.all("Response/Store")[0].names(); got != "Status Result Total" || r.tree.all(inStore + "Result")[0].names() != "" {
				t.Errorf("%s", r.xml())
			}
			r.want(t, inStore+"Total", "0")
		})
		t.Run("MSASCON S05_TC01 a conversation, in all folders", func(t *testing.T) {
			r := find(`<FreeText>eight</FreeText>`, "")
			id := r.tree.all(inStore + "Result/Properties/ConversationId")[0].text
			r = d.must("Search", mailboxXML(`<ConversationId opaque="hex">`+fmt.Sprintf("%x", id)+`</ConversationId>`, ""))
			if got := strings.TrimPrefix(r.bodies(), "supper below|"); got != "supper it is|bring SUPPER|Supper at eight" {
				t.Errorf("%q in\n%s", got, r.xml())
			}
		})
	})
}

func TestSearchStatuses(t *testing.T) {
	t.Parallel()
	const free = `<FreeText>supper</FreeText>`
	each(t, func(t *testing.T, v eas.Version) {
		_, d := searchLab(t, v)
		for _, c := range []struct{ name, xml, want string }{
			{"MSASCMD S14_TC02 several And", searchXML("Mailbox", "<And>"+free+"</And><And>"+free+"</And>", ""), "8"},
			{"And in And", mailboxXML("<And>"+free+"</And>", ""), "8"},
			{"MSASCMD S14_TC03 Class outside And", searchXML("Mailbox", "<airsync:Class>SMS</airsync:Class><And>"+free+"</And>", ""), "8"},
			{"MSASCMD S14_TC04 CollectionId outside And", searchXML("Mailbox", "<airsync:CollectionId>1</airsync:CollectionId><And>"+free+"</And>", ""), "8"},
			{"MSASCMD S14_TC05 FreeText outside And", searchXML("Mailbox", free, ""), "8"},
			{"MSASCMD S14_TC27 ConversationId outside And", searchXML("Mailbox", "<ConversationId>x</ConversationId><And>"+free+"</And>", ""), "8"},
			{"MSASCMD S14_TC30 Or", searchXML("Mailbox", "<Or>"+free+"</Or>", ""), "8"},
			{"MSASCMD S14_TC30 Or beside And", searchXML("Mailbox", "<And>"+free+"</And><Or>"+free+"</Or>", ""), "8"},
			{"MSASCMD S14_TC31 GreaterThan outside And", searchXML("Mailbox", "<And>"+free+"</And><GreaterThan><email:DateReceived/><Value>2026-11-01T10:00:00.000Z</Value></GreaterThan>", ""), "8"},
			{"MSASCMD S14_TC32 LessThan outside And", searchXML("Mailbox", "<And>"+free+"</And><LessThan><email:DateReceived/><Value>2026-11-01T10:00:00.000Z</Value></LessThan>", ""), "8"},
			{"MSASCMD S14_TC06 DeepTraversal twice", mailboxXML(free, "<DeepTraversal/><DeepTraversal/>"), "1"},
			{"MSASCMD S14_TC07 MIMESupport twice", mailboxXML(free, "<airsync:MIMESupport>2</airsync:MIMESupport><airsync:MIMESupport>2</airsync:MIMESupport>"), "1"},
			{"MSASCMD S14_TC08 Range twice", mailboxXML(free, "<Range>0-9</Range><Range>0-5</Range>"), "1"},
			{"MSASCMD S14_TC09 RebuildResults twice", mailboxXML(free, "<RebuildResults/><RebuildResults/>"), "1"},
			{"MSASCMD S14_TC10 Store twice", strings.Replace(mailboxXML(free, ""), "</Store>", "</Store><Store><Name>Mailbox</Name><Query><And>"+free+"</And></Query></Store>", 1), "1"},
			{"MSASCMD S14_TC29 ConversationId twice", mailboxXML("<ConversationId>x</ConversationId><ConversationId>x</ConversationId>", ""), "2"},
			{"MSASEMAIL S01_TC23 an element of mail", mailboxXML(free+"<email:Subject>supper</email:Subject>", ""), "2"},
			{"an element of mail instead of a query", strings.Replace(mailboxXML(free, ""), "<Query>", "<email:Subject>x</email:Subject><Query>", 1), "2"},
			{"MSASCMD S14_TC11 no condition", mailboxXML("", ""), "2"},
			{"MSASCMD S14_TC11 no query", searchNames + "<Store><Name>Mailbox</Name></Store></Search>", "2"},
			{"MSASCMD S14_TC11 no store", searchNames + "</Search>", "2"},
			{"MSASCMD S14_TC11 a store that is none", searchXML("Cellar", "<And>"+free+"</And>", ""), "2"},
			{"an unknown class", mailboxXML("<airsync:Class>Fax</airsync:Class>"+free, ""), "2"},
			{"a comparison of another property", mailboxXML("<GreaterThan><email:From/><Value>2026-11-01T10:00:00.000Z</Value></GreaterThan>", ""), "2"},
			{"a comparison without value", mailboxXML("<GreaterThan><email:DateReceived/></GreaterThan>", ""), "2"},
			{"a date that is none", mailboxXML("<LessThan><email:DateReceived/><Value>yesterday</Value></LessThan>", ""), "2"},
			{"MS-ASAIRS a BodyPreference twice", mailboxXML(free, strings.Repeat("<airsyncbase:BodyPreference><airsyncbase:Type>1</airsyncbase:Type></airsyncbase:BodyPreference>", 2)), "2"},
			{"MSASAIRS S04_TC02 a type that is no number", mailboxXML(free, "<airsyncbase:BodyPreference><airsyncbase:Type>x</airsyncbase:Type></airsyncbase:BodyPreference>"), "2"},
			{"MSASAIRS S04_TC03 an element twice", mailboxXML(free, "<airsyncbase:BodyPreference><airsyncbase:Type>1</airsyncbase:Type><airsyncbase:Type>1</airsyncbase:Type></airsyncbase:BodyPreference>"), "2"},
			{"a Range that is none", mailboxXML(free, "<Range>9-0</Range>"), "2"},
			{"MS-ASCMD_R3736 a Range beyond 0-99", mailboxXML(free, "<Range>0-100</Range>"), "12"},
			{"MS-ASCMD_R4361 past the end", mailboxXML(free, "<Range>50-59</Range>"), "12"},
			{"MS-ASCMD_R4358 an unknown folder", mailboxXML("<airsync:CollectionId>4711</airsync:CollectionId>"+free, ""), "11"},
			{"MS-ASCMD_R5568 a BodyPart without a conversation", mailboxXML(free, "<airsyncbase:BodyPartPreference><airsyncbase:Type>2</airsyncbase:Type></airsyncbase:BodyPartPreference>"), "2"},
			{"no document library", searchXML("DocumentLibrary", `<EqualTo><documentlibrary:LinkId/><Value>\\server\share</Value></EqualTo>`, ""), "13"},
		} {
			r := d.must("Search", c.xml)
			if r.tree.at("Status") != "1" || r.tree.at(inStore+"Status") != c.want {
				t.Errorf("%s: want %s in\n%s", c.name, c.want, r.xml())
			}
		}
		t.Run("MSASCON S05_TC03 a BodyPart of another type is status 164", func(t *testing.T) {
			r := d.must("Search", mailboxXML("<ConversationId>x</ConversationId>",
				"<airsyncbase:BodyPartPreference><airsyncbase:Type>1</airsyncbase:Type></airsyncbase:BodyPartPreference>"))
			want := "164"
			if v == eas.Version140 {
				want = "2"
			}
			r.want(t, inStore+"Status", want)
		})
	})
}

func TestSearchPages(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.user("anna")
	d := l.phone("anna", "D1", eas.Version161)
	d.begin(inbox, smsOptions)
	for n := range 12 {
		d.add(inbox, fmt.Sprint("c", n), fmt.Sprintf("supper %02d", n))
	}
	page := func(options string) *reply {
		t.Helper()
		return d.must("Search", mailboxXML("<FreeText>supper</FreeText>", options))
	}
	r := page("<Range>0-4</Range>")
	r.want(t, inStore+"Range", "0-4")
	r.want(t, inStore+"Total", "12")
	d.add(inbox, "new", "supper 99")
	r = page("<Range>5-9</Range>")
	r.want(t, inStore+"Range", "5-9")
	r.want(t, inStore+"Total", "12") // MS-ASCMD_R3749
	if got := r.bodies(); !strings.HasPrefix(got, "supper 06|supper 05|") {
		t.Errorf("the second page: %s", got)
	}
	r = page("<Range>10-19</Range>")
	r.want(t, inStore+"Range", "10-11")
	r = page("<Range>10-19</Range><RebuildResults/>")
	r.want(t, inStore+"Total", "13") // MS-ASCMD_R3755
	r.want(t, inStore+"Range", "10-12")
	page("<Range>20-29</Range>").want(t, inStore+"Status", "12")

	other := l.phone("anna", "D2", eas.Version161) // has no results of its own
	other.must("Search", mailboxXML("<FreeText>supper</FreeText>", "<Range>5-6</Range>")).want(t, inStore+"Range", "5-6")
}

func TestSearchKeepsTheAudience(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	user := l.user("anna")
	phone, other := l.phone("anna", "P1", eas.Version141), l.phone("anna", "D2", eas.Version141)
	phone.must("Settings", `<Settings xmlns="Settings"><DeviceInformation><Set><PhoneNumber>+14255550143</PhoneNumber><EnableOutboundSMS>1</EnableOutboundSMS></Set></DeviceInformation></Settings>`)
	phone.begin(outbox, smsOptions)
	if _, err := l.mailbox.Send(context.Background(), user, mailbox.Outgoing{To: []sms.Address{{Number: "+14255550123"}}, Body: "for the phone only"}); err != nil {
		t.Fatal(err)
	}
	for d, want := range map[*device]string{phone: "for the phone only", other: "-"} {
		for _, xml := range []string{`<FreeText>phone</FreeText>`, `<airsync:CollectionId>5</airsync:CollectionId><FreeText>phone</FreeText>`} {
			if got := d.must("Search", mailboxXML(xml, "")).bodies(); got != want {
				t.Errorf("%s finds %q, want %q", d.id, got, want)
			}
		}
	}
}

func TestSearchGAL(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, v eas.Version) {
		l := newLab(t)
		anna := l.user("anna")
		l.user("ann.lee")
		l.user("joanna")
		d := l.phone("anna", "D1", v)
		d.must("Settings", `<Settings xmlns="Settings"><DeviceInformation><Set><PhoneNumber>+14255550143</PhoneNumber><EnableOutboundSMS>1</EnableOutboundSMS></Set></DeviceInformation></Settings>`)
		if _, err := l.mailbox.AddContact(context.Background(), anna, mailbox.Card{Fields: map[string]string{
			"FirstName": "Annika", "LastName": "Berg", "MobilePhoneNumber": "+14255550177", "CompanyName": "Berg & Co"}}); err != nil {
			t.Fatal(err)
		}
		look := func(text, options string) *reply {
			t.Helper()
			return d.must("Search", searchXML("GAL", text, options))
		}
		names := func(r *reply) string {
			var list []string
			for _, e := range r.tree.all(inStore + "Result") {
				list = append(list, e.at("Properties/DisplayName"))
			}
			return strings.Join(list, "|")
		}
		r := look("ANN", "<Range>0-9</Range>")
		r.want(t, inStore+"Status", "1")
		if got := names(r); got != "ann.lee|anna|Annika Berg" {
			t.Errorf("MS-ASCMD_R3697 the beginning of a word: %q in\n%s", got, r.xml())
		}
		r.want(t, inStore+"Range", "0-2")
		r.want(t, inStore+"Total", "3")
		me := r.tree.all(inStore + "Result/Properties")[1]
		if me.at("Alias") != "anna" || me.at("EmailAddress") != "anna@localhost" || me.at("MobilePhone") != "+14255550143" {
			t.Errorf("%s", r.xml())
		}
		contact := r.tree.all(inStore + "Result/Properties")[2]
		if contact.at("FirstName") != "Annika" || contact.at("Company") != "Berg & Co" || contact.at("MobilePhone") != "+14255550177" {
			t.Errorf("%s", r.xml())
		}
		if r = look("ann", "<Range>1-1</Range>"); names(r) != "anna" || r.tree.at(inStore+"Range") != "1-1" || r.tree.at(inStore+"Total") != "3" {
			t.Errorf("MS-ASCMD_R419 a range: %s", r.xml())
		}
		if got := names(look("lee", "")); got != "ann.lee" {
			t.Errorf("a later word: %q", got)
		}
		for _, text := range []string{"a", "zebra"} {
			if r = look(text, ""); r.tree.at(inStore+"Status") != "1" || names(r) != "-" || r.tree.at(inStore+"Total") != "0" {
				t.Errorf("nobody: %s", r.xml())
			}
		}
		look("", "").want(t, inStore+"Status", "2")
		look("<And><FreeText>ann</FreeText></And>", "").want(t, inStore+"Status", "2")
		look("ann", "<Range>0-100</Range>").want(t, inStore+"Status", "12")
		look("ann", "<Range>7-9</Range>").want(t, inStore+"Status", "12")
		r = look("ann", "<Picture><MaxSize>1000</MaxSize><MaxPictures>3</MaxPictures></Picture>")
		if v == eas.Version140 {
			r.want(t, inStore+"Status", "2")
		} else {
			r.want(t, inStore+"Result/Properties/Picture/Status", "173") // MSASCMD S14_TC26
		}
	})
}
