package mailbox

import (
	"asms/store"
)

// adopt looks for a stored text that an Add repeats, and takes it over. It
// returns nil when the Add is a new text.
//
// A phone that starts again from key 0 adds its whole history once more. A text
// of the folder with the same direction, peers, date and body that the device
// does not hold is that text; one that it does hold is another, so two equal
// texts stay two. Nothing is adopted in the Outbox: an Add there means "send".
func (s *session) adopt(msg *Message) (*store.Item, error) {
	if msg.Class != ClassSMS || s.outbox {
		return nil, nil
	}
	want, err := s.m.newItem(s.tx, msg, s.in)
	if err != nil {
		return nil, err
	}
	if s.in.Type == sentType {
		if i, err := s.joinSent(want); i != nil || err != nil {
			return i, err
		}
	}
	// Where the folder does not tell the direction, the stored item does.
	sides := []side{{want.Outgoing, want.Peers}}
	if _, told := directionIn(s.in); !told {
		sides = []side{{incoming, s.m.peerKey(msg, incoming)}, {outgoing, s.m.peerKey(msg, outgoing)}}
	}
	var adopted, absorbed *store.Item
	for _, side := range sides {
		err := s.tx.Alike(store.Walk{Folder: s.folder, Device: s.device, Bodies: true}, side.peers, want.Date, want.Date,
			func(i *store.Item) (bool, error) {
				if i.Outgoing != side.direction || i.Body != want.Body {
					return true, nil
				}
				if !s.held(i) {
					adopted = i
					return false, nil
				}
				if absorbed == nil && s.absorbs(i) {
					absorbed = i
				}
				return true, nil
			})
		if err != nil {
			return nil, err
		}
		if adopted != nil {
			break
		}
	}
	i := adopted
	if i == nil {
		i = absorbed
	}
	if i == nil {
		return nil, nil
	}
	return i, s.takeOver(i, want)
}

// side is a direction and who is at the other end.
type side struct {
	direction bool
	peers     string
}

// absorbs reports whether an Add of this partnership may stand for an item that
// the device holds already: it supplied the item itself in an earlier
// partnership, before this one began, and then asked for everything before
// adding its history. Each item absorbs one Add.
func (s *session) absorbs(i *store.Item) bool {
	return i.Supplier == s.device && i.Supplied != "" && i.Supplied != s.part.Epoch && i.Date < s.part.Started
}

// takeOver makes a stored text the device's own. What the device sent of Read is
// its change; what still differs then comes back as a Change.
func (s *session) takeOver(i, want *store.Item) error {
	if i.Supplier == s.device {
		i.Supplied = s.part.Epoch
	}
	if want.Read && !i.Read {
		seq, err := s.tx.Bump()
		if err != nil {
			return err
		}
		i.Read, i.ReadSeq, i.ReadBy, i.ReadLost = true, seq, s.device, false
		s.did(undoEntry{What: undoRead, Item: i.ID})
	} else if i.Read != want.Read {
		seq, err := s.tx.Bump()
		if err != nil {
			return err
		}
		i.ReadSeq, i.ReadBy = seq, ""
	}
	if i.Flag != want.Flag {
		seq, err := s.tx.Bump()
		if err != nil {
			return err
		}
		i.FlagSeq, i.FlagBy = seq, ""
	}
	return s.tx.UpdateItem(i)
}

// In milliseconds: how far a phone's clock may differ from the server's for its
// copy of a sent text to be recognised, and how long after sending a text it may
// still be waiting to delete it from the Outbox.
const (
	skew = 10 * 60 * 1000
	late = 7 * 24 * 60 * 60 * 1000
)

// joinSent recognises the phone's own copy of a text that its Delete has filed
// in Sent Items: the two become one. The time must fit too, or a text that the
// phone sends by itself would vanish in an older equal one.
func (s *session) joinSent(want *store.Item) (*store.Item, error) {
	var filed *store.Item
	err := s.tx.Filed(store.Walk{Folder: s.folder, Device: s.device, Bodies: true}, want.Peers, want.Date-skew, want.Date+late,
		func(i *store.Item) (bool, error) {
			if i.Body != want.Body {
				return true, nil
			}
			if i.Linked {
				if want.Date < s.part.Started && s.absorbs(i) { // its copy once more, after key 0
					filed = i
				}
				return filed == nil, nil
			}
			o, err := s.tx.OutboundOf(i.ID)
			if err != nil || want.Date < o.Created.UnixMilli()-skew {
				return true, err
			}
			filed = i
			return false, nil
		})
	if filed == nil || err != nil {
		return nil, err
	}
	if !filed.Linked && s.held(filed) { // the phone has got the filed one: its own takes that one's place
		if _, err := s.m.kill(s.tx, filed, ""); err != nil {
			return nil, err
		}
		i := want
		i.Supplier, i.Supplied, i.FiledBy, i.Linked = s.device, s.part.Epoch, s.device, true
		if err := s.m.insert(s.tx, i); err != nil {
			return nil, err
		}
		return i, s.tx.ShowsAs(filed.ID, i.ID)
	}
	filed.Linked, filed.Supplier, filed.Supplied = true, s.device, s.part.Epoch
	return filed, s.takeOver(filed, want)
}
