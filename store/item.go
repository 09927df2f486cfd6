package store

import (
	"math"
	"time"
)

// Class is the class of an item.
type Class int

// Classes of items.
const (
	ClassEmail Class = 1
	ClassSMS   Class = 2
)

// TextState is where a text in the Outbox stands.
type TextState int

// States of a text. An item has one of the first five; the others are kept of
// texts that have left the Outbox.
const (
	NotOutbound TextState = iota
	Waiting               // no phone may take it yet
	Offered               // shown to one phone
	HandedOver            // that phone has proved that it received it
	Unknown               // that phone fell silent
	Sent                  // transmitted to at least one recipient
	Failed                // to none
	Cancelled             // withdrawn by its writer in time
	Delivered             // every recipient's phone has confirmed it
)

func (s TextState) String() string {
	switch s {
	case NotOutbound:
		return "not outbound"
	case Waiting:
		return "waiting"
	case Offered:
		return "offered"
	case HandedOver:
		return "handed over"
	case Unknown:
		return "unknown"
	case Sent:
		return "sent"
	case Failed:
		return "failed"
	case Cancelled:
		return "cancelled"
	case Delivered:
		return "delivered"
	}
	return "undefined"
}

// Key orders the items of a class in a folder: by date, then by id.
type Key struct {
	Date int64 `json:"d"` // milliseconds since 1970 UTC
	ID   int64 `json:"i"`
}

// Bottom and Top lie below and above every item.
var (
	Bottom = Key{Date: math.MinInt64}
	Top    = Key{Date: math.MaxInt64}
)

// Less reports whether k lies below l.
func (k Key) Less(l Key) bool { return k.Date < l.Date || k.Date == l.Date && k.ID < l.ID }

// Next is the lowest key above k.
func (k Key) Next() Key { return Key{k.Date, k.ID + 1} }

// Item is one mail or text. Its id, folder, class and date never change.
type Item struct {
	ID         int64
	Folder     int64
	Class      Class
	Date       int64  // milliseconds since 1970 UTC
	From, To   string // as they came
	Peers      string // normalised numbers of the other side
	Outgoing   bool   // written by the owner
	Subject    string
	Body       string
	CPID       string
	Importance int
	Read       bool
	Flag       string // JSON, "" none

	ConversationID    []byte
	ConversationIndex []byte

	Born     int64 // seq at which the id appeared in its folder
	ReadSeq  int64 // last change of Read
	ReadBy   string
	ReadLost bool
	FlagSeq  int64 // last change of Flag
	FlagBy   string
	FlagLost bool

	Supplier string // device that added it
	Supplied string // epoch of the partnership it was added in
	FiledBy  string // phone whose Delete filed it in Sent Items
	Linked   bool   // joined with that phone's own copy

	State   TextState
	Aud     string // phone that may see it
	Off     int64  // seq of the offer
	Carried bool   // some answer held the offer

	Shown  int64 // seq of the last change of what a conversation shows of it, 0 not shown
	Hidden Hidden

	// Mark is the asking device's mark on the item, filled in by the walks.
	Mark Mark

	was look // as it is stored
}

// Key returns the item's place in its class.
func (i *Item) Key() Key { return Key{i.Date, i.ID} }

// Changed returns the seq of the item's last change, 0 when there was none.
func (i *Item) Changed() int64 { return max(i.ReadSeq, i.FlagSeq) }

const itemHead = `i.item_id, i.folder_id, i.class, i.date, i.sender, i.recipients, i.peers, i.outgoing, i.subject, `
const itemTail = `, i.cpid, i.importance, i.read, i.flag, i.conv_id, i.conv_index,
	i.born, i.read_seq, i.read_by, i.read_lost, i.flag_seq, i.flag_by, i.flag_lost,
	i.supplier, i.supplied, i.filed_by, i.linked, i.state, i.aud, i.off, i.carried, i.shown, i.hidden`

// wholeItem and bareItem select an item with and without its body.
const (
	wholeItem = itemHead + `i.body` + itemTail
	bareItem  = itemHead + `''` + itemTail
)

