package web

import (
	"net/http"

	"asms/account"
	"asms/api"
	"asms/mailbox"
	"asms/sms"
)

func (s *Server) routesRecipients() {
	s.handle("PUT "+api.RecipientsPath, api.ScopeDevice, s.putRecipients)
}

// putRecipients takes what a phone reports of the recipients of a text.
func (s *Server) putRecipients(w http.ResponseWriter, r *http.Request, who caller) error {
	device, err := s.accounts.Device(r.Context(), who.user, r.PathValue("device"))
	if err != nil {
		return err
	}
	if err := account.CheckAccess(device); err != nil {
		return err
	}
	var body []api.Recipient
	if err := read(r, &body); err != nil {
		return err
	}
	if len(body) == 0 || len(body) > sms.MaxAddresses {
		return badRequest("between 1 and %d recipients are wanted", sms.MaxAddresses)
	}
	reports := make([]mailbox.RecipientReport, len(body))
	for i, b := range body {
		state, ok := states[b.State]
		if !ok {
			return badRequest("%q is not a state of a recipient", b.State)
		}
		reports[i] = mailbox.RecipientReport{Number: b.Number, State: state, Reason: b.Reason, At: b.At}
	}
	if err := s.mailbox.Report(r.Context(), who.user, device.ID, r.PathValue("text"), reports); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

var states = map[api.RecipientState]mailbox.RecipientState{
	api.RecipientSent:      mailbox.RecipientSent,
	api.RecipientFailed:    mailbox.RecipientFailed,
	api.RecipientUnknown:   mailbox.RecipientUnknown,
	api.RecipientDelivered: mailbox.RecipientDelivered,
}
