// Package atmodem drives a GSM modem by AT commands in PDU mode, over a serial
// line or a TCP connection.
//
// Sources: 3GPP TS 27.005 (messages), 3GPP TS 27.007 (the rest).
package atmodem

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"
)

// ErrUnknownOutcome wraps what Submit answers when the segment may have been
// accepted and nobody can tell.
var ErrUnknownOutcome = errors.New("atmodem: outcome unknown")

// Kind tells the TPDUs that come in apart.
type Kind byte

// The kinds of TPDU that come in.
const (
	Deliver      Kind = iota // SMS-DELIVER
	StatusReport             // SMS-STATUS-REPORT
)

// Options of a modem. Nil means the zero value.
type Options struct {
	// PIN unlocks the SIM when it asks. Default none: a locked SIM is an error.
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
	// Trace sees each line, dir '>' to the modem and '<' from it. It sees texts
	// and numbers. Default none.
	Trace func(dir byte, line string)
}

// Info is what the modem says of itself.
type Info struct {
	Manufacturer, Model, Revision, IMEI string
	Number                              string // own number, may be empty
	Operator                            string
	SMSC                                string
	Signal                              int // 0 to 31 as +CSQ gives it, -1 unknown
	Registered                          bool
}

// Modem is an open modem. Its methods may be called from several goroutines.
type Modem struct{}

// Open sets the modem at the other end of rw up for texts. It owns rw from then on.
func Open(ctx context.Context, rw io.ReadWriteCloser, opts *Options) (*Modem, error) {
	return nil, errors.New("atmodem: not yet")
}

// Dial opens a device: "/dev/ttyUSB2" or "tcp:HOST:PORT".
func Dial(ctx context.Context, device string, opts *Options) (*Modem, error) {
	return nil, errors.New("atmodem: not yet")
}

// Info is what the modem said when it was opened.
func (m *Modem) Info() Info { return Info{} }

// Submit sends one segment: an SMS-SUBMIT TPDU without SMSC prefix. It answers
// the message reference that status reports will carry. Errors are a
// *SubmitError when the network or modem refused, one that wraps
// ErrUnknownOutcome when the segment may have been accepted, and any other
// when it certainly was not sent.
func (m *Modem) Submit(ctx context.Context, tpdu []byte) (reference byte, err error) {
	return 0, errors.New("atmodem: not yet")
}

// Receive hands each TPDU that came in, without SMSC prefix, to handle: first
// what the store holds, then what comes. The modem forgets a message only when
// handle returned nil. It runs until ctx ends or the modem fails.
func (m *Modem) Receive(ctx context.Context, handle func(ctx context.Context, pdu []byte, kind Kind) error) error {
	return errors.New("atmodem: not yet")
}

// Close ends the modem.
func (m *Modem) Close() error { return nil }
