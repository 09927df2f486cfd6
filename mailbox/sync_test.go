package mailbox

import (
	"errors"
	"testing"
)

func TestConflict(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	for _, wins := range []bool{false, true} {
		l := newLab(t)
		options := ClassOptions{Class: ClassSMS, ClientWins: wins}
		a, b := l.begin("A", inbox, options), l.begin("B", inbox, options)
		id := a.add("hello", func(m *Message) { m.Read = true })
		b.pull()
		b.do(Command{Kind: CommandChange, ServerID: id, Read: &no})
		b.do(Command{Kind: CommandChange, ServerID: id, Read: &yes})
		b.do(Command{Kind: CommandChange, ServerID: id, Read: &no}) // A has not heard of it
		r := a.do(Command{Kind: CommandChange, ServerID: id, Flag: &Flag{Status: 2}, Read: &yes})
		i, err := l.m.Fetch(l.ctx, l.user, id)
		l.ok(err)
		if wins {
			if r[0].Err != nil || !i.Read || i.Flag.Status != 2 {
				t.Errorf("the client wins: %v, %+v", r[0].Err, i)
			}
			continue
		}
		if !errors.Is(r[0].Err, ErrConflict) || i.Read || i.Flag.Status != 0 {
			t.Errorf("the server wins: %v, %+v", r[0].Err, i)
		}
		if c := a.last.Changes; len(c) != 1 || !c[0].Read || c[0].Item.Read || !c[0].Flag || c[0].Item.Flag.Status != 0 {
			t.Errorf("the server's version comes back as %+v", c)
		}
		if r := a.do(Command{Kind: CommandChange, ServerID: id, Read: &yes}); r[0].Err != nil {
			t.Errorf("now that A knows: %v", r[0].Err)
		}
	}
}

func TestEmptyAnswerMakesTheOlderGenerationFinal(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	a := l.begin("A", inbox)
	older := a.key
	a.add("hello")
	if d := a.pull(); !d.Empty {
		t.Fatalf("%+v", d)
	}
	if _, err := l.m.Sync(l.ctx, a.partnership(), SyncRequest{Key: older, GetChanges: true, Window: 9}); !errors.Is(err, ErrInvalidSyncKey) {
		t.Errorf("the older key is answered %v", err)
	}
}

func TestIdleDeviceCostsNoWrites(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	a := l.begin("A", inbox)
	a.pull()
	before := l.partnership(a)
	_, err := l.m.Place(l.ctx, l.user, sent, Message{Class: ClassSMS, To: someone, Body: "elsewhere"})
	l.ok(err)
	if d := a.pull(); !d.Empty {
		t.Fatalf("%+v", d)
	}
	if after := l.partnership(a); after != before {
		t.Errorf("written: %+v, was %+v", after, before)
	}
}
