package account

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"asms/store"
	"asms/store/storetest"
)

// clock is a time that stands until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// lab is the accounts of one fresh store, with hashing made cheap and counted.
type lab struct {
	*Accounts
	t      *testing.T
	ctx    context.Context
	dir    string // where the store keeps things
	st     *store.Store
	clock  *clock
	hashes atomic.Int32
}

func newLab(t *testing.T, change func(*Options)) *lab {
	t.Helper()
	t.Parallel()
	l := &lab{t: t, dir: t.TempDir(), ctx: context.Background(), clock: &clock{now: time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)}}
	storetest.Prepare(t, l.dir)
	st, err := store.Open(l.ctx, l.dir, &store.Options{Unsynced: true, Now: l.clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	o := Options{Cost: Cost{Memory: 64, Passes: 1, Threads: 1}, Now: l.clock.Now}
	if change != nil {
		change(&o)
	}
	l.st = st
	l.Accounts = New(st, &o)
	derive := l.hasher.derive
	l.hasher.derive = func(password, salt []byte, c Cost) []byte {
		l.hashes.Add(1)
		return derive(password, salt, c)
	}
	return l
}

// user adds a user whose password is "secret of NAME".
func (l *lab) user(name string) store.User {
	l.t.Helper()
	u, err := l.AddUser(l.ctx, name, "secret of "+name, false)
	if err != nil {
		l.t.Fatal(err)
	}
	return u
}

// device adds a user's device.
func (l *lab) device(u store.User, id, version string) store.Device {
	l.t.Helper()
	d, err := l.Admit(l.ctx, u.ID, Seen{DeviceID: id, Type: "Phone", UserAgent: "Test/1", Version: version})
	if err != nil {
		l.t.Fatal(err)
	}
	return d
}

// hashesOf counts the hashes that f costs.
func (l *lab) hashesOf(f func()) int32 {
	before := l.hashes.Load()
	f()
	return l.hashes.Load() - before
}

// stored reads the device's row, past all memory.
func (l *lab) stored(u store.User, id string) store.Device {
	l.t.Helper()
	var d store.Device
	if err := l.st.View(l.ctx, u.ID, func(tx *store.Tx) (err error) {
		d, err = tx.Device(id)
		return err
	}); err != nil {
		l.t.Fatal(err)
	}
	return d
}

// woken says whether f woke the user's waiting requests.
func (l *lab) woken(u store.User, f func()) bool {
	moved := l.st.Watch(u.ID)
	f()
	select {
	case <-moved:
		return true
	default:
		return false
	}
}

func (l *lab) must(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}
