package simulator

import (
	"sync"
	"time"

	"asms/sms"
)

// Text is one text that a correspondent received, put together.
type Text struct {
	From, Body string
	Time       time.Time
}

// Correspondent is a subscriber with a Go function in place of a phone.
type Correspondent struct {
	network *Network
	number  string
	reply   func(Text) []string

	mu       sync.Mutex
	parts    []sms.Part
	received []Text
}

// Correspondent adds a subscriber. Each text it receives goes to reply, if
// that is not nil, and what reply returns goes back to the sender. The number
// may be letters: a service that only sends.
func (n *Network) Correspondent(number string, reply func(Text) []string) *Correspondent {
	c := &Correspondent{network: n, number: number, reply: reply}
	n.join(number, c)
	return c
}

// Number is the correspondent's own.
func (c *Correspondent) Number() string { return c.number }

// Send sends a text. The error wraps sms.ErrTooLong.
func (c *Correspondent) Send(to, text string) error { return c.network.send(c.number, to, text) }

// Received are the texts so far, oldest first.
func (c *Correspondent) Received() []Text {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Text(nil), c.received...)
}

// maxParts bounds what a correspondent keeps of texts that never get whole.
const maxParts = 10 * sms.MaxSegments

func (c *Correspondent) deliver(tpdu []byte, result func(bool)) {
	d, err := sms.DecodeDeliver(tpdu)
	if err != nil { // a report: correspondents ask for none
		result(true)
		return
	}
	c.mu.Lock()
	c.parts = append(c.parts, sms.Part{Sender: d.Originator, Time: d.Time, UserData: d.UserData})
	complete, waiting := sms.Reassemble(c.parts)
	rest := make([]sms.Part, 0, len(waiting))
	for _, i := range waiting {
		rest = append(rest, c.parts[i])
	}
	if len(rest) > maxParts {
		rest = rest[1:]
	}
	c.parts = rest
	var texts []Text
	for _, m := range complete {
		texts = append(texts, Text{From: m.Sender, Body: m.Text, Time: m.Time})
	}
	c.received = append(c.received, texts...)
	c.mu.Unlock()
	result(true)
	if c.reply == nil {
		return
	}
	for _, t := range texts {
		for _, answer := range c.reply(t) {
			_ = c.Send(t.From, answer) // too long: the function's own doing
		}
	}
}
