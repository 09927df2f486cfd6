package mailbox

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"asms/sms"
	"asms/store"
)

func (l *lab) entry(id string) Entry {
	l.t.Helper()
	e, err := l.m.Message(l.ctx, l.user, id)
	l.ok(err)
	return e
}

// talk is what a conversation with these people shows, oldest first.
func (l *lab) talk(peers ...string) (all []string) {
	l.t.Helper()
	for _, e := range l.entries(peers...) {
		line := e.Body
		if e.Text != nil {
			line += " (" + e.Text.State.String() + ")"
		}
		all = append(all, line)
	}
	return all
}

func (l *lab) entries(peers ...string) (all []Entry) {
	l.t.Helper()
	c := l.conversation(peers...)
	if c.ID == "" {
		return nil
	}
	page, err := l.m.Messages(l.ctx, l.user, c.ID, MessagesQuery{Limit: 100})
	l.ok(err)
	slices.Reverse(page.Entries)
	return page.Entries
}

// conversation finds the conversation with these people; its ID is "" when there
// is none.
func (l *lab) conversation(peers ...string) Conversation {
	l.t.Helper()
	page, _, _, err := l.m.Conversations(l.ctx, l.user, ConversationsQuery{Limit: 100})
	l.ok(err)
	for _, c := range page {
		var numbers []string
		for _, p := range c.Peers {
			numbers = append(numbers, p.Number)
		}
		if slices.Equal(numbers, peers) {
			return c
		}
	}
	return Conversation{}
}

func (l *lab) receive(d *device, from, body string) string {
	l.t.Helper()
	return d.add(body, func(m *Message) { m.From, m.To = from, "" })
}

func TestALifeOfATextInItsConversation(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	id := l.send("hello", pat)
	l.want("no phone takes it yet", l.talk(pat), "hello (waiting)")
	if e := l.entry(id); !e.Text.Cancellable || e.Text.Retryable || !e.Read || len(e.To) != 0 {
		t.Errorf("%+v %+v", e, e.Text)
	}
	a := l.begin("A", outbox)
	l.want("an answer holds it", l.talk(pat), "hello (offered)")
	if e := l.entry(id); e.Text.Cancellable || e.Text.Device != "A" {
		t.Errorf("%+v", e.Text)
	}
	a.pull()
	l.want("the phone has it", l.talk(pat), "hello (handed over)")
	l.now = l.now.Add(time.Minute)
	l.ok(a.delete(id))
	l.want("it has left", l.talk(pat), "hello (sent)")
	e := l.entry(id)
	if e.ID != id || e.From == nil || e.From.Number != "+1555000001" || e.Text.Recipients[0].State != RecipientSent {
		t.Errorf("%+v %+v", e, e.Text)
	}
	l.ok(l.m.Report(l.ctx, l.user, "A", id, []RecipientReport{{Number: pat, State: RecipientDelivered}}))
	l.want("it has arrived", l.talk(pat), "hello (delivered)")
	inbox := l.begin("A", "1")
	l.receive(inbox, pat, "hi")
	l.want("the answer", l.talk(pat), "hello (delivered)", "hi")
	if c := l.conversation(pat); c.Unread != 1 || c.Total != 2 || c.Last.Body != "hi" {
		t.Errorf("%+v", c)
	}
}

func TestTwoEqualTextsAreShownAsTwo(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	a, in := l.begin("A", outbox), l.begin("A", "1")
	one, two := l.send("ok", pat), l.send("ok", pat)
	a.pull()
	a.pull()
	l.ok(a.delete(one))
	l.ok(a.delete(two))
	l.receive(in, pat, "yes")
	l.receive(in, pat, "yes")
	l.want("all are there", l.talk(pat), "ok (sent)", "ok (sent)", "yes", "yes")
}

