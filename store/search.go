package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
)

// The words of texts lie in an index of SQLite's FTS5, which has one list of
// places for each word in the whole database. So every word begins with a tag of
// its user: one user's words have nothing to do with another's, neither in what is
// found nor in what it costs. The index keeps no text. Its entries are numbered by
// date, so that the newest come first without sorting, and table found says whose
// they are.

// searchSchema comes after the migration that brought conversations. The prefix is
// the first character behind the tag: longer ones cost every text more than they
// spare a search.
const searchSchema = `
CREATE VIRTUAL TABLE search USING fts5(words, content='', contentless_delete=1, tokenize='ascii', prefix='14');
CREATE TABLE found (
	entry   INTEGER PRIMARY KEY,
	user_id BIGINT  NOT NULL,
	item_id BIGINT  NOT NULL
)`

var tagging = base32.NewEncoding("0123456789abcdefghijklmnopqrstuv").WithPadding(base32.NoPadding)

// tag is what every word of a user begins with: 13 characters.
func tag(user UserID) string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(user))
	return tagging.EncodeToString(b[:])
}

// suffixesLimit bounds how many ends of numbers are kept of one text.
const suffixesLimit = 2000

// searchWords returns a text as the index takes it: its words, and of its numbers
// what is left from each digit on, so that any part of them can be found.
func searchWords(user UserID, text string) string {
	words := wordsOf(text)
	if len(words) == 0 {
		return ""
	}
	var b strings.Builder
	tag := tag(user)
	add := func(w string) {
		b.WriteString(tag)
		b.WriteString(w)
		b.WriteByte(' ')
	}
	for _, w := range words {
		add(w.fold)
	}
	left := suffixesLimit
	for _, n := range numbersOf(text, words) {
		from := 0
		if n.first == n.last {
			from = 1 // the whole is a word
		}
		for ; from+3 <= len(n.digits) && left > 0; from++ {
			add(n.digits[from:])
			left--
		}
	}
	return b.String()
}

// expression is the query as FTS5 reads it.
func (q Query) expression(user UserID) string {
	tag := tag(user)
	var all []string
	for _, t := range q.terms {
		var ways []string
		for _, way := range t.ways {
			var phrases []string
			for _, p := range way {
				tagged := make([]string, len(p.words))
				for n, w := range p.words {
					tagged[n] = tag + strings.ReplaceAll(w, `"`, `""`)
				}
				phrases = append(phrases, `"`+strings.Join(tagged, " ")+`" *`)
			}
			ways = append(ways, "("+strings.Join(phrases, " AND ")+")")
		}
		all = append(all, "("+strings.Join(ways, " OR ")+")")
	}
	return strings.Join(all, " AND ")
}

// entry is where the search for the number of an entry begins: by date, and then
// spread so that two users seldom want the same.
func entry(user UserID, i *Item) int64 {
	seconds := min(max(i.Date/1000, 0), 1<<32-1)
	return seconds<<31 | (i.ID&0x7FFF)<<16 | int64(uint64(user)>>8&0xFFFF)
}

// wordChange is what a transaction does to the words of one text.
type wordChange struct {
	user  UserID
	item  int64
	entry int64  // where the search for its number begins
	words string // "" makes Search forget it
}

// index makes a text known to Search.
func (tx *Tx) index(i *Item) {
	if words := searchWords(tx.user, i.Body); words != "" {
		tx.words = append(tx.words, wordChange{tx.user, i.ID, entry(tx.user, i), words})
	}
}

// unindex makes Search forget a text.
func (tx *Tx) unindex(i *Item) {
	tx.words = append(tx.words, wordChange{user: tx.user, item: i.ID, entry: entry(tx.user, i)})
}

// forgetWords makes Search forget all texts of the user.
func (tx *Tx) forgetWords() error {
	return tx.each(func(r scanner) (bool, error) {
		var i Item
		err := r.Scan(&i.ID, &i.Date)
		tx.unindex(&i)
		return true, err
	}, `SELECT item_id, date FROM item WHERE user_id = $1 AND shown <> 0`, tx.user)
}

