package eas

import "asms/wbxml"

// SyncRequest synchronizes collections. An empty body repeats the request the
// server has cached; it has no SyncRequest.
//
// [MS-ASCMD] 2.2.1.21 Sync
type SyncRequest struct {
	XMLName struct{} `wbxml:"AirSync Sync"`

	// Collections is absent only beside Partial.
	Collections *SyncCollections `wbxml:"Collections"`

	// Wait is how long the server may hold the request when nothing has
	// changed, in minutes, 1 to 59. It excludes HeartbeatInterval.
	//
	// [MS-ASCMD] 2.2.3.198 Wait
	Wait *int `wbxml:"Wait,last"`

	// HeartbeatInterval is the same in seconds, 60 to 3540.
	//
	// [MS-ASCMD] 2.2.3.88.2 HeartbeatInterval (Sync)
	HeartbeatInterval *int `wbxml:"HeartbeatInterval,last"`

	// WindowSize is the most changes the answer may hold over all collections;
	// see SyncCollection.WindowSize.
	WindowSize *int `wbxml:"WindowSize,last"`

	// Partial says that the collections that are not in this request are to be
	// synchronized as the previous one asked.
	//
	// [MS-ASCMD] 2.2.3.131 Partial
	Partial bool `wbxml:"Partial,empty"`
}

// Limits of a Sync request. HeartbeatInterval counts seconds, Wait minutes.
const (
	MinHeartbeatInterval = 60
	MaxHeartbeatInterval = 3540
	MinWait              = 1
	MaxWait              = 59

	DefaultWindowSize = 100
	MaxWindowSize     = 512

	MaxSyncCommands = 200 // [MS-ASCMD] 3.1.5.10 Limiting Size of Command Requests
	MaxSyncOptions  = 2   // [MS-ASMS] 3.1.4.1.1 Options
)

// SyncCollections is the list of collections of a request.
//
// [MS-ASCMD] 2.2.3.31.2 Collections (Sync)
type SyncCollections struct {
	Collection []SyncCollection `wbxml:"Collection"`
}

// SyncCollection is one folder in a Sync request.
//
// [MS-ASCMD] 2.2.3.29.2 Collection (Sync)
type SyncCollection struct {
	// Class belongs to protocol version 12.1 and below.
	Class Class `wbxml:"Class,omitempty"`

	SyncKey      SyncKey      `wbxml:"SyncKey,omitempty"`
	CollectionID CollectionID `wbxml:"CollectionId,omitempty"`

	// Supported lists the ghosted properties of contacts and calendars.
	Supported wbxml.Raw `wbxml:"Supported"`

	// DeletesAsMoves says whether deleted items go to Deleted Items. Absent
	// means true.
	//
	// [MS-ASCMD] 2.2.3.43 DeletesAsMoves
	DeletesAsMoves *bool `wbxml:"DeletesAsMoves,last"`

	// GetChanges says whether the server is to send its changes. Absent means
	// true, except with SyncKeyInitial, which allows no other value than false.
	//
	// [MS-ASCMD] 2.2.3.84 GetChanges
	GetChanges *bool `wbxml:"GetChanges,last"`

	// WindowSize is the most changes the answer may hold for this collection.
	// Absent means DefaultWindowSize; 0 and what exceeds MaxWindowSize mean
	// MaxWindowSize.
	//
	// [MS-ASCMD] 2.2.3.199 WindowSize
	WindowSize *int `wbxml:"WindowSize,last"`

	// ConversationMode widens the filter to whole conversations.
	//
	// [MS-ASCMD] 2.2.3.36.2 ConversationMode (Sync)
	ConversationMode *bool `wbxml:"ConversationMode,last"`

	// Options holds one block for each class asked for. A request with any
	// block replaces all that the server remembers, one without leaves them.
	//
	// [MS-ASMS] 3.1.4.1.1.1 Sticky Options
	Options []SyncOptions `wbxml:"Options"`

	Commands *ClientCommands `wbxml:"Commands"`
}

