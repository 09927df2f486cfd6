package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"strings"

	"asms/store"
)

// An app password is 120 random bits: too many to be guessed, so that a fast
// hash will do and no request waits for its turn to hash.
const appPasswordBytes = 15

var appPasswordEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// AddAppPassword makes a password for one device or program and returns it, in
// groups of four; it is kept nowhere. It returns ErrCredentialName or
// ErrTooManyCredentials.
func (a *Accounts) AddAppPassword(ctx context.Context, user store.UserID, name string) (c store.Credential, secret string, err error) {
	if err := checkCredentialName(name); err != nil {
		return c, "", err
	}
	var b [appPasswordBytes]byte
	_, _ = rand.Read(b[:]) // never fails
	plain := appPasswordEncoding.EncodeToString(b[:])
	groups := make([]string, 0, len(plain)/4)
	for i := 0; i < len(plain); i += 4 {
		groups = append(groups, plain[i:i+4])
	}
	c = store.Credential{Kind: store.AppPassword, Name: name, Hash: sha256.Sum256([]byte(plain))}
	err = a.add(ctx, user, &c)
	return c, strings.Join(groups, "-"), err
}

// appPasswordHash returns the hash of what may be an app password, typed with or
// without the hyphens, in any case.
func appPasswordHash(password string) (hash secretHash, may bool) {
	if len(password) > 64 {
		return hash, false
	}
	plain := strings.ToLower(strings.NewReplacer("-", "", " ", "").Replace(password))
	b, err := appPasswordEncoding.DecodeString(plain)
	if err != nil || len(b) != appPasswordBytes {
		return hash, false
	}
	return sha256.Sum256([]byte(plain)), true
}

// byAppPassword lets in by an app password, or returns ErrBadCredentials when
// this is none of the user's.
func (a *Accounts) byAppPassword(ctx context.Context, names []string, password string) (Identity, error) {
	hash, may := appPasswordHash(password)
	if !may {
		return Identity{}, ErrBadCredentials
	}
	if e := a.knownLogin(names); e != nil {
		if who, err := a.letIn(ctx, e, store.AppPassword, hash); err == nil {
			return who, nil
		}
	}
	e, err := a.byLogin(ctx, names)
	if errors.Is(err, ErrNoUser) {
		return Identity{}, ErrBadCredentials
	}
	if err != nil {
		return Identity{}, err
	}
	return a.letIn(ctx, e, store.AppPassword, hash)
}

// hasAppPassword says whether the password is an app password of the user. The
// caller has e locked.
func (e *entry) hasAppPassword(password string) bool {
	hash, may := appPasswordHash(password)
	return may && e.credentials[hash].Kind == store.AppPassword
}
