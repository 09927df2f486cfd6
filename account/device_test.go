package account

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"asms/store"
)

func TestAdmitCreatesADeviceOnFirstSight(t *testing.T) {
	l := newLab(t, nil)
	ann := l.user("ann")
	seen := Seen{DeviceID: "D1", Type: "iPhone", UserAgent: "Apple/1", Version: "14.1"}
	d, err := l.Admit(l.ctx, ann.ID, seen)
	l.must(err)
	want := store.Device{ID: "D1", Type: "iPhone", UserAgent: "Apple/1", Version: "14.1", FirstSeen: l.clock.Now(), LastSeen: l.clock.Now()}
	if d != want || l.stored(ann, "D1") != want {
		t.Errorf("got %+v, stored %+v", d, l.stored(ann, "D1"))
	}

	l.clock.pass(59 * time.Second)
	l.device(ann, "D2", "16.1")
	if d, err = l.Admit(l.ctx, ann.ID, seen); err != nil || d != want || l.stored(ann, "D1") != want {
		t.Errorf("within a minute: %+v, %v", d, err)
	}
	l.clock.pass(time.Second)
	want.LastSeen = l.clock.Now()
	if d, err = l.Admit(l.ctx, ann.ID, seen); err != nil || d != want || l.stored(ann, "D1") != want {
		t.Errorf("after a minute: %+v, %v", d, err)
	}
	l.clock.pass(time.Second)
	want.LastSeen, want.Version = l.clock.Now(), "16.1"
	if d, err = l.Admit(l.ctx, ann.ID, Seen{DeviceID: "D1", Version: "16.1"}); err != nil || d != want || l.stored(ann, "D1") != want {
		t.Errorf("another version: %+v, %v", d, err)
	}
	all, err := l.Devices(l.ctx, ann.ID)
	if err != nil || len(all) != 2 || all[0] != want || all[1].ID != "D2" {
		t.Errorf("devices %+v, %v", all, err)
	}
}

func TestAdmitCostsNoQuery(t *testing.T) {
	l := newLab(t, nil)
	ann := l.user("ann")
	l.device(ann, "D1", "14.1")
	_, err := l.Authenticate(l.ctx, "ann", "secret of ann", "")
	l.must(err)
	l.st.Close() // every query fails from here on
	if _, err := l.Authenticate(l.ctx, "ann", "secret of ann", ""); err != nil {
		t.Error(err)
	}
	d := l.device(ann, "D1", "14.1")
	if err := CheckAccess(d); err != nil {
		t.Error(err)
	}
	if err := l.CheckPolicy(ann.ID, d, 7); err != nil {
		t.Error(err)
	}
	if _, err := l.Recheck(ann.ID, "secret of ann", "D1"); err != nil {
		t.Error(err)
	}
}

func TestAdmitBounds(t *testing.T) {
	l := newLab(t, func(o *Options) { o.MaxDevices = 3 })
	ann, bob := l.user("ann"), l.user("bob")
	for i := range 3 {
		l.device(ann, fmt.Sprint("D", i), "14.1")
	}
	if _, err := l.Admit(l.ctx, ann.ID, Seen{DeviceID: "D3"}); !errors.Is(err, ErrTooManyDevices) {
		t.Errorf("one too many: %v", err)
	}
	l.device(ann, "D0", "14.1")
	l.device(bob, "D3", "14.1")
	l.must(l.RemoveDevice(l.ctx, ann.ID, "D1"))
	l.device(ann, "D3", "14.1")
	for _, id := range []string{"", strings.Repeat("x", 65)} {
		if _, err := l.Admit(l.ctx, bob.ID, Seen{DeviceID: id}); !errors.Is(err, ErrDeviceID) {
			t.Errorf("device id %q: %v", id, err)
		}
	}
	d, err := l.Admit(l.ctx, bob.ID, Seen{DeviceID: "D3", UserAgent: strings.Repeat("é", 1000), Type: "a\xffb"})
	if err != nil || len(d.UserAgent) > 256 || d.Type != "ab" {
		t.Errorf("%d bytes of user agent, type %q, %v", len(d.UserAgent), d.Type, err)
	}
}

func TestAccessActsAtOnce(t *testing.T) {
	l := newLab(t, nil)
	ann := l.user("ann")
	l.device(ann, "D1", "14.1")
	for _, c := range []struct {
		access store.Access
		want   error
	}{{store.Blocked, ErrBlocked}, {store.Quarantined, ErrQuarantined}, {store.Wiped, ErrBlocked}, {store.Allowed, nil}} {
		if !l.woken(ann, func() { l.must(l.SetAccess(l.ctx, ann.ID, "D1", c.access)) }) {
			t.Errorf("%s wakes nobody", c.access)
		}
		d := l.device(ann, "D1", "14.1")
		if err := CheckAccess(d); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.access, err)
		}
		if l.stored(ann, "D1").Access != c.access {
			t.Errorf("%s is not stored", c.access)
		}
	}
	if err := l.SetAccess(l.ctx, ann.ID, "D2", store.Blocked); !errors.Is(err, ErrNoDevice) {
		t.Errorf("another device: %v", err)
	}
}

func TestNewDevices(t *testing.T) {
	l := newLab(t, func(o *Options) { o.NewDevices = store.Quarantined })
	ann := l.user("ann")
	if d := l.device(ann, "D1", "14.1"); d.Access != store.Quarantined || l.stored(ann, "D1").Access != store.Quarantined {
		t.Errorf("a new device is %s", d.Access)
	}
	l.must(l.SetAccess(l.ctx, ann.ID, "D1", store.Allowed))
	if d := l.device(ann, "D1", "16.1"); CheckAccess(d) != nil {
		t.Errorf("a device that was allowed is %s", d.Access)
	}
}

func TestARemovedDeviceIsNewWhenItComesAgain(t *testing.T) {
	l := newLab(t, nil)
	ann := l.user("ann")
	l.device(ann, "D1", "14.1")
	_, err := l.Authenticate(l.ctx, "ann", "secret of ann", "")
	l.must(err)
	l.must(l.SetAccess(l.ctx, ann.ID, "D1", store.Blocked))
	if !l.woken(ann, func() { l.must(l.RemoveDevice(l.ctx, ann.ID, "D1")) }) {
		t.Error("hanging requests were not woken")
	}
	if _, err := l.Recheck(ann.ID, "secret of ann", "D1"); !errors.Is(err, ErrNoDevice) {
		t.Errorf("a hanging request: %v", err)
	}
	if _, err := l.Device(l.ctx, ann.ID, "D1"); !errors.Is(err, ErrNoDevice) {
		t.Errorf("Device: %v", err)
	}
	if d := l.device(ann, "D1", "14.1"); d.Access != store.Allowed {
		t.Errorf("it is still %s", d.Access)
	}
}

func TestAnotherProcessReadsTheSame(t *testing.T) {
	l := newLab(t, nil)
	ann := l.user("ann")
	l.device(ann, "D1", "14.1")
	l.must(l.SetAccess(l.ctx, ann.ID, "D1", store.Quarantined))
	l.must(l.SetPolicy(l.ctx, ann.ID, true))
	later := New(l.st, &Options{Now: l.clock.Now})
	id, err := later.Authenticate(l.ctx, "ann", "secret of ann", "")
	l.must(err)
	d, err := later.Admit(l.ctx, id, Seen{DeviceID: "D1"})
	l.must(err)
	if err := CheckAccess(d); !errors.Is(err, ErrQuarantined) {
		t.Error(err)
	}
	if err := later.CheckPolicy(id, d, 0); !errors.Is(err, ErrNotProvisioned) {
		t.Error(err)
	}
}
