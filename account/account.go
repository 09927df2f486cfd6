// Package account decides who may come in: users, their passwords, sessions and
// tokens, devices, policies and policy keys, remote wipe.
//
// It is the only writer of users and devices, and keeps what it has read in
// memory: an ordinary request costs no query here. A change holds the user's lock
// until it is committed and the memory follows, so that a request which the
// commit wakes sees the change.
//
// A request passes Authenticate, Admit, CheckAccess and CheckPolicy in this
// order. A request that hangs calls Recheck whenever its user's mailbox wakes it.
package account

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"asms/store"
)

// What the methods of Accounts return, possibly wrapped.
var (
	ErrExists   = errors.New("account: a user of this name exists already")
	ErrNoUser   = errors.New("account: there is no such user")
	ErrNoDevice = errors.New("account: there is no such device")
)

// Options of Accounts. The zero value is what a server uses.
type Options struct {
	// Domain is the mail domain: user@Domain may sign in as user. Defaults to none.
	Domain string
	// Cost is what a new password hash costs. Defaults to 19 MiB, 2 passes, 1 thread.
	Cost Cost
	// MaxConcurrentHashes is how many passwords are hashed at once; others wait.
	// Defaults to 2.
	MaxConcurrentHashes int
	// CredentialTTL is how long verified credentials are believed without
	// hashing them again. Defaults to 5 minutes.
	CredentialTTL time.Duration
	// UserBackoff slows down guesses of one user's password. Defaults to a
	// delay of 1 second after 5 failures, doubling up to 5 minutes.
	UserBackoff Backoff
	// AddressBackoff slows down guesses from one address (IPv6: one /64).
	// Defaults to a delay of 1 second after 20 failures, doubling up to 15 minutes.
	AddressBackoff Backoff
	// MaxDevices is how many devices one user may have. Defaults to 100.
	MaxDevices int
	// NewDevices is what a device may do that comes for the first time. Defaults
	// to store.Allowed.
	NewDevices store.Access
	// Now is the clock. Defaults to time.Now.
	Now func() time.Time
	// Log defaults to discarding.
	Log *slog.Logger
}

func (o *Options) setDefaults() {
	if o.Cost == (Cost{}) {
		o.Cost = Cost{Memory: 19 << 10, Passes: 2, Threads: 1}
	}
	if o.MaxConcurrentHashes <= 0 {
		o.MaxConcurrentHashes = 2
	}
	if o.CredentialTTL <= 0 {
		o.CredentialTTL = 5 * time.Minute
	}
	o.UserBackoff.setDefaults(Backoff{Free: 5, First: time.Second, Max: 5 * time.Minute})
	o.AddressBackoff.setDefaults(Backoff{Free: 20, First: time.Second, Max: 15 * time.Minute})
	if o.MaxDevices <= 0 {
		o.MaxDevices = 100
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
}

// Accounts knows the users and devices of one store. Its methods may be called
// from several goroutines.
type Accounts struct {
	st     *store.Store
	opts   Options
	key    [32]byte // of the remembered credentials; random for each process
	hasher hasher

	users     failures
	addresses failures

	mu     sync.Mutex
	byID   map[store.UserID]*entry
	byName map[string]*entry
}

// New returns the accounts of st. A nil opts is the zero Options.
func New(st *store.Store, opts *Options) *Accounts {
	var o Options
	if opts != nil {
		o = *opts
	}
	o.setDefaults()
	a := &Accounts{
		st:        st,
		opts:      o,
		hasher:    newHasher(o.Cost, o.MaxConcurrentHashes),
		users:     failures{backoff: o.UserBackoff, of: make(map[string]*failure)},
		addresses: failures{backoff: o.AddressBackoff, of: make(map[string]*failure)},
		byID:      make(map[store.UserID]*entry),
		byName:    make(map[string]*entry),
	}
	_, _ = rand.Read(a.key[:]) // never fails
	return a
}

// entry is what is remembered of one user. Whoever changes the user holds mu
// from before the transaction until memory follows it.
type entry struct {
	mu      sync.RWMutex
	user    store.User
	removed bool
	devices map[string]store.Device

	policy   *Policy // nil none; never written to
	revision int64   // of the policy
	// credentials are the sessions, app passwords and tokens, by the hash of the secret.
	credentials map[secretHash]store.Credential

	verified [32]byte  // keyed hash of the password that was right last, or zero
	until    time.Time // verified needs no hashing before
}

// entry returns what is known of the user, read from the store on first use. It
// returns ErrNoUser when there is none.
func (a *Accounts) entry(ctx context.Context, id store.UserID) (*entry, error) {
	// The row is read with the entry locked and already in the map, so that no
	// change can pass between the reading and the remembering.
	var e *entry
	for {
		a.mu.Lock()
		if e = a.byID[id]; e == nil {
			break
		}
		a.mu.Unlock()
		if !e.gone() {
			return e, nil
		}
	}
	e = &entry{devices: make(map[string]store.Device), credentials: make(map[secretHash]store.Credential)}
	e.mu.Lock()
	defer e.mu.Unlock()
	a.byID[id] = e
	a.mu.Unlock()

	err := a.st.View(ctx, id, func(tx *store.Tx) (err error) {
		if e.user, err = tx.Account(); err != nil {
			return err
		}
		if e.policy, e.revision, err = tx.Policy(); err != nil {
			return err
		}
		devices, err := tx.Devices()
		for _, d := range devices {
			e.devices[d.ID] = d
		}
		if err != nil {
			return err
		}
		credentials, err := tx.Credentials()
		for _, c := range credentials {
			e.credentials[c.Hash] = c
		}
		return err
	})
	a.mu.Lock()
	defer a.mu.Unlock()
	if err == nil {
		a.byName[e.user.Name] = e
		return e, nil
	}
	e.removed = true
	delete(a.byID, id)
	return nil, failed("user", err)
}

// known returns the user's entry when it is in memory, or nil.
func (a *Accounts) known(id store.UserID) *entry {
	a.mu.Lock()
	e := a.byID[id]
	a.mu.Unlock()
	if e == nil || e.gone() {
		return nil
	}
	return e
}

// gone waits until whoever reads the entry has done so, and says whether there is
// no such user.
func (e *entry) gone() bool {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.removed
}

// failed says what the store refused to do.
func failed(what string, err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return ErrNoUser
	}
	return fmt.Errorf("account: %s: %w", what, err)
}

// change runs f with the user's entry locked.
func (a *Accounts) change(ctx context.Context, id store.UserID, f func(*entry) error) error {
	e, err := a.entry(ctx, id)
	if err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.removed {
		return ErrNoUser
	}
	return f(e)
}
