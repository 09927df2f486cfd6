package easserver

import (
	"math"
	"sync"
	"time"
)

// throttle bounds how often each of many may come: so many at once, and so many a
// second over time. The zero of perSecond is no bound.
//
// [MS-ASHTTP] 3.1.5.2.3 HTTP Error 503
type throttle[K comparable] struct {
	perSecond, burst float64

	mu sync.Mutex
	of *memory[K, allowance]
}

// allowance is what one may still take at a time.
type allowance struct {
	left float64
	at   time.Time
}

// newThrottle returns a throttle that remembers that many; whoever is forgotten
// begins anew.
func newThrottle[K comparable](perSecond, burst, remembered int) *throttle[K] {
	return &throttle[K]{perSecond: float64(perSecond), burst: float64(burst), of: newMemory[K, allowance](remembered)}
}

// take takes one from the allowance of k, or returns how long to wait for it.
func (t *throttle[K]) take(k K, now time.Time) (wait time.Duration) {
	if t.perSecond <= 0 {
		return 0
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	a, known := t.of.get(k)
	if !known {
		a = allowance{t.burst, now}
	}
	if passed := now.Sub(a.at); passed > 0 {
		a = allowance{math.Min(a.left+passed.Seconds()*t.perSecond, t.burst), now}
	}
	if a.left < 1 {
		return time.Duration((1 - a.left) / t.perSecond * float64(time.Second))
	}
	a.left--
	t.of.put(k, a, 1)
	return 0
}
