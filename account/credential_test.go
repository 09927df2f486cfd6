package account

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"asms/store"
)

func TestASessionLastsAsLongAsItIsUsed(t *testing.T) {
	l := newLab(t, nil)
	ann := l.user("ann")
	secret := l.session(ann)
	for day := range 5 {
		l.clock.pass(29 * 24 * time.Hour)
		if who, err := l.Session(l.ctx, secret); err != nil || who.User != ann.ID || who.Credential.Kind != BySession {
			t.Fatalf("after %d days: %+v, %v", 29*(day+1), who, err)
		}
	}
	l.clock.pass(29 * 24 * time.Hour)
	l.must(errOf(l.Session(l.ctx, secret))) // 174 days
	l.clock.pass(7 * 24 * time.Hour)
	if _, err := l.Session(l.ctx, secret); !errors.Is(err, ErrBadCredentials) {
		t.Errorf("after 181 days: %v", err)
	}
	idle := l.session(ann)
	l.clock.pass(30 * 24 * time.Hour)
	if _, err := l.Session(l.ctx, idle); !errors.Is(err, ErrBadCredentials) {
		t.Errorf("after 30 idle days: %v", err)
	}
	l.session(ann) // clears away what has ended
	if all, err := l.Credentials(l.ctx, ann.ID, BySession); err != nil || len(all) != 1 {
		t.Errorf("%d sessions, %v", len(all), err)
	}
}

// session opens a session of the user.
func (l *lab) session(u store.User) string {
	l.t.Helper()
	e, err := l.entry(l.ctx, u.ID)
	l.must(err)
	secret, err := l.OpenSession(l.ctx, e.identity(store.Credential{}))
	l.must(err)
	return secret
}

// Who has signed in with the old password, and is not yet in, comes too late.
func TestNoSessionIsOpenedByAPasswordOfBefore(t *testing.T) {
	l := newLab(t, nil)
	ann := l.user("ann")
	thief, err := l.SignIn(l.ctx, "ann", "secret of ann", "")
	l.must(err)
	_, app, err := l.AddAppPassword(l.ctx, ann.ID, "phone")
	l.must(err)
	phone, err := l.SignIn(l.ctx, "ann", app, "")
	l.must(err)
	l.must(l.SetPassword(l.ctx, ann.ID, "a new one"))
	for _, who := range []Identity{thief, phone} {
		if _, err := l.OpenSession(l.ctx, who); !errors.Is(err, ErrBadCredentials) {
			t.Errorf("%+v: %v", who.Credential, err)
		}
	}
	if all, err := l.Credentials(l.ctx, ann.ID, BySession); err != nil || len(all) != 0 {
		t.Errorf("%d sessions, %v", len(all), err)
	}
}

func errOf(_ Identity, err error) error { return err }

func TestTheLeastUsedSessionMakesRoom(t *testing.T) {
	l := newLab(t, nil)
	ann := l.user("ann")
	var secrets []string
	for range maxCredentials + 1 {
		if len(secrets) == maxCredentials { // the first was used again
			l.clock.pass(time.Hour)
			l.must(errOf(l.Session(l.ctx, secrets[0])))
		}
		s := l.session(ann)
		secrets = append(secrets, s)
		l.clock.pass(time.Second)
	}
	for i, s := range secrets {
		if _, err := l.Session(l.ctx, s); (err == nil) != (i != 1) {
			t.Errorf("session %d: %v", i, err)
		}
	}
}

