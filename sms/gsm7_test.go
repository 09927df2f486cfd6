package sms

import (
	"bytes"
	"encoding/hex"
	"testing"
	"unicode"
)

func TestPackSeptets(t *testing.T) {
	t.Parallel()
	septets, ok := encodeGSM7([]rune("hellohello"), defaultEncoder)
	if !ok {
		t.Fatal("hellohello is not GSM-7")
	}
	if got := hex.EncodeToString(packSeptets(septets.data, 0)); got != "e8329bfd4697d9ec37" { // the textbook value
		t.Errorf("got %s", got)
	}
	for n := 0; n < 40; n++ {
		for fill := 0; fill < 7; fill++ {
			in := make([]byte, n)
			for i := range in {
				in[i] = byte(i*37+n) & 0x7F
			}
			if got := unpackSeptets(packSeptets(in, fill), n, fill); !bytes.Equal(got, in) {
				t.Fatalf("%d septets, fill %d: got %x, want %x", n, fill, got, in)
			}
		}
	}
}

func TestEveryTableRoundTrips(t *testing.T) {
	t.Parallel()
	for locking := Language(0); locking <= Urdu; locking++ {
		for single := Language(0); single <= Urdu; single++ {
			s := shift{locking, single}
			e := s.encoder()
			for r := range e {
				septets, ok := e.append(nil, r)
				if !ok {
					t.Fatalf("%v: %q can't be written", s, r)
				}
				if got := s.decode(septets); got != string(r) {
					t.Errorf("%v: %q is written %x and read %q", s, r, septets, got)
				}
			}
			for c := byte(0); c < 128; c++ { // every septet reads as some character
				if got := []rune(s.decode([]byte{c})); len(got) != 1 || got[0] == unicode.ReplacementChar {
					t.Errorf("%v: septet %#x reads %q", s, c, string(got))
				}
				if got := []rune(s.decode([]byte{esc, c})); len(got) != 1 {
					t.Errorf("%v: esc %#x reads %q", s, c, string(got))
				}
			}
		}
	}
}

// Alphabets of languages that the tables were made for.
func TestNationalTablesHoldTheirAlphabets(t *testing.T) {
	t.Parallel()
	tests := []struct {
		language Language
		text     string
		locking  bool // the locking table alone has it
	}{
		{Turkish, "çÇğĞıİöÖşŞüÜ", true},
		{Spanish, "áéíóúÁÉÍÓÚñÑç¿¡", false},
		{Portuguese, "ãõâêôáéíóúàçÃÕÂÊÔÁÉÍÓÚÀÇ", true},
		{Bengali, "বাংলা", true},
		{Gujarati, "ગુજરાતી", true},
		{Hindi, "हिन्दी नमस्ते", true},
		{Kannada, "ಕನ್ನಡ", true},
		{Malayalam, "മലയാളം", true},
		{Oriya, "ଓଡ଼ିଆ", true},
		{Punjabi, "ਪੰਜਾਬੀ", true},
		{Tamil, "தமிழ்", true},
		{Telugu, "తెలుగు", true},
		{Urdu, "اردو زبان", true},
	}
	for _, tt := range tests {
		s := shift{single: tt.language}
		if tt.locking {
			s = shift{locking: tt.language}
		}
		u, ok := encodeGSM7([]rune(tt.text), s.encoder())
		if !ok && tt.language == Portuguese { // some capitals need the single shift as well
			s.single = Portuguese
			u, ok = encodeGSM7([]rune(tt.text), s.encoder())
		}
		if !ok {
			t.Errorf("language %d cannot write %q", tt.language, tt.text)
			continue
		}
		if got := s.decode(u.data); got != tt.text {
			t.Errorf("language %d: %q came back as %q", tt.language, tt.text, got)
		}
	}
}

func TestUnknownExtension(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"\x1bA":     "A", // not in the table: the plain character
		"\x1b\x1bA": " A",
		"A\x1b":     "A ",
		"\x1be":     "€",
	} {
		if got := (shift{}).decode([]byte(in)); got != want {
			t.Errorf("%x reads %q, want %q", in, got, want)
		}
	}
}
