package store

import (
	"maps"
	"slices"
	"strconv"
)

// Hidden says why a text is not shown in its conversation.
type Hidden int

// Reasons to hide a text.
const (
	NotHidden  Hidden = iota
	Understood        // a non-delivery report: the recipient's state says what it says
	Copied            // a phone's own copy of a text that is still in the Outbox
)

// Thread is a conversation: all texts with one set of peers, in all folders but
// Deleted Items.
type Thread struct {
	ConversationID []byte
	Peers          string // as of its items
	LastItem       int64  // the newest
	LastDate       int64
	Unread         int // incoming ones
	Total          int
	Changed        int64 // seq of the last change in it
}

// InThread reports whether an item is one of its conversation.
func (i *Item) InThread() bool {
	return i.Class == ClassSMS && i.Folder != DeletedItemsID && i.Hidden == NotHidden
}

// look is what a conversation shows of an item.
type look struct {
	shown   bool
	unread  bool
	read    bool
	flag    string
	state   TextState
	carried bool
}

func (i *Item) look() look {
	if !i.InThread() {
		return look{}
	}
	return look{true, !i.Read && !i.Outgoing, i.Read, i.Flag, i.State, i.Carried}
}

// threadChange is what a transaction does to a conversation.
type threadChange struct {
	peers         string
	total, unread int
	newest        Key  // of what has come
	left          bool // something is shown no more
}

func (tx *Tx) thread(conversation []byte, peers string) *threadChange {
	c := tx.threads[string(conversation)]
	if c == nil {
		if tx.threads == nil {
			tx.threads = make(map[string]*threadChange)
		}
		c = &threadChange{peers: peers, newest: Bottom}
		tx.threads[string(conversation)] = c
	}
	return c
}

// changeSeq returns a counter value that nobody has seen yet.
func (tx *Tx) changeSeq() (int64, error) {
	if err := tx.load(); err != nil {
		return 0, err
	}
	if tx.seq > tx.storedSeq {
		return tx.seq, nil
	}
	return tx.Bump()
}

// restamp notes on an item that it looks different from now on.
func (tx *Tx) restamp(i *Item) (err error) {
	i.Shown = 0
	if i.InThread() {
		i.Shown, err = tx.changeSeq()
	}
	return err
}

// Copies returns the texts with these peers that are hidden as copies, oldest
// first.
func (tx *Tx) Copies(peers string) ([]*Item, error) {
	return tx.items(`SELECT `+wholeItem+` FROM item i WHERE i.user_id = CAST($1 AS BIGINT) AND i.peers = CAST($2 AS TEXT) AND i.hidden = 2
		ORDER BY i.item_id`, tx.user, peers)
}

// ShowsAnew notes that what is known of the way out of a text has changed.
func (tx *Tx) ShowsAnew(item int64) {
	if tx.stale == nil {
		tx.stale = make(map[int64]bool)
	}
	tx.stale[item] = true
}

// look takes note that an item, stored as i.was says, now looks like this.
func (tx *Tx) look(i *Item, now look) error {
	was := i.was
	i.was = now
	if now == was {
		return nil
	}
	c := tx.thread(i.ConversationID, i.Peers)
	if was.unread {
		c.unread--
	}
	if now.unread {
		c.unread++
	}
	switch {
	case now.shown && !was.shown:
		c.total++
		if c.newest.Less(i.Key()) {
			c.newest = i.Key()
		}
		tx.index(i)
	case was.shown && !now.shown:
		c.total--
		c.left = true
		seq, err := tx.changeSeq()
		if err != nil {
			return err
		}
		if err := tx.exec(`INSERT INTO gone (user_id, seq, folder_id, item_id, text_id, conv_id)
			VALUES ($1, $2, $3, $4, coalesce((SELECT max(text_id) FROM outbound WHERE user_id = $1 AND item_id = $4), 0), $5)
			ON CONFLICT DO NOTHING`, tx.user, seq, i.Folder, i.ID, i.ConversationID); err != nil {
			return err
		}
		tx.unindex(i)
	}
	return nil
}

// flushThreads brings the conversations in line with what happened to their
// items.
func (tx *Tx) flushThreads() error {
	if len(tx.stale) == 0 && len(tx.threads) == 0 {
		return nil
	}
	seq, err := tx.changeSeq()
	if err != nil {
		return err
	}
	for _, item := range slices.Sorted(maps.Keys(tx.stale)) {
		if err := tx.each(func(r scanner) (bool, error) {
			var conversation []byte
			var peers string
			err := r.Scan(&conversation, &peers)
			tx.thread(conversation, peers)
			return true, err
		}, `UPDATE item SET shown = $3 WHERE user_id = $1 AND item_id = $2 AND shown <> 0 RETURNING conv_id, peers`, tx.user, item, seq); err != nil {
			return err
		}
	}
	for _, id := range slices.Sorted(maps.Keys(tx.threads)) {
		if err := tx.flushThread([]byte(id), tx.threads[id], seq); err != nil {
			return err
		}
	}
	tx.stale, tx.threads = nil, nil
	return nil
}

