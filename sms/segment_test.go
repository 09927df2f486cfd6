package sms

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

// lengths are those of the segments in units: septets or UTF-16 units.
func lengths(segments []UserData) []int {
	var out []int
	for _, s := range segments {
		n := len(s.Data)
		if s.Coding == CodingUCS2 {
			n /= 2
		}
		out = append(out, n)
	}
	return out
}

func TestSplitLengths(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, body string
		opts       *Options
		coding     DataCoding
		want       []int
	}{
		{"empty", "", nil, CodingGSM7, []int{0}},
		{"160 septets", strings.Repeat("a", 160), nil, CodingGSM7, []int{160}},
		{"161 septets", strings.Repeat("a", 161), nil, CodingGSM7, []int{153, 8}},
		{"306 and 307 septets", strings.Repeat("a", 307), nil, CodingGSM7, []int{153, 153, 1}},
		{"160 septets by extension", strings.Repeat("€", 80), nil, CodingGSM7, []int{160}},
		{"escape not split", strings.Repeat("a", 152) + "€€€€€", nil, CodingGSM7, []int{152, 10}},
		{"70 units", strings.Repeat("я", 70), nil, CodingUCS2, []int{70}},
		{"71 units", strings.Repeat("я", 71), nil, CodingUCS2, []int{67, 4}},
		{"surrogate pair not split", strings.Repeat("я", 66) + "😀яяяя", nil, CodingUCS2, []int{66, 6}},
		{"emoji sequence not split", strings.Repeat("я", 60) + "👨‍👩‍👧‍👦яя", nil, CodingUCS2, []int{60, 13}},
		{"flag not split", strings.Repeat("я", 64) + "🇩🇪🇫🇷яяя", nil, CodingUCS2, []int{64, 11}},
		{"flags paired up from the left", strings.Repeat("🇩🇪", 18), nil, CodingUCS2, []int{64, 8}},
		{"accent not split", strings.Repeat("я", 66) + "e\u0301яяяя", nil, CodingUCS2, []int{66, 6}},
		{"line end not split", strings.Repeat("a", 152) + "\r\n" + strings.Repeat("a", 20), nil, CodingGSM7, []int{152, 22}},
		{"a character longer than a segment is split", "e" + strings.Repeat("\u0301", 100), nil, CodingUCS2, []int{67, 34}},
		{"forced UCS-2", "abc", &Options{ForceUCS2: true}, CodingUCS2, []int{3}},
		{"wide reference", strings.Repeat("a", 161), &Options{WideReference: true}, CodingGSM7, []int{152, 9}},
		{"Turkish not allowed", strings.Repeat("ş", 71), nil, CodingUCS2, []int{67, 4}},
		{"Turkish allowed", strings.Repeat("ş", 71), &Options{National: []Language{Turkish}}, CodingGSM7, []int{142}},
		{"Turkish saves nothing", "ş", &Options{National: []Language{Turkish}}, CodingUCS2, []int{1}},
		{"Hindi", strings.Repeat("हिन्दी", 25), &Options{National: []Language{Turkish, Hindi}}, CodingGSM7, []int{150}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			segments, err := Split(tt.body, tt.opts)
			if err != nil {
				t.Fatal(err)
			}
			if got := lengths(segments); fmt.Sprint(got) != fmt.Sprint(tt.want) || segments[0].Coding != tt.coding {
				t.Errorf("got %v in %#x, want %v in %#x", got, segments[0].Coding, tt.want, tt.coding)
			}
			if got := Join(segments); got != tt.body {
				t.Errorf("came back as %q", got)
			}
			for i, s := range segments {
				c := s.Header.Concat
				if len(segments) == 1 {
					if c != nil {
						t.Errorf("one segment has %+v", *c)
					}
				} else if c == nil || c.Seq != i+1 || c.Total != len(segments) {
					t.Errorf("segment %d has %+v", i+1, c)
				}
			}
		})
	}
}

