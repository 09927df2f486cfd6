package sms

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// maxDigits is the most digits an address field holds.
//
// 3GPP TS 23.040 9.1.2.5 Address fields
const maxDigits = 20

// Types of address: type of number in bits 6 to 4, numbering plan in 3 to 0.
//
// 3GPP TS 23.040 9.1.2.5 Address fields
const (
	typeUnknown       = 0x81 // as dialled: national, short code
	typeInternational = 0x91
	typeAlphanumeric  = 0xD0
)

var errNumber = errors.New("sms: malformed number")

// semiOctets names the digits of an address field; 0xF fills up an odd number.
const semiOctets = "0123456789*#abc"

// dialable drops what people put between digits. What is left is "+" and
// digits, or digits, "*" and "#", or ok is false.
func dialable(number string) (digits string, international, ok bool) {
	var b strings.Builder
	for _, r := range number {
		switch {
		case r >= '0' && r <= '9', r == '*', r == '#':
			b.WriteRune(r)
		case r == '+' && b.Len() == 0 && !international:
			international = true
		case isSeparator(r):
		default:
			return "", false, false
		}
	}
	return b.String(), international, b.Len() > 0
}

// isSeparator tells what people write into numbers that isn't dialled,
// invisible marks that come along from copying included.
func isSeparator(r rune) bool {
	return r == '-' || r == '.' || r == '(' || r == ')' || r == '/' || r == ' ' ||
		unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || r >= 0x2010 && r <= 0x2015
}

// encodeNumber writes an address field: length in semi-octets, type, value. A
// number with letters in it is alphanumeric, up to 11 characters.
//
// 3GPP TS 23.040 9.1.2.5 Address fields
func encodeNumber(number string) ([]byte, error) {
	if number == "" {
		return []byte{0, typeUnknown}, nil
	}
	digits, international, ok := dialable(number)
	if !ok {
		return encodeAlphanumeric(number)
	}
	if len(digits) > maxDigits {
		return nil, fmt.Errorf("%w: %d digits", errNumber, len(digits))
	}
	kind := byte(typeUnknown)
	if international {
		kind = typeInternational
	}
	return append([]byte{byte(len(digits)), kind}, packDigits(digits)...), nil
}

func encodeAlphanumeric(name string) ([]byte, error) {
	var septets []byte
	for _, r := range name {
		var ok bool
		if septets, ok = defaultEncoder.append(septets, r); !ok {
			return nil, fmt.Errorf("%w: a character that GSM-7 hasn't", errNumber)
		}
		if len(septets) > 11 {
			return nil, fmt.Errorf("%w: more than 11 characters", errNumber)
		}
	}
	packed := packSeptets(septets, 0)
	return append([]byte{byte((len(septets)*7 + 3) / 4), typeAlphanumeric}, packed...), nil
}

func packDigits(digits string) []byte {
	out := make([]byte, (len(digits)+1)/2)
	for i := range out {
		out[i] = byte(strings.IndexByte(semiOctets, digits[2*i]))
		high := byte(0xF)
		if 2*i+1 < len(digits) {
			high = byte(strings.IndexByte(semiOctets, digits[2*i+1]))
		}
		out[i] |= high << 4
	}
	return out
}

// unpackDigits reads n digits, fewer when a filler comes first.
func unpackDigits(b []byte, n int) string {
	out := make([]byte, 0, n)
	for i := 0; i < n; i++ {
		d := b[i/2] >> (4 * (i % 2)) & 0xF
		if d == 0xF {
			break
		}
		out = append(out, semiOctets[d])
	}
	return string(out)
}

// decodeNumber reads an address field and what follows it.
func decodeNumber(b []byte) (number string, rest []byte, err error) {
	if len(b) < 2 {
		return "", nil, fmt.Errorf("%w: cut off", errNumber)
	}
	n, kind := int(b[0]), b[1]
	octets := (n + 1) / 2
	if n > maxDigits+2 || len(b) < 2+octets { // two more: some SMSCs count the filler
		return "", nil, fmt.Errorf("%w: length %d", errNumber, n)
	}
	value, rest := b[2:2+octets], b[2+octets:]
	switch kind >> 4 & 7 {
	case 5:
		septets := unpackSeptets(value, n*4/7, 0)
		return strings.TrimRight(shift{}.decode(septets), " \r"), rest, nil
	case 1:
		if digits := unpackDigits(value, n); digits != "" {
			return "+" + digits, rest, nil
		}
		return "", rest, nil
	}
	return unpackDigits(value, n), rest, nil
}

// CutSMSC takes the service centre address off the front of what a modem
// reads out.
//
// 3GPP TS 27.005 3.1 Parameter Definitions (<pdu>)
func CutSMSC(pdu []byte) (smsc string, tpdu []byte, err error) {
	if len(pdu) == 0 {
		return "", nil, fmt.Errorf("%w: no service centre", errNumber)
	}
	n := int(pdu[0])
	if n > 12 || len(pdu) < 1+n {
		return "", nil, fmt.Errorf("%w: service centre of %d octets", errNumber, n)
	}
	if n > 1 {
		smsc = unpackDigits(pdu[2:1+n], 2*(n-1))
		if pdu[1]>>4&7 == 1 && smsc != "" {
			smsc = "+" + smsc
		}
	}
	return smsc, pdu[1+n:], nil
}

// PrependSMSC puts a service centre address before a TPDU; an empty one tells
// the modem to use its own.
//
// 3GPP TS 27.005 3.1 Parameter Definitions (<pdu>)
func PrependSMSC(smsc string, tpdu []byte) ([]byte, error) {
	if smsc == "" {
		return append([]byte{0}, tpdu...), nil
	}
	digits, international, ok := dialable(smsc)
	if !ok || len(digits) > maxDigits {
		return nil, fmt.Errorf("%w: service centre", errNumber)
	}
	kind := byte(typeUnknown)
	if international {
		kind = typeInternational
	}
	packed := packDigits(digits)
	out := append([]byte{byte(1 + len(packed)), kind}, packed...)
	return append(out, tpdu...), nil
}
