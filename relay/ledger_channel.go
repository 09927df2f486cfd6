package relay

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"asms/eas"
)

// outcome is what there is to tell about a recipient.
type outcome struct {
	number string
	state  recipientState
	reason string
	at     time.Time
}

// news is what there is to tell about a text.
type news struct {
	text       int64
	serverID   eas.ServerID
	number     int // of the news
	tries      int
	recipients []outcome
}

// addNews notes that there is something to tell about a text. The rows are those
// of the text table; it says nothing of a text that is not concluded yet.
func addNews(tx *sql.Tx, text int64) error {
	_, err := tx.Exec(`UPDATE text SET news = news + 1, tell_tries = 0 WHERE text = $1 AND stage IN ($2, $3)`, text, concluded, deleted)
	return err
}

// nextNews returns what there is to tell, what holds up a Delete first. Of texts
// that had the same id one after the other the server knows only the last.
func (l *Ledger) nextNews(ctx context.Context) (*news, error) {
	var n news
	err := l.db.QueryRowContext(ctx, `SELECT text, server_id, news, tell_tries FROM text WHERE news > told AND stage IN ($1, $2)
		AND NOT EXISTS (SELECT 1 FROM text later WHERE later.server_id = text.server_id AND later.text > text.text)
		ORDER BY stage, tell_tries, text LIMIT 1`, concluded, deleted).Scan(&n.text, &n.serverID, &n.number, &n.tries)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, ledgerError(err)
	}
	rows, err := l.db.QueryContext(ctx, `SELECT number, state, reason, at FROM recipient WHERE text = $1 ORDER BY n`, n.text)
	if err != nil {
		return nil, ledgerError(err)
	}
	defer rows.Close()
	for rows.Next() {
		var o outcome
		var at int64
		if err := rows.Scan(&o.number, &o.state, &o.reason, &at); err != nil {
			return nil, ledgerError(err)
		}
		if at > 0 {
			o.at = time.UnixMilli(at)
		}
		n.recipients = append(n.recipients, o)
	}
	return &n, ledgerError(rows.Err())
}

// told notes that the server has the news, or does not want it.
func (l *Ledger) told(n *news) error {
	return l.update(func(tx *sql.Tx) error {
		_, err := tx.Exec(`UPDATE text SET told = $1 WHERE text = $2 AND told < $1`, n.number, n.text)
		return err
	})
}

// notTold notes that the server could not be told just now, of no text.
func (l *Ledger) notTold() error {
	return l.update(func(tx *sql.Tx) error {
		_, err := tx.Exec(`UPDATE text SET tell_tries = tell_tries + 1 WHERE news > told`)
		return err
	})
}

// dropNews gives up what there is to tell: the server has no ear for it.
func (l *Ledger) dropNews() error {
	return l.update(func(tx *sql.Tx) error {
		_, err := tx.Exec(`UPDATE text SET told = news WHERE news > told`)
		return err
	})
}
