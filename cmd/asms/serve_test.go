package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"asms/eas"
)

const waitAtMost = 10 * time.Second

func TestServe(t *testing.T) {
	t.Parallel()
	s := serveNew(t)
	for path, want := range map[string]int{
		"/healthz": 200, "/": 200, "/healthz/x": 404, "/nothing.ico": 404, "/api/v1/session": 401,
		"/Microsoft-Server-ActiveSync": 401, "/microsoft-server-activesync?Cmd=Ping": 401,
	} {
		w, err := http.Get(s.url + path)
		if err != nil {
			t.Fatal(err)
		}
		w.Body.Close()
		if w.StatusCode != want {
			t.Errorf("GET %s: %s", path, w.Status)
		}
	}
	for name, want := range map[string]os.FileMode{"": 0o700, "control.sock": 0o600, "lock": 0o600, "asms.db": 0o600} {
		info, err := os.Stat(filepath.Join(s.data, name))
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s/%s: %v, %v", s.data, name, info.Mode(), err)
		}
	}
}

// A phone that knows the old server alone goes on at the new one.
func TestAServerThatTheUsersHaveLeft(t *testing.T) {
	t.Parallel()
	here := serveNew(t)
	here.user("ann")
	old := serveNew(t, "--moved-to", here.url)
	phone := (&server{t: t, url: old.url}).phone("ann", "D1", eas.Version161)
	if _, err := phone.FolderSync(t.Context(), "0"); err != nil {
		t.Error(err)
	}
	if list := ok(t, "", "device", "list", "ann", "--data", here.data); !strings.Contains(list, "D1") {
		t.Errorf("the new server knows %s", list)
	}
	w, err := http.Get(old.url + "/")
	if err != nil {
		t.Fatal(err)
	}
	w.Body.Close()
	if got := "http://" + w.Request.URL.Host; got != here.url || w.StatusCode != 200 {
		t.Errorf("a browser comes to %s, %s", got, w.Status)
	}
	if w, err = http.Get(old.url + "/api/v1/session"); err != nil {
		t.Fatal(err)
	}
	w.Body.Close()
	if w.StatusCode != 421 {
		t.Errorf("a program is told %s", w.Status)
	}
	old.user("eve") // beside it as ever
}

func TestASecondServerIsRefused(t *testing.T) {
	t.Parallel()
	s := serveNew(t)
	r := asms(t, "", nil, "serve", "--data", s.data, "--listen", "127.0.0.1:0")
	r.says(t, 1, s.data, "in use", fmt.Sprint(s.cmd.Process.Pid))
	s.user("ann") // the first one still has its control socket

	other := asms(t, "", nil, "serve", "--data", filepath.Join(t.TempDir(), "x"), "--listen", strings.TrimPrefix(s.url, "http://"))
	other.says(t, 1, "address already in use")
}

func TestAServerThatWasKilledLeavesNothingInTheWay(t *testing.T) {
	t.Parallel()
	s := serveNew(t)
	s.user("ann")
	s.signal(syscall.SIGKILL)
	s.wait(waitAtMost)
	s.user("bob") // without a server, beside its stale socket
	again := serveIn(t, s.data)
	for _, name := range []string{"ann", "bob"} {
		if code := again.options(name, "secret of "+name); code != 200 {
			t.Errorf("%s: HTTP %d", name, code)
		}
	}
}

func TestSignalsEndTheServer(t *testing.T) {
	t.Parallel()
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			s := serveNew(t)
			s.user("ann")
			if code := s.options("ann", "secret of ann"); code != 200 { // leaves an idle connection
				t.Fatalf("HTTP %d", code)
			}
			s.signal(sig)
			if code := s.wait(waitAtMost); code != 0 {
				t.Errorf("exit %d", code)
			}
			if log := s.logs.String(); strings.Contains(log, "ERROR") || strings.Contains(log, "goroutine") {
				t.Errorf("the log: %s", log)
			}
		})
	}
}

