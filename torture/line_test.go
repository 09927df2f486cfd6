package torture

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"
	"sync"

	"asms/relay/simulator"
	"asms/sms"
)

// line is the cable between agent and modem. The agent comes over TCP; the modem
// does not notice when it goes.
type line struct {
	modem    *simulator.Modem
	listener net.Listener
	step     func(when, what string) (gone bool)

	mu      sync.Mutex
	agent   net.Conn // nil while nobody listens
	wire    net.Conn // to the modem
	served  chan struct{}
	asked   string // the command that is not answered, "" none
	held    []byte // its answer so far
	quiet   bool   // announcements wait
	backlog []byte // those that wait
	ready   bool   // the agent that is there has set the modem up
	read    bool   // and has looked into the store

	flight  flight
	written map[segment]int // how often the agent gave it
}

// segment is one segment for one recipient.
type segment struct {
	to  string
	seq int
}

// flight is how far the agent is with the segment that it gave last.
type flight struct {
	segment
	state flightState
}

type flightState int

const (
	settled  flightState = iota // its ledger has the answer
	prompted                    // the modem waits for the segment: its ledger may say by now that it leaves
	given                       // it has given it
	answered                    // the answer was passed on, and may be in the ledger
)

func newLine(m *simulator.Modem, step func(when, what string) bool) (*line, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	l := &line{modem: m, listener: listener, step: step, written: map[segment]int{}}
	l.powerUp()
	go l.accept()
	return l, nil
}

func (l *line) close() {
	l.listener.Close()
	l.hangUp()
	l.mu.Lock()
	wire, served := l.wire, l.served
	l.mu.Unlock()
	wire.Close()
	<-served
}

// powerUp has the modem listen.
func (l *line) powerUp() {
	ours, its := net.Pipe()
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = l.modem.ServeConn(its) // ends with the line
	}()
	l.mu.Lock()
	l.wire, l.served, l.asked, l.held = ours, served, "", nil
	l.mu.Unlock()
	go l.listen(ours)
}

// powerCut ends the modem and starts it again.
func (l *line) powerCut() {
	l.hangUp()
	l.mu.Lock()
	wire, served := l.wire, l.served
	l.mu.Unlock()
	wire.Close()
	<-served
	l.modem.Restart()
	l.powerUp()
}

// hangUp ends the agent's connection.
func (l *line) hangUp() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.leave(l.agent)
}

// leave forgets a connection. The lock is held.
func (l *line) leave(c net.Conn) {
	if c == nil || l.agent != c {
		return
	}
	c.Close()
	l.agent, l.backlog, l.ready, l.read = nil, nil, false, false
}

func (l *line) accept() {
	for {
		c, err := l.listener.Accept()
		if err != nil {
			return
		}
		l.mu.Lock()
		l.leave(l.agent)
		l.agent = c
		l.mu.Unlock()
		go l.carry(c)
	}
}

// carry passes on what the agent writes, command by command.
func (l *line) carry(c net.Conn) {
	in := bufio.NewReader(c)
	for {
		var command []byte
		for len(command) == 0 || !bytes.ContainsAny(command[len(command)-1:], "\r\x1a\x1b") {
			b, err := in.ReadByte()
			if err != nil {
				l.mu.Lock()
				l.leave(c)
				l.mu.Unlock()
				return
			}
			command = append(command, b)
		}
		what, s := nameOf(string(command))
		if what != "" {
			l.note(what, s)
			if l.step("before", what) {
				return
			}
		}
		l.mu.Lock()
		if l.agent != c {
			l.mu.Unlock()
			return
		}
		l.asked, l.held = what, nil
		wire := l.wire
		l.mu.Unlock()
		if _, err := wire.Write(command); err != nil {
			return
		}
	}
}

// note keeps the record of what the agent gives.
func (l *line) note(what string, s segment) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case s.to != "":
		l.written[s]++
		l.flight = flight{s, given}
	case strings.HasPrefix(what, "AT+CNMI=2"):
		l.ready = true
	case what == "AT+CMGF" && l.ready: // it goes on to the next
		l.flight.state = settled
	case what == "AT+CMGL":
		l.read = true
	}
}

