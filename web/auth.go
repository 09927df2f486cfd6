package web

import (
	"net/http"
	"slices"

	"asms/api"
	"asms/mailbox"
)

// caller is who makes a request, and what the credentials of the request allow.
type caller struct {
	user   mailbox.UserID
	name   string
	admin  bool // administers the server, and may do so with these credentials
	scopes []api.Scope
}

// Scopes of routes that no token can have.
const (
	scopeNone    api.Scope = ""        // anyone
	scopeSession api.Scope = "session" // who is signed in with the password of the account
)

// withPassword is what the password of an account allows.
var withPassword = []api.Scope{scopeSession, api.ScopeRead, api.ScopeSend, api.ScopeWrite, api.ScopeDevices, api.ScopeDevice}

// may says whether the caller has the scope.
func (c caller) may(scope api.Scope) error {
	if scope == scopeNone || slices.Contains(c.scopes, scope) {
		return nil
	}
	return &api.Problem{Status: http.StatusForbidden, Title: "not allowed", Detail: "these credentials do not have the scope " + string(scope)}
}

// identify finds out whose request it is.
func (s *Server) identify(r *http.Request) (caller, error) {
	name, password, ok := r.BasicAuth()
	if !ok {
		return caller{}, errNoCredentials
	}
	user, err := s.accounts.Authenticate(r.Context(), name, password, r.RemoteAddr)
	if err != nil {
		return caller{}, err
	}
	return caller{user: user, name: name, scopes: withPassword}, nil
}

// errNoCredentials is a request that does not say whose it is.
var errNoCredentials = &api.Problem{Status: http.StatusUnauthorized, Title: "sign in"}
