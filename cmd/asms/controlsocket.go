package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"asms/account"
	"asms/mailbox"
	"asms/store"
	"asms/web"
)

// maxSocketPath is what the kernel takes.
const maxSocketPath = 107

func socketPath(dir string) string { return filepath.Join(dir, "control.sock") }

// listenControl opens the control socket in the data directory, which the caller
// has locked and which nobody else may enter.
func listenControl(dir string) (net.Listener, error) {
	path := socketPath(dir)
	if len(path) > maxSocketPath {
		return nil, fmt.Errorf("the name of the control socket %s is longer than %d bytes: choose a shorter data directory", path, maxSocketPath)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) { // left by a server that was killed
		return nil, fmt.Errorf("the control socket: %w", err)
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("the control socket: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		l.Close()
		return nil, fmt.Errorf("the control socket: %w", err)
	}
	return l, nil
}

// controlClient sends commands to a control, wherever that is.
type controlClient struct {
	via   http.RoundTripper
	close func() error
}

// startTimeout is how long a server may take to open its socket, or another
// command to end, before a command gives up.
const startTimeout = 10 * time.Second

// openControl reaches the server that has the data directory, or else takes the
// directory itself. Only with create may there be no data yet.
func openControl(ctx context.Context, dir string, create bool) (*controlClient, error) {
	if !create && !hasData(dir) {
		return nil, fmt.Errorf("there is no data of asms in %s", dir)
	}
	if err := prepareData(dir); err != nil {
		return nil, err
	}
	for end := time.Now().Add(startTimeout); ; {
		lock, err := lockData(dir)
		if err == nil {
			return ownControl(ctx, dir, lock)
		}
		if !errors.Is(err, errInUse) {
			return nil, err
		}
		if c, derr := net.Dial("unix", socketPath(dir)); derr == nil {
			c.Close()
			return socketControl(dir), nil
		}
		if time.Now().After(end) {
			return nil, fmt.Errorf("%w, which does not answer", err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// ownControl opens the store in this process.
func ownControl(ctx context.Context, dir string, lock *os.File) (*controlClient, error) {
	st, err := store.Open(ctx, dir, nil)
	if err != nil {
		lock.Close()
		return nil, err
	}
	accounts, box := account.New(st, nil), mailbox.New(st, nil)
	c := newControl(accounts, box, web.New(web.Options{Mailbox: box, Accounts: accounts, NoApp: true}))
	return &controlClient{
		via:   handlerTransport{c},
		close: func() error { return errors.Join(st.Close(), lock.Close()) },
	}, nil
}

// socketControl asks the server that runs.
func socketControl(dir string) *controlClient {
	t := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", socketPath(dir))
	}}
	return &controlClient{via: t, close: func() error { t.CloseIdleConnections(); return nil }}
}

// ask sends one command.
func ask[Out any](ctx context.Context, c *controlClient, path string, in any) (out Out, err error) {
	body, err := json.Marshal(in)
	if err != nil {
		return out, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://control"+path, bytes.NewReader(body))
	if err != nil {
		return out, err
	}
	w, err := c.via.RoundTrip(r)
	if err != nil {
		return out, fmt.Errorf("the server does not answer: %w", err)
	}
	defer w.Body.Close()
	d := json.NewDecoder(w.Body)
	if w.StatusCode != http.StatusOK {
		var no refusal
		if err := d.Decode(&no); err != nil {
			return out, fmt.Errorf("the server answers %s", w.Status)
		}
		return out, errors.New(no.Error)
	}
	if err := d.Decode(&out); err != nil {
		return out, fmt.Errorf("the server's answer: %w", err)
	}
	return out, nil
}

// once opens the control, sends one command and closes it.
func once[Out any](ctx context.Context, dir string, create bool, path string, in any) (out Out, err error) {
	c, err := openControl(ctx, dir, create)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	return ask[Out](ctx, c, path, in)
}

// handlerTransport is a way to a handler in the same process.
type handlerTransport struct{ h http.Handler }

func (t handlerTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	w := &recorded{code: http.StatusOK, header: make(http.Header)}
	in := r.Clone(r.Context()) // a server never sees a request without a body
	if in.Body == nil {
		in.Body = http.NoBody
	}
	t.h.ServeHTTP(w, in)
	return &http.Response{
		StatusCode: w.code, Status: http.StatusText(w.code), Header: w.header, Body: io.NopCloser(&w.body), Request: r,
	}, nil
}

type recorded struct {
	code   int
	header http.Header
	body   bytes.Buffer
}

func (w *recorded) Header() http.Header         { return w.header }
func (w *recorded) WriteHeader(code int)        { w.code = code }
func (w *recorded) Write(b []byte) (int, error) { return w.body.Write(b) }
