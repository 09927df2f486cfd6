package mailbox

import (
	"context"

	"asms/store"
)

// SearchQuery asks for a page of what has the words that a person types.
type SearchQuery struct {
	Text  string
	Limit int
	After int64 // SearchResult.Next of the page before; 0 begins
}

// SearchResult is a page of what was found, the newest texts first.
type SearchResult struct {
	Conversations []Conversation // whose people match, on the first page
	Hits          []Hit
	Next          int64 // 0 at the end
}

// Hit is a text that was found.
type Hit struct {
	Entry
	Peers   []Party  // of its conversation
	Matches [][2]int // offsets into Body, in UTF-16 units
}

// foundConversations bounds how many conversations are found by their people.
const foundConversations = 10

// Search finds texts by the beginnings of their words, in any case and with any
// accents, by any digits of their numbers, and in scripts without spaces by what
// follows one another.
func (m *Mailbox) Search(ctx context.Context, user UserID, q SearchQuery) (r SearchResult, err error) {
	words := store.ParseQuery(q.Text)
	if words.Empty() {
		return r, nil
	}
	err = m.st.View(ctx, user, func(tx *store.Tx) error {
		if q.After == 0 {
			threads, _, err := m.findThreads(tx, ConversationsQuery{Limit: foundConversations, Search: q.Text})
			if err != nil {
				return err
			}
			if r.Conversations, err = m.conversations(tx, threads); err != nil {
				return err
			}
		}
		found, err := tx.Search(words, q.After, q.Limit+1)
		if err != nil {
			return err
		}
		if len(found) > q.Limit {
			found = found[:q.Limit]
			r.Next = found[q.Limit-1].Place
		}
		items := make([]*store.Item, len(found))
		for n, f := range found {
			items[n] = f.Item
		}
		entries, err := m.entries(tx, items)
		for _, e := range entries {
			r.Hits = append(r.Hits, Hit{Entry: e, Peers: e.peers, Matches: words.Matches(e.Body)})
		}
		return err
	})
	return r, err
}
