package sms

// Alphabet is how the characters of a segment are written.
type Alphabet byte

// The alphabets of 3GPP TS 23.038 4 SMS Data Coding Scheme.
const (
	GSM7   Alphabet = iota // 7 bits a character, default or national tables
	Binary                 // 8-bit data, not text
	UCS2                   // 16 bits, in practice UTF-16
)

// DataCoding is the data coding scheme (TP-DCS).
//
// 3GPP TS 23.038 4 SMS Data Coding Scheme
type DataCoding byte

// The codings that [Split] writes, and the one for data.
const (
	CodingGSM7   DataCoding = 0x00
	CodingBinary DataCoding = 0x04
	CodingUCS2   DataCoding = 0x08
)

// Alphabet tells how the characters are written. Reserved codings are GSM7, as
// the source demands; compressed text, which no phone sends, is Binary.
func (c DataCoding) Alphabet() Alphabet {
	switch group := c >> 4; {
	case group < 8: // general and automatic deletion
		if c&0x20 != 0 {
			return Binary
		}
		switch c >> 2 & 3 {
		case 1:
			return Binary
		case 2:
			return UCS2
		}
	case group == 0xE: // message waiting, store
		return UCS2
	case group == 0xF && c&4 != 0: // data coding and class
		return Binary
	}
	return GSM7
}

// Class is the message class, 0 to 3; ok is false without one. A phone shows
// class 0 at once and need not keep it; class 2 is for the SIM.
func (c DataCoding) Class() (class int, ok bool) {
	if c>>4 < 8 && c&0x10 != 0 || c>>4 == 0xF {
		return int(c & 3), true
	}
	return 0, false
}

// Waiting tells of a message waiting indication: whether it is one, whether
// something waits, and whether the text may be thrown away once shown.
func (c DataCoding) Waiting() (is, active, discard bool) {
	switch c >> 4 {
	case 0xC:
		return true, c&8 != 0, true
	case 0xD, 0xE:
		return true, c&8 != 0, false
	}
	return false, false, false
}

// Language is a national language identifier.
//
// 3GPP TS 23.038 6.2.1.2.4 National Language Identifier
type Language byte

// The national languages.
const (
	Turkish Language = 1 + iota
	Spanish
	Portuguese
	Bengali
	Gujarati
	Hindi
	Kannada
	Malayalam
	Oriya
	Punjabi
	Tamil
	Telugu
	Urdu
)
