package web

import (
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"asms/mailbox"
	"asms/vcard"
)

// addressParts are the elements of an address, in the order of an ADR.
//
// [RFC 6350] 6.3.1 ADR
var addressParts = []string{"", "", "Street", "City", "State", "PostalCode", "Country"}

// addressKinds are the addresses that a contact can have, by the types of ADR.
var addressKinds = []struct{ typ, prefix string }{{"work", "BusinessAddress"}, {"home", "HomeAddress"}, {"", "OtherAddress"}}

// plainProperties are those whose text is the value of an element.
var plainProperties = []struct{ property, element string }{
	{"NICKNAME", "NickName"},
	{"TITLE", "JobTitle"},
	{"URL", "WebPage"},
	{"X-PHONETIC-FIRST-NAME", "YomiFirstName"},
	{"X-PHONETIC-LAST-NAME", "YomiLastName"},
	{"X-MANAGER", "ManagerName"},
	{"X-ASSISTANT", "AssistantName"},
	{"X-SPOUSE", "Spouse"},
}

// dates are the properties that hold a day.
var dates = []struct{ property, element string }{{"BDAY", "Birthday"}, {"ANNIVERSARY", "Anniversary"}, {"X-ANNIVERSARY", "Anniversary"}}

// maxPicture is the largest picture that a contact can have, in base64. Larger
// ones are left out.
//
// [MS-ASCNTC] 2.2.2.58 Picture
const maxPicture = 48 << 10

// cardFrom makes a contact of a vCard.
func cardFrom(v vcard.Card) (c mailbox.Card) {
	if n := v.All("N"); len(n) > 0 {
		parts(&c, n[0], "LastName", "FirstName", "MiddleName", "Title", "Suffix")
	}
	if o := v.All("ORG"); len(o) > 0 {
		parts(&c, o[0], "CompanyName", "Department")
	}
	for _, p := range plainProperties {
		c.Set(p.element, v.First(p.property))
	}
	for _, d := range dates {
		if day, ok := dayOf(v.First(d.property)); ok {
			c.Set(d.element, day)
		}
	}
	var numbers []mailbox.CardNumber
	for _, tel := range v.All("TEL") {
		n := mailbox.CardNumber{Number: tel.Text(), Kind: kindOf(tel, v.Label(tel))}
		if !slices.Contains(numbers, n) {
			numbers = append(numbers, n)
		}
	}
	c.SetNumbers(numbers)
	var emails []string
	for _, e := range v.All("EMAIL") {
		emails = append(emails, e.Text())
	}
	c.SetEmails(emails)
	for _, a := range v.All("ADR") {
		address(&c, a)
	}
	for n, im := range v.All("IMPP") {
		if fields := []string{"IMAddress", "IMAddress2", "IMAddress3"}; n < len(fields) {
			c.Set(fields[n], im.Text())
		}
	}
	for _, list := range v.All("CATEGORIES") {
		c.Categories = append(c.Categories, list.List()...)
	}
	for _, photo := range v.All("PHOTO") {
		data := photo.Text()
		if i := strings.Index(data, ";base64,"); i > 0 && strings.HasPrefix(data, "data:") {
			data = data[i+len(";base64,"):]
		}
		if _, err := base64.StdEncoding.DecodeString(data); err == nil && len(data) <= maxPicture {
			c.Set("Picture", data)
			break
		}
	}
	var notes []string
	for _, n := range v.All("NOTE") {
		notes = append(notes, n.Text())
	}
	c.Note = strings.Join(notes, "\n\n")
	if name := v.First("FN"); name != "" && name != c.Name() { // which may be what it is called without one
		c.SetName(name)
	}
	return c
}

// parts gives elements the values of a structured property, in their order. One
// without a name is passed over.
func parts(c *mailbox.Card, p vcard.Property, elements ...string) {
	for i, value := range p.Parts() {
		if i < len(elements) && elements[i] != "" {
			c.Set(elements[i], value)
		}
	}
}

// kindOf is what a number is for, by its types and by what its owner calls it. A
// number that says nothing is a mobile one: texts go there.
func kindOf(tel vcard.Property, label string) string {
	label = strings.ToLower(label)
	is := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return tel.Is(w) || strings.Contains(label, w) })
	}
	switch {
	case is("fax"):
		return "fax"
	case is("pager"):
		return "pager"
	case is("cell", "mobile", "iphone"):
		return "mobile"
	case is("car"):
		return "car"
	case is("radio", "x-radio"):
		return "radio"
	case is("assistant", "x-assistant"):
		return "assistant"
	case is("main", "company", "x-company"):
		return "company"
	case is("work"):
		return "work"
	case is("home"):
		return "home"
	case label != "", is("other", "isdn", "modem", "textphone"):
		return "other"
	}
	return "mobile"
}

