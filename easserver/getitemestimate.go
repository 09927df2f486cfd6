package easserver

import (
	"context"
	"errors"
	"slices"

	"asms/eas"
)

// getItemEstimate counts what Syncs would bring, without taking it.
//
// [MS-ASCMD] 2.2.1.9 GetItemEstimate; [MS-ASMS] 3.2.5.2
func (s *Server) getItemEstimate(ctx context.Context, r *request) (any, error) {
	req, err := decode[eas.GetItemEstimateRequest](s, r)
	if err != nil {
		return nil, err
	}
	if req.Collections == nil || len(req.Collections.Collection) == 0 || len(req.Collections.Collection) > eas.MaxEstimateCollections {
		return nil, failed(eas.StatusInvalidXML)
	}
	resp := &eas.GetItemEstimateResponse{}
	for _, c := range req.Collections.Collection {
		one := eas.EstimateResponse{Status: eas.StatusSuccess, Collection: &eas.EstimateResponseCollection{CollectionID: c.CollectionID}}
		n, err := s.estimate(ctx, r, &c)
		if err == nil {
			one.Collection.Estimate = &n
		} else {
			var whole *estimateFailure
			if errors.As(err, &whole) {
				return nil, failed(whole.status)
			}
			status, foreseen := statusOf(eas.CommandGetItemEstimate, err)
			if !foreseen {
				return nil, err
			}
			one.Status = status
		}
		resp.Response = append(resp.Response, one)
	}
	return resp, nil
}

// estimateFailure is a fault of one collection for which the whole request fails.
type estimateFailure struct{ status eas.Status }

func (e *estimateFailure) Error() string { return "easserver: estimate: status " + e.status.String() }

// maxEstimate is the most that is counted without Options.
//
// [MS-ASCMD] 2.2.3.125.2 Options (GetItemEstimate)
const maxEstimate = 512

// estimate counts one collection.
func (s *Server) estimate(ctx context.Context, r *request, c *eas.EstimateCollection) (int, error) {
	if c.CollectionID == "" {
		return 0, &estimateFailure{eas.StatusInvalidXML}
	}
	t, err := s.folderType(ctx, r, c.CollectionID)
	if err != nil {
		return 0, err
	}
	options, fault := classOptions(r.Version, t, c.Options)
	switch fault {
	case optionsFine:
	case optionsFilter:
		return 0, &estimateFailure{eas.StatusServerError}
	case optionsNoFilter:
		return 0, failed(eas.StatusInvalidXML)
	case optionsBodyPart:
		return 0, &estimateFailure{eas.StatusBodyPartPreferenceTypeNotSupported}
	default:
		return 0, &estimateFailure{eas.GetItemEstimateStatusInvalidSyncKey} // 4: protocol error
	}
	if c.ConversationMode != nil && !t.IsMail() { // [MS-ASCMD] 2.2.3.36.1 ConversationMode (GetItemEstimate)
		return 0, failed(eas.StatusInvalidXML)
	}
	if t != eas.FolderTypeRecipientCache && slices.ContainsFunc(c.Options, func(o eas.SyncOptions) bool { return o.MaxItems != nil }) {
		return 0, failed(eas.GetItemEstimateStatusInvalidCollection) // [MS-ASCMD] 2.2.3.103.1 MaxItems (GetItemEstimate)
	}
	n, err := s.mailbox.Estimate(ctx, r.partnership(c.CollectionID), string(c.SyncKey), options)
	if len(c.Options) == 0 {
		n = min(n, maxEstimate)
	}
	return n, err
}
