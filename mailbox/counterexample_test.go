package mailbox

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"asms/store"
)

// Each of these is a sequence of steps in which a promise was once broken.

func TestTextIsNotGivenAgainAfterStatus3(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	a := l.begin("A", outbox, ClassOptions{Class: ClassSMS}, ClassOptions{Class: ClassEmail})
	mail, err := l.m.Place(l.ctx, l.user, outbox, Message{Class: ClassEmail, From: someone, To: someone, Body: "mail", Date: l.now})
	l.ok(err)
	_ = mail
	a.pull()
	id := l.send("pay 100", pat)
	a.pull() // carried; the phone transmits at once
	if a.items[id] == nil {
		t.Fatal("not got")
	}
	// horizon has moved meanwhile
	l.ok(l.st.Update(l.ctx, l.user, func(tx *store.Tx) error { s, _ := tx.Bump(); return tx.Prune(s) }))
	_, err = l.m.Sync(l.ctx, a.partnership(), SyncRequest{Key: a.key, GetChanges: true, Window: 100, Commands: []Command{{Kind: CommandDelete, ServerID: id}}})
	if !errors.Is(err, ErrInvalidSyncKey) {
		t.Fatal(err)
	}
	b := l.begin("A", outbox)
	if b.items[id] != nil {
		t.Errorf("the text was given to the phone a second time (state %v)", l.state(id))
	}
}

func TestPhoneAtRestComesBackAfterSilence(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	a := l.begin("A", outbox)
	id := l.send("x", pat)
	a.pull()
	a.pull() // proof
	a.pull() // rest
	l.wantState(id, TextHandedOver)
	l.now = l.now.Add(2 * time.Hour)
	l.ok(l.m.Expire(l.ctx, l.user))
	l.wantState(id, TextUnknown)
	a.pull()
	if s := l.state(id); s != TextHandedOver {
		t.Errorf("the phone is back with its current key, the text is %v", s)
	}
}

func TestRemovedDeviceAtRestIsForgotten(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "")
	a := l.begin("A", inbox)
	a.pull()
	a.pull()
	l.ok(l.st.Update(l.ctx, l.user, func(tx *store.Tx) error { return tx.RemoveDevice("A") }))
	_, err := l.m.Sync(l.ctx, a.partnership(), SyncRequest{Key: a.key, GetChanges: true, Window: 100})
	if !errors.Is(err, ErrInvalidSyncKey) {
		t.Errorf("a removed device's key is answered %v", err)
	}
}

func TestFolderSyncLostTwice(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	d, err := l.m.FolderSync(l.ctx, l.user, "A", "0")
	l.ok(err)
	key := d.Key
	for n := range 3 {
		if _, err = l.m.FolderSync(l.ctx, l.user, "A", key); err != nil {
			t.Fatalf("repeat %d: %v", n, err)
		}
	}
}

func TestFolderCreateLostTwice(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	d, err := l.m.FolderSync(l.ctx, l.user, "A", "0")
	l.ok(err)
	for n := range 3 {
		if _, _, err = l.m.CreateFolder(l.ctx, l.user, "A", d.Key, "0", "x", 12); err != nil {
			t.Fatalf("repeat %d: %v", n, err)
		}
	}
}

func TestDeviceOfAQuietMailboxIsNotAway(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	a, b := l.begin("A", inbox), l.begin("B", inbox)
	a.pull()
	b.pull()
	for range 61 {
		l.now = l.now.AddDate(0, 0, 1)
		a.pull()
		b.pull()
	}
	id, err := l.m.Place(l.ctx, l.user, inbox, Message{Class: ClassSMS, From: someone, Body: "hi", Date: l.now})
	l.ok(err)
	_ = id
	b.pull()
	b.pull()
	l.ok(l.m.Prune(l.ctx, l.user))
	_, err = l.m.Sync(l.ctx, a.partnership(), SyncRequest{Key: a.key, GetChanges: true, Window: 100})
	if err != nil {
		t.Errorf("A synced yesterday, and gets %v", err)
	}
}

func TestOwnCopyAgainAfterKey0(t *testing.T) {
	t.Parallel()
	for _, first := range []string{"delete", "copy"} {
		t.Run(first, func(t *testing.T) {
			l := newLab(t)
			l.device("A", "+1555000001")
			a, s := l.begin("A", outbox), l.begin("A", sent)
			id := l.send("hello", pat)
			a.pull()
			a.pull()
			at := l.now
			own := func(m *Message) { m.Date = at; m.Read = true }
			l.now = l.now.Add(20 * time.Second)
			if first == "copy" {
				s.add("hello", own)
			}
			l.ok(a.delete(id))
			if first != "copy" {
				s.add("hello", own)
			}
			l.want("Sent", l.look(sent), "hello")
			l.now = l.now.Add(time.Hour)
			again := &device{l: l, id: "A", folder: sent, key: "0", items: map[string]*Item{}, n: 50}
			again.sync(SyncRequest{Options: smsOnly})
			again.add("hello", own)
			again.pull()
			l.want("Sent after history", l.look(sent), "hello")
		})
	}
}