// A restart forgets nobody, and the database and the log hold no secret.
func TestCredentialsAreKeptAsHashes(t *testing.T) {
	var log bytes.Buffer
	l := newLab(t, func(o *Options) {
		o.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	ann := l.user("ann")
	session := l.session(ann)
	_, app, err := l.AddAppPassword(l.ctx, ann.ID, "phone")
	l.must(err)
	_, token, err := l.AddToken(l.ctx, ann.ID, "program", []string{"read", "send"}, time.Time{})
	l.must(err)

	again := New(l.st, &Options{Now: l.clock.Now})
	l.must(errOf(again.Session(l.ctx, session)))
	l.must(errOf(again.SignIn(l.ctx, "ann", app, "")))
	if who, err := again.Token(l.ctx, token); err != nil || who.Credential.Scopes != "read send" || who.Name != "ann" {
		t.Errorf("%+v, %v", who, err)
	}
	_, _ = l.SignIn(l.ctx, app, session, "192.0.2.1:1") // typed into the wrong fields
	_, _ = l.Token(l.ctx, token+"x")

	files, err := filepath.Glob(filepath.Join(l.dir, "*"))
	l.must(err)
	held := log.Bytes()
	for _, f := range files {
		b, err := os.ReadFile(f)
		l.must(err)
		held = append(held, b...)
	}
	if len(files) == 0 || !bytes.Contains(held, []byte("program")) {
		t.Fatal("this is not where things are kept")
	}
	for _, secret := range []string{session, app, strings.ReplaceAll(app, "-", ""), token, strings.TrimPrefix(token, "asms_")} {
		if bytes.Contains(held, []byte(secret)) {
			t.Errorf("a secret is kept: %s", secret)
		}
	}
}

// Devices and programs have passwords of their own, side by side, and none costs
// a hash.
func TestAppPasswordsAreCheap(t *testing.T) {
	l := newLab(t, nil)
	ann := l.user("ann")
	l.user("bob")
	l.must(errOf(l.SignIn(l.ctx, "ann", "secret of ann", "")))
	var secrets []string
	for i := range 5 {
		c, secret, err := l.AddAppPassword(l.ctx, ann.ID, fmt.Sprint("phone ", i))
		l.must(err)
		if c.Name != fmt.Sprint("phone ", i) || c.ID == "" || c.Kind != ByAppPassword {
			t.Errorf("%+v", c)
		}
		secrets = append(secrets, secret)
	}
	if n := l.hashesOf(func() {
		for range 20 {
			for _, s := range append(secrets, "secret of ann") {
				if id, err := l.Authenticate(l.ctx, "ann", s, "192.0.2.1:1"); err != nil || id != ann.ID {
					t.Fatalf("%v", err)
				}
			}
		}
	}); n != 0 {
		t.Errorf("they cost %d hashes", n)
	}
	// Another user's, one that never was, and one that does not look like one cost
	// the same.
	for name, secret := range map[string]string{"ann": strings.Repeat("a", 24), "bob": secrets[0], "nobody": secrets[0]} {
		if n := l.hashesOf(func() {
			if _, err := l.SignIn(l.ctx, name, secret, ""); !errors.Is(err, ErrBadCredentials) {
				t.Errorf("%s: %v", name, err)
			}
		}); n != 1 {
			t.Errorf("a wrong password of %s cost %d hashes", name, n)
		}
	}
}

func TestGuessesDoNotKeepAppPasswordsOut(t *testing.T) {
	l := newLab(t, nil)
	ann := l.user("ann")
	_, secret, err := l.AddAppPassword(l.ctx, ann.ID, "phone")
	l.must(err)
	var throttled *ThrottledError
	for range 30 {
		_, err = l.SignIn(l.ctx, "ann", "guess", "192.0.2.1:1")
	}
	if !errors.As(err, &throttled) {
		t.Errorf("guesses: %v", err)
	}
	l.must(errOf(l.SignIn(l.ctx, "ann", secret, "192.0.2.1:1")))
	if _, err := l.SignIn(l.ctx, "ann", strings.Repeat("b", 24), "192.0.2.1:1"); !errors.As(err, &throttled) {
		t.Errorf("guesses of an app password: %v", err)
	}
}

func TestARevokedAppPasswordEndsHangingRequests(t *testing.T) {
	l := newLab(t, nil)
	ann := l.user("ann")
	d := l.device(ann, "D1", "14.1")
	c, secret, err := l.AddAppPassword(l.ctx, ann.ID, "phone")
	l.must(err)
	_, other, err := l.AddAppPassword(l.ctx, ann.ID, "other")
	l.must(err)
	who, err := l.SignIn(l.ctx, "ann", secret, "")
	l.must(err)
	l.must(l.StillIn(who))
	if got, err := l.Recheck(ann.ID, secret, d.ID); err != nil || got != d {
		t.Errorf("before: %v", err)
	}
	if _, err := l.Recheck(ann.ID, strings.Repeat("a", 24), d.ID); !errors.Is(err, ErrBadCredentials) {
		t.Errorf("another password: %v", err)
	}
	if !l.woken(ann, func() { l.must(l.RemoveCredential(l.ctx, ann.ID, ByAppPassword, c.ID)) }) {
		t.Error("hanging requests were not woken")
	}
	if _, err := l.Recheck(ann.ID, secret, d.ID); !errors.Is(err, ErrBadCredentials) {
		t.Errorf("after: %v", err)
	}
	if err := l.StillIn(who); !errors.Is(err, ErrBadCredentials) {
		t.Errorf("after: %v", err)
	}
	if _, err := l.Recheck(ann.ID, other, d.ID); err != nil {
		t.Errorf("the other one: %v", err)
	}
}

func TestStillIn(t *testing.T) {
	l := newLab(t, nil)
	ann := l.user("ann")
	byPassword, err := l.SignIn(l.ctx, "ann", "secret of ann", "")
	l.must(err)
	secret := l.session(ann)
	bySession, err := l.Session(l.ctx, secret)
	l.must(err)
	_, token, err := l.AddToken(l.ctx, ann.ID, "program", []string{"read"}, l.clock.Now().Add(time.Hour))
	l.must(err)
	byToken, err := l.Token(l.ctx, token)
	l.must(err)
	for _, who := range []Identity{byPassword, bySession, byToken} {
		l.must(l.StillIn(who))
	}
	l.clock.pass(time.Hour)
	if l.StillIn(byToken) == nil || errOf(l.Token(l.ctx, token)) == nil {
		t.Error("the token has not expired")
	}
	l.must(l.ChangePassword(l.ctx, ann.ID, "new", bySession.Credential.ID))
	if l.StillIn(byPassword) == nil {
		t.Error("the old password is still in")
	}
	l.must(l.StillIn(bySession))
	if !l.woken(ann, func() { l.must(l.SetPassword(l.ctx, ann.ID, "newer")) }) || l.StillIn(bySession) == nil {
		t.Error("the session is still in")
	}
	l.must(l.RemoveUser(l.ctx, ann.ID))
	if l.StillIn(byPassword) == nil || errOf(l.Session(l.ctx, secret)) == nil {
		t.Error("a removed user is still in")
	}
}

func TestUseIsNotedOnceAnHour(t *testing.T) {
	l := newLab(t, nil)
	ann := l.user("ann")
	_, secret, err := l.AddAppPassword(l.ctx, ann.ID, "phone")
	l.must(err)
	stored := func() (used time.Time) {
		l.must(l.st.View(l.ctx, ann.ID, func(tx *store.Tx) error {
			all, err := tx.Credentials()
			for _, c := range all {
				used = c.Used
			}
			return err
		}))
		return used
	}
	if !stored().IsZero() {
		t.Error("a new one was used")
	}
	l.must(errOf(l.SignIn(l.ctx, "ann", secret, "")))
	first := stored()
	if !first.Equal(l.clock.Now().Truncate(time.Millisecond)) {
		t.Errorf("used at %s", first)
	}
	l.clock.pass(59 * time.Minute)
	l.must(errOf(l.SignIn(l.ctx, "ann", secret, "")))
	if !stored().Equal(first) {
		t.Error("a use within the hour was written")
	}
	l.clock.pass(time.Minute)
	l.must(errOf(l.SignIn(l.ctx, "ann", secret, "")))
	if stored().Equal(first) {
		t.Error("the next hour's use was not written")
	}
}

func TestWhatCredentialsAreRefused(t *testing.T) {
	l := newLab(t, nil)
	ann, bob := l.user("ann"), l.user("bob")
	for _, name := range []string{"", strings.Repeat("ä", 101), "a\x00b", "a\nb", "a\u202eb", "\xff"} {
		if _, _, err := l.AddAppPassword(l.ctx, ann.ID, name); !errors.Is(err, ErrCredentialName) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if _, _, err := l.AddToken(l.ctx, ann.ID, "x", nil, l.clock.Now()); !errors.Is(err, ErrExpiry) {
		t.Errorf("expired: %v", err)
	}
	c, token, err := l.AddToken(l.ctx, ann.ID, strings.Repeat("ä", 100), nil, time.Time{})
	l.must(err)
	if err := l.RemoveCredential(l.ctx, bob.ID, ByToken, c.ID); !errors.Is(err, ErrNoCredential) {
		t.Errorf("another user's: %v", err)
	}
	if err := l.RemoveCredential(l.ctx, ann.ID, BySession, c.ID); !errors.Is(err, ErrNoCredential) {
		t.Errorf("of another kind: %v", err)
	}
	if errOf(l.Session(l.ctx, strings.TrimPrefix(token, "asms_"))) == nil {
		t.Error("a token is a session")
	}
	for _, secret := range []string{"", "asms_", "asms_x", token[:len(token)-1], token + "A", "asms_" + strings.Repeat("A", 54), strings.ToLower(token), "asms_" + strings.Repeat("!", 54)} {
		if _, err := l.Token(l.ctx, secret); !errors.Is(err, ErrBadCredentials) {
			t.Errorf("%s: %v", secret, err)
		}
	}
	for range maxCredentials - 1 {
		_, _, err := l.AddToken(l.ctx, ann.ID, "x", nil, time.Time{})
		l.must(err)
	}
	if _, _, err := l.AddToken(l.ctx, ann.ID, "x", nil, time.Time{}); !errors.Is(err, ErrTooManyCredentials) {
		t.Errorf("one too many: %v", err)
	}
	if _, _, err := l.AddAppPassword(l.ctx, ann.ID, "x"); err != nil {
		t.Errorf("of another kind: %v", err)
	}
}

// Whatever is sent in place of a secret, nobody comes in by it.
func FuzzSecrets(f *testing.F) {
	f.Add("asms_" + strings.Repeat("A", 54))
	f.Add(newSecret(1))
	f.Add("abcd-efgh-ijkl-mnop-qrst-uvwx")
	f.Add("ABCD EFGH\nIJKL mnop qrst uvwx")
	f.Add("\xff\x00")
	st, err := store.Open(f.Context(), f.TempDir(), &store.Options{Unsynced: true})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { st.Close() })
	a := New(st, &Options{Cost: Cost{Memory: 64, Passes: 1, Threads: 1}})
	if _, err := a.AddUser(f.Context(), "ann", "secret of ann", false); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, secret string) {
		if _, err := a.Session(t.Context(), secret); !errors.Is(err, ErrBadCredentials) {
			t.Errorf("as a session: %v", err)
		}
		if _, err := a.Token(t.Context(), secret); !errors.Is(err, ErrBadCredentials) {
			t.Errorf("as a token: %v", err)
		}
		if _, err := a.byAppPassword(t.Context(), []string{"ann"}, secret); !errors.Is(err, ErrBadCredentials) {
			t.Errorf("as an app password: %v", err)
		}
	})
}
