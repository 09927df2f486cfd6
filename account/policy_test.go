package account

import (
	"errors"
	"testing"
)

func TestAChangedPolicyMakesDevicesComeAgain(t *testing.T) {
	l := newLab(t, nil)
	ann := l.user("ann")
	l.device(ann, "D1", "14.1")
	l.device(ann, "D2", "14.1")
	check := func(id string, key uint32) error { return l.CheckPolicy(ann.ID, l.device(ann, id, "14.1"), key) }
	fetch := func(id string) (key uint32) {
		t.Helper()
		_, temporary, err := l.BeginProvision(l.ctx, ann.ID, id)
		l.must(err)
		key, err = l.AcknowledgePolicy(l.ctx, ann.ID, id, temporary, 1)
		l.must(err)
		return key
	}
	define := func(p *Policy) {
		t.Helper()
		if !l.woken(ann, func() { l.must(l.DefinePolicy(l.ctx, ann.ID, p)) }) {
			t.Error("hanging requests were not woken")
		}
	}
	define(&Policy{DevicePassword: true, MinLength: 6})
	first := fetch("D1")
	if err := check("D1", first); err != nil {
		t.Fatal(err)
	}

	_, temporary, err := l.BeginProvision(l.ctx, ann.ID, "D2") // between its phases
	l.must(err)
	define(&Policy{DevicePassword: true, MinLength: 8})
	if err := check("D1", first); !errors.Is(err, ErrPolicyRefresh) {
		t.Errorf("MS-ASPROV_R693 after a change: %v", err)
	}
	if _, err := l.AcknowledgePolicy(l.ctx, ann.ID, "D2", temporary, 1); !errors.Is(err, ErrInvalidPolicyKey) {
		t.Errorf("MS-ASPROV_R507 an out-of-date policy is acknowledged: %v", err)
	}
	if policy, _, err := l.BeginProvision(l.ctx, ann.ID, "D1"); err != nil || policy.MinLength != 8 {
		t.Errorf("%+v, %v", policy, err)
	}
	if applies, err := l.AppliesPolicy(l.ctx, ann.ID, l.stored(ann, "D1")); err != nil || applies {
		t.Errorf("before it comes again it applies the new one: %v", err)
	}
	second := fetch("D1")
	if err := check("D1", second); err != nil {
		t.Error(err)
	}
	if applies, err := l.AppliesPolicy(l.ctx, ann.ID, l.stored(ann, "D1")); err != nil || !applies {
		t.Errorf("and then it does not: %v", err)
	}
	if l.woken(ann, func() { l.must(l.DefinePolicy(l.ctx, ann.ID, &Policy{DevicePassword: true, MinLength: 8})) }) || check("D1", second) != nil {
		t.Error("the same policy again counts as a change")
	}

	later := New(l.st, &Options{Now: l.clock.Now})
	_, err = later.Policy(l.ctx, ann.ID)
	l.must(err)
	if err := later.CheckPolicy(ann.ID, l.stored(ann, "D1"), second); err != nil {
		t.Errorf("another process: %v", err)
	}
	if p, err := later.Policy(l.ctx, ann.ID); err != nil || *p != (Policy{DevicePassword: true, MinLength: 8}) {
		t.Errorf("another process: %+v, %v", p, err)
	}

	define(nil)
	if err := check("D1", second); !errors.Is(err, ErrPolicyRefresh) {
		t.Errorf("a device that still applies the policy that is gone: %v", err)
	}
	if err := check("D2", 0); err != nil {
		t.Errorf("a device that never had one: %v", err)
	}
	if policy, _, err := l.BeginProvision(l.ctx, ann.ID, "D1"); err != nil || policy == nil || *policy != (Policy{}) {
		t.Errorf("MS-ASPROV_R652 the settings are unset: %+v, %v", policy, err)
	}
	free := fetch("D1")
	if err := check("D1", free); err != nil || l.stored(ann, "D1").PolicyRevision != 0 {
		t.Errorf("freed of its policy: %v", err)
	}
	if policy, key, err := l.BeginProvision(l.ctx, ann.ID, "D1"); err != nil || policy != nil || key != 0 {
		t.Errorf("nothing is left: %+v, %d, %v", policy, key, err)
	}
}

func TestAPolicyThatIsOfferedOnly(t *testing.T) {
	l := newLab(t, nil)
	ann := l.user("ann")
	d := l.device(ann, "D1", "14.1")
	l.must(l.DefinePolicy(l.ctx, ann.ID, &Policy{AllowNonProvisionable: true}))
	if err := l.CheckPolicy(ann.ID, d, 0); err != nil {
		t.Errorf("a device that does not fetch it: %v", err)
	}
	if err := l.CheckPolicy(ann.ID, d, 7); !errors.Is(err, ErrInvalidPolicyKey) {
		t.Errorf("a wrong key: %v", err)
	}
	if u, err := l.User(l.ctx, "ann"); err != nil || u.Policy {
		t.Errorf("%+v, %v", u, err)
	}
	l.must(l.SetPolicy(l.ctx, ann.ID, true))
	if err := l.CheckPolicy(ann.ID, d, 0); !errors.Is(err, ErrNotProvisioned) {
		t.Errorf("now it is demanded: %v", err)
	}
}

func TestPoliciesThatAreNone(t *testing.T) {
	l := newLab(t, nil)
	ann := l.user("ann")
	for _, p := range []Policy{
		{MinLength: 6}, {DevicePassword: true, MinLength: 17}, {DevicePassword: true, MaxFailed: 3},
		{DevicePassword: true, MaxInactivity: -1}, {DevicePassword: true, ComplexCharacters: 5}, {MaxAge: 6}, {Bluetooth: "sometimes"},
	} {
		if err := l.DefinePolicy(l.ctx, ann.ID, &p); !errors.Is(err, ErrPolicy) {
			t.Errorf("%+v: %v", p, err)
		}
	}
	if err := l.DefinePolicy(l.ctx, ann.ID+1, &Policy{}); !errors.Is(err, ErrNoUser) {
		t.Error(err)
	}
	if p, err := l.Policy(l.ctx, ann.ID); err != nil || p != nil {
		t.Errorf("%+v, %v", p, err)
	}
}
