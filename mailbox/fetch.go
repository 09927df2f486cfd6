package mailbox

import (
	"context"

	"asms/store"
)

// FetchFor returns an item of the partnership's folder as the device may see it:
// a text on its way out only to its phone and to the device that wrote it. The
// error is ErrItemNotFound or the store's.
//
// [MS-ASCMD] 2.2.3.67.1 Fetch (ItemOperations)
func (m *Mailbox) FetchFor(ctx context.Context, p Partnership, id string) (item *Item, err error) {
	err = m.st.View(ctx, p.User, func(tx *store.Tx) error {
		i, err := findItem(tx, id)
		if err != nil {
			return err
		}
		if collectionID(i.Folder) != p.Folder {
			return ErrItemNotFound
		}
		if i.Mark, err = tx.MarkOf(p.Device, i.Folder, i.ID); err != nil {
			return err
		}
		if !visible(i, p.Device) {
			return ErrItemNotFound
		}
		item, err = itemWhole(tx, i)
		return err
	})
	return item, err
}
