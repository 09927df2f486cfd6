package atmodem_test

import (
	"context"
	"encoding/hex"
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
)

// counted counts the commands that begin so.
func counted(prefix string, n *atomic.Int32) func(string) ([]string, bool) {
	return func(command string) ([]string, bool) {
		if strings.HasPrefix(command, prefix) {
			n.Add(1)
		}
		return nil, false
	}
}

func TestModemRestarts(t *testing.T) {
	for name, tt := range map[string]struct {
		pin   string
		quiet bool
	}{"with announcements": {}, "with a PIN": {pin: "1234"}, "without a word": {quiet: true}} {
		t.Run(name, func(t *testing.T) {
			b := setup(t, &simulator.ModemOptions{PIN: tt.pin})
			c := b.network.Correspondent(theirs, nil)
			opts := quick()
			opts.PIN = tt.pin
			near, far := net.Pipe()
			var line io.ReadWriteCloser = near
			if tt.quiet {
				line = &deaf{near}
			}
			served := make(chan struct{})
			go func() { defer close(served); _ = b.radio.ServeConn(far) }()
			t.Cleanup(func() { near.Close(); <-served })
			m, err := atmodem.Open(t.Context(), line, opts)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { m.Close() })
			var in inbox
			receive(t, m, in.handle)
			for i := range 3 {
				b.radio.Restart()
				if err := c.Send(ours, fmt.Sprint("after restart ", i)); err != nil {
					t.Fatal(err)
				}
				eventually(t, "a text", func() bool { n, _ := in.count(); return n == i+1 })
				if _, err := m.Submit(t.Context(), tpdus(t, "still here")[0], nil); err != nil {
					t.Fatal(err)
				}
				eventually(t, "a report", func() bool { _, n := in.count(); return n == i+1 })
			}
			if got := c.Received(); len(got) != 3 || got[2].Body != "still here" {
				t.Errorf("received %+v", got)
			}
		})
	}
}

// deaf is a line that loses what a modem says as it starts.
type deaf struct{ net.Conn }

func (d *deaf) Read(b []byte) (int, error) {
	n, err := d.Conn.Read(b)
	for _, word := range []string{"RDY", "+CPIN: READY\r\n"} {
		if i := strings.Index(string(b[:n]), word); i >= 0 && !strings.Contains(string(b[:n]), "OK") {
			for j := range len(strings.TrimSpace(word)) {
				b[i+j] = '\n'
			}
		}
	}
	return n, err
}

// A restart while a segment is with the modem leaves its outcome unknown, and
// tells so at once.
func TestModemRestartsWithASegment(t *testing.T) {
	b := setup(t, nil)
	opts := quick()
	opts.CommandTimeout = 2 * time.Second
	m := b.open(opts)
	b.network.Inject(simulator.Fault{Do: simulator.DropAnswer, Times: 1})
	result := make(chan error, 1)
	go func() { _, err := m.Submit(t.Context(), tpdus(t, "half way")[0], nil); result <- err }()
	eventually(t, "the segment is out", func() bool { return len(b.network.Submissions()) == 1 })
	time.Sleep(20 * time.Millisecond)
	b.radio.Restart()
	begun := time.Now()
	if err := <-result; !errors.Is(err, atmodem.ErrUnknownOutcome) || time.Since(begun) > time.Second {
		t.Errorf("%v after %v", err, time.Since(begun))
	}
	if _, err := m.Submit(t.Context(), tpdus(t, "again")[0], nil); err != nil {
		t.Error(err)
	}
}

func TestModemRestartsAgainAndAgain(t *testing.T) {
	b := setup(t, nil)
	m := b.open(nil)
	var err error
	for range 50 {
		b.radio.Restart()
		time.Sleep(5 * time.Millisecond)
		if _, err = m.Refresh(t.Context()); errors.Is(err, atmodem.ErrClosed) {
			return
		}
	}
	t.Errorf("never given up, at last %v", err)
}

func TestReset(t *testing.T) {
	var resets atomic.Int32
	b := setup(t, &simulator.ModemOptions{PIN: "1234", Intercept: counted("+CFUN=1,1", &resets)})
	opts := quick()
	opts.PIN = "1234"
	m := b.open(opts)
	if err := m.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Submit(t.Context(), tpdus(t, "hi")[0], nil); err != nil {
		t.Error(err)
	}
	if n := resets.Load(); n != 1 {
		t.Errorf("%d resets", n)
	}
}

