package wbxml

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func TestEncodeText(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, want string }{
		{"", ""},
		{"\x00", ""},
		{"a\x00b\x00", "ab"},
		{"a\xFFb", "a\uFFFDb"},
		{"a\xC3\x00\xA4", "a\uFFFD\uFFFD"}, // NUL keeps the halves of a character apart
		{"\xED\xA0\x80", "\uFFFD"},
		{"line\r\nfeed \x01 👋", "line\r\nfeed \x01 👋"},
	} {
		e := NewEncoder(nil)
		e.Start(tag(t, "AirSync Sync"))
		e.Text(test.text)
		e.End()
		data, err := e.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		var got string
		for _, tok := range tokens(t, data) {
			got += string(tok.Data)
		}
		if got != test.want {
			t.Errorf("%q is read as %q, want %q", test.text, got, test.want)
		}
	}
}

func TestEncodeUint32(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		n    uint32
		want string
	}{
		{0, "00"}, {0x7F, "7F"}, {0x80, "81 00"}, {0xA0, "81 20"}, {1<<14 - 1, "FF 7F"}, {1 << 14, "81 80 00"},
		{1<<32 - 1, "8F FF FF FF 7F"},
	} {
		b := appendUint32(nil, test.n)
		if want := hexBytes(t, test.want); !bytes.Equal(b, want) {
			t.Errorf("%d is encoded as %x, want %x", test.n, b, want)
		}
		d := Decoder{data: b}
		if n, err := d.uint32(); n != test.n || err != nil || d.pos != len(b) {
			t.Errorf("%x is decoded as %d, %v; want %d", b, n, err, test.n)
		}
	}
}

func TestEncoderAppends(t *testing.T) {
	t.Parallel()
	e := NewEncoder([]byte("before"))
	e.Start(tag(t, "Ping Ping"))
	e.End()
	got, err := e.Bytes()
	if want := "before" + header + "\x00\x0D\x05"; err != nil || string(got) != want {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
}

// A misused encoder returns no document, but the first thing that was wrong.
func TestEncoderMisuse(t *testing.T) {
	t.Parallel()
	sync := tag(t, "AirSync Sync")
	for _, test := range []struct {
		name string
		use  func(e *Encoder)
		want string
	}{
		{"nothing", func(*Encoder) {}, "root element has not ended"},
		{"no end", func(e *Encoder) { e.Start(sync) }, "root element has not ended"},
		{"end without start", func(e *Encoder) { e.End(); e.Start(sync); e.End() }, "END without an element"},
		{"two roots", func(e *Encoder) { e.Start(sync); e.End(); e.Start(sync); e.End() }, "AirSync Sync: the root element has ended"},
		{"text first", func(e *Encoder) { e.Text("x"); e.End() }, "text outside"},
		{"byte array last", func(e *Encoder) { e.Start(sync); e.End(); e.Opaque(nil) }, "OPAQUE outside"},
		{"no such element", func(e *Encoder) { e.Start(0x11); e.Text("x") }, "AirSync 0x11: unknown token"},
		{"no such page", func(e *Encoder) { e.Start(0xFF05) }, "Page(255) 0x05: unknown token"},
		{"no such kind", func(e *Encoder) { e.Write(Token{}); e.Write(Token{}) }, "token of Kind(0)"},
		{"too deep", func(e *Encoder) {
			for range 33 {
				e.Start(sync)
			}
		}, "too deep"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			e := NewEncoder(nil)
			test.use(e)
			data, err := e.Bytes()
			if data != nil || err == nil || !strings.HasPrefix(err.Error(), "wbxml: encode") || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %x, %v; want an error with %q", data, err, test.want)
			}
		})
	}
	e := NewEncoder(nil)
	e.Start(0x11)
	if _, err := e.Bytes(); !errors.Is(err, ErrUnknownToken) {
		t.Errorf("got %v, want ErrUnknownToken", err)
	}
}
