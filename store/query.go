package store

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Query is what is looked for in texts. A text must have all of its terms.
type Query struct{ terms []term }

// term is one thing that is looked for, written in one way or in others.
type term struct{ ways [][]phrase }

// phrase is words that follow one another; the last may go on.
type phrase struct {
	words  []string
	number bool // a part of a number, anywhere in it
}

// termsLimit bounds what one query looks for.
const termsLimit = 8

// ParseQuery reads what a person types. Each word is the beginning of a word; words
// of scripts without spaces follow one another; digits are a part of a number. No
// character has any other meaning.
func ParseQuery(text string) (q Query) {
	words := wordsOf(text)
	numbers := numbersOf(text, words)
	for n := 0; n < len(words) && len(q.terms) < termsLimit; n++ {
		if len(numbers) > 0 && numbers[0].first == n {
			q.terms = append(q.terms, numberTerm(words, numbers[0]))
			n = numbers[0].last
			numbers = numbers[1:]
			continue
		}
		p := phrase{words: []string{words[n].fold}}
		for words[n].alone && n+1 < len(words) && words[n+1].alone && words[n].end == words[n+1].start {
			n++
			p.words = append(p.words, words[n].fold)
		}
		q.terms = append(q.terms, term{[][]phrase{{p}}})
	}
	return q
}

// numberTerm looks for digits in the groups in which they are typed, and as part
// of one number, without the zero that is only dialled at home.
func numberTerm(words []word, n number) (t term) {
	whole := func(digits string) { t.ways = append(t.ways, []phrase{{[]string{digits}, true}}) }
	whole(n.digits)
	if abroad := strings.TrimLeft(n.digits, "0"); abroad != n.digits && len(abroad) > 2 {
		whole(abroad)
	}
	if n.first < n.last {
		var groups []phrase
		for _, w := range words[n.first : n.last+1] {
			groups = append(groups, phrase{words: []string{w.fold}})
		}
		t.ways = append(t.ways, groups)
	}
	return t
}

// Empty reports whether nothing is looked for.
func (q Query) Empty() bool { return len(q.terms) == 0 }

// Matches returns where a text has what is looked for, as pairs of offsets in
// UTF-16 units, in order.
func (q Query) Matches(text string) [][2]int {
	words := wordsOf(text)
	numbers := numbersOf(text, words)
	var found [][2]int // in bytes
	for _, t := range q.terms {
		for _, way := range t.ways {
			for _, p := range way {
				found = p.find(words, numbers, found)
			}
		}
	}
	slices.SortFunc(found, func(a, b [2]int) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	merged := found[:0]
	for _, f := range found {
		if k := len(merged) - 1; k >= 0 && f[0] <= merged[k][1] {
			merged[k][1] = max(merged[k][1], f[1])
			continue
		}
		merged = append(merged, f)
	}
	return utf16Offsets(text, merged)
}

func (p phrase) find(words []word, numbers []number, found [][2]int) [][2]int {
	if p.number {
		for _, n := range numbers {
			if at := strings.Index(n.digits, p.words[0]); at >= 0 {
				start, end := n.place(words, at, at+len(p.words[0]))
				found = append(found, [2]int{start, end})
			}
		}
		return found
	}
	last := len(p.words) - 1
	for n := 0; n+last < len(words); n++ {
		match := strings.HasPrefix(words[n+last].fold, p.words[last])
		for k := 0; k < last && match; k++ {
			match = words[n+k].fold == p.words[k]
		}
		if match {
			found = append(found, [2]int{words[n].start, words[n+last].end})
		}
	}
	return found
}

// utf16Offsets turns pairs of offsets in bytes, in order and apart, into ones in
// UTF-16 units.
func utf16Offsets(text string, pairs [][2]int) [][2]int {
	at, units := 0, 0
	to := func(offset int) int {
		for at < offset {
			r, n := utf8.DecodeRuneInString(text[at:])
			at += n
			units++
			if r > 0xFFFF {
				units++
			}
		}
		return units
	}
	for n := range pairs {
		pairs[n] = [2]int{to(pairs[n][0]), to(pairs[n][1])}
	}
	return pairs
}
