// Package simulator is a GSM modem with an AT dialogue and a small mobile
// network behind it, for demonstrations and tests. No radio is involved.
//
// A [Network] stores and forwards. Its subscribers are modems, which programs
// drive by AT commands, and correspondents, which are Go functions. What
// [Network.Inject] asks for goes wrong.
//
// Sources: 3GPP TS 27.005, 27.007 (AT commands), 23.040 (messages).
package simulator

import "time"

// Options of a network. Nil means the zero value.
type Options struct {
	// Now is the network's clock. Default time.Now.
	Now func() time.Time
	// SMSC is the number of the service centre. Default "+15550000000".
	SMSC string
	// Operator is the name that modems show. Default "Simulated".
	Operator string
	// Pace is the least time between two deliveries to one subscriber, in real
	// time. Default none. ModemManager 1.20 overlooks the second of two
	// announcements that come in one breath; 50 ms suit it.
	Pace time.Duration
	// OnSubmit sees every segment that a modem hands in, before the answer.
	// It must not call the network. Default none.
	OnSubmit func(Submission)
}

// Submission is one segment that a modem handed in.
type Submission struct {
	From     string // the modem's number
	To       string
	TPDU     []byte // SMS-SUBMIT as it came
	Time     time.Time
	Accepted bool // the network took it, whatever the modem then answered
}
