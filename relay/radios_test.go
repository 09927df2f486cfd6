package relay_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"asms/eas"
	"asms/relay"
	"asms/relay/simulator"
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

// with has the phone use these radios only.
func (l *lab) with(radios ...relay.RadioOptions) {
	l.change = func(o *relay.Options) { o.Radios = radios }
}

func TestRadiosDoNotWaitForEachOther(t *testing.T) {
	t.Run("one is slow", func(t *testing.T) {
		l, a, b, _ := newTwinLab(t)
		b.text(t, bob, "hello")
		writer := l.newClient("web1")
		l.inbox(writer, 1)
		slow := make(chan struct{})
		a.mu.Lock()
		a.before = func() { <-slow }
		a.mu.Unlock()
		stuck := writer.write(carol, strings.Repeat("of two parts ", 15))
		l.eventually("the first has begun", func() bool { return len(a.texts()) > 0 })
		for range 3 {
			l.settled(writer.write(bob, "by the second"))
		}
		wantTexts(t, "second", b, bob, bob, bob)
		close(slow)
		l.settled(stuck)
		wantTexts(t, "first", a, carol, carol)
	})
	t.Run("one has no network", func(t *testing.T) {
		l, a, b, _ := newTwinLab(t)
		a.mu.Lock()
		a.info.Offline = true
		a.mu.Unlock()
		l.settled(l.newClient("web1").write(bob, "by the other"))
		wantTexts(t, "second", b, bob)
		b.mu.Lock()
		b.info.Offline = true
		b.mu.Unlock()
		l.settled(l.newClient("web2").write(bob, "by the same, which will say why not"))
		wantTexts(t, "second", b, bob, bob)
		wantTexts(t, "first", a)
	})
}

func TestLockedSIM(t *testing.T) {
	locked := func(context.Context) (relay.Radio, error) {
		return nil, fmt.Errorf("%w: it asks for a PIN, and none is given", relay.ErrLocked)
	}
	t.Run("the others go on", func(t *testing.T) {
		l, b := newLab(t, eas.Version161), newScripted()
		var log lockedBuffer
		var opened atomic.Int32
		l.change = func(o *relay.Options) {
			o.Log = slog.New(slog.NewTextHandler(&log, nil))
			o.Radios = []relay.RadioOptions{{Number: own, Open: func(ctx context.Context) (relay.Radio, error) {
				opened.Add(1)
				return locked(ctx)
			}}, {Number: second, Open: b.open}}
		}
		l.start(nil)
		l.phoneReady()
		writer := l.newClient("web1")
		l.settled(writer.write(bob, "hello"))
		b.text(t, bob, "answer")
		l.inbox(writer, 1)
		wantTexts(t, "second", b, bob)
		if n := opened.Load(); n != 1 {
			t.Errorf("the locked one was opened %d times", n)
		}
		if said := log.String(); !strings.Contains(said, "radio=1") || !strings.Contains(said, "asks for a PIN") || !strings.Contains(said, "remedy=") {
			t.Errorf("the log says %s", said)
		}
	})
	t.Run("when all are, the agent ends", func(t *testing.T) {
		l := newLab(t, eas.Version161)
		l.with(relay.RadioOptions{Number: own, Open: locked}, relay.RadioOptions{Number: second, Open: locked})
		l.start(nil)
		if err := l.ended(); !errors.Is(err, relay.ErrLocked) {
			t.Errorf("ended with %v", err)
		}
	})
}

