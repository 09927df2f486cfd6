package vcard

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

func parse(t *testing.T, text string) (cards []Card, errs []error) {
	t.Helper()
	Parse([]byte(text), func(c Card, err error) bool {
		if err != nil {
			errs = append(errs, err)
		} else {
			cards = append(cards, c)
		}
		return true
	})
	return cards, errs
}

func one(t *testing.T, lines ...string) Card {
	t.Helper()
	cards, errs := parse(t, "BEGIN:VCARD\r\n"+strings.Join(lines, "\r\n")+"\r\nEND:VCARD\r\n")
	if len(cards) != 1 || len(errs) > 0 {
		t.Fatalf("%v %v", cards, errs)
	}
	return cards[0]
}

func TestValues(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, want string
		lines      []string
	}{
		{"plain", "Ann Lee", []string{"VERSION:3.0", "FN:Ann Lee"}},
		{"escaped", "a,b;c\\d\ne\\f", []string{"VERSION:3.0", `FN:a\,b\;c\\d\ne\f`}},
		{"3.0 folded", "Ann Lee", []string{"VERSION:3.0", "FN:An", " n Lee"}},
		{"3.0 folded by a tab", "Ann Lee", []string{"VERSION:3.0", "FN:Ann", "\t Lee"}},
		{"2.1 folded", "Ann Lee", []string{"VERSION:2.1", "FN:Ann", " Lee"}},
		{"quoted-printable", "Jörg Groß", []string{"VERSION:2.1", "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=B6rg Gro=C3=9F"}},
		{"quoted-printable without a name", "Jörg", []string{"VERSION:2.1", "FN;QUOTED-PRINTABLE;CHARSET=utf-8:J=C3=B6rg"}},
		{"quoted-printable over lines", "Jörg Groß", []string{"VERSION:2.1", "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=B6rg=", "=20Gro=C3=", "=9F"}},
		{"quoted-printable with a line break", "a\nb", []string{"VERSION:2.1", "FN;ENCODING=QUOTED-PRINTABLE:a=0D=0Ab"}},
		{"quoted-printable that is broken", "a=ZZb é", []string{"VERSION:2.1", "FN;ENCODING=QUOTED-PRINTABLE;CHARSET=ISO-8859-1:a=ZZb =E9"}},
		{"Latin 1", "Jörg", []string{"VERSION:2.1", "FN;CHARSET=ISO-8859-1:J\xf6rg"}},
		{"Latin 9", "€", []string{"VERSION:2.1", "FN;CHARSET=ISO-8859-15:\xa4"}},
		{"no character set, not UTF-8", "J“rg", []string{"VERSION:2.1", "FN:J\x93rg"}},
		{"an unknown one", "Jörg", []string{"VERSION:2.1", "FN;CHARSET=KLINGON:Jörg"}},
		{"in a group", "Ann", []string{"VERSION:4.0", "item1.fn:Ann"}},
		{"preferred", "Second", []string{"VERSION:4.0", "FN:First", "FN;PREF=1:Second"}},
		{"a colon in a parameter", "Ann", []string{"VERSION:4.0", `FN;X="a:b;c":Ann`}},
		{"lines that are none", "Ann", []string{"VERSION:3.0", "what is this", ":", ";:", "FN;TYPE", "FN:Ann"}},
		{"a card within", "Ann", []string{"VERSION:2.1", "AGENT:", "BEGIN:VCARD", "FN:Agent", "END:VCARD", "FN:Ann"}},
	} {
		if got := one(t, c.lines...).First("FN"); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestTelephones(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ line, number, typ string }{
		{"TEL;CELL:0171 1", "0171 1", "cell"},
		{"TEL;HOME;VOICE:1", "1", "voice"},
		{"TEL;TYPE=WORK,CELL:2", "2", "cell"},
		{"TEL;TYPE=work;TYPE=cell:2", "2", "cell"},
		{`TEL;VALUE=uri;TYPE="cell,work":tel:+49-171-1;ext=5`, "+49-171-1", "work"},
		{"TEL;VALUE=uri:TEL:+1%20425", "+1 425", ""},
		{"item7.tel;type=fax:3", "3", "fax"},
		{"TEL:+1,2", "+1,2", ""},
	} {
		tel := one(t, "VERSION:3.0", c.line).All("TEL")
		if len(tel) != 1 || tel[0].Text() != c.number || c.typ != "" && !tel[0].Is(c.typ) {
			t.Errorf("%s: %+v", c.line, tel)
		}
	}
}

func TestStructure(t *testing.T) {
	t.Parallel()
	c := one(t, "VERSION:3.0", `N:Lee\;x;Ann; M. ;;Jr.`, `CATEGORIES:a\,b,,c`, "item1.TEL:1", "item1.X-ABLabel:_$!<Mobile>!$_", "item2.TEL:2", "PHOTO;ENCODING=b;TYPE=JPEG:AA", " BB", " CC==")
	if n := c.All("N")[0].Parts(); !slices.Equal(n, []string{"Lee;x", "Ann", "M.", "", "Jr."}) {
		t.Errorf("N %q", n)
	}
	if l := c.All("CATEGORIES")[0].List(); !slices.Equal(l, []string{"a,b", "c"}) {
		t.Errorf("CATEGORIES %q", l)
	}
	tel := c.All("TEL")
	if a, b := c.Label(tel[0]), c.Label(tel[1]); a != "Mobile" || b != "" {
		t.Errorf("labels %q %q", a, b)
	}
	if p := c.First("PHOTO"); p != "AABBCC==" {
		t.Errorf("PHOTO %q", p)
	}
}

