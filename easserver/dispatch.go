package easserver

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"asms/eas"
	"asms/wbxml"
)

// handler answers a command: with a response, with nil for an empty body, or
// with an error of which statusOf knows the status.
type handler func(s *Server, ctx context.Context, r *request) (any, error)

// handle returns the handler of a command, nil when the server has none.
func handle(c eas.Command) handler {
	switch c {
	case eas.CommandSync:
		return (*Server).sync
	case eas.CommandFolderSync:
		return (*Server).folderSync
	case eas.CommandFolderCreate:
		return (*Server).folderCreate
	case eas.CommandFolderUpdate:
		return (*Server).folderUpdate
	case eas.CommandFolderDelete:
		return (*Server).folderDelete
	case eas.CommandMoveItems:
		return (*Server).moveItems
	case eas.CommandGetItemEstimate:
		return (*Server).getItemEstimate
	case eas.CommandMeetingResponse:
		return (*Server).meetingResponse
	case eas.CommandResolveRecipients:
		return (*Server).resolveRecipients
	case eas.CommandValidateCert:
		return (*Server).validateCert
	case eas.CommandItemOperations:
		return (*Server).itemOperations
	case eas.CommandSearch:
		return (*Server).search
	case eas.CommandFind:
		return (*Server).find
	case eas.CommandSettings:
		return (*Server).settings
	case eas.CommandPing:
		return (*Server).ping
	case eas.CommandProvision:
		return (*Server).provision
	}
	return nil
}

var errTooOften = errors.New("easserver: the device or its user comes too often")

// command takes a command from the gate to its handler.
func (s *Server) command(w http.ResponseWriter, hr *http.Request, r *request) (any, error) {
	ctx := hr.Context()
	h := handle(r.Command)
	if h == nil {
		return nil, failed(eas.StatusCommandNotSupported)
	}
	now := s.opts.Now()
	if wait := max(s.devices.take(r.key(), now), s.users.take(r.user, now)); wait > 0 {
		return nil, &httpError{code: http.StatusServiceUnavailable, err: errTooOften, after: wait}
	}
	t, ok := s.requests.begin(r.key())
	if !ok {
		return nil, refuse(http.StatusServiceUnavailable, "too many requests at once")
	}
	defer t.done()
	r.turn = t
	if err := s.admit(ctx, hr, r); err != nil {
		return nil, err
	}
	if err := s.reinitialize(ctx, r); err != nil {
		return nil, err
	}
	var err error
	if r.body, err = s.readBody(w, hr); err != nil {
		return nil, err
	}
	return h(s, ctx, r)
}

// decode reads the body of a command.
func decode[T any](s *Server, r *request) (*T, error) {
	v := new(T)
	err := wbxml.Unmarshal(r.body, v, wbxml.Limits{Size: int(s.opts.MaxBody)})
	r.body = nil // what waits need not hold it
	if err != nil {
		return nil, fmt.Errorf("easserver: %s: %w", r.Command, err)
	}
	return v, nil
}
