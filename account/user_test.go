package account

import (
	"errors"
	"strings"
	"testing"

	"asms/store"
)

func TestAddUserNames(t *testing.T) {
	l := newLab(t, nil)
	for _, name := range []string{"a", "Ann.Smith@Example.org", "x_1-y+z", strings.Repeat("n", 64)} {
		u, err := l.AddUser(l.ctx, name, "p", false)
		if err != nil || u.Name != strings.ToLower(name) {
			t.Errorf("AddUser(%q) = %q, %v", name, u.Name, err)
		}
	}
	for _, name := range []string{"", strings.Repeat("n", 65), "a b", `a\b`, "jürgen", "a\nb", "a/b"} {
		if _, err := l.AddUser(l.ctx, name, "p", false); !errors.Is(err, ErrName) {
			t.Errorf("AddUser(%q): %v", name, err)
		}
	}
	if _, err := l.AddUser(l.ctx, "A", "p", false); !errors.Is(err, ErrExists) {
		t.Errorf("the same name in another case: %v", err)
	}
	for _, password := range []string{"", strings.Repeat("p", 1025)} {
		if _, err := l.AddUser(l.ctx, "new", password, false); !errors.Is(err, ErrPassword) {
			t.Errorf("a password of %d bytes: %v", len(password), err)
		}
	}
}

func TestPasswordsAreKeptAsSaltedHashes(t *testing.T) {
	l := newLab(t, nil)
	a, err := l.AddUser(l.ctx, "ann", "same", true)
	l.must(err)
	b, err := l.AddUser(l.ctx, "bob", "same", false)
	l.must(err)
	if !a.Admin || b.Admin {
		t.Error("rights are mixed up")
	}
	if !strings.HasPrefix(a.Hash, "$argon2id$v=19$m=64,t=1,p=1$") || a.Hash == b.Hash {
		t.Errorf("hashes %q and %q", a.Hash, b.Hash)
	}
}

func TestARemovedUserIsGone(t *testing.T) {
	l := newLab(t, nil)
	ann := l.user("ann")
	l.device(ann, "D1", "14.1")
	if _, err := l.Authenticate(l.ctx, "ann", "secret of ann", ""); err != nil {
		t.Fatal(err)
	}
	if !l.woken(ann, func() { l.must(l.RemoveUser(l.ctx, ann.ID)) }) {
		t.Error("hanging requests were not woken")
	}
	if _, err := l.Recheck(ann.ID, "secret of ann", "D1"); !errors.Is(err, ErrBadCredentials) {
		t.Errorf("a hanging request: %v", err)
	}
	if _, err := l.Authenticate(l.ctx, "ann", "secret of ann", ""); !errors.Is(err, ErrBadCredentials) {
		t.Errorf("the next request: %v", err)
	}
	if _, err := l.Admit(l.ctx, ann.ID, Seen{DeviceID: "D2"}); !errors.Is(err, ErrNoUser) {
		t.Errorf("a request that was past the door: %v", err)
	}
	if err := l.CheckPolicy(ann.ID, store.Device{}, 0); !errors.Is(err, ErrNoUser) {
		t.Errorf("CheckPolicy: %v", err)
	}
	for what, err := range map[string]error{
		"SetPassword": l.SetPassword(l.ctx, ann.ID, "p"),
		"RemoveUser":  l.RemoveUser(l.ctx, ann.ID),
		"SetAdmin":    l.SetAdmin(l.ctx, ann.ID, true),
	} {
		if !errors.Is(err, ErrNoUser) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := l.Devices(l.ctx, ann.ID); !errors.Is(err, ErrNoUser) {
		t.Errorf("Devices: %v", err)
	}

	// Another person may take the name, and starts with nothing.
	again := l.user("ann")
	id, err := l.Authenticate(l.ctx, "ann", "secret of ann", "")
	if err != nil || id != again.ID || id == ann.ID {
		t.Errorf("the new ann: %d, %v", id, err)
	}
	if all, err := l.Devices(l.ctx, again.ID); err != nil || len(all) != 0 {
		t.Errorf("the new ann has the old devices: %v, %v", all, err)
	}
}

func TestRightsFollowAtOnce(t *testing.T) {
	l := newLab(t, nil)
	ann := l.user("ann")
	l.must(l.SetAdmin(l.ctx, ann.ID, true))
	l.must(l.SetPolicy(l.ctx, ann.ID, true))
	u, err := l.User(l.ctx, "ANN")
	if err != nil || !u.Admin || !u.Policy {
		t.Errorf("%+v, %v", u, err)
	}
	all, err := l.Users(l.ctx)
	if err != nil || len(all) != 1 || all[0].ID != ann.ID {
		t.Errorf("%+v, %v", all, err)
	}
	if _, err := l.User(l.ctx, "bob"); !errors.Is(err, ErrNoUser) {
		t.Errorf("nobody: %v", err)
	}
}
