package easserver

import (
	"fmt"
	"strings"
	"testing"

	"asms/eas"
	"asms/store"
)

// A server without room says so of every text, keeps none by halves, and takes the
// same texts when there is room again.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, v eas.Version) {
		dir := t.TempDir()
		l := newLabIn(t, dir, store.Options{MaxBytes: 512 << 10})
		user := l.user("anna")
		d := l.phone("anna", "A", v)
		d.begin(inbox, smsOptions)
		long := strings.Repeat("x", 8<<10)
		taken, key := 0, ""
		t.Run("MS-ASCMD 2.2.3.177.17 an Add that finds no room is status 9, and the key stays", func(t *testing.T) {
			for ; taken < 200; taken++ {
				key = d.keys[inbox]
				r := d.sync(inbox, commands(smsAdd(fmt.Sprint("c", taken), pat, me, long, "")))
				r.want(t, one+"Status", "1")
				switch r.tree.at(one + "Responses/Add/Status") {
				case "1":
					continue
				case "9":
					r.want(t, one+"Responses/Add/ClientId", fmt.Sprint("c", taken))
					r.want(t, one+"SyncKey", key)
					return
				}
				t.Fatal(r.xml())
			}
			t.Fatal("never full")
		})
		t.Run("a command is status 113", func(t *testing.T) {
			hierarchy := d.must("FolderSync", folderSync0).tree.at("SyncKey")
			for n := range 300 {
				r := d.must("FolderCreate", folderXML("FolderCreate", hierarchy, fmt.Sprintf("<ParentId>0</ParentId><DisplayName>%d%s</DisplayName><Type>12</Type>", n, strings.Repeat("n", 200))))
				if status := r.tree.at("Status"); status == "113" {
					return
				} else if status != "1" {
					t.Fatal(r.xml())
				}
				hierarchy = r.tree.at("SyncKey")
			}
			t.Fatal("never full")
		})
		if !strings.Contains(l.log.String(), "no room is left") {
			t.Error("the log does not say why")
		}
		l.store.Close()

		again := newLabIn(t, dir, store.Options{})
		d.lab, d.client = again, again.http.Client()
		d.keys[inbox] = key
		r := d.sync(inbox, commands(smsAdd(fmt.Sprint("c", taken), pat, me, long, "")))
		r.want(t, one+"Responses/Add/Status", "1")
		if n := again.count(user, inbox); n != taken+1 {
			t.Errorf("%d texts, want %d", n, taken+1)
		}
	})
}
