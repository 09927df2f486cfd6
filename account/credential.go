package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"asms/store"
)

// Credential lets in besides the password of the account.
type Credential = store.Credential

// CredentialKind says what a Credential is.
type CredentialKind = store.CredentialKind

// Kinds of credentials.
const (
	BySession     = store.Session
	ByAppPassword = store.AppPassword
	ByToken       = store.Token
)

// What the methods on credentials return.
var (
	ErrNoCredential       = errors.New("account: there is no such session, app password or token")
	ErrTooManyCredentials = errors.New("account: the user has too many of these: remove one first")
	ErrCredentialName     = errors.New("account: a name is 1 to 100 printable characters long")
)

const (
	maxCredentials    = 100       // of a kind
	maxCredentialName = 100       // characters
	usedEvery         = time.Hour // how often a use is written down
)

// secretHash is what is kept of a secret. Secrets are random, so that looking
// their hash up tells nobody anything by the time it takes.
type secretHash = [sha256.Size]byte

// newSecret returns a secret that names its user, so that no table of all users'
// secrets is needed.
func newSecret(user store.UserID) string {
	b := binary.BigEndian.AppendUint64(nil, uint64(user))
	b = append(b, make([]byte, 32)...)
	_, _ = rand.Read(b[8:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

// secretUser returns the user that a secret names.
func secretUser(secret string) (store.UserID, bool) {
	if len(secret) != base64.RawURLEncoding.EncodedLen(40) {
		return 0, false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(secret)
	if err != nil {
		return 0, false
	}
	return store.UserID(binary.BigEndian.Uint64(b)), true
}

// newID returns the id of a credential, which is no secret. Hexadecimal, so that
// it is never taken for a flag on the command line.
func newID() string {
	var b [12]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

func checkCredentialName(name string) error {
	if name == "" || !utf8.ValidString(name) || utf8.RuneCountInString(name) > maxCredentialName ||
		strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return ErrCredentialName
	}
	return nil
}

// bySecret lets in by a secret that names its user.
func (a *Accounts) bySecret(ctx context.Context, kind store.CredentialKind, secret string) (Identity, error) {
	user, ok := secretUser(secret)
	if !ok {
		return Identity{}, ErrBadCredentials
	}
	e, err := a.entry(ctx, user)
	if errors.Is(err, ErrNoUser) {
		return Identity{}, ErrBadCredentials
	}
	if err != nil {
		return Identity{}, err
	}
	return a.letIn(ctx, e, kind, sha256.Sum256([]byte(secret)))
}

// letIn lets in by the credential with this hash, and notes its use.
func (a *Accounts) letIn(ctx context.Context, e *entry, kind store.CredentialKind, hash secretHash) (Identity, error) {
	now := a.opts.Now()
	e.mu.RLock()
	c, ok := e.credentials[hash]
	who := e.identity(c)
	ok = ok && !e.removed && c.Kind == kind && !ended(c, now)
	e.mu.RUnlock()
	if !ok {
		return Identity{}, ErrBadCredentials
	}
	if now.Sub(c.Used) >= usedEvery {
		a.noteUse(ctx, who, now)
	}
	return who, nil
}

func (a *Accounts) noteUse(ctx context.Context, who Identity, now time.Time) {
	err := a.change(context.WithoutCancel(ctx), who.User, func(e *entry) error {
		c, ok := e.credentials[who.Credential.Hash]
		if !ok || now.Sub(c.Used) < usedEvery {
			return nil // removed, or another request was quicker
		}
		c.Used = now.UTC().Truncate(time.Millisecond)
		if err := a.update(context.WithoutCancel(ctx), who.User, func(tx *store.Tx) error { return tx.PutCredential(c) }); err != nil {
			return err
		}
		e.credentials[c.Hash] = c
		return nil
	})
	if err != nil { // the request itself may go on
		a.opts.Log.Warn("the use of a credential was not noted", "user", who.Name, "err", err)
	}
}

// StillIn says whether what let the request in holds: nil or ErrBadCredentials. It
// reads memory only. A request that lasts asks whenever its user's mailbox wakes it.
func (a *Accounts) StillIn(who Identity) error {
	e := a.known(who.User)
	if e == nil {
		return ErrBadCredentials
	}
	e.mu.RLock()
	defer e.mu.RUnlock()
	if who.Credential.Kind == 0 {
		if e.removed || e.user.Hash != who.hash {
			return ErrBadCredentials
		}
		return nil
	}
	c, ok := e.credentials[who.Credential.Hash]
	if e.removed || !ok || ended(c, a.opts.Now()) {
		return ErrBadCredentials
	}
	return nil
}

// ended says whether a credential's time is over.
func ended(c store.Credential, now time.Time) bool {
	if !c.Expires.IsZero() && !now.Before(c.Expires) {
		return true
	}
	return c.Kind == store.Session && now.Sub(c.Used) >= sessionIdle
}

// Credentials returns the user's credentials of a kind, the newest first.
func (a *Accounts) Credentials(ctx context.Context, user store.UserID, kind store.CredentialKind) ([]store.Credential, error) {
	e, err := a.entry(ctx, user)
	if err != nil {
		return nil, err
	}
	e.mu.RLock()
	defer e.mu.RUnlock()
	all := e.of(kind, nil)
	slices.SortFunc(all, func(x, y store.Credential) int {
		if c := y.Created.Compare(x.Created); c != 0 {
			return c
		}
		return strings.Compare(x.ID, y.ID)
	})
	return all, nil
}

// add stores a new credential and remembers it, unless the user has too many of
// its kind.
func (a *Accounts) add(ctx context.Context, user store.UserID, c *store.Credential) error {
	c.ID, c.Created = newID(), a.opts.Now().UTC().Truncate(time.Millisecond)
	return a.change(ctx, user, func(e *entry) error {
		if len(e.of(c.Kind, nil)) >= maxCredentials {
			return ErrTooManyCredentials
		}
		if err := a.update(ctx, user, func(tx *store.Tx) error { return tx.PutCredential(*c) }); err != nil {
			return err
		}
		e.credentials[c.Hash] = *c
		return nil
	})
}

// RemoveCredential ends a session, or revokes an app password or a token, and
// ends the hanging requests that came with it. It returns ErrNoCredential when
// the user has none of that kind and id.
func (a *Accounts) RemoveCredential(ctx context.Context, user store.UserID, kind store.CredentialKind, id string) error {
	return a.change(ctx, user, func(e *entry) error {
		gone := e.of(kind, func(c store.Credential) bool { return c.ID == id })
		if len(gone) == 0 {
			return ErrNoCredential
		}
		if err := a.update(ctx, user, func(tx *store.Tx) error { return removeAll(tx, gone) }); err != nil {
			return err
		}
		e.forget(gone)
		return nil
	})
}

func removeAll(tx *store.Tx, all []store.Credential) error {
	for _, c := range all {
		if err := tx.RemoveCredential(c.ID); err != nil {
			return err
		}
	}
	return nil
}

// identity is the user, let in by c. The caller has e locked.
func (e *entry) identity(c store.Credential) Identity {
	return Identity{User: e.user.ID, Name: e.user.Name, Admin: e.user.Admin, Credential: c, hash: e.user.Hash}
}

// of returns the credentials of a kind for which which, if given, is true. The
// caller has e locked.
func (e *entry) of(kind store.CredentialKind, which func(store.Credential) bool) (all []store.Credential) {
	for _, c := range e.credentials {
		if c.Kind == kind && (which == nil || which(c)) {
			all = append(all, c)
		}
	}
	return all
}

// forget lets memory follow what the store has removed. The caller has e locked.
func (e *entry) forget(gone []store.Credential) {
	for _, c := range gone {
		delete(e.credentials, c.Hash)
	}
}
