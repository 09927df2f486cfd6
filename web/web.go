// Package web serves what ActiveSync has no word for: the JSON API and the web
// app that lives on it.
package web

import (
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"asms/account"
	"asms/api"
	"asms/mailbox"
)

// Options of a Server.
type Options struct {
	Mailbox  *mailbox.Mailbox
	Accounts *account.Accounts
	// Region is the country in which numbers are read, as the mailbox has it.
	Region string
	// URL is how clients reach the server, like https://texts.example. Defaults to the
	// host of the request.
	URL string
	// BehindProxy says that browsers come over TLS that a proxy in front ends.
	BehindProxy bool
	// NoApp leaves out the web app; the API stays.
	NoApp bool
	// Version of the server, for administrators.
	Version string
	// DatabaseBytes says how large the database is. Defaults to 0.
	DatabaseBytes func() int64
	// Now is the clock. Defaults to time.Now.
	Now func() time.Time
	// Log receives what failed here. Defaults to discarding.
	Log *slog.Logger
}

// Server answers the JSON API and serves the web app.
type Server struct {
	opts     Options
	mailbox  *mailbox.Mailbox
	accounts *account.Accounts
	log      *slog.Logger
	mux      *http.ServeMux
	routes   []route
	guard    *http.CrossOriginProtection
	started  time.Time
	streams  *streams
}

// route is one line of the contract.
type route struct {
	pattern string // as in "GET /api/v1/devices"
	scope   api.Scope
	handler handler
}

// New returns a Server.
func New(opts Options) *Server {
	if opts.Log == nil {
		opts.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	s := &Server{
		opts: opts, mailbox: opts.Mailbox, accounts: opts.Accounts, log: opts.Log,
		mux: http.NewServeMux(), guard: http.NewCrossOriginProtection(), started: opts.Now().UTC().Truncate(time.Millisecond),
		streams: newStreams(),
	}
	s.routesSession()
	s.routesTokens()
	s.routesDevices()
	s.routesSetup()
	s.routesAdmin()
	s.routesContacts()
	s.routesRecipients()
	s.routesConversations()
	s.routesMessages()
	s.routesMeasure()
	s.routesRoute()
	s.routesSearch()
	s.routesEvents()
	s.routesOpenAPI()
	s.mux.HandleFunc("/api/", s.noRoute)
	if !opts.NoApp {
		s.mux.Handle("/", loadApp(built))
	}
	return s
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.protect(w, r)
	s.mux.ServeHTTP(w, r)
}

// handler answers a request of someone who may make it. An error becomes an
// answer in failed; a *api.Problem is answered as it is.
type handler func(w http.ResponseWriter, r *http.Request, who caller) error

// handle registers a route of the contract, for those who have the scope.
func (s *Server) handle(pattern string, scope api.Scope, h handler) {
	s.routes = append(s.routes, route{pattern, scope, h})
	s.mux.Handle(pattern, s.with(scope, h))
}

// bodyLimit bounds a request, in bytes. A handler that takes more or less wraps
// r.Body itself, before it reads. A stream sets its write deadlines itself (see
// unhurried in cmd/asms).
const bodyLimit = 1 << 20

// with lets in who has the scope.
func (s *Server) with(scope api.Scope, h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, err := s.admit(r, scope)
		if err != nil {
			s.failed(w, r, err)
			return
		}
		s.as(who, h).ServeHTTP(w, r)
	})
}

// admit says who makes the request, if that may be. Requests that change
// something do not come from another site's page, whatever credentials the
// browser adds to them.
func (s *Server) admit(r *http.Request, scope api.Scope) (caller, error) {
	if err := s.guard.Check(r); err != nil {
		return caller{}, &api.Problem{Status: http.StatusForbidden, Title: "not from another site"}
	}
	if scope == scopeNone {
		return caller{}, nil
	}
	who, err := s.identify(r)
	if err != nil {
		return caller{}, err
	}
	return who, who.may(scope)
}

// as answers with h, for who has been admitted.
func (s *Server) as(who caller, h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		limit := int64(bodyLimit)
		if r.Pattern == importContacts {
			limit = importLimit
		}
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		if err := h(w, r, who); err != nil {
			s.failed(w, r, err)
		}
	})
}

// noRoute answers what is not in the contract.
func (s *Server) noRoute(w http.ResponseWriter, r *http.Request) {
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		asked := &http.Request{Method: method, URL: r.URL, Host: r.Host}
		if _, pattern := s.mux.Handler(asked); strings.HasPrefix(pattern, method+" ") {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 {
		s.failed(w, r, notFound())
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	s.failed(w, r, &api.Problem{Status: http.StatusMethodNotAllowed, Title: "method not allowed"})
}
