package sms

import (
	"bytes"
	"encoding/hex"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The two examples that every handbook on PDU mode prints.
func TestHandbookSubmit(t *testing.T) {
	t.Parallel()
	want := "11000b916407281553f80000aa0ae8329bfd4697d9ec37"
	segments, err := Split("hellohello", nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &Submit{Destination: "+46 70-825 13 58", Validity: 4 * 24 * time.Hour, UserData: segments[0]}
	got, err := s.Encode()
	if err != nil || hex.EncodeToString(got) != want {
		t.Fatalf("got %x, %v", got, err)
	}
	back, err := DecodeSubmit(got)
	if err != nil {
		t.Fatal(err)
	}
	if text, _ := back.UserData.Text(); text != "hellohello" || back.Destination != "+46708251358" || back.Validity != 4*24*time.Hour {
		t.Errorf("read back %+v %q", back, text)
	}
}

func TestHandbookDeliver(t *testing.T) {
	t.Parallel()
	smsc, tpdu, err := CutSMSC(unhex(t, "07917283010010f5040bc87238880900f10000993092516195800ae8329bfd4697d9ec37"))
	if err != nil || smsc != "+27381000015" {
		t.Fatalf("service centre %q, %v", smsc, err)
	}
	d, err := DecodeDeliver(tpdu)
	if err != nil {
		t.Fatal(err)
	}
	if text, _ := d.UserData.Text(); text != "hellohello" || d.Originator != "27838890001" || d.MoreMessages {
		t.Errorf("read %+v %q", d, text)
	}
	if want := time.Date(1999, 3, 29, 15, 16, 59, 0, time.FixedZone("", 2*3600)); !d.Time.Equal(want) {
		t.Errorf("time %v, want %v", d.Time, want)
	}
}

func TestDeliverRoundTrip(t *testing.T) {
	t.Parallel()
	when := time.Date(2026, 2, 28, 23, 59, 58, 0, time.FixedZone("", -(9*3600+1800)))
	for _, from := range []string{"+14255550123", "12345", "1", "Vodafone", "My Bank €", "*100#", ""} {
		for _, body := range []string{"", "short", strings.Repeat("long €", 60), "ünïcodé 😀"} {
			segments, err := Split(body, &Options{Reference: 7})
			if err != nil {
				t.Fatal(err)
			}
			for _, segment := range segments {
				in := &Deliver{Originator: from, Time: when, MoreMessages: true, StatusReport: true, UserData: segment}
				tpdu, err := in.Encode()
				if err != nil {
					t.Fatal(err)
				}
				out, err := DecodeDeliver(tpdu)
				if err != nil {
					t.Fatal(err)
				}
				if !out.Time.Equal(when) || out.Originator != from || !out.MoreMessages || !out.StatusReport {
					t.Errorf("from %q: read %+v", from, out)
				}
				if !bytes.Equal(out.UserData.Data, segment.Data) || !reflect.DeepEqual(out.UserData.Header, segment.Header) {
					t.Errorf("user data %+v, want %+v", out.UserData, segment)
				}
			}
		}
	}
}

func TestStatusReportRoundTrip(t *testing.T) {
	t.Parallel()
	in := &StatusReport{
		Reference: 0xA7, Recipient: "+14255550123", Status: StatusExpired,
		Time: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Discharged: time.Date(2026, 1, 3, 3, 4, 5, 0, time.UTC),
	}
	tpdu, err := in.Encode()
	if err != nil {
		t.Fatal(err)
	}
	for _, tail := range []string{"", "00", "07000004ffffffff"} { // optional parameters are passed over
		out, err := DecodeStatusReport(append(bytes.Clone(tpdu), unhex(t, tail)...))
		if err != nil || !reflect.DeepEqual(in, out) {
			t.Errorf("read %+v, %v", out, err)
		}
	}
	for status, want := range map[Status][3]bool{ // delivered, pending, failed
		StatusReceived: {true, false, false}, StatusForwarded: {false, false, false}, StatusTrying: {false, true, false},
		StatusExpired: {false, false, true}, 0x7F: {false, false, true},
	} {
		if got := [3]bool{status.Delivered(), status.Pending(), status.Failed()}; got != want || status.String() == "" {
			t.Errorf("status %#x: %v, want %v", byte(status), got, want)
		}
	}
}

func TestHeaderElements(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, elements string
		want           Header
	}{
		{"8-bit reference", "0003a70302", Header{Concat: &Concat{Reference: 0xA7, Total: 3, Seq: 2}}},
		{"16-bit reference", "0804a7b80302", Header{Concat: &Concat{Reference: 0xA7B8, Wide: true, Total: 3, Seq: 2}}},
		{"ports", "05040b8423f0", Header{Ports: &Ports{Destination: 2948, Source: 9200}}},
		{"narrow ports", "0402f0f1", Header{Ports: &Ports{Destination: 0xF0, Source: 0xF1, Narrow: true}}},
		{"national", "240101250103", Header{Single: Turkish, Locking: Portuguese}},
		{"unknown", "7001ff", Header{Other: []Element{{0x70, []byte{0xFF}}}}},
		{"place beyond the total", "0003a70304", Header{}},
		{"place zero", "0003a70300", Header{}},
		{"total zero", "0003a70000", Header{}},
		{"wrong size", "0002a703", Header{}},
		{"past the end voids all", "0003a70302ff05", Header{}},
		{"repeated: the last counts", "0003a703020003a80202", Header{Concat: &Concat{Reference: 0xA8, Total: 2, Seq: 2}}},
	}
	for _, tt := range tests {
		if got := parseHeader(unhex(t, tt.elements)); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: got %+v, want %+v", tt.name, got, tt.want)
		}
	}
	national := Header{Single: Turkish, Locking: Turkish}.octets()
	if hex.EncodeToString(national) != "06240101250101" { // identifiers 0x24 and 0x25
		t.Errorf("national header is %x", national)
	}
}

