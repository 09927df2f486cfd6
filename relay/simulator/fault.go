package simulator

import "asms/sms"

// Action is what goes wrong.
type Action byte

// The first group goes wrong while a modem submits a segment, the second
// while the network delivers one.
const (
	Reject     Action = iota // "+CMS ERROR: Code", the network hasn't it
	NoPrompt                 // no "> " after +CMGS, the network hasn't it
	Swallow                  // no answer to the segment, the network hasn't it
	DropAnswer               // no answer, but the network has it
	Garble                   // an unreadable answer, the network has it
	HangUp                   // the connection ends with the segment, the network hasn't it
	HangUpSent               // the connection ends before the answer, the network has it

	Duplicate     // delivered twice
	Reorder       // delivered after the one that follows it
	Lose          // never delivered, no report
	Undeliverable // not delivered, reported with status Code
)

func (a Action) submitting() bool { return a < Duplicate }

// Fault makes something go wrong.
type Fault struct {
	Do     Action
	Code   int    // of Reject and Undeliverable
	Number string // the recipient it strikes, empty for all
	Skip   int    // segments that pass unharmed before
	Times  int    // segments that it strikes, 0 for all that follow
}

// Inject adds a fault; of several, the first that fits strikes.
func (n *Network) Inject(f Fault) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.faults = append(n.faults, &injected{Fault: f})
}

// Heal removes all faults. What Reorder holds back is delivered.
func (n *Network) Heal() {
	n.mu.Lock()
	n.faults = nil
	for to, held := range n.held {
		delete(n.held, to)
		n.enqueue(to, *held)
	}
	n.mu.Unlock()
	n.kick()
}

type injected struct {
	Fault
	seen, struck int
}

// strike finds the fault for a segment and counts it; nil for none. The
// network's lock is held.
func (n *Network) strike(number string, submitting bool) *Fault {
	for _, f := range n.faults {
		if f.Do.submitting() != submitting || f.Do == NoPrompt {
			continue
		}
		if hit := f.hit(number); hit != nil {
			return hit
		}
	}
	return nil
}

// strikePrompt tells whether a prompt is withheld; its recipient isn't known.
func (n *Network) strikePrompt() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, f := range n.faults {
		if f.Do == NoPrompt && f.hit("") != nil {
			return true
		}
	}
	return false
}

func (f *injected) hit(number string) *Fault {
	if f.Number != "" && sms.Normalize(f.Number) != sms.Normalize(number) {
		return nil
	}
	f.seen++
	if f.seen <= f.Skip || f.Times > 0 && f.struck >= f.Times {
		return nil
	}
	f.struck++
	return &f.Fault
}
