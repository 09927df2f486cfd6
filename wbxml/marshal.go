package wbxml

import (
	"fmt"
	"reflect"
	"strconv"
	"time"
)

// Marshal returns v, a struct with an XMLName or a pointer to one, as a
// document. The package comment says how.
func Marshal(v any) ([]byte, error) { return AppendMarshal(nil, v) }

// AppendMarshal appends v as a document to dst and returns the extended buffer.
// On an error it returns nil.
func AppendMarshal(dst []byte, v any) ([]byte, error) {
	rv, err := structOf(v)
	if err != nil {
		return nil, err
	}
	p, err := planDocument(rv.Type())
	if err != nil {
		return nil, err
	}
	return appendDocument(dst, p.root, p, rv)
}

func appendDocument(dst []byte, root Tag, p *plan, v reflect.Value) ([]byte, error) {
	var e Encoder
	e.init(dst)
	e.Start(root)
	if err := e.fields(p, v); err != nil {
		return nil, fmt.Errorf("wbxml: marshal %s: %w", v.Type(), err)
	}
	e.End()
	return e.Bytes()
}

// structOf returns the struct that v is or points to, in an addressable value.
func structOf(v any) (reflect.Value, error) {
	rv := reflect.ValueOf(v)
	switch {
	case rv.Kind() == reflect.Pointer && !rv.IsNil() && rv.Elem().Kind() == reflect.Struct:
		return rv.Elem(), nil
	case rv.Kind() == reflect.Struct:
		addressable := reflect.New(rv.Type()).Elem()
		addressable.Set(rv)
		return addressable, nil
	}
	return rv, fmt.Errorf("wbxml: marshal %T: neither a struct nor a pointer to one", v)
}

// fields writes the content of an element that a struct stands for.
func (e *Encoder) fields(p *plan, v reflect.Value) error {
	for i := range p.fields {
		f := &p.fields[i]
		fv := fieldOf(v, f.index)
		if f.choice != nil {
			for j := range fv.Len() {
				if err := e.variant(f.choice, fv.Index(j)); err != nil {
					return err
				}
			}
			continue
		}
		if f.omitEmpty && isZero(f.value, fv) {
			continue
		}
		if f.empty {
			if fv.Bool() {
				e.Start(f.tag)
				e.End()
			}
			continue
		}
		if err := e.element(f.tag, f.value, fv); err != nil {
			return err
		}
	}
	return nil
}

func fieldOf(v reflect.Value, index []int) reflect.Value {
	for _, i := range index {
		v = v.Field(i)
	}
	return v
}

func isZero(c *codec, v reflect.Value) bool {
	switch c.kind {
	case timeKind:
		return timeOf(v).IsZero()
	case bytesKind:
		return v.Len() == 0
	}
	return v.IsZero()
}

// variant writes the one element of a choice that is there.
func (e *Encoder) variant(p *plan, v reflect.Value) error {
	var found *field
	for i := range p.fields {
		if f := &p.fields[i]; !fieldOf(v, f.index).IsNil() {
			if found != nil {
				return fmt.Errorf("%s holds both %s and %s", v.Type(), found.tag, f.tag)
			}
			found = f
		}
	}
	if found == nil {
		return fmt.Errorf("%s holds no element", v.Type())
	}
	return e.element(found.tag, found.value, fieldOf(v, found.index))
}

// element writes v as the element tag, or as several of them, or as none.
func (e *Encoder) element(tag Tag, c *codec, v reflect.Value) error {
	switch c.kind {
	case pointerKind:
		if v.IsNil() {
			return nil
		}
		return e.element(tag, c.elem, v.Elem())
	case sliceKind:
		for i := range v.Len() {
			if err := e.element(tag, c.elem, v.Index(i)); err != nil {
				return err
			}
		}
		return nil
	case rawKind:
		return e.raw(tag, v.Addr().Interface().(*Raw))
	case bytesKind:
		if v.IsNil() {
			return nil
		}
	}
	e.Start(tag)
	if e.err != nil {
		return e.err
	}
	var err error
	switch c.kind {
	case structKind:
		err = e.fields(c.plan, v)
	case stringKind:
		if s := v.String(); tag.Opaque() && s != "" {
			e.opaqueHeader(len(s))
			e.buf = append(e.buf, s...)
		} else {
			e.Text(s)
		}
	case bytesKind:
		if b := v.Bytes(); len(b) > 0 {
			e.Opaque(b)
		}
	default:
		e.content()
		e.buf = append(e.buf, tokStrI)
		switch c.kind {
		case boolKind:
			digit := byte('0')
			if v.Bool() {
				digit = '1'
			}
			e.buf = append(e.buf, digit)
		case intKind:
			e.buf = strconv.AppendInt(e.buf, v.Int(), 10)
		case uintKind:
			e.buf = strconv.AppendUint(e.buf, v.Uint(), 10)
		case timeKind:
			t := timeOf(v).UTC()
			if y := t.Year(); y < 0 || y > 9999 {
				err = fmt.Errorf("%s: year %d is not in the range 0 to 9999", tag, y)
			}
			e.buf = t.AppendFormat(e.buf, timeFormat)
		}
		e.buf = append(e.buf, 0)
	}
	e.End()
	return err
}

// timeFormat is how a date is written, always in UTC.
//
// [MS-ASDTYPE] 2.3 dateTime
const timeFormat = "2006-01-02T15:04:05.000Z"

// timeOf returns the time in v, which is addressable and of type time.Time or
// one derived from it.
func timeOf(v reflect.Value) *time.Time {
	p := v.Addr()
	if v.Type() != timeType {
		p = p.Convert(reflect.PointerTo(timeType))
	}
	return p.Interface().(*time.Time)
}
