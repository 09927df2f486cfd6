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

// The codings that [Split] writes.
const (
	CodingGSM7 DataCoding = 0x00
	CodingUCS2 DataCoding = 0x08
)

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
