package account

import (
	"fmt"
	"net/netip"
	"sync"
	"time"
)

// Backoff says how failures to sign in slow down further attempts.
type Backoff struct {
	Free  int           // failures that cost nothing
	First time.Duration // the delay after the next one; each further one doubles it
	Max   time.Duration // the longest delay; failures are forgotten when twice this has passed
}

func (b *Backoff) setDefaults(d Backoff) {
	if b.Free <= 0 {
		b.Free = d.Free
	}
	if b.First <= 0 {
		b.First = d.First
	}
	if b.Max <= 0 {
		b.Max = d.Max
	}
}

// ThrottledError is returned while too many failures are fresh.
type ThrottledError struct {
	RetryAfter time.Duration // positive
}

func (e *ThrottledError) Error() string {
	return fmt.Sprintf("account: too many failed attempts, try again in %s", e.RetryAfter.Round(time.Second))
}

// maxFailures bounds for how many names, and for how many addresses, failures
// are remembered.
const maxFailures = 10_000

// failures remembers who failed lately.
type failures struct {
	backoff Backoff

	mu sync.Mutex
	of map[string]*failure
}

type failure struct {
	count int
	last  time.Time
}

func (f *failures) delay(count int) time.Duration {
	d := f.backoff.First
	for n := count - f.backoff.Free; n > 1 && d < f.backoff.Max; n-- {
		d *= 2
	}
	return min(d, f.backoff.Max)
}

func (f *failures) stale(k *failure, now time.Time) bool {
	return now.Sub(k.last) >= 2*f.backoff.Max
}

// check returns a ThrottledError when key must wait. The empty key never does.
func (f *failures) check(key string, now time.Time) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	k := f.of[key]
	if k == nil || k.count <= f.backoff.Free {
		return nil
	}
	if left := k.last.Add(f.delay(k.count)).Sub(now); left > 0 {
		return &ThrottledError{RetryAfter: left}
	}
	return nil
}

// add records a failure.
func (f *failures) add(key string, now time.Time) {
	if key == "" {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	k := f.of[key]
	if k == nil {
		if len(f.of) >= maxFailures {
			f.evict(now)
		}
		k = &failure{}
		f.of[key] = k
	} else if f.stale(k, now) {
		k.count = 0
	}
	k.count++
	k.last = now
}

// evict makes room: all that is stale, or else the mildest of a few.
func (f *failures) evict(now time.Time) {
	victim, mildest, seen := "", 0, 0
	for key, k := range f.of {
		if f.stale(k, now) {
			delete(f.of, key)
		} else if seen < 16 && (seen == 0 || k.count < mildest) {
			victim, mildest = key, k.count
		}
		seen++
	}
	if len(f.of) >= maxFailures {
		delete(f.of, victim)
	}
}

func (f *failures) forget(key string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.of, key)
}

// addressKey returns what stands for the address in the table of failures, or ""
// when failures say nothing about it: a loopback address is a proxy of this
// machine, behind which everybody comes.
func addressKey(remote string) string {
	ap, err := netip.ParseAddrPort(remote)
	addr := ap.Addr()
	if err != nil {
		if addr, err = netip.ParseAddr(remote); err != nil {
			return ""
		}
	}
	addr = addr.Unmap().WithZone("")
	if addr.IsLoopback() {
		return ""
	}
	if addr.Is4() {
		return addr.String()
	}
	p, _ := addr.Prefix(64) // 64 is a valid length
	return p.String()
}
