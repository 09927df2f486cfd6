package mailbox

import (
	"context"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"asms/sms"
	"asms/store"
)

// Party is someone at the other end of a text.
type Party struct {
	Number  string // as it was given
	Name    string // that a contact has, or came with the number; "" none
	Contact string // server id of the contact that has the number, "" none
}

// Conversation is all texts with one set of people, in all folders but Deleted
// Items.
type Conversation struct {
	ID     string // 32 hex digits of its ConversationId
	Peers  []Party
	Unread int // incoming ones
	Total  int // 0 when all are gone
	Date   time.Time
	Last   *Entry // the newest, its body cut to previewLimit characters; nil when all are gone
}

// previewLimit is how much of its newest text a conversation shows, in characters.
const previewLimit = 200

// ConversationPlace is a place in the list of conversations.
type ConversationPlace = store.ThreadKey

// ConversationsQuery asks for a page of conversations, newest first.
type ConversationsQuery struct {
	Limit int
	After *ConversationPlace // of the page before; nil begins
	// Search keeps those whose people have a number or name with this in it. Empty: all.
	Search string
}

// Conversations returns a page of conversations, how many texts of the mailbox
// are unread, and where to go on, nil at the end.
func (m *Mailbox) Conversations(ctx context.Context, user UserID, q ConversationsQuery) (page []Conversation, unread int, next *ConversationPlace, err error) {
	err = m.st.View(ctx, user, func(tx *store.Tx) error {
		threads, more, err := m.findThreads(tx, q)
		if err != nil {
			return err
		}
		if more {
			k := threads[len(threads)-1].Key()
			next = &k
		}
		if _, unread, err = tx.Messages(); err != nil {
			return err
		}
		page, err = m.conversations(tx, threads)
		return err
	})
	return page, unread, next, err
}

// namedLimit bounds how many numbers of contacts are looked for in the peers of
// conversations.
const namedLimit = 500

func (m *Mailbox) findThreads(tx *store.Tx, q ConversationsQuery) (threads []store.Thread, more bool, err error) {
	after := store.FirstThread
	if q.After != nil {
		after = *q.After
	}
	var match func(peers string) bool
	if q.Search != "" {
		if match, err = m.peerMatcher(tx, q.Search); err != nil {
			return nil, false, err
		}
	}
	err = tx.Threads(after, func(t store.Thread) (bool, error) {
		if match != nil && !match(t.Peers) {
			return true, nil
		}
		if len(threads) == q.Limit {
			more = true
			return false, nil
		}
		threads = append(threads, t)
		return true, nil
	})
	return threads, more, err
}

// peerMatcher says whether the peers of a conversation have a number or name with
// text in it.
func (m *Mailbox) peerMatcher(tx *store.Tx, text string) (func(string) bool, error) {
	numbers, err := m.numbersNamed(tx, text, namedLimit)
	if err != nil {
		return nil, err
	}
	named := make(map[string]bool, len(numbers))
	for _, n := range numbers {
		named[n] = true
	}
	var parts []string
	if digits := someDigits(text); digits != "" {
		parts = append(parts, digits)
	} else if sender := sms.Normalize(text); sender != "" { // a name that sends
		parts = append(parts, sender)
	}
	return func(peers string) bool {
		for _, p := range parts {
			if strings.Contains(peers, p) {
				return true
			}
		}
		if len(named) > 0 {
			for n := range strings.SplitSeq(peers, ",") {
				if named[n] {
					return true
				}
			}
		}
		return false
	}, nil
}

// Conversation returns one conversation, or ErrConversationNotFound.
func (m *Mailbox) Conversation(ctx context.Context, user UserID, id string) (c Conversation, err error) {
	err = m.st.View(ctx, user, func(tx *store.Tx) error {
		t, err := findThread(tx, id)
		if err != nil {
			return err
		}
		all, err := m.conversations(tx, []store.Thread{t})
		if err == nil {
			c = all[0]
		}
		return err
	})
	return c, err
}

func parseConversationID(id string) ([]byte, error) {
	b, err := hex.DecodeString(id)
	if err != nil || len(b) != 16 {
		return nil, ErrConversationNotFound
	}
	return b, nil
}