func TestResetOfAModemThatIsStuck(t *testing.T) {
	var stuck atomic.Bool
	b := setup(t, &simulator.ModemOptions{Intercept: func(command string) ([]string, bool) {
		if strings.HasPrefix(command, "+CFUN=1,1") {
			stuck.Store(false)
		}
		return nil, stuck.Load()
	}})
	m := b.open(nil)
	stuck.Store(true)
	if _, err := m.Refresh(t.Context()); !errors.Is(err, atmodem.ErrTimeout) {
		t.Errorf("stuck: %v", err)
	}
	if err := m.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Submit(t.Context(), tpdus(t, "hi")[0], nil); err != nil {
		t.Error(err)
	}
}

func TestNetworkLostAndFound(t *testing.T) {
	b := setup(t, &simulator.ModemOptions{Unregistered: true})
	m := b.open(nil)
	if i := m.Info(); i.Registered || i.Operator != "" {
		t.Errorf("registered: %+v", i)
	}
	var refused *atmodem.SubmitError
	_, err := m.Submit(t.Context(), tpdus(t, "hi")[0], nil)
	if !errors.As(err, &refused) || !refused.Temporary() || refused.Code != 331 || errors.Is(err, atmodem.ErrUnknownOutcome) {
		t.Errorf("without a network: %v", err)
	}
	for range 2 {
		b.radio.SetRegistered(true)
		eventually(t, "the network is found", func() bool { return m.Info().Registered })
		if _, err := m.Submit(t.Context(), tpdus(t, "hi")[0], nil); err != nil {
			t.Error(err)
		}
		b.radio.SetRegistered(false)
		eventually(t, "the network is lost", func() bool { return !m.Info().Registered })
	}
	b.radio.SetRegistered(true)
	if i, err := m.Refresh(t.Context()); err != nil || i.Operator != "Simulated" || i.Signal != 24 {
		t.Errorf("%+v, %v", i, err)
	}
}

// An LTE modem may be in no network for calls, and in one for packets.
func TestNetworkForPacketsOnly(t *testing.T) {
	for state, want := range map[int]bool{1: true, 5: true, 6: true, 7: true, 0: false, 2: false, 3: false, 4: false} {
		t.Run(fmt.Sprint(state), func(t *testing.T) {
			b := setup(t, &simulator.ModemOptions{Intercept: func(command string) ([]string, bool) {
				switch command {
				case "+CREG?":
					return []string{"+CREG: 1,0", "OK"}, true
				case "+CGREG?":
					return []string{"ERROR"}, true
				case "+CEREG?":
					return []string{fmt.Sprintf(`+CEREG: 2,%d,"00C3","01A2D001",7`, state), "OK"}, true
				}
				return nil, false
			}})
			m := b.open(nil)
			if i := m.Info(); i.Registered != want || i.Offline == want || i.Roaming != (state == 5 || state == 7) {
				t.Errorf("%+v", i)
			}
			if _, err := m.Submit(t.Context(), tpdus(t, "hi")[0], nil); (err == nil) != want {
				t.Errorf("Submit: %v", err)
			}
		})
	}
}

// Reports may be stored and announced (+CDSI), or handed over and wait for
// their acknowledgement (+CDS).
func TestStatusReports(t *testing.T) {
	for name, offer := range map[string]string{"stored": "+CNMI: (2),(1),(0),(0,2),(0)", "direct": "+CNMI: (2),(1),(0),(0,1),(0)"} {
		t.Run(name, func(t *testing.T) {
			var acknowledged atomic.Int32
			b := setup(t, &simulator.ModemOptions{Intercept: func(command string) ([]string, bool) {
				switch command {
				case "+CNMI=?":
					return []string{offer, "OK"}, true
				case "+CNMA":
					acknowledged.Add(1)
				}
				return nil, false
			}})
			b.network.Correspondent(theirs, nil)
			m := b.open(nil)
			var in inbox
			receive(t, m, in.handle)
			reference, err := m.Submit(t.Context(), tpdus(t, "hi")[0], nil)
			if err != nil {
				t.Fatal(err)
			}
			eventually(t, "the report", func() bool { _, n := in.count(); return n == 1 })
			if in.reports[0].Reference != reference || !in.reports[0].Status.Delivered() {
				t.Errorf("%+v", in.reports[0])
			}
			eventually(t, "nothing left behind", func() bool { return b.radio.Stored() == 0 && b.network.Waiting(ours) == 0 })
			if got := acknowledged.Load(); (got == 1) != (name == "direct") {
				t.Errorf("%d acknowledgements", got)
			}
		})
	}
}

