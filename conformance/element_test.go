package conformance

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"asms/wbxml"
)

// element is a decoded element.
type element struct {
	tag    wbxml.Tag
	text   string
	opaque bool // the text came as a byte array
	inner  []*element
}

// nothing stands for an element that is not there, so that a story that looks
// into it fails and does not panic.
var nothing = &element{text: absent}

func parseDocument(body []byte) (*element, error) {
	d := wbxml.NewDecoder(body)
	top := &element{}
	open := []*element{top}
	for {
		tok, err := d.Next()
		if err == io.EOF {
			if len(top.inner) != 1 {
				return nil, fmt.Errorf("%d root elements", len(top.inner))
			}
			return top.inner[0], nil
		}
		if err != nil {
			return nil, err
		}
		in := open[len(open)-1]
		switch tok.Kind {
		case wbxml.StartElement:
			e := &element{tag: tok.Tag}
			in.inner = append(in.inner, e)
			open = append(open, e)
		case wbxml.EndElement:
			open = open[:len(open)-1]
		default:
			in.text += string(tok.Data)
			in.opaque = tok.Kind == wbxml.Opaque
		}
	}
}

// all returns the elements at a path of names.
func (e *element) all(path string) (list []*element) {
	name, rest, more := strings.Cut(path, "/")
	for _, c := range e.inner {
		switch {
		case c.tag.Name() != name:
		case more:
			list = append(list, c.all(rest)...)
		default:
			list = append(list, c)
		}
	}
	return list
}

// first returns the first element at a path, or nothing.
func (e *element) first(path string) *element {
	if list := e.all(path); len(list) > 0 {
		return list[0]
	}
	return nothing
}

func (e *element) has(path string) bool { return e.first(path) != nothing }

// at returns the text at a path, absent where there is no such element.
func (e *element) at(path string) string { return e.first(path).text }

const absent = "(absent)"

// children lists the names of the elements within.
func (e *element) children() string {
	if e == nothing {
		return absent
	}
	names := make([]string, len(e.inner))
	for i, c := range e.inner {
		names[i] = c.tag.Name()
	}
	return strings.Join(names, " ")
}

// walk calls f with the element and all within.
func (e *element) walk(f func(*element)) {
	f(e)
	for _, c := range e.inner {
		c.walk(f)
	}
}

func (e *element) wantStatus(t testing.TB, status string) {
	t.Helper()
	if got := e.at("Status"); got != status {
		t.Errorf("status %s, want %s", got, status)
	}
}

// data is the text at a path of an Add's or a Change's ApplicationData.
func (e *element) data(path string) string { return e.at("ApplicationData/" + path) }

// bodies lists what Adds say, in their order.
func bodies(adds []*element) (list []string) {
	for _, a := range adds {
		list = append(list, a.data("Body/Data"))
	}
	return list
}

// only returns the Add that is alone.
func only(s *scene, adds []*element) *element {
	s.Helper()
	if len(adds) != 1 {
		s.Fatalf("%d items, want one: %q", len(adds), bodies(adds))
	}
	return adds[0]
}

// find returns the Add whose body is so.
func find(s *scene, adds []*element, body string) *element {
	s.Helper()
	for _, a := range adds {
		if a.data("Body/Data") == body {
			return a
		}
	}
	s.Fatalf("no %q among %q", body, bodies(adds))
	return nil
}
