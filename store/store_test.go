package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func open(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func user(t *testing.T, s *Store, name string) User {
	t.Helper()
	u, err := s.CreateUser(t.Context(), name, "hash", false)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func put(tx *Tx, folder int64, body string) error {
	id, err := tx.NextItemID()
	if err != nil {
		return err
	}
	born, err := tx.Bump()
	if err != nil {
		return err
	}
	return tx.InsertItem(&Item{ID: id, Folder: folder, Class: ClassSMS, Date: id, Body: body, Born: born,
		ConversationID: []byte{1}, ConversationIndex: []byte{2}})
}

func count(t *testing.T, s *Store, u UserID) (n int) {
	t.Helper()
	if err := s.View(t.Context(), u, func(tx *Tx) (err error) { n, err = tx.CountItems(InboxID); return err }); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAcknowledgedWritesSurvive(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	u := user(t, s, "ann")
	if err := s.Update(t.Context(), u.ID, func(tx *Tx) error { return put(tx, InboxID, "kept") }); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, FileName+"-wal")); !os.IsNotExist(err) {
		t.Errorf("the write-ahead log was left behind: %v", err)
	}
	again := open(t, dir)
	if n := count(t, again, u.ID); n != 1 {
		t.Errorf("%d items after reopening", n)
	}
	if got, err := again.UserByName(t.Context(), "ann"); err != nil || got.ID != u.ID {
		t.Errorf("user %v, %v", got, err)
	}
}

func TestFailedUpdateHasNoEffect(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	u := user(t, s, "ann")
	bad := errors.New("bad")
	var seq int64
	for name, f := range map[string]func(*Tx) error{
		"an error": func(tx *Tx) error {
			if err := put(tx, InboxID, "x"); err != nil {
				return err
			}
			return bad
		},
		"a panic": func(tx *Tx) error {
			if err := put(tx, InboxID, "x"); err != nil {
				return err
			}
			panic("a bug")
		},
	} {
		if err := s.Update(t.Context(), u.ID, f); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if n := count(t, s, u.ID); n != 0 {
		t.Errorf("%d items", n)
	}
	if err := s.View(t.Context(), u.ID, func(tx *Tx) (err error) { seq, err = tx.Seq(); return err }); err != nil || seq != 2 {
		t.Errorf("the counter is %d, %v", seq, err)
	}
	if err := s.View(t.Context(), u.ID, func(tx *Tx) error { return put(tx, InboxID, "x") }); !errors.Is(err, errReadOnly) {
		t.Errorf("a View wrote: %v", err)
	}
}

func TestOneFailureInABatchLeavesTheOthers(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	u := user(t, s, "ann")
	const n = 200
	var wg sync.WaitGroup
	for k := range n {
		wg.Go(func() {
			err := s.Update(t.Context(), u.ID, func(tx *Tx) error {
				if err := put(tx, InboxID, fmt.Sprint(k)); err != nil {
					return err
				}
				if k%3 == 0 {
					return errors.New("no")
				}
				return nil
			})
			if (err != nil) != (k%3 == 0) {
				t.Errorf("update %d: %v", k, err)
			}
		})
	}
	wg.Wait()
	if got := count(t, s, u.ID); got != n-67 {
		t.Errorf("%d items", got)
	}
	seen := map[int64]bool{}
	if err := s.View(t.Context(), u.ID, func(tx *Tx) error {
		return tx.ItemsBorn(Walk{Folder: InboxID}, 0, func(i *Item) (bool, error) {
			if seen[i.Born] {
				t.Errorf("two items born at %d", i.Born)
			}
			seen[i.Born] = true
			return true, nil
		})
	}); err != nil {
		t.Fatal(err)
	}
}

func TestUsersDoNotMeet(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	a, b := user(t, s, "ann"), user(t, s, "bob")
	if err := s.Update(t.Context(), a.ID, func(tx *Tx) error { return put(tx, InboxID, "ann's") }); err != nil {
		t.Fatal(err)
	}
	if n := count(t, s, b.ID); n != 0 {
		t.Errorf("bob sees %d items", n)
	}
	if err := s.View(t.Context(), b.ID, func(tx *Tx) error { _, err := tx.Item(1); return err }); !errors.Is(err, ErrNotFound) {
		t.Errorf("bob reads ann's item: %v", err)
	}
	if _, err := s.CreateUser(t.Context(), "ann", "", false); !errors.Is(err, ErrExists) {
		t.Errorf("a second ann: %v", err)
	}
	if err := s.Update(t.Context(), a.ID, func(tx *Tx) error { return tx.RemoveUser() }); err != nil {
		t.Fatal(err)
	}
	if _, err := s.UserByName(t.Context(), "ann"); !errors.Is(err, ErrNotFound) {
		t.Errorf("ann is still there: %v", err)
	}
	again := user(t, s, "ann")
	if n := count(t, s, again.ID); n != 0 {
		t.Errorf("the new ann sees %d old items", n)
	}
}

func TestWatchIsClosedByTheNextCommit(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	a, b := user(t, s, "ann"), user(t, s, "bob")
	mine, other := s.Watch(a.ID), s.Watch(b.ID)
	if err := s.Update(t.Context(), a.ID, func(tx *Tx) error { return put(tx, InboxID, "x") }); err != nil {
		t.Fatal(err)
	}
	select {
	case <-mine:
	default:
		t.Error("not woken by a commit of its own user")
	}
	select {
	case <-other:
		t.Error("woken by a commit of another user")
	default:
	}
	if got := s.Seq(a.ID); got != 3 {
		t.Errorf("Seq %d", got)
	}
}

func TestEndedContextDoesNothing(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	u := user(t, s, "ann")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Update(ctx, u.ID, func(tx *Tx) error { return put(tx, InboxID, "x") }); !errors.Is(err, context.Canceled) {
		t.Errorf("Update: %v", err)
	}
	if n := count(t, s, u.ID); n != 0 {
		t.Errorf("%d items", n)
	}
}

func TestClosedStoreSaysSo(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	u := user(t, s, "ann")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Update(t.Context(), u.ID, func(*Tx) error { return nil }); !errors.Is(err, ErrClosed) {
		t.Errorf("Update: %v", err)
	}
}

func TestFilesAreTheOwnersAlone(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	s := open(t, dir)
	user(t, s, "ann")
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, FileName): 0o600, filepath.Join(dir, FileName+"-wal"): 0o600} {
		i, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := i.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", path, got, want)
		}
	}
}

