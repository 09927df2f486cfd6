package mailbox

import (
	"errors"
	"testing"

	"asms/store"
)

// folders is a device that keeps the folder hierarchy.
type folders struct {
	l   *lab
	id  string
	key string
	by  map[string]Folder
}

func (l *lab) folders(id string) *folders {
	f := &folders{l: l, id: id, key: "0", by: map[string]Folder{}}
	f.pull()
	return f
}

func (f *folders) pull() HierarchyDelta {
	f.l.t.Helper()
	d, err := f.l.m.FolderSync(f.l.ctx, f.l.user, f.id, f.key)
	f.l.ok(err)
	f.key = d.Key
	for _, x := range d.Added {
		if _, twice := f.by[x.ID]; twice {
			f.l.t.Fatalf("%s: folder %s Added twice", f.id, x.Name)
		}
		f.by[x.ID] = x
	}
	for _, x := range d.Updated {
		f.by[x.ID] = x
	}
	for _, id := range d.Deleted {
		delete(f.by, id)
	}
	return d
}

func (f *folders) create(parent, name string) (string, error) {
	key, id, err := f.l.m.CreateFolder(f.l.ctx, f.l.user, f.id, f.key, parent, name, 12)
	if err == nil {
		f.key, f.by[id] = key, Folder{ID: id, ParentID: parent, Name: name, Type: 12}
	}
	return id, err
}

func TestFoldersReachEveryDevice(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	a, b := l.folders("A"), l.folders("B")
	if len(a.by) != 10 {
		t.Fatalf("default folders %v", a.by)
	}
	id, err := a.create("0", "Archive")
	l.ok(err)
	if d := a.pull(); len(d.Added)+len(d.Updated)+len(d.Deleted) != 0 {
		t.Errorf("its own folder came back: %+v", d)
	}
	if d := b.pull(); len(d.Added) != 1 || d.Added[0].Name != "Archive" {
		t.Errorf("B heard %+v", d)
	}
	key, err := l.m.UpdateFolder(l.ctx, l.user, "B", b.key, id, "1", "Old")
	l.ok(err)
	b.key = key
	if d := a.pull(); len(d.Updated) != 1 || d.Updated[0].Name != "Old" || d.Updated[0].ParentID != "1" {
		t.Errorf("A heard %+v", d)
	}
	key, err = l.m.DeleteFolder(l.ctx, l.user, "A", a.key, id)
	l.ok(err)
	a.key = key
	if d := b.pull(); len(d.Deleted) != 1 || d.Deleted[0] != id {
		t.Errorf("B heard %+v", d)
	}
	if c := l.folders("C"); len(c.by) != 10 {
		t.Errorf("a new device sees %v", c.by)
	}
}

func TestOwnChangesDoNotHideOthers(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	a, b := l.folders("A"), l.folders("B")
	_, err := a.create("0", "From A")
	l.ok(err)
	_, err = b.create("0", "From B")
	l.ok(err)
	if stale, err := l.m.HierarchyStale(l.ctx, l.user, "B"); err != nil || !stale {
		t.Errorf("B is not behind: %v", err)
	}
	if d := b.pull(); len(d.Added) != 1 || d.Added[0].Name != "From A" {
		t.Errorf("B heard %+v", d)
	}
	a.pull()
	for _, d := range []string{"A", "B"} {
		if stale, err := l.m.HierarchyStale(l.ctx, l.user, d); err != nil || stale {
			t.Errorf("%s is behind: %v", d, err)
		}
	}
	if stale, err := l.m.HierarchyStale(l.ctx, l.user, "NEVER"); err != nil || !stale {
		t.Errorf("a device that never synced is up to date: %v", err)
	}
}

func TestRepeatedFolderCommandAfterALostAnswer(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	a := l.folders("A")
	key := a.key
	id, err := a.create("0", "Archive")
	l.ok(err)
	a.key = key // the answer was lost
	delete(a.by, id)
	again, err := a.create("0", "Archive")
	l.ok(err)
	if again != id {
		t.Errorf("made %s beside %s", again, id)
	}
	if _, err := a.create("0", "archive"); !errors.Is(err, ErrFolderExists) {
		t.Errorf("a second one: %v", err)
	}
	lost := a.key
	b := l.folders("B")
	_, err = b.create("0", "More")
	l.ok(err)
	a.pull()
	a.key = lost
	a.by = map[string]Folder{}
	if d := a.pull(); len(d.Added) != 1 || d.Added[0].Name != "More" {
		t.Errorf("after a lost FolderSync answer: %+v", d)
	}
}

func TestFolderErrors(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	a := l.folders("A")
	top, err := a.create("0", "Top")
	l.ok(err)
	inner, err := a.create(top, "Inner")
	l.ok(err)
	for name, c := range map[string]struct {
		run  func(key string) error
		want error
	}{
		"create under nothing":  {func(k string) error { _, _, err := l.m.CreateFolder(l.ctx, l.user, "A", k, "99", "X", 12); return err }, ErrParentNotFound},
		"create with key 0":     {func(string) error { _, _, err := l.m.CreateFolder(l.ctx, l.user, "A", "0", "0", "X", 12); return err }, ErrInvalidSyncKey},
		"create with no key":    {func(string) error { _, _, err := l.m.CreateFolder(l.ctx, l.user, "A", "x", "0", "X", 12); return err }, ErrInvalidSyncKey},
		"rename the Inbox":      {func(k string) error { _, err := l.m.UpdateFolder(l.ctx, l.user, "A", k, inbox, "0", "X"); return err }, ErrSpecialFolder},
		"rename nothing":        {func(k string) error { _, err := l.m.UpdateFolder(l.ctx, l.user, "A", k, "99", "0", "X"); return err }, ErrFolderNotFound},
		"rename to a twin":      {func(k string) error { _, err := l.m.UpdateFolder(l.ctx, l.user, "A", k, top, "0", "inbox"); return err }, ErrFolderExists},
		"move into itself":      {func(k string) error { _, err := l.m.UpdateFolder(l.ctx, l.user, "A", k, top, inner, "Top"); return err }, ErrParentNotFound},
		"delete the Outbox":     {func(k string) error { _, err := l.m.DeleteFolder(l.ctx, l.user, "A", k, outbox); return err }, ErrSpecialFolder},
		"delete nothing":        {func(k string) error { _, err := l.m.DeleteFolder(l.ctx, l.user, "A", k, "99"); return err }, ErrFolderNotFound},
		"another device's key":  {func(k string) error { _, err := l.m.DeleteFolder(l.ctx, l.user, "B", k, top); return err }, ErrInvalidSyncKey},
		"sync with another key": {func(k string) error { _, err := l.m.FolderSync(l.ctx, l.user, "B", k); return err }, ErrInvalidSyncKey},
	} {
		if err := c.run(a.key); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	d := l.begin("A", inner)
	d.add("deep")
	key, err := l.m.DeleteFolder(l.ctx, l.user, "A", a.key, top)
	l.ok(err)
	a.key = key
	if _, err := l.m.Sync(l.ctx, d.partnership(), SyncRequest{Key: d.key, GetChanges: true, Window: 1}); !errors.Is(err, ErrFolderNotFound) {
		t.Errorf("Sync of a folder inside a deleted one: %v", err)
	}
	l.ok(l.st.View(l.ctx, l.user, func(tx *store.Tx) error {
		n, err := tx.CountItems(8)
		if n != 0 {
			t.Errorf("%d items left", n)
		}
		return err
	}))
}
