package sms

import "strings"

// esc announces that the next septet is of the extension table.
const esc = 0x1B

// defaultAlphabet is the table by septet.
//
// 3GPP TS 23.038 6.2.1 GSM 7 bit Default Alphabet
var defaultAlphabet = [128]rune{
	'@', '£', '$', '¥', 'è', 'é', 'ù', 'ì', 'ò', 'Ç', '\n', 'Ø', 'ø', '\r', 'Å', 'å',
	'Δ', '_', 'Φ', 'Γ', 'Λ', 'Ω', 'Π', 'Ψ', 'Σ', 'Θ', 'Ξ', esc, 'Æ', 'æ', 'ß', 'É',
	' ', '!', '"', '#', '¤', '%', '&', '\'', '(', ')', '*', '+', ',', '-', '.', '/',
	'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', ':', ';', '<', '=', '>', '?',
	'¡', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O',
	'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z', 'Ä', 'Ö', 'Ñ', 'Ü', '§',
	'¿', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o',
	'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', 'ä', 'ö', 'ñ', 'ü', 'à',
}

// extension is what follows an escape.
//
// 3GPP TS 23.038 6.2.1.1 GSM 7 bit default alphabet extension table
var extension = map[byte]rune{
	0x0A: '\f', 0x14: '^', 0x28: '{', 0x29: '}', 0x2F: '\\',
	0x3C: '[', 0x3D: '~', 0x3E: ']', 0x40: '|', 0x65: '€',
}

// shift is a pair of tables that read and write septets; the zero value is the
// default alphabet and its extension.
type shift struct{ locking, single Language }

// plain is the character of a septet that follows no escape, 0 for none.
func (s shift) plain(septet byte) rune {
	if s.locking != 0 {
		if t, ok := lockingShift[s.locking]; ok {
			return t[septet&0x7F]
		}
	}
	return defaultAlphabet[septet&0x7F]
}

// escaped is the character of a septet that follows an escape, 0 for none.
func (s shift) escaped(septet byte) rune {
	if r, ok := singleShift[s.single][septet]; ok {
		return r
	}
	if s.single >= Bengali && s.single <= Urdu {
		if r, ok := indicShift[septet]; ok {
			return r
		}
	}
	return extension[septet]
}

// decode reads septets. What the tables don't have is shown as the spec asks:
// an unknown extension as the plain character, an escape alone as a space.
func (s shift) decode(septets []byte) string {
	var b strings.Builder
	b.Grow(len(septets))
	for i := 0; i < len(septets); i++ {
		c := septets[i] & 0x7F
		r := s.plain(c)
		if c == esc {
			r = ' '
			if i+1 < len(septets) {
				i++
				next := septets[i] & 0x7F
				switch e := s.escaped(next); {
				case e != 0:
					r = e
				case next != esc: // esc esc is kept for tables to come: a space
					r = s.plain(next)
				}
			}
		}
		if r == 0 {
			r = ' '
		}
		b.WriteRune(r)
	}
	return b.String()
}

// encoder maps a character to its septet, with 0x100 added when an escape
// must precede it.
type encoder map[rune]uint16

const escaped = 0x100

// encoder turns the tables round. Where a character is in both, the plain one
// wins; where it is twice in one, the lower septet.
func (s shift) encoder() encoder {
	e := make(encoder, 192)
	for c := 127; c >= 0; c-- {
		if r := s.escaped(byte(c)); r != 0 {
			e[r] = uint16(c) | escaped
		}
	}
	for c := 127; c >= 0; c-- {
		if r := s.plain(byte(c)); r != 0 && c != esc {
			e[r] = uint16(c)
		}
	}
	return e
}

// defaultEncoder writes the default alphabet.
var defaultEncoder = shift{}.encoder()

// append writes one character; ok is false when the tables don't have it.
func (e encoder) append(dst []byte, r rune) (_ []byte, ok bool) {
	v, ok := e[r]
	if !ok {
		return dst, false
	}
	if v&escaped != 0 {
		dst = append(dst, esc)
	}
	return append(dst, byte(v&0x7F)), true
}

// packSeptets writes septets into octets, the first one fill bits (0 to 6)
// above the octet boundary, so that text after a header begins on a septet
// boundary.
//
// 3GPP TS 23.038 6.1.2.1 SMS Packing
func packSeptets(septets []byte, fill int) []byte {
	out := make([]byte, (len(septets)*7+fill+7)/8)
	bit := fill
	for _, s := range septets {
		v := uint16(s&0x7F) << (bit % 8)
		out[bit/8] |= byte(v)
		if v > 0xFF {
			out[bit/8+1] |= byte(v >> 8)
		}
		bit += 7
	}
	return out
}

// unpackSeptets reads n septets, or as many as the octets hold.
func unpackSeptets(octets []byte, n, fill int) []byte {
	if room := (len(octets)*8 - fill) / 7; n > room {
		n = room
	}
	if n <= 0 {
		return nil
	}
	out := make([]byte, n)
	bit := fill
	for i := range out {
		v := uint16(octets[bit/8])
		if bit/8+1 < len(octets) {
			v |= uint16(octets[bit/8+1]) << 8
		}
		out[i] = byte(v>>(bit%8)) & 0x7F
		bit += 7
	}
	return out
}
