package account

import (
	"errors"
	"testing"
	"time"

	"asms/store"
)

func TestWithoutADemandEveryKeyIsServed(t *testing.T) {
	l := newLab(t, nil)
	ann := l.user("ann")
	d := l.device(ann, "D1", "14.1")
	for _, key := range []uint32{0, 1, 4_000_000_000} {
		if err := l.CheckPolicy(ann.ID, d, key); err != nil {
			t.Errorf("key %d: %v", key, err)
		}
	}
}

func TestBothPhasesOfProvisioning(t *testing.T) {
	l := newLab(t, nil)
	ann := l.user("ann")
	l.device(ann, "D1", "14.1")
	if !l.woken(ann, func() { l.must(l.SetPolicy(l.ctx, ann.ID, true)) }) {
		t.Error("a demand wakes nobody")
	}
	check := func(key uint32) error { return l.CheckPolicy(ann.ID, l.device(ann, "D1", "14.1"), key) }
	want := func(what string, err, want error) {
		t.Helper()
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", what, err, want)
		}
	}
	want("no key", check(0), ErrNotProvisioned)
	want("a key of nobody", check(77), ErrInvalidPolicyKey)

	_, temporary, err := l.BeginProvision(l.ctx, ann.ID, "D1")
	l.must(err)
	if temporary == 0 {
		t.Fatal("the temporary key is 0")
	}
	want("MS-ASPROV_R650 the temporary key on another command", check(temporary), ErrInvalidPolicyKey)
	_, err = l.AcknowledgePolicy(l.ctx, ann.ID, "D1", temporary+1, 1)
	want("MS-ASPROV_R657 another temporary key", err, ErrInvalidPolicyKey)
	_, err = l.AcknowledgePolicy(l.ctx, ann.ID, "D1", 0, 1)
	want("no temporary key", err, ErrInvalidPolicyKey)

	final, err := l.AcknowledgePolicy(l.ctx, ann.ID, "D1", temporary, 1)
	l.must(err)
	if final == 0 || final == temporary {
		t.Fatalf("final key %d after %d", final, temporary)
	}
	want("MS-ASPROV_R662 the final key", check(final), nil)
	want("the temporary key after the acknowledgement", check(temporary), ErrInvalidPolicyKey)
	_, err = l.AcknowledgePolicy(l.ctx, ann.ID, "D1", temporary, 1)
	want("the same acknowledgement again", err, ErrInvalidPolicyKey)
	if d := l.stored(ann, "D1"); d.PolicyKey != final || d.TemporaryKey != 0 {
		t.Errorf("stored %d and %d", d.PolicyKey, d.TemporaryKey)
	}

	// A device that starts again is served with its key until it has another.
	_, second, err := l.BeginProvision(l.ctx, ann.ID, "D1")
	l.must(err)
	want("the final key during phase one", check(final), nil)
	next, err := l.AcknowledgePolicy(l.ctx, ann.ID, "D1", second, 1)
	l.must(err)
	want("the key before", check(final), ErrInvalidPolicyKey)
	want("the new key", check(next), nil)
}

func TestAPolicyThatIsNotApplied(t *testing.T) {
	l := newLab(t, nil)
	ann := l.user("ann")
	l.device(ann, "D1", "14.1")
	acknowledge := func(status int) (uint32, error) {
		_, temporary, err := l.BeginProvision(l.ctx, ann.ID, "D1")
		l.must(err)
		return l.AcknowledgePolicy(l.ctx, ann.ID, "D1", temporary, status)
	}
	if policy, key, err := l.BeginProvision(l.ctx, ann.ID, "D1"); policy != nil || key != 0 || err != nil {
		t.Errorf("no policy: %+v, %d, %v", policy, key, err)
	}
	l.must(l.DefinePolicy(l.ctx, ann.ID, &Policy{AllowNonProvisionable: true}))
	for status, allowed := range map[int]bool{1: true, 2: true, 3: true, 4: false} {
		if key, err := acknowledge(status); (err == nil && key != 0) != allowed {
			t.Errorf("non-provisionable devices are served: status %d: %d, %v", status, key, err)
		}
	}
	l.must(l.DefinePolicy(l.ctx, ann.ID, &Policy{AllowExternallyManaged: true}))
	if key, err := acknowledge(4); err != nil || key == 0 {
		t.Errorf("externally managed devices are served: %d, %v", key, err)
	}
	l.must(l.DefinePolicy(l.ctx, ann.ID, &Policy{}))
	for _, status := range []int{0, 2, 3, 4} {
		if key, err := acknowledge(status); !errors.Is(err, ErrPolicyNotApplied) || key != 0 {
			t.Errorf("status %d: %d, %v", status, key, err)
		}
		if d := l.stored(ann, "D1"); d.PolicyKey != 0 || d.TemporaryKey != 0 {
			t.Errorf("status %d leaves the keys %d and %d", status, d.PolicyKey, d.TemporaryKey)
		}
	}
}