// SyncOptions says how the items of one class are to be synchronized.
// GetItemEstimate takes the same element.
//
// [MS-ASCMD] 2.2.3.125.6 Options (Sync)
type SyncOptions struct {
	// Class is ClassSMS for texts; empty or ClassEmail is the default class of
	// a mail folder.
	Class Class `wbxml:"AirSync Class,omitempty,last"`

	// FilterType absent means FilterAll.
	FilterType *FilterType `wbxml:"AirSync FilterType,last"`

	// BodyPreference lists the wanted body types, the best first.
	BodyPreference     []BodyPreference `wbxml:"AirSyncBase BodyPreference"`
	BodyPartPreference *BodyPreference  `wbxml:"AirSyncBase BodyPartPreference"` // 14.1 and later

	// MIMESupport says which mails come as MIME: 0 none, 1 signed ones, 2 all.
	MIMESupport    *int `wbxml:"AirSync MIMESupport,last"`
	MIMETruncation *int `wbxml:"AirSync MIMETruncation,last"`

	// Conflict decides who wins when both sides changed an item: 0 the client,
	// 1 or absent the server.
	Conflict *int `wbxml:"AirSync Conflict,last"`

	MaxItems                *int  `wbxml:"AirSync MaxItems,last"`
	RightsManagementSupport *bool `wbxml:"RightsManagement RightsManagementSupport,last"` // 14.1 and later
}

// ItemClass is the class the options apply to in a mail folder.
func (o *SyncOptions) ItemClass() Class {
	if o.Class == "" {
		return ClassEmail
	}
	return o.Class
}

// ClientCommands are a client's own changes, in the order they are to be
// applied. At most MaxSyncCommands over all collections of a request.
//
// [MS-ASCMD] 2.2.3.32 Commands
type ClientCommands struct {
	Items []ClientCommand `wbxml:",choice"`
}

// ClientCommand is one change by the client; exactly one field is set.
type ClientCommand struct {
	Add    *ClientAdd    `wbxml:"Add"`
	Change *ClientChange `wbxml:"Change"`
	Delete *ClientDelete `wbxml:"Delete"`
	Fetch  *ClientFetch  `wbxml:"Fetch"`
}

// ClientAdd adds an item.
//
// [MS-ASCMD] 2.2.3.7.2 Add (Sync)
type ClientAdd struct {
	// Class must be ClassSMS for a text; empty is the default class of the
	// folder.
	Class    Class    `wbxml:"Class,omitempty"`
	ClientID ClientID `wbxml:"ClientId,omitempty"`

	// ServerID is not allowed here; old clients send it empty.
	ServerID ServerID `wbxml:"ServerId,omitempty"`

	// ApplicationData is decoded by the class: DecodeSMSAdd for a text.
	ApplicationData wbxml.Raw `wbxml:"ApplicationData"`
}

// ClientChange changes an item that both sides have.
//
// [MS-ASCMD] 2.2.3.24 Change
type ClientChange struct {
	// Class is not in the schema, though phones send it.
	Class      Class    `wbxml:"Class,omitempty"`
	ServerID   ServerID `wbxml:"ServerId,omitempty"`
	InstanceID string   `wbxml:"AirSyncBase InstanceId,omitempty"` // 16.0 and later

	// ApplicationData is decoded by DecodeSMSChange or DecodeEmailChange,
	// by the class of the item.
	ApplicationData wbxml.Raw `wbxml:"ApplicationData"`
}

// ClientDelete deletes an item.
//
// [MS-ASCMD] 2.2.3.42.2 Delete (Sync)
type ClientDelete struct {
	// Class is not in the schema, though phones send it.
	Class      Class    `wbxml:"Class,omitempty"`
	ServerID   ServerID `wbxml:"ServerId,omitempty"`
	InstanceID string   `wbxml:"AirSyncBase InstanceId,omitempty"` // 16.0 and later
}

// ClientFetch asks for a whole item.
//
// [MS-ASCMD] 2.2.3.67.2 Fetch (Sync)
type ClientFetch struct {
	ServerID ServerID `wbxml:"ServerId,omitempty"`
}

// SyncResponse answers a Sync. When nothing has changed the server answers an
// empty body instead.
//
// [MS-ASCMD] 2.2.1.21 Sync
type SyncResponse struct {
	XMLName struct{} `wbxml:"AirSync Sync"`

	// Status is present only when the whole request failed; then Collections
	// is absent.
	Status Status `wbxml:"Status,omitempty"`

	// Limit is the nearest allowed value: of the interval with
	// SyncStatusInvalidInterval (in its unit), of the number of collections
	// with SyncStatusTooManyCollections.
	//
	// [MS-ASCMD] 2.2.3.97 Limit
	Limit *int `wbxml:"Limit"`

	Collections *SyncResponseCollections `wbxml:"Collections"`
}

// SyncResponseCollections is the list of collections of a response.
type SyncResponseCollections struct {
	Collection []SyncResponseCollection `wbxml:"Collection"`
}

