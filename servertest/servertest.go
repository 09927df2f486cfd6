// Package servertest runs a whole server for a test: a store in a directory of
// its own, the mailbox, the accounts and the ActiveSync commands, behind HTTP on
// the loopback interface. It ends with the test.
package servertest

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"asms/account"
	"asms/eas"
	"asms/easclient"
	"asms/easserver"
	"asms/mailbox"
	"asms/store"
	"asms/store/storetest"
)

// Options of a Server. The zero value will do for most tests.
type Options struct {
	// Now is the clock of all parts of the server; Clock.Now is one that stands
	// still. Requests that wait for changes count real time. Defaults to time.Now.
	Now func() time.Time
	// Configure changes the options of the ActiveSync commands. Defaults to
	// leaving them as they are.
	Configure func(*easserver.Options)
	// Log receives what the server logs. Defaults to discarding.
	Log *slog.Logger
}

// Server is a server that runs. Filters count days in UTC.
type Server struct {
	// URL is the server's address, without a path.
	URL string
	// Store, Mailbox, Accounts and ActiveSync are its parts.
	Store      *store.Store
	Mailbox    *mailbox.Mailbox
	Accounts   *account.Accounts
	ActiveSync *easserver.Server

	http *httptest.Server
}

// New starts a server. A nil opts is the zero Options.
func New(t testing.TB, opts *Options) *Server {
	t.Helper()
	var o Options
	if opts != nil {
		o = *opts
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	dir := t.TempDir()
	storetest.Prepare(t, dir)
	st, err := store.Open(context.Background(), dir, &store.Options{Unsynced: true, Now: o.Now})
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{
		Store:   st,
		Mailbox: mailbox.New(st, &mailbox.Options{Now: o.Now, Location: time.UTC, Log: o.Log}),
		Accounts: account.New(st, &account.Options{
			Cost: account.Cost{Memory: 8, Passes: 1, Threads: 1}, Now: o.Now, Log: o.Log,
		}),
	}
	front := easserver.Options{Mailbox: s.Mailbox, Accounts: s.Accounts, Now: o.Now, Log: o.Log}
	if o.Configure != nil {
		o.Configure(&front)
	}
	s.ActiveSync = easserver.New(front)
	s.http = httptest.NewServer(s.ActiveSync)
	s.URL = s.http.URL

	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := s.Mailbox.Run(ctx); err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("servertest: %v", err)
		}
	})
	t.Cleanup(func() {
		s.ActiveSync.Drain()
		s.http.Close()
		cancel()
		running.Wait()
		if err := st.Close(); err != nil {
			t.Errorf("servertest: %v", err)
		}
	})
	return s
}

// HTTPClient returns the client whose connections end with the server.
func (s *Server) HTTPClient() *http.Client { return s.http.Client() }

// Password is the password of every user.
const Password = "correct horse"

// User is the owner of a mailbox.
type User struct {
	ID   mailbox.UserID
	Name string
}

// AddUser adds a user, who is not an administrator.
func (s *Server) AddUser(t testing.TB, name string) User {
	t.Helper()
	u, err := s.Accounts.AddUser(t.Context(), name, Password, false)
	if err != nil {
		t.Fatal(err)
	}
	return User{ID: u.ID, Name: u.Name}
}

// Client returns a client that speaks version for a device of the user. Change
// is called with its options.
func (s *Server) Client(t testing.TB, user User, device eas.DeviceID, version eas.Version, change ...func(*easclient.Options)) *easclient.Client {
	t.Helper()
	o := easclient.Options{
		URL: s.URL, User: user.Name, Password: Password, DeviceID: device, Version: version, HTTPClient: s.HTTPClient(),
	}
	for _, f := range change {
		f(&o)
	}
	c, err := easclient.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
