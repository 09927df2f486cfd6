package relay

import (
	"context"
	"errors"
	"fmt"
)

// Radio is one modem with its SIM. Its methods may be called from several
// goroutines.
type Radio interface {
	// Submit hands one SMS-SUBMIT TPDU to the network and returns the message
	// reference it was given. It calls begin once, immediately before the
	// segment may leave; when begin fails nothing leaves and Submit returns. A
	// *Refusal means that the segment certainly was not sent, and so does any
	// error when begin was not called or has failed. After any other error
	// nobody knows whether it was.
	Submit(ctx context.Context, tpdu []byte, begin func() error) (reference byte, err error)

	// Receive hands over each TPDU that comes in, SMS-DELIVER or
	// SMS-STATUS-REPORT, first those that came before. The radio may forget a
	// TPDU when handle has returned nil, and calls handle for the next one only
	// after it has. After an error it brings the same one again later. Receive
	// runs until ctx ends or the radio fails.
	Receive(ctx context.Context, handle func(ctx context.Context, tpdu []byte) error) error

	// Info is what the radio knows of itself.
	Info() RadioInfo

	// Close ends what is under way.
	Close() error
}

// RadioInfo is what a radio knows of itself; all of it may
// be empty.
type RadioInfo struct {
	Model    string
	IMEI     string
	Operator string

	// Offline says that there is no network, as far as the radio can tell.
	Offline bool
}

// RadioOptions are one radio of an Agent.
type RadioOptions struct {
	// Name tells radios apart, in the ledger too: it must stay the same for a
	// SIM. Default the number.
	Name string

	// Number is the SIM's own. Default that of the agent.
	Number string

	// Open opens the radio; it is called again whenever the radio has failed.
	// After an error that wraps ErrLocked it is not; the other radios go on, and
	// when there is none left the agent ends.
	Open func(context.Context) (Radio, error)
}

// ErrLocked wraps the error of a radio that must not be opened again before a
// person has seen to it: three wrong PINs lock a SIM.
var ErrLocked = errors.New("relay: the SIM is locked")

// Refusal is Submit's answer that a segment certainly was not sent.
type Refusal struct {
	// Reason is for people, such as "the number is not assigned".
	Reason string

	// Code is the radio's number for it, -1 without one.
	Code int

	// Temporary says that the same segment may be taken later.
	Temporary bool

	// Unready says that the radio failed before it had the segment. It is opened
	// anew, and the segment is tried again as soon as it is ready; later, when
	// that has happened before, because the segment may be what it fails at.
	Unready bool
}

// Error is the reason.
func (r *Refusal) Error() string {
	if r.Code >= 0 {
		return fmt.Sprintf("relay: %s (code %d)", r.Reason, r.Code)
	}
	return "relay: " + r.Reason
}
