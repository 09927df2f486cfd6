package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/argon2"
)

// Cost is the cost of an argon2id hash.
type Cost struct {
	Memory  uint32 // KiB
	Passes  uint32
	Threads uint8
}

const (
	saltSize = 16
	keySize  = 32
	// maxWaiting bounds how many requests wait for their turn to hash.
	maxWaiting = 256
)

var errHash = errors.New("account: the stored password hash is damaged")

// hasher hashes passwords, a few at a time.
type hasher struct {
	cost    Cost
	slots   chan struct{}
	waiting *atomic.Int32
	derive  func(password, salt []byte, c Cost) []byte
}

func newHasher(cost Cost, concurrent int) hasher {
	return hasher{
		cost:    cost,
		slots:   make(chan struct{}, concurrent),
		waiting: new(atomic.Int32),
		derive: func(password, salt []byte, c Cost) []byte {
			return argon2.IDKey(password, salt, c.Passes, c.Memory, c.Threads, keySize)
		},
	}
}

// acquire waits for a turn. The caller must release it.
func (h hasher) acquire(ctx context.Context) error {
	if h.waiting.Add(1) > maxWaiting {
		h.waiting.Add(-1)
		return &ThrottledError{RetryAfter: time.Second}
	}
	defer h.waiting.Add(-1)
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h hasher) release() { <-h.slots }

// hash returns the password's hash in PHC string format.
func (h hasher) hash(ctx context.Context, password string) (string, error) {
	if err := h.acquire(ctx); err != nil {
		return "", err
	}
	defer h.release()
	var salt [saltSize]byte
	_, _ = rand.Read(salt[:]) // never fails
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		h.cost.Memory, h.cost.Passes, h.cost.Threads,
		b64.EncodeToString(salt[:]), b64.EncodeToString(h.derive([]byte(password), salt[:], h.cost))), nil
}

// matches says whether the password has this hash. The caller holds a turn.
func (h hasher) matches(password, hash string) (bool, error) {
	cost, salt, key, err := parseHash(hash)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(h.derive([]byte(password), salt, cost), key) == 1, nil
}

// waste costs what matches costs. The caller holds a turn.
func (h hasher) waste(password string) {
	h.derive([]byte(password), make([]byte, saltSize), h.cost)
}

func parseHash(hash string) (c Cost, salt, key []byte, err error) {
	p := strings.Split(hash, "$")
	if len(p) != 6 || p[0] != "" || p[1] != "argon2id" || p[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, errHash
	}
	if _, err := fmt.Sscanf(p[3], "m=%d,t=%d,p=%d", &c.Memory, &c.Passes, &c.Threads); err != nil {
		return c, nil, nil, errHash
	}
	if c.Memory == 0 || c.Memory > 1<<21 || c.Passes == 0 || c.Passes > 64 || c.Threads == 0 {
		return c, nil, nil, errHash
	}
	if salt, err = base64.RawStdEncoding.DecodeString(p[4]); err != nil || len(salt) < 8 {
		return c, nil, nil, errHash
	}
	if key, err = base64.RawStdEncoding.DecodeString(p[5]); err != nil || len(key) != keySize {
		return c, nil, nil, errHash
	}
	return c, salt, key, nil
}
