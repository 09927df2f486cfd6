// Package web serves what ActiveSync has no word for: the JSON API and the web
// app that lives on it.
package web

import (
	"io"
	"log/slog"
	"net/http"
	"sync/atomic"

	"asms/account"
	"asms/api"
	"asms/mailbox"
)

// Options of a Server.
type Options struct {
	Mailbox  *mailbox.Mailbox
	Accounts *account.Accounts
	// Log receives what failed here. Defaults to discarding.
	Log *slog.Logger
}

// Server answers the JSON API.
type Server struct {
	mailbox  *mailbox.Mailbox
	accounts *account.Accounts
	log      *slog.Logger
	mux      *http.ServeMux
	routes   []route
	guard    *http.CrossOriginProtection
	streams  atomic.Int64 // event streams that are open
}

// route is one line of the contract.
type route struct {
	pattern string // as in "GET /api/v1/devices"
	scope   api.Scope
}

// New returns a Server.
func New(opts Options) *Server {
	if opts.Log == nil {
		opts.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	s := &Server{
		mailbox: opts.Mailbox, accounts: opts.Accounts, log: opts.Log,
		mux: http.NewServeMux(), guard: http.NewCrossOriginProtection(),
	}
	s.routesRecipients()
	s.mux.HandleFunc("/api/", s.noRoute)
	return s
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	s.mux.ServeHTTP(w, r)
}

// handler answers a request of someone who may make it. An error becomes an
// answer in failed; a *api.Problem is answered as it is.
type handler func(w http.ResponseWriter, r *http.Request, who caller) error

// handle registers a route of the contract, for those who have the scope.
func (s *Server) handle(pattern string, scope api.Scope, h handler) {
	s.routes = append(s.routes, route{pattern, scope})
	s.mux.Handle(pattern, s.with(scope, h))
}

// bodyLimit bounds a request, in bytes. A handler that takes more or less wraps
// r.Body itself, before it reads. A stream sets its write deadlines itself (see
// unhurried in cmd/asms).
const bodyLimit = 1 << 20

// with lets in who has the scope.
func (s *Server) with(scope api.Scope, h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, bodyLimit)
		err := s.guard.Check(r)
		if err != nil {
			err = &api.Problem{Status: http.StatusForbidden, Title: "not from another site"}
		}
		var who caller
		if err == nil {
			who, err = s.identify(r)
		}
		if err == nil {
			err = who.may(scope)
		}
		if err == nil {
			err = h(w, r, who)
		}
		if err != nil {
			s.failed(w, r, err)
		}
	})
}

// noRoute answers what is not in the contract.
func (s *Server) noRoute(w http.ResponseWriter, r *http.Request) {
	s.failed(w, r, notFound())
}
