package simulator

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"asms/sms"
)

// Network is a service centre and its subscribers.
type Network struct {
	opts Options

	mu          sync.Mutex
	subscribers map[string]subscriber // by normalised number
	off         map[string]bool       // not reachable
	queues      map[string][]*item
	held        map[string]*item // what Reorder keeps back
	faults      []*injected
	submissions []Submission
	reference   uint16
	closed      bool
	again       bool // look once more before pump ends
	pumping     bool
	done        sync.WaitGroup
}

// maxKept bounds a subscriber's queue and the record of submissions.
const maxKept = 20_000

// subscriber takes what the network delivers. It calls result, now or later,
// with whether the segment was taken; refused segments stay in the queue until
// something changes. deliver must not wait.
type subscriber interface {
	deliver(tpdu []byte, result func(taken bool))
}

// item is a segment or report that waits at the service centre.
type item struct {
	encode   func(more bool) ([]byte, error)
	from     string // normalised; who hears of the outcome
	report   *sms.StatusReport
	expires  time.Time // zero: never
	inFlight bool
}

// NewNetwork starts an empty network.
func NewNetwork(opts *Options) *Network {
	n := &Network{
		subscribers: map[string]subscriber{}, off: map[string]bool{},
		queues: map[string][]*item{}, held: map[string]*item{},
	}
	if opts != nil {
		n.opts = *opts
	}
	if n.opts.Now == nil {
		n.opts.Now = time.Now
	}
	if n.opts.SMSC == "" {
		n.opts.SMSC = "+15550000000"
	}
	if n.opts.Operator == "" {
		n.opts.Operator = "Simulated"
	}
	return n
}

// Close stops deliveries and waits for those under way.
func (n *Network) Close() {
	n.mu.Lock()
	n.closed = true
	n.mu.Unlock()
	n.done.Wait()
}

// SetReachable switches a subscriber's phone off and on; what comes meanwhile
// waits.
func (n *Network) SetReachable(number string, reachable bool) {
	n.mu.Lock()
	n.off[sms.Normalize(number)] = !reachable
	n.mu.Unlock()
	n.kick()
}

// Submissions are the segments that modems handed in, oldest first; the last
// 10,000 at least.
func (n *Network) Submissions() []Submission {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]Submission(nil), n.submissions...)
}

// Waiting counts what the service centre holds for a number.
func (n *Network) Waiting(number string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.queues[sms.Normalize(number)])
}

// Tick looks at what waits again: after the clock was moved.
func (n *Network) Tick() { n.kick() }

func (n *Network) join(number string, s subscriber) {
	n.mu.Lock()
	n.subscribers[sms.Normalize(number)] = s
	n.mu.Unlock()
	n.kick()
}

// submit takes a segment from a modem.
func (n *Network) submit(from string, reference byte, tpdu []byte, s *sms.Submit) *Fault {
	n.mu.Lock()
	fault := n.strike(s.Destination, true)
	accepted := fault == nil || fault.Do == DropAnswer || fault.Do == Garble || fault.Do == HangUpSent
	record := Submission{From: from, To: s.Destination, TPDU: append([]byte(nil), tpdu...), Time: n.opts.Now(), Accepted: accepted}
	if n.submissions = append(n.submissions, record); len(n.submissions) > maxKept {
		n.submissions = slices.Clone(n.submissions[maxKept/2:])
	}
	if n.opts.OnSubmit != nil {
		n.opts.OnSubmit(record)
	}
	if accepted {
		var report *sms.StatusReport
		if s.StatusReport {
			report = &sms.StatusReport{Reference: reference, Recipient: s.Destination, Time: record.Time}
		}
		n.post(from, s.Destination, s.UserData, report, s.Validity)
	}
	n.mu.Unlock()
	n.kick()
	return fault
}

