package eas

// FolderDeleteRequest deletes a folder with all it contains.
//
// [MS-ASCMD] 2.2.1.4 FolderDelete
type FolderDeleteRequest struct {
	XMLName  struct{}     `wbxml:"FolderHierarchy FolderDelete"`
	SyncKey  *SyncKey     `wbxml:"SyncKey"`
	ServerID CollectionID `wbxml:"ServerId,omitempty"`
}

// FolderDeleteResponse answers a FolderDelete. SyncKey is absent when it
// failed.
//
// [MS-ASCMD] 2.2.1.4 FolderDelete
type FolderDeleteResponse struct {
	XMLName struct{} `wbxml:"FolderHierarchy FolderDelete"`
	Status  Status   `wbxml:"Status"`
	SyncKey SyncKey  `wbxml:"SyncKey,omitempty"`
}
