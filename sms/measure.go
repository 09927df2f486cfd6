package sms

// Measurement is what a text costs.
type Measurement struct {
	Alphabet   Alphabet
	Characters int    // as people count them
	Units      int    // septets, or 16-bit units of UCS-2, without headers
	Segments   int    // may be more than MaxSegments
	Left       int    // units that the last segment still takes
	ForcedBy   string // the first character that GSM-7 lacks, "" none
}

// Measure says what a text costs when it is split without national tables.
func Measure(body string) Measurement {
	text := []rune(body)
	coding, per := CodingGSM7, 1
	u, plain := encodeGSM7(text, defaultEncoder)
	if !plain {
		coding, per = CodingUCS2, 2
		u = encodeUCS2(text)
	}
	segments := u.cut(coding, Header{}, Options{})
	last := segments[len(segments)-1]
	m := Measurement{
		Alphabet: coding.Alphabet(), Characters: len(u.clusters), Units: len(u.data) / per,
		Segments: len(segments), Left: (last.Header.room(coding) - len(last.Data)) / per,
	}
	if plain {
		return m
	}
	start := 0
	for _, end := range u.clusters {
		if _, ok := encodeGSM7(text[start:end], defaultEncoder); !ok {
			m.ForcedBy = string(text[start:end])
			return m
		}
		start = end
	}
	return m
}
