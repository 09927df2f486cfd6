package mailbox

import (
	"errors"
	"fmt"

	"asms/store"
)

// commands applies what the client did, in its order, before the plan.
func (s *session) commands() ([]Response, error) {
	if len(s.req.Commands) == 0 {
		return nil, nil
	}
	s.said, s.deleted = make(map[said]bool), make(map[int64]bool)
	responses := make([]Response, 0, len(s.req.Commands))
	for i := range s.req.Commands {
		c := &s.req.Commands[i]
		r := Response{Kind: c.Kind, ClientID: c.ClientID, ServerID: c.ServerID}
		var err error
		switch c.Kind {
		case CommandAdd:
			err = s.add(c, &r)
		case CommandChange:
			err = s.change(c)
		case CommandDelete:
			err = s.delete(c)
		case CommandFetch:
			err = s.fetch(c, &r)
		default:
			err = fmt.Errorf("mailbox: command kind %d", c.Kind)
		}
		if errors.Is(err, ErrConflict) || errors.Is(err, ErrItemNotFound) || errors.Is(err, ErrCard) {
			r.Err, err = err, nil
		}
		if err != nil {
			return nil, err
		}
		responses = append(responses, r)
	}
	return responses, nil
}

// item returns a live item of this folder that the device may see, or
// ErrItemNotFound.
func (s *session) item(id string) (*store.Item, error) {
	folder, n, err := parseServerID(id)
	if err != nil || folder != s.folder {
		return nil, ErrItemNotFound
	}
	i, err := s.tx.Item(n)
	if errors.Is(err, store.ErrNotFound) || err == nil && i.Folder != s.folder {
		return nil, ErrItemNotFound
	}
	if err != nil {
		return nil, err
	}
	if i.Mark, err = s.tx.MarkOf(s.device, s.folder, n); err != nil {
		return nil, err
	}
	if !visible(i, s.device) {
		return nil, ErrItemNotFound
	}
	return i, nil
}

// visible keeps a text on its way out from all but its audience and the device
// that wrote it.
func visible(i *store.Item, device string) bool {
	return i.State == store.NotOutbound || i.Aud == device || i.Mark.Set && i.Mark.Gone == 0
}

// add stores a new item, or finds the one that this Add has made already.
func (s *session) add(c *Command, r *Response) error {
	if id, again := s.answers[c.ClientID]; again {
		return s.addAgain(c, id, r)
	}
	if c.Card != nil {
		return s.addContact(c, r)
	}
	i, err := s.adopt(c.Message)
	if err != nil {
		return err
	}
	created := i == nil
	if created {
		if i, err = s.create(c.Message); err != nil {
			return err
		}
		if err := s.noteCopy(i); err != nil {
			return err
		}
	}
	if err := s.own(i); err != nil {
		return err
	}
	s.answers[c.ClientID] = i.ID
	r.ServerID, r.Item = serverID(s.folder, i.ID), itemOf(i)
	if err := s.noteReport(i); err != nil || !created {
		return err
	}
	return s.followConversation(i)
}

// own marks an item as supplied by the device.
func (s *session) own(i *store.Item) error {
	return s.mark(i.ID, i.Class, i.Date, markBorn(i))
}

// markBorn is the birth that a mark on an item has. A text on its way out is
// held by its mark alone.
func markBorn(i *store.Item) int64 {
	if i.State != store.NotOutbound {
		return store.Endless
	}
	return i.Born
}

func (s *session) mark(item int64, c Class, date, born int64) error {
	if err := s.tx.PutMark(s.device, s.folder, item, c, date, born); err != nil {
		return err
	}
	if k := (store.Key{Date: date, ID: item}); k.Less(s.class(c).Low) {
		s.class(c).Low = k
	}
	s.did(undoEntry{What: undoOwn, Item: item})
	return nil
}

