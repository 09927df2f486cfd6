package easserver

import (
	"strings"
	"testing"

	"asms/eas"
)

// The folders that clients expect beside mail: they synchronize, and are empty.
func TestExpectedFolders(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, v eas.Version) {
		l := newLab(t)
		l.user("anna")
		d := l.phone("anna", "A", v)
		for _, id := range []string{calendar, tasks, notes, contacts, recipientCache} {
			if items := d.begin(id, ""); len(items) != 0 {
				t.Errorf("%s holds %d items", id, len(items))
			}
			d.sync(id, "").wantEmpty(t)
			d.estimateXML(id, "").want(t, "Response/Collection/Estimate", "0")
		}
		t.Run("MSASCMD S19_TC13/15 and S07_TC03/06/07 filters are those of the class", func(t *testing.T) {
			for id, valid := range map[string]string{calendar: "04567", tasks: "08", contacts: "012345678", notes: "012345678", recipientCache: "012345678"} {
				for f := '0'; f <= '9'; f++ {
					options := "<Options><FilterType>" + string(f) + "</FilterType></Options>"
					r := d.must("Sync", syncXML(`<Collection><SyncKey>0</SyncKey><CollectionId>`+id+`</CollectionId>`+options+`</Collection>`, ""))
					estimate := d.estimateXML(id, options)
					switch {
					case strings.ContainsRune(valid, f):
						r.want(t, one+"Status", "1")
						d.keys[id] = r.tree.at(one + "SyncKey")
						d.estimateXML(id, options).want(t, "Response/Status", "1")
					case f == '9':
						r.wantTop(t, "4")
						estimate.want(t, "Response/Status", "103")
					default:
						r.wantTop(t, "4")
						estimate.wantTop(t, "110")
					}
				}
			}
		})
		t.Run("MSASCMD S19_TC21/41 repeated options are no error", func(t *testing.T) {
			d.begin(recipientCache, "<Options><MaxItems>10</MaxItems><MaxItems>20</MaxItems></Options>")
			d.begin(contacts, "<Options><Conflict>1</Conflict><Conflict>0</Conflict></Options>")
		})
		t.Run("MSASCMD S07_TC08 and MS-ASCMD_R3269 MaxItems is of the recipient cache alone", func(t *testing.T) {
			const maxItems = "<Options><MaxItems>1</MaxItems><MaxItems>2</MaxItems></Options>"
			d.estimateXML(recipientCache, maxItems).want(t, "Response/Status", "1")
			d.estimateXML(contacts, maxItems).want(t, "Response/Status", "2")
		})
		t.Run("MSASCMD S19_TC08 and S07_TC13 they hold no conversations", func(t *testing.T) {
			d.must("Sync", syncXML(d.collection(tasks, "<ConversationMode>1</ConversationMode>"), "")).wantTop(t, "4")
			d.estimateXML(tasks, "<airsync:ConversationMode>1</airsync:ConversationMode>").want(t, "Response/Status", "103")
		})
		t.Run("MSASCMD S19_TC42 texts are not asked of them", func(t *testing.T) {
			for _, id := range []string{calendar, tasks, notes, contacts, recipientCache} {
				d.must("Sync", syncXML(d.collection(id, smsOptions), "")).wantTop(t, "4")
			}
		})
		t.Run("an item of a class that is not kept is status 6", func(t *testing.T) {
			for _, id := range []string{calendar, tasks, notes} {
				r := d.sync(id, commands(`<Add><ClientId>c1</ClientId><ApplicationData/></Add>`))
				r.want(t, one+"Status", "1")
				r.want(t, one+"Responses/Add/Status", "6")
			}
			d.must("Sync", syncXML(d.collection(tasks, commands(smsAdd("c2", pat, me, "x", ""))), "")).wantTop(t, "4")
		})
		t.Run("MS-ASCMD_R756 nothing is added to the recipient cache", func(t *testing.T) {
			d.must("Sync", syncXML(d.collection(recipientCache, commands(`<Add><ClientId>c1</ClientId><ApplicationData/></Add>`)), "")).wantTop(t, "4")
		})
		t.Run("MSASCMD S19_TC28 what is not there is status 8", func(t *testing.T) {
			r := d.sync(calendar, commands(`<Change><ServerId>`+calendar+`:1</ServerId><ApplicationData><email:Subject>x</email:Subject></ApplicationData></Change>`,
				`<Fetch><ServerId>x</ServerId></Fetch>`, `<Delete><ServerId>`+calendar+`:1</ServerId></Delete>`))
			r.want(t, one+"Responses/Change/Status", "8")
			r.want(t, one+"Responses/Fetch/Status", "8")
			r.want(t, one+"Responses/Delete", "-")
		})
		t.Run("the hierarchy keeps them", func(t *testing.T) {
			key := d.must("FolderSync", folderXML("FolderSync", "0", "")).tree.at("SyncKey")
			for name, c := range map[string][3]string{
				"MSASCMD S03_TC02 delete a special folder":       {"FolderDelete", "<ServerId>" + notes + "</ServerId>", "3"},
				"MS-ASCMD_R101 delete the recipient cache":       {"FolderDelete", "<ServerId>RI</ServerId>", "3"},
				"MSASCMD S05_TC02 rename a special folder":       {"FolderUpdate", "<ServerId>" + calendar + "</ServerId><ParentId>0</ParentId><DisplayName>x</DisplayName>", "2"},
				"MSASCMD S05_TC08 rename the recipient cache":    {"FolderUpdate", "<ServerId>RI</ServerId><ParentId>0</ParentId><DisplayName>x</DisplayName>", "3"},
				"MSASCMD S02_TC07 create in the recipient cache": {"FolderCreate", "<ParentId>RI</ParentId><DisplayName>x</DisplayName><Type>12</Type>", "3"},
				"MSASCMD S02_TC08 create a recipient cache":      {"FolderCreate", "<ParentId>0</ParentId><DisplayName>x</DisplayName><Type>19</Type>", "3"},
			} {
				if got := d.must(c[0], folderXML(c[0], key, c[1])).tree.at("Status"); got != c[2] {
					t.Errorf("%s: status %s, want %s", name, got, c[2])
				}
			}
		})
		t.Run("MS-ASCMD_R6277 Ping has heard of five classes", func(t *testing.T) {
			for class, want := range map[string]string{"Email": "5", "Calendar": "5", "Contacts": "5", "Tasks": "5", "Notes": "5", "SMS": "4", "email": "4", "": "4"} {
				d.must("Ping", `<Ping xmlns="Ping"><HeartbeatInterval>1</HeartbeatInterval><Folders><Folder><Id>`+inbox+
					`</Id><Class>`+class+`</Class></Folder></Folders></Ping>`).want(t, "Status", want)
			}
		})
	})
}

// estimateXML asks for an estimate of one collection at its current key.
func (d *device) estimateXML(id, inner string) *reply {
	d.lab.t.Helper()
	return d.must("GetItemEstimate", `<GetItemEstimate xmlns="GetItemEstimate" xmlns:airsync="AirSync"><Collections><Collection><airsync:SyncKey>`+d.keys[id]+
		`</airsync:SyncKey><CollectionId>`+id+`</CollectionId>`+strings.ReplaceAll(inner, "<Options>", `<Options xmlns="AirSync">`)+`</Collection></Collections></GetItemEstimate>`)
}
