package mailbox

import (
	"testing"

	"asms/store"
)

func TestAPolicyAgainstTexts(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	define := func(p *store.Policy) {
		t.Helper()
		l.ok(l.st.Update(l.ctx, l.user, func(tx *store.Tx) error {
			_, err := tx.PutPolicy(p)
			return err
		}))
		l.ok(l.m.Route(l.ctx, l.user))
	}
	l.device("A", "+1555000001")
	a := l.begin("A", outbox)
	id := l.send("in time?", pat)
	l.wantState(id, TextOffered)
	define(&store.Policy{NoTextMessaging: true})
	l.wantState(id, TextWaiting)
	a.pull()
	l.want("MS-ASPROV_R163 a device that must not send texts", a.bodies())
	define(nil)
	a.pull()
	l.want("once it may", a.bodies(), "in time?")
}

// A user who may not use ActiveSync has no phone that could send.
func TestTextsWaitWhileActiveSyncIsOff(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	allow := func(allowed bool) {
		t.Helper()
		l.ok(l.m.st.Update(l.ctx, l.user, func(tx *store.Tx) error { return tx.SetActiveSync(allowed) }))
		l.ok(l.m.Route(l.ctx, l.user))
	}
	l.device("A", "+1555000001")
	a := l.begin("A", outbox)
	id := l.send("later", pat)
	l.wantState(id, TextOffered)
	allow(false)
	l.wantState(id, TextWaiting)
	r, err := l.m.RouteFor(l.ctx, l.user, nil, "")
	l.ok(err)
	if r.Device != "" || r.Detail != "The administrator does not allow phones." {
		t.Errorf("%+v", r)
	}
	allow(true)
	a.pull()
	l.want("once it may", a.bodies(), "later")
}
