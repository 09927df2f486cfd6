package easserver

import (
	"context"
	"errors"
	"strings"

	"asms/eas"
	"asms/mailbox"
	"asms/wbxml"
)

// multiPart is a response whose bodies follow it as parts of their own.
//
// [MS-ASCMD] 2.2.1.10.1 Delivery of Content Requested by Fetch
type multiPart struct {
	response *eas.ItemOperationsResponse
	parts    [][]byte
}

// itemOperations fetches items, empties folders and moves conversations. All
// operations are checked before the first is done.
//
// [MS-ASCMD] 2.2.1.10 ItemOperations
func (s *Server) itemOperations(ctx context.Context, r *request) (any, error) {
	req, err := decode[eas.ItemOperationsRequest](s, r)
	if err != nil {
		return nil, err
	}
	switch n := len(req.Operations); {
	case n == 0:
		return nil, protocolError(eas.CommandItemOperations)
	case n > eas.MaxItemOperations:
		return nil, failed(eas.ItemOperationsStatusTooLarge)
	}
	fetches := make([]fetch, len(req.Operations))
	for i, o := range req.Operations {
		if o.Fetch != nil {
			var ok bool
			if fetches[i], ok = readFetch(r, o.Fetch); !ok {
				return nil, protocolError(eas.CommandItemOperations)
			}
		}
	}
	results := &eas.ItemOperationsResults{}
	var bodies [][]byte
	for i, o := range req.Operations {
		switch {
		case o.Fetch != nil:
			answer, body, err := s.itemFetch(ctx, r, o.Fetch, &fetches[i], len(bodies)+1)
			if err != nil {
				return nil, err
			}
			results.Fetch = append(results.Fetch, answer)
			if body != nil {
				bodies = append(bodies, body)
			}
		case o.EmptyFolderContents != nil:
			status, err := s.itemStatus(ctx, r, s.emptyFolderContents(ctx, r, o.EmptyFolderContents))
			if err != nil {
				return nil, err
			}
			results.EmptyFolderContents = append(results.EmptyFolderContents,
				eas.EmptyFolderContentsResponse{Status: status, CollectionID: o.EmptyFolderContents.CollectionID})
		case o.Move != nil:
			status, err := s.itemStatus(ctx, r, s.moveConversation(ctx, r, o.Move))
			if err != nil {
				return nil, err
			}
			results.Move = append(results.Move, eas.ConversationMoveResponse{Status: status, ConversationID: o.Move.ConversationID})
		}
	}
	resp := &eas.ItemOperationsResponse{Status: eas.StatusSuccess, Response: results}
	if r.AcceptMultiPart {
		return &multiPart{resp, bodies}, nil
	}
	return resp, nil
}

// itemStatus is the status of one operation. A failure of the server is one, too,
// but for the request's own end.
func (s *Server) itemStatus(ctx context.Context, r *request, err error) (eas.Status, error) {
	switch {
	case err == nil:
		return eas.StatusSuccess, nil
	case ctx.Err() != nil:
		return 0, err
	}
	status, foreseen := statusOf(eas.CommandItemOperations, err)
	if !foreseen {
		s.log.Error("operation failed", "user", r.login, "device", string(r.DeviceID), "err", err)
	}
	return status, nil
}

// fetch is a Fetch that has been checked.
type fetch struct {
	body   []mailbox.BodyPreference
	schema wbxml.Raw
	status eas.Status // what it fails with, 0 nothing
}

// readFetch checks a Fetch. It returns false for one that breaks the rules of the
// whole request.
//
// [MS-ASCMD] 2.2.3.125.3 Options (ItemOperations); [MS-ASAIRS] 3.2.5.3
func readFetch(r *request, f *eas.ItemFetch) (out fetch, ok bool) {
	byID := f.CollectionID != "" || f.ServerID != ""
	given := 0
	for _, by := range []bool{byID, f.LongID != nil, f.LinkID != "", f.FileReference != nil} {
		if by {
			given++
		}
	}
	switch {
	case f.Store == "":
		return out, false
	case !strings.EqualFold(f.Store, eas.StoreMailbox):
		out.status = eas.ItemOperationsStatusUnknownStore
		return out, true
	case f.FileReference != nil && given == 1: // no item has an attachment
		out.status = eas.ItemOperationsStatusInvalidAttachment
	case given != 1, f.LinkID != "", byID && (f.CollectionID == "" || f.ServerID == ""):
		return out, false
	}
	o := f.Options
	if o == nil {
		return out, true
	}
	one, fault := classOption(r.Version, &eas.SyncOptions{
		BodyPreference: o.BodyPreference, BodyPartPreference: o.BodyPartPreference, MIMESupport: o.MIMESupport,
	})
	switch {
	case fault == optionsBodyPart:
		out.status = eas.StatusBodyPartPreferenceTypeNotSupported
	case fault != optionsFine,
		f.FileReference != nil && (o.Schema.Tag() != 0 || len(o.BodyPreference) > 0 || o.MIMESupport != nil):
		return out, false
	}
	out.body, out.schema = one.Body, o.Schema
	return out, true
}

