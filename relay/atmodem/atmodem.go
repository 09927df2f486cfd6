// Package atmodem drives a GSM modem by AT commands in PDU mode, over a serial
// line or a TCP connection.
//
// One goroutine reads and tells answers from announcements; commands go out
// one at a time. A message is taken from the modem only when the caller has
// it, and a segment is never said to be unsent when it may have been sent.
//
// A modem that restarts while the line stays open is set up again by whoever
// speaks to it next. One that keeps silent ends the connection: every call
// then answers ErrClosed, and the caller opens the modem anew.
//
// Sources: 3GPP TS 27.005 (messages), 3GPP TS 27.007 (the rest).
package atmodem

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"
)

// Options of a modem. Nil means the zero value.
type Options struct {
	// PIN unlocks the SIM when it asks. It is tried once, and not at all when
	// the modem tells that a try has failed before. Default none: a locked SIM
	// is an error.
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

// Info is what the modem says of itself and of the network.
type Info struct {
	Manufacturer, Model, Revision, IMEI string
	Number                              string // own number, may be empty
	Operator                            string // may be empty
	SMSC                                string // may be empty
	Signal                              int    // 0 to 31 as +CSQ gives it, -1 unknown
	Registered                          bool   // with a network that takes texts
	Roaming                             bool   // with another than the SIM's own
	Offline                             bool   // the modem says that there is no such network; one that doesn't tell is not
}

// Modem is an open modem. Its methods may be called from several goroutines,
// Receive from one at a time.
type Modem struct {
	opts Options
	rw   io.ReadWriteCloser

	turn    chan struct{} // holds a token while no command runs
	writes  chan write
	workers sync.WaitGroup

	// Owned with the turn.
	suspect    bool           // an answer may still come late
	memory     string         // that +CPMS selected for reading; empty: unknown
	capacity   map[string]int // places of each memory, as far as known
	indication string         // the +CNMI command that the modem took
	pinRefused bool
	restarts   []time.Time // of late

	mu          sync.Mutex
	info        Info
	memories    []string // where messages may be, the receiving one first
	current     *call
	acknowledge bool            // +CMT and +CDS want +CNMA
	want        *Kind           // the next line is a PDU of this kind
	direct      []direct        // PDUs that came without being asked for
	elsewhere   map[string]bool // memories that announcements named
	networks    map[string]int  // registration, by the command that tells it
	stale       bool            // the modem restarted: set it up again
	echoed      bool            // it echoed a command
	quiet       bool            // it doesn't, since it was set up
	full        bool            // it said that its memory is full
	failure     error           // why the connection ended

	wake   chan struct{} // look again: direct, or the store
	booted chan struct{} // the modem restarted just now
	gone   chan struct{} // closed when the connection ended
}

// Open sets the modem at the other end of rw up for texts. It owns rw from
// then on, also when it fails.
func Open(ctx context.Context, rw io.ReadWriteCloser, opts *Options) (*Modem, error) {
	m := newModem(rw, opts)
	if err := m.setUp(ctx); err != nil {
		m.Close()
		return nil, fmt.Errorf("atmodem: open: %w", err)
	}
	m.release()
	return m, nil
}

// newModem makes a modem that nothing has been said to; the caller has the
// turn.
func newModem(rw io.ReadWriteCloser, opts *Options) *Modem {
	m := &Modem{
		rw: rw, turn: make(chan struct{}, 1), writes: make(chan write),
		wake: make(chan struct{}, 1), booted: make(chan struct{}, 1), gone: make(chan struct{}),
		capacity: map[string]int{}, elsewhere: map[string]bool{}, networks: map[string]int{},
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
	m.workers.Go(m.read)
	m.workers.Go(m.write)
	return m
}

// Info is what the modem said last. What it says of the network is as old as
// the last announcement, poll or Refresh.
func (m *Modem) Info() Info {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.info
}

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
		m.failure = fmt.Errorf("%w: %w", ErrClosed, reason)
		if errors.As(reason, new(*SubmitError)) { // a refusal that led here isn't one of Submit
			m.failure = fmt.Errorf("%w: %v", ErrClosed, reason)
		}
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
