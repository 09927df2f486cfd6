package atmodem_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"asms/relay/atmodem"
	"asms/relay/simulator"
	"asms/sms"
)

const (
	ours   = "+15550001111"
	theirs = "+15550002222"
)

// bench is a simulated network with one modem on it.
type bench struct {
	t       *testing.T
	network *simulator.Network
	radio   *simulator.Modem
}

func setup(t *testing.T, opts *simulator.ModemOptions) *bench {
	t.Parallel()
	n := simulator.NewNetwork(nil)
	t.Cleanup(n.Close)
	return &bench{t, n, n.Modem(ours, opts)}
}

// quick keeps the waits for a silent modem short.
func quick() *atmodem.Options {
	return &atmodem.Options{StatusReports: true, CommandTimeout: 100 * time.Millisecond, PollInterval: 50 * time.Millisecond}
}

// plug connects a program to the modem, over a pipe.
func (b *bench) plug() io.ReadWriteCloser {
	near, far := net.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := b.radio.ServeConn(far); err != nil {
			b.t.Error(err)
		}
	}()
	b.t.Cleanup(func() { near.Close(); <-done })
	return near
}

func (b *bench) open(opts *atmodem.Options) *atmodem.Modem {
	b.t.Helper()
	if opts == nil {
		opts = quick()
	}
	m, err := atmodem.Open(b.t.Context(), b.plug(), opts)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { m.Close() })
	return m
}

// tpdus are the segments of a text to theirs, reports asked for.
func tpdus(t *testing.T, text string) [][]byte {
	t.Helper()
	segments, err := sms.Split(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	var list [][]byte
	for _, s := range segments {
		b, err := (&sms.Submit{Destination: theirs, StatusReport: true, UserData: s}).Encode()
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, b)
	}
	return list
}

// inbox collects what Receive hands over.
type inbox struct {
	mu      sync.Mutex
	texts   []string
	from    []string
	reports []sms.StatusReport
	parts   []sms.Part
}

func (i *inbox) handle(_ context.Context, pdu []byte, kind atmodem.Kind) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if kind == atmodem.StatusReport {
		r, err := sms.DecodeStatusReport(pdu)
		if err != nil {
			return err
		}
		i.reports = append(i.reports, *r)
		return nil
	}
	d, err := sms.DecodeDeliver(pdu)
	if err != nil {
		return err
	}
	i.parts = append(i.parts, sms.Part{Sender: d.Originator, Time: d.Time, UserData: d.UserData})
	complete, _ := sms.Reassemble(i.parts)
	i.texts, i.from = nil, nil
	for _, m := range complete {
		i.texts, i.from = append(i.texts, m.Text), append(i.from, m.Sender)
	}
	return nil
}

func (i *inbox) count() (texts, reports int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return len(i.texts), len(i.reports)
}

// receive runs Receive until the returned function is called.
func receive(t *testing.T, m *atmodem.Modem, handle func(context.Context, []byte, atmodem.Kind) error) (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	result := make(chan error, 1)
	go func() { result <- m.Receive(ctx, handle) }()
	stop = sync.OnceValue(func() error { cancel(); return <-result })
	t.Cleanup(func() { _ = stop() })
	return stop
}

func eventually(t *testing.T, what string, cond func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); !cond(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within 5 s: %s", what)
		}
	}
}

