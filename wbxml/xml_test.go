package wbxml

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func TestFromXML(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, xml, want string }{
		{"default namespace", `<Sync xmlns="AirSync"><SyncKey>0</SyncKey></Sync>`, "45 4B 03 30 00 01 01"},
		{"any prefix", `<a:Sync xmlns:a="AirSync" xmlns:b="Email2"><b:Send/></a:Sync>`, "45 00 16 17 01"},
		{"namespaces where they are used, with a colon", `<!DOCTYPE ActiveSync><Sync xmlns="AirSync:"><Send xmlns="Email2:"/><SyncKey/></Sync>`, "45 00 16 17 00 00 0B 01"},
		{"comments and white space between elements", "<!-- a --> <Sync xmlns='AirSync'>\n<!-- b -->\t<SyncKey>1<!-- c -->2</SyncKey>\r\n</Sync>\n", "45 4B 03 31 32 00 01 01"},
		{"CDATA", `<Sync xmlns="AirSync"><SyncKey>a<![CDATA[<&>]]>b</SyncKey></Sync>`, "45 4B 03 61 3C 26 3E 62 00 01 01"},
		{"white space is a text if there is nothing else", `<Sync xmlns="AirSync"><SyncKey> </SyncKey></Sync>`, "45 4B 03 20 00 01 01"},
		{"line ends", "<Sync xmlns='AirSync'><SyncKey>\r\n&#13;\n</SyncKey></Sync>", "45 4B 03 0A 0D 0A 00 01 01"},
		{"quoted", `<Sync xmlns="AirSync"><SyncKey quoted="yes"> "\x01\u00e4" </SyncKey></Sync>`, "45 4B 03 01 C3 A4 00 01 01"},
		{"quoted in backquotes", "<Sync xmlns='AirSync'><SyncKey quoted='yes'>`\\`</SyncKey></Sync>", "45 4B 03 5C 00 01 01"},
		{"empty quoted", `<Sync xmlns="AirSync"><SyncKey quoted="yes">""</SyncKey></Sync>`, "45 0B 01"},
		{"hexadecimal in lines", "<Sync xmlns='AirSync'><SyncKey opaque='hex'>\n 0A ff\n 1\n0</SyncKey></Sync>", "45 4B C3 03 0A FF 10 01 01"},
		{"empty bytes", `<Sync xmlns="AirSync"><SyncKey opaque="text"/><SyncKey opaque="hex"/></Sync>`, "45 4B C3 00 01 4B C3 00 01 01"},
		{"text beside elements", `<Sync xmlns="AirSync" xmlns:w="wbxml"><w:run>a</w:run><SyncKey/><w:run opaque="hex">00</w:run></Sync>`, "45 03 61 00 0B C3 01 00 01"},
		{"empty run", `<Sync xmlns="AirSync" xmlns:w="wbxml"><w:run/></Sync>`, "05"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			want := hexBytes(t, "03 01 6A 00"+test.want)
			got, err := FromXML(strings.NewReader(test.xml))
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("got %x, %v; want %x", got, err, want)
			}
		})
	}
}

