package eas

import (
	"reflect"
	"strings"

	"asms/wbxml"
)

// ItemOperationsRequest fetches items, empties folders and moves conversations,
// in the order of the request.
//
// [MS-ASCMD] 2.2.1.10 ItemOperations
type ItemOperationsRequest struct {
	XMLName    struct{}        `wbxml:"ItemOperations ItemOperations"`
	Operations []ItemOperation `wbxml:",choice"`
}

// MaxItemOperations is the most operations a request may hold.
//
// [MS-ASCMD] 3.1.5.10 Limiting Size of Command Requests
const MaxItemOperations = 100

// ItemOperation is one operation; exactly one field is set.
type ItemOperation struct {
	Fetch               *ItemFetch           `wbxml:"Fetch"`
	EmptyFolderContents *EmptyFolderContents `wbxml:"EmptyFolderContents"`
	Move                *ConversationMove    `wbxml:"Move"`
}

// The stores that items are fetched from.
//
// [MS-ASCMD] 2.2.3.178.1 Store (ItemOperations)
const StoreMailbox = "Mailbox"

// ItemFetch asks for an item by its place or by the LongID of a search result,
// or for an attachment by its FileReference.
//
// [MS-ASCMD] 2.2.3.67.1 Fetch (ItemOperations)
type ItemFetch struct {
	Store         string        `wbxml:"Store,omitempty"`
	LinkID        string        `wbxml:"DocumentLibrary LinkId,omitempty"`
	LongID        *string       `wbxml:"Search LongId"`
	CollectionID  CollectionID  `wbxml:"AirSync CollectionId,omitempty"`
	ServerID      ServerID      `wbxml:"AirSync ServerId,omitempty"`
	FileReference *string       `wbxml:"AirSyncBase FileReference"`
	Options       *FetchOptions `wbxml:"Options"`
}

// MaxLongIDLength is the longest LongId, in characters.
//
// [MS-ASCMD] 2.2.3.98.1 LongId (ItemOperations)
const MaxLongIDLength = 256

// FetchOptions says what of an item is wanted, and how.
//
// [MS-ASCMD] 2.2.3.125.3 Options (ItemOperations)
type FetchOptions struct {
	// Schema lists the properties wanted; absent means all.
	Schema wbxml.Raw `wbxml:"Schema"`

	// Range is a range of bytes of a file.
	Range *string `wbxml:"Range"`

	// UserName and Password open a document library.
	UserName *string `wbxml:"UserName"`
	Password *string `wbxml:"Password"`

	// MIMESupport says which mails come as MIME: 0 none, 1 signed ones, 2 all.
	MIMESupport             *int             `wbxml:"AirSync MIMESupport,last"`
	BodyPreference          []BodyPreference `wbxml:"AirSyncBase BodyPreference"`
	BodyPartPreference      *BodyPreference  `wbxml:"AirSyncBase BodyPartPreference"` // 14.1 and later
	RightsManagementSupport *bool            `wbxml:"RightsManagement RightsManagementSupport,last"`
}

// EmptyFolderContents deletes all items of a folder.
//
// [MS-ASCMD] 2.2.3.58 EmptyFolderContents
type EmptyFolderContents struct {
	CollectionID CollectionID        `wbxml:"AirSync CollectionId,omitempty"`
	Options      *EmptyFolderOptions `wbxml:"Options"`
}

// EmptyFolderOptions says whether the folders in the folder are deleted, too.
type EmptyFolderOptions struct {
	DeleteSubFolders bool `wbxml:"DeleteSubFolders,empty"`
}

// ConversationMove moves a conversation, with all that will ever come to it.
//
// [MS-ASCMD] 2.2.3.117.1 Move (ItemOperations)
type ConversationMove struct {
	ConversationID []byte                   `wbxml:"ConversationId"`
	DstFldID       CollectionID             `wbxml:"DstFldId,omitempty"`
	Options        *ConversationMoveOptions `wbxml:"Options"`
}

