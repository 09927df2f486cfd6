package mailbox

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"asms/sms"
)

func TestNumbersThatAreOne(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		region, key string
		numbers     []string
	}{
		{"DE", "+491711234567", []string{"+49 171 1234567", "0171 123 45 67", "0171/1234567", "0049 171 1234567", "+49 (0) 171 1234567", "491711234567"}},
		{"DE", "+14255550123", []string{"+1 (425) 555-0123", "001 425 555 0123"}},
		{"DE", "+493012345678", []string{"030 12345678", "+49 30 12345678"}},
		{"US", "+14255550123", []string{"+1 (425) 555-0123", "425-555-0123", "(425) 555-0123", "1 425 555 0123", "14255550123"}},
		{"US", "+491711234567", []string{"011 49 171 1234567", "+49 171 1234567", "0049 171 1234567"}},
		{"GB", "+447700900123", []string{"07700 900123", "+44 7700 900123", "+44 (0)7700 900123", "00447700900123"}}, // a range nobody has
		{"FR", "+33612345678", []string{"06 12 34 56 78", "+33 6 12 34 56 78", "0033 6 12 34 56 78"}},
		{"ES", "+34612345678", []string{"612 34 56 78", "+34 612 345 678"}},
		{"IT", "+390612345678", []string{"06 1234 5678", "+39 06 1234 5678"}},
		{"", "+491711234567", []string{"+49 171 1234567", "0049 171 1234567", "+49 (0)171 1234567", "+4901711234567"}},
		{"", "01711234567", []string{"0171 1234567"}},
		{"", "4255550123", []string{"425 555 0123"}},

		// what is no subscriber's number stays as it was written
		{"DE", "22922", []string{"22922", "22 922"}},
		{"DE", "110", []string{"110"}},
		{"DE", "80888", []string{"80888"}},
		{"US", "12345", []string{"12345"}},
		{"US", "911", []string{"911"}},
		{"US", "262966", []string{"262966", "262-966"}},
		{"US", "5550123", []string{"555-0123"}}, // without its area
		{"GB", "12345", []string{"12345"}},
		{"GB", "60006", []string{"60006"}},
		{"FR", "38383", []string{"38383"}},
		{"DE", "vodafone", []string{"VODAFONE", "Vodafone"}},
		{"DE", "my bank 24", []string{"My  Bank 24"}},
		{"DE", "1-800-flowers", []string{"1-800-FLOWERS"}},
		{"DE", "+1", []string{"+1"}},
		{"DE", "+49", []string{"+49"}},
		{"DE", "", []string{"", " "}},
		{"DE", "+99912345678", []string{"+999 12345678"}}, // no country
		{"US", strings.Repeat("9", 40), []string{strings.Repeat("9", 40)}},
	} {
		n := numbers{region: c.region}
		for _, number := range c.numbers {
			for range 2 { // the second time from memory
				if got := n.key(number); got != c.key {
					t.Errorf("%s %q: %q, want %q", c.region, number, got, c.key)
				}
			}
		}
	}
}

func TestRegions(t *testing.T) {
	t.Parallel()
	for region, want := range map[string]bool{"": true, "DE": true, "US": true, "GB": true, "de": false, "ZZ": false, "Germany": false, "001": false} {
		if KnownRegion(region) != want {
			t.Errorf("%q: %v", region, !want)
		}
	}
}

func TestNumbersForgetWithinABound(t *testing.T) {
	t.Parallel()
	var n numbers
	for i := range knownLimit + 10 {
		n.key(fmt.Sprintf("+1425%07d", i))
	}
	if len(n.known) != 10 {
		t.Errorf("%d numbers are remembered", len(n.known))
	}
}

func TestANumberWrittenInTwoWaysIsOneConversation(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.m = New(l.st, &Options{Now: l.m.now, Region: "DE"})
	l.device("PHONE", "0171 7654321")
	in, out, inbox := l.begin("PHONE", "5"), l.begin("PHONE", "4"), l.begin("PHONE", "1")
	text := l.send("hello", "0171 1234567")
	answer := inbox.add("hello yourself", func(m *Message) { m.From, m.To = `"Pat" [MOBILE:+491711234567]`, "" })
	in.pull()
	_ = out

	t.Run("From and To stay as they were given", func(t *testing.T) {
		if i := in.items[text]; i == nil || i.To != `"" [MOBILE:0171 1234567]` {
			t.Errorf("the phone got %+v", i)
		}
	})
	t.Run("a report finds its recipient", func(t *testing.T) {
		err := l.m.Report(l.ctx, l.user, "PHONE", text, []RecipientReport{{Number: "+491711234567", State: RecipientSent}})
		if err != nil {
			t.Error(err)
		}
	})
	t.Run("and so does a non-delivery report", func(t *testing.T) {
		failing := l.send("into the void", "0049 171 99 99 999")
		in.pull()
		in.pull()
		inbox.add("not sent: \"into the void\"", func(m *Message) { m.From, m.To = "0171/9999999", "" })
		got, err := l.m.Text(l.ctx, l.user, failing)
		l.ok(err)
		if got.Recipients[0].State != RecipientFailed {
			t.Errorf("%+v", got.Recipients)
		}
	})
	a, err := l.m.Fetch(l.ctx, l.user, text)
	l.ok(err)
	b, err := l.m.Fetch(l.ctx, l.user, answer)
	l.ok(err)
	if string(a.ConversationID) != string(b.ConversationID) {
		t.Error("two conversations")
	}
}

func BenchmarkNumberKey(b *testing.B) {
	b.Run("new", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			e164(sms.Normalize(fmt.Sprintf("0171%07d", i)), "DE")
		}
	})
	b.Run("known", func(b *testing.B) {
		n := numbers{region: "DE"}
		for b.Loop() {
			n.key("0171 1234567")
		}
	})
}

func TestOnePersonGetsATextOnce(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.m = New(l.st, &Options{Now: l.m.now, Region: "DE"})
	id, err := l.m.Send(l.ctx, l.user, Outgoing{Body: "hello", To: []sms.Address{
		{Number: "0171 5550100"}, {Number: "22922"}, {Number: "+49 171 5550100"}, {Number: "0049 171 5550100"}, {Number: "0171 5550101"},
	}})
	l.ok(err)
	e, err := l.m.Message(l.ctx, l.user, id)
	l.ok(err)
	var to []string
	for _, r := range e.Text.Recipients {
		to = append(to, r.Number)
	}
	if want := []string{"0171 5550100", "22922", "0171 5550101"}; !slices.Equal(to, want) {
		t.Errorf("%q, want %q", to, want)
	}
}
