package wbxml

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"
)

// readable writes a document as XML without declaration, indentation and line ends.
func readable(t testing.TB, data []byte) string {
	t.Helper()
	var b bytes.Buffer
	if err := ToXML(&b, data); err != nil {
		t.Fatalf("%v in %x", err, data)
	}
	var out strings.Builder
	for line := range strings.Lines(strings.TrimPrefix(b.String(), "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n")) {
		out.WriteString(strings.TrimSpace(line))
	}
	return out.String()
}

// fromXML returns the document that XML stands for.
func fromXML(t testing.TB, xml string) []byte {
	t.Helper()
	data, err := FromXML(strings.NewReader(xml))
	if err != nil {
		t.Fatalf("%v in %s", err, xml)
	}
	return data
}

const ns = ` xmlns="AirSync" xmlns:airsyncbase="AirSyncBase" xmlns:email="Email" xmlns:email2="Email2"`

type (
	text   string
	number uint16
	toggle bool
	blob   []byte
	date   time.Time
)

// leaves has a field of every kind that holds a value.
type leaves struct {
	XMLName struct{}  `wbxml:"AirSync Sync"`
	String  string    `wbxml:"SyncKey"`
	Text    text      `wbxml:"ServerId"`
	Bool    bool      `wbxml:"GetChanges"`
	Flag    toggle    `wbxml:"DeletesAsMoves"`
	Int     int       `wbxml:"WindowSize"`
	Int8    int8      `wbxml:"FilterType"`
	Int64   int64     `wbxml:"Limit"`
	Uint    uint      `wbxml:"Wait"`
	Uint8   uint8     `wbxml:"Conflict"`
	Number  number    `wbxml:"Status"`
	Uint64  uint64    `wbxml:"HeartbeatInterval"`
	Time    time.Time `wbxml:"Email DateReceived"`
	Date    date      `wbxml:"Email StartTime"`
	Bytes   []byte    `wbxml:"Email2 ConversationId"`
	Blob    blob      `wbxml:"Email2 ConversationIndex"`
	Opaque  string    `wbxml:"ComposeMail Mime"`
	Struct  struct{}  `wbxml:"MoreAvailable"`
}

func TestMarshalLeaves(t *testing.T) {
	t.Parallel()
	at := time.Date(2009, 1, 8, 1, 14, 36, 7_900_000, time.FixedZone("", 3600))
	for _, test := range []struct {
		name string
		v    leaves
		want string
	}{
		{"zero values are written", leaves{},
			`<SyncKey/><ServerId/><GetChanges>0</GetChanges><DeletesAsMoves>0</DeletesAsMoves><WindowSize>0</WindowSize><FilterType>0</FilterType>` +
				`<Limit>0</Limit><Wait>0</Wait><Conflict>0</Conflict><Status>0</Status><HeartbeatInterval>0</HeartbeatInterval>` +
				`<email:DateReceived>0001-01-01T00:00:00.000Z</email:DateReceived><email:StartTime>0001-01-01T00:00:00.000Z</email:StartTime>` +
				`<composemail:Mime/><MoreAvailable/>`},
		{"other values", leaves{
			String: "a<b", Text: "é", Bool: true, Flag: true, Int: -1, Int8: math.MinInt8, Int64: math.MinInt64,
			Uint: 1, Uint8: 255, Number: 65535, Uint64: math.MaxUint64, Time: at, Date: date(at), Bytes: []byte{1, 0}, Blob: blob{}, Opaque: "MIME",
		},
			`<SyncKey>a&lt;b</SyncKey><ServerId>é</ServerId><GetChanges>1</GetChanges><DeletesAsMoves>1</DeletesAsMoves><WindowSize>-1</WindowSize><FilterType>-128</FilterType>` +
				`<Limit>-9223372036854775808</Limit><Wait>1</Wait><Conflict>255</Conflict><Status>65535</Status><HeartbeatInterval>18446744073709551615</HeartbeatInterval>` +
				`<email:DateReceived>2009-01-08T00:14:36.007Z</email:DateReceived><email:StartTime>2009-01-08T00:14:36.007Z</email:StartTime>` +
				`<email2:ConversationId opaque="hex">0100</email2:ConversationId><email2:ConversationIndex/>` +
				`<composemail:Mime opaque="text">MIME</composemail:Mime><MoreAvailable/>`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			data, err := Marshal(test.v)
			if err != nil {
				t.Fatal(err)
			}
			got := readable(t, data)
			if !strings.HasSuffix(got, ">"+test.want+"</Sync>") {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
			byPointer, err := Marshal(&test.v)
			if err != nil || !bytes.Equal(byPointer, data) {
				t.Errorf("a pointer gives %x, %v; want %x", byPointer, err, data)
			}
			var back leaves
			if err := Unmarshal(data, &back); err != nil {
				t.Fatal(err)
			}
			want := test.v
			want.Time = want.Time.UTC().Truncate(time.Millisecond)
			want.Date = date(time.Time(want.Date).UTC().Truncate(time.Millisecond))
			if !reflect.DeepEqual(back, want) {
				t.Errorf("read back as\n%+v, want\n%+v", back, want)
			}
		})
	}
}

