package wbxml

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

// hexBytes reads hexadecimal with spaces.
func hexBytes(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func wantError(t testing.TB, data []byte, want error, offset int64, path string, limits ...Limits) {
	t.Helper()
	_, err := decodeAll(data, limits...)
	checkError(t, err, want, offset, path)
}

func checkError(t testing.TB, err, want error, offset int64, path string) {
	t.Helper()
	var syntax *SyntaxError
	if !errors.As(err, &syntax) || !errors.Is(err, want) || syntax.Offset != offset || syntax.Path != path {
		t.Errorf("got error %v, want one of %q at offset %d, path %q", err, want, offset, path)
	}
}

func TestDecodeMalformed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		data   string
		want   error
		offset int64
		path   string
	}{
		{"empty", "", ErrMalformed, 0, ""},
		{"empty", "", io.ErrUnexpectedEOF, 0, ""},
		{"version 1.0", "00 01 6A 00 45 01", ErrMalformed, 0, ""},
		{"version 1.4", "04 01 6A 00 45 01", ErrMalformed, 0, ""},
		{"XML", "3C 3F 78 6D 6C", ErrMalformed, 0, ""},
		{"header cut short", "03 01 6A", io.ErrUnexpectedEOF, 3, ""},
		{"public identifier in the string table", "03 00 00 6A 00 05", ErrMalformed, 1, ""},
		{"public identifier of WML", "03 04 6A 00 05", ErrMalformed, 1, ""},
		{"ISO-8859-1", "03 01 04 00 05", ErrMalformed, 2, ""},
		{"string table", "03 01 6A 01 00 05", ErrMalformed, 3, ""},
		{"string table of 4 GB", "03 01 6A 8F FF FF FF 7F 05", ErrMalformed, 3, ""},
		{"integer of 33 bits", "03 90 80 80 80 00 6A 00 05", ErrMalformed, 1, ""},
		{"integer of 6 bytes", "03 80 80 80 80 80 01 6A 00 05", ErrMalformed, 1, ""},

		{"no root", "03 01 6A 00", io.ErrUnexpectedEOF, 4, ""},
		{"no end", "03 01 6A 00 45", io.ErrUnexpectedEOF, 5, "Sync"},
		{"END first", "03 01 6A 00 01", ErrMalformed, 4, ""},
		{"END twice", "03 01 6A 00 45 01 01", ErrMalformed, 6, ""},
		{"second root", "03 01 6A 00 05 05", ErrMalformed, 5, ""},
		{"code page after the root", "03 01 6A 00 05 00 00", ErrMalformed, 5, ""},
		{"text first", "03 01 6A 00 03 61 00 05", ErrMalformed, 4, ""},
		{"empty text first", "03 01 6A 00 03 00 05", ErrMalformed, 4, ""},
		{"OPAQUE first", "03 01 6A 00 C3 00 05", ErrMalformed, 4, ""},

		{"string without NUL", "03 01 6A 00 45 4B 03 61 62", ErrMalformed, 6, "Sync/SyncKey"},
		{"string not UTF-8", "03 01 6A 00 45 4B 03 61 FF 00 01 01", ErrMalformed, 6, "Sync/SyncKey"},
		{"string with a surrogate", "03 01 6A 00 45 4B 03 ED A0 80 00 01 01", ErrMalformed, 6, "Sync/SyncKey"},
		{"OPAQUE without length", "03 01 6A 00 45 4B C3", io.ErrUnexpectedEOF, 6, "Sync/SyncKey"},
		{"OPAQUE longer than the document", "03 01 6A 00 45 4B C3 03 61 62", ErrMalformed, 6, "Sync/SyncKey"},
		{"OPAQUE of 4 GB", "03 01 6A 00 45 4B C3 8F FF FF FF 7F 61", ErrMalformed, 6, "Sync/SyncKey"},
		{"SWITCH_PAGE without page", "03 01 6A 00 45 00", io.ErrUnexpectedEOF, 5, "Sync"},
		{"unknown page", "03 01 6A 00 45 00 1A", ErrUnknownToken, 5, "Sync"},
		{"unknown token", "03 01 6A 00 45 5C 7F", ErrUnknownToken, 6, "Sync/Collections"},
		{"token of protocol 2.5", "03 01 6A 00 45 51", ErrUnknownToken, 5, "Sync"},
		{"token of another page", "03 01 6A 00 00 03 05", ErrUnknownToken, 6, ""},

		{"ENTITY", "03 01 6A 00 45 02 20 01", ErrMalformed, 5, "Sync"},
		{"LITERAL", "03 01 6A 00 45 04 00 01", ErrMalformed, 5, "Sync"},
		{"LITERAL_C", "03 01 6A 00 45 44 00 01", ErrMalformed, 5, "Sync"},
		{"LITERAL_A", "03 01 6A 00 45 84 00 01", ErrMalformed, 5, "Sync"},
		{"LITERAL_AC", "03 01 6A 00 45 C4 00 01", ErrMalformed, 5, "Sync"},
		{"EXT_I_0", "03 01 6A 00 45 40 61 00 01", ErrMalformed, 5, "Sync"},
		{"EXT_I_2", "03 01 6A 00 45 42 61 00 01", ErrMalformed, 5, "Sync"},
		{"EXT_T_0", "03 01 6A 00 45 80 00 01", ErrMalformed, 5, "Sync"},
		{"EXT_2", "03 01 6A 00 45 C2 01", ErrMalformed, 5, "Sync"},
		{"PI", "03 01 6A 00 43 01", ErrMalformed, 4, ""},
		{"STR_T", "03 01 6A 00 45 83 00 01", ErrMalformed, 5, "Sync"},
		{"attributes", "03 01 6A 00 85 01", ErrMalformed, 4, ""},
		{"attributes and content", "03 01 6A 00 C5 01 01", ErrMalformed, 4, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			wantError(t, hexBytes(t, test.data), test.want, test.offset, test.path)
		})
	}
}

