package mailbox

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

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
		r := store.Recipient{N: n, Address: a.String(), Number: sms.Normalize(a.Number), At: o.Created}
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

// phone is a device that texts can be offered to, and when it last synced its
// Outbox.
type phone struct {
	id   string
	seen int64
}

// phones returns the devices whose turn it may be: allowed, enabled, and with
// SMS in the options of their Outbox. The state of a Sync under way counts in
// place of the stored one.
func (m *Mailbox) phones(tx *store.Tx, under *view) ([]phone, error) {
	devices, err := tx.OutboundDevices()
	if err != nil {
		return nil, err
	}
	var all []phone
	for _, d := range devices {
		p, err := tx.Partnership(d.ID, store.OutboxID)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		var wants bool
		if under != nil && under.device == d.ID {
			wants = under.wants(ClassSMS)
		} else {
			st, err := decodeState(p.State)
			if err != nil {
				return nil, err
			}
			wants = st.wants(ClassSMS)
		}
		if wants {
			all = append(all, phone{d.ID, max(p.Seen, m.contact(tx.User(), d.ID).at.UnixMilli())})
		}
	}
	return all, nil
}

// route offers the texts that wait, each to one phone, and withdraws those whose
// phone may no longer send them. A text that an answer has carried is never
// offered elsewhere.
func (m *Mailbox) route(tx *store.Tx, under *view) error {
	waiting, err := tx.AnyTextWaiting()
	if err != nil {
		return err
	}
	offered, err := tx.TextsOfferedTo()
	if err != nil || !waiting && len(offered) == 0 {
		return err
	}
	phones, err := m.phones(tx, under)
	if err != nil {
		return err
	}
	for _, to := range offered {
		if slices.ContainsFunc(phones, func(p phone) bool { return p.id == to }) {
			continue
		}
		texts, err := tx.TextsAt(to, store.Offered, store.Endless)
		if err != nil {
			return err
		}
		for _, i := range texts {
			if i.Carried {
				continue
			}
			if err := m.withdraw(tx, i); err != nil {
				return err
			}
			waiting = true
		}
	}
	if !waiting || len(phones) == 0 {
		return nil
	}
	return m.offerWaiting(tx, phones)
}

// offerWaiting offers texts until a good number has found a phone. The next
// Sync of an Outbox goes on.
func (m *Mailbox) offerWaiting(tx *store.Tx, phones []phone) error {
	const enough = 500
	for after, found := int64(0), 0; ; {
		texts, err := tx.TextsWaiting(after)
		if err != nil || len(texts) == 0 {
			return err
		}
		for _, i := range texts {
			if err := m.offer(tx, i, phones); err != nil {
				return err
			}
			if i.State == store.Offered {
				found++
			}
			if found == enough {
				return nil
			}
			after = i.ID
		}
	}
}

// offer shows a waiting text to one phone: the one the sender chose, else the
// one that last carried the conversation, else the one that synced its Outbox
// last.
func (m *Mailbox) offer(tx *store.Tx, i *store.Item, phones []phone) error {
	o, err := tx.Outbound(i.ID)
	if err != nil {
		return err
	}
	to, err := m.choose(tx, i, o, phones)
	if err != nil || to == "" {
		return err
	}
	if i.Off, err = tx.Bump(); err != nil {
		return err
	}
	i.State, i.Aud, i.Carried = store.Offered, to, false
	if err := tx.UpdateItem(i); err != nil {
		return err
	}
	o.State, o.Device, o.Offered = store.Offered, to, m.now()
	if tried := decodeTried(o.Tried); !slices.Contains(tried, to) {
		o.Tried = encodeTried(append(tried, to))
	}
	return tx.PutOutbound(o)
}

func (m *Mailbox) choose(tx *store.Tx, i *store.Item, o store.Outbound, phones []phone) (string, error) {
	able := make(map[string]bool, len(phones))
	best := phone{seen: -1}
	for _, p := range phones {
		if p.id == o.Writer {
			continue
		}
		able[p.id] = true
		if p.seen > best.seen {
			best = p
		}
	}
	if o.Chosen != "" {
		if able[o.Chosen] {
			return o.Chosen, nil
		}
		d, err := tx.Device(o.Chosen)
		if err == nil && relays(d) && o.Chosen != o.Writer {
			return "", nil // it has yet to sync its Outbox
		}
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return "", err
		}
	}
	if len(able) > 1 {
		used, err := tx.ConversationDevices(i.Peers)
		if err != nil {
			return "", err
		}
		for _, d := range used {
			if able[d] {
				return d, nil
			}
		}
	}
	return best.id, nil
}

// withdraw takes an offer back that no answer has carried.
func (m *Mailbox) withdraw(tx *store.Tx, i *store.Item) error {
	seq, err := tx.Bump()
	if err != nil {
		return err
	}
	if err := tx.PutTombstone(&store.Tombstone{
		Seq: seq, ItemID: i.ID, Folder: i.Folder, Class: i.Class, Date: i.Date, Born: i.Born,
		Outbound: true, Aud: i.Aud, Off: i.Off, OnlyTo: i.Aud, At: m.now(),
	}); err != nil {
		return err
	}
	i.Aud, i.Off = "", 0
	return m.setState(tx, i, store.Waiting)
}

