package mailbox

import (
	"context"
	"errors"

	"asms/store"
)

// Move moves an item to another folder, where it has a new id. The device that
// moved it gets the Delete and the Add like any other. A text on its way out
// cannot be moved, and nothing can be moved into the Outbox: that would send it.
// The error is ErrItemNotFound, ErrSameFolder, ErrBadDestination,
// ErrRecipientCache, ErrLocked or the store's.
//
// [MS-ASCMD] 2.2.1.12 MoveItems
func (m *Mailbox) Move(ctx context.Context, user UserID, device, item, from, to string) (id string, err error) {
	err = m.st.Update(ctx, user, func(tx *store.Tx) error {
		folder, n, err := parseServerID(item)
		if err != nil {
			return err
		}
		src, err := findFolder(tx, from)
		if err != nil || src.ID != folder {
			return orNotFound(err, ErrItemNotFound)
		}
		i, err := tx.Item(n)
		if errors.Is(err, store.ErrNotFound) || err == nil && i.Folder != folder {
			return ErrItemNotFound
		}
		if err != nil {
			return err
		}
		if i.Mark, err = tx.MarkOf(device, folder, n); err != nil {
			return err
		}
		if !visible(i, device) {
			return ErrItemNotFound
		}
		if from == to {
			return ErrSameFolder
		}
		dst, err := findFolder(tx, to)
		if err != nil {
			return orNotFound(err, ErrBadDestination)
		}
		if dst.ID == store.RecipientCacheID {
			return ErrRecipientCache
		}
		if i.Class == ClassContact {
			id, err = m.moveContact(tx, i, dst)
			return err
		}
		if dst.Type == outboxType || !folderOf(dst).HoldsMail() {
			return ErrBadDestination
		}
		if i.State != store.NotOutbound {
			return ErrLocked
		}
		if _, err := m.kill(tx, i, ""); err != nil {
			return err
		}
		moved, err := m.copyTo(tx, i, dst.ID)
		if err == nil {
			id = serverID(dst.ID, moved.ID)
		}
		return err
	})
	return id, err
}

// orNotFound answers instead for a folder that does not exist or does not fit.
func orNotFound(err, instead error) error {
	if err == nil || errors.Is(err, ErrFolderNotFound) {
		return instead
	}
	return err
}
