package mailbox

import (
	"context"
	"errors"
	"math"

	"asms/store"
)

// ErrNotSynced: the folder was never synced by this device; key 0 has no
// estimate.
var ErrNotSynced = errors.New("mailbox: the folder was not synced yet")

// Estimate counts what Syncs from key on would bring of the classes that options
// name, by the same plan and without taking it. Nil options stand for the
// folder's default class. The key is not used up. The error is ErrNotSynced,
// ErrInvalidSyncKey, ErrFolderNotFound or the store's.
//
// [MS-ASMS] 3.2.5.2
func (m *Mailbox) Estimate(ctx context.Context, p Partnership, key string, options []ClassOptions) (n int, err error) {
	err = m.st.View(ctx, p.User, func(tx *store.Tx) error {
		in, err := findFolder(tx, p.Folder)
		if err != nil {
			return err
		}
		v, part, err := m.currentView(tx, p.Device, in)
		if errors.Is(err, store.ErrNotFound) || key == "0" {
			return ErrNotSynced
		}
		if err != nil {
			return err
		}
		horizon, err := tx.Horizon()
		if err != nil {
			return err
		}
		epoch, g, ok := parseSyncKey(key)
		if !ok || epoch != part.Epoch || g != part.Key || v.DeletesTold < horizon {
			return ErrInvalidSyncKey
		}
		if options == nil {
			options = defaultOptions(in)
		}
		v.Options = options
		plan := plan{view: v, tx: tx, folder: in.ID, window: math.MaxInt, count: true}
		if plan.seq, err = tx.Seq(); err != nil {
			return err
		}
		if _, err := plan.run(); err != nil {
			return err
		}
		n = plan.counted
		return nil
	})
	return n, err
}

// currentView returns a device's current state of a folder, or store.ErrNotFound.
func (m *Mailbox) currentView(tx *store.Tx, device string, in store.Folder) (view, store.Partnership, error) {
	part, err := tx.Partnership(device, in.ID)
	if err != nil {
		return view{}, part, err
	}
	st, err := decodeState(part.State)
	return view{state: st, device: device, outbox: in.Type == outboxType, classes: classesIn(in), day: m.day()}, part, err
}
