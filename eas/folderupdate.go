package eas

// FolderUpdateRequest renames a folder, moves it, or both.
//
// [MS-ASCMD] 2.2.1.6 FolderUpdate
type FolderUpdateRequest struct {
	XMLName     struct{}     `wbxml:"FolderHierarchy FolderUpdate"`
	SyncKey     *SyncKey     `wbxml:"SyncKey"`
	ServerID    CollectionID `wbxml:"ServerId,omitempty"`
	ParentID    CollectionID `wbxml:"ParentId,omitempty"`
	DisplayName string       `wbxml:"DisplayName,omitempty"`
}

// FolderUpdateResponse answers a FolderUpdate. SyncKey is absent when it
// failed.
//
// [MS-ASCMD] 2.2.1.6 FolderUpdate
type FolderUpdateResponse struct {
	XMLName struct{} `wbxml:"FolderHierarchy FolderUpdate"`
	Status  Status   `wbxml:"Status"`
	SyncKey SyncKey  `wbxml:"SyncKey,omitempty"`
}