// lockedBuffer may be written to by several goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// A radio that fails before it has a segment is opened again within a second, and
// then the segment goes out.
func TestRetryWhenTheRadioIsBack(t *testing.T) {
	failing := func(w *world, refuse func(n int) *relay.Refusal) *scripted {
		s := newScripted()
		s.refuse = refuse
		w.phone.hold("change")
		w.phone.change = func(o *relay.Options) {
			o.Radios[0].Open = func(context.Context) (relay.Radio, error) { return &ending{s, make(chan struct{}), sync.Once{}}, nil }
		}
		w.phone.release("change")
		time.Sleep(time.Minute)
		return s
	}
	unready := &relay.Refusal{Reason: "no prompt", Code: -1, Unready: true}
	t.Run("at once", func(t *testing.T) {
		inTime(t, func(t *testing.T, w *world, o *owner) {
			s := failing(w, func(n int) *relay.Refusal {
				if n == 2 {
					return unready
				}
				return nil
			})
			begun := time.Now()
			id := o.write("w1", bob, strings.Repeat("of two parts ", 15))
			for !o.left(id) {
				time.Sleep(100 * time.Millisecond)
			}
			if took := time.Since(begun); took > 5*time.Second {
				t.Errorf("it took %s", took)
			}
			wantTexts(t, "only", s, bob, bob)
		})
	})
	t.Run("but no radio is worn out by a text that it fails at", func(t *testing.T) {
		inTime(t, func(t *testing.T, w *world, o *owner) {
			var tries atomic.Int32
			s := failing(w, func(int) *relay.Refusal { return nil })
			s.mu.Lock()
			s.refuseTo = func(number string) *relay.Refusal {
				if number != carol {
					return nil
				}
				tries.Add(1)
				return unready
			}
			s.mu.Unlock()
			bad := o.write("w1", carol, "poison")
			good := o.write("w2", bob, "hello")
			time.Sleep(5 * time.Minute)
			if !o.left(good) {
				t.Error("another text has not gone out")
			}
			time.Sleep(5 * time.Hour)
			if !o.left(bad) {
				t.Error("it was not given up")
			}
			if n := tries.Load(); n < 10 || n > 100 {
				t.Errorf("it was tried %d times", n)
			}
		})
	})
}

// ending is a radio that ends when it is closed.
type ending struct {
	*scripted
	closed chan struct{}
	once   sync.Once
}

func (e *ending) Receive(ctx context.Context, handle func(context.Context, []byte) error) error {
	select {
	case <-e.closed:
		return errors.New("closed")
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (e *ending) Close() error {
	e.once.Do(func() { close(e.closed) })
	return nil
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

// What was under way when the agent ended is settled when it begins again, with a
// radio or without.
func TestBeginningWithoutARadio(t *testing.T) {
	t.Run("a segment that nobody knows of stays unknown", func(t *testing.T) {
		inTime(t, func(t *testing.T, w *world, o *owner) {
			w.network.Inject(simulator.Fault{Do: simulator.Swallow, Times: 1})
			o.write("w1", bob, "hello")
			time.Sleep(5 * time.Second) // the modem is silent
			w.phone.killIn.Store(1)
			w.phone.down = time.Minute
			w.sites[0].setUnplugged(true)
			time.Sleep(10 * time.Hour)
			o.sync()
			got := o.bodies(eas.FolderTypeInbox)
			if len(got) != 1 {
				t.Fatalf("the Inbox has %v", got)
			}
			for body := range got {
				if !strings.HasPrefix(body, "Perhaps not sent to "+bob) {
					t.Errorf("the report says %q", body)
				}
			}
		})
	})
	t.Run("a text that has waited too long has its chance with the radio", func(t *testing.T) {
		inTime(t, func(t *testing.T, w *world, o *owner) {
			w.sites[0].setUnplugged(true)
			id := o.write("w1", bob, "hello")
			time.Sleep(time.Minute)
			w.phone.hold("away")
			time.Sleep(5 * time.Hour)
			w.sites[0].setUnplugged(false)
			w.phone.release("away")
			time.Sleep(time.Minute)
			if !o.left(id) || o.bodies(eas.FolderTypeSentItems)["hello"] != 1 {
				t.Error("it was not sent")
			}
		})
	})
	t.Run("and is given up without one", func(t *testing.T) {
		inTime(t, func(t *testing.T, w *world, o *owner) {
			w.sites[0].setUnplugged(true)
			id := o.write("w1", bob, "hello")
			time.Sleep(3 * time.Hour)
			if o.left(id) {
				t.Error("too early")
			}
			time.Sleep(61 * time.Minute)
			if !o.left(id) || o.bodies(eas.FolderTypeDrafts)["hello"] != 1 {
				t.Error("it was not given up")
			}
		})
	})
}
