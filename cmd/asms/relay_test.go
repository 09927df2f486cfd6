package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"asms/relay/simulator"
)

const ours, theirs = "+15550001111", "+15550002222"

// radio is a simulated modem that listens, and its network.
type radio struct {
	*simulator.Network
	device string // as --modem takes it
}

func newRadio(t *testing.T) *radio {
	t.Helper()
	n := simulator.NewNetwork(nil)
	m := n.Modem(ours, nil)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() { _ = m.Serve(l) })
	t.Cleanup(func() {
		l.Close()
		serving.Wait()
		n.Close()
	})
	return &radio{n, "tcp:" + l.Addr().String()}
}

// background is a command that runs until it is ended.
type background struct {
	t    *testing.T
	cmd  *exec.Cmd
	done chan struct{}

	mu  sync.Mutex
	out bytes.Buffer
}

func (b *background) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.out.Write(p)
}

func (b *background) text() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.out.String()
}

func start(t *testing.T, stdin io.Reader, args ...string) *background {
	t.Helper()
	b := &background{t: t, cmd: exec.Command(binary, args...), done: make(chan struct{})}
	b.cmd.Stdin, b.cmd.Stdout, b.cmd.Stderr, b.cmd.Dir = stdin, b, b, t.TempDir()
	if err := b.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = b.cmd.Wait() // the test looks at ProcessState
		close(b.done)
	}()
	t.Cleanup(func() {
		_ = b.cmd.Process.Kill() // it may have ended
		<-b.done
		if t.Failed() {
			t.Logf("asms %s said:\n%s", args[0], b.text())
		}
	})
	return b
}

// end sends a signal and returns the exit code, -1 if the signal ended it.
func (b *background) end(sig syscall.Signal) int {
	b.t.Helper()
	if err := b.cmd.Process.Signal(sig); err != nil {
		b.t.Fatal(err)
	}
	select {
	case <-b.done:
	case <-time.After(10 * time.Second):
		b.t.Fatal("it does not end")
	}
	return b.cmd.ProcessState.ExitCode()
}

func eventually(t *testing.T, what string, cond func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !cond(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within 20 s: %s", what)
		}
	}
}

