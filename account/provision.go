package account

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"

	"asms/store"
)

// What CheckPolicy and the phases of provisioning return.
var (
	ErrNotProvisioned   = errors.New("account: the device must be provisioned")
	ErrInvalidPolicyKey = errors.New("account: the policy key is not the device's")
	ErrPolicyRefresh    = errors.New("account: the policy has changed") // for a policy with settings; nothing returns it yet
	ErrPolicyNotApplied = errors.New("account: the device has not applied the policy")
	ErrNoWipe           = errors.New("account: no wipe was asked of the device")
)

// CheckPolicy says whether a request with this policy key (0: none) is served:
// nil, ErrNotProvisioned when one is demanded of the user's devices and there is
// none, ErrInvalidPolicyKey when it is another than the acknowledged one. When
// none is demanded, every key is served. d is what Admit returned.
//
// [MS-ASPROV] 3.2.5.1 Provision Command
func (a *Accounts) CheckPolicy(user store.UserID, d store.Device, key uint32) error {
	e := a.known(user)
	if e == nil {
		return ErrNoUser
	}
	e.mu.RLock()
	demanded := e.user.Policy
	e.mu.RUnlock()
	switch {
	case !demanded:
		return nil
	case key == 0:
		return ErrNotProvisioned
	case key != d.PolicyKey:
		return ErrInvalidPolicyKey
	}
	return nil
}

// BeginProvision is the first phase: the device fetches the policy and gets a
// temporary key, which is good for the acknowledgement only.
//
// [MS-ASPROV] 3.2.5.1.1 Responding to an Initial Request
func (a *Accounts) BeginProvision(ctx context.Context, user store.UserID, device string) (temporary uint32, err error) {
	err = a.edit(ctx, user, device, func(_ *entry, d *store.Device) (bool, error) {
		temporary = newKey(d.PolicyKey, d.TemporaryKey)
		d.TemporaryKey = temporary
		return false, nil
	})
	return temporary, err
}

// AcknowledgePolicy is the second phase: the device says with the temporary key
// how it applied the policy (1 fully, 2 in part, 3 not at all, 4 it is managed by
// others) and gets the key for its further requests. It returns
// ErrInvalidPolicyKey for another key than the last temporary one, which stays
// good, and ErrPolicyNotApplied when a policy is demanded and the status is not 1.
//
// [MS-ASPROV] 3.2.5.1.2.1 Responding to a Security Policy Settings Acknowledgment
func (a *Accounts) AcknowledgePolicy(ctx context.Context, user store.UserID, device string, temporary uint32, status int) (final uint32, err error) {
	refused := false
	err = a.edit(ctx, user, device, func(e *entry, d *store.Device) (bool, error) {
		if temporary == 0 || temporary != d.TemporaryKey {
			return false, ErrInvalidPolicyKey
		}
		d.TemporaryKey = 0
		if refused = e.user.Policy && status != 1; refused {
			d.PolicyKey = 0
		} else {
			d.PolicyKey = newKey(d.PolicyKey, temporary)
		}
		final = d.PolicyKey
		return false, nil
	})
	switch {
	case err != nil:
		return 0, err
	case refused:
		return 0, ErrPolicyNotApplied
	}
	return final, nil
}

// newKey returns a random policy key that is neither 0 nor one of those.
func newKey(not ...uint32) uint32 {
again:
	for {
		var b [4]byte
		_, _ = rand.Read(b[:]) // never fails
		key := binary.BigEndian.Uint32(b[:])
		if key == 0 {
			continue
		}
		for _, n := range not {
			if key == n {
				continue again
			}
		}
		return key
	}
}

// WipesAccount reports whether the wipe that was requested of a device is of the
// account alone.
func WipesAccount(d store.Device) bool { return d.Access == store.WipeRequested }

// RequestWipe tells the device, the next time it comes, to remove the account
// or, with factoryReset, to erase everything it holds. Whoever calls it tells the
// mailbox to route the texts that wait.
func (a *Accounts) RequestWipe(ctx context.Context, user store.UserID, device string, factoryReset bool) error {
	access := store.WipeRequested
	if factoryReset {
		access = store.FactoryReset
	}
	return a.SetAccess(ctx, user, device, access)
}

// AcknowledgeWipe records that the device says it has wiped itself: it stays
// blocked until an administrator allows or removes it. It returns ErrNoWipe when
// none was asked for.
//
// [MS-ASPROV] 3.2.5.1.2.2 Responding to a Remote Wipe Directive Acknowledgment
func (a *Accounts) AcknowledgeWipe(ctx context.Context, user store.UserID, device string) error {
	return a.edit(ctx, user, device, func(_ *entry, d *store.Device) (bool, error) {
		if d.Access != store.WipeRequested && d.Access != store.FactoryReset {
			return false, ErrNoWipe
		}
		d.Access = store.Wiped
		d.PolicyKey, d.TemporaryKey, d.OutboundSMS = 0, 0, false
		return true, nil
	})
}
