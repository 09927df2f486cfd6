package mailbox

import (
	"context"
	"errors"
	"math"
	"time"

	"asms/store"
)

// tombstoneLife is how long a device may stay away and still be told what was
// deleted. After it, the device starts again at key 0.
const tombstoneLife = 60 * 24 * time.Hour

// outboundLife is how long what became of a text is kept when nothing shows the
// text any more: until then its phone may still report.
const outboundLife = 60 * 24 * time.Hour

// Prune drops the tombstones that no live device needs: those that all devices
// heard of in the last 60 days are past, and those that are older than that. It
// also drops what became of texts that are long gone, and the keys of requests
// that are not known any more.
func (m *Mailbox) Prune(ctx context.Context, user UserID) error {
	for text, more := int64(0), true; more; more = text != 0 { // in portions, so that others have their turn
		if err := m.st.Update(ctx, user, func(tx *store.Tx) (err error) {
			if text == 0 {
				if err := tx.PruneRequests(m.now().Add(-requestLife)); err != nil {
					return err
				}
			}
			text, err = tx.PruneOutbound(text, m.now().Add(-outboundLife), 500)
			return err
		}); err != nil {
			return err
		}
	}
	return m.st.Update(ctx, user, func(tx *store.Tx) error {
		limit := m.now().Add(-tombstoneLife)
		upTo, err := tx.LastTombstoneBefore(limit)
		if err != nil {
			return err
		}
		parts, err := tx.Partnerships()
		if err != nil {
			return err
		}
		told := int64(math.MaxInt64)
		for _, p := range parts {
			if p.Seen < limit.UnixMilli() {
				continue
			}
			for _, text := range []string{p.State, p.Prev} {
				if text == "" {
					continue
				}
				st, err := decodeState(text)
				if err != nil {
					return err
				}
				told = min(told, st.DeletesTold)
			}
		}
		if told != math.MaxInt64 {
			upTo = max(upTo, told)
		}
		horizon, err := tx.Horizon()
		if err != nil || upTo <= horizon {
			return err
		}
		return tx.Prune(upTo)
	})
}

func (m *Mailbox) pruneAll(ctx context.Context) error {
	users, err := m.st.Users(ctx)
	if err != nil {
		return err
	}
	for _, u := range users {
		if err := m.Prune(ctx, u.ID); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if !errors.Is(err, store.ErrNotFound) { // removed meanwhile
				m.log.Error("old tombstones could not be dropped", "user", u.ID, "error", err)
			}
		}
	}
	return nil
}
