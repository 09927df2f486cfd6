package mailbox

import (
	"context"
	"time"

	"asms/store"
)

// Queue counts the texts that have not left yet.
type Queue struct {
	Waiting    int            // for a phone, or for their time
	HandedOver int            // offered to a phone, or handed over
	Unknown    int            // nobody knows whether they were sent
	Oldest     time.Time      // date of the oldest; zero when there are none
	ByDevice   map[string]int // those that a phone has, or that are offered to it
}

// Queue counts the user's texts that have not left yet.
func (m *Mailbox) Queue(ctx context.Context, user UserID) (Queue, error) {
	q := Queue{ByDevice: map[string]int{}}
	err := m.st.View(ctx, user, func(tx *store.Tx) error {
		all, err := tx.Queue()
		for _, e := range all {
			switch e.State {
			case store.Waiting:
				q.Waiting += e.Texts
			case store.Offered, store.HandedOver:
				q.HandedOver += e.Texts
			default:
				q.Unknown += e.Texts
			}
			if e.Device != "" {
				q.ByDevice[e.Device] += e.Texts
			}
			if q.Oldest.IsZero() || e.Oldest.Before(q.Oldest) {
				q.Oldest = e.Oldest
			}
		}
		return err
	})
	return q, err
}

// Count returns how many texts the user's conversations hold.
func (m *Mailbox) Count(ctx context.Context, user UserID) (n int, err error) {
	err = m.st.View(ctx, user, func(tx *store.Tx) error {
		n, _, err = tx.Messages()
		return err
	})
	return n, err
}
