// Package relay plays the phone: it carries messages between a radio and a
// mailbox. To the server it is an ordinary ActiveSync device that transmits
// outbound texts; a phone that speaks the protocol can take its place.
//
// An [Agent] has a [Ledger] on disk, one server and one or more radios. What it
// must never do twice it writes down before and after: each segment of each
// recipient going out, each text coming in.
//
// # A text going out
//
// The text is kept in the transaction that keeps the sync key it came with. It
// is transmitted only when the server has seen that key, so that no other phone
// has it too. A segment is "submitting" on disk before the radio gets it. When
// the program ends between that and the radio's answer nobody knows whether the
// segment is on the air: it is not sent again, and the recipient counts as
// unknown. Recipients that failed or are unknown are reported to the Inbox, and
// only then the text is deleted in the Outbox, until the server has acknowledged
// that.
//
// When the server loses the sync key the Outbox comes anew, and the ledger tells
// what is known. A text of which nothing was transmitted and that does not come
// again stays with the server, which shows it as unknown: a person may have sent
// it another way meanwhile. A text half transmitted is finished.
//
// # What the server is told
//
// ActiveSync has no word for the states of recipients. A server that has the API
// of package api is told them before the Delete, and again when a status report
// changes one, until it has acknowledged that; one that has not is asked once a
// day. It holds up no Delete for more than a few tries. A status report belongs
// to the newest segment that the same radio sent to that number with that
// message reference, which wraps at 256; one that comes before the answer of the
// radio waits for it.
//
// # A text coming in
//
// The radio's TPDU is on disk before the radio may forget it; reassembly works
// on disk too. What is whole is added to the Inbox with a ClientId that is kept,
// so that repeating the Add makes no second text.
//
// A radio brings a TPDU again when its acknowledgement was lost, and then sender,
// service centre time stamp, coding, header and user data are the same (the
// more-messages flag need not be). But two equal texts sent within one second are
// the same in all of that, too. What tells them apart is when they come: each
// TPDU that the radio brought before it was last opened stands for one equal
// TPDU that it brings afterwards; any further one is a text of its own. So a
// crash doubles nothing, a modem that forgets nothing doubles nothing, and two
// equal texts are two. One segment of several is a repeat whenever all of that
// is equal, because its reference differs from text to text. What this gives up:
// of two equal texts sent within one second, the second is lost if the program
// ends between the two.
//
// Sources: [MS-ASMS] 3.1 Client Details, 3GPP TS 23.040.
package relay

import (
	"errors"
	"log/slog"
	"time"

	"asms/eas"
	"asms/easclient"
	"asms/sms"
)

// Options of an Agent.
type Options struct {
	// Client says where the server is and who signs in. DeviceID and PolicyKey
	// are the ledger's; a DeviceID given here is taken when the ledger is new.
	Client easclient.Options

	// VersionLimit is the highest protocol version to speak. Default: the
	// highest that the server speaks too.
	VersionLimit eas.Version

	// StateDir is the directory of the ledger; one process may have it.
	StateDir string

	// Number is the phone number told to the server, that of the first radio if
	// empty.
	Number string

	// Name is the device's friendly name. Default "asms relay".
	Name string

	// Radios carry the texts; at least one. A text leaves by the radio that the
	// recipient's number was last in touch with, else by the first that has a
	// network. None waits for another.
	Radios []RadioOptions

	// Heartbeat is how long the server may hold a request, a minute to 59
	// minutes. Default 15 minutes.
	Heartbeat time.Duration

	// MaxSegments is the most segments that a text may need, 1 to 255. Longer
	// ones are reported as failed. Default 255.
	MaxSegments int

	// StatusReports has the network asked for a report on each segment, and the
	// server told what the reports say. Carriers may charge for them, and the
	// radios have to hand them on. Default off.
	StatusReports bool

	// National lists the languages whose shift tables may be used when they save
	// a segment. Default none, because older phones show the wrong characters.
	National []sms.Language

	// Validity is how long a text is tried when the radio refuses it for the
	// time being, or is not there. Default 4 hours.
	Validity time.Duration

	// PartTimeout is how long the missing parts of a text are waited for before
	// it is shown without them. Default 3 hours.
	PartTimeout time.Duration

	// Log gets what happens, texts and numbers never above debug. Nil discards.
	Log *slog.Logger

	// Events sees what becomes of texts. It is called from several goroutines
	// and must not wait or call the agent. Default none.
	Events func(Event)

	// Now is the clock. Default time.Now.
	Now func() time.Time
}

// EventKind says what happened.
type EventKind byte

// What happens to texts.
const (
	TextReceived    EventKind = iota + 1 // a text came in the Outbox
	TextProved                           // the server knows that this phone has it
	SegmentAccepted                      // the network has taken Segment of Segments to Recipient
	SegmentRefused                       // the radio refused it for good; Reason says why
	SegmentDelayed                       // the radio did not take it now; it is tried again
	SegmentUnknown                       // nobody knows whether the network has it
	TextConcluded                        // all recipients are done
	TextDeleted                          // the server knows it
	PartReceived                         // the radio brought a part of a text
	TextUploaded                         // the text is in the Inbox
)

// Event is one thing that happened. What does not apply is empty.
type Event struct {
	Kind      EventKind
	Text      eas.ServerID
	To        string // all recipients, as the text has them
	Recipient string // number
	Segment   int    // from 1
	Segments  int
	Reason    string
	Radio     string // name
}

// Errors that end Run.
var (
	// ErrWiped says that the server ordered a wipe: the ledger is gone.
	ErrWiped = errors.New("relay: the server has wiped this device")

	// ErrInUse says that another process has the state directory.
	ErrInUse = errors.New("relay: the state directory is in use")

	// ErrOtherUser says that the state directory belongs to another user's
	// mailbox.
	ErrOtherUser = errors.New("relay: the state directory belongs to another user")
)

func (o *Options) setDefaults() {
	if o.Number == "" && len(o.Radios) > 0 {
		o.Number = o.Radios[0].Number
	}
	for i := range o.Radios {
		if o.Radios[i].Number == "" {
			o.Radios[i].Number = o.Number
		}
	}
	if o.Name == "" {
		o.Name = "asms relay"
	}
	if o.Heartbeat == 0 {
		o.Heartbeat = 15 * time.Minute
	}
	if o.MaxSegments == 0 {
		o.MaxSegments = 255
	}
	if o.Validity == 0 {
		o.Validity = 4 * time.Hour
	}
	if o.PartTimeout == 0 {
		o.PartTimeout = 3 * time.Hour
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Events == nil {
		o.Events = func(Event) {}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
}
