// Package atmodem drives a GSM modem by AT commands in PDU mode, over a serial
// line or a TCP connection.
//
// One goroutine reads and tells answers from announcements; commands go out
// one at a time. A message is taken from the modem only when the caller has
// it, and a segment is never said to be unsent when it may have been sent.
//
// Sources: 3GPP TS 27.005 (messages), 3GPP TS 27.007 (the rest).
package atmodem

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	"go.bug.st/serial"
)

// Options of a modem. Nil means the zero value.
type Options struct {
	// PIN unlocks the SIM when it asks; it is tried once. Default none: a
	// locked SIM is an error.
	PIN string
	// StatusReports has the modem hand on status reports. Default off.
	StatusReports bool
	// CommandTimeout bounds the wait for an answer; the wait after a segment is
	// six times as long. Default 10 s.
	CommandTimeout time.Duration
	// PollInterval is the time between looks into the modem's store, because
	// announcements get lost. Default 30 s.
	PollInterval time.Duration
	// Logger; nil discards.
	Logger *slog.Logger
	// Trace sees each line, dir '>' to the modem and '<' from it. It sees texts,
	// numbers and the PIN. It is called from several goroutines. Default none.
	Trace func(dir byte, line string)
}

// Info is what the modem said of itself when it was opened.
type Info struct {
	Manufacturer, Model, Revision, IMEI string
	Number                              string // own number, may be empty
	Operator                            string // may be empty
	SMSC                                string // may be empty
	Signal                              int    // 0 to 31 as +CSQ gives it, -1 unknown
	Registered                          bool
}

// Modem is an open modem. Its methods may be called from several goroutines,
// Receive from one at a time.
type Modem struct {
	opts Options
	rw   io.ReadWriteCloser
	info Info

	turn    chan struct{} // holds a token while no command runs
	writes  chan write
	workers sync.WaitGroup

	suspect     bool     // an answer may still come late; owned with the turn
	memory      string   // that +CPMS selected for reading; owned with the turn
	memories    []string // where messages may be, the receiving one first
	acknowledge bool     // +CMT and +CDS want +CNMA

	mu        sync.Mutex
	current   *call
	want      *Kind           // the next line is a PDU of this kind
	direct    []direct        // PDUs that came without being asked for
	elsewhere map[string]bool // memories that announcements named
	failure   error           // why the connection ended

	wake chan struct{} // look again: direct, or the store
	gone chan struct{} // closed when the connection ended
}

// Open sets the modem at the other end of rw up for texts. It owns rw from
// then on, also when it fails.
func Open(ctx context.Context, rw io.ReadWriteCloser, opts *Options) (*Modem, error) {
	m := &Modem{
		rw: rw, turn: make(chan struct{}, 1), writes: make(chan write),
		wake: make(chan struct{}, 1), gone: make(chan struct{}), elsewhere: map[string]bool{},
	}
	if opts != nil {
		m.opts = *opts
	}
	if m.opts.CommandTimeout <= 0 {
		m.opts.CommandTimeout = 10 * time.Second
	}
	if m.opts.PollInterval <= 0 {
		m.opts.PollInterval = 30 * time.Second
	}
	if m.opts.Logger == nil {
		m.opts.Logger = slog.New(slog.DiscardHandler)
	}
	m.turn <- struct{}{}
	m.workers.Go(m.read)
	m.workers.Go(m.write)
	if err := m.start(ctx); err != nil {
		m.Close()
		return nil, fmt.Errorf("atmodem: open: %w", err)
	}
	return m, nil
}

// Dial opens a device: "tcp:HOST:PORT", or the path of a serial line such as
// "/dev/ttyUSB2", at 115200 bit/s, 8N1.
func Dial(ctx context.Context, device string, opts *Options) (*Modem, error) {
	if address, ok := strings.CutPrefix(device, "tcp:"); ok {
		var d net.Dialer
		c, err := d.DialContext(ctx, "tcp", address)
		if err != nil {
			return nil, fmt.Errorf("atmodem: dial: %w", err)
		}
		return Open(ctx, c, opts)
	}
	port, err := serial.Open(device, &serial.Mode{BaudRate: 115200})
	if err != nil {
		return nil, fmt.Errorf("atmodem: dial %s: %w", device, err)
	}
	_ = port.SetDTR(true) // a pty has no modem lines and says ENOTTY
	_ = port.SetRTS(true)
	return Open(ctx, port, opts)
}

// Info is what the modem said when it was opened.
func (m *Modem) Info() Info { return m.info }

// Close ends the connection and waits for what it started. Calls under way
// end with ErrClosed. Closing twice is no error.
func (m *Modem) Close() error {
	m.fail(errors.New("closed here"))
	m.workers.Wait()
	return nil
}

// fail ends the connection for good; the first reason is kept.
func (m *Modem) fail(reason error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.failure == nil {
		m.failure = fmt.Errorf("%w: %v", ErrClosed, reason) // a refusal that led here isn't one of Submit
		close(m.gone)
		m.rw.Close()
	}
}

// ended is why the connection ended.
func (m *Modem) ended() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.failure
}
