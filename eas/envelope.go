package eas

import (
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Path is where a server listens.
//
// [MS-ASHTTP] 2.2.1.1.1 Request Line
const Path = "/Microsoft-Server-ActiveSync"

// IsPath reports whether a request's path is Path, in whatever case.
func IsPath(path string) bool { return strings.EqualFold(strings.TrimSuffix(path, "/"), Path) }

// The headers of the protocol.
//
// [MS-ASHTTP] 2.2.1.1.2 Request Headers; 2.2.2.1.2 Response Headers
const (
	HeaderProtocolVersion  = "Ms-Asprotocolversion"
	HeaderProtocolVersions = "Ms-Asprotocolversions"
	HeaderProtocolCommands = "Ms-Asprotocolcommands"
	HeaderAcceptMultiPart  = "Ms-Asacceptmultipart"
	HeaderPolicyKey        = "X-Ms-Policykey"
	HeaderLocation         = "X-Ms-Location" // with HTTP 451
	HeaderRP               = "X-Ms-Rp"       // versions offered; drop all state
	HeaderServerVersion    = "Ms-Server-Activesync"
)

// The content types of a body.
//
// [MS-ASHTTP] 2.2.1.1.2.3 Content-Type
const (
	ContentType          = "application/vnd.ms-sync.wbxml"
	contentTypeShort     = "application/vnd.ms-sync"
	ContentTypeMultiPart = "application/vnd.ms-sync.multipart"
)

// IsContentType reports whether a Content-Type header announces WBXML, in its
// long or short form.
func IsContentType(header string) bool {
	t, _, err := mime.ParseMediaType(header)
	return err == nil && (t == ContentType || t == contentTypeShort)
}

// Bounds on what a device says about itself, in characters.
//
// [MS-ASHTTP] 2.2.1.1.1.2 Plain Text Query Value
const (
	MaxDeviceIDLength   = 32
	MaxDeviceTypeLength = 32
	maxQueryLength      = 8 << 10
)

// Request is the envelope of a command: all that is not in the body.
//
// [MS-ASHTTP] 2.2.1.1 Request Format
type Request struct {
	Command Command

	// User is for logs; credentials say who it is.
	User       string
	DeviceID   DeviceID
	DeviceType string
	Version    Version

	// PolicyKey is 0 when there is none or it is unreadable.
	PolicyKey PolicyKey

	// Locale is the language wanted, [MS-LCID], and 0 when it is not given.
	// Only the base64 query has it.
	Locale uint16

	// AcceptMultiPart asks ItemOperations for a multipart answer.
	AcceptMultiPart bool

	// The parameters of single commands. 14.0 and later put most of them in
	// the body.
	SaveInSent     bool
	CollectionID   CollectionID
	ItemID         ServerID
	LongID         string
	Occurrence     string
	AttachmentName string
}

// RequestError is an envelope that cannot be served.
type RequestError struct {
	// Code is the HTTP status to answer: 400, 501, or 200 with Status in the
	// body.
	Code   int
	Status Status
	Err    error
}

func (e *RequestError) Error() string { return "eas: request: " + e.Err.Error() }

func (e *RequestError) Unwrap() error { return e.Err }

func malformed(format string, args ...any) error {
	return &RequestError{Code: http.StatusBadRequest, Err: fmt.Errorf(format, args...)}
}

// ParseRequest reads the envelope of a command from an HTTP request: its
// method, its query as it stands in the URL, plain or base64, and its headers.
//
// All errors are a *RequestError. One with Code 200 comes with the request as
// far as it was understood, which is enough to answer Status.
//
// [MS-ASHTTP] 2.2.1.1 Request Format
func ParseRequest(method, query string, header http.Header) (*Request, error) {
	if method != http.MethodPost {
		return nil, &RequestError{Code: http.StatusNotImplemented, Err: fmt.Errorf("method %q", method)}
	}
	if len(query) > maxQueryLength {
		return nil, malformed("query of %d bytes", len(query))
	}
	parse := parseBase64
	if lower := strings.ToLower(query); strings.HasPrefix(lower, "cmd=") || strings.Contains(lower, "&cmd=") {
		parse = parsePlain
	}
	r, err := parse(query, header)
	if err != nil {
		return nil, err
	}
	if !validDeviceID(string(r.DeviceID)) {
		return r, &RequestError{Code: http.StatusOK, Status: StatusDeviceIDMissingOrInvalid,
			Err: fmt.Errorf("device id %.40q", string(r.DeviceID))}
	}
	if !validDeviceType(r.DeviceType) {
		return r, &RequestError{Code: http.StatusOK, Status: StatusDeviceTypeMissingOrInvalid,
			Err: fmt.Errorf("device type %.40q", r.DeviceType)}
	}
	return r, nil
}

// validDeviceID allows, beyond the letters and digits of the grammar, the
// hyphen and underscore that some clients use.
func validDeviceID(id string) bool {
	if id == "" || len(id) > MaxDeviceIDLength {
		return false
	}
	for _, c := range []byte(id) {
		switch {
		case c >= '0' && c <= '9', c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c == '-', c == '_':
		default:
			return false
		}
	}
	return true
}

func validDeviceType(t string) bool {
	if t == "" || !utf8.ValidString(t) || utf8.RuneCountInString(t) > MaxDeviceTypeLength {
		return false
	}
	return !strings.ContainsFunc(t, func(c rune) bool { return !unicode.IsPrint(c) })
}

// parsePlain reads the query in its plain form; version and policy key are in
// headers.
//
// [MS-ASHTTP] 2.2.1.1.1.2 Plain Text Query Value
func parsePlain(query string, header http.Header) (*Request, error) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return nil, malformed("plain query: %w", err)
	}
	get := func(name string) string { // names in whatever case, as clients vary
		if values.Has(name) {
			return values.Get(name)
		}
		for key := range values {
			if strings.EqualFold(key, name) {
				return values.Get(key)
			}
		}
		return ""
	}
	r := &Request{
		Command:         Command(get("Cmd")),
		User:            get("User"),
		DeviceID:        DeviceID(get("DeviceId")),
		DeviceType:      get("DeviceType"),
		AcceptMultiPart: strings.EqualFold(header.Get(HeaderAcceptMultiPart), "T"),
		SaveInSent:      strings.EqualFold(get("SaveInSent"), "T"),
		CollectionID:    CollectionID(get("CollectionId")),
		ItemID:          ServerID(get("ItemId")),
		LongID:          get("LongId"),
		Occurrence:      get("Occurrence"),
		AttachmentName:  get("AttachmentName"),
	}
	if r.Version, err = ParseVersion(strings.TrimSpace(header.Get(HeaderProtocolVersion))); err != nil {
		return nil, &RequestError{Code: http.StatusBadRequest, Err: err}
	}
	if !r.Command.Known() {
		return nil, &RequestError{Code: http.StatusNotImplemented, Err: fmt.Errorf("command %.40q", string(r.Command))}
	}
	if key, err := strconv.ParseUint(strings.TrimSpace(header.Get(HeaderPolicyKey)), 10, 32); err == nil {
		r.PolicyKey = PolicyKey(key)
	}
	return r, nil
}

