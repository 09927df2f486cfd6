package atmodem

import (
	"bytes"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
)

// idle is a modem whose lines are fed by the test.
func idle(input io.Reader) *Modem {
	return &Modem{
		rw: feed{input}, gone: make(chan struct{}), wake: make(chan struct{}, 1), elsewhere: map[string]bool{}, networks: map[string]int{},
	}
}

type feed struct{ io.Reader }

func (feed) Write(b []byte) (int, error) { return len(b), nil }
func (feed) Close() error                { return nil }

func TestAnnouncementsAmidAnAnswer(t *testing.T) {
	t.Parallel()
	const said = "AT+CREG?\r\r\n+CMTI: \"SR\",7\r\n^RSSI:12\r\n+CREG: 0,1\r\n\r\n+CMT: ,3\r\n00AABB\r\n+CDS: 2\r\n\r\n0102\r\n+CBM: 1\r\n99\r\nOK\r\n\r\nRING\r\nOK\r\n"
	m := idle(strings.NewReader(said))
	c := m.begin("AT+CREG?", nil)
	m.read()
	select {
	case <-c.done:
	default:
		t.Fatal("no final result")
	}
	if want := []string{"+CREG: 0,1"}; !reflect.DeepEqual(c.lines, want) || c.failure != nil {
		t.Errorf("answer %q, %v", c.lines, c.failure)
	}
	want := []direct{{Deliver, []byte{0, 0xAA, 0xBB}}, {StatusReport, []byte{1, 2}}}
	if !reflect.DeepEqual(m.direct, want) {
		t.Errorf("direct %v, want %v", m.direct, want)
	}
	if !m.elsewhere["SR"] {
		t.Error("the announcement in SR is forgotten")
	}
}

func TestPDUThatNeverCame(t *testing.T) {
	t.Parallel()
	m := idle(strings.NewReader("+CMT: ,20\r\nOK\r\n"))
	c := m.begin("AT", nil)
	m.read()
	select {
	case <-c.done:
	default:
		t.Error("the OK was taken for a PDU")
	}
}

func TestPrompts(t *testing.T) {
	t.Parallel()
	for _, said := range []string{"\r\n> ", "\r\n>", "AT+CMGS=9\r\r\n> ", "> \r\n"} {
		m := idle(strings.NewReader(said))
		prompted := make(chan struct{})
		m.begin("AT+CMGS=9", prompted)
		m.read()
		select {
		case <-prompted:
		default:
			t.Errorf("%q is no prompt", said)
		}
	}
}

func TestFinals(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"OK":                           "<nil> true",
		"ERROR":                        "atmodem: refused: the modem refused without a reason true",
		"+CMS ERROR: 42":               "atmodem: refused: the network is congested (CMS 42) true",
		"+CMS ERROR: 999":              "atmodem: refused: the modem refused with CMS error 999 (CMS 999) true",
		"+CME ERROR:10":                "atmodem: refused: there is no SIM (CME 10) true",
		"+CMS ERROR: unknown error":    "atmodem: refused: unknown error true",
		"COMMAND NOT SUPPORT":          "atmodem: refused: the modem refused without a reason true",
		"+CMGS: 4":                     "<nil> false",
		"OKAY":                         "<nil> false",
		"+CME\u017f ERROR\u0131: \xff": "<nil> false",
	} {
		failure, final := parseFinal(line)
		got := fmt.Sprint("<nil> ", final)
		if failure != nil {
			got = fmt.Sprint(failure, " ", final)
		}
		if got != want {
			t.Errorf("%q: %s, want %s", line, got, want)
		}
	}
}

func TestRanges(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][][]int{
		"(0,1,2),(0-3),(0,2),(0),()": {{0, 1, 2}, {0, 1, 2, 3}, {0, 2}, {0}, nil},
		"(2":                         nil,
		"":                           nil,
		"(0-99999999),(x),(1)":       {nil, nil, {1}},
	} {
		if got := ranges(in); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %v, want %v", in, got, want)
		}
	}
	if got := fields(` "","+1,2",145`); !reflect.DeepEqual(got, []string{"", "+1,2", "145"}) {
		t.Errorf("fields are %q", got)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("+CMTI: \"SM\",1\r\n+CMT: ,3\r\n00AABB\r\n> OK\r\n+CMS ERROR: 5\r\n"))
	f.Add([]byte("+CNMI: (0-2),(1-\r\n\xff>\x00 >> \r+CDS:\r\r\n"))
	f.Fuzz(func(t *testing.T, said []byte) {
		m := idle(bytes.NewReader(said))
		prompted := make(chan struct{})
		c := m.begin("AT+CMGS=9", prompted)
		m.read()
		for _, line := range c.lines {
			if len(line) > maxLine || strings.ContainsAny(line, "\r\n") {
				t.Fatalf("line %q", line)
			}
			_, _ = ranges(line), fields(line)
		}
		if len(m.direct) > maxDirect || len(m.elsewhere) > 8 {
			t.Fatalf("%d PDUs, %d memories", len(m.direct), len(m.elsewhere))
		}
		if m.failure == nil {
			t.Fatal("the end went unnoticed")
		}
	})
}
