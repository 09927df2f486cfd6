package easserver

import (
	"context"

	"asms/eas"
)

// folderUpdate renames or moves a folder.
//
// [MS-ASCMD] 2.2.1.7 FolderUpdate
func (s *Server) folderUpdate(ctx context.Context, r *request) (any, error) {
	req, err := decode[eas.FolderUpdateRequest](s, r)
	if err != nil {
		return nil, err
	}
	if err := hierarchyKey(req.SyncKey); err != nil {
		return nil, err
	}
	if req.ServerID == "" || req.ParentID == "" || !validName(req.DisplayName) {
		return nil, failed(eas.FolderStatusMalformed)
	}
	key, err := s.mailbox.UpdateFolder(ctx, r.user, string(r.DeviceID), string(*req.SyncKey),
		string(req.ServerID), string(req.ParentID), req.DisplayName)
	if err != nil {
		return nil, err
	}
	return &eas.FolderUpdateResponse{Status: eas.StatusSuccess, SyncKey: eas.SyncKey(key)}, nil
}