// next is the segment that comes next if nothing has gone wrong. The lock is held.
func (l *line) next() segment {
	n := len(l.written)
	if n >= len(others)*segments {
		return segment{}
	}
	return segment{others[n/segments], n%segments + 1}
}

// reported notes that the agent has told the server of what it sent.
func (l *line) reported() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flight.state = settled
}

// nameOf names a command; an empty line has none, nor has an escape.
func nameOf(command string) (what string, s segment) {
	end := command[len(command)-1]
	command = strings.TrimSpace(command[:len(command)-1])
	switch {
	case end == '\x1b', command == "":
		return "", segment{}
	case end == '\x1a':
		return nameOfPDU(command)
	case strings.HasPrefix(command, "AT+CMGD="), strings.HasPrefix(command, "AT+CNMI="), strings.HasPrefix(command, "AT+CPMS="):
		return command, segment{}
	}
	what, _, _ = strings.Cut(command, "=")
	return what, segment{}
}

func nameOfPDU(text string) (string, segment) {
	pdu, err := hex.DecodeString(text)
	if err != nil {
		return "PDU unreadable", segment{}
	}
	_, tpdu, err := sms.CutSMSC(pdu)
	if err != nil {
		return "PDU unreadable", segment{}
	}
	s, err := segmentOf(tpdu)
	if err != nil {
		return "PDU unreadable", segment{}
	}
	return fmt.Sprintf("PDU %d of recipient %d", s.seq, slices.Index(others, s.to)+1), s
}

// segmentOf reads a TPDU on its way out.
func segmentOf(tpdu []byte) (segment, error) {
	d, err := sms.DecodeSubmit(tpdu)
	if err != nil {
		return segment{}, err
	}
	if c := d.UserData.Header.Concat; c != nil && c.Total == segments {
		return segment{d.Destination, c.Seq}, nil
	}
	return segment{}, fmt.Errorf("not one of %d", segments)
}

// final is the end of an answer.
var final = regexp.MustCompile(`(^|\r\n)(OK|ERROR|\+CM[ES] ERROR: [^\r]*)\r\n$|\r\n> $`)

// listen passes on what the modem says: an answer when it is whole, anything else
// at once.
func (l *line) listen(wire net.Conn) {
	buffer := make([]byte, 4096)
	for {
		n, err := wire.Read(buffer)
		if err != nil {
			return
		}
		l.mu.Lock()
		if l.wire != wire {
			l.mu.Unlock()
			return
		}
		what := l.asked
		if what == "" {
			l.say(buffer[:n])
			l.mu.Unlock()
			continue
		}
		l.held = append(l.held, buffer[:n]...)
		whole := final.Match(l.held)
		l.mu.Unlock()
		if !whole {
			continue
		}
		gone := l.step("after", what)
		l.mu.Lock()
		if l.wire != wire {
			l.mu.Unlock()
			return
		}
		if l.asked == what { // no other agent has come meanwhile
			if !gone && l.agent != nil {
				_, _ = l.agent.Write(l.held) // it may have gone
				switch {
				case strings.HasPrefix(what, "PDU"):
					l.flight.state = answered
				case what == "AT+CMGS":
					l.flight = flight{l.next(), prompted}
				}
			}
			l.asked, l.held = "", nil
		}
		l.mu.Unlock()
	}
}

// say tells the agent something it has not asked for. The lock is held.
func (l *line) say(b []byte) {
	switch {
	case l.agent == nil:
	case l.quiet:
		l.backlog = append(l.backlog, b...)
	default:
		_, _ = l.agent.Write(b) // it may have gone
	}
}

// inFlight tells how far the agent is.
func (l *line) inFlight() flight {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.flight
}

// hush has announcements wait, or come.
func (l *line) hush(quiet bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.quiet = quiet
	if !quiet && l.agent != nil {
		_, _ = l.agent.Write(l.backlog)
	}
	l.backlog = nil
}

// atRest tells whether an agent is there, has looked into the store, and asks
// nothing.
func (l *line) atRest() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.agent != nil && l.read && l.asked == ""
}
