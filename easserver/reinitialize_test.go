package easserver

import (
	"testing"

	"asms/eas"
)

// A device that changes its version, or comes to a server that has changed its
// own, is told to begin anew, once.
func TestReinitialize(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.user("anna")
	const settings = `<Settings xmlns="Settings"><UserInformation><Get/></UserInformation></Settings>`
	told := func(d *device, want string) {
		t.Helper()
		r := d.must("Settings", settings)
		r.want(t, "Status", "1")
		if got := r.header.Get("X-MS-RP"); got != want {
			t.Errorf("MS-ASHTTP_R1105 X-MS-RP %q, want %q", got, want)
		}
		if want != "" && (r.header.Get("MS-ASProtocolVersions") != want || r.header.Get("MS-ASProtocolCommands") == "") {
			t.Errorf("headers %v", r.header)
		}
	}
	restart := func() { l.server.began = newMemory[deviceKey, string](100) }
	const all = "14.0,14.1,16.0,16.1"

	d := l.phone("anna", "A", eas.Version141)
	told(d, "")
	restart()
	told(d, "")

	d.version = "16.1"
	told(d, all)
	told(d, "") // MS-ASHTTP_R263 it was told
	d.must("FolderSync", folderSync0)
	told(d, "")
	restart()
	told(d, "")

	l.server.offer.Versions = []eas.Version{eas.Version160, eas.Version161}
	told(d, "16.0,16.1")
	restart() // it has gone on as before
	told(d, "16.0,16.1")
	told(d, "")
	d.must("FolderSync", folderSync0)
	restart()
	told(d, "")

	other := l.device("anna", "B", eas.Version161) // it has never begun
	told(other, "")
}