func TestUnmarshalLeaves(t *testing.T) {
	t.Parallel()
	at := time.Date(2009, 1, 8, 0, 14, 36, 0, time.UTC)
	for _, test := range []struct {
		name, content string
		want          leaves
	}{
		{"empty bool is true", `<GetChanges/>`, leaves{Bool: true}},
		{"spaces around bool", `<GetChanges> 0 </GetChanges><DeletesAsMoves>1 </DeletesAsMoves>`, leaves{Flag: true}},
		{"spaces and zeros around numbers", `<WindowSize> 007 </WindowSize><Conflict>
			000255</Conflict>`, leaves{Int: 7, Uint8: 255}},
		{"date without milliseconds", `<email:DateReceived>2009-01-08T00:14:36Z</email:DateReceived>`, leaves{Time: at}},
		{"date with microseconds", `<email:DateReceived>2009-01-08T00:14:36.000000Z</email:DateReceived>`, leaves{Time: at}},
		{"date with offset", `<email:DateReceived>2009-01-08T01:14:36+01:00</email:DateReceived>`, leaves{Time: at}},
		{"compact date", `<email:StartTime>20090108T001436Z</email:StartTime>`, leaves{Date: date(at)}},
		{"text for bytes", `<email2:ConversationId>abc</email2:ConversationId>`, leaves{Bytes: []byte("abc")}},
		{"bytes for text", `<SyncKey opaque="text">abc</SyncKey>`, leaves{String: "abc"}},
		{"bytes for a number", `<WindowSize opaque="text">12</WindowSize>`, leaves{Int: 12}},
		{"text keeps its spaces", `<SyncKey> a
</SyncKey>`, leaves{String: " a\n"}},
		{"several texts are one", `<SyncKey><w:run xmlns:w="wbxml">a</w:run><w:run xmlns:w="wbxml">b</w:run></SyncKey>`, leaves{String: "ab"}},
		{"any order", `<Status>1</Status><SyncKey>2</SyncKey><WindowSize>3</WindowSize>`, leaves{Number: 1, String: "2", Int: 3}},
		{"empty bytes are not nil", `<email2:ConversationIndex/>`, leaves{Blob: blob{}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := leaves{String: "from before", Bytes: []byte("from before")}
			if err := Unmarshal(fromXML(t, `<Sync`+ns+`>`+test.content+`</Sync>`), &got); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got\n%+v, want\n%+v", got, test.want)
			}
		})
	}
}

