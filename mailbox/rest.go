package mailbox

import (
	"strconv"
	"time"

	"asms/store"
)

// partnershipKey names a partnership in memory.
type partnershipKey = Partnership

// restingPlace is a partnership that was told everything: its last Sync brought
// nothing and was answered under the same key.
type restingPlace struct {
	key     string
	seq     int64 // the mailbox counter then
	day     time.Time
	options []ClassOptions
}

// restLimit bounds how many partnerships at rest are remembered. Forgetting one
// costs a look into the store.
const restLimit = 100_000

// resting answers a Sync of a mailbox where nothing has moved from memory alone.
func (m *Mailbox) resting(p Partnership, req *SyncRequest) (Delta, bool) {
	if p.Folder == outboxID {
		m.heard(p.User, p.Device, req.Interval)
	}
	if len(req.Commands) > 0 {
		return Delta{}, false
	}
	m.mu.Lock()
	r, ok := m.rest[p]
	m.mu.Unlock()
	if !ok || r.key != req.Key || r.seq != m.st.Seq(p.User) || !r.day.Equal(m.day()) ||
		req.Options != nil && !sameOptions(req.Options, r.options) {
		return Delta{}, false
	}
	return Delta{Key: r.key, Empty: true, Options: r.options}, true
}

var outboxID = strconv.Itoa(store.OutboxID)

// settle remembers a partnership at rest after a Sync, or forgets it.
func (m *Mailbox) settle(p Partnership, s *session, d *Delta) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !d.Empty || !s.req.GetChanges {
		delete(m.rest, p)
		return
	}
	if len(m.rest) >= restLimit {
		for k := range m.rest { // any
			delete(m.rest, k)
			break
		}
	}
	m.rest[p] = restingPlace{key: d.Key, seq: s.seq, day: s.day, options: d.Options}
}
