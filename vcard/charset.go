package vcard

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// utf8Text returns a file's text: UTF-16 by its mark, else as it is, without the
// mark of UTF-8. NUL, which no text holds, becomes a space.
func utf8Text(data []byte) string {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}):
		order = binary.LittleEndian
	case bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		order = binary.BigEndian
	default:
		data = bytes.TrimPrefix(data, []byte("\uFEFF"))
		return strings.ReplaceAll(string(data), "\x00", " ")
	}
	units := make([]uint16, 0, len(data)/2)
	for data = data[2:]; len(data) >= 2; data = data[2:] {
		units = append(units, order.Uint16(data))
	}
	return strings.ReplaceAll(string(utf16.Decode(units)), "\x00", " ")
}

// decodeText returns bytes in a character set as UTF-8. A name that is not known,
// or that is wrong, stands for UTF-8 where that fits and else for Windows-1252,
// of which ISO 8859-1 is a part.
func decodeText(b []byte, charset string) string {
	switch strings.ToUpper(charset) {
	case "ISO-8859-1", "ISO8859-1", "LATIN1", "WINDOWS-1252", "CP1252":
	case "ISO-8859-15", "LATIN9":
		return eightBit(b, latin9)
	default:
		if utf8.Valid(b) {
			return string(b)
		}
	}
	return eightBit(b, windows1252)
}

// eightBit decodes a character set of one byte a character. What special leaves
// out is as in ISO 8859-1.
func eightBit(b []byte, special map[byte]rune) string {
	var out strings.Builder
	for _, c := range b {
		r, ok := special[c]
		if !ok {
			r = rune(c)
		}
		out.WriteRune(r)
	}
	return out.String()
}

var latin9 = map[byte]rune{0xA4: '€', 0xA6: 'Š', 0xA8: 'š', 0xB4: 'Ž', 0xB8: 'ž', 0xBC: 'Œ', 0xBD: 'œ', 0xBE: 'Ÿ'}

var windows1252 = map[byte]rune{
	0x80: '€', 0x82: '‚', 0x83: 'ƒ', 0x84: '„', 0x85: '…', 0x86: '†', 0x87: '‡', 0x88: 'ˆ', 0x89: '‰', 0x8A: 'Š', 0x8B: '‹', 0x8C: 'Œ',
	0x8E: 'Ž', 0x91: '‘', 0x92: '’', 0x93: '“', 0x94: '”', 0x95: '•', 0x96: '–', 0x97: '—', 0x98: '˜', 0x99: '™', 0x9A: 'š', 0x9B: '›',
	0x9C: 'œ', 0x9E: 'ž', 0x9F: 'Ÿ',
}