// placeOfItem selects what says whether a device holds an item, a third of the
// columns.
const placeOfItem = `i.item_id, i.folder_id, i.class, i.date, i.born, i.read_seq, i.read_by, i.read_lost, i.flag_seq, i.flag_by, i.flag_lost,
	i.state, i.aud, i.off`

// place returns where the columns of placeOfItem go.
func (i *Item) place(more ...any) []any {
	return append([]any{&i.ID, &i.Folder, &i.Class, &i.Date, &i.Born, &i.ReadSeq, &i.ReadBy, &i.ReadLost, &i.FlagSeq, &i.FlagBy, &i.FlagLost,
		&i.State, &i.Aud, &i.Off}, more...)
}

func scanItem(r scanner) (*Item, error) {
	i := new(Item)
	err := r.Scan(i.columns()...)
	i.was = i.look()
	return i, err
}

// columns returns where the columns of wholeItem and bareItem go.
func (i *Item) columns(more ...any) []any {
	dest := make([]any, 0, 40)
	dest = append(dest, &i.ID, &i.Folder, &i.Class, &i.Date, &i.From, &i.To, &i.Peers, &i.Outgoing, &i.Subject, &i.Body,
		&i.CPID, &i.Importance, &i.Read, &i.Flag, &i.ConversationID, &i.ConversationIndex,
		&i.Born, &i.ReadSeq, &i.ReadBy, &i.ReadLost, &i.FlagSeq, &i.FlagBy, &i.FlagLost,
		&i.Supplier, &i.Supplied, &i.FiledBy, &i.Linked, &i.State, &i.Aud, &i.Off, &i.Carried, &i.Shown, &i.Hidden)
	return append(dest, more...)
}

// Item returns a live item, or ErrNotFound.
func (tx *Tx) Item(id int64) (*Item, error) {
	i, err := scanItem(tx.row(`SELECT `+wholeItem+` FROM item i WHERE i.user_id = $1 AND i.item_id = $2`, tx.user, id))
	if err != nil {
		return nil, tx.failed("item", err)
	}
	return i, nil
}

// InsertItem stores a new item.
func (tx *Tx) InsertItem(i *Item) error {
	i.Shown, i.was = 0, look{}
	tx.noTexts = tx.noTexts && i.State == NotOutbound
	if i.InThread() {
		i.Shown = i.Born
	}
	if err := tx.exec(`INSERT INTO item (user_id, item_id, folder_id, class, date, sender, recipients, peers, outgoing, subject, body,
			cpid, importance, read, flag, conv_id, conv_index, born, read_seq, read_by, read_lost, flag_seq, flag_by, flag_lost,
			changed, supplier, supplied, filed_by, linked, state, aud, off, carried, shown, hidden)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
			$25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35)`,
		tx.user, i.ID, i.Folder, i.Class, i.Date, i.From, i.To, i.Peers, i.Outgoing, i.Subject, i.Body,
		i.CPID, i.Importance, i.Read, i.Flag, i.ConversationID, i.ConversationIndex, i.Born,
		i.ReadSeq, i.ReadBy, i.ReadLost, i.FlagSeq, i.FlagBy, i.FlagLost,
		i.Changed(), i.Supplier, i.Supplied, i.FiledBy, i.Linked, i.State, i.Aud, i.Off, i.Carried, i.Shown, i.Hidden); err != nil {
		return err
	}
	return tx.look(i, i.look())
}

// UpdateItem stores what of an item may change: Read, Flag, who supplied and
// filed it, its way out, and whether it is hidden.
func (tx *Tx) UpdateItem(i *Item) error {
	now := i.look()
	tx.noTexts = tx.noTexts && i.State == NotOutbound
	if now != i.was {
		if err := tx.restamp(i); err != nil {
			return err
		}
	}
	if err := tx.exec(`UPDATE item SET read = $3, flag = $4, read_seq = $5, read_by = $6, read_lost = $7,
			flag_seq = $8, flag_by = $9, flag_lost = $10, changed = $11, supplier = $12, supplied = $13,
			filed_by = $14, linked = $15, state = $16, aud = $17, off = $18, carried = $19, shown = $20, hidden = $21
		WHERE user_id = $1 AND item_id = $2`,
		tx.user, i.ID, i.Read, i.Flag, i.ReadSeq, i.ReadBy, i.ReadLost, i.FlagSeq, i.FlagBy, i.FlagLost, i.Changed(),
		i.Supplier, i.Supplied, i.FiledBy, i.Linked, i.State, i.Aud, i.Off, i.Carried, i.Shown, i.Hidden); err != nil {
		return err
	}
	return tx.look(i, now)
}

