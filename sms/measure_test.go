package sms

import (
	"strings"
	"testing"
)

func TestMeasure(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		body string
		want Measurement
	}{
		{"", Measurement{GSM7, 0, 0, 1, 160, ""}},
		{"hello", Measurement{GSM7, 5, 5, 1, 155, ""}},
		{"10 €", Measurement{GSM7, 4, 5, 1, 155, ""}}, // an escape and a septet
		{strings.Repeat("a", 160), Measurement{GSM7, 160, 160, 1, 0, ""}},
		{strings.Repeat("a", 161), Measurement{GSM7, 161, 161, 2, 145, ""}},
		{"привет", Measurement{UCS2, 6, 6, 1, 64, "п"}},
		{"ok 👍🏽", Measurement{UCS2, 4, 7, 1, 63, "👍🏽"}},
		{strings.Repeat("я", 71), Measurement{UCS2, 71, 71, 2, 63, "я"}},
		{strings.Repeat("a", 153*256), Measurement{GSM7, 153 * 256, 153 * 256, 256, 0, ""}},
	} {
		if got := Measure(c.body); got != c.want {
			t.Errorf("%.20q: %+v, want %+v", c.body, got, c.want)
		}
		segments, err := Split(c.body, nil)
		if err == nil && len(segments) != c.want.Segments {
			t.Errorf("%.20q is split into %d segments", c.body, len(segments))
		}
	}
}