// post puts a segment into the recipient's queue. The lock is held.
func (n *Network) post(from, to string, data sms.UserData, report *sms.StatusReport, validity time.Duration) {
	now := n.opts.Now()
	it := item{from: sms.Normalize(from), report: report}
	if validity > 0 {
		it.expires = now.Add(validity)
	}
	it.encode = func(more bool) ([]byte, error) {
		return (&sms.Deliver{Originator: from, Time: now, MoreMessages: more, UserData: data}).Encode()
	}
	key := sms.Normalize(to)
	fault := n.strike(to, false)
	switch {
	case fault == nil:
		n.enqueue(key, it)
	case fault.Do == Duplicate:
		copied := it
		copied.report = nil
		n.enqueue(key, it)
		n.enqueue(key, copied)
	case fault.Do == Reorder:
		if n.held[key] != nil {
			n.enqueue(key, it)
			break
		}
		n.held[key] = &it
		return
	case fault.Do == Undeliverable:
		n.conclude(&it, sms.Status(fault.Code))
	}
	if held := n.held[key]; held != nil {
		delete(n.held, key)
		n.enqueue(key, *held)
	}
}

func (n *Network) enqueue(key string, it item) {
	if len(n.queues[key]) >= maxKept {
		return
	}
	n.queues[key] = append(n.queues[key], &it)
}

// conclude tells the sender what became of a segment, if it asked. The lock is
// held.
func (n *Network) conclude(it *item, status sms.Status) {
	if it.report == nil {
		return
	}
	report := *it.report
	report.Status, report.Discharged = status, n.opts.Now()
	n.enqueue(it.from, item{encode: func(more bool) ([]byte, error) {
		report.MoreMessages = more
		return report.Encode()
	}})
}

// kick has the queues looked at.
func (n *Network) kick() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.again = true
	if n.pumping || n.closed {
		return
	}
	n.pumping = true
	n.done.Add(1)
	go n.pump()
}

// pump delivers until there is nothing that can be delivered.
func (n *Network) pump() {
	defer n.done.Done()
	n.mu.Lock()
	defer n.mu.Unlock()
	for n.again && !n.closed {
		n.again = false
		for _, key := range slices.Sorted(maps.Keys(n.queues)) {
			n.deliver(key) // at most one segment
		}
		if n.opts.Pace > 0 {
			n.mu.Unlock()
			time.Sleep(n.opts.Pace)
			n.mu.Lock()
		}
	}
	n.pumping = false
}

// deliver takes one step for one subscriber. The lock is held, and given back
// while the subscriber is called.
func (n *Network) deliver(key string) {
	queue := n.queues[key]
	if len(queue) == 0 {
		delete(n.queues, key)
		return
	}
	it := queue[0]
	if it.inFlight {
		return
	}
	s, known := n.subscribers[key]
	switch {
	case !known:
		n.drop(key, it)
		n.conclude(it, 0x43) // not obtainable
		n.again = true
		return
	case !it.expires.IsZero() && n.opts.Now().After(it.expires):
		n.drop(key, it)
		n.conclude(it, sms.StatusExpired)
		n.again = true
		return
	case n.off[key]:
		return
	}
	tpdu, err := it.encode(len(queue) > 1)
	if err != nil { // a sender that no address field holds
		n.drop(key, it)
		n.again = true
		return
	}
	it.inFlight = true
	n.mu.Unlock()
	s.deliver(tpdu, func(taken bool) {
		n.mu.Lock()
		it.inFlight = false
		if taken {
			n.drop(key, it)
			n.conclude(it, sms.StatusReceived)
		}
		n.mu.Unlock()
		if taken {
			n.kick()
		}
	})
	n.mu.Lock()
}

func (n *Network) drop(key string, it *item) {
	queue := n.queues[key]
	for i := range queue {
		if queue[i] == it {
			n.queues[key] = append(queue[:i:i], queue[i+1:]...)
			return
		}
	}
}

// send cuts a text and posts its segments.
func (n *Network) send(from, to, text string) error {
	n.mu.Lock()
	n.reference++
	segments, err := sms.Split(text, &sms.Options{Reference: n.reference})
	if err != nil {
		n.mu.Unlock()
		return fmt.Errorf("simulator: send: %w", err)
	}
	for _, s := range segments {
		n.post(from, to, s, nil, 0)
	}
	n.mu.Unlock()
	n.kick()
	return nil
}
