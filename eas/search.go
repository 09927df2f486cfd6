package eas

import (
	"fmt"
	"io"
	"strings"

	"asms/wbxml"
)

// SearchRequest looks for entries of an address book, a mailbox or a document
// library. Of several stores the first counts.
//
// [MS-ASCMD] 2.2.1.16 Search
type SearchRequest struct {
	XMLName struct{}      `wbxml:"Search Search"`
	Store   []SearchStore `wbxml:"Store"`
}

// The stores that can be searched, StoreMailbox besides.
//
// [MS-ASCMD] 2.2.3.120.2 Name (Search)
const (
	StoreGAL             = "GAL"
	StoreDocumentLibrary = "DocumentLibrary"
)

// SearchStore says where to look and for what.
//
// [MS-ASCMD] 2.2.3.178.3 Store (Search)
type SearchStore struct {
	Name    string         `wbxml:"Name,omitempty"`
	Query   wbxml.Raw      `wbxml:"Query"` // see ParseSearchQuery
	Options *SearchOptions `wbxml:"Options"`
}

// SearchOptions say what of the results is wanted, and how. All but
// BodyPreference and BodyPartPreference may be repeated; the last one counts.
//
// [MS-ASCMD] 2.2.3.125.5 Options (Search)
type SearchOptions struct {
	MIMESupport             *int             `wbxml:"AirSync MIMESupport,last"`
	BodyPreference          []BodyPreference `wbxml:"AirSyncBase BodyPreference"`
	BodyPartPreference      *BodyPreference  `wbxml:"AirSyncBase BodyPartPreference"` // 14.1 and later
	RightsManagementSupport *bool            `wbxml:"RightsManagement RightsManagementSupport,last"`
	Range                   *string          `wbxml:"Range,last"`
	UserName                *string          `wbxml:"UserName,last"`
	Password                *string          `wbxml:"Password,last"`
	DeepTraversal           *bool            `wbxml:"DeepTraversal,last"`
	RebuildResults          *bool            `wbxml:"RebuildResults,last"`
	Picture                 *SearchPicture   `wbxml:"Picture"` // 14.1 and later
}

// SearchPicture asks for the pictures of people.
//
// [MS-ASCMD] 2.2.3.135.3 Picture (Search)
type SearchPicture struct {
	MaxSize     *int `wbxml:"MaxSize"` // bytes
	MaxPictures *int `wbxml:"MaxPictures"`
}

// SearchElement is an element of a query: a comparison, a condition, or And and
// Or with what they join.
//
// [MS-ASCMD] 2.2.3.142.2 Query (Search)
type SearchElement struct {
	Name     string // with its code page: "Search FreeText"
	Text     string // also of a byte array
	Elements []SearchElement
}

// Bounds of a query.
const (
	maxSearchDepth    = 8
	maxSearchElements = 2000
)

// ParseSearchQuery reads a Query, which holds elements in a mailbox and a document
// library, and text in an address book. An error means SearchStatusInvalid.
func ParseSearchQuery(query wbxml.Raw) (SearchElement, error) {
	var root SearchElement
	doc, err := wbxml.Marshal(&struct {
		XMLName struct{}  `wbxml:"Search Store"`
		Query   wbxml.Raw `wbxml:"Search Query"`
	}{Query: query})
	if err != nil {
		return root, fmt.Errorf("eas: query: %w", err)
	}
	d := wbxml.NewDecoder(doc)
	open := make([]*SearchElement, 1, maxSearchDepth)
	open[0] = &SearchElement{}
	for n := 0; ; n++ {
		tok, err := d.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return root, fmt.Errorf("eas: query: %w", err)
		}
		top := open[len(open)-1]
		switch tok.Kind {
		case wbxml.StartElement:
			if len(open) == maxSearchDepth || n > maxSearchElements {
				return root, fmt.Errorf("eas: query: too large")
			}
			top.Elements = append(top.Elements, SearchElement{Name: tok.Tag.String()})
			open = append(open, &top.Elements[len(top.Elements)-1])
		case wbxml.EndElement:
			open = open[:len(open)-1]
		default:
			top.Text += string(tok.Data)
		}
	}
	store := open[0].Elements[0]
	if len(store.Elements) == 0 {
		return root, fmt.Errorf("eas: query: none")
	}
	root = store.Elements[0]
	root.Text = strings.TrimSpace(root.Text)
	return root, nil
}

// SearchResponse answers a Search.
//
// [MS-ASCMD] 2.2.1.16 Search
type SearchResponse struct {
	XMLName  struct{}       `wbxml:"Search Search"`
	Status   Status         `wbxml:"Status"`
	Response *SearchResults `wbxml:"Response"`
}

// SearchResults holds the answer of a store.
type SearchResults struct {
	Store SearchStoreResponse `wbxml:"Store"`
}

// SearchStoreResponse is what a store holds of what was looked for. When it holds
// nothing, there is one empty Result.
//
// [MS-ASCMD] 2.2.3.178.3 Store (Search)
type SearchStoreResponse struct {
	Status Status         `wbxml:"Status"`
	Result []SearchResult `wbxml:"Result"`
	Range  string         `wbxml:"Range,omitempty"`
	Total  *int           `wbxml:"Total"`
}

// SearchResult is one entry. Those of an address book have Properties alone.
//
// [MS-ASCMD] 2.2.3.155.3 Result (Search)
type SearchResult struct {
	Class        Class        `wbxml:"AirSync Class,omitempty"`
	LongID       string       `wbxml:"LongId,omitempty"`
	CollectionID CollectionID `wbxml:"AirSync CollectionId,omitempty"`
	Properties   wbxml.Raw    `wbxml:"Properties"` // an SMS or an Email by Class, or a GALEntry
}

// NewSearchProperties encodes the properties of an item that is found.
//
// [MS-ASCMD] 2.2.3.139.3 Properties (Search)
func NewSearchProperties[T Properties](properties *T) (wbxml.Raw, error) {
	return newProperties("Search Properties", properties)
}

// GALEntry is a person in the address book of all users. A nil field is unknown.
//
// [MS-ASCMD] 2.2.3.139.3 Properties (Search), 6.17 GAL Namespace Schema
type GALEntry struct {
	DisplayName  *string     `wbxml:"GAL DisplayName"`
	Phone        *string     `wbxml:"GAL Phone"`
	Office       *string     `wbxml:"GAL Office"`
	Title        *string     `wbxml:"GAL Title"`
	Company      *string     `wbxml:"GAL Company"`
	Alias        *string     `wbxml:"GAL Alias"`
	FirstName    *string     `wbxml:"GAL FirstName"`
	LastName     *string     `wbxml:"GAL LastName"`
	HomePhone    *string     `wbxml:"GAL HomePhone"`
	MobilePhone  *string     `wbxml:"GAL MobilePhone"`
	EmailAddress *string     `wbxml:"GAL EmailAddress"`
	Picture      *GALPicture `wbxml:"GAL Picture"` // when it was asked for, 14.1 and later
}

// GALPicture is a picture, or why there is none: StatusNoPicture.
//
// [MS-ASCMD] 2.2.3.135.3 Picture (Search)
type GALPicture struct {
	Status Status `wbxml:"GAL Status"`
	Data   []byte `wbxml:"GAL Data,omitempty"`
}

// NewGALProperties encodes an entry of the address book for a Search.
func NewGALProperties(e *GALEntry) (wbxml.Raw, error) {
	return wbxml.NewRaw("Search Properties", e)
}