func TestDataCoding(t *testing.T) {
	t.Parallel()
	for coding, want := range map[DataCoding]Alphabet{
		0x00: GSM7, 0x10: GSM7, 0xF0: GSM7, 0x0C: GSM7, 0x80: GSM7, 0xC8: GSM7, 0xD8: GSM7,
		0x04: Binary, 0x15: Binary, 0xF5: Binary, 0x20: Binary, 0x08: UCS2, 0x18: UCS2, 0x48: UCS2, 0xE0: UCS2,
	} {
		if got := coding.Alphabet(); got != want {
			t.Errorf("%#x is %d, want %d", coding, got, want)
		}
	}
	if class, ok := DataCoding(0xF2).Class(); !ok || class != 2 {
		t.Errorf("0xF2 has class %d, %v", class, ok)
	}
	if class, ok := DataCoding(0x18).Class(); !ok || class != 0 {
		t.Errorf("0x18 has class %d, %v", class, ok)
	}
	if _, ok := DataCoding(0x08).Class(); ok {
		t.Error("0x08 has a class")
	}
	if is, active, discard := DataCoding(0xC8).Waiting(); !is || !active || !discard {
		t.Error("0xC8 is no message waiting indication to discard")
	}
}

func TestValiditySteps(t *testing.T) {
	t.Parallel()
	previous := time.Duration(0)
	for v := 0; v < 256; v++ {
		d := decodeValidity(byte(v))
		if d <= previous {
			t.Errorf("step %d: %v after %v", v, d, previous)
		}
		previous = d
		if got := decodeValidity(encodeValidity(d)); got != d {
			t.Errorf("%v came back as %v", d, got)
		}
		if got := decodeValidity(encodeValidity(d - time.Second)); got != d && d > 5*time.Minute {
			t.Errorf("%v less a second became %v", d, got)
		}
	}
}

func TestBrokenTimestampIsNoTime(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"00000000000000", "ffffffffffffff", "62311312000000", "62201300000000"} {
		if got := decodeTimestamp(unhex(t, s)); !got.IsZero() {
			t.Errorf("%s is %v", s, got)
		}
	}
}

