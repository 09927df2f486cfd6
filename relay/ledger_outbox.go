package relay

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"time"

	"asms/eas"
	"asms/sms"
)

// stage is how far a text in the Outbox has come.
type stage int

const (
	received  stage = iota // on disk with the key it came with
	proved                 // the server knows that it came: it may be transmitted
	concluded              // every recipient is done, the reports are made
	deleted                // the server has acknowledged its Delete
	withdrawn              // gone from the server, or lost track of, before anything was transmitted
)

// recipientState is what became of one recipient.
type recipientState int

const (
	recipientPending recipientState = iota
	recipientSent
	recipientFailed
	recipientUnknown
	recipientDelivered
)

// segmentState is what became of one segment.
type segmentState int

const (
	segmentPlanned segmentState = iota
	segmentSubmitting
	segmentAccepted
	segmentRefused
	segmentUnknown
)

// text is a text in the Outbox.
type text struct {
	n          int64
	serverID   eas.ServerID
	recipients string
	body       string
	fault      string
	reference  int
	moved      time.Time
}

// job is a recipient whose turn it is.
type job struct {
	text
	recipient int
	number    string
	tries     int
	segments  []segment
}

type segment struct {
	n      int // from 0
	tpdu   []byte
	state  segmentState
	reason string // of a refusal
	radio  string // that got it last
}

// hashOf tells texts apart; the lengths keep the fields from running together.
func hashOf(fields ...string) []byte {
	h := sha256.New()
	for _, f := range fields {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(f)))
		h.Write(length[:])
		h.Write([]byte(f))
	}
	return h.Sum(nil)
}

// keepText keeps a text that came in the Outbox. One that is known goes on where
// it was; isNew tells whether there is something to do for it from the start.
func (l *Ledger) keepText(tx *sql.Tx, id eas.ServerID, to, body, fault string) (isNew bool, err error) {
	hash, now := hashOf(to, body), l.now().UnixMilli()
	// What had the id before, and is to be deleted, went with the server's past.
	if _, err := tx.Exec(`UPDATE text SET stage = $1, moved = $2 WHERE server_id = $3 AND hash <> $4 AND stage = $5`,
		deleted, now, id, hash, concluded); err != nil {
		return false, err
	}
	var n int64
	var at stage
	err = tx.QueryRow(`SELECT text, stage FROM text WHERE server_id = $1 AND hash = $2`, id, hash).Scan(&n, &at)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return true, l.insertText(tx, id, hash, to, body, fault)
	case err != nil:
		return false, err
	case at == withdrawn:
		_, err = tx.Exec(`UPDATE text SET stage = $1, received = $2, moved = $2 WHERE text = $3`, received, now, n)
		return true, err
	case at == deleted:
		// The server has forgotten the Delete, and the reports before it.
		if _, err := tx.Exec(`UPDATE text SET stage = $1, moved = $2 WHERE text = $3`, concluded, now, n); err != nil {
			return false, err
		}
		if err := addNews(tx, n); err != nil {
			return false, err
		}
		return false, l.uploadAgain(tx, `text = $1`, n)
	case at == concluded:
		return false, addNews(tx, n)
	}
	return false, nil
}

func (l *Ledger) insertText(tx *sql.Tx, id eas.ServerID, hash []byte, to, body, fault string) error {
	var reference int
	if err := tx.QueryRow(`UPDATE agent SET reference = (reference + 1) % 256 RETURNING reference`).Scan(&reference); err != nil {
		return err
	}
	list, err := sms.ParseAddresses(to)
	if err != nil {
		list, fault = []sms.Address{{Number: to}}, "the list of recipients cannot be read"
	}
	now := l.now().UnixMilli()
	inserted, err := tx.Exec(`INSERT INTO text (server_id, hash, recipients, body, fault, stage, reference, received, moved)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)`, id, hash, to, body, fault, received, reference, now)
	if err != nil {
		return err
	}
	n, err := inserted.LastInsertId()
	if err != nil {
		return err
	}
	for i, a := range list {
		if _, err := tx.Exec(`INSERT INTO recipient (text, n, address, number, peer, state, reason, tries, due) VALUES ($1, $2, $3, $4, $5, $6, '', 0, 0)`,
			n, i, a.String(), a.Number, sms.Normalize(a.Number), recipientPending); err != nil {
			return err
		}
	}
	return nil
}

