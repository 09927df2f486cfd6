package wbxml

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
	"time"
)

// plan is how a struct type is read and written as the content of an element of
// a certain code page.
type plan struct {
	fields  []field // in struct order, for marshalling
	entries []entry // the elements that may occur, for unmarshalling
	root    Tag     // what XMLName says, or 0
	page    Page    // what elements inherit that name no page
}

// field is a struct field that stands for an element, or for a choice of them.
type field struct {
	tag       Tag
	index     []int
	omitEmpty bool // a zero value is absent
	empty     bool // a bool: present or absent is all there is to say
	last      bool // a repeat is tolerated, the last one wins
	value     *codec
	choice    *plan // if not nil, the field is a slice of structs of which each holds one of these elements
}

// entry leads from an element to its field.
type entry struct {
	tag     Tag
	field   int // in plan.fields
	variant int // in choice.fields
}

// find returns the index of the entry for a tag, or -1. It begins at hint,
// because elements mostly come in the order of the fields.
func (p *plan) find(t Tag, hint int) int {
	for i := hint; i < len(p.entries); i++ {
		if p.entries[i].tag == t {
			return i
		}
	}
	for i := range p.entries[:min(hint, len(p.entries))] {
		if p.entries[i].tag == t {
			return i
		}
	}
	return -1
}

// codec is how a Go type is read and written as an element.
type codec struct {
	kind codecKind
	elem *codec // of pointerKind and sliceKind
	plan *plan  // of structKind
}

type codecKind uint8

const (
	stringKind codecKind = iota
	boolKind
	intKind
	uintKind
	timeKind
	bytesKind
	structKind
	pointerKind
	sliceKind
	rawKind
)

var (
	timeType = reflect.TypeFor[time.Time]()
	rawType  = reflect.TypeFor[Raw]()
)

// maxEntries is how many elements a struct can hold, see seen in unmarshal.go.
const maxEntries = 256

type planKey struct {
	t    reflect.Type
	page Page
}

var plans sync.Map // from planKey to *plan; a cache

// planFor returns the plan of struct type t on a page. Every type that it
// contains is planned, and thereby checked, with it.
func planFor(t reflect.Type, page Page) (*plan, error) {
	if p, ok := plans.Load(planKey{t, page}); ok {
		return p.(*plan), nil
	}
	b := planner{}
	p, err := b.plan(t, page)
	if err != nil {
		return nil, fmt.Errorf("wbxml: %w", err)
	}
	for k, p := range b {
		plans.LoadOrStore(k, p)
	}
	return p, nil
}

// planDocument returns the plan of a document type, a struct with an XMLName.
func planDocument(t reflect.Type) (*plan, error) {
	root, ok, err := xmlName(t)
	if err != nil {
		return nil, fmt.Errorf("wbxml: %w", err)
	}
	if !ok {
		return nil, fmt.Errorf("wbxml: %s has no field XMLName that names the root element", t)
	}
	return planFor(t, root.Page())
}

// xmlName returns the element that the XMLName field of a struct type names.
func xmlName(t reflect.Type) (Tag, bool, error) {
	f, ok := t.FieldByName("XMLName")
	if !ok || len(f.Index) != 1 {
		return 0, false, nil
	}
	tag, err := ParseTag(f.Tag.Get("wbxml"))
	if err != nil {
		return 0, false, fmt.Errorf("%s.XMLName: %s", t, strings.TrimPrefix(err.Error(), "wbxml: "))
	}
	return tag, true, nil
}

// planner holds the plans being made, so that types may contain themselves.
type planner map[planKey]*plan

func (b planner) plan(t reflect.Type, page Page) (*plan, error) {
	key := planKey{t, page}
	if p, ok := b[key]; ok {
		return p, nil
	}
	p := &plan{page: page}
	b[key] = p
	var err error
	if p.root, _, err = xmlName(t); err != nil {
		return nil, err
	}
	if err := b.fields(p, t, nil); err != nil {
		return nil, err
	}
	if len(p.entries) > maxEntries {
		return nil, fmt.Errorf("%s has more than %d elements", t, maxEntries)
	}
	for i, e := range p.entries {
		if j := p.find(e.tag, 0); j != i {
			return nil, fmt.Errorf("%s has two fields for %s", t, e.tag)
		}
	}
	return p, nil
}

