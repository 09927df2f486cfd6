package mailbox

import (
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"asms/sms"
	"asms/store"
)

var (
	threadRuns = flag.Int("thread-runs", 150, "how many random runs of conversations")
	threadSeed = flag.Uint64("thread-seed", 0, "replay one run of conversations and print it")
)

// TestConversationsAgree lets devices and the owner work on one mailbox in random
// steps. After each of some of them it holds that
//   - every conversation counts what a look at all items counts;
//   - its pages hold these texts, each once, in order;
//   - search finds each of them and no other;
//   - a listener that takes its stream up now and then has the same picture.
func TestConversationsAgree(t *testing.T) {
	t.Parallel()
	if *threadSeed != 0 {
		w := newWorld(t, t.TempDir(), *threadSeed)
		w.trace = func(s string) { t.Log(s) }
		w.converse()
		return
	}
	n := *threadRuns
	if testing.Short() {
		n /= 20
	}
	st := openStore(t, t.TempDir())
	for seed := range uint64(n) {
		if newWorldIn(t, st, seed+1).converse(); t.Failed() {
			return
		}
	}
}

// listener is someone who follows the mailbox.
type listener struct {
	at      int64
	entries map[string]Entry
	threads map[string]Conversation
}

func (w *world) converse() {
	defer func() {
		if p := recover(); p != nil {
			v, ok := p.(violation)
			if !ok {
				panic(p)
			}
			w.t.Errorf("seed %d: %s (replay: go test ./mailbox -run TestConversationsAgree -thread-seed %d -v)", w.seed, v, w.seed)
		}
	}()
	ops := []string{"add", "add", "add", "delete", "change", "move", "clock", "options", "reset", "enable", "enable",
		"expire", "minutes", "prune", "clientmove", "restart", "deletetext", "sendagain", "remove"}
	owner := []string{"send", "later", "markread", "markread", "markunread", "deletethread", "deletemessage", "cancel", "flag"}
	l := &listener{entries: map[string]Entry{}, threads: map[string]Conversation{}}
	for range 60 {
		switch k := w.pick(10); {
		case k < 2:
			w.own(owner[w.pick(len(owner))])
		case k < 6:
			w.step(ops[w.pick(len(ops))])
		default:
			w.step("sync")
		}
		if w.pick(4) == 0 {
			w.follow(l)
		}
		if w.pick(12) == 0 {
			w.agree(nil)
		}
	}
	w.follow(l)
	w.agree(l)
}

// own is one step of the owner.
func (w *world) own(op string) {
	page, _, _, err := w.m.Conversations(w.ctx, w.user, ConversationsQuery{Limit: 50})
	w.must(err)
	switch op {
	case "send", "later":
		out := Outgoing{To: []sms.Address{{Number: fmt.Sprintf("+1425555%04d", 120+w.pick(3))}}, Body: w.newTag()}
		if op == "later" {
			out.NotBefore = w.now.Add(time.Duration(w.pick(4)) * time.Hour)
			out.ValidFor = time.Duration(1+w.pick(3)) * 12 * time.Hour
		}
		id, err := w.m.Send(w.ctx, w.user, out)
		w.must(err)
		w.say("owner sends %s %+v", id, out)
		return
	}
	if len(page) == 0 {
		return
	}
	c := page[w.pick(len(page))]
	w.say("owner: %s of %s", op, c.ID)
	switch op {
	case "markread", "markunread":
		w.must(w.m.MarkRead(w.ctx, w.user, c.ID, op == "markread"))
		return
	case "deletethread":
		_, err := w.m.DeleteConversation(w.ctx, w.user, c.ID)
		w.must(err)
		return
	}
	m, err := w.m.Messages(w.ctx, w.user, c.ID, MessagesQuery{Limit: 50})
	w.must(err)
	e := m.Entries[w.pick(len(m.Entries))]
	switch op {
	case "deletemessage":
		err = w.m.DeleteMessage(w.ctx, w.user, e.ID)
	case "cancel":
		err = w.m.Cancel(w.ctx, w.user, e.ID)
		if (err == nil) != (e.Text != nil && e.Text.Cancellable) {
			w.fail("cancel of %+v: %v", e.Text, err)
		}
	case "flag":
		v := !e.Flagged
		err = w.m.ChangeMessage(w.ctx, w.user, e.ID, nil, &v)
	}
	if !errors.Is(err, ErrLocked) {
		w.must(err)
	}
}

// follow brings a listener up to date, one event after the other; it may lose the
// line after any of them.
func (w *world) follow(l *listener) {
	for again := true; again; {
		again = false
		n, err := w.m.NewsSince(w.ctx, w.user, l.at)
		w.must(err)
		if n.Reset {
			w.say("listener is reset from %d", l.at)
			l.entries, l.threads = w.picture()
			l.at = n.At
			continue
		}
		for _, e := range n.Events {
			switch {
			case e.Entry != nil:
				l.entries[e.Entry.ID] = *e.Entry
			case e.Gone != nil:
				delete(l.entries, e.Gone.ID)
			case e.Conversation != nil && e.Conversation.Total == 0:
				delete(l.threads, e.Conversation.ID)
			case e.Conversation != nil:
				l.threads[e.Conversation.ID] = *e.Conversation
			}
			l.at = e.At
			if again = w.pick(8) == 0; again {
				break
			}
		}
		if !again {
			l.at = n.At
		}
	}
}