func TestUnmarshalErrors(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, content string
		sentinel      error
		want          string // after the offset
	}{
		{"word for a number", `<WindowSize>abc</WindowSize>`, ErrValue, `offset 6: Sync/WindowSize: "abc" is not a number`},
		{"empty number", `<WindowSize/>`, ErrValue, `offset 5: Sync/WindowSize: "" is not a number`},
		{"fraction", `<WindowSize>1.5</WindowSize>`, ErrValue, `offset 6: Sync/WindowSize: "1.5" is not a number`},
		{"hexadecimal", `<WindowSize>0x10</WindowSize>`, ErrValue, `offset 6: Sync/WindowSize: "0x10" is not a number`},
		{"too large a number", `<Conflict>256</Conflict>`, ErrValue, `offset 6: Sync/Conflict: "256" is out of the range of uint8`},
		{"too small a number", `<FilterType>-129</FilterType>`, ErrValue, `offset 6: Sync/FilterType: "-129" is out of the range of int8`},
		{"negative", `<Conflict>-1</Conflict>`, ErrValue, `offset 6: Sync/Conflict: "-1" is out of the range of uint8`},
		{"minus", `<Conflict>-</Conflict>`, ErrValue, `offset 6: Sync/Conflict: "-" is not a number`},
		{"word for a bool", `<GetChanges>true</GetChanges>`, ErrValue, `offset 6: Sync/GetChanges: "true" is neither 0 nor 1`},
		{"word for a date", `<email:DateReceived>yesterday</email:DateReceived>`, ErrValue, `offset 8: Sync/DateReceived: "yesterday" is not a date`},
		{"date that is none", `<email:DateReceived>2009-02-29T00:00:00.000Z</email:DateReceived>`, ErrValue, `offset 8: Sync/DateReceived: "2009-02-29T00:00:00.000Z" is not a date`},
		{"empty date", `<email:DateReceived/>`, ErrValue, `offset 7: Sync/DateReceived: "" is not a date`},
		{"bytes that are no text", `<SyncKey opaque="hex">61ff</SyncKey>`, ErrValue, `offset 6: Sync/SyncKey: "a\xff" is not UTF-8`},
		{"a long value is shown in part", `<WindowSize>` + strings.Repeat("x", 99) + `</WindowSize>`, ErrValue,
			`offset 6: Sync/WindowSize: "` + strings.Repeat("x", 32) + `" is not a number`},
		{"unknown place", `<SyncKey/><Collections/>`, ErrUnexpectedElement, `offset 6: Sync/Collections: element not expected here`},
		{"same name, other page", `<email2:Send/><email:Status/>`, ErrUnexpectedElement, `offset 7: Sync/Send: element not expected here`},
		{"element in a value", `<SyncKey><ServerId/></SyncKey>`, ErrUnexpectedElement, `offset 6: Sync/SyncKey/ServerId: element not expected here`},
		{"element beside a value", `<SyncKey><w:run xmlns:w="wbxml">1</w:run><ServerId/></SyncKey>`, ErrUnexpectedElement, `offset 9: Sync/SyncKey/ServerId: element not expected here`},
		{"repeated", `<SyncKey>1</SyncKey><SyncKey>1</SyncKey>`, ErrRepeatedElement, `offset 10: Sync/SyncKey: element repeated`},
		{"text for elements", `text`, ErrUnexpectedText, `offset 5: Sync: text where only elements may be`},
		{"bytes beside elements", `<SyncKey/><w:run xmlns:w="wbxml" opaque="hex"></w:run>`, ErrUnexpectedText, `offset 6: Sync: text where only elements may be`},
		{"text in an empty tag", `<MoreAvailable>1</MoreAvailable>`, ErrUnexpectedText, `offset 6: Sync/MoreAvailable: text where only elements may be`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var v leaves
			err := Unmarshal(fromXML(t, `<Sync`+ns+`>`+test.content+`</Sync>`), &v)
			if !errors.Is(err, test.sentinel) || err.Error() != "wbxml: "+test.want {
				t.Errorf("got %v\nwant wbxml: %s", err, test.want)
			}
			var syntax *SyntaxError
			if !errors.As(err, &syntax) {
				t.Errorf("%T is no SyntaxError", err)
			}
			var value *ValueError
			if errors.As(err, &value) != (test.sentinel == ErrValue) {
				t.Errorf("error %v and ValueError %v", err, value)
			}
		})
	}
	var v leaves
	checkError(t, Unmarshal(fromXML(t, `<Ping xmlns="Ping"/>`), &v), ErrUnexpectedElement, 6, "Ping")
	checkError(t, Unmarshal([]byte(header+"\x05\x05"), &v), ErrMalformed, 5, "")
	checkError(t, Unmarshal([]byte(header+"\x45\x0B\x01"), &v, Limits{Elements: 1}), ErrTooMany, 5, "Sync")
	checkError(t, Unmarshal(nil, &v), ErrMalformed, 0, "")
}

