package sms

import "time"

// timestampOctets is the size of a time stamp.
const timestampOctets = 7

// encodeTimestamp writes year to second and the zone in quarters of an hour,
// two swapped digits an octet.
//
// 3GPP TS 23.040 9.2.3.11 TP-Service-Centre-Time-Stamp (TP-SCTS)
func encodeTimestamp(t time.Time) []byte {
	if t.IsZero() {
		return make([]byte, timestampOctets)
	}
	_, offset := t.Zone()
	quarters, sign := offset/900, byte(0)
	if quarters < 0 {
		quarters, sign = -quarters, 0x08
	}
	quarters = min(quarters, 79)
	out := make([]byte, 0, timestampOctets)
	for _, v := range []int{t.Year() % 100, int(t.Month()), t.Day(), t.Hour(), t.Minute(), t.Second(), quarters} {
		out = append(out, byte(v%10<<4|v/10))
	}
	out[6] |= sign
	return out
}

// decodeTimestamp reads a time stamp of 7 octets. One that is no time gives
// the zero time: a text with a broken clock is still a text.
func decodeTimestamp(b []byte) time.Time {
	digits := func(o byte) int {
		high, low := int(o&0xF), int(o>>4)
		if high > 9 || low > 9 {
			return -1
		}
		return high*10 + low
	}
	year, month, day := digits(b[0]), digits(b[1]), digits(b[2])
	hour, minute, second := digits(b[3]), digits(b[4]), digits(b[5])
	quarters := digits(b[6] &^ 0x08)
	if year < 0 || month < 1 || month > 12 || day < 1 || day > 31 || hour < 0 || hour > 23 ||
		minute < 0 || minute > 59 || second < 0 || second > 59 || quarters < 0 || quarters > 79 {
		return time.Time{}
	}
	if b[6]&0x08 != 0 {
		quarters = -quarters
	}
	zone := time.UTC
	if quarters != 0 {
		zone = time.FixedZone("", quarters*900)
	}
	century := 2000
	if year >= 90 { // GSM is no older
		century = 1900
	}
	t := time.Date(century+year, time.Month(month), day, hour, minute, second, 0, zone)
	if t.Day() != day { // the 31st of a month that has none
		return time.Time{}
	}
	return t
}

// encodeValidity writes a relative validity period, rounded up to a step the
// field has; the longest is 63 weeks.
//
// 3GPP TS 23.040 9.2.3.12.1 TP-VP (Relative format)
func encodeValidity(d time.Duration) byte {
	const day = 24 * time.Hour
	up := func(d, step time.Duration) int { return int((d + step - 1) / step) }
	switch {
	case d <= 12*time.Hour:
		return byte(max(up(d, 5*time.Minute), 1) - 1)
	case d <= day:
		return byte(143 + up(d-12*time.Hour, 30*time.Minute))
	case d <= 30*day:
		return byte(166 + up(d, day))
	}
	return byte(192 + min(max(up(d, 7*day), 5), 63))
}

func decodeValidity(v byte) time.Duration {
	const day = 24 * time.Hour
	switch n := time.Duration(v); {
	case v <= 143:
		return (n + 1) * 5 * time.Minute
	case v <= 167:
		return 12*time.Hour + (n-143)*30*time.Minute
	case v <= 196:
		return (n - 166) * day
	default:
		return (n - 192) * 7 * day
	}
}
