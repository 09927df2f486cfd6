package store

import "time"

// Queued counts the texts in one state that one phone has to send.
type Queued struct {
	State  TextState
	Device string // "" those that wait for any
	Texts  int
	Oldest time.Time // date of the oldest
}

// Queue counts the texts in the Outbox, by state and phone.
func (tx *Tx) Queue() (all []Queued, err error) {
	err = tx.each(func(r scanner) (bool, error) {
		var q Queued
		var oldest int64
		err := r.Scan(&q.State, &q.Device, &q.Texts, &oldest)
		q.Oldest = fromMillis(oldest)
		all = append(all, q)
		return true, err
	}, `SELECT state, aud, count(*), min(date) FROM item
		WHERE user_id = $1 AND state > 0 GROUP BY state, aud ORDER BY state, aud`, tx.user)
	return all, err
}

// Messages returns how many texts the user's conversations hold, and how many of
// them are unread.
func (tx *Tx) Messages() (total, unread int, err error) {
	if err := tx.row(`SELECT texts, unread FROM mailbox WHERE user_id = $1`, tx.user).Scan(&total, &unread); err != nil {
		return 0, 0, tx.failed("messages", err)
	}
	return total, unread, nil
}
