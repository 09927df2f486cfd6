package easserver

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"asms/eas"
	"asms/mailbox"
)

// find looks for entries of the mailbox or of the address book, page by page.
// Version 16.1 alone has it.
//
// [MS-ASCMD] 2.2.1.2 Find
func (s *Server) find(ctx context.Context, r *request) (any, error) {
	if r.Version < eas.Version161 {
		return nil, failed(eas.StatusVersionNotSupported) // of the command
	}
	req, err := decode[eas.FindRequest](s, r)
	if err != nil && !invalidRequest(err) {
		return nil, err
	}
	if err != nil || req.SearchID == "" || len(req.SearchID) > maxFreeText || req.ExecuteSearch == nil {
		return findInvalid(""), nil
	}
	switch e := req.ExecuteSearch; {
	case e.MailBoxSearchCriterion != nil && e.GALSearchCriterion == nil:
		return s.findMailbox(ctx, r, req.SearchID, e.MailBoxSearchCriterion)
	case e.GALSearchCriterion != nil && e.MailBoxSearchCriterion == nil:
		return s.findGAL(ctx, r, e.GALSearchCriterion)
	}
	return findInvalid(""), nil
}

// findInvalid answers a request that cannot be.
//
// [MS-ASCMD] 2.2.3.177.2 Status (Find)
func findInvalid(store string) *eas.FindResponse {
	return &eas.FindResponse{Status: eas.FindStatusInvalid, Response: &eas.FindResults{Store: store, Status: eas.FindStatusInvalid}}
}

func foundIn(results eas.FindResults) *eas.FindResponse {
	return &eas.FindResponse{Status: eas.StatusSuccess, Response: &results}
}

// findMailbox looks for mails and texts.
//
// [MS-ASCMD] 2.2.3.99 MailBoxSearchCriterion
func (s *Server) findMailbox(ctx context.Context, r *request, searchID string, c *eas.MailBoxSearchCriterion) (*eas.FindResponse, error) {
	options := c.Options
	if options == nil {
		options = &eas.FindOptions{}
	}
	page, status := readRange(options.Range, mostFound)
	q, ok := readFindQuery(c.Query)
	if status != 0 || !ok {
		return findInvalid(eas.StoreMailbox), nil
	}
	q.Deep = deref(options.DeepTraversal)
	stale, err := s.mailbox.HierarchyStale(ctx, r.user, string(r.DeviceID))
	if err != nil {
		return nil, err
	}
	if stale {
		return &eas.FindResponse{Status: eas.FindStatusFolderSyncRequired}, nil
	}
	name := fmt.Sprintf("%s %+v", searchID, q)
	if before, ok := s.searches.get(r.key()); page.first > 0 && (!ok || before.query != name) {
		return foundIn(eas.FindResults{Store: eas.StoreMailbox, Status: eas.FindStatusStartWithRangeZero}), nil
	}
	ids, err := s.foundIDs(ctx, r, name, q, page.first == 0)
	if errors.Is(err, mailbox.ErrFolderNotFound) {
		return &eas.FindResponse{Status: eas.FindStatusFolderSyncRequired}, nil
	}
	if err != nil {
		return nil, err
	}
	items, err := s.mailbox.Found(ctx, r.user, string(r.DeviceID), page.of(ids))
	if err != nil {
		return nil, err
	}
	found := eas.FindResults{Store: eas.StoreMailbox, Status: eas.StatusSuccess, Total: eas.Ptr(len(ids))}
	for _, item := range items {
		result, err := s.findResult(ctx, r, item)
		if err != nil {
			return nil, err
		}
		found.Result = append(found.Result, result)
	}
	if len(items) > 0 {
		found.Range = page.holding(len(items))
	}
	return foundIn(found), nil
}

// findResult is the beginning of a mail or text.
//
// [MS-ASCMD] 2.2.3.155.1 Result (Find)
func (s *Server) findResult(ctx context.Context, r *request, item *mailbox.Item) (result eas.FindResult, err error) {
	folder, _, _ := strings.Cut(item.ServerID, ":")
	result = eas.FindResult{Class: eas.ClassEmail, ServerID: eas.ServerID(item.ServerID), CollectionID: eas.CollectionID(folder)}
	if item.Class == mailbox.ClassSMS {
		result.Class = eas.ClassSMS
	}
	in, err := s.folderType(ctx, r, result.CollectionID)
	if err != nil && !errors.Is(err, mailbox.ErrFolderNotFound) {
		return result, err
	}
	date, preview := item.Date.UTC(), firstCharacters(item.Body, eas.MaxFindPreview)
	result.Properties, err = eas.NewFindProperties(&eas.FindProperties{
		Subject: text(item.Subject), DateReceived: &date, DisplayTo: text(item.To), Importance: &item.Importance, Read: &item.Read,
		IsDraft: eas.Ptr(in == eas.FolderTypeDrafts), Preview: text(preview), HasAttachments: new(bool), From: text(item.From),
	})
	return result, err
}

