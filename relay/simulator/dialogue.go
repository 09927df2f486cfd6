package simulator

import (
	"bufio"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
)

// maxLine bounds a command line; PDUs have at most 2×(13+164) digits.
const maxLine = 1024

const (
	carriageReturn = '\r'
	ctrlZ          = 0x1A
	escape         = 0x1B
)

// conn is one program's dialogue with the modem.
type conn struct {
	modem *Modem
	rw    io.ReadWriteCloser
	in    *bufio.Reader
	out   chan []byte // written by its own goroutine: announcing never waits

	mu     sync.Mutex
	busy   bool     // a command runs: announcements wait for its answer
	mute   bool     // the modem restarted: that answer never comes
	later  []string // announcements that wait
	closed bool
}

// Serve takes programs one after the other until the listener closes; a new
// one ends the older.
func (m *Modem) Serve(l net.Listener) error {
	var last net.Conn
	var running sync.WaitGroup
	defer running.Wait()
	for {
		c, err := l.Accept()
		if last != nil {
			last.Close()
		}
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return nil
			}
			return err
		}
		running.Wait()
		last = c
		running.Go(func() { _ = m.ServeConn(c) })
	}
}

// ServeConn answers one program until it hangs up, and closes rw.
func (m *Modem) ServeConn(rw io.ReadWriteCloser) error {
	c := &conn{modem: m, rw: rw, in: bufio.NewReaderSize(rw, maxLine), out: make(chan []byte, 1024)}
	var writer sync.WaitGroup
	writer.Go(func() {
		for b := range c.out {
			if _, err := rw.Write(b); err != nil {
				rw.Close()
			}
		}
	})
	m.attach(c)
	err := c.run()
	m.detach(c)
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	rw.Close()
	close(c.out)
	writer.Wait()
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrClosedPipe) || errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// errHangUp ends a connection from the modem's side.
var errHangUp = errors.New("simulator: hung up")

func (c *conn) run() error {
	for {
		line, _, err := c.readLine(false)
		if err != nil {
			return err
		}
		if err := c.obey(line); err != nil {
			if errors.Is(err, errHangUp) {
				return nil
			}
			return err
		}
	}
}

// readLine reads up to a carriage return, or up to Ctrl-Z or escape when it
// reads a PDU, and echoes it if echo is on.
func (c *conn) readLine(pdu bool) (line string, end byte, err error) {
	var b []byte
	for {
		char, err := c.in.ReadByte()
		if err != nil {
			return "", 0, err
		}
		switch {
		case pdu && (char == ctrlZ || char == escape), !pdu && char == carriageReturn:
			if c.modem.echoes() {
				c.write(string(b) + string(rune(char)))
			}
			return string(b), char, nil
		case char == '\n' || char == carriageReturn, char == 0:
		case !pdu && char == escape || char == ctrlZ: // stray end of a PDU that no prompt asked for
			b = b[:0]
		case char == 0x08 && len(b) > 0:
			b = b[:len(b)-1]
		case len(b) < maxLine:
			b = append(b, char)
		}
	}
}

// write queues bytes; a program that doesn't read is hung up on.
func (c *conn) write(s string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writeLocked(s)
}

func (c *conn) writeLocked(s string) {
	if c.closed {
		return
	}
	select {
	case c.out <- []byte(s):
	default:
		c.closed = true
		c.rw.Close()
	}
}

// announce writes an unsolicited result, after the answer of a command that
// runs.
func (c *conn) announce(line string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.busy {
		c.later = append(c.later, line)
		return
	}
	c.writeLocked("\r\n" + line + "\r\n")
}

// forget drops the answer that is due, and the announcements that wait for it.
func (c *conn) forget() {
	c.mu.Lock()
	c.mute, c.busy, c.later = c.busy, false, nil
	c.mu.Unlock()
}

func (c *conn) begin() {
	c.mu.Lock()
	c.busy, c.mute = true, false
	c.mu.Unlock()
}

// end writes a command's answer and what waited for it.
func (c *conn) end(answer string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.busy = false
	if answer != "" && !c.mute {
		c.writeLocked(answer)
	}
	for _, line := range c.later {
		c.writeLocked("\r\n" + line + "\r\n")
	}
	c.later = nil
}

// obey runs a command line: the commands after "AT", one after the other,
// until one fails.
func (c *conn) obey(line string) error {
	line = strings.TrimSpace(line)
	at := 0
	for ; at+2 <= len(line) && !strings.EqualFold(line[at:at+2], "AT"); at++ { // noise before
	}
	if at+2 > len(line) {
		return nil
	}
	c.begin()
	var lines []string
	for _, command := range commands(line[at+2:]) {
		a := c.modem.intercepted(command)
		if a == nil {
			a = c.modem.execute(command)
		}
		if a.prompt != nil {
			return c.prompt(a.prompt)
		}
		if a.silent {
			c.end("")
			return nil
		}
		if a.restart {
			c.end(c.format(lines, "OK"))
			c.modem.Restart()
			return nil
		}
		lines = append(lines, a.lines...)
		if a.final != "" {
			c.end(c.format(lines, a.final))
			return nil
		}
	}
	c.end(c.format(lines, "OK"))
	return nil
}

// format lays an answer out as V1 asks.
//
// ITU-T V.250 5.7.1 Responses
func (c *conn) format(lines []string, final string) string {
	var b strings.Builder
	if len(lines) > 0 {
		b.WriteString("\r\n" + strings.Join(lines, "\r\n") + "\r\n")
	}
	b.WriteString("\r\n" + final + "\r\n")
	return b.String()
}

// prompt asks for a PDU and gives it to finish.
func (c *conn) prompt(finish func(pdu string) *answer) error {
	if c.modem.network.strikePrompt() {
		c.end("")
		return nil
	}
	c.write("\r\n> ")
	pdu, end, err := c.readLine(true)
	if err != nil {
		return err
	}
	if end == escape {
		c.end(c.format(nil, "OK"))
		return nil
	}
	a := finish(strings.TrimSpace(pdu))
	switch {
	case a.hangUp:
		return errHangUp
	case a.silent:
		c.end("")
	case a.final != "":
		c.end(c.format(a.lines, a.final))
	default:
		c.end(c.format(a.lines, "OK"))
	}
	return nil
}

// commands takes a line apart: basic commands are a letter and digits,
// extended ones go to the next semicolon outside quotes.
//
// ITU-T V.250 5.2.1 Command line format
func commands(line string) []string {
	var list []string
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimLeft(line, " ;") {
		n := 1
		switch line[0] {
		case '+', '^', '%', '$', '*', '#', '_', '!', '@':
			quoted := false
			for n < len(line) && (quoted || line[n] != ';') {
				if line[n] == '"' {
					quoted = !quoted
				}
				n++
			}
		case 'D', 'd':
			n = len(line)
		case 'S', 's': // S3=13
			for n < len(line) && strings.IndexByte("0123456789=?", line[n]) >= 0 {
				n++
			}
		default:
			if line[0] == '&' && len(line) > 1 {
				n = 2
			}
			for n < len(line) && line[n] >= '0' && line[n] <= '9' {
				n++
			}
		}
		if command := strings.TrimSpace(line[:n]); command != "" {
			list = append(list, command)
		}
		line = line[n:]
	}
	return list
}
