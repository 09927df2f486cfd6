package mailbox

import (
	"context"
	"errors"

	"asms/store"
)

// ErrNotMail: a default folder that holds no mail is not emptied at once, or a
// confused client would wipe the only address book.
var ErrNotMail = errors.New("mailbox: a default folder that holds no mail")

// batch is how many items one transaction deletes or moves, so that others have
// their turn in between.
const batch = 500

// EmptyFolder deletes all items of a folder for good, and with subfolders the
// folders in it, too, as far as they are not the mailbox's own. Texts on their way
// out stay; whole says that the device sees none of them. The device that asked
// hears of the deletions like any other. The error is ErrFolderNotFound,
// ErrRecipientCache, ErrNotMail or the store's.
//
// [MS-ASCMD] 2.2.3.58 EmptyFolderContents
func (m *Mailbox) EmptyFolder(ctx context.Context, p Partnership, subfolders bool) (whole bool, err error) {
	if subfolders {
		if err := m.st.Update(ctx, p.User, func(tx *store.Tx) error { return m.deleteSubfolders(tx, p.Folder) }); err != nil {
			return false, err
		}
	}
	for more := true; more; {
		err := m.st.Update(ctx, p.User, func(tx *store.Tx) error {
			f, err := emptyable(tx, p.Folder)
			if err != nil {
				return err
			}
			var items []*store.Item
			more = false
			if err := tx.ItemsBorn(store.Walk{Folder: f.ID, Device: p.Device}, 0, func(i *store.Item) (bool, error) {
				more = len(items) == batch
				if !more {
					items = append(items, i)
				}
				return !more, nil
			}); err != nil {
				return err
			}
			for _, i := range items {
				if _, err := m.kill(tx, i, ""); err != nil {
					return err
				}
			}
			whole, err = seesNoText(tx, f, p.Device)
			return err
		})
		if err != nil {
			return false, err
		}
	}
	return whole, nil
}

// seesNoText reports whether the device sees no text on its way out in a folder.
func seesNoText(tx *store.Tx, f store.Folder, device string) (none bool, err error) {
	if f.Type != outboxType {
		return true, nil
	}
	none = true
	err = tx.ItemsUp(store.Walk{Folder: f.ID, Device: device}, ClassSMS, store.Bottom, store.Top, func(i *store.Item) (bool, error) {
		none = !visible(i, device)
		return none, nil
	})
	return none, err
}

// deleteSubfolders deletes the folders in a folder with all that they hold.
func (m *Mailbox) deleteSubfolders(tx *store.Tx, id string) error {
	f, err := emptyable(tx, id)
	if err != nil {
		return err
	}
	all, err := liveFolders(tx)
	if err != nil {
		return err
	}
	inside := make(map[int64]bool)
	for _, n := range below(all, f.ID)[1:] {
		inside[n] = true
	}
	for _, d := range all {
		if !inside[d.ID] || isDefault(d.Type) {
			continue
		}
		if d.Changed, err = tx.Bump(); err != nil {
			return err
		}
		d.Deleted = true
		if err := tx.PutFolder(d); err != nil {
			return err
		}
		if err := tx.EmptyFolder(d.ID); err != nil {
			return err
		}
	}
	return nil
}

// emptyable returns a live folder that EmptyFolder may empty.
func emptyable(tx *store.Tx, id string) (store.Folder, error) {
	f, err := ownFolder(tx, id)
	if err == nil && isDefault(f.Type) && !folderOf(f).HoldsMail() {
		err = ErrNotMail
	}
	return f, err
}

// ownFolder returns a live folder that is not the recipient information cache.
func ownFolder(tx *store.Tx, id string) (store.Folder, error) {
	f, err := findFolder(tx, id)
	if err == nil && f.ID == store.RecipientCacheID {
		err = ErrRecipientCache
	}
	return f, err
}