// Drafts and sent texts that somebody keeps on the SIM are not ours.
func TestDraftsStay(t *testing.T) {
	b := setup(t, &simulator.ModemOptions{NoME: true})
	line := b.plug()
	seen := bufferOf(t, line)
	draft := "00" + hex.EncodeToString(tpdus(t, "a draft")[0])
	for _, typed := range []string{fmt.Sprintf("AT+CMGW=%d,2\r", len(draft)/2-1), draft + "\x1a", fmt.Sprintf("AT+CMGW=%d,3\r", len(draft)/2-1), draft + "\x1a"} {
		if _, err := io.WriteString(line, typed); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Millisecond)
	}
	eventually(t, "two on the SIM", func() bool { return b.radio.Stored() == 2 })
	line.Close()
	<-seen
	c := b.network.Correspondent(theirs, nil)
	var in inbox
	receive(t, b.open(nil), in.handle)
	if err := c.Send(ours, "hello"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the text is taken", func() bool { n, _ := in.count(); return n == 1 && b.radio.Stored() == 2 })
	time.Sleep(100 * time.Millisecond) // two more looks
	if texts, _ := in.count(); texts != 1 || b.radio.Stored() != 2 {
		t.Errorf("%d texts, %d stored", texts, b.radio.Stored())
	}
}

// bufferOf reads a line until it ends.
func bufferOf(t *testing.T, line io.Reader) (ended chan struct{}) {
	t.Helper()
	ended = make(chan struct{})
	go func() { defer close(ended); _, _ = io.Copy(io.Discard, line) }()
	return ended
}

// The modem says that its memory is full where it would announce a text; that
// is looked after at once, not at the next poll.
func TestStoreFullIsAnnounced(t *testing.T) {
	b := setup(t, &simulator.ModemOptions{Store: 1, Intercept: func(string) ([]string, bool) { return nil, false }})
	opts := quick()
	opts.PollInterval = time.Hour
	m := b.open(opts)
	c := b.network.Correspondent(theirs, nil)
	for i := range 3 {
		if err := c.Send(ours, fmt.Sprint("text ", i)); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "a full store", func() bool { return b.radio.Stored() == 1 })
	var in inbox
	receive(t, m, in.handle)
	eventually(t, "all texts", func() bool { n, _ := in.count(); return n == 3 && b.radio.Stored() == 0 })
}

// A modem that refuses everything isn't asked again and again without a pause.
func TestReceivePausesWhileRefused(t *testing.T) {
	var looks atomic.Int32
	var refuse atomic.Bool
	b := setup(t, &simulator.ModemOptions{Intercept: func(command string) ([]string, bool) {
		if command != "+CMGL=4" || !refuse.Load() {
			return nil, false
		}
		looks.Add(1)
		return []string{"+CMS ERROR: 314"}, true
	}})
	opts := quick()
	opts.PollInterval = time.Hour
	m := b.open(opts)
	refuse.Store(true)
	c := b.network.Correspondent(theirs, nil)
	var in inbox
	receive(t, m, in.handle)
	for i := range 30 { // a storm of announcements
		if err := c.Send(ours, fmt.Sprint("text ", i)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Millisecond)
	}
	if n := looks.Load(); n != 1 {
		t.Errorf("%d looks within a second", n)
	}
	refuse.Store(false)
	eventually(t, "all texts", func() bool { n, _ := in.count(); return n == 30 })
}

// What is not taken directly waits here, and the modem is asked again for what
// it then holds back.
func TestReceiveDirectNotTaken(t *testing.T) {
	b := setup(t, &simulator.ModemOptions{Intercept: directOnly})
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
	for _, text := range []string{"one", "two"} {
		if err := c.Send(ours, text); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "both", func() bool { n, _ := in.count(); return n == 2 && b.network.Waiting(ours) == 0 })
	if n := tries.Load(); n != 4 {
		t.Errorf("handed over %d times", n)
	}
}

// A modem in text mode would take the length for a number and the PDU for a
// text.
func TestSubmitNeverInTextMode(t *testing.T) {
	var mu sync.Mutex
	textMode, danger := false, false
	b := setup(t, &simulator.ModemOptions{Intercept: func(command string) ([]string, bool) {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case command == "+CMGF=0":
			textMode = false
		case strings.HasPrefix(command, "+CMGS=") && textMode:
			danger = true
		}
		return nil, false
	}})
	m := b.open(nil)
	mu.Lock()
	textMode = true // it restarted, and nobody heard
	mu.Unlock()
	if _, err := m.Submit(t.Context(), tpdus(t, "hi")[0], nil); err != nil {
		t.Error(err)
	}
	if danger {
		t.Error("a PDU went to a modem in text mode")
	}
}