func (tx *Tx) flushThread(conversation []byte, c *threadChange, seq int64) error {
	tx.texts += int64(c.total)
	tx.unread += int64(c.unread)
	last := c.newest
	if c.left { // perhaps the newest
		last = Key{}
		if err := tx.each(func(r scanner) (bool, error) { return false, r.Scan(&last.Date, &last.ID) },
			`SELECT i.date, i.item_id FROM item i WHERE i.user_id = CAST($1 AS BIGINT) AND i.conv_id = CAST($2 AS BLOB) AND i.shown <> 0
				ORDER BY i.date DESC, i.item_id DESC LIMIT 1`, tx.user, conversation); err != nil {
			return err
		}
	}
	return tx.exec(`INSERT INTO thread (user_id, conv_id, peers, last_item, last_date, unread, total, changed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (user_id, conv_id) DO UPDATE SET peers = excluded.peers,
			last_item = CASE WHEN $9 OR thread.total = 0 OR (excluded.last_date, excluded.last_item) > (thread.last_date, thread.last_item)
				THEN excluded.last_item ELSE thread.last_item END,
			last_date = CASE WHEN $9 OR thread.total = 0 OR (excluded.last_date, excluded.last_item) > (thread.last_date, thread.last_item)
				THEN excluded.last_date ELSE thread.last_date END,
			unread = thread.unread + excluded.unread, total = thread.total + excluded.total, changed = excluded.changed`,
		tx.user, conversation, c.peers, last.ID, last.Date, c.unread, c.total, seq, c.left)
}

// emptyThreads takes all items of a folder out of their conversations.
func (tx *Tx) emptyThreads(folder int64) error {
	var items []*Item
	if err := tx.each(func(r scanner) (bool, error) {
		i, err := scanItem(r)
		items = append(items, i)
		return true, err
	}, `SELECT `+bareItem+` FROM item i WHERE i.user_id = $1 AND i.folder_id = $2 AND i.class = 2 AND i.shown <> 0`, tx.user, folder); err != nil {
		return err
	}
	for _, i := range items {
		if err := tx.look(i, look{}); err != nil {
			return err
		}
	}
	return nil
}

const threadColumns = `t.conv_id, t.peers, t.last_item, t.last_date, t.unread, t.total, t.changed`

func scanThread(r scanner) (t Thread, err error) {
	err = r.Scan(&t.ConversationID, &t.Peers, &t.LastItem, &t.LastDate, &t.Unread, &t.Total, &t.Changed)
	return t, err
}

// ThreadKey orders conversations: by the date of the newest item, then by id.
type ThreadKey struct {
	Date int64  `json:"d"`
	ID   []byte `json:"i"`
}

// FirstThread lies above every conversation.
var FirstThread = ThreadKey{Date: Top.Date}

// Key returns the place of a conversation.
func (t *Thread) Key() ThreadKey { return ThreadKey{t.LastDate, t.ConversationID} }

// Threads visits the conversations below a key, newest first.
func (tx *Tx) Threads(below ThreadKey, visit func(Thread) (bool, error)) error {
	id := below.ID
	if id == nil {
		id = []byte{}
	}
	return tx.each(func(r scanner) (bool, error) {
		t, err := scanThread(r)
		if err != nil {
			return false, err
		}
		return visit(t)
	}, `SELECT `+threadColumns+` FROM thread t WHERE t.user_id = CAST($1 AS BIGINT) AND t.total > 0
			AND (t.last_date, t.conv_id) < ($2, $3) ORDER BY t.last_date DESC, t.conv_id DESC`, tx.user, below.Date, id)
}

// Thread returns a conversation that holds something, or ErrNotFound.
func (tx *Tx) Thread(id []byte) (Thread, error) {
	t, err := scanThread(tx.row(`SELECT `+threadColumns+` FROM thread t WHERE t.user_id = $1 AND t.conv_id = $2 AND t.total > 0`, tx.user, id))
	if err != nil {
		return t, tx.failed("conversation", err)
	}
	return t, nil
}

func (tx *Tx) items(query string, args ...any) (all []*Item, err error) {
	err = tx.each(func(r scanner) (bool, error) {
		i, err := scanItem(r)
		all = append(all, i)
		return true, err
	}, query, args...)
	return all, err
}

