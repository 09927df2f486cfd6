package sms

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestParseAddresses(t *testing.T) {
	t.Parallel()
	one := func(name, number string) []Address { return []Address{{name, number}} }
	tests := []struct {
		name, in string
		want     []Address
	}{
		{"ASMS-2.2.2.1.6-2 canonical form", `"14255550123" [MOBILE:+14255550123]`, one("14255550123", "+14255550123")},
		{"ASMS-2.2.2.1.6-3 no name", `[MOBILE:+14255550123]`, one("", "+14255550123")},
		{"ASMS-2.2.2.1.6-3 empty name, no space", `""[MOBILE:+1425]`, one("", "+1425")},
		{"ASMS-2.2.2.1.6-3 space after the colon", `"Ann" [MOBILE: +1425]`, one("Ann", "+1425")},
		{"ASMS-2.2.2.1.6-4 name outside ASCII", `"Ångström 王" [MOBILE:1]`, one("Ångström 王", "1")},
		{"ASMS-2.2.2.1.10-1 nothing", "", nil},
		{"ASMS-2.2.2.1.10-2 three recipients, a comma in a name, an escaped quote in another",
			`"Doe, John" [MOBILE:+1], "Ann \"Annie\" Lee" [MOBILE:+2],"C" [MOBILE:+3]`,
			[]Address{{"Doe, John", "+1"}, {`Ann "Annie" Lee`, "+2"}, {"C", "+3"}}},
		{"ASMS-2.2.2.1.10-3 number alone in brackets", `[MOBILE:+1]`, one("", "+1")},
		{"doubled quote", `"Ann ""Annie"" Lee" [MOBILE:+2]`, one(`Ann "Annie" Lee`, "+2")},
		{"name that is all doubled quotes", `"""x""" [MOBILE:+2]`, one(`"x"`, "+2")},
		{"quotes inside, not escaped", `"Ann "Annie" Lee" [MOBILE:+2]`, one(`Ann Annie Lee`, "+2")},
		{"backslash that escapes nothing", `"a\b" [MOBILE:+2]`, one(`a\b`, "+2")},
		{"lower case", `"A" [mobile:1]`, one("A", "1")},
		{"space before the colon", `"A" [ Mobile : 1 ]`, one("A", "1")},
		{"name without quotes", `Ann Lee [MOBILE:+1]`, one("Ann Lee", "+1")},
		{"empty number", `"" [MOBILE:]`, one("", "")},
		{"numbers alone", `+1 425-555, 12345`, []Address{{"", "+1 425-555"}, {"", "12345"}}},
		{"alphanumeric sender alone", `Vodafone`, one("", "Vodafone")},
		{"alphanumeric sender", `"My Bank" [MOBILE:My Bank]`, one("My Bank", "My Bank")},
		{"number in quotes", `"+1425"`, one("", "+1425")},
		{"name in quotes, no number", `"Ann"`, one("Ann", "")},
		{"empty entries", ` , ,"A" [MOBILE:1],, `, one("A", "1")},
		{"semicolon", `"A" [MOBILE:1]; "B" [MOBILE:2]`, []Address{{"A", "1"}, {"B", "2"}}},
		{"nothing between", `"A" [MOBILE:1] "B" [MOBILE:2]`, []Address{{"A", "1"}, {"B", "2"}}},
		{"quote closed late", `"Ann [MOBILE:1], "B [MOBILE:2]`, one("Ann [MOBILE:1], B", "2")},
		{"one quote alone", `"Ann [MOBILE:1]`, one(`"Ann`, "1")},
		{"bracket in a quoted name", `"[MOBILE:9]" [MOBILE:1]`, one("[MOBILE:9]", "1")},
		{"line break in a name", "\"A\r\nB\" [MOBILE:1]", one("A  B", "1")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseAddresses(tt.in)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestParseAddressesRefuses(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]string{
		"bracket not closed": `"A" [MOBILE:1`,
		"too many entries":   strings.Repeat("1,", MaxAddresses+1),
		"too long":           strings.Repeat(" ", maxAddressing+1),
	} {
		if got, err := ParseAddresses(in); !errors.Is(err, ErrAddress) {
			t.Errorf("%s: got %d entries and %v", name, len(got), err)
		}
	}
}

func TestParseAddressesStaysLinear(t *testing.T) {
	t.Parallel()
	for _, unit := range []string{`"\"`, `"a`, `[`, `[ `, `""`, `"" `, `\`} {
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, _ = ParseAddresses(strings.Repeat(unit, maxAddressing/len(unit)))
		}()
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			t.Fatalf("%q repeated takes too long", unit)
		}
	}
}

func TestFormatAddresses(t *testing.T) {
	t.Parallel()
	list := []Address{{"Doe, John", "+1"}, {`Ann "Annie"`, "+2"}, {"", "12345"}, {`back\slash`, "x]y"}}
	want := `"Doe, John" [MOBILE:+1], "Ann \"Annie\"" [MOBILE:+2], "" [MOBILE:12345], "back\\slash" [MOBILE:xy]`
	if got := FormatAddresses(list); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestNormalize(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"+1 (425) 555-0123":    "+14255550123",
		"0014255550123":        "+14255550123",
		"+44 (0) 20 7946 0000": "+442079460000",
		"0171.555/0123":        "01715550123",
		"12345":                "12345",
		"00345":                "00345", // a short code, not a country
		"VodaFone":             "vodafone",
		"My  Bank":             "my bank",
		"*100#":                "*100#",
		"\u202a+1 425\u202c":   "+1425",
		"":                     "",
	} {
		if got := Normalize(in); got != want {
			t.Errorf("Normalize(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzParseAddresses(f *testing.F) {
	for _, s := range []string{
		`"A" [MOBILE:+1], "B, \"b\"" [mobile: 2]`, `""[MOBILE:]`, `"""x"" [`, `+1,Vodafone,"x"`, "\"\x00\xff\" [MOBILE:\u2028]", `a"b"c\"[MOBILE:1]]`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		list, err := ParseAddresses(s)
		if err != nil {
			return
		}
		canonical := FormatAddresses(list)
		again, err := ParseAddresses(canonical)
		if err != nil {
			t.Fatalf("%q: %v", canonical, err)
		}
		if len(again) != len(list) || FormatAddresses(again) != canonical {
			t.Fatalf("%q became %q", canonical, FormatAddresses(again))
		}
		for i := range list {
			if list[i].Name != again[i].Name {
				t.Fatalf("name %q became %q", list[i].Name, again[i].Name)
			}
			if n := Normalize(list[i].Number); Normalize(n) != n {
				t.Fatalf("Normalize(%q) = %q is not stable", list[i].Number, n)
			}
		}
	})
}
