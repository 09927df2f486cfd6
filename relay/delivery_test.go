package relay_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"asms/eas"
	"asms/mailbox"
	"asms/relay"
	"asms/relay/atmodem"
	"asms/sms"
	"asms/store"
)

// scripted is a radio that takes every segment, with the references that it is
// told, and brings what the test gives it.
type scripted struct {
	mu     sync.Mutex
	next   byte
	taken  []string                            // numbers, one for each segment
	before func()                              // is called before Submit answers
	refuse func(submission int) *relay.Refusal // nil takes it; counted from 1
	count  int

	refuseTo func(number string) *relay.Refusal // nil for none
	info     relay.RadioInfo

	in   chan []byte
	kept chan error
	gone chan struct{}
}

func newScripted() *scripted {
	return &scripted{in: make(chan []byte), kept: make(chan error), gone: make(chan struct{})}
}

func (s *scripted) open(context.Context) (relay.Radio, error) { return s, nil }

func (s *scripted) Submit(_ context.Context, tpdu []byte, begin func() error) (byte, error) {
	d, err := sms.DecodeSubmit(tpdu)
	if err != nil {
		return 0, err
	}
	s.mu.Lock()
	s.count++
	refuse, refuseTo, count := s.refuse, s.refuseTo, s.count
	s.mu.Unlock()
	if refuseTo != nil {
		if r := refuseTo(d.Destination); r != nil {
			return 0, r
		}
	}
	if refuse != nil {
		if r := refuse(count); r != nil {
			return 0, r
		}
	}
	if err := begin(); err != nil {
		return 0, err
	}
	s.mu.Lock()
	s.next++
	reference, before := s.next, s.before
	s.taken = append(s.taken, d.Destination)
	s.mu.Unlock()
	if before != nil {
		before()
	}
	return reference, nil
}

func (s *scripted) Receive(ctx context.Context, handle func(context.Context, []byte) error) error {
	s.mu.Lock()
	gone := s.gone
	s.mu.Unlock()
	for {
		select {
		case tpdu := <-s.in:
			s.kept <- handle(ctx, tpdu)
		case <-ctx.Done():
			return ctx.Err()
		case <-gone:
			return errors.New("gone")
		}
	}
}

func (s *scripted) Info() relay.RadioInfo {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.info
}

func (s *scripted) Close() error { return nil }

func (s *scripted) texts() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.taken...)
}

// bring has the radio bring a TPDU and waits until the agent has it.
func (s *scripted) bring(t *testing.T, tpdu []byte, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	s.in <- tpdu
	if err := <-s.kept; err != nil {
		t.Fatal(err)
	}
}

func (s *scripted) report(t *testing.T, reference byte, number string, status sms.Status) {
	t.Helper()
	tpdu, err := (&sms.StatusReport{Reference: reference, Recipient: number, Time: time.Now(), Discharged: time.Now(), Status: status}).Encode()
	s.bring(t, tpdu, err)
}

// newScriptedLab is a lab with the API and a scripted radio that asks for status
// reports.
func newScriptedLab(t *testing.T) (*lab, *scripted, *client) {
	t.Helper()
	l, s := newChannelLab(t), newScripted()
	l.change = func(o *relay.Options) {
		o.StatusReports, o.Radios = true, []relay.RadioOptions{{Open: s.open}}
	}
	l.start(nil)
	l.phoneReady()
	return l, s, l.newClient("web1")
}

// newReportingLab is a lab whose modem hands on status reports.
func newReportingLab(t *testing.T) *lab {
	t.Helper()
	l := newChannelLab(t)
	l.change = func(o *relay.Options) {
		o.StatusReports = true
		o.Radios[0].Open = func(ctx context.Context) (relay.Radio, error) {
			near, far := net.Pipe()
			go func() { _ = l.sim.ServeConn(far) }()
			m, err := atmodem.Open(ctx, near, &atmodem.Options{StatusReports: true, CommandTimeout: 200 * time.Millisecond, PollInterval: 50 * time.Millisecond})
			if err != nil {
				return nil, err
			}
			return modem{m}, nil
		}
	}
	return l
}

