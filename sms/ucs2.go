package sms

import (
	"encoding/binary"
	"unicode/utf16"
)

// appendUCS2 writes one character as big-endian UTF-16. The standard says
// UCS-2, but every phone reads surrogate pairs.
//
// 3GPP TS 23.038 6.2.3 UCS2
func appendUCS2(dst []byte, r rune) []byte {
	for _, unit := range utf16.AppendRune(nil, r) {
		dst = binary.BigEndian.AppendUint16(dst, unit)
	}
	return dst
}

// decodeUCS2 reads big-endian UTF-16. Half a surrogate pair becomes U+FFFD; an
// odd last octet is dropped.
func decodeUCS2(data []byte) string {
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = binary.BigEndian.Uint16(data[2*i:])
	}
	return string(utf16.Decode(units))
}
