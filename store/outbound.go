package store

import "time"

// Outbound is a text's way out. It is kept when the text has left the Outbox.
type Outbound struct {
	TextID  int64 // item id in the Outbox
	ItemID  int64 // the item that shows it now
	Writer  string
	State   TextState
	Chosen  string // device the sender chose, "" none
	Device  string // device that has it or sent it
	Tried   string // JSON list of the devices it was ever offered to
	Created time.Time
	Offered time.Time
	Handed  time.Time
	Ended   time.Time
	// Due is when it must be looked at: silence makes it unknown, its time has come,
	// or has passed. Zero: never.
	Due time.Time

	NotBefore time.Time // when it may be offered; zero at once
	Expires   time.Time // when it fails unless a phone has it; zero never
	Retried   int64     // text that was sent in its stead, 0 none
}

// RecipientState is what became of a text for one recipient.
type RecipientState int

// States of a recipient.
const (
	RecipientPending RecipientState = iota
	RecipientSent
	RecipientFailed
	RecipientUnknown
	RecipientDelivered
)

func (s RecipientState) String() string {
	switch s {
	case RecipientPending:
		return "pending"
	case RecipientSent:
		return "sent"
	case RecipientFailed:
		return "failed"
	case RecipientUnknown:
		return "unknown"
	case RecipientDelivered:
		return "delivered"
	}
	return "undefined"
}

// Recipient is one recipient of an outbound text.
type Recipient struct {
	N       int
	Address string // as in To
	Number  string // normalised
	State   RecipientState
	Error   string // in words
	At      time.Time
}

const outboundColumns = `text_id, item_id, writer, state, chosen, device, tried, created, offered, handed, ended, due, not_before, expires, retried`

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMillis(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}

func scanOutbound(r scanner) (o Outbound, err error) {
	var created, offered, handed, ended, due, notBefore, expires int64
	err = r.Scan(&o.TextID, &o.ItemID, &o.Writer, &o.State, &o.Chosen, &o.Device, &o.Tried, &created, &offered, &handed, &ended, &due,
		&notBefore, &expires, &o.Retried)
	o.Created, o.Offered, o.Handed = fromMillis(created), fromMillis(offered), fromMillis(handed)
	o.Ended, o.Due = fromMillis(ended), fromMillis(due)
	o.NotBefore, o.Expires = fromMillis(notBefore), fromMillis(expires)
	return o, err
}

// Outbound returns a text's way out, or ErrNotFound.
func (tx *Tx) Outbound(text int64) (Outbound, error) {
	o, err := scanOutbound(tx.row(`SELECT `+outboundColumns+` FROM outbound WHERE user_id = $1 AND text_id = $2`, tx.user, text))
	if err != nil {
		return Outbound{}, tx.failed("outbound text", err)
	}
	return o, nil
}