// fields adds the tagged fields of t, which is found at index of the planned
// struct, and those of the structs embedded in it.
func (b planner) fields(p *plan, t reflect.Type, index []int) error {
	for i := range t.NumField() {
		sf := t.Field(i)
		text, tagged := sf.Tag.Lookup("wbxml")
		at := append(index[:len(index):len(index)], i)
		switch {
		case sf.Name == "XMLName" || text == "-":
			continue
		case !tagged && sf.Anonymous && sf.Type.Kind() == reflect.Struct:
			if err := b.fields(p, sf.Type, at); err != nil {
				return err
			}
			continue
		case !tagged:
			continue
		case !sf.IsExported():
			return fmt.Errorf("%s.%s has a wbxml tag but is not exported", t, sf.Name)
		}
		f, err := b.field(p, sf, text)
		if err != nil {
			return fmt.Errorf("%s.%s: %w", t, sf.Name, err)
		}
		f.index = at
		if f.choice == nil {
			p.entries = append(p.entries, entry{tag: f.tag, field: len(p.fields)})
		} else {
			for j := range f.choice.fields {
				p.entries = append(p.entries, entry{tag: f.choice.fields[j].tag, field: len(p.fields), variant: j})
			}
		}
		p.fields = append(p.fields, f)
	}
	return nil
}

func (b planner) field(p *plan, sf reflect.StructField, text string) (f field, err error) {
	name, options, _ := strings.Cut(text, ",")
	choice := false
	if options != "" {
		for o := range strings.SplitSeq(options, ",") {
			switch o {
			case "omitempty":
				f.omitEmpty = true
			case "empty":
				f.empty = true
			case "last":
				f.last = true
			case "choice":
				choice = true
			default:
				return f, fmt.Errorf("no option %q", o)
			}
		}
	}
	if choice {
		return f, b.choice(&f, p.page, sf.Type, text)
	}
	if f.tag, err = resolve(name, sf.Type, p.page); err != nil {
		return f, err
	}
	if f.value, err = b.codec(sf.Type, f.tag); err != nil {
		return f, err
	}
	if f.empty && f.value.kind != boolKind {
		return f, fmt.Errorf("option empty is for bool, not for %s", sf.Type)
	}
	if f.last && f.value.kind == sliceKind {
		return f, fmt.Errorf("option last is not for a slice, which keeps all")
	}
	return f, nil
}

// resolve finds the element that a struct tag names. Without a page it is on
// the page of the type's XMLName, if that has the same name or none is given,
// and else on the page inherited.
func resolve(name string, t reflect.Type, inherited Page) (Tag, error) {
	if strings.Contains(name, " ") {
		tag, err := ParseTag(name)
		if err != nil {
			return 0, fmt.Errorf("%s", strings.TrimPrefix(err.Error(), "wbxml: "))
		}
		return tag, nil
	}
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() == reflect.Struct {
		if own, ok, err := xmlName(t); err != nil {
			return 0, err
		} else if ok && (name == "" || name == own.Name()) {
			return own, nil
		}
	}
	tag, ok := LookupTag(inherited, name)
	if !ok {
		return 0, fmt.Errorf("no element %q on code page %s", name, inherited)
	}
	return tag, nil
}

// choice plans a slice of structs of which each stands for one of several
// elements.
func (b planner) choice(f *field, page Page, t reflect.Type, text string) error {
	if text != ",choice" {
		return fmt.Errorf("option choice goes with no name and no other option")
	}
	if t.Kind() != reflect.Slice || t.Elem().Kind() != reflect.Struct {
		return fmt.Errorf("option choice is for a slice of structs, not for %s", t)
	}
	c, err := b.plan(t.Elem(), page)
	if err != nil {
		return err
	}
	for _, v := range c.fields {
		if v.choice != nil || v.value.kind != pointerKind {
			return fmt.Errorf("%s has a field for %s that is no pointer", t.Elem(), v.tag)
		}
	}
	f.choice = c
	return nil
}

// codec plans a type as the value of the element tag.
func (b planner) codec(t reflect.Type, tag Tag) (*codec, error) {
	switch t.Kind() {
	case reflect.String:
		return &codec{kind: stringKind}, nil
	case reflect.Bool:
		return &codec{kind: boolKind}, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return &codec{kind: intKind}, nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return &codec{kind: uintKind}, nil
	case reflect.Struct:
		if t == rawType {
			return &codec{kind: rawKind}, nil
		}
		if t.ConvertibleTo(timeType) {
			return &codec{kind: timeKind}, nil
		}
		p, err := b.plan(t, tag.Page())
		return &codec{kind: structKind, plan: p}, err
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return &codec{kind: bytesKind}, nil
		}
		elem, err := b.codec(t.Elem(), tag)
		if err != nil {
			return nil, err
		}
		if elem.kind == sliceKind {
			return nil, fmt.Errorf("%s is a slice of slices", t)
		}
		return &codec{kind: sliceKind, elem: elem}, nil
	case reflect.Pointer:
		elem, err := b.codec(t.Elem(), tag)
		if err != nil {
			return nil, err
		}
		if elem.kind == pointerKind || elem.kind == sliceKind {
			return nil, fmt.Errorf("%s points to a pointer or a slice", t)
		}
		return &codec{kind: pointerKind, elem: elem}, nil
	}
	return nil, fmt.Errorf("%s can't be the value of an element", t)
}