// picture is what the owner sees, page by page.
func (w *world) picture() (map[string]Entry, map[string]Conversation) {
	entries, threads := map[string]Entry{}, map[string]Conversation{}
	var after *ConversationPlace
	unread := 0
	for {
		page, total, next, err := w.m.Conversations(w.ctx, w.user, ConversationsQuery{Limit: 2, After: after})
		w.must(err)
		for _, c := range page {
			if _, twice := threads[c.ID]; twice {
				w.fail("%s is on two pages", c.ID)
			}
			threads[c.ID] = c
			unread += c.Unread
			w.readAll(c, entries)
		}
		if next == nil {
			if unread != total {
				w.fail("%d are unread, %d in all", unread, total)
			}
			return entries, threads
		}
		after = next
	}
}

// readAll reads a conversation down from its newest text, and up from its oldest.
func (w *world) readAll(c Conversation, into map[string]Entry) {
	var down, up []string
	q := MessagesQuery{Limit: 3}
	var bottom *EntryPlace
	for {
		page, err := w.m.Messages(w.ctx, w.user, c.ID, q)
		w.must(err)
		for _, e := range page.Entries {
			if _, twice := into[e.ID]; twice {
				w.fail("%s is shown twice", e.ID)
			}
			into[e.ID] = e
			down = append(down, e.ID)
		}
		if page.Older == nil {
			break
		}
		bottom = page.Older
		q = MessagesQuery{Limit: 3, Older: page.Older}
	}
	if len(down) != c.Total || c.Last == nil || c.Last.ID != down[0] {
		w.fail("%s holds %v, its last is %+v of %d", c.ID, down, c.Last, c.Total)
	}
	if bottom == nil {
		return
	}
	q = MessagesQuery{Limit: 2, Newer: &EntryPlace{Date: store.Bottom.Date}}
	for {
		page, err := w.m.Messages(w.ctx, w.user, c.ID, q)
		w.must(err)
		for _, e := range slices.Backward(page.Entries) {
			up = append(up, e.ID)
		}
		if page.Newer == nil {
			break
		}
		q = MessagesQuery{Limit: 2, Newer: page.Newer}
	}
	slices.Reverse(up)
	if !slices.Equal(up, down) {
		w.fail("upwards %v, downwards %v", up, down)
	}
}

// agree compares all views with one another.
func (w *world) agree(l *listener) {
	entries, threads := w.picture()
	type count struct{ total, unread int }
	want := map[string]count{}
	shown := map[string]int{}
	items := map[string]*store.Item{}
	for _, i := range w.items() {
		if !i.InThread() {
			continue
		}
		id := hex.EncodeToString(i.ConversationID)
		n := want[id]
		n.total++
		if !i.Outgoing && !i.Read {
			n.unread++
		}
		want[id] = n
		shown[i.Body]++
		items[serverID(i.Folder, i.ID)] = i
	}
	got := map[string]count{}
	for id, c := range threads {
		got[id] = count{c.Total, c.Unread}
	}
	if !maps.Equal(got, want) {
		w.fail("conversations %v, of the items %v", got, want)
	}
	if len(entries) != len(items) {
		w.fail("%d entries, %d items", len(entries), len(items))
	}
	for body, n := range shown {
		r, err := w.m.Search(w.ctx, w.user, SearchQuery{Text: body, Limit: 200})
		w.must(err)
		exact := 0
		for _, h := range r.Hits {
			if e, ok := entries[h.ID]; !ok || e.Body != h.Body {
				w.fail("%s is found and not shown", h.ID)
			}
			if h.Body == body {
				exact++
			}
		}
		if exact != n {
			w.fail("%q is found %d times, shown %d times", body, exact, n)
		}
	}
	if l == nil {
		return
	}
	for id, e := range entries {
		if fmt.Sprintf("%+v", showEntry(l.entries[id])) != fmt.Sprintf("%+v", showEntry(e)) {
			w.fail("the listener has %+v, it is %+v", showEntry(l.entries[id]), showEntry(e))
		}
	}
	for id := range l.entries {
		if _, ok := entries[id]; !ok {
			w.fail("the listener still has %s", id)
		}
	}
	for id, c := range threads {
		if h := l.threads[id]; h.Total != c.Total || h.Unread != c.Unread || h.Last == nil || h.Last.ID != c.Last.ID {
			w.fail("the listener has %+v, it is %+v", h, c)
		}
	}
	if len(l.threads) != len(threads) {
		w.fail("the listener has %d conversations of %d", len(l.threads), len(threads))
	}
}

// showEntry writes an entry for comparison.
func showEntry(e Entry) string {
	s := fmt.Sprintf("%s %s out=%v %s %q read=%v flag=%v", e.ID, e.Conversation, e.Outgoing, e.Date, e.Body, e.Read, e.Flagged)
	if e.Text != nil {
		s += fmt.Sprintf(" %+v", *e.Text)
	}
	return s
}
