package crashtest

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// server is the real program on a data directory, killed and started again on
// the same port.
type server struct {
	dir  string // holds the data directory and what the program writes to stderr
	addr string
	cmd  *exec.Cmd
	log  *os.File
}

const (
	userName = "ann"
	password = "correct horse"
)

func newServer(t *testing.T) *server {
	t.Helper()
	// Not t.TempDir: its name may be too long for the control socket.
	dir, err := os.MkdirTemp("", "crash")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{dir: dir, addr: freeAddress(t)}
	if s.log, err = os.Create(filepath.Join(dir, "stderr")); err != nil {
		t.Fatal(err)
	}
	add := exec.Command(binary, "user", "add", "--data", s.data(), "--password-stdin", userName)
	add.Stdin = strings.NewReader(password)
	if out, err := add.CombinedOutput(); err != nil {
		t.Fatalf("user add: %v: %s", err, out)
	}
	t.Cleanup(func() {
		if s.cmd != nil {
			s.kill()
		}
		s.log.Close()
		os.RemoveAll(dir)
	})
	return s
}

func (s *server) data() string { return filepath.Join(s.dir, "data") }

func (s *server) url() string { return "http://" + s.addr }

// freeAddress looks for a port below those that the kernel gives to outgoing
// connections: a client that knocks while the server is down might else be given
// the very port, and then talks to itself.
func freeAddress(t *testing.T) string {
	t.Helper()
	for range 100 {
		addr := fmt.Sprintf("127.0.0.1:%d", 20000+rand.IntN(10000))
		if l, err := net.Listen("tcp", addr); err == nil {
			l.Close()
			return addr
		}
	}
	t.Fatal("no free port")
	return ""
}

// launch starts the program and returns a channel that tells when it listens.
func (s *server) launch() (<-chan error, error) {
	s.cmd = exec.Command(binary, "serve", "--data", s.data(), "--listen", s.addr, "--log-level", "warn")
	s.cmd.Stderr = s.log
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	listens := make(chan error, 1)
	go func() {
		line, err := bufio.NewReader(out).ReadString('\n')
		if err == nil && !strings.Contains(line, "listens") {
			err = errors.New(line)
		}
		listens <- err
	}()
	return listens, nil
}

// start starts the program and returns when it listens.
func (s *server) start() error {
	listens, err := s.launch()
	if err != nil {
		return err
	}
	select {
	case err = <-listens:
	case <-time.After(patience):
		err = errors.New("it does not listen")
	}
	if err != nil {
		s.kill()
		return fmt.Errorf("serve: %w\n%s", err, s.stderr())
	}
	return nil
}

// kill ends the program as the kernel does when memory is short: without a word.
func (s *server) kill() {
	_ = s.cmd.Process.Kill() // SIGKILL
	_ = s.cmd.Wait()         // says that it was killed
	s.cmd = nil
}

// stderr returns the end of what the program has complained about.
func (s *server) stderr() string {
	b, err := os.ReadFile(s.log.Name())
	if err != nil {
		return err.Error()
	}
	return string(b[max(0, len(b)-4000):])
}
