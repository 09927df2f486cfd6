package account

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"time"

	"asms/store"
)

// What CheckPolicy and the phases of provisioning return.
var (
	ErrNotProvisioned   = errors.New("account: the device must be provisioned")
	ErrInvalidPolicyKey = errors.New("account: the policy key is not the device's")
	ErrPolicyRefresh    = errors.New("account: the policy has changed")
	ErrPolicyNotApplied = errors.New("account: the device has not applied the policy")
	ErrNoWipe           = errors.New("account: no wipe was asked of the device")
)

// CheckPolicy says whether a request with this policy key (0: none) is served:
// nil, ErrNotProvisioned when one is demanded of the user's devices and there is
// none, ErrInvalidPolicyKey when it is another than the acknowledged one,
// ErrPolicyRefresh when the policy is not the acknowledged one any more. When no
// policy is defined, every key is served but that of a device which still applies
// the last one. d is what Admit returned.
//
// [MS-ASPROV] 3.2.5.1 Provision Command
func (a *Accounts) CheckPolicy(user store.UserID, d store.Device, key uint32) error {
	e := a.known(user)
	if e == nil {
		return ErrNoUser
	}
	e.mu.RLock()
	demanded, defined, revision := e.user.Policy, e.policy != nil, e.revision
	e.mu.RUnlock()
	switch {
	case !defined && (key == 0 || key != d.PolicyKey || d.PolicyRevision == 0):
		return nil
	case !defined:
		return ErrPolicyRefresh
	case key == 0 && !demanded:
		return nil
	case key == 0:
		return ErrNotProvisioned
	case key != d.PolicyKey:
		return ErrInvalidPolicyKey
	case d.PolicyRevision != revision:
		return ErrPolicyRefresh
	}
	return nil
}

// BeginProvision is the first phase: the device fetches the policy and gets a
// temporary key, which is good for the acknowledgement only. A device that still
// applies a policy that is no more gets one that restricts nothing. The policy is
// nil, and the key 0, when none is defined.
//
// [MS-ASPROV] 3.2.5.1.1 Responding to an Initial Request
func (a *Accounts) BeginProvision(ctx context.Context, user store.UserID, device string) (policy *Policy, temporary uint32, err error) {
	err = a.edit(ctx, user, device, func(e *entry, d *store.Device) (bool, error) {
		policy = e.policy
		if policy == nil && d.PolicyRevision == 0 {
			return false, nil
		}
		if policy == nil {
			policy = &Policy{}
		}
		temporary = newKey(d.PolicyKey, d.TemporaryKey)
		d.TemporaryKey = temporary
		return false, nil
	})
	return policy, temporary, err
}

// AcknowledgePolicy is the second phase: the device says with the temporary key
// how it applied the policy (1 fully, 2 in part, 3 not at all, 4 it is managed by
// others) and gets the key for its further requests. It returns
// ErrInvalidPolicyKey for another key than the last temporary one, which stays
// good, and ErrPolicyNotApplied when the policy wants more than the device did.
//
// [MS-ASPROV] 3.2.5.1.2.1 Responding to a Security Policy Settings Acknowledgment
func (a *Accounts) AcknowledgePolicy(ctx context.Context, user store.UserID, device string, temporary uint32, status int) (final uint32, err error) {
	refused := false
	err = a.edit(ctx, user, device, func(e *entry, d *store.Device) (bool, error) {
		if temporary == 0 || temporary != d.TemporaryKey {
			return false, ErrInvalidPolicyKey
		}
		d.TemporaryKey = 0
		if refused = !satisfied(e.policy, status); refused {
			d.PolicyKey, d.PolicyRevision = 0, 0
			return false, nil
		}
		d.PolicyKey, d.PolicyRevision = newKey(d.PolicyKey, temporary), 0
		if e.policy != nil {
			d.PolicyRevision = e.revision
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

// satisfied reports whether a device may go on that has applied the policy as
// status says.
//
// [MS-ASPROV] 2.2.2.54.1 Status (Policy)
func satisfied(p *Policy, status int) bool {
	switch {
	case p == nil || status == 1:
		return true
	case status == 4:
		return p.AllowExternallyManaged
	}
	return p.AllowNonProvisionable
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

// FailWipe records that the device says it could not wipe itself. It is told
// again. It returns ErrNoWipe when none was asked for.
//
// [MS-ASPROV] 3.2.5.1.2.2 Responding to a Remote Wipe Directive Acknowledgment
func (a *Accounts) FailWipe(ctx context.Context, user store.UserID, device string) error {
	return a.edit(ctx, user, device, func(_ *entry, d *store.Device) (bool, error) {
		if d.Access != store.WipeRequested && d.Access != store.FactoryReset {
			return false, ErrNoWipe
		}
		d.WipeFailedAt = a.opts.Now().UTC().Truncate(time.Millisecond)
		return false, nil
	})
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
		d.Access, d.WipedAt = store.Wiped, a.opts.Now().UTC().Truncate(time.Millisecond)
		d.PolicyKey, d.TemporaryKey, d.PolicyRevision, d.OutboundSMS = 0, 0, 0, false
		return true, nil
	})
}
