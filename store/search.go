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
func searchWords(text string) (all []string) {
	words := wordsOf(text)
	for _, w := range words {
		all = append(all, w.fold)
	}
	left := suffixesLimit
	for _, n := range numbersOf(text, words) {
		from := 0
		if n.first == n.last {
			from = 1 // the whole is a word
		}
		for ; from+3 <= len(n.digits) && left > 0; from++ {
			all = append(all, n.digits[from:])
			left--
		}
	}
	return all
}

// in says of the words of a text what the index says of it.
func (q Query) in(words []string) bool {
	for _, t := range q.terms {
		if !slices.ContainsFunc(t.ways, func(way []phrase) bool {
			return !slices.ContainsFunc(way, func(p phrase) bool { return !p.in(words) })
		}) {
			return false
		}
	}
	return true
}

func (p phrase) in(words []string) bool {
	last := len(p.words) - 1
	for n := 0; n+last < len(words); n++ {
		if strings.HasPrefix(words[n+last], p.words[last]) && slices.Equal(words[n:n+last], p.words[:last]) {
			return true
		}
	}
	return false
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
	entry int64 // where the search for its number begins
	comes bool
}

// index makes a text known to Search.
func (tx *Tx) index(i *Item) {
	tx.words = append(tx.words, wordChange{tx.user, i.ID, entry(tx.user, i), true})
}

