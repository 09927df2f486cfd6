package mailbox

import (
	"context"
	"errors"
	"time"

	"asms/sms"
	"asms/store"
)

// Outgoing is a text written on the server's side.
type Outgoing struct {
	To     []sms.Address
	Body   string
	Device string // phone that must send it; "" the server chooses
}

// ErrNoRecipient: a text needs someone to go to.
var ErrNoRecipient = errors.New("mailbox: the text has no recipient")

// Send puts a text into the Outbox and returns its id. It waits there until a
// phone may take it.
func (m *Mailbox) Send(ctx context.Context, user UserID, out Outgoing) (id string, err error) {
	if len(out.To) == 0 {
		return "", ErrNoRecipient
	}
	err = m.st.Update(ctx, user, func(tx *store.Tx) error {
		outbox, err := tx.Folder(store.OutboxID)
		if err != nil {
			return err
		}
		i, err := m.newItem(tx, &Message{Class: ClassSMS, To: sms.FormatAddresses(out.To), Body: out.Body, Importance: 1, Read: true}, outbox)
		if err != nil {
			return err
		}
		if err := m.compose(tx, i, "", out.Device); err != nil {
			return err
		}
		id = serverID(i.Folder, i.ID)
		return m.route(tx, nil)
	})
	return id, err
}

// Route looks again which phone each waiting text goes to, after a device was
// enabled, disabled, allowed, blocked or removed.
func (m *Mailbox) Route(ctx context.Context, user UserID) error {
	return m.st.Update(ctx, user, func(tx *store.Tx) error { return m.route(tx, nil) })
}

// SendAgain sends a text once more whose fate is unknown, as a new one. A person
// decides that; the engine never does. It returns the new text's id.
func (m *Mailbox) SendAgain(ctx context.Context, user UserID, text string) (id string, err error) {
	err = m.st.Update(ctx, user, func(tx *store.Tx) error {
		folder, n, err := parseServerID(text)
		if err != nil || folder != store.OutboxID {
			return ErrItemNotFound
		}
		i, err := tx.Item(n)
		if errors.Is(err, store.ErrNotFound) {
			return ErrItemNotFound
		}
		if err != nil {
			return err
		}
		if i.State != store.Unknown {
			return ErrLocked
		}
		o, err := tx.Outbound(n)
		if err != nil {
			return err
		}
		if _, err := m.kill(tx, i, ""); err != nil {
			return err
		}
		o.Ended = m.now()
		if err := tx.PutOutbound(o); err != nil {
			return err
		}
		again := *i
		again.Date, again.Aud, again.Off, again.Carried = m.now().UnixMilli(), "", 0, false
		if err := m.compose(tx, &again, "", o.Chosen); err != nil {
			return err
		}
		id = serverID(again.Folder, again.ID)
		return m.route(tx, nil)
	})
	return id, err
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
