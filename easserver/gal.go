package easserver

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"asms/eas"
	"asms/mailbox"
)

// Bounds of a search of the address book.
const (
	minGAL = 2   // characters; what is shorter finds nobody
	maxGAL = 200 // contacts
)

// searchGAL looks for people: those who have an account here, and the user's own
// contacts.
//
// [MS-ASCMD] 2.2.1.16 Search
func (s *Server) searchGAL(ctx context.Context, r *request, store *eas.SearchStore) (found eas.SearchStoreResponse, err error) {
	options := store.Options
	if options == nil {
		options = &eas.SearchOptions{}
	}
	page, status := readRange(options.Range, mostSearched)
	if options.Picture != nil && r.Version < eas.Version141 || store.Query.Tag() == 0 {
		status = eas.SearchStatusInvalid
	}
	var text string
	if status == 0 {
		root, err := eas.ParseSearchQuery(store.Query)
		if err != nil || len(root.Elements) > 0 || root.Text == "" || utf8.RuneCountInString(root.Text) > maxFreeText {
			status = eas.SearchStatusInvalid
		}
		text = root.Text
	}
	if found.Status = status; status != 0 {
		return found, nil
	}
	people, err := s.people(ctx, r.user, text)
	if err != nil {
		return found, err
	}
	if page.first > 0 && page.first >= len(people) {
		found.Status = eas.SearchStatusEndOfRange
		return found, nil
	}
	found.Status, found.Total = eas.StatusSuccess, eas.Ptr(len(people))
	for _, e := range people[page.first:min(page.last+1, len(people))] {
		if options.Picture != nil {
			e.Picture = &eas.GALPicture{Status: eas.StatusNoPicture}
		}
		props, err := eas.NewGALProperties(&e)
		if err != nil {
			return found, err
		}
		found.Result = append(found.Result, eas.SearchResult{Properties: props})
	}
	if len(found.Result) == 0 {
		found.Result = []eas.SearchResult{{}}
		return found, nil
	}
	found.Range = page.holding(len(found.Result))
	return found, nil
}

// people returns whom a text may mean, by their names: those of whom a word of
// the name or of the address begins so.
func (s *Server) people(ctx context.Context, user mailbox.UserID, text string) (all []eas.GALEntry, err error) {
	wanted := strings.ToLower(strings.Join(strings.Fields(text), " "))
	if utf8.RuneCountInString(wanted) < minGAL {
		return nil, nil
	}
	users, err := s.accounts.Users(ctx)
	if err != nil {
		return nil, err
	}
	known := make(map[string]bool)
	for _, u := range users {
		address := s.address(u.Name)
		if !beginsWith(u.Name, wanted) && !strings.HasPrefix(address, wanted) {
			continue
		}
		e := eas.GALEntry{DisplayName: &u.Name, Alias: eas.Ptr(alias(address)), EmailAddress: &address}
		devices, err := s.accounts.Devices(ctx, u.ID)
		if err != nil {
			continue // removed meanwhile
		}
		for _, d := range devices {
			if d.OutboundSMS && d.PhoneNumber != "" {
				e.MobilePhone = &d.PhoneNumber
			}
		}
		known[address] = true
		all = append(all, e)
	}
	contacts, err := s.contacts(ctx, user, text)
	if err != nil {
		return nil, err
	}
	for _, c := range contacts {
		if e := contactEntry(&c); !known[deref(e.EmailAddress)] {
			all = append(all, e)
		}
	}
	slices.SortStableFunc(all, func(a, b eas.GALEntry) int {
		return cmp.Or(cmp.Compare(strings.ToLower(deref(a.DisplayName)), strings.ToLower(deref(b.DisplayName))),
			cmp.Compare(deref(a.EmailAddress), deref(b.EmailAddress)), cmp.Compare(deref(a.MobilePhone), deref(b.MobilePhone)))
	})
	return all, nil
}

// contacts returns those of the user's contacts whom a text may mean: by how words
// of the name or an address begin, or by part of a number.
func (s *Server) contacts(ctx context.Context, user mailbox.UserID, text string) ([]mailbox.Contact, error) {
	if utf8.RuneCountInString(strings.TrimSpace(text)) < minGAL || !strings.ContainsFunc(text, isLetterOrDigit) {
		return nil, nil
	}
	all, _, err := s.mailbox.Contacts(ctx, user, mailbox.ContactQuery{Text: text, Limit: maxGAL})
	return all, err
}

func isLetterOrDigit(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// contactEntry is a contact as people of the address book are shown.
func contactEntry(c *mailbox.Contact) eas.GALEntry {
	field := func(names ...string) *string {
		for _, n := range names {
			if v := c.Get(n); v != "" {
				return &v
			}
		}
		return nil
	}
	name := c.Name()
	return eas.GALEntry{
		DisplayName: &name, Phone: field("BusinessPhoneNumber", "Business2PhoneNumber"), Office: field("OfficeLocation"),
		Title: field("JobTitle"), Company: field("CompanyName"), Alias: field("Alias"), FirstName: field("FirstName"), LastName: field("LastName"),
		HomePhone: field("HomePhoneNumber", "Home2PhoneNumber"), MobilePhone: field("MobilePhoneNumber"),
		EmailAddress: field("Email1Address", "Email2Address", "Email3Address"),
	}
}

// alias is the part of an address before the domain.
func alias(address string) string {
	name, _, _ := strings.Cut(address, "@")
	return name
}
