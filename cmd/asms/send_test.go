package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"asms/api"
	"asms/eas"
	"asms/relay/simulator"
)

// secretIn writes a secret into a file.
func secretIn(t *testing.T, secret string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(name, []byte(secret), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestSendSaysWhatBecomesOfAText(t *testing.T) {
	t.Parallel()
	s, account := newMailbox(t)
	radio := newRadio(t)
	c := radio.Correspondent(theirs, nil)
	send := func(args ...string) result {
		return asms(t, "", nil, append(append([]string{"send"}, account...), args...)...)
	}

	if r := send("--to", theirs, "--no-wait", "--idempotency-key", "k1", "once"); r.code != 0 || r.out != "The text waits for a phone.\n" {
		t.Errorf("%+v", r)
	}
	send("--to", theirs, "--idempotency-key", "k1", "other").says(t, 1)
	send("--to", theirs, "--device", "NONE", "x").says(t, 1)
	start(t, nil, append([]string{"relay", "--state", t.TempDir(), "--number", ours, "--modem", radio.device}, account...)...)
	if r := send("--to", theirs, "--idempotency-key", "k1", "once"); r.code != 0 || r.out != "Sent to "+theirs+".\n" {
		t.Errorf("%+v", r)
	}
	if n := len(c.Received()); n != 1 {
		t.Errorf("%d texts arrived", n)
	}
	radio.Inject(simulator.Fault{Do: simulator.Reject, Code: 1, Number: "+1666"})
	r := send("--watch", "--to", theirs, "--to", "+1666", "watched")
	r.says(t, 1, "failed for +1666: the number is not assigned")
	for _, want := range []string{"  sent (asms", "  +1666 failed: the number is not assigned", "  " + theirs + " sent\n", "\nSent to " + theirs + ".\n"} {
		if !strings.Contains(r.out, want) {
			t.Errorf("%q is not in %q", want, r.out)
		}
	}
	if r := send("--not-before", "1s", "--valid-for", "60s", "--to", theirs, "later"); r.code != 0 {
		t.Errorf("%+v", r)
	}
	for args, want := range map[string]string{
		"--not-before tomorrow": "--not-before", "--not-before -5m": "--not-before", "--valid-for -1s": "--valid-for", "--valid-for 1ms": "--valid-for",
	} {
		send(append(strings.Fields(args), "--to", theirs, "x")...).says(t, 2, want)
	}

	token := strings.TrimSpace(ok(t, "", "token", "add", "anna", "script", "--scope", "send,read", "--data", s.data))
	byToken := []string{"send", "--server", s.url, "--token-file", secretIn(t, token), "--to", theirs, "by token"}
	if r := asms(t, "", nil, byToken...); r.code != 0 {
		t.Errorf("%+v", r)
	}
	app := strings.TrimSpace(ok(t, "", "user", "app-password", "add", "anna", "laptop", "--data", s.data))
	if r := asms(t, "", nil, "send", "--server", s.url, "--user", "anna", "--password-file", secretIn(t, app), "--to", theirs, "by app password"); r.code != 0 {
		t.Errorf("%+v", r)
	}
	var tokens []api.Token
	if err := json.Unmarshal([]byte(ok(t, "", "token", "list", "anna", "--json", "--data", s.data)), &tokens); err != nil || len(tokens) != 1 || tokens[0].LastUsed == nil {
		t.Fatalf("%v %+v", err, tokens)
	}
	if table := ok(t, "", "token", "list", "anna", "--data", s.data); !strings.Contains(table, "script  read,send") {
		t.Errorf("%s", table)
	}
	if out := ok(t, "", "token", "remove", "anna", tokens[0].ID, "--data", s.data); out != "Revoked.\n" {
		t.Errorf("%q", out)
	}
	asms(t, "", nil, byToken...).says(t, 1, "does not take")
	asms(t, "", nil, "token", "remove", "anna", tokens[0].ID, "--data", s.data).says(t, 1, "no such token")
	asms(t, "", nil, "token", "add", "nobody", "x", "--scope", "read", "--data", s.data).says(t, 1, "no such user")
	asms(t, "", nil, "token", "add", "anna", "x", "--scope", "root", "--data", s.data).says(t, 1, "not a scope")
	asms(t, "", nil, "user", "app-password", "remove", "anna", "x", "--data", s.data).says(t, 1, "no such app password")
	if table := ok(t, "", "user", "app-password", "list", "anna", "--data", s.data); !strings.Contains(table, "laptop") || strings.Contains(table, app) {
		t.Errorf("%s", table)
	}
}

// One's own devices are seen to with one's password, everybody's with an
// administrator's token; the outputs are those of commands on the server.
func TestDevicesOfAServerElsewhere(t *testing.T) {
	t.Parallel()
	s := serveNew(t)
	s.user("ann")
	s.user("bob")
	ok(t, "secret of root\n", "user", "add", "root", "--admin", "--data", s.data, "--password-stdin")
	s.phone("ann", "D1", eas.Version141)
	s.phone("bob", "D2", eas.Version141)
	token := strings.TrimSpace(ok(t, "", "token", "add", "root", "admin", "--scope", "admin", "--data", s.data))
	all := []string{"--server", s.url, "--token-file", secretIn(t, token)}
	mine := []string{"--server", s.url, "--user", "ann", "--password-file", secretIn(t, "secret of ann")}
	device := func(flags []string, args ...string) result {
		return asms(t, "", nil, append(append([]string{"device"}, args...), flags...)...)
	}
	here := device([]string{"--data", s.data}, "list")
	if r := device(all, "list"); r.code != 0 || r.out != here.out || !strings.Contains(r.out, "D2") {
		t.Errorf("%+v\n%s", r, here.out)
	}
	if r, own := device(mine, "list"), device([]string{"--data", s.data}, "list", "ann"); r.code != 0 || r.out != own.out {
		t.Errorf("%+v\n%s", r, own.out)
	}
	for _, flags := range [][]string{all, mine} {
		for _, c := range [][2]string{
			{"block ann D1", "D1 of ann is refused.\n"},
			{"allow ann D1", "D1 of ann is served.\n"},
			{"wipe ann D1 --factory-reset --yes", "D1 of ann is told to erase itself when it next connects.\n"},
			{"remove ann D1", "D1 of ann is forgotten.\n"},
		} {
			if r := device(flags, strings.Fields(c[0])...); r.code != 0 || r.out != c[1] {
				t.Errorf("%s: %+v", c[0], r)
			}
		}
		device(flags, "block", "ann", "D1").says(t, 1, "no such device")
		s.phone("ann", "D1", eas.Version141)
	}
	device(mine, "block", "bob", "D2").says(t, 1, "administrator's token")
	device(mine, "list", "bob").says(t, 1, "administrator's token")
	if r := device(all, "block", "bob", "D2"); r.code != 0 {
		t.Errorf("%+v", r)
	}
	device([]string{"--user", "ann"}, "list").says(t, 2, "--server")
	device([]string{"--server", s.url}, "list").says(t, 2, "--token-file")
	device([]string{"--server", s.url, "--user", "ann", "--password-file", secretIn(t, "wrong")}, "list").says(t, 1, "does not take")
}

func TestTheAppCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	s := serveNew(t, "--no-web")
	for path, want := range map[string]int{"/": 404, "/signin": 404, "/api/openapi.json": 200} {
		w, err := http.Get(s.url + path)
		if err != nil {
			t.Fatal(err)
		}
		w.Body.Close()
		if w.StatusCode != want {
			t.Errorf("GET %s: %s", path, w.Status)
		}
	}
}
