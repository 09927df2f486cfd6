package mailbox

import (
	"context"
	"slices"
	"sync"
	"time"

	"asms/store"
)

var zeroTime time.Time

// A phone that has been given a text and then says nothing for twice its
// interval, at least minSilence, leaves the text unknown.
const (
	minSilence      = 5 * time.Minute
	defaultInterval = 15 * time.Minute // [MS-ASMS] 3.1.4.1.3
	maxInterval     = 59 * time.Minute
)

// contact is when a phone last synced its Outbox and how long it may be silent.
type contact struct {
	at       time.Time
	interval time.Duration
}

// dueTimes knows for each user when the next text becomes unknown, and when each
// phone was last heard.
type dueTimes struct {
	mu       *sync.Mutex
	at       map[UserID]time.Time
	contacts map[deviceKey]contact
	changed  chan struct{} // holds one token: the earliest time may have moved
}

type deviceKey struct {
	user   UserID
	device string
}

func newDueTimes() dueTimes {
	return dueTimes{
		mu: new(sync.Mutex), at: make(map[UserID]time.Time),
		contacts: make(map[deviceKey]contact), changed: make(chan struct{}, 1),
	}
}

// note makes Run look at a user at t or before.
func (d *dueTimes) note(user UserID, t time.Time) {
	d.mu.Lock()
	if old, ok := d.at[user]; !ok || t.Before(old) {
		d.at[user] = t
	}
	d.mu.Unlock()
	select {
	case d.changed <- struct{}{}:
	default:
	}
}

// next returns the users whose time has come, and how long until the next.
func (d *dueTimes) next(now time.Time) (users []UserID, wait time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	wait = time.Hour
	for user, at := range d.at {
		if left := at.Sub(now); left <= 0 {
			users = append(users, user)
			delete(d.at, user)
		} else {
			wait = min(wait, left)
		}
	}
	slices.Sort(users)
	return users, wait
}

// heard notes that a phone synced its Outbox and means to be silent for interval.
func (m *Mailbox) heard(user UserID, device string, interval time.Duration) {
	k := deviceKey{user, device}
	now := m.now()
	m.due.mu.Lock()
	defer m.due.mu.Unlock()
	last, known := m.due.contacts[k]
	if interval == 0 {
		interval = defaultInterval
		if known {
			interval = max(interval, now.Sub(last.at)) // two Syncs in a row are no habit
		}
	}
	m.due.contacts[k] = contact{at: now, interval: min(interval, maxInterval)}
}

func (m *Mailbox) contact(user UserID, device string) contact {
	m.due.mu.Lock()
	defer m.due.mu.Unlock()
	c, ok := m.due.contacts[deviceKey{user, device}]
	if !ok {
		c.interval = defaultInterval
	}
	return c
}

// dueAfter returns when a text that device got at t becomes unknown, in whole
// milliseconds as it is kept, and lets Run know.
func (m *Mailbox) dueAfter(user UserID, device string, t time.Time) time.Time {
	c := m.contact(user, device)
	if c.at.After(t) {
		t = c.at
	}
	if m.started.After(t) { // while the server was away it could not be heard
		t = m.started
	}
	due := t.Add(max(2*c.interval, minSilence)).Truncate(time.Millisecond)
	m.due.note(user, due)
	return due
}

// Run makes texts unknown when their phone has fallen silent, lets those go that
// were to wait for their time, fails those that waited too long, and drops
// tombstones that nobody needs once a day. It returns when ctx ends.
func (m *Mailbox) Run(ctx context.Context) error {
	users, err := m.st.Users(ctx)
	if err != nil {
		return err
	}
	for _, u := range users {
		if err := m.st.View(ctx, u.ID, func(tx *store.Tx) error {
			due, err := tx.NextDue()
			if err == nil && !due.IsZero() {
				m.due.note(u.ID, due)
			}
			return err
		}); err != nil {
			return err
		}
	}
	var pruned time.Time
	for {
		if m.now().Sub(pruned) >= 24*time.Hour {
			pruned = m.now()
			if err := m.pruneAll(ctx); err != nil && ctx.Err() == nil {
				m.log.Error("old tombstones could not be dropped", "error", err)
			}
		}
		users, wait := m.due.next(m.now())
		for _, user := range users {
			if err := m.Expire(ctx, user); err != nil && ctx.Err() == nil {
				m.log.Error("texts whose phone fell silent could not be marked", "user", user, "error", err)
				m.due.note(user, m.now().Add(time.Minute))
			}
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-m.due.changed:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// Expire makes the texts of a user unknown whose phone has been silent for too
// long, lets those go whose time has come, and fails those that no phone took in
// time. Run calls it when there is something to do.
func (m *Mailbox) Expire(ctx context.Context, user UserID) error {
	return m.st.Update(ctx, user, func(tx *store.Tx) error {
		late, err := tx.OutboundDue(m.now())
		if err != nil {
			return err
		}
		released := false
		for _, o := range late {
			if scheduled, err := m.expireWaiting(tx, o); scheduled || err != nil {
				if err != nil {
					return err
				}
				released = true
				continue
			}
			since := o.Offered
			if o.Handed.After(since) {
				since = o.Handed
			}
			if due := m.dueAfter(user, o.Device, since); due.After(m.now()) {
				if err := tx.SetDue(o.TextID, due); err != nil {
					return err
				}
				continue
			}
			i, err := tx.Item(o.TextID)
			if err != nil {
				return err
			}
			if err := m.setState(tx, i, store.Unknown); err != nil {
				return err
			}
		}
		if released {
			if err := m.route(tx, nil); err != nil {
				return err
			}
		}
		next, err := tx.NextDue()
		if err == nil && !next.IsZero() {
			m.due.note(user, next)
		}
		return err
	})
}
