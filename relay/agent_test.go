package relay_test

import (
	"errors"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"asms/eas"
	"asms/easclient"
	"asms/mailbox"
	"asms/relay"
	"asms/relay/simulator"
	"asms/store"
)

const (
	bob   = "+15550002001"
	carol = "+15550002002"
	dave  = "+15550002003"
)

// mixed needs several segments of UCS-2, among them a family that must not be
// torn apart.
var mixed = strings.Repeat("Καλημέρα, привет, hello 👨‍👩‍👧‍👦 ", 8)

func TestTextsOut(t *testing.T) {
	for _, v := range eas.Versions() {
		t.Run("ASMS-3.1.5.1-2 three recipients with "+v.String(), func(t *testing.T) {
			l := newLab(t, v)
			all := []*simulator.Correspondent{l.network.Correspondent(bob, nil), l.network.Correspondent(carol, nil), l.network.Correspondent(dave, nil)}
			l.start(nil)
			l.phoneReady()
			writer := l.newClient("web1")
			id := writer.write(`"Bob" [MOBILE:`+bob+`], "Carol" [MOBILE:`+carol+`]; "" [MOBILE:+1 (555) 000-2003]`, mixed)
			if text := l.settled(id); text.State != mailbox.TextSent {
				t.Errorf("the text is %v", text.State)
			}
			for _, c := range all {
				l.eventually("it arrives", func() bool { return len(c.Received()) > 0 })
				if got := bodiesOf(c); len(got) != 1 || got[0] != mixed {
					t.Errorf("%s has %q", c.Number(), got)
				}
			}
			l.noneTwice(l.submissions())
			sent := writer.texts(eas.FolderTypeSentItems)
			if m, ok := sent[mixed]; !ok || len(sent) != 1 || !strings.Contains(*m.From, own) {
				t.Errorf("Sent Items has %d texts", len(sent))
			}
			if got := writer.bodies(eas.FolderTypeOutbox); len(got) != 0 {
				t.Errorf("the Outbox still has %d", len(got))
			}
			if got := writer.bodies(eas.FolderTypeInbox); len(got) != 0 {
				t.Errorf("reports: %q", got)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	t.Run("ASMS-3.1.5.1-4 a refused recipient is reported before the Delete", func(t *testing.T) {
		l := newLab(t, eas.Version161)
		reached := l.network.Correspondent(bob, nil)
		l.network.Inject(simulator.Fault{Do: simulator.Reject, Code: 1, Number: carol})
		l.start(nil)
		l.phoneReady()
		writer := l.newClient("web1")
		id := writer.write(`"Bob" [MOBILE:`+bob+`], "Carol" [MOBILE:`+carol+`]`, mixed)
		text := l.settled(id)
		if text.State != mailbox.TextSent || text.Recipients[0].State != store.RecipientSent || text.Recipients[1].State != store.RecipientFailed {
			t.Errorf("text %v, recipients %+v", text.State, text.Recipients)
		}
		if !strings.Contains(text.Recipients[1].Error, "the number is not assigned") {
			t.Errorf("the reason is %q", text.Recipients[1].Error)
		}
		if got := bodiesOf(reached); len(got) != 1 {
			t.Errorf("bob has %q", got)
		}
		inbox := l.inbox(writer, 1)
		if !strings.Contains(inbox[0], carol) || !strings.Contains(inbox[0], "the number is not assigned") || !strings.HasSuffix(inbox[0], "\n\n"+mixed+"\n") {
			t.Errorf("report %q", inbox[0])
		}
		report := writer.texts(eas.FolderTypeInbox)[inbox[0]]
		if !strings.Contains(*report.From, "MOBILE:"+carol) || !strings.Contains(*report.To, own) {
			t.Errorf("report from %s to %s", *report.From, *report.To)
		}
		if got := writer.bodies(eas.FolderTypeSentItems); len(got) != 1 {
			t.Errorf("Sent Items has %d", len(got))
		}
	})
	t.Run("ASMS-3.1.5.1-4 a text that reaches nobody goes to Drafts", func(t *testing.T) {
		l := newLab(t, eas.Version141)
		l.network.Inject(simulator.Fault{Do: simulator.Reject, Code: 21})
		l.start(nil)
		l.phoneReady()
		writer := l.newClient("web1")
		if text := l.settled(writer.write(bob, "anyone?")); text.State != mailbox.TextFailed {
			t.Errorf("the text is %v", text.State)
		}
		l.inbox(writer, 1)
		if got := writer.bodies(eas.FolderTypeDrafts); len(got) != 1 || got[0] != "anyone?" {
			t.Errorf("Drafts has %q", got)
		}
		if got := writer.bodies(eas.FolderTypeSentItems); len(got) != 0 {
			t.Errorf("Sent Items has %q", got)
		}
	})
	t.Run("a number that cannot be dialled is refused without a radio", func(t *testing.T) {
		l := newLab(t, eas.Version160)
		l.start(nil)
		l.phoneReady()
		writer := l.newClient("web1")
		id := writer.write(`"Nobody" [MOBILE:nobody at all]`, "hello")
		if text := l.settled(id); text.State != mailbox.TextFailed {
			t.Errorf("the text is %v", text.State)
		}
		if inbox := l.inbox(writer, 1); !strings.Contains(inbox[0], "not a number") {
			t.Errorf("report %q", inbox)
		}
		if got := l.submissions(); len(got) != 0 {
			t.Errorf("submitted %v", got)
		}
	})
	t.Run("a text that is too long is refused whole", func(t *testing.T) {
		l := newLab(t, eas.Version161)
		l.change = func(o *relay.Options) { o.MaxSegments = 2 }
		l.start(nil)
		l.phoneReady()
		writer := l.newClient("web1")
		l.settled(writer.write(bob, strings.Repeat("long ", 100)))
		if inbox := l.inbox(writer, 1); !strings.Contains(inbox[0], "more than 2 parts") {
			t.Errorf("report %q", inbox)
		}
	})
	t.Run("a network that is busy for a while costs time and nothing else", func(t *testing.T) {
		l := newLab(t, eas.Version161)
		c := l.network.Correspondent(bob, nil)
		other := l.network.Correspondent(carol, nil)
		l.network.Inject(simulator.Fault{Do: simulator.Reject, Code: 42, Number: bob, Skip: 1, Times: 3})
		l.start(nil)
		l.phoneReady()
		writer := l.newClient("web1")
		slow := writer.write(bob, strings.Repeat("of two parts ", 15))
		quick := writer.write(carol, "not held up")
		l.settled(quick)
		if text := l.settled(slow); text.State != mailbox.TextSent {
			t.Errorf("the text is %v", text.State)
		}
		if len(c.Received()) != 1 || len(other.Received()) != 1 {
			t.Errorf("received %q, %q", bodiesOf(c), bodiesOf(other))
		}
	})
	t.Run("a network that stays busy is given up after the validity", func(t *testing.T) {
		l := newLab(t, eas.Version161)
		l.change = func(o *relay.Options) { o.Validity = 300 * time.Millisecond }
		l.network.Inject(simulator.Fault{Do: simulator.Reject, Code: 42})
		l.start(nil)
		l.phoneReady()
		writer := l.newClient("web1")
		if text := l.settled(writer.write(bob, "hello")); text.State != mailbox.TextFailed {
			t.Errorf("the text is %v", text.State)
		}
		if n := len(l.submissions()); n < 2 {
			t.Errorf("tried %d times", n)
		}
	})
	t.Run("an answer that is lost is not asked for again", func(t *testing.T) {
		l := newLab(t, eas.Version161)
		c := l.network.Correspondent(bob, nil)
		l.network.Inject(simulator.Fault{Do: simulator.HangUpSent, Times: 1})
		l.start(nil)
		l.phoneReady()
		writer := l.newClient("web1")
		text := l.settled(writer.write(bob, mixed))
		if text.Recipients[0].State != store.RecipientFailed {
			t.Errorf("recipient %+v", text.Recipients[0])
		}
		if inbox := l.inbox(writer, 1); !strings.Contains(inbox[0], "Perhaps not sent") {
			t.Errorf("report %q", inbox)
		}
		l.noneTwice(l.submissions())
		if got := bodiesOf(c); len(got) != 1 || got[0] != mixed {
			t.Errorf("bob has %q", got) // the rest went out all the same
		}
	})
}

func TestRadioThatComesAndGoes(t *testing.T) {
	l := newLab(t, eas.Version161)
	c := l.network.Correspondent(bob, nil)
	l.network.Inject(simulator.Fault{Do: simulator.HangUp, Times: 2})
	l.start(nil)
	l.phoneReady()
	writer := l.newClient("web1")
	id := writer.write(bob, "hello")
	l.settled(id)
	l.eventually("the modem is open again", func() bool {
		return c.Send(own, "still there?") == nil && len(writer.bodies(eas.FolderTypeInbox)) > 0
	})
}

func TestSecondAgentIsRefused(t *testing.T) {
	l := newLab(t, eas.Version161)
	l.start(nil)
	o := relay.Options{Client: easclient.Options{URL: l.server.http.URL}, StateDir: l.dir, Number: own, Radios: []relay.RadioOptions{{Open: l.open}}}
	if _, err := relay.New(t.Context(), o); !errors.Is(err, relay.ErrInUse) {
		t.Errorf("got %v", err)
	}
	l.stop()
	o.Client.User = "somebody else"
	if _, err := relay.New(t.Context(), o); !errors.Is(err, relay.ErrOtherUser) {
		t.Errorf("got %v", err)
	}
	if info, err := os.Stat(l.dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestServerLife(t *testing.T) {
	t.Run("503 with Retry-After is heeded, 401 waited for", func(t *testing.T) {
		l := newLab(t, eas.Version161)
		var busy atomic.Int32
		code := atomic.Int32{}
		code.Store(http.StatusServiceUnavailable)
		l.server.refuse(func(w http.ResponseWriter, r *http.Request) bool {
			busy.Add(1)
			if code.Load() == http.StatusServiceUnavailable {
				w.Header().Set("Retry-After", "1")
			}
			w.WriteHeader(int(code.Load()))
			return true
		})
		l.start(nil)
		time.Sleep(600 * time.Millisecond)
		if n := busy.Load(); n != 1 {
			t.Errorf("%d requests before Retry-After was over", n)
		}
		code.Store(http.StatusUnauthorized)
		l.eventually("it asks again", func() bool { return busy.Load() == 2 })
		time.Sleep(100 * time.Millisecond)
		if n := busy.Load(); n > 2 {
			t.Errorf("%d requests with a wrong password", n-1)
		}
		l.server.refuse(nil)
		l.phoneReady()
	})
	t.Run("a policy is taken when it is demanded", func(t *testing.T) {
		l := newLab(t, eas.Version161)
		c := l.network.Correspondent(bob, nil)
		l.start(nil)
		l.phoneReady()
		if err := l.server.accounts().SetPolicy(t.Context(), l.user.ID, true); err != nil {
			t.Fatal(err)
		}
		id, err := l.server.mailbox().Send(t.Context(), l.user.ID, mailbox.Outgoing{To: to(bob), Body: "by the rules"})
		if err != nil {
			t.Fatal(err)
		}
		l.settled(eas.ServerID(id))
		if got := bodiesOf(c); !slices.Equal(got, []string{"by the rules"}) {
			t.Errorf("bob has %q", got)
		}
	})
	t.Run("a wipe removes the ledger and ends", func(t *testing.T) {
		l := newLab(t, eas.Version161)
		l.start(nil)
		l.phoneReady()
		id, err := l.agent.DeviceID(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := l.server.accounts().RequestWipe(t.Context(), l.user.ID, id, false); err != nil {
			t.Fatal(err)
		}
		if err := l.ended(); !errors.Is(err, relay.ErrWiped) {
			t.Errorf("ended with %v", err)
		}
		if entries, err := os.ReadDir(l.dir); err != nil || len(entries) != 0 {
			t.Errorf("left behind: %v, %v", entries, err)
		}
		d, err := l.server.accounts().Device(t.Context(), l.user.ID, id)
		if err != nil || d.Access.String() == "wipe requested" {
			t.Errorf("the server was not told: %v, %v", d.Access, err)
		}
	})
	t.Run("a device that is blocked waits until it is let in", func(t *testing.T) {
		l := newLab(t, eas.Version161)
		c := l.network.Correspondent(bob, nil)
		l.start(nil)
		l.phoneReady()
		id, err := l.agent.DeviceID(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, access := range []store.Access{store.Blocked, store.Allowed} {
			if err := l.server.accounts().SetAccess(t.Context(), l.user.ID, id, access); err != nil {
				t.Fatal(err)
			}
			time.Sleep(50 * time.Millisecond)
		}
		l.settled(l.newClient("web1").write(bob, "let in"))
		if got := bodiesOf(c); !slices.Equal(got, []string{"let in"}) {
			t.Errorf("bob has %q", got)
		}
	})
}
