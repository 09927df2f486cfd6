package store

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// ErrExists is returned when a user of that name exists already.
var ErrExists = errors.New("store: exists already")

// User is one person and the owner of one mailbox.
type User struct {
	ID     UserID
	Name   string // login name, lower case
	Hash   string // argon2id, in PHC string format
	Admin  bool
	Policy bool // a policy key is demanded of this user's devices
	// ActiveSync: the user may use it.
	ActiveSync bool
	Created    time.Time
}

const userColumns = `user_id, name, hash, admin, policy, activesync, created`

func scanUser(r scanner) (u User, err error) {
	var created int64
	err = r.Scan(&u.ID, &u.Name, &u.Hash, &u.Admin, &u.Policy, &u.ActiveSync, &created)
	u.Created = time.UnixMilli(created).UTC()
	return u, err
}

// UserByName returns the user with that login name, or ErrNotFound.
func (s *Store) UserByName(ctx context.Context, name string) (u User, err error) {
	err = s.View(ctx, 0, func(tx *Tx) error {
		u, err = scanUser(tx.row(`SELECT `+userColumns+` FROM mailbox
			WHERE user_id = (SELECT user_id FROM directory WHERE name = $1)`, name))
		if err != nil {
			return tx.failed("user", err)
		}
		return nil
	})
	return u, err
}

// Users returns all users, by name.
func (s *Store) Users(ctx context.Context) (all []User, err error) {
	err = s.View(ctx, 0, func(tx *Tx) error {
		return tx.each(func(r scanner) (bool, error) {
			u, err := scanUser(r)
			all = append(all, u)
			return true, err
		}, `SELECT `+userColumns+` FROM mailbox ORDER BY name`)
	})
	return all, err
}

// CreateUser adds a user with the default folders, or returns ErrExists.
func (s *Store) CreateUser(ctx context.Context, name, hash string, admin bool) (User, error) {
	var b [8]byte
	if _, err := rand.Read(b[:]); err != nil {
		return User{}, fmt.Errorf("store: user id: %w", err)
	}
	u := User{
		ID:   UserID(binary.BigEndian.Uint64(b[:])>>1 | 1), // positive, never 0
		Name: name, Hash: hash, Admin: admin, ActiveSync: true, Created: s.now().UTC().Truncate(time.Millisecond),
	}
	err := s.Update(ctx, u.ID, func(tx *Tx) error {
		var taken int
		if err := tx.row(`SELECT count(*) FROM directory WHERE name = $1`, name).Scan(&taken); err != nil {
			return tx.failed("user", err)
		}
		if taken > 0 {
			return fmt.Errorf("%w: user %s", ErrExists, name)
		}
		if err := tx.exec(`INSERT INTO directory (name, user_id) VALUES ($1, $2)`, name, u.ID); err != nil {
			return err
		}
		if err := tx.exec(`INSERT INTO mailbox (user_id, name, hash, admin, created, seq, last_item, last_folder)
			VALUES ($1, $2, $3, $4, $5, 1, 0, 0)`, u.ID, name, hash, admin, u.Created.UnixMilli()); err != nil {
			return err
		}
		return tx.createDefaultFolders()
	})
	return u, err
}

// Account returns the transaction's user, or ErrNotFound when it was removed.
func (tx *Tx) Account() (User, error) {
	u, err := scanUser(tx.row(`SELECT `+userColumns+` FROM mailbox WHERE user_id = $1`, tx.user))
	if err != nil {
		return User{}, tx.failed("user", err)
	}
	return u, nil
}

// SetHash stores a new password hash.
func (tx *Tx) SetHash(hash string) error {
	tx.Touch()
	return tx.exec(`UPDATE mailbox SET hash = $2 WHERE user_id = $1`, tx.user, hash)
}

// SetAdmin stores whether the user administers the server.
func (tx *Tx) SetAdmin(admin bool) error {
	tx.Touch()
	return tx.exec(`UPDATE mailbox SET admin = $2 WHERE user_id = $1`, tx.user, admin)
}

// ActiveSync returns whether the user may use it.
func (tx *Tx) ActiveSync() (allowed bool, err error) {
	if err := tx.row(`SELECT activesync FROM mailbox WHERE user_id = $1`, tx.user).Scan(&allowed); err != nil {
		return false, tx.failed("user", err)
	}
	return allowed, nil
}

// SetActiveSync stores whether the user may use ActiveSync.
func (tx *Tx) SetActiveSync(allowed bool) error {
	tx.Touch()
	return tx.exec(`UPDATE mailbox SET activesync = $2 WHERE user_id = $1`, tx.user, allowed)
}

// RemoveUser deletes the user and everything that is kept for it.
func (tx *Tx) RemoveUser() error {
	tx.Touch()
	if err := tx.forgetWords(); err != nil {
		return err
	}
	for _, table := range []string{"directory", "device", "folder", "hierarchy", "item", "tombstone",
		"mark", "partnership", "contact", "contact_number", "outbound", "recipient", "thread", "gone", "request", "credential", "setting", "always_move", "mailbox"} {
		if err := tx.exec(`DELETE FROM `+table+` WHERE user_id = $1`, tx.user); err != nil {
			return err
		}
	}
	return nil
}
