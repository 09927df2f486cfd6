package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"

	"asms/api"
	"asms/mailbox"
	"asms/vcard"
)

func (s *Server) routesContacts() {
	s.handle("GET /api/v1/contacts", api.ScopeRead, s.getContacts)
	s.handle("POST /api/v1/contacts", api.ScopeWrite, s.postContact)
	s.handle("GET /api/v1/contacts/{id}", api.ScopeRead, s.getContact)
	s.handle("PUT /api/v1/contacts/{id}", api.ScopeWrite, s.putContact)
	s.handle("DELETE /api/v1/contacts/{id}", api.ScopeWrite, s.deleteContact)
	s.handle(importContacts, api.ScopeWrite, s.postImport)
	s.handle("GET /api/v1/contacts/export", api.ScopeRead, s.getExport)
}

const importContacts = "POST /api/v1/contacts/import"

// Bounds of an import.
const (
	importLimit = 10 << 20 // bytes
	importCards = 20_000
	maxReasons  = 10 // that are told
)

func (s *Server) getContacts(w http.ResponseWriter, r *http.Request, who caller) error {
	n, err := limit(r)
	if err != nil {
		return err
	}
	q := mailbox.ContactQuery{Limit: n, Cursor: r.URL.Query().Get("cursor")}
	if q.Text, err = query(r); err != nil {
		return err
	}
	page, next, err := s.mailbox.Contacts(r.Context(), who.user, q)
	if err != nil {
		return contactProblem(err)
	}
	list := api.Contacts{Contacts: make([]api.Contact, len(page)), Next: next}
	for i := range page {
		list.Contacts[i] = contactOf(&page[i])
	}
	return answer(w, http.StatusOK, list)
}

func (s *Server) getContact(w http.ResponseWriter, r *http.Request, who caller) error {
	c, err := s.mailbox.Contact(r.Context(), who.user, r.PathValue("id"))
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, contactOf(&c))
}

func (s *Server) postContact(w http.ResponseWriter, r *http.Request, who caller) error {
	in, err := readContact(r)
	if err != nil {
		return err
	}
	var card mailbox.Card
	edit(&card, in)
	c, err := s.mailbox.AddContact(r.Context(), who.user, card)
	if err != nil {
		return contactProblem(err)
	}
	return answer(w, http.StatusCreated, contactOf(&c))
}

func (s *Server) putContact(w http.ResponseWriter, r *http.Request, who caller) error {
	in, err := readContact(r)
	if err != nil {
		return err
	}
	c, err := s.mailbox.ChangeContact(r.Context(), who.user, r.PathValue("id"), func(card *mailbox.Card) error {
		edit(card, in)
		return nil
	})
	if err != nil {
		return contactProblem(err)
	}
	return answer(w, http.StatusOK, contactOf(&c))
}

