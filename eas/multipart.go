package eas

import (
	"encoding/binary"
	"errors"
)

// ErrMultiPart is a multipart response whose directory does not fit its bytes.
var ErrMultiPart = errors.New("eas: malformed multipart response")

// maxParts bounds the parts of a response: the document and one for each
// operation of the request.
const maxParts = 1 + MaxItemOperations

// AppendMultiPart appends a multipart response to dst. The first part is the
// document, whose Part elements count the others from 1.
//
// [MS-ASCMD] 2.2.1.10.1.1 MultiPartResponse
func AppendMultiPart(dst []byte, parts ...[]byte) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(parts)))
	offset := 4 + 8*len(parts)
	for _, p := range parts {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(offset))
		dst = binary.LittleEndian.AppendUint32(dst, uint32(len(p)))
		offset += len(p)
	}
	for _, p := range parts {
		dst = append(dst, p...)
	}
	return dst
}

// ParseMultiPart returns the parts of a multipart response, at least one. They
// are slices of body. It returns ErrMultiPart for what is none.
//
// [MS-ASCMD] 2.2.1.10.1.1 MultiPartResponse
func ParseMultiPart(body []byte) ([][]byte, error) {
	if len(body) < 4 {
		return nil, ErrMultiPart
	}
	n := binary.LittleEndian.Uint32(body)
	if n == 0 || n > maxParts || uint32(len(body)-4)/8 < n {
		return nil, ErrMultiPart
	}
	parts := make([][]byte, n)
	for i := range parts {
		offset := uint64(binary.LittleEndian.Uint32(body[4+8*i:]))
		end := offset + uint64(binary.LittleEndian.Uint32(body[8+8*i:]))
		if end > uint64(len(body)) {
			return nil, ErrMultiPart
		}
		parts[i] = body[offset:end:end]
	}
	return parts, nil
}
