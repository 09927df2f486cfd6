package easserver

import (
	"context"

	"asms/eas"
	"asms/mailbox"
)

// folderSync answers what has changed in the hierarchy of folders.
//
// [MS-ASCMD] 2.2.1.6 FolderSync
func (s *Server) folderSync(ctx context.Context, r *request) (any, error) {
	req, err := decode[eas.FolderSyncRequest](s, r)
	if err != nil {
		return nil, err
	}
	if err := hierarchyKey(req.SyncKey); err != nil {
		return nil, err
	}
	delta, err := s.mailbox.FolderSync(ctx, r.user, string(r.DeviceID), string(*req.SyncKey))
	if err != nil {
		return nil, err
	}
	changes := &eas.FolderChanges{
		Count:  len(delta.Updated) + len(delta.Deleted) + len(delta.Added),
		Update: folders(delta.Updated),
		Add:    folders(delta.Added),
	}
	for _, id := range delta.Deleted {
		changes.Delete = append(changes.Delete, eas.FolderRemove{ServerID: eas.CollectionID(id)})
	}
	if *req.SyncKey == eas.SyncKeyInitial { // [MS-ASHTTP] 3.2.5.1 Handling HTTP POST Requests
		s.offerAnew(r)
		if err := s.begins(ctx, r); err != nil {
			return nil, err
		}
	}
	return &eas.FolderSyncResponse{Status: eas.StatusSuccess, SyncKey: eas.SyncKey(delta.Key), Changes: changes}, nil
}

// hierarchyKey checks the form of a key of the hierarchy.
//
// [MS-ASCMD] 2.2.3.177.5 Status (FolderSync)
func hierarchyKey(key *eas.SyncKey) error {
	switch {
	case key == nil:
		return failed(eas.FolderStatusMalformed)
	case *key == "" || len(*key) > eas.MaxIDLength:
		return failed(eas.FolderStatusInvalidSyncKey)
	}
	return nil
}

func folders(list []mailbox.Folder) []eas.Folder {
	out := make([]eas.Folder, len(list))
	for i, f := range list {
		out[i] = eas.Folder{
			ServerID: eas.CollectionID(f.ID), ParentID: eas.CollectionID(f.ParentID),
			DisplayName: f.Name, Type: eas.FolderType(f.Type),
		}
	}
	return out
}
