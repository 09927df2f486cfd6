package wbxml

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"
)

// Limits bounds what a decoder takes from a stranger. The zero value means the
// defaults. Exceeding one ends decoding with the error named beside it.
type Limits struct {
	// Size is the greatest length of a document in bytes. Default 16 MiB. [ErrTooLarge]
	Size int
	// Depth is the deepest nesting of elements, the root being at depth 1. Default 32. [ErrTooDeep]
	Depth int
	// Value is the greatest length of one text or byte array in bytes. Default Size. [ErrTooLong]
	Value int
	// Elements is the greatest number of elements. Default 131072. [ErrTooMany]
	Elements int
}

const (
	defaultSize     = 16 << 20
	defaultDepth    = 32
	defaultElements = 1 << 17
)

func (l Limits) withDefaults() Limits {
	if l.Size == 0 {
		l.Size = defaultSize
	}
	if l.Depth == 0 {
		l.Depth = defaultDepth
	}
	if l.Value == 0 {
		l.Value = l.Size
	}
	if l.Elements == 0 {
		l.Elements = defaultElements
	}
	return l
}

// noLimits is for what has been decoded within limits before.
var noLimits = Limits{Size: math.MaxInt, Depth: math.MaxInt, Value: math.MaxInt, Elements: math.MaxInt}

// Decoder splits a document into tokens. It copies nothing: the data of the
// tokens is part of the document.
//
// [MS-ASWBXML] 2.1.2 ActiveSync WBXML Algorithm Details
type Decoder struct {
	data     []byte
	pos      int // of the next byte
	start    int // of the token last returned, or being read
	page     Page
	open     []Tag // the elements around the next token
	inline   [16]Tag
	elements int
	empty    bool  // the element just started has no content: its end comes next
	begun    bool  // the root has started
	outer    []Tag // the elements around the one where decoding began, see Raw
	around   []Tag // the elements around the latest Raw
	limits   Limits
	err      error // sticky
}

// NewDecoder returns a decoder of the document data, within the first of the
// limits given or else the defaults.
func NewDecoder(data []byte, limits ...Limits) *Decoder {
	d := new(Decoder)
	d.init(data, limits)
	return d
}

func (d *Decoder) init(data []byte, limits []Limits) {
	var l Limits
	if len(limits) > 0 {
		l = limits[0]
	}
	d.data, d.limits = data, l.withDefaults()
	d.open = d.inline[:0]
	if len(data) > d.limits.Size {
		d.err = &SyntaxError{Offset: int64(d.limits.Size), Err: fmt.Errorf("%w: more than %d bytes", ErrTooLarge, d.limits.Size)}
	} else if err := d.header(); err != nil {
		d.err = d.wrap(err)
	}
}

// header reads version, public identifier, character set and string table length.
func (d *Decoder) header() error {
	version, err := d.byte()
	if err != nil {
		return err
	}
	if version < 0x01 || version > 0x03 {
		return malformed("version byte 0x%02X, want 0x03 for WBXML 1.3", version)
	}
	d.start = d.pos
	if id, err := d.uint32(); err != nil {
		return err
	} else if id != 1 {
		return malformed("public identifier %d, want 1", id)
	}
	d.start = d.pos
	if charset, err := d.uint32(); err != nil {
		return err
	} else if charset != 106 && charset != 0 {
		return malformed("character set %d, want 106 for UTF-8", charset)
	}
	d.start = d.pos
	if n, err := d.uint32(); err != nil {
		return err
	} else if n != 0 {
		return malformed("string table of %d bytes, want none", n)
	}
	return nil
}

// Next returns the next token, or [io.EOF] after the end of the root element,
// or a [*SyntaxError].
//
// Three ways to write an element without content, <X/>, <X></X> and <X> with a
// string of no length, give the same tokens.
func (d *Decoder) Next() (Token, error) {
	if d.err != nil {
		return Token{}, d.err
	}
	tok, err := d.next()
	if err != nil {
		if err != io.EOF {
			err = d.wrap(err)
		}
		d.err = err
	}
	return tok, err
}

func (d *Decoder) next() (Token, error) {
	if d.empty {
		d.empty = false
		return d.end(), nil
	}
	for {
		d.start = d.pos
		if d.begun && len(d.open) == 0 {
			if d.pos < len(d.data) {
				return Token{}, malformed("%d bytes after the end of the root element", len(d.data)-d.pos)
			}
			return Token{}, io.EOF
		}
		b, err := d.byte()
		if err != nil {
			return Token{}, err
		}
		switch b {
		case tokSwitchPage:
			page, err := d.byte()
			if err != nil {
				return Token{}, err
			}
			if int(page) >= len(codePages) {
				return Token{}, fmt.Errorf("%w: there is no code page %d", ErrUnknownToken, page)
			}
			d.page = Page(page)

		case tokEnd:
			if len(d.open) == 0 {
				return Token{}, malformed("END without an element")
			}
			return d.end(), nil

		case tokStrI:
			n := bytes.IndexByte(d.data[d.pos:], 0)
			if n < 0 {
				return Token{}, malformed("string without its final NUL")
			}
			if n == 0 && len(d.open) > 0 {
				d.pos++
				continue
			}
			text, err := d.value(n)
			if err != nil {
				return Token{}, err
			}
			if !utf8.Valid(text) {
				return Token{}, malformed("string is not UTF-8")
			}
			d.pos++
			return Token{Kind: Text, Data: text}, nil

		case tokOpaque:
			n, err := d.uint32()
			if err != nil {
				return Token{}, err
			}
			if uint64(n) > uint64(len(d.data)-d.pos) {
				return Token{}, malformed("OPAQUE of %d bytes where %d are left", n, len(d.data)-d.pos)
			}
			data, err := d.value(int(n))
			if err != nil {
				return Token{}, err
			}
			return Token{Kind: Opaque, Data: data}, nil

		default:
			return d.startElement(b)
		}
	}
}

