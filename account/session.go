package account

import (
	"cmp"
	"context"
	"crypto/sha256"
	"slices"
	"time"

	"asms/store"
)

// How long a session lasts.
const (
	sessionIdle = 30 * 24 * time.Hour  // after its last use
	SessionLife = 180 * 24 * time.Hour // in all
)

// OpenSession opens a session for who has come with the password of the account,
// and returns its secret, which is new each time and kept nowhere. A user who has
// as many as may be loses the one that was not used for the longest. It returns
// ErrBadCredentials when the password has changed since: whoever knows the old one
// must not slip in while the change ends all sessions.
func (a *Accounts) OpenSession(ctx context.Context, who Identity) (secret string, err error) {
	now := a.opts.Now().UTC().Truncate(time.Millisecond)
	user := who.User
	secret = newSecret(user)
	c := store.Credential{
		ID: newID(), Kind: store.Session, Hash: sha256.Sum256([]byte(secret)),
		Created: now, Used: now, Expires: now.Add(SessionLife),
	}
	return secret, a.change(ctx, user, func(e *entry) error {
		if who.Credential.Kind != 0 || e.user.Hash != who.hash {
			return ErrBadCredentials
		}
		gone := e.of(store.Session, func(c store.Credential) bool { return ended(c, now) })
		live := e.of(store.Session, func(c store.Credential) bool { return !ended(c, now) })
		slices.SortFunc(live, func(x, y store.Credential) int {
			return cmp.Or(x.Used.Compare(y.Used), x.Created.Compare(y.Created))
		})
		if more := len(live) - maxCredentials + 1; more > 0 {
			gone = append(gone, live[:more]...)
		}
		if err := a.update(ctx, user, func(tx *store.Tx) error {
			if err := removeAll(tx, gone); err != nil {
				return err
			}
			return tx.PutCredential(c)
		}); err != nil {
			return err
		}
		e.forget(gone)
		e.credentials[c.Hash] = c
		return nil
	})
}

// Session lets in by the secret of a session. It returns ErrBadCredentials when
// there is none, or it has ended.
func (a *Accounts) Session(ctx context.Context, secret string) (Identity, error) {
	return a.bySecret(ctx, store.Session, secret)
}