// itemFetch answers one item, whose body is part number n of a multipart
// response.
//
// [MS-ASCMD] 2.2.3.67.1 Fetch (ItemOperations)
func (s *Server) itemFetch(ctx context.Context, r *request, f *eas.ItemFetch, how *fetch, n int) (eas.ItemFetchResponse, []byte, error) {
	answer := eas.ItemFetchResponse{
		Status: how.status, CollectionID: f.CollectionID, ServerID: f.ServerID, LongID: deref(f.LongID), FileReference: f.FileReference,
	}
	if how.status != 0 {
		return answer, nil, nil
	}
	folder, id := f.CollectionID, f.ServerID
	if f.LongID != nil {
		folder, id = parseLongID(*f.LongID)
	}
	item, err := s.mailbox.FetchFor(ctx, r.partnership(folder), string(id))
	if err != nil {
		answer.Status, err = s.itemStatus(ctx, r, err)
		return answer, nil, err
	}
	answer.Status = eas.StatusSuccess
	var part []byte
	switch item.Class {
	case mailbox.ClassSMS:
		p := smsProperties(item, how.body)
		answer.Class = eas.ClassSMS
		answer.Properties, part, err = fetched(r, p, &p.Body, how.schema, n)
	case mailbox.ClassContact:
		p := contactProperties(item.Card, how.body, false)
		answer.Class = eas.ClassContacts
		answer.Properties, part, err = fetched(r, p, &p.Body, how.schema, n)
	default:
		p := emailProperties(item, how.body)
		answer.Class = eas.ClassEmail
		answer.Properties, part, err = fetched(r, p, &p.Body, how.schema, n)
	}
	return answer, part, err
}

// fetched encodes the properties that were asked for, and takes the body out of
// them for a multipart response.
func fetched[T eas.Properties](r *request, p *T, body **eas.Body, schema wbxml.Raw, n int) (props wbxml.Raw, part []byte, err error) {
	if err := eas.Restrict(p, schema); err != nil {
		return props, nil, err
	}
	if b := *body; r.AcceptMultiPart && b != nil && b.Data != nil {
		part = []byte(*b.Data)
		b.Data, b.Part = nil, &n
	}
	props, err = eas.NewFetchProperties(p)
	return props, part, err
}

// emptyFolderContents deletes what is in a folder.
//
// [MS-ASCMD] 2.2.3.58 EmptyFolderContents
func (s *Server) emptyFolderContents(ctx context.Context, r *request, e *eas.EmptyFolderContents) error {
	whole, err := s.mailbox.EmptyFolder(ctx, r.partnership(e.CollectionID), e.Options != nil && e.Options.DeleteSubFolders)
	if err == nil && !whole {
		err = failed(eas.ItemOperationsStatusPartial)
	}
	return err
}

// moveConversation moves a conversation for good.
//
// [MS-ASCON] 3.2.5.3 Processing an ItemOperations Command
func (s *Server) moveConversation(ctx context.Context, r *request, m *eas.ConversationMove) error {
	switch {
	case len(m.ConversationID) == 0, m.DstFldID == "":
		return failed(eas.ItemOperationsStatusProtocolError)
	case m.Options == nil || !m.Options.MoveAlways:
		return failed(eas.StatusMoveCommandDisallowedForNonPersistentMoveAction)
	}
	err := s.mailbox.MoveConversation(ctx, r.user, m.ConversationID, string(m.DstFldID))
	if errors.Is(err, mailbox.ErrBadDestination) {
		return failed(eas.StatusMoveCommandInvalidDestinationFolder)
	}
	return err
}
