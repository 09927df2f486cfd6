package mailbox

import (
	"context"
	"fmt"
	"testing"
)

// BenchmarkContacts is the look-ups over 20,000 contacts.
func BenchmarkContacts(b *testing.B) {
	l := newBench(b, 0, false)
	l.m = New(l.st, &Options{Region: "DE"})
	const n = 20_000
	cards := make([]Card, n)
	for i := range cards {
		cards[i] = person(fmt.Sprintf("First%d Last%d", i%500, i), fmt.Sprintf("0171%07d", i))
	}
	if added, _, _, err := l.m.ImportContacts(context.Background(), l.user, cards); err != nil || added != n {
		b.Fatal(added, err)
	}
	page := make([]string, 200)
	for i := range page {
		page[i] = fmt.Sprintf("+49171%07d", i*100)
	}
	b.Run("names of a page of 200", func(b *testing.B) {
		for b.Loop() {
			if names, err := l.m.Names(context.Background(), l.user, page); err != nil || len(names) != 200 {
				b.Fatal(len(names), err)
			}
		}
	})
	for name, q := range map[string]string{"a page": "", "a page of those found by name": "first7 la", "by number": "0171 0012", "nobody": "zzz"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, _, err := l.m.Contacts(context.Background(), l.user, ContactQuery{Text: q, Limit: 50}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkImport is an import of 2,000 contacts, and of the same once more.
func BenchmarkImport(b *testing.B) {
	const n = 2000
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		l := newBench(b, 0, true)
		l.m = New(l.st, &Options{Region: "DE"})
		cards := make([]Card, n)
		for k := range cards {
			cards[k] = person(fmt.Sprintf("First%d Last%d", k%500, k), fmt.Sprintf("0171%07d", k))
		}
		b.StartTimer()
		for range 2 {
			if _, _, _, err := l.m.ImportContacts(context.Background(), l.user, cards); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkImportAlike is an import of contacts that are all alike: the time for
// each must not grow with their number.
func BenchmarkImportAlike(b *testing.B) {
	for name, one := range alikeCards {
		for _, n := range []int{500, 4000} {
			b.Run(fmt.Sprintf("%s/contacts=%d", name, n), func(b *testing.B) {
				cards := make([]Card, n)
				for k := range cards {
					cards[k] = one(k)
				}
				for b.Loop() {
					b.StopTimer()
					l := newBench(b, 0, true)
					b.StartTimer()
					if _, _, _, err := l.m.ImportContacts(context.Background(), l.user, cards); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "µs/contact")
			})
		}
	}
}
