package easserver

import (
	"context"

	"asms/eas"
)

// moveItems moves items from one folder to another.
//
// [MS-ASCMD] 2.2.1.12 MoveItems
func (s *Server) moveItems(ctx context.Context, r *request) (any, error) {
	req, err := decode[eas.MoveItemsRequest](s, r)
	if err != nil {
		return nil, err
	}
	if len(req.Move) == 0 || len(req.Move) > eas.MaxMoves {
		return nil, failed(eas.StatusInvalidXML)
	}
	for _, m := range req.Move {
		if m.SrcMsgID == "" || m.SrcFldID == "" || len(m.DstFldID) == 0 || m.DstFldID[0] == "" {
			return nil, failed(eas.StatusInvalidXML)
		}
	}
	resp := &eas.MoveItemsResponse{Response: make([]eas.MoveResponse, len(req.Move))}
	for i, m := range req.Move {
		one := eas.MoveResponse{SrcMsgID: m.SrcMsgID, Status: eas.MoveItemsStatusSuccess}
		if len(m.DstFldID) > 1 {
			one.Status = eas.MoveItemsStatusFailed
		} else if id, err := s.mailbox.Move(ctx, r.user, string(r.DeviceID), string(m.SrcMsgID), string(m.SrcFldID), string(m.DstFldID[0])); err != nil {
			status, foreseen := statusOf(eas.CommandMoveItems, err)
			if !foreseen {
				if ctx.Err() != nil {
					return nil, err
				}
				s.log.Error("move failed", "user", r.login, "device", string(r.DeviceID), "err", err)
				status = eas.MoveItemsStatusFailed
			}
			one.Status = status
		} else {
			one.DstMsgID = eas.ServerID(id)
		}
		resp.Response[i] = one
	}
	return resp, nil
}
