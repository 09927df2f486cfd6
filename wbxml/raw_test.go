package wbxml

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"
)

type (
	rawSync struct {
		XMLName  struct{}     `wbxml:"AirSync Sync"`
		Commands *rawCommands `wbxml:"Commands"`
		Options  Raw          `wbxml:"Options"`
	}
	rawCommands struct {
		Items []rawCommand `wbxml:",choice"`
	}
	rawCommand struct {
		Add    *rawItem `wbxml:"Add"`
		Change *rawItem `wbxml:"Change"`
	}
	rawItem struct {
		ServerID        string `wbxml:"ServerId"`
		ApplicationData *Raw   `wbxml:"ApplicationData"`
	}
	rawSMS struct {
		To   string `wbxml:"Email To"`
		Read *bool  `wbxml:"Email Read"`
		Body *body  `wbxml:"AirSyncBase Body"`
	}
)

const rawDocument = `<Sync` + ns + `>
<Commands>
<Add><ServerId>1</ServerId><ApplicationData><email:To>Ann</email:To><email:Read>1</email:Read></ApplicationData></Add>
<Change><ServerId>2</ServerId><ApplicationData><email:To>Bob</email:To><airsyncbase:Body><airsyncbase:Type>one</airsyncbase:Type></airsyncbase:Body></ApplicationData></Change>
<Add><ServerId>3</ServerId><ApplicationData/></Add>
<Change><ServerId>4</ServerId></Change>
</Commands>
<Options><Class>SMS</Class></Options>
</Sync>`

// One bad item does not spoil the others, and the error about it says where in
// the document it is.
func TestRaw(t *testing.T) {
	t.Parallel()
	data := fromXML(t, rawDocument)
	var v rawSync
	if err := Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	items := v.Commands.Items

	var first rawSMS
	if err := items[0].Add.ApplicationData.Unmarshal(&first); err != nil || first.To != "Ann" || !*first.Read {
		t.Errorf("got %+v, %v", first, err)
	}
	var second rawSMS
	offset := int64(bytes.Index(data, []byte("one")) - 1)
	checkError(t, items[1].Change.ApplicationData.Unmarshal(&second), ErrValue, offset, "Sync/Commands/Change/ApplicationData/Body/Type")
	var third rawSMS
	if err := items[2].Add.ApplicationData.Unmarshal(&third); err != nil || !reflect.DeepEqual(third, rawSMS{}) {
		t.Errorf("got %+v, %v", third, err)
	}
	if items[3].Change.ApplicationData != nil {
		t.Error("an absent element is there")
	}
	if got := v.Options.Tag().String(); got != "AirSync Options" {
		t.Errorf("Tag is %s, want AirSync Options", got)
	}

	var options struct {
		XMLName struct{} `wbxml:"AirSync Options"`
		Class   string   `wbxml:"Class"`
	}
	if err := v.Options.Unmarshal(&options); err != nil || options.Class != "SMS" {
		t.Errorf("got %+v, %v", options, err)
	}
	var other struct {
		XMLName struct{} `wbxml:"AirSync Collection"`
	}
	checkError(t, v.Options.Unmarshal(&other), ErrUnexpectedElement, int64(bytes.LastIndexByte(data, 0x57)), "Sync/Options")

	back, err := Marshal(&v)
	if err != nil || !bytes.Equal(back, data) {
		t.Errorf("marshalled again as\n%x, %v; want\n%x", back, err, data)
	}
}

// What is wrong with the bytes of a Raw is wrong with the document.
func TestRawMalformed(t *testing.T) {
	t.Parallel()
	var v rawSync
	checkError(t, Unmarshal(hexBytes(t, "03 01 6A 00 45 57 7F 01 01"), &v), ErrUnknownToken, 6, "Sync/Options")
	checkError(t, Unmarshal(hexBytes(t, "03 01 6A 00 45 57 4B"), &v), ErrMalformed, 7, "Sync/Options/SyncKey")
	checkError(t, Unmarshal(hexBytes(t, "03 01 6A 00 45 17 17 01"), &v), ErrRepeatedElement, 6, "Sync/Options")
}

