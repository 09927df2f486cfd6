package mailbox

import (
	"context"
	"errors"

	"asms/store"
)

// Change writes Read and Flag of an item on the server's side; nil leaves a
// field as it is. The error is ErrItemNotFound or the store's.
func (m *Mailbox) Change(ctx context.Context, user UserID, id string, read *bool, flag *Flag) error {
	return m.st.Update(ctx, user, func(tx *store.Tx) error {
		i, err := findItem(tx, id)
		if err != nil {
			return err
		}
		return changeItem(tx, i, read, flag)
	})
}

func changeItem(tx *store.Tx, i *store.Item, read *bool, flag *Flag) (err error) {
	if read != nil {
		if err := setRead(tx, i, *read); err != nil {
			return err
		}
	}
	if flag == nil || i.Flag == flag.encode() {
		return nil
	}
	if i.FlagSeq, err = tx.Bump(); err != nil {
		return err
	}
	i.Flag, i.FlagBy, i.FlagLost = flag.encode(), "", false
	return tx.UpdateItem(i)
}

// Delete deletes an item on the server's side, for good. A text on its way out
// is cancelled when that is still possible; else the error is ErrLocked.
func (m *Mailbox) Delete(ctx context.Context, user UserID, id string) error {
	return m.st.Update(ctx, user, func(tx *store.Tx) error {
		i, err := findItem(tx, id)
		if err != nil {
			return err
		}
		return m.delete(tx, i)
	})
}

func (m *Mailbox) delete(tx *store.Tx, i *store.Item) error {
	if i.State != store.NotOutbound {
		if !cancellable(i) && i.State != store.Unknown {
			return ErrLocked
		}
		o, err := tx.Outbound(i.ID)
		if err != nil {
			return err
		}
		if o.State != store.Unknown {
			o.State, o.Device = store.Cancelled, ""
		}
		o.Ended, o.Due = m.now(), zeroTime
		if err := tx.PutOutbound(o); err != nil {
			return err
		}
	}
	_, err := m.kill(tx, i, "")
	return err
}

func findItem(tx *store.Tx, id string) (*store.Item, error) {
	folder, n, err := parseServerID(id)
	if err != nil {
		return nil, err
	}
	i, err := tx.Item(n)
	if errors.Is(err, store.ErrNotFound) || err == nil && i.Folder != folder {
		return nil, ErrItemNotFound
	}
	return i, err
}

// Fetch returns an item, or ErrItemNotFound. It is for the owner: no device's
// view restricts it.
func (m *Mailbox) Fetch(ctx context.Context, user UserID, id string) (item *Item, err error) {
	err = m.st.View(ctx, user, func(tx *store.Tx) error {
		i, err := findItem(tx, id)
		if err == nil {
			item = itemOf(i)
		}
		return err
	})
	return item, err
}
