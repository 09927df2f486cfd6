package sms

import (
	"encoding/binary"
	"errors"
	"fmt"
)

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
	Wide      bool   // a 16-bit reference
	Total     int    // 1 to 255
	Seq       int    // 1 to Total
}

// Ports address an application, not a person.
//
// 3GPP TS 23.040 9.2.3.24.4 Application Port Addressing 16 bit address
type Ports struct {
	Destination, Source uint16
	Narrow              bool // 8-bit addresses
}

// Element is an information element that this package has no name for.
type Element struct {
	ID   byte
	Data []byte // at most 255 octets
}

// The information element identifiers with a field of their own.
//
// 3GPP TS 23.040 9.2.3.24 TP-User Data (TP-UD)
const (
	elementConcat     = 0x00
	elementPortNarrow = 0x04
	elementPort       = 0x05
	elementConcatWide = 0x08
	elementSingle     = 0x24
	elementLocking    = 0x25
)

var errUserData = errors.New("sms: malformed user data")

// Text decodes the user data alone; ok is false when it isn't text (8-bit
// data, compressed text). Use [Reassemble] for one part of several, because
// senders exist that cut a character in two.
func (u UserData) Text() (text string, ok bool) {
	switch u.Coding.Alphabet() {
	case GSM7:
		return u.Header.shift().decode(u.Data), true
	case UCS2:
		return decodeUCS2(u.Data), true
	}
	return "", false
}

func (h Header) shift() shift { return shift{locking: h.Locking, single: h.Single} }

// octets writes the header with its length; nil for none.
func (h Header) octets() []byte {
	var b []byte
	if c := h.Concat; c != nil {
		if c.Wide {
			b = append(b, elementConcatWide, 4, byte(c.Reference>>8))
		} else {
			b = append(b, elementConcat, 3)
		}
		b = append(b, byte(c.Reference), byte(c.Total), byte(c.Seq))
	}
	if p := h.Ports; p != nil {
		if p.Narrow {
			b = append(b, elementPortNarrow, 2, byte(p.Destination), byte(p.Source))
		} else {
			b = append(b, elementPort, 4)
			b = binary.BigEndian.AppendUint16(b, p.Destination)
			b = binary.BigEndian.AppendUint16(b, p.Source)
		}
	}
	if h.Single != 0 {
		b = append(b, elementSingle, 1, byte(h.Single))
	}
	if h.Locking != 0 {
		b = append(b, elementLocking, 1, byte(h.Locking))
	}
	for _, e := range h.Other {
		b = append(b, e.ID, byte(len(e.Data)))
		b = append(b, e.Data...)
	}
	if b == nil {
		return nil
	}
	return append([]byte{byte(len(b))}, b...)
}

// room is how many units of Data fit beside the header: septets or octets, a
// whole number of characters.
func (h Header) room(coding DataCoding) int {
	left := maxOctets - len(h.octets())
	switch coding.Alphabet() {
	case GSM7:
		return left * 8 / 7
	case UCS2:
		return left &^ 1
	}
	return left
}

// parseHeader reads information elements. An element that runs past the end
// makes the whole header void; one with impossible values is passed over; of
// one repeated, the last counts.
//
// 3GPP TS 23.040 9.2.3.24 TP-User Data (TP-UD)
func parseHeader(b []byte) Header {
	var h Header
	for len(b) > 0 {
		if len(b) < 2 || len(b) < 2+int(b[1]) {
			return Header{}
		}
		id, data := b[0], b[2:2+int(b[1])]
		b = b[2+len(data):]
		switch {
		case id == elementConcat && len(data) == 3:
			h.concat(Concat{Reference: uint16(data[0]), Total: int(data[1]), Seq: int(data[2])})
		case id == elementConcatWide && len(data) == 4:
			h.concat(Concat{Reference: binary.BigEndian.Uint16(data), Wide: true, Total: int(data[2]), Seq: int(data[3])})
		case id == elementPortNarrow && len(data) == 2:
			h.Ports = &Ports{Destination: uint16(data[0]), Source: uint16(data[1]), Narrow: true}
		case id == elementPort && len(data) == 4:
			h.Ports = &Ports{Destination: binary.BigEndian.Uint16(data), Source: binary.BigEndian.Uint16(data[2:])}
		case id == elementSingle && len(data) == 1:
			h.Single = Language(data[0])
		case id == elementLocking && len(data) == 1:
			h.Locking = Language(data[0])
		case id == elementConcat, id == elementConcatWide, id == elementPortNarrow, id == elementPort, id == elementSingle, id == elementLocking:
		default:
			h.Other = append(h.Other, Element{ID: id, Data: append([]byte(nil), data...)})
		}
	}
	return h
}

func (h *Header) concat(c Concat) {
	if c.Total > 0 && c.Seq > 0 && c.Seq <= c.Total {
		h.Concat = &c
	}
}

// encode writes TP-UDL and TP-UD.
func (u UserData) encode() ([]byte, error) {
	for _, e := range u.Header.Other {
		if len(e.Data) > maxOctets {
			return nil, fmt.Errorf("sms: information element %#x of %d octets", e.ID, len(e.Data))
		}
	}
	if c := u.Header.Concat; c != nil && (c.Seq < 1 || c.Seq > c.Total || c.Total > MaxSegments) {
		return nil, fmt.Errorf("sms: segment %d of %d", c.Seq, c.Total)
	}
	header := u.Header.octets()
	if len(header) > maxOctets || len(u.Data) > u.Header.room(u.Coding) {
		return nil, fmt.Errorf("sms: user data of %d units: %w", len(u.Data), ErrTooLong)
	}
	if u.Coding.Alphabet() != GSM7 {
		out := append([]byte{byte(len(header) + len(u.Data))}, header...)
		return append(out, u.Data...), nil
	}
	headerSeptets := (len(header)*8 + 6) / 7
	fill := headerSeptets*7 - len(header)*8
	out := append([]byte{byte(headerSeptets + len(u.Data))}, header...)
	return append(out, packSeptets(u.Data, fill)...), nil
}

// decodeUserData reads TP-UDL and TP-UD. Octets beyond are ignored, because
// modems exist that pad.
func decodeUserData(b []byte, coding DataCoding, withHeader bool) (UserData, error) {
	u := UserData{Coding: coding}
	if len(b) == 0 {
		return u, fmt.Errorf("%w: no length", errUserData)
	}
	units, b := int(b[0]), b[1:]
	octets := units
	if coding.Alphabet() == GSM7 {
		octets = (units*7 + 7) / 8
	}
	if octets > maxOctets {
		return u, fmt.Errorf("%w: length %d", errUserData, units)
	}
	if octets > len(b) {
		return u, fmt.Errorf("%w: %d octets of %d", errUserData, len(b), octets)
	}
	b = b[:octets]
	header := 0
	if withHeader {
		if len(b) == 0 || 1+int(b[0]) > len(b) {
			return u, fmt.Errorf("%w: header past the end", errUserData)
		}
		header = 1 + int(b[0])
		u.Header = parseHeader(b[1:header])
	}
	if coding.Alphabet() != GSM7 {
		u.Data = append([]byte(nil), b[header:]...)
		return u, nil
	}
	headerSeptets := (header*8 + 6) / 7
	fill := headerSeptets*7 - header*8
	u.Data = unpackSeptets(b[header:], units-headerSeptets, fill)
	return u, nil
}