// setState stores where a text stands, on the item and in its way out.
func (m *Mailbox) setState(tx *store.Tx, i *store.Item, to store.TextState) error {
	i.State = to
	if err := tx.UpdateItem(i); err != nil {
		return err
	}
	tx.Touch()
	o, err := tx.Outbound(i.ID)
	if err != nil {
		return err
	}
	o.State, o.Due = to, zeroTime
	switch to {
	case store.Waiting:
		o.Device, o.Offered = "", zeroTime
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
// become unknown meanwhile are offered to it again, and to it alone.
func (s *session) takeOfferBack() error {
	texts, err := s.textsHere(store.Unknown)
	if err != nil {
		return err
	}
	for _, i := range texts {
		if !s.ranged(i) {
			if err := s.m.setState(s.tx, i, store.Offered); err != nil {
				return err
			}
		}
	}
	return nil
}

// forgetHandedOver runs at key 0 of a phone's Outbox: it may or may not have
// sent what it was given. Such texts are never sent again by themselves.
func (m *Mailbox) forgetHandedOver(tx *store.Tx, device string) error {
	texts, err := textsAt(tx, device, store.HandedOver, store.Unknown)
	if err != nil {
		return err
	}
	for _, i := range texts {
		i.Aud, i.Off = "", 0
		if err := m.setState(tx, i, store.Unknown); err != nil {
			return err
		}
	}
	return nil
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
	mirror := o.Writer == s.device && i.State == store.HandedOver && i.Aud == ""
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

// transmitted handles the Delete by the phone that had the text: it has been
// sent. It is filed in Sent Items, or in Drafts when it reached nobody.
func (s *session) transmitted(i *store.Item, o store.Outbound) error {
	now := s.m.now()
	stone, err := s.m.kill(s.tx, i, s.device)
	if err != nil {
		return err
	}
	s.did(undoEntry{What: undoDelete, Item: i.ID, Tombstone: stone})
	if o.State, err = s.m.settleRecipients(s.tx, i.ID); err != nil {
		return err
	}
	o.Device, o.Ended, o.Due = s.device, now, zeroTime
	reached := o.State != store.Failed
	folder := int64(store.DraftsID)
	if reached {
		folder = store.SentItemsID
	}
	var copied *store.Item
	if reached {
		if copied, err = s.ownCopy(i, o.Offered); err != nil {
			return err
		}
	}
	if copied != nil {
		copied.Linked = true
		if err := s.tx.UpdateItem(copied); err != nil {
			return err
		}
	} else if copied, err = s.file(i, folder); err != nil {
		return err
	}
	o.ItemID = copied.ID
	return s.tx.PutOutbound(o)
}

// settleRecipients marks the recipients of whom nothing was reported as sent and
// returns what that makes of the text.
func (m *Mailbox) settleRecipients(tx *store.Tx, text int64) (store.TextState, error) {
	all, err := tx.Recipients(text)
	if err != nil {
		return 0, err
	}
	for n := range all {
		r := &all[n]
		if r.State != store.RecipientPending {
			continue
		}
		r.State, r.At = store.RecipientSent, m.now()
		if err := tx.PutRecipient(text, *r); err != nil {
			return 0, err
		}
	}
	return fold(all), nil
}

// ownCopy finds the copy that the phone itself has added to Sent Items since it
// was given the text.
func (s *session) ownCopy(i *store.Item, offered time.Time) (copied *store.Item, err error) {
	sent := store.Walk{Folder: store.SentItemsID, Device: s.device, Bodies: true}
	err = s.tx.Alike(sent, i.Peers, offered.UnixMilli()-skew, s.m.now().UnixMilli()+skew,
		func(c *store.Item) (bool, error) {
			if c.Supplier == s.device && !c.Linked && c.FiledBy == "" && c.Born > i.Off && c.Body == i.Body {
				copied = c
				return false, nil
			}
			return true, nil
		})
	return copied, err
}

// file stores a transmitted text in Sent Items, dated now and from the phone's
// number.
func (s *session) file(i *store.Item, folder int64) (*store.Item, error) {
	d, err := s.tx.Device(s.device)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	c := *i
	c.Folder, c.Date, c.Outgoing, c.Read = folder, s.m.now().UnixMilli(), true, true
	if d.PhoneNumber != "" {
		c.From = sms.Address{Name: d.PhoneNumber, Number: d.PhoneNumber}.String()
	}
	c.ReadSeq, c.ReadBy, c.ReadLost = 0, "", false
	c.FlagSeq, c.FlagBy, c.FlagLost = 0, "", false
	c.State, c.Aud, c.Off, c.Carried = store.NotOutbound, "", 0, false
	c.Supplier, c.Supplied, c.FiledBy, c.Linked = "", "", s.device, false
	return &c, s.m.insert(s.tx, &c)
}

// noteReport recognises a non-delivery report: a text that the phone which has a
// text adds to the Inbox, from one of its recipients and quoting it.
//
// [MS-ASMS] 3.1.5.1
func (s *session) noteReport(report *store.Item) error {
	if s.in.Type != inboxType || report.Class != ClassSMS {
		return nil
	}
	texts, err := s.textsHere(store.HandedOver, store.Unknown)
	if err != nil {
		return err
	}
	for _, i := range texts {
		if !strings.Contains(report.Body, strings.TrimSpace(i.Body)) {
			continue
		}
		all, err := s.tx.Recipients(i.ID)
		if err != nil {
			return err
		}
		for _, r := range all {
			if r.State != store.RecipientPending || r.Number == "" || r.Number != report.Peers {
				continue
			}
			r.State, r.Error, r.At = store.RecipientFailed, reason(report.Body, i.Body), s.m.now()
			if err := s.tx.PutRecipient(i.ID, r); err != nil {
				return err
			}
			s.tx.Touch()
			return nil // one report speaks of one recipient
		}
	}
	return nil
}

// reason is what a non-delivery report says besides the text that it quotes.
func reason(report, text string) string {
	words := strings.Join(strings.Fields(strings.Replace(report, strings.TrimSpace(text), "", 1)), " ")
	const limit = 200
	if r := []rune(words); len(r) > limit {
		words = string(r[:limit])
	}
	return words
}
