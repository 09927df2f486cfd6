package relay_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"asms/eas"
	"asms/mailbox"
	"asms/relay"
	"asms/relay/simulator"
	"asms/store"
)

// The agent is killed at every point between two commits of its ledger, one
// after the other, while a text goes out to a recipient who gets it and one who
// is refused. No segment is ever submitted twice, and the text reaches its end.
func TestKilledWhileSending(t *testing.T) {
	run := func(t *testing.T, k *killer) {
		l := newLab(t, eas.Version161)
		c := l.network.Correspondent(bob, nil)
		l.network.Inject(simulator.Fault{Do: simulator.Reject, Code: 1, Number: carol})
		l.start(nil)
		l.phoneReady()
		l.stop()
		writer := l.newClient("web1")
		text := strings.Repeat("two parts ", 20)
		id := writer.write(`"Bob" [MOBILE:`+bob+`], "Carol" [MOBILE:`+carol+`]`, text)
		l.start(k.at)
		if k.nth > 0 {
			l.killed(func() bool { s := l.state(id); return s == mailbox.TextSent || s == mailbox.TextFailed })
		}
		end := l.settled(id)
		l.noneTwice(l.submissions())
		inbox := writer.bodies(eas.FolderTypeInbox)
		if end.Recipients[1].State != store.RecipientFailed || !contains(inbox, carol, text) {
			t.Errorf("carol is %+v, reports %q", end.Recipients[1], inbox)
		}
		// Of carol the refusal of her next part tells enough.
		lost := (k.point == "segment submitting" || k.point == "segment submitted") && !slices.Contains(k.seen, "recipient concluded")
		if lost {
			// What nobody knows is said to be so, for the recipient it is about.
			if !contains(inbox, "Perhaps not sent") {
				t.Errorf("killed at %q: reports %q", k.point, inbox)
			}
		} else {
			if len(inbox) != 1 || end.State != mailbox.TextSent {
				t.Errorf("killed at %q: text %v, reports %q", k.point, end.State, inbox)
			}
			l.eventually("bob has it", func() bool { return slices.Equal(bodiesOf(c), []string{text}) })
		}
	}
	none := &killer{}
	if !t.Run("first", func(t *testing.T) { t.Run("not killed", func(t *testing.T) { run(t, none) }) }) {
		return
	}
	t.Run("then", func(t *testing.T) {
		points := pass(none)
		if len(points) < 15 {
			t.Fatalf("only %d points: %v", len(points), points)
		}
		for n, point := range points {
			if testing.Short() && n%6 != 0 {
				continue
			}
			t.Run(fmt.Sprintf("%d %s", n+1, point), func(t *testing.T) { run(t, kill(n+1)) })
		}
	})
}

// killed waits until the agent was killed and starts it again. How many points a
// run passes varies a little: one that gets through is as good.
func (l *lab) killed(through func() bool) {
	l.t.Helper()
	l.eventually("it is killed", func() bool {
		select {
		case <-l.done:
			return true
		default:
			return through()
		}
	})
	select {
	case <-l.done:
	case <-time.After(200 * time.Millisecond): // it may be about to
		l.cancel()
	}
	if err := l.ended(); err != nil && !errors.Is(err, relay.ErrCrash) {
		l.t.Fatalf("not killed: %v", err)
	}
	l.start(nil)
}

// The agent is killed at every point while texts come in, one of them long. All
// of them land in the Inbox, once each.
func TestKilledWhileReceiving(t *testing.T) {
	run := func(t *testing.T, k *killer) {
		l := newLab(t, eas.Version161)
		c := l.network.Correspondent(bob, nil)
		l.start(nil)
		l.phoneReady()
		l.stop()
		reader := l.newClient("web1")
		long := strings.Repeat("three parts ", 30)
		for _, text := range []string{"hello", long, "bye"} {
			if err := c.Send(own, text); err != nil {
				t.Fatal(err)
			}
		}
		l.start(k.at)
		if k.nth > 0 {
			l.killed(func() bool { return len(reader.bodies(eas.FolderTypeInbox)) == 3 })
		}
		if got := l.inbox(reader, 3); !slices.Equal(got, []string{"bye", "hello", long}) {
			t.Errorf("killed at %q: the Inbox has %q", k.point, got)
		}
	}
	none := &killer{}
	if !t.Run("first", func(t *testing.T) { t.Run("not killed", func(t *testing.T) { run(t, none) }) }) {
		return
	}
	t.Run("then", func(t *testing.T) {
		points := pass(none)
		if len(points) < 10 {
			t.Fatalf("only %d points: %v", len(points), points)
		}
		for n, point := range points[:len(points)-1] { // how often the server is asked varies
			if testing.Short() && n%6 != 0 {
				continue
			}
			t.Run(fmt.Sprintf("%d %s", n+1, point), func(t *testing.T) { run(t, kill(n+1)) })
		}
	})
}

// forget has the server lose what it knows of the phone, as Remove does.
func (l *lab) forget() {
	l.t.Helper()
	id, err := l.agent.DeviceID(l.t.Context())
	if err != nil {
		l.t.Fatal(err)
	}
	if err := l.server.accounts().RemoveDevice(l.t.Context(), l.user.ID, id); err != nil {
		l.t.Fatal(err)
	}
}

