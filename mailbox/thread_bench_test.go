package mailbox

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"asms/store"
)

// fill puts texts into the Inbox of a new user: of one conversation, or each of
// another.
func fill(b *testing.B, st *store.Store, name string, texts int, body func(n int) string, conversation func(n int) int) UserID {
	b.Helper()
	u, err := st.CreateUser(b.Context(), name, "", false)
	if err != nil {
		b.Fatal(err)
	}
	for n := 0; n < texts; {
		if err := st.Update(b.Context(), u.ID, func(tx *store.Tx) error {
			for range min(5000, texts-n) {
				id, err := tx.NextItemID()
				if err != nil {
					return err
				}
				seq, err := tx.Bump()
				if err != nil {
					return err
				}
				peer := conversation(n)
				conv := make([]byte, 16)
				binary.BigEndian.PutUint64(conv, uint64(peer))
				number := fmt.Sprintf("+1425%07d", peer)
				if err := tx.InsertItem(&store.Item{
					ID: id, Folder: store.InboxID, Class: ClassSMS, Date: 1_700_000_000_000 + int64(n)*60_000, Born: seq, CPID: defaultCPID,
					From: `"" [MOBILE:` + number + `]`, Peers: number, Body: body(n), ConversationID: conv, ConversationIndex: conv[:5], Read: n%100 != 0,
				}); err != nil {
					return err
				}
				n++
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
	}
	return u.ID
}

func benchStore(b *testing.B) *store.Store {
	b.Helper()
	st, err := store.Open(context.Background(), b.TempDir(), &store.Options{Unsynced: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { st.Close() })
	return st
}

// BenchmarkConversations is the first page of the list.
func BenchmarkConversations(b *testing.B) {
	for _, texts := range []int{1_000, 100_000} {
		b.Run(fmt.Sprintf("conversations=%d", texts), func(b *testing.B) {
			st := benchStore(b)
			m := New(st, nil)
			user := fill(b, st, "ann", texts, func(n int) string { return "hello" }, func(n int) int { return n })
			for b.Loop() {
				page, _, next, err := m.Conversations(b.Context(), user, ConversationsQuery{Limit: 50})
				if err != nil || len(page) != 50 || next == nil {
					b.Fatal(err, len(page))
				}
			}
		})
	}
}

// BenchmarkMessages is the first page of one conversation, and one in its middle.
func BenchmarkMessages(b *testing.B) {
	for _, texts := range []int{1_000, 100_000} {
		st := benchStore(b)
		m := New(st, nil)
		user := fill(b, st, "ann", texts, func(n int) string { return "hello" }, func(int) int { return 1 })
		page, _, _, err := m.Conversations(b.Context(), user, ConversationsQuery{Limit: 1})
		if err != nil {
			b.Fatal(err)
		}
		for name, q := range map[string]MessagesQuery{"newest": {Limit: 50}, "around": {Limit: 50, Around: fmt.Sprintf("1:%d", texts/2)}} {
			b.Run(fmt.Sprintf("texts=%d/%s", texts, name), func(b *testing.B) {
				for b.Loop() {
					got, err := m.Messages(b.Context(), user, page[0].ID, q)
					if err != nil || len(got.Entries) != 50 {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkSearch looks in 50,000 texts, alone and among those of others.
func BenchmarkSearch(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	words := make([]string, 20_000)
	for n := range words {
		w := make([]byte, 2+r.IntN(8))
		for k := range w {
			w[k] = byte('a' + r.IntN(26))
		}
		words[n] = string(w)
	}
	zipf := rand.NewZipf(r, 1.1, 4, uint64(len(words)-1))
	body := func(int) (s string) {
		for range 5 + r.IntN(20) {
			s += words[zipf.Uint64()] + " "
		}
		return s
	}
	st := benchStore(b)
	m := New(st, nil)
	user := fill(b, st, "ann", 50_000, body, func(n int) int { return n % 300 })
	for _, others := range []int{0, 3} {
		for n := range others {
			fill(b, st, fmt.Sprint("other", n), 50_000, body, func(n int) int { return n % 300 })
		}
		for _, q := range []string{"a", words[0], words[0][:1] + " " + words[1][:1], words[300][:3], words[1] + " " + words[19_000], "zzzzzz"} {
			b.Run(fmt.Sprintf("others=%d/q=%s", others, q), func(b *testing.B) {
				var most time.Duration
				for b.Loop() {
					start := time.Now()
					if _, err := m.Search(b.Context(), user, SearchQuery{Text: q, Limit: 50}); err != nil {
						b.Fatal(err)
					}
					most = max(most, time.Since(start))
				}
				b.ReportMetric(float64(most.Microseconds()), "most-µs")
			})
		}
	}
}
