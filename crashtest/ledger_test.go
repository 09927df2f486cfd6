package crashtest

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"asms/eas"
)

// kind says where a text comes from. It is the beginning of its body, and every
// body is unique.
type kind string

const (
	received kind = "in-"   // a phone received it and added it to the Inbox
	sent     kind = "sent-" // a phone sent it by itself and added it to Sent Items
	composed kind = "out-"  // a client wrote it into the Outbox
	mirrored kind = "own-"  // a phone sends it by itself and shows it in the Outbox first
)

func kindOf(body string) kind {
	head, _, _ := strings.Cut(body, "-")
	return kind(head + "-")
}

// ledger is what the test knows beside the server: what was asked for, what was
// acknowledged, and what the radios transmitted.
type ledger struct {
	mu     sync.Mutex
	clock  int64
	texts  map[string]*text        // by body
	gone   map[eas.ServerID]string // ids whose deletion or move was acknowledged, to whom
	faults []string

	answers     int // requests answered
	interrupted int // requests that the kill cut off
	lost        int // of these, how many had been committed: their answer alone was lost
	different   int // commands that were not repeated
	forgotten   int // texts that a phone had when it began again at key 0
}

// text is one text and what was done to it. What was asked for counts from the
// moment of the request, since its effect may come before its answer.
type text struct {
	acked      bool
	abandoned  bool     // the device that added it did not ask again when no answer came
	hardDelete bool     // asked for: deletion for good
	softDelete bool     // asked for: deletion to Deleted Items, or another move
	erased     bool     // acknowledged: deletion for good
	cancelled  bool     // asked for: its writer deletes it from the Outbox
	holder     string   // phone that was given it
	radio      []string // phones that transmitted it
	read, flag []*write
}

// write is one change of Read or Flag. It took effect at one moment from start to
// end, if at all.
type write struct {
	value      string
	start, end int64
	state      writeState
}

type writeState int

const (
	open    writeState = iota
	done               // acknowledged
	unknown            // the device did not ask again when no answer came
	void               // refused
)

func newLedger() *ledger {
	return &ledger{texts: map[string]*text{}, gone: map[eas.ServerID]string{}}
}

func (l *ledger) fault(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.faultLocked(format, args...)
}

func (l *ledger) faultLocked(format string, args ...any) {
	l.faults = append(l.faults, fmt.Sprintf(format, args...))
}

// broken returns what was found to be wrong.
func (l *ledger) broken() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.faults)
}

func (l *ledger) answered() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.answers++
}

func (l *ledger) answerCount() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.answers
}

func (l *ledger) tick() int64 { l.clock++; return l.clock }

// adding notes that a device is about to add a text.
func (l *ledger) adding(body string, read bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	start := l.tick()
	l.texts[body] = &text{
		read: []*write{{value: fmt.Sprint(read), start: start}},
		flag: []*write{{start: start}},
	}
}

// added notes the answer to an Add.
func (l *ledger) added(body string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t := l.texts[body]
	if t.acked { // the phone's copy of a text that the Outbox had
		return
	}
	t.acked = true
	for _, w := range []*write{t.read[0], t.flag[0]} {
		w.state, w.end = done, l.tick()
	}
}

// abandon notes that a device will not ask again for what was not answered.
func (l *ledger) abandon(c *command) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch t := l.texts[c.body]; {
	case c.wire.Add != nil && !t.acked:
		t.abandoned = true
		for _, w := range []*write{t.read[0], t.flag[0]} {
			w.state, w.end = unknown, l.tick()
		}
	case c.write != nil:
		c.write.state, c.write.end = unknown, l.tick()
	}
}

// writing notes that a device is about to change Read or Flag.
func (l *ledger) writing(body string, flag bool, value string) *write {
	l.mu.Lock()
	defer l.mu.Unlock()
	w := &write{value: value, start: l.tick()}
	if t := l.texts[body]; flag {
		t.flag = append(t.flag, w)
	} else {
		t.read = append(t.read, w)
	}
	return w
}

func (l *ledger) written(w *write, s writeState) {
	l.mu.Lock()
	defer l.mu.Unlock()
	w.state, w.end = s, l.tick()
}

