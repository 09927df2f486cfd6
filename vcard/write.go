package vcard

import (
	"strings"
	"unicode/utf8"
)

// lineLength is how many bytes a line has at most.
//
// [RFC 2426] 2.6 Line Delimiting and Folding
const lineLength = 75

// Append adds a card in version 3.0 to b. Names, types and values are written as
// they are: the caller escapes values with Escape. Parameters other than TYPE
// and ENCODING are left out.
func Append(b []byte, card Card) []byte {
	b = append(b, "BEGIN:VCARD\r\nVERSION:3.0\r\n"...)
	for _, p := range card {
		var line strings.Builder
		line.WriteString(p.Name)
		for _, param := range []string{"ENCODING", "TYPE"} {
			if len(p.Params[param]) > 0 {
				line.WriteString(";" + param + "=" + strings.Join(p.Params[param], ","))
			}
		}
		line.WriteString(":" + p.Value)
		b = appendFolded(b, line.String())
	}
	return append(b, "END:VCARD\r\n"...)
}

// appendFolded writes a line, folded between characters.
func appendFolded(b []byte, line string) []byte {
	limit := lineLength
	for len(line) > limit {
		n := limit
		for n > 1 && !utf8.RuneStart(line[n]) {
			n--
		}
		b = append(b, line[:n]...)
		b = append(b, "\r\n "...)
		line, limit = line[n:], lineLength-1
	}
	b = append(b, line...)
	return append(b, "\r\n"...)
}
