package easserver

import (
	"context"
	"errors"
	"sync"
	"time"

	"asms/mailbox"
)

// errEnded is why a request stops waiting although nothing has changed: a newer
// request of the same device has come, or the server is being drained.
var errEnded = errors.New("easserver: the request is not to wait any longer")

// requests knows the requests being served, of each device and each user, and
// which one of a device waits for changes. Requests of a device are numbered as
// they come: only the newest may wait, so that an older one never takes a step of
// synchronization after it.
type requests struct {
	perDevice, perUser int

	mu       sync.Mutex
	draining bool
	devices  map[deviceKey]*deviceRequests
	users    map[mailbox.UserID]int
}

type deviceRequests struct {
	served int    // how many are being served
	newest uint64 // number of the last one that came
	end    func() // ends the one that waits, nil if none does
}

func newRequests(perDevice, perUser int) requests {
	return requests{
		perDevice: perDevice, perUser: perUser,
		devices: make(map[deviceKey]*deviceRequests),
		users:   make(map[mailbox.UserID]int),
	}
}

// turn is a request's place among those of its device.
type turn struct {
	all    *requests
	key    deviceKey
	number uint64
}

// begin takes a request in and ends the waiting one of the same device. It
// returns false when too many are being served. The caller must call done.
func (q *requests) begin(k deviceKey) (turn, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	d := q.devices[k]
	if d == nil {
		d = &deviceRequests{}
	}
	if d.end != nil {
		d.end()
		d.end = nil
	}
	if d.served >= q.perDevice || q.users[k.user] >= q.perUser {
		return turn{}, false
	}
	d.served++
	d.newest++
	q.devices[k] = d
	q.users[k.user]++
	return turn{all: q, key: k, number: d.newest}, true
}

// done gives the place back.
func (t turn) done() {
	q := t.all
	q.mu.Lock()
	defer q.mu.Unlock()
	d := q.devices[t.key]
	if d.served--; d.served == 0 {
		delete(q.devices, t.key)
	}
	if q.users[t.key.user]--; q.users[t.key.user] == 0 {
		delete(q.users, t.key.user)
	}
}

// hang returns a context for waiting, which ends after the interval or when the
// request is to wait no longer; ended tells the two apart. It returns errEnded at
// once when a newer request has come. The caller must call stop.
func (t turn) hang(ctx context.Context, interval time.Duration) (waiting context.Context, stop func(), err error) {
	waiting, cancel := context.WithTimeoutCause(ctx, interval, context.DeadlineExceeded)
	waiting, end := context.WithCancelCause(waiting)
	q := t.all
	q.mu.Lock()
	defer q.mu.Unlock()
	d := q.devices[t.key]
	if q.draining || d.newest != t.number {
		end(nil)
		cancel()
		return nil, nil, errEnded
	}
	d.end = func() { end(errEnded) }
	return waiting, func() {
		end(nil)
		cancel()
		q.mu.Lock()
		defer q.mu.Unlock()
		if d.newest == t.number {
			d.end = nil
		}
	}, nil
}

// drain ends all requests that wait, now and from now on.
func (q *requests) drain() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.draining = true
	for _, d := range q.devices {
		if d.end != nil {
			d.end()
			d.end = nil
		}
	}
}