// TestAPhonesOwnCopyIsNotShownTwice: phones that mirror their sent box add a copy
// before or after they delete the text.
func TestAPhonesOwnCopyIsNotShownTwice(t *testing.T) {
	t.Parallel()
	for _, before := range []bool{true, false} {
		t.Run(fmt.Sprintf("before %v", before), func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			l.device("A", "+1555000001")
			a, s := l.begin("A", outbox), l.begin("A", sent)
			id := l.send("hello", pat)
			a.pull()
			a.pull()
			mirror := func() { s.add("hello", func(m *Message) { m.From, m.To = "", pat }) }
			if before {
				mirror()
				l.want("until then", l.talk(pat), "hello (handed over)")
				if got := l.look(sent); len(got) != 1 {
					t.Errorf("devices see %q in Sent Items", got)
				}
			}
			l.ok(a.delete(id))
			if !before {
				mirror()
			}
			l.want("then", l.talk(pat), "hello (sent)")
			if e := l.entry(id); e.ID != id {
				t.Errorf("it is called %s now", e.ID)
			}
			mirror()
			l.want("one that the phone sent itself", l.talk(pat), "hello (sent)", "hello")
		})
	}
	t.Run("the text is deleted here instead", func(t *testing.T) {
		t.Parallel()
		l := newLab(t)
		l.device("A", "+1555000001")
		a, s := l.begin("A", outbox), l.begin("A", sent)
		id := l.send("hello", pat)
		a.pull()
		a.pull()
		s.add("hello", func(m *Message) { m.From, m.To = "", pat })
		l.now = l.now.Add(5 * time.Hour)
		l.ok(l.m.Expire(l.ctx, l.user))
		l.want("the phone fell silent: the copy may be all there is", l.talk(pat), "hello (unknown)", "hello")
		l.ok(l.m.DeleteMessage(l.ctx, l.user, id))
		l.want("the copy stays", l.talk(pat), "hello")
	})
	t.Run("the phone fell silent before it added the copy", func(t *testing.T) {
		t.Parallel()
		l := newLab(t)
		l.device("A", "+1555000001")
		a, s := l.begin("A", outbox), l.begin("A", sent)
		id := l.send("hello", pat)
		a.pull()
		a.pull()
		l.now = l.now.Add(5 * time.Hour)
		l.ok(l.m.Expire(l.ctx, l.user))
		s.add("hello", func(m *Message) { m.From, m.To = "", pat })
		l.want("both are shown", l.talk(pat), "hello (unknown)", "hello")
		l.ok(a.delete(id))
		l.want("it has left after all", l.talk(pat), "hello (sent)")
	})
}

func TestAReportIsToldByTheRecipient(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	a, in := l.begin("A", outbox), l.begin("A", "1")
	id := l.send("hello both", pat, kim)
	a.pull()
	a.pull()
	report := l.receive(in, kim, "Could not be delivered:\nhello both")
	l.receive(in, kim, "I say: hello both!")
	l.ok(a.delete(id))
	l.want("with both", l.talk(pat, kim), "hello both (sent)")
	l.want("only what is none is a text of theirs", l.talk(kim), "I say: hello both!")
	if c := l.conversation(kim); c.Unread != 1 {
		t.Errorf("%d unread", c.Unread)
	}
	r := l.entry(id).Text.Recipients
	if r[0].State != RecipientSent || r[1].State != RecipientFailed || !strings.Contains(r[1].Reason, "Could not be delivered") {
		t.Errorf("%+v", r)
	}
	if got := l.look("1"); !slices.Contains(got, "Could not be delivered:\nhello both") {
		t.Errorf("devices do not see %s: %q", report, got)
	}
	again, err := l.m.Retry(l.ctx, l.user, id)
	l.ok(err)
	if e := l.entry(again); len(e.Text.Recipients) != 1 || e.Text.Recipients[0].Number != kim {
		t.Errorf("sent again to %+v", e.Text.Recipients)
	}
	l.want("the first stays", l.talk(pat, kim), "hello both (sent)")
	if _, err := l.m.Retry(l.ctx, l.user, id); !errors.Is(err, ErrNotFailed) {
		t.Errorf("a second time: %v", err)
	}
}

