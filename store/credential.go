package store

import (
	"crypto/sha256"
	"time"
)

// CredentialKind says what a Credential is.
type CredentialKind int

// Kinds of credentials.
const (
	Session     CredentialKind = 1 // of the web app
	AppPassword CredentialKind = 2 // of one device or program
	Token       CredentialKind = 3 // of a program, with scopes
)

// Credential lets in besides the password of the account. Only the hash of the
// secret is kept, which is random and so long that no slow hash is needed.
type Credential struct {
	ID      string // random, not secret
	Kind    CredentialKind
	Hash    [sha256.Size]byte
	Name    string
	Scopes  string // of a token, with spaces between
	Created time.Time
	Expires time.Time // zero: never
	Used    time.Time // last use, to the hour; zero: never
}

// Credentials returns the user's credentials, the oldest first.
func (tx *Tx) Credentials() (all []Credential, err error) {
	err = tx.each(func(r scanner) (bool, error) {
		var c Credential
		var hash []byte
		var created, expires, used int64
		if err := r.Scan(&c.ID, &c.Kind, &hash, &c.Name, &c.Scopes, &created, &expires, &used); err != nil {
			return false, err
		}
		copy(c.Hash[:], hash)
		c.Created, c.Expires, c.Used = fromMillis(created), fromMillis(expires), fromMillis(used)
		all = append(all, c)
		return true, nil
	}, `SELECT id, kind, hash, name, scopes, created, expires, used FROM credential WHERE user_id = $1 ORDER BY created, id`, tx.user)
	return all, err
}

// PutCredential stores c, new or not. It wakes nobody.
func (tx *Tx) PutCredential(c Credential) error {
	return tx.exec(`INSERT INTO credential (user_id, id, kind, hash, name, scopes, created, expires, used)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (user_id, id) DO UPDATE SET used = excluded.used`,
		tx.user, c.ID, c.Kind, c.Hash[:], c.Name, c.Scopes, millis(c.Created), millis(c.Expires), millis(c.Used))
}

// RemoveCredential forgets a credential, and has waiting requests look again:
// they may have come with it.
func (tx *Tx) RemoveCredential(id string) error {
	tx.Touch()
	return tx.exec(`DELETE FROM credential WHERE user_id = $1 AND id = $2`, tx.user, id)
}