// A Raw goes wherever its element may be, whatever the code page there.
func TestNewRaw(t *testing.T) {
	t.Parallel()
	read := true
	sms := rawSMS{To: "Ann", Read: &read}
	raw, err := NewRaw("AirSync ApplicationData", &sms)
	if err != nil {
		t.Fatal(err)
	}
	send, err := NewRaw("Email2 Send", struct{}{})
	if err != nil {
		t.Fatal(err)
	}
	type document struct {
		XMLName struct{} `wbxml:"Email To"`
		Raws    []Raw    `wbxml:"AirSync ApplicationData"`
		Send    *Raw     `wbxml:"Email2 Send"`
		None    Raw      `wbxml:"Email From"`
	}
	data, err := Marshal(document{Raws: []Raw{raw, {}, raw}, Send: &send})
	if err != nil {
		t.Fatal(err)
	}
	const item = `<airsync:ApplicationData><To>Ann</To><Read>1</Read></airsync:ApplicationData>`
	const want = `<To xmlns="Email" xmlns:airsync="AirSync" xmlns:email2="Email2">` + item + item + `<email2:Send/></To>`
	if got := readable(t, data); got != want {
		t.Errorf("got\n%s, want\n%s", got, want)
	}
	var back rawSMS
	if err := raw.Unmarshal(&back); err != nil || !reflect.DeepEqual(back, sms) {
		t.Errorf("got %+v, %v; want %+v", back, err, sms)
	}
	var wrong struct {
		To string `wbxml:"Email To"`
	}
	checkError(t, raw.Unmarshal(&wrong), ErrUnexpectedElement, 14, "ApplicationData/Read")

	for _, test := range []struct {
		name string
		v    any
		want string
	}{
		{"ApplicationData", sms, "not of the form"},
		{"AirSync ApplicationData", "text", "neither a struct nor a pointer to one"},
		{"AirSync ApplicationData", (*rawSMS)(nil), "neither a struct nor a pointer to one"},
		{"AirSync ApplicationData", command{}, ""},
		{"AirSync ApplicationData", struct {
			X string `wbxml:"X"`
		}{}, "no element"},
		{"AirSync Commands", struct {
			Items []command `wbxml:",choice"`
		}{Items: []command{{}}}, "holds no element"},
	} {
		_, err := NewRaw(test.name, test.v)
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("NewRaw(%s, %+v): %v, want %q", test.name, test.v, err, test.want)
		}
	}
	if _, err := Marshal(document{Send: &raw}); err == nil || !strings.Contains(err.Error(), "a Raw of AirSync ApplicationData in place of Email2 Send") {
		t.Errorf("a Raw in a wrong place: %v", err)
	}
	if err := (Raw{}).Unmarshal(&back); err == nil {
		t.Error("the zero Raw can be unmarshalled")
	}
	if err := raw.Unmarshal(back); err == nil {
		t.Error("a Raw can be unmarshalled into a struct by value")
	}
}

// A document that was decoded within wider limits than the default has Raws
// that can be unmarshalled.
func TestRawKeepsToTheLimitsOfItsDocument(t *testing.T) {
	t.Parallel()
	var nested func(n int) string
	nested = func(n int) string {
		if n == 0 {
			return ""
		}
		return "\x45" + nested(n-1) + "\x01"
	}
	data := []byte(header + nested(50))
	var v struct {
		XMLName struct{} `wbxml:"AirSync Sync"`
		Sync    Raw      `wbxml:"Sync"`
	}
	if err := Unmarshal(data, &v); !errors.Is(err, ErrTooDeep) {
		t.Errorf("got %v, want ErrTooDeep", err)
	}
	if err := Unmarshal(data, &v, Limits{Depth: 50}); err != nil {
		t.Fatal(err)
	}
	var f struct {
		Sync Raw `wbxml:"Sync"`
	}
	if err := v.Sync.Unmarshal(&f); err != nil || f.Sync.Tag() != v.Sync.Tag() {
		t.Errorf("got %+v, %v", f, err)
	}
}
