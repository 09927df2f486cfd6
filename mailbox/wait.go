package mailbox

import (
	"context"
	"errors"

	"asms/store"
)

// Watch names a folder that a request waits for.
type Watch struct {
	Folder string
	// Key is the sync key that was issued last; "" stands for the partnership's
	// current one.
	Key string
}

// Wait blocks until something was added to one of the folders, of a class that
// the device asked for, after the key was issued, and returns these folders. It
// does not wake for changes, deletions, ageing, or texts that the device never
// asked to see. It ends with the context's error, or with again's: again is
// called before waiting and after every wake-up. Folders without a partnership
// are passed over.
//
// [MS-ASCMD] 3.1.5.4, [MS-ASMS] 3.2.5.1
func (m *Mailbox) Wait(ctx context.Context, user UserID, device string, watches []Watch, again func() error) (ready []string, err error) {
	for {
		moved := m.st.Watch(user) // before looking, or what comes between is missed
		if again != nil {
			if err := again(); err != nil {
				return nil, err
			}
		}
		err := m.st.View(ctx, user, func(tx *store.Tx) error {
			for _, w := range watches {
				news, err := m.news(tx, device, w)
				if err != nil {
					return err
				}
				if news {
					ready = append(ready, w.Folder)
				}
			}
			return nil
		})
		if err != nil || len(ready) > 0 {
			return ready, err
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// news reports whether something appeared in a folder since the key was issued
// that the device wants. It finds at most a few rows: those that are newer.
func (m *Mailbox) news(tx *store.Tx, device string, w Watch) (found bool, err error) {
	in, err := findFolder(tx, w.Folder)
	if err != nil {
		return false, err
	}
	v, part, err := m.currentView(tx, device, in)
	if errors.Is(err, store.ErrNotFound) {
		return w.Key != "", nil // the key that was issued is gone: look
	}
	if err != nil {
		return false, err
	}
	if w.Key != "" && w.Key != formatSyncKey(part.Epoch, part.Key) {
		return true, nil // another request has moved on: look
	}
	p := plan{view: v}
	walk := tx.ItemsBorn
	if v.outbox {
		walk = tx.ItemsBornOrOffered
	}
	err = walk(store.Walk{Folder: in.ID, Device: device}, v.Issued, func(i *store.Item) (bool, error) {
		found = v.wants(i.Class) && !i.Key().Less(v.floorOf(i.Class)) && !v.mine(i) && p.sendable(i)
		return !found, nil
	})
	return found, err
}
