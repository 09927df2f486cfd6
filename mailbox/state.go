package mailbox

import (
	"encoding/json"
	"fmt"
	"time"

	"asms/store"
)

// state is what a device knows of a folder: one generation. Positions are
// values of the mailbox counter, and CreationsTold <= ChangesTold <= DeletesTold.
type state struct {
	DeletesTold int64 `json:"D"`
	// ChangedSince and ChangesTold are equal at rest. While a walk over changes
	// is paged, fields newer than ChangedSince are told and the walk has reached
	// ChangesTold.
	ChangedSince  int64          `json:"C0"`
	ChangesTold   int64          `json:"C"`
	CreationsTold int64          `json:"A"`
	Issued        int64          `json:"I"` // counter when the key was issued
	Classes       [2]classState  `json:"c"` // the folder's own class, and texts
	Options       []ClassOptions `json:"o"` // sticky
	// Supported are the elements of contacts that the client said it manages, nil
	// for all of them.
	Supported *[]string `json:"S,omitempty"`
}

// classState is what a device knows of one class of a folder.
type classState struct {
	// Floor: the device has every item at or above it that was born up to
	// CreationsTold. Top means none, Bottom all.
	Floor store.Key `json:"h"`
	// Low is the lower bound of the keys of the device's own items below Floor.
	Low store.Key `json:"l"`
	// Stale: a change or deletion was not told because the class was not wanted.
	Stale bool `json:"s,omitempty"`
}

func (s *state) class(c Class) *classState {
	if c == ClassSMS {
		return &s.Classes[1]
	}
	return &s.Classes[0]
}

// options returns the options of a class, or nil when it is not wanted.
func (s *state) options(c Class) *ClassOptions {
	for i := range s.Options {
		if s.Options[i].Class == c {
			return &s.Options[i]
		}
	}
	return nil
}

func (s *state) wants(c Class) bool { return s.options(c) != nil }

// classesIn are the classes of the items of a folder, its own one first.
func classesIn(f store.Folder) []Class {
	if holdsContacts(f.Type) {
		return []Class{ClassContact}
	}
	return []Class{ClassEmail, ClassSMS}
}

// defaultOptions are those of a client that gives none.
//
// [MS-ASMS] 3.1.4.1.1
func defaultOptions(f store.Folder) []ClassOptions { return []ClassOptions{{Class: classesIn(f)[0]}} }

// begin returns the state of key 0: nothing is held.
func begin(seq int64, options []ClassOptions) state {
	none := classState{Floor: store.Top, Low: store.Top}
	return state{
		DeletesTold: seq, ChangedSince: seq, ChangesTold: seq, CreationsTold: seq, Issued: seq,
		Classes: [2]classState{none, none}, Options: options,
	}
}

func (s state) encode() string {
	b, err := json.Marshal(s)
	if err != nil { // numbers, bools and lists of them always encode
		panic(err)
	}
	return string(b)
}

func decodeState(text string) (s state, err error) {
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return s, fmt.Errorf("mailbox: stored sync state: %w", err)
	}
	return s, nil
}

// sameOptions reports whether two sets of options say the same.
func sameOptions(a, b []ClassOptions) bool {
	if len(a) != len(b) {
		return false
	}
	x, err := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err == nil && err2 == nil && string(x) == string(y)
}

// day returns the midnight on which filters are counted, so that items age out
// once a day.
func (m *Mailbox) day() time.Time {
	now := m.now().In(m.location)
	return time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, m.location)
}

// filterFloor returns the lowest key inside a FilterType's window.
//
// [MS-ASMS] 3.1.4.1.1.2, [MS-ASCMD] 2.2.3.68.2 FilterType (Sync)
func filterFloor(day time.Time, filterType int) store.Key {
	switch filterType {
	case 1:
		day = day.AddDate(0, 0, -1)
	case 2:
		day = day.AddDate(0, 0, -3)
	case 3:
		day = day.AddDate(0, 0, -7)
	case 4:
		day = day.AddDate(0, 0, -14)
	case 5:
		day = day.AddDate(0, -1, 0)
	default:
		return store.Bottom
	}
	return store.Key{Date: day.UnixMilli()}
}

// view is a device's state of one folder with what it needs to be read.
type view struct {
	state
	device  string
	outbox  bool
	classes []Class // of the folder
	day     time.Time
}

// floorOf returns where the floor of a class should be: Top when it is not
// wanted. Texts waiting to be sent do not age.
func (v *view) floorOf(c Class) store.Key {
	o := v.options(c)
	switch {
	case o == nil:
		return store.Top
	case v.outbox && c == ClassSMS:
		return store.Bottom
	}
	return filterFloor(v.day, o.FilterType)
}

// mine reports whether the device holds the item because it supplied it.
func (v *view) mine(i *store.Item) bool { return i.Mark.Set && !i.Mark.Lost && i.Mark.Gone == 0 }

// ranged reports whether the item lies in the range that the device was told.
func (v *view) ranged(i *store.Item) bool {
	born := i.Born
	if i.State != store.NotOutbound {
		born = offered(i.Aud == v.device, i.Off)
	}
	return v.inRange(i.Class, i.Key(), born)
}

func (v *view) held(i *store.Item) bool { return v.mine(i) || v.ranged(i) }

// heldBefore reports whether the device holds the item that a tombstone stands
// for.
func (v *view) heldBefore(t *store.Tombstone) bool {
	if t.OnlyTo != "" && t.OnlyTo != v.device {
		return false
	}
	if t.Mark.Set && !t.Mark.Lost && (t.Mark.Gone == 0 && t.OnlyTo == "" || t.Mark.Gone == t.Seq) {
		return true
	}
	born := t.Born
	if t.Outbound {
		born = offered(t.Aud == v.device, t.Off)
	}
	return v.inRange(t.Class, t.Key(), born)
}

// offered is when a text on its way out appeared for a device: at the offer,
// and never for anyone else.
func offered(mine bool, off int64) int64 {
	if mine {
		return off
	}
	return store.Endless
}

func (v *view) inRange(c Class, k store.Key, born int64) bool {
	return !k.Less(v.class(c).Floor) && born <= v.CreationsTold
}