// addAgain answers an Add that an earlier request with the same key made: the
// device takes its item back.
func (s *session) addAgain(c *Command, id int64, r *Response) error {
	r.ServerID = serverID(s.folder, id)
	i, err := s.tx.Item(id)
	if err == nil {
		r.Item = itemOf(i)
		if c.Message != nil && i.ReadBy == s.device && i.ReadLost && i.Read == c.Message.Read {
			if err := s.tx.SetReadLost(id, false); err != nil {
				return err
			}
			s.did(undoEntry{What: undoRead, Item: id})
			i.ReadLost = false
		}
		if c.Card != nil {
			if err := s.addContactAgain(i, c.Card); err != nil {
				return err
			}
			return s.own(i)
		}
		if s.outbox { // what changed meanwhile comes back as a Change
			if err := s.takeOver(i, &store.Item{Read: c.Message.Read, Flag: c.Message.Flag.encode()}); err != nil {
				return err
			}
		}
		return s.own(i)
	}
	if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	r.Item = &Item{ServerID: r.ServerID, Class: ClassContact} // someone has deleted it since
	if c.Message != nil {
		r.Item.Class = c.Message.Class
	}
	stones, err := s.tx.TombstonesOf(s.folder, id)
	if err != nil || len(stones) == 0 {
		return err
	}
	t := stones[len(stones)-1]
	born := t.Born
	if t.Outbound {
		born = store.Endless
	}
	if err := s.mark(id, t.Class, t.Date, born); err != nil {
		return err
	}
	if t.Seq > s.DeletesTold {
		if t.OnlyTo == s.device {
			return s.tx.MoveMark(s.device, s.folder, id, t.Seq)
		}
		return nil
	}
	// The device is past that tombstone and is told anew.
	again := *t
	if again.Seq, err = s.tx.Bump(); err != nil {
		return err
	}
	again.OnlyTo, again.DelBy, again.DelLost, again.At = s.device, "", false, s.m.now()
	if err := s.tx.PutTombstone(&again); err != nil {
		return err
	}
	return s.tx.MoveMark(s.device, s.folder, id, again.Seq)
}

// create stores a message as a new item of the folder.
func (s *session) create(msg *Message) (*store.Item, error) {
	i, err := s.m.newItem(s.tx, msg, s.in)
	if err != nil {
		return nil, err
	}
	if msg.Class == ClassSMS {
		i.Supplier, i.Supplied = s.device, s.part.Epoch
	}
	if s.outbox && msg.Class == ClassSMS {
		return i, s.m.compose(s.tx, i, s.device, "")
	}
	return i, s.m.insert(s.tx, i)
}

// change writes Read and Flag.
func (s *session) change(c *Command) error {
	i, err := s.item(c.ServerID)
	if err != nil {
		return err
	}
	clientWins := false
	if o := s.options(i.Class); o != nil {
		clientWins = o.ClientWins
	}
	fields, err := s.fields(i, c)
	if err != nil {
		return err
	}
	conflict := false
	for _, f := range fields {
		if !f.equal && !clientWins && s.contested(f) && i.Changed() > s.ChangesTold && s.held(i) {
			conflict = true
		}
	}
	for _, f := range fields {
		if err := s.write(i, f, conflict); err != nil {
			return err
		}
	}
	if err := s.tx.UpdateItem(i); err != nil {
		return err
	}
	if conflict {
		return ErrConflict
	}
	return nil
}

// field is one field of an item that a Change names.
type field struct {
	seq   *int64
	by    *string
	lost  *bool
	equal bool // the item has that value already
	merge bool // what is set keeps some of what was there
	set   func() error
	said  said
	undo  undoKind
}