func TestOpenTellsWhatTheModemIs(t *testing.T) {
	m := setup(t, nil).open(nil)
	want := atmodem.Info{
		Manufacturer: "asms", Model: "Simulator", Revision: "1.0", IMEI: "490154203237518", Number: ours,
		Operator: "Simulated", SMSC: "+15550000000", Signal: 24, Registered: true,
	}
	if got := m.Info(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestOpenWithPIN(t *testing.T) {
	b := setup(t, &simulator.ModemOptions{PIN: "1234", HideNumber: true})
	if _, err := atmodem.Open(t.Context(), b.plug(), quick()); !errors.Is(err, atmodem.ErrPIN) {
		t.Errorf("no PIN: %v", err)
	}
	opts := quick()
	opts.PIN = "1234"
	if got := b.open(opts).Info(); got.Number != "" || !got.Registered {
		t.Errorf("got %+v", got)
	}
}

// A wrong PIN costs one of three tries, however often the modem is opened; a
// SIM that is out of tries wants its PUK, which is nothing for a program.
func TestOpenWithWrongPIN(t *testing.T) {
	var tries atomic.Int32
	b := setup(t, &simulator.ModemOptions{PIN: "1234", Intercept: func(command string) ([]string, bool) {
		if strings.HasPrefix(command, "+CPIN=") {
			tries.Add(1)
		}
		return nil, false
	}})
	opts := quick()
	opts.PIN = "9999"
	for range 4 {
		if _, err := atmodem.Open(t.Context(), b.plug(), opts); !errors.Is(err, atmodem.ErrPIN) {
			t.Errorf("a wrong PIN: %v", err)
		}
	}
	if n := tries.Load(); n != 1 {
		t.Errorf("%d tries", n)
	}
	b = &bench{t, b.network, b.network.Modem(ours, &simulator.ModemOptions{Intercept: func(command string) ([]string, bool) {
		return []string{"+CPIN: SIM PUK", "OK"}, command == "+CPIN?"
	}})}
	if _, err := atmodem.Open(t.Context(), b.plug(), opts); !errors.Is(err, atmodem.ErrPIN) || !strings.Contains(err.Error(), "PUK") {
		t.Errorf("a SIM that wants its PUK: %v", err)
	}
}

func TestOpenSilentModem(t *testing.T) {
	b := setup(t, &simulator.ModemOptions{Intercept: func(string) ([]string, bool) { return nil, true }})
	// "AT" alone has no command to intercept, the next one has.
	if _, err := atmodem.Open(t.Context(), b.plug(), quick()); err == nil {
		t.Error("opened a silent modem")
	}
	near, far := net.Pipe() // nobody reads at all
	defer far.Close()
	if _, err := atmodem.Open(t.Context(), near, quick()); !errors.Is(err, atmodem.ErrClosed) {
		t.Errorf("a line that takes nothing: %v", err)
	}
}

func TestOpenModestModem(t *testing.T) { // only a SIM, no ds=2, no CSMS, errors as words
	b := setup(t, &simulator.ModemOptions{NoME: true, Intercept: func(command string) ([]string, bool) {
		switch {
		case strings.HasPrefix(command, "+CSMS"), strings.HasPrefix(command, "+CMEE"), command == "+CNUM", command == "+CNMI=?":
			return []string{"ERROR"}, true
		case strings.HasPrefix(command, "+CNMI=") && strings.Split(command, ",")[3] == "2":
			return []string{"+CMS ERROR: operation not supported"}, true
		}
		return nil, false
	}})
	m := b.open(nil)
	var in inbox
	receive(t, m, in.handle)
	if _, err := m.Submit(t.Context(), tpdus(t, "hi")[0], nil); err != nil {
		t.Fatal(err)
	}
	c := b.network.Correspondent(theirs, nil)
	if err := c.Send(ours, "hello"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "one text and one report", func() bool { texts, reports := in.count(); return texts == 1 && reports == 1 })
}

func TestLongTextBothWays(t *testing.T) {
	b := setup(t, nil)
	text := strings.Repeat("Ein längerer Text mit € und 😀, ", 20)
	b.network.Correspondent(theirs, func(got simulator.Text) []string { return []string{"you said: " + got.Body} })
	m := b.open(nil)
	var in inbox
	receive(t, m, in.handle)
	references := map[byte]bool{}
	list := tpdus(t, text)
	for _, tpdu := range list {
		reference, err := m.Submit(t.Context(), tpdu, nil)
		if err != nil {
			t.Fatal(err)
		}
		references[reference] = true
	}
	eventually(t, "the answer and all reports", func() bool {
		texts, reports := in.count()
		return texts == 1 && reports == len(list)
	})
	if in.texts[0] != "you said: "+text || in.from[0] != theirs {
		t.Errorf("received %q from %s", in.texts[0], in.from[0])
	}
	for _, r := range in.reports {
		if !references[r.Reference] || r.Recipient != theirs || !r.Status.Delivered() {
			t.Errorf("report %+v", r)
		}
		delete(references, r.Reference)
	}
	eventually(t, "an empty store", func() bool { return b.radio.Stored() == 0 })
	if n := len(b.network.Submissions()); n != len(list) {
		t.Errorf("%d submissions of %d segments", n, len(list))
	}
}

func TestSubmitRefused(t *testing.T) {
	b := setup(t, nil)
	m := b.open(nil)
	b.network.Inject(simulator.Fault{Do: simulator.Reject, Code: 21, Times: 1})
	b.network.Inject(simulator.Fault{Do: simulator.Reject, Code: 42, Times: 1})
	for _, want := range []struct {
		code      int
		temporary bool
	}{{21, false}, {42, true}} {
		_, err := m.Submit(t.Context(), tpdus(t, "hi")[0], nil)
		var refused *atmodem.SubmitError
		if !errors.As(err, &refused) || refused.Code != want.code || refused.Temporary() != want.temporary || refused.Reason() == "" {
			t.Errorf("got %v, want CMS %d", err, want.code)
		}
		if errors.Is(err, atmodem.ErrUnknownOutcome) {
			t.Errorf("a refusal is no unknown outcome: %v", err)
		}
	}
	if _, err := m.Submit(t.Context(), tpdus(t, "hi")[0], nil); err != nil {
		t.Errorf("the third goes through: %v", err)
	}
}

func TestSubmitOutcomeUnknown(t *testing.T) {
	for name, tt := range map[string]struct {
		fault   simulator.Fault
		usable  bool // the modem goes on afterwards
		unknown bool
	}{
		"the answer gets lost":                 {simulator.Fault{Do: simulator.DropAnswer}, true, true},
		"the answer is unreadable":             {simulator.Fault{Do: simulator.Garble}, true, true},
		"the modem swallows the segment":       {simulator.Fault{Do: simulator.Swallow}, true, true},
		"the network doesn't answer the modem": {simulator.Fault{Do: simulator.Reject, Code: 332}, true, true},
		"the line drops before the answer":     {simulator.Fault{Do: simulator.HangUpSent}, false, true},
		"the line drops with the segment":      {simulator.Fault{Do: simulator.HangUp}, false, true},
		"there is no prompt":                   {simulator.Fault{Do: simulator.NoPrompt}, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t, nil)
			m := b.open(nil)
			tt.fault.Times = 1
			b.network.Inject(tt.fault)
			_, err := m.Submit(t.Context(), tpdus(t, "first")[0], nil)
			if err == nil || errors.Is(err, atmodem.ErrUnknownOutcome) != tt.unknown {
				t.Fatalf("got %v", err)
			}
			var refused *atmodem.SubmitError
			if errors.As(err, &refused) {
				t.Errorf("looks like a refusal: %v", err)
			}
			reference, err := m.Submit(t.Context(), tpdus(t, "second")[0], nil)
			if tt.usable != (err == nil) {
				t.Fatalf("the next one: %v", err)
			}
			if !tt.usable {
				if !errors.Is(err, atmodem.ErrClosed) || errors.Is(err, atmodem.ErrUnknownOutcome) {
					t.Errorf("the next one: %v", err)
				}
				return
			}
			seen := b.network.Submissions()
			if last := seen[len(seen)-1]; int(reference) != len(seen) || string(last.TPDU) != string(tpdus(t, "second")[0]) {
				t.Errorf("reference %d belongs to another of %d segments", reference, len(seen))
			}
		})
	}
}