// ConversationMoveOptions must say MoveAlways: there is no other way.
//
// [MS-ASCMD] 2.2.3.118 MoveAlways
type ConversationMoveOptions struct {
	MoveAlways bool `wbxml:"MoveAlways,empty"`
}

// ItemOperationsResponse answers an ItemOperations.
//
// [MS-ASCMD] 2.2.1.10 ItemOperations
type ItemOperationsResponse struct {
	XMLName  struct{}               `wbxml:"ItemOperations ItemOperations"`
	Status   Status                 `wbxml:"Status"`
	Response *ItemOperationsResults `wbxml:"Response"`
}

// ItemOperationsResults are the outcomes, those of each kind in the order of the
// request.
//
// [MS-ASCMD] 2.2.3.153.4 Response (ItemOperations)
type ItemOperationsResults struct {
	Move                []ConversationMoveResponse    `wbxml:"Move"`
	EmptyFolderContents []EmptyFolderContentsResponse `wbxml:"EmptyFolderContents"`
	Fetch               []ItemFetchResponse           `wbxml:"Fetch"`
}

// ConversationMoveResponse is what became of a Move.
type ConversationMoveResponse struct {
	Status         Status `wbxml:"Status"`
	ConversationID []byte `wbxml:"ConversationId"`
}

// EmptyFolderContentsResponse is what became of an EmptyFolderContents.
type EmptyFolderContentsResponse struct {
	Status       Status       `wbxml:"Status"`
	CollectionID CollectionID `wbxml:"AirSync CollectionId"`
}

// ItemFetchResponse answers a Fetch with the ids it came with.
type ItemFetchResponse struct {
	Status        Status       `wbxml:"Status"`
	CollectionID  CollectionID `wbxml:"AirSync CollectionId,omitempty"`
	ServerID      ServerID     `wbxml:"AirSync ServerId,omitempty"`
	LongID        string       `wbxml:"Search LongId,omitempty"`
	Class         Class        `wbxml:"AirSync Class,omitempty"`
	LinkID        string       `wbxml:"DocumentLibrary LinkId,omitempty"`
	FileReference *string      `wbxml:"AirSyncBase FileReference"`

	// Properties is an SMS or an Email, by Class. In a multipart response the
	// body has a Part in place of Data.
	Properties wbxml.Raw `wbxml:"Properties"`
}

// NewFetchProperties encodes the properties of an item that is fetched.
//
// [MS-ASCMD] 2.2.3.139.2 Properties (ItemOperations)
func NewFetchProperties[T Properties](properties *T) (wbxml.Raw, error) {
	return newProperties("ItemOperations Properties", properties)
}

// Restrict takes the properties away that a Schema does not list. Without a
// Schema it leaves them all.
//
// [MS-ASCMD] 2.2.3.158 Schema
func Restrict[T Properties](properties *T, schema wbxml.Raw) error {
	if schema.Tag() == 0 {
		return nil
	}
	listed, err := children(schema)
	if err != nil {
		return err
	}
	v := reflect.ValueOf(properties).Elem()
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("wbxml"), ",")
		tag, err := wbxml.ParseTag(name)
		if err != nil {
			return err
		}
		if !listed[tag] {
			v.Field(i).SetZero()
		}
	}
	return nil
}

// children are the elements in an element.
func children(of wbxml.Raw) (map[wbxml.Tag]bool, error) {
	doc, err := wbxml.Marshal(&struct {
		XMLName struct{}  `wbxml:"ItemOperations Options"`
		Schema  wbxml.Raw `wbxml:"ItemOperations Schema"`
	}{Schema: of})
	if err != nil {
		return nil, err
	}
	list := make(map[wbxml.Tag]bool)
	d := wbxml.NewDecoder(doc)
	for depth := 0; ; {
		tok, err := d.Next()
		if err != nil {
			return nil, err
		}
		switch tok.Kind {
		case wbxml.StartElement:
			if depth == 2 {
				list[tok.Tag] = true
			}
			depth++
		case wbxml.EndElement:
			if depth--; depth == 0 {
				return list, nil
			}
		}
	}
}
