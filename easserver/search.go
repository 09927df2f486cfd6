package easserver

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"asms/eas"
	"asms/mailbox"
	"asms/wbxml"
)

// rememberedSearch is what a device found last, for the pages after the first.
type rememberedSearch struct {
	query string   // what it looked for; of a Find with the SearchId
	ids   []string // server ids
}

// maxRememberedFound bounds how many results are remembered for all devices.
const maxRememberedFound = 200_000

// search looks for entries of the mailbox or of the address book. This server has
// no document library.
//
// [MS-ASCMD] 2.2.1.16 Search
func (s *Server) search(ctx context.Context, r *request) (any, error) {
	req, err := decode[eas.SearchRequest](s, r)
	if invalidRequest(err) || err == nil && len(req.Store) == 0 {
		return searched(eas.SearchStoreResponse{Status: eas.SearchStatusInvalid}), nil
	}
	if err != nil {
		return nil, err
	}
	var found eas.SearchStoreResponse
	store := &req.Store[0]
	switch strings.ToLower(strings.ReplaceAll(store.Name, " ", "")) {
	case "mailbox":
		found, err = s.searchMailbox(ctx, r, store)
	case "gal":
		found, err = s.searchGAL(ctx, r, store)
	case "documentlibrary":
		found.Status = eas.SearchStatusAccessBlocked
	default:
		found.Status = eas.SearchStatusInvalid
	}
	if err != nil {
		return nil, err
	}
	return searched(found), nil
}

func searched(found eas.SearchStoreResponse) *eas.SearchResponse {
	return &eas.SearchResponse{Status: eas.StatusSuccess, Response: &eas.SearchResults{Store: found}}
}

// invalidRequest reports whether a document is WBXML, but not what the command
// takes.
func invalidRequest(err error) bool {
	var syntax *wbxml.SyntaxError
	return errors.As(err, &syntax) && !errors.Is(err, wbxml.ErrMalformed) && !errors.Is(err, wbxml.ErrUnknownToken)
}

// searchMailbox looks for mails, texts and contacts.
//
// [MS-ASCMD] 2.2.3.177.13 Status (Search)
func (s *Server) searchMailbox(ctx context.Context, r *request, store *eas.SearchStore) (found eas.SearchStoreResponse, err error) {
	options := store.Options
	if options == nil {
		options = &eas.SearchOptions{}
	}
	q, status := readQuery(store.Query)
	if status == 0 {
		status = checkSearchOptions(r.Version, options, q.Conversation != nil)
	}
	var page pageRange
	if status == 0 {
		page, status = readRange(options.Range, mostSearched)
	}
	if status != 0 {
		found.Status = status
		return found, nil
	}
	q.Deep, q.NoDeleted = deref(options.DeepTraversal), true
	ids, err := s.foundIDs(ctx, r, fmt.Sprintf("%+v", q), q, page.first == 0 || deref(options.RebuildResults))
	if errors.Is(err, mailbox.ErrFolderNotFound) {
		found.Status = eas.SearchStatusFolderSyncRequired
		return found, nil
	}
	if err != nil {
		return found, err
	}
	if page.first > 0 && page.first >= len(ids) {
		found.Status = eas.SearchStatusEndOfRange
		return found, nil
	}
	found.Status, found.Total = eas.StatusSuccess, eas.Ptr(len(ids))
	items, err := s.mailbox.Found(ctx, r.user, string(r.DeviceID), page.of(ids))
	if err != nil {
		return found, err
	}
	one, _ := classOption(r.Version, searchBodies(options)) // checked above
	for _, item := range items {
		result, err := searchResult(item, one.Body)
		if err != nil {
			return found, err
		}
		found.Result = append(found.Result, result)
	}
	if len(items) == 0 {
		found.Result = []eas.SearchResult{{}} // MS-ASCMD_R3850
		return found, nil
	}
	found.Range = page.holding(len(items))
	return found, nil
}