// ThreadDown returns the items of a conversation below a key, newest first.
func (tx *Tx) ThreadDown(conversation []byte, below Key, limit int) ([]*Item, error) {
	return tx.items(`SELECT `+wholeItem+` FROM item i WHERE i.user_id = CAST($1 AS BIGINT) AND i.conv_id = CAST($2 AS BLOB) AND i.shown <> 0
		AND (i.date, i.item_id) < ($3, $4) ORDER BY i.date DESC, i.item_id DESC LIMIT $5`, tx.user, conversation, below.Date, below.ID, limit)
}

// ThreadUp returns the items of a conversation above a key, oldest first.
func (tx *Tx) ThreadUp(conversation []byte, above Key, limit int) ([]*Item, error) {
	return tx.items(`SELECT `+wholeItem+` FROM item i WHERE i.user_id = CAST($1 AS BIGINT) AND i.conv_id = CAST($2 AS BLOB) AND i.shown <> 0
		AND (i.date, i.item_id) > ($3, $4) ORDER BY i.date, i.item_id LIMIT $5`, tx.user, conversation, above.Date, above.ID, limit)
}

// ThreadUnread returns the newest unread items of a conversation without their
// bodies.
func (tx *Tx) ThreadUnread(conversation []byte, limit int) ([]*Item, error) {
	return tx.items(`SELECT `+bareItem+` FROM item i WHERE i.user_id = CAST($1 AS BIGINT) AND i.conv_id = CAST($2 AS BLOB) AND i.shown <> 0
		AND i.read = 0 AND i.outgoing = 0 ORDER BY i.date DESC, i.item_id DESC LIMIT $3`, tx.user, conversation, limit)
}

// ThreadIncoming returns the newest incoming items of a conversation without
// their bodies.
func (tx *Tx) ThreadIncoming(conversation []byte, limit int) ([]*Item, error) {
	return tx.items(`SELECT `+bareItem+` FROM item i WHERE i.user_id = CAST($1 AS BIGINT) AND i.conv_id = CAST($2 AS BLOB) AND i.shown <> 0
		AND i.outgoing = 0 ORDER BY i.date DESC, i.item_id DESC LIMIT $3`, tx.user, conversation, limit)
}

// ItemsWith returns the items with these ids that are there, in no order.
func (tx *Tx) ItemsWith(ids []int64) (all []*Item, err error) {
	return all, tx.eachOf(ids, func(r scanner) (bool, error) {
		i, err := scanItem(r)
		all = append(all, i)
		return true, err
	}, `SELECT `+wholeItem+` FROM item i WHERE i.user_id = $1 AND i.item_id IN `)
}

// OutboundsOf returns the ways out of the texts that these items show, in no
// order.
func (tx *Tx) OutboundsOf(items []int64) (all []Outbound, err error) {
	return all, tx.eachOf(items, func(r scanner) (bool, error) {
		o, err := scanOutbound(r)
		all = append(all, o)
		return true, err
	}, `SELECT `+outboundColumns+` FROM outbound WHERE user_id = $1 AND item_id IN `)
}

// RecipientsOf returns the recipients of texts, each in the order of To.
func (tx *Tx) RecipientsOf(texts []int64) (all map[int64][]Recipient, err error) {
	all = make(map[int64][]Recipient, len(texts))
	err = tx.eachOf(texts, func(s scanner) (bool, error) {
		var text, at int64
		var r Recipient
		err := s.Scan(&text, &r.N, &r.Address, &r.Number, &r.State, &r.Error, &at)
		r.At = fromMillis(at)
		all[text] = append(all[text], r)
		return true, err
	}, `SELECT text_id, n, address, number, state, error, at FROM recipient WHERE user_id = $1 AND text_id IN `)
	for _, list := range all {
		slices.SortFunc(list, func(a, b Recipient) int { return a.N - b.N })
	}
	return all, err
}

// eachOf calls f for every row of a query that ends before the list of ids. The
// lists have few lengths, so that few statements are prepared.
func (tx *Tx) eachOf(ids []int64, f func(scanner) (bool, error), query string) error {
	for chunk := range slices.Chunk(ids, len(lists[len(lists)-1].args)) {
		n := slices.IndexFunc(lists[:], func(l idList) bool { return len(chunk) <= len(l.args) })
		args := append([]any{tx.user}, lists[n].args...)
		for k, id := range chunk {
			args[k+1] = id
		}
		if err := tx.each(f, query+lists[n].text, args...); err != nil {
			return err
		}
	}
	return nil
}

// idList is a list of parameters, filled with an id that nothing has.
type idList struct {
	text string
	args []any
}

var lists = [...]idList{newIDList(1), newIDList(16), newIDList(64), newIDList(256)}

func newIDList(n int) (l idList) {
	for k := range n {
		l.text += ",$" + strconv.Itoa(k+2)
		l.args = append(l.args, int64(0))
	}
	l.text = "(" + l.text[1:] + ")"
	return l
}
