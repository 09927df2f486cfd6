package relay

import (
	"context"
	"database/sql"
	"time"

	"asms/eas"
)

// uploadState is what became of an Add to the Inbox.
type uploadState int

const (
	uploadPending uploadState = iota
	uploadDone
	uploadRefused // the server will never take it
)

// upload is a text to be added to the Inbox.
type upload struct {
	n         int64
	clientID  eas.ClientID
	sender    string // From
	recipient string // To
	date      time.Time
	body      string
	text      int64 // the text a report is about, 0 for none
}

// partState is what became of a TPDU.
type partState int

const (
	partWaiting partState = iota // for its fellows
	partJoined                   // in an upload
	partPassed                   // not for people, or unreadable
)

// part is a TPDU that a radio received.
type part struct {
	n        int64
	tpdu     []byte
	received time.Time
}

func (u *upload) hash() []byte {
	return hashOf(u.sender, u.date.UTC().Truncate(time.Second).Format(time.RFC3339), u.body)
}

func newClientID() eas.ClientID { return eas.ClientID(randomHex(24)) }

// addUpload keeps a text for the Inbox.
func (l *Ledger) addUpload(tx *sql.Tx, u upload) (n int64, err error) {
	u.date = u.date.UTC().Truncate(time.Second)
	about := sql.NullInt64{Int64: u.text, Valid: u.text != 0}
	result, err := tx.Exec(`INSERT INTO upload (client_id, sender, recipient, date, body, hash, state, sent, present, server_id, text, created)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, '', $8, $9)`,
		newClientID(), u.sender, u.recipient, u.date.UnixMilli(), u.body, u.hash(), uploadPending, about, l.now().UnixMilli())
	if err != nil {
		return 0, err
	}
	return result.LastInsertId()
}

// uploadAgain has uploads made once more, as new Adds.
func (l *Ledger) uploadAgain(tx *sql.Tx, where string, args ...any) error {
	rows, err := tx.Query(`SELECT upload FROM upload WHERE `+where, args...)
	if err != nil {
		return err
	}
	var list []int64
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			rows.Close()
			return err
		}
		list = append(list, n)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, n := range list {
		if _, err := tx.Exec(`UPDATE upload SET state = $1, sent = 0, client_id = $2, server_id = '' WHERE upload = $3`, uploadPending, newClientID(), n); err != nil {
			return err
		}
	}
	return nil
}

// uploads lists what is to be added to the Inbox, oldest first.
func (l *Ledger) uploads(ctx context.Context, limit int) (list []upload, err error) {
	rows, err := l.db.QueryContext(ctx, `SELECT upload, client_id, sender, recipient, date, body FROM upload WHERE state = $1 ORDER BY upload LIMIT $2`, uploadPending, limit)
	if err != nil {
		return nil, ledgerError(err)
	}
	defer rows.Close()
	for rows.Next() {
		var u upload
		var date int64
		if err := rows.Scan(&u.n, &u.clientID, &u.sender, &u.recipient, &date, &u.body); err != nil {
			return nil, ledgerError(err)
		}
		u.date = time.UnixMilli(date)
		list = append(list, u)
	}
	return list, ledgerError(rows.Err())
}

// uploadAnswered notes the server's answer to an Add.
func uploadAnswered(tx *sql.Tx, client eas.ClientID, state uploadState, id eas.ServerID) error {
	_, err := tx.Exec(`UPDATE upload SET state = $1, server_id = $2 WHERE client_id = $3`, state, id, client)
	return err
}

// markSent notes that Adds are about to leave: the server may have them.
func (l *Ledger) markSent(list []upload) error {
	return l.update(func(tx *sql.Tx) error {
		for _, u := range list {
			if _, err := tx.Exec(`UPDATE upload SET sent = 1 WHERE upload = $1 AND sent = 0`, u.n); err != nil {
				return err
			}
		}
		return nil
	})
}

