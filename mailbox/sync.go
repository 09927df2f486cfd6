package mailbox

import (
	"context"
	"time"

	"asms/store"
)

// Class is the class of an item.
type Class = store.Class

// Classes of items.
const (
	ClassEmail = store.ClassEmail
	ClassSMS   = store.ClassSMS
)

// Partnership names what one device knows of one folder.
type Partnership struct {
	User   UserID
	Device string // device id
	Folder string // collection id
}

// ClassOptions are the sticky options of one class.
//
// [MS-ASCMD] 2.2.3.125.6 Options (Sync)
type ClassOptions struct {
	Class          Class
	FilterType     int              // 0 to 5: all, 1 day, 3 days, 1 week, 2 weeks, 1 month
	ClientWins     bool             // Conflict 0: the client's change replaces the server's
	Body           []BodyPreference // in the client's order
	MIMESupport    int
	MIMETruncation *int
}

// BodyPreference says how a client wants bodies.
//
// [MS-ASAIRS] 2.2.2.12 BodyPreference
type BodyPreference struct {
	Type           int
	TruncationSize *int64 // bytes; nil: whole
	AllOrNone      bool
	Preview        int // characters, 0 none
}

// SyncRequest is what a client says about one collection.
type SyncRequest struct {
	Key            string // "0" begins
	Options        []ClassOptions // nil: those of the request before
	GetChanges     bool
	Window         int  // how many changes may come, at least 1
	DeletesAsMoves bool // a Delete moves to Deleted Items
	Commands       []Command
	// Interval is how long the client intends to stay silent: its Wait or
	// HeartbeatInterval, or 0. It decides when a text at that phone is unknown.
	Interval time.Duration
}

// CommandKind says what a client's command does.
type CommandKind int

// Kinds of commands.
const (
	CommandAdd CommandKind = iota + 1
	CommandChange
	CommandDelete
	CommandFetch
)

// Command is one Add, Change, Delete or Fetch of a client.
type Command struct {
	Kind     CommandKind
	ClientID string   // Add
	ServerID string   // Change, Delete, Fetch
	Message  *Message // Add
	Read     *bool    // Change: nil as it is
	Flag     *Flag    // Change: nil as it is, the zero Flag clears
}

// Message is what a new item holds.
type Message struct {
	Class      Class
	From, To   string    // as on the wire
	Subject    string    // mail only
	Body       string
	CPID       string    // InternetCPID; "" stands for 65001
	Date       time.Time // DateReceived; the zero time stands for now
	Importance int       // 0 low, 1 normal, 2 high
	Read       bool
	Flag       Flag
}

// Response answers one Command. Err is nil, ErrConflict, or ErrItemNotFound.
type Response struct {
	Kind     CommandKind
	ClientID string
	ServerID string
	Item     *Item // Add and Fetch, when Err is nil
	Err      error
}

// ChangeKind says what a server's change does.
type ChangeKind int

// Kinds of changes.
const (
	ChangeAdd ChangeKind = iota + 1
	ChangeUpdate
	ChangeDelete
	ChangeSoftDelete
)

// Change is one thing that a device has to be told.
type Change struct {
	Kind     ChangeKind
	ServerID string
	Class    Class
	Item     *Item // Add: whole; Update: its new Read and Flag
	Read     bool  // Update: Read has changed
	Flag     bool  // Update: Flag has changed
}

// Delta is what a Sync of one collection answers.
type Delta struct {
	Key       string         // for the next request
	Empty     bool           // nothing to say, and Key is the request's own
	Options   []ClassOptions // those in force
	Responses []Response     // one for each Command, in their order
	Changes   []Change
	More      bool // MoreAvailable
}

// Sync is one Sync of one collection: it applies the client's commands and
// answers what the device has to be told, both in one transaction. The error is
// ErrInvalidSyncKey, ErrFolderNotFound, the context's, or the store's.
func (m *Mailbox) Sync(ctx context.Context, p Partnership, req SyncRequest) (Delta, error) {
	panic("soon")
}
