package mailbox

import (
	"cmp"
	"context"
	"encoding/hex"
	"slices"

	"asms/store"
)

// News is what has happened in a mailbox since a place in its history.
type News struct {
	Events []Event
	At     int64 // place to go on from
	// Reset: more has happened than Events could hold, or it cannot be told any
	// more. Events is empty.
	Reset bool
}

// Event is one thing that has happened. One of its fields says what.
type Event struct {
	At           int64 // place to go on from after it
	Entry        *Entry
	Gone         *GoneEntry
	Conversation *Conversation
	Phones       bool // a device has come, gone or changed
	Contacts     bool // a contact has
}

// GoneEntry says that an Entry is not in its conversation any more.
type GoneEntry struct{ ID, Conversation string }

// newsLimit bounds how many events are told at once.
const newsLimit = 500

// Watch returns a channel that is closed after the next change that may be news.
// Take it before asking.
func (m *Mailbox) Watch(user UserID) <-chan struct{} { return m.st.Watch(user) }

// NewsNow returns the place in the mailbox's history after all that has happened.
func (m *Mailbox) NewsNow(ctx context.Context, user UserID) (at int64, err error) {
	err = m.st.View(ctx, user, func(tx *store.Tx) (err error) {
		at, err = tx.Seq()
		return err
	})
	return at, err
}

// NewsSince returns what has happened since a place in the mailbox's history, in
// that order. What changed several times is told once, as it is now.
func (m *Mailbox) NewsSince(ctx context.Context, user UserID, since int64) (n News, err error) {
	err = m.st.View(ctx, user, func(tx *store.Tx) error {
		if n.At, err = tx.Seq(); err != nil || n.At == since {
			return err
		}
		horizon, err := tx.Horizon()
		if err != nil {
			return err
		}
		if since < horizon || since > n.At {
			n.Reset = true
			return nil
		}
		n.Events, n.Reset, err = m.events(tx, since)
		for k := range n.Events { // several may bear the same number: only the last of them is a place
			if k+1 < len(n.Events) {
				n.Events[k].At = n.Events[k+1].At - 1
			} else {
				n.Events[k].At = n.At
			}
		}
		return err
	})
	return n, err
}

// events returns what has happened since a place, each with its number.
func (m *Mailbox) events(tx *store.Tx, since int64) (all []Event, tooMany bool, err error) {
	items, err := tx.ItemsShownSince(since, newsLimit+1)
	if err != nil {
		return nil, false, err
	}
	gone, err := tx.GoneSince(since, newsLimit+1)
	if err != nil {
		return nil, false, err
	}
	threads, err := tx.ThreadsSince(since, newsLimit+1)
	if err != nil {
		return nil, false, err
	}
	if len(items)+len(gone)+len(threads) > newsLimit {
		return nil, true, nil
	}
	for _, g := range gone {
		id := serverID(g.Folder, g.Item)
		if g.Text != 0 {
			id = serverID(store.OutboxID, g.Text)
		}
		all = append(all, Event{At: g.Seq, Gone: &GoneEntry{ID: id, Conversation: hex.EncodeToString(g.ConversationID)}})
	}
	entries, err := m.entries(tx, items)
	if err != nil {
		return nil, false, err
	}
	for n := range entries {
		all = append(all, Event{At: items[n].Shown, Entry: &entries[n]})
	}
	conversations, err := m.conversations(tx, threads)
	if err != nil {
		return nil, false, err
	}
	for n := range conversations {
		all = append(all, Event{At: threads[n].Changed, Conversation: &conversations[n]})
	}
	phones, err := tx.PhonesChanged()
	if err != nil {
		return nil, false, err
	}
	if phones > since {
		all = append(all, Event{At: phones, Phones: true})
	}
	contacts, err := m.contactsSeq(tx)
	if err != nil {
		return nil, false, err
	}
	if contacts > since {
		all = append(all, Event{At: contacts, Contacts: true})
	}
	slices.SortStableFunc(all, func(a, b Event) int { return cmp.Compare(a.At, b.At) })
	return all, false, nil
}