func TestEmptyGetChanges0HidesNoNews(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	a := l.begin("A", inbox)
	_, err := l.m.Place(l.ctx, l.user, inbox, Message{Class: ClassSMS, From: someone, Body: "hi", Date: l.now})
	l.ok(err)
	a.sync(SyncRequest{GetChanges: false})
	var found bool
	l.ok(l.st.View(l.ctx, l.user, func(tx *store.Tx) error {
		found, err = l.m.news(tx, "A", Watch{Folder: inbox, Key: a.key})
		return err
	}))
	if !found {
		t.Error("a Ping with the same key does not hear of the text that came after the key was issued")
	}
}

func TestCarriedTextIsNotGivenAgainAtKey0(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	a := l.begin("A", outbox)
	id := l.send("pay", pat)
	a.pull()
	b := l.begin("A", outbox)
	if b.items[id] != nil {
		t.Errorf("carried, phone restarts: given again (%v)", l.state(id))
	}
}

// manyTexts is more than one answer holds and, but under -short, than two do.
func manyTexts() int {
	if testing.Short() {
		return 520
	}
	return 1100
}

func TestManyTextsAtAPhoneThatStartsAgain(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	a := l.begin("A", outbox)
	var ids []string
	for n := range manyTexts() {
		ids = append(ids, l.send(fmt.Sprint("n", n), pat))
	}
	for range 40 {
		a.sync(SyncRequest{GetChanges: true, Window: 512})
	}
	count := func() map[TextState]int {
		m := map[TextState]int{}
		for _, id := range ids {
			m[l.state(id)]++
		}
		return m
	}
	a.sync(SyncRequest{Options: nil})
	z := &device{l: l, id: "A", folder: outbox, key: "0", items: map[string]*Item{}}
	z.sync(SyncRequest{Options: smsOnly})
	if c := count(); c[TextHandedOver] > 0 {
		t.Error("still handed over after key 0")
	}
}

func TestManyTextsAreProved(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	a := l.begin("A", outbox)
	var ids []string
	for n := range manyTexts() {
		ids = append(ids, l.send(fmt.Sprint("n", n), pat))
		if n%400 == 0 {
			l.ok(l.m.Route(l.ctx, l.user))
		}
	}
	_ = a
	z := &device{l: l, id: "A", folder: outbox, key: "0", items: map[string]*Item{}}
	z.sync(SyncRequest{Options: smsOnly})
	for range 10 {
		z.sync(SyncRequest{GetChanges: true, Window: 512})
	}
	m := map[TextState]int{}
	for _, id := range ids {
		m[l.state(id)]++
	}
	if m[TextHandedOver] != len(z.items) {
		t.Error("not all proven")
	}
}

func TestLostAddToTheOutboxIsSentOnce(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	a := l.begin("A", outbox)
	l.device("W", "")
	w := l.begin("W", outbox)
	key := w.key
	add := Command{Kind: CommandAdd, ClientID: "c1", Message: &Message{Class: ClassSMS, To: someone, Body: "pay 100", Date: l.now}}
	w.do(add) // lost
	w.key = key
	w.sync(SyncRequest{GetChanges: true}) // goes on, with the older key
	w.do(add)                             // and now again
	a.pull()
	if len(a.items) != 1 {
		t.Errorf("the phone got %v", a.bodies())
	}
}

func TestDeleteByAPhoneThatNeverGotTheText(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	a := l.begin("A", outbox)
	id := l.send("x", pat) // offered to A, not carried
	l.wantState(id, TextOffered)
	d := a.sync(SyncRequest{Commands: []Command{{Kind: CommandDelete, ServerID: id}}})
	if err := d.Responses[0].Err; !errors.Is(err, ErrItemNotFound) {
		t.Errorf("deleted: %v", err)
	}
	l.wantState(id, TextOffered)
}

func TestRemovedPhoneComesBack(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	a := l.begin("A", outbox)
	id := l.send("x", pat)
	a.pull()
	a.pull()
	l.wantState(id, TextHandedOver)
	l.ok(l.st.Update(l.ctx, l.user, func(tx *store.Tx) error { return tx.RemoveDevice("A") }))
	l.ok(l.m.Route(l.ctx, l.user))
	l.now = l.now.Add(3 * time.Hour)
	l.ok(l.m.Expire(l.ctx, l.user))
	l.wantState(id, TextUnknown)
	l.device("A", "+1555000001")
	b := l.begin("A", outbox)
	if b.items[id] != nil {
		t.Error("again")
	}
	l.wantState(id, TextUnknown)
	_, err := l.m.SendAgain(l.ctx, l.user, id)
	l.ok(err)
}

