package eas

import (
	"time"

	"asms/wbxml"
)

// FindRequest looks for entries of a mailbox or of the address book, page by page
// under one SearchID. 16.1.
//
// [MS-ASCMD] 2.2.1.2 Find
type FindRequest struct {
	XMLName       struct{}       `wbxml:"Find Find"`
	SearchID      string         `wbxml:"SearchId,omitempty"`
	ExecuteSearch *ExecuteSearch `wbxml:"ExecuteSearch"`
}

// ExecuteSearch says what is looked for; exactly one field is set.
//
// [MS-ASCMD] 2.2.3.66 ExecuteSearch
type ExecuteSearch struct {
	MailBoxSearchCriterion *MailBoxSearchCriterion `wbxml:"MailBoxSearchCriterion"`
	GALSearchCriterion     *GALSearchCriterion     `wbxml:"GalSearchCriterion"`
}

// MailBoxSearchCriterion says what is looked for in the mailbox.
//
// [MS-ASCMD] 2.2.3.99 MailBoxSearchCriterion
type MailBoxSearchCriterion struct {
	Query   *FindQuery   `wbxml:"Query"`
	Options *FindOptions `wbxml:"Options"`
}

// FindQuery is what items have to meet. FreeText is in the keyword query
// language.
//
// [MS-ASCMD] 2.2.3.142.1 Query (Find)
type FindQuery struct {
	FreeText     *string       `wbxml:"FreeText"`
	Class        *Class        `wbxml:"AirSync Class"`
	CollectionID *CollectionID `wbxml:"AirSync CollectionId"`
}

// FindOptions say which of the results are wanted.
//
// [MS-ASCMD] 2.2.3.125.1 Options (Find)
type FindOptions struct {
	Range         *string      `wbxml:"Range"`
	DeepTraversal *bool        `wbxml:"DeepTraversal"`
	Picture       *FindPicture `wbxml:"Picture"`
}

// FindPicture asks for the pictures of people.
//
// [MS-ASCMD] 2.2.3.135.1 Picture (Find)
type FindPicture struct {
	MaxSize     *int `wbxml:"MaxSize"` // bytes
	MaxPictures *int `wbxml:"MaxPictures"`
}

// GALSearchCriterion says what is looked for in the address book: how a text of
// the entry begins.
//
// [MS-ASCMD] 2.2.3.82 GALSearchCriterion
type GALSearchCriterion struct {
	Query   *string      `wbxml:"Query"`
	Options *FindOptions `wbxml:"Options"`
}

// FindResponse answers a Find.
//
// [MS-ASCMD] 2.2.1.2 Find
type FindResponse struct {
	XMLName  struct{}     `wbxml:"Find Find"`
	Status   Status       `wbxml:"Status"`
	Response *FindResults `wbxml:"Response"`
}

// FindResults is what was found.
//
// [MS-ASCMD] 2.2.3.153.2 Response (Find)
type FindResults struct {
	Store  string       `wbxml:"ItemOperations Store,omitempty"`
	Status Status       `wbxml:"Status"`
	Result []FindResult `wbxml:"Result"`
	Range  string       `wbxml:"Range,omitempty"`
	Total  *int         `wbxml:"Total"`
}

// FindResult is one entry. Those of the address book have Properties alone.
//
// [MS-ASCMD] 2.2.3.155.1 Result (Find)
type FindResult struct {
	Class        Class        `wbxml:"AirSync Class,omitempty"`
	ServerID     ServerID     `wbxml:"AirSync ServerId,omitempty"`
	CollectionID CollectionID `wbxml:"AirSync CollectionId,omitempty"`
	Properties   wbxml.Raw    `wbxml:"Properties"` // a FindProperties or a GALEntry
}

// FindProperties is the beginning of an item.
//
// [MS-ASCMD] 2.2.3.139.1 Properties (Find)
type FindProperties struct {
	Subject        *string    `wbxml:"Email Subject"`
	DateReceived   *time.Time `wbxml:"Email DateReceived"`
	DisplayTo      *string    `wbxml:"Email DisplayTo"`
	Importance     *int       `wbxml:"Email Importance"`
	Read           *bool      `wbxml:"Email Read"`
	IsDraft        *bool      `wbxml:"Email2 IsDraft"`
	Preview        *string    `wbxml:"Find Preview"` // at most MaxFindPreview characters
	HasAttachments *bool      `wbxml:"Find HasAttachments"`
	From           *string    `wbxml:"Email From"`
}

// MaxFindPreview is how long a preview is at most, in characters.
//
// [MS-ASCMD] 2.2.3.137 Preview
const MaxFindPreview = 255

// NewFindProperties encodes the beginning of an item.
func NewFindProperties(p *FindProperties) (wbxml.Raw, error) {
	return wbxml.NewRaw("Find Properties", p)
}

// NewFindGALProperties encodes an entry of the address book for a Find.
func NewFindGALProperties(e *GALEntry) (wbxml.Raw, error) {
	return wbxml.NewRaw("Find Properties", e)
}
