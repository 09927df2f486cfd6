package mailbox

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
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
	Key            string         // "0" begins
	Supported      *[]string      // with key 0: the elements of contacts that the client manages; nil all
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
	ClientID string      // Add
	ServerID string      // Change, Delete, Fetch
	Message  *Message    // Add of a mail or text
	Card     *CardChange // Add and Change of a contact
	Read     *bool       // Change: nil as it is
	Flag     *Flag       // Change: nil as it is, the zero Flag clears
}

// Message is what a new item holds.
type Message struct {
	Class      Class
	From, To   string // as on the wire
	Subject    string // mail only
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

// outboxType and sentType are folder types of [MS-ASCMD] 2.2.3.186.3.
const (
	inboxType   = 2
	draftsType  = 3
	deletedType = 4
	sentType    = 5
	outboxType  = 6
)

// Sync is one Sync of one collection: it applies the client's commands and
// answers what the device has to be told, both in one transaction. The error is
// ErrInvalidSyncKey, ErrFolderNotFound, the context's, or the store's.
func (m *Mailbox) Sync(ctx context.Context, p Partnership, req SyncRequest) (Delta, error) {
	folder, err := parseCollectionID(p.Folder)
	if err != nil {
		return Delta{}, err
	}
	if d, ok := m.resting(p, &req); ok {
		return d, nil
	}
	var s *session
	var d Delta
	err = m.st.Update(ctx, p.User, func(tx *store.Tx) (err error) {
		s = &session{m: m, req: &req, plan: plan{tx: tx, folder: folder, window: max(req.Window, 1)}}
		s.device, s.day = p.Device, m.day()
		d, err = s.sync()
		return err
	})
	if err != nil {
		return Delta{}, err
	}
	m.settle(p, s, &d)
	return d, nil
}

// session is one Sync under way.
type session struct {
	plan
	m      *Mailbox
	req    *SyncRequest
	in     store.Folder
	part   store.Partnership
	replay bool // the previous key came: the last answer was lost

	answers map[string]int64 // ClientId -> item, since the previous key
	undo    []undoEntry      // what was done since the previous key
}

// journalLimit bounds answers and undo: a device that repeats its previous key
// for ever starts again.
const journalLimit = 2000

func (s *session) sync() (Delta, error) {
	var err error
	if s.in, err = s.tx.Folder(s.folder); err != nil {
		if errors.Is(err, store.ErrNotFound) {
			err = ErrFolderNotFound
		}
		return Delta{}, err
	}
	s.outbox, s.classes = s.in.Type == outboxType, classesIn(s.in)
	if s.req.Key == "0" {
		return s.begin()
	}
	base, err := s.resume()
	if err != nil {
		return Delta{}, err
	}
	horizon, err := s.tx.Horizon()
	if err != nil {
		return Delta{}, err
	}
	if base.DeletesTold < horizon {
		return Delta{}, ErrInvalidSyncKey
	}
	s.state = base
	if s.req.Options != nil {
		for _, o := range s.req.Options {
			if !base.wants(o.Class) && base.class(o.Class).Stale {
				return Delta{}, ErrInvalidSyncKey
			}
		}
		s.Options = s.req.Options
	}
	responses, err := s.commands()
	if err != nil {
		return Delta{}, err
	}
	if len(s.answers)+len(s.undo) > journalLimit {
		return Delta{}, ErrInvalidSyncKey
	}
	if s.outbox {
		if err := s.m.route(s.tx, &s.view); err != nil {
			return Delta{}, err
		}
	}
	if s.seq, err = s.tx.Seq(); err != nil {
		return Delta{}, err
	}
	more := false
	if s.req.GetChanges {
		if more, err = s.run(); err != nil {
			return Delta{}, err
		}
		if err := s.afterPlan(); err != nil {
			return Delta{}, err
		}
	}
	empty := len(s.req.Commands) == 0 && len(s.changes) == 0 && !more && !s.replay && sameOptions(s.Options, base.Options)
	if err := s.save(base, empty); err != nil {
		return Delta{}, err
	}
	return Delta{
		Key: formatSyncKey(s.part.Epoch, s.part.Key), Empty: empty, Options: s.Options,
		Responses: responses, Changes: s.changes, More: more,
	}, nil
}

// begin answers key 0: the old partnership is dropped and nothing is held.
func (s *session) begin() (Delta, error) {
	if err := s.tx.DropMarks(s.device, s.folder); err != nil {
		return Delta{}, err
	}
	seq, err := s.tx.Seq()
	if err != nil {
		return Delta{}, err
	}
	options := s.req.Options
	if options == nil {
		options = defaultOptions(s.in)
	}
	s.state = begin(seq, options)
	s.Supported = s.req.Supported
	now := s.m.now().UnixMilli()
	s.part = store.Partnership{
		Device: s.device, Folder: s.folder, Epoch: newEpoch(), Started: now, Seen: now,
		Key: 1, State: s.state.encode(), Answers: "{}", Undo: "[]",
	}
	if err := s.tx.PutPartnership(s.part); err != nil {
		return Delta{}, err
	}
	if s.outbox {
		if err := s.m.forgetHandedOver(s.tx, s.device); err != nil {
			return Delta{}, err
		}
		if err := s.m.route(s.tx, &s.view); err != nil {
			return Delta{}, err
		}
	}
	return Delta{Key: formatSyncKey(s.part.Epoch, s.part.Key), Options: s.Options}, nil
}

// resume finds the state that the request's key names.
func (s *session) resume() (base state, err error) {
	s.part, err = s.tx.Partnership(s.device, s.folder)
	if errors.Is(err, store.ErrNotFound) {
		return base, ErrInvalidSyncKey
	}
	if err != nil {
		return base, err
	}
	epoch, n, ok := parseSyncKey(s.req.Key)
	if !ok || epoch != s.part.Epoch {
		return base, ErrInvalidSyncKey
	}
	switch {
	case n == s.part.Key:
		if base, err = decodeState(s.part.State); err != nil {
			return base, err
		}
		s.state = base
		s.answers = make(map[string]int64)
		if s.outbox {
			if err := s.prove(); err != nil {
				return base, err
			}
			if err := s.keepLost(); err != nil {
				return base, err
			}
		}
		return base, s.tidy()
	case n == s.part.PrevKey && n > 0:
		if base, err = decodeState(s.part.Prev); err != nil {
			return base, err
		}
		s.state = base
		s.replay = true
		if err := json.Unmarshal([]byte(s.part.Answers), &s.answers); err != nil {
			return base, fmt.Errorf("mailbox: stored answers: %w", err)
		}
		if err := s.disown(); err != nil {
			return base, err
		}
		if s.outbox {
			return base, s.takeOfferBack()
		}
		return base, nil
	}
	return base, ErrInvalidSyncKey
}

// keepLost keeps the answers to Adds to the Outbox that the device has not
// received: such a text does not come back to it, and when it is added again it
// must not be sent again.
func (s *session) keepLost() error {
	var before map[string]int64
	if err := json.Unmarshal([]byte(s.part.Answers), &before); err != nil {
		return fmt.Errorf("mailbox: stored answers: %w", err)
	}
	for client, item := range before {
		mark, err := s.tx.MarkOf(s.device, s.folder, item)
		if err != nil {
			return err
		}
		if mark.Lost {
			s.answers[client] = item
		}
	}
	return nil
}

// tidy drops the marks that say nothing any more: those that are lost, and those
// on items that the device's range covers by now.
func (s *session) tidy() error {
	any, err := s.tx.AnyMark(s.device, s.folder)
	if err != nil || !any {
		return err
	}
	if !s.outbox { // there a lost Add may still be repeated
		if err := s.tx.DropLostMarks(s.device, s.folder); err != nil {
			return err
		}
	}
	for _, c := range s.classes {
		floor := s.class(c).Floor
		if floor == store.Top { // nothing was told
			continue
		}
		if err := s.tx.DropMarksInRange(s.device, s.folder, c, floor, s.CreationsTold); err != nil {
			return err
		}
	}
	return nil
}

// afterPlan writes what the plan decided.
func (s *session) afterPlan() error {
	for _, i := range s.unmark {
		if err := s.tx.DropMark(s.device, s.folder, i.ID); err != nil {
			return err
		}
		s.did(undoEntry{What: undoUnmark, Item: i.ID, Class: i.Class, Date: i.Date, Born: markBorn(i)})
	}
	for _, i := range s.carried {
		if err := s.m.carry(s.tx, i); err != nil {
			return err
		}
	}
	return nil
}

// save stores the new generation, or the old one at its new positions when there
// is nothing to say.
func (s *session) save(base state, empty bool) error {
	if !empty || s.req.GetChanges { // else nobody has looked at what came since
		s.Issued = s.seq
	}
	before := s.part
	s.part.Seen = s.m.now().UnixMilli()
	answers, err := json.Marshal(s.answers)
	if err != nil {
		return fmt.Errorf("mailbox: answers: %w", err)
	}
	if empty {
		// The key stays, and the generation before it is final. A row that would
		// say the same again is not written.
		s.part.State, s.part.PrevKey, s.part.Prev, s.part.Answers, s.part.Undo = s.state.encode(), 0, "", string(answers), "[]"
		if before.PrevKey == 0 && s.part.Answers == before.Answers && s.onlyMovedOn(base, before) {
			return nil
		}
		return s.tx.PutPartnership(s.part)
	}
	undo, err := json.Marshal(s.undo)
	if err != nil {
		return fmt.Errorf("mailbox: undo: %w", err)
	}
	s.part.Answers, s.part.Undo = string(answers), string(undo)
	if !s.replay {
		s.part.PrevKey, s.part.Prev = s.part.Key, base.encode()
	}
	s.part.Key++
	s.part.State = s.state.encode()
	return s.tx.PutPartnership(s.part)
}

// onlyMovedOn reports whether a Sync that brought nothing need not be written:
// from the positions that are stored the next one comes to the same, at the price
// of passing over a few rows once more. They are written from time to time, so
// that Prune can tell which devices are alive and what they were told.
func (s *session) onlyMovedOn(base state, before store.Partnership) bool {
	return s.seq-base.DeletesTold <= 500 && s.part.Seen-before.Seen <= time.Hour.Milliseconds() &&
		s.Classes == base.Classes && base.ChangedSince == base.ChangesTold
}

// newEpoch returns the random part of a partnership's keys, so that a key of an
// older partnership cannot match by chance.
func newEpoch() string { return rand.Text()[:12] }

// formatSyncKey and parseSyncKey write and read a key as the client sees it: at
// most 64 characters, opaque to it.
func formatSyncKey(epoch string, n int64) string { return epoch + "-" + strconv.FormatInt(n, 10) }

func parseSyncKey(key string) (epoch string, n int64, ok bool) {
	epoch, number, ok := strings.Cut(key, "-")
	if !ok {
		return "", 0, false
	}
	n, err := parseID(number)
	return epoch, n, err == nil
}