// address takes an ADR in, unless there is one of its kind.
func address(c *mailbox.Card, adr vcard.Property) {
	for _, kind := range addressKinds {
		if kind.typ != "" && !adr.Is(kind.typ) {
			continue
		}
		if slices.ContainsFunc(addressParts, func(p string) bool { return p != "" && c.Get(kind.prefix+p) != "" }) {
			return
		}
		elements := make([]string, len(addressParts))
		for i, name := range addressParts {
			if name != "" {
				elements[i] = kind.prefix + name
			}
		}
		parts(c, adr, elements...)
		return
	}
}

// dayFormat is how a contact holds a day.
//
// [MS-ASDTYPE] 2.3 dateTime
const dayFormat = "2006-01-02T15:04:05.000Z"

// dayOf reads a day, which needs a year.
func dayOf(s string) (string, bool) {
	s, _, _ = strings.Cut(s, "T")
	for _, format := range []string{"2006-01-02", "20060102"} {
		if t, err := time.Parse(format, s); err == nil {
			return t.Format(dayFormat), true
		}
	}
	return "", false
}

// telTypes are the types of a number of each kind.
var telTypes = map[string][]string{
	"mobile": {"CELL"}, "home": {"HOME", "VOICE"}, "work": {"WORK", "VOICE"}, "pager": {"PAGER"}, "car": {"CAR"}, "radio": {"X-RADIO", "VOICE"},
	"assistant": {"X-ASSISTANT", "VOICE"}, "company": {"WORK", "X-COMPANY"}, "fax": {"FAX"}, "other": {"OTHER", "VOICE"},
}

// cardTo makes a vCard of a contact.
func cardTo(c *mailbox.Contact) (v vcard.Card) {
	add := func(name, value string, types ...string) {
		if value != "" {
			p := vcard.Property{Name: name, Value: vcard.Escape(value)}
			if len(types) > 0 {
				p.Params = map[string][]string{"TYPE": types}
			}
			v = append(v, p)
		}
	}
	structured := func(name string, types []string, parts ...string) {
		if strings.Join(parts, "") == "" && name != "N" {
			return
		}
		for i := range parts {
			parts[i] = vcard.Escape(parts[i])
		}
		v = append(v, vcard.Property{Name: name, Value: strings.Join(parts, ";"), Params: map[string][]string{"TYPE": types}})
	}
	structured("N", nil, c.Get("LastName"), c.Get("FirstName"), c.Get("MiddleName"), c.Get("Title"), c.Get("Suffix"))
	add("FN", c.Name())
	if c.Get("Department") == "" {
		add("ORG", c.Get("CompanyName"))
	} else {
		structured("ORG", nil, c.Get("CompanyName"), c.Get("Department"))
	}
	for _, p := range plainProperties {
		add(p.property, c.Get(p.element))
	}
	for _, d := range dates[:2] {
		if day := c.Get(d.element); len(day) >= len("2006-01-02") {
			add(d.property, day[:len("2006-01-02")])
		}
	}
	for _, n := range c.Numbers() {
		add("TEL", n.Number, telTypes[n.Kind]...)
	}
	for _, e := range c.Emails() {
		add("EMAIL", e, "INTERNET")
	}
	for _, kind := range addressKinds {
		parts := make([]string, len(addressParts))
		for i, name := range addressParts {
			if name != "" {
				parts[i] = c.Get(kind.prefix + name)
			}
		}
		types := []string{strings.ToUpper(kind.typ)}
		if kind.typ == "" {
			types = nil
		}
		structured("ADR", types, parts...)
	}
	for _, f := range []string{"IMAddress", "IMAddress2", "IMAddress3"} {
		add("IMPP", c.Get(f))
	}
	if len(c.Categories) > 0 {
		list := make([]string, len(c.Categories))
		for i, s := range c.Categories {
			list[i] = vcard.Escape(s)
		}
		v = append(v, vcard.Property{Name: "CATEGORIES", Value: strings.Join(list, ",")})
	}
	add("NOTE", c.Note)
	if picture := c.Get("Picture"); picture != "" {
		v = append(v, vcard.Property{Name: "PHOTO", Params: map[string][]string{"ENCODING": {"b"}, "TYPE": {pictureType(picture)}}, Value: picture})
	}
	return v
}

// pictureType tells by its first bytes what a picture in base64 is.
func pictureType(picture string) string {
	for prefix, typ := range map[string]string{"iVBOR": "PNG", "R0lGO": "GIF"} {
		if strings.HasPrefix(picture, prefix) {
			return typ
		}
	}
	return "JPEG"
}