// A text in very many pieces takes time and memory in proportion to its length.
func TestUnmarshalManyTexts(t *testing.T) {
	const n = 100_000
	data := []byte(header + "\x45\x4B" + strings.Repeat("\x03a\x00", n) + "\x01\x01")
	var v leaves
	if allocs := testing.AllocsPerRun(1, func() {
		if err := Unmarshal(data, &v); err != nil || len(v.String) != n {
			t.Fatalf("read %d bytes, %v; want %d", len(v.String), err, n)
		}
	}); allocs > 100 {
		t.Errorf("%d pieces take %v allocations", n, allocs)
	}
}

// body is used on two pages; where it names no page its elements are on the
// page of its use.
type body struct {
	Type *int  `wbxml:"Type"`
	Data *text `wbxml:"AirSyncBase Data"`
}

type status struct {
	XMLName struct{} `wbxml:"Settings DeviceInformation"`
	Status  *int     `wbxml:"Status"`
}

type user struct {
	XMLName struct{} `wbxml:"Settings UserInformation"`
	Get     struct{} `wbxml:"Get"`
}

type embedded struct {
	Class text  `wbxml:"Class,omitempty"`
	Inner *body `wbxml:"AirSyncBase Body"`
}

type pages struct {
	XMLName  struct{} `wbxml:"AirSync Sync"`
	Body     body     `wbxml:"AirSyncBase Body,omitempty"`
	Calendar *body    `wbxml:"Calendar Recurrence"`
	ByName   *status  `wbxml:"DeviceInformation"`
	Renamed  *status  `wbxml:"Responses"`
	NoName   *user    `wbxml:",omitempty"`
	Ignored  string
	Dash     string `wbxml:"-"`
	Class    text   `wbxml:"Class,omitempty"`
}

func TestPages(t *testing.T) {
	t.Parallel()
	one, two, three, four := 1, 2, 3, 4
	hello, empty := text("hello"), text("")
	v := pages{
		Body:     body{Type: &one, Data: &hello},
		Calendar: &body{Type: &two, Data: &empty},
		ByName:   &status{Status: &three},
		Renamed:  &status{Status: &four},
		NoName:   new(user),
		Class:    "SMS",
	}
	roundTrip(t, v, `<Sync xmlns="AirSync" xmlns:calendar="Calendar" xmlns:airsyncbase="AirSyncBase" xmlns:settings="Settings">`+
		`<airsyncbase:Body><airsyncbase:Type>1</airsyncbase:Type><airsyncbase:Data>hello</airsyncbase:Data></airsyncbase:Body>`+
		`<calendar:Recurrence><calendar:Type>2</calendar:Type><airsyncbase:Data/></calendar:Recurrence>`+
		`<settings:DeviceInformation><settings:Status>3</settings:Status></settings:DeviceInformation>`+
		`<Responses><Status>4</Status></Responses><settings:UserInformation><settings:Get/></settings:UserInformation><Class>SMS</Class></Sync>`)
}

// roundTrip marshals v, compares it as XML, and unmarshals it again.
func roundTrip[T any](t *testing.T, v T, want string) {
	t.Helper()
	data, err := Marshal(&v)
	if err != nil {
		t.Fatal(err)
	}
	if got := readable(t, data); got != want {
		t.Errorf("got\n%s, want\n%s", got, want)
	}
	var back T
	if err := Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(back, v) {
		t.Errorf("read back as\n%+v, want\n%+v", back, v)
	}
}

func TestEmbedded(t *testing.T) {
	t.Parallel()
	type document struct {
		XMLName struct{} `wbxml:"AirSync Sync"`
		Key     string   `wbxml:"SyncKey"`
		embedded
		Last int `wbxml:"Status"`
	}
	one := 1
	roundTrip(t, document{Key: "k", embedded: embedded{Class: "SMS", Inner: &body{Type: &one}}, Last: 2},
		`<Sync xmlns="AirSync" xmlns:airsyncbase="AirSyncBase"><SyncKey>k</SyncKey><Class>SMS</Class><airsyncbase:Body><airsyncbase:Type>1</airsyncbase:Type></airsyncbase:Body><Status>2</Status></Sync>`)
}

