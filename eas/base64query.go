package eas

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// The tags of parameters in the base64 query.
//
// [MS-ASHTTP] 2.2.1.1.1.1.3 Command Parameters
const (
	paramAttachmentName = 0
	paramCollectionID   = 1
	paramItemID         = 3
	paramLongID         = 4
	paramOccurrence     = 6
	paramOptions        = 7
	paramUser           = 8

	optionSaveInSent      = 0x01
	optionAcceptMultiPart = 0x02
)

var errTruncated = errors.New("base64 query: truncated")

// parseBase64 reads the query in its binary form, which leaves nothing to
// headers. The alphabet may be the URL-safe one and padding may be missing.
//
// [MS-ASHTTP] 2.2.1.1.1.1 Base64-Encoded Query Value
func parseBase64(query string, _ http.Header) (*Request, error) {
	text, err := url.PathUnescape(query)
	if err != nil {
		return nil, malformed("base64 query: %w", err)
	}
	text = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
	data, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		return nil, malformed("base64 query: %w", err)
	}
	if len(data) < 4 {
		return nil, malformed("%w", errTruncated)
	}
	r := &Request{Version: Version(data[0]), Locale: binary.LittleEndian.Uint16(data[2:])}
	if !r.Version.Supported() {
		return nil, malformed("%w: %s", ErrUnsupportedVersion, r.Version)
	}
	var known bool
	if r.Command, known = CommandByCode(data[1]); !known {
		return nil, &RequestError{Code: http.StatusNotImplemented, Err: fmt.Errorf("command code %d", data[1])}
	}

	rest := data[4:]
	field := func() []byte { // a length and that many bytes, nil if truncated
		if len(rest) == 0 || len(rest)-1 < int(rest[0]) {
			return nil
		}
		value := rest[1 : 1+int(rest[0])]
		rest = rest[1+len(value):]
		return value
	}
	id, key, kind := field(), field(), field()
	if id == nil || key == nil || kind == nil {
		return nil, malformed("%w", errTruncated)
	}
	r.DeviceID, r.DeviceType = deviceIDFromBytes(id), string(kind)
	switch len(key) {
	case 0:
	case 4:
		r.PolicyKey = PolicyKey(binary.LittleEndian.Uint32(key))
	default:
		return nil, malformed("base64 query: policy key of %d bytes", len(key))
	}
	for len(rest) > 0 {
		tag := rest[0]
		rest = rest[1:]
		value := field()
		if value == nil {
			return nil, malformed("%w", errTruncated)
		}
		r.setParam(tag, value)
	}
	return r, nil
}

// deviceIDFromBytes is the id of the base64 query, which may be a binary GUID;
// that is written in hexadecimal, so that it is an id like any other.
func deviceIDFromBytes(id []byte) DeviceID {
	if len(id) == 0 || validDeviceID(string(id)) {
		return DeviceID(id)
	}
	return DeviceID(hex.EncodeToString(id))
}

// setParam sets a parameter by its tag. Unknown tags are passed over.
func (r *Request) setParam(tag byte, value []byte) {
	switch tag {
	case paramAttachmentName:
		r.AttachmentName = string(value)
	case paramCollectionID:
		r.CollectionID = CollectionID(value)
	case paramItemID:
		r.ItemID = ServerID(value)
	case paramLongID:
		r.LongID = string(value)
	case paramOccurrence:
		r.Occurrence = string(value)
	case paramOptions:
		if len(value) > 0 {
			r.SaveInSent = value[0]&optionSaveInSent != 0
			r.AcceptMultiPart = value[0]&optionAcceptMultiPart != 0
		}
	case paramUser:
		r.User = string(value)
	}
}

// Base64Query is the query in its binary form. It returns an error for a
// command without a code and for values of more than 255 bytes.
//
// [MS-ASHTTP] 2.2.1.1.1.1 Base64-Encoded Query Value
func (r *Request) Base64Query() (string, error) {
	code, ok := r.Command.Code()
	if !ok {
		return "", fmt.Errorf("eas: command %q has no code", string(r.Command))
	}
	data := []byte{byte(r.Version), code, byte(r.Locale), byte(r.Locale >> 8)}
	tooLong := ""
	field := func(name, value string) {
		if len(value) > 255 {
			tooLong = name
			return
		}
		data = append(append(data, byte(len(value))), value...)
	}
	field("DeviceId", string(r.DeviceID))
	if r.PolicyKey == 0 {
		data = append(data, 0)
	} else {
		data = binary.LittleEndian.AppendUint32(append(data, 4), uint32(r.PolicyKey))
	}
	field("DeviceType", r.DeviceType)
	for _, p := range r.params() {
		if p.value != "" {
			data = append(data, p.tag)
			field(p.name, p.value)
		}
	}
	var options byte
	if r.SaveInSent {
		options |= optionSaveInSent
	}
	if r.AcceptMultiPart {
		options |= optionAcceptMultiPart
	}
	if options != 0 {
		data = append(data, paramOptions, 1, options)
	}
	if r.User != "" {
		data = append(data, paramUser)
		field("User", r.User)
	}
	if tooLong != "" {
		return "", fmt.Errorf("eas: %s is longer than 255 bytes", tooLong)
	}
	return base64.StdEncoding.EncodeToString(data), nil
}
