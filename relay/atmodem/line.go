package atmodem

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"
)

// Limits on what a modem may say.
const (
	maxLine   = 4096 // bytes of a line; the rest of a longer one is dropped
	maxLines  = 4096 // lines of an answer
	maxDirect = 1000 // PDUs not yet taken; more are left to the network to repeat
)

// call is a command that waits for its answer.
type call struct {
	command  string
	own      string // "+CREG": lines that begin so are the answer
	lines    []string
	failure  *SubmitError
	lost     bool          // the modem restarted before it answered
	prompted chan struct{} // closed when the modem asked for a PDU; nil if it shouldn't
	done     chan struct{} // closed at the final result
}

// errRestarted is what becomes of a command that the modem forgot.
var errRestarted = errors.New("the modem restarted")

// err is how the call ended.
func (c *call) err() error {
	switch {
	case c.lost:
		return errRestarted
	case c.failure != nil:
		return c.failure
	}
	return nil
}

// direct is a PDU that came without being asked for.
type direct struct {
	kind Kind
	pdu  []byte // with SMSC prefix
}

type write struct {
	b    []byte
	done chan writeResult
}

type writeResult struct {
	n   int
	err error
}

// write is the goroutine that writes, so that a modem which doesn't read
// can't hold a caller up.
func (m *Modem) write() {
	for {
		select {
		case w := <-m.writes:
			n, err := m.rw.Write(w.b)
			w.done <- writeResult{n, err}
			if err != nil {
				m.fail(err)
			}
		case <-m.gone:
			return
		}
	}
}

// read is the goroutine that reads lines and prompts.
func (m *Modem) read() {
	buffer := make([]byte, 1024)
	var line []byte
	for {
		n, err := m.rw.Read(buffer)
		for _, c := range buffer[:n] {
			switch {
			case c == '\r' || c == '\n':
				if len(line) > 0 {
					m.line(strings.TrimSpace(string(line)))
				}
				line = line[:0]
			case len(line) < maxLine:
				line = append(line, c)
			}
			// A prompt has no line end.
			if (c == '>' || c == ' ') && strings.TrimSpace(string(line)) == ">" && m.prompt() {
				line = line[:0]
			} else if len(line) == 1 && line[0] == ' ' { // the space of a prompt
				line = line[:0]
			}
		}
		if err == nil && n == 0 {
			err = io.EOF
		}
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = errors.New("hung up")
			}
			m.fail(err)
			return
		}
	}
}

func (m *Modem) prompt() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.current == nil || m.current.prompted == nil {
		return false
	}
	close(m.current.prompted)
	m.current.prompted = nil
	m.trace('<', "> ")
	return true
}

// announcements are lines that no command asks for; the value tells whether a
// PDU follows.
//
// 3GPP TS 27.005 3.4.1 New Message Indications to TE
var announcements = map[string]bool{
	"+CMTI": false, "+CDSI": false, "+CBMI": false, "+CMT": true, "+CDS": true, "+CBM": true,
	"+CUSD": false, "+CLIP": false, "+CRING": false,
	"+CTZV": false, "+CTZE": false, "+CIEV": false, "+CGEV": false, "RING": false, "NO CARRIER": false,
}

// cellBroadcast is a PDU that nobody wants.
const cellBroadcast Kind = 0xFF

// line puts one line where it belongs.
func (m *Modem) line(s string) {
	if s == "" {
		return
	}
	m.trace('<', s)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.want != nil {
		kind := *m.want
		m.want = nil
		if pdu, err := hex.DecodeString(s); err == nil {
			m.handedOver(direct{kind, pdu})
			return
		} // not a PDU: read it as any other line
	}
	name, rest, _ := strings.Cut(s, ":")
	own := m.current != nil && m.current.own == name
	if boot := bootWord(s); boot != notBooting && !own {
		m.restarted(boot)
		return
	}
	if isFull(s) {
		m.full = true
		m.awake()
		return
	}
	if name == "+CREG" || name == "+CGREG" || name == "+CEREG" {
		state, asked := parseRegistration(rest)
		m.registered(name, state)
		if !own || !asked {
			return
		}
	}
	if pdu, known := announcements[name]; known && !own {
		m.announced(name, rest, pdu)
		return
	}
	c := m.current
	if c != nil && s == c.command {
		m.echoed = true
		m.stale = m.stale || m.quiet
		return
	}
	if c == nil || strings.HasPrefix(s, "^") { // an answer too late, a vendor's announcement
		return
	}
	failure, final := parseFinal(s)
	if !final {
		if len(c.lines) < maxLines {
			c.lines = append(c.lines, s)
		}
		return
	}
	c.failure = failure
	m.current = nil
	close(c.done)
}

// handedOver keeps a PDU until Receive takes it; once, though the network
// repeats what isn't acknowledged. The lock is held.
func (m *Modem) handedOver(d direct) {
	if d.kind == cellBroadcast || len(m.direct) >= maxDirect {
		return
	}
	if !slices.ContainsFunc(m.direct, func(e direct) bool { return e.kind == d.kind && bytes.Equal(e.pdu, d.pdu) }) {
		m.direct = append(m.direct, d)
	}
	m.awake()
}

// announced notes an announcement. The lock is held.
func (m *Modem) announced(name, rest string, pdu bool) {
	switch name {
	case "+CMTI", "+CDSI":
		if memory := fields(rest)[0]; isMemory(memory) && len(m.elsewhere) < 8 {
			m.elsewhere[memory] = true
		}
		m.awake()
	}
	if pdu {
		kind := cellBroadcast
		switch name {
		case "+CMT":
			kind = Deliver
		case "+CDS":
			kind = StatusReport
		}
		m.want = &kind
	}
}

// isMemory tells whether s can be the name of a memory: "SM", "ME", "SR".
func isMemory(s string) bool {
	return len(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z'
}

func (m *Modem) awake() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

func (m *Modem) trace(dir byte, line string) {
	if m.opts.Trace != nil {
		m.opts.Trace(dir, line)
	}
}

// fields takes the comma separated rest of a line apart, quotes removed.
func fields(s string) []string {
	var list []string
	var b strings.Builder
	quoted := false
	for _, c := range strings.TrimSpace(s) {
		switch {
		case c == '"':
			quoted = !quoted
		case c == ',' && !quoted:
			list = append(list, strings.TrimSpace(b.String()))
			b.Reset()
		default:
			b.WriteRune(c)
		}
	}
	return append(list, strings.TrimSpace(b.String()))
}