func TestSubmitCanceled(t *testing.T) {
	b := setup(t, nil)
	m := b.open(nil)
	b.network.Inject(simulator.Fault{Do: simulator.NoPrompt, Times: 1})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := m.Submit(ctx, tpdus(t, "hi")[0], nil); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, atmodem.ErrUnknownOutcome) {
		t.Errorf("before the segment: %v", err)
	}
	if n := len(b.network.Submissions()); n != 0 {
		t.Errorf("%d segments went out", n)
	}
	if _, err := m.Submit(t.Context(), make([]byte, 1000), nil); err == nil {
		t.Error("1000 octets were taken")
	}
}

func TestReceiveDrainsWhatWasThere(t *testing.T) {
	b := setup(t, nil)
	c := b.network.Correspondent(theirs, nil)
	for i := range 5 {
		if err := c.Send(ours, fmt.Sprint("early ", i)); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "five stored", func() bool { return b.radio.Stored() == 5 })
	m := b.open(nil)
	var in inbox
	receive(t, m, in.handle)
	eventually(t, "five received", func() bool { n, _ := in.count(); return n == 5 })
	eventually(t, "an empty store", func() bool { return b.radio.Stored() == 0 })
}

func TestReceiveStoreFull(t *testing.T) {
	b := setup(t, &simulator.ModemOptions{Store: 2})
	c := b.network.Correspondent(theirs, nil)
	for i := range 9 {
		if err := c.Send(ours, fmt.Sprint("text ", i)); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "a full store", func() bool { return b.radio.Stored() == 2 && b.network.Waiting(ours) == 7 })
	var in inbox
	receive(t, b.open(nil), in.handle)
	eventually(t, "all nine", func() bool { n, _ := in.count(); return n == 9 && b.radio.Stored() == 0 })
	slices.Sort(in.texts) // two memories, no common order
	for i, text := range in.texts {
		if text != fmt.Sprint("text ", i) {
			t.Errorf("place %d has %q", i, text)
		}
	}
}

