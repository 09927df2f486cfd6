package account

import (
	"context"
	"crypto/sha256"
	"errors"
	"strings"
	"time"

	"asms/store"
)

// ErrExpiry is returned for a token that would be over before it begins.
var ErrExpiry = errors.New("account: the expiry lies in the past")

// tokenPrefix lets people and scanners see what they have found.
const tokenPrefix = "asms_"

// AddToken makes a key for a program and returns its secret, which is kept
// nowhere. The scopes are words that the caller understands; expires may be zero.
// It returns ErrCredentialName, ErrExpiry or ErrTooManyCredentials.
func (a *Accounts) AddToken(ctx context.Context, user store.UserID, name string, scopes []string, expires time.Time) (c store.Credential, secret string, err error) {
	if err := checkCredentialName(name); err != nil {
		return c, "", err
	}
	if !expires.IsZero() && !expires.After(a.opts.Now()) {
		return c, "", ErrExpiry
	}
	secret = newSecret(user)
	c = store.Credential{
		Kind: store.Token, Name: name, Scopes: strings.Join(scopes, " "), Hash: sha256.Sum256([]byte(secret)),
		Expires: expires.UTC().Truncate(time.Millisecond),
	}
	err = a.add(ctx, user, &c)
	return c, tokenPrefix + secret, err
}

// Token lets in by the secret of a token. It returns ErrBadCredentials when there
// is none, or it has expired.
func (a *Accounts) Token(ctx context.Context, secret string) (Identity, error) {
	secret, ok := strings.CutPrefix(secret, tokenPrefix)
	if !ok {
		return Identity{}, ErrBadCredentials
	}
	return a.bySecret(ctx, store.Token, secret)
}
