package easserver

import (
	"fmt"
	"strings"
	"testing"

	"asms/eas"
)

func folderXML(command, key, inner string) string {
	if key != "-" {
		key = "<SyncKey>" + key + "</SyncKey>"
	} else {
		key = ""
	}
	return "<" + command + ` xmlns="FolderHierarchy">` + key + inner + "</" + command + ">"
}

func TestFolders(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, v eas.Version) {
		l := newLab(t)
		l.user("anna")
		a, b := l.device("anna", "A", v), l.device("anna", "B", v)
		key := map[*device]string{}
		sync := func(d *device) *reply {
			t.Helper()
			if key[d] == "" {
				key[d] = "0"
			}
			r := d.must("FolderSync", folderXML("FolderSync", key[d], ""))
			r.want(t, "Status", "1")
			key[d] = r.tree.at("SyncKey")
			return r
		}
		sync(a)
		sync(b)
		send := func(command, inner string) *reply {
			r := a.must(command, folderXML(command, key[a], inner))
			if r.tree.at("Status") == "1" {
				key[a] = r.tree.at("SyncKey")
			} else if r.tree.names() != "Status" { // MS-ASCMD_R4570
				t.Errorf("a failure says more than its status:\n%s", r.xml())
			}
			return r
		}
		create := func(parent, name, typ string) *reply {
			return send("FolderCreate", "<ParentId>"+parent+"</ParentId><DisplayName>"+name+"</DisplayName><Type>"+typ+"</Type>")
		}
		t.Run("MSASCMD S04_TC02 nothing changed is Count 0", func(t *testing.T) {
			r := sync(b)
			if r.tree.names() != "Status SyncKey Changes" || r.tree.all("Changes")[0].names() != "Count" || r.tree.at("Changes/Count") != "0" {
				t.Error(r.xml())
			}
			if r.header.Get("X-MS-RP") != "" {
				t.Error("X-MS-RP tells the client to drop all state")
			}
		})
		r := create("0", "Archive", "12")
		r.want(t, "Status", "1")
		if r.tree.names() != "Status SyncKey ServerId" {
			t.Errorf("order %q", r.tree.names())
		}
		archive := r.tree.at("ServerId")
		child := create(archive, "2025", "1").tree.at("ServerId")
		t.Run("MSASCMD S04_TC07 others hear of it, the creator does not", func(t *testing.T) {
			sync(a).want(t, "Changes/Count", "0")
			r := sync(b)
			r.want(t, "Changes/Count", "2")
			if c := r.tree.all("Changes/Add"); len(c) != 2 || c[0].names() != "ServerId ParentId DisplayName Type" || c[1].at("ParentId") != archive {
				t.Error(r.xml())
			}
		})
		t.Run("FolderCreate refuses", func(t *testing.T) {
			for name, c := range map[string][4]string{
				"MSASCMD S02_TC03 a name that exists":   {"0", "Archive", "12", "2"},
				"MSASCMD S02_TC04 an unknown parent":    {"4711", "New", "12", "5"},
				"a parent that is no id":                {"x", "New", "12", "5"},
				"the recipient cache":                   {"0", "New", "19", "3"},
				"MSASCMD S02_TC06 no type":              {"0", "New", "0", "10"},
				"a type that is none":                   {"0", "New", "20", "10"},
				"an unknown type":                       {"0", "New", "18", "10"},
				"an empty name":                         {"0", "", "12", "10"},
				"a name that is too long":               {"0", strings.Repeat("ä", 257), "12", "10"},
				"no parent":                             {"", "New", "12", "10"},
				"a second Inbox":                        {"0", "New", "2", "10"},
				"a second Journal":                      {"0", "New", "11", "10"},
				"a type that is no number":              {"0", "New", "mail", "10"},
				"a name of 256 characters is no reason": {"0", strings.Repeat("ä", 256), "12", "1"},
			} {
				if got := create(c[0], c[1], c[2]).tree.at("Status"); got != c[3] {
					t.Errorf("%s: status %s, want %s", name, got, c[3])
				}
			}
			sync(a)
		})
		update := func(id, parent, name string) *reply {
			return send("FolderUpdate", "<ServerId>"+id+"</ServerId><ParentId>"+parent+"</ParentId><DisplayName>"+name+"</DisplayName>")
		}
		t.Run("FolderUpdate", func(t *testing.T) {
			update(child, "0", "Renamed").want(t, "Status", "1")
			sync(b).want(t, "Changes/Update/DisplayName", "Renamed")
			for name, c := range map[string][4]string{
				"MSASCMD S05_TC02 a special folder":   {inbox, "0", "Mine", "2"},
				"MSASCMD S05_TC07 a name that exists": {child, "0", "Archive", "2"},
				"MSASCMD S05_TC03 an unknown folder":  {"4711", "0", "New", "4"},
				"MSASCMD S05_TC04 an unknown parent":  {child, "4711", "New", "5"},
				"MSASCMD S05_TC06 no name":            {child, "0", "", "10"},
				"no folder":                           {"", "0", "New", "10"},
				"no parent":                           {child, "", "New", "10"},
			} {
				if got := update(c[0], c[1], c[2]).tree.at("Status"); got != c[3] {
					t.Errorf("%s: status %s, want %s", name, got, c[3])
				}
			}
		})
		drop := func(id string) *reply { return send("FolderDelete", "<ServerId>"+id+"</ServerId>") }
		t.Run("FolderDelete", func(t *testing.T) {
			drop(child).want(t, "Status", "1")
			sync(b).want(t, "Changes/Delete/ServerId", child)
			for name, c := range map[string][2]string{
				"MSASCMD S03_TC02 a special folder":  {outbox, "3"},
				"MSASCMD S03_TC03 an unknown folder": {child, "4"},
				"MSASCMD S03_TC05 no folder":         {"", "10"},
			} {
				if got := drop(c[0]).tree.at("Status"); got != c[1] {
					t.Errorf("%s: status %s, want %s", name, got, c[1])
				}
			}
		})
		t.Run("MSASCMD S04_TC05/06 an absent key is status 10, an empty or unknown one 9", func(t *testing.T) {
			for command, inner := range map[string]string{
				"FolderSync": "", "FolderCreate": "<ParentId>0</ParentId><DisplayName>K</DisplayName><Type>12</Type>",
				"FolderUpdate": "<ServerId>" + archive + "</ServerId><ParentId>0</ParentId><DisplayName>K</DisplayName>",
				"FolderDelete": "<ServerId>" + archive + "</ServerId>",
			} {
				for k, want := range map[string]string{"-": "10", "": "9", "nonsense": "9", key[a] + "1": "9", strings.Repeat("k", 65): "9"} {
					if r := a.must(command, folderXML(command, k, inner)); r.tree.names() != "Status" || r.tree.at("Status") != want {
						t.Errorf("%s with key %.10q: want %s, got\n%s", command, k, want, r.xml())
					}
				}
			}
		})
		t.Run("MSASCMD S04_TC04 ids survive a new beginning", func(t *testing.T) {
			key[b] = "0"
			ids := ""
			for _, f := range sync(b).tree.all("Changes/Add") {
				ids += f.at("ServerId") + "=" + f.at("Type") + " "
			}
			if !strings.HasPrefix(ids, "1=2 2=3 3=4 4=5 5=6 6=9 ") || !strings.Contains(ids, archive+"=12 ") {
				t.Errorf("%s", ids)
			}
		})
	})
}

