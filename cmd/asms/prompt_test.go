package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"asms/eas"
)

// onTerminal runs the command on a terminal of its own and types an answer at
// each prompt. It returns what the terminal shows and the exit code.
func onTerminal(t *testing.T, answers [][2]string, args ...string) (string, int) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer master.Close()
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	slave, err := os.OpenFile(fmt.Sprint("/dev/pts/", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(binary, args...)
	c.Stdin, c.Stdout, c.Stderr = slave, slave, slave
	err = c.Start()
	slave.Close()
	if err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(20*time.Second, func() { _ = c.Process.Kill() })
	defer timer.Stop()
	var shown strings.Builder
	buf := make([]byte, 1024)
	seen := 0
	for {
		for len(answers) > 0 && strings.Contains(shown.String()[seen:], answers[0][0]) {
			seen = shown.Len()
			time.Sleep(20 * time.Millisecond) // until it has turned the echo off
			if _, err := master.WriteString(answers[0][1] + "\n"); err != nil {
				t.Fatal(err)
			}
			answers = answers[1:]
		}
		n, err := master.Read(buf)
		shown.Write(buf[:n])
		if err != nil { // the other end is closed
			break
		}
	}
	_ = c.Wait() // the caller looks at the exit code
	return shown.String(), c.ProcessState.ExitCode()
}

func TestPasswordsAreAskedTwiceWithoutEcho(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	add := []string{"user", "add", "ann", "--data", data}
	shown, code := onTerminal(t, [][2]string{{"Password: ", "hunter2"}, {"Again: ", "hunter3"}}, add...)
	if code != 1 || !strings.Contains(shown, "differ") || strings.Contains(shown, "hunter") {
		t.Errorf("exit %d: %s", code, shown)
	}
	shown, code = onTerminal(t, [][2]string{{"Password: ", "hunter2"}, {"Again: ", "hunter2"}}, add...)
	if code != 0 || !strings.Contains(shown, "Added ann") || strings.Contains(shown, "hunter") {
		t.Errorf("exit %d: %s", code, shown)
	}
	s := serveIn(t, data)
	if code := s.options("ann", "hunter2"); code != 200 {
		t.Errorf("HTTP %d", code)
	}
}

func TestAWipeIsConfirmed(t *testing.T) {
	t.Parallel()
	s := serveNew(t)
	s.user("ann")
	s.phone("ann", "D1", eas.Version161)
	wipe := []string{"device", "wipe", "ann", "D1", "--factory-reset", "--data", s.data}
	access := func() string { return ok(t, "", "device", "list", "--data", s.data) }
	shown, code := onTerminal(t, [][2]string{{"Erase everything on D1 of ann?", "y"}}, wipe...)
	if code != 1 || !strings.Contains(shown, "nothing was done") || !strings.Contains(access(), "allowed") {
		t.Errorf("exit %d: %s", code, shown)
	}
	shown, code = onTerminal(t, [][2]string{{"Erase everything on D1 of ann?", "yes"}}, wipe...)
	if code != 0 || !strings.Contains(access(), "factory reset requested") {
		t.Errorf("exit %d: %s", code, shown)
	}
}
