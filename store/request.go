package store

import "time"

// Request is a text that a program has asked for under a key of its own, so that
// it may ask once more without a second text.
type Request struct {
	Key  string
	Hash []byte // of what was asked
	Text int64
	At   time.Time
}

// Request returns what was asked under a key, or ErrNotFound.
func (tx *Tx) Request(key string) (q Request, err error) {
	var at int64
	err = tx.row(`SELECT key, hash, text_id, at FROM request WHERE user_id = $1 AND key = $2`, tx.user, key).Scan(&q.Key, &q.Hash, &q.Text, &at)
	if err != nil {
		return q, tx.failed("request", err)
	}
	q.At = fromMillis(at)
	return q, nil
}

// PutRequest stores a new request, and forgets those from before a time or from
// then.
func (tx *Tx) PutRequest(q Request, before time.Time) error {
	if err := tx.PruneRequests(before); err != nil {
		return err
	}
	return tx.exec(`INSERT INTO request (user_id, key, hash, text_id, at) VALUES ($1, $2, $3, $4, $5)`,
		tx.user, q.Key, q.Hash, q.Text, millis(q.At))
}

// PruneRequests forgets the requests from before a time or from then.
func (tx *Tx) PruneRequests(before time.Time) error {
	return tx.exec(`DELETE FROM request WHERE user_id = $1 AND at <= $2`, tx.user, millis(before))
}
