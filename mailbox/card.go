package mailbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Card is what a contact holds.
type Card struct {
	// Fields are the values of the elements of [MS-ASCNTC] that hold one, by
	// their names and as they are on the wire. There are no empty ones.
	Fields     map[string]string `json:"f,omitempty"`
	Categories []string          `json:"c,omitempty"`
	Children   []string          `json:"h,omitempty"`
	Note       string            `json:"n,omitempty"`
	// More are numbers for whose kind there is no element left: a second mobile
	// one, and what else people have. Devices see them in an element of another
	// kind, as far as one is free.
	More []CardNumber `json:"m,omitempty"`
}

// CardNumber is a number as it was written, and what it is for.
type CardNumber struct {
	Number string `json:"n"`
	Kind   string `json:"k"` // one of CardKinds
	// In is the element of another kind that shows one of More, "" none. While the
	// element holds another number, there is no such number any more.
	In string `json:"i,omitempty"`
}

// CardKinds are what a number can be for.
var CardKinds = []string{"mobile", "home", "work", "pager", "car", "radio", "assistant", "company", "fax", "other"}

// numberFields are the elements that hold a number, in the order in which
// numbers are listed. Those that are spare show one of another kind when they are
// free.
//
// [MS-ASCNTC] 2.2.2 Elements
var numberFields = []struct {
	field, kind string
	spare       bool
}{
	{"MobilePhoneNumber", "mobile", true},
	{"HomePhoneNumber", "home", true},
	{"Home2PhoneNumber", "home", true},
	{"BusinessPhoneNumber", "work", true},
	{"Business2PhoneNumber", "work", true},
	{"PagerNumber", "pager", false},
	{"CarPhoneNumber", "car", true},
	{"RadioPhoneNumber", "radio", true},
	{"AssistantPhoneNumber", "assistant", false},
	{"CompanyMainPhone", "company", false},
	{"HomeFaxNumber", "fax", false},
	{"BusinessFaxNumber", "fax", false},
}

// shown are the kinds of numbers that a spare element may show: those that can be
// called.
var shown = []string{"mobile", "home", "work", "car", "company", "other"}

// emailFields are the elements that hold a mail address.
var emailFields = []string{"Email1Address", "Email2Address", "Email3Address"}

// MaxEmails is how many mail addresses a contact can have.
const MaxEmails = 3

// Bounds of a card, in bytes where nothing else is said.
const (
	maxField   = 32 << 10
	maxPicture = 48 << 10 // [MS-ASCNTC] 2.2.2.58 Picture
	maxNote    = 512 << 10
	maxCard    = 1 << 20
	maxList    = 300 // entries [MS-ASCNTC] 6.1 Contacts Namespace Schema
	maxMore    = 100 // numbers
)

// ErrCard wraps what is wrong with a card.
var ErrCard = errors.New("mailbox: not a contact")

// check returns what is wrong with a card.
func (c *Card) check() error {
	size := len(c.Note)
	for name, value := range c.Fields {
		size += len(name) + len(value)
		limit := maxField
		if name == "Picture" {
			limit = maxPicture
		}
		if len(value) > limit {
			return fmt.Errorf("%w: %s has %d bytes", ErrCard, name, len(value))
		}
		if !utf8.ValidString(value) {
			return fmt.Errorf("%w: %s is not UTF-8", ErrCard, name)
		}
	}
	for _, list := range [][]string{c.Categories, c.Children} {
		if len(list) > maxList {
			return fmt.Errorf("%w: a list has %d entries", ErrCard, len(list))
		}
		for _, s := range list {
			size += len(s)
		}
	}
	for _, n := range c.More {
		size += len(n.Number)
	}
	switch {
	case len(c.More) > maxMore:
		return fmt.Errorf("%w: it has too many numbers", ErrCard)
	case len(c.Note) > maxNote, size > maxCard:
		return fmt.Errorf("%w: it is too large", ErrCard)
	case !utf8.ValidString(c.Note):
		return fmt.Errorf("%w: its note is not UTF-8", ErrCard)
	}
	return nil
}

