package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/term"

	"asms/eas"
	"asms/easclient"
	"asms/sms"
)

type sendCmd struct {
	accountFlags
	To      []string      `required:"" env:"-" sep:"none" placeholder:"NUMBER" help:"Who gets the text; may be repeated."`
	Timeout time.Duration `env:"-" placeholder:"TIME" default:"5m" help:"How long to wait (default 5m)."`
	NoWait  bool          `env:"-" help:"Do not wait for what becomes of it."`
	State   string        `env:"-" placeholder:"DIR" help:"Where the device id is kept (default ~/.local/state/asms)."`
	Text    string        `arg:"" optional:"" help:"The text; standard input without it."`
}

// maxTextInput is the most that is read of a text: 255 segments and then some.
const maxTextInput = 256 << 10

func (c *sendCmd) Run(ctx context.Context, t *terminal) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	text, err := c.text(t)
	if err != nil {
		return err
	}
	var to []sms.Address
	for _, number := range c.To {
		if strings.TrimSpace(number) == "" {
			return usageError{errors.New("--to is empty")}
		}
		to = append(to, sms.Address{Name: number, Number: number})
	}
	o, err := c.client()
	if err != nil {
		return err
	}
	o.DeviceType = "asmssend"
	var free func()
	if o.DeviceID, free, err = takeDevice(c.State); err != nil {
		return err
	}
	defer free()
	client, err := easclient.New(o)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	mail, err := openMailbox(ctx, client)
	if err != nil {
		return serverTrouble(err)
	}
	if !c.NoWait {
		if err := mail.baseline(ctx); err != nil {
			return serverTrouble(err)
		}
	}
	fate := mail.expect(to, text)
	id, err := mail.send(ctx, to, text)
	if err != nil {
		return serverTrouble(err)
	}
	if c.NoWait {
		fmt.Fprintln(t.out, "The text waits for a phone.")
		return nil
	}
	err = mail.follow(ctx, id, fate)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() != nil {
		return fmt.Errorf("after %s nothing is known yet: the text is in the Outbox and waits for a phone, or the phone for the network", c.Timeout)
	}
	if err != nil {
		return serverTrouble(err)
	}
	return fate.tell(t.out, to)
}

// text is the text given, or standard input without the newline at its end.
func (c *sendCmd) text(t *terminal) (string, error) {
	if c.Text != "" {
		return c.Text, nil
	}
	if term.IsTerminal(int(t.in.Fd())) {
		return "", usageError{errors.New("the text is missing")}
	}
	b, err := io.ReadAll(io.LimitReader(t.in, maxTextInput+1))
	if err != nil {
		return "", fmt.Errorf("read the text: %w", err)
	}
	if len(b) > maxTextInput {
		return "", errors.New("the text is too long")
	}
	text := strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r")
	if text == "" {
		return "", usageError{errors.New("the text is empty")}
	}
	return text, nil
}

// tell says what became of a text. Anything but success for all is an error.
func (e *fate) tell(w io.Writer, to []sms.Address) error {
	var failed []string
	for _, a := range to {
		if reason, ok := e.failed[sms.Normalize(a.Number)]; ok {
			failed = append(failed, fmt.Sprintf("failed for %s: %s", a.Number, reason))
		} else if e.sent {
			fmt.Fprintf(w, "Sent to %s.\n", a.Number)
		}
	}
	switch {
	case len(failed) > 0:
		return errors.New(strings.Join(failed, "; "))
	case e.kept:
		return errors.New("the text was not sent, it is in the Drafts")
	case !e.sent:
		return errors.New("the text was taken out of the Outbox and not sent")
	}
	return nil
}

// serverTrouble puts errors of the server in words.
func serverTrouble(err error) error {
	var http *easclient.HTTPError
	if errors.As(err, &http) {
		switch http.Code {
		case 401:
			return errors.New("the server does not take this user name and password")
		case 403:
			return errors.New("the server does not serve this user or device")
		}
	}
	if errors.Is(err, easclient.ErrRemoteWipe) || errors.Is(err, easclient.ErrAccountOnlyRemoteWipe) {
		return errors.New("the server has wiped this device: remove it there to send again")
	}
	return err
}

// maxSenders is how many may run at a time for one user of the machine.
const maxSenders = 64

// takeDevice returns a device id that no other asms send uses now. Ids are kept,
// so that runs do not pile up devices on the server.
func takeDevice(dir string) (id eas.DeviceID, free func(), err error) {
	if dir == "" {
		if dir, err = stateHome(); err != nil {
			return "", nil, err
		}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", nil, fmt.Errorf("the directory for the device id: %w", err)
	}
	for n := range maxSenders {
		f, err := os.OpenFile(filepath.Join(dir, fmt.Sprintf("send-%d", n+1)), os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return "", nil, fmt.Errorf("the device id: %w", err)
		}
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if errors.Is(err, syscall.EWOULDBLOCK) {
			f.Close()
			continue
		}
		if err == nil {
			id, err = deviceID(f)
		}
		if err != nil {
			f.Close()
			return "", nil, fmt.Errorf("the device id: %w", err)
		}
		return id, func() { f.Close() }, nil
	}
	return "", nil, fmt.Errorf("%d times asms send is running already", maxSenders)
}

// deviceID reads an id, or writes a new one.
func deviceID(f *os.File) (eas.DeviceID, error) {
	b, err := io.ReadAll(io.LimitReader(f, eas.MaxDeviceIDLength))
	if err != nil {
		return "", err
	}
	if id := strings.TrimSpace(string(b)); len(id) >= 8 {
		return eas.DeviceID(id), nil
	}
	var random [12]byte
	_, _ = rand.Read(random[:]) // never fails
	id := "send" + hex.EncodeToString(random[:])
	if err := f.Truncate(0); err != nil {
		return "", err
	}
	if _, err := f.WriteAt([]byte(id+"\n"), 0); err != nil {
		return "", err
	}
	return eas.DeviceID(id), f.Sync()
}

// stateHome is where a user's programs keep such things.
func stateHome() (string, error) {
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "asms"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", usageError{errors.New("there is no home directory: say with --state where the device id is kept")}
	}
	return filepath.Join(home, ".local", "state", "asms"), nil
}
