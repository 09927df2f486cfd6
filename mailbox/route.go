package mailbox

import (
	"errors"
	"slices"

	"asms/store"
)

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