// deleting notes that a device is about to delete a text or to move it away.
func (l *ledger) deleting(body string, hard bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch t := l.texts[body]; {
	case kindOf(body) == composed:
		t.cancelled = true
	case hard:
		t.hardDelete = true
	default:
		t.softDelete = true
	}
}

// deleted notes that the server said that an id is gone.
func (l *ledger) deleted(device string, id eas.ServerID, body string, hard bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.gone[id] = device
	if hard {
		l.texts[body].erased = true
	}
}

// handed notes that a phone was given a text to transmit.
func (l *ledger) handed(phone, body string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch t := l.texts[body]; {
	case t == nil:
		l.faultLocked("%s was given %q, which nobody wrote", phone, body)
	case t.holder != "":
		l.faultLocked("%q was given to %s and then to %s", body, t.holder, phone)
	default:
		t.holder = phone
	}
}

// forgot notes that a phone began again while it had a text.
func (l *ledger) forgot() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forgotten++
}

// transmit is the radio.
func (l *ledger) transmit(phone, body string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t := l.texts[body]
	if t.radio = append(t.radio, phone); len(t.radio) > 1 {
		l.faultLocked("%q was transmitted by %v", body, t.radio)
	}
}

// check compares what the server holds, by folder and id, with what was asked
// for and acknowledged. Nothing is under way.
func (l *ledger) check(holds map[string]map[eas.ServerID]item) {
	l.mu.Lock()
	defer l.mu.Unlock()
	places := map[string][]string{}
	for name, items := range holds {
		for id, i := range items {
			if who, dead := l.gone[id]; dead {
				l.faultLocked("%s %s is back; %s was told that it is gone", name, id, who)
			}
			t := l.texts[i.body]
			if t == nil {
				l.faultLocked("%s %s: nobody added %q", name, id, i.body)
				continue
			}
			places[i.body] = append(places[i.body], name)
			if k := kindOf(i.body); k == received || k == sent {
				l.checkValue(i.body, "Read", fmt.Sprint(i.read), t.read)
				l.checkValue(i.body, "Flag", i.flag, t.flag)
			}
		}
	}
	for body, t := range l.texts {
		l.checkPlaces(body, t, places[body])
	}
}

// checkPlaces checks that a text is where it must be, and nowhere else.
func (l *ledger) checkPlaces(body string, t *text, places []string) {
	if len(places) > 1 {
		l.faultLocked("%q is in %v", body, places)
		return
	}
	place := strings.Join(places, "")
	if !t.acked && !t.abandoned {
		l.faultLocked("%q was never answered", body) // a fault of the test
	}
	switch kindOf(body) {
	case received, sent:
		may := t.hardDelete || t.abandoned
		if place == "" && !may {
			l.faultLocked("%q is lost", body)
		}
		if place != "" && t.erased && !t.softDelete {
			l.faultLocked("%q is in %s although its deletion was acknowledged", body, place)
		}
	case composed, mirrored:
		switch {
		case len(t.radio) > 0 && place != "Sent Items":
			l.faultLocked("%q was transmitted and is in %q, not in Sent Items", body, place)
		case len(t.radio) > 0, t.abandoned && place == "":
		case !t.cancelled:
			l.faultLocked("%q waits for ever: it is in %q, holder %q", body, place, t.holder)
		case place != "Deleted Items":
			l.faultLocked("%q was cancelled and is in %q, not in Deleted Items", body, place)
		}
	}
}

// checkValue checks that a field has the value of a write that may be the last:
// one after whose answer no other began that was acknowledged.
func (l *ledger) checkValue(body, field, value string, writes []*write) {
	var possible []string
	for _, w := range writes {
		overwritten := slices.ContainsFunc(writes, func(v *write) bool { return v.state == done && v.start > w.end })
		if w.state == void || overwritten {
			continue
		}
		if w.value == value {
			return
		}
		possible = append(possible, w.value)
	}
	l.faultLocked("%s of %q is %q, acknowledged was %q", field, body, value, possible)
}
