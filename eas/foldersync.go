package eas

// FolderSyncRequest synchronizes the folder hierarchy.
//
// [MS-ASCMD] 2.2.1.5 FolderSync
type FolderSyncRequest struct {
	XMLName struct{} `wbxml:"FolderHierarchy FolderSync"`

	// SyncKey must be present; see FolderStatusMalformed and
	// FolderStatusInvalidSyncKey.
	SyncKey *SyncKey `wbxml:"SyncKey"`
}

// FolderSyncResponse answers a FolderSync.
//
// [MS-ASCMD] 2.2.1.5 FolderSync
type FolderSyncResponse struct {
	XMLName struct{}       `wbxml:"FolderHierarchy FolderSync"`
	Status  Status         `wbxml:"Status"`
	SyncKey SyncKey        `wbxml:"SyncKey,omitempty"`
	Changes *FolderChanges `wbxml:"Changes"`
}

// FolderChanges are the changes of the hierarchy since the key.
//
// [MS-ASCMD] 2.2.3.25 Changes
type FolderChanges struct {
	// Count is the number of changes that follow.
	Count  int            `wbxml:"Count"`
	Update []Folder       `wbxml:"Update"`
	Delete []FolderRemove `wbxml:"Delete"`
	Add    []Folder       `wbxml:"Add"`
}

// Folder is one folder of the hierarchy.
//
// [MS-ASCMD] 2.2.3.7.1 Add (FolderSync)
type Folder struct {
	ServerID    CollectionID `wbxml:"ServerId"`
	ParentID    CollectionID `wbxml:"ParentId"`
	DisplayName string       `wbxml:"DisplayName"`
	Type        FolderType   `wbxml:"Type"`
}

// FolderRemove is a folder that is gone.
//
// [MS-ASCMD] 2.2.3.42.1 Delete (FolderSync)
type FolderRemove struct {
	ServerID CollectionID `wbxml:"ServerId"`
}

// FolderType says what a folder is for.
//
// [MS-ASCMD] 2.2.3.186.3 Type (FolderSync)
type FolderType int

// The folder types. Those from FolderTypeInbox to FolderTypeJournal are the
// default folders of a mailbox and cannot be created.
const (
	FolderTypeGeneric        FolderType = 1
	FolderTypeInbox          FolderType = 2
	FolderTypeDrafts         FolderType = 3
	FolderTypeDeletedItems   FolderType = 4
	FolderTypeSentItems      FolderType = 5
	FolderTypeOutbox         FolderType = 6
	FolderTypeTasks          FolderType = 7
	FolderTypeCalendar       FolderType = 8
	FolderTypeContacts       FolderType = 9
	FolderTypeNotes          FolderType = 10
	FolderTypeJournal        FolderType = 11
	FolderTypeUserMail       FolderType = 12
	FolderTypeUserCalendar   FolderType = 13
	FolderTypeUserContacts   FolderType = 14
	FolderTypeUserTasks      FolderType = 15
	FolderTypeUserJournal    FolderType = 16
	FolderTypeUserNotes      FolderType = 17
	FolderTypeUnknown        FolderType = 18
	FolderTypeRecipientCache FolderType = 19
)

// CollectionIDRecipientCache is the recipient information cache.
//
// [MS-ASCMD] 2.2.3.30.6 CollectionId (Sync)
const CollectionIDRecipientCache CollectionID = "RI"

// IsMail reports whether the folder contains email messages and so may contain
// texts. A generic folder counts as one.
//
// [MS-ASMS] 3.1.4.2 Estimating the Number of Changes
func (t FolderType) IsMail() bool {
	return t >= FolderTypeGeneric && t <= FolderTypeOutbox || t == FolderTypeUserMail
}

// IsDefault reports whether the folder is one of the mailbox's own, which a
// client can neither create, rename, move nor delete.
func (t FolderType) IsDefault() bool {
	return t >= FolderTypeInbox && t <= FolderTypeJournal || t == FolderTypeRecipientCache
}

// Class is the default class of the items in a folder of this type, empty for
// types that hold none.
func (t FolderType) Class() Class {
	switch t {
	case FolderTypeTasks, FolderTypeUserTasks:
		return ClassTasks
	case FolderTypeCalendar, FolderTypeUserCalendar:
		return ClassCalendar
	case FolderTypeContacts, FolderTypeUserContacts, FolderTypeRecipientCache:
		return ClassContacts
	case FolderTypeNotes, FolderTypeUserNotes:
		return ClassNotes
	}
	if t.IsMail() {
		return ClassEmail
	}
	return ""
}
