package account

import (
	"context"
	"errors"
	"fmt"

	"asms/store"
)

// Policy is what an administrator demands of a user's devices.
type Policy = store.Policy

// ErrPolicy is returned for a policy whose settings make no sense.
var ErrPolicy = errors.New("account: not a policy")

// checkPolicy says what is wrong with the settings of a policy.
func checkPolicy(p *Policy) error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("%w: "+format, append([]any{ErrPolicy}, args...)...)
	}
	for _, n := range []struct {
		name         string
		value        int
		lowest, most int
	}{
		{"the length of a password", p.MinLength, 1, 16},
		{"the number of character groups", p.ComplexCharacters, 1, 4},
		{"the time until a device locks itself", p.MaxInactivity, 1, 9998}, // from 9999 on it is none
		{"the number of failed attempts", p.MaxFailed, 4, 16},
		{"the age of a password", p.PasswordExpiration, 1, 730},
		{"the number of passwords remembered", p.PasswordHistory, 1, 50},
		{"the age of mail", p.MaxAge, 1, 5},
	} {
		if n.value != 0 && (n.value < n.lowest || n.value > n.most) {
			return bad("%s is %d to %d", n.name, n.lowest, n.most)
		}
	}
	if !p.DevicePassword && (p.Alphanumeric || p.MinLength > 0 || p.ComplexCharacters > 0 || p.NoSimplePassword ||
		p.MaxInactivity > 0 || p.MaxFailed > 0 || p.PasswordExpiration > 0 || p.PasswordHistory > 0) {
		return bad("devices ignore the rules for passwords unless a password is required")
	}
	if p.Bluetooth != "" && p.Bluetooth != "handsfree" && p.Bluetooth != "none" {
		return bad("Bluetooth is handsfree or none")
	}
	return nil
}

// Policy returns the user's policy, nil when none is defined.
func (a *Accounts) Policy(ctx context.Context, user store.UserID) (*Policy, error) {
	e, err := a.entry(ctx, user)
	if err != nil {
		return nil, err
	}
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.policy, nil
}

// AppliesPolicy reports whether a device has said that it applies the user's
// policy as it is now.
func (a *Accounts) AppliesPolicy(ctx context.Context, user store.UserID, d store.Device) (bool, error) {
	e, err := a.entry(ctx, user)
	if err != nil {
		return false, err
	}
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.policy != nil && d.PolicyKey != 0 && d.PolicyRevision == e.revision, nil
}

// DefinePolicy gives the user's devices a policy, or with nil takes it from
// them. Every device that acknowledged another one must come again. Whoever calls
// it tells the mailbox to route the texts that wait. It returns ErrPolicy or
// ErrNoUser.
func (a *Accounts) DefinePolicy(ctx context.Context, user store.UserID, p *Policy) error {
	if p != nil {
		if err := checkPolicy(p); err != nil {
			return err
		}
		c := *p
		p = &c
	}
	return a.change(ctx, user, func(e *entry) error {
		if p == nil && e.policy == nil || p != nil && e.policy != nil && *p == *e.policy {
			return nil
		}
		var revision int64
		err := a.update(ctx, user, func(tx *store.Tx) (err error) {
			revision, err = tx.PutPolicy(p)
			return err
		})
		if err != nil {
			return err
		}
		e.policy, e.revision = p, revision
		e.user.Policy = p != nil && !p.AllowNonProvisionable
		for id, d := range e.devices {
			d.TemporaryKey = 0
			e.devices[id] = d
		}
		return nil
	})
}

// SetPolicy says whether a policy key is demanded of the user's devices: under
// the policy that is defined, or one that restricts nothing. Without, there is no
// policy.
func (a *Accounts) SetPolicy(ctx context.Context, user store.UserID, demanded bool) error {
	p, err := a.Policy(ctx, user)
	switch {
	case err != nil:
		return err
	case !demanded:
		return a.DefinePolicy(ctx, user, nil)
	case p == nil:
		p = &Policy{}
	case p.AllowNonProvisionable:
		c := *p
		c.AllowNonProvisionable = false
		p = &c
	}
	return a.DefinePolicy(ctx, user, p)
}
