package wbxml

import (
	"bytes"
	"runtime"
	"slices"
	"testing"
)

func addSeeds(f *testing.F) {
	for _, name := range golden(f) {
		f.Add(testdata(f, name+".wbxml"))
	}
	for _, s := range []string{
		"", "03016A00", "03016A0005", "03016A004501", "03016A00450300", "03016A0045C300", "03016A0045C38FFFFFFF7F",
		"03016A00450361000362000BC3010001", "03016A0000110500", "03016A00001A05", "01010000454B03EDA080000101", "03016A004583",
	} {
		f.Add(hexBytes(f, s))
	}
}

// FuzzDecode: the decoder never panics, always ends, keeps every token within
// the document, nests elements properly, and allocates no more than the
// document is long.
func FuzzDecode(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		var open []Tag
		n := 0
		d := NewDecoder(data)
		for {
			tok, err := d.Next()
			if err != nil {
				if _, again := d.Next(); again != err {
					t.Errorf("error %v is followed by %v", err, again)
				}
				break
			}
			if n++; n > 2*len(data) {
				t.Fatalf("more than two tokens a byte")
			}
			switch tok.Kind {
			case StartElement:
				open = append(open, tok.Tag)
			case EndElement:
				if len(open) == 0 || open[len(open)-1] != tok.Tag {
					t.Fatalf("end of %s within %s", tok.Tag, open)
				}
				open = open[:len(open)-1]
			}
			if o := d.Offset(); o < 0 || o > int64(len(data)) {
				t.Fatalf("offset %d of %d", o, len(data))
			}
		}

		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		var v leaves
		Unmarshal(data, &v)
		var r rawSync
		Unmarshal(data, &r)
		var b benchSync
		Unmarshal(data, &b)
		runtime.ReadMemStats(&after)
		if used, allowed := after.TotalAlloc-before.TotalAlloc, uint64(64<<10+256*len(data)); used > allowed {
			t.Errorf("%d bytes take %d bytes of memory to unmarshal", len(data), used)
		}
	})
}

// FuzzRoundTrip: what is decoded, encoded and decoded again has the same
// tokens, and encoding is stable.
func FuzzRoundTrip(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		first, err := decodeAll(data)
		if err != nil {
			return
		}
		encoded := encodeAll(t, first)
		if len(encoded) > len(data) {
			t.Errorf("%x grows to %x", data, encoded)
		}
		second := tokens(t, encoded)
		if !slices.EqualFunc(first, second, sameToken) {
			t.Fatalf("%x is decoded as\n%v, its encoding %x as\n%v", data, first, encoded, second)
		}
		if again := encodeAll(t, second); !bytes.Equal(again, encoded) {
			t.Errorf("%x is encoded again as %x", encoded, again)
		}
	})
}

func encodeAll(t *testing.T, tokens []Token) []byte {
	t.Helper()
	e := NewEncoder(nil)
	for _, tok := range tokens {
		e.Write(tok)
	}
	data, err := e.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// FuzzXML: every document the decoder accepts survives ToXML and FromXML.
func FuzzXML(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		var readable bytes.Buffer
		before, err := decodeAll(data)
		if xmlErr := ToXML(&readable, data); (xmlErr == nil) != (err == nil) {
			t.Fatalf("decoding ends with %v, ToXML with %v", err, xmlErr)
		}
		if err != nil {
			return
		}
		back, err := FromXML(bytes.NewReader(readable.Bytes()))
		if err != nil {
			t.Fatalf("%v in\n%s", err, readable.Bytes())
		}
		if after := tokens(t, back); !slices.EqualFunc(before, after, sameToken) {
			t.Fatalf("%x becomes\n%s\nand is read as %x", data, readable.Bytes(), back)
		}
	})
}

// FuzzFromXML: whatever XML is accepted is a document that gives the same
// document by way of ToXML.
func FuzzFromXML(f *testing.F) {
	for _, name := range golden(f) {
		f.Add(testdata(f, name+".xml"))
	}
	f.Add([]byte(`<a:Sync xmlns:a="AirSync:" xmlns:w="wbxml"><w:run>x</w:run><a:SyncKey quoted="yes">"\x01"</a:SyncKey></a:Sync>`))
	f.Fuzz(func(t *testing.T, readable []byte) {
		data, err := FromXML(bytes.NewReader(readable))
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := ToXML(&again, data); err != nil {
			t.Fatalf("%v in %x, made of\n%s", err, data, readable)
		}
		back, err := FromXML(&again)
		if err != nil || !bytes.Equal(back, data) {
			t.Errorf("%x becomes %x, %v", data, back, err)
		}
	})
}
