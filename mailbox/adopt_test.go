package mailbox

import (
	"testing"
	"time"
)

func TestPhoneThatStartsOverAddsItsHistoryAgain(t *testing.T) {
	t.Parallel()
	old := func(l *lab) func(*Message) {
		date := l.now.AddDate(0, 0, -3)
		return func(m *Message) { m.Date = date }
	}
	t.Run("before it asks for anything", func(t *testing.T) {
		t.Parallel()
		l := newLab(t)
		yesterday := old(l)
		first := l.begin("A", inbox)
		id := first.add("see you", yesterday)
		again := &device{l: l, id: "A", folder: inbox, key: "0", items: map[string]*Item{}, n: 50}
		again.sync(SyncRequest{Options: smsOnly})
		if got := again.add("see you", yesterday); got != id {
			t.Errorf("the repeated Add made %s beside %s", got, id)
		}
		again.pull()
		l.want("Inbox", l.look(inbox), "see you")
	})
	t.Run("after it asked for everything", func(t *testing.T) {
		t.Parallel()
		l := newLab(t)
		yesterday := old(l)
		id := l.begin("A", inbox).add("see you", yesterday)
		l.now = l.now.Add(time.Minute)
		again := l.begin("A", inbox)
		l.want("everything came", again.bodies(), "see you")
		again.n = 50
		if got := again.add("see you", yesterday); got != id {
			t.Errorf("the repeated Add made %s beside %s", got, id)
		}
		if got := again.add("see you", yesterday); got == id {
			t.Error("one item took two Adds")
		}
		l.want("Inbox", l.look(inbox), "see you", "see you")
	})
	t.Run("another device's text is not absorbed", func(t *testing.T) {
		t.Parallel()
		l := newLab(t)
		yesterday := old(l)
		id := l.begin("A", inbox).add("see you", yesterday)
		b := l.begin("B", inbox)
		if got := b.add("see you", yesterday); got == id {
			t.Error("B's Add took A's text, which B holds")
		}
	})
	t.Run("what the phone says of Read", func(t *testing.T) {
		t.Parallel()
		l := newLab(t)
		yesterday := old(l)
		id := l.begin("A", inbox).add("see you", yesterday)
		b := l.begin("B", inbox)
		again := &device{l: l, id: "A", folder: inbox, key: "0", items: map[string]*Item{}, n: 50}
		again.sync(SyncRequest{Options: smsOnly})
		again.add("see you", yesterday, func(m *Message) { m.Read = true })
		if d := b.pull(); len(d.Changes) != 1 || d.Changes[0].ServerID != id || !d.Changes[0].Read || !d.Changes[0].Item.Read {
			t.Errorf("B heard %+v", d.Changes)
		}
	})
}

func TestTwoEqualTextsAreTwo(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	a := l.begin("A", inbox)
	at := l.now.Add(-time.Hour)
	same := func(m *Message) { m.Date = at }
	if x, y := a.add("alarm", same), a.add("alarm", same); x == y {
		t.Fatal("one id for two texts")
	}
	l.want("Inbox", l.look(inbox), "alarm", "alarm")
}

func TestRepeatedRequestStoresNothingTwice(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	a := l.begin("A", inbox)
	key := a.key
	add := Command{Kind: CommandAdd, ClientID: "c1", Message: &Message{Class: ClassSMS, From: someone, Body: "once", Date: l.now}}
	var ids []string
	for range 5 { // the answer is lost each time
		a.key = key
		ids = append(ids, a.do(add)[0].ServerID)
	}
	for _, id := range ids {
		if id != ids[0] {
			t.Errorf("ids %v", ids)
		}
	}
	l.want("Inbox", l.look(inbox), "once")
	a.key = key
	a.pull() // it goes on without repeating the Add: then the text is news to it
	l.want("A", a.bodies(), "once")
}

func TestMailAndTextsOfOnePeerAreTwoConversations(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	d := l.begin("A", inbox, ClassOptions{Class: ClassSMS}, ClassOptions{Class: ClassEmail})
	text := d.add("a text")
	mail, err := l.m.Place(l.ctx, l.user, inbox, Message{Class: ClassEmail, From: someone, Body: "a mail"})
	l.ok(err)
	d.pull()
	item, err := l.m.Fetch(l.ctx, l.user, text)
	l.ok(err)
	if string(d.items[mail].ConversationID) == string(item.ConversationID) {
		t.Error("one conversation")
	}
}
