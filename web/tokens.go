package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"asms/account"
	"asms/api"
)

func (s *Server) routesTokens() {
	s.handle("GET /api/v1/app-passwords", scopeSession, s.getAppPasswords)
	s.handle("POST /api/v1/app-passwords", scopeSession, s.addAppPassword)
	s.handle("DELETE /api/v1/app-passwords/{id}", scopeSession, s.removeAppPassword)
	s.handle("GET /api/v1/tokens", scopeSession, s.getTokens)
	s.handle("POST /api/v1/tokens", scopeSession, s.addToken)
	s.handle("DELETE /api/v1/tokens/{id}", scopeSession, s.removeToken)
}

func (s *Server) getAppPasswords(w http.ResponseWriter, r *http.Request, who caller) error {
	all, err := s.accounts.Credentials(r.Context(), who.user, account.ByAppPassword)
	if err != nil {
		return err
	}
	list := api.AppPasswords{AppPasswords: make([]api.AppPassword, 0, len(all))}
	for _, c := range all {
		list.AppPasswords = append(list.AppPasswords, showAppPassword(c))
	}
	return answer(w, http.StatusOK, list)
}

func showAppPassword(c account.Credential) api.AppPassword {
	return api.AppPassword{ID: c.ID, Name: c.Name, Created: c.Created, LastUsed: moment(c.Used)}
}

// moment leaves out a time that never was.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (s *Server) addAppPassword(w http.ResponseWriter, r *http.Request, who caller) error {
	var body api.NewAppPassword
	if err := read(r, &body); err != nil {
		return err
	}
	c, secret, err := s.accounts.AddAppPassword(r.Context(), who.user, body.Name)
	if err != nil {
		return err
	}
	shown := showAppPassword(c)
	shown.Secret = secret
	return answer(w, http.StatusCreated, shown)
}

func (s *Server) removeAppPassword(w http.ResponseWriter, r *http.Request, who caller) error {
	return s.removeCredential(w, r, who, account.ByAppPassword)
}

func (s *Server) removeCredential(w http.ResponseWriter, r *http.Request, who caller, kind account.CredentialKind) error {
	if err := s.accounts.RemoveCredential(r.Context(), who.user, kind, r.PathValue("id")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Server) getTokens(w http.ResponseWriter, r *http.Request, who caller) error {
	all, err := s.accounts.Credentials(r.Context(), who.user, account.ByToken)
	if err != nil {
		return err
	}
	list := api.Tokens{Tokens: make([]api.Token, 0, len(all))}
	for _, c := range all {
		list.Tokens = append(list.Tokens, showToken(c))
	}
	return answer(w, http.StatusOK, list)
}

func showToken(c account.Credential) api.Token {
	scopes := []api.Scope{}
	for _, scope := range strings.Fields(c.Scopes) {
		scopes = append(scopes, api.Scope(scope))
	}
	return api.Token{ID: c.ID, Name: c.Name, Scopes: scopes, Created: c.Created, Expires: moment(c.Expires), LastUsed: moment(c.Used)}
}

// tokenScopes are what a token may have, in the order in which they are kept.
var tokenScopes = []api.Scope{api.ScopeRead, api.ScopeSend, api.ScopeWrite, api.ScopeDevices, api.ScopeDevice, api.ScopeAdmin}

func (s *Server) addToken(w http.ResponseWriter, r *http.Request, who caller) error {
	var body api.NewToken
	if err := read(r, &body); err != nil {
		return err
	}
	for _, scope := range body.Scopes {
		if !slices.Contains(tokenScopes, scope) {
			return badRequest("%q is not a scope", scope)
		}
		if err := who.may(scope); err != nil {
			return err
		}
	}
	var scopes []string
	for _, scope := range tokenScopes {
		if slices.Contains(body.Scopes, scope) {
			scopes = append(scopes, string(scope))
		}
	}
	if len(scopes) == 0 {
		return badRequest("a token needs at least one scope")
	}
	var expires time.Time
	if body.Expires != nil {
		expires = *body.Expires
	}
	c, secret, err := s.accounts.AddToken(r.Context(), who.user, body.Name, scopes, expires)
	if err != nil {
		return err
	}
	shown := showToken(c)
	shown.Secret = secret
	return answer(w, http.StatusCreated, shown)
}

func (s *Server) removeToken(w http.ResponseWriter, r *http.Request, who caller) error {
	return s.removeCredential(w, r, who, account.ByToken)
}
