package account

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"asms/store"
)

func TestAuthenticateCostsOneHashForMinutes(t *testing.T) {
	l := newLab(t, func(o *Options) { o.CredentialTTL = 5 * time.Minute })
	ann := l.user("ann")
	come := func(password string) (err error) {
		var id store.UserID
		if id, err = l.Authenticate(l.ctx, "ann", password, "192.0.2.1:4000"); err == nil && id != ann.ID {
			t.Errorf("another user: %d", id)
		}
		return err
	}
	if n := l.hashesOf(func() { l.must(come("secret of ann")) }); n != 1 {
		t.Errorf("the first request cost %d hashes", n)
	}
	if n := l.hashesOf(func() {
		for range 100 {
			l.must(come("secret of ann"))
		}
	}); n != 0 {
		t.Errorf("100 further requests cost %d hashes", n)
	}
	if n := l.hashesOf(func() {
		if err := come("secret of Ann"); !errors.Is(err, ErrBadCredentials) {
			t.Errorf("a wrong password: %v", err)
		}
	}); n != 1 {
		t.Errorf("a wrong password cost %d hashes", n)
	}
	l.clock.pass(5 * time.Minute)
	if n := l.hashesOf(func() { l.must(come("secret of ann")) }); n != 1 {
		t.Errorf("after the time to live a request cost %d hashes", n)
	}
}

func TestUnknownUsersCostWhatKnownOnesDo(t *testing.T) {
	l := newLab(t, func(o *Options) { o.Domain = "example.org" })
	l.user("ann")
	for _, c := range []struct{ name, password string }{
		{"ann", "wrong"},
		{"nobody", "wrong"},
		{"nobody@example.org", "wrong"},
		{"ann@example.org", "wrong"},
		{"ann@elsewhere.org", "secret of ann"},
		{"", ""},
		{strings.Repeat("x", 10_000), "wrong"},
		{"ann", strings.Repeat("x", 10_000)},
		{"nobody", strings.Repeat("x", 10_000)},
		{"no such name!", "wrong"},
	} {
		n := l.hashesOf(func() {
			if _, err := l.Authenticate(l.ctx, c.name, c.password, ""); !errors.Is(err, ErrBadCredentials) {
				t.Errorf("%.20q: %v", c.name, err)
			}
		})
		if n != 1 {
			t.Errorf("%.20q with a password of %d bytes cost %d hashes", c.name, len(c.password), n)
		}
	}
}

func TestLoginNames(t *testing.T) {
	l := newLab(t, func(o *Options) { o.Domain = "Example.org" })
	ann, mail := l.user("ann"), l.user("bob@example.org")
	for login, want := range map[string]store.UserID{
		"ann": ann.ID, "ANN": ann.ID, `CORP\ann`: ann.ID, `a\b\Ann`: ann.ID,
		"ann@example.org": ann.ID, "Ann@EXAMPLE.ORG": ann.ID, `CORP\ann@example.org`: ann.ID,
		"bob@example.org": mail.ID,
	} {
		password := "secret of ann"
		if want == mail.ID {
			password = "secret of bob@example.org"
		}
		if id, err := l.Authenticate(l.ctx, login, password, ""); err != nil || id != want {
			t.Errorf("%s: %d, %v", login, id, err)
		}
		if n := l.hashesOf(func() { _, _ = l.Authenticate(l.ctx, login, password, "") }); n != 0 {
			t.Errorf("%s is not remembered", login)
		}
	}
	if _, err := l.Authenticate(l.ctx, "bob", "secret of bob@example.org", ""); !errors.Is(err, ErrBadCredentials) {
		t.Errorf("bob without domain: %v", err)
	}
}