// A transaction that finds no room leaves nothing behind, and neither do those
// beside it believe anything else.
func TestFull(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), t.TempDir(), &Options{Unsynced: true, MaxBytes: 512 << 10})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	u, err := s.CreateUser(t.Context(), "ann", "hash", false)
	if err != nil {
		t.Fatal(err)
	}
	before, blob := "hash", strings.Repeat("x", 1<<20)
	err = s.Update(t.Context(), u.ID, func(tx *Tx) error {
		if err := tx.SetAdmin(true); err != nil {
			return err
		}
		return tx.SetHash(blob)
	})
	if !errors.Is(err, ErrFull) {
		t.Fatalf("%v, want ErrFull", err)
	}
	if got, err := s.UserByName(t.Context(), "ann"); err != nil || got.Hash != before || got.Admin {
		t.Errorf("%.40v %v", got, err)
	}
	if err := s.Update(t.Context(), u.ID, func(tx *Tx) error { return tx.SetHash("another") }); err != nil {
		t.Errorf("what there is room for: %v", err)
	}
}

func TestNewerDatabaseIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	if err := s.Update(t.Context(), 1, func(tx *Tx) error {
		return tx.exec(`INSERT INTO migration (number, name) VALUES (999, 'from the future')`)
	}); err != nil {
		t.Fatal(err)
	}
	s.Close()
	_, err := Open(t.Context(), dir, nil)
	if err == nil || !strings.Contains(err.Error(), "newer asms") {
		t.Errorf("opened: %v", err)
	}
}

// TestEveryIndexBeginsWithTheUser keeps the schema one that can be split by user.
func TestEveryIndexBeginsWithTheUser(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	n := 0
	if err := s.View(t.Context(), 0, func(tx *Tx) error {
		return tx.each(func(r scanner) (bool, error) {
			var table, index, column string
			if err := r.Scan(&table, &index, &column); err != nil {
				return false, err
			}
			n++
			if column != "user_id" {
				t.Errorf("index %s of %s begins with %s", index, table, column)
			}
			return true, nil
		}, `SELECT m.name, l.name, i.name FROM sqlite_schema m, pragma_index_list(m.name) l, pragma_index_info(l.name) i
			WHERE m.type = 'table' AND m.name NOT IN ('directory', 'migration') AND m.name NOT LIKE 'search%' AND i.seqno = 0`)
	}); err != nil {
		t.Fatal(err)
	}
	if n < 10 {
		t.Errorf("only %d indexes seen", n)
	}
}