// PutOutbound stores o, new or not.
func (tx *Tx) PutOutbound(o Outbound) error {
	tx.ShowsAnew(o.ItemID)
	return tx.exec(`INSERT INTO outbound (user_id, `+outboundColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
		ON CONFLICT (user_id, text_id) DO UPDATE SET item_id = excluded.item_id, state = excluded.state, chosen = excluded.chosen,
			device = excluded.device, tried = excluded.tried, offered = excluded.offered, handed = excluded.handed,
			ended = excluded.ended, due = excluded.due, not_before = excluded.not_before, expires = excluded.expires,
			retried = excluded.retried`,
		tx.user, o.TextID, o.ItemID, o.Writer, o.State, o.Chosen, o.Device, o.Tried,
		millis(o.Created), millis(o.Offered), millis(o.Handed), millis(o.Ended), millis(o.Due),
		millis(o.NotBefore), millis(o.Expires), o.Retried)
}

// SetDue stores when a text must be looked at again.
func (tx *Tx) SetDue(text int64, due time.Time) error {
	return tx.exec(`UPDATE outbound SET due = $3 WHERE user_id = $1 AND text_id = $2`, tx.user, text, millis(due))
}

// OutboundDue returns the texts that must be looked at by t.
func (tx *Tx) OutboundDue(t time.Time) (all []Outbound, err error) {
	err = tx.each(func(r scanner) (bool, error) {
		o, err := scanOutbound(r)
		all = append(all, o)
		return true, err
	}, `SELECT `+outboundColumns+` FROM outbound WHERE user_id = $1 AND due > 0 AND due <= $2 ORDER BY text_id`, tx.user, t.UnixMilli())
	return all, err
}

// NextDue returns when the next text must be looked at, the zero time for never.
func (tx *Tx) NextDue() (time.Time, error) {
	var due int64
	err := tx.row(`SELECT coalesce(min(due), 0) FROM outbound WHERE user_id = $1 AND due > 0`, tx.user).Scan(&due)
	return fromMillis(due), err
}

// Recipients returns the recipients of a text, in the order of To.
func (tx *Tx) Recipients(text int64) (all []Recipient, err error) {
	err = tx.each(func(s scanner) (bool, error) {
		var r Recipient
		var at int64
		err := s.Scan(&r.N, &r.Address, &r.Number, &r.State, &r.Error, &at)
		r.At = fromMillis(at)
		all = append(all, r)
		return true, err
	}, `SELECT n, address, number, state, error, at FROM recipient WHERE user_id = $1 AND text_id = $2 ORDER BY n`, tx.user, text)
	return all, err
}

// PutRecipient stores a recipient of a text, new or not. What shows the text is
// noted as changed by PutOutbound or ShowsAnew.
func (tx *Tx) PutRecipient(text int64, r Recipient) error {
	return tx.exec(`INSERT INTO recipient (user_id, text_id, n, address, number, state, error, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (user_id, text_id, n) DO UPDATE SET state = excluded.state, error = excluded.error, at = excluded.at`,
		tx.user, text, r.N, r.Address, r.Number, r.State, r.Error, millis(r.At))
}

// PruneOutbound forgets the ways out of texts that nothing shows any more, if all
// that is known of them happened before a time. It looks at as many as limit,
// from one text on, and returns where to go on, 0 at the end.
func (tx *Tx) PruneOutbound(from int64, before time.Time, limit int) (next int64, err error) {
	var gone []int64
	n := 0
	if err := tx.each(func(r scanner) (bool, error) {
		var text int64
		var old bool
		err := r.Scan(&text, &old)
		if old {
			gone = append(gone, text)
		}
		n++
		next = text + 1
		return true, err
	}, `SELECT o.text_id, o.due = 0 AND o.created < $3 AND o.offered < $3 AND o.handed < $3 AND o.ended < $3
			AND NOT EXISTS (SELECT 1 FROM item i WHERE i.user_id = o.user_id AND i.item_id IN (o.item_id, o.text_id))
		FROM outbound o WHERE o.user_id = CAST($1 AS BIGINT) AND o.text_id >= CAST($2 AS BIGINT) ORDER BY o.text_id LIMIT $4`,
		tx.user, from, millis(before), limit); err != nil {
		return 0, err
	}
	for _, text := range gone {
		if err := tx.exec(`DELETE FROM recipient WHERE user_id = $1 AND text_id = $2`, tx.user, text); err != nil {
			return 0, err
		}
		if err := tx.exec(`DELETE FROM outbound WHERE user_id = $1 AND text_id = $2`, tx.user, text); err != nil {
			return 0, err
		}
	}
	if n < limit {
		next = 0
	}
	return next, nil
}

// OutboundOf returns the way out of the text that an item shows, or a zero
// Outbound when the item was never on its way out.
func (tx *Tx) OutboundOf(item int64) (o Outbound, err error) {
	err = tx.each(func(r scanner) (bool, error) { o, err = scanOutbound(r); return false, err },
		`SELECT `+outboundColumns+` FROM outbound WHERE user_id = $1 AND item_id = $2 ORDER BY text_id DESC LIMIT 1`, tx.user, item)
	return o, err
}

// ShowsAs notes that the text that item showed is now shown by another item.
func (tx *Tx) ShowsAs(item, by int64) error {
	return tx.exec(`UPDATE outbound SET item_id = $3 WHERE user_id = $1 AND item_id = $2`, tx.user, item, by)
}
