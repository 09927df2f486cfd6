package mailbox

import (
	"encoding/json"
	"fmt"
	"slices"
)

// undoKind says what a request did that is no longer the device's own when its
// answer was lost.
type undoKind string

const (
	undoOwn    undoKind = "own"    // a mark was set
	undoRead   undoKind = "read"   // Read was written
	undoFlag   undoKind = "flag"   // Flag was written
	undoDelete undoKind = "del"    // a tombstone was written
	undoUnmark undoKind = "unmark" // a mark was removed by a SoftDelete
)

// undoEntry is one thing that a request did.
type undoEntry struct {
	What undoKind `json:"w"`
	Item int64    `json:"i"`
	// Tombstone is the seq of the tombstone of a delete.
	Tombstone int64 `json:"t,omitempty"`
	// Class, Date and Born are those of the mark that an unmark removed.
	Class Class `json:"c,omitempty"`
	Date  int64 `json:"d,omitempty"`
	Born  int64 `json:"b,omitempty"`
}

func (s *session) did(e undoEntry) { s.undo = append(s.undo, e) }

// disown handles the previous key: the effects of the requests whose answer was
// lost stay, but they are no longer the device's own. What the new request
// repeats it takes back; what it does not repeat comes as an ordinary Add,
// Change or Delete. It goes newest first: an item may have been marked and
// unmarked again.
func (s *session) disown() error {
	if err := json.Unmarshal([]byte(s.part.Undo), &s.undo); err != nil {
		return fmt.Errorf("mailbox: stored undo: %w", err)
	}
	for _, e := range slices.Backward(s.undo) {
		var err error
		switch e.What {
		case undoOwn:
			err = s.tx.LoseMark(s.device, s.folder, e.Item)
		case undoRead:
			err = s.tx.SetReadLost(e.Item, true)
		case undoFlag:
			err = s.tx.SetFlagLost(e.Item, true)
		case undoDelete:
			err = s.tx.SetDelLost(s.folder, e.Tombstone, true)
		case undoUnmark:
			err = s.tx.PutMark(s.device, s.folder, e.Item, e.Class, e.Date, e.Born)
		default:
			err = fmt.Errorf("mailbox: stored undo: %q is not known", e.What)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
