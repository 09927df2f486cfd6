package sms

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Address is one party of a text.
//
// [MS-ASMS] 2.2.2.1.10 To
type Address struct {
	Name   string // may be empty
	Number string // as it was written: digits, a short code, letters, or empty
}

// ErrAddress is the answer to a To or From that can't be read.
var ErrAddress = errors.New("sms: malformed address")

// Limits of a To or From.
const (
	MaxAddresses  = 1000      // entries in one list
	maxAddressing = 256 << 10 // bytes of the whole value
)

// ParseAddresses reads the value of To or From. Besides the canonical form it
// takes what devices send: no name, no space before the bracket, spaces within
// it, any case of MOBILE, a quote in a name as \" or "", a name without
// quotes, a number alone, an empty number, a semicolon or nothing between
// entries with brackets. Empty entries are passed over; no entry at all is no
// error. The error wraps ErrAddress.
//
// [MS-ASMS] 2.2.2.1.10 To
func ParseAddresses(s string) ([]Address, error) {
	if len(s) > maxAddressing {
		return nil, fmt.Errorf("%w: %d bytes", ErrAddress, len(s))
	}
	var list []Address
	for p := (addressParser{rest: s}); ; {
		address, ok, err := p.next()
		if err != nil {
			return nil, err
		}
		if !ok {
			return list, nil
		}
		if address == (Address{}) && !p.bracketed {
			continue
		}
		if len(list) == MaxAddresses {
			return nil, fmt.Errorf("%w: more than %d entries", ErrAddress, MaxAddresses)
		}
		list = append(list, address)
	}
}

// addressParser walks over the entries of a list.
type addressParser struct {
	rest      string
	bracketed bool // the entry had a bracket
	open      bool // a quote was never closed: those that follow are characters
}

// next reads one entry and the comma behind it.
func (p *addressParser) next() (a Address, ok bool, err error) {
	p.bracketed = false
	p.rest = strings.TrimLeftFunc(p.rest, unicode.IsSpace)
	if p.rest == "" {
		return Address{}, false, nil
	}
	var name strings.Builder
	quoted := false
	for p.rest != "" {
		switch p.rest[0] {
		case '"':
			if p.open {
				break
			}
			if text, n, closed := quotedText(p.rest); closed {
				name.WriteString(text)
				p.rest = p.rest[n:]
				quoted = true
				continue
			}
			p.open = true
		case '[':
			number, n, isMobile := bracketedNumber(p.rest)
			if !isMobile {
				break
			}
			if n < 0 {
				return Address{}, false, fmt.Errorf("%w: bracket not closed", ErrAddress)
			}
			p.bracketed = true
			p.rest = strings.TrimLeftFunc(p.rest[n:], unicode.IsSpace)
			if p.rest != "" && (p.rest[0] == ',' || p.rest[0] == ';') {
				p.rest = p.rest[1:]
			}
			return Address{Name: clean(name.String()), Number: clean(number)}, true, nil
		case ',':
			p.rest = p.rest[1:]
			return bare(name.String(), quoted), true, nil
		}
		_, n := utf8.DecodeRuneInString(p.rest)
		name.WriteString(p.rest[:n])
		p.rest = p.rest[n:]
	}
	return bare(name.String(), quoted), true, nil
}

// quotedText reads a quoted name with its quotes. \" and "" are a quote, \\ is
// a backslash; any other backslash is itself.
func quotedText(s string) (text string, n int, closed bool) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		next := byte(0)
		if i+1 < len(s) {
			next = s[i+1]
		}
		switch {
		case s[i] == '\\' && (next == '"' || next == '\\'):
			b.WriteByte(next)
			i++
		case s[i] == '"' && next == '"':
			b.WriteByte('"')
			i++
		case s[i] == '"':
			return b.String(), i + 1, true
		default:
			b.WriteByte(s[i])
		}
	}
	return "", 0, false
}

// bracketedNumber reads "[MOBILE:number]"; n is -1 when it isn't closed.
func bracketedNumber(s string) (number string, n int, isMobile bool) {
	inner := strings.TrimLeftFunc(s[1:], unicode.IsSpace)
	const word = "MOBILE"
	if len(inner) < len(word) || !strings.EqualFold(inner[:len(word)], word) {
		return "", 0, false
	}
	inner = strings.TrimLeftFunc(inner[len(word):], unicode.IsSpace)
	if !strings.HasPrefix(inner, ":") {
		return "", 0, false
	}
	inner = inner[1:]
	end := strings.IndexByte(inner, ']')
	if end < 0 {
		return "", -1, true
	}
	return inner[:end], len(s) - len(inner) + end + 1, true
}

// bare is an entry without bracket: a number, unless it was in quotes and no
// number at all.
func bare(text string, quoted bool) Address {
	text = clean(text)
	if quoted {
		if _, _, ok := dialable(text); !ok {
			return Address{Name: text}
		}
	}
	return Address{Number: text}
}

// clean makes one line without control characters or bad UTF-8.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, s)
	return strings.TrimSpace(strings.ToValidUTF8(s, "\uFFFD"))
}

// FormatAddresses writes the canonical form, entries separated by ", ".
//
// [MS-ASMS] 2.2.2.1.10 To
func FormatAddresses(list []Address) string {
	entries := make([]string, len(list))
	for i, a := range list {
		entries[i] = a.String()
	}
	return strings.Join(entries, ", ")
}

// String is the canonical form: "Name" [MOBILE:number]. A quote in the name is
// written \", because the source gives no way; brackets in the number are left
// out.
//
// [MS-ASMS] 2.2.2.1.6 From
func (a Address) String() string {
	name := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(clean(a.Name))
	number := strings.NewReplacer("[", "", "]", "").Replace(clean(a.Number))
	return `"` + name + `" [MOBILE:` + strings.TrimSpace(number) + `]`
}

// Normalize makes numbers comparable, so that the texts with one peer are one
// conversation. It drops what people write between digits and takes 00 before
// a long number as +. Short codes stay as they are; names are folded to lower
// case. For matching only, never for sending or showing.
func Normalize(number string) string {
	number = clean(number)
	if strings.HasPrefix(number, "+") || strings.HasPrefix(number, "00") {
		number = strings.Replace(number, "(0)", "", 1) // +44 (0) 20 …
	}
	digits, international, ok := dialable(number)
	switch {
	case !ok:
		return strings.ToLower(strings.Join(strings.Fields(number), " "))
	case international:
		return "+" + digits
	case strings.HasPrefix(digits, "00") && len(digits) > 8:
		return "+" + digits[2:]
	}
	return digits
}