func (s *Server) deleteContact(w http.ResponseWriter, r *http.Request, who caller) error {
	if err := s.mailbox.DeleteContact(r.Context(), who.user, r.PathValue("id")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// contactProblem answers what is wrong with a contact, or passes the error on.
func contactProblem(err error) error {
	switch {
	case errors.Is(err, mailbox.ErrCard):
		return badRequest("%s", strings.TrimPrefix(err.Error(), "mailbox: "))
	case errors.Is(err, mailbox.ErrCursor):
		return badRequest("cursor is not a cursor of this list")
	}
	return err
}

// readContact reads a contact and checks what the types do not.
func readContact(r *http.Request) (*api.Contact, error) {
	in := new(api.Contact)
	if err := read(r, in); err != nil {
		return nil, err
	}
	if id := r.PathValue("id"); in.ID != "" && in.ID != id {
		return nil, badRequest("the id is not that of the path")
	}
	if len(in.Emails) > mailbox.MaxEmails {
		return nil, badRequest("a contact has at most %d mail addresses", mailbox.MaxEmails)
	}
	for _, n := range in.Numbers {
		if !slices.Contains(mailbox.CardKinds, n.Kind) {
			return nil, badRequest("%q is no kind of number: %s are", n.Kind, strings.Join(mailbox.CardKinds, ", "))
		}
	}
	var card mailbox.Card
	edit(&card, in)
	if card.Name() == "" {
		return nil, badRequest("a contact has a name, a firm, a mail address or a number")
	}
	return in, nil
}

// edit makes a card hold what a contact of the contract says. The rest of the
// card stays.
func edit(card *mailbox.Card, in *api.Contact) {
	before, parts := card.Name(), nameParts(card)
	for field, value := range map[string]string{
		"FirstName": in.FirstName, "MiddleName": in.MiddleName, "LastName": in.LastName, "CompanyName": in.Organisation,
	} {
		card.Set(field, strings.TrimSpace(value))
	}
	numbers := make([]mailbox.CardNumber, len(in.Numbers))
	for i, n := range in.Numbers {
		numbers[i] = mailbox.CardNumber{Number: n.Number, Kind: n.Kind}
	}
	card.SetNumbers(numbers)
	card.SetEmails(in.Emails)
	card.Note = in.Note
	switch name := strings.TrimSpace(in.Name); {
	case name == "", name == before && nameParts(card) != parts && nameParts(card) != [3]string{}: // it follows its parts
		card.Set("FileAs", "")
	case name != card.Name() || nameParts(card) == [3]string{}:
		card.SetName(name)
	}
}

func nameParts(c *mailbox.Card) [3]string {
	return [3]string{c.Get("FirstName"), c.Get("MiddleName"), c.Get("LastName")}
}

// contactOf shows a contact as the contract has it.
func contactOf(c *mailbox.Contact) api.Contact {
	out := api.Contact{
		ID: c.ID, Name: c.Name(), FirstName: c.Get("FirstName"), MiddleName: c.Get("MiddleName"), LastName: c.Get("LastName"),
		Organisation: c.Get("CompanyName"), Emails: c.Emails(), Note: c.Note,
	}
	for _, n := range c.Numbers() {
		out.Numbers = append(out.Numbers, api.ContactNumber{Number: n.Number, Kind: n.Kind})
	}
	return out
}

// postImport takes vCards in. Those that cannot be read are skipped.
func (s *Server) postImport(w http.ResponseWriter, r *http.Request, who caller) error {
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || !slices.Contains([]string{"text/vcard", "text/x-vcard", "text/directory"}, t) {
		return &api.Problem{Status: http.StatusUnsupportedMediaType, Title: "unsupported media type", Detail: "the body must be text/vcard"}
	}
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	var result api.ImportResult
	skip := func(n int, err error) {
		result.Skipped++
		if len(result.Reasons) < maxReasons {
			result.Reasons = append(result.Reasons, fmt.Sprintf("card %d: %s", n, reasonOf(err)))
		}
	}
	var cards []mailbox.Card
	var places []int // in the file, from 1
	n := 0
	vcard.Parse(data, func(v vcard.Card, err error) bool {
		if n++; n > importCards {
			return false
		}
		var card mailbox.Card
		if err == nil {
			if card = cardFrom(v); card.Name() == "" {
				err = errors.New("it has neither name nor number")
			}
		}
		if err != nil {
			skip(n, err)
			return true
		}
		cards, places = append(cards, card), append(places, n)
		return true
	})
	switch {
	case n > importCards:
		return &api.Problem{Status: http.StatusRequestEntityTooLarge, Title: "too large", Detail: fmt.Sprintf("an import has at most %d contacts", importCards)}
	case n == 0:
		return badRequest("there is no vCard in the body")
	}
	var bad map[int]error
	result.Added, result.Same, bad, err = s.mailbox.ImportContacts(r.Context(), who.user, cards)
	if err != nil {
		return err
	}
	for i := range cards {
		if bad[i] != nil {
			skip(places[i], bad[i])
		}
	}
	return answer(w, http.StatusOK, result)
}

// reasonOf is an error in words without the name of the package.
func reasonOf(err error) string {
	words := err.Error()
	for _, p := range []string{"vcard: ", "mailbox: "} {
		words = strings.TrimPrefix(words, p)
	}
	return words
}

// getExport writes all contacts as one file of vCards.
func (s *Server) getExport(w http.ResponseWriter, r *http.Request, who caller) error {
	var b []byte
	begun := false
	err := s.eachContact(r.Context(), who.user, func(c *mailbox.Contact) error {
		if b = vcard.Append(b, cardTo(c)); len(b) < 64<<10 {
			return nil
		}
		if !begun {
			exportHeader(w)
			begun = true
		}
		_, err := w.Write(b)
		b = b[:0]
		return err
	})
	if err != nil {
		if begun { // the status is sent: what is missing must show
			panic(http.ErrAbortHandler)
		}
		return err
	}
	if !begun {
		exportHeader(w)
	}
	_, _ = w.Write(b) // nobody is there any more
	return nil
}

func exportHeader(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/vcard; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="contacts.vcf"`)
}

func (s *Server) eachContact(ctx context.Context, user mailbox.UserID, visit func(*mailbox.Contact) error) error {
	for cursor := ""; ; {
		page, next, err := s.mailbox.Contacts(ctx, user, mailbox.ContactQuery{Limit: maxLimit, Cursor: cursor})
		if err != nil {
			return err
		}
		for i := range page {
			if err := visit(&page[i]); err != nil {
				return err
			}
		}
		if cursor = next; next == "" {
			return nil
		}
	}
}