func TestAbsentEmptyZero(t *testing.T) {
	t.Parallel()
	type document struct {
		XMLName   struct{}   `wbxml:"AirSync Sync"`
		Pointer   *string    `wbxml:"SyncKey"`
		Omitted   string     `wbxml:"ServerId,omitempty"`
		Number    *int       `wbxml:"Status"`
		Count     int        `wbxml:"WindowSize,omitempty"`
		Date      time.Time  `wbxml:"Email DateReceived,omitempty"`
		When      *time.Time `wbxml:"Email StartTime"`
		More      bool       `wbxml:"MoreAvailable,empty"`
		Tag       *struct{}  `wbxml:"Partial"`
		Bytes     []byte     `wbxml:"Email2 ConversationId,omitempty"`
		Repeated  []string   `wbxml:"Class"`
		Pointers  []*int     `wbxml:"Limit"`
		ByteArray [][]byte   `wbxml:"Email2 ConversationIndex"`
	}
	zero, empty := 0, ""
	day := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	roundTrip(t, document{}, `<Sync xmlns="AirSync"/>`)
	roundTrip(t, document{Pointer: &empty, Number: &zero, More: true, Tag: new(struct{})},
		`<Sync xmlns="AirSync"><SyncKey/><Status>0</Status><MoreAvailable/><Partial/></Sync>`)
	roundTrip(t, document{Omitted: "x", Count: 1, Date: day, When: &day, Bytes: []byte{9}},
		`<Sync xmlns="AirSync" xmlns:email="Email" xmlns:email2="Email2"><ServerId>x</ServerId><WindowSize>1</WindowSize>`+
			`<email:DateReceived>2024-02-29T12:00:00.000Z</email:DateReceived><email:StartTime>2024-02-29T12:00:00.000Z</email:StartTime>`+
			`<email2:ConversationId opaque="hex">09</email2:ConversationId></Sync>`)
	roundTrip(t, document{Repeated: []string{"SMS", "", "Email"}, Pointers: []*int{&zero}, ByteArray: [][]byte{{1}, {}}},
		`<Sync xmlns="AirSync" xmlns:email2="Email2"><Class>SMS</Class><Class/><Class>Email</Class><Limit>0</Limit>`+
			`<email2:ConversationIndex opaque="hex">01</email2:ConversationIndex><email2:ConversationIndex/></Sync>`)

	for content, want := range map[string]bool{"": true, "1": true, "anything": true, "0": false, " 0 ": false} {
		var v document
		data := fromXML(t, `<Sync xmlns="AirSync"><MoreAvailable>`+content+`</MoreAvailable></Sync>`)
		if err := Unmarshal(data, &v); err != nil || v.More != want {
			t.Errorf("MoreAvailable holding %q is %v, %v; want %v", content, v.More, err, want)
		}
	}
	var v document
	checkError(t, Unmarshal(fromXML(t, `<Sync xmlns="AirSync"><MoreAvailable><Status/></MoreAvailable></Sync>`), &v), ErrUnexpectedElement, 6, "Sync/MoreAvailable/Status")
}

func TestLast(t *testing.T) {
	t.Parallel()
	type options struct {
		XMLName    struct{} `wbxml:"AirSync Options"`
		Class      *string  `wbxml:"Class,last"`
		FilterType int      `wbxml:"FilterType,last"`
		Body       *body    `wbxml:"AirSyncBase Body,last"`
		Conflict   int      `wbxml:"Conflict"`
	}
	var got options
	err := Unmarshal(fromXML(t, `<Options`+ns+`><Class>Email</Class><FilterType>1</FilterType><airsyncbase:Body><airsyncbase:Data>x</airsyncbase:Data></airsyncbase:Body>`+
		`<FilterType>2</FilterType><Class>SMS</Class><airsyncbase:Body><airsyncbase:Type>1</airsyncbase:Type></airsyncbase:Body></Options>`), &got)
	if err != nil || *got.Class != "SMS" || got.FilterType != 2 || *got.Body.Type != 1 || got.Body.Data != nil {
		t.Errorf("got %+v, %v", got, err)
	}
}