// unindex makes Search forget a text.
func (tx *Tx) unindex(i *Item) {
	tx.words = append(tx.words, wordChange{tx.user, i.ID, entry(tx.user, i), false})
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

// freshLimit is how many texts wait in table fresh until their words are written
// into the index together. Search looks at them one by one.
const freshLimit = 64

// writeWords brings what Search knows in line with what the transactions of a
// commit have done. FTS5 writes a segment at the end of every savepoint and of
// every transaction, whatever is in it: so new texts are gathered, and the index is
// written for many at once, outside of the savepoints of the requests. All of it is
// in the transaction of the texts.
func writeWords(c *conn, changes []wordChange) error {
	if len(changes) == 0 {
		return nil
	}
	type text struct {
		user UserID
		item int64
	}
	first, last := make(map[text]bool, len(changes)), make(map[text]bool, len(changes))
	for _, w := range changes {
		k := text{w.user, w.item}
		if _, seen := first[k]; !seen {
			first[k] = w.comes
		}
		last[k] = w.comes
	}
	tx := &Tx{c: c, writable: true}
	come := 0
	for _, w := range changes {
		k := text{w.user, w.item}
		now, ok := last[k]
		if !ok || now != first[k] { // done, or it is as before: words do not change
			continue
		}
		delete(last, k)
		var err error
		if now {
			come++
			err = tx.exec(`INSERT INTO fresh (entry, user_id, item_id) VALUES ($1, $2, $3)`, w.entry, w.user, w.item)
		} else {
			err = tx.forget(w)
		}
		if err != nil {
			return err
		}
	}
	if come == 0 {
		return nil
	}
	if n := 0; come < freshLimit {
		if err := tx.row(`SELECT count(*) FROM fresh`).Scan(&n); err != nil {
			return tx.failed("fresh", err)
		}
		if n < freshLimit {
			return nil
		}
	}
	return tx.indexFresh()
}

// forget takes a text out of what Search knows.
func (tx *Tx) forget(w wordChange) error {
	n, err := tx.execCount(`DELETE FROM fresh WHERE entry = $1 AND user_id = $2 AND item_id = $3`, w.entry, w.user, w.item)
	if n > 0 || err != nil {
		return err
	}
	at := int64(-1)
	if err := tx.each(func(r scanner) (bool, error) { return false, r.Scan(&at) },
		findEntry, w.user, w.item, w.entry, w.entry+entriesAside); err != nil || at < 0 { // it has no words
		return err
	}
	if err := tx.exec(`DELETE FROM found WHERE entry = $1`, at); err != nil {
		return err
	}
	return tx.exec(`DELETE FROM search WHERE rowid = $1`, at)
}

// findEntry finds the entry of a text, which is at the number that its date and id
// give it, or soon after.
const findEntry = `SELECT entry FROM found WHERE user_id = $1 AND item_id = $2
	AND entry >= CAST($3 AS BIGINT) AND entry < CAST($4 AS BIGINT) ORDER BY entry LIMIT 1`

// entriesAside is more than how far texts of one second whose numbers coincide
// may be pushed aside.
const entriesAside = 1 << 20

// indexFresh writes the words of fresh texts into the index, in the order of
// their numbers, for else FTS5 writes more than one segment.
func (tx *Tx) indexFresh() error {
	type text struct {
		entry int64
		user  UserID
		item  int64
		body  string
	}
	var texts []text
	if err := tx.each(func(r scanner) (bool, error) {
		var t text
		err := r.Scan(&t.entry, &t.user, &t.item, &t.body)
		texts = append(texts, t)
		return true, err
	}, `SELECT f.entry, f.user_id, f.item_id, i.body FROM fresh f CROSS JOIN item i ON i.user_id = f.user_id AND i.item_id = f.item_id
		ORDER BY f.entry`); err != nil {
		return err
	}
	for _, t := range texts {
		if err := tx.indexWords(t.entry, t.user, t.item, t.body); err != nil {
			return err
		}
	}
	return tx.exec(`DELETE FROM fresh`)
}

func (tx *Tx) indexWords(at int64, user UserID, item int64, body string) error {
	words := searchWords(body)
	if len(words) == 0 {
		return nil
	}
	for ; ; at++ {
		n, err := tx.execCount(`INSERT INTO found (entry, user_id, item_id) VALUES ($1, $2, $3) ON CONFLICT (entry) DO NOTHING`, at, user, item)
		if err != nil {
			return err
		}
		if n > 0 {
			tag := tag(user)
			return tx.exec(`INSERT INTO search (rowid, words) VALUES ($1, $2)`, at, tag+strings.Join(words, " "+tag))
		}
	}
}

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
	read := func(r scanner) (FoundItem, error) {
		f := FoundItem{Item: new(Item)}
		err := r.Scan(f.Item.columns(&f.Place)...)
		f.Item.was = f.Item.look()
		return f, err
	}
	if err := tx.each(func(r scanner) (bool, error) {
		f, err := read(r)
		if err == nil && q.in(searchWords(f.Body)) {
			all = append(all, f)
		}
		return true, err
	}, `SELECT `+wholeItem+`, f.entry FROM fresh f CROSS JOIN item i ON i.user_id = f.user_id AND i.item_id = f.item_id
		WHERE f.user_id = $1 AND f.entry < $2 ORDER BY f.entry DESC`, tx.user, below); err != nil {
		return nil, err
	}
	if err := tx.each(func(r scanner) (bool, error) {
		f, err := read(r)
		all = append(all, f)
		return true, err
	}, `SELECT `+wholeItem+`, f.entry FROM search CROSS JOIN found f ON f.entry = search.rowid
		CROSS JOIN item i ON i.user_id = f.user_id AND i.item_id = f.item_id
		WHERE search MATCH $2 AND search.rowid < $3 AND f.user_id = $1 ORDER BY search.rowid DESC LIMIT $4`,
		tx.user, q.expression(tx.user), below, limit); err != nil {
		return nil, err
	}
	slices.SortStableFunc(all, func(f, g FoundItem) int { return cmp.Compare(g.Place, f.Place) })
	return all[:min(len(all), limit)], nil
}

// migrateSearch makes the index, and what is there already known to it.
func migrateSearch(ctx context.Context, c *sql.Conn) error {
	if _, err := c.ExecContext(ctx, searchSchema); err != nil {
		return err
	}
	type text struct {
		user  UserID
		item  int64
		entry int64
		body  string
	}
	w := newConn(c)
	var user, item int64
	for more := true; more; {
		var texts []text
		rows, err := c.QueryContext(ctx, `SELECT user_id, item_id, date, body FROM item
			WHERE shown <> 0 AND (user_id, item_id) > ($1, $2) ORDER BY user_id, item_id LIMIT 1000`, user, item)
		if err != nil {
			return err
		}
		for rows.Next() {
			var i Item
			if err := rows.Scan(&user, &i.ID, &i.Date, &i.Body); err != nil {
				return err
			}
			item = i.ID
			texts = append(texts, text{UserID(user), item, entry(UserID(user), &i), i.Body})
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return err
		}
		slices.SortFunc(texts, func(v, w text) int { return cmp.Compare(v.entry, w.entry) })
		for _, t := range texts {
			if err := (&Tx{c: w, writable: true}).indexWords(t.entry, t.user, t.item, t.body); err != nil {
				return err
			}
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