func (s *session) fields(i *store.Item, c *Command) (all []field, err error) {
	if i.Class == ClassContact {
		if c.Card == nil {
			return nil, nil
		}
		f, err := s.cardField(i, func(before Card) Card { return before.apply(c.Card, s.Supported) })
		return []field{f}, err
	}
	if c.Read != nil {
		all = append(all, field{
			seq: &i.ReadSeq, by: &i.ReadBy, lost: &i.ReadLost, equal: i.Read == *c.Read,
			set: func() error { i.Read = *c.Read; return nil }, said: said{i.ID, false}, undo: undoRead,
		})
	}
	if c.Flag != nil {
		flag := c.Flag.encode()
		all = append(all, field{
			seq: &i.FlagSeq, by: &i.FlagBy, lost: &i.FlagLost, equal: i.Flag == flag,
			set: func() error { i.Flag = flag; return nil }, said: said{i.ID, true}, undo: undoFlag,
		})
	}
	return all, nil
}

// write writes one field of a Change. In a conflict nothing of the Change is
// taken, and the device gets the server's version of all that it named: a field
// that was not itself in conflict is written anew as it is.
func (s *session) write(i *store.Item, f field, conflict bool) error {
	switch {
	case conflict && !f.equal && s.contested(f):
		return nil
	case !conflict && f.equal:
		s.said[f.said] = true
		if *f.by == s.device && *f.lost {
			*f.lost = false
			s.did(undoEntry{What: f.undo, Item: i.ID})
		}
		return nil
	}
	seq, err := s.tx.Bump()
	if err != nil {
		return err
	}
	untold := *f.seq > s.ChangedSince && (*f.by != s.device || *f.lost)
	*f.seq, *f.by, *f.lost = seq, s.device, false
	if conflict {
		*f.by = ""
		return nil
	}
	if f.merge && untold { // the device has to be told what has come of both
		*f.by = ""
	}
	if err := f.set(); err != nil {
		return err
	}
	s.did(undoEntry{What: f.undo, Item: i.ID})
	return nil
}

// contested reports whether another wrote the field after what the device was
// told of it.
func (s *session) contested(f field) bool { return *f.by != s.device && *f.seq > s.ChangedSince }

// delete deletes an item, or takes a deletion back that the device has made
// already. Deleting what is gone succeeds.
func (s *session) delete(c *Command) error {
	folder, id, err := parseServerID(c.ServerID)
	if err != nil || folder != s.folder {
		return nil
	}
	s.deleted[id] = true
	i, err := s.tx.Item(id)
	if errors.Is(err, store.ErrNotFound) || err == nil && i.Folder != s.folder {
		_, err := s.deleteAgain(id)
		return err
	}
	if err != nil {
		return err
	}
	if i.State != store.NotOutbound {
		return s.deleteText(i)
	}
	stone, err := s.m.kill(s.tx, i, s.device)
	if err != nil {
		return err
	}
	s.did(undoEntry{What: undoDelete, Item: id, Tombstone: stone})
	if s.req.DeletesAsMoves && s.in.Type != deletedType && i.Class != ClassContact { // Deleted Items hold mail
		_, err = s.m.copyTo(s.tx, i, store.DeletedItemsID)
	}
	return err
}

// deleteAgain handles a Delete of what is gone for this device: if it deleted it
// itself, the deletion is its own again. It reports whether it was.
func (s *session) deleteAgain(id int64) (own bool, err error) {
	stones, err := s.tx.TombstonesOf(s.folder, id)
	if err != nil {
		return false, err
	}
	for _, t := range stones {
		if t.DelBy != s.device || t.OnlyTo != "" && t.OnlyTo != s.device {
			continue
		}
		if err := s.tx.SetDelLost(s.folder, t.Seq, false); err != nil {
			return false, err
		}
		s.did(undoEntry{What: undoDelete, Item: id, Tombstone: t.Seq})
		own = true
	}
	return own, nil
}

// fetch answers a whole item.
func (s *session) fetch(c *Command, r *Response) error {
	i, err := s.item(c.ServerID)
	if err != nil {
		return err
	}
	if !s.wants(i.Class) && !s.held(i) { // [MS-ASMS] 3.2.5.1: no SMS that was not asked for
		return ErrItemNotFound
	}
	r.Item, err = itemWhole(s.tx, i)
	return err
}
