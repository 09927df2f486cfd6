package mailbox

import (
	"context"
	"errors"
	"testing"
	"time"
)

// waiting starts a Wait and returns how it ended.
func (d *device) waiting(ctx context.Context, again func() error) <-chan error {
	done := make(chan error, 1)
	go func() {
		ready, err := d.l.m.Wait(ctx, d.l.user, d.id, []Watch{{d.folder, d.key}}, again)
		if err == nil && (len(ready) != 1 || ready[0] != d.folder) {
			err = errors.New("woken for another folder")
		}
		done <- err
	}()
	return done
}

// stays fails when the Wait ends although nothing it waits for has happened:
// after what the test did it must still hang when a text that it waits for
// comes.
func stays(t *testing.T, done <-chan error) {
	t.Helper()
	select {
	case err := <-done:
		t.Fatalf("woken: %v", err)
	case <-time.After(30 * time.Millisecond):
	}
}

func wakes(t *testing.T, done <-chan error) {
	t.Helper()
	select {
	case err := <-done:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("not woken")
	}
}

func TestWaitWakesForAdditionsThatWereAskedFor(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	a := l.begin("A", inbox)
	other := l.begin("B", inbox, ClassOptions{Class: ClassSMS}, ClassOptions{Class: ClassEmail})
	id := other.add("first")
	a.pull()
	done := a.waiting(t.Context(), nil)
	stays(t, done)

	yes := true
	other.do(Command{Kind: CommandChange, ServerID: id, Read: &yes})
	stays(t, done) // a change
	_, err := l.m.Place(l.ctx, l.user, inbox, Message{Class: ClassEmail, From: someone, Body: "mail"})
	l.ok(err)
	stays(t, done) // a mail, and texts only were asked for
	_, err = l.m.Place(l.ctx, l.user, sent, Message{Class: ClassSMS, To: someone, Body: "elsewhere"})
	l.ok(err)
	stays(t, done) // another folder
	l.ok(other.delete(id))
	stays(t, done) // a deletion
	other.add("second")
	wakes(t, done)
	a.pull()
	l.want("A", a.bodies(), "second")
}

func TestWaitForTextsOlderThanTheFilter(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	a := l.begin("A", inbox, ClassOptions{Class: ClassSMS, FilterType: 1})
	done := a.waiting(t.Context(), nil)
	_, err := l.m.Place(l.ctx, l.user, inbox, Message{Class: ClassSMS, From: someone, Body: "old", Date: l.now.AddDate(0, 0, -9)})
	l.ok(err)
	stays(t, done)
	_, err = l.m.Place(l.ctx, l.user, inbox, Message{Class: ClassSMS, From: someone, Body: "new", Date: l.now})
	l.ok(err)
	wakes(t, done)
}

func TestWaitOfAPhoneWakesForItsTextsOnly(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	l.device("B", "+1555000002")
	a, b := l.begin("A", outbox), l.begin("B", outbox)
	one, two := a.waiting(t.Context(), nil), b.waiting(t.Context(), nil)
	_, err := l.m.Send(l.ctx, l.user, Outgoing{To: peerList(pat), Body: "by A", Device: "A"})
	l.ok(err)
	wakes(t, one)
	stays(t, two)
}

func TestWaitEnds(t *testing.T) {
	t.Parallel()
	t.Run("with its context", func(t *testing.T) {
		t.Parallel()
		l := newLab(t)
		ctx, cancel := context.WithCancel(t.Context())
		done := l.begin("A", inbox).waiting(ctx, nil)
		stays(t, done)
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("ended with %v", err)
		}
	})
	t.Run("when access is withdrawn", func(t *testing.T) {
		t.Parallel()
		l := newLab(t)
		blocked := errors.New("blocked")
		a := l.begin("A", inbox)
		n := 0
		done := a.waiting(t.Context(), func() error {
			if n++; n > 1 {
				return blocked
			}
			return nil
		})
		stays(t, done)
		l.device("A", "") // a change of rights touches the user
		l.begin("B", inbox)
		_, err := l.m.Place(l.ctx, l.user, sent, Message{Class: ClassSMS, To: someone, Body: "anything"})
		l.ok(err)
		if err := <-done; !errors.Is(err, blocked) {
			t.Errorf("ended with %v", err)
		}
	})
}

func TestEndedRequestWritesNoGeneration(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	a := l.begin("A", inbox)
	_, err := l.m.Place(l.ctx, l.user, inbox, Message{Class: ClassSMS, From: someone, Body: "hello"})
	l.ok(err)
	gone, cancel := context.WithCancel(l.ctx)
	cancel()
	if _, err := l.m.Sync(gone, a.partnership(), SyncRequest{Key: a.key, GetChanges: true, Window: 9}); !errors.Is(err, context.Canceled) {
		t.Fatalf("answered with %v", err)
	}
	a.pull() // the same key is still current
	l.want("A", a.bodies(), "hello")
}

func TestUnchangedMailboxIsAnsweredFromMemory(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	a := l.begin("A", inbox)
	if d := a.pull(); !d.Empty {
		t.Fatalf("%+v", d)
	}
	req := SyncRequest{Key: a.key, GetChanges: true, Window: 9, Options: smsOnly}
	if _, ok := l.m.resting(a.partnership(), &req); !ok {
		t.Error("not at rest")
	}
	more := req
	more.Options = []ClassOptions{{Class: ClassSMS, FilterType: 2}}
	if _, ok := l.m.resting(a.partnership(), &more); ok {
		t.Error("at rest although other options came")
	}
	l.now = l.now.AddDate(0, 0, 1) // items may age out today
	if _, ok := l.m.resting(a.partnership(), &req); ok {
		t.Error("at rest on another day")
	}
	l.now = l.now.AddDate(0, 0, -1)
	_, err := l.m.Place(l.ctx, l.user, sent, Message{Class: ClassSMS, To: someone, Body: "x"})
	l.ok(err)
	if _, ok := l.m.resting(a.partnership(), &req); ok {
		t.Error("at rest although the mailbox moved")
	}
}
