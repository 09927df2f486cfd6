package relay

import "time"

// ErrCrash is what Run returns after a checkpoint has ended the program.
var ErrCrash = errCrash

// Quicken makes the agent try things again at once.
func (a *Agent) Quicken() {
	a.pace = pace{first: 10 * time.Millisecond, most: 50 * time.Millisecond, text: 20 * time.Millisecond, long: 200 * time.Millisecond}
}

// Checkpoint has f called between any two things that are written down. When f
// returns an error the agent ends as if it were killed there: nothing is written
// any more.
func (a *Agent) Checkpoint(f func(point string) error) { a.checkpoint = f }
