package eas

// FolderCreateRequest creates a folder. SyncKey is that of FolderSync.
//
// [MS-ASCMD] 2.2.1.3 FolderCreate
type FolderCreateRequest struct {
	XMLName  struct{}     `wbxml:"FolderHierarchy FolderCreate"`
	SyncKey  *SyncKey     `wbxml:"SyncKey"`
	ParentID CollectionID `wbxml:"ParentId,omitempty"`

	// DisplayName has 1 to 256 characters.
	DisplayName string     `wbxml:"DisplayName,omitempty"`
	Type        FolderType `wbxml:"Type,omitempty"`
}

// MaxDisplayNameLength is the longest name of a folder, in characters.
//
// [MS-ASCMD] 2.2.3.49.3 DisplayName (FolderCreate and FolderUpdate)
const MaxDisplayNameLength = 256

// FolderCreateResponse answers a FolderCreate. SyncKey and ServerID are absent
// when it failed.
//
// [MS-ASCMD] 2.2.1.3 FolderCreate
type FolderCreateResponse struct {
	XMLName  struct{}     `wbxml:"FolderHierarchy FolderCreate"`
	Status   Status       `wbxml:"Status"`
	SyncKey  SyncKey      `wbxml:"SyncKey,omitempty"`
	ServerID CollectionID `wbxml:"ServerId,omitempty"`
}
