package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// conn is one database connection with the statements prepared on it.
type conn struct {
	c     *sql.Conn
	stmts map[string]*sql.Stmt
}

func newConn(c *sql.Conn) *conn { return &conn{c: c, stmts: make(map[string]*sql.Stmt)} }

// background is used for statements: a transaction is short, and a context that
// can end costs the driver a goroutine a statement.
var background = context.Background()

func (c *conn) prepare(query string) (*sql.Stmt, error) {
	if s := c.stmts[query]; s != nil {
		return s, nil
	}
	s, err := c.c.PrepareContext(background, query)
	if err != nil {
		return nil, fmt.Errorf("store: prepare %q: %w", query, err)
	}
	c.stmts[query] = s
	return s, nil
}

func (c *conn) exec(query string, args ...any) error {
	s, err := c.prepare(query)
	if err != nil {
		return err
	}
	_, err = s.ExecContext(background, args...)
	return err
}

func (c *conn) close() {
	for _, s := range c.stmts {
		_ = s.Close()
	}
	_ = c.c.Close()
}

// Tx is a transaction on the rows of one user. It is valid until the function
// it was given to returns.
type Tx struct {
	c        *conn
	s        *Store
	user     UserID
	writable bool
	touched  bool // someone must be woken

	loaded           bool // seq and last ids are read
	seq, item, fold  int64
	storedSeq        int64
	storedItem, stFd int64
	horizon          int64
	texts, unread    int64 // how many more the conversations have

	threads map[string]*threadChange // conversations that have changed
	stale   map[int64]bool           // items whose way out has changed
	words   []wordChange             // what the writer brings into the index of words
	noTexts bool                     // no text is on its way out
}

// User returns the user whose rows the transaction sees.
func (tx *Tx) User() UserID { return tx.user }

// Now returns the store's clock.
func (tx *Tx) Now() time.Time { return tx.s.now() }

// Touch makes the commit wake the user's waiting requests although the counter
// does not move: what a device may do has changed.
func (tx *Tx) Touch() { tx.touched = true }

func (tx *Tx) load() error {
	if tx.loaded {
		return nil
	}
	err := tx.row(`SELECT seq, last_item, last_folder, horizon FROM mailbox WHERE user_id = $1`, tx.user).
		Scan(&tx.seq, &tx.item, &tx.fold, &tx.horizon)
	if err != nil {
		return tx.failed("counters", err)
	}
	tx.storedSeq, tx.storedItem, tx.stFd = tx.seq, tx.item, tx.fold
	tx.loaded = true
	return nil
}

// Seq returns the mailbox counter.
func (tx *Tx) Seq() (int64, error) {
	err := tx.load()
	return tx.seq, err
}

// Bump raises the mailbox counter and returns the new value.
func (tx *Tx) Bump() (int64, error) {
	if err := tx.load(); err != nil {
		return 0, err
	}
	tx.seq++
	tx.touched = true
	return tx.seq, nil
}

// NextItemID gives out an item id.
func (tx *Tx) NextItemID() (int64, error) {
	if err := tx.load(); err != nil {
		return 0, err
	}
	tx.item++
	return tx.item, nil
}

// NextFolderID gives out a folder id.
func (tx *Tx) NextFolderID() (int64, error) {
	if err := tx.load(); err != nil {
		return 0, err
	}
	tx.fold++
	return tx.fold, nil
}

// flush writes the counters back before the commit.
func (tx *Tx) flush() error {
	if err := tx.flushThreads(); err != nil {
		return err
	}
	if !tx.loaded || tx.seq == tx.storedSeq && tx.item == tx.storedItem && tx.fold == tx.stFd {
		return nil // conversations do not change without seq
	}
	return tx.exec(`UPDATE mailbox SET seq = $2, last_item = $3, last_folder = $4, texts = texts + $5, unread = unread + $6 WHERE user_id = $1`,
		tx.user, tx.seq, tx.item, tx.fold, tx.texts, tx.unread)
}

var errReadOnly = errors.New("store: write in a View")

func (tx *Tx) exec(query string, args ...any) error {
	_, err := tx.execCount(query, args...)
	return err
}

func (tx *Tx) execCount(query string, args ...any) (int64, error) {
	if !tx.writable {
		return 0, errReadOnly
	}
	s, err := tx.c.prepare(query)
	if err != nil {
		return 0, err
	}
	r, err := s.ExecContext(background, args...)
	if err != nil {
		return 0, fmt.Errorf("store: %w", err)
	}
	n, err := r.RowsAffected()
	if err != nil {
		return 0, fmt.Errorf("store: %w", err)
	}
	return n, nil
}

// scanner is the part of *sql.Row and *sql.Rows that reads a row.
type scanner interface{ Scan(dest ...any) error }

type failedRow struct{ err error }

func (f failedRow) Scan(...any) error { return f.err }

func (tx *Tx) row(query string, args ...any) scanner {
	s, err := tx.c.prepare(query)
	if err != nil {
		return failedRow{err}
	}
	return s.QueryRowContext(background, args...)
}

// each calls f for every row until f returns false or fails.
func (tx *Tx) each(f func(scanner) (bool, error), query string, args ...any) (err error) {
	s, err := tx.c.prepare(query)
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(background, args...)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	defer func() {
		if cerr := rows.Close(); err == nil && cerr != nil {
			err = fmt.Errorf("store: %w", cerr)
		}
	}()
	for rows.Next() {
		more, err := f(rows)
		if err != nil || !more {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return nil
}

func (tx *Tx) failed(what string, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("%w: %s", ErrNotFound, what)
	}
	return fmt.Errorf("store: %s: %w", what, err)
}
