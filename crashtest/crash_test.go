// Package crashtest kills the server, again and again and at any moment, while
// devices work with it, and looks at what is left.
package crashtest

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"asms/eas"
	"asms/easclient"
	"asms/store"
)

var (
	rounds = flag.Int("rounds", 100, "how often the server is killed; a tenth of it with -short")
	seed   = flag.Uint64("seed", 0, "for the delays and the devices; 0 takes one from the clock")
)

// binary is the program, built once.
var binary string

// patience is how long anything may take that is sure to come.
const patience = 20 * time.Second

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "crashtest")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "asms")
	if out, err := exec.Command("go", "build", "-o", binary, "asms/cmd/asms").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// TestKilledAtAnyMoment has two phones, two writers and two readers work as fast
// as they can, on 14.1 and 16.1, while the server is killed 5 to 150 ms after it
// has come back, every fifth time while it is still starting. Requests that were
// not answered are sent again, mostly as they were; a phone also begins again at
// key 0 while it has texts. It holds, looked at every ten rounds, that
//   - every text that was acknowledged is there, exactly once;
//   - nothing is back whose deletion was acknowledged;
//   - no text on its way out was given to two phones or transmitted twice, and
//     all have left;
//   - Read and Flag have a value that was acknowledged, and that of the last;
//   - what each device has is what a new device gets from key 0;
//   - no sync key was lost that had been given.
//
// A killed process leaves the kernel's page cache whole: what a power cut would
// do is not seen here.
func TestKilledAtAnyMoment(t *testing.T) {
	n := *rounds
	if testing.Short() {
		n = max(1, n/10)
	}
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	t.Logf("seed %d (the interleaving of the devices is the machine's)", *seed)
	r := rand.New(rand.NewPCG(*seed, 0))
	s := newServer(t)
	if err := s.start(); err != nil {
		t.Fatal(err)
	}
	l := newLedger()
	w := &world{t: t, s: s, l: l}
	w.furnish()

	const lookEvery = 10
	for done := 0; done < n; done += lookEvery {
		w.storm(r, min(lookEvery, n-done))
		w.calm()
		w.look(fmt.Sprintf("REF%d", done))
		if faults := l.broken(); len(faults) > 0 {
			t.Fatalf("after %d rounds, seed %d: %d faults:\n%s\n%s", min(done+lookEvery, n), *seed, len(faults), list(faults), s.stderr())
		}
	}
	s.kill()
	w.integrity()
	if out := s.stderr(); out != "" {
		t.Errorf("the server complained:\n%s", out)
	}
	transmitted := 0
	for _, x := range l.texts {
		transmitted += len(x.radio)
	}
	t.Logf("%d kills, %d answers, %d requests cut off, %d of them committed, %d commands not repeated, %d texts, %d transmitted, %d when their phone forgot",
		n, l.answers, l.interrupted, l.lost, l.different, len(l.texts), transmitted, l.forgotten)
	// Or the test shows nothing.
	if l.interrupted < 2*n || l.lost < n/10 || transmitted < n || l.forgotten < n/20 || len(l.texts) < 5*n {
		t.Errorf("too little was under way")
	}
}

// world is the server and all its devices.
type world struct {
	t       *testing.T
	s       *server
	l       *ledger
	devices []*device
	ids     map[string]eas.CollectionID
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatalf("%v\n%s", err, w.s.stderr())
	}
}

func (w *world) device(id, number string, version eas.Version) *device {
	w.t.Helper()
	d, err := newDevice(w.l, w.s.url(), id, number, version)
	w.must(err)
	if number != "" {
		w.must(d.enable(w.t.Context(), true))
	}
	w.devices = append(w.devices, d)
	return d
}

func (w *world) keep(d *device, name string, change ...func(*folder)) *folder {
	w.t.Helper()
	f, err := d.keep(name, w.ids[name], *seed+uint64(len(w.devices)), change...)
	w.must(err)
	_, err = f.collection.Sync(w.t.Context())
	w.must(err)
	return f
}

// furnish adds the devices and the folders that they keep.
func (w *world) furnish() {
	first := w.device("P1", "+12065550101", eas.Version141)
	w.findFolders(first.client)
	second := w.device("P2", "+12065550102", eas.Version161)
	second.toggles = true
	forGood := func(f *folder) { f.options.DeletesAsMoves = eas.Ptr(false) }
	narrow := func(f *folder) { f.options.WindowSize = 3 }
	archives := func(f *folder) { f.archive = w.ids["Archive"] }
	back := func(f *folder) { f.archive = w.ids["Inbox"] }
	for _, d := range []*device{first, second} {
		w.keep(d, "Outbox")
		w.keep(d, "Inbox", forGood, narrow)
		w.keep(d, "Sent Items", forGood)
	}
	writer := w.device("W1", "", eas.Version141)
	w.keep(writer, "Outbox")
	w.keep(writer, "Inbox", archives)
	w.keep(writer, "Sent Items", archives)
	w.keep(writer, "Archive", back)
	another := w.device("W2", "", eas.Version161)
	w.keep(another, "Outbox")
	w.keep(another, "Inbox", forGood, archives)
	w.keep(another, "Archive", forGood)
	w.keep(another, "Deleted Items")
	reader := w.device("R1", "", eas.Version161)
	w.keep(reader, "Inbox")
	w.keep(reader, "Sent Items", narrow)
	w.keep(reader, "Archive")
	w.keep(reader, "Deleted Items")
	w.keep(w.device("R2", "", eas.Version141), "Inbox", func(f *folder) { f.hangs = true })
}