func TestReceiveKeepsWhatIsNotTaken(t *testing.T) {
	b := setup(t, nil)
	c := b.network.Correspondent(theirs, nil)
	m := b.open(nil)
	var tries atomic.Int32
	var in inbox
	receive(t, m, func(ctx context.Context, pdu []byte, kind atmodem.Kind) error {
		if tries.Add(1) < 3 {
			return errors.New("disk full")
		}
		return in.handle(ctx, pdu, kind)
	})
	if err := c.Send(ours, "hello"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "taken at the third look", func() bool { n, _ := in.count(); return n == 1 && b.radio.Stored() == 0 })
	if n := tries.Load(); n != 3 {
		t.Errorf("handed over %d times", n)
	}
}

// directOnly is a modem that can't announce, only hand over.
func directOnly(command string) ([]string, bool) {
	if command == "+CNMI=?" {
		return []string{"+CNMI: (1,2),(0,2),(0),(0,1),(0)", "OK"}, true
	}
	return nil, false
}

func TestReceiveDirectWithAcknowledgement(t *testing.T) {
	b := setup(t, &simulator.ModemOptions{Intercept: directOnly})
	c := b.network.Correspondent(theirs, nil)
	m := b.open(nil)
	text := strings.Repeat("direct ", 60)
	if err := c.Send(ours, text); err != nil {
		t.Fatal(err)
	}
	release := make(chan struct{})
	var in inbox
	receive(t, m, func(ctx context.Context, pdu []byte, kind atmodem.Kind) error {
		<-release
		return in.handle(ctx, pdu, kind)
	})
	time.Sleep(20 * time.Millisecond)
	if n := b.network.Waiting(ours); n != 3 {
		t.Errorf("%d segments wait at the network before the first is on disk, want 3", n)
	}
	close(release)
	eventually(t, "all segments", func() bool { n, _ := in.count(); return n == 1 && b.network.Waiting(ours) == 0 })
	if in.texts[0] != text || b.radio.Stored() != 0 {
		t.Errorf("received %q, %d stored", in.texts[0], b.radio.Stored())
	}
}

func TestCrashBeforeAcknowledgement(t *testing.T) {
	for name, opts := range map[string]*simulator.ModemOptions{"stored": nil, "direct": {Intercept: directOnly}} {
		t.Run(name, func(t *testing.T) {
			b := setup(t, opts)
			c := b.network.Correspondent(theirs, nil)
			m := b.open(nil)
			crashed := make(chan struct{})
			stop := receive(t, m, func(ctx context.Context, _ []byte, _ atmodem.Kind) error {
				close(crashed)
				<-ctx.Done()
				return ctx.Err()
			})
			if err := c.Send(ours, "precious"); err != nil {
				t.Fatal(err)
			}
			<-crashed
			if err := stop(); !errors.Is(err, context.Canceled) {
				t.Errorf("Receive ended with %v", err)
			}
			m.Close()

			var in inbox
			receive(t, b.open(nil), in.handle)
			eventually(t, "it comes again", func() bool { n, _ := in.count(); return n == 1 })
			eventually(t, "and is taken", func() bool { return b.radio.Stored() == 0 && b.network.Waiting(ours) == 0 })
		})
	}
}