// DeleteItem removes an item. Its tombstone is the caller's.
func (tx *Tx) DeleteItem(i *Item) error {
	if err := tx.exec(`DELETE FROM item WHERE user_id = $1 AND item_id = $2`, tx.user, i.ID); err != nil {
		return err
	}
	return tx.look(i, look{})
}

// Walk visits items of a folder as seen by one device.
type Walk struct {
	Folder int64
	Device string
	Bodies bool // load bodies too
	Places bool // load only what says whether the device holds an item
}

// The casts hide from SQLite that it compares with a bound parameter. Without
// them, a query with ORDER BY is prepared anew for every value of it.
const walkFrom = ` FROM item i LEFT JOIN mark m ON m.user_id = i.user_id AND m.device_id = $2
	AND m.folder_id = i.folder_id AND m.item_id = i.item_id
	WHERE i.user_id = CAST($1 AS BIGINT) AND i.folder_id = CAST($3 AS BIGINT) `

func (tx *Tx) walk(w Walk, visit func(*Item) (bool, error), where string, args ...any) error {
	columns, layout := bareItem, (*Item).columns
	switch {
	case w.Places:
		columns, layout = placeOfItem, (*Item).place
	case w.Bodies:
		columns = wholeItem
	}
	var row *Item // one for all rows, so that its columns are laid out once
	var lost, gone *int64
	var dest []any
	return tx.each(func(r scanner) (bool, error) {
		if row == nil {
			row = new(Item)
			dest = layout(row, &lost, &gone)
		}
		if err := r.Scan(dest...); err != nil {
			return false, err
		}
		i := *row
		i.was = i.look()
		if lost != nil {
			i.Mark = Mark{Set: true, Lost: *lost != 0, Gone: *gone}
		}
		return visit(&i)
	}, `SELECT `+columns+`, m.lost, m.gone`+walkFrom+where, append([]any{tx.user, w.Device, w.Folder}, args...)...)
}

// ItemsUp visits the items of a class with from <= key < to in ascending order
// until visit returns false.
func (tx *Tx) ItemsUp(w Walk, class Class, from, to Key, visit func(*Item) (bool, error)) error {
	return tx.walk(w, visit, `AND i.class = CAST($4 AS BIGINT) AND (i.date, i.item_id) >= ($5, $6) AND (i.date, i.item_id) < ($7, $8)
		ORDER BY i.date, i.item_id`, class, from.Date, from.ID, to.Date, to.ID)
}

// ItemsDown visits the same items in descending order.
func (tx *Tx) ItemsDown(w Walk, class Class, from, to Key, visit func(*Item) (bool, error)) error {
	return tx.walk(w, visit, `AND i.class = CAST($4 AS BIGINT) AND (i.date, i.item_id) >= ($5, $6) AND (i.date, i.item_id) < ($7, $8)
		ORDER BY i.date DESC, i.item_id DESC`, class, from.Date, from.ID, to.Date, to.ID)
}

// ItemsChanged visits the items whose last change is newer than seq, in the
// order of these changes.
func (tx *Tx) ItemsChanged(w Walk, seq int64, visit func(*Item) (bool, error)) error {
	return tx.walk(w, visit, `AND i.changed > CAST($4 AS BIGINT) AND i.changed > 0 ORDER BY i.changed`, seq)
}

// ItemsBorn visits the items that appeared in the folder after seq, in that
// order. Texts on their way out are left to TextsOffered.
func (tx *Tx) ItemsBorn(w Walk, seq int64, visit func(*Item) (bool, error)) error {
	return tx.walk(w, visit, `AND i.born > $4 AND i.state = 0 ORDER BY i.born`, seq)
}