func TestAChangedPasswordActsAtOnce(t *testing.T) {
	l := newLab(t, nil)
	ann := l.user("ann")
	d := l.device(ann, "D1", "14.1")
	come := func(password string) error {
		_, err := l.Authenticate(l.ctx, "ann", password, "192.0.2.1:1")
		return err
	}
	l.must(come("secret of ann"))
	if got, err := l.Recheck(ann.ID, "secret of ann", d.ID); err != nil || got != d {
		t.Errorf("before: %v", err)
	}
	l.clock.pass(time.Hour)
	if _, err := l.Recheck(ann.ID, "secret of ann", d.ID); err != nil {
		t.Errorf("a request that hangs for an hour: %v", err)
	}
	if !l.woken(ann, func() { l.must(l.SetPassword(l.ctx, ann.ID, "new")) }) {
		t.Error("hanging requests were not woken")
	}
	if n := l.hashesOf(func() {
		if _, err := l.Recheck(ann.ID, "secret of ann", d.ID); !errors.Is(err, ErrBadCredentials) {
			t.Errorf("a hanging request: %v", err)
		}
	}); n != 0 {
		t.Errorf("looking again cost %d hashes", n)
	}
	if err := come("secret of ann"); !errors.Is(err, ErrBadCredentials) {
		t.Errorf("the old password: %v", err)
	}
	l.must(come("new"))
	if _, err := l.Recheck(ann.ID, "new", d.ID); err != nil {
		t.Errorf("the new password: %v", err)
	}
}

// A request that the commit of a change wakes must not see what was before.
func TestWhoeverIsWokenSeesTheChange(t *testing.T) {
	l := newLab(t, nil)
	ann := l.user("ann")
	l.device(ann, "D1", "14.1")
	for i := range 50 {
		access, want := store.Blocked, ErrBlocked
		if i%2 == 1 {
			access, want = store.Allowed, nil
		}
		if _, err := l.Authenticate(l.ctx, "ann", "secret of ann", ""); err != nil {
			t.Fatal(err)
		}
		moved := l.st.Watch(ann.ID)
		seen := make(chan error)
		go func() {
			<-moved
			_, err := l.Recheck(ann.ID, "secret of ann", "D1")
			seen <- err
		}()
		l.must(l.SetAccess(l.ctx, ann.ID, "D1", access))
		if err := <-seen; !errors.Is(err, want) {
			t.Fatalf("round %d: %v, want %v", i, err, want)
		}
	}
}

func TestFailuresOfAUserBackOff(t *testing.T) {
	l := newLab(t, func(o *Options) {
		o.UserBackoff = Backoff{Free: 3, First: time.Second, Max: 4 * time.Second}
	})
	l.user("ann")
	l.user("bob")
	n := 0
	come := func(name, password string) error {
		n++ // every request from another address
		_, err := l.Authenticate(l.ctx, name, password, fmt.Sprintf("192.0.2.%d:80", n))
		return err
	}
	wait := func(err error) time.Duration {
		t.Helper()
		var throttled *ThrottledError
		if !errors.As(err, &throttled) {
			t.Fatalf("not throttled: %v", err)
		}
		return throttled.RetryAfter
	}
	for range 4 {
		if err := come("ann", "guess"); !errors.Is(err, ErrBadCredentials) {
			t.Fatalf("a free failure: %v", err)
		}
	}
	var delays []time.Duration
	for range 4 {
		var d time.Duration
		if n := l.hashesOf(func() { d = wait(come("ann", "secret of ann")) }); n != 0 {
			t.Errorf("a throttled attempt cost %d hashes", n)
		}
		delays = append(delays, d)
		l.must(come("bob", "secret of bob")) // others are not concerned
		l.clock.pass(d)
		if err := come("ann", "guess"); !errors.Is(err, ErrBadCredentials) {
			t.Fatalf("after the delay: %v", err)
		}
	}
	if want := fmt.Sprint([]time.Duration{1e9, 2e9, 4e9, 4e9}); fmt.Sprint(delays) != want {
		t.Errorf("delays %v, want %v", delays, want)
	}
	l.clock.pass(4 * time.Second)
	l.must(come("ann", "secret of ann"))
	for range 4 { // the right password has cleared the slate
		if err := come("ann", "guess"); !errors.Is(err, ErrBadCredentials) {
			t.Fatalf("a free failure: %v", err)
		}
	}
}

