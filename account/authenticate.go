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

// Authenticate returns the user with this name and password. The name may come
// as DOMAIN\name, and as name@domain when the domain is the server's. remoteAddr
// is the client's address, with or without port; failures from a loopback
// address, or from an empty one, count for the user alone.
//
// It returns ErrBadCredentials, a *ThrottledError after too many failures, or the
// context's error when that ends before a turn to hash comes.
func (a *Accounts) Authenticate(ctx context.Context, name, password, remoteAddr string) (store.UserID, error) {
	names := a.loginNames(name)
	id, proven := a.remembered(names, password)
	if proven == fresh {
		return id, nil
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
		return 0, err
	}
	if err := a.hasher.acquire(ctx); err != nil {
		return 0, err
	}
	defer a.hasher.release()
	// Others had their turn meanwhile, perhaps with the same credentials.
	if id, proven := a.remembered(names, password); proven == fresh {
		return id, nil
	}
	if err := throttled(); err != nil {
		return 0, err
	}
	id, err := a.verify(ctx, names, password)
	if errors.Is(err, ErrBadCredentials) {
		now := a.opts.Now()
		a.users.add(user, now)
		a.addresses.add(address, now)
		a.opts.Log.Info("sign-in failed", "user", loggable(user), "address", address)
	}
	if err != nil {
		return 0, err
	}
	a.users.forget(user)
	return id, nil
}

// verify hashes the password once, whatever the name. The caller holds a turn.
func (a *Accounts) verify(ctx context.Context, names []string, password string) (store.UserID, error) {
	for {
		e, err := a.byLogin(ctx, names)
		if errors.Is(err, ErrNoUser) || len(password) > maxPassword {
			a.hasher.waste(password[:min(len(password), maxPassword)])
			return 0, ErrBadCredentials
		}
		if err != nil {
			return 0, err
		}
		e.mu.RLock()
		u := e.user
		e.mu.RUnlock()
		right, err := a.hasher.matches(password, u.Hash)
		if err != nil {
			return 0, fmt.Errorf("%w: user %s", err, u.Name)
		}
		if !right {
			return 0, ErrBadCredentials
		}
		e.mu.Lock()
		changed := e.removed || e.user.Hash != u.Hash
		if !changed {
			e.verified, e.until = a.mac(u.ID, password), a.opts.Now().Add(a.opts.CredentialTTL)
		}
		e.mu.Unlock()
		if !changed {
			return u.ID, nil
		}
	}
}

// Recheck says whether a request that was let in may go on waiting: the user
// exists, the password is still the one it came with, and the device is still
// served. It returns the device as it is now, or ErrBadCredentials, ErrNoDevice,
// or what CheckAccess returns. It reads memory only.
func (a *Accounts) Recheck(user store.UserID, password, deviceID string) (store.Device, error) {
	e := a.known(user)
	if e == nil {
		return store.Device{}, ErrBadCredentials
	}
	mac := a.mac(user, password)
	e.mu.RLock()
	defer e.mu.RUnlock()
	if e.removed || !hmac.Equal(mac[:], e.verified[:]) {
		return store.Device{}, ErrBadCredentials
	}
	d, ok := e.devices[deviceID]
	if !ok {
		return store.Device{}, ErrNoDevice
	}
	return d, CheckAccess(d)
}

// What memory knows of credentials.
type proof int

const (
	unknown proof = iota // must be hashed
	expired              // were right some time ago, must be hashed again
	fresh                // are right
)

// remembered looks the credentials up among those that were verified.
func (a *Accounts) remembered(names []string, password string) (store.UserID, proof) {
	for _, name := range names {
		a.mu.Lock()
		e := a.byName[name]
		a.mu.Unlock()
		if e == nil {
			continue
		}
		return a.proof(e, password)
	}
	return 0, unknown
}

func (a *Accounts) proof(e *entry, password string) (store.UserID, proof) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	mac := a.mac(e.user.ID, password)
	switch {
	case e.removed || !hmac.Equal(mac[:], e.verified[:]):
		return 0, unknown
	case !a.opts.Now().Before(e.until):
		return 0, expired
	}
	return e.user.ID, fresh
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

// loggable keeps what was never a user name, perhaps a password typed into the
// wrong field, out of the log.
func loggable(name string) string {
	if checkName(name) != nil {
		return "(not a name)"
	}
	return name
}

// forgetCredentials makes the next request prove the password again and ends
// those that hang. The caller has e locked.
func (e *entry) forgetCredentials() {
	e.verified, e.until = [32]byte{}, time.Time{}
}
