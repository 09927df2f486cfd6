package wbxml

import (
	"bufio"
	"encoding/hex"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The words of the XML form, beside the elements of the code pages.
const (
	xmlNamespace = "wbxml" // of run
	xmlRun       = "run"
	xmlOpaque    = "opaque" // attribute: "hex" or "text"
	xmlQuoted    = "quoted" // attribute: "yes"
)

// ToXML writes the document data to w as indented XML for people to read, from
// which [FromXML] restores it without loss. Nothing is written if data is not
// well-formed; the error is then of type [*SyntaxError].
//
// Code pages become namespaces. That of the root is the default one, the others
// have their name in lower case as a prefix:
//
//	<?xml version="1.0" encoding="utf-8"?>
//	<Sync xmlns="AirSync" xmlns:email2="Email2">
//	  <SyncKey>1</SyncKey>
//	  <email2:ConversationId opaque="hex">49c310f1</email2:ConversationId>
//	</Sync>
//
// A byte array is marked by the attribute opaque and shown in hexadecimal, or
// as it is if it reads as text. Text with characters that XML has no room for or
// that can't be seen, such as U+0007, is marked quoted="yes" and written as a Go
// string literal. Where an element holds more than one text, or text beside
// elements, each piece is put into an element wbxml:run. White space counts
// where it is part of a text or all that an element holds; between elements it
// means nothing.
//
// Lost are only differences that mean nothing: superfluous code page switches,
// and how an element without content was written.
func ToXML(w io.Writer, data []byte, limits ...Limits) error {
	x := xmlWriter{w: bufio.NewWriter(w), d: NewDecoder(data, limits...)}
	if err := x.scan(data, limits); err != nil {
		return err
	}
	x.w.WriteString("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n")
	for {
		tok, err := x.next()
		if err == io.EOF {
			return x.w.Flush()
		}
		if err != nil {
			return err
		}
		x.write(tok)
	}
}

type xmlWriter struct {
	w     *bufio.Writer
	d     *Decoder
	ahead []Token // read from d, but not yet written
	depth int
	pages [len(codePages)]bool // those in use
	root  Page
	runs  bool // wbxml:run is in use
}

// scan finds out what the root element has to declare, and that data is well-formed.
func (x *xmlWriter) scan(data []byte, limits []Limits) error {
	d := NewDecoder(data, limits...)
	var before Token
	for first := true; ; first = false {
		tok, err := d.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		switch tok.Kind {
		case StartElement:
			if first {
				x.root = tok.Tag.Page()
			}
			x.pages[tok.Tag.Page()] = true
			x.runs = x.runs || before.Kind == Text || before.Kind == Opaque
		case Text, Opaque:
			x.runs = x.runs || before.Kind != StartElement
		}
		before = tok
	}
}

func (x *xmlWriter) next() (Token, error) {
	if len(x.ahead) > 0 {
		tok := x.ahead[0]
		x.ahead = x.ahead[1:]
		return tok, nil
	}
	return x.d.Next()
}

// peek returns the token after the next n ones. Only what is inside an open
// element is asked for, and scan has found the document to be well-formed, so
// there is one.
func (x *xmlWriter) peek(n int) Token {
	for len(x.ahead) <= n {
		tok, _ := x.d.Next()
		x.ahead = append(x.ahead, tok)
	}
	return x.ahead[n]
}

func (x *xmlWriter) write(tok Token) {
	switch tok.Kind {
	case StartElement:
		x.indent()
		name := x.name(tok.Tag)
		x.w.WriteByte('<')
		x.w.WriteString(name)
		if x.depth == 0 {
			x.declare()
		}
		switch first := x.peek(0); {
		case first.Kind == EndElement:
			x.ahead = x.ahead[1:]
			x.w.WriteString("/>\n")
		case first.Kind != StartElement && x.peek(1).Kind == EndElement:
			x.ahead = x.ahead[2:]
			x.content(name, first)
		default:
			x.w.WriteString(">\n")
			x.depth++
		}
	case EndElement:
		x.depth--
		x.indent()
		x.w.WriteString("</")
		x.w.WriteString(x.name(tok.Tag))
		x.w.WriteString(">\n")
	case Text, Opaque:
		const name = xmlNamespace + ":" + xmlRun
		x.indent()
		x.w.WriteString("<" + name)
		x.content(name, tok)
	}
}

// declare writes the namespaces in use.
func (x *xmlWriter) declare() {
	x.w.WriteString(` xmlns="` + x.root.String() + `"`)
	for i, used := range x.pages {
		if p := Page(i); used && p != x.root {
			x.w.WriteString(" xmlns:" + strings.ToLower(p.String()) + `="` + p.String() + `"`)
		}
	}
	if x.runs {
		x.w.WriteString(" xmlns:" + xmlNamespace + `="` + xmlNamespace + `"`)
	}
}

func (x *xmlWriter) name(t Tag) string {
	if t.Page() == x.root {
		return t.Name()
	}
	return strings.ToLower(t.Page().String()) + ":" + t.Name()
}

// content writes the rest of an element that holds nothing but tok, after its name.
func (x *xmlWriter) content(name string, tok Token) {
	text := string(tok.Data)
	printable := xmlCanHold(text)
	switch {
	case tok.Kind == Text && !printable:
		x.w.WriteString(` ` + xmlQuoted + `="yes"`)
		text = strconv.Quote(text)
	case tok.Kind == Opaque && printable && strings.TrimSpace(text) != "":
		x.w.WriteString(` ` + xmlOpaque + `="text"`)
	case tok.Kind == Opaque:
		x.w.WriteString(` ` + xmlOpaque + `="hex"`)
		text = hex.EncodeToString(tok.Data)
	}
	x.w.WriteByte('>')
	xmlEscaper.WriteString(x.w, text)
	x.w.WriteString("</")
	x.w.WriteString(name)
	x.w.WriteString(">\n")
}

func (x *xmlWriter) indent() {
	for range x.depth {
		x.w.WriteString("  ")
	}
}

// xmlEscaper leaves line feeds as they are, for legibility; carriage returns
// would be lost.
var xmlEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#xD;")

// xmlCanHold reports whether s is UTF-8 and all of it are characters of XML 1.0
// that can be seen, or white space.
//
// [XML 1.0] 2.2 Characters
func xmlCanHold(s string) bool {
	for _, r := range s {
		if unicode.IsControl(r) && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			return false
		}
	}
	return utf8.ValidString(s)
}
