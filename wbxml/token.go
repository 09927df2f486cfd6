package wbxml

import (
	"fmt"
	"strconv"
)

// The global tokens. ActiveSync uses the first four; a document that uses
// another one is refused.
//
// [WBXML 1.3] 7.1 Global Tokens
const (
	tokSwitchPage = 0x00
	tokEnd        = 0x01
	tokStrI       = 0x03
	tokOpaque     = 0xC3

	tokEntity    = 0x02
	tokLiteral   = 0x04
	tokExtI0     = 0x40
	tokExtI1     = 0x41
	tokExtI2     = 0x42
	tokPI        = 0x43
	tokLiteralC  = 0x44
	tokExtT0     = 0x80
	tokExtT1     = 0x81
	tokExtT2     = 0x82
	tokStrT      = 0x83
	tokLiteralA  = 0x84
	tokExt0      = 0xC0
	tokExt1      = 0xC1
	tokExt2      = 0xC2
	tokLiteralAC = 0xC4

	hasContent    = 0x40
	hasAttributes = 0x80
)

// The header every document begins with: version 1.3, unknown public
// identifier, UTF-8, no string table.
const header = "\x03\x01\x6A\x00"

// Kind says what a [Token] is.
type Kind uint8

const (
	// StartElement begins the element Token.Tag.
	StartElement Kind = iota + 1
	// Text is an inline string, Token.Data. It is valid UTF-8 and not empty.
	Text
	// Opaque is a byte array, Token.Data. It may be empty.
	Opaque
	// EndElement ends the element Token.Tag. Every StartElement has one,
	// whether or not the element was written as an empty one.
	EndElement
)

// String returns the name of the kind.
func (k Kind) String() string {
	switch k {
	case StartElement:
		return "StartElement"
	case Text:
		return "Text"
	case Opaque:
		return "Opaque"
	case EndElement:
		return "EndElement"
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// Token is the smallest part of a document that means something. Code page
// switches are no tokens of their own: they show in Tag.
type Token struct {
	Kind Kind
	Tag  Tag    // of StartElement and EndElement
	Data []byte // of Text and Opaque; from a Decoder it is part of the input, not a copy
}

// String shows the token: <AirSync SyncKey>, "text", opaque(f1f2) or </AirSync SyncKey>.
func (t Token) String() string {
	switch t.Kind {
	case StartElement:
		return "<" + t.Tag.String() + ">"
	case EndElement:
		return "</" + t.Tag.String() + ">"
	case Text:
		return strconv.Quote(string(t.Data))
	case Opaque:
		return fmt.Sprintf("opaque(%x)", t.Data)
	}
	return t.Kind.String()
}