func TestTwoEqualTextsAndTheirCopies(t *testing.T) {
	t.Parallel()
	for _, order := range []string{"CCDD", "CDCD", "DDCC", "DCDC", "CDDC", "DCCD"} {
		t.Run(order, func(t *testing.T) {
			l := newLab(t)
			l.device("A", "+1555000001")
			a, s := l.begin("A", outbox), l.begin("A", sent)
			ids := []string{l.send("ok", pat), l.send("ok", pat)}
			a.pull()
			a.pull()
			for _, o := range order {
				l.now = l.now.Add(7 * time.Second)
				if o == 'C' {
					s.add("ok", func(m *Message) { m.Date = l.now; m.Read = true })
				} else {
					l.ok(a.delete(ids[0]))
					ids = ids[1:]
				}
			}
			l.want("Sent", l.look(sent), "ok", "ok")
		})
	}
}

func TestOwnCopyOfAnotherText(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	a, s := l.begin("A", outbox), l.begin("A", sent)
	s.add("ok", func(m *Message) { m.Date = l.now; m.Read = true }) // sent on the phone itself
	l.now = l.now.Add(time.Minute)
	id := a.add("ok") // a second one, mirrored in the Outbox
	l.now = l.now.Add(time.Minute)
	l.ok(a.delete(id))
	l.want("Sent", l.look(sent), "ok", "ok")
}

func TestOwnCopyOfAnotherTextAfterKey0(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	a, s := l.begin("A", outbox), l.begin("A", sent)
	s.add("ok", func(m *Message) { m.Date = l.now; m.Read = true }) // sent on the phone itself
	l.now = l.now.Add(time.Minute)
	id := l.send("ok", pat)
	a.pull()
	a.pull()
	b := l.begin("A", outbox) // starts again: off = 0
	l.now = l.now.Add(time.Minute)
	l.ok(b.delete(id))
	l.want("Sent", l.look(sent), "ok", "ok")
}

func TestProofWithoutGetChanges(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	a := l.begin("A", outbox)
	id := l.send("x", pat)
	a.pull()
	a.sync(SyncRequest{})
	l.wantState(id, TextHandedOver)
}

func TestCancelRepeatedAfterALostAnswer(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("W", "")
	w := l.begin("W", outbox)
	id := w.add("x")
	key := w.key
	l.ok(w.delete(id)) // lost
	w.key = key
	l.ok(w.delete(id))
	l.wantState(id, TextCancelled)
	l.want("Deleted Items", l.look("3"), "x")
}

func TestTwoSyncsInARowAreNoHabit(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	a := l.begin("A", outbox)
	id := l.send("x", pat)
	l.now = l.now.Add(15 * time.Minute)
	a.pull()
	l.now = l.now.Add(time.Second)
	a.pull() // MoreAvailable, GetChanges 0, or proof
	l.wantState(id, TextHandedOver)
	l.now = l.now.Add(6 * time.Minute)
	l.ok(l.m.Expire(l.ctx, l.user))
	l.wantState(id, TextHandedOver)
}

func TestWaitWithAKeyThatIsGone(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "")
	a := l.begin("A", inbox)
	a.pull()
	a.pull()
	l.ok(l.st.Update(l.ctx, l.user, func(tx *store.Tx) error { return tx.RemoveDevice("A") }))
	_, err := l.m.Place(l.ctx, l.user, inbox, Message{Class: ClassSMS, From: someone, Body: "hi", Date: l.now})
	l.ok(err)
	ctx, cancel := context.WithTimeout(l.ctx, 300*time.Millisecond)
	defer cancel()
	ready, err := l.m.Wait(ctx, l.user, "A", []Watch{{Folder: inbox, Key: a.key}}, nil)
	if len(ready) == 0 {
		t.Errorf("a hanging Sync with a key that is none any more sleeps: %v", err)
	}
}

func TestReportOnACancelledText(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	l.begin("A", outbox)
	l.device("W", "")
	w := l.begin("W", outbox)
	id := w.add("x") // offered to A, uncarried
	l.ok(w.delete(id))
	l.wantState(id, TextCancelled)
	if err := l.m.Report(l.ctx, l.user, "A", id, []RecipientReport{{Number: pat, State: RecipientSent}}); !errors.Is(err, ErrItemNotFound) {
		t.Errorf("a phone that never had it reports: %v", err)
	}
	l.wantState(id, TextCancelled)
}

