package sms

import (
	"errors"
	"fmt"
)

// ErrTooLong is the answer to a text that needs more segments than allowed.
var ErrTooLong = errors.New("sms: text too long")

// MaxSegments is the most segments that one text can have, because their
// number is one octet.
//
// 3GPP TS 23.040 9.2.3.24.1 Concatenated Short Messages
const MaxSegments = 255

// maxOctets is what the user data of one segment can hold.
//
// 3GPP TS 23.040 9.2.3.16 TP-User Data Length (TP-UDL)
const maxOctets = 140

// Options tell how a text is cut. Nil means the zero value.
type Options struct {
	// MaxSegments bounds the segments of one text, 1 to 255. Default 255.
	MaxSegments int
	// National lists the languages whose shift tables may be used when they
	// save a segment. Default none, because older phones show the wrong
	// characters.
	National []Language
	// ForceUCS2 takes UCS-2 even for what GSM-7 can write.
	ForceUCS2 bool
	// Reference marks the segments of one text; use another for each text to
	// the same recipient. 0 to 255 (larger ones wrap) unless WideReference.
	// Default 0.
	Reference uint16
	// WideReference uses 16-bit references: rarer collisions for one
	// character less in each segment.
	WideReference bool
}

// Split cuts a text into the user data of its segments: one of up to 160
// GSM-7 or 70 UCS-2 units, or several of 153 or 67. It takes GSM-7 if it can
// write the text, else a national table if one is allowed and saves a segment,
// else UCS-2.
//
// No segment ends within an escape sequence or a surrogate pair, nor within a
// user-perceived character (a letter with its marks, an emoji with its
// joiners) unless that alone is longer than a segment. An empty text is one
// empty segment. Invalid UTF-8 becomes U+FFFD. The error wraps ErrTooLong.
//
// 3GPP TS 23.040 9.2.3.24.1 Concatenated Short Messages
func Split(body string, opts *Options) ([]UserData, error) {
	var o Options
	if opts != nil {
		o = *opts
	}
	if o.MaxSegments <= 0 || o.MaxSegments > MaxSegments {
		o.MaxSegments = MaxSegments
	}
	if len(body) > MaxSegments*160*4 {
		return nil, fmt.Errorf("%w: %d bytes", ErrTooLong, len(body))
	}
	segments := split([]rune(body), o)
	if len(segments) > o.MaxSegments {
		return nil, fmt.Errorf("%w: %d segments, %d allowed", ErrTooLong, len(segments), o.MaxSegments)
	}
	return segments, nil
}

func split(text []rune, o Options) []UserData {
	if !o.ForceUCS2 {
		if units, ok := encodeGSM7(text, defaultEncoder); ok {
			return units.cut(CodingGSM7, Header{}, o)
		}
	}
	best := encodeUCS2(text).cut(CodingUCS2, Header{}, o)
	if o.ForceUCS2 {
		return best
	}
	for _, language := range o.National {
		for _, s := range []shift{{0, language}, {language, 0}, {language, language}} {
			if s.single != 0 && singleShift[s.single] == nil || s.locking != 0 && !hasLocking(s.locking) {
				continue
			}
			units, ok := encodeGSM7(text, s.encoder())
			if !ok {
				continue
			}
			if c := units.cut(CodingGSM7, Header{Locking: s.locking, Single: s.single}, o); len(c) < len(best) {
				best = c
			}
		}
	}
	return best
}

func hasLocking(l Language) bool { _, ok := lockingShift[l]; return ok }

// units is an encoded text with the places where it may be cut.
type units struct {
	data     []byte
	runes    []int // the end of each character in data
	clusters []int // the end of each cluster, as an index into runes
}

func encodeGSM7(text []rune, e encoder) (units, bool) {
	u := units{data: make([]byte, 0, len(text)), clusters: clusters(text)}
	for _, r := range text {
		var ok bool
		if u.data, ok = e.append(u.data, r); !ok {
			return units{}, false
		}
		u.runes = append(u.runes, len(u.data))
	}
	return u, true
}

func encodeUCS2(text []rune) units {
	u := units{data: make([]byte, 0, 2*len(text)), clusters: clusters(text)}
	for _, r := range text {
		u.data = appendUCS2(u.data, r)
		u.runes = append(u.runes, len(u.data))
	}
	return u
}

func clusters(text []rune) []int {
	var ends []int
	for at := 0; at < len(text); {
		at += cluster(text[at:])
		ends = append(ends, at)
	}
	return ends
}

// cut lays the units into segments. It may return more than 255, whose headers
// are then meaningless; the caller refuses them.
func (u units) cut(coding DataCoding, header Header, o Options) []UserData {
	if len(u.data) <= header.room(coding) {
		return []UserData{{Coding: coding, Header: header, Data: u.data}}
	}
	header.Concat = &Concat{Reference: o.Reference, Wide: o.WideReference}
	if !o.WideReference {
		header.Concat.Reference &= 0xFF
	}
	room := header.room(coding)

	var ends []int // of the segments in data
	start, end := 0, 0
	add := func(to int) {
		if to-start > room {
			ends = append(ends, end)
			start = end
		}
		end = to
	}
	first := 0 // rune the cluster begins with
	for _, last := range u.clusters {
		if to := u.runes[last-1]; to-end <= room {
			add(to)
		} else {
			for _, to := range u.runes[first:last] {
				add(to)
			}
		}
		first = last
	}
	ends = append(ends, end)

	segments := make([]UserData, len(ends))
	start = 0
	for i, end := range ends {
		h := header
		concat := *header.Concat
		concat.Total, concat.Seq = len(ends), i+1
		h.Concat = &concat
		segments[i] = UserData{Coding: coding, Header: h, Data: u.data[start:end:end]}
		start = end
	}
	return segments
}