func TestStatusReports(t *testing.T) {
	t.Run("delivered, also when killed as the report comes", func(t *testing.T) {
		l := newReportingLab(t)
		l.network.Correspondent(bob, nil)
		l.network.SetReachable(bob, false)
		l.start(func(point string) error {
			if point == "status report kept" {
				return errors.New("killed")
			}
			return nil
		})
		l.phoneReady()
		writer := l.newClient("web1")
		id := writer.write(bob, strings.Repeat("of several parts ", 20))
		l.settled(id)
		l.network.SetReachable(bob, true)
		l.killed(func() bool { return false })
		l.recipients(id, store.RecipientDelivered)
		l.noneTwice(l.submissions())
	})
	t.Run("delivered days later, by a modem, over restarts of the agent", func(t *testing.T) {
		l := newReportingLab(t)
		l.network.Correspondent(bob, nil)
		l.network.SetReachable(bob, false)
		l.start(nil)
		l.phoneReady()
		writer := l.newClient("web1")
		id := writer.write(bob, strings.Repeat("of several parts ", 20))
		l.settled(id)
		l.recipients(id, store.RecipientSent)
		l.stop()
		l.start(nil)
		l.phoneReady()
		l.network.SetReachable(bob, true)
		l.recipients(id, store.RecipientDelivered)
		if s := l.state(id); s != mailbox.TextDelivered {
			t.Errorf("the text is %v", s)
		}
	})
	t.Run("off, none is asked for", func(t *testing.T) {
		l := newLab(t, eas.Version161)
		l.network.Correspondent(bob, nil)
		l.start(nil)
		l.phoneReady()
		l.settled(l.newClient("web1").write(bob, "hello"))
		if d, err := sms.DecodeSubmit(l.network.Submissions()[0].TPDU); err != nil || d.StatusReport {
			t.Errorf("submitted %+v, %v", d, err)
		}
	})
	t.Run("all segments make delivered, one makes failed, trying changes nothing", func(t *testing.T) {
		l, s, writer := newScriptedLab(t)
		id := writer.write(bob+", "+carol, strings.Repeat("of two parts ", 15)) // bob 1 and 2, carol 3 and 4
		l.settled(id)
		s.report(t, 1, bob, sms.StatusReceived)
		s.report(t, 3, carol, sms.StatusReceived)
		s.report(t, 2, bob, sms.StatusTrying)
		s.report(t, 4, carol, sms.StatusTrying)
		l.recipients(id, store.RecipientSent, store.RecipientSent)
		s.report(t, 4, carol, sms.StatusExpired)
		got := l.recipients(id, store.RecipientSent, store.RecipientFailed)
		if !strings.Contains(got[1].Error, "part 2 of 2: validity period expired") {
			t.Errorf("the server has %+v", got[1])
		}
		s.report(t, 2, bob, sms.StatusReceived)
		s.report(t, 2, bob, sms.StatusTrying) // overtaken
		l.recipients(id, store.RecipientDelivered, store.RecipientFailed)
	})
	t.Run("a report that comes before the modem's answer waits for it", func(t *testing.T) {
		l, s, writer := newScriptedLab(t)
		s.mu.Lock()
		s.before = func() { s.report(t, 1, bob, sms.StatusReceived) }
		s.mu.Unlock()
		l.recipients(writer.write(bob, "quick"), store.RecipientDelivered)
	})
	t.Run("a reference that is used again is the newest one's", func(t *testing.T) {
		l, s, writer := newScriptedLab(t)
		first := writer.write(bob, "one")
		l.settled(first)
		s.mu.Lock()
		s.next = 0
		s.mu.Unlock()
		second := writer.write(bob, "two")
		l.settled(second)
		s.report(t, 1, bob, sms.StatusReceived)
		l.recipients(second, store.RecipientDelivered)
		l.recipients(first, store.RecipientSent)
	})
	t.Run("of another number, or unreadable, it is nobody's", func(t *testing.T) {
		l, s, writer := newScriptedLab(t)
		id := writer.write("0555 000 2001", "hello")
		l.settled(id)
		s.report(t, 1, carol, sms.StatusExpired)
		s.report(t, 9, bob, sms.StatusExpired)
		s.bring(t, []byte{2, 1}, nil)
		l.recipients(id, store.RecipientSent)
		s.report(t, 1, "+495550002001", sms.StatusReceived) // with the country in front
		l.recipients(id, store.RecipientDelivered)
	})
}