// value takes the n bytes of a text or byte array, which the caller has found
// to be there.
func (d *Decoder) value(n int) ([]byte, error) {
	if len(d.open) == 0 {
		return nil, malformed("text before the root element")
	}
	if n > d.limits.Value {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrTooLong, d.limits.Value)
	}
	v := d.data[d.pos : d.pos+n : d.pos+n]
	d.pos += n
	return v, nil
}

func (d *Decoder) startElement(b byte) (Token, error) {
	if name := unsupported(b); name != "" {
		return Token{}, malformed("%s is not used by ActiveSync", name)
	}
	tag := d.page.tag(b &^ hasContent)
	if tag.Name() == "" {
		return Token{}, fmt.Errorf("%w: 0x%02X on code page %s", ErrUnknownToken, tag.Token(), d.page)
	}
	if len(d.open) >= d.limits.Depth {
		return Token{}, fmt.Errorf("%w: more than %d", ErrTooDeep, d.limits.Depth)
	}
	if d.elements >= d.limits.Elements {
		return Token{}, fmt.Errorf("%w: more than %d", ErrTooMany, d.limits.Elements)
	}
	d.elements++
	d.open = append(d.open, tag)
	d.begun = true
	d.empty = b&hasContent == 0
	return Token{Kind: StartElement, Tag: tag}, nil
}

// unsupported names the part of WBXML that a byte in place of a tag belongs to,
// or returns "" if it may be a tag.
func unsupported(b byte) string {
	switch b {
	case tokEntity:
		return "ENTITY"
	case tokPI:
		return "a processing instruction"
	case tokStrT:
		return "the string table"
	case tokLiteral, tokLiteralA, tokLiteralC, tokLiteralAC:
		return "a literal tag"
	case tokExtI0, tokExtI1, tokExtI2, tokExtT0, tokExtT1, tokExtT2, tokExt0, tokExt1, tokExt2:
		return "an extension token"
	}
	if b&hasAttributes != 0 {
		return "an attribute"
	}
	return ""
}

func (d *Decoder) end() Token {
	last := len(d.open) - 1
	tag := d.open[last]
	d.open = d.open[:last]
	return Token{Kind: EndElement, Tag: tag}
}

// Skip reads up to and including the end of the innermost open element. After a
// StartElement that is the rest of that element.
func (d *Decoder) Skip() error {
	for depth := len(d.open); len(d.open) >= depth; {
		if _, err := d.Next(); err != nil {
			return err
		}
	}
	return nil
}

// Offset returns where the token last returned begins.
func (d *Decoder) Offset() int64 { return int64(d.start) }

// Path names the elements that are open, from the root inwards, as in
// "Sync/Collections".
func (d *Decoder) Path() string { return d.path(len(d.open)) }

// path names the outermost depth elements. One more than are open is possible
// directly after an EndElement.
func (d *Decoder) path(depth int) string {
	var b strings.Builder
	for _, tags := range [...][]Tag{d.outer, d.open[:depth]} {
		for _, t := range tags {
			if b.Len() > 0 {
				b.WriteByte('/')
			}
			b.WriteString(t.Name())
		}
	}
	return b.String()
}

// wrap says that err is about the current token.
func (d *Decoder) wrap(err error) error { return d.wrapAt(d.start, len(d.open), err) }

func (d *Decoder) wrapAt(offset, depth int, err error) error {
	return &SyntaxError{Offset: int64(offset), Path: d.path(depth), Err: err}
}

func (d *Decoder) byte() (byte, error) {
	if d.pos >= len(d.data) {
		return 0, malformed("%w", io.ErrUnexpectedEOF)
	}
	b := d.data[d.pos]
	d.pos++
	return b, nil
}

// uint32 reads a multi-byte integer: seven bits a byte, the most significant
// first, the eighth bit set on all bytes but the last.
//
// [WBXML 1.3] 5.1 Multi-byte Integers
func (d *Decoder) uint32() (uint32, error) {
	var n uint64
	for range 5 {
		b, err := d.byte()
		if err != nil {
			return 0, err
		}
		n = n<<7 | uint64(b&0x7F)
		if b&0x80 == 0 {
			if n > math.MaxUint32 {
				return 0, malformed("integer of more than 32 bits")
			}
			return uint32(n), nil
		}
	}
	return 0, malformed("integer of more than 5 bytes")
}
