package torture

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// process is the real program.
type process struct {
	cmd  *exec.Cmd
	line string // the first that it wrote
}

// launch starts the program and returns when it has written its first line. What
// it writes to stderr goes to the end of a file.
func launch(log string, args ...string) (*process, error) {
	stderr, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer stderr.Close()
	p := &process{cmd: exec.Command(binary, args...)}
	p.cmd.Stderr = stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	said := make(chan error, 1)
	go func() {
		var err error
		p.line, err = bufio.NewReader(out).ReadString('\n')
		said <- err
	}()
	select {
	case err = <-said:
	case <-time.After(patience):
		err = errors.New("it says nothing")
	}
	if err != nil {
		p.end(syscall.SIGKILL)
		return nil, err
	}
	p.line = strings.TrimSpace(p.line)
	return p, nil
}

// end sends a signal and waits for the end.
func (p *process) end(signal syscall.Signal) {
	_ = p.cmd.Process.Signal(signal) // it may have ended
	_ = p.cmd.Wait()                 // says how it ended
}