// searchResult is one mail, text or contact.
func searchResult(item *mailbox.Item, body []mailbox.BodyPreference) (eas.SearchResult, error) {
	folder, _, _ := strings.Cut(item.ServerID, ":")
	result := eas.SearchResult{
		Class: eas.ClassEmail, LongID: longID(eas.ServerID(item.ServerID)), CollectionID: eas.CollectionID(folder),
	}
	var err error
	switch item.Class {
	case mailbox.ClassSMS:
		result.Class = eas.ClassSMS
		result.Properties, err = eas.NewSearchProperties(smsProperties(item, body))
	case mailbox.ClassContact:
		result.Class = eas.ClassContacts
		result.Properties, err = eas.NewSearchProperties(contactProperties(item.Card, body, false))
	default:
		result.Properties, err = eas.NewSearchProperties(emailProperties(item, body))
	}
	return result, err
}

// foundIDs returns what a device looks for: what it found before if that was the
// same, else what there is now.
//
// [MS-ASCMD] 2.2.3.144 RebuildResults
func (s *Server) foundIDs(ctx context.Context, r *request, name string, q mailbox.FindQuery, anew bool) ([]string, error) {
	if before, ok := s.searches.get(r.key()); ok && !anew && before.query == name {
		return before.ids, nil
	}
	ids, err := s.mailbox.Find(ctx, r.user, string(r.DeviceID), q)
	if err != nil {
		return nil, err
	}
	s.searches.put(r.key(), &rememberedSearch{query: name, ids: ids}, len(ids))
	return ids, nil
}

// pageRange is the part of the results that is wanted, both ends included.
type pageRange struct{ first, last int }

// The ranges without which a Search and a Find come, and the most that one may
// ask for.
//
// [MS-ASCMD] 2.2.3.143 Range
const (
	mostSearched = 100
	mostFound    = 1000
)

// readRange reads a Range, absent the first hundred.
func readRange(text *string, most int) (pageRange, eas.Status) {
	p := pageRange{0, mostSearched - 1}
	if text == nil {
		return p, 0
	}
	from, to, ok := strings.Cut(strings.TrimSpace(*text), "-")
	first, err := strconv.ParseUint(from, 10, 31)
	last, lastErr := strconv.ParseUint(to, 10, 31)
	switch {
	case !ok || err != nil || lastErr != nil || first > last:
		return p, eas.SearchStatusInvalid
	case last >= uint64(most):
		return p, eas.SearchStatusEndOfRange // MS-ASCMD_R3736
	}
	return pageRange{int(first), int(last)}, 0
}

// of returns the part of all that is in the range.
func (p pageRange) of(all []string) []string {
	return all[min(p.first, len(all)):min(p.last+1, p.first+mostSearched, len(all))]
}

// holding is the range of a response with n results.
func (p pageRange) holding(n int) string { return fmt.Sprintf("%d-%d", p.first, p.first+n-1) }

// searchBodies are the options of a search about bodies, as those of a Sync.
func searchBodies(o *eas.SearchOptions) *eas.SyncOptions {
	return &eas.SyncOptions{BodyPreference: o.BodyPreference, BodyPartPreference: o.BodyPartPreference, MIMESupport: o.MIMESupport}
}

// checkSearchOptions returns the status of options that cannot be, or 0.
func checkSearchOptions(v eas.Version, o *eas.SearchOptions, conversation bool) eas.Status {
	if o.Picture != nil && v < eas.Version141 {
		return eas.SearchStatusInvalid
	}
	switch _, fault := classOption(v, searchBodies(o)); {
	case fault == optionsBodyPart:
		return eas.StatusBodyPartPreferenceTypeNotSupported
	case fault != optionsFine, o.BodyPartPreference != nil && !conversation: // MS-ASCMD_R5568
		return eas.SearchStatusInvalid
	}
	return 0
}

// readQuery reads what is looked for in the mailbox: conditions inside one And.
// The status is 0 for a query that can be answered.
//
// [MS-ASCMD] 2.2.3.142.2 Query (Search)
func readQuery(query wbxml.Raw) (q mailbox.FindQuery, status eas.Status) {
	if query.Tag() == 0 {
		return q, eas.SearchStatusInvalid
	}
	root, err := eas.ParseSearchQuery(query)
	if err != nil {
		return q, eas.SearchStatusInvalid
	}
	var and *eas.SearchElement
	for i, e := range root.Elements {
		switch e.Name {
		case "Search And":
			if and != nil {
				return q, eas.SearchStatusTooComplex
			}
			and = &root.Elements[i]
		case "Search Or", "Search FreeText", "AirSync Class", "AirSync CollectionId", "Search ConversationId",
			"Search GreaterThan", "Search LessThan":
			return q, eas.SearchStatusTooComplex
		default:
			return q, eas.SearchStatusInvalid
		}
	}
	if and == nil || len(and.Elements) == 0 {
		return q, eas.SearchStatusInvalid
	}
	for _, e := range and.Elements {
		if status := readCondition(&q, e); status != 0 {
			return q, status
		}
	}
	return q, 0
}