// PlainQuery is the query in its plain form. SetHeader belongs to it.
//
// [MS-ASHTTP] 2.2.1.1.1.2 Plain Text Query Value
func (r *Request) PlainQuery() string {
	var b strings.Builder
	add := func(name, value string) {
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(name + "=" + url.QueryEscape(value))
	}
	add("Cmd", string(r.Command))
	add("User", r.User)
	add("DeviceId", string(r.DeviceID))
	add("DeviceType", r.DeviceType)
	for _, p := range r.params() {
		if p.value != "" {
			add(p.name, p.value)
		}
	}
	if r.SaveInSent {
		add("SaveInSent", "T")
	}
	return b.String()
}

// SetHeader sets the headers that go with PlainQuery.
//
// [MS-ASHTTP] 2.2.1.1.2 Request Headers
func (r *Request) SetHeader(header http.Header) {
	header.Set(HeaderProtocolVersion, r.Version.String())
	if r.PolicyKey != 0 {
		header.Set(HeaderPolicyKey, strconv.FormatUint(uint64(r.PolicyKey), 10))
	}
	if r.AcceptMultiPart {
		header.Set(HeaderAcceptMultiPart, "T")
	}
}

type param struct {
	tag         byte
	name, value string
}

func (r *Request) params() []param {
	return []param{
		{paramAttachmentName, "AttachmentName", r.AttachmentName},
		{paramCollectionID, "CollectionId", string(r.CollectionID)},
		{paramItemID, "ItemId", string(r.ItemID)},
		{paramLongID, "LongId", r.LongID},
		{paramOccurrence, "Occurrence", r.Occurrence},
	}
}
