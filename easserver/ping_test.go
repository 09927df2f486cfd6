package easserver

import (
	"testing"
	"time"

	"asms/eas"
)

func pingXML(interval string, folders ...string) string {
	xml := `<Ping xmlns="Ping">`
	if interval != "" {
		xml += "<HeartbeatInterval>" + interval + "</HeartbeatInterval>"
	}
	if folders != nil {
		xml += "<Folders>"
		for _, f := range folders {
			xml += "<Folder><Id>" + f + "</Id><Class>Email</Class></Folder>"
		}
		xml += "</Folders>"
	}
	return xml + "</Ping>"
}

func TestPing(t *testing.T) {
	t.Parallel()
	l := newLab(t, func(o *Options) { o.MaxCollections = 3 })
	user := l.user("anna")
	d := l.phone("anna", "A", eas.Version141)
	d.begin(inbox, smsOptions)
	d.begin(sent, "")
	d.begin(deleted, smsOptions)

	t.Run("MSASCMD S11_TC01 nothing remembered is status 3", func(t *testing.T) {
		d.must("Ping", "").wantTop(t, "3")
		d.must("Ping", pingXML("60")).wantTop(t, "3")
		l.phone("anna", "B", eas.Version141).must("Ping", pingXML("", inbox)).wantTop(t, "3")
	})
	t.Run("MSASCMD S11_TC02 a request that says nothing is status 4", func(t *testing.T) {
		d.must("Ping", `<Ping xmlns="Ping"/>`).wantTop(t, "4")
		d.must("Ping", pingXML("60", inbox, inbox)).wantTop(t, "4") // MS-ASCMD_R6699
		d.must("Ping", pingXML("60", "")).wantTop(t, "4")
		d.must("Ping", `<Ping xmlns="Ping"><HeartbeatInterval>60</HeartbeatInterval><Folders/></Ping>`).wantTop(t, "4")
		d.must("Ping", pingXML("long", inbox)).wantTop(t, "4")
	})
	t.Run("MSASCMD S11_TC03/07 intervals out of bounds are status 5 with the nearest", func(t *testing.T) {
		for interval, nearest := range map[string]string{"-1": "60", "0": "60", "59": "60", "3541": "3540", "99999": "3540"} {
			r := d.must("Ping", pingXML(interval, inbox))
			if r.tree.names() != "Status HeartbeatInterval" || r.tree.at("Status") != "5" || r.tree.at("HeartbeatInterval") != nearest {
				t.Errorf("%s: %s", interval, r.xml())
			}
		}
	})
	t.Run("too many folders are status 6 with the limit", func(t *testing.T) {
		r := d.must("Ping", pingXML("60", "1", "2", "3", "4"))
		if r.tree.names() != "Status MaxFolders" || r.tree.at("Status") != "6" || r.tree.at("MaxFolders") != "3" {
			t.Error(r.xml())
		}
	})
	t.Run("MSASCMD S11_TC04 a device that never synchronized folders is told to", func(t *testing.T) {
		l.device("anna", "C", eas.Version141).must("Ping", pingXML("60", inbox)).wantTop(t, "7")
	})
	t.Run("an unknown folder is status 7", func(t *testing.T) {
		d.must("Ping", pingXML("60", inbox, "4711")).wantTop(t, "7")
	})
	t.Run("MSASCMD S11_TC06 it names the folders where something came", func(t *testing.T) {
		p := d.background("Ping", pingXML("60", inbox, sent))
		l.place(user, deleted, aText("not watched"))
		l.place(user, sent, aText("a text, and there only mail was asked for"))
		p.stillWaits(t)
		l.place(user, inbox, aText("news"))
		r := p.within(t, 5*time.Second)
		if r.tree.names() != "Status Folders" || r.tree.at("Status") != "2" || len(r.tree.all("Folders/Folder")) != 1 || r.tree.at("Folders/Folder") != inbox {
			t.Error(r.xml())
		}
	})
	t.Run("what is still to be fetched is said again", func(t *testing.T) {
		d.must("Ping", "").want(t, "Status", "2")
	})
	t.Run("MSASCMD S11_TC08 an empty request repeats the last, and one half of it may be new", func(t *testing.T) {
		d.sync(inbox, "")
		p := d.background("Ping", "")
		l.place(user, inbox, aText("more"))
		p.within(t, 5*time.Second).want(t, "Folders/Folder", inbox)
		d.sync(inbox, "")
		d.sync(deleted, "")
		p = d.background("Ping", pingXML("", deleted))
		l.place(user, inbox, aText("not watched now"))
		p.stillWaits(t)
		l.place(user, deleted, aText("watched"))
		p.within(t, 5*time.Second).want(t, "Folders/Folder", deleted)
	})
	t.Run("MSASCMD S11_TC05 a folder made elsewhere is status 7, also while it waits", func(t *testing.T) {
		d.sync(inbox, "")
		p := d.background("Ping", pingXML("60", inbox))
		o := l.phone("anna", "O", eas.Version141)
		key := o.must("FolderSync", folderSync0).tree.at("SyncKey")
		o.must("FolderCreate", folderXML("FolderCreate", key, "<ParentId>0</ParentId><DisplayName>New</DisplayName><Type>12</Type>")).want(t, "Status", "1")
		p.within(t, 5*time.Second).wantTop(t, "7")
		d.must("Ping", pingXML("60", inbox)).wantTop(t, "7")
		d.must("FolderSync", folderSync0)
		p = d.background("Ping", pingXML("60", inbox))
		l.server.Drain()
		p.within(t, 5*time.Second).want(t, "Status", "1")
	})
}