// An announcement may get lost; the poll finds the message all the same.
func TestReceivePolls(t *testing.T) {
	b := setup(t, &simulator.ModemOptions{Intercept: func(command string) ([]string, bool) {
		if strings.HasPrefix(command, "+CNMI=") {
			return []string{"ERROR"}, true
		}
		return nil, false
	}})
	c := b.network.Correspondent(theirs, nil)
	m := b.open(nil)
	var in inbox
	receive(t, m, in.handle)
	if err := c.Send(ours, "unannounced"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the poll finds it", func() bool { n, _ := in.count(); return n == 1 })
}

func TestReceiveDoesNotRepeatWhatCannotBeDeleted(t *testing.T) {
	var refuse atomic.Bool
	refuse.Store(true)
	b := setup(t, &simulator.ModemOptions{Intercept: func(command string) ([]string, bool) {
		if strings.HasPrefix(command, "+CMGD=") && refuse.Load() {
			return []string{"+CMS ERROR: 320"}, true
		}
		return nil, false
	}})
	c := b.network.Correspondent(theirs, nil)
	m := b.open(nil)
	var in inbox
	receive(t, m, in.handle)
	if err := c.Send(ours, "once"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "received", func() bool { n, _ := in.count(); return n == 1 })
	time.Sleep(200 * time.Millisecond) // four looks
	refuse.Store(false)
	eventually(t, "deleted", func() bool { return b.radio.Stored() == 0 })
	if n, _ := in.count(); n != 1 {
		t.Errorf("received %d times", n)
	}
}

func TestReceiveEndsWithTheModem(t *testing.T) {
	b := setup(t, nil)
	line := b.plug()
	m, err := atmodem.Open(t.Context(), line, quick())
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	result := make(chan error, 1)
	go func() { result <- m.Receive(t.Context(), (&inbox{}).handle) }()
	line.Close()
	if err := <-result; !errors.Is(err, atmodem.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

func TestReceiveGivesASilentModemUp(t *testing.T) {
	var silent atomic.Bool
	b := setup(t, &simulator.ModemOptions{Intercept: func(command string) ([]string, bool) {
		return nil, silent.Load() && strings.HasPrefix(command, "+")
	}})
	m := b.open(nil)
	silent.Store(true)
	if err := m.Receive(t.Context(), (&inbox{}).handle); err == nil {
		t.Error("ended without an error")
	}
	if _, err := m.Submit(t.Context(), tpdus(t, "hi")[0], nil); !errors.Is(err, atmodem.ErrClosed) {
		t.Errorf("Submit afterwards: %v", err)
	}
}

func TestSubmitAndReceiveTogether(t *testing.T) {
	b := setup(t, nil)
	c := b.network.Correspondent(theirs, nil)
	m := b.open(nil)
	var in inbox
	receive(t, m, in.handle)
	var senders sync.WaitGroup
	const each = 10
	for range 3 {
		senders.Go(func() {
			for range each {
				if _, err := m.Submit(t.Context(), tpdus(t, "out")[0], nil); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range each {
		if err := c.Send(ours, "in"); err != nil {
			t.Fatal(err)
		}
	}
	senders.Wait()
	eventually(t, "everything", func() bool { texts, reports := in.count(); return texts == each && reports == 3*each })
	if n := len(c.Received()); n != 3*each {
		t.Errorf("%d of %d arrived", n, 3*each)
	}
}

func TestDialTCP(t *testing.T) {
	b := setup(t, nil)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- b.radio.Serve(l) }()
	for range 2 { // the second finds the modem free again
		m, err := atmodem.Dial(t.Context(), "tcp:"+l.Addr().String(), quick())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Submit(t.Context(), tpdus(t, "over TCP")[0], nil); err != nil {
			t.Error(err)
		}
		m.Close()
	}
	l.Close()
	if err := <-served; err != nil {
		t.Error(err)
	}
	if _, err := atmodem.Dial(t.Context(), "/dev/no-such-modem", nil); err == nil {
		t.Error("dialled a device that isn't there")
	}
}