type command struct {
	Add    *item   `wbxml:"Add"`
	Delete *item   `wbxml:"Delete"`
	Fetch  *string `wbxml:"Fetch"`
}

type item struct {
	ServerID string `wbxml:"ServerId"`
}

func TestChoice(t *testing.T) {
	t.Parallel()
	type commands struct {
		XMLName struct{}  `wbxml:"AirSync Commands"`
		Key     string    `wbxml:"SyncKey,omitempty"`
		Items   []command `wbxml:",choice"`
		Status  int       `wbxml:"Status,omitempty"`
	}
	fetch := "3"
	roundTrip(t, commands{Key: "k", Status: 9, Items: []command{
		{Delete: &item{"1"}}, {Add: &item{"2"}}, {Fetch: &fetch}, {Add: &item{"4"}}, {Delete: &item{"5"}},
	}}, `<Commands xmlns="AirSync"><SyncKey>k</SyncKey><Delete><ServerId>1</ServerId></Delete><Add><ServerId>2</ServerId></Add><Fetch>3</Fetch>`+
		`<Add><ServerId>4</ServerId></Add><Delete><ServerId>5</ServerId></Delete><Status>9</Status></Commands>`)
	roundTrip(t, commands{}, `<Commands xmlns="AirSync"/>`)

	for _, bad := range []commands{{Items: []command{{}}}, {Items: []command{{Add: &item{}, Fetch: &fetch}}}} {
		if data, err := Marshal(bad); err == nil {
			t.Errorf("a choice of %+v is written as %s", bad.Items, readable(t, data))
		}
	}
	var v commands
	checkError(t, Unmarshal(fromXML(t, `<Commands xmlns="AirSync"><Add><ServerId/></Add><Change/></Commands>`), &v), ErrUnexpectedElement, 8, "Commands/Change")
	checkError(t, Unmarshal(fromXML(t, `<Commands xmlns="AirSync"><Add><Status/></Add></Commands>`), &v), ErrUnexpectedElement, 6, "Commands/Add/Status")
}

// folder contains itself.
type folder struct {
	XMLName struct{} `wbxml:"FolderHierarchy Folder"`
	Folders []folder `wbxml:"Folder"`
	Name    string   `wbxml:"DisplayName"`
}

func TestRecursiveType(t *testing.T) {
	t.Parallel()
	roundTrip(t, folder{Name: "a", Folders: []folder{{Name: "b"}, {Name: "c", Folders: []folder{{Name: "d"}}}}},
		`<Folder xmlns="FolderHierarchy"><Folder><DisplayName>b</DisplayName></Folder><Folder><Folder><DisplayName>d</DisplayName></Folder>`+
			`<DisplayName>c</DisplayName></Folder><DisplayName>a</DisplayName></Folder>`)
	deep := folder{}
	for range 40 {
		deep = folder{Folders: []folder{deep}}
	}
	if _, err := Marshal(deep); !errors.Is(err, ErrTooDeep) {
		t.Errorf("a struct 40 deep: %v, want ErrTooDeep", err)
	}
}

func TestMarshalErrors(t *testing.T) {
	t.Parallel()
	type d struct {
		XMLName struct{}  `wbxml:"AirSync Sync"`
		Time    time.Time `wbxml:"Email DateReceived"`
	}
	for _, v := range []any{nil, 1, (*d)(nil), []d{}, new(*d), struct{}{}, d{Time: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}} {
		if data, err := Marshal(v); err == nil {
			t.Errorf("Marshal(%#v) = %x, want an error", v, data)
		}
	}
	for _, v := range []any{nil, 1, d{}, (*d)(nil), new(int), new(*d), new(struct{})} {
		if err := Unmarshal([]byte(header+"\x05"), v); err == nil {
			t.Errorf("Unmarshal into %#v gives no error", v)
		}
	}
}