// SyncResponseCollection is what became of one collection.
//
// [MS-ASCMD] 2.2.3.29.2 Collection (Sync)
type SyncResponseCollection struct {
	Class        Class        `wbxml:"Class,omitempty"` // 12.1 and below
	SyncKey      SyncKey      `wbxml:"SyncKey,omitempty"`
	CollectionID CollectionID `wbxml:"CollectionId"`
	Status       Status       `wbxml:"Status"`

	// Responses answers the client's commands, as far as they need an answer.
	Responses *SyncResponses `wbxml:"Responses"`

	// MoreAvailable says that the window was full.
	//
	// [MS-ASCMD] 2.2.3.116 MoreAvailable
	MoreAvailable bool `wbxml:"MoreAvailable,empty"`

	Commands *ServerCommands `wbxml:"Commands"`
}

// ServerCommands are the server's changes. An empty list must not be sent.
//
// [MS-ASCMD] 2.2.3.32 Commands
type ServerCommands struct {
	Items []ServerCommand `wbxml:",choice"`
}

// ServerCommand is one change by the server; exactly one field is set.
type ServerCommand struct {
	Add        *ServerAdd        `wbxml:"Add"`
	Change     *ServerChange     `wbxml:"Change"`
	Delete     *ServerDelete     `wbxml:"Delete"`
	SoftDelete *ServerSoftDelete `wbxml:"SoftDelete"`
}

// ServerAdd is an item that is new to the client.
//
// [MS-ASCMD] 2.2.3.7.2 Add (Sync)
type ServerAdd struct {
	// Class is absent for the default class of the folder.
	Class    Class    `wbxml:"Class,omitempty"`
	ServerID ServerID `wbxml:"ServerId"`

	// ApplicationData is an SMS or an Email, by Class.
	ApplicationData wbxml.Raw `wbxml:"ApplicationData"`
}

// ServerChange is an item that changed: only what changed of Read and Flag, or
// all of it.
//
// [MS-ASCMD] 2.2.3.24 Change
type ServerChange struct {
	Class           Class     `wbxml:"Class,omitempty"`
	ServerID        ServerID  `wbxml:"ServerId"`
	ApplicationData wbxml.Raw `wbxml:"ApplicationData"`
}

// ServerDelete is an item that is gone. Class is absent with version 14.0 and
// for the default class of the folder; see Version.DeleteCarriesClass.
//
// [MS-ASCMD] 2.2.3.42.2 Delete (Sync)
type ServerDelete struct {
	Class    Class    `wbxml:"Class,omitempty"`
	ServerID ServerID `wbxml:"ServerId"`
}

// ServerSoftDelete is an item that no longer matches the filter or the classes
// asked for. It still exists.
//
// [MS-ASCMD] 2.2.3.172 SoftDelete
type ServerSoftDelete struct {
	ServerID ServerID `wbxml:"ServerId"`
}

// SyncResponses answers the client's commands: every Add, every Fetch, and each
// Change or Delete that failed. Silence is success for the others. An empty
// list must not be sent.
//
// [MS-ASCMD] 2.2.3.154 Responses
type SyncResponses struct {
	Items []SyncItemResponse `wbxml:",choice"`
}

// SyncItemResponse answers one command; exactly one field is set.
type SyncItemResponse struct {
	Add    *AddResponse    `wbxml:"Add"`
	Change *ChangeResponse `wbxml:"Change"`
	Delete *DeleteResponse `wbxml:"Delete"`
	Fetch  *FetchResponse  `wbxml:"Fetch"`
}

// AddResponse answers an Add.
type AddResponse struct {
	Class    Class    `wbxml:"Class,omitempty"`
	ClientID ClientID `wbxml:"ClientId"`
	ServerID ServerID `wbxml:"ServerId,omitempty"` // absent when it failed
	Status   Status   `wbxml:"Status"`

	// ApplicationData carries the conversation of a text that was added; see
	// Conversation.
	//
	// [MS-ASMS] 3.1.4.1.2 Making Changes Involving SMS Items
	ApplicationData wbxml.Raw `wbxml:"ApplicationData"`
}

// ChangeResponse answers a Change that failed.
type ChangeResponse struct {
	Class      Class    `wbxml:"Class,omitempty"`
	ServerID   ServerID `wbxml:"ServerId"`
	InstanceID string   `wbxml:"AirSyncBase InstanceId,omitempty"` // 16.0 and later
	Status     Status   `wbxml:"Status"`
}

// DeleteResponse answers a Delete that failed.
type DeleteResponse struct {
	ServerID ServerID `wbxml:"ServerId"`
	Status   Status   `wbxml:"Status"`
}

// FetchResponse answers a Fetch.
type FetchResponse struct {
	ServerID        ServerID  `wbxml:"ServerId"`
	Status          Status    `wbxml:"Status"`
	ApplicationData wbxml.Raw `wbxml:"ApplicationData"`
}
