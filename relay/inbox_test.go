package relay_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"asms/eas"
	"asms/relay"
	"asms/relay/simulator"
	"asms/sms"
)

// rawRadio is a radio that brings what a test gives it, and keeps what was not
// acknowledged, as a modem does.
type rawRadio struct {
	mu    sync.Mutex
	store [][]byte
	keep  bool // acknowledgements get lost
	wake  chan struct{}
}

func (r *rawRadio) bring(tpdus ...[]byte) {
	r.mu.Lock()
	r.store = append(r.store, tpdus...)
	r.mu.Unlock()
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

func (r *rawRadio) Submit(context.Context, []byte, func() error) (byte, error) {
	return 0, errors.New("not for sending")
}

func (r *rawRadio) Receive(ctx context.Context, handle func(context.Context, []byte) error) error {
	for next := 0; ; {
		r.mu.Lock()
		var tpdu []byte
		if next < len(r.store) {
			tpdu = r.store[next]
		}
		keep := r.keep
		r.mu.Unlock()
		if tpdu == nil {
			select {
			case <-r.wake:
			case <-ctx.Done():
				return ctx.Err()
			}
			continue
		}
		if err := handle(ctx, tpdu); err != nil {
			return err
		}
		if next++; !keep {
			next--
			r.mu.Lock()
			r.store = r.store[1:]
			r.mu.Unlock()
		}
	}
}

func (r *rawRadio) Info() relay.RadioInfo { return relay.RadioInfo{} }
func (r *rawRadio) Close() error          { return nil }

func (r *rawRadio) plug(o *relay.Options) {
	o.Radios = []relay.RadioOptions{{Open: func(context.Context) (relay.Radio, error) { return r, nil }}}
}

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.FixedZone("", 3600))

// delivers are the segments of a text from a sender.
func delivers(t *testing.T, from, text string, at time.Time, o *sms.Options) (list [][]byte) {
	t.Helper()
	segments, err := sms.Split(text, o)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range segments {
		b, err := (&sms.Deliver{Originator: from, Time: at, MoreMessages: i+1 < len(segments), UserData: s}).Encode()
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, b)
	}
	return list
}