// Get returns the value of an element, "" when there is none.
func (c *Card) Get(field string) string { return c.Fields[field] }

// Set gives an element a value; "" takes it away.
func (c *Card) Set(field, value string) {
	if value == "" {
		delete(c.Fields, field)
		return
	}
	if c.Fields == nil {
		c.Fields = make(map[string]string)
	}
	c.Fields[field] = value
}

// Name returns the name that is shown: the one it is filed under, unless that is
// no more than the parts of the name in another order. Without a name it is the
// firm's, a nickname, an address or a number.
func (c *Card) Name() string {
	whole := c.wholeName()
	filed := oneLine(c.Get("FileAs"))
	if whole != "" && (filed == "" || sameWords(filed, whole+" "+c.Get("CompanyName"))) {
		return whole
	}
	for _, name := range []string{filed, c.Get("CompanyName"), c.Get("NickName"), c.Get("Email1Address")} {
		if name = oneLine(name); name != "" {
			return name
		}
	}
	for _, n := range c.Numbers() {
		return oneLine(n.Number)
	}
	return ""
}

// wholeName is the parts of the name in the order in which it is said.
func (c *Card) wholeName() string {
	parts := make([]string, 0, 3)
	for _, f := range []string{"FirstName", "MiddleName", "LastName"} {
		parts = append(parts, c.Get(f))
	}
	return oneLine(strings.Join(parts, " "))
}

// SetName gives the contact a name as it is shown. What it is called in parts is
// taken from there when it has no parts and is not a firm.
func (c *Card) SetName(name string) {
	name = oneLine(name)
	c.Set("FileAs", name)
	if c.wholeName() != "" || folded(name) == folded(c.Get("CompanyName")) {
		return
	}
	words := strings.Fields(name)
	if len(words) > 0 {
		c.Set("FirstName", strings.Join(words[:max(1, len(words)-1)], " "))
		c.Set("LastName", strings.Join(words[max(1, len(words)-1):], " "))
	}
}

// Numbers returns all numbers, in the order of CardKinds.
func (c *Card) Numbers() (all []CardNumber) {
	lent := make(map[string]bool) // elements that show a number of another kind
	for _, m := range c.More {
		if m.In != "" && c.Get(m.In) == m.Number {
			lent[m.In] = true
		}
	}
	for _, f := range numberFields {
		if n := c.Get(f.field); n != "" && !lent[f.field] {
			all = append(all, CardNumber{Number: n, Kind: f.kind})
		}
	}
	for _, m := range c.More {
		if m.In == "" || lent[m.In] {
			all = append(all, CardNumber{Number: m.Number, Kind: m.Kind})
		}
	}
	byKind(all)
	return all
}

func byKind(all []CardNumber) {
	slices.SortStableFunc(all, func(a, b CardNumber) int { return slices.Index(CardKinds, a.Kind) - slices.Index(CardKinds, b.Kind) })
}

// SetNumbers replaces all numbers. Those of a kind for which no element is left
// go to More, and are shown in what is free when all have their place.
func (c *Card) SetNumbers(all []CardNumber) {
	for _, f := range numberFields {
		c.Set(f.field, "")
	}
	c.More = nil
	all = slices.Clone(all)
	for i := range all {
		if !slices.Contains(CardKinds, all[i].Kind) {
			all[i].Kind = "other"
		}
	}
	byKind(all)
	for _, n := range all {
		n.In = ""
		if n.Number = oneLine(n.Number); n.Number == "" {
			continue
		}
		if c.place(n.Number, func(kind string, _ bool) bool { return kind == n.Kind }) == "" {
			c.More = append(c.More, n)
		}
	}
	for i := range c.More {
		if m := &c.More[i]; slices.Contains(shown, m.Kind) {
			m.In = c.place(m.Number, func(_ string, spare bool) bool { return spare })
		}
	}
}

