package vcard

import (
	"errors"
	"io"
	"mime/quotedprintable"
	"strings"
)

// Errors of one card. The others are read all the same.
var (
	ErrNotEnded = errors.New("vcard: it begins and does not end")
	ErrSize     = errors.New("vcard: it is too large")
	ErrEmpty    = errors.New("vcard: it is empty")
)

// Bounds of one card.
const (
	maxProperties = 1000
	maxParams     = 50 // of one property
)

// Parse reads the cards of a file and calls visit with each in turn, or with
// what is wrong with it, until visit returns false. What stands between cards is
// passed over.
func Parse(data []byte, visit func(Card, error) bool) {
	lines := lines{rest: utf8Text(data)}
	for {
		line, ok := lines.next()
		if !ok {
			return
		}
		for isMarker(line, "BEGIN") {
			card, again, err := lines.card()
			if !visit(card, err) {
				return
			}
			line = again
		}
	}
}

// isMarker reports whether a line is BEGIN:VCARD or END:VCARD.
func isMarker(line, word string) bool {
	name, value, ok := strings.Cut(line, ":")
	return ok && strings.EqualFold(strings.TrimSpace(name), word) && strings.EqualFold(strings.TrimSpace(value), "VCARD")
}

// lines are the lines of a file, of which none ends in CR or LF.
type lines struct{ rest string }

func (l *lines) next() (line string, ok bool) {
	if l.rest == "" {
		return "", false
	}
	n := strings.IndexAny(l.rest, "\r\n")
	if n < 0 {
		line, l.rest = l.rest, ""
		return line, true
	}
	line = l.rest[:n]
	if strings.HasPrefix(l.rest[n:], "\r\n") {
		n++
	}
	l.rest = l.rest[n+1:]
	return line, true
}

// logical is one line of a card in the pieces in which it stands in the file.
type logical struct {
	pieces []string
	soft   bool // quoted-printable, which goes on behind a = at the end
}

// card reads the lines up to END. If another card begins before, that is the
// line it returns.
func (l *lines) card() (card Card, again string, err error) {
	version := "2.1"
	var all []logical
	depth := 0 // of cards within: AGENT of version 2.1
	for {
		line, ok := l.next()
		if !ok {
			return nil, "", ErrNotEnded
		}
		var last *logical
		if len(all) > 0 {
			last = &all[len(all)-1]
		}
		switch {
		case last != nil && last.soft && strings.HasSuffix(last.pieces[len(last.pieces)-1], "="):
			last.pieces = append(last.pieces, line)
		case isMarker(line, "BEGIN"):
			if depth == 0 && (last == nil || !isAgent(last.pieces[0])) {
				return nil, line, ErrNotEnded
			}
			depth++
		case isMarker(line, "END") && depth > 0:
			depth--
		case isMarker(line, "END"):
			card, err := properties(all, version)
			return card, "", err
		case depth > 0 || line == "":
		case last != nil && (line[0] == ' ' || line[0] == '\t'):
			last.pieces = append(last.pieces, line)
		case len(all) == maxProperties:
			return nil, "", ErrSize
		default:
			if name, v, ok := strings.Cut(line, ":"); ok && strings.EqualFold(name, "VERSION") {
				version = strings.TrimSpace(v)
			}
			all = append(all, logical{[]string{line}, quotedPrintable(line)})
		}
	}
}

// isAgent reports whether a line begins an AGENT, of which a card is the value.
func isAgent(line string) bool {
	const name = "AGENT"
	return len(line) >= len(name) && strings.EqualFold(line[:len(name)], name)
}

// quotedPrintable reports whether a line's value is in quoted-printable.
func quotedPrintable(line string) bool {
	head, _, ok := strings.Cut(line, ":")
	return ok && strings.Contains(strings.ToUpper(head), "QUOTED-PRINTABLE")
}

// properties reads the lines of a card. Those that are none are passed over:
// phones write such.
func properties(all []logical, version string) (Card, error) {
	card := make(Card, 0, len(all))
	for _, line := range all {
		if p, ok := property(line.join(version)); ok && p.Name != "VERSION" {
			card = append(card, p)
		}
	}
	if len(card) == 0 {
		return nil, ErrEmpty
	}
	return card, nil
}