func TestWipe(t *testing.T) {
	l := newLab(t, nil)
	ann := l.user("ann")
	on := true
	for _, c := range []struct {
		device, version string
		reset           bool
		access          store.Access
		want            error
	}{
		{"NEW", "16.1", false, store.WipeRequested, ErrWipe},
		{"OLD", "14.1", false, store.WipeRequested, ErrBlocked}, // would erase the whole phone
		{"LOST", "14.1", true, store.FactoryReset, ErrWipe},
	} {
		l.device(ann, c.device, c.version)
		if err := l.AcknowledgeWipe(l.ctx, ann.ID, c.device); !errors.Is(err, ErrNoWipe) {
			t.Errorf("%s: an acknowledgement of nothing: %v", c.device, err)
		}
		_, err := l.SetDeviceInformation(l.ctx, ann.ID, c.device, Information{EnableOutboundSMS: &on})
		l.must(err)
		if !l.woken(ann, func() { l.must(l.RequestWipe(l.ctx, ann.ID, c.device, c.reset)) }) {
			t.Errorf("%s: hanging requests were not woken", c.device)
		}
		d := l.device(ann, c.device, c.version)
		asked := l.clock.Now()
		if err := CheckAccess(d); d.Access != c.access || !errors.Is(err, c.want) || !d.WipeRequestedAt.Equal(asked) || !d.WipedAt.IsZero() {
			t.Errorf("%s is %s: %v", c.device, d.Access, err)
		}
		l.clock.pass(time.Minute)
		l.must(l.FailWipe(l.ctx, ann.ID, c.device))
		if d = l.stored(ann, c.device); d.Access != c.access || !d.WipeFailedAt.Equal(l.clock.Now()) {
			t.Errorf("MS-ASPROV_R663 %s could not: %+v", c.device, d)
		}
		l.clock.pass(time.Minute)
		l.must(l.AcknowledgeWipe(l.ctx, ann.ID, c.device))
		d = l.stored(ann, c.device)
		if d.Access != store.Wiped || d.OutboundSMS || CheckAccess(d) == nil || !d.WipeRequestedAt.Equal(asked) || !d.WipedAt.Equal(l.clock.Now()) {
			t.Errorf("MS-ASPROV_R663 %s after its wipe: %+v", c.device, d)
		}
		if err := l.FailWipe(l.ctx, ann.ID, c.device); !errors.Is(err, ErrNoWipe) {
			t.Errorf("%s fails when it was done: %v", c.device, err)
		}
		l.must(l.SetAccess(l.ctx, ann.ID, c.device, store.Allowed))
		if d = l.stored(ann, c.device); d.WipedAt.IsZero() {
			t.Errorf("%s: allowed again, its wipe is forgotten", c.device)
		}
		l.must(l.RequestWipe(l.ctx, ann.ID, c.device, c.reset))
		l.must(l.SetAccess(l.ctx, ann.ID, c.device, store.Allowed))
		if d = l.stored(ann, c.device); !d.WipeRequestedAt.IsZero() || !d.WipedAt.IsZero() {
			t.Errorf("%s: a wipe that was taken back is kept: %+v", c.device, d)
		}
	}
}
