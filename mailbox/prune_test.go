package mailbox

import (
	"errors"
	"testing"
	"time"
)

func TestPruneKeepsWhatALiveDeviceNeeds(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	a, b := l.begin("A", inbox), l.begin("B", inbox)
	id := a.add("short-lived")
	b.pull()
	b.pull()
	l.ok(a.delete(id))
	a.pull()

	l.now = l.now.AddDate(0, 0, 30)
	l.ok(l.m.Prune(l.ctx, l.user))
	if d := b.pull(); len(d.Changes) != 1 || d.Changes[0].Kind != ChangeDelete {
		t.Errorf("B was away for a month and heard %+v", d.Changes)
	}
}

func TestDeviceBehindTheHorizonStartsAgain(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	a, b := l.begin("A", inbox), l.begin("B", inbox)
	id := a.add("short-lived")
	b.pull()
	b.pull()
	l.ok(a.delete(id))
	l.now = l.now.Add(tombstoneLife + 24*time.Hour)
	a.pull()
	l.ok(l.m.Prune(l.ctx, l.user))
	_, err := l.m.Sync(l.ctx, b.partnership(), SyncRequest{Key: b.key, GetChanges: true, Window: 9})
	if !errors.Is(err, ErrInvalidSyncKey) {
		t.Errorf("B was away for too long: %v", err)
	}
	l.want("B starts again", l.begin("B", inbox).bodies())
	a.pull() // A is told everything still
}

func TestPruneForgetsTextsThatAreLongGone(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	a := l.begin("A", outbox)
	gone, kept := l.send("gone", pat), l.send("kept", pat)
	a.pull()
	a.pull()
	l.ok(a.delete(gone))
	l.ok(a.delete(kept))
	l.ok(l.m.DeleteMessage(l.ctx, l.user, gone))
	report := func(text string) error {
		return l.m.Report(l.ctx, l.user, "A", text, []RecipientReport{{Number: "+1425555001", State: RecipientDelivered}})
	}
	l.now = l.now.Add(outboundLife - time.Hour)
	l.ok(l.m.Prune(l.ctx, l.user))
	l.now = l.now.Add(2 * time.Hour)
	if err := report(gone); errors.Is(err, ErrItemNotFound) {
		t.Error("it is forgotten too soon")
	}
	l.ok(l.m.Prune(l.ctx, l.user))
	if err := report(gone); !errors.Is(err, ErrItemNotFound) {
		t.Errorf("it is known still: %v", err)
	}
	if err := report(kept); errors.Is(err, ErrItemNotFound) {
		t.Error("a text that is shown is forgotten")
	}
}