// ItemsBornOrOffered visits what ItemsBorn does and, each at the seq of its
// offer, the texts that are offered to the device.
func (tx *Tx) ItemsBornOrOffered(w Walk, seq int64, visit func(*Item) (bool, error)) error {
	return tx.walk(w, visit, `AND (i.state = 0 AND i.born > $4 OR i.state = 2 AND i.state > 0 AND i.aud = $2 AND i.off > $4)
		ORDER BY CASE i.state WHEN 0 THEN i.born ELSE i.off END`, seq)
}

// TextsAt returns the texts in a state whose audience is the device and that
// were offered up to seq, in the order of their offers.
func (tx *Tx) TextsAt(device string, state TextState, seq int64) ([]*Item, error) {
	if none, err := tx.noTextOut(); none || err != nil {
		return nil, err
	}
	return tx.textsAt(device, state, seq)
}

func (tx *Tx) textsAt(device string, state TextState, seq int64) (all []*Item, err error) {
	return all, tx.each(func(r scanner) (bool, error) {
		i, err := scanItem(r)
		all = append(all, i)
		return true, err
	}, `SELECT `+wholeItem+` FROM item i WHERE i.user_id = CAST($1 AS BIGINT) AND i.state = CAST($2 AS BIGINT) AND i.state > 0
			AND i.aud = CAST($3 AS TEXT) AND i.off <= CAST($4 AS BIGINT) ORDER BY i.off`, tx.user, state, device, seq)
}

// noTextOut reports whether no text is on its way out: then there is nothing to
// look for, and a device that adds its history is spared to look four times for
// each text.
func (tx *Tx) noTextOut() (bool, error) {
	if tx.noTexts {
		return true, nil
	}
	none := true
	err := tx.each(func(scanner) (bool, error) { none = false; return false, nil },
		`SELECT 1 FROM item WHERE user_id = $1 AND state > 0 LIMIT 1`, tx.user)
	tx.noTexts = none && err == nil
	return none, err
}

// WaitingText is a text that waits for a phone.
type WaitingText struct {
	*Item          // without its body
	Writer  string // device that wrote it
	Chosen  string // device that must send it, "" any
	Expires time.Time
}

// Scheduled is the Off of a text whose time has not come.
const Scheduled = -1

// TextsWaiting visits the texts that wait for a phone, oldest first, and not for
// their time.
func (tx *Tx) TextsWaiting(visit func(WaitingText) (bool, error)) error {
	return tx.each(func(r scanner) (bool, error) {
		var t WaitingText
		var expires int64
		t.Item = new(Item)
		if err := r.Scan(t.Item.columns(&t.Writer, &t.Chosen, &expires)...); err != nil {
			return false, err
		}
		t.Item.was = t.Item.look()
		t.Expires = fromMillis(expires)
		return visit(t)
	}, `SELECT `+bareItem+`, o.writer, o.chosen, o.expires FROM item i JOIN outbound o ON o.user_id = i.user_id AND o.text_id = i.item_id
		WHERE i.user_id = CAST($1 AS BIGINT) AND i.state = 1 AND i.state > 0 AND i.aud = '' AND i.off = 0 ORDER BY i.item_id`, tx.user)
}

// TextsOfferedTo returns the devices that texts are offered to.
func (tx *Tx) TextsOfferedTo() (devices []string, err error) {
	return devices, tx.each(func(r scanner) (bool, error) {
		var d string
		err := r.Scan(&d)
		devices = append(devices, d)
		return true, err
	}, `SELECT DISTINCT aud FROM item WHERE user_id = $1 AND state = 2 AND state > 0`, tx.user)
}

// AnyTextWaiting reports whether a text waits for a phone, and not for its time.
func (tx *Tx) AnyTextWaiting() (found bool, err error) {
	err = tx.each(func(scanner) (bool, error) { found = true; return false, nil },
		`SELECT 1 FROM item WHERE user_id = $1 AND state = 1 AND state > 0 AND aud = '' AND off = 0 LIMIT 1`, tx.user)
	return found, err
}

