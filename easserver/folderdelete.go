package easserver

import (
	"context"

	"asms/eas"
)

// folderDelete deletes a folder with all it contains.
//
// [MS-ASCMD] 2.2.1.4 FolderDelete
func (s *Server) folderDelete(ctx context.Context, r *request) (any, error) {
	req, err := decode[eas.FolderDeleteRequest](s, r)
	if err != nil {
		return nil, err
	}
	if err := hierarchyKey(req.SyncKey); err != nil {
		return nil, err
	}
	if req.ServerID == "" {
		return nil, failed(eas.FolderStatusMalformed)
	}
	key, err := s.mailbox.DeleteFolder(ctx, r.user, string(r.DeviceID), string(*req.SyncKey), string(req.ServerID))
	if err != nil {
		return nil, err
	}
	return &eas.FolderDeleteResponse{Status: eas.StatusSuccess, SyncKey: eas.SyncKey(key)}, nil
}