func TestFiles(t *testing.T) {
	t.Parallel()
	ann, bob := "BEGIN:VCARD\nVERSION:3.0\nFN:Ann\nEND:VCARD\n", "begin:vcard\r\nversion:2.1\r\nfn:Bob\r\nend:vcard\r\n"
	for _, c := range []struct {
		name, text string
		cards      int
		err        error
	}{
		{"two", ann + "\n\n" + bob, 2, nil},
		{"with a mark", "\uFEFF" + ann, 1, nil},
		{"UTF-16", "\xff\xfe" + strings.Join(strings.Split(ann, ""), "\x00") + "\x00", 1, nil},
		{"the first does not end", "BEGIN:VCARD\nFN:x\n" + ann, 1, ErrNotEnded},
		{"the last does not end", ann + "BEGIN:VCARD\nFN:x", 1, ErrNotEnded},
		{"an empty one", ann + "BEGIN:VCARD\nEND:VCARD\n" + bob, 2, ErrEmpty},
		{"a huge one", "BEGIN:VCARD\n" + strings.Repeat("TEL:1\n", maxProperties+1) + "END:VCARD\n" + ann, 1, ErrSize},
		{"no card", "nonsense", 0, nil},
		{"nothing", "", 0, nil},
		{"old line ends", strings.ReplaceAll(ann+ann, "\n", "\r"), 2, nil},
	} {
		cards, errs := parse(t, c.text)
		if len(cards) != c.cards || (c.err == nil) != (len(errs) == 0) || c.err != nil && !errors.Is(errs[0], c.err) {
			t.Errorf("%s: %d cards, %v", c.name, len(cards), errs)
		}
	}
	t.Run("no more than are wanted", func(t *testing.T) {
		n := 0
		Parse([]byte(ann+ann+ann), func(Card, error) bool { n++; return n < 2 })
		if n != 2 {
			t.Errorf("%d", n)
		}
	})
}

// A file that is made to be slow takes time in proportion to its size.
func TestHostileFiles(t *testing.T) {
	t.Parallel()
	const n = 1 << 18
	for _, text := range []string{
		"BEGIN:VCARD\nPHOTO;ENCODING=b:" + strings.Repeat("\n A", n) + "\nEND:VCARD",
		"BEGIN:VCARD\nFN;ENCODING=QUOTED-PRINTABLE:" + strings.Repeat("=\n", n) + "\nEND:VCARD",
		strings.Repeat("BEGIN:VCARD\n", n/4),
		"BEGIN:VCARD\nAGENT:\n" + strings.Repeat("BEGIN:VCARD\n", n/4),
		"BEGIN:VCARD\nAGENT:" + strings.Repeat("a", 16*n) + strings.Repeat("\nBEGIN:VCARD\nEND:VCARD", n/4) + "\nEND:VCARD",
		"BEGIN:VCARD\nTEL" + strings.Repeat(";A=B", n/4) + ":1\nEND:VCARD",
		"BEGIN:VCARD\nTEL;TYPE=" + strings.Repeat("A,", n/4) + ":1\nEND:VCARD",
		"BEGIN:VCARD\nN:" + strings.Repeat(`\`, n) + "\nEND:VCARD",
	} {
		began := time.Now()
		Parse([]byte(text), func(c Card, _ error) bool {
			for _, p := range c {
				p.Text()
				p.Parts()
			}
			return true
		})
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%.40q…: %s", text, took)
		}
	}
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	t.Parallel()
	card := Card{
		{Name: "FN", Value: Escape("Ann; \\Lee, \n" + strings.Repeat("Größe ", 40) + "!")},
		{Name: "TEL", Params: map[string][]string{"TYPE": {"CELL", "PREF"}}, Value: Escape("+49 171 1")},
	}
	text := string(Append(nil, card))
	for line := range strings.SplitSeq(text, "\r\n") {
		if len(line) > 75 {
			t.Errorf("a line of %d bytes: %s", len(line), line)
		}
	}
	cards, errs := parse(t, text)
	if len(cards) != 1 || len(errs) > 0 || cards[0].First("FN") != strings.TrimSpace(unescape(card[0].Value)) || !cards[0].All("TEL")[0].Is("pref") {
		t.Errorf("%v %v", cards, errs)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=B6=\n;x\nTEL;CELL:1\nEND:VCARD")
	f.Add("BEGIN:VCARD\r\nVERSION:3.0\r\nitem1.TEL;type=\"a:b\":tel:+1;x=2\r\nPHOTO;ENCODING=b:AA\r\n BB\r\nEND:VCARD\r\n")
	f.Add("BEGIN:VCARD\nAGENT:\nBEGIN:VCARD\nEND:VCARD\nFN:\\,\\;\\\\\\n\nEND:VCARD")
	f.Add("\xff\xfeB\x00")
	f.Fuzz(func(t *testing.T, text string) {
		Parse([]byte(text), func(c Card, err error) bool {
			if err != nil {
				return true
			}
			for n, p := range c {
				p.Text()
				p.Parts()
				p.List()
				c.Label(p)
				c[n] = Property{Name: "FN", Value: Escape(p.Text())}
			}
			var again Card
			Parse(Append(nil, c), func(r Card, err error) bool { again = r; return err == nil })
			for n, p := range c {
				if want := strings.TrimSpace(unescape(p.Value)); n < len(again) && again[n].Text() != want && !strings.ContainsAny(want, "\r\x00") && strings.ToValidUTF8(want, "") == want {
					t.Errorf("%q became %q", want, again[n].Text())
				}
			}
			return true
		})
	})
}
