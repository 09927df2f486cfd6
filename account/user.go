package account

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"asms/store"
)

const (
	maxName     = 64
	maxPassword = 1024
)

// What AddUser and SetPassword say of what they were given.
var (
	ErrName     = errors.New("account: a user name is 1 to 64 of the characters a-z 0-9 . _ - @ +")
	ErrPassword = errors.New("account: a password is 1 to 1024 bytes long")
)

func checkName(name string) error {
	if name == "" || len(name) > maxName {
		return ErrName
	}
	for _, c := range []byte(name) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && strings.IndexByte("._-@+", c) < 0 {
			return ErrName
		}
	}
	return nil
}

func checkPassword(password string) error {
	if password == "" || len(password) > maxPassword {
		return ErrPassword
	}
	return nil
}

// AddUser adds a user with the default folders. The name is taken in lower case.
// It returns ErrName, ErrPassword or ErrExists.
func (a *Accounts) AddUser(ctx context.Context, name, password string, admin bool) (store.User, error) {
	name = strings.ToLower(name)
	if err := checkName(name); err != nil {
		return store.User{}, err
	}
	if err := checkPassword(password); err != nil {
		return store.User{}, err
	}
	hash, err := a.hasher.hash(ctx, password)
	if err != nil {
		return store.User{}, err
	}
	u, err := a.st.CreateUser(ctx, name, hash, admin)
	if errors.Is(err, store.ErrExists) {
		return store.User{}, fmt.Errorf("%w: %s", ErrExists, name)
	}
	if err != nil {
		return store.User{}, failed("add user", err)
	}
	a.users.forget(name)
	return u, nil
}

// User returns the user with this name in any case, or ErrNoUser.
func (a *Accounts) User(ctx context.Context, name string) (store.User, error) {
	u, err := a.st.UserByName(ctx, strings.ToLower(name))
	if errors.Is(err, store.ErrNotFound) {
		return store.User{}, fmt.Errorf("%w: %s", ErrNoUser, name)
	}
	if err != nil {
		return store.User{}, failed("user", err)
	}
	return u, nil
}

// Users returns all users, by name.
func (a *Accounts) Users(ctx context.Context) ([]store.User, error) {
	all, err := a.st.Users(ctx)
	if err != nil {
		return nil, failed("users", err)
	}
	return all, nil
}

// SetPassword changes the user's password, and ends the user's sessions and
// hanging requests. App passwords and tokens stay. It returns ErrPassword or
// ErrNoUser.
func (a *Accounts) SetPassword(ctx context.Context, user store.UserID, password string) error {
	return a.ChangePassword(ctx, user, password, "")
}

// ChangePassword is SetPassword, asked for in the session with this id, which
// goes on.
func (a *Accounts) ChangePassword(ctx context.Context, user store.UserID, password, session string) error {
	if err := checkPassword(password); err != nil {
		return err
	}
	hash, err := a.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	return a.change(ctx, user, func(e *entry) error {
		ended := e.of(store.Session, func(c store.Credential) bool { return c.ID != session })
		if err := a.update(ctx, user, func(tx *store.Tx) error {
			if err := removeAll(tx, ended); err != nil {
				return err
			}
			return tx.SetHash(hash)
		}); err != nil {
			return err
		}
		e.forget(ended)
		e.user.Hash = hash
		e.forgetCredentials()
		a.users.forget(e.user.Name)
		return nil
	})
}

// SetAdmin says whether the user administers the server.
func (a *Accounts) SetAdmin(ctx context.Context, user store.UserID, admin bool) error {
	return a.change(ctx, user, func(e *entry) error {
		if err := a.update(ctx, user, func(tx *store.Tx) error { return tx.SetAdmin(admin) }); err != nil {
			return err
		}
		e.user.Admin = admin
		e.until = time.Time{}
		return nil
	})
}

// SetActiveSync says whether the user may use ActiveSync, and wakes the hanging
// requests. The web app, sessions and tokens stay as they are. Whoever calls it
// tells the mailbox to route the texts that wait.
func (a *Accounts) SetActiveSync(ctx context.Context, user store.UserID, allowed bool) error {
	return a.change(ctx, user, func(e *entry) error {
		if err := a.update(ctx, user, func(tx *store.Tx) error { return tx.SetActiveSync(allowed) }); err != nil {
			return err
		}
		e.user.ActiveSync = allowed
		return nil
	})
}

// CheckUser says whether the user may use ActiveSync: nil, ErrSyncDisabled or
// ErrNoUser.
func (a *Accounts) CheckUser(ctx context.Context, user store.UserID) error {
	e, err := a.entry(ctx, user)
	if err != nil {
		return err
	}
	e.mu.RLock()
	defer e.mu.RUnlock()
	switch {
	case e.removed:
		return ErrNoUser
	case !e.user.ActiveSync:
		return ErrSyncDisabled
	}
	return nil
}

// RemoveUser deletes the user and everything that is kept for it.
func (a *Accounts) RemoveUser(ctx context.Context, user store.UserID) error {
	return a.change(ctx, user, func(e *entry) error {
		if err := a.update(ctx, user, (*store.Tx).RemoveUser); err != nil {
			return err
		}
		e.removed = true
		e.forgetCredentials()
		clear(e.credentials)
		a.mu.Lock()
		defer a.mu.Unlock()
		delete(a.byID, user)
		if a.byName[e.user.Name] == e {
			delete(a.byName, e.user.Name)
		}
		return nil
	})
}

// update is a transaction of one user.
func (a *Accounts) update(ctx context.Context, user store.UserID, f func(*store.Tx) error) error {
	if err := a.st.Update(ctx, user, f); err != nil {
		return failed("change user", err)
	}
	return nil
}
