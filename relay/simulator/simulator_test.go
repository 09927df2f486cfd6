package simulator_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"asms/relay/simulator"
	"asms/sms"
)

const (
	ours   = "+15550001111"
	theirs = "+15550002222"
)

// terminal is a program that types at a modem.
type terminal struct {
	t    *testing.T
	line net.Conn
	mu   sync.Mutex
	seen strings.Builder
}

func setup(t *testing.T, opts *simulator.Options, modem *simulator.ModemOptions) (*simulator.Network, *simulator.Modem, *terminal) {
	t.Parallel()
	n := simulator.NewNetwork(opts)
	t.Cleanup(n.Close)
	m := n.Modem(ours, modem)
	return n, m, plug(t, m)
}

func plug(t *testing.T, m *simulator.Modem) *terminal {
	near, far := net.Pipe()
	x := &terminal{t: t, line: near}
	var running sync.WaitGroup
	running.Go(func() { _ = m.ServeConn(far) })
	running.Go(func() {
		buffer := make([]byte, 4096)
		for {
			n, err := near.Read(buffer)
			x.mu.Lock()
			x.seen.Write(buffer[:n])
			x.mu.Unlock()
			if err != nil {
				return
			}
		}
	})
	t.Cleanup(func() { near.Close(); running.Wait() })
	return x
}

// expect waits for text on the screen, clears the screen up to its end and
// answers what stood before it.
func (x *terminal) expect(text string) string {
	x.t.Helper()
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(time.Millisecond) {
		x.mu.Lock()
		seen := x.seen.String()
		if before, after, found := strings.Cut(seen, text); found {
			x.seen.Reset()
			x.seen.WriteString(after)
			x.mu.Unlock()
			return before
		}
		x.mu.Unlock()
		if time.Now().After(deadline) {
			x.t.Fatalf("no %q on the screen, but %q", text, seen)
		}
	}
}

func (x *terminal) kind(text string) {
	x.t.Helper()
	if _, err := io.WriteString(x.line, text); err != nil {
		x.t.Fatal(err)
	}
}

// ask types a command with echo on and expects the whole answer.
func (x *terminal) ask(command, answer string) {
	x.t.Helper()
	x.kind(command + "\r")
	x.expect(command + "\r" + answer)
}

