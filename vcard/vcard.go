// Package vcard reads vCards of versions 2.1, 3.0 and 4.0 as telephones and
// address books really write them, and writes version 3.0, which all of them
// read.
//
// [RFC 6350], [RFC 2426], vCard 2.1 (versit Consortium, 1996)
package vcard

import (
	"net/url"
	"slices"
	"strings"
)

// Card is one vCard: its properties in their order, without BEGIN, END and
// VERSION.
type Card []Property

// Property is one line of a vCard.
type Property struct {
	Group string // "item1" of item1.TEL, lower case
	Name  string // upper case
	// Params are the parameters, by their names in upper case. Types that version
	// 2.1 writes without a name are in TYPE.
	Params map[string][]string
	// Value is the text behind the colon in UTF-8, with the escapes of its
	// version: Text and Parts take them out. That of a base64 value is as it was,
	// without white space.
	Value string
}

// All returns the properties of a name, the preferred ones first.
//
// [RFC 6350] 5.3 PREF
func (c Card) All(name string) []Property {
	var all []Property
	for _, p := range c {
		if p.Name == name {
			all = append(all, p)
		}
	}
	slices.SortStableFunc(all, func(a, b Property) int { return a.rank() - b.rank() })
	return all
}

// First returns the text of the first property of a name, "" when there is none.
func (c Card) First(name string) string {
	for _, p := range c.All(name) {
		if t := p.Text(); t != "" {
			return t
		}
	}
	return ""
}

// Label returns what its owner calls a property: the X-ABLabel of its group.
func (c Card) Label(p Property) string {
	if p.Group == "" {
		return ""
	}
	for _, q := range c {
		if q.Group == p.Group && q.Name == "X-ABLABEL" {
			return strings.TrimSuffix(strings.TrimPrefix(q.Text(), "_$!<"), ">!$_")
		}
	}
	return ""
}

func (p Property) rank() int {
	if p.Is("pref") {
		return 0
	}
	for _, v := range p.Params["PREF"] {
		if v == "1" {
			return 0
		}
	}
	return 1
}

// Is reports whether the property has a type, of which the case does not matter.
func (p Property) Is(typ string) bool {
	return slices.ContainsFunc(p.Params["TYPE"], func(t string) bool { return strings.EqualFold(t, typ) })
}

// Text returns the value as text. Of a tel: address it is the number.
//
// [RFC 3966]
func (p Property) Text() string {
	t := strings.TrimSpace(unescape(p.Value))
	if p.Name != "TEL" {
		return t
	}
	for _, scheme := range []string{"tel:", "sms:", "callto:"} {
		if len(t) > len(scheme) && strings.EqualFold(t[:len(scheme)], scheme) {
			number, _, _ := strings.Cut(t[len(scheme):], ";")
			if plain, err := url.PathUnescape(number); err == nil {
				number = plain
			}
			return number
		}
	}
	return t
}

// Parts returns the parts of a structured value, at semicolons.
func (p Property) Parts() []string { return split(p.Value, ';') }

// List returns the entries of a list, at commas. Empty ones are left out.
func (p Property) List() []string {
	return slices.DeleteFunc(split(p.Value, ','), func(s string) bool { return s == "" })
}

// split cuts a value at a separator that is not escaped.
func split(value string, sep byte) (parts []string) {
	from := 0
	for i := 0; i < len(value); i++ {
		switch value[i] {
		case '\\':
			i++
		case sep:
			parts = append(parts, strings.TrimSpace(unescape(value[from:i])))
			from = i + 1
		}
	}
	return append(parts, strings.TrimSpace(unescape(value[from:])))
}

// unescape takes the backslashes out. One before anything that needs none is
// itself.
//
// [RFC 6350] 3.4 Property Value Escaping
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		switch next := s[i+1]; next {
		case 'n', 'N':
			b.WriteByte('\n')
		case ',', ';', '\\', ':':
			b.WriteByte(next)
		default:
			b.WriteByte('\\')
			continue
		}
		i++
	}
	return b.String()
}

// Escape makes text a value, or a part of one.
func Escape(text string) string { return escaper.Replace(text) }

var escaper = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`)
