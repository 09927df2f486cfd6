package relay

import (
	"database/sql"
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