func TestRetryTakesThePlaceOfWhatReachedNobody(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	a := l.begin("A", outbox)
	id := l.send("hello", pat)
	a.pull()
	a.pull()
	l.ok(l.m.Report(l.ctx, l.user, "A", id, []RecipientReport{{Number: pat, State: RecipientFailed, Reason: "no credit"}}))
	if _, err := l.m.Retry(l.ctx, l.user, "5:99"); !errors.Is(err, ErrItemNotFound) {
		t.Errorf("of nothing: %v", err)
	}
	if _, err := l.m.Retry(l.ctx, l.user, id); !errors.Is(err, ErrNotFailed) {
		t.Errorf("while the phone has it: %v", err)
	}
	l.ok(a.delete(id))
	l.want("it failed", l.talk(pat), "hello (failed)")
	if e := l.entry(id); !e.Text.Retryable {
		t.Error("not to be sent again")
	}
	_, err := l.m.Retry(l.ctx, l.user, id)
	l.ok(err)
	l.want("a new one", l.talk(pat), "hello (offered)")
	if _, err := l.m.Message(l.ctx, l.user, id); !errors.Is(err, ErrItemNotFound) {
		t.Errorf("the old one: %v", err)
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	id := l.send("oops", pat)
	l.ok(l.m.Cancel(l.ctx, l.user, id))
	if got := l.talk(pat); got != nil {
		t.Errorf("still shown: %q", got)
	}
	if e := l.entry(id); e.Text.State != TextCancelled || e.Text.Cancellable || e.Text.Retryable {
		t.Errorf("%+v", e.Text)
	}
	if err := l.m.Cancel(l.ctx, l.user, id); !errors.Is(err, ErrLocked) {
		t.Errorf("twice: %v", err)
	}
	l.device("A", "+1555000001")
	a := l.begin("A", outbox)
	if len(a.items) != 0 {
		t.Error("a phone gets it")
	}
	id = l.send("too late", pat)
	a.pull()
	if err := l.m.Cancel(l.ctx, l.user, id); !errors.Is(err, ErrLocked) {
		t.Errorf("too late: %v", err)
	}
}

func TestATextWaitsForItsTime(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	a := l.begin("A", outbox)
	id, err := l.m.Send(l.ctx, l.user, Outgoing{To: peerList(pat), Body: "good morning", NotBefore: l.now.Add(8 * time.Hour), ValidFor: time.Hour})
	l.ok(err)
	l.now = l.now.Add(7 * time.Hour)
	l.ok(l.m.Expire(l.ctx, l.user))
	if a.pull(); len(a.items) != 0 {
		t.Fatal("a phone got it before its time")
	}
	l.want("it waits", l.talk(pat), "good morning (waiting)")
	l.now = l.now.Add(time.Hour)
	l.ok(l.m.Expire(l.ctx, l.user))
	a.pull()
	l.want("the phone has it", a.bodies(), "good morning")
	l.now = l.now.Add(90 * time.Minute)
	l.ok(l.m.Expire(l.ctx, l.user))
	l.wantState(id, TextOffered) // what a phone may have does not expire
	l.now = l.now.Add(90 * time.Minute)
	l.ok(l.m.Expire(l.ctx, l.user))
	l.wantState(id, TextUnknown)
}

func TestATextThatNoPhoneTookInTimeFails(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	id, err := l.m.Send(l.ctx, l.user, Outgoing{To: peerList(pat, kim), Body: "now or never", ValidFor: time.Hour})
	l.ok(err)
	if e := l.entry(id); !e.Text.Expires.Equal(l.now.Add(time.Hour)) {
		t.Errorf("%+v", e.Text)
	}
	l.now = l.now.Add(2 * time.Hour)
	l.device("A", "+1555000001")
	a := l.begin("A", outbox) // before the timer has rung
	if len(a.items) != 0 {
		t.Fatal("it was offered after its time")
	}
	l.ok(l.m.Expire(l.ctx, l.user))
	e := l.entry(id)
	if e.Text.State != TextFailed || !e.Text.Retryable || len(e.Text.Recipients) != 2 || e.Text.Recipients[1].Reason != reasonExpired {
		t.Errorf("%+v", e.Text)
	}
	l.want("it lies in Drafts", l.look(drafts), "now or never")
}

// TestRunRingsForTimes: nothing polls, so that the timer must know of them.
func TestRunRingsForTimes(t *testing.T) {
	t.Parallel()
	st := openStore(t, t.TempDir())
	m := New(st, nil)
	u, err := st.CreateUser(t.Context(), "ann", "", false)
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = m.Run(t.Context()) }()
	id, err := m.Send(t.Context(), u.ID, Outgoing{To: peerList(pat), Body: "hi", ValidFor: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	for range 200 {
		if e, err := m.Message(t.Context(), u.ID, id); err == nil && e.Text.State == TextFailed {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error("it never failed")
}

func TestSendOnce(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	out := Outgoing{To: peerList(pat), Body: "hello"}
	id, again, err := l.m.SendOnce(l.ctx, l.user, "k1", out)
	if l.ok(err); again {
		t.Error("the first is no repetition")
	}
	same, again, err := l.m.SendOnce(l.ctx, l.user, "k1", out)
	if l.ok(err); !again || same != id {
		t.Errorf("repeated: %s %v, want %s", same, again, id)
	}
	out.Body = "other"
	if _, _, err := l.m.SendOnce(l.ctx, l.user, "k1", out); !errors.Is(err, ErrOtherRequest) {
		t.Errorf("another text: %v", err)
	}
	_, again, err = l.m.SendOnce(l.ctx, l.user, "k2", out)
	if l.ok(err); again {
		t.Error("another key")
	}
	for _, later := range []time.Duration{requestLife, requestLife + 300*time.Microsecond, requestLife + time.Hour} {
		l.now = l.now.Add(later)
		_, again, err = l.m.SendOnce(l.ctx, l.user, "k1", out)
		if l.ok(err); again {
			t.Error("two days later")
		}
	}
	l.want("texts", l.talk(pat), "hello (waiting)", "other (waiting)", "other (waiting)", "other (waiting)", "other (waiting)")
}

func TestMarkRead(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	in := l.begin("A", "1")
	for n := range 3 {
		l.now = l.now.Add(time.Minute)
		l.receive(in, pat, fmt.Sprint(n))
	}
	other := l.begin("B", "1")
	c := l.conversation(pat)
	if c.Unread != 3 {
		t.Fatalf("%d unread", c.Unread)
	}
	l.ok(l.m.MarkRead(l.ctx, l.user, c.ID, true))
	if n := len(other.pull().Changes); n != 3 {
		t.Errorf("another device is told of %d", n)
	}
	if c = l.conversation(pat); c.Unread != 0 {
		t.Errorf("%d unread", c.Unread)
	}
	l.ok(l.m.MarkRead(l.ctx, l.user, c.ID, false))
	all := l.entries(pat)
	if c = l.conversation(pat); c.Unread != 1 || all[2].Read || !all[1].Read {
		t.Errorf("%d unread, %+v", c.Unread, all)
	}
}

func TestDeleteConversation(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	in := l.begin("A", "1")
	for n := range readAtOnce + 20 {
		in.add(fmt.Sprint(n), func(m *Message) { m.From = pat })
	}
	a := l.begin("A", outbox)
	l.send("on its way", pat)
	a.pull()
	l.ok(l.st.Update(l.ctx, l.user, func(tx *store.Tx) error {
		d, err := tx.Device("A")
		d.OutboundSMS = false
		return errors.Join(err, tx.PutDevice(d))
	}))
	l.send("waits", pat)
	left, err := l.m.DeleteConversation(l.ctx, l.user, l.conversation(pat).ID)
	if l.ok(err); left != 1 {
		t.Errorf("%d are left", left)
	}
	l.want("it stays", l.talk(pat), "on its way (offered)")
	in.pull()
	if len(in.items) != 0 {
		t.Errorf("the phone still has %d", len(in.items))
	}
}

func TestAnotherUserSeesNothing(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	id := l.send("secret", pat)
	c := l.conversation(pat)
	bob, err := l.st.CreateUser(l.ctx, "bob", "", false)
	l.ok(err)
	_, err1 := l.m.Message(l.ctx, bob.ID, id)
	_, err2 := l.m.Messages(l.ctx, bob.ID, c.ID, MessagesQuery{Limit: 5})
	_, err3 := l.m.Conversation(l.ctx, bob.ID, c.ID)
	_, err4 := l.m.DeleteConversation(l.ctx, bob.ID, c.ID)
	_, err5 := l.m.Retry(l.ctx, bob.ID, id)
	for n, err := range []error{err1, err2, err3, err4, l.m.MarkRead(l.ctx, bob.ID, c.ID, true), l.m.DeleteMessage(l.ctx, bob.ID, id),
		l.m.Cancel(l.ctx, bob.ID, id), err5, l.m.ChangeMessage(l.ctx, bob.ID, id, nil, nil)} {
		if !errors.Is(err, ErrItemNotFound) && !errors.Is(err, ErrConversationNotFound) {
			t.Errorf("%d: %v", n, err)
		}
	}
	r, err := l.m.Search(l.ctx, bob.ID, SearchQuery{Text: "secret", Limit: 5})
	l.ok(err)
	n, err := l.m.NewsSince(l.ctx, bob.ID, 0)
	l.ok(err)
	for _, e := range n.Events {
		if e.Entry != nil || e.Conversation != nil || e.Gone != nil {
			t.Errorf("bob hears of %+v", e)
		}
	}
	if len(r.Hits)+len(r.Conversations) != 0 {
		t.Errorf("bob finds %+v", r)
	}
}

// TestPagesHoldWhileTextsCome: what comes in between shifts no page.
func TestPagesHoldWhileTextsCome(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	for n := range 10 {
		l.now = l.now.Add(time.Minute)
		l.send(fmt.Sprint(n), pat)
		l.send("hello", fmt.Sprintf("+1555%07d", n))
	}
	c := l.conversation(pat)
	page, err := l.m.Messages(l.ctx, l.user, c.ID, MessagesQuery{Limit: 4})
	l.ok(err)
	threads, _, next, err := l.m.Conversations(l.ctx, l.user, ConversationsQuery{Limit: 4})
	l.ok(err)
	l.now = l.now.Add(time.Minute)
	l.send("new", pat)
	l.send("new", "+15559999999")
	older, err := l.m.Messages(l.ctx, l.user, c.ID, MessagesQuery{Limit: 4, Older: page.Older})
	l.ok(err)
	newer, err := l.m.Messages(l.ctx, l.user, c.ID, MessagesQuery{Limit: 4, Newer: &EntryPlace{Date: page.Entries[0].Date.UnixMilli(), ID: 1 << 40}})
	l.ok(err)
	if page.Newer != nil || older.Entries[0].Body != "5" || newer.Entries[0].Body != "new" || len(newer.Entries) != 1 {
		t.Errorf("%+v\n%+v\n%+v", page, older, newer)
	}
	more, _, _, err := l.m.Conversations(l.ctx, l.user, ConversationsQuery{Limit: 4, After: next})
	l.ok(err)
	for _, m := range more {
		for _, c := range threads {
			if m.ID == c.ID {
				t.Errorf("%+v twice", m.Peers)
			}
		}
	}
	middle := older.Entries[1]
	around, err := l.m.Messages(l.ctx, l.user, c.ID, MessagesQuery{Limit: 5, Around: middle.ID})
	l.ok(err)
	if len(around.Entries) != 5 || around.Entries[2].ID != middle.ID || around.Older == nil || around.Newer == nil {
		t.Errorf("around %s: %+v", middle.Body, around)
	}
}

func TestRouteFor(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	route := func(device string) Route {
		t.Helper()
		r, err := l.m.RouteFor(l.ctx, l.user, []sms.Address{{Number: pat}}, device)
		l.ok(err)
		return r
	}
	if r := route(""); r.Device != "" || r.Detail == "" {
		t.Errorf("no phone: %+v", r)
	}
	l.device("TABLET", "")
	if r := route(""); r.Device != "" || !strings.Contains(r.Detail, "switched on") {
		t.Errorf("a tablet: %+v", r)
	}
	l.device("A", "+1555000001")
	if r := route(""); r.Device != "" || !strings.Contains(r.Detail, "Outbox") {
		t.Errorf("a new phone: %+v", r)
	}
	l.begin("A", outbox)
	if r := route(""); r.Device != "A" || r.Silent || r.Detail != "" || r.Number != "+1555000001" {
		t.Errorf("a phone: %+v", r)
	}
	l.now = l.now.Add(3 * time.Hour)
	if r := route(""); r.Device != "A" || !r.Silent {
		t.Errorf("a silent phone: %+v", r)
	}
	l.device("B", "+1555000002")
	l.begin("B", outbox)
	if r := route(""); r.Device != "B" {
		t.Errorf("the latest: %+v", r)
	}
	if r := route("A"); r.Device != "A" {
		t.Errorf("the chosen: %+v", r)
	}
	if r := route("TABLET"); r.Device != "B" || r.Detail == "" {
		t.Errorf("a chosen one that sends nothing: %+v", r)
	}
}