func TestEncodeRefuses(t *testing.T) {
	t.Parallel()
	ok := UserData{Data: []byte("hi")}
	for name, s := range map[string]*Submit{
		"no destination":    {UserData: ok},
		"letters":           {Destination: "Vodafone", UserData: ok},
		"21 digits":         {Destination: strings.Repeat("1", 21), UserData: ok},
		"161 septets":       {Destination: "1", UserData: UserData{Data: make([]byte, 161)}},
		"141 octets":        {Destination: "1", UserData: UserData{Coding: CodingBinary, Data: make([]byte, 141)}},
		"huge element":      {Destination: "1", UserData: UserData{Header: Header{Other: []Element{{1, make([]byte, 141)}}}}},
		"segment 3 of 2":    {Destination: "1", UserData: UserData{Header: Header{Concat: &Concat{Total: 2, Seq: 3}}}},
		"256 segments":      {Destination: "1", UserData: UserData{Header: Header{Concat: &Concat{Total: 256, Seq: 3}}}},
		"elements too many": {Destination: "1", UserData: UserData{Header: Header{Other: []Element{{1, make([]byte, 100)}, {2, make([]byte, 100)}}}}},
	} {
		if b, err := s.Encode(); err == nil {
			t.Errorf("%s: encoded as %x", name, b)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	whole := unhex(t, "040bc87238880900f10000993092516195800ae8329bfd4697d9ec37")
	for n := range whole {
		if d, err := DecodeDeliver(whole[:n]); err == nil {
			t.Errorf("%d octets of %d read as %+v", n, len(whole), d)
		}
	}
	if _, err := DecodeSubmit(whole); !errors.Is(err, ErrType) {
		t.Errorf("a deliver as a submit: %v", err)
	}
	if _, err := DecodeStatusReport(whole); !errors.Is(err, ErrType) {
		t.Errorf("a deliver as a status report: %v", err)
	}
}

func TestSMSCRoundTrip(t *testing.T) {
	t.Parallel()
	for _, smsc := range []string{"", "+27381000015", "+4917", "0171"} {
		pdu, err := PrependSMSC(smsc, []byte{1, 2, 3})
		if err != nil {
			t.Fatal(err)
		}
		got, tpdu, err := CutSMSC(pdu)
		if err != nil || got != smsc || !bytes.Equal(tpdu, []byte{1, 2, 3}) {
			t.Errorf("%q came back as %q, %x, %v", smsc, got, tpdu, err)
		}
	}
	for _, s := range []string{"", "05", "0d910000000000000000000000"} {
		if _, _, err := CutSMSC(unhex(t, s)); err == nil {
			t.Errorf("%q is no error", s)
		}
	}
}

func FuzzDecodeTPDU(f *testing.F) {
	for _, s := range []string{
		"11000b916407281553f80000aa0ae8329bfd4697d9ec37",
		"040bc87238880900f10000993092516195800ae8329bfd4697d9ec37",
		"06a70b914152550521f36210203040500062103030405000000000",
		"440bd0d637396c7ebbcb0008621020304050000a050003a70201d83dde00",
		"64049121430000621020304050000b06080412340201240101e8",
	} {
		f.Add(unhex(f, s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if d, err := DecodeDeliver(b); err == nil {
			again := func() *Deliver {
				tpdu, err := d.Encode()
				if err != nil {
					return nil // an alphanumeric number in another type of address, a header rebuilt longer
				}
				a, err := DecodeDeliver(tpdu)
				if err != nil {
					t.Fatalf("%x became %x: %v", b, tpdu, err)
				}
				return a
			}()
			if again != nil && (!bytes.Equal(again.UserData.Data, d.UserData.Data) || !again.Time.Equal(d.Time)) {
				t.Fatalf("%+v became %+v", d, again)
			}
			Reassemble([]Part{{UserData: d.UserData}, {UserData: d.UserData}})
			if len(d.UserData.Data) > 160 {
				t.Fatalf("%d units", len(d.UserData.Data))
			}
		}
		if s, err := DecodeSubmit(b); err == nil {
			if tpdu, err := s.Encode(); err == nil {
				if a, err := DecodeSubmit(tpdu); err != nil || a.Destination != s.Destination || !bytes.Equal(a.UserData.Data, s.UserData.Data) {
					t.Fatalf("%+v became %+v, %v", s, a, err)
				}
			}
		}
		if r, err := DecodeStatusReport(b); err == nil {
			_ = r.Status.String()
			if tpdu, err := r.Encode(); err == nil {
				if a, err := DecodeStatusReport(tpdu); err != nil || a.Status != r.Status || a.Reference != r.Reference {
					t.Fatalf("%+v became %+v, %v", r, a, err)
				}
			}
		}
		if _, tpdu, err := CutSMSC(b); err == nil && len(tpdu) >= len(b) {
			t.Fatal("nothing was cut")
		}
	})
}