func TestGuessesDoNotLockTheOwnerOut(t *testing.T) {
	l := newLab(t, func(o *Options) { o.UserBackoff = Backoff{Free: 1, First: time.Hour, Max: time.Hour} })
	ann := l.user("ann")
	come := func(password string) error {
		_, err := l.Authenticate(l.ctx, "ann", password, "")
		return err
	}
	l.must(come("secret of ann"))
	_, _ = come("guess"), come("guess")
	var throttled *ThrottledError
	if err := come("guess"); !errors.As(err, &throttled) {
		t.Fatalf("a guesser: %v", err)
	}
	l.must(come("secret of ann"))
	l.clock.pass(30 * time.Minute) // remembered credentials are hashed again now
	if n := l.hashesOf(func() { l.must(come("secret of ann")) }); n != 1 {
		t.Errorf("%d hashes", n)
	}
	_, _ = come("guess"), come("guess")
	l.must(l.SetPassword(l.ctx, ann.ID, "new")) // a new password has no failures
	l.must(come("new"))
}

func TestFailuresFromAnAddressBackOff(t *testing.T) {
	l := newLab(t, func(o *Options) { o.AddressBackoff = Backoff{Free: 2, First: time.Minute, Max: time.Minute} })
	l.user("ann")
	guess := func(i int, address string) error {
		_, err := l.Authenticate(l.ctx, fmt.Sprintf("user%d", i), "guess", address)
		return err
	}
	throttled := func(err error) bool { var e *ThrottledError; return errors.As(err, &e) }
	for i := range 3 {
		if err := guess(i, fmt.Sprintf("[2001:db8::%d]:99", i)); !errors.Is(err, ErrBadCredentials) {
			t.Fatal(err)
		}
	}
	if err := guess(4, "2001:db8::ffff"); !throttled(err) {
		t.Errorf("the same network: %v", err)
	}
	if err := guess(4, "[2001:db8:0:1::1]:99"); throttled(err) {
		t.Errorf("another network: %v", err)
	}
	for i := range 20 {
		for _, address := range []string{"127.0.0.1:5", "[::1]:5", "", "@"} {
			if err := guess(100+i, address); throttled(err) {
				t.Fatalf("%q is throttled: %v", address, err)
			}
		}
	}
}

func TestFailuresAreBounded(t *testing.T) {
	t.Parallel()
	f := failures{backoff: Backoff{Free: 1, First: time.Hour, Max: time.Hour}, of: make(map[string]*failure)}
	now := time.Unix(0, 0)
	for range 3 {
		f.add("stubborn", now)
	}
	for i := range maxFailures + 5000 {
		f.add(fmt.Sprint(i), now)
	}
	if len(f.of) > maxFailures {
		t.Errorf("%d names are remembered", len(f.of))
	}
	if f.check("stubborn", now) == nil {
		t.Error("a flood of other names washed the stubborn one away")
	}
	f.add("later", now.Add(3*time.Hour))
	if len(f.of) != 1 {
		t.Errorf("%d stale names are kept", len(f.of))
	}
}

func TestHashingIsBounded(t *testing.T) {
	l := newLab(t, func(o *Options) { o.MaxConcurrentHashes = 2; o.UserBackoff.Free = 1000 })
	l.user("ann")
	var running, most atomic.Int32
	gate := make(chan struct{})
	l.hasher.derive = func(_, _ []byte, _ Cost) []byte {
		if n := running.Add(1); n > most.Load() {
			most.Store(n)
		}
		<-gate
		running.Add(-1)
		return make([]byte, keySize)
	}
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			_, err := l.Authenticate(l.ctx, fmt.Sprintf("user%d", i), "x", "")
			if !errors.Is(err, ErrBadCredentials) {
				t.Error(err)
			}
		})
	}
	for running.Load() < 2 {
		time.Sleep(time.Millisecond)
	}
	ctx, cancel := context.WithTimeout(l.ctx, 20*time.Millisecond)
	defer cancel()
	if _, err := l.Authenticate(ctx, "ann", "x", ""); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a request that ends while it waits: %v", err)
	}
	// The queue has an end, too.
	l.hasher.waiting.Add(maxWaiting)
	var throttled *ThrottledError
	if _, err := l.Authenticate(l.ctx, "ann", "x", ""); !errors.As(err, &throttled) {
		t.Errorf("a full queue: %v", err)
	}
	l.hasher.waiting.Add(-maxWaiting)
	close(gate)
	all.Wait()
	if most.Load() != 2 {
		t.Errorf("%d at once", most.Load())
	}
}

