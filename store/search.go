package store

import (
	"context"
	"database/sql"
	"encoding/base32"
	"encoding/binary"
	"errors"
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
);
CREATE UNIQUE INDEX found_item ON found (user_id, item_id)`

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

// index makes a text known to Search.
func (tx *Tx) index(i *Item) error {
	words := searchWords(tx.user, i.Body)
	if words == "" {
		return nil
	}
	for at := entry(tx.user, i); ; at++ {
		n, err := tx.execCount(`INSERT INTO found (entry, user_id, item_id) VALUES ($1, $2, $3) ON CONFLICT (entry) DO NOTHING`, at, tx.user, i.ID)
		if err != nil {
			return err
		}
		if n > 0 {
			return tx.exec(`INSERT INTO search (rowid, words) VALUES ($1, $2)`, at, words)
		}
	}
}

// unindex makes Search forget a text.
func (tx *Tx) unindex(item int64) error {
	at := int64(-1)
	if err := tx.each(func(r scanner) (bool, error) { return false, r.Scan(&at) },
		`SELECT entry FROM found WHERE user_id = $1 AND item_id = $2`, tx.user, item); err != nil || at < 0 {
		return err
	}
	if err := tx.exec(`DELETE FROM search WHERE rowid = $1`, at); err != nil {
		return err
	}
	return tx.exec(`DELETE FROM found WHERE entry = $1`, at)
}

// forgetWords makes Search forget all texts of the user.
func (tx *Tx) forgetWords() error {
	if err := tx.exec(`DELETE FROM search WHERE rowid IN (SELECT entry FROM found WHERE user_id = $1)`, tx.user); err != nil {
		return err
	}
	return tx.exec(`DELETE FROM found WHERE user_id = $1`, tx.user)
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
		for n, i := range texts {
			if err := (&Tx{c: w, user: users[n], writable: true}).index(i); err != nil {
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
