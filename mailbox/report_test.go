package mailbox

import (
	"errors"
	"testing"
)

func TestThePhoneReportsItsRecipients(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		pat, kim RecipientState
		want     TextState
		folder   string
	}{
		{"both sent", RecipientPending, RecipientPending, TextSent, sent},
		{"one failed", RecipientSent, RecipientFailed, TextSent, sent},
		{"both failed", RecipientFailed, RecipientFailed, TextFailed, drafts},
		{"one failed, one unknown", RecipientFailed, RecipientUnknown, TextUnknown, sent},
		{"both delivered", RecipientDelivered, RecipientDelivered, TextDelivered, sent},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			l.device("A", "+1555000001")
			a := l.begin("A", outbox)
			id := l.send("hello both", pat, kim)
			a.pull()
			a.pull()
			l.ok(l.m.Report(l.ctx, l.user, "A", id, []RecipientReport{
				{Number: "+1 425 555 0123", State: c.pat}, {Number: kim, State: c.kim, Reason: "no such number"},
			}))
			l.wantState(id, TextHandedOver)
			l.ok(a.delete(id))
			l.wantState(id, c.want)
			l.want("it is filed", l.look(c.folder), "hello both")
		})
	}
	t.Run("after it has left", func(t *testing.T) {
		t.Parallel()
		l := newLab(t)
		l.device("A", "+1555000001")
		a := l.begin("A", outbox)
		id := l.send("hello", pat)
		a.pull()
		a.pull()
		l.ok(a.delete(id))
		l.ok(l.m.Report(l.ctx, l.user, "A", id, []RecipientReport{{Number: pat, State: RecipientDelivered}}))
		l.wantState(id, TextDelivered)
	})
	t.Run("only by a phone that was given it", func(t *testing.T) {
		t.Parallel()
		l := newLab(t)
		l.device("A", "+1555000001")
		a := l.begin("A", outbox)
		id := l.send("hello", pat)
		a.pull()
		for name, err := range map[string]error{
			"another device": l.m.Report(l.ctx, l.user, "B", id, []RecipientReport{{Number: pat, State: RecipientFailed}}),
			"no such text":   l.m.Report(l.ctx, l.user, "A", "5:999", []RecipientReport{{Number: pat, State: RecipientFailed}}),
			"no text":        l.m.Report(l.ctx, l.user, "A", "1:1", nil),
		} {
			if !errors.Is(err, ErrItemNotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := l.m.Report(l.ctx, l.user, "A", id, []RecipientReport{{Number: kim, State: RecipientFailed}}); !errors.Is(err, ErrNoSuchRecipient) {
			t.Errorf("another number: %v", err)
		}
	})
}

// Of a report in the Inbox the recipient keeps the reason, and nothing that stands
// beside it already.
func TestReasonOfAReport(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Not sent to " + pat + ": no network.\n\nsee you\n":                                                             "no network",
		"Not sent to " + pat + ": part 2 of 3: the modem says: 38.\n\nsee you\n":                                        "part 2 of 3: the modem says: 38",
		"Perhaps not sent to " + pat + ": no answer. It was not sent again, so that nobody gets it twice.\n\nsee you\n": "no answer. It was not sent again, so that nobody gets it twice",
		"Your message was not delivered:\nsee you":                                                                      "Your message was not delivered:",
		"Not sent to anybody\nsee you":                                                                                  "Not sent to anybody",
	} {
		l := newLab(t)
		l.device("A", "+1555000001")
		a, inbox := l.begin("A", outbox), l.begin("A", inbox)
		id := l.send("see you", pat)
		a.pull()
		a.pull()
		inbox.add(in, func(m *Message) { m.From = `[MOBILE:` + pat + `]` })
		text, err := l.m.Text(l.ctx, l.user, id)
		l.ok(err)
		if r := text.Recipients[0]; r.State != RecipientFailed || r.Error != want {
			t.Errorf("%q: %v %q, want %q", in, r.State, r.Error, want)
		}
	}
}
