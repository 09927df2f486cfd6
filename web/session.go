package web

import (
	"net/http"
	"time"

	"asms/account"
	"asms/api"
)

func (s *Server) routesSession() {
	s.handle("POST /api/v1/session", scopeNone, s.signIn)
	s.handle("GET /api/v1/session", scopeNone, s.getSession)
	s.handle("DELETE /api/v1/session", scopeNone, s.signOut)
	s.handle("PUT /api/v1/password", scopeSession, s.putPassword)
}

// secure says whether the browser speaks TLS, with this server or with the proxy
// in front of it.
func (s *Server) secure(r *http.Request) bool { return r.TLS != nil || s.opts.BehindProxy }

// cookieName is bound to this host and to TLS where there is TLS.
func (s *Server) cookieName(r *http.Request) string {
	if s.secure(r) {
		return "__Host-asms"
	}
	return "asms"
}

func (s *Server) setCookie(w http.ResponseWriter, r *http.Request, secret string, life time.Duration) {
	c := &http.Cookie{
		Name: s.cookieName(r), Value: secret, Path: "/", MaxAge: int(life / time.Second),
		HttpOnly: true, Secure: s.secure(r), SameSite: http.SameSiteStrictMode,
	}
	if secret == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// session returns who has the session of the request's cookie.
func (s *Server) session(r *http.Request) (account.Identity, error) {
	c, err := r.Cookie(s.cookieName(r))
	if err != nil {
		return account.Identity{}, errNoCredentials
	}
	who, err := s.accounts.Session(r.Context(), c.Value)
	if err != nil && problem(err) != nil {
		err = errNoCredentials // it has ended: nothing was typed wrong
	}
	return who, err
}

// signIn opens a session with the password of the account. Its id is new; a
// session that the request came with ends.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request, _ caller) error {
	var body api.SignIn
	if err := read(r, &body); err != nil {
		return err
	}
	who, err := s.accounts.SignIn(r.Context(), body.User, body.Password, r.RemoteAddr)
	if err != nil {
		return err
	}
	if who.Credential.Kind == account.ByAppPassword {
		return &api.Problem{Status: http.StatusUnauthorized, Title: "wrong user name or password", Detail: "an app password does not open the web app"}
	}
	if err := s.endSession(r); err != nil {
		return err
	}
	secret, err := s.accounts.OpenSession(r.Context(), who)
	if err != nil {
		return err
	}
	s.setCookie(w, r, secret, account.SessionLife)
	return answer(w, http.StatusOK, s.showSession(who))
}

func (s *Server) showSession(who account.Identity) api.Session {
	return api.Session{User: who.Name, Admin: who.Admin, Region: s.opts.Region}
}

// getSession says who is signed in, by whatever credentials.
func (s *Server) getSession(w http.ResponseWriter, r *http.Request, _ caller) error {
	who, err := s.identify(r)
	if err != nil {
		return err
	}
	shown := s.showSession(who.identity)
	shown.Admin = who.admin
	return answer(w, http.StatusOK, shown)
}

// signOut ends the session, if there is one.
func (s *Server) signOut(w http.ResponseWriter, r *http.Request, _ caller) error {
	if err := s.endSession(r); err != nil {
		return err
	}
	s.setCookie(w, r, "", 0)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Server) endSession(r *http.Request) error {
	who, err := s.session(r)
	if err == nil {
		err = s.accounts.RemoveCredential(r.Context(), who.User, account.BySession, who.Credential.ID)
	}
	if err != nil && problem(err) == nil {
		return err
	}
	return nil // or it had ended
}

// putPassword changes the password of the account. The session that asks for it
// goes on, all others end.
func (s *Server) putPassword(w http.ResponseWriter, r *http.Request, who caller) error {
	var body api.PasswordChange
	if err := read(r, &body); err != nil {
		return err
	}
	proven, err := s.accounts.SignIn(r.Context(), who.name, body.Current, r.RemoteAddr)
	wrong := &api.Problem{Status: http.StatusForbidden, Title: "wrong password", Detail: "the current password is another one"}
	if p := problem(err); p != nil && p.Status == http.StatusUnauthorized {
		return wrong
	}
	if err != nil {
		return err
	}
	if proven.User != who.user || proven.Credential.Kind != 0 {
		return wrong
	}
	session := ""
	if c := who.identity.Credential; c.Kind == account.BySession {
		session = c.ID
	}
	if err := s.accounts.ChangePassword(r.Context(), who.user, body.New, session); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