// firstCharacters returns at most n characters of a text.
func firstCharacters(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n])
}

// findGAL looks for people.
//
// [MS-ASCMD] 2.2.3.82 GALSearchCriterion
func (s *Server) findGAL(ctx context.Context, r *request, c *eas.GALSearchCriterion) (*eas.FindResponse, error) {
	options := c.Options
	if options == nil {
		options = &eas.FindOptions{}
	}
	page, status := readRange(options.Range, mostFound)
	wanted := strings.TrimSpace(deref(c.Query))
	if status != 0 || wanted == "" || utf8.RuneCountInString(wanted) > maxFreeText || options.DeepTraversal != nil {
		return findInvalid(eas.StoreGAL), nil
	}
	people, err := s.people(ctx, r.user, wanted)
	if err != nil {
		return nil, err
	}
	found := eas.FindResults{Store: eas.StoreGAL, Status: eas.StatusSuccess, Total: eas.Ptr(len(people))}
	for _, e := range people[min(page.first, len(people)):min(page.last+1, page.first+mostSearched, len(people))] {
		if options.Picture != nil {
			e.Picture = &eas.GALPicture{Status: eas.StatusNoPicture}
		}
		props, err := eas.NewFindGALProperties(&e)
		if err != nil {
			return nil, err
		}
		found.Result = append(found.Result, eas.FindResult{Properties: props})
	}
	if len(found.Result) > 0 {
		found.Range = page.holding(len(found.Result))
	}
	return foundIn(found), nil
}

// readFindQuery reads what is looked for in the mailbox. It returns false for
// what cannot be. The documents know mail alone; texts are there for whoever asks
// for them or for no class.
//
// [MS-ASCMD] 2.2.3.142.1 Query (Find), 2.2.3.27.1 Class (Find)
func readFindQuery(f *eas.FindQuery) (q mailbox.FindQuery, ok bool) {
	if f == nil || f.FreeText == nil {
		return q, false
	}
	q.Classes = []mailbox.Class{mailbox.ClassEmail, mailbox.ClassSMS}
	if f.Class != nil {
		c, ok := searchClasses[*f.Class]
		if !ok || c != mailbox.ClassEmail && c != mailbox.ClassSMS {
			return q, false
		}
		q.Classes = []mailbox.Class{c}
	}
	if f.CollectionID != nil {
		if *f.CollectionID == "" || len(*f.CollectionID) > eas.MaxIDLength {
			return q, false
		}
		q.Folders = []string{string(*f.CollectionID)}
	}
	if q.Terms, ok = keywords(*f.FreeText); !ok || len(q.Terms) == 0 || len(q.Terms) > maxTerms || len(*f.FreeText) > 4*maxFreeText {
		return q, false
	}
	return q, true
}

// findFields are the properties that a keyword can be restricted to.
var findFields = map[string]mailbox.FindField{
	"from": mailbox.FindFrom, "sender": mailbox.FindFrom, "to": mailbox.FindTo, "cc": mailbox.FindTo, "bcc": mailbox.FindTo,
	"recipients": mailbox.FindTo, "participants": mailbox.FindAnywhere, "subject": mailbox.FindSubject, "body": mailbox.FindBody,
}

// keywords reads a query in the keyword query language as far as it is made of
// words, phrases in quotes and property restrictions that all must hold. It
// returns false for other operators.
//
// [MS-ASCMD] 2.2.3.80.1 FreeText (Find); [MS-KQL] 2.1
func keywords(query string) (terms []mailbox.FindTerm, ok bool) {
	for rest := strings.TrimSpace(query); rest != ""; rest = strings.TrimLeft(rest, " \t\r\n") {
		var t mailbox.FindTerm
		if name, after, found := strings.Cut(rest, ":"); found && !strings.ContainsAny(name, " \t\r\n\"") {
			if field, known := findFields[strings.ToLower(name)]; known {
				t.Field, rest = field, strings.TrimLeft(after, " ")
			}
		}
		if phrase, quoted := strings.CutPrefix(rest, `"`); quoted {
			t.Text, rest, _ = strings.Cut(phrase, `"`)
		} else if end := strings.IndexAny(rest, " \t\r\n"); end >= 0 {
			t.Text, rest = rest[:end], rest[end:]
		} else {
			t.Text, rest = rest, ""
		}
		switch t.Text {
		case "AND":
			continue
		case "OR", "NOT", "NEAR", "ONEAR":
			return nil, false
		}
		if strings.ContainsAny(t.Text[:min(1, len(t.Text))], "()") {
			return nil, false
		}
		if t.Text = strings.TrimRight(strings.TrimSpace(t.Text), "*"); t.Text != "" {
			terms = append(terms, t)
		}
	}
	return terms, true
}
