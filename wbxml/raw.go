package wbxml

import (
	"errors"
	"fmt"
	"io"
	"slices"
)

// Raw is an element whose content has not been unmarshalled yet. As the type of
// a field it takes the element whatever is in it, so that what is wrong in one
// item fails that item and not the document. The bytes have been checked to be
// well-formed all the same.
//
// A Raw refers to the document it was unmarshalled from and does not copy it:
// the document must not be changed as long as the Raw is in use. The zero Raw
// is no element and marshals as nothing.
type Raw struct {
	doc    []byte // the document up to the end of the element
	start  int    // where the tag of the element is
	tag    Tag
	around []Tag // the elements it is in
}

// NewRaw returns v, a struct or a pointer to one, as the element that name
// says in the notation of struct tags, such as "AirSync ApplicationData".
func NewRaw(name string, v any) (Raw, error) {
	tag, err := ParseTag(name)
	if err != nil {
		return Raw{}, err
	}
	rv, err := structOf(v)
	if err != nil {
		return Raw{}, err
	}
	p, err := planFor(rv.Type(), tag.Page())
	if err != nil {
		return Raw{}, err
	}
	doc, err := appendDocument(nil, tag, p, rv)
	if err != nil {
		return Raw{}, err
	}
	start := len(header)
	if doc[start] == tokSwitchPage {
		start += 2
	}
	return Raw{doc: doc, start: start, tag: tag}, nil
}

// Tag returns the element, or 0 of the zero Raw.
func (r Raw) Tag() Tag { return r.tag }

// Unmarshal sets the struct that v points to to what is in the element. If the
// struct has an XMLName, it must be that of the element. Errors are those of
// [Unmarshal], with offset and path from the beginning of the document.
func (r Raw) Unmarshal(v any) error {
	if r.tag == 0 {
		return errors.New("wbxml: unmarshal from a Raw that is no element")
	}
	rv, err := target(v)
	if err != nil {
		return err
	}
	p, err := planFor(rv.Type(), r.tag.Page())
	if err != nil {
		return err
	}
	return r.decoder().document(p, rv)
}

// decoder returns a decoder of the element alone. Its limits were kept when the
// document was decoded.
func (r Raw) decoder() *Decoder {
	d := &Decoder{data: r.doc, pos: r.start, outer: r.around, page: r.tag.Page(), limits: noLimits}
	d.open = d.inline[:0]
	return d
}

// raw reads the rest of the element just started.
func (d *Decoder) raw(tag Tag) (Raw, error) {
	start := d.start
	// Mostly an element is in the same place as the one before.
	if around := d.open[:len(d.open)-1]; !slices.Equal(d.around, around) {
		d.around = slices.Clone(around)
	}
	if err := d.Skip(); err != nil {
		return Raw{}, err
	}
	return Raw{doc: d.data[:d.pos:d.pos], start: start, tag: tag, around: d.around}, nil
}

// raw writes an element as it was, but for code page switches.
func (e *Encoder) raw(tag Tag, r *Raw) error {
	if r.tag == 0 {
		return nil
	}
	if r.tag != tag {
		return fmt.Errorf("a Raw of %s in place of %s", r.tag, tag)
	}
	for d := r.decoder(); ; {
		tok, err := d.Next()
		if err != nil {
			if err == io.EOF {
				return e.err
			}
			return err
		}
		e.Write(tok)
	}
}
