package web

import (
	"net/http"
	"slices"
	"strings"

	"asms/account"
	"asms/api"
	"asms/mailbox"
)

// caller is who makes a request, and what the credentials of the request allow.
type caller struct {
	user   mailbox.UserID
	name   string
	admin  bool // administers the server, and may do so with these credentials
	scopes []api.Scope

	identity account.Identity
}

// Scopes of routes that no token can have.
const (
	scopeNone    api.Scope = ""        // anyone; the handler is not told who
	scopeSession api.Scope = "session" // who has the password of the account
)

// What credentials allow. To administer takes a session of an administrator, or
// a token that says so.
var (
	byPassword    = []api.Scope{scopeSession, api.ScopeRead, api.ScopeSend, api.ScopeWrite, api.ScopeDevices, api.ScopeDevice}
	byAdmin       = append(slices.Clip(byPassword), api.ScopeAdmin)
	byAppPassword = []api.Scope{api.ScopeRead, api.ScopeSend, api.ScopeWrite, api.ScopeDevice}
)

// may says whether the caller has the scope.
func (c caller) may(scope api.Scope) error {
	if scope == scopeNone || slices.Contains(c.scopes, scope) {
		return nil
	}
	if scope == scopeSession {
		return &api.Problem{Status: http.StatusForbidden, Title: "not allowed", Detail: "this takes the password of the account"}
	}
	return &api.Problem{Status: http.StatusForbidden, Title: "not allowed", Detail: "these credentials do not have the scope " + string(scope)}
}

// errNoCredentials is a request that does not say whose it is.
var errNoCredentials = &api.Problem{Status: http.StatusUnauthorized, Title: "sign in"}

// identify finds out whose request it is: by a token, by name and password, or
// by the cookie of a session. It returns errNoCredentials or what account says.
func (s *Server) identify(r *http.Request) (caller, error) {
	var who account.Identity
	var err error
	name, password, basic := r.BasicAuth()
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	switch {
	case basic:
		who, err = s.accounts.SignIn(r.Context(), name, password, r.RemoteAddr)
	case strings.EqualFold(scheme, "Bearer"):
		who, err = s.accounts.Token(r.Context(), strings.TrimSpace(token))
	case scheme != "":
		err = errNoCredentials
	default:
		who, err = s.session(r)
	}
	if err != nil {
		return caller{}, err
	}
	c := caller{user: who.User, name: who.Name, identity: who}
	switch who.Credential.Kind {
	case account.BySession:
		c.scopes = byPassword
		if who.Admin {
			c.scopes = byAdmin
		}
	case account.ByAppPassword:
		c.scopes = byAppPassword
	case account.ByToken:
		for _, scope := range strings.Fields(who.Credential.Scopes) {
			if scope := api.Scope(scope); scope != api.ScopeAdmin || who.Admin {
				c.scopes = append(c.scopes, scope)
			}
		}
	default:
		c.scopes = byPassword
	}
	c.admin = slices.Contains(c.scopes, api.ScopeAdmin)
	return c, nil
}

// AsOwner answers without asking for credentials, for who may enter the server's
// data directory: as an administrator, or as the user whose name the request has
// for Basic, with whatever password.
func (s *Server) AsOwner() http.Handler {
	mux := http.NewServeMux()
	for _, route := range s.routes {
		mux.HandleFunc(route.pattern, func(w http.ResponseWriter, r *http.Request) {
			who, err := s.ownerAs(r)
			if err == nil {
				err = who.may(route.scope)
			}
			if err != nil {
				s.failed(w, r, err)
				return
			}
			s.as(who, route.handler).ServeHTTP(w, r)
		})
	}
	mux.HandleFunc("/", s.noRoute)
	return mux
}

// ownerAs is who the owner of the data directory is for this request.
func (s *Server) ownerAs(r *http.Request) (caller, error) {
	name, _, ok := r.BasicAuth()
	if !ok {
		return caller{admin: true, scopes: []api.Scope{api.ScopeAdmin}}, nil
	}
	u, err := s.accounts.User(r.Context(), name)
	c := caller{user: u.ID, name: u.Name, admin: u.Admin, scopes: byPassword}
	if u.Admin {
		c.scopes = byAdmin
	}
	return c, err
}