// writeWords brings the index in line with what the transactions of a commit have
// done. FTS5 writes a segment whenever a savepoint ends or the numbers do not
// rise: so this is the last before the commit, outside of all savepoints and in
// the order of the numbers, and a commit writes one segment.
func writeWords(c *conn, changes []wordChange) error {
	type text struct {
		user UserID
		item int64
	}
	first, last := make(map[text]wordChange, len(changes)), make(map[text]wordChange, len(changes))
	for _, w := range changes {
		k := text{w.user, w.item}
		if _, seen := first[k]; !seen {
			first[k] = w
		}
		last[k] = w
	}
	var gone, come []wordChange
	for k, w := range last {
		switch was := first[k].words == ""; {
		case was && w.words == "":
			gone = append(gone, w)
		case !was && w.words != "":
			come = append(come, w)
		} // else it is as before: words do not change
	}
	byEntry := func(v, w wordChange) int { return cmp.Or(cmp.Compare(v.entry, w.entry), cmp.Compare(v.item, w.item)) }
	slices.SortFunc(gone, byEntry)
	slices.SortFunc(come, byEntry)
	tx := &Tx{c: c, writable: true}
	for _, w := range gone {
		at := int64(-1)
		if err := tx.each(func(r scanner) (bool, error) { return false, r.Scan(&at) },
			findEntry, w.user, w.item, w.entry, w.entry+entriesAside); err != nil {
			return err
		}
		if at < 0 {
			continue // it has no words
		}
		if err := tx.exec(`DELETE FROM found WHERE entry = $1`, at); err != nil {
			return err
		}
		if err := tx.exec(`DELETE FROM search WHERE rowid = $1`, at); err != nil {
			return err
		}
	}
	for n := range come {
		w := &come[n]
		for added := int64(0); added == 0; {
			var err error
			if added, err = tx.execCount(`INSERT INTO found (entry, user_id, item_id) VALUES ($1, $2, $3) ON CONFLICT (entry) DO NOTHING`,
				w.entry, w.user, w.item); err != nil {
				return err
			}
			if added == 0 {
				w.entry++
			}
		}
	}
	slices.SortFunc(come, byEntry)
	for _, w := range come {
		if err := tx.exec(`INSERT INTO search (rowid, words) VALUES ($1, $2)`, w.entry, w.words); err != nil {
			return err
		}
	}
	return nil
}

// findEntry finds the entry of a text, which is at the number that its date and id
// give it, or soon after.
const findEntry = `SELECT entry FROM found WHERE user_id = $1 AND item_id = $2
	AND entry >= CAST($3 AS BIGINT) AND entry < CAST($4 AS BIGINT) ORDER BY entry LIMIT 1`

// entriesAside is more than how far texts of one second whose numbers coincide
// may be pushed aside.
const entriesAside = 1 << 20

// FoundItem is a text that was found.
type FoundItem struct {
	*Item
	Place int64 // to go on from
}

// Search returns the newest texts that have what the query looks for, below a
// place; 0 begins.
func (tx *Tx) Search(q Query, below int64, limit int) (all []FoundItem, err error) {
	if below <= 0 {
		below = Endless
	}
	return all, tx.each(func(r scanner) (bool, error) {
		f := FoundItem{Item: new(Item)}
		err := r.Scan(f.Item.columns(&f.Place)...)
		f.Item.was = f.Item.look()
		all = append(all, f)
		return true, err
	}, `SELECT `+wholeItem+`, f.entry FROM search CROSS JOIN found f ON f.entry = search.rowid
		CROSS JOIN item i ON i.user_id = f.user_id AND i.item_id = f.item_id
		WHERE search MATCH $2 AND search.rowid < $3 AND f.user_id = $1 ORDER BY search.rowid DESC LIMIT $4`,
		tx.user, q.expression(tx.user), below, limit)
}

// migrateSearch makes the index, and what is there already known to it.
func migrateSearch(ctx context.Context, c *sql.Conn) error {
	if _, err := c.ExecContext(ctx, searchSchema); err != nil {
		return err
	}
	w := newConn(c)
	var user, item int64
	for more := true; more; {
		var texts []*Item
		var users []UserID
		rows, err := c.QueryContext(ctx, `SELECT user_id, item_id, date, body FROM item
			WHERE shown <> 0 AND (user_id, item_id) > ($1, $2) ORDER BY user_id, item_id LIMIT 1000`, user, item)
		if err != nil {
			return err
		}
		for rows.Next() {
			i := new(Item)
			if err := rows.Scan(&user, &i.ID, &i.Date, &i.Body); err != nil {
				return err
			}
			item = i.ID
			texts, users = append(texts, i), append(users, UserID(user))
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return err
		}
		var changes []wordChange
		for n, i := range texts {
			tx := &Tx{user: users[n]}
			tx.index(i)
			changes = append(changes, tx.words...)
		}
		if err := writeWords(w, changes); err != nil {
			return err
		}
		more = len(texts) > 0
	}
	for _, s := range w.stmts {
		if err := s.Close(); err != nil {
			return err
		}
	}
	return nil
}
