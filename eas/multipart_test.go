package eas

import (
	"bytes"
	"errors"
	"testing"
)

// The layout of [MS-ASCMD] 2.2.1.10.1.1: a count, offset and length of each part,
// and the parts, all integers of four bytes with the least significant first.
func TestMultiPart(t *testing.T) {
	t.Parallel()
	got := AppendMultiPart([]byte("before"), []byte("doc"), nil, []byte("body"))
	want := append([]byte("before"),
		3, 0, 0, 0,
		28, 0, 0, 0, 3, 0, 0, 0,
		31, 0, 0, 0, 0, 0, 0, 0,
		31, 0, 0, 0, 4, 0, 0, 0,
		'd', 'o', 'c', 'b', 'o', 'd', 'y')
	if !bytes.Equal(got, want) {
		t.Errorf("% x, want % x", got, want)
	}
	parts, err := ParseMultiPart(got[len("before"):])
	if err != nil || len(parts) != 3 || string(parts[0]) != "doc" || len(parts[1]) != 0 || string(parts[2]) != "body" {
		t.Errorf("%q %v", parts, err)
	}
}

func FuzzParseMultiPart(f *testing.F) {
	f.Add(AppendMultiPart(nil, []byte("doc"), []byte("body")))
	f.Add([]byte{1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255})
	f.Add([]byte{255, 255, 255, 255})
	f.Add([]byte{0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, body []byte) {
		parts, err := ParseMultiPart(body)
		if (err != nil) != (len(parts) == 0) || err != nil && !errors.Is(err, ErrMultiPart) {
			t.Errorf("%d parts and %v", len(parts), err)
		}
		if again, err := ParseMultiPart(AppendMultiPart(nil, parts...)); len(parts) > 0 && (err != nil || len(again) != len(parts)) {
			t.Errorf("written again: %d parts and %v", len(again), err)
		}
	})
}
