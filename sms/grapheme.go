package sms

import "unicode"

// viramas join the consonants around them, [UAX #29] GB9c; the last two are
// those of Myanmar and Khmer.
var viramas = [...]rune{0x094D, 0x09CD, 0x0ACD, 0x0B4D, 0x0C4D, 0x0D4D, 0x1039, 0x17D2}

// cluster is the length in runes of the user-perceived character that text
// begins with: a letter with its marks, an emoji with its modifiers and
// joiners, a flag, a Hangul syllable. Text must not be empty.
//
// It is a compact form of the extended grapheme cluster, good enough to decide
// where a text may be cut.
//
// [UAX #29] 3.1.1 Grapheme Cluster Boundary Rules
func cluster(text []rune) int {
	if unicode.IsControl(text[0]) {
		if text[0] == '\r' && len(text) > 1 && text[1] == '\n' { // GB3
			return 2
		}
		return 1
	}
	flag := isRegionalIndicator(text[0]) // GB12: only the first two pair up
	linked := false                      // a virama stands before, with no ZWNJ since
	for n := 1; n < len(text); n++ {
		prev, r := text[n-1], text[n]
		linked = (linked || isVirama(prev)) && prev != 0x200C
		switch {
		case isExtend(r): // GB9, GB9a
		case isPrepend(prev) && !unicode.IsControl(r): // GB9b
		case prev == 0x200D && (unicode.IsLetter(r) || unicode.IsSymbol(r)): // GB11
		case linked && isExtend(prev) && unicode.IsLetter(r): // GB9c
		case flag && n == 1 && isRegionalIndicator(r): // GB12
		case joinsHangul(prev, r): // GB6 to GB8
		default:
			return n
		}
		if !isExtend(r) {
			linked = false
		}
	}
	return len(text)
}

func isVirama(r rune) bool {
	for _, v := range viramas {
		if r == v {
			return true
		}
	}
	return false
}

func isRegionalIndicator(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }

// isExtend tells whether r belongs to the character before it.
func isExtend(r rune) bool {
	switch {
	case r < 0x300:
		return false
	case r == 0x200C, r == 0x200D: // joiners
		return true
	case r >= 0x1F3FB && r <= 0x1F3FF: // skin tones
		return true
	case r >= 0xE0020 && r <= 0xE007F: // tags, as in the flag of Scotland
		return true
	case r == 0xFF9E, r == 0xFF9F: // halfwidth voiced sound marks
		return true
	case r == 0x0E33, r == 0x0EB3: // Thai and Lao am, vowels that are letters to Unicode
		return true
	}
	return unicode.Is(unicode.M, r)
}

// isPrepend tells whether r belongs to the character after it: the Arabic signs
// that embrace a number.
func isPrepend(r rune) bool {
	return r >= 0x0600 && r <= 0x0605 || r == 0x06DD || r == 0x070F || r == 0x08E2
}

func joinsHangul(prev, r rune) bool {
	const (
		none = iota
		l
		v
		t
		lv
		lvt
	)
	kind := func(r rune) int {
		switch {
		case r >= 0x1100 && r <= 0x115F, r >= 0xA960 && r <= 0xA97C:
			return l
		case r >= 0x1160 && r <= 0x11A7, r >= 0xD7B0 && r <= 0xD7C6:
			return v
		case r >= 0x11A8 && r <= 0x11FF, r >= 0xD7CB && r <= 0xD7FB:
			return t
		case r >= 0xAC00 && r <= 0xD7A3:
			if (r-0xAC00)%28 == 0 {
				return lv
			}
			return lvt
		}
		return none
	}
	switch p, k := kind(prev), kind(r); p {
	case l:
		return k == l || k == v || k == lv || k == lvt
	case v, lv:
		return k == v || k == t
	case t, lvt:
		return k == t
	}
	return false
}
