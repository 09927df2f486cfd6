package relay

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"asms/sms"
)

const (
	// deliveryWindow is how late a status report may come. Message references
	// wrap at 256, so an older segment most likely is another one's namesake.
	deliveryWindow = 14 * 24 * time.Hour

	// earlyWindow is how long a status report waits for its segment.
	earlyWindow = time.Hour
)

// delivery is a status report.
type delivery struct {
	radio     string
	reference byte
	number    string
	status    sms.Status
	at        time.Time
}

// takeDelivery keeps a status report with its segment. found is false when it
// has none, or waits because it may be that of a segment that is just being
// submitted.
func (l *Ledger) takeDelivery(d delivery) (found bool, err error) {
	return found, l.update(func(tx *sql.Tx) (err error) {
		if _, err := tx.Exec(`DELETE FROM early WHERE received < $1`, l.now().Add(-earlyWindow).UnixMilli()); err != nil {
			return err
		}
		found, err = l.matchDelivery(tx, d)
		if err != nil || found {
			return err
		}
		_, err = tx.Exec(`INSERT INTO early (radio, reference, number, status, at, received) VALUES ($1, $2, $3, $4, $5, $6)`,
			d.radio, d.reference, d.number, d.status, d.at.UnixMilli(), l.now().UnixMilli())
		return err
	})
}

// matchDelivery finds the segment of a status report: the newest that the same
// radio submitted to that number with that reference. While one to that number
// is being submitted nobody knows its reference, so the report waits.
func (l *Ledger) matchDelivery(tx *sql.Tx, d delivery) (bool, error) {
	rows, err := tx.Query(`SELECT s.text, s.recipient, s.n, s.state, s.status, r.number
		FROM segment s JOIN recipient r ON r.text = s.text AND r.n = s.recipient
		WHERE s.radio = $1 AND (s.state = $2 OR s.state = $3 AND s.reference = $4 AND s.at >= $5) ORDER BY s.state, s.at DESC, s.text DESC, s.n DESC`,
		d.radio, segmentSubmitting, segmentAccepted, d.reference, l.now().Add(-deliveryWindow).UnixMilli())
	if err != nil {
		return false, err
	}
	defer rows.Close()
	for rows.Next() {
		var text int64
		var recipient, n, old int
		var state segmentState
		var number string
		if err := rows.Scan(&text, &recipient, &n, &state, &old, &number); err != nil {
			return false, err
		}
		if !sameNumber(number, d.number) {
			continue
		}
		rows.Close()
		if state == segmentSubmitting {
			return false, nil
		}
		if rank(old) > rank(int(d.status)) { // a repeat, or one that was overtaken
			return true, nil
		}
		if _, err := tx.Exec(`UPDATE segment SET status = $1, status_at = $2 WHERE text = $3 AND recipient = $4 AND n = $5 AND status <> $1`,
			d.status, d.at.UnixMilli(), text, recipient, n); err != nil {
			return false, err
		}
		return true, l.foldDeliveries(tx, text, recipient)
	}
	return false, rows.Err()
}

// rank orders what is said of a segment: what is known later in its life counts
// more, and that the phone has it counts most.
func rank(status int) int {
	switch s := sms.Status(status); {
	case status < 0:
		return 0
	case s.Delivered():
		return 3
	case s.Failed():
		return 2
	}
	return 1
}

// matchEarly looks for the segments of status reports that came early, of one
// radio or, with an empty name, of all.
func (l *Ledger) matchEarly(tx *sql.Tx, radio string) error {
	rows, err := tx.Query(`SELECT early, radio, reference, number, status, at FROM early WHERE radio = $1 OR $1 = '' ORDER BY early`, radio)
	if err != nil {
		return err
	}
	defer rows.Close()
	waiting := map[int64]delivery{}
	var order []int64
	for rows.Next() {
		var n, at int64
		var d delivery
		if err := rows.Scan(&n, &d.radio, &d.reference, &d.number, &d.status, &at); err != nil {
			return err
		}
		d.at = time.UnixMilli(at)
		waiting[n], order = d, append(order, n)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, n := range order {
		found, err := l.matchDelivery(tx, waiting[n])
		if err != nil {
			return err
		}
		if !found {
			continue
		}
		if _, err := tx.Exec(`DELETE FROM early WHERE early = $1`, n); err != nil {
			return err
		}
	}
	return nil
}

// foldDeliveries settles a recipient by what is known of the segments: delivered
// when the phone has all of them, failed when one will never arrive. While the
// recipient has segments to come it stays as it is.
func (l *Ledger) foldDeliveries(tx *sql.Tx, text int64, recipient int) error {
	var now recipientState
	if err := tx.QueryRow(`SELECT state FROM recipient WHERE text = $1 AND n = $2`, text, recipient).Scan(&now); errors.Is(err, sql.ErrNoRows) {
		return nil
	} else if err != nil {
		return err
	}
	rows, err := tx.Query(`SELECT n, state, status, status_at FROM segment WHERE text = $1 AND recipient = $2 ORDER BY n`, text, recipient)
	if err != nil {
		return err
	}
	defer rows.Close()
	var total, arrived int
	var latest, failedAt int64
	lost, why := -1, ""
	for rows.Next() {
		var n, status int
		var state segmentState
		var at int64
		if err := rows.Scan(&n, &state, &status, &at); err != nil {
			return err
		}
		total++
		switch {
		case state != segmentAccepted || status < 0:
		case sms.Status(status).Delivered():
			arrived++
			latest = max(latest, at)
		case sms.Status(status).Failed() && lost < 0:
			lost, why, failedAt = n, sms.Status(status).String(), at
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	then, reason, at := now, "", latest
	switch {
	case total > 0 && arrived == total && (now == recipientSent || now == recipientFailed):
		then = recipientDelivered
	case lost >= 0 && (now == recipientSent || now == recipientUnknown):
		then, reason, at = recipientFailed, partOf(lost, total, why), failedAt
	}
	if then == now {
		return nil
	}
	if _, err := tx.Exec(`UPDATE recipient SET state = $1, reason = $2, at = $3 WHERE text = $4 AND n = $5`, then, reason, at, text, recipient); err != nil {
		return err
	}
	return addNews(tx, text)
}

// sameNumber reports whether a service centre may call a dialled number so: with
// the country's code in place of the digits that are dialled inside it.
func sameNumber(dialled, reported string) bool {
	a, b := sms.Normalize(dialled), sms.Normalize(reported)
	if a == b {
		return true
	}
	a, b = strings.TrimLeft(a, "+0"), strings.TrimLeft(b, "+0")
	const least = 6 // shorter ones are short codes
	return len(a) >= least && len(b) >= least && (strings.HasSuffix(a, b) || strings.HasSuffix(b, a))
}

// takeStatusReport keeps a status report. When it returns nil the report is on
// disk.
func (a *Agent) takeStatusReport(ctx context.Context, l *line, r *sms.StatusReport) error {
	at := r.Discharged
	if at.IsZero() || at.After(a.now().Add(24*time.Hour)) {
		at = a.now()
	}
	found, err := a.ledger.takeDelivery(delivery{radio: l.options.Name, reference: r.Reference, number: r.Recipient, status: r.Status, at: at})
	if err != nil {
		return err
	}
	a.log.InfoContext(ctx, "status report", "radio", l.label, "reference", r.Reference, "status", r.Status.String(), "text known", found)
	a.wake(a.toPost)
	return a.at("status report kept")
}