func submitPDU(t *testing.T, text string, report bool) (pdu string, length int) {
	t.Helper()
	segments, err := sms.Split(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	b, err := (&sms.Submit{Destination: theirs, StatusReport: report, UserData: segments[0]}).Encode()
	if err != nil {
		t.Fatal(err)
	}
	return "00" + strings.ToUpper(hex.EncodeToString(b)), len(b)
}

func TestDialogue(t *testing.T) {
	_, _, x := setup(t, nil, nil)
	for _, exchange := range [][2]string{
		{"AT", "\r\nOK\r\n"},
		{"at+cgmi", "\r\nasms\r\n\r\nOK\r\n"},
		{"AT+CMEE=1;+CMEE?", "\r\n+CMEE: 1\r\n\r\nOK\r\n"},
		{"AT+CPIN?;+CSQ", "\r\n+CPIN: READY\r\n+CSQ: 24,99\r\n\r\nOK\r\n"},
		{"AT&F0V1Q0S0=0", "\r\nOK\r\n"},
		{"AT+NONSENSE", "\r\nERROR\r\n"},
		{"AT+CREG?", "\r\n+CREG: 0,1\r\n\r\nOK\r\n"},
		{"AT+CNUM", "\r\n+CNUM: \"\",\"+15550001111\",145\r\n\r\nOK\r\n"},
		{"AT+CPMS=?", "\r\n+CPMS: (\"SM\",\"ME\",\"MT\"),(\"SM\",\"ME\",\"MT\"),(\"SM\",\"ME\",\"MT\")\r\n\r\nOK\r\n"},
		{"AT+CPMS=\"ME\",\"SM\",\"MT\"", "\r\n+CPMS: 0,40,0,40,0,40\r\n\r\nOK\r\n"},
		{"AT+CPMS=\"XX\"", "\r\n+CMS ERROR: 302\r\n"},
		{"AT+CMGR=1", "\r\n+CMS ERROR: 321\r\n"},
		{"AT+CNMI=2,1,0,2,0", "\r\nOK\r\n"},
		{"AT+CNMI?", "\r\n+CNMI: 2,1,0,2,0\r\n\r\nOK\r\n"},
		{"AT+CNMI=9", "\r\n+CMS ERROR: 302\r\n"},
		{"AT+CNMA", "\r\n+CMS ERROR: 340\r\n"},
		{"AT+CMGS=1", "\r\n+CMS ERROR: 304\r\n"},
	} {
		x.ask(exchange[0], exchange[1])
	}
	x.kind("ATE0\r")
	x.expect("OK\r\n")
	x.kind("AT+CSCS?\r")
	x.expect("\r\n+CSCS: \"GSM\"\r\n\r\nOK\r\n") // right at the top: no echo
}

func TestPIN(t *testing.T) {
	_, _, x := setup(t, nil, &simulator.ModemOptions{PIN: "1234"})
	x.ask("AT+CPIN?", "\r\n+CPIN: SIM PIN\r\n")
	x.ask("AT+CMGL=4", "\r\n+CMS ERROR: 311\r\n")
	x.ask("AT+CMEE=2;+CPIN=\"0000\"", "\r\n+CME ERROR: incorrect password\r\n")
	x.ask("AT+CPINR=\"SIM PIN\"", "\r\n+CPINR: SIM PIN,2,3\r\n\r\nOK\r\n")
	x.ask("AT+CPIN=\"1234\"", "\r\nOK\r\n")
	x.ask("AT+CMGL=4", "\r\nOK\r\n")
	x.ask("AT+CPINR=\"SIM PIN\"", "\r\n+CPINR: SIM PIN,3,3\r\n\r\nOK\r\n")
}

func TestThreeWrongPINs(t *testing.T) {
	_, _, x := setup(t, nil, &simulator.ModemOptions{PIN: "1234"})
	x.ask("AT+CMEE=1", "\r\nOK\r\n")
	for range 3 {
		x.ask("AT+CPIN=\"0000\"", "\r\n+CME ERROR: 16\r\n")
	}
	x.ask("AT+CPIN?", "\r\n+CPIN: SIM PUK\r\n")
	x.ask("AT+CPIN=\"1234\"", "\r\n+CME ERROR: 12\r\n")
}

func TestRegistration(t *testing.T) {
	n, m, x := setup(t, nil, &simulator.ModemOptions{Unregistered: true})
	x.ask("AT+CREG?", "\r\n+CREG: 0,2\r\n\r\nOK\r\n")
	x.ask("AT+COPS?", "\r\n+COPS: 0\r\n\r\nOK\r\n")
	x.ask("AT+CREG=1;+CNMI=2,1", "\r\nOK\r\n")
	if err := n.Correspondent(theirs, nil).Send(ours, "hello"); err != nil {
		t.Fatal(err)
	}
	if n.Waiting(ours) != 1 {
		t.Errorf("%d wait", n.Waiting(ours))
	}
	m.SetRegistered(true)
	x.expect("\r\n+CREG: 1\r\n")
	x.expect("\r\n+CMTI: \"SM\",1\r\n")
	m.SetRegistered(false)
	x.expect("\r\n+CREG: 2\r\n")
}

func TestRestart(t *testing.T) {
	_, m, x := setup(t, nil, nil)
	x.ask("ATE0;+CPMS=\"ME\",\"ME\",\"ME\";+CNMI=2,1", "\r\n+CPMS: 0,40,0,40,0,40\r\n\r\nOK\r\n")
	m.Restart()
	x.expect("\r\nRDY\r\n\r\n+CPIN: READY\r\n")
	x.ask("AT+CNMI?", "\r\n+CNMI: 0,0,0,0,0\r\n\r\nOK\r\n") // with echo
	x.ask("AT+CPMS?", "\r\n+CPMS: \"SM\",0,40")
	x.expect("OK\r\n")
	x.ask("AT+CFUN=1,1", "\r\nOK\r\n\r\nRDY\r\n")
}

func TestSendAndReport(t *testing.T) {
	n, _, x := setup(t, nil, nil)
	c := n.Correspondent(theirs, nil)
	pdu, length := submitPDU(t, "hello there", true)
	x.ask("AT+CNMI=2,1,0,1,0", "\r\nOK\r\n")
	x.ask(fmt.Sprintf("AT+CMGS=%d", length), "\r\n> ")
	x.kind(pdu + "\x1b") // second thoughts
	x.expect("\r\nOK\r\n")
	if got := n.Submissions(); len(got) != 0 {
		t.Fatalf("escape submitted %v", got)
	}
	x.ask(fmt.Sprintf("AT+CMGS=%d", length+1), "\r\n> ")
	x.kind(pdu + "\x1a")
	x.expect("\r\n+CMS ERROR: 304\r\n")
	x.ask(fmt.Sprintf("AT+CMGS=%d", length), "\r\n> ")
	x.kind(pdu + "\x1a")
	x.expect("\r\n+CMGS: 1\r\n\r\nOK\r\n")
	x.expect("+CDS: ") // after the answer, never within
	if got := c.Received(); len(got) != 1 || got[0].Body != "hello there" || got[0].From != ours {
		t.Errorf("received %+v", got)
	}
	if got := n.Submissions(); len(got) != 1 || !got[0].Accepted || got[0].To != theirs {
		t.Errorf("submissions %+v", got)
	}
}

func TestStoreAndAnnounce(t *testing.T) {
	n, m, x := setup(t, nil, &simulator.ModemOptions{Store: 3})
	c := n.Correspondent("Bank", nil)
	x.ask("AT+CNMI=2,1,0,0,0", "\r\nOK\r\n")
	for i := range 4 {
		if err := c.Send(ours, fmt.Sprint("balance ", i)); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 3 {
		x.expect(fmt.Sprintf("\r\n+CMTI: \"SM\",%d\r\n", i+1))
	}
	x.expect("\r\n^SMMEMFULL: \"SM\"\r\n")
	if n.Waiting(ours) != 1 || m.Stored() != 3 {
		t.Fatalf("%d waiting, %d stored", n.Waiting(ours), m.Stored())
	}
	x.ask("AT+CMGR=2", "\r\n+CMGR: 0,,")
	x.expect("OK\r\n")
	x.ask("AT+CMGL=1", "\r\n+CMGL: 2,1,,")
	x.expect("OK\r\n")
	x.ask("AT+CMGD=2", "\r\nOK\r\n")
	x.expect("+CMTI: \"SM\",2") // the fourth takes the place
	x.ask("AT+CMGL=0", "\r\n+CMGL: 1,0,,")
	x.expect("OK\r\n")
	x.ask("AT+CMGD=1,1", "\r\nOK\r\n") // the read ones: all
	if m.Stored() != 0 {
		t.Errorf("%d stored", m.Stored())
	}
}

func TestDirectDeliveryWaitsForAcknowledgement(t *testing.T) {
	n, m, x := setup(t, nil, nil)
	c := n.Correspondent(theirs, nil)
	x.ask("AT+CSMS=1;+CNMI=2,2,0,0,0", "\r\n+CSMS: 1,1,1\r\n\r\nOK\r\n")
	for range 2 {
		if err := c.Send(ours, "hello"); err != nil {
			t.Fatal(err)
		}
	}
	x.expect("\r\n+CMT: ,")
	if n.Waiting(ours) != 2 {
		t.Errorf("%d wait before the acknowledgement", n.Waiting(ours))
	}
	x.ask("AT+CNMA", "\r\nOK\r\n")
	x.expect("+CMT: ,")
	x.line.Close() // the second is not acknowledged
	again := plug(t, m)
	again.ask("AT+CNMI=2,2,0,0,0", "\r\nOK\r\n")
	again.expect("+CMT: ,")
	again.ask("AT+CNMA=1", "\r\nOK\r\n")
	if n.Waiting(ours) != 0 || m.Stored() != 0 {
		t.Errorf("%d wait, %d stored", n.Waiting(ours), m.Stored())
	}
}

func TestNetworkFaults(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("long text ", 50) // 4 segments
	for name, tt := range map[string]struct {
		fault simulator.Fault
		want  int // texts that arrive whole
	}{
		"duplicate parts":    {simulator.Fault{Do: simulator.Duplicate}, 1},
		"parts out of order": {simulator.Fault{Do: simulator.Reorder}, 1},
		"a lost part":        {simulator.Fault{Do: simulator.Lose, Skip: 1, Times: 1}, 0},
		"another's fault":    {simulator.Fault{Do: simulator.Lose, Number: "+1999"}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			n, _, _ := setup(t, nil, nil)
			to := n.Correspondent(theirs, nil)
			from := n.Correspondent("+15550003333", nil)
			n.Inject(tt.fault)
			if err := from.Send(theirs, long); err != nil {
				t.Fatal(err)
			}
			n.Heal()
			for deadline := time.Now().Add(5 * time.Second); n.Waiting(theirs) > 0 && time.Now().Before(deadline); {
				time.Sleep(time.Millisecond)
			}
			got := to.Received()
			if len(got) != tt.want || len(got) == 1 && got[0].Body != long {
				t.Errorf("received %+v", got)
			}
		})
	}
}

func TestReportsOfFailure(t *testing.T) {
	now := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	var clock sync.Mutex
	n, _, x := setup(t, &simulator.Options{Now: func() time.Time { clock.Lock(); defer clock.Unlock(); return now }}, nil)
	x.ask("AT+CNMI=2,1,0,1,0", "\r\nOK\r\n")
	send := func(s *sms.Submit) {
		s.StatusReport = true
		s.UserData = sms.UserData{Data: []byte("hi")}
		b, err := s.Encode()
		if err != nil {
			t.Fatal(err)
		}
		x.ask(fmt.Sprintf("AT+CMGS=%d", len(b)), "\r\n> ")
		x.kind("00" + hex.EncodeToString(b) + "\x1a")
		x.expect("OK\r\n")
	}
	report := func(want sms.Status) {
		t.Helper()
		x.expect("+CDS: ")
		x.expect("\r\n")
		pdu, err := hex.DecodeString(x.expect("\r\n"))
		if err != nil {
			t.Fatal(err)
		}
		_, tpdu, err := sms.CutSMSC(pdu)
		if err != nil {
			t.Fatal(err)
		}
		r, err := sms.DecodeStatusReport(tpdu)
		if err != nil || r.Status != want {
			t.Errorf("report %+v, %v, want %v", r, err, want)
		}
	}
	send(&sms.Submit{Destination: "+1999"}) // nobody's number
	report(0x43)
	n.Correspondent(theirs, nil)
	n.SetReachable(theirs, false)
	send(&sms.Submit{Destination: theirs, Validity: time.Hour})
	if n.Waiting(theirs) != 1 {
		t.Errorf("%d wait for a phone that is off", n.Waiting(theirs))
	}
	clock.Lock()
	now = now.Add(2 * time.Hour)
	clock.Unlock()
	n.Tick()
	report(sms.StatusExpired)
	n.Inject(simulator.Fault{Do: simulator.Undeliverable, Code: 0x41})
	send(&sms.Submit{Destination: theirs})
	report(0x41)
	if n.Waiting(theirs) != 0 || n.Waiting(ours) != 0 {
		t.Errorf("%d and %d wait", n.Waiting(theirs), n.Waiting(ours))
	}
}

// A new program on the same TCP port ends the one before.
func TestServe(t *testing.T) {
	t.Parallel()
	n := simulator.NewNetwork(nil)
	defer n.Close()
	m := n.Modem(ours, nil)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- m.Serve(l) }()
	talk := func(c net.Conn) string {
		_ = c.SetDeadline(time.Now().Add(5 * time.Second))
		if _, err := io.WriteString(c, "AT\r"); err != nil {
			return err.Error()
		}
		b := make([]byte, 64)
		got, err := io.ReadAtLeast(c, b, len("AT\r\r\nOK\r\n"))
		if err != nil {
			return err.Error()
		}
		return string(b[:got])
	}
	first, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	if got := talk(first); got != "AT\r\r\nOK\r\n" {
		t.Errorf("first: %q", got)
	}
	second, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	if got := talk(second); got != "AT\r\r\nOK\r\n" {
		t.Errorf("second: %q", got)
	}
	if _, err := first.Read(make([]byte, 1)); err == nil {
		t.Error("the first is still connected")
	}
	l.Close()
	if err := <-served; err != nil {
		t.Error(err)
	}
}

// pipe is a program that has typed everything and reads nothing.
type pipe struct {
	io.Reader
	io.Writer
}

func (pipe) Close() error { return nil }

func FuzzDialogue(f *testing.F) {
	for _, s := range []string{
		"AT\rATE0V1&F;+CMEE=1;+CPIN?\r", "AT+CMGS=20\r00110000\x1aAT+CMGL=4\r", "AT+CMGW=23\r0004\x1b\rAT+CMGD=1,4\r",
		"AT+CPMS=\"ME\",\"SM\",\"XX\"\rAT+CNMI=,,,,\r", "ATD*99#\rATS3=13;I\rAT+CMGR=-1\rAT+CMGD=99999999999999999999\r", "at+=\rAT+\rAT;;\rAT\"\r\x00\xff\b\b\r",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, typed []byte) {
		n := simulator.NewNetwork(nil)
		defer n.Close()
		m := n.Modem(ours, nil)
		var screen bytes.Buffer
		if err := m.ServeConn(pipe{bytes.NewReader(typed), &screen}); err != nil {
			t.Fatal(err)
		}
	})
}