// join makes one line. Version 2.1 folds at white space, which stays; later ones
// put one more in.
//
// [RFC 6350] 3.2 Line Delimiting and Folding
func (l logical) join(version string) string {
	switch {
	case l.soft:
		return strings.Join(l.pieces, "\n")
	case version != "2.1":
		for n := range l.pieces[1:] {
			l.pieces[n+1] = l.pieces[n+1][1:]
		}
	}
	return strings.Join(l.pieces, "")
}

// property reads one line: group, name, parameters, value.
func property(line string) (p Property, ok bool) {
	n := strings.IndexAny(line, ";:")
	if n <= 0 {
		return p, false
	}
	name := strings.TrimSpace(line[:n])
	if g, rest, grouped := strings.Cut(name, "."); grouped {
		p.Group, name = strings.ToLower(g), rest
	}
	if p.Name = strings.ToUpper(name); p.Name == "" {
		return p, false
	}
	rest := line[n:]
	for strings.HasPrefix(rest, ";") {
		var param string
		if param, rest, ok = oneParam(rest[1:]); !ok {
			return p, false
		}
		p.param(param)
	}
	if !strings.HasPrefix(rest, ":") {
		return p, false
	}
	p.decode(rest[1:])
	return p, true
}

// oneParam cuts the first parameter off: up to a semicolon or colon that is in
// no quotes.
func oneParam(s string) (param, rest string, ok bool) {
	quoted := false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case !quoted && (s[i] == ';' || s[i] == ':'):
			return s[:i], s[i:], true
		}
	}
	return "", "", false
}

// param takes one parameter in. Version 2.1 leaves the names of TYPE and
// ENCODING out.
func (p *Property) param(s string) {
	name, value, named := strings.Cut(s, "=")
	name = strings.ToUpper(strings.TrimSpace(name))
	if !named {
		value = name
		switch name {
		case "QUOTED-PRINTABLE", "BASE64", "8BIT", "7BIT", "B", "Q":
			name = "ENCODING"
		default:
			name = "TYPE"
		}
	}
	if p.Params == nil {
		p.Params = make(map[string][]string)
	}
	for v := range strings.SplitSeq(value, ",") {
		if v = caret.Replace(strings.Trim(strings.TrimSpace(v), `"`)); v != "" && len(p.Params[name]) < maxParams && len(p.Params) < maxParams {
			p.Params[name] = append(p.Params[name], v)
		}
	}
}

// [RFC 6868] 3 Parameter Value Encoding
var caret = strings.NewReplacer("^n", "\n", "^^", "^", "^'", `"`)

// decode takes the value in.
func (p *Property) decode(value string) {
	encoding := ""
	if e := p.Params["ENCODING"]; len(e) > 0 {
		encoding = strings.ToUpper(e[0])
	}
	switch encoding {
	case "QUOTED-PRINTABLE", "Q":
		b, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(value)))
		if err != nil { // what is wrong with it stays as it is
			b = looseQuotedPrintable(value)
		}
		// A line break in it is one of the text.
		value = strings.NewReplacer("\r\n", `\n`, "\n", `\n`, "\r", `\n`).Replace(p.text(b))
	case "BASE64", "B":
		value = strings.Join(strings.Fields(value), "")
	default:
		value = p.text([]byte(value))
	}
	p.Value = value
}

// text returns bytes in the property's character set as UTF-8.
func (p *Property) text(b []byte) string {
	charset := ""
	if c := p.Params["CHARSET"]; len(c) > 0 {
		charset = c[0]
	}
	return decodeText(b, charset)
}

// looseQuotedPrintable decodes what can be decoded.
func looseQuotedPrintable(s string) []byte {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "=\r\n", ""), "=\n", "")
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '=' && i+2 < len(s) {
			hi, lo := hexDigit(s[i+1]), hexDigit(s[i+2])
			if hi >= 0 && lo >= 0 {
				b = append(b, byte(hi<<4|lo))
				i += 2
				continue
			}
		}
		b = append(b, s[i])
	}
	return b
}

func hexDigit(c byte) int {
	return strings.IndexByte("0123456789ABCDEF", strings.ToUpper(string(rune(c)))[0])
}