// TestWalksUseTheirIndex keeps the cost of a plan from following the size of a
// folder, and that of a look at the Outbox from following the size of the mailbox.
func TestWalksUseTheirIndex(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	for name, c := range map[string]struct {
		index []string
		sorts bool
		run   func(tx *Tx)
	}{
		"ItemsUp":         {[]string{"item_date"}, false, func(tx *Tx) { _ = tx.ItemsUp(Walk{Folder: 1}, 2, Bottom, Top, nil) }},
		"ItemsDown":       {[]string{"item_date"}, false, func(tx *Tx) { _ = tx.ItemsDown(Walk{Folder: 1}, 2, Bottom, Top, nil) }},
		"ItemsChanged":    {[]string{"item_changed"}, false, func(tx *Tx) { _ = tx.ItemsChanged(Walk{Folder: 1}, 5, nil) }},
		"ItemsBorn":       {[]string{"item_born"}, false, func(tx *Tx) { _ = tx.ItemsBorn(Walk{Folder: 1}, 5, nil) }},
		"…OrOffered":      {[]string{"item_born", "item_text"}, true, func(tx *Tx) { _ = tx.ItemsBornOrOffered(Walk{Folder: 1}, 5, nil) }},
		"TombstonesSince": {[]string{"sqlite_autoindex_tombstone_1"}, false, func(tx *Tx) { _ = tx.TombstonesSince(1, "d", 5, nil) }},
		"TombstonesOf":    {[]string{"tombstone_item"}, false, func(tx *Tx) { _, _ = tx.TombstonesOf(1, 5) }},
		"TextsAt":         {[]string{"item_text"}, false, func(tx *Tx) { _, _ = tx.textsAt("d", Offered, 5) }},
		"noTextOut":       {[]string{"item_text"}, false, func(tx *Tx) { _, _ = tx.noTextOut() }},
		"TextsWaiting":    {[]string{"item_text"}, false, func(tx *Tx) { _ = tx.TextsWaiting(nil) }},
		"TextsOfferedTo":  {[]string{"item_text"}, false, func(tx *Tx) { _, _ = tx.TextsOfferedTo() }},
		"AnyTextWaiting":  {[]string{"item_text"}, false, func(tx *Tx) { _, _ = tx.AnyTextWaiting() }},
		"Alike":           {[]string{"item_date"}, false, func(tx *Tx) { _ = tx.Alike(Walk{Folder: 1}, "p", 0, 9, nil) }},
		"Filed":           {[]string{"item_filed"}, false, func(tx *Tx) { _ = tx.Filed(Walk{Folder: 1, Device: "d"}, "p", 0, 9, nil) }},
		"Conversation…":   {[]string{"item_conversation"}, false, func(tx *Tx) { _, _ = tx.ConversationStart([]byte("c")) }},
		"…Devices":        {[]string{"item_conversation"}, false, func(tx *Tx) { _, _ = tx.ConversationDevices([]byte("c")) }},
		"OutboundOf":      {[]string{"outbound_item"}, false, func(tx *Tx) { _, _ = tx.OutboundOf(5) }},
		"OutboundDue":     {[]string{"outbound_due"}, true, func(tx *Tx) { _, _ = tx.OutboundDue(time.Now()) }},
		"PruneOutbound":   {[]string{"sqlite_autoindex_outbound_1"}, false, func(tx *Tx) { _, _ = tx.PruneOutbound(5, time.Now(), 9) }},
		"NextDue":         {[]string{"outbound_due"}, false, func(tx *Tx) { _, _ = tx.NextDue() }},
		"DropMarks":       {[]string{"mark_range"}, false, func(tx *Tx) { _ = tx.DropMarksInRange("d", 1, 2, Top, 5) }},
		"DropLostMarks":   {[]string{"mark_range"}, false, func(tx *Tx) { _ = tx.DropLostMarks("d", 1) }},
		"Threads":         {[]string{"thread_last"}, false, func(tx *Tx) { _ = tx.Threads(FirstThread, nil) }},
		"ThreadsSince":    {[]string{"thread_changed"}, false, func(tx *Tx) { _, _ = tx.ThreadsSince(5, 9) }},
		"flushThread":     {[]string{"item_thread"}, false, func(tx *Tx) { _ = tx.flushThread([]byte("c"), &threadChange{left: true}, 5) }},
		"ThreadDown":      {[]string{"item_thread"}, false, func(tx *Tx) { _, _ = tx.ThreadDown([]byte("c"), Top, 9) }},
		"ThreadUp":        {[]string{"item_thread"}, false, func(tx *Tx) { _, _ = tx.ThreadUp([]byte("c"), Bottom, 9) }},
		"ThreadUnread":    {[]string{"item_thread"}, false, func(tx *Tx) { _, _ = tx.ThreadUnread([]byte("c"), 9) }},
		"ThreadIncoming":  {[]string{"item_thread"}, false, func(tx *Tx) { _, _ = tx.ThreadIncoming([]byte("c"), 9) }},
		"…Items":          {[]string{"item_conversation"}, false, func(tx *Tx) { _ = tx.ConversationItems([]byte("c"), nil) }},
		"Copies":          {[]string{"item_copy"}, false, func(tx *Tx) { _, _ = tx.Copies("p") }},
		"ItemsShownSince": {[]string{"item_shown"}, true, func(tx *Tx) { _, _ = tx.ItemsShownSince(5, 9) }},
		"GoneSince":       {[]string{"sqlite_autoindex_gone_1", "sqlite_autoindex_item_1"}, false, func(tx *Tx) { _, _ = tx.GoneSince(5, 9) }},
		"ItemsWith":       {[]string{"sqlite_autoindex_item_1"}, false, func(tx *Tx) { _, _ = tx.ItemsWith([]int64{5, 6}) }},
		"OutboundsOf":     {[]string{"outbound_item"}, false, func(tx *Tx) { _, _ = tx.OutboundsOf([]int64{5, 6}) }},
		"RecipientsOf":    {[]string{"sqlite_autoindex_recipient_1"}, false, func(tx *Tx) { _, _ = tx.RecipientsOf([]int64{5, 6}) }},
		"PutRequest":      {[]string{"request_at"}, false, func(tx *Tx) { _ = tx.PutRequest(Request{Hash: []byte{1}}, time.Now()) }},
		"findEntry":       {[]string{"INTEGER PRIMARY KEY"}, false, func(tx *Tx) { _ = tx.exec(findEntry, 1, 2, 3, 4) }},
		"FoldersChanged":  {[]string{"folder_changed"}, true, func(tx *Tx) { _, _ = tx.FoldersChangedSince(5) }},
	} {
		plan := s.explain(t, c.run)
		for _, index := range c.index {
			if !strings.Contains(plan, index+" ") {
				t.Errorf("%s does not use %s:\n%s", name, index, plan)
			}
		}
		if strings.Contains(plan, "SCAN") || !c.sorts && strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("%s scans or sorts:\n%s", name, plan)
		}
	}
}

// explain returns SQLite's plan of the statements that f runs.
func (s *Store) explain(t *testing.T, f func(*Tx)) (plan string) {
	t.Helper()
	if err := s.Update(t.Context(), 1, func(tx *Tx) error {
		before := maps.Clone(tx.c.stmts)
		f(tx)
		for query := range tx.c.stmts {
			if before[query] != nil {
				continue
			}
			var args []any
			for range strings.Count(query, "$") {
				args = append(args, 1)
			}
			n := 0
			for k := 1; strings.Contains(query, fmt.Sprintf("$%d", k)); k++ {
				n = k
			}
			rows, err := tx.c.c.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, args[:n]...)
			if err != nil {
				return err
			}
			for rows.Next() {
				var id, parent, unused int
				var detail string
				if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
					return err
				}
				plan += detail + "\n"
			}
			if err := rows.Close(); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return plan
}

func TestWriterWaitsForNobodyWhenItStops(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	done := make(chan error, 1)
	go func() { done <- s.Close() }()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Error("Close hangs")
	}
}
