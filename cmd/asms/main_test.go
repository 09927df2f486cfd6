package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// binary is the command under test, built once.
var binary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "asms")
	if err == nil {
		binary = filepath.Join(dir, "asms")
		build := exec.Command("go", "build", "-o", binary, ".")
		build.Stderr = os.Stderr
		err = build.Run()
	}
	code := 1
	if err != nil {
		fmt.Fprintln(os.Stderr, "build asms:", err)
	} else {
		code = m.Run()
	}
	os.RemoveAll(dir)
	os.Exit(code)
}

// result is how a command ended.
type result struct {
	out, err string
	code     int
}

// asms runs the command, with stdin and further environment.
func asms(t *testing.T, stdin string, env []string, args ...string) result {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	c := exec.CommandContext(ctx, binary, args...)
	c.Dir = t.TempDir()
	c.Stdin = strings.NewReader(stdin)
	c.Env = append(os.Environ(), env...)
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	err := c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("asms %v: %v", args, err)
	}
	return result{out.String(), errs.String(), c.ProcessState.ExitCode()}
}

// ok runs a command that must succeed and returns what it prints.
func ok(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	r := asms(t, stdin, nil, args...)
	if r.code != 0 {
		t.Fatalf("asms %v: exit %d: %s", args, r.code, r.err)
	}
	return r.out
}

// says checks that a command failed with one sentence that holds words.
func (r result) says(t *testing.T, code int, words ...string) {
	t.Helper()
	if r.code != code {
		t.Errorf("exit %d, want %d: %s", r.code, code, r.err)
	}
	lines := strings.Split(strings.TrimSuffix(r.err, "\n"), "\n")
	if len(lines) != 1 || !strings.HasPrefix(r.err, "asms: ") || !strings.HasSuffix(lines[0], ".") {
		t.Errorf("not one sentence: %q", r.err)
	}
	for _, w := range words {
		if !strings.Contains(r.err, w) {
			t.Errorf("%q does not say %q", r.err, w)
		}
	}
}

// server is a running `asms serve`.
type server struct {
	t    *testing.T
	cmd  *exec.Cmd
	data string
	url  string
	logs *bytes.Buffer // valid once it has ended
	done chan struct{}
}

// serveIn starts a server on a port of its own and waits for its address.
func serveIn(t *testing.T, data string, flags ...string) *server {
	t.Helper()
	s := &server{t: t, data: data, logs: new(bytes.Buffer), done: make(chan struct{})}
	s.cmd = exec.Command(binary, append([]string{"serve", "--data", data, "--listen", "127.0.0.1:0"}, flags...)...)
	s.cmd.Stderr = s.logs
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	go func() {
		_, _ = io.Copy(io.Discard, out)
		_ = s.cmd.Wait() // the test looks at ProcessState
		close(s.done)
	}()
	t.Cleanup(func() {
		_ = s.cmd.Process.Kill() // it may have ended
		<-s.done
		if t.Failed() {
			t.Logf("the server's log:\n%s", s.logs)
		}
	})
	url, found := strings.CutPrefix(strings.TrimSpace(line), "asms listens on ")
	if err != nil || !found {
		t.Fatalf("the server says %q: %v", line, err)
	}
	s.url = url
	return s
}

func serveNew(t *testing.T, flags ...string) *server {
	t.Helper()
	return serveIn(t, filepath.Join(t.TempDir(), "data"), flags...)
}

// user adds one beside the server, whose password is "secret of NAME".
func (s *server) user(name string) {
	s.t.Helper()
	ok(s.t, "secret of "+name+"\n", "user", "add", name, "--data", s.data, "--password-stdin")
}

// options asks what the server offers and returns the HTTP status.
func (s *server) options(name, password string) int {
	s.t.Helper()
	r, err := http.NewRequest(http.MethodOptions, s.url+"/Microsoft-Server-ActiveSync", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	r.SetBasicAuth(name, password)
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	w.Body.Close()
	return w.StatusCode
}

// wait returns the exit code; -1 means that a signal ended the process.
func (s *server) wait(within time.Duration) int {
	s.t.Helper()
	select {
	case <-s.done:
	case <-time.After(within):
		s.t.Fatalf("the server did not end within %s", within)
	}
	return s.cmd.ProcessState.ExitCode()
}

func (s *server) signal(sig syscall.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.t.Fatal(err)
	}
}

func TestWrongUse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args  string
		words []string
	}{
		{"", []string{"expected"}},
		{"srve", []string{"srve"}},
		{"serve --lsten x", []string{"--lsten"}},
		{"serve --listen 8080", []string{"HOST:PORT"}},
		{"serve --listen 0.0.0.0:0", []string{"plain HTTP", "--behind-proxy"}},
		{"serve --listen :0", []string{"plain HTTP"}},
		{"serve --listen example.org:0", []string{"plain HTTP"}},
		{"serve --moved-to new.example", []string{"--moved-to"}},
		{"serve --url https://a.example --moved-to https://a.example/", []string{"--moved-to"}},
		{"serve --tls-cert c.pem", []string{"--tls-key"}},
		{"serve --log-level loud", []string{"--log-level", "loud"}},
		{"serve --log-format xml", []string{"--log-format"}},
		{"user add", []string{"<name>"}},
		{"user add ann", []string{"--password-stdin"}},
		{"user policy ann strict", []string{"required"}},
		{"user activesync ann maybe", []string{"on", "off"}},
		{"device wipe ann D1", []string{"--yes"}},
	} {
		t.Run(c.args, func(t *testing.T) {
			t.Parallel()
			r := asms(t, "", nil, strings.Fields(c.args)...)
			r.says(t, 2, c.words...)
			if r.out != "" {
				t.Errorf("it prints %q", r.out)
			}
		})
	}
}

func TestVersionAndHelp(t *testing.T) {
	t.Parallel()
	if out := ok(t, "", "version"); !strings.HasPrefix(out, "asms ") || strings.Count(out, "\n") != 1 {
		t.Errorf("%q", out)
	}
	if out := ok(t, "", "serve", "--help"); !strings.Contains(out, "--listen") || !strings.Contains(out, "$ASMS_LISTEN") {
		t.Errorf("%q", out)
	}
}