// A phone that starts with several requests at once pays for one.
func TestRequestsThatWaitedUseWhatWasLearned(t *testing.T) {
	l := newLab(t, func(o *Options) { o.MaxConcurrentHashes = 1 })
	l.user("ann")
	n := l.hashesOf(func() {
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				if _, err := l.Authenticate(l.ctx, "ann", "secret of ann", ""); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	})
	if n != 1 {
		t.Errorf("%d hashes", n)
	}
}

// A password that changes while the old one is being hashed is not remembered.
func TestAPasswordThatChangesMeanwhile(t *testing.T) {
	l := newLab(t, nil)
	ann := l.user("ann")
	derive, once := l.hasher.derive, sync.Once{}
	l.hasher.derive = func(p, s []byte, c Cost) []byte {
		sum := derive(p, s, c)
		if string(p) == "secret of ann" {
			once.Do(func() { l.must(l.SetPassword(l.ctx, ann.ID, "new")) })
		}
		return sum
	}
	if _, err := l.Authenticate(l.ctx, "ann", "secret of ann", ""); !errors.Is(err, ErrBadCredentials) {
		t.Errorf("the old password: %v", err)
	}
}

func TestTheLogHasNoPasswords(t *testing.T) {
	var log bytes.Buffer
	l := newLab(t, func(o *Options) {
		o.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	l.user("ann")
	for _, c := range [][2]string{{"ann", "hunter2!"}, {"nobody", "hunter2!"}, {"hunter2!", ""}} {
		if _, err := l.Authenticate(l.ctx, c[0], c[1], "192.0.2.1:1"); err == nil {
			t.Error("came in")
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error tells: %v", err)
		}
	}
	if s := log.String(); strings.Contains(s, "hunter2") || !strings.Contains(s, "user=ann") {
		t.Errorf("log: %s", s)
	}
}

func TestADamagedHashIsNotAWrongPassword(t *testing.T) {
	l := newLab(t, nil)
	for i, hash := range []string{
		"", "plain", "$argon2i$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA",
		"$argon2id$v=19$m=64,t=0,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=4294967295,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$",
	} {
		name := fmt.Sprintf("user%d", i)
		_, err := l.st.CreateUser(l.ctx, name, hash, false)
		l.must(err)
		if _, err := l.Authenticate(l.ctx, name, "", ""); err == nil || errors.Is(err, ErrBadCredentials) {
			t.Errorf("%q: %v", hash, err)
		}
	}
}

func FuzzParseHash(f *testing.F) {
	f.Add("$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("$$$$$")
	f.Add("$argon2id$v=19$m=64,t=1$AAAA$AAAA")
	f.Fuzz(func(t *testing.T, hash string) {
		c, salt, key, err := parseHash(hash)
		if err == nil && (c.Memory > 1<<21 || c.Passes == 0 || c.Threads == 0 || len(salt) < 8 || len(key) != keySize) {
			t.Errorf("%q: %+v", hash, c)
		}
	})
}

func TestTheLogNamesUsersAlone(t *testing.T) {
	var log bytes.Buffer
	l := newLab(t, func(o *Options) { o.Log, o.Domain = slog.New(slog.NewTextHandler(&log, nil)), "example.org" })
	l.user("ann")
	for _, name := range []string{"hunter2", "secret of ann", `EXAMPLE\hunter2`, "hunter2@example.org"} {
		if _, err := l.SignIn(l.ctx, name, "ann", "192.0.2.1:1"); !errors.Is(err, ErrBadCredentials) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if s := log.String(); strings.Contains(s, "hunter2") || strings.Contains(s, "secret of ann") || strings.Count(s, "192.0.2.1") != 4 {
		t.Error(s)
	}
	log.Reset()
	if _, err := l.SignIn(l.ctx, "Ann@example.org", "wrong", ""); !errors.Is(err, ErrBadCredentials) {
		t.Error(err)
	}
	if s := log.String(); !strings.Contains(s, "user=ann ") {
		t.Error(s)
	}
}