// anySent reports whether the server may have anything from here.
func (l *Ledger) anySent(ctx context.Context) (any bool, err error) {
	err = l.db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM upload WHERE sent = 1)`).Scan(&any)
	return any, ledgerError(err)
}

// seen notes that the server has a text, while its Inbox is looked through. An
// upload whose answer was lost is done by that.
func seen(tx *sql.Tx, u *upload, id eas.ServerID) error {
	_, err := tx.Exec(`UPDATE upload SET present = 1, state = $1, server_id = $2
		WHERE upload = (SELECT upload FROM upload WHERE hash = $3 AND present = 0 AND sent = 1 ORDER BY state DESC, upload LIMIT 1)`, uploadDone, id, u.hash())
	return err
}

// restore has the texts added again that the server has lost: a server set back
// to a backup lacks the end of what it was given. What is missing before is what
// people have deleted.
func (l *Ledger) restore(tx *sql.Tx) error {
	if err := l.uploadAgain(tx, `state = $1 AND present = 0 AND text IS NULL AND created > $2
		AND upload > (SELECT coalesce(max(upload), 0) FROM upload WHERE present = 1)`,
		uploadDone, l.now().Add(-restoreWindow).UnixMilli()); err != nil {
		return err
	}
	return setKnown(tx, inboxFolder, known)
}

// newSession numbers the time that a radio is open.
func (l *Ledger) newSession() (n int64, err error) {
	return n, l.update(func(tx *sql.Tx) error {
		return tx.QueryRow(`UPDATE agent SET session = session + 1 RETURNING session`).Scan(&n)
	})
}

// again reports whether a part has come before, and stands for the one that
// comes now; see the package comment.
func (l *Ledger) again(tx *sql.Tx, radio string, session int64, hash []byte, concatenated, dated bool) (bool, error) {
	since := int64(0)
	if !dated {
		since = l.now().Add(-undatedRepeat).UnixMilli()
	}
	result, err := tx.Exec(`UPDATE part SET session = $1 WHERE part = (SELECT part FROM part
		WHERE hash = $2 AND radio = $3 AND (session <> $1 OR $4) AND received >= $5 ORDER BY part LIMIT 1)`,
		session, hash, radio, concatenated, since)
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

// undatedRepeat is how soon a part must come again to be the same one, if the
// service centre gave it no time.
const undatedRepeat = 10 * time.Minute

// addPart keeps a part.
func (l *Ledger) addPart(tx *sql.Tx, radio, sender string, session int64, hash, tpdu []byte, state partState) error {
	_, err := tx.Exec(`INSERT INTO part (radio, sender, hash, tpdu, received, session, state) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		radio, sender, hash, tpdu, l.now().UnixMilli(), session, state)
	return err
}

// maxWaiting bounds the parts of one sender that are looked at together.
const maxWaiting = 2000

// waiting lists the parts of a sender that wait for others, in the order they
// came.
func waiting(tx *sql.Tx, radio, sender string) (list []part, err error) {
	rows, err := tx.Query(`SELECT part, tpdu, received FROM part WHERE state = $1 AND radio = $2 AND sender = $3 ORDER BY part LIMIT $4`,
		partWaiting, radio, sender, maxWaiting)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var p part
		var at int64
		if err := rows.Scan(&p.n, &p.tpdu, &at); err != nil {
			return nil, err
		}
		p.received = time.UnixMilli(at)
		list = append(list, p)
	}
	return list, rows.Err()
}

// joinParts notes what became of parts.
func joinParts(tx *sql.Tx, list []part, state partState, upload int64) error {
	for _, p := range list {
		if _, err := tx.Exec(`UPDATE part SET state = $1, upload = $2 WHERE part = $3`, state, sql.NullInt64{Int64: upload, Valid: upload != 0}, p.n); err != nil {
			return err
		}
	}
	return nil
}

// waitingText is a sender some parts of whose texts wait for others.
type waitingText struct {
	radio, sender string
	first         time.Time // when the oldest of them came
}

// incomplete lists the senders of whom parts wait.
func (l *Ledger) incomplete(ctx context.Context) (list []waitingText, err error) {
	rows, err := l.db.QueryContext(ctx, `SELECT radio, sender, min(received) FROM part WHERE state = $1 GROUP BY radio, sender`, partWaiting)
	if err != nil {
		return nil, ledgerError(err)
	}
	defer rows.Close()
	for rows.Next() {
		var w waitingText
		var at int64
		if err := rows.Scan(&w.radio, &w.sender, &at); err != nil {
			return nil, ledgerError(err)
		}
		w.first = time.UnixMilli(at)
		list = append(list, w)
	}
	return list, ledgerError(rows.Err())
}