// place puts a number into the first free element that fits and returns its name,
// "" when there is none.
func (c *Card) place(number string, fits func(kind string, spare bool) bool) string {
	for _, f := range numberFields {
		if fits(f.kind, f.spare) && c.Get(f.field) == "" {
			c.Set(f.field, number)
			return f.field
		}
	}
	return ""
}

// Emails returns the mail addresses.
func (c *Card) Emails() (all []string) {
	for _, f := range emailFields {
		if e := c.Get(f); e != "" {
			all = append(all, e)
		}
	}
	return all
}

// SetEmails replaces the mail addresses by the first MaxEmails of these.
func (c *Card) SetEmails(all []string) {
	all = slices.DeleteFunc(slices.Clone(all), func(e string) bool { return strings.TrimSpace(e) == "" })
	for n, f := range emailFields {
		c.Set(f, "")
		if n < len(all) {
			c.Set(f, strings.TrimSpace(all[n]))
		}
	}
}

// clean takes the control characters out, which cannot be sent to a device, and
// what is empty.
func (c *Card) clean() {
	for field, value := range c.Fields {
		c.Set(field, printable(value))
	}
	if len(c.Fields) == 0 {
		c.Fields = nil
	}
	for _, list := range []*[]string{&c.Categories, &c.Children} {
		var kept []string
		for _, s := range *list {
			if s = printable(s); s != "" {
				kept = append(kept, s)
			}
		}
		*list = kept
	}
	c.Note = printable(c.Note)
	c.More = slices.DeleteFunc(slices.Clone(c.More), func(m CardNumber) bool { return m.In != "" && c.Get(m.In) != m.Number })
	if len(c.More) == 0 {
		c.More = nil
	}
}

// printable drops control characters other than those of lines.
func printable(s string) string {
	control := func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' }
	if !strings.ContainsFunc(s, control) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if control(r) {
			return -1
		}
		return r
	}, s)
}

// clone returns a copy that shares nothing that Set and the like change.
func (c Card) clone() Card {
	c.Fields = maps.Clone(c.Fields)
	return c
}

// encode returns the card as it is stored: equal cards are stored alike.
func (c Card) encode() string {
	b, err := json.Marshal(c)
	if err != nil { // strings always encode
		panic(err)
	}
	return string(b)
}

func decodeCard(s string) (c Card, err error) {
	if err := json.Unmarshal([]byte(s), &c); err != nil {
		return c, fmt.Errorf("mailbox: stored contact: %w", err)
	}
	return c, nil
}

// words is what a contact is found by.
func (c *Card) words() string {
	var all []string
	for _, f := range []string{"FileAs", "FirstName", "MiddleName", "LastName", "NickName", "CompanyName", "YomiFirstName", "YomiLastName",
		"YomiCompanyName", "Email1Address", "Email2Address", "Email3Address"} {
		all = append(all, foldedWords(c.Get(f))...)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	if len(all) == 0 {
		return ""
	}
	return " " + strings.Join(all, " ")
}

// folded makes names comparable: without case and accents, and one space between
// words.
func folded(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(s)) {
		if unicode.Is(unicode.Mn, r) {
			continue
		}
		if plain, ok := unaccented[r]; ok {
			b.WriteString(plain)
			continue
		}
		b.WriteRune(r)
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// unaccented are letters that do not come apart into a letter and its accent.
var unaccented = map[rune]string{'ß': "ss", 'ø': "o", 'ł': "l", 'đ': "d", 'æ': "ae", 'œ': "oe", 'ı': "i", 'þ': "th", 'ð': "d"}

func foldedWords(s string) []string {
	return strings.FieldsFunc(folded(s), func(r rune) bool {
		return unicode.IsSpace(r) || r == ',' || r == ';' || r == '"' || r == '(' || r == ')'
	})
}

// sameWords reports whether every word of a is one of b.
func sameWords(a, b string) bool {
	have := foldedWords(b)
	return !slices.ContainsFunc(foldedWords(a), func(w string) bool { return !slices.Contains(have, w) })
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
