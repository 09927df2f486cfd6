package sms

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// textParts are the segments of a text as received parts.
func textParts(t *testing.T, sender, body string, reference uint16) []Part {
	t.Helper()
	segments, err := Split(body, &Options{Reference: reference})
	if err != nil {
		t.Fatal(err)
	}
	var parts []Part
	for i, s := range segments {
		parts = append(parts, Part{Sender: sender, Time: time.Unix(int64(i), 0), UserData: s})
	}
	return parts
}

func summary(complete []Message, waiting []int) string {
	var b strings.Builder
	for _, m := range complete {
		fmt.Fprintf(&b, "%s:%.4s×%d%v ", m.Sender, m.Text, len([]rune(m.Text)), m.Parts)
	}
	return fmt.Sprint(b.String(), waiting)
}

func TestReassemble(t *testing.T) {
	t.Parallel()
	a := textParts(t, "+1", strings.Repeat("aaaa", 80), 7) // 3 parts
	b := textParts(t, "+2", strings.Repeat("bbbb", 80), 7)
	c := textParts(t, "+1", strings.Repeat("cccc", 80), 8)
	d := textParts(t, "+1", strings.Repeat("dddd", 80), 7) // the reference came round
	single := textParts(t, "+1", "same", 0)[0]
	tests := []struct {
		name  string
		parts []Part
		want  string
	}{
		{"in order", a, "+1:aaaa×320[0 1 2] []"},
		{"out of order", []Part{a[2], a[0], a[1]}, "+1:aaaa×320[0 1 2] []"},
		{"incomplete", a[:2], "[0 1]"},
		{"two senders, one reference", []Part{a[0], b[0], a[1], b[1], b[2], a[2]}, "+2:bbbb×320[1 3 4] +1:aaaa×320[0 2 5] []"},
		{"two texts of one sender", []Part{a[0], c[2], a[1], a[2], c[1], c[0]}, "+1:aaaa×320[0 2 3] +1:cccc×320[1 4 5] []"},
		{"a part came twice", []Part{a[0], a[0], a[1], a[2]}, "+1:aaaa×320[0 1 2 3] []"},
		{"the reference came round before the first text was whole", []Part{a[0], a[1], d[0], d[1], a[2], d[2]}, "+1:aaaa×320[0 1 4] +1:dddd×320[2 3 5] []"},
		{"a part again after its text", []Part{a[0], a[1], a[2], a[1]}, "+1:aaaa×320[0 1 2] [3]"},
		{"the same text twice is two texts", []Part{single, single}, "+1:same×4[0] +1:same×4[1] []"},
		{"nothing", nil, "[]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			complete, waiting := Reassemble(tt.parts)
			if got := summary(complete, waiting); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			for _, m := range complete {
				if m.Time != time.Unix(0, 0) {
					t.Errorf("time %v is not that of the first segment", m.Time)
				}
			}
		})
	}
}

// Kannel cuts surrogate pairs in two; so may anyone cut an escape sequence.
func TestCharactersCutInTwo(t *testing.T) {
	t.Parallel()
	part := func(seq int, coding DataCoding, data []byte) Part {
		return Part{Sender: "+1", UserData: UserData{Coding: coding, Data: data, Header: Header{Concat: &Concat{Total: 2, Seq: seq}}}}
	}
	for want, parts := range map[string][]Part{
		"a😀b": {part(1, CodingUCS2, []byte{0, 'a', 0xD8, 0x3D}), part(2, CodingUCS2, []byte{0xDE, 0x00, 0, 'b'})},
		"ab":  {part(2, CodingUCS2, []byte{'a', 0, 'b'}), part(1, CodingUCS2, []byte{0})},
		"a€b": {part(1, CodingGSM7, []byte{'a', esc}), part(2, CodingGSM7, []byte{0x65, 'b'})},
		"aя":  {part(1, CodingGSM7, []byte{'a'}), part(2, CodingUCS2, []byte{0x04, 0x4F})},
	} {
		complete, waiting := Reassemble(parts)
		if len(complete) != 1 || complete[0].Text != want || len(waiting) != 0 {
			t.Errorf("got %+v, waiting %v, want %q", complete, waiting, want)
		}
	}
}

func TestDataIsNotText(t *testing.T) {
	t.Parallel()
	push := UserData{Coding: CodingBinary, Data: []byte{1, 2, 3}, Header: Header{Ports: &Ports{Destination: 2948, Source: 9200}}}
	complete, _ := Reassemble([]Part{{Sender: "+1", UserData: push}})
	if len(complete) != 1 || complete[0].Text != "" || string(complete[0].Data) != "\x01\x02\x03" || complete[0].Ports == nil {
		t.Errorf("got %+v", complete)
	}
}

// A text of class 0 is shown at once and need not be kept; one for an
// application port is for no person, whatever its alphabet.
func TestClassAndPortsOfAMessage(t *testing.T) {
	t.Parallel()
	part := func(seq int, coding DataCoding, ports *Ports) Part {
		return Part{Sender: "+1", UserData: UserData{Coding: coding, Data: []byte{'a', 'b'}, Header: Header{Ports: ports, Concat: &Concat{Total: 2, Seq: seq}}}}
	}
	for coding, want := range map[DataCoding]int{0x10: 0, 0x18: 0, 0xF0: 0, 0x11: 1, 0xF2: 2, 0x00: -1, 0x08: -1} {
		complete, _ := Reassemble([]Part{part(2, coding, nil), part(1, coding, nil)})
		if len(complete) != 1 || complete[0].Ports != nil {
			t.Fatalf("%#x: %+v", byte(coding), complete)
		}
		class, ok := complete[0].Coding.Class()
		if !ok {
			class = -1
		}
		if class != want {
			t.Errorf("%#x has class %d, want %d", byte(coding), class, want)
		}
	}
	complete, _ := Reassemble([]Part{part(1, CodingGSM7, &Ports{Destination: 5505}), part(2, CodingGSM7, &Ports{Destination: 5505})})
	if len(complete) != 1 || complete[0].Ports == nil || complete[0].Ports.Destination != 5505 || complete[0].Text != "abab" {
		t.Errorf("%+v", complete)
	}
}
