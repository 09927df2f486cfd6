package store

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// word is a word of a text as it is looked for: without case and accents. A
// script that puts no spaces between words has words of one character.
type word struct {
	fold       string
	start, end int // in the text, in bytes
	alone      bool
}

// Bounds of what is looked at.
const (
	wordsLimit   = 20_000 // of one text
	wordLimit    = 64     // characters of one word; what follows is passed over
	numberDigits = 24     // digits of one number
)

// wordsOf returns the words of a text.
func wordsOf(text string) (all []word) {
	var fold strings.Builder
	var now word // under way
	n := 0       // characters in fold
	finish := func() {
		if n > 0 {
			now.fold = fold.String()
			all = append(all, now)
		}
		fold.Reset()
		n = 0
	}
	for at, r := range text {
		end := at + utf8.RuneLen(r)
		if r == utf8.RuneError {
			end = at + 1
		}
		if len(all) >= wordsLimit {
			break
		}
		kind, letters := classify(r)
		switch kind {
		case between:
			finish()
			continue
		case joining: // to the character before, if there is one
			if n == 0 {
				continue
			}
		case standsAlone:
			finish()
		case ordinary:
			if n > 0 && now.alone {
				finish()
			}
		}
		if n == 0 {
			now = word{start: at, alone: kind == standsAlone}
		}
		if n < wordLimit {
			fold.WriteString(letters)
		}
		now.end = end
		n++
	}
	finish()
	return all
}

type runeKind int

const (
	between     runeKind = iota // words
	ordinary                    // in a word
	standsAlone                 // a word of its own
	joining                     // the character before
)

// classify says what a character is to words, and how it is written in them.
func classify(r rune) (runeKind, string) {
	switch {
	case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
		return ordinary, string(r)
	case r >= 'A' && r <= 'Z':
		return ordinary, string(r + 'a' - 'A')
	case r < 0x80:
		return between, ""
	}
	fold := foldRune(r)
	switch {
	case unicode.Is(unicode.M, r) || r == 0x00AD || r == 0x200C || r == 0x200D || r == 0xFF9E || r == 0xFF9F || r >= 0x1F3FB && r <= 0x1F3FF:
		return joining, fold
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar),
		r == 0x30FC, r == 0xFF70:
		return standsAlone, fold
	case r >= 0x2190 && unicode.Is(unicode.So, r): // an emoji, a symbol
		return standsAlone, string(r)
	case fold == "":
		return between, ""
	}
	return ordinary, fold
}

// plain writes letters that have no decomposition.
var plain = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "ı", "i", "ħ", "h", "ς", "σ")

// foldRune returns the letters and digits of a character without case and
// accents.
func foldRune(r rune) string {
	return plain.Replace(strings.Map(func(r rune) rune {
		if r >= 0x300 && r <= 0x36F || !unicode.In(r, unicode.L, unicode.N, unicode.M) || r >= 0xFE00 && r <= 0xFE0F {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(string(r))))
}

// number is a run of digits of a text, also if it is written in groups.
type number struct {
	digits      string
	first, last int // its words
}

// numbersOf returns the numbers of a text, as they lie in its words.
func numbersOf(text string, words []word) (all []number) {
	var now number
	finish := func() {
		if len(now.digits) > 2 && len(now.digits) <= numberDigits {
			all = append(all, now)
		}
		now = number{}
	}
	for n, w := range words {
		if strings.Trim(w.fold, "0123456789") != "" {
			finish()
			continue
		}
		if now.digits != "" && !sameNumber(text[words[n-1].end:w.start]) {
			finish()
		}
		if now.digits == "" {
			now.first = n
		}
		now.digits += w.fold
		now.last = n
	}
	finish()
	return all
}

// sameNumber reports whether digits on both sides of what is written between are
// of one number.
func sameNumber(between string) bool {
	return len(between) <= 4 && strings.Trim(between, " -./()\u00a0\u2010\u2011\u2013") == ""
}

// place returns where the digits from one to another of a number lie in the text.
func (n number) place(words []word, from, to int) (start, end int) {
	start = -1
	for _, w := range words[n.first : n.last+1] {
		if from < len(w.fold) && start < 0 {
			start = w.start
			if w.end-w.start == len(w.fold) {
				start += from
			}
		}
		if to <= len(w.fold) {
			if w.end-w.start == len(w.fold) {
				return start, w.start + to
			}
			return start, w.end
		}
		from, to = from-len(w.fold), to-len(w.fold)
	}
	return start, words[n.last].end
}