// What is wrong with a type is told by the first use of it, wherever in it that is.
func TestBadTypes(t *testing.T) {
	t.Parallel()
	type name struct{}
	for want, v := range map[string]any{
		"has no field XMLName": struct {
			A string `wbxml:"SyncKey"`
		}{},
		`XMLName: "Sync" is not of the form`: struct {
			XMLName name `wbxml:"Sync"`
		}{},
		`.A: no element "Nonsense" on code page AirSync`: struct {
			XMLName name   `wbxml:"AirSync Sync"`
			A       string `wbxml:"Nonsense"`
		}{},
		`.A: no element "Nonsense" on code page Email2`: struct {
			XMLName name `wbxml:"AirSync Sync"`
			Inner   []*struct {
				A string `wbxml:"Nonsense"`
			} `wbxml:"Email2 Send"`
		}{},
		`.A: no code page "Nowhere"`: struct {
			XMLName name   `wbxml:"AirSync Sync"`
			A       string `wbxml:"Nowhere SyncKey"`
		}{},
		`.A: no element "" on code page AirSync`: struct {
			XMLName name   `wbxml:"AirSync Sync"`
			A       string `wbxml:",omitempty"`
		}{},
		`.A: no option "omitzero"`: struct {
			XMLName name   `wbxml:"AirSync Sync"`
			A       string `wbxml:"SyncKey,omitzero"`
		}{},
		".a has a wbxml tag but is not exported": struct {
			XMLName name   `wbxml:"AirSync Sync"`
			a       string `wbxml:"SyncKey"`
		}{a: ""},
		`XMLName: no element "Nonsense"`: struct {
			XMLName name `wbxml:"AirSync Sync"`
			A       struct {
				XMLName name `wbxml:"AirSync Nonsense"`
			} `wbxml:"Options"`
		}{},
		"float64 can't be the value": struct {
			XMLName name    `wbxml:"AirSync Sync"`
			A       float64 `wbxml:"SyncKey"`
		}{},
		"interface {} can't be the value": struct {
			XMLName name `wbxml:"AirSync Sync"`
			A       any  `wbxml:"SyncKey"`
		}{},
		"slice of slices": struct {
			XMLName name       `wbxml:"AirSync Sync"`
			A       [][]string `wbxml:"SyncKey"`
		}{},
		"points to a pointer or a slice": struct {
			XMLName name      `wbxml:"AirSync Sync"`
			A       *[]string `wbxml:"SyncKey"`
		}{},
		"option empty is for bool": struct {
			XMLName name   `wbxml:"AirSync Sync"`
			A       string `wbxml:"SyncKey,empty"`
		}{},
		"option last is not for a slice": struct {
			XMLName name     `wbxml:"AirSync Sync"`
			A       []string `wbxml:"SyncKey,last"`
		}{},
		"option choice is for a slice of structs": struct {
			XMLName name    `wbxml:"AirSync Sync"`
			A       command `wbxml:",choice"`
		}{},
		"option choice goes with no name": struct {
			XMLName name      `wbxml:"AirSync Sync"`
			A       []command `wbxml:"Commands,choice"`
		}{},
		"has a field for AirSync ServerId that is no pointer": struct {
			XMLName name   `wbxml:"AirSync Sync"`
			A       []item `wbxml:",choice"`
		}{},
		"two fields for AirSync Add": struct {
			XMLName name      `wbxml:"AirSync Sync"`
			A       []command `wbxml:",choice"`
			B       *item     `wbxml:"Add"`
		}{},
	} {
		if _, err := Marshal(v); err == nil || !strings.HasPrefix(err.Error(), "wbxml: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
		target := reflect.New(reflect.TypeOf(v)).Interface()
		if err := Unmarshal([]byte(header+"\x05"), target); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("unmarshal: got %v, want an error with %q", err, want)
		}
	}
}

func TestAppendMarshal(t *testing.T) {
	t.Parallel()
	v := folder{Name: "x"}
	got, err := AppendMarshal([]byte("before"), &v)
	want, _ := Marshal(&v)
	if err != nil || string(got) != "before"+string(want) {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
}

func TestErrorText(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("sync: %w", &SyntaxError{Offset: 41, Path: "Sync/Collections/Collection/WindowSize", Err: badValue([]byte("abc"), "is not a number")})
	const want = `sync: wbxml: offset 41: Sync/Collections/Collection/WindowSize: "abc" is not a number`
	if err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
