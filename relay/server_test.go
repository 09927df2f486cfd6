package relay_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"asms/account"
	"asms/easserver"
	"asms/mailbox"
	"asms/store"
	"asms/store/storetest"
	"asms/web"
)

const password = "correct horse"

// server is a real server whose data can be copied and set back, at one address.
type server struct {
	t    *testing.T
	dir  string
	http *httptest.Server

	mu   sync.Mutex
	life life
	deny func(http.ResponseWriter, *http.Request) bool // answers in place of the server

	channel bool // the server has the API, as asms does
}

// life is a server between two restarts.
type life struct {
	store    *store.Store
	mailbox  *mailbox.Mailbox
	accounts *account.Accounts
	front    *easserver.Server
	api      http.Handler
	end      func()
}

func newServer(t *testing.T) *server {
	t.Helper()
	s := &server{t: t, dir: t.TempDir()}
	s.begin()
	s.http = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		front, deny := http.Handler(s.life.front), s.deny
		if s.channel && strings.HasPrefix(r.URL.Path, "/api/") {
			front = s.life.api
		}
		s.mu.Unlock()
		if deny == nil || !deny(w, r) {
			front.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(func() {
		s.life.front.Drain()
		s.http.Close()
		s.life.end()
	})
	return s
}

func (s *server) begin() {
	s.t.Helper()
	l := newLife(s.t, s.dir, nil)
	s.mu.Lock()
	s.life = l
	s.mu.Unlock()
}

// newLife starts a server over the data in dir.
func newLife(t testing.TB, dir string, opts *mailbox.Options) life {
	t.Helper()
	storetest.Prepare(t, dir)
	st, err := store.Open(context.Background(), dir, &store.Options{Unsynced: true})
	if err != nil {
		t.Fatal(err)
	}
	l := life{
		store: st, mailbox: mailbox.New(st, opts),
		accounts: account.New(st, &account.Options{Cost: account.Cost{Memory: 8, Passes: 1, Threads: 1}}),
	}
	l.api = web.New(web.Options{Mailbox: l.mailbox, Accounts: l.accounts})
	l.front = easserver.New(easserver.Options{Mailbox: l.mailbox, Accounts: l.accounts})
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = l.mailbox.Run(ctx) })
	l.end = func() {
		cancel()
		running.Wait()
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	}
	return l
}

func (s *server) end() {
	s.refuse(func(w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(http.StatusServiceUnavailable)
		return true
	})
	s.life.front.Drain()
	s.life.end()
}

// refuse has f answer requests; nil lets them through.
func (s *server) refuse(f func(http.ResponseWriter, *http.Request) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deny = f
}

func (s *server) mailbox() *mailbox.Mailbox {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.life.mailbox
}

func (s *server) accounts() *account.Accounts {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.life.accounts
}

// backup copies the data of the server, which restarts.
func (s *server) backup() (dir string) {
	s.t.Helper()
	dir = s.t.TempDir()
	s.end()
	s.copy(dir, s.dir)
	s.begin()
	s.refuse(nil)
	return dir
}

// restore sets the server back to a backup.
func (s *server) restore(dir string) {
	s.t.Helper()
	s.end()
	s.copy(s.dir, dir)
	s.begin()
	s.refuse(nil)
}

func (s *server) copy(to, from string) {
	s.t.Helper()
	for _, suffix := range []string{"-wal", "-shm"} {
		_ = os.Remove(filepath.Join(to, store.FileName+suffix))
	}
	data, err := os.ReadFile(filepath.Join(from, store.FileName))
	if err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(to, store.FileName), data, 0o600); err != nil {
		s.t.Fatal(err)
	}
}
