package mailbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"asms/store"
)

// found are the bodies of what a device finds, in order.
func (l *lab) found(device string, q FindQuery) string {
	l.t.Helper()
	ids, err := l.m.Find(l.ctx, l.user, device, q)
	l.ok(err)
	items, err := l.m.Found(l.ctx, l.user, device, ids)
	l.ok(err)
	var bodies []string
	for _, i := range items {
		bodies = append(bodies, i.Body)
	}
	return strings.Join(bodies, "|")
}

func words(text string) (terms []FindTerm) {
	for _, w := range strings.Fields(text) {
		terms = append(terms, FindTerm{Text: w})
	}
	return terms
}

func TestFind(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "")
	in, out := l.begin("A", inbox), l.begin("A", sent)
	day := func(n int) func(*Message) {
		return func(m *Message) { m.Date = time.Date(2026, 10, n, 8, 0, 0, 0, time.UTC) }
	}
	from := func(who string) func(*Message) { return func(m *Message) { m.From = who } }
	in.add("Crème brûlée tonight?", day(1), from(`"Zoë" [MOBILE:+14255550123]`))
	in.add("bring the CREAM, please", day(2), from(`"Kim" [MOBILE:+14255550199]`))
	out.add("scream if you want", day(3), func(m *Message) { m.To = `"Kim" [MOBILE:+14255550199]` })
	in.add("今晩は寿司を食べる", day(4))
	old := in.add("cream of last year", func(m *Message) { m.Date = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC) })
	l.ok(in.delete(old)) // to Deleted Items

	for _, c := range []struct {
		name string
		q    FindQuery
		want string
	}{
		{"all, the newest first", FindQuery{NoDeleted: true}, "今晩は寿司を食べる|scream if you want|bring the CREAM, please|Crème brûlée tonight?"},
		{"the beginning of a word, any case, any accent", FindQuery{Terms: words("crem")}, "Crème brûlée tonight?"},
		{"not the middle of a word", FindQuery{Terms: words("CREAM"), NoDeleted: true}, "bring the CREAM, please"},
		{"Deleted Items, too", FindQuery{Terms: words("cream")}, "bring the CREAM, please|cream of last year"},
		{"all words", FindQuery{Terms: words("cream please")}, "bring the CREAM, please"},
		{"a phrase", FindQuery{Terms: []FindTerm{{Text: "brulee  tonight"}}}, "Crème brûlée tonight?"},
		{"a script without spaces", FindQuery{Terms: words("寿司")}, "今晩は寿司を食べる"},
		{"a name", FindQuery{Terms: words("zoe")}, "Crème brûlée tonight?"},
		{"part of a number", FindQuery{Terms: words("555-0199")}, "scream if you want|bring the CREAM, please"},
		{"a field", FindQuery{Terms: []FindTerm{{FindTo, "kim"}}}, "scream if you want"},
		{"another field", FindQuery{Terms: []FindTerm{{FindBody, "kim"}}}, ""},
		{"a folder", FindQuery{Folders: []string{sent}}, "scream if you want"},
		{"two folders", FindQuery{Folders: []string{sent, deleted}}, "scream if you want|cream of last year"},
		{"the root and all below", FindQuery{Folders: []string{"0"}, Deep: true, Terms: words("cream")}, "bring the CREAM, please|cream of last year"},
		{"a class", FindQuery{Classes: []Class{ClassEmail}}, ""},
		{"after", FindQuery{After: time.Date(2026, 10, 3, 8, 0, 0, 0, time.UTC)}, "今晩は寿司を食べる"},
		{"before", FindQuery{Before: time.Date(2026, 10, 2, 8, 0, 0, 0, time.UTC), NoDeleted: true}, "Crème brûlée tonight?"},
	} {
		if got := l.found("A", c.q); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	if _, err := l.m.Find(l.ctx, l.user, "A", FindQuery{Folders: []string{"77"}}); !errors.Is(err, ErrFolderNotFound) {
		t.Errorf("a folder that is not: %v", err)
	}
	ids, err := l.m.Find(l.ctx, l.user, "A", FindQuery{Folders: []string{sent}})
	l.ok(err)
	item, err := l.m.Fetch(l.ctx, l.user, ids[0])
	l.ok(err)
	if got := l.found("A", FindQuery{Conversation: item.ConversationID}); got != "scream if you want|bring the CREAM, please" {
		t.Errorf("a conversation: %q", got)
	}
	l.ok(out.delete(ids[0]))
	if items, err := l.m.Found(l.ctx, l.user, "A", ids); err != nil || len(items) != 0 {
		t.Errorf("what is gone: %v, %v", items, err)
	}
}

func TestATextOnItsWayIsFoundByItsPhone(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	l.device("B", "")
	a, w := l.begin("A", outbox), l.begin("B", outbox)
	id := l.send("only for A", pat)
	a.pull()
	mine := w.add("B wrote it", func(m *Message) { m.To = `[MOBILE:` + kim + `]` })
	l.begin("C", outbox)
	for device, want := range map[string]string{"A": "B wrote it|only for A", "B": "B wrote it", "C": ""} {
		if got := l.found(device, FindQuery{}); got != want && (device != "A" || got != "only for A|B wrote it") {
			t.Errorf("%s finds %q, want %q", device, got, want)
		}
	}
	for _, id := range []string{id, mine} {
		if items, err := l.m.Found(l.ctx, l.user, "C", []string{id}); err != nil || len(items) != 0 {
			t.Errorf("C reads %v, %v", items, err)
		}
	}
}

func TestFindKnowsOldTexts(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "")
	in := l.begin("A", inbox)
	at := func(n int) func(*Message) {
		return func(m *Message) { m.Date = time.Date(2020, 1, 1, n, 0, 0, 0, time.UTC) }
	}
	in.add("a word of long ago", at(0))
	in.add("a word of later", at(1))
	in.add("nothing", at(2))
	gone := in.add("a word that is gone", at(3))
	l.ok(in.delete(gone))
	l.ok(l.st.View(l.ctx, l.user, func(tx *store.Tx) error {
		q := FindQuery{Terms: append(words("word"), FindTerm{FindFrom, "nobody"})}
		var bodies []string
		err := q.indexed(tx, "A", func(i *store.Item) bool {
			bodies = append(bodies, i.Body)
			return len(bodies) < 2
		})
		if got := strings.Join(bodies, "|"); got != "a word of later|a word of long ago" {
			t.Errorf("%q", got)
		}
		return err
	}))
}

func TestFindIsBounded(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "")
	in := l.begin("A", inbox)
	var cmds []Command
	for n := range MaxFound + 50 {
		cmds = append(cmds, Command{Kind: CommandAdd, ClientID: fmt.Sprint(n), Message: &Message{Class: ClassSMS, From: someone, To: someone,
			Body: fmt.Sprint("number ", n), Date: l.now.Add(time.Duration(n) * time.Second)}})
	}
	for part := range slices.Chunk(cmds, 200) {
		in.sync(SyncRequest{Commands: part})
	}
	ids, err := l.m.Find(l.ctx, l.user, "A", FindQuery{})
	l.ok(err)
	items, err := l.m.Found(l.ctx, l.user, "A", ids[:1])
	l.ok(err)
	if len(ids) != MaxFound || items[0].Body != fmt.Sprint("number ", MaxFound+49) {
		t.Errorf("%d found, first %q", len(ids), items[0].Body)
	}
	ctx, cancel := context.WithCancel(l.ctx)
	cancel()
	if _, err := l.m.Find(ctx, l.user, "A", FindQuery{}); err == nil {
		t.Error("it goes on when nobody waits")
	}
}
