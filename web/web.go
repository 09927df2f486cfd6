// Package web serves what ActiveSync has no word for, as JSON over HTTP.
package web

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"time"

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
}

// New returns a Server.
func New(opts Options) *Server {
	if opts.Log == nil {
		opts.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	s := &Server{mailbox: opts.Mailbox, accounts: opts.Accounts, log: opts.Log, mux: http.NewServeMux()}
	s.mux.Handle("PUT "+api.RecipientsPath, s.signedIn(s.putRecipients))
	return s
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// bodyLimit bounds a request, in bytes.
const bodyLimit = 1 << 20

// signedIn lets a request in that carries a user's credentials.
func (s *Server) signedIn(h func(w http.ResponseWriter, r *http.Request, user mailbox.UserID) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, password, ok := r.BasicAuth()
		if !ok {
			w.Header().Set("WWW-Authenticate", `Basic realm="asms", charset="UTF-8"`)
			refuse(w, http.StatusUnauthorized, "sign in", "")
			return
		}
		user, err := s.accounts.Authenticate(r.Context(), name, password, r.RemoteAddr)
		if err == nil {
			r.Body = http.MaxBytesReader(w, r.Body, bodyLimit)
			err = h(w, r, user)
		}
		if err != nil {
			s.failed(w, r, err)
		}
	})
}

// errBadRequest wraps what is wrong with a request.
type errBadRequest struct{ detail string }

func (e errBadRequest) Error() string { return "web: " + e.detail }

// failed turns an error into an answer.
func (s *Server) failed(w http.ResponseWriter, r *http.Request, err error) {
	var throttled *account.ThrottledError
	var bad errBadRequest
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &throttled):
		w.Header().Set("Retry-After", strconv.Itoa(max(1, int(throttled.RetryAfter/time.Second))))
		refuse(w, http.StatusServiceUnavailable, "too many failed sign-ins", "try again later")
	case errors.Is(err, account.ErrBadCredentials):
		w.Header().Set("WWW-Authenticate", `Basic realm="asms", charset="UTF-8"`)
		refuse(w, http.StatusUnauthorized, "wrong user name or password", "")
	case errors.As(err, &large):
		refuse(w, http.StatusRequestEntityTooLarge, "too large", "")
	case errors.As(err, &bad):
		refuse(w, http.StatusBadRequest, "bad request", bad.detail)
	case errors.Is(err, account.ErrNoDevice), errors.Is(err, mailbox.ErrItemNotFound), errors.Is(err, mailbox.ErrNoSuchRecipient):
		refuse(w, http.StatusNotFound, "not found", "")
	case errors.Is(err, account.ErrBlocked), errors.Is(err, account.ErrQuarantined), errors.Is(err, account.ErrWipe):
		refuse(w, http.StatusForbidden, "this device is not allowed", "")
	case r.Context().Err() != nil: // nobody is there to be answered
	default:
		s.log.Error("request failed", "path", r.Pattern, "err", err)
		refuse(w, http.StatusInternalServerError, "server error", "")
	}
}

func refuse(w http.ResponseWriter, status int, title, detail string) {
	w.Header().Set("Content-Type", api.ContentTypeProblem)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(api.Problem{Status: status, Title: title, Detail: detail})
}

// read decodes a request's body, and refuses what it does not know.
func read(r *http.Request, into any) error {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	err := d.Decode(into)
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return err
	}
	if err == nil && d.More() {
		err = errors.New("more than one value")
	}
	if err != nil {
		return errBadRequest{"the body is not the JSON that is wanted: " + err.Error()}
	}
	return nil
}