// notBegun is true of texts of which nothing was transmitted.
const notBegun = `stage IN (0, 1) AND NOT EXISTS (SELECT 1 FROM segment WHERE segment.text = text.text AND segment.state > 0)`

// withdraw takes back a text that left the Outbox, if nothing was transmitted.
func (l *Ledger) withdraw(tx *sql.Tx, id eas.ServerID) error {
	_, err := tx.Exec(`UPDATE text SET stage = $1, moved = $2 WHERE server_id = $3 AND `+notBegun, withdrawn, l.now().UnixMilli(), id)
	return err
}

func withdrawAll(tx *sql.Tx) error {
	_, err := tx.Exec(`UPDATE text SET stage = $1 WHERE `+notBegun, withdrawn)
	return err
}

// prove notes that the server knows what has come so far, and returns the texts
// that are new by that.
func (l *Ledger) prove() (list []text, err error) {
	return list, l.update(func(tx *sql.Tx) error {
		rows, err := tx.Query(`UPDATE text SET stage = $1, moved = $2 WHERE stage = $3 RETURNING server_id, recipients`, proved, l.now().UnixMilli(), received)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var t text
			if err := rows.Scan(&t.serverID, &t.recipients); err != nil {
				return err
			}
			list = append(list, t)
		}
		return rows.Err()
	})
}

// recoverSegments settles what the program was doing when it ended: nobody
// knows what became of a segment that was being submitted.
func (l *Ledger) recoverSegments() (lost int64, err error) {
	return lost, l.update(func(tx *sql.Tx) error {
		result, err := tx.Exec(`UPDATE segment SET state = $1 WHERE state = $2`, segmentUnknown, segmentSubmitting)
		if err != nil {
			return err
		}
		if lost, err = result.RowsAffected(); err != nil {
			return err
		}
		return l.matchEarly(tx, "")
	})
}

// planSegments keeps the segments of a recipient before the first is sent, so
// that the others are cut the same way whatever happens between.
func (l *Ledger) planSegments(j *job, tpdus [][]byte) error {
	return l.update(func(tx *sql.Tx) error {
		for n, b := range tpdus {
			if _, err := tx.Exec(`INSERT INTO segment (text, recipient, n, tpdu, state, reference, code, reason, radio, at) VALUES ($1, $2, $3, $4, $5, 0, -1, '', '', $6)`,
				j.n, j.recipient, n, b, segmentPlanned, l.now().UnixMilli()); err != nil {
				return err
			}
			j.segments = append(j.segments, segment{n: n, tpdu: b})
		}
		return nil
	})
}

// beginSegment notes that the radio gets a segment now. It reports false when
// the text is no longer to be sent.
func (l *Ledger) beginSegment(j *job, n int, radio string) (ok bool, err error) {
	return ok, l.update(func(tx *sql.Tx) error {
		result, err := tx.Exec(`UPDATE segment SET state = $1, radio = $2, at = $3 WHERE text = $4 AND recipient = $5 AND n = $6 AND state = $7
			AND EXISTS (SELECT 1 FROM text WHERE text = $4 AND stage = $8)`,
			segmentSubmitting, radio, l.now().UnixMilli(), j.n, j.recipient, n, segmentPlanned, proved)
		if err != nil {
			return err
		}
		changed, err := result.RowsAffected()
		ok = changed == 1
		return err
	})
}

// endSegment notes what became of it. A status report may have come before.
func (l *Ledger) endSegment(j *job, s *segment, radio string, reference byte, code int) error {
	return l.update(func(tx *sql.Tx) error {
		if _, err := tx.Exec(`UPDATE segment SET state = $1, reference = $2, code = $3, reason = $4, at = $5 WHERE text = $6 AND recipient = $7 AND n = $8`,
			s.state, reference, code, s.reason, l.now().UnixMilli(), j.n, j.recipient, s.n); err != nil {
			return err
		}
		if s.state == segmentAccepted {
			if err := l.setPeer(tx, j.number, radio); err != nil {
				return err
			}
		}
		return l.matchEarly(tx, radio)
	})
}

