package store

import "sync"

// wakers holds, for each user that someone asked about, the committed mailbox
// counter and the channel that the next commit closes.
type wakers struct {
	mu sync.Mutex
	of map[UserID]*waker
}

type waker struct {
	seq   int64 // 0: not known yet
	moved chan struct{}
}

func (w *wakers) get(user UserID) *waker {
	k := w.of[user]
	if k == nil {
		k = &waker{moved: make(chan struct{})}
		w.of[user] = k
	}
	return k
}

// watch returns the channel that the next commit of user closes.
func (w *wakers) watch(user UserID) <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.get(user).moved
}

// seq returns the last committed counter, or 0 when it was not read yet.
func (w *wakers) seq(user UserID) int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	if k := w.of[user]; k != nil {
		return k.seq
	}
	return 0
}

// learned records a counter that was read, without waking anyone.
func (w *wakers) learned(user UserID, seq int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if k := w.get(user); seq > k.seq {
		k.seq = seq
	}
}

// wake records a committed counter and wakes those who wait.
func (w *wakers) wake(user UserID, seq int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	k := w.get(user)
	if seq > k.seq {
		k.seq = seq
	}
	close(k.moved)
	k.moved = make(chan struct{})
}
