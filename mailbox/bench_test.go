package mailbox

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"asms/store"
)

// bench is a mailbox to be measured.
type bench struct {
	*testing.B
	st   *store.Store
	m    *Mailbox
	user UserID
}

// newBench opens a mailbox with n texts in the Inbox. Only with durable does a
// commit wait for the disk.
func newBench(b *testing.B, n int, durable bool) *bench {
	b.Helper()
	st, err := store.Open(b.Context(), b.TempDir(), &store.Options{Unsynced: !durable})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { st.Close() })
	l := &bench{B: b, st: st, m: New(st, &Options{Location: time.UTC})}
	l.user = l.newUser("ann")
	l.fill(n)
	return l
}

func (l *bench) ok(err error) {
	l.Helper()
	if err != nil {
		l.Fatal(err)
	}
}

func (l *bench) newUser(name string) UserID {
	l.Helper()
	u, err := l.st.CreateUser(l.Context(), name, "", false)
	l.ok(err)
	return u.ID
}

const benchText = "Message %d: the ferry leaves at a quarter past nine, see you on the upper deck. Bring the blue umbrella, please!"

func benchMessage(n int) *Message {
	peer := fmt.Sprintf(`"Pat" [MOBILE:+1425555%04d]`, n%500)
	return &Message{Class: ClassSMS, From: peer, Body: fmt.Sprintf(benchText, n), Date: time.Now().Add(-time.Duration(n) * time.Minute), Importance: 1}
}

// fill stores n texts in 500 conversations, a few thousand in one transaction.
func (l *bench) fill(n int) {
	l.Helper()
	const portion = 5000
	for done := 0; done < n; done += portion {
		l.ok(l.st.Update(l.Context(), l.user, func(tx *store.Tx) error {
			inbox, err := tx.Folder(store.InboxID)
			for k := done; k < min(done+portion, n) && err == nil; k++ {
				var i *store.Item
				if i, err = l.m.newItem(tx, benchMessage(k), inbox); err == nil {
					err = l.m.insert(tx, i)
				}
			}
			return err
		}))
	}
}

func (l *bench) inbox(device string) Partnership {
	return Partnership{l.user, device, strconv.Itoa(store.InboxID)}
}

func (l *bench) sync(p Partnership, req SyncRequest) Delta {
	d, err := l.m.Sync(context.Background(), p, req)
	if err != nil {
		l.Fatal(err)
	}
	return d
}

// pull begins a partnership and takes everything. It returns the key at rest and
// how many texts came.
func (l *bench) pull(p Partnership, window int) (key string, n int) {
	d := l.sync(p, SyncRequest{Key: "0", Options: smsOnly})
	for {
		d = l.sync(p, SyncRequest{Key: d.Key, GetChanges: true, Window: window})
		if d.Empty {
			return d.Key, n
		}
		n += len(d.Changes)
	}
}

// place stores one more text, as of now, beside the clock.
func (l *bench) place(folder int) {
	l.StopTimer()
	msg := *benchMessage(0)
	_, err := l.m.Place(context.Background(), l.user, strconv.Itoa(folder), msg)
	l.ok(err)
	l.StartTimer()
}

// BenchmarkFirstSync is a device that takes a folder of 10,000 texts.
func BenchmarkFirstSync(b *testing.B) {
	const texts = 10_000
	l := newBench(b, texts, false)
	for _, window := range []int{512, 100} {
		b.Run(fmt.Sprintf("window=%d", window), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, n := l.pull(l.inbox("D"), window); n != texts {
					b.Fatalf("%d texts came", n)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/texts, "µs/text")
		})
	}
}

// BenchmarkSyncUnchanged is a device that asks and gets nothing: the mailbox has
// not moved since it asked last, or it has, in another folder. On disk a commit
// takes as long as the disk does.
func BenchmarkSyncUnchanged(b *testing.B) {
	for _, disk := range []bool{false, true} {
		l := newBench(b, 1000, disk)
		p := l.inbox("D")
		key, _ := l.pull(p, 512)
		ask := func(b *testing.B) {
			if d := l.sync(p, SyncRequest{Key: key, GetChanges: true, Window: 100}); !d.Empty {
				b.Fatal("something came")
			}
		}
		if !disk {
			b.Run("at rest", func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					ask(b)
				}
			})
		}
		b.Run(map[bool]string{false: "moved elsewhere", true: "moved elsewhere on disk"}[disk], func(b *testing.B) {
			l := &bench{B: b, st: l.st, m: l.m, user: l.user}
			b.ReportAllocs()
			for b.Loop() {
				l.place(store.SentItemsID)
				ask(b)
			}
		})
	}
}