// mailbox is a server with a user, and the flags that say so.
func newMailbox(t *testing.T) (s *server, flags []string) {
	t.Helper()
	s = serveNew(t)
	s.user("anna")
	name := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(name, []byte("secret of anna\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return s, []string{"--server", s.url, "--user", "anna", "--password-file", name}
}

func TestRelayAndSend(t *testing.T) {
	t.Parallel()
	_, account := newMailbox(t)
	radio := newRadio(t)
	c := radio.Correspondent(theirs, nil)
	state, ids := filepath.Join(t.TempDir(), "relay"), t.TempDir()
	relay := append([]string{"relay", "--state", state, "--number", ours, "--modem", radio.device, "--version-limit", "14.1"}, account...)
	send := append([]string{"send", "--state", ids}, account...)

	asms(t, "", nil, append(send, "--timeout", "300ms", "--to", theirs, "too early")...).says(t, 1, "waits for a phone")
	phone := start(t, nil, relay...)
	eventually(t, "the early text is sent", func() bool { return len(c.Received()) == 1 })
	if got := phone.text(); !strings.Contains(got, "asms relays texts of anna as device asms") || !strings.Contains(got, "version=14.1") {
		t.Errorf("it says %q", got)
	}
	if strings.Contains(phone.text(), theirs) || strings.Contains(phone.text(), "too early") {
		t.Errorf("the log tells too much: %s", phone.text())
	}

	r := asms(t, "from standard input\n", nil, append(send, "--to", theirs)...)
	if r.code != 0 || r.out != "Sent to "+theirs+".\n" {
		t.Errorf("exit %d, %q, %q", r.code, r.out, r.err)
	}
	radio.Inject(simulator.Fault{Do: simulator.Reject, Code: 1, Number: "+1666"})
	r = asms(t, "", nil, append(send, "--to", "+1666", "--to", theirs, "to two")...)
	r.says(t, 1, "failed for +1666: the number is not assigned")
	if r.out != "Sent to "+theirs+".\n" {
		t.Errorf("of the other it says %q", r.out)
	}
	asms(t, "", nil, append(send, "--to", "+1666", "to one")...).says(t, 1, "failed for +1666")
	if files, err := os.ReadDir(ids); err != nil || len(files) != 0 {
		t.Errorf("it leaves %v, %v", files, err)
	}

	second := asms(t, "", nil, relay...)
	second.says(t, 1, "in use", state)
	if code := phone.end(syscall.SIGKILL); code != -1 {
		t.Errorf("exit %d", code)
	}
	radio.Heal()
	phone = start(t, nil, relay...)
	if r := asms(t, "", nil, append(send, "--to", theirs, "after a crash")...); r.code != 0 {
		t.Errorf("exit %d, %q", r.code, r.err)
	}
	if code := phone.end(syscall.SIGTERM); code != 0 {
		t.Errorf("exit %d", code)
	}
	var got []string
	for _, text := range c.Received() {
		got = append(got, text.Body)
	}
	if want := "[too early from standard input to two after a crash]"; fmt.Sprint(got) != want {
		t.Errorf("received %v", got)
	}
}

func TestRelayAndSendUsedWrongly(t *testing.T) {
	t.Parallel()
	password, empty := filepath.Join(t.TempDir(), "password"), filepath.Join(t.TempDir(), "empty")
	for name, text := range map[string]string{password: "x\n", empty: "\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, account := newMailbox(t)
	relay := "relay --server http://127.0.0.1:1 --user anna --number +1 --modem tcp:127.0.0.1:1 --state " + filepath.Join(t.TempDir(), "s")
	send := "send --state " + t.TempDir() + " --to +1 --server http://127.0.0.1:1 --user anna"
	for _, c := range []struct {
		args  string
		code  int
		words []string
	}{
		{"relay", 2, []string{"--server"}},
		{relay, 2, []string{"--password-file"}},
		{relay + " --password-file nowhere", 1, []string{"nowhere"}},
		{relay + " --password-file " + empty, 1, []string{"no password"}},
		{relay + " --password-file " + password + " --heartbeat 5s", 2, []string{"--heartbeat"}},
		{relay + " --password-file " + password + " --max-segments 300", 2, []string{"--max-segments"}},
		{relay + " --password-file " + password + " --national de", 2, []string{"--national", "tr"}},
		{relay + " --password-file " + password + " --modem tcp:127.0.0.1:2", 2, []string{"NUMBER=DEVICE"}},
		{relay + " --password-file " + password + " --version-limit 12.1", 2, []string{"12.1", "14.1"}},
		{relay + "2 --password-file " + password + " --server nonsense", 1, []string{"nonsense"}},
		{send + " hello", 2, []string{"--password-file"}},
		{send + " --password-file " + password + " hello", 1, []string{"refused"}},
		{send + " --password-file " + password, 2, []string{"empty"}},
		{strings.Replace(send, "http://127.0.0.1:1", account[1], 1) + " --password-file " + password + " hello", 1, []string{"password"}},
	} {
		t.Run(c.args, func(t *testing.T) {
			t.Parallel()
			asms(t, "", nil, strings.Fields(c.args)...).says(t, c.code, c.words...)
		})
	}
}

func TestDemoWithoutATerminal(t *testing.T) {
	t.Parallel()
	in, typed := io.Pipe()
	d := start(t, in, "demo", "--listen", "127.0.0.1:0", "--data", filepath.Join(t.TempDir(), "demo"))
	shown := func(words ...string) {
		t.Helper()
		eventually(t, strings.Join(words, " "), func() bool {
			lines := bufio.NewScanner(strings.NewReader(d.text()))
			for lines.Scan() {
				all := true
				for _, w := range words {
					all = all && strings.Contains(lines.Text(), w)
				}
				if all {
					return true
				}
			}
			return false
		})
	}
	shown("send --server http://127.0.0.1:", "--to")
	for _, line := range strings.Split(d.text(), "\n") {
		if _, args, ok := strings.Cut(line, " send --server"); ok {
			args := strings.Fields("send --server" + strings.ReplaceAll(args, "'", ""))
			if r := asms(t, "", []string{"XDG_STATE_HOME=" + t.TempDir()}, args...); r.code != 0 {
				t.Fatalf("the command it shows: exit %d, %s", r.code, r.err)
			}
		}
	}
	shown("Inbox", "Echo", "You wrote: Hello!")
	fmt.Fprintln(typed, "to eleni, nobody: Hi")
	shown("you", "Ελένη, Nobody", "Hi")
	shown("Nobody", "refused", "not assigned")
	shown("Report", "Nobody", "not assigned")
	shown("Sent Items", "Ελένη, Nobody", "sent by")
	shown("Inbox", "Ελένη", "👨‍👩‍👧‍👦")
	fmt.Fprintln(typed, "nonsense")
	shown("To write:")
	fmt.Fprintln(typed, "list")
	shown("+15550100103", "Otto")
	typed.Close()
	time.Sleep(100 * time.Millisecond)
	if strings.Contains(d.text(), "\x1b") {
		t.Error("it colours a pipe")
	}
	if code := d.end(syscall.SIGTERM); code != 0 {
		t.Errorf("exit %d", code)
	}
}

func TestDemoStaysAtHome(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"0.0.0.0:0", ":8080", "example.org:80"} {
		asms(t, "", nil, "demo", "--listen", address).says(t, 2, address, "this machine")
	}
}

func TestFold(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                         "[]",
		"one two three four":       "[one two|three four]",
		"一二三 四五六":                  "[一二三|四五六]",
		"unbreakablewordofletters": "[unbreakablewordofletters]",
		tame("a\x1b[31mb\nc"):      "[a[31mb c]",
	} {
		if got := "[" + strings.Join(fold(text, 10), "|") + "]"; got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	for text, want := range map[string]int{"abc": 3, "Ελένη": 5, "😊": 2, "👨‍👩‍👧‍👦": 2, "e\u0301": 1} {
		if got := columns(text); got != want {
			t.Errorf("%q has %d columns, want %d", text, got, want)
		}
	}
}
