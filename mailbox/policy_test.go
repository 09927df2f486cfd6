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