// Several ways to say the same thing give the same tokens, which the encoder
// writes in one way.
func TestDecodeAlike(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, data, want string }{
		{"version 1.1", "01 01 6A 00 45 0B 01", "03 01 6A 00 45 0B 01"},
		{"version 1.2", "02 01 6A 00 45 0B 01", "03 01 6A 00 45 0B 01"},
		{"no character set means UTF-8", "03 01 00 00 45 0B 01", "03 01 6A 00 45 0B 01"},
		{"root without content", "03 01 6A 00 45 01", "03 01 6A 00 05"},
		{"element with an end but no content", "03 01 6A 00 45 4B 01 01", "03 01 6A 00 45 0B 01"},
		{"element with a text of no length", "03 01 6A 00 45 4B 03 00 01 01", "03 01 6A 00 45 0B 01"},
		{"byte array of no length is content", "03 01 6A 00 45 4B C3 00 01 01", "03 01 6A 00 45 4B C3 00 01 01"},
		{"integer with leading zeros", "03 01 6A 00 45 4B C3 80 80 80 80 01 FF 01 01", "03 01 6A 00 45 4B C3 01 FF 01 01"},
		{"superfluous code page switches", "03 01 6A 00 00 05 00 00 45 00 11 00 00 0B 00 01 01", "03 01 6A 00 45 0B 01"},
		{"END does not restore the page", "03 01 6A 00 45 00 11 4A 06 01 0B 01", "03 01 6A 00 45 00 11 4A 06 01 0B 01"},
		{"several texts stay several", "03 01 6A 00 45 4B 03 61 00 03 62 00 01 01", "03 01 6A 00 45 4B 03 61 00 03 62 00 01 01"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			e := NewEncoder(nil)
			for _, tok := range tokens(t, hexBytes(t, test.data)) {
				e.Write(tok)
			}
			got, err := e.Bytes()
			if want := hexBytes(t, test.want); err != nil || !bytes.Equal(got, want) {
				t.Errorf("got %x, %v; want %x", got, err, want)
			}
		})
	}
}

