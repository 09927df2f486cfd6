package wbxml

import (
	"io"
	"slices"
	"testing"
)

// allTags returns every element of every code page.
func allTags() []Tag {
	var tags []Tag
	for p := range Page(len(codePages)) {
		for token := range byte(64) {
			if t := p.tag(token); t.Name() != "" {
				tags = append(tags, t)
			}
		}
	}
	return tags
}

// tag returns an element by page and name.
func tag(t testing.TB, name string) Tag {
	t.Helper()
	tag, err := ParseTag(name)
	if err != nil {
		t.Fatal(err)
	}
	return tag
}

// tokens returns all tokens of a document that must be well-formed.
func tokens(t testing.TB, data []byte) []Token {
	t.Helper()
	tokens, err := decodeAll(data)
	if err != nil {
		t.Fatalf("%v in %x", err, data)
	}
	return tokens
}

func decodeAll(data []byte, limits ...Limits) ([]Token, error) {
	var tokens []Token
	for d := NewDecoder(data, limits...); ; {
		tok, err := d.Next()
		if err == io.EOF {
			return tokens, nil
		}
		if err != nil {
			return tokens, err
		}
		tokens = append(tokens, tok)
	}
}

func sameToken(a, b Token) bool {
	return a.Kind == b.Kind && a.Tag == b.Tag && string(a.Data) == string(b.Data)
}

// TestEveryElement writes and reads each element of [MS-ASWBXML] 2.1.2.1 with
// and without content.
func TestEveryElement(t *testing.T) {
	t.Parallel()
	all := allTags()
	if len(all) != 586 {
		t.Errorf("the code pages hold %d elements, want 586", len(all))
	}
	for _, tag := range all {
		if got, ok := LookupTag(tag.Page(), tag.Name()); !ok || got != tag {
			t.Errorf("LookupTag(%s) = %v, %v; want %#04x", tag, got, ok, uint16(tag))
		}
		if got, err := ParseTag(tag.String()); err != nil || got != tag {
			t.Errorf("ParseTag(%q) = %v, %v; want %#04x", tag, got, err, uint16(tag))
		}
		e := NewEncoder(nil)
		e.Start(tag)
		e.Text("x")
		e.Start(tag)
		e.End()
		e.Start(AirSync.tag(0x05))
		e.Opaque(nil)
		e.End()
		e.End()
		data, err := e.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		want := []byte(header)
		if tag.Page() != AirSync {
			want = append(want, 0x00, byte(tag.Page()))
		}
		want = append(want, tag.Token()|0x40, 0x03, 'x', 0x00, tag.Token())
		if tag.Page() != AirSync {
			want = append(want, 0x00, 0x00)
		}
		want = append(want, 0x45, 0xC3, 0x00, 0x01, 0x01)
		if string(data) != string(want) {
			t.Errorf("%s is encoded as\n%x, want\n%x", tag, data, want)
		}
		wantTokens := []Token{
			{Kind: StartElement, Tag: tag}, {Kind: Text, Data: []byte("x")},
			{Kind: StartElement, Tag: tag}, {Kind: EndElement, Tag: tag},
			{Kind: StartElement, Tag: 0x05}, {Kind: Opaque}, {Kind: EndElement, Tag: 0x05},
			{Kind: EndElement, Tag: tag},
		}
		if got := tokens(t, data); !slices.EqualFunc(got, wantTokens, sameToken) {
			t.Errorf("%s is decoded as %v, want %v", tag, got, wantTokens)
		}
	}
}

// The tokens that no element has, on every page, are refused as unknown.
func TestUnknownTokens(t *testing.T) {
	t.Parallel()
	for p := range Page(len(codePages)) {
		for token := byte(0x05); token < 0x40; token++ {
			if p.tag(token).Name() != "" {
				continue
			}
			data := append([]byte(header), 0x00, byte(p), token)
			wantError(t, data, ErrUnknownToken, 6, "")
		}
	}
	for p := len(codePages); p < 256; p++ {
		wantError(t, append([]byte(header), 0x45, 0x00, byte(p)), ErrUnknownToken, 5, "Sync")
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ got, want string }{
		{AirSyncBase.String(), "AirSyncBase"},
		{Page(26).String(), "Page(26)"},
		{tag(t, "Email2 ConversationId").String(), "Email2 ConversationId"},
		{tag(t, "Email2 ConversationId").Name(), "ConversationId"},
		{Tag(0x0011).String(), "AirSync 0x11"},
		{Tag(0x1A05).String(), "Page(26) 0x05"},
		{StartElement.String(), "StartElement"},
		{EndElement.String(), "EndElement"},
		{Text.String(), "Text"},
		{Opaque.String(), "Opaque"},
		{Kind(9).String(), "Kind(9)"},
		{Token{Kind: StartElement, Tag: 0x0005}.String(), "<AirSync Sync>"},
		{Token{Kind: Text, Data: []byte("a\n")}.String(), `"a\n"`},
		{Token{Kind: Opaque, Data: []byte{0xF1, 2}}.String(), "opaque(f102)"},
		{Token{Kind: EndElement, Tag: 0x0005}.String(), "</AirSync Sync>"},
		{Token{}.String(), "Kind(0)"},
	} {
		if test.got != test.want {
			t.Errorf("got %q, want %q", test.got, test.want)
		}
	}
	for _, name := range []string{"", "Sync", "airsync Sync", "AirSync sync", "AirSync ", "Nowhere Sync", "AirSync Sync "} {
		if tag, err := ParseTag(name); err == nil {
			t.Errorf("ParseTag(%q) = %v, want an error", name, tag)
		}
	}
	if _, ok := LookupTag(Page(26), "Sync"); ok {
		t.Error("LookupTag knows a page 26")
	}
}

func TestLookupDoesNotAllocate(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() {
		p, _ := LookupPage("Email2")
		tag, _ := LookupTag(p, "Send")
		if tag.Name() != "Send" || tag.Opaque() {
			t.Error("lookup went wrong")
		}
	}); n != 0 {
		t.Errorf("looking an element up allocates %v times", n)
	}
}
