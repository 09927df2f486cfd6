package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"asms/account"
	"asms/api"
	"asms/mailbox"
)

func badRequest(format string, args ...any) error {
	return &api.Problem{Status: http.StatusBadRequest, Title: "bad request", Detail: fmt.Sprintf(format, args...)}
}

func notFound() error { return &api.Problem{Status: http.StatusNotFound, Title: "not found"} }

// conflict says that what is asked cannot be done as things stand.
func conflict(format string, args ...any) error {
	return &api.Problem{Status: http.StatusConflict, Title: "conflict", Detail: fmt.Sprintf(format, args...)}
}

// problems are the answers to errors from below, in order.
var problems = []struct {
	err error
	api.Problem
}{
	{account.ErrBadCredentials, api.Problem{Status: http.StatusUnauthorized, Title: "wrong user name or password"}},
	{account.ErrNoUser, api.Problem{Status: http.StatusNotFound, Title: "not found", Detail: "there is no such user"}},
	{account.ErrNoCredential, api.Problem{Status: http.StatusNotFound, Title: "not found"}},
	{account.ErrExists, api.Problem{Status: http.StatusConflict, Title: "conflict", Detail: "a user of this name exists already"}},
	{account.ErrTooManyCredentials, api.Problem{Status: http.StatusConflict, Title: "conflict", Detail: "there are too many of these: remove one first"}},
	{account.ErrName, api.Problem{Status: http.StatusBadRequest, Title: "bad request", Detail: "a user name is 1 to 64 of the characters a-z 0-9 . _ - @ +"}},
	{account.ErrPassword, api.Problem{Status: http.StatusBadRequest, Title: "bad request", Detail: "a password is 1 to 1024 bytes long"}},
	{account.ErrCredentialName, api.Problem{Status: http.StatusBadRequest, Title: "bad request", Detail: "a name is 1 to 100 printable characters long"}},
	{account.ErrExpiry, api.Problem{Status: http.StatusBadRequest, Title: "bad request", Detail: "the expiry lies in the past"}},
	{account.ErrNoDevice, api.Problem{Status: http.StatusNotFound, Title: "not found", Detail: "there is no such device"}},
	{mailbox.ErrItemNotFound, api.Problem{Status: http.StatusNotFound, Title: "not found"}},
	{mailbox.ErrConversationNotFound, api.Problem{Status: http.StatusNotFound, Title: "not found"}},
	{mailbox.ErrLocked, api.Problem{Status: http.StatusConflict, Title: "conflict", Detail: "the message is on its way out"}},
	{mailbox.ErrNotFailed, api.Problem{Status: http.StatusConflict, Title: "conflict", Detail: "the message has not failed, or was sent again already"}},
	{mailbox.ErrOtherRequest, api.Problem{Status: http.StatusUnprocessableEntity, Title: "another request", Detail: "another message was sent with this Idempotency-Key"}},
	{mailbox.ErrNoSuchRecipient, api.Problem{Status: http.StatusNotFound, Title: "not found"}},
	{mailbox.ErrFull, api.Problem{Status: http.StatusInsufficientStorage, Title: "no room is left", Detail: "the server's disk is full"}},
	{account.ErrBlocked, api.Problem{Status: http.StatusForbidden, Title: "this device is not allowed"}},
	{account.ErrQuarantined, api.Problem{Status: http.StatusForbidden, Title: "this device is not allowed"}},
	{account.ErrWipe, api.Problem{Status: http.StatusForbidden, Title: "this device is not allowed"}},
}

// problem returns the answer to an error, or nil for one that the server is to
// blame for.
func problem(err error) *api.Problem {
	var p *api.Problem
	var throttled *account.ThrottledError
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &throttled):
		return &api.Problem{Status: http.StatusTooManyRequests, Title: "too many failed sign-ins", Detail: "try again later"}
	case errors.As(err, &large):
		return &api.Problem{Status: http.StatusRequestEntityTooLarge, Title: "too large"}
	}
	for i := range problems {
		if errors.Is(err, problems[i].err) {
			return &problems[i].Problem
		}
	}
	return nil
}

// failed answers a request that failed.
func (s *Server) failed(w http.ResponseWriter, r *http.Request, err error) {
	p := problem(err)
	if p == nil && r.Context().Err() != nil {
		return // nobody is there to be answered
	}
	if p != nil && p.Status == http.StatusInsufficientStorage {
		s.log.Error("request failed", "path", r.Pattern, "err", err)
	}
	if p == nil {
		s.log.Error("request failed", "path", r.Pattern, "err", err)
		p = &api.Problem{Status: http.StatusInternalServerError, Title: "server error"}
	}
	var throttled *account.ThrottledError
	if errors.As(err, &throttled) {
		w.Header().Set("Retry-After", strconv.Itoa(max(1, int(throttled.RetryAfter/time.Second))))
	}
	if p.Status == http.StatusUnauthorized {
		challenge(w, r)
	}
	w.Header().Set("Content-Type", api.ContentTypeProblem)
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}

// challenge names the credentials that are wanted. A browser would put up a
// window of its own for Basic, in front of the app's.
func challenge(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Sec-Fetch-Mode") != "" {
		w.Header().Set("WWW-Authenticate", `Bearer realm="asms"`)
		return
	}
	w.Header().Set("WWW-Authenticate", `Basic realm="asms", charset="UTF-8"`)
}