func TestSplitTooLong(t *testing.T) {
	t.Parallel()
	if s, err := Split(strings.Repeat("a", 153*255), nil); err != nil || len(s) != 255 {
		t.Errorf("255 segments: %d, %v", len(s), err)
	}
	for name, err := range map[string]error{
		"256 segments":     second(Split(strings.Repeat("a", 153*255+1), nil)),
		"three of two":     second(Split(strings.Repeat("a", 400), &Options{MaxSegments: 2})),
		"a million emojis": second(Split(strings.Repeat("😀", 1_000_000), nil)),
	} {
		if !errors.Is(err, ErrTooLong) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestSplitRandomTexts(t *testing.T) {
	t.Parallel()
	alphabet := []string{"a", "€", "@", "\r", "\n", "\r\n", "ş", "я", "😀", "e\u0301", "👨‍👩‍👧‍👦", "🇩🇪", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "👍🏽", "❤️", "한", "क्ष", " "}
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var b strings.Builder
		kinds := 1 + rnd.IntN(len(alphabet))
		for range rnd.IntN(300) {
			b.WriteString(alphabet[rnd.IntN(kinds)])
		}
		checkSplit(t, b.String(), &Options{National: []Language{Turkish, Hindi}, Reference: 300, WideReference: rnd.IntN(2) == 0})
	}
}

// checkSplit is what must hold of every split.
func checkSplit(t *testing.T, body string, opts *Options) {
	t.Helper()
	segments, err := Split(body, opts)
	if err != nil {
		if !errors.Is(err, ErrTooLong) {
			t.Fatal(err)
		}
		return
	}
	var parts []Part
	var alone strings.Builder // the segments as a phone shows them that joins none
	for _, s := range segments {
		octets, err := s.encode()
		if err != nil {
			t.Fatalf("%q: %v", body, err)
		}
		if len(octets)-1 > maxOctets {
			t.Fatalf("%q: a segment of %d octets", body, len(octets)-1)
		}
		back, err := decodeUserData(octets, s.Coding, s.hasHeader())
		if err != nil {
			t.Fatalf("%q: %v", body, err)
		}
		first, _ := utf8.DecodeRuneInString(Join([]UserData{back}))
		if len(parts) > 0 && isExtend(first) && longest(body) < 20 {
			t.Fatalf("%q: a segment begins with %U, the rest of a character", body, first)
		}
		if text, ok := back.Text(); !ok || strings.ContainsRune(text, utf8.RuneError) && !strings.ContainsRune(body, utf8.RuneError) {
			t.Fatalf("%q: a segment reads %q", body, text)
		}
		text, _ := back.Text()
		alone.WriteString(text)
		parts = append(parts, Part{Sender: "+1", UserData: back})
	}
	complete, waiting := Reassemble(parts)
	if len(complete) != 1 || len(waiting) != 0 {
		t.Fatalf("%q: %d complete, %d waiting", body, len(complete), len(waiting))
	}
	if want := strings.ToValidUTF8(body, "\uFFFD"); utf8.ValidString(body) && (complete[0].Text != want || alone.String() != want) {
		t.Fatalf("%q came back as %q, alone as %q", body, complete[0].Text, alone.String())
	}
}

// longest is how many runes the longest character of a text has.
func longest(body string) int {
	most, start := 0, 0
	for _, end := range clusters([]rune(body)) {
		most, start = max(most, end-start), end
	}
	return most
}

func FuzzSplit(f *testing.F) {
	f.Add("hello", false)
	f.Add(strings.Repeat("€", 200)+"😀", true)
	f.Add("\x1b\xff\u200d\u200d🇩🇪🇩", false)
	f.Fuzz(func(t *testing.T, body string, wide bool) {
		checkSplit(t, body, &Options{National: []Language{Turkish, Portuguese, Hindi}, WideReference: wide, MaxSegments: 20})
	})
}

func TestCluster(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int{
		"ab": 1, "e\u0301x": 2, "\r\nx": 2, "\n\u0301": 1, "👨‍👩‍👧‍👦x": 7, "👍🏽x": 2, "❤️x": 2, "🇩🇪🇫🇷": 2,
		"🏴󠁧󠁢󠁳󠁣󠁴󠁿x": 7, "각각": 1, "\u1100\u1161\u11a8x": 3, "क्षx": 3, "क्\u200cष": 3, "a\u200d b": 2, "नमस्ते": 1,
		"กำx": 2, "ກຳx": 2, "\u0600١x": 2, "ក្ខx": 3, "1️⃣x": 3, "🏳️‍🌈x": 4, "👩🏽‍🤝‍👨🏿x": 7,
	} {
		if got := cluster([]rune(in)); got != want {
			t.Errorf("cluster(%q) = %d, want %d", in, got, want)
		}
	}
}
