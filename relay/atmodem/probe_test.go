package atmodem_test

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"asms/relay/atmodem"
	"asms/relay/simulator"
)

// listen serves the bench's modem over TCP.
func (b *bench) listen() (device string) {
	b.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- b.radio.Serve(l) }()
	b.t.Cleanup(func() {
		l.Close()
		if err := <-served; err != nil {
			b.t.Error(err)
		}
	})
	return "tcp:" + l.Addr().String()
}

// bad are the checks that failed.
func bad(findings []atmodem.Finding) string {
	var list []string
	for _, f := range findings {
		if !f.OK {
			list = append(list, f.Check)
			if f.Remedy == "" {
				list = append(list, "(no remedy)")
			}
		}
		if f.Detail == "" {
			list = append(list, f.Check+" (no detail)")
		}
	}
	return strings.Join(list, ", ")
}

func TestProbe(t *testing.T) {
	answer := func(question string, lines ...string) func(string) ([]string, bool) {
		return func(command string) ([]string, bool) { return lines, command == question }
	}
	for name, tt := range map[string]struct {
		modem *simulator.ModemOptions
		pin   string
		bad   string
	}{
		"all is well":               {},
		"a PIN that is given":       {modem: &simulator.ModemOptions{PIN: "1234"}, pin: "1234"},
		"a PIN that isn't given":    {modem: &simulator.ModemOptions{PIN: "1234"}, bad: "SIM"},
		"a wrong PIN":               {modem: &simulator.ModemOptions{PIN: "1234"}, pin: "4321", bad: "SIM"},
		"no SIM":                    {modem: &simulator.ModemOptions{Intercept: answer("+CPIN?", "+CME ERROR: 10")}, bad: "SIM"},
		"no network":                {modem: &simulator.ModemOptions{Unregistered: true}, bad: "network"},
		"a weak signal":             {modem: &simulator.ModemOptions{Intercept: answer("+CSQ", "+CSQ: 2,99", "OK")}, bad: "signal"},
		"a signal that isn't known": {modem: &simulator.ModemOptions{Intercept: answer("+CSQ", "+CSQ: 99,99", "OK")}},
		"no service centre":         {modem: &simulator.ModemOptions{Intercept: answer("+CSCA?", `+CSCA: "",129`, "OK")}, bad: "service centre"},
		"a full memory":             {modem: &simulator.ModemOptions{Intercept: answer(`+CPMS="SM"`, "+CPMS: 10,10,0,40,0,40", "OK")}, bad: "memory SM"},
		"no PDU mode":               {modem: &simulator.ModemOptions{Intercept: answer("+CMGF=0", "ERROR")}, bad: "texting"},
		"a number that isn't known": {modem: &simulator.ModemOptions{HideNumber: true}},
		"silence":                   {modem: &simulator.ModemOptions{Intercept: func(string) ([]string, bool) { return nil, true }}, bad: "SIM"},
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t, tt.modem)
			opts := quick()
			opts.PIN = tt.pin
			findings := atmodem.Probe(t.Context(), b.listen(), opts)
			if got := bad(findings); got != tt.bad {
				t.Errorf("found wrong %q, want %q: %+v", got, tt.bad, findings)
			}
			if tt.modem == nil && len(findings) != 11 {
				t.Errorf("%d findings: %+v", len(findings), findings)
			}
		})
	}
}

// The wrong port of a USB modem takes everything and says nothing.
func TestProbeOfAPortThatKeepsSilent(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if c, err := l.Accept(); err == nil {
			_, _ = io.Copy(io.Discard, c)
			c.Close()
		}
	}()
	findings := atmodem.Probe(t.Context(), "tcp:"+l.Addr().String(), quick())
	if bad(findings) != "modem" || len(findings) != 2 {
		t.Errorf("%+v", findings)
	}
	<-ended
}

func TestDialTellsWhatToDo(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "no-modem")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "tcp:" + l.Addr().String()
	l.Close()
	for device, want := range map[string]string{
		"/dev/no-such-modem": "no such device", file: "no serial line", nobody: "nothing listens",
	} {
		_, err := atmodem.Dial(t.Context(), device, quick())
		var failed *atmodem.DialError
		if !errors.As(err, &failed) || !strings.Contains(failed.Remedy, want) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", device, err)
		}
		findings := atmodem.Probe(t.Context(), device, quick())
		if bad(findings) != "port" || !strings.Contains(findings[0].Remedy, want) {
			t.Errorf("%s: %+v", device, findings)
		}
	}
}