// readCondition adds one condition to a query.
//
// [MS-ASCMD] 2.2.3.10 And
func readCondition(q *mailbox.FindQuery, e eas.SearchElement) eas.Status {
	text := strings.TrimSpace(e.Text)
	switch e.Name {
	case "Search And", "Search Or":
		return eas.SearchStatusTooComplex
	case "Search FreeText":
		terms := freeText(text)
		if len(q.Terms)+len(terms) > maxTerms || utf8.RuneCountInString(text) > maxFreeText {
			return eas.SearchStatusTooComplex
		}
		q.Terms = append(q.Terms, terms...)
	case "AirSync Class":
		c, ok := searchClasses[eas.Class(text)]
		if !ok {
			return eas.SearchStatusInvalid
		}
		q.Classes = append(q.Classes, c)
	case "AirSync CollectionId":
		if text == "" || len(text) > eas.MaxIDLength || len(q.Folders) >= mostSearched {
			return eas.SearchStatusInvalid
		}
		q.Folders = append(q.Folders, text)
	case "Search ConversationId":
		if q.Conversation != nil || e.Text == "" {
			return eas.SearchStatusInvalid // MS-ASCMD_R2088
		}
		q.Conversation = []byte(e.Text)
	case "Search GreaterThan":
		return readBound(&q.After, e)
	case "Search LessThan":
		return readBound(&q.Before, e)
	case "Search Range", "Search DeepTraversal", "Search RebuildResults", "AirSync MIMESupport": // in the wrong place
	default: // an element of mail, say [MS-ASEMAIL] 3.2.5.3
		return eas.SearchStatusInvalid
	}
	return 0
}

// readBound reads a comparison of DateReceived.
//
// [MS-ASCMD] 2.2.3.86 GreaterThan, 2.2.3.103 LessThan
func readBound(at *time.Time, e eas.SearchElement) eas.Status {
	if !at.IsZero() || len(e.Elements) != 2 || e.Elements[0].Name != "Email DateReceived" || e.Elements[1].Name != "Search Value" {
		return eas.SearchStatusInvalid
	}
	value := strings.TrimSpace(e.Elements[1].Text)
	for _, layout := range []string{time.RFC3339, "20060102T150405Z", "2006-01-02"} {
		if t, err := time.Parse(layout, value); err == nil && !t.IsZero() {
			*at = t
			return 0
		}
	}
	return eas.SearchStatusInvalid
}

// searchClasses are the classes that can be looked for. Items of the others are
// not searched.
//
// [MS-ASCMD] 2.2.3.27.5 Class (Search)
var searchClasses = map[eas.Class]mailbox.Class{
	eas.ClassEmail: mailbox.ClassEmail, eas.ClassSMS: mailbox.ClassSMS,
	eas.ClassContacts: mailbox.ClassContact, eas.ClassCalendar: noClass, eas.ClassTasks: noClass, eas.ClassNotes: noClass,
}

// noClass is a class of which there are no items.
const noClass mailbox.Class = -1

// Bounds of what is looked for.
const (
	maxTerms    = 20
	maxFreeText = 1024 // characters
)

// freeText splits what a person typed into words and, in quotes, phrases.
//
// [MS-ASCMD] 2.2.3.80.2 FreeText (Search)
func freeText(text string) (terms []mailbox.FindTerm) {
	for n, part := range strings.Split(text, `"`) {
		words := []string{part} // in quotes
		if n%2 == 0 {
			words = strings.Fields(part)
		}
		for _, w := range words {
			if w = strings.TrimRight(strings.TrimSpace(w), "*"); w != "" {
				terms = append(terms, mailbox.FindTerm{Text: w})
			}
		}
	}
	return terms
}
