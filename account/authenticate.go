package account

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"

	"asms/store"
)

// ErrBadCredentials is returned for a wrong password and for an unknown user alike.
var ErrBadCredentials = errors.New("account: wrong user name or password")

// Identity is whose request it is, and what let it in.
type Identity struct {
	User  store.UserID
	Name  string
	Admin bool
	// Credential is the session, app password or token. Its Kind is 0 when it was
	// the password of the account.
	Credential store.Credential

	hash string // of the account's password, as it was
}

// Authenticate returns the user that SignIn lets in.
func (a *Accounts) Authenticate(ctx context.Context, name, password, remoteAddr string) (store.UserID, error) {
	who, err := a.SignIn(ctx, name, password, remoteAddr)
	return who.User, err
}

// SignIn lets in the user with this name, by the password of the account or one
// of its app passwords. The name may come as DOMAIN\name, and as name@domain when
// the domain is the server's. remoteAddr is the client's address, with or without
// port; failures from a loopback address, or from an empty one, count for the
// user alone.
//
// It returns ErrBadCredentials, a *ThrottledError after too many failures, or the
// context's error when that ends before a turn to hash comes.
func (a *Accounts) SignIn(ctx context.Context, name, password, remoteAddr string) (Identity, error) {
	names := a.loginNames(name)
	who, proven := a.remembered(names, password)
	if proven == fresh {
		return who, nil
	}
	if who, err := a.byAppPassword(ctx, names, password); err == nil || !errors.Is(err, ErrBadCredentials) {
		return who, err
	}
	user, address := names[0], addressKey(remoteAddr)
	throttled := func() error {
		if proven == expired { // the right password until now: nobody's guesses lock its owner out
			return nil
		}
		now := a.opts.Now()
		if err := a.users.check(user, now); err != nil {
			return err
		}
		return a.addresses.check(address, now)
	}
	if err := throttled(); err != nil {
		return Identity{}, err
	}
	if err := a.hasher.acquire(ctx); err != nil {
		return Identity{}, err
	}
	defer a.hasher.release()
	// Others had their turn meanwhile, perhaps with the same credentials.
	if who, proven := a.remembered(names, password); proven == fresh {
		return who, nil
	}
	if err := throttled(); err != nil {
		return Identity{}, err
	}
	who, err := a.verify(ctx, names, password)
	if errors.Is(err, ErrBadCredentials) {
		now := a.opts.Now()
		a.users.add(user, now)
		a.addresses.add(address, now)
		a.opts.Log.Info("sign-in failed", "user", a.loggable(names), "address", address)
	}
	if err != nil {
		return Identity{}, err
	}
	a.users.forget(user)
	return who, nil
}

// verify hashes the password once, whatever the name. The caller holds a turn.
func (a *Accounts) verify(ctx context.Context, names []string, password string) (Identity, error) {
	for {
		e, err := a.byLogin(ctx, names)
		if errors.Is(err, ErrNoUser) || len(password) > maxPassword {
			a.hasher.waste(password[:min(len(password), maxPassword)])
			return Identity{}, ErrBadCredentials
		}
		if err != nil {
			return Identity{}, err
		}
		e.mu.RLock()
		u := e.user
		e.mu.RUnlock()
		right, err := a.hasher.matches(password, u.Hash)
		if err != nil {
			return Identity{}, fmt.Errorf("%w: user %s", err, u.Name)
		}
		if !right {
			return Identity{}, ErrBadCredentials
		}
		e.mu.Lock()
		changed := e.removed || e.user.Hash != u.Hash
		if !changed {
			e.verified, e.until = a.mac(u.ID, password), a.opts.Now().Add(a.opts.CredentialTTL)
		}
		e.mu.Unlock()
		if !changed {
			return Identity{User: u.ID, Name: u.Name, Admin: u.Admin, hash: u.Hash}, nil
		}
	}
}

// Recheck says whether a request that was let in may go on waiting: the user
// exists and may use ActiveSync, the password is still the one it came with, and
// the device is still served. It returns the device as it is now, or
// ErrBadCredentials, ErrNoDevice, ErrSyncDisabled, or what CheckAccess returns. It reads memory only.
func (a *Accounts) Recheck(user store.UserID, password, deviceID string) (store.Device, error) {
	e := a.known(user)
	if e == nil {
		return store.Device{}, ErrBadCredentials
	}
	mac := a.mac(user, password)
	e.mu.RLock()
	defer e.mu.RUnlock()
	if e.removed || !hmac.Equal(mac[:], e.verified[:]) && !e.hasAppPassword(password) {
		return store.Device{}, ErrBadCredentials
	}
	d, ok := e.devices[deviceID]
	if !ok {
		return store.Device{}, ErrNoDevice
	}
	if err := CheckAccess(d); errors.Is(err, ErrWipe) || e.user.ActiveSync {
		return d, err
	}
	return d, ErrSyncDisabled
}

// What memory knows of credentials.
type proof int

const (
	unknown proof = iota // must be hashed
	expired              // were right some time ago, must be hashed again
	fresh                // are right
)

// remembered looks the credentials up among those that were verified.
func (a *Accounts) remembered(names []string, password string) (Identity, proof) {
	if e := a.knownLogin(names); e != nil {
		return a.proof(e, password)
	}
	return Identity{}, unknown
}

// knownLogin returns the entry in memory that one of the names belongs to, or nil.
func (a *Accounts) knownLogin(names []string) *entry {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, name := range names {
		if e := a.byName[name]; e != nil {
			return e
		}
	}
	return nil
}

func (a *Accounts) proof(e *entry, password string) (Identity, proof) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	mac := a.mac(e.user.ID, password)
	switch {
	case e.removed || !hmac.Equal(mac[:], e.verified[:]):
		return Identity{}, unknown
	case !a.opts.Now().Before(e.until):
		return Identity{}, expired
	}
	return e.identity(store.Credential{}), fresh
}

func (a *Accounts) mac(id store.UserID, password string) (sum [32]byte) {
	h := hmac.New(sha256.New, a.key[:])
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(id))
	h.Write(b[:])
	h.Write([]byte(password))
	h.Sum(sum[:0])
	return sum
}

// byLogin returns the first user that one of the names belongs to.
func (a *Accounts) byLogin(ctx context.Context, names []string) (*entry, error) {
	for _, name := range names {
		u, err := a.User(ctx, name)
		if errors.Is(err, ErrNoUser) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return a.entry(ctx, u.ID)
	}
	return nil, ErrNoUser
}

// loginNames returns the user names that a login name may stand for, the
// likeliest first, at least one.
func (a *Accounts) loginNames(login string) []string {
	if len(login) > 4*maxName {
		login = login[:4*maxName]
	}
	login = strings.ToLower(login)
	if i := strings.LastIndexByte(login, '\\'); i >= 0 {
		login = login[i+1:]
	}
	names := []string{login}
	if a.opts.Domain != "" {
		if local, ok := strings.CutSuffix(login, "@"+strings.ToLower(a.opts.Domain)); ok {
			names = append(names, local)
		}
	}
	return names
}

// loggable is the user whom a failure to sign in concerns. What is nobody's name
// stays out of the log: it may be a password typed into the wrong field.
func (a *Accounts) loggable(names []string) string {
	e := a.knownLogin(names)
	if e == nil {
		return "(nobody)"
	}
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.user.Name
}

// forgetCredentials makes the next request prove the password again and ends
// those that hang. The caller has e locked.
func (e *entry) forgetCredentials() {
	e.verified, e.until = [32]byte{}, time.Time{}
}