func TestFromXMLErrors(t *testing.T) {
	t.Parallel()
	const begin = "<?xml version='1.0'?>\n<Sync xmlns='AirSync' xmlns:w='wbxml'>\n"
	for _, test := range []struct{ name, xml, want string }{
		{"empty", "", "XML without an element"},
		{"only a comment", "<!-- -->", "XML without an element"},
		{"cut short", begin + "<SyncKey>", "XML line 3: unexpected EOF"},
		{"wrong end", begin + "<SyncKey></ServerId>", "XML line 3: element <SyncKey> closed by </ServerId>"},
		{"text first", "x<Sync xmlns='AirSync'/>", "XML line 1: text outside the root element"},
		{"text last", begin + "</Sync>\nx", "XML line 4: text outside the root element"},
		{"second root", begin + "</Sync>\n<Sync xmlns='AirSync'/>", "XML line 4: a second root element, Sync"},
		{"run as root", "<w:run xmlns:w='wbxml'>a</w:run>", "XML line 1: encode text outside the root element"},
		{"no namespace", "\n<Sync/>", `XML line 2: element Sync: no code page for namespace ""`},
		{"undeclared prefix", begin + "<email:To/></Sync>", `XML line 3: element To: no code page for namespace "email"`},
		{"element of another page", begin + "<To/></Sync>", `XML line 3: no element "To" on code page AirSync`},
		{"text before an element", begin + "a\n<SyncKey/></Sync>", "XML line 4: text beside element SyncKey; put it into a wbxml:run"},
		{"text after an element", begin + "<SyncKey/>\na</Sync>", "XML line 4: text beside the elements of Sync; put it into a wbxml:run"},
		{"element in a run", begin + "<w:run><SyncKey/></w:run></Sync>", "XML line 3: element SyncKey inside run, which holds a value"},
		{"element in bytes", begin + "<SyncKey opaque='hex'><SyncKey/></SyncKey></Sync>", "XML line 3: element SyncKey inside SyncKey, which holds a value"},
		{"attribute", begin + "<SyncKey id='1'/></Sync>", `XML line 3: attribute id="1" of element SyncKey means nothing here`},
		{"opaque what", begin + "<SyncKey opaque='base64'/></Sync>", `XML line 3: attribute opaque="base64" of element SyncKey means nothing here`},
		{"opaque and quoted", begin + "<SyncKey opaque='hex' quoted='yes'/></Sync>", "XML line 3: element SyncKey is both opaque and quoted"},
		{"odd hexadecimal", begin + "<SyncKey opaque='hex'>\n123</SyncKey></Sync>", "XML line 4: element SyncKey: encoding/hex: odd length hex string"},
		{"no hexadecimal", begin + "<SyncKey opaque='hex'>xy</SyncKey></Sync>", "XML line 3: element SyncKey: encoding/hex: invalid byte"},
		{"not quoted", begin + "<SyncKey quoted='yes'>a</SyncKey></Sync>", "XML line 3: element SyncKey: not a quoted text"},
		{"quoted NUL", begin + `<SyncKey quoted='yes'>"\x00"</SyncKey></Sync>`, "XML line 3: element SyncKey: not a quoted text"},
		{"quoted non-UTF-8", begin + `<SyncKey quoted='yes'>"\xff"</SyncKey></Sync>`, "XML line 3: element SyncKey: not a quoted text"},
		{"too deep", begin + strings.Repeat("<Sync>", 32), "XML line 3: encode AirSync Sync: elements nested too deep: more than 32"},
		{"another character set", "<?xml version='1.0' encoding='latin1'?>\n<Sync xmlns='AirSync'/>", `read XML: xml: encoding "latin1" declared but Decoder.CharsetReader is nil`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			data, err := FromXML(strings.NewReader(test.xml))
			if data != nil || err == nil || !strings.HasPrefix(err.Error(), "wbxml: "+test.want) {
				t.Errorf("got %x, %v\nwant wbxml: %s", data, err, test.want)
			}
		})
	}
}

// Nothing is written of a document that is broken further on.
func TestToXMLErrors(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	checkError(t, ToXML(&out, hexBytes(t, "03 01 6A 00 45 4B 03 30 00 01 7F")), ErrUnknownToken, 10, "Sync")
	checkError(t, ToXML(&out, hexBytes(t, "03 01 6A 00 45 0B 01"), Limits{Elements: 1}), ErrTooMany, 5, "Sync")
	if out.Len() > 0 {
		t.Errorf("written: %s", out.Bytes())
	}
	full := errors.New("disk full")
	if err := ToXML(failingWriter{full}, testdata(t, "asms_4.3_add_sms.wbxml")); !errors.Is(err, full) {
		t.Errorf("got %v, want %v", err, full)
	}
}

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }
