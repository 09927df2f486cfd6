package mailbox

import (
	"testing"
	"time"

	"asms/store"
)

const (
	inbox   = "1"
	drafts  = "2"
	deleted = "3"
	sent    = "4"
	outbox  = "5"
	pat     = "+14255550123"
	kim     = "+14255550199"
)

func TestTextIsSentByOnePhone(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	l.device("B", "+1555000002")
	a, b := l.begin("A", outbox), l.begin("B", outbox)
	l.now = l.now.Add(time.Minute)
	b.pull() // B synced its Outbox last
	id := l.send("see you at 8", pat)
	l.wantState(id, TextOffered)

	a.pull()
	l.want("A's Outbox", a.bodies())
	b.pull()
	l.want("B's Outbox", b.bodies(), "see you at 8")
	l.wantState(id, TextOffered)
	b.pull() // the next key proves that B has it
	l.wantState(id, TextHandedOver)

	if err := a.delete(id); err != ErrItemNotFound {
		t.Errorf("another device deleted the text: %v", err)
	}
	l.ok(b.delete(id))
	l.wantState(id, TextSent)
	l.want("Sent Items", l.look(sent), "see you at 8")
	l.want("Outbox", l.look(outbox))

	filed := l.begin("C", sent)
	if i := filed.items[filed.only()]; i.From != `"+1555000002" [MOBILE:+1555000002]` || !i.Read {
		t.Errorf("filed from %s, read %v", i.From, i.Read)
	}
}

func TestTextWaitsUntilAPhoneMayTakeIt(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	id := l.send("patience", pat)
	l.wantState(id, TextWaiting)
	l.device("A", "")
	a := l.begin("A", outbox)
	l.want("a device that did not enable it", a.bodies())
	l.device("A", "+1555000001")
	a.pull()
	l.want("now that it has", a.bodies(), "patience")
}

func TestSwitchedOffBeforeItGotTheText(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	a := l.begin("A", outbox)
	id := l.send("hello", pat)
	l.wantState(id, TextOffered)
	l.device("A", "") // before any answer carried it
	l.wantState(id, TextWaiting)
	a.pull()
	l.want("A's Outbox", a.bodies())
	l.device("B", "+1555000002")
	l.want("B's Outbox", l.begin("B", outbox).bodies(), "hello")
}

func TestSwitchedOffAfterItGotTheText(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	a := l.begin("A", outbox)
	id := l.send("hello", pat)
	a.pull() // carried; whether the answer arrived is not known
	l.device("A", "")
	l.device("B", "+1555000002")
	l.want("never offered elsewhere", l.begin("B", outbox).bodies())
	l.wantState(id, TextOffered)
}

func TestSilenceMakesATextUnknown(t *testing.T) {
	t.Parallel()
	for _, proved := range []bool{false, true} {
		l := newLab(t)
		l.device("A", "+1555000001")
		l.device("B", "+1555000002")
		a := l.begin("A", outbox)
		id := l.send("hello", pat)
		a.pull()
		if proved {
			a.pull()
		}
		l.now = l.now.Add(4 * time.Minute)
		l.ok(l.m.Expire(l.ctx, l.user))
		if l.state(id) == TextUnknown {
			t.Fatal("unknown after 4 minutes")
		}
		l.now = l.now.Add(3 * time.Hour)
		l.ok(l.m.Expire(l.ctx, l.user))
		l.wantState(id, TextUnknown)
		l.want("never sent again by itself", l.begin("B", outbox).bodies())

		again, err := l.m.SendAgain(l.ctx, l.user, id) // a person says so
		l.ok(err)
		if again == id {
			t.Error("sent again under its old id")
		}
		l.wantState(id, TextUnknown)
	}
}

func TestPhoneComesBackAfterSilence(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	a := l.begin("A", outbox)
	id := l.send("hello", pat)
	a.pull()
	l.now = l.now.Add(3 * time.Hour)
	l.ok(l.m.Expire(l.ctx, l.user))
	a.pull() // with the key of the answer that carried the text
	l.wantState(id, TextHandedOver)
	l.ok(a.delete(id))
	l.wantState(id, TextSent)
}

func TestLostAnswerTakesTheOfferBack(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	a := l.begin("A", outbox)
	id := l.send("hello", pat)
	before := a.key
	a.pull()
	a.key, a.items = before, map[string]*Item{} // that answer never arrived
	l.now = l.now.Add(3 * time.Hour)
	l.ok(l.m.Expire(l.ctx, l.user))
	l.wantState(id, TextUnknown)
	a.pull()
	l.want("offered to the same phone again", a.bodies(), "hello")
	a.pull()
	l.wantState(id, TextHandedOver)
}

func TestPhoneThatStartsAgainMayHaveSentIt(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	a := l.begin("A", outbox)
	id := l.send("hello", pat)
	a.pull()
	a.pull()
	l.wantState(id, TextHandedOver)
	again := l.begin("A", outbox)
	l.want("not handed over twice", again.bodies())
	l.wantState(id, TextUnknown)
	l.ok(again.delete(id)) // it remembers, and had sent it
	l.wantState(id, TextSent)
}

func TestWriterKeepsACopyUntilTheTextHasLeft(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	l.device("W", "")
	l.device("X", "")
	a, w, x := l.begin("A", outbox), l.begin("W", outbox), l.begin("X", outbox)
	id := w.add("from the tablet")
	a.pull()
	l.want("the phone has it", a.bodies(), "from the tablet")
	a.pull()
	l.ok(a.delete(id))
	if d := w.pull(); len(d.Changes) != 1 || d.Changes[0].Kind != ChangeDelete || d.Changes[0].ServerID != id {
		t.Errorf("the writer heard %+v", d.Changes)
	}
	if d := x.pull(); len(d.Changes) != 0 {
		t.Errorf("another device heard %+v", d.Changes)
	}
}

func TestWriterCancelsInTime(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	l.device("W", "")
	a, w := l.begin("A", outbox), l.begin("W", outbox)
	id := w.add("no, wait")
	l.ok(w.delete(id))
	l.wantState(id, TextCancelled)
	a.pull()
	l.want("the phone", a.bodies())
	l.want("Deleted Items", l.look(deleted), "no, wait")
}

func TestWriterCancelsTooLate(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	l.device("W", "")
	a, w := l.begin("A", outbox), l.begin("W", outbox)
	id := w.add("too late")
	a.pull()
	l.ok(w.delete(id))
	l.wantState(id, TextOffered)
	l.ok(w.delete(id)) // once more, as after a lost answer: the text goes its way
	a.pull()
	l.wantState(id, TextHandedOver)
	l.ok(a.delete(id))
	l.wantState(id, TextSent)
	if d := w.pull(); len(d.Changes) != 0 {
		t.Errorf("the writer, who had hidden it, heard %+v", d.Changes)
	}
	l.want("Sent Items", l.look(sent), "too late")
}

func TestOwnTextOfARelayingPhoneGoesNowhereElse(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	l.device("B", "+1555000002")
	a, b := l.begin("A", outbox), l.begin("B", outbox)
	id := a.add("typed on the phone")
	b.pull()
	l.want("B's Outbox", b.bodies())
	l.wantState(id, TextHandedOver)
	l.ok(a.delete(id))
	l.want("Sent Items", l.look(sent), "typed on the phone")
}

func TestPhonesOwnCopyInSentItems(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		run  func(l *lab, a, mirror *device, id string)
	}{
		{"added after the Delete", func(l *lab, a, mirror *device, id string) {
			l.ok(a.delete(id))
			mirror.sync(SyncRequest{Commands: []Command{{Kind: CommandAdd, ClientID: "m1", Message: &Message{
				Class: ClassSMS, To: someone, From: `"" [MOBILE:+1555000001]`, Body: "hello", Date: l.now.Add(-time.Minute), Read: true}}}})
		}},
		{"added after the phone got the filed one", func(l *lab, a, mirror *device, id string) {
			l.ok(a.delete(id))
			mirror.pull()
			mirror.add("hello")
		}},
		{"added before the Delete", func(l *lab, a, mirror *device, id string) {
			mirror.add("hello")
			l.ok(a.delete(id))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			l.device("A", "+1555000001")
			a, mirror := l.begin("A", outbox), l.begin("A", sent)
			id := l.send("hello", pat)
			a.pull()
			a.pull()
			c.run(l, a, mirror, id)
			l.want("the two became one", l.look(sent), "hello")
			mirror.pull()
			l.want("and nothing beside it on the phone", mirror.bodies())
		})
	}
}

func TestAnEqualTextOfAnotherDayIsAnother(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	a, mirror := l.begin("A", outbox), l.begin("A", sent)
	mirror.add("ok") // the phone sent this by itself, yesterday
	l.now = l.now.AddDate(0, 0, 1)
	id := l.send("ok", pat)
	a.pull()
	a.pull()
	l.ok(a.delete(id))
	l.want("Sent Items", l.look(sent), "ok", "ok")
	l.now = l.now.AddDate(0, 0, 1)
	mirror.add("ok") // and this tomorrow
	l.want("Sent Items", l.look(sent)[:3], "ok", "ok", "ok")
}

func TestNonDeliveryReport(t *testing.T) {
	t.Parallel()
	report := func(from, body string) func(*Message) {
		return func(m *Message) { m.From, m.To, m.Body = `"" [MOBILE:`+from+`]`, `"" [MOBILE:+1555000001]`, body }
	}
	t.Run("some were reached", func(t *testing.T) {
		t.Parallel()
		l := newLab(t)
		l.device("A", "+1555000001")
		a, in := l.begin("A", outbox), l.begin("A", inbox)
		id := l.send("hello both", pat, kim)
		a.pull()
		a.pull()
		in.add("", report(kim, "Not delivered, number not in use: hello both"))
		l.ok(a.delete(id))
		l.wantState(id, TextSent)
		l.want("Sent Items", l.look(sent), "hello both")
		text, err := l.m.Text(l.ctx, l.user, id)
		l.ok(err)
		if r := text.Recipients; r[0].State != store.RecipientSent || r[1].State != store.RecipientFailed || r[1].Error != "Not delivered, number not in use:" {
			t.Errorf("recipients %+v", r)
		}
	})
	t.Run("nobody was reached", func(t *testing.T) {
		t.Parallel()
		l := newLab(t)
		l.device("A", "+1555000001")
		a, in := l.begin("A", outbox), l.begin("A", inbox)
		id := l.send("hello", pat)
		a.pull()
		a.pull()
		in.add("", report(pat, "No credit: hello"))
		l.ok(a.delete(id))
		l.wantState(id, TextFailed)
		l.want("Sent Items", l.look(sent))
		l.want("Drafts", l.look(drafts), "hello")
	})
	t.Run("not a report", func(t *testing.T) {
		t.Parallel()
		l := newLab(t)
		l.device("A", "+1555000001")
		l.device("B", "")
		a, in, other := l.begin("A", outbox), l.begin("A", inbox), l.begin("B", inbox)
		id := l.send("hello", pat)
		a.pull()
		a.pull()
		in.add("", report(kim, "you said hello to whom?")) // from nobody it went to
		in.add("", report(pat, "good morning"))            // does not quote it
		other.add("", report(pat, "failed: hello"))        // from a device that does not have it
		l.ok(a.delete(id))
		l.wantState(id, TextSent)
	})
}

func TestNobodyElseReachesATextOnItsWay(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	l.device("X", "")
	a, x := l.begin("A", outbox), l.begin("X", outbox)
	id := l.send("private", pat)
	a.pull()
	yes := true
	if r := x.do(Command{Kind: CommandFetch, ServerID: id}); r[0].Err != ErrItemNotFound {
		t.Errorf("Fetch: %v", r[0].Err)
	}
	if r := x.do(Command{Kind: CommandChange, ServerID: id, Read: &yes}); r[0].Err != ErrItemNotFound {
		t.Errorf("Change: %v", r[0].Err)
	}
	if err := x.delete(id); err != ErrItemNotFound {
		t.Errorf("Delete: %v", err)
	}
	if _, err := l.m.Move(l.ctx, l.user, "X", id, outbox, inbox); err != ErrItemNotFound {
		t.Errorf("MoveItems: %v", err)
	}
	if n, err := l.m.Estimate(l.ctx, x.partnership(), x.key, smsOnly); err != nil || n != 0 {
		t.Errorf("GetItemEstimate: %d, %v", n, err)
	}
	if _, err := l.m.Move(l.ctx, l.user, "A", id, outbox, inbox); err != ErrLocked {
		t.Errorf("MoveItems by the phone: %v", err)
	}
	l.wantState(id, TextOffered)
	a.pull()
	l.want("the phone still has it", a.bodies(), "private")
}

func TestTheConversationsPhoneIsChosen(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.device("A", "+1555000001")
	l.device("B", "+1555000002")
	a := l.begin("A", outbox)
	l.begin("A", inbox).add("hi, it is Pat") // came in through A
	l.now = l.now.Add(time.Hour)
	b := l.begin("B", outbox) // synced last
	id := l.send("hello Pat", pat)
	a.pull()
	b.pull()
	l.want("A's Outbox", a.bodies(), "hello Pat")
	l.want("B's Outbox", b.bodies())

	chosen, err := l.m.Send(l.ctx, l.user, Outgoing{To: peerList(pat), Body: "by B", Device: "B"})
	l.ok(err)
	b.pull()
	l.want("B's Outbox", b.bodies(), "by B")
	l.wantState(chosen, TextOffered)
	l.wantState(id, TextOffered)
}