func TestDecodeLimits(t *testing.T) {
	t.Parallel()
	nested := func(n int) []byte {
		return slices.Concat([]byte(header), bytes.Repeat([]byte{0x45}, n), bytes.Repeat([]byte{0x01}, n))
	}
	path := func(n int) string { return strings.TrimSuffix(strings.Repeat("Sync/", n), "/") }
	many := func(n int) []byte {
		return slices.Concat([]byte(header), []byte{0x45}, bytes.Repeat([]byte{0x05}, n-1), []byte{0x01})
	}
	text := func(n int) []byte {
		return slices.Concat([]byte(header), []byte{0x45, 0x03}, bytes.Repeat([]byte{'a'}, n), []byte{0x00, 0x01})
	}
	opaque := func(n int) []byte {
		return slices.Concat([]byte(header), []byte{0x45, 0xC3}, appendUint32(nil, uint32(n)), make([]byte, n), []byte{0x01})
	}
	for _, test := range []struct {
		name   string
		fits   []byte
		over   []byte
		limits Limits
		want   error
		offset int64
		path   string
	}{
		{"default depth", nested(32), nested(33), Limits{}, ErrTooDeep, 4 + 32, path(32)},
		{"depth", nested(3), nested(4), Limits{Depth: 3}, ErrTooDeep, 4 + 3, path(3)},
		{"greater depth", nested(1000), nested(1001), Limits{Depth: 1000}, ErrTooDeep, 4 + 1000, path(1000)},
		{"default elements", many(131072), many(131073), Limits{}, ErrTooMany, 4 + 131072, "Sync"},
		{"elements", many(2), many(3), Limits{Elements: 2}, ErrTooMany, 4 + 2, "Sync"},
		{"text", text(9), text(10), Limits{Value: 9}, ErrTooLong, 5, "Sync"},
		{"OPAQUE", opaque(9), opaque(10), Limits{Value: 9}, ErrTooLong, 5, "Sync"},
		{"size", text(9), text(10), Limits{Size: 17}, ErrTooLarge, 17, ""},
		{"default size", opaque(16<<20 - 11), opaque(16<<20 - 10), Limits{}, ErrTooLarge, 16 << 20, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if _, err := decodeAll(test.fits, test.limits); err != nil {
				t.Error(err)
			}
			wantError(t, test.over, test.want, test.offset, test.path, test.limits)
		})
	}
}

// A decoder allocates itself, and nothing for what it decodes.
func TestDecodeAllocations(t *testing.T) {
	data := testdata(t, "asms_4.3_add_sms.wbxml")
	if n := testing.AllocsPerRun(100, func() {
		var d Decoder
		d.init(data, nil)
		for {
			if _, err := d.Next(); err == io.EOF {
				return
			} else if err != nil {
				t.Fatal(err)
			}
		}
	}); n > 1 {
		t.Errorf("decoding allocates %v times, want once", n)
	}
}

func TestDecoderSkip(t *testing.T) {
	t.Parallel()
	d := NewDecoder(testdata(t, "sync_add_sms_request.wbxml"))
	var seen []string
	for {
		tok, err := d.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if tok.Kind != StartElement {
			continue
		}
		seen = append(seen, d.Path())
		if n := tok.Tag.Name(); n == "Options" || n == "ApplicationData" || n == "DeletesAsMoves" {
			if err := d.Skip(); err != nil {
				t.Fatal(err)
			}
		}
	}
	const in = "Sync/Collections/Collection"
	want := []string{
		"Sync", "Sync/Collections", in, in + "/SyncKey", in + "/CollectionId", in + "/GetChanges", in + "/Options",
		in + "/Commands", in + "/Commands/Add", in + "/Commands/Add/Class", in + "/Commands/Add/ClientId", in + "/Commands/Add/ApplicationData",
	}
	if !slices.Equal(seen, want) {
		t.Errorf("got\n%q, want\n%q", seen, want)
	}
	if err := d.Skip(); err != io.EOF {
		t.Errorf("Skip after the end: %v, want EOF", err)
	}
	broken := NewDecoder(hexBytes(t, "03 01 6A 00 45 5C 7F"))
	broken.Next()
	checkError(t, broken.Skip(), ErrUnknownToken, 6, "Sync/Collections")
	_, again := broken.Next()
	checkError(t, again, ErrUnknownToken, 6, "Sync/Collections")
}
