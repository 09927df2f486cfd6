package main

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Users are kept beside a live server and without one by the same commands.
func TestUsers(t *testing.T) {
	t.Parallel()
	for _, live := range []bool{true, false} {
		name := map[bool]string{true: "beside a server", false: "without a server"}[live]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := filepath.Join(t.TempDir(), "data")
			may := func(name, password string, want int) { t.Helper() }
			if live {
				s := serveIn(t, data)
				may = func(name, password string, want int) {
					t.Helper()
					if code := s.options(name, password); code != want {
						t.Errorf("%s with %q: HTTP %d, want %d", name, password, code, want)
					}
				}
			}
			may("ann", "first", 401)
			if out := ok(t, "first\n", "user", "add", "Ann", "--data", data, "--password-stdin"); out != "Added ann.\n" {
				t.Errorf("%q", out)
			}
			may("ann", "first", 200)
			ok(t, "two\nlines\n", "user", "add", "bob", "--admin", "--data", data, "--password-stdin")
			may("bob", "two\nlines", 200)
			ok(t, "windows\r\n", "user", "password", "bob", "--data", data, "--password-stdin")
			may("bob", "two\nlines", 401)
			may("bob", "windows", 200)
			ok(t, "", "user", "policy", "bob", "required", "--data", data)

			var users []user
			if err := json.Unmarshal([]byte(ok(t, "", "user", "list", "--json", "--data", data)), &users); err != nil {
				t.Fatal(err)
			}
			if len(users) != 2 || users[0].Name != "ann" || users[0].Admin || users[0].Policy ||
				users[1].Name != "bob" || !users[1].Admin || !users[1].Policy {
				t.Errorf("%+v", users)
			}
			table := ok(t, "", "user", "list", "--data", data)
			if lines := strings.Split(table, "\n"); len(lines) != 4 || !strings.HasPrefix(lines[2], "bob   yes    required") {
				t.Errorf("%s", table)
			}

			fails := func(stdin string, words string, args ...string) {
				t.Helper()
				asms(t, stdin, nil, append(args, "--data", data)...).says(t, 1, words)
			}
			fails("p", "exists already", "user", "add", "ANN", "--password-stdin")
			fails("p", "a user name is", "user", "add", "a b", "--password-stdin")
			fails("", "a password is", "user", "add", "eve", "--password-stdin")
			fails("\n", "a password is", "user", "add", "eve", "--password-stdin")
			fails(strings.Repeat("p", 1025), "a password is", "user", "add", "eve", "--password-stdin")
			fails("p", "no such user", "user", "password", "eve", "--password-stdin")
			fails("", "no such user", "user", "remove", "eve")
			fails("", "no such user", "device", "list", "eve")
			fails("", "no such device", "device", "block", "ann", "D1")
			fails("", "no such device", "device", "wipe", "ann", "D1", "--yes")

			ok(t, "", "user", "remove", "ann", "--data", data)
			may("ann", "first", 401)
			fails("", "no such user", "user", "remove", "ann")
		})
	}
}

func TestCommandsWithoutData(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "nothing")
	for _, args := range [][]string{{"user", "list"}, {"user", "remove", "ann"}, {"device", "list"}} {
		asms(t, "", nil, append(args, "--data", data)...).says(t, 1, "no data", data)
	}
	if _, err := os.Stat(data); err == nil {
		t.Error("a directory was made")
	}
}

func TestTheControlSocketIsStrict(t *testing.T) {
	t.Parallel()
	s := serveNew(t)
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return net.Dial("unix", filepath.Join(s.data, "control.sock"))
	}}}
	t.Cleanup(client.CloseIdleConnections)
	for _, c := range []struct {
		request, body string
		code          int
	}{
		{"GET /api/v1/admin/users", ``, 200},
		{"POST /api/v1/admin/users", `{"name":"x","password":"y","root":true}`, 400},
		{"POST /api/v1/admin/users", `{"name":"x","password":"y"} {}`, 400},
		{"POST /api/v1/admin/users", `{"name":`, 400},
		{"POST /api/v1/admin/users", ``, 400},
		{"POST /api/v1/admin/users", `{"name":"` + strings.Repeat("x", 1<<20) + `"}`, 413},
		{"POST /api/v1/admin/users", `{"name":"x"}`, 400},
		{"GET /api/v1/devices", ``, 403}, // the owner of the directory has none
		{"GET /api/v1/nothing", ``, 404},
		{"POST /policy/show", `{"User":"x","Root":true}`, 400},
		{"POST /policy/show", `{"User":"` + strings.Repeat("x", maxControl) + `"}`, 400},
		{"POST /policy/show", `{"User":"x"}`, 409},
		{"POST /user/rename", `{}`, 404},
		{"POST /Microsoft-Server-ActiveSync", ``, 404},
	} {
		method, path, _ := strings.Cut(c.request, " ")
		r, err := http.NewRequest(method, "http://control"+path, strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		w, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(w.Body)
		w.Body.Close()
		var no struct{ Error, Title string }
		if w.StatusCode != c.code || err != nil || c.code != 200 && (json.Unmarshal(b, &no) != nil || no.Error+no.Title == "") {
			t.Errorf("%s %.60s: HTTP %d, %s", c.request, c.body, w.StatusCode, b)
		}
	}
}

func TestTablesAreSafeToPrint(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := printTable(&out, [][]string{{"A", "B"}, {"", "x\x1b[31m\ty\nz"}}); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); got != "A  B\n-  x�[31m�y�z\n" {
		t.Errorf("%q", got)
	}
}
