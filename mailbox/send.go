package mailbox

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"asms/sms"
	"asms/store"
)

// Outgoing is a text written on the server's side.
type Outgoing struct {
	To        []sms.Address
	Body      string
	Device    string        // phone that must send it; "" the server chooses
	NotBefore time.Time     // no phone gets it earlier; zero at once
	ValidFor  time.Duration // how long it waits for a phone, from NotBefore or now on; 0 for ever
}

// Errors of Send.
var (
	// ErrNoRecipient: a text needs someone to go to.
	ErrNoRecipient = errors.New("mailbox: the text has no recipient")
	// ErrOtherRequest: another text was sent under that key.
	ErrOtherRequest = errors.New("mailbox: another text was sent under that key")
)

// requestLife is how long SendOnce knows a key.
const requestLife = 48 * time.Hour

// Send puts a text into the Outbox and returns its id. It waits there until a
// phone may take it.
func (m *Mailbox) Send(ctx context.Context, user UserID, out Outgoing) (id string, err error) {
	id, _, err = m.SendOnce(ctx, user, "", out)
	return id, err
}

// SendOnce does what Send does, but the same text only once under one key within
// 48 hours: then it returns the id of the text that is there, and again is true.
// With the key of another text the error is ErrOtherRequest. The empty key is none.
func (m *Mailbox) SendOnce(ctx context.Context, user UserID, key string, out Outgoing) (id string, again bool, err error) {
	if len(out.To) == 0 {
		return "", false, ErrNoRecipient
	}
	asked, err := json.Marshal(out)
	if err != nil {
		return "", false, fmt.Errorf("mailbox: outgoing text: %w", err)
	}
	hash := sha256.Sum256(asked)
	err = m.st.Update(ctx, user, func(tx *store.Tx) error {
		oldest := m.now().Add(-requestLife)
		if key != "" {
			q, err := tx.Request(key)
			if err == nil && q.At.After(oldest) {
				if string(q.Hash) != string(hash[:]) {
					return ErrOtherRequest
				}
				id, again = serverID(store.OutboxID, q.Text), true
				return nil
			}
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
		}
		text, err := m.send(tx, out)
		if err != nil {
			return err
		}
		id = serverID(store.OutboxID, text)
		if key == "" {
			return nil
		}
		return tx.PutRequest(store.Request{Key: key, Hash: hash[:], Text: text, At: m.now()}, oldest)
	})
	return id, again, err
}

// send puts a text into the Outbox and returns its id there.
func (m *Mailbox) send(tx *store.Tx, out Outgoing) (int64, error) {
	outbox, err := tx.Folder(store.OutboxID)
	if err != nil {
		return 0, err
	}
	i, err := m.newItem(tx, &Message{Class: ClassSMS, To: sms.FormatAddresses(m.once(out.To)), Body: out.Body, Importance: 1, Read: true}, outbox)
	if err != nil {
		return 0, err
	}
	if out.NotBefore.After(m.now()) {
		i.Off = store.Scheduled
	}
	if err := m.compose(tx, i, "", out.Device); err != nil {
		return 0, err
	}
	if i.Off == store.Scheduled || out.ValidFor > 0 {
		if err := m.schedule(tx, i, out); err != nil {
			return 0, err
		}
	}
	return i.ID, m.route(tx, nil)
}

// once leaves out whoever was named before, if in another form of the number: two
// texts would go to one phone.
func (m *Mailbox) once(to []sms.Address) (all []sms.Address) {
	seen := make(map[string]bool, len(to))
	for _, a := range to {
		key := m.numbers.key(a.Number)
		if key == "" || !seen[key] {
			all = append(all, a)
		}
		seen[key] = true
	}
	return all
}

// Route looks again which phone each waiting text goes to, after a device was
// enabled, disabled, allowed, blocked or removed.
func (m *Mailbox) Route(ctx context.Context, user UserID) error {
	return m.st.Update(ctx, user, func(tx *store.Tx) error { return m.route(tx, nil) })
}

// TextState is where a text stands on its way out.
type TextState = store.TextState

// States of a text on its way out.
const (
	TextWaiting    = store.Waiting
	TextOffered    = store.Offered
	TextHandedOver = store.HandedOver
	TextUnknown    = store.Unknown
	TextSent       = store.Sent
	TextFailed     = store.Failed
	TextCancelled  = store.Cancelled
	TextDelivered  = store.Delivered
)

// Recipient is one recipient of a text and what became of it there.
type Recipient = store.Recipient

// Text is a text's way out.
type Text struct {
	ID         string // in the Outbox
	ItemID     string // of the item that shows it now
	State      TextState
	Device     string // phone that has it or sent it
	Created    time.Time
	Offered    time.Time
	Handed     time.Time
	Ended      time.Time
	Recipients []Recipient
}

// Text returns what became of a text that was put into the Outbox, or
// ErrItemNotFound.
func (m *Mailbox) Text(ctx context.Context, user UserID, id string) (t Text, err error) {
	err = m.st.View(ctx, user, func(tx *store.Tx) error {
		folder, n, err := parseServerID(id)
		if err != nil || folder != store.OutboxID {
			return ErrItemNotFound
		}
		o, err := tx.Outbound(n)
		if errors.Is(err, store.ErrNotFound) {
			return ErrItemNotFound
		}
		if err != nil {
			return err
		}
		t = Text{ID: id, State: o.State, Device: o.Device, Created: o.Created, Offered: o.Offered, Handed: o.Handed, Ended: o.Ended}
		shown, err := tx.Item(o.ItemID)
		if err == nil {
			t.ItemID = serverID(shown.Folder, shown.ID)
		} else if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		t.Recipients, err = tx.Recipients(n)
		return err
	})
	return t, err
}