func TestTextsIn(t *testing.T) {
	t.Run("a long text lands in the Inbox once", func(t *testing.T) {
		l := newLab(t, eas.Version161)
		c := l.network.Correspondent(bob, nil)
		l.start(nil)
		if err := c.Send(own, mixed); err != nil {
			t.Fatal(err)
		}
		reader := l.newClient("web1")
		if got := l.inbox(reader, 1); got[0] != mixed {
			t.Errorf("the Inbox has %q", got)
		}
		m := reader.texts(eas.FolderTypeInbox)[mixed]
		if !strings.Contains(*m.From, "MOBILE:"+bob) || !strings.Contains(*m.To, "MOBILE:"+own) || *m.Read {
			t.Errorf("from %s to %s, read %v", *m.From, *m.To, *m.Read)
		}
		l.eventually("the modem has forgotten it", func() bool { return l.sim.Stored() == 0 })
	})
	t.Run("parts repeated and out of order", func(t *testing.T) {
		for _, do := range []simulator.Action{simulator.Duplicate, simulator.Reorder} {
			t.Run(fmt.Sprint(do), func(t *testing.T) {
				l := newLab(t, eas.Version161)
				c := l.network.Correspondent(bob, nil)
				l.network.Inject(simulator.Fault{Do: do})
				l.start(nil)
				if err := c.Send(own, mixed); err != nil {
					t.Fatal(err)
				}
				l.network.Heal()
				if got := l.inbox(l.newClient("web1"), 1); got[0] != mixed {
					t.Errorf("the Inbox has %q", got)
				}
			})
		}
	})
	t.Run("two equal texts are two texts, senders stay verbatim", func(t *testing.T) {
		l := newLab(t, eas.Version161)
		tracker, bank := l.network.Correspondent("12345", nil), l.network.Correspondent("Bank", nil)
		l.start(nil)
		for range 3 {
			if err := tracker.Send(own, "position unchanged"); err != nil {
				t.Fatal(err)
			}
		}
		if err := bank.Send(own, "your code is 1234"); err != nil {
			t.Fatal(err)
		}
		reader := l.newClient("web1")
		l.inbox(reader, 4)
		all := reader.texts(eas.FolderTypeInbox)
		if *all["position unchanged"].From != `"12345" [MOBILE:12345]` || *all["your code is 1234"].From != `"Bank" [MOBILE:Bank]` {
			t.Errorf("from %s and %s", *all["position unchanged"].From, *all["your code is 1234"].From)
		}
	})
	t.Run("a modem that forgets nothing doubles nothing", func(t *testing.T) {
		l := newLab(t, eas.Version161)
		radio := &rawRadio{keep: true, wake: make(chan struct{}, 1)}
		l.change = radio.plug
		hello := delivers(t, bob, "hello", noon, nil)[0]
		long := delivers(t, bob, mixed, noon, &sms.Options{Reference: 300, WideReference: true})
		radio.bring(hello, long[0], hello)
		l.start(nil)
		reader := l.newClient("web1")
		l.inbox(reader, 2)
		l.stop()
		radio.bring(long...) // all that came before comes again first
		for range 2 {
			l.start(nil)
			l.inbox(reader, 3)
			l.stop()
		}
		radio.bring(hello) // the third in one session
		l.start(nil)
		l.inbox(reader, 4)
	})
	t.Run("class 0 comes in, what is for applications stays out", func(t *testing.T) {
		l := newLab(t, eas.Version161)
		radio := &rawRadio{wake: make(chan struct{}, 1)}
		l.change = radio.plug
		l.start(nil)
		encode := func(d *sms.Deliver) []byte {
			d.Originator, d.Time = bob, noon
			b, err := d.Encode()
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
		radio.bring(
			encode(&sms.Deliver{UserData: sms.UserData{Coding: sms.CodingBinary, Data: []byte{1, 2}, Header: sms.Header{Ports: &sms.Ports{Destination: 2948, Source: 9200}}}}),
			encode(&sms.Deliver{UserData: sms.UserData{Data: []byte("push"), Header: sms.Header{Ports: &sms.Ports{Destination: 5505, Source: 1}}}}),
			encode(&sms.Deliver{ProtocolID: 0x40, UserData: sms.UserData{Data: []byte("silent")}}),
			[]byte{0xFF, 0x03, 0x01}, // nobody can read that
			encode(&sms.Deliver{UserData: sms.UserData{Coding: 0x10, Data: []byte("flash")}}),
		)
		if got := l.inbox(l.newClient("web1"), 1); got[0] != "flash" {
			t.Errorf("the Inbox has %q", got)
		}
	})
	t.Run("a text whose middle never comes is shown without it", func(t *testing.T) {
		l := newLab(t, eas.Version161)
		radio := &rawRadio{wake: make(chan struct{}, 1)}
		l.change = func(o *relay.Options) { radio.plug(o); o.PartTimeout = 200 * time.Millisecond }
		parts := delivers(t, bob, strings.Repeat("a", 153)+strings.Repeat("b", 153)+"c", noon, &sms.Options{Reference: 7})
		radio.bring(parts[2], parts[0])
		l.start(nil)
		got := l.inbox(l.newClient("web1"), 1)
		if want := strings.Repeat("a", 153) + "[…]c\n\n(Of 3 parts these never came: 2.)"; got[0] != want {
			t.Errorf("the Inbox has %q", got)
		}
	})
	t.Run("DateReceived is the service centre's time", func(t *testing.T) {
		l := newLab(t, eas.Version161)
		radio := &rawRadio{wake: make(chan struct{}, 1)}
		l.change = radio.plug
		radio.bring(delivers(t, bob, "late", noon, nil)...)
		l.start(nil)
		reader := l.newClient("web1")
		l.inbox(reader, 1)
		if m := reader.texts(eas.FolderTypeInbox)["late"]; !m.DateReceived.Equal(noon) {
			t.Errorf("dated %s", m.DateReceived)
		}
	})
}

// killer ends the agent at the nth time that it passes a point.
type killer struct {
	nth int // 0 for never

	mu    sync.Mutex
	left  int
	point string
	seen  []string
}

func (k *killer) at(point string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.point != "" {
		return errors.New("dead")
	}
	k.seen = append(k.seen, point)
	if k.left--; k.left == 0 {
		k.point = point
		return errors.New("killed")
	}
	return nil
}

func kill(nth int) *killer { return &killer{nth: nth, left: nth} }

// pass counts the points that a run without a kill passes.
func pass(seen *killer) []string {
	seen.mu.Lock()
	defer seen.mu.Unlock()
	return slices.Clone(seen.seen)
}
