package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"
)

// UserID identifies a user. It is random, so that no sequence crosses users.
type UserID int64

// ErrNotFound is returned when the row asked for does not exist.
var ErrNotFound = errors.New("store: not found")

// ErrClosed is returned by transactions begun after Close.
var ErrClosed = errors.New("store: closed")

// ErrFull is returned by Update when there is no room for what it would write, on
// the disk or below Options.MaxBytes. Nothing of it is written then.
var ErrFull = errors.New("store: no room is left")

// Options of a store. The zero value is what a server uses.
type Options struct {
	// Readers is how many read transactions may run at once. Defaults to 4.
	Readers int
	// Unsynced leaves out the wait for the disk at every commit. A power cut
	// may then lose acknowledged writes: for tests and benchmarks only.
	Unsynced bool
	// MaxBytes is what the database may grow to. Defaults to what the disk holds.
	MaxBytes int64
	// Now is the clock. Defaults to time.Now.
	Now func() time.Time
}

// Store is one database. Its methods may be called from several goroutines.
type Store struct {
	db      *sql.DB
	now     func() time.Time
	jobs    chan *job
	readers chan *conn
	wakers  wakers

	stopping chan struct{}
	stopOnce sync.Once
	stopped  chan struct{} // the writer has ended
}

// Open opens the database in dir, creating directory (0700) and file (0600) and
// bringing the schema up to date.
func Open(ctx context.Context, dir string, opts *Options) (*Store, error) {
	var o Options
	if opts != nil {
		o = *opts
	}
	if o.Readers <= 0 {
		o.Readers = 4
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	db, err := openSQLite(ctx, dir, &o)
	if err != nil {
		return nil, err
	}
	s := &Store{
		db:       db,
		now:      o.Now,
		jobs:     make(chan *job),
		readers:  make(chan *conn, o.Readers),
		wakers:   wakers{of: make(map[UserID]*waker)},
		stopping: make(chan struct{}),
		stopped:  make(chan struct{}),
	}
	writer, err := db.Conn(ctx)
	if err == nil {
		err = migrate(ctx, writer)
	}
	if err != nil {
		db.Close()
		return nil, err
	}
	for range o.Readers {
		c, err := db.Conn(ctx)
		if err != nil {
			db.Close()
			return nil, fmt.Errorf("store: open: %w", err)
		}
		s.readers <- newConn(c)
	}
	go s.write(newConn(writer))
	return s, nil
}

// Close waits for running transactions and closes the database, which brings
// what is in the write-ahead log into the database file. It may be called more
// than once.
func (s *Store) Close() error {
	s.stopOnce.Do(func() {
		close(s.stopping)
		<-s.stopped
		for range cap(s.readers) {
			(<-s.readers).close()
		}
	})
	return s.db.Close()
}

// Watch returns a channel that is closed after the next commit that touched
// user. Take it before looking, or a change between the two is missed.
func (s *Store) Watch(user UserID) <-chan struct{} { return s.wakers.watch(user) }

// Seq returns the user's committed mailbox counter as far as this process has
// seen it, or 0 when it has not. It reads memory only.
func (s *Store) Seq(user UserID) int64 { return s.wakers.seq(user) }

// Ping passes through the writer and says whether it still works.
func (s *Store) Ping(ctx context.Context) error {
	return s.Update(ctx, 0, func(*Tx) error { return nil })
}

// job is one Update waiting for the writer.
type job struct {
	ctx  context.Context
	user UserID
	f    func(*Tx) error
	tx   *Tx
	err  error
	done chan struct{}
}

// batchLimit bounds how many Updates one commit carries.
const batchLimit = 128

// Update runs f in a writing transaction of user and returns when it is
// committed to disk, or with f's error or ErrFull and no effect. f must not block and must
// not use another transaction.
func (s *Store) Update(ctx context.Context, user UserID, f func(*Tx) error) error {
	j := &job{ctx: ctx, user: user, f: f, done: make(chan struct{})}
	select {
	case <-s.stopping: // before the chance of the select below
		return ErrClosed
	default:
	}
	select {
	case s.jobs <- j:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.stopping:
		return ErrClosed
	}
	<-j.done // once taken, a job is finished: its caller must know how it ended
	if isFull(j.err) {
		return fmt.Errorf("%w: %w", ErrFull, j.err)
	}
	return j.err
}

// write is the writer: it takes what is waiting, runs it in one SQLite
// transaction with a savepoint for each job, commits, and wakes.
func (s *Store) write(c *conn) {
	defer close(s.stopped)
	defer c.close()
	for {
		var first *job
		select {
		case first = <-s.jobs:
		case <-s.stopping:
			return
		}
		s.commit(c, first)
	}
}

func (s *Store) commit(c *conn, first *job) {
	batch := []*job{first}
	err := c.exec("BEGIN IMMEDIATE")
	if err == nil {
		err = s.run(c, first)
	more:
		for err == nil && len(batch) < batchLimit {
			select {
			case j := <-s.jobs:
				batch = append(batch, j)
				err = s.run(c, j)
			default:
				break more
			}
		}
		if err == nil {
			err = writeWords(c, wordsOfJobs(batch))
		}
		if err == nil {
			err = c.exec("COMMIT")
		}
		if err != nil {
			_ = c.exec("ROLLBACK") // err is what matters
		}
	}
	for _, j := range batch {
		switch {
		case err != nil && j.err == nil:
			j.err = fmt.Errorf("store: commit: %w", err)
		case j.err == nil && j.tx.touched:
			s.wakers.wake(j.user, j.tx.seq)
		}
		close(j.done)
	}
}

// wordsOfJobs returns what the jobs that succeeded do to the index of words.
func wordsOfJobs(batch []*job) (all []wordChange) {
	for _, j := range batch {
		if j.err == nil {
			all = append(all, j.tx.words...)
		}
	}
	return all
}

// run runs one job inside a savepoint and leaves the job's own error in it. An
// error that it returns is the transaction's: SQLite may have ended it (a full
// disk), and nothing of the batch can be trusted.
func (s *Store) run(c *conn, j *job) error {
	if j.err = j.ctx.Err(); j.err != nil {
		return nil
	}
	if err := c.exec("SAVEPOINT job"); err != nil {
		return err
	}
	j.tx = &Tx{c: c, s: s, user: j.user, writable: true}
	j.err = protect(j.f, j.tx)
	if j.err == nil {
		j.err = j.tx.flush()
	}
	if j.err != nil {
		if err := c.exec("ROLLBACK TO job"); err != nil {
			return errors.Join(j.err, err)
		}
	}
	return c.exec("RELEASE job")
}

// protect keeps a bug in one request from ending the writer for all.
func protect(f func(*Tx) error, tx *Tx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("store: panic in transaction: %v\n%s", p, debug.Stack())
		}
	}()
	return f(tx)
}

// View runs f in a reading transaction of user: one consistent state of the
// last commit.
func (s *Store) View(ctx context.Context, user UserID, f func(*Tx) error) error {
	var c *conn
	select {
	case c = <-s.readers:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.stopping:
		return ErrClosed
	}
	defer func() { s.readers <- c }()
	if err := c.exec("BEGIN"); err != nil {
		return fmt.Errorf("store: begin: %w", err)
	}
	tx := &Tx{c: c, s: s, user: user}
	err := protect(f, tx)
	if cerr := c.exec("COMMIT"); err == nil && cerr != nil {
		err = fmt.Errorf("store: end reading: %w", cerr)
	}
	if err == nil && tx.seq > 0 {
		s.wakers.learned(user, tx.seq)
	}
	return err
}