func (w *world) findFolders(c *easclient.Client) {
	hierarchy, err := c.FolderSync(w.t.Context(), eas.SyncKeyInitial)
	w.must(err)
	w.ids = map[string]eas.CollectionID{}
	for _, f := range hierarchy.Changes.Add {
		if f.Type.IsMail() {
			w.ids[f.DisplayName] = f.ServerID
		}
	}
	made, err := c.FolderCreate(w.t.Context(), &eas.FolderCreateRequest{
		SyncKey: &hierarchy.SyncKey, ParentID: "0", DisplayName: "Archive", Type: eas.FolderTypeUserMail,
	})
	w.must(err)
	w.ids["Archive"] = made.ServerID
	for _, name := range []string{"Inbox", "Outbox", "Sent Items", "Deleted Items", "Archive"} {
		if w.ids[name] == "" {
			w.t.Fatalf("no %s in %v", name, w.ids)
		}
	}
}

func (w *world) folders() (all []*folder) {
	for _, d := range w.devices {
		all = append(all, d.folders...)
	}
	return all
}

// storm lets all devices work while the server is killed n times.
func (w *world) storm(r *rand.Rand, n int) {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	defer cancel()
	stop := make(chan struct{})
	var working sync.WaitGroup
	for _, f := range w.folders() {
		working.Go(func() { f.work(ctx, stop) })
	}
	for range n {
		delay := 5*time.Millisecond + time.Duration(r.Int64N(int64(145*time.Millisecond)))
		if err := w.round(delay, r.IntN(5) == 0); err != nil {
			cancel()
			working.Wait()
			w.t.Fatal(err)
		}
	}
	close(stop)
	ended := make(chan struct{})
	go func() { working.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(patience):
		cancel()
		working.Wait()
		w.t.Fatalf("the devices do not come to rest\n%s", list(w.l.broken()))
	}
}

// round waits for an answer, kills the server after the delay and starts it
// again; with early it kills it once more while it starts.
func (w *world) round(delay time.Duration, early bool) error {
	before := w.l.answerCount()
	for end := time.Now().Add(patience); w.l.answerCount() == before; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			return fmt.Errorf("no answer since the server was started\n%s", w.s.stderr())
		}
	}
	time.Sleep(delay)
	w.s.kill()
	if early {
		if _, err := w.s.launch(); err != nil {
			return err
		}
		time.Sleep(delay / 2)
		w.s.kill()
	}
	return w.s.start()
}

// calm lets all devices finish what they have begun, until none has anything to
// say or hears anything new.
func (w *world) calm() {
	w.t.Helper()
	for range 100 {
		news := false
		for _, f := range w.folders() {
			f.news = false
			w.must(f.step(w.t.Context(), false))
			news = news || f.news
		}
		if !news {
			return
		}
	}
	w.t.Fatal("there is no end of news")
}

// look compares what a new device gets with the ledger and with what the others
// have.
func (w *world) look(id string) {
	w.t.Helper()
	d, err := newDevice(w.l, w.s.url(), id, "", eas.Version161)
	w.must(err)
	holds := map[string]map[eas.ServerID]item{}
	for name, folder := range w.ids {
		f, err := d.keep(name, folder, 0)
		w.must(err)
		for range 2 { // key 0, then everything
			_, err = f.collection.Sync(w.t.Context())
			w.must(err)
		}
		holds[name] = f.items
	}
	w.l.check(holds)
	for _, f := range w.folders() {
		want := holds[f.name]
		if maps.Equal(f.items, want) {
			continue
		}
		for id, i := range want {
			if have, ok := f.items[id]; !ok || have != i {
				w.l.fault("%s %s: %s is %+v, should be %+v", f.d.id, f.name, id, have, i)
			}
		}
		for id, i := range f.items {
			if _, ok := want[id]; !ok {
				w.l.fault("%s %s: %s %+v should be gone", f.d.id, f.name, id, i)
			}
		}
	}
}

// integrity has SQLite look at what the last kill has left.
func (w *world) integrity() {
	w.t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(w.s.data(), store.FileName))
	w.must(err)
	defer db.Close()
	var verdict string
	w.must(db.QueryRow("PRAGMA integrity_check").Scan(&verdict))
	if verdict != "ok" {
		w.t.Errorf("integrity_check: %s", verdict)
	}
}

// list shows the first of the faults.
func list(faults []string) (text string) {
	slices.Sort(faults)
	for _, f := range faults[:min(len(faults), 30)] {
		text += "  " + f + "\n"
	}
	return text
}