func TestMoveItems(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, v eas.Version) {
		l := newLab(t)
		user := l.user("anna")
		l.user("bert")
		a, b := l.phone("anna", "A", v), l.phone("anna", "B", v)
		id := l.place(user, inbox, aText("move me"))
		a.begin(inbox, smsOptions)
		a.begin(sent, smsOptions)
		b.begin(inbox, smsOptions)
		move := func(d *device, msg, src string, dst ...string) *reply {
			xml := "<Move><SrcMsgId>" + msg + "</SrcMsgId><SrcFldId>" + src + "</SrcFldId>"
			for _, f := range dst {
				xml += "<DstFldId>" + f + "</DstFldId>"
			}
			return d.must("MoveItems", `<MoveItems xmlns="Move">`+xml+"</Move></MoveItems>")
		}
		for name, c := range map[string]struct {
			msg, src string
			dst      []string
			status   string
		}{
			"an unknown item":             {"1:999", inbox, []string{sent}, "1"},
			"an item of another folder":   {id, sent, []string{drafts}, "1"},
			"an unknown source":           {id, "4711", []string{sent}, "1"},
			"an unknown destination":      {id, inbox, []string{"4711"}, "2"},
			"a destination without mail":  {id, inbox, []string{contacts}, "2"},
			"the same folder":             {id, inbox, []string{inbox}, "4"},
			"MS-ASCMD_R4222 two at once":  {id, inbox, []string{sent, drafts}, "5"},
			"nothing that could be an id": {"x", "y", []string{"z"}, "1"},
		} {
			r := move(a, c.msg, c.src, c.dst...)
			if got := r.tree.at("Response/Status"); got != c.status || r.tree.at("Response/SrcMsgId") != c.msg || r.tree.at("Response/DstMsgId") != "-" {
				t.Errorf("%s: want %s, got\n%s", name, c.status, r.xml())
			}
		}
		bert := l.phone("bert", "C", v)
		move(bert, id, inbox, sent).want(t, "Response/Status", "1") // another user's id is an unknown id
		r := move(a, id, inbox, sent)
		r.want(t, "Response/Status", "3") // success
		to := r.tree.at("Response/DstMsgId")
		if r.tree.all("Response")[0].names() != "SrcMsgId Status DstMsgId" || to == id {
			t.Error(r.xml())
		}
		b.sync(inbox, "").want(t, one+"Commands/Delete/ServerId", id)
		a.sync(sent, "").want(t, one+"Commands/Add/ServerId", to)
		move(a, id, inbox, sent).want(t, "Response/Status", "1") // moved already

		for name, xml := range map[string]string{
			"nothing": "", "no destination": "<Move><SrcMsgId>1:1</SrcMsgId><SrcFldId>1</SrcFldId></Move>", "no item": "<Move><SrcFldId>1</SrcFldId><DstFldId>2</DstFldId></Move>",
			"no source":    "<Move><SrcMsgId>1:1</SrcMsgId><DstFldId>2</DstFldId></Move>",
			"1001 at once": strings.Repeat("<Move><SrcMsgId>1:1</SrcMsgId><SrcFldId>1</SrcFldId><DstFldId>2</DstFldId></Move>", 1001),
		} {
			if r := a.must("MoveItems", `<MoveItems xmlns="Move">`+xml+"</MoveItems>"); r.tree.names() != "Status" || r.tree.at("Status") != "103" {
				t.Errorf("%s: %s", name, r.xml())
			}
		}
	})
}