func TestFlappingPhones(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	l.device("B", "+1555000002")
	a := l.begin("A", outbox)
	l.now = l.now.Add(time.Second)
	b := l.begin("B", outbox)
	key := a.key
	_ = key
	id := l.send("x", pat)
	got := map[string]bool{}
	for range 6 {
		l.device("B", "")
		l.device("A", "")
		l.device("A", "+1555000001")
		l.device("B", "+1555000002")
	}
	for _, d := range []*device{a, b, a, b} {
		d.pull()
		if d.items[id] != nil {
			got[d.id] = true
		}
	}
	if len(got) != 1 {
		t.Errorf("%v", got)
	}
}

func TestWriterKeepsItsTextAfterAnUndoneSoftDelete(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("W", "")
	w := l.begin("W", outbox)
	id := w.add("hello")
	key := w.key
	w.sync(SyncRequest{GetChanges: true, Options: []ClassOptions{{Class: ClassEmail}}}) // SoftDelete; the answer is lost
	w.key, w.items = key, map[string]*Item{}
	w.items[id] = &Item{}
	w.pull() // goes on with the older key and options: it still holds its text
	w.pull()
	w.pull()
	if err := w.delete(id); err != nil {
		t.Errorf("the writer cannot cancel its waiting text: %v (%v)", err, l.state(id))
	}
}

func TestOwnTextOfAPhoneThatStartsAgain(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	id := l.begin("A", outbox).add("mine")
	again := l.begin("A", outbox)
	l.wantState(id, TextUnknown)
	if _, err := l.m.SendAgain(l.ctx, l.user, id); err != nil {
		t.Errorf("a person cannot send it again: %v", err)
	}
	other := again.add("another")
	l.begin("A", outbox)
	l.ok(l.m.Delete(l.ctx, l.user, other))
}

func TestAnswersAreNoReports(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text, in string
		age      time.Duration
	}{
		"history":                   {"ok", "Not sent: ok", 365 * 24 * time.Hour},
		"an answer":                 {"ok", "ok then", 0},
		"the same words":            {"ok", "ok", 0},
		"the words among others":    {"at 8", "I said: at 8 or later", 0},
		"an empty text":             {" ", "Not sent: hello", 0},
		"an answer with a question": {"ok", "what is ok?", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			l.device("A", "+1555000001")
			a, in := l.begin("A", outbox), l.begin("A", inbox)
			id := l.send(c.text, pat)
			a.pull()
			a.pull()
			in.add(c.in, func(m *Message) { m.Date = l.now.Add(-c.age) })
			l.ok(a.delete(id))
			l.wantState(id, TextSent)
		})
	}
}

func TestPhoneSwitchedOffIsNotGivenAgainWhatWasLost(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	a := l.begin("A", outbox)
	id := l.send("x", pat)
	key := a.key
	a.pull() // the answer is lost
	l.device("A", "")
	a.key, a.items = key, map[string]*Item{}
	a.pull()
	l.want("a phone that sends no more", a.bodies())
	l.wantState(id, TextUnknown)
}

func TestOlderRequestAfterTheNewerOne(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	a := l.begin("A", outbox)
	older := a.key
	l.send("pay", pat)
	a.pull()                                                                                         // the newer request: the phone has the text, and sends it
	_, err := l.m.Sync(l.ctx, a.partnership(), SyncRequest{Key: older, GetChanges: true, Window: 9}) // delayed
	l.ok(err)
	if _, err := l.m.Sync(l.ctx, a.partnership(), SyncRequest{Key: a.key, GetChanges: true, Window: 9}); !errors.Is(err, ErrInvalidSyncKey) {
		t.Fatalf("the newer key is answered %v", err)
	}
	l.want("starting again, the phone", l.begin("A", outbox).bodies())
}

func TestRemovedUserDoesNotStopPruning(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.ok(l.st.Update(l.ctx, l.user, func(tx *store.Tx) error { return tx.RemoveUser() }))
	if err := l.m.Prune(l.ctx, l.user); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Prune of a removed user: %v", err)
	}
	l.ok(l.m.pruneAll(l.ctx))
}

func TestReportOfATextThatKey0Forgot(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	a, in := l.begin("A", outbox), l.begin("A", inbox)
	id := l.send("hello ", pat)
	a.pull()
	a.pull()
	again := l.begin("A", outbox)
	in.add("", func(m *Message) { m.From, m.Body = `[MOBILE:`+pat+`]`, "Not sent:\n\thello \n" })
	l.ok(again.delete(id))
	l.wantState(id, TextFailed)
}