// Alike visits the texts of a folder that have the same peers, oldest first,
// with the device's mark.
func (tx *Tx) Alike(w Walk, peers string, from, to int64, visit func(*Item) (bool, error)) error {
	return tx.walk(w, visit, `AND i.peers = CAST($4 AS TEXT) AND i.date >= $5 AND i.date <= $6 AND i.class = 2 ORDER BY i.date, i.item_id`,
		peers, from, to)
}

// Filed visits the texts of a folder with these peers that the device's Delete
// has filed there, oldest first.
func (tx *Tx) Filed(w Walk, peers string, from, to int64, visit func(*Item) (bool, error)) error {
	return tx.walk(w, visit, `AND i.filed_by = CAST($2 AS TEXT) AND i.filed_by <> '' AND i.peers = CAST($4 AS TEXT)
		AND i.date >= CAST($5 AS BIGINT) AND i.date <= CAST($6 AS BIGINT) ORDER BY i.date, i.item_id`, peers, from, to)
}

// ConversationStart returns the ConversationIndex of the oldest item of a
// conversation, or nil.
func (tx *Tx) ConversationStart(conversation []byte) (index []byte, err error) {
	err = tx.each(func(r scanner) (bool, error) { return false, r.Scan(&index) },
		`SELECT conv_index FROM item WHERE user_id = CAST($1 AS BIGINT) AND conv_id = CAST($2 AS BLOB) ORDER BY date LIMIT 1`, tx.user, conversation)
	return index, err
}

// ConversationDevices returns the devices that carried texts of a conversation,
// the latest first, each once.
func (tx *Tx) ConversationDevices(conversation []byte) (all []string, err error) {
	seen := make(map[string]bool)
	err = tx.each(func(r scanner) (bool, error) {
		var supplier, filed string
		if err := r.Scan(&supplier, &filed); err != nil {
			return false, err
		}
		for _, d := range []string{filed, supplier} {
			if d != "" && !seen[d] {
				seen[d] = true
				all = append(all, d)
			}
		}
		return true, nil
	}, `SELECT supplier, filed_by FROM item WHERE user_id = CAST($1 AS BIGINT) AND conv_id = CAST($2 AS BLOB) AND class = 2 AND state = 0
		ORDER BY date DESC LIMIT 50`, tx.user, conversation)
	return all, err
}

// News holds the highest positions of a folder: of its last tombstone, of the
// last change of a live item, and of the last live item's birth; 0 none.
type News struct{ Deleted, Changed, Born int64 }

// NewsOf returns the highest positions of a folder, so that what lies below them
// need not be looked for.
func (tx *Tx) NewsOf(folder int64) (n News, err error) {
	err = tx.row(`SELECT
		(SELECT coalesce(max(seq), 0) FROM tombstone WHERE user_id = $1 AND folder_id = $2),
		(SELECT coalesce(max(changed), 0) FROM item WHERE user_id = $1 AND folder_id = $2 AND changed > 0),
		(SELECT coalesce(max(born), 0) FROM item WHERE user_id = $1 AND folder_id = $2)`, tx.user, folder).Scan(&n.Deleted, &n.Changed, &n.Born)
	return n, err
}

// CountItems returns how many items a folder holds.
func (tx *Tx) CountItems(folder int64) (n int, err error) {
	err = tx.row(`SELECT count(*) FROM item WHERE user_id = $1 AND folder_id = $2`, tx.user, folder).Scan(&n)
	return n, err
}

// SetReadLost stores whether the Sync that last wrote Read was disowned.
func (tx *Tx) SetReadLost(id int64, lost bool) error {
	return tx.exec(`UPDATE item SET read_lost = $3 WHERE user_id = $1 AND item_id = $2`, tx.user, id, lost)
}

// SetFlagLost stores whether the Sync that last wrote Flag was disowned.
func (tx *Tx) SetFlagLost(id int64, lost bool) error {
	return tx.exec(`UPDATE item SET flag_lost = $3 WHERE user_id = $1 AND item_id = $2`, tx.user, id, lost)
}
