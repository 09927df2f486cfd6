package atmodem_test

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"asms/relay/atmodem"
	"asms/relay/simulator"
)

// openPTY makes a pseudo terminal: what is written to one end is read at the
// other, and path behaves like a serial line.
func openPTY(t *testing.T) (far *os.File, path string) {
	t.Helper()
	far, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { far.Close() })
	var number, unlock uint32
	connection, err := far.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var errno syscall.Errno
	err = connection.Control(func(fd uintptr) {
		if _, _, errno = syscall.Syscall(syscall.SYS_IOCTL, fd, syscall.TIOCSPTLCK, uintptr(unsafe.Pointer(&unlock))); errno == 0 {
			_, _, errno = syscall.Syscall(syscall.SYS_IOCTL, fd, syscall.TIOCGPTN, uintptr(unsafe.Pointer(&number)))
		}
	})
	if err != nil || errno != 0 {
		t.Fatal(err, errno)
	}
	return far, fmt.Sprintf("/dev/pts/%d", number)
}

func TestDialSerialLine(t *testing.T) {
	b := setup(t, nil)
	far, path := openPTY(t)
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = b.radio.ServeConn(far) // ends with EIO when the near end closes
	}()
	m, err := atmodem.Dial(t.Context(), path, quick())
	if err != nil {
		t.Fatal(err)
	}
	c := b.network.Correspondent(theirs, nil)
	var in inbox
	stop := receive(t, m, in.handle)
	for _, tpdu := range tpdus(t, "over a serial line") {
		if _, err := m.Submit(t.Context(), tpdu, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Send(ours, "and back"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a text and a report", func() bool { texts, reports := in.count(); return texts == 1 && reports == 1 })
	_ = stop()
	if err := m.Close(); err != nil {
		t.Error(err)
	}
	<-served
}

// A modem that is unplugged ends every call at once.
func TestUnplug(t *testing.T) {
	b := setup(t, nil)
	far, path := openPTY(t)
	served := make(chan struct{})
	go func() { defer close(served); _ = b.radio.ServeConn(far) }()
	opts := quick()
	opts.CommandTimeout, opts.PollInterval = 10*time.Second, time.Hour
	m, err := atmodem.Dial(t.Context(), path, opts)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	b.network.Inject(simulator.Fault{Do: simulator.DropAnswer, Times: 1})
	received, submitted := make(chan error, 1), make(chan error, 1)
	go func() { received <- m.Receive(t.Context(), (&inbox{}).handle) }()
	go func() { _, err := m.Submit(t.Context(), tpdus(t, "gone")[0], nil); submitted <- err }()
	eventually(t, "the segment is out", func() bool { return len(b.network.Submissions()) == 1 })
	far.Close()
	begun := time.Now()
	if err := <-received; !errors.Is(err, atmodem.ErrClosed) {
		t.Errorf("Receive: %v", err)
	}
	if err := <-submitted; !errors.Is(err, atmodem.ErrClosed) || !errors.Is(err, atmodem.ErrUnknownOutcome) {
		t.Errorf("Submit: %v", err)
	}
	if err := m.Reset(t.Context()); !errors.Is(err, atmodem.ErrClosed) {
		t.Errorf("Reset: %v", err)
	}
	if d := time.Since(begun); d > 2*time.Second {
		t.Errorf("it took %v", d)
	}
	<-served
}
