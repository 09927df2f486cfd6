package relay

import (
	"context"
	"crypto/rand"
	"database/sql"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"asms/eas"
	"asms/easclient"
)

//go:embed migrations/*.sql
var migrations embed.FS

// The files in the state directory.
const (
	ledgerFile = "ledger.db"
	lockFile   = "lock"
)

// Ledger is what the agent must not forget. A change that has returned is on
// disk.
type Ledger struct {
	dir  string
	lock *os.File
	db   *sql.DB
	now  func() time.Time

	frozen atomic.Bool // the program has crashed, as far as a test is concerned
}

// openLedger opens the ledger in a directory, which it creates, for one user's
// mailbox. A new ledger takes the device id, or makes one.
func openLedger(ctx context.Context, dir, user string, device eas.DeviceID, now func() time.Time) (*Ledger, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("relay: state directory: %w", err)
	}
	lock, err := lockDir(dir)
	if err != nil {
		return nil, err
	}
	l := &Ledger{dir: dir, lock: lock, now: now}
	if err := l.open(ctx, user, device); err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

func (l *Ledger) open(ctx context.Context, user string, device eas.DeviceID) error {
	path := filepath.Join(l.dir, ledgerFile)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) // before SQLite makes it readable to others
	if err != nil {
		return ledgerError(err)
	}
	if err := f.Close(); err != nil {
		return ledgerError(err)
	}
	q := url.Values{"_pragma": {"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)"}, "_txlock": {"immediate"}}
	if l.db, err = sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode()); err != nil {
		return ledgerError(err)
	}
	l.db.SetMaxOpenConns(1)
	if err := l.migrate(ctx); err != nil {
		return err
	}
	return l.claim(ctx, user, device)
}

// lockDir takes a directory for this process; the lock ends with it.
func lockDir(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("relay: state directory: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("%w: %s", ErrInUse, dir)
		}
		return nil, fmt.Errorf("relay: lock %s: %w", dir, err)
	}
	return f, nil
}

// migrate brings the schema up to date. Migrations are numbered and only go
// forward.
func (l *Ledger) migrate(ctx context.Context) error {
	names, err := fs.Glob(migrations, "migrations/*.sql") // sorted
	if err != nil {
		return fmt.Errorf("relay: ledger: %w", err)
	}
	var done int
	if err := l.db.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&done); err != nil {
		return fmt.Errorf("relay: open %s: %w", filepath.Join(l.dir, ledgerFile), err)
	}
	if done > len(names) {
		return fmt.Errorf("relay: the ledger in %s was written by a newer version", l.dir)
	}
	for i, name := range names[done:] {
		text, err := migrations.ReadFile(name)
		if err != nil {
			return fmt.Errorf("relay: ledger: %w", err)
		}
		if err := l.update(func(tx *sql.Tx) error {
			if _, err := tx.ExecContext(ctx, string(text)); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, `PRAGMA user_version = `+strconv.Itoa(done+i+1))
			return err
		}); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// claim makes a new ledger the user's, and refuses another user's.
func (l *Ledger) claim(ctx context.Context, user string, device eas.DeviceID) error {
	if device == "" {
		device = eas.DeviceID("asms" + randomHex(12))
	}
	if _, err := l.db.ExecContext(ctx, `INSERT INTO agent (one, user, device_id, reference) VALUES (1, $1, $2, $3) ON CONFLICT DO NOTHING`,
		user, device, randomByte()); err != nil {
		return fmt.Errorf("relay: ledger: %w", err)
	}
	var owner string
	if err := l.db.QueryRowContext(ctx, `SELECT user FROM agent`).Scan(&owner); err != nil {
		return fmt.Errorf("relay: ledger: %w", err)
	}
	if owner != user {
		return fmt.Errorf("%w: %s", ErrOtherUser, l.dir)
	}
	return nil
}

// update runs f in a transaction that nothing interrupts.
func (l *Ledger) update(f func(*sql.Tx) error) error {
	if l.frozen.Load() {
		return errCrash
	}
	tx, err := l.db.BeginTx(context.Background(), nil)
	if err != nil {
		return ledgerError(err)
	}
	if err := f(tx); err != nil {
		_ = tx.Rollback() // err is what matters
		return ledgerError(err)
	}
	return ledgerError(tx.Commit())
}

func (l *Ledger) close() error {
	var err error
	if l.db != nil {
		err = l.db.Close()
	}
	if l.lock != nil {
		err = errors.Join(err, l.lock.Close())
		l.lock = nil
	}
	return err
}

