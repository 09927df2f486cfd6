package easserver

import (
	"context"
	"unicode/utf8"

	"asms/eas"
)

// folderCreate creates a folder.
//
// [MS-ASCMD] 2.2.1.3 FolderCreate
func (s *Server) folderCreate(ctx context.Context, r *request) (any, error) {
	req, err := decode[eas.FolderCreateRequest](s, r)
	if err != nil {
		return nil, err
	}
	if err := hierarchyKey(req.SyncKey); err != nil {
		return nil, err
	}
	if req.ParentID == "" || !validName(req.DisplayName) {
		return nil, failed(eas.FolderStatusMalformed)
	}
	switch t := req.Type; {
	case t == eas.FolderTypeRecipientCache:
		return nil, failed(eas.FolderStatusSpecial)
	case t == eas.FolderTypeGeneric, t >= eas.FolderTypeUserMail && t <= eas.FolderTypeUserNotes:
	default: // the default folders are there already [MS-ASCMD] 2.2.3.177.3
		return nil, failed(eas.FolderStatusMalformed)
	}
	key, id, err := s.mailbox.CreateFolder(ctx, r.user, string(r.DeviceID), string(*req.SyncKey),
		string(req.ParentID), req.DisplayName, int(req.Type))
	if err != nil {
		return nil, err
	}
	return &eas.FolderCreateResponse{Status: eas.StatusSuccess, SyncKey: eas.SyncKey(key), ServerID: eas.CollectionID(id)}, nil
}

// validName says whether a folder may be called that.
//
// [MS-ASCMD] 2.2.3.49.2 DisplayName (FolderCreate)
func validName(name string) bool {
	return name != "" && utf8.RuneCountInString(name) <= eas.MaxDisplayNameLength
}
