package web

import (
	"net/http"
	"strings"
	"time"

	"asms/api"
	"asms/mailbox"
	"asms/sms"
)

func (s *Server) routesMessages() {
	s.handle("POST /api/v1/messages", api.ScopeSend, s.postMessage)
	s.handle("GET /api/v1/messages/{id}", api.ScopeRead, s.getMessage)
	s.handle("PATCH /api/v1/messages/{id}", api.ScopeWrite, s.patchMessage)
	s.handle("DELETE /api/v1/messages/{id}", api.ScopeWrite, s.deleteMessage)
	s.handle("POST /api/v1/messages/{id}/cancel", api.ScopeSend, s.cancelMessage)
	s.handle("POST /api/v1/messages/{id}/retry", api.ScopeSend, s.retryMessage)
}

// Bounds of a new message.
const (
	recipientsLimit = 100
	digitsLimit     = 20
	numberLimit     = 100 // bytes, as it is written
	keyLimit        = 255 // bytes
	aheadLimit      = 366 * 24 * time.Hour
	validLimit      = 366 * 24 * 60 * 60 // seconds
)

// headerReplayed says that the message was there already.
const headerReplayed = "Idempotent-Replayed"

func (s *Server) postMessage(w http.ResponseWriter, r *http.Request, who caller) error {
	key := r.Header.Get("Idempotency-Key")
	if len(key) > keyLimit {
		return badRequest("the Idempotency-Key has more than %d bytes", keyLimit)
	}
	var body api.NewMessage
	if err := read(r, &body); err != nil {
		return err
	}
	out, err := s.outgoing(body)
	if err != nil {
		return err
	}
	if out.Device != "" {
		if _, err := s.accounts.Device(r.Context(), who.user, out.Device); err != nil {
			return badRequest("there is no device %q", out.Device)
		}
	}
	id, again, err := s.mailbox.SendOnce(r.Context(), who.user, key, out)
	if err != nil {
		return err
	}
	if again {
		w.Header().Set(headerReplayed, "true")
	}
	return s.answerMessage(w, r, who, http.StatusCreated, id)
}

// outgoing checks a new message.
func (s *Server) outgoing(body api.NewMessage) (out mailbox.Outgoing, err error) {
	if out.To, err = recipients(body.To); err != nil {
		return out, err
	}
	if body.Body == "" {
		return out, badRequest("the body is empty")
	}
	if _, err := sms.Split(body.Body, nil); err != nil {
		return out, badRequest("the body needs more than %d segments", sms.MaxSegments)
	}
	out.Body, out.Device = body.Body, body.Device
	if t := body.NotBefore; t != nil {
		if t.After(s.opts.Now().Add(aheadLimit)) {
			return out, badRequest("not_before is more than a year ahead")
		}
		out.NotBefore = t.UTC().Truncate(time.Millisecond)
	}
	if body.ValidFor < 0 || body.ValidFor > validLimit {
		return out, badRequest("valid_for is a number of seconds from 0 to %d", validLimit)
	}
	out.ValidFor = time.Duration(body.ValidFor) * time.Second
	return out, nil
}

// recipients checks to whom a text goes. One who is named twice gets it once.
func recipients(to []string) (all []sms.Address, err error) {
	if len(to) == 0 || len(to) > recipientsLimit {
		return nil, badRequest("to holds 1 to %d numbers", recipientsLimit)
	}
	seen := make(map[string]bool, len(to))
	for _, number := range to {
		number = strings.TrimSpace(number)
		plain := sms.Normalize(number)
		digits := strings.TrimPrefix(plain, "+")
		if digits == "" || len(digits) > digitsLimit || len(number) > numberLimit || strings.Trim(digits, "0123456789*#") != "" {
			return nil, badRequest("%.100q is not a number that a text can be sent to", number)
		}
		if !seen[plain] {
			seen[plain] = true
			all = append(all, sms.Address{Number: number})
		}
	}
	return all, nil
}

func (s *Server) answerMessage(w http.ResponseWriter, r *http.Request, who caller, status int, id string) error {
	e, err := s.mailbox.Message(r.Context(), who.user, id)
	if err != nil {
		return err
	}
	return answer(w, status, apiMessage(e))
}

func (s *Server) getMessage(w http.ResponseWriter, r *http.Request, who caller) error {
	return s.answerMessage(w, r, who, http.StatusOK, r.PathValue("id"))
}

func (s *Server) patchMessage(w http.ResponseWriter, r *http.Request, who caller) error {
	var body api.MessageChange
	if err := read(r, &body); err != nil {
		return err
	}
	if err := s.mailbox.ChangeMessage(r.Context(), who.user, r.PathValue("id"), body.Read, body.Flagged); err != nil {
		return err
	}
	return s.getMessage(w, r, who)
}

func (s *Server) deleteMessage(w http.ResponseWriter, r *http.Request, who caller) error {
	if err := s.mailbox.DeleteMessage(r.Context(), who.user, r.PathValue("id")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Server) cancelMessage(w http.ResponseWriter, r *http.Request, who caller) error {
	if err := s.mailbox.Cancel(r.Context(), who.user, r.PathValue("id")); err != nil {
		return err
	}
	return s.getMessage(w, r, who)
}

func (s *Server) retryMessage(w http.ResponseWriter, r *http.Request, who caller) error {
	id, err := s.mailbox.Retry(r.Context(), who.user, r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.answerMessage(w, r, who, http.StatusCreated, id)
}

var textStates = map[mailbox.TextState]api.TextState{
	mailbox.TextWaiting:    api.TextWaiting,
	mailbox.TextOffered:    api.TextOffered,
	mailbox.TextHandedOver: api.TextHandedOver,
	mailbox.TextSent:       api.TextSent,
	mailbox.TextDelivered:  api.TextDelivered,
	mailbox.TextFailed:     api.TextFailed,
	mailbox.TextUnknown:    api.TextUnknown,
	mailbox.TextCancelled:  api.TextCancelled,
}

var recipientStates = map[mailbox.RecipientState]api.RecipientState{
	mailbox.RecipientPending:   api.RecipientPending,
	mailbox.RecipientSent:      api.RecipientSent,
	mailbox.RecipientFailed:    api.RecipientFailed,
	mailbox.RecipientUnknown:   api.RecipientUnknown,
	mailbox.RecipientDelivered: api.RecipientDelivered,
}

func apiMessage(e mailbox.Entry) api.Message {
	m := api.Message{
		ID: e.ID, Conversation: e.Conversation, Direction: api.DirectionIn, Date: e.Date,
		Body: e.Body, Read: e.Read, Flagged: e.Flagged,
	}
	if e.Outgoing {
		m.Direction = api.DirectionOut
	}
	if e.From != nil {
		from := api.Party(*e.From)
		m.From = &from
	}
	if len(e.To) > 0 {
		m.To = apiParties(e.To)
	}
	t := e.Text
	if t == nil {
		return m
	}
	m.State, m.Device, m.Cancellable, m.Retryable = textStates[t.State], t.Device, t.Cancellable, t.Retryable
	m.NotBefore, m.Expires = moment(t.NotBefore), moment(t.Expires)
	for _, r := range t.Recipients {
		m.Recipients = append(m.Recipients, api.MessageRecipient{
			Party: api.Party(r.Party), State: recipientStates[r.State], Reason: r.Reason, At: moment(r.At),
		})
	}
	return m
}
