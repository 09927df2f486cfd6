package easserver

import (
	"cmp"
	"context"
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"asms/eas"
	"asms/mailbox"
)

// maxSuggestions is how many recipients an ambiguous name is answered with when
// the client sets no limit.
const maxSuggestions = 20

// resolveRecipients looks up whom names or addresses mean.
//
// [MS-ASCMD] 2.2.1.15 ResolveRecipients
func (s *Server) resolveRecipients(ctx context.Context, r *request) (any, error) {
	req, err := decode[eas.ResolveRecipientsRequest](s, r)
	if err != nil {
		return nil, err
	}
	if !validRecipients(r.Version, req) {
		return nil, protocolError(eas.CommandResolveRecipients)
	}
	users, err := s.userRecipients(ctx)
	if err != nil {
		return nil, err
	}
	options := req.Options
	if options == nil {
		options = &eas.RecipientOptions{}
	}
	resp := &eas.ResolveRecipientsResponse{Status: eas.StatusSuccess}
	for _, to := range req.To {
		contacts, err := s.contactRecipients(ctx, r.user, to)
		if err != nil {
			return nil, err
		}
		resp.Response = append(resp.Response, resolve(to, users, contacts, options))
	}
	return resp, nil
}

// userRecipients are all users of the server.
func (s *Server) userRecipients(ctx context.Context) ([]eas.Recipient, error) {
	users, err := s.accounts.Users(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]eas.Recipient, len(users))
	for i, u := range users {
		list[i] = eas.Recipient{Type: eas.RecipientGAL, DisplayName: u.Name, EmailAddress: s.address(u.Name)}
	}
	return list, nil
}

// contactRecipients are the addresses of those of the user's contacts whom a name,
// address or number may mean. Whoever has no address is none that this command can
// tell of.
func (s *Server) contactRecipients(ctx context.Context, user mailbox.UserID, to string) (list []eas.Recipient, err error) {
	contacts, err := s.contacts(ctx, user, to)
	for _, c := range contacts {
		for _, address := range c.Emails() {
			if a, err := mail.ParseAddress(address); err == nil { // "Pat Lee" <pat@example.org>
				address = a.Address
			}
			list = append(list, eas.Recipient{Type: eas.RecipientContact, DisplayName: c.Name(), EmailAddress: address})
		}
	}
	return list, err
}

// resolve finds out whom a name or address means: those who are called so, or else
// all of whom a part is called so. An address counts once, and as that of the user
// who has it. The contacts are those that to was found in.
//
// [MS-ASCMD] 2.2.3.183 To, 2.2.3.177.12 Status (ResolveRecipients)
func resolve(to string, users, contacts []eas.Recipient, options *eas.RecipientOptions) eas.RecipientsResponse {
	answer := eas.RecipientsResponse{To: to, Status: eas.RecipientsStatusUnresolved}
	wanted := strings.ToLower(strings.TrimSpace(to))
	if wanted == "" {
		return answer
	}
	var exact, found []eas.Recipient
	known := make(map[string]bool)
	for n, one := range slices.Concat(users, contacts) {
		name, address := strings.ToLower(one.DisplayName), strings.ToLower(one.EmailAddress)
		ofContact := n >= len(users)
		if known[address] || !ofContact && !beginsWith(name, wanted) && !strings.HasPrefix(address, wanted) {
			continue
		}
		known[address] = true
		found = append(found, one)
		if name == wanted || address == wanted {
			exact = append(exact, one)
		}
	}
	if len(exact) > 0 {
		found = exact
	}
	answer.RecipientCount = len(found)
	switch {
	case len(found) == 0:
		return answer
	case len(found) == 1:
		answer.Status = eas.StatusSuccess
		answer.Recipient = []eas.Recipient{withDetails(found[0], options)}
		return answer
	}
	slices.SortStableFunc(found, func(a, b eas.Recipient) int { return cmp.Compare(a.EmailAddress, b.EmailAddress) })
	limit := maxSuggestions
	if options.MaxAmbiguousRecipients != nil {
		limit = *options.MaxAmbiguousRecipients
	}
	answer.Status, answer.Recipient = eas.RecipientsStatusAmbiguous, found
	if len(found) > limit {
		answer.Status, answer.Recipient = eas.RecipientsStatusAmbiguousPartial, found[:limit]
	}
	return answer
}

// beginsWith says whether a name, or a word in it, begins so. Of a name that is an
// address, the domain is not looked at: many share it.
func beginsWith(name, wanted string) bool {
	name, _, _ = strings.Cut(strings.ToLower(name), "@")
	for i := 0; ; {
		if strings.HasPrefix(name[i:], wanted) {
			return true
		}
		n := strings.IndexAny(name[i:], " ._-+")
		if n < 0 {
			return false
		}
		i += n + 1
	}
}

// withDetails adds what is asked for to a recipient who is meant without doubt.
// This server has no calendars, certificates and pictures, and says so.
//
// [MS-ASCMD] 2.2.3.145 Recipient
func withDetails(one eas.Recipient, options *eas.RecipientOptions) eas.Recipient {
	if options.Availability != nil {
		one.Availability = &eas.RecipientAvailability{Status: eas.StatusAvailabilityFailure}
	}
	if c := options.CertificateRetrieval; c != nil && *c > 1 {
		one.Certificates = &eas.RecipientCertificates{Status: eas.RecipientsStatusNoCertificate, RecipientCount: 1}
	}
	if options.Picture != nil {
		one.Picture = []eas.RecipientPicture{{Status: eas.StatusNoPicture}}
	}
	return one
}

// validRecipients checks the form of a request.
func validRecipients(v eas.Version, req *eas.ResolveRecipientsRequest) bool {
	if n := len(req.To); n == 0 || n > eas.MaxResolvedRecipients {
		return false
	}
	for _, to := range req.To {
		if utf8.RuneCountInString(to) > eas.MaxToLength {
			return false
		}
	}
	o := req.Options
	if o == nil {
		return true
	}
	const most = 9999
	return within(o.CertificateRetrieval, 1, 3) && within(o.MaxCertificates, 0, most) && within(o.MaxAmbiguousRecipients, 0, most) &&
		validAvailability(o.Availability) && validPicture(v, o.Picture)
}

// validAvailability checks the time that is asked about.
//
// [MS-ASCMD] 2.2.3.176.1 StartTime, 2.2.3.61.1 EndTime (ResolveRecipients)
func validAvailability(a *eas.AvailabilityOptions) bool {
	if a == nil {
		return true
	}
	start, err := time.Parse(time.RFC3339, deref(a.StartTime))
	if err != nil {
		return false
	}
	if a.EndTime == nil {
		return true
	}
	end, err := time.Parse(time.RFC3339, *a.EndTime)
	return err == nil && end.Sub(start) >= 30*time.Minute && end.Sub(start) <= eas.MaxAvailabilityDays*24*time.Hour
}

func validPicture(v eas.Version, p *eas.PictureOptions) bool {
	const maxSize = 100 << 10 // [MS-ASCMD] 2.2.3.105.2 MaxSize (ResolveRecipients)
	return p == nil || v >= eas.Version141 && within(p.MaxSize, 0, maxSize) && (p.MaxPictures == nil || *p.MaxPictures >= 0)
}