func TestLostSyncKey(t *testing.T) {
	l := newLab(t, eas.Version161)
	c := l.network.Correspondent(bob, nil)
	l.start(nil)
	l.phoneReady()
	writer := l.newClient("web1")
	l.settled(writer.write(bob, "before"))
	if err := c.Send(own, "answer"); err != nil {
		t.Fatal(err)
	}
	l.inbox(writer, 1)
	l.forget()
	l.eventually("the phone comes back", func() bool {
		list, err := l.server.accounts().Devices(t.Context(), l.user.ID)
		return err == nil && slices.ContainsFunc(list, func(d store.Device) bool { return d.Type == "asmsrelay" })
	})
	l.phoneReady() // by itself: it says again that it sends texts
	l.settled(writer.write(bob, "after"))
	if err := c.Send(own, "another answer"); err != nil {
		t.Fatal(err)
	}
	l.inbox(writer, 2)
	if got := bodiesOf(c); !slices.Equal(got, []string{"before", "after"}) {
		t.Errorf("bob has %q", got)
	}
}

// tells is a transport that adds to the next answer to a Sync that the device is to
// begin anew.
type tells struct {
	http.RoundTripper
	next atomic.Bool
}

func (t *tells) RoundTrip(r *http.Request) (*http.Response, error) {
	w, err := t.RoundTripper.RoundTrip(r)
	if err == nil && w.StatusCode == 200 && strings.Contains(r.URL.RawQuery, "Cmd=Sync") && t.next.CompareAndSwap(true, false) {
		w.Header.Set(eas.HeaderRP, "16.0,16.1")
	}
	return w, err
}

// A phone that is told to begin anew, while it runs or because it comes with another
// version, does so, and neither sends nor adds anything twice.
func TestBeginAnew(t *testing.T) {
	l := newLab(t, eas.Version141)
	c := l.network.Correspondent(bob, nil)
	server := &tells{RoundTripper: l.server.http.Client().Transport}
	begun := &atomic.Int32{}
	l.change = func(o *relay.Options) {
		o.Client.HTTPClient = &http.Client{Transport: server}
		o.Log = slog.New(counting{slog.DiscardHandler, "the server wants all folders begun anew", begun})
	}
	l.start(nil)
	l.phoneReady()
	writer := l.newClient("web1")
	written := []string{"first", "second", "third"}
	for n, change := range []func(){
		func() {},
		func() { server.next.Store(true) },
		func() { l.stop(); l.version = eas.Version161; l.start(nil) },
	} {
		change()
		if err := c.Send(own, fmt.Sprint("answer ", n)); err != nil {
			t.Fatal(err)
		}
		l.inbox(writer, n+1)
		l.phoneReady()
		l.settled(writer.write(bob, written[n]))
		l.eventually("it begins anew", func() bool { return int(begun.Load()) == n })
	}
	l.stop()
	if got := bodiesOf(c); !slices.Equal(got, written) {
		t.Errorf("bob has %q", got)
	}
	if got := l.inbox(writer, 3); len(got) != 3 {
		t.Errorf("the Inbox has %q", got)
	}
}

// counting counts the lines of a log that say something.
type counting struct {
	slog.Handler
	words string
	n     *atomic.Int32
}

func (c counting) Enabled(context.Context, slog.Level) bool { return true }

func (c counting) Handle(_ context.Context, r slog.Record) error {
	if r.Message == c.words {
		c.n.Add(1)
	}
	return nil
}

// A server set back to a backup offers texts again that were sent, gives ids
// again that other texts had, and lacks texts that came in. Nothing is sent
// twice, and nothing is missing in the end.
func TestServerRestoredFromBackup(t *testing.T) {
	l := newLab(t, eas.Version161)
	c := l.network.Correspondent(bob, nil)
	l.start(nil)
	l.phoneReady()
	l.stop()
	writer := l.newClient("web1")
	waiting := writer.write(bob, "waits while the backup is made")
	backup := l.server.backup()
	later := writer.write(carol, "after the backup")
	l.start(nil)
	l.settled(waiting)
	l.settled(later)
	for _, text := range []string{"came after the backup", "lost with the backup"} {
		if err := c.Send(own, text); err != nil {
			t.Fatal(err)
		}
	}
	l.inbox(writer, 2)
	l.stop()

	l.server.restore(backup)
	again := l.newClient("web2")
	if id := again.write(bob, "has an id again"); id != later {
		t.Fatalf("the server gave %s, not %s again", id, later)
	}
	l.start(nil)
	l.settled(waiting)
	l.settled(later)
	if got := l.inbox(again, 2); !contains(got, "lost with the backup") {
		t.Errorf("the Inbox has %q", got)
	}
	want := []string{"waits while the backup is made", "has an id again"}
	if got := bodiesOf(c); !slices.Equal(got, want) {
		t.Errorf("bob has %q", got)
	}
}

// A reader's deletions are no loss: what the phone adds again is only the end of
// what it has added.
func TestLostInboxKey(t *testing.T) {
	l := newLab(t, eas.Version161)
	c := l.network.Correspondent(bob, nil)
	l.start(nil)
	l.phoneReady()
	reader := l.newClient("web1")
	for i, text := range []string{"first", "second"} {
		if err := c.Send(own, text); err != nil {
			t.Fatal(err)
		}
		l.inbox(reader, i+1)
	}
	reader.remove(eas.FolderTypeInbox, "first")
	l.forget()
	l.stop()
	l.start(nil)
	l.phoneReady()
	if err := c.Send(own, "third"); err != nil {
		t.Fatal(err)
	}
	if got := l.inbox(reader, 2); !slices.Equal(got, []string{"second", "third"}) {
		t.Errorf("the Inbox has %q", got)
	}
}
