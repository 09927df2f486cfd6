package easserver

import (
	"container/list"
	"sync"

	"asms/mailbox"
)

// deviceKey names one device of one user.
type deviceKey struct {
	user   mailbox.UserID
	device string
}

// folderKey names one folder of one user.
type folderKey struct {
	user   mailbox.UserID
	folder string
}

// memory keeps a value for each key, within a bound on the sum of what the
// entries cost: the longest unused are forgotten first. Values are shared and
// must not be changed once they are put.
type memory[K comparable, V any] struct {
	mu    sync.Mutex
	limit int
	cost  int
	order *list.List // of *memorized[K, V], the most recently used first
	at    map[K]*list.Element
}

type memorized[K comparable, V any] struct {
	key   K
	value V
	cost  int
}

func newMemory[K comparable, V any](limit int) *memory[K, V] {
	return &memory[K, V]{limit: limit, order: list.New(), at: make(map[K]*list.Element)}
}

// get returns what is kept under a key.
func (m *memory[K, V]) get(k K) (value V, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.at[k]
	if e == nil {
		return value, false
	}
	m.order.MoveToFront(e)
	return e.Value.(*memorized[K, V]).value, true
}

// put keeps value under a key instead of what was kept. It costs at least 1.
func (m *memory[K, V]) put(k K, value V, cost int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.remove(m.at[k])
	cost = max(cost, 1)
	m.at[k] = m.order.PushFront(&memorized[K, V]{key: k, value: value, cost: cost})
	m.cost += cost
	for m.cost > m.limit {
		m.remove(m.order.Back())
	}
}

// forget drops what is kept under a key.
func (m *memory[K, V]) forget(k K) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.remove(m.at[k])
}

func (m *memory[K, V]) remove(e *list.Element) {
	if e == nil {
		return
	}
	old := m.order.Remove(e).(*memorized[K, V])
	delete(m.at, old.key)
	m.cost -= old.cost
}