func findThread(tx *store.Tx, id string) (t store.Thread, err error) {
	b, err := parseConversationID(id)
	if err != nil {
		return t, err
	}
	t, err = tx.Thread(b)
	if errors.Is(err, store.ErrNotFound) {
		err = ErrConversationNotFound
	}
	return t, err
}

// conversations returns threads as their owner sees them.
func (m *Mailbox) conversations(tx *store.Tx, threads []store.Thread) ([]Conversation, error) {
	ids := make([]int64, 0, len(threads))
	for _, t := range threads {
		if t.Total > 0 {
			ids = append(ids, t.LastItem)
		}
	}
	items, err := tx.ItemsWith(ids)
	if err != nil {
		return nil, err
	}
	entries, err := m.entries(tx, items)
	if err != nil {
		return nil, err
	}
	at := make(map[int64]int, len(items))
	for k, i := range items {
		at[i.ID] = k
	}
	all := make([]Conversation, len(threads))
	for n, t := range threads {
		c := &all[n]
		*c = Conversation{ID: hex.EncodeToString(t.ConversationID), Unread: t.Unread, Total: t.Total, Date: time.UnixMilli(t.LastDate).UTC()}
		if k, ok := at[t.LastItem]; ok && t.Total > 0 {
			last := entries[k]
			last.Body = cut(last.Body, previewLimit)
			c.Last, c.Peers = &last, last.peers
		}
	}
	return all, nil
}

// cut returns the first n characters of a text.
func cut(s string, n int) string {
	for k := range s {
		if n == 0 {
			return s[:k]
		}
		n--
	}
	return s
}

// readAtOnce bounds how many texts one transaction marks or deletes, so that
// others have their turn in between.
const readAtOnce = 250

// MarkRead marks all texts of a conversation read, or the newest incoming one
// unread. The error is ErrConversationNotFound or the store's.
func (m *Mailbox) MarkRead(ctx context.Context, user UserID, id string, read bool) error {
	for more := true; more; {
		err := m.st.Update(ctx, user, func(tx *store.Tx) error {
			t, err := findThread(tx, id)
			if err != nil {
				return err
			}
			var items []*store.Item
			if read {
				items, err = tx.ThreadUnread(t.ConversationID, min(readAtOnce, t.Unread))
			} else {
				items, err = tx.ThreadIncoming(t.ConversationID, 1)
			}
			more = read && len(items) == readAtOnce
			for _, i := range items {
				if err == nil {
					err = setRead(tx, i, read)
				}
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// setRead writes Read on the server's side.
func setRead(tx *store.Tx, i *store.Item, read bool) (err error) {
	if i.Read == read {
		return nil
	}
	if i.ReadSeq, err = tx.Bump(); err != nil {
		return err
	}
	i.Read, i.ReadBy, i.ReadLost = read, "", false
	return tx.UpdateItem(i)
}

// DeleteConversation deletes all texts of a conversation for good. Those on their
// way out are cancelled when that is still possible, and stay when it is not:
// left is how many. The error is ErrConversationNotFound or the store's.
func (m *Mailbox) DeleteConversation(ctx context.Context, user UserID, id string) (left int, err error) {
	// Only what is there now: what comes meanwhile was not meant.
	var top store.Key
	if err := m.st.View(ctx, user, func(tx *store.Tx) error {
		t, err := findThread(tx, id)
		top = store.Key{Date: t.LastDate, ID: t.LastItem}.Next()
		return err
	}); err != nil {
		return 0, err
	}
	conversation, err := parseConversationID(id)
	if err != nil {
		return 0, err
	}
	for more := true; more; {
		stays, from := 0, top
		err := m.st.Update(ctx, user, func(tx *store.Tx) error {
			items, err := tx.ThreadDown(conversation, from, readAtOnce)
			if err != nil {
				return err
			}
			more = len(items) == readAtOnce
			for _, i := range items {
				top = i.Key()
				switch err := m.delete(tx, i); {
				case errors.Is(err, ErrLocked):
					stays++
				case err != nil:
					return err
				}
			}
			return nil
		})
		if err != nil {
			return left, err
		}
		left += stays
	}
	return left, nil
}
