package mailbox

import (
	"encoding/json"
	"errors"
	"slices"

	"asms/sms"
	"asms/store"
)

// compose puts a new text into the Outbox. Written by a device that relays texts
// itself, it is that device's own text and goes to no other; else it waits until
// a phone may take it.
func (m *Mailbox) compose(tx *store.Tx, i *store.Item, writer, chosen string) error {
	i.State = store.Waiting
	o := store.Outbound{Writer: writer, State: store.Waiting, Chosen: chosen, Tried: "[]", Created: m.now()}
	if writer != "" {
		d, err := tx.Device(writer)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if err == nil && relays(d) {
			i.State, o.State, o.Device, o.Tried = store.HandedOver, store.HandedOver, writer, encodeTried([]string{writer})
			o.Offered, o.Handed = o.Created, o.Created
		}
	}
	if err := m.insert(tx, i); err != nil {
		return err
	}
	o.TextID, o.ItemID = i.ID, i.ID
	if err := tx.PutOutbound(o); err != nil {
		return err
	}
	list, err := sms.ParseAddresses(i.To)
	if err != nil { // kept whole: the phone will say what it makes of it
		list = []sms.Address{{Number: i.To}}
	}
	for n, a := range list {
		r := store.Recipient{N: n, Address: a.String(), Number: m.numbers.key(a.Number), At: o.Created}
		if err := tx.PutRecipient(i.ID, r); err != nil {
			return err
		}
	}
	return nil
}

// relays reports whether a device may be given texts to send.
func relays(d store.Device) bool { return d.OutboundSMS && d.Access == store.Allowed }

func encodeTried(devices []string) string {
	b, err := json.Marshal(devices)
	if err != nil { // strings always encode
		panic(err)
	}
	return string(b)
}

func decodeTried(s string) (devices []string) {
	_ = json.Unmarshal([]byte(s), &devices) // written by encodeTried
	return devices
}

// setState stores where a text stands, on the item and in its way out.
func (m *Mailbox) setState(tx *store.Tx, i *store.Item, to store.TextState) error {
	if to == store.Unknown && i.State != to { // perhaps the copy is all that there will be
		if err := reveal(tx, i); err != nil {
			return err
		}
	}
	i.State = to
	if err := tx.UpdateItem(i); err != nil {
		return err
	}
	if _, err := tx.Bump(); err != nil { // a partnership at rest must look again
		return err
	}
	o, err := tx.Outbound(i.ID)
	if err != nil {
		return err
	}
	o.State, o.Due = to, zeroTime
	switch to {
	case store.Waiting:
		o.Device, o.Offered, o.Due = "", zeroTime, o.Expires
	case store.Offered:
		o.Due = m.dueAfter(tx.User(), i.Aud, m.now())
	case store.HandedOver:
		o.Handed = m.now()
		o.Due = m.dueAfter(tx.User(), i.Aud, o.Handed)
	}
	return tx.PutOutbound(o)
}

// carry notes that an answer with the offer begins to leave.
func (m *Mailbox) carry(tx *store.Tx, i *store.Item) error {
	i.Carried = true
	if err := tx.UpdateItem(i); err != nil {
		return err
	}
	o, err := tx.Outbound(i.ID)
	if err != nil {
		return err
	}
	o.Due = m.dueAfter(tx.User(), i.Aud, m.now())
	if tried := decodeTried(o.Tried); !slices.Contains(tried, i.Aud) {
		o.Tried = encodeTried(append(tried, i.Aud))
	}
	return tx.PutOutbound(o)
}

// prove runs when a phone comes with its current key for the Outbox: it has
// received what its state holds.
func (s *session) prove() error {
	texts, err := s.textsHere(store.HandedOver, store.Unknown)
	if err != nil {
		return err
	}
	for _, i := range texts {
		switch held := s.ranged(i); {
		case held && i.State == store.Unknown:
			err = s.m.setState(s.tx, i, store.HandedOver)
		case !held:
			i.Aud, i.Off = "", 0
			err = s.m.setState(s.tx, i, store.Unknown)
		}
		if err != nil {
			return err
		}
	}
	received, err := s.tx.TextsAt(s.device, store.Offered, s.CreationsTold)
	if err != nil {
		return err
	}
	for _, i := range received {
		if !s.ranged(i) {
			continue
		}
		if err := s.m.setState(s.tx, i, store.HandedOver); err != nil {
			return err
		}
	}
	return nil
}

// textsHere returns the texts in one of the states whose audience is the device.
func (s *session) textsHere(states ...store.TextState) (all []*store.Item, err error) {
	return textsAt(s.tx, s.device, states...)
}

