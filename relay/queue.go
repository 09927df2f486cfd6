package relay

import (
	"context"
	"sync"
	"time"
)

// queue is who may be sent to: a recipient is with one radio at a time.
type queue struct {
	mu      sync.Mutex
	taken   map[recipientKey]bool
	unready map[recipientKey]int // how often a radio failed before it had a segment
}

// recipientKey names one recipient of one text.
type recipientKey struct {
	text int64
	n    int
}

func (j *job) key() recipientKey { return recipientKey{j.n, j.recipient} }

// begun returns the radio that got a segment first, "" if none did.
func (j *job) begun() string {
	for _, s := range j.segments {
		if s.state != segmentPlanned {
			return s.radio
		}
	}
	return ""
}

// take reports whether a recipient is with nobody, and takes it then.
func (q *queue) take(k recipientKey) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.taken[k] {
		return false
	}
	q.taken[k] = true
	return true
}

func (q *queue) giveBack(k recipientKey) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.taken, k)
}

// failed counts the radios that failed at a recipient before they had a segment.
func (q *queue) failed(k recipientKey) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.unready[k]++
	return q.unready[k]
}

func (q *queue) forget(k recipientKey) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.unready, k)
}

// prepare cuts the texts that are to be sent, and gives up those for which there
// is no radio, until ctx ends.
func (a *Agent) prepare(ctx context.Context) error {
	for {
		if err := a.ledger.concludeEmpty(); err != nil {
			return err
		}
		a.wake(a.toPost)
		list, err := a.ledger.idle(ctx)
		if err != nil {
			return err
		}
		some := false
		for _, k := range list {
			if !a.queue.take(k) {
				continue // a radio has just sent the last segment
			}
			some = true
			err := a.plan(ctx, k)
			a.queue.giveBack(k)
			if err != nil {
				return err
			}
		}
		if some {
			a.wakeLines()
			continue
		}
		next, err := a.giveUp(ctx)
		if err != nil {
			return err
		}
		if err := a.rest(ctx, a.toTransmit, next); err != nil {
			return err
		}
	}
}

// plan keeps the segments for a recipient, or concludes one that no radio is
// needed for: it cannot be sent to, or the program ended just before it was
// concluded.
func (a *Agent) plan(ctx context.Context, k recipientKey) error {
	j, err := a.ledger.job(ctx, k, time.Time{})
	if err != nil || j == nil {
		return err
	}
	if j.fault != "" {
		return a.conclude(ctx, j, recipientFailed, j.fault)
	}
	if len(j.segments) > 0 {
		state, reason, open := j.outcome()
		if open {
			return nil
		}
		return a.conclude(ctx, j, state, reason)
	}
	tpdus, err := a.cut(j)
	if err != nil {
		return a.conclude(ctx, j, recipientFailed, err.Error())
	}
	if err := a.ledger.planSegments(j, tpdus); err != nil {
		return err
	}
	return a.at("segments planned")
}

// outcome is what the segments of a recipient come to. It is open while one more
// is to be sent.
func (j *job) outcome() (state recipientState, reason string, open bool) {
	state = recipientSent
	for i, s := range j.segments {
		switch s.state {
		case segmentPlanned:
			open = true
		case segmentRefused: // the rest would be of no use
			return recipientFailed, partOf(i, len(j.segments), s.reason), false
		case segmentUnknown: // the rest most likely makes it whole
			state, reason = recipientUnknown, partOf(i, len(j.segments), "the answer of the network was lost")
		}
	}
	return state, reason, open
}

// opening is how long the radios have to open after the agent has begun.
const opening = time.Minute

// giveUp concludes the recipients whose validity is over while there is no radio
// for them. It returns when to look again, zero if nothing waits.
func (a *Agent) giveUp(ctx context.Context) (next time.Time, err error) {
	list, err := a.ledger.queue(ctx)
	if err != nil {
		return time.Time{}, err
	}
	r := a.usable()
	for _, w := range list {
		over := w.moved.Add(a.options.Validity)
		for _, t := range []time.Time{w.due, a.begun.Add(min(opening, a.options.Validity))} {
			if t.After(over) {
				over = t
			}
		}
		switch l := r.route(w); {
		case over.After(a.now()):
		case l != nil && l.current() != nil: // it sees to that
			over = a.now().Add(a.pace.most)
		case a.queue.take(w.recipientKey):
			err := a.giveUpOne(ctx, w)
			a.queue.giveBack(w.recipientKey)
			if err != nil {
				return time.Time{}, err
			}
			continue
		}
		if next.IsZero() || over.Before(next) {
			next = over
		}
	}
	return next, nil
}

func (a *Agent) giveUpOne(ctx context.Context, w waitingRecipient) error {
	j, err := a.ledger.job(ctx, w.recipientKey, a.now())
	if err != nil || j == nil {
		return err
	}
	if state, reason, open := j.outcome(); !open {
		return a.conclude(ctx, j, state, reason)
	}
	reason := "there is no modem"
	if w.begun != "" && len(a.lines) > 1 {
		reason = "the modem that has sent a part of it is not there"
	}
	return a.conclude(ctx, j, recipientFailed, reason+" (waited for "+plain(a.options.Validity)+")")
}

// usable are the radios as they are just now.
type usable struct {
	agent *Agent
	ready map[*line]bool // a text may leave by them
	first *line          // that a text leaves by if nothing tells otherwise
}

// usable looks at the radios: those that have a network or, while none has, those
// that are there, which then say why not.
func (a *Agent) usable() usable {
	u := usable{agent: a, ready: map[*line]bool{}}
	for _, ready := range []func(*line) bool{(*line).inReach, func(l *line) bool { return l.current() != nil }} {
		for _, l := range a.lines {
			if ready(l) {
				u.ready[l] = true
				if u.first == nil {
					u.first = l
				}
			}
		}
		if u.first != nil {
			break
		}
	}
	return u
}

// route returns the radio for a recipient: the one that has a part of the text
// already, there or not, because phones join only what comes from one number;
// else the one that last was in touch with the number; else the first. It is nil
// while there is none.
func (u usable) route(w waitingRecipient) *line {
	if l := u.agent.named(w.begun); l != nil {
		return l
	}
	if l := u.agent.named(w.peer); l != nil && u.ready[l] {
		return l
	}
	return u.first
}

// turn takes the recipient whose turn it is by a radio, nil if there is none, and
// then says when there may be one, zero if not until something happens.
func (a *Agent) turn(ctx context.Context, l *line) (j *job, next time.Time, err error) {
	list, err := a.ledger.queue(ctx)
	if err != nil {
		return nil, time.Time{}, err
	}
	u := a.usable()
	for _, w := range list {
		if w.due.After(a.now()) {
			return nil, w.due, nil
		}
		if u.route(w) != l || !a.queue.take(w.recipientKey) {
			continue
		}
		j, err := a.ledger.job(ctx, w.recipientKey, a.now()) // as it is now
		if err != nil {
			return nil, time.Time{}, err
		}
		if j != nil {
			if w.begun = j.begun(); u.route(w) == l {
				return j, time.Time{}, nil
			}
		}
		a.queue.giveBack(w.recipientKey)
	}
	return nil, time.Time{}, nil
}
