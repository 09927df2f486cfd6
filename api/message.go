package api

import "time"

// TextState is where a text stands on its way out.
type TextState string

// States of a text.
const (
	TextWaiting    TextState = "waiting"     // for a phone, or for its time
	TextOffered    TextState = "offered"     // an answer that holds it has begun to leave
	TextHandedOver TextState = "handed_over" // a phone has it
	TextSent       TextState = "sent"        // the network has taken it, for one recipient at least
	TextDelivered  TextState = "delivered"   // every recipient's phone has confirmed it
	TextFailed     TextState = "failed"      // it reached nobody
	TextUnknown    TextState = "unknown"     // it may or may not have been sent
	TextCancelled  TextState = "cancelled"   // taken back before a phone had it
)

// Direction says who wrote a message.
type Direction string

// Directions.
const (
	DirectionIn  Direction = "in"
	DirectionOut Direction = "out"
)

// Party is someone at the other end: a number as it was given, and the name that
// the contacts have for it.
type Party struct {
	Number  string `json:"number"`
	Name    string `json:"name,omitempty"`
	Contact string `json:"contact,omitempty"` // id of the contact that has the number
}

// RecipientPending is the state of a recipient of whom nothing is known yet.
const RecipientPending RecipientState = "pending"

// MessageRecipient is one recipient of a message that goes out.
type MessageRecipient struct {
	Party
	State  RecipientState `json:"state"`
	Reason string         `json:"reason,omitempty"` // in words, of a failure
	At     *time.Time     `json:"at,omitempty"`     // of the state
}

// Message is one text of a conversation.
type Message struct {
	ID           string    `json:"id"`
	Conversation string    `json:"conversation"`
	Direction    Direction `json:"direction"`
	Date         time.Time `json:"date"`
	Body         string    `json:"body"`
	Read         bool      `json:"read"`
	Flagged      bool      `json:"flagged"`

	// From is who wrote it; of the owner's own texts the number it left by, if known.
	From *Party `json:"from,omitempty"`
	// To is whom a text went to that is not, or no longer, followed: what a phone
	// filed itself, and incoming texts.
	To []Party `json:"to,omitempty"`

	// State and Recipients are of texts that went out through this server.
	State      TextState          `json:"state,omitempty"`
	Recipients []MessageRecipient `json:"recipients,omitempty"`
	// Device is the phone that has it or sent it.
	Device string `json:"device,omitempty"`
	// NotBefore and Expires are what the sender asked for.
	NotBefore *time.Time `json:"not_before,omitempty"`
	Expires   *time.Time `json:"expires,omitempty"`
	// Cancellable and Retryable say what may be asked of it now.
	Cancellable bool `json:"cancellable,omitempty"`
	Retryable   bool `json:"retryable,omitempty"`
}

// Messages is a page of a conversation, newest first.
type Messages struct {
	Messages []Message `json:"messages"`
	Older    string    `json:"older,omitempty"` // cursor; "" when these are the oldest
	Newer    string    `json:"newer,omitempty"` // cursor; "" when these are the newest
}

// NewMessage is a text to be sent.
type NewMessage struct {
	To   []string `json:"to"`   // numbers, 1 to 100
	Body string   `json:"body"` // at most 255 segments
	// Device that must send it; "" lets the server choose.
	Device string `json:"device,omitempty"`
	// NotBefore is when it may be given to a phone.
	NotBefore *time.Time `json:"not_before,omitempty"`
	// ValidFor is how many seconds it may wait for a phone, from NotBefore or now
	// on; then it fails. 0 stands for ever.
	ValidFor int `json:"valid_for,omitempty"`
}

// MessageChange changes a message; what is nil stays.
type MessageChange struct {
	Read    *bool `json:"read,omitempty"`
	Flagged *bool `json:"flagged,omitempty"`
}

// MeasureRequest asks what a text costs.
type MeasureRequest struct {
	Body string `json:"body"`
}

// Measure is what a text costs.
type Measure struct {
	Alphabet   string `json:"alphabet"`   // "GSM-7" or "UCS-2"
	Characters int    `json:"characters"` // as people count them
	Units      int    `json:"units"`      // septets, or 16-bit units
	Segments   int    `json:"segments"`
	Left       int    `json:"left"`                // units that the last segment still takes
	ForcedBy   string `json:"forced_by,omitempty"` // the first character that GSM-7 lacks
	TooLong    bool   `json:"too_long,omitempty"`  // more segments than can be sent
}

// Route is the phone that a text would leave by.
type Route struct {
	// State is "ready" (a phone that was here lately), "silent" (one that has not
	// been seen for a while) or "none".
	State    string     `json:"state"`
	Device   string     `json:"device,omitempty"`
	Name     string     `json:"name,omitempty"`
	Number   string     `json:"number,omitempty"`
	LastSeen *time.Time `json:"last_seen,omitempty"`
	// Detail says in one sentence what stands in the way, or "".
	Detail string `json:"detail,omitempty"`
}
