package easserver

import (
	"net/http"
	"strings"
	"testing"

	"asms/eas"
)

// The users of this server are on another one.
func TestMovedTo(t *testing.T) {
	t.Parallel()
	l := newLab(t, func(o *Options) {
		o.MovedTo, o.URL, o.Domain = "https://new.example/", "https://old.example", "example.org"
	})
	l.user("anna")
	const where = "https://new.example/Microsoft-Server-ActiveSync"
	each(t, func(t *testing.T, v eas.Version) {
		d := l.device("anna", "D1", v)
		t.Run("MS-ASHTTP_R285 every command is told where the users are", func(t *testing.T) {
			for _, c := range offered() {
				if r := d.send(string(c), ""); r.code != 451 || r.header.Get("X-MS-Location") != where || len(r.body) != 0 {
					t.Errorf("%s: HTTP %d %v", c, r.code, r.header)
				}
			}
			for name, change := range map[string]func(*http.Request){
				"OPTIONS":                      func(hr *http.Request) { hr.Method = "OPTIONS" },
				"a password that is new there": func(hr *http.Request) { hr.SetBasicAuth("anna", "new") },
			} {
				hr := d.request("FolderSync", nil)
				change(hr)
				if r, err := d.do(hr); err != nil || r.code != 451 || r.header.Get("X-MS-Location") != where {
					t.Errorf("%s: %v %v", name, r, err)
				}
			}
		})
	})
	resp, err := l.http.Client().Get(l.http.URL + "/autodiscover/autodiscover.json?Email=anna@example.org&Protocol=ActiveSync")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var body strings.Builder
	if err := resp.Write(&body); err != nil || !strings.Contains(body.String(), where) {
		t.Errorf("Autodiscover: %s", body.String())
	}
}