// The caller writes down that the segment leaves when the modem waits for it, and
// not before.
func TestSubmitBegins(t *testing.T) {
	var mu sync.Mutex
	var trace []string
	note := func(s string) {
		mu.Lock()
		defer mu.Unlock()
		trace = append(trace, s)
	}
	opts := quick()
	opts.Trace = func(dir byte, line string) { note(string(dir) + line) }
	b := setup(t, nil)
	m := b.open(opts)
	submit := func(err error) (begun int, _ error) {
		_, failure := m.Submit(t.Context(), tpdus(t, "hi")[0], func() error {
			begun++
			note("begin")
			return err
		})
		return begun, failure
	}
	t.Run("between the prompt and the segment", func(t *testing.T) {
		if begun, err := submit(nil); err != nil || begun != 1 {
			t.Fatalf("begun %d times, %v", begun, err)
		}
		mu.Lock()
		defer mu.Unlock()
		i := slices.Index(trace, "begin")
		if i < 1 || trace[i-1] != "<> " || i+1 >= len(trace) || !strings.HasPrefix(trace[i+1], ">00") {
			t.Errorf("the order is %q", trace)
		}
	})
	t.Run("what cannot be written down is not sent", func(t *testing.T) {
		full := errors.New("disk full")
		before := len(b.network.Submissions())
		_, err := submit(full)
		if !errors.Is(err, full) || errors.Is(err, atmodem.ErrUnknownOutcome) || errors.As(err, new(*atmodem.SubmitError)) {
			t.Errorf("got %v", err)
		}
		if n := len(b.network.Submissions()) - before; n != 0 {
			t.Errorf("%d segments went out", n)
		}
		if begun, err := submit(nil); err != nil || begun != 1 {
			t.Errorf("the next one: begun %d times, %v", begun, err)
		}
		if n := len(b.network.Submissions()) - before; n != 1 {
			t.Errorf("then %d segments went out", n)
		}
	})
	t.Run("not without a prompt", func(t *testing.T) {
		b.network.Inject(simulator.Fault{Do: simulator.NoPrompt, Times: 1})
		if begun, err := submit(nil); begun != 0 || !errors.Is(err, atmodem.ErrTimeout) {
			t.Errorf("begun %d times, %v", begun, err)
		}
	})
	t.Run("not without a network", func(t *testing.T) {
		b.radio.SetRegistered(false)
		eventually(t, "the network is lost", func() bool {
			i, err := m.Refresh(t.Context())
			return err == nil && i.Offline
		})
		if begun, err := submit(nil); begun != 0 || !errors.As(err, new(*atmodem.SubmitError)) {
			t.Errorf("begun %d times, %v", begun, err)
		}
	})
}

// Why a connection has ended can be asked for. A refusal among the reasons is not
// one of the segment that finds the connection ended.
func TestReasonOfTheEnd(t *testing.T) {
	for name, c := range map[string]struct {
		answer  []string
		silence bool
	}{
		"silence":  {nil, true},
		"refusals": {[]string{"+CMS ERROR: 320"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			var broken atomic.Bool
			b := setup(t, &simulator.ModemOptions{Intercept: func(command string) ([]string, bool) {
				return c.answer, broken.Load() && (c.silence || strings.HasPrefix(command, "+CPMS") || strings.HasPrefix(command, "+CMGL"))
			}})
			opts := quick()
			opts.CommandTimeout, opts.PollInterval = 20*time.Millisecond, 10*time.Millisecond
			m := b.open(opts)
			broken.Store(true)
			err := m.Receive(t.Context(), func(context.Context, []byte, atmodem.Kind) error { return nil })
			if !errors.Is(err, atmodem.ErrClosed) || errors.Is(err, atmodem.ErrTimeout) != c.silence {
				t.Errorf("Receive: %v", err)
			}
			if _, err := m.Submit(t.Context(), tpdus(t, "hi")[0], nil); !errors.Is(err, atmodem.ErrClosed) || errors.As(err, new(*atmodem.SubmitError)) {
				t.Errorf("Submit: %v", err)
			}
		})
	}
}
