package wbxml

import (
	"fmt"
	"strings"
)

// Page is the number of a code page, 0 to 25. A code page is to WBXML what a
// namespace is to XML.
type Page uint8

// LookupPage finds a code page by its name, such as "AirSync".
func LookupPage(name string) (Page, bool) {
	for i := range codePages {
		if codePages[i].name == name {
			return Page(i), true
		}
	}
	return 0, false
}

// String returns the page's name, such as "AirSync".
func (p Page) String() string {
	if int(p) < len(codePages) {
		return codePages[p].name
	}
	return fmt.Sprintf("Page(%d)", uint8(p))
}

func (p Page) tag(token byte) Tag { return Tag(p)<<8 | Tag(token) }

// Tag identifies an element: its code page in the upper byte and its token on
// that page, 0x05 to 0x3F, in the lower one.
type Tag uint16

// LookupTag finds an element by its name on a page.
func LookupTag(page Page, name string) (Tag, bool) {
	if int(page) >= len(codePages) || name == "" {
		return 0, false
	}
	for i, n := range &codePages[page].tags {
		if n == name {
			return page.tag(byte(i)), true
		}
	}
	return 0, false
}

// ParseTag reads the notation of struct tags and of [Tag.String]: the name of
// the page, a space, the name of the element, as in "AirSync SyncKey".
func ParseTag(s string) (Tag, error) {
	pageName, name, ok := strings.Cut(s, " ")
	if !ok {
		return 0, fmt.Errorf("wbxml: %q is not of the form \"Page Element\"", s)
	}
	page, ok := LookupPage(pageName)
	if !ok {
		return 0, fmt.Errorf("wbxml: no code page %q", pageName)
	}
	t, ok := LookupTag(page, name)
	if !ok {
		return 0, fmt.Errorf("wbxml: no element %q on code page %s", name, page)
	}
	return t, nil
}

// Page returns the code page of the element.
func (t Tag) Page() Page { return Page(t >> 8) }

// Token returns the element's token on its page, without the content bit.
func (t Tag) Token() byte { return byte(t) }

// Name returns the element's name, or "" if [MS-ASWBXML] knows no such element.
func (t Tag) Name() string {
	if p := t.Page(); int(p) < len(codePages) && t.Token() < 64 {
		return codePages[p].tags[t.Token()]
	}
	return ""
}

// Opaque reports whether the value of the element is a byte array, which goes as OPAQUE.
//
// [MS-ASDTYPE] 2.7.1 Byte Array
func (t Tag) Opaque() bool { return opaque(t) }

// String returns the page and the name of the element, as in "AirSync SyncKey".
func (t Tag) String() string {
	if n := t.Name(); n != "" {
		return t.Page().String() + " " + n
	}
	return fmt.Sprintf("%s 0x%02X", t.Page(), t.Token())
}