// postpone gives a recipient another turn later.
func (l *Ledger) postpone(j *job, reason string, due time.Time) error {
	return l.update(func(tx *sql.Tx) error {
		_, err := tx.Exec(`UPDATE recipient SET tries = tries + 1, reason = $1, due = $2 WHERE text = $3 AND n = $4`,
			reason, due.UnixMilli(), j.n, j.recipient)
		return err
	})
}

// conclude settles a recipient, and the text if it was the last one: the reports
// are made in the same step. done tells whether it was.
func (l *Ledger) conclude(j *job, state recipientState, reason, own string) (done bool, err error) {
	return done, l.update(func(tx *sql.Tx) error {
		if _, err := tx.Exec(`UPDATE recipient SET state = $1, reason = $2, at = $3 WHERE text = $4 AND n = $5`,
			state, reason, l.now().UnixMilli(), j.n, j.recipient); err != nil {
			return err
		}
		if err := l.foldDeliveries(tx, j.n, j.recipient); err != nil {
			return err
		}
		var open int
		if err := tx.QueryRow(`SELECT count(*) FROM recipient WHERE text = $1 AND state = $2`, j.n, recipientPending).Scan(&open); err != nil {
			return err
		}
		if open > 0 {
			return nil
		}
		done = true
		return l.concludeText(tx, j.text, own)
	})
}

// concludeText makes the reports about a text.
func (l *Ledger) concludeText(tx *sql.Tx, t text, own string) error {
	rows, err := tx.Query(`SELECT address, number, state, reason FROM recipient WHERE text = $1 AND state IN ($2, $3) ORDER BY n`,
		t.n, recipientFailed, recipientUnknown)
	if err != nil {
		return err
	}
	var reports []upload
	for rows.Next() {
		var address, number, reason string
		var state recipientState
		if err := rows.Scan(&address, &number, &state, &reason); err != nil {
			rows.Close()
			return err
		}
		reports = append(reports, upload{sender: address, recipient: own, body: report(number, state, reason, t.body), text: t.n})
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, r := range reports {
		r.date = l.now()
		if _, err := l.addUpload(tx, r); err != nil {
			return err
		}
	}
	if _, err = tx.Exec(`UPDATE text SET stage = $1, moved = $2 WHERE text = $3`, concluded, l.now().UnixMilli(), t.n); err != nil {
		return err
	}
	return addNews(tx, t.n)
}

// concludeEmpty concludes the texts that have nobody to go to.
func (l *Ledger) concludeEmpty() error {
	return l.update(func(tx *sql.Tx) error {
		_, err := tx.Exec(`UPDATE text SET stage = $1, moved = $2 WHERE stage = $3 AND NOT EXISTS (SELECT 1 FROM recipient r WHERE r.text = text.text AND r.state = $4)`,
			concluded, l.now().UnixMilli(), proved, recipientPending)
		return err
	})
}

// toDelete lists the texts to be deleted in the Outbox: all their reports are in
// the Inbox, and the server has been told, or could not be.
func (l *Ledger) toDelete(ctx context.Context, limit int) (list []text, err error) {
	rows, err := l.db.QueryContext(ctx, `SELECT text, server_id FROM text WHERE stage = $1
		AND NOT EXISTS (SELECT 1 FROM upload u WHERE u.text = text.text AND u.state = $2)
		AND (news <= told OR tell_tries >= $3) ORDER BY text LIMIT $4`, concluded, uploadPending, tellTries, limit)
	if err != nil {
		return nil, ledgerError(err)
	}
	defer rows.Close()
	for rows.Next() {
		var t text
		if err := rows.Scan(&t.n, &t.serverID); err != nil {
			return nil, ledgerError(err)
		}
		list = append(list, t)
	}
	return list, ledgerError(rows.Err())
}

// markDeleted notes that the server has acknowledged a Delete.
func (l *Ledger) markDeleted(list []text) error {
	return l.update(func(tx *sql.Tx) error {
		for _, t := range list {
			if _, err := tx.Exec(`UPDATE text SET stage = $1, moved = $2 WHERE text = $3 AND stage = $4`,
				deleted, l.now().UnixMilli(), t.n, concluded); err != nil {
				return err
			}
		}
		return nil
	})
}
