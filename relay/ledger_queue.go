package relay

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// waitingRecipient is a recipient that segments are to be sent to.
type waitingRecipient struct {
	recipientKey
	due   time.Time // not before; now if it is past
	moved time.Time // since when
	begun string    // the radio that got a segment, "" if none did
	peer  string    // the radio that the number last was in touch with, "" if none was
}

// queue lists the recipients that wait, those first whose turn it is first.
func (l *Ledger) queue(ctx context.Context) (list []waitingRecipient, err error) {
	rows, err := l.db.QueryContext(ctx, `SELECT r.text, r.n, max(r.due, $1), t.moved, coalesce(p.radio, ''),
		coalesce((SELECT s.radio FROM segment s WHERE s.text = r.text AND s.recipient = r.n AND s.state > 0 ORDER BY s.n LIMIT 1), '')
		FROM recipient r JOIN text t ON t.text = r.text LEFT JOIN peer p ON p.number = r.peer
		WHERE r.state = $2 AND t.stage = $3 AND EXISTS (SELECT 1 FROM segment s WHERE s.text = r.text AND s.recipient = r.n AND s.state = $4)
		ORDER BY max(r.due, $1), r.text, r.n`, l.now().UnixMilli(), recipientPending, proved, segmentPlanned)
	if err != nil {
		return nil, ledgerError(err)
	}
	defer rows.Close()
	for rows.Next() {
		var w waitingRecipient
		var due, moved int64
		if err := rows.Scan(&w.text, &w.n, &due, &moved, &w.peer, &w.begun); err != nil {
			return nil, ledgerError(err)
		}
		w.due, w.moved = time.UnixMilli(due), time.UnixMilli(moved)
		list = append(list, w)
	}
	return list, ledgerError(rows.Err())
}

// idleBatch is the most recipients that are looked at together.
const idleBatch = 100

// idle lists recipients that wait and have no segment to be sent: not yet, or no
// more.
func (l *Ledger) idle(ctx context.Context) (list []recipientKey, err error) {
	rows, err := l.db.QueryContext(ctx, `SELECT r.text, r.n FROM recipient r JOIN text t ON t.text = r.text WHERE r.state = $1 AND t.stage = $2
		AND NOT EXISTS (SELECT 1 FROM segment s WHERE s.text = r.text AND s.recipient = r.n AND s.state = $3)
		ORDER BY r.text, r.n LIMIT $4`, recipientPending, proved, segmentPlanned, idleBatch)
	if err != nil {
		return nil, ledgerError(err)
	}
	defer rows.Close()
	for rows.Next() {
		var k recipientKey
		if err := rows.Scan(&k.text, &k.n); err != nil {
			return nil, ledgerError(err)
		}
		list = append(list, k)
	}
	return list, ledgerError(rows.Err())
}

// job returns a recipient that waits, with its segments; nil if it does not wait,
// or not to be sent to by a time, if that is not zero.
func (l *Ledger) job(ctx context.Context, k recipientKey, by time.Time) (*job, error) {
	j := job{recipient: k.n}
	var moved, due int64
	err := l.db.QueryRowContext(ctx, `SELECT t.text, t.server_id, t.recipients, t.body, t.fault, t.reference, t.moved, r.number, r.tries, r.due
		FROM recipient r JOIN text t ON t.text = r.text WHERE r.state = $1 AND t.stage = $2 AND r.text = $3 AND r.n = $4`,
		recipientPending, proved, k.text, k.n).Scan(
		&j.n, &j.serverID, &j.recipients, &j.body, &j.fault, &j.reference, &moved, &j.number, &j.tries, &due)
	if errors.Is(err, sql.ErrNoRows) || err == nil && !by.IsZero() && time.UnixMilli(due).After(by) {
		return nil, nil
	}
	if err != nil {
		return nil, ledgerError(err)
	}
	j.moved = time.UnixMilli(moved)
	rows, err := l.db.QueryContext(ctx, `SELECT n, tpdu, state, reason, radio FROM segment WHERE text = $1 AND recipient = $2 ORDER BY n`, k.text, k.n)
	if err != nil {
		return nil, ledgerError(err)
	}
	defer rows.Close()
	for rows.Next() {
		var s segment
		if err := rows.Scan(&s.n, &s.tpdu, &s.state, &s.reason, &s.radio); err != nil {
			return nil, ledgerError(err)
		}
		j.segments = append(j.segments, s)
	}
	return &j, ledgerError(rows.Err())
}