// erase closes the ledger and removes it.
func (l *Ledger) erase() error {
	err := l.db.Close()
	for _, name := range []string{ledgerFile, ledgerFile + "-wal", ledgerFile + "-shm", lockFile} {
		if e := os.Remove(filepath.Join(l.dir, name)); e != nil && !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	return errors.Join(err, l.close())
}

// identity is how the server knows this device.
func (l *Ledger) identity(ctx context.Context) (device eas.DeviceID, key eas.PolicyKey, err error) {
	err = l.db.QueryRowContext(ctx, `SELECT device_id, policy_key FROM agent`).Scan(&device, &key)
	return device, key, ledgerError(err)
}

func (l *Ledger) setPolicyKey(key eas.PolicyKey) error {
	return l.update(func(tx *sql.Tx) error {
		_, err := tx.Exec(`UPDATE agent SET policy_key = $1 WHERE policy_key <> $1`, key)
		return err
	})
}

// folder names one of the two partnerships.
type folder string

const (
	outboxFolder folder = "outbox"
	inboxFolder  folder = "inbox"
)

// knowledge is whether the agent knows what the server has in a folder.
type knowledge int

const (
	unknown  knowledge = iota // the key is new: nothing has been compared
	known                     // all that there was at key 0 has come
	doubtful                  // the key of the other folder was lost
)

// collection returns where a partnership stands. A folder that has another id
// than before begins anew.
func (l *Ledger) collection(ctx context.Context, f folder, id eas.CollectionID) (state easclient.State, err error) {
	var text string
	err = l.db.QueryRowContext(ctx, `SELECT state FROM collection WHERE folder = $1`, f).Scan(&text)
	if err == nil {
		err = json.Unmarshal([]byte(text), &state)
	}
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	if err != nil || state.CollectionID == id {
		return state, ledgerError(err)
	}
	state = initialState(id)
	return state, l.update(func(tx *sql.Tx) error { return restart(tx, f, state) })
}

func initialState(id eas.CollectionID) easclient.State {
	return easclient.State{CollectionID: id, Options: []eas.SyncOptions{easclient.SMSOptions()}}
}

// beginAnew puts both partnerships back to key 0, as a lost key does.
func (l *Ledger) beginAnew(outbox, inbox eas.CollectionID) error {
	return l.update(func(tx *sql.Tx) error {
		if err := restart(tx, outboxFolder, initialState(outbox)); err != nil {
			return err
		}
		return restart(tx, inboxFolder, initialState(inbox))
	})
}

// keepState keeps the state of a partnership; answers that take it on.
func keepState(tx *sql.Tx, f folder, state easclient.State) error {
	text, err := json.Marshal(state)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO collection (folder, state, known) VALUES ($1, $2, 0)
		ON CONFLICT (folder) DO UPDATE SET state = excluded.state`, f, text)
	return err
}

// restart puts a partnership back to key 0: nothing is known any more of what
// the server has.
func restart(tx *sql.Tx, f folder, state easclient.State) error {
	if err := keepState(tx, f, state); err != nil {
		return err
	}
	if err := setKnown(tx, f, unknown); err != nil {
		return err
	}
	if f == outboxFolder {
		if _, err := tx.Exec(`UPDATE collection SET known = $1 WHERE folder = $2 AND known = $3`, doubtful, inboxFolder, known); err != nil {
			return err
		}
		return withdrawAll(tx)
	}
	_, err := tx.Exec(`UPDATE upload SET present = 0`)
	return err
}

func (l *Ledger) known(ctx context.Context, f folder) (k knowledge, err error) {
	err = l.db.QueryRowContext(ctx, `SELECT known FROM collection WHERE folder = $1`, f).Scan(&k)
	return k, ledgerError(err)
}

func setKnown(tx *sql.Tx, f folder, k knowledge) error {
	_, err := tx.Exec(`UPDATE collection SET known = $1 WHERE folder = $2`, k, f)
	return err
}

// keepTime is how long the ledger remembers what is done: as long as a backup
// of the server may be old.
const keepTime = 60 * 24 * time.Hour

// prune forgets what was done long ago.
func (l *Ledger) prune() error {
	before := l.now().Add(-keepTime).UnixMilli()
	const done = `(SELECT text FROM text WHERE stage IN ($2, $3) AND moved < $1)`
	return l.update(func(tx *sql.Tx) error {
		for _, table := range []string{"segment", "recipient", "text"} {
			if _, err := tx.Exec(`DELETE FROM `+table+` WHERE text IN `+done, before, deleted, withdrawn); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(`DELETE FROM upload WHERE state <> $2 AND created < $1`, before, uploadPending); err != nil {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM peer WHERE at < $1`, l.now().Add(-peerTime).UnixMilli()); err != nil {
			return err
		}
		_, err := tx.Exec(`DELETE FROM part WHERE state <> $2 AND received < $1`, before, partWaiting)
		return err
	})
}

// LedgerError says that the ledger cannot be read or written. It ends the agent:
// nothing may be sent that cannot be written down.
type LedgerError struct{ Err error }

func (e *LedgerError) Error() string { return "relay: ledger: " + e.Err.Error() }

// Unwrap returns the cause.
func (e *LedgerError) Unwrap() error { return e.Err }

func ledgerError(err error) error {
	if err == nil || errors.As(err, new(*LedgerError)) {
		return err
	}
	return &LedgerError{err}
}

func randomHex(digits int) string {
	b := make([]byte, digits/2)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

func randomByte() int {
	b := make([]byte, 1)
	_, _ = rand.Read(b)
	return int(b[0])
}
