package sms

// UserData is what one segment carries: the coding, the header that tells its
// place among its fellows, and the characters themselves.
//
// 3GPP TS 23.040 9.2.3.24 TP-User Data (TP-UD)
type UserData struct {
	Coding DataCoding
	Header Header
	// Data is one septet per byte (values 0 to 127, not packed) when the
	// alphabet is GSM7, else octets; UCS2 is big-endian UTF-16.
	Data []byte
}

// Header is the user data header. The zero Header is none at all.
//
// 3GPP TS 23.040 9.2.3.24 TP-User Data (TP-UD)
type Header struct {
	Concat  *Concat  // nil: the text has one segment
	Ports   *Ports   // nil: the text is for people
	Locking Language // national language locking shift table, 0 for none
	Single  Language // national language single shift table, 0 for none
	Other   []Element
}

// Concat places a segment among those of its text.
//
// 3GPP TS 23.040 9.2.3.24.1 Concatenated Short Messages
type Concat struct {
	Reference uint16 // 0 to 255 unless Wide
	Wide      bool   // a 16-bit reference, [9.2.3.24.8]
	Total     int    // 1 to 255
	Seq       int    // 1 to Total
}

// Ports address an application, not a person.
//
// 3GPP TS 23.040 9.2.3.24.4 Application Port Addressing 16 bit address
type Ports struct {
	Destination, Source uint16
	Narrow              bool // 8-bit addresses, [9.2.3.24.3]
}

// Element is an information element that this package has no name for.
type Element struct {
	ID   byte
	Data []byte
}

// Text decodes the user data alone; ok is false when it isn't text (8-bit
// data, compressed text). Use [Reassemble] or [Join] for one part of several,
// because senders exist that cut a character in two.
func (u UserData) Text() (text string, ok bool) { return "", false }
