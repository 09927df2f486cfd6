package easserver

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"asms/account"
	"asms/eas"
	"asms/mailbox"
)

// request is one command on its way through the server.
type request struct {
	*eas.Request

	user     mailbox.UserID
	login    string // the name the user signed in with
	password string
	legacy   bool        // says nothing of policies at all
	wipe     wipe        // what the device is told to erase
	turn     turn        // its place among the requests of the device
	body     []byte      // nil when the client sent none
	header   http.Header // of the response
}

// wipe is what a device is told to erase.
type wipe int

const (
	wipeNothing wipe = iota
	wipeAccount      // what it has from this server
	wipeDevice       // all it holds
)

func (r *request) key() deviceKey { return deviceKey{r.user, string(r.DeviceID)} }

func (r *request) partnership(folder eas.CollectionID) mailbox.Partnership {
	return mailbox.Partnership{User: r.user, Device: string(r.DeviceID), Folder: string(folder)}
}

// authenticate finds out whose request it is.
//
// [MS-ASHTTP] 2.2.1.1.2.2 Authorization
func (s *Server) authenticate(hr *http.Request) (*request, error) {
	login, password, ok := hr.BasicAuth()
	if !ok {
		return nil, refuse(http.StatusUnauthorized, "no credentials")
	}
	user, err := s.accounts.Authenticate(hr.Context(), login, password, hr.RemoteAddr)
	if errors.Is(err, account.ErrBadCredentials) {
		return nil, &httpError{code: http.StatusUnauthorized, err: err}
	}
	if err != nil {
		return nil, err
	}
	return &request{user: user, login: login, password: password}, nil
}

// admit lets the device in, or says why not. Provision is open to devices that
// must be provisioned or wiped, and Ping needs no policy key. A device in
// quarantine may say what it is, with Provision and Settings, so that whoever
// decides about it knows.
//
// [MS-ASCMD] 3.1.5.2 Downloading Policy Settings; [MS-ASPROV] 3.2.5
func (s *Server) admit(ctx context.Context, hr *http.Request, r *request) error {
	d, err := s.accounts.Admit(ctx, r.user, account.Seen{
		DeviceID: string(r.DeviceID), Type: r.DeviceType, UserAgent: hr.UserAgent(), Version: r.Version.String(),
	})
	if err != nil {
		return s.account(err)
	}
	err = account.CheckAccess(d)
	if r.Command == eas.CommandProvision && errors.Is(err, account.ErrWipe) {
		r.wipe = wipeDevice
		if account.WipesAccount(d) {
			r.wipe = wipeAccount
		}
		return nil
	}
	if errors.Is(err, account.ErrQuarantined) && (r.Command == eas.CommandProvision || r.Command == eas.CommandSettings) {
		err = nil
	}
	if err != nil || r.Command == eas.CommandProvision || r.Command == eas.CommandPing {
		return err
	}
	r.legacy = isPlain(hr) && hr.Header.Get(eas.HeaderPolicyKey) == ""
	return r.policy(s.accounts.CheckPolicy(r.user, d, uint32(r.PolicyKey)))
}

// policy is what CheckPolicy says, put for a device that has never heard of
// policies.
func (r *request) policy(err error) error {
	if r.legacy && errors.Is(err, account.ErrNotProvisioned) {
		return failed(eas.StatusLegacyDeviceOnStrictPolicy)
	}
	return err
}

// recheck says whether a request that waits may go on: what let it in may have
// changed meanwhile.
func (s *Server) recheck(r *request) error {
	d, err := s.accounts.Recheck(r.user, r.password, string(r.DeviceID))
	if err != nil {
		return s.account(err)
	}
	if r.Command == eas.CommandPing {
		return nil
	}
	return r.policy(s.accounts.CheckPolicy(r.user, d, uint32(r.PolicyKey)))
}

// account puts errors about the user, who is nobody by now, in words of HTTP.
func (s *Server) account(err error) error {
	switch {
	case errors.Is(err, account.ErrNoUser), errors.Is(err, account.ErrBadCredentials):
		return &httpError{code: http.StatusUnauthorized, err: err}
	case errors.Is(err, account.ErrNoDevice): // removed: it comes again as a new one
		return errEnded
	}
	return err
}

// isPlain says whether the query is the plain one, whose policy key is in a header.
func isPlain(hr *http.Request) bool {
	return strings.Contains(strings.ToLower(hr.URL.RawQuery), "cmd=")
}
