package relay

import (
	"errors"
	"math/rand/v2"
	"time"
)

// pace is how soon things are tried again.
type pace struct {
	first time.Duration // a server or radio that failed, the first time
	most  time.Duration // and at most; twice as long each time
	text  time.Duration // a text that was not taken for now, the first time
	long  time.Duration // a server that will not serve us before a person has acted
}

var defaultPace = pace{first: time.Second, most: 5 * time.Minute, text: 20 * time.Second, long: 10 * time.Minute}

// step is the wait after a number of failures in a row, somewhat at random so
// that many relays do not come back to a server in step.
func (p pace) step(failures int) time.Duration {
	d := min(p.first<<min(failures, 20), p.most)
	return d - time.Duration(rand.Int64N(int64(d)/4+1))
}

// retry is the wait before a text is tried again.
func (p pace) retry(tries int) time.Duration { return min(p.text<<min(tries, 20), p.most) }

// errCrash ends the agent as a crash does; only tests bring it about.
var errCrash = errors.New("relay: crash")