func textsAt(tx *store.Tx, device string, states ...store.TextState) (all []*store.Item, err error) {
	for _, state := range states {
		texts, err := tx.TextsAt(device, state, store.Endless)
		if err != nil {
			return nil, err
		}
		all = append(all, texts...)
	}
	return all, nil
}

// takeOfferBack runs when a phone comes with its previous key for the Outbox: it
// has not received the texts that its state then did not hold. Those that have
// become unknown meanwhile are offered to it again, and to it alone; if it sends
// no more, all of them are unknown.
func (s *session) takeOfferBack() error {
	d, err := s.tx.Device(s.device)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	able := err == nil && relays(d)
	texts, err := s.textsHere(store.Offered, store.Unknown)
	if err != nil {
		return err
	}
	for _, i := range texts {
		switch {
		case s.ranged(i) || !i.Carried:
			continue
		case !able:
			i.Aud, i.Off = "", 0
			err = s.m.setState(s.tx, i, store.Unknown)
		case i.State == store.Unknown:
			err = s.m.setState(s.tx, i, store.Offered)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// forgetHandedOver runs at key 0 of a phone's Outbox: it may or may not have
// sent what it was given, or what an answer has carried, and its own texts. They
// are never sent again by themselves.
func (m *Mailbox) forgetHandedOver(tx *store.Tx, device string) error {
	texts, err := textsAt(tx, device, store.Offered, store.HandedOver, store.Unknown)
	if err != nil {
		return err
	}
	own, err := mirrored(tx, device)
	if err != nil {
		return err
	}
	for _, i := range append(texts, own...) {
		if i.State == store.Offered && !i.Carried {
			continue
		}
		i.Aud, i.Off = "", 0
		if err := m.setState(tx, i, store.Unknown); err != nil {
			return err
		}
	}
	return nil
}

// mirrored returns the texts that a relaying phone itself added to its Outbox.
func mirrored(tx *store.Tx, device string) (own []*store.Item, err error) {
	texts, err := textsAt(tx, "", store.HandedOver)
	if err != nil {
		return nil, err
	}
	for _, i := range texts {
		o, err := tx.Outbound(i.ID)
		if err != nil {
			return nil, err
		}
		if o.Writer == device {
			own = append(own, i)
		}
	}
	return own, nil
}

// deleteText handles the Delete of a text in the Outbox.
func (s *session) deleteText(i *store.Item) error {
	o, err := s.tx.Outbound(i.ID)
	if err != nil {
		return err
	}
	if i.Mark, err = s.tx.MarkOf(s.device, s.folder, i.ID); err != nil {
		return err
	}
	mirror := o.Writer == s.device && i.Aud == "" && (i.State == store.HandedOver || i.State == store.Unknown)
	switch {
	case slices.Contains(decodeTried(o.Tried), s.device) && (o.Writer != s.device || mirror): // [MS-ASMS] 3.1.5.1
		return s.transmitted(i, o)
	case !s.mine(i):
		own, err := s.deleteAgain(i.ID)
		if err == nil && !own {
			err = ErrItemNotFound // not this device's to delete
		}
		return err
	case i.State == store.Waiting || i.State == store.Offered && !i.Carried:
		return s.cancel(i, o)
	}
	return s.hide(i)
}

// cancel withdraws a text that its writer deletes in time.
func (s *session) cancel(i *store.Item, o store.Outbound) error {
	stone, err := s.m.kill(s.tx, i, s.device)
	if err != nil {
		return err
	}
	s.did(undoEntry{What: undoDelete, Item: i.ID, Tombstone: stone})
	o.State, o.Device, o.Ended, o.Due = store.Cancelled, "", s.m.now(), zeroTime
	if err := s.tx.PutOutbound(o); err != nil {
		return err
	}
	if s.req.DeletesAsMoves {
		_, err = s.m.copyTo(s.tx, i, store.DeletedItemsID)
	}
	return err
}

// hide removes the writer's copy of a text that can no longer be cancelled. The
// text goes its way.
func (s *session) hide(i *store.Item) error {
	seq, err := s.tx.Bump()
	if err != nil {
		return err
	}
	if err := s.tx.PutTombstone(&store.Tombstone{
		Seq: seq, ItemID: i.ID, Folder: i.Folder, Class: i.Class, Date: i.Date, Born: i.Born,
		DelBy: s.device, Outbound: true, Off: i.Off, OnlyTo: s.device, At: s.m.now(),
	}); err != nil {
		return err
	}
	s.did(undoEntry{What: undoDelete, Item: i.ID, Tombstone: seq})
	return s.tx.MoveMark(s.device, i.Folder, i.ID, seq)
}
