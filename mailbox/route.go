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
// SMS in the options of their Outbox; none when the user's policy forbids texts
// ([MS-ASPROV] 2.2.2.16 AllowTextMessaging) or the user may not use ActiveSync. The state of a Sync under way counts in
// place of the stored one.
func (m *Mailbox) phones(tx *store.Tx, under *view) ([]phone, error) {
	policy, _, err := tx.Policy()
	if err != nil || policy != nil && policy.NoTextMessaging {
		return nil, err
	}
	if allowed, err := tx.ActiveSync(); err != nil || !allowed {
		return nil, err
	}
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

// offersAtOnce bounds how many texts one request offers. The next Sync of an
// Outbox goes on.
const offersAtOnce = 500

// offerWaiting offers the texts that wait.
func (m *Mailbox) offerWaiting(tx *store.Tx, phones []phone) error {
	c := chooser{tx: tx, phones: phones, relays: make(map[string]bool)}
	type offer struct {
		i  *store.Item
		to string
	}
	var offers []offer
	err := tx.TextsWaiting(func(t store.WaitingText) (bool, error) {
		if !t.Expires.IsZero() && !t.Expires.After(m.now()) {
			return true, nil // Expire is about to fail it
		}
		to, err := c.choose(t)
		if err == nil && to != "" {
			offers = append(offers, offer{t.Item, to})
		}
		return len(offers) < offersAtOnce, err
	})
	if err != nil {
		return err
	}
	for _, o := range offers {
		if err := m.offer(tx, o.i, o.to); err != nil {
			return err
		}
	}
	return nil
}

// offer shows a waiting text to one phone.
func (m *Mailbox) offer(tx *store.Tx, i *store.Item, to string) (err error) {
	if i.Off, err = tx.Bump(); err != nil {
		return err
	}
	i.State, i.Aud, i.Carried = store.Offered, to, false
	if err := tx.UpdateItem(i); err != nil {
		return err
	}
	o, err := tx.Outbound(i.ID)
	if err != nil {
		return err
	}
	o.State, o.Device, o.Offered = store.Offered, to, m.now()
	return tx.PutOutbound(o)
}

// chooser finds the phone of a text: the one the sender chose, else the one that
// last carried the conversation, else the one that synced its Outbox last.
type chooser struct {
	tx     *store.Tx
	phones []phone
	relays map[string]bool // devices that were looked up
}

// choose returns a phone, or "" when there is none yet.
func (c *chooser) choose(t store.WaitingText) (string, error) {
	able := make(map[string]bool, len(c.phones))
	best := phone{seen: -1}
	for _, p := range c.phones {
		if p.id == t.Writer {
			continue
		}
		able[p.id] = true
		if p.seen > best.seen {
			best = p
		}
	}
	if t.Chosen != "" && t.Chosen != t.Writer {
		if able[t.Chosen] {
			return t.Chosen, nil
		}
		if relays, err := c.relaying(t.Chosen); relays || err != nil {
			return "", err // it has yet to sync its Outbox
		}
	}
	if len(able) > 1 {
		used, err := c.tx.ConversationDevices(conversationID(c.tx.User(), t.Peers))
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

// relaying reports whether a device may be given texts to send.
func (c *chooser) relaying(device string) (bool, error) {
	if known, ok := c.relays[device]; ok {
		return known, nil
	}
	d, err := c.tx.Device(device)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return false, err
	}
	c.relays[device] = err == nil && relays(d)
	return c.relays[device], nil
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
