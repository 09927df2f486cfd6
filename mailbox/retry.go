package mailbox

import (
	"context"
	"errors"

	"asms/sms"
	"asms/store"
)

// ErrNotFailed: nothing is known to have failed, or it was sent again already.
var ErrNotFailed = errors.New("mailbox: the text has not failed")

// Retry sends a text once more, as a new one, to those whom it did not or may not
// have reached. A person decides that; the engine never does. If it reached
// nobody, the new text takes its place. It returns the new text's id; the error is
// ErrItemNotFound, ErrNotFailed or the store's.
func (m *Mailbox) Retry(ctx context.Context, user UserID, id string) (again string, err error) {
	err = m.st.Update(ctx, user, func(tx *store.Tx) error {
		i, err := findEntry(tx, id)
		if err != nil {
			return err
		}
		o, err := tx.OutboundOf(i.ID)
		if err != nil {
			return err
		}
		all, err := tx.Recipients(o.TextID)
		if err != nil {
			return err
		}
		left := unreached(o, all)
		if o.Retried != 0 || len(left) == 0 {
			return ErrNotFailed
		}
		out := Outgoing{Body: i.Body, Device: o.Chosen}
		for _, r := range left {
			to, err := sms.ParseAddresses(r.Address)
			if err != nil || len(to) == 0 {
				to = []sms.Address{{Number: r.Address}}
			}
			out.To = append(out.To, to[0])
		}
		if err := m.putAside(tx, i, &o, all, len(left) < len(all)); err != nil {
			return err
		}
		if o.Retried, err = m.send(tx, out); err != nil {
			return err
		}
		again = serverID(store.OutboxID, o.Retried)
		return tx.PutOutbound(o)
	})
	return again, err
}

// SendAgain does what Retry does, for a text in the Outbox whose fate is unknown;
// for any other there the error is ErrLocked.
func (m *Mailbox) SendAgain(ctx context.Context, user UserID, text string) (id string, err error) {
	id, err = m.Retry(ctx, user, text)
	if errors.Is(err, ErrNotFailed) {
		err = ErrLocked
	}
	return id, err
}

// putAside takes a text out of the way of the one that is sent in its stead. One
// that reached someone stays, in Sent Items.
func (m *Mailbox) putAside(tx *store.Tx, i *store.Item, o *store.Outbound, all []store.Recipient, reached bool) error {
	if reached && i.State == store.NotOutbound {
		return nil
	}
	if _, err := m.kill(tx, i, ""); err != nil {
		return err
	}
	if o.Ended.IsZero() {
		o.Ended = m.now()
	}
	if !reached {
		return nil
	}
	for _, r := range all {
		if r.State != store.RecipientPending {
			continue
		}
		r.State, r.At = store.RecipientUnknown, m.now()
		if err := tx.PutRecipient(o.TextID, r); err != nil {
			return err
		}
	}
	filed, err := m.copyTo(tx, i, store.SentItemsID)
	if err == nil {
		o.ItemID, o.State, o.Due = filed.ID, store.Sent, zeroTime
	}
	return err
}