// A request that is being sent is waited for, but not against a second signal.
func TestASecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	s := serveNew(t)
	s.user("ann")
	c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	r, err := http.NewRequest(http.MethodPost, s.url+"/Microsoft-Server-ActiveSync?Cmd=FolderSync&User=ann&DeviceId=D1&DeviceType=T", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth("ann", "secret of ann")
	fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nMS-ASProtocolVersion: 14.1\r\n"+
		"Content-Type: application/vnd.ms-sync.wbxml\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n",
		r.URL.RequestURI(), r.Header.Get("Authorization"))
	_ = c.SetReadDeadline(time.Now().Add(waitAtMost))
	answer := make([]byte, 100)
	if n, err := c.Read(answer); err != nil || !strings.HasPrefix(string(answer[:n]), "HTTP/1.1 100") {
		t.Fatalf("it does not ask for the body: %q, %v", answer[:n], err)
	}
	s.signal(syscall.SIGTERM)
	for { // it has seen the first signal when it no longer listens
		probe, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			break
		}
		probe.Close()
		time.Sleep(5 * time.Millisecond)
	}
	select {
	case <-s.done:
		t.Fatal("it did not wait for the request")
	case <-time.After(200 * time.Millisecond):
	}
	s.signal(syscall.SIGTERM)
	if code := s.wait(2 * time.Second); code != -1 {
		t.Errorf("exit %d", code)
	}
}

func TestDataDirectoriesThatAreNotOurs(t *testing.T) {
	t.Parallel()
	foreign := t.TempDir()
	if err := os.Chmod(foreign, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(foreign, "letter"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	asms(t, "", nil, "serve", "--data", foreign, "--listen", "127.0.0.1:0").says(t, 1, foreign, "of its own")
	if info, err := os.Stat(foreign); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("its mode was changed: %v, %v", info.Mode(), err)
	}

	prepared := t.TempDir() // as a volume may be
	if err := os.Chmod(prepared, 0o755); err != nil {
		t.Fatal(err)
	}
	serveIn(t, prepared)
	if info, err := os.Stat(prepared); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("it is open to others: %v, %v", info.Mode(), err)
	}

	asms(t, "", nil, "serve", "--data", filepath.Join(prepared, "lock"), "--listen", "127.0.0.1:0").says(t, 1, "not a directory")
	long := filepath.Join(t.TempDir(), strings.Repeat("d", 100))
	asms(t, "", nil, "serve", "--data", long, "--listen", "127.0.0.1:0").says(t, 1, "107 bytes")
}

// A request may hang longer than its body may take.
func TestUnhurried(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	bodyErr := make(chan error, 1)
	s := &http.Server{Handler: unhurried(100*time.Millisecond, time.Minute, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			bodyErr <- err
			return
		}
		select {
		case <-r.Context().Done():
			t.Error("the request was ended while it hung")
		case <-time.After(400 * time.Millisecond):
		}
		_, _ = io.WriteString(w, "waited")
	}))}
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { s.Close() })

	for range 2 { // on one connection
		w, err := http.Post("http://"+l.Addr().String(), "text/plain", strings.NewReader("body"))
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(w.Body)
		w.Body.Close()
		if string(b) != "waited" || err != nil {
			t.Errorf("%q, %v", b, err)
		}
	}

	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprint(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nslow")
	select {
	case err := <-bodyErr:
		if ne, ok := err.(net.Error); !ok || !ne.Timeout() {
			t.Errorf("%v", err)
		}
	case <-time.After(waitAtMost):
		t.Error("a body that never comes is waited for")
	}
}

func TestClientAddress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		forwarded []string
		want      string
	}{
		{nil, "10.0.0.1:5"},
		{[]string{"192.0.2.7"}, "192.0.2.7"},
		{[]string{"6.6.6.6, 192.0.2.7"}, "192.0.2.7"},
		{[]string{"6.6.6.6", "2001:db8::1"}, "2001:db8::1"},
		{[]string{"[2001:db8::1]:99"}, "[2001:db8::1]:99"},
		{[]string{"192.0.2.7, unknown"}, "10.0.0.1:5"},
		{[]string{""}, "10.0.0.1:5"},
	} {
		r := &http.Request{RemoteAddr: "10.0.0.1:5", Header: http.Header{"X-Forwarded-For": c.forwarded}}
		if got := clientAddress(r); got != c.want {
			t.Errorf("%q: %s, want %s", c.forwarded, got, c.want)
		}
	}
}
