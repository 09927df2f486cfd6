package relay_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"asms/eas"
	"asms/relay"
	"asms/sms"
)

const second = "+15550001112"

// newTwinLab is a lab with two scripted radios; the first opens while there is
// set.
func newTwinLab(t *testing.T) (l *lab, a, b *scripted, there *atomic.Bool) {
	t.Helper()
	l, a, b, there = newLab(t, eas.Version161), newScripted(), newScripted(), new(atomic.Bool)
	there.Store(true)
	l.change = func(o *relay.Options) {
		o.Radios = []relay.RadioOptions{{Number: own, Open: func(ctx context.Context) (relay.Radio, error) {
			if !there.Load() {
				return nil, errors.New("unplugged")
			}
			return a.open(ctx)
		}}, {Number: second, Open: b.open}}
	}
	l.start(nil)
	l.phoneReady()
	return l, a, b, there
}

// unplug ends the radio, which does not open again before plug.
func (s *scripted) unplug(there *atomic.Bool) {
	there.Store(false)
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.gone)
}

func (s *scripted) plug(there *atomic.Bool) {
	s.mu.Lock()
	s.gone = make(chan struct{})
	s.mu.Unlock()
	there.Store(true)
}

func (s *scripted) text(t *testing.T, from, body string) {
	t.Helper()
	data, err := sms.Split(body, nil)
	if err != nil {
		t.Fatal(err)
	}
	tpdu, err := (&sms.Deliver{Originator: from, Time: time.Now(), UserData: data[0]}).Encode()
	s.bring(t, tpdu, err)
}

func wantTexts(t *testing.T, who string, s *scripted, want ...string) {
	t.Helper()
	if got := s.texts(); !slices.Equal(got, want) {
		t.Errorf("by the %s SIM went %v, want %v", who, got, want)
	}
}

func TestSeveralRadios(t *testing.T) {
	t.Run("a text comes to the number of its SIM, and the answer leaves by it", func(t *testing.T) {
		l, a, b, _ := newTwinLab(t)
		b.text(t, bob, "to the second")
		a.text(t, carol, "to the first")
		writer := l.newClient("web1")
		l.inbox(writer, 2)
		for body, number := range map[string]string{"to the second": second, "to the first": own} {
			if m := writer.texts(eas.FolderTypeInbox)[body]; m.To == nil || !strings.Contains(*m.To, number) {
				t.Errorf("%q came to %v", body, m.To)
			}
		}
		l.stop()
		l.start(nil) // it is on disk
		l.phoneReady()
		l.settled(writer.write(bob+", "+carol+", "+dave, "to three"))
		wantTexts(t, "first", a, carol, dave) // dave is new
		wantTexts(t, "second", b, bob)
		a.text(t, bob, "from now on here")
		l.inbox(writer, 3)
		l.settled(writer.write(bob, "as you like"))
		wantTexts(t, "first", a, carol, dave, bob)
	})
	t.Run("by the other while one is not there, and then by that again", func(t *testing.T) {
		l, a, b, there := newTwinLab(t)
		l.eventually("the first is used", func() bool {
			writer := l.newClient("web0")
			l.settled(writer.write(dave, "hello"))
			return len(a.texts()) > 0
		})
		a.unplug(there)
		l.eventually("it leaves by the second", func() bool {
			l.settled(l.newClient("web1").write(bob, "hello"))
			return len(b.texts()) > 0
		})
		a.plug(there)
		time.Sleep(200 * time.Millisecond)
		l.settled(l.newClient("web2").write(bob, "again"))
		if got := b.texts(); got[len(got)-1] != bob || len(got) < 2 {
			t.Errorf("the conversation went elsewhere: %v", got)
		}
	})
	t.Run("a text begun by one waits for it, and holds up no other", func(t *testing.T) {
		l, a, b, there := newTwinLab(t)
		var failed atomic.Bool
		a.refuse = func(n int) *relay.Refusal {
			if n != 2 || failed.Swap(true) {
				return nil
			}
			a.unplug(there)
			return &relay.Refusal{Reason: "unplugged", Code: -1, Unready: true}
		}
		writer := l.newClient("web1")
		b.text(t, carol, "hello")
		long := writer.write(bob, strings.Repeat("of two parts ", 15))
		l.eventually("it is half sent", failed.Load)
		l.settled(writer.write(carol, "not held up"))
		wantTexts(t, "second", b, carol)
		a.plug(there)
		l.settled(long)
		wantTexts(t, "first", a, bob, bob)
		wantTexts(t, "second", b, carol)
	})
}

func TestNationalTables(t *testing.T) {
	l := newLab(t, eas.Version161)
	l.change = func(o *relay.Options) { o.National, o.MaxSegments = []sms.Language{sms.Turkish}, 1 }
	c := l.network.Correspondent(bob, nil)
	l.start(nil)
	l.phoneReady()
	text := strings.Repeat("şımarık ğ ", 10) // two segments of UCS-2
	l.settled(l.newClient("web1").write(bob, text))
	if got := bodiesOf(c); !slices.Equal(got, []string{text}) {
		t.Errorf("bob has %q", got)
	}
}