// BenchmarkIncrementalSync is one new text, or one changed or deleted by another,
// in folders of very different size: the cost must follow what has changed.
func BenchmarkIncrementalSync(b *testing.B) {
	for _, texts := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprintf("texts=%d", texts), func(b *testing.B) {
			l := newBench(b, texts, false)
			p := l.inbox("D")
			key, _ := l.pull(p, 512)
			take := func(b *testing.B) Change {
				d := l.sync(p, SyncRequest{Key: key, GetChanges: true, Window: 100})
				if key = d.Key; len(d.Changes) != 1 {
					b.Fatalf("%d changes", len(d.Changes))
				}
				return d.Changes[0]
			}
			b.Run("new", func(b *testing.B) {
				l := &bench{B: b, st: l.st, m: l.m, user: l.user}
				b.ReportAllocs()
				for b.Loop() {
					l.place(store.InboxID)
					take(b)
				}
			})
			b.Run("read", func(b *testing.B) {
				b.ReportAllocs()
				for read := true; b.Loop(); read = !read {
					b.StopTimer()
					l.ok(l.m.Change(context.Background(), l.user, serverID(store.InboxID, 1), &read, nil))
					b.StartTimer()
					take(b)
				}
			})
			b.Run("deleted", func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					b.StopTimer()
					_, err := l.m.Place(context.Background(), l.user, p.Folder, *benchMessage(0))
					l.ok(err)
					id := take(b).ServerID
					l.ok(l.m.Delete(context.Background(), l.user, id))
					b.StartTimer()
					take(b)
				}
			})
		})
	}
}

// BenchmarkAdd is a text that a device adds, to the answer, on disk: alone, and
// with sixteen devices at once, whose texts share commits.
func BenchmarkAdd(b *testing.B) {
	l := newBench(b, 1000, true)
	var devices atomic.Int64
	add := func(b *testing.B, next func() bool) {
		p := l.inbox(fmt.Sprintf("D%d", devices.Add(1)))
		d := l.sync(p, SyncRequest{Key: "0", Options: smsOnly})
		for n := 0; next(); n++ {
			msg := benchMessage(n)
			msg.Body = p.Device + " " + msg.Body
			d = l.sync(p, SyncRequest{Key: d.Key, Commands: []Command{{Kind: CommandAdd, ClientID: strconv.Itoa(n), Message: msg}}})
			if len(d.Responses) != 1 || d.Responses[0].Err != nil {
				b.Fatal("the text was not added")
			}
		}
	}
	b.Run("alone", func(b *testing.B) { add(b, b.Loop) })
	b.Run("writers=16", func(b *testing.B) {
		b.SetParallelism((16 + runtime.GOMAXPROCS(0) - 1) / runtime.GOMAXPROCS(0))
		b.RunParallel(func(pb *testing.PB) { add(b, pb.Next) })
	})
}

// BenchmarkEstimate counts what a device has still to be told: all of 10,000
// texts, or nothing.
func BenchmarkEstimate(b *testing.B) {
	const texts = 10_000
	l := newBench(b, texts, false)
	all, none := l.inbox("A"), l.inbox("N")
	first := l.sync(all, SyncRequest{Key: "0", Options: smsOnly}).Key
	last, _ := l.pull(none, 512)
	for _, c := range []struct {
		name string
		p    Partnership
		key  string
		want int
	}{{"all", all, first, texts}, {"none", none, last, 0}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if n, err := l.m.Estimate(context.Background(), c.p, c.key, smsOnly); n != c.want || err != nil {
					b.Fatal(n, err)
				}
			}
		})
	}
}

// BenchmarkWake is the time from a text that is given to the mailbox to a Ping or
// Sync that wakes for it, while other users' requests sleep. B/waiter is the
// memory that one of these holds, net/http not counted.
func BenchmarkWake(b *testing.B) {
	for _, others := range []int{0, 2000} {
		b.Run(fmt.Sprintf("others=%d", others), func(b *testing.B) {
			l := newBench(b, 1000, false)
			p := l.inbox("D")
			key, _ := l.pull(p, 512)
			watches := []Watch{{Folder: p.Folder}}

			users := make([]UserID, others)
			for n := range users {
				users[n] = l.newUser(fmt.Sprint("other", n))
			}
			before := memory()
			ctx, end := context.WithCancel(context.Background())
			var sleeping sync.WaitGroup
			for _, u := range users {
				sleeping.Go(func() {
					if _, err := l.m.Wait(ctx, u, "D", watches, nil); !errors.Is(err, context.Canceled) {
						b.Error(err)
					}
				})
			}
			time.Sleep(time.Duration(others) * 100 * time.Microsecond)
			each := float64(memory()-before) / float64(max(others, 1))

			for b.Loop() {
				b.StopTimer()
				woken, waits := make(chan error, 1), make(chan bool, 1)
				go func() {
					ready, err := l.m.Wait(context.Background(), l.user, p.Device, watches, func() error {
						select {
						case waits <- true:
						default:
						}
						return nil
					})
					if err == nil && len(ready) != 1 {
						err = fmt.Errorf("ready: %v", ready)
					}
					woken <- err
				}()
				<-waits
				time.Sleep(200 * time.Microsecond) // it has looked and sleeps
				b.StartTimer()
				_, err := l.m.Place(context.Background(), l.user, p.Folder, *benchMessage(0))
				l.ok(err)
				l.ok(<-woken)
				b.StopTimer()
				key = l.sync(p, SyncRequest{Key: key, GetChanges: true, Window: 100}).Key
				key = l.sync(p, SyncRequest{Key: key, GetChanges: true, Window: 100}).Key
				b.StartTimer()
			}
			if others > 0 {
				b.ReportMetric(each, "B/waiter")
			}
			end()
			sleeping.Wait()
		})
	}
}

// memory is what the heap and the stacks hold.
func memory() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}