func TestGetItemEstimate(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, v eas.Version) {
		l := newLab(t)
		user := l.user("anna")
		for i := range 3 {
			l.place(user, inbox, aText(fmt.Sprint(i)))
		}
		for i := range 2 {
			l.place(user, inbox, aMail(fmt.Sprint(i)))
		}
		d := l.phone("anna", "A", v)
		d.sync(inbox, options("SMS", "")+options("", ""))
		of := func(key, id, inner string) string {
			return "<Collection><airsync:SyncKey>" + key + "</airsync:SyncKey><CollectionId>" + id + "</CollectionId>" + inner + "</Collection>"
		}
		estimate := func(collections string) *reply {
			return d.must("GetItemEstimate", `<GetItemEstimate xmlns="GetItemEstimate" xmlns:airsync="AirSync"><Collections>`+collections+`</Collections></GetItemEstimate>`)
		}
		block := func(class, filter string) string {
			xml := "<airsync:Options>"
			if class != "" {
				xml += "<airsync:Class>" + class + "</airsync:Class>"
			}
			if filter != "" {
				xml += "<airsync:FilterType>" + filter + "</airsync:FilterType>"
			}
			return xml + "</airsync:Options>"
		}
		key := d.keys[inbox]
		for name, c := range map[string][2]string{
			"ASMS-3.1.4.2-3 without Options mail alone": {"", "2"},
			"ASMS-3.1.4.2-1 SMS":                        {block("SMS", "0"), "3"},
			"MSASCMD S07_TC14 both":                     {block("SMS", "") + block("Email", ""), "5"},
			"ASMS-3.2.5.2-2 mail":                       {block("", "0"), "2"},
		} {
			r := estimate(of(key, inbox, c[0]))
			if r.tree.names() != "Response" || r.tree.all("Response")[0].names() != "Status Collection" || r.tree.all("Response/Collection")[0].names() != "CollectionId Estimate" {
				t.Errorf("%s: shape\n%s", name, r.xml())
			}
			r.want(t, "Response/Status", "1")
			r.want(t, "Response/Collection/Estimate", c[1])
		}
		for name, c := range map[string]struct{ xml, top, response string }{
			"ASMS-3.2.5.2-3 three blocks":               {of(key, inbox, block("SMS", "")+block("", "")+block("SMS", "")), "4", "-"},
			"ASMS-3.2.5.2-4 Tasks and Contacts":         {of(key, inbox, block("Tasks", "")+block("Contacts", "")), "4", "-"},
			"ASMS-3.2.5.2-4 no class at all":            {of(key, inbox, block("Bogus", "")), "4", "-"},
			"ASMS-3.1.4.2-5 two blocks without Class":   {of(key, inbox, block("", "")+block("", "")), "4", "-"},
			"ASMS-3.2.5.2-5 SMS over contacts":          {of(key, contacts, block("SMS", "")), "4", "-"},
			"a fault in the second collection":          {of(key, inbox, "") + of(key, contacts, block("SMS", "")), "4", "-"},
			"ASMS-3.2.5.2-6 FilterType 6":               {of(key, inbox, block("SMS", "6")), "110", "-"},
			"ASMS-3.2.5.2-6 FilterType 8":               {of(key, inbox, block("", "8")), "110", "-"},
			"ASMS-3.2.5.2-6 FilterType 9":               {of(key, inbox, block("", "9")), "-", "103"},
			"MSASCMD S07_TC09 an unknown collection":    {of(key, "4711", ""), "-", "2"},
			"MSASCMD S07_TC10 key 0":                    {of("0", inbox, block("SMS", "")), "-", "3"},
			"never synchronized":                        {of("0", sent, ""), "-", "3"},
			"MSASCMD S07_TC11 a bad key":                {of("bad", inbox, ""), "-", "4"},
			"MSASCMD S07_TC13 ConversationMode":         {of(key, contacts, "<airsync:ConversationMode>1</airsync:ConversationMode>"), "-", "103"},
			"MS-ASCMD_R3265 MaxItems is for recipients": {of(key, inbox, "<airsync:Options><airsync:MaxItems>5</airsync:MaxItems></airsync:Options>"), "-", "2"},
			"no collection":                             {"", "103", "-"},
			"a collection without id":                   {"<Collection><airsync:SyncKey>0</airsync:SyncKey></Collection>", "103", "-"},
			"MSASCMD S07_TC15 1001 collections":         {strings.Repeat(of("0", "1", ""), 1001), "103", "-"},
		} {
			r := estimate(c.xml)
			if r.tree.at("Status") != c.top || r.tree.at("Response/Status") != c.response {
				t.Errorf("%s: want %s / %s, got\n%s", name, c.top, c.response, r.xml())
			}
		}
		want := "1"
		if v == eas.Version140 { // ASMS-3.1.4.2-2
			want = "4"
		}
		d.sync(deleted, "")
		r := estimate(of(d.keys[deleted], deleted, block("SMS", "")))
		if got := strings.Trim(r.tree.at("Status")+r.tree.at("Response/Status"), "-"); got != want {
			t.Errorf("SMS in Deleted Items: %s, want %s", got, want)
		}
		t.Run("MS-ASCMD_R4591 the key is not used up, and what comes is what was estimated", func(t *testing.T) {
			r := d.sync(inbox, "")
			if n := len(r.tree.all(one + "Commands/Add")); n != 5 {
				t.Errorf("%d came", n)
			}
			estimate(of(d.keys[inbox], inbox, block("SMS", "")+block("", ""))).want(t, "Response/Collection/Estimate", "0")
			estimate(of(key, inbox, "")).want(t, "Response/Status", "4") // MSASCMD S07_TC12
		})
	})
}
