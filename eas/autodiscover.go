package eas

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// Where a server is asked for its own address. Paths are in whatever case.
//
// [MS-ASCMD] 2.2.1.1 Autodiscover; [MS-OXDISCO] 4.1
const (
	AutodiscoverPath     = "/autodiscover/autodiscover.xml"
	AutodiscoverJSONPath = "/autodiscover/autodiscover.json" // and what is below it
)

// AutodiscoverResponseSchema is the AcceptableResponseSchema of ActiveSync.
//
// [MS-ASCMD] 2.2.3.1 AcceptableResponseSchema
const AutodiscoverResponseSchema = "http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006"

// IsAutodiscoverPath reports whether a path is one of Autodiscover, and whether it
// is of its JSON form.
func IsAutodiscoverPath(path string) (is, json bool) {
	path = strings.ToLower(strings.TrimSuffix(path, "/"))
	if path == AutodiscoverPath {
		return true, false
	}
	json = path == AutodiscoverJSONPath || strings.HasPrefix(path, AutodiscoverJSONPath+"/")
	return json, json
}

// AutodiscoverRequest asks where the mailbox of an address is.
//
// [MS-ASCMD] 2.2.1.1 Autodiscover
type AutodiscoverRequest struct {
	EMailAddress             string
	AcceptableResponseSchema string
}

// ErrAutodiscoverRequest is a request that is none, or more than one.
var ErrAutodiscoverRequest = errors.New("eas: malformed Autodiscover request")

// ParseAutodiscoverRequest reads a request, or says ErrAutodiscoverRequest.
func ParseAutodiscoverRequest(r io.Reader) (*AutodiscoverRequest, error) {
	var doc struct {
		XMLName xml.Name `xml:"Autodiscover"`
		Request []struct {
			EMailAddress             []string
			AcceptableResponseSchema []string
		}
	}
	if err := xml.NewDecoder(r).Decode(&doc); err != nil || len(doc.Request) != 1 {
		return nil, ErrAutodiscoverRequest
	}
	one := doc.Request[0]
	if len(one.EMailAddress) != 1 || len(one.AcceptableResponseSchema) != 1 {
		return nil, ErrAutodiscoverRequest
	}
	req := &AutodiscoverRequest{strings.TrimSpace(one.EMailAddress[0]), strings.TrimSpace(one.AcceptableResponseSchema[0])}
	if req.EMailAddress == "" || req.AcceptableResponseSchema == "" {
		return nil, ErrAutodiscoverRequest
	}
	return req, nil
}

// AutodiscoverError is the number of an error that is not about the mailbox.
//
// [MS-ASCMD] 2.2.3.64 ErrorCode
type AutodiscoverError int

// The errors.
const (
	AutodiscoverInvalidRequest AutodiscoverError = 600
	AutodiscoverNoProvider     AutodiscoverError = 601 // for the AcceptableResponseSchema
)

// AutodiscoverResponse says where a mailbox is. Exactly one of ErrorCode, Failure
// and URL is set.
//
// [MS-ASCMD] 2.2.3.153.1 Response (Autodiscover)
type AutodiscoverResponse struct {
	ErrorCode AutodiscoverError
	Time      string // of the error, with a number of its own
	ID        uint32

	DisplayName  string
	EMailAddress string
	Failure      string // why there is no such mailbox, for people
	URL          string // of ActiveSync
}

type (
	autodiscoverDoc struct {
		XMLName  xml.Name `xml:"http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006 Autodiscover"`
		Response any
	}
	autodiscoverOuter struct {
		XMLName xml.Name           `xml:"Response"`
		Error   *autodiscoverFault `xml:"Error"`
	}
	autodiscoverFault struct {
		Time      string            `xml:"Time,attr,omitempty"`
		ID        uint32            `xml:"Id,attr,omitempty"`
		ErrorCode AutodiscoverError `xml:"ErrorCode"`
		Message   string            `xml:"Message"`
		DebugData string            `xml:"DebugData"`
	}
	autodiscoverInner struct {
		XMLName xml.Name               `xml:"http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006 Response"`
		Culture string                 `xml:"Culture"`
		User    autodiscoverUser       `xml:"User"`
		Server  *autodiscoverServer    `xml:"Action>Settings>Server,omitempty"`
		Error   *autodiscoverUserFault `xml:"Action>Error,omitempty"`
	}
	autodiscoverUser struct {
		DisplayName  string `xml:"DisplayName,omitempty"`
		EMailAddress string `xml:"EMailAddress"`
	}
	autodiscoverServer struct {
		Type string `xml:"Type"`
		URL  string `xml:"Url"`
		Name string `xml:"Name"`
	}
	autodiscoverUserFault struct {
		Status    int    `xml:"Status"`
		Message   string `xml:"Message"`
		DebugData string `xml:"DebugData"`
	}
)

// Marshal writes the response as XML.
func (r *AutodiscoverResponse) Marshal() ([]byte, error) {
	inner := &autodiscoverInner{Culture: "en:us", User: autodiscoverUser{r.DisplayName, r.EMailAddress}}
	var response any = inner
	switch {
	case r.ErrorCode == AutodiscoverInvalidRequest:
		response = &autodiscoverOuter{Error: &autodiscoverFault{r.Time, r.ID, r.ErrorCode, "Invalid Request", ""}}
	case r.ErrorCode != 0:
		response = &autodiscoverOuter{Error: &autodiscoverFault{r.Time, r.ID, r.ErrorCode, "Provider is not available", ""}}
	case r.Failure != "":
		inner.Error = &autodiscoverUserFault{Status: 2, Message: r.Failure} // [MS-ASCMD] 2.2.3.177.1 Status (Autodiscover)
	default:
		inner.Server = &autodiscoverServer{Type: "MobileSync", URL: r.URL, Name: r.URL}
	}
	body, err := xml.MarshalIndent(&autodiscoverDoc{Response: response}, "", "  ")
	if err != nil {
		return nil, err
	}
	return append([]byte(xml.Header), body...), nil
}
