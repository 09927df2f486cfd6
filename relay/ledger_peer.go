package relay

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"asms/sms"
)

// peerTime is how long it is remembered by which radio a conversation went.
const peerTime = 2 * 365 * 24 * time.Hour

// setPeer notes that a text went to or came from a number by a radio.
func (l *Ledger) setPeer(tx *sql.Tx, number, radio string) error {
	_, err := tx.Exec(`INSERT INTO peer (number, radio, at) VALUES ($1, $2, $3)
		ON CONFLICT (number) DO UPDATE SET radio = excluded.radio, at = excluded.at`, sms.Normalize(number), radio, l.now().UnixMilli())
	return err
}

// peer returns the radio that a number last was in touch with, "" for none.
func (l *Ledger) peer(ctx context.Context, number string) (radio string, err error) {
	err = l.db.QueryRowContext(ctx, `SELECT radio FROM peer WHERE number = $1`, sms.Normalize(number)).Scan(&radio)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return radio, ledgerError(err)
}
