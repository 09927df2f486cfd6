package simulator_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"asms/relay/simulator"
)

// The tests that use this file have programs of others drive the modem. A
// program that isn't there fails them, because then nothing is proven.

// program finds a program of a Debian package.
func program(t *testing.T, name, debian string) string {
	t.Helper()
	for _, candidate := range []string{name, "/usr/sbin/" + name} {
		if path, err := exec.LookPath(candidate); err == nil {
			return path
		}
	}
	t.Fatalf("%s is missing: install the Debian package %s (script/packages does it)", name, debian)
	return ""
}

// run runs a program to its end and answers what it printed.
func run(t *testing.T, path string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", path, args, err, out)
	}
	return string(out)
}

// start runs a program until the test ends, or until stop is called. It dies
// with the test's process, however that ends.
func start(t *testing.T, cmd *exec.Cmd) (stop func()) {
	t.Helper()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	started, ended := make(chan error, 1), make(chan struct{})
	go func() {
		defer close(ended)
		runtime.LockOSThread() // Pdeathsig is bound to the thread
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		t.Fatal(err)
	}
	stop = func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
		select {
		case <-ended:
		case <-time.After(2 * time.Second):
		}
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // also its children
		<-ended
	}
	t.Cleanup(func() {
		stop()
		if t.Failed() {
			t.Logf("%s printed:\n%s", cmd.Path, out.String())
		}
	})
	return stop
}

func eventually(t *testing.T, what string, cond func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !cond(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within a minute: %s", what)
		}
	}
}

// serveTerminal has the modem answer on a pseudo terminal, whose path it
// answers.
func serveTerminal(t *testing.T, m *simulator.Modem) (path string) {
	t.Helper()
	control := func(f *os.File, request uintptr, argument unsafe.Pointer) {
		t.Helper()
		c, err := f.SyscallConn()
		if err != nil {
			t.Fatal(err)
		}
		var errno syscall.Errno
		if err := c.Control(func(fd uintptr) {
			_, _, errno = syscall.Syscall(syscall.SYS_IOCTL, fd, request, uintptr(argument))
		}); err != nil || errno != 0 {
			t.Fatal(err, errno)
		}
	}
	far, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	var number, unlock uint32
	control(far, syscall.TIOCSPTLCK, unsafe.Pointer(&unlock))
	control(far, syscall.TIOCGPTN, unsafe.Pointer(&number))
	path = fmt.Sprintf("/dev/pts/%d", number)
	// Held open, so that the modem outlives the programs that come and go, and
	// raw, so that nothing is echoed before the first comes.
	near, err := os.OpenFile(path, os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	var raw syscall.Termios
	control(near, syscall.TCGETS, unsafe.Pointer(&raw))
	raw.Iflag, raw.Oflag, raw.Lflag = 0, 0, 0
	control(near, syscall.TCSETS, unsafe.Pointer(&raw))
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = m.ServeConn(far) // ends with EIO
	}()
	t.Cleanup(func() { near.Close(); far.Close(); <-served })
	return path
}
