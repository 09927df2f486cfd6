package wbxml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"time"
	"unicode/utf8"
)

// Unmarshal sets the struct that v points to to what the document data says,
// within the first of the limits given or else the defaults. The package
// comment says how. What data says nothing about becomes zero. After an error
// the struct holds what was read up to there.
//
// Errors about the document are of type [*SyntaxError].
func Unmarshal(data []byte, v any, limits ...Limits) error {
	rv, err := target(v)
	if err != nil {
		return err
	}
	p, err := planDocument(rv.Type())
	if err != nil {
		return err
	}
	var d Decoder
	d.init(data, limits)
	return d.document(p, rv)
}

// target returns the struct that v points to.
func target(v any) (reflect.Value, error) {
	rv := reflect.ValueOf(v)
	if rv.Kind() != reflect.Pointer || rv.IsNil() || rv.Elem().Kind() != reflect.Struct {
		return rv, fmt.Errorf("wbxml: unmarshal into %T: not a pointer to a struct", v)
	}
	return rv.Elem(), nil
}

// document reads the root element, and that nothing follows it.
func (d *Decoder) document(p *plan, v reflect.Value) error {
	v.SetZero()
	tok, err := d.Next()
	if err != nil {
		return err
	}
	if p.root != 0 && tok.Tag != p.root {
		return d.wrap(fmt.Errorf("%w: want %s", ErrUnexpectedElement, p.root))
	}
	if err := d.fields(p, v); err != nil {
		return err
	}
	if _, err := d.Next(); err != io.EOF {
		return err
	}
	return nil
}

// fields reads the content of an element that a struct stands for, and its end.
func (d *Decoder) fields(p *plan, v reflect.Value) error {
	var seen [maxEntries / 64]uint64
	next := 0
	for {
		tok, err := d.Next()
		if err != nil {
			return err
		}
		switch tok.Kind {
		case EndElement:
			return nil
		case Text, Opaque:
			return d.wrap(ErrUnexpectedText)
		}
		i := p.find(tok.Tag, next)
		if i < 0 {
			return d.wrap(ErrUnexpectedElement)
		}
		next = i
		e := p.entries[i]
		f := &p.fields[e.field]
		fv := fieldOf(v, f.index)
		c := f.value
		switch {
		case f.choice != nil:
			variant := &f.choice.fields[e.variant]
			fv = fieldOf(grow(fv), variant.index)
			c = variant.value
		case c.kind != sliceKind:
			if seen[i/64]&(1<<(i%64)) != 0 {
				if !f.last {
					return d.wrap(ErrRepeatedElement)
				}
				fv.SetZero()
			}
			seen[i/64] |= 1 << (i % 64)
		}
		if f.empty {
			err = d.presence(fv)
		} else {
			err = d.element(tok.Tag, c, fv)
		}
		if err != nil {
			return err
		}
	}
}

// grow lengthens a slice by a zero element and returns that.
func grow(s reflect.Value) reflect.Value {
	n := s.Len()
	if n == s.Cap() {
		s.Grow(1)
	}
	s.SetLen(n + 1)
	elem := s.Index(n)
	elem.SetZero()
	return elem
}

// element reads the rest of the element just started into v.
func (d *Decoder) element(tag Tag, c *codec, v reflect.Value) error {
	switch c.kind {
	case pointerKind:
		p := reflect.New(v.Type().Elem())
		v.Set(p)
		return d.element(tag, c.elem, p.Elem())
	case sliceKind:
		return d.element(tag, c.elem, grow(v))
	case structKind:
		return d.fields(c.plan, v)
	case rawKind:
		raw, err := d.raw(tag)
		if err != nil {
			return err
		}
		*v.Addr().Interface().(*Raw) = raw
		return nil
	}
	offset, depth := d.start, len(d.open)
	text, at, err := d.leaf()
	if err != nil {
		return err
	}
	if at >= 0 {
		offset = at
	}
	if err := setLeaf(c.kind, v, text); err != nil {
		return d.wrapAt(offset, depth, err)
	}
	return nil
}

// leaf reads the text or byte array of an element that has no children, and its
// end. Several in a row count as one. It returns the offset of the first, or -1.
func (d *Decoder) leaf() (text []byte, offset int, err error) {
	offset = -1
	for {
		tok, err := d.Next()
		if err != nil {
			return nil, offset, err
		}
		switch tok.Kind {
		case EndElement:
			return text, offset, nil
		case StartElement:
			return nil, offset, d.wrap(ErrUnexpectedElement)
		}
		if offset < 0 {
			text, offset = tok.Data, d.start
		} else {
			text = append(text, tok.Data...) // a copy: tokens have no capacity to spare
		}
	}
}

// presence reads the rest of an element of which only the presence counts,
// unless it says "0".
func (d *Decoder) presence(v reflect.Value) error {
	text, _, err := d.leaf()
	if err != nil {
		return err
	}
	v.SetBool(string(bytes.TrimSpace(text)) != "0")
	return nil
}

// setLeaf sets v to the value that a text stands for.
func setLeaf(kind codecKind, v reflect.Value, text []byte) error {
	switch kind {
	case stringKind:
		if !utf8.Valid(text) { // OPAQUE may be anything
			return badValue(text, "is not UTF-8")
		}
		v.SetString(string(text))
		return nil
	case bytesKind:
		v.SetBytes(append([]byte{}, text...)) // not nil, which would be absent
		return nil
	}
	text = bytes.TrimSpace(text)
	switch kind {
	case boolKind:
		switch string(text) {
		case "1", "":
			v.SetBool(true)
		case "0":
			v.SetBool(false)
		default:
			return badValue(text, "is neither 0 nor 1")
		}
	case intKind:
		n, err := strconv.ParseInt(string(text), 10, v.Type().Bits())
		if err != nil {
			return badNumber(text, err, v)
		}
		v.SetInt(n)
	case uintKind:
		n, err := strconv.ParseUint(string(text), 10, v.Type().Bits())
		if err != nil {
			return badNumber(text, err, v)
		}
		v.SetUint(n)
	case timeKind:
		t, err := parseTime(text)
		if err != nil {
			return badValue(text, "is not a date")
		}
		*timeOf(v) = t
	}
	return nil
}

func badNumber(text []byte, err error, v reflect.Value) error {
	if errors.Is(err, strconv.ErrRange) || v.CanUint() && len(text) > 1 && text[0] == '-' {
		return badValue(text, "is out of the range of "+v.Kind().String())
	}
	return badValue(text, "is not a number")
}

// parseTime reads a date, with or without fractions of a second, or one in the
// compact form of some calendar elements.
//
// [MS-ASDTYPE] 2.3 dateTime, 2.7.2 Compact DateTime
func parseTime(text []byte) (time.Time, error) {
	if bytes.IndexByte(text, '-') < 0 {
		return time.Parse("20060102T150405Z", string(text))
	}
	t, err := time.Parse("2006-01-02T15:04:05Z07:00", string(text))
	return t.UTC(), err
}
