package wbxml

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Encoder writes a document token by token. It switches code pages where the
// page changes and writes an element that got no content as an empty one.
//
// The first misuse, such as End without Start, is kept and returned by Bytes;
// until then callers need not look.
type Encoder struct {
	buf    []byte
	page   Page
	open   []int // where in buf the tags of the open elements are
	inline [16]int
	done   bool // the root has ended
	err    error
}

// NewEncoder returns an encoder that appends a document to dst, which may be
// nil, header first.
func NewEncoder(dst []byte) *Encoder {
	e := new(Encoder)
	e.init(dst)
	return e
}

func (e *Encoder) init(dst []byte) {
	e.buf = append(dst, header...)
	e.open = e.inline[:0]
}

// Start begins an element. The nesting is bounded as by the default [Limits].
func (e *Encoder) Start(t Tag) {
	switch {
	case e.err != nil:
		return
	case e.done:
		e.err = fmt.Errorf("wbxml: encode %s: the root element has ended", t)
		return
	case t.Name() == "":
		e.err = fmt.Errorf("wbxml: encode %s: %w", t, ErrUnknownToken)
		return
	case len(e.open) >= defaultDepth:
		e.err = fmt.Errorf("wbxml: encode %s: %w: more than %d", t, ErrTooDeep, defaultDepth)
		return
	}
	e.content()
	if p := t.Page(); p != e.page {
		e.buf = append(e.buf, tokSwitchPage, byte(p))
		e.page = p
	}
	e.open = append(e.open, len(e.buf))
	e.buf = append(e.buf, t.Token())
}

// content marks the innermost open element as one that has content.
func (e *Encoder) content() {
	if n := len(e.open); n > 0 {
		e.buf[e.open[n-1]] |= hasContent
	}
}

// Text writes s as an inline string. What an inline string can't hold is
// mended: U+0000 is left out, and invalid UTF-8 becomes U+FFFD. Text of no
// length is no content.
func (e *Encoder) Text(s string) {
	if !e.inElement("text") {
		return
	}
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	s = strings.ReplaceAll(s, "\x00", "") // returns s as it is if there is none
	if s == "" {
		return
	}
	e.content()
	e.buf = append(e.buf, tokStrI)
	e.buf = append(e.buf, s...)
	e.buf = append(e.buf, 0)
}

// Opaque writes b as a byte array. One of no length is content, too.
func (e *Encoder) Opaque(b []byte) {
	if !e.inElement("OPAQUE") {
		return
	}
	e.opaqueHeader(len(b))
	e.buf = append(e.buf, b...)
}

func (e *Encoder) opaqueHeader(n int) {
	e.content()
	e.buf = append(e.buf, tokOpaque)
	e.buf = appendUint32(e.buf, uint32(n))
}

func (e *Encoder) inElement(what string) bool {
	if e.err == nil && len(e.open) == 0 {
		e.err = fmt.Errorf("wbxml: encode %s outside the root element", what)
	}
	return e.err == nil
}

// End ends the innermost open element.
func (e *Encoder) End() {
	if e.err != nil {
		return
	}
	last := len(e.open) - 1
	if last < 0 {
		e.err = errors.New("wbxml: encode END without an element")
		return
	}
	if e.buf[e.open[last]]&hasContent != 0 {
		e.buf = append(e.buf, tokEnd)
	}
	e.open = e.open[:last]
	e.done = last == 0
}

// Write writes a token as a [Decoder] returned it.
func (e *Encoder) Write(t Token) {
	switch t.Kind {
	case StartElement:
		e.Start(t.Tag)
	case Text:
		e.Text(string(t.Data))
	case Opaque:
		e.Opaque(t.Data)
	case EndElement:
		e.End()
	default:
		if e.err == nil {
			e.err = fmt.Errorf("wbxml: encode a token of %s", t.Kind)
		}
	}
}

// Bytes returns the document appended to what NewEncoder was given. It is an
// error to ask before the root element has ended.
func (e *Encoder) Bytes() ([]byte, error) {
	if e.err == nil && !e.done {
		e.err = errors.New("wbxml: encode: the root element has not ended")
	}
	if e.err != nil {
		return nil, e.err
	}
	return e.buf, nil
}

// appendUint32 appends a multi-byte integer.
//
// [WBXML 1.3] 5.1 Multi-byte Integers
func appendUint32(b []byte, n uint32) []byte {
	var tmp [5]byte
	i := len(tmp) - 1
	tmp[i] = byte(n & 0x7F)
	for n >>= 7; n > 0; n >>= 7 {
		i--
		tmp[i] = byte(n&0x7F) | 0x80
	}
	return append(b, tmp[i:]...)
}
