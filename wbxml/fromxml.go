package wbxml

import (
	"bytes"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// FromXML reads XML as [ToXML] writes it and returns the document. Comments may
// be added, any prefixes and default namespaces used, and white space be put
// between elements. Errors tell the line.
func FromXML(r io.Reader) ([]byte, error) {
	x := xmlReader{d: xml.NewDecoder(r), e: NewEncoder(nil)}
	for {
		tok, err := x.d.Token()
		if err == io.EOF {
			break
		}
		var syntax *xml.SyntaxError
		if errors.As(err, &syntax) {
			return nil, fmt.Errorf("wbxml: XML line %d: %s", syntax.Line, syntax.Msg)
		}
		if err != nil {
			return nil, fmt.Errorf("wbxml: read XML: %w", err)
		}
		if err := x.token(tok); err != nil {
			line, _ := x.d.InputPos()
			return nil, fmt.Errorf("wbxml: XML line %d: %s", line, strings.TrimPrefix(err.Error(), "wbxml: "))
		}
	}
	if !x.e.done {
		return nil, errors.New("wbxml: XML without an element")
	}
	return x.e.Bytes()
}

type xmlReader struct {
	d    *xml.Decoder
	e    *Encoder
	open []xmlElement
	text []byte // since the last start or end of an element
}

// xmlElement is an element that has started.
type xmlElement struct {
	name           string
	opaque, quoted string // the attributes
	run            bool   // it is wbxml:run
	children       bool   // it has some
}

func (x *xmlReader) token(tok xml.Token) error {
	switch tok := tok.(type) {
	case xml.StartElement:
		return x.start(tok)
	case xml.EndElement:
		return x.end()
	case xml.CharData:
		if len(x.open) == 0 && !blank(tok) {
			return errors.New("text outside the root element")
		}
		x.text = append(x.text, tok...)
	}
	return nil
}

func (x *xmlReader) start(tok xml.StartElement) error {
	el := xmlElement{name: tok.Name.Local}
	if len(x.open) > 0 {
		parent := &x.open[len(x.open)-1]
		switch {
		case parent.run || parent.opaque != "" || parent.quoted != "":
			return fmt.Errorf("element %s inside %s, which holds a value", el.name, parent.name)
		case !blank(x.text):
			return fmt.Errorf("text beside element %s; put it into a %s:%s", el.name, xmlNamespace, xmlRun)
		}
		parent.children = true
	} else if x.e.done {
		return fmt.Errorf("a second root element, %s", el.name)
	}
	x.text = x.text[:0]
	for _, a := range tok.Attr {
		switch {
		case a.Name.Space == "xmlns" || a.Name.Space == "" && a.Name.Local == "xmlns":
		case a.Name == xml.Name{Local: xmlOpaque} && (a.Value == "hex" || a.Value == "text"):
			el.opaque = a.Value
		case a.Name == xml.Name{Local: xmlQuoted} && a.Value == "yes":
			el.quoted = a.Value
		default:
			return fmt.Errorf("attribute %s=%q of element %s means nothing here", a.Name.Local, a.Value, el.name)
		}
	}
	if el.opaque != "" && el.quoted != "" {
		return fmt.Errorf("element %s is both %s and %s", el.name, xmlOpaque, xmlQuoted)
	}
	if tok.Name == (xml.Name{Space: xmlNamespace, Local: xmlRun}) {
		el.run = true
	} else {
		// The namespaces of older documents end with a colon.
		page, ok := LookupPage(strings.TrimSuffix(tok.Name.Space, ":"))
		if !ok {
			return fmt.Errorf("element %s: no code page for namespace %q", el.name, tok.Name.Space)
		}
		tag, ok := LookupTag(page, tok.Name.Local)
		if !ok {
			return fmt.Errorf("no element %q on code page %s", el.name, page)
		}
		x.e.Start(tag)
	}
	x.open = append(x.open, el)
	return x.e.err
}

func (x *xmlReader) end() error {
	el := x.open[len(x.open)-1]
	x.open = x.open[:len(x.open)-1]
	if el.children {
		if !blank(x.text) {
			return fmt.Errorf("text beside the elements of %s; put it into a %s:%s", el.name, xmlNamespace, xmlRun)
		}
	} else if err := x.value(el); err != nil {
		return fmt.Errorf("element %s: %w", el.name, err)
	}
	x.text = x.text[:0]
	if !el.run {
		x.e.End()
	}
	return x.e.err
}

// value writes the text read as what the attributes say.
func (x *xmlReader) value(el xmlElement) error {
	switch {
	case el.opaque == "text":
		x.e.Opaque(x.text)
	case el.opaque == "hex":
		b, err := hex.DecodeString(strings.Join(strings.Fields(string(x.text)), ""))
		if err != nil {
			return err
		}
		x.e.Opaque(b)
	case el.quoted != "":
		s, err := strconv.Unquote(string(bytes.TrimSpace(x.text)))
		if err != nil || !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 {
			return errors.New("not a quoted text of UTF-8 without U+0000")
		}
		x.e.Text(s)
	default:
		x.e.Text(string(x.text))
	}
	return nil
}

// blank reports whether text is nothing but the white space of XML.
func blank(text []byte) bool {
	return len(bytes.TrimFunc(text, func(r rune) bool { return r <= ' ' && unicode.IsSpace(r) })) == 0
}
