package eas

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"testing"
)

// example is the query that [MS-ASHTTP] 2.2.1.1.1.1 works out.
const example = "jAAJBAp2MTQwRGV2aWNlAApTbWFydFBob25l"

func TestParseRequest(t *testing.T) {
	t.Parallel()
	header := func(pairs ...string) http.Header {
		h := http.Header{}
		for i := 0; i < len(pairs); i += 2 {
			h.Set(pairs[i], pairs[i+1])
		}
		return h
	}
	v141 := header("MS-ASProtocolVersion", "14.1")
	binary := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	device := Request{DeviceID: "v140Device", DeviceType: "SmartPhone"}
	with := func(change func(*Request)) Request {
		r := device
		change(&r)
		return r
	}
	for _, test := range []struct {
		name   string
		query  string
		header http.Header
		want   Request
	}{
		{"MS-ASHTTP_R16 the plain form of the example",
			"Cmd=Sync&User=rmjones&DeviceId=v140Device&DeviceType=SmartPhone", header("MS-ASProtocolVersion", "14.0"),
			with(func(r *Request) { r.Command, r.Version, r.User = CommandSync, Version140, "rmjones" })},
		{"MS-ASHTTP_R18 the base64 form of the example", example, nil,
			with(func(r *Request) { r.Command, r.Version, r.Locale = CommandSync, Version140, 0x0409 })},
		{"parameters in any order and case",
			"devicetype=SmartPhone&DEVICEID=v140Device&cmd=Ping&user=DOMAIN%5Cuser", v141,
			with(func(r *Request) { r.Command, r.Version, r.User = CommandPing, Version141, `DOMAIN\user` })},
		{"a policy key", "Cmd=Sync&DeviceId=v140Device&DeviceType=SmartPhone",
			header("MS-ASProtocolVersion", "16.1", "X-MS-PolicyKey", "4294967295"),
			with(func(r *Request) { r.Command, r.Version, r.PolicyKey = CommandSync, Version161, 4294967295 })},
		{"an unreadable policy key is none", "Cmd=Sync&DeviceId=v140Device&DeviceType=SmartPhone",
			header("MS-ASProtocolVersion", "16.1", "X-MS-PolicyKey", "4294967296"),
			with(func(r *Request) { r.Command, r.Version = CommandSync, Version161 })},
		{"parameters of a command",
			"Cmd=SmartReply&DeviceId=v140Device&DeviceType=SmartPhone&SaveInSent=T&CollectionId=2&ItemId=2%3A1&LongId=l&Occurrence=o&AttachmentName=a",
			header("MS-ASProtocolVersion", "14.1", "MS-ASAcceptMultiPart", "T"),
			with(func(r *Request) {
				r.Command, r.Version, r.SaveInSent, r.AcceptMultiPart = CommandSmartReply, Version141, true, true
				r.CollectionID, r.ItemID, r.LongID, r.Occurrence, r.AttachmentName = "2", "2:1", "l", "o", "a"
			})},
		{"base64 with everything",
			binary("\xa1\x03\x07\x04\x0av140Device\x04\x78\x56\x34\x12\x0aSmartPhone" +
				"\x00\x01a\x01\x012\x03\x032:1\x04\x01l\x06\x01o\x07\x01\x03\x08\x02me\x05\x01x"), nil,
			with(func(r *Request) {
				r.Command, r.Version, r.Locale, r.PolicyKey, r.User = CommandSmartReply, Version161, 0x0407, 0x12345678, "me"
				r.SaveInSent, r.AcceptMultiPart = true, true
				r.CollectionID, r.ItemID, r.LongID, r.Occurrence, r.AttachmentName = "2", "2:1", "l", "o", "a"
			})},
		{"base64 leaves nothing to headers", example,
			header("MS-ASProtocolVersion", "16.1", "X-MS-PolicyKey", "1", "MS-ASAcceptMultiPart", "T"),
			with(func(r *Request) { r.Command, r.Version, r.Locale = CommandSync, Version140, 0x0409 })},
		{"base64 in the URL-safe alphabet, without padding",
			strings.TrimRight(base64.URLEncoding.EncodeToString([]byte("\x8d\x00\xff\xfe\x0av140Device\x00\x0aSmartPhone\x08\x01u")), "="), nil,
			with(func(r *Request) {
				r.Command, r.Version, r.Locale, r.User = CommandSync, Version141, 0xfeff, "u"
			})},
		{"base64 escaped as a URL", strings.ReplaceAll(binary("\x8d\x00\xff\xfe\x0av140Device\x00\x0aSmartPhone\x08\x01u"), "/", "%2F"), nil,
			with(func(r *Request) {
				r.Command, r.Version, r.Locale, r.User = CommandSync, Version141, 0xfeff, "u"
			})},
		{"a binary device id is written in hexadecimal",
			binary("\x8d\x12\x09\x04\x10\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff\x00\x02PC"), nil,
			Request{Command: CommandPing, Version: Version141, Locale: 0x0409, DeviceID: "00112233445566778899aabbccddeeff", DeviceType: "PC"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseRequest(http.MethodPost, test.query, test.header)
			if err != nil {
				t.Fatal(err)
			}
			if *got != test.want {
				t.Errorf("got  %+v\nwant %+v", *got, test.want)
			}
		})
	}

	plain := "Cmd=Sync&DeviceId=v140Device&DeviceType=SmartPhone"
	for _, test := range []struct {
		name   string
		method string
		query  string
		header http.Header
		code   int
		status Status
	}{
		{"MSASHTTP_S02_TC05 unknown command", "POST", "Cmd=Zync&DeviceId=v140Device&DeviceType=SmartPhone", v141, 501, 0},
		{"command in another case", "POST", "Cmd=sync&DeviceId=v140Device&DeviceType=SmartPhone", v141, 501, 0},
		{"unknown method", "PUT", plain, v141, 501, 0},
		{"no version", "POST", plain, nil, 400, 0},
		{"old version", "POST", plain, header("MS-ASProtocolVersion", "12.1"), 400, 0},
		{"no query", "POST", "", v141, 400, 0},
		{"no command", "POST", "User=me&DeviceId=v140Device&DeviceType=SmartPhone", v141, 400, 0},
		{"broken escape", "POST", plain + "&User=%zz", v141, 400, 0},
		{"endless query", "POST", plain + "&User=" + strings.Repeat("x", 9000), v141, 400, 0},
		{"MSASCMD_S21_TC11 no device id", "POST", "Cmd=Sync&DeviceType=SmartPhone", v141, 200, StatusDeviceIDMissingOrInvalid},
		{"device id of 33", "POST", "Cmd=Sync&DeviceType=SmartPhone&DeviceId=" + strings.Repeat("x", 33), v141, 200, StatusDeviceIDMissingOrInvalid},
		{"device id with a comma", "POST", "Cmd=Sync&DeviceType=SmartPhone&DeviceId=a,b", v141, 200, StatusDeviceIDMissingOrInvalid},
		{"MSASCMD_S21_TC10 device type of 35", "POST", "Cmd=Sync&DeviceId=x&DeviceType=" + strings.Repeat("x", 35), v141, 200, StatusDeviceTypeMissingOrInvalid},
		{"no device type", "POST", "Cmd=Sync&DeviceId=x", v141, 200, StatusDeviceTypeMissingOrInvalid},
		{"device type with a line feed", "POST", "Cmd=Sync&DeviceId=x&DeviceType=a%0Ab", v141, 200, StatusDeviceTypeMissingOrInvalid},
		{"MSASHTTP_S02_TC01 base64, version 191", "POST", binary("\xbf\x00\x09\x04\x0av140Device\x00\x0aSmartPhone"), nil, 400, 0},
		{"base64, unknown command", "POST", binary("\x8d\x05\x09\x04\x0av140Device\x00\x0aSmartPhone"), nil, 501, 0},
		{"base64, command 255", "POST", binary("\x8d\xff\x09\x04\x0av140Device\x00\x0aSmartPhone"), nil, 501, 0},
		{"base64, no device id", "POST", binary("\x8d\x00\x09\x04\x00\x00\x0aSmartPhone"), nil, 200, StatusDeviceIDMissingOrInvalid},
		{"base64, binary device id of 17", "POST", binary("\x8d\x00\x09\x04\x11" + strings.Repeat("\xff", 17) + "\x00\x02PC"), nil, 200, StatusDeviceIDMissingOrInvalid},
		{"base64, no device type", "POST", binary("\x8d\x00\x09\x04\x01x\x00\x00"), nil, 200, StatusDeviceTypeMissingOrInvalid},
		{"base64, policy key of 3", "POST", binary("\x8d\x00\x09\x04\x01x\x03abc\x02PC"), nil, 400, 0},
		{"base64, cut in the head", "POST", binary("\x8d\x00\x09"), nil, 400, 0},
		{"base64, cut in the device id", "POST", binary("\x8d\x00\x09\x04\x0av140"), nil, 400, 0},
		{"base64, cut before the device type", "POST", binary("\x8d\x00\x09\x04\x01x\x00"), nil, 400, 0},
		{"base64, cut in a parameter", "POST", binary("\x8d\x00\x09\x04\x01x\x00\x02PC\x08\x05me"), nil, 400, 0},
		{"base64, a lone tag", "POST", binary("\x8d\x00\x09\x04\x01x\x00\x02PC\x08"), nil, 400, 0},
		{"neither form", "POST", "hello world", nil, 400, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r, err := ParseRequest(test.method, test.query, test.header)
			var requestErr *RequestError
			if !errors.As(err, &requestErr) {
				t.Fatalf("got %+v, %v", r, err)
			}
			if requestErr.Code != test.code || requestErr.Status != test.status {
				t.Errorf("got %d, status %d: %v", requestErr.Code, requestErr.Status, err)
			}
			if (r != nil) != (test.code == 200) {
				t.Errorf("request %+v", r)
			}
			if r != nil && r.Command != CommandSync {
				t.Errorf("command %q", r.Command)
			}
		})
	}
}

func TestRequestQueries(t *testing.T) {
	t.Parallel()
	r := Request{
		Command: CommandSmartReply, User: `d\me & you`, DeviceID: "v140Device", DeviceType: "SmartPhone", Version: Version141,
		PolicyKey: 1234, SaveInSent: true, AcceptMultiPart: true, CollectionID: "2", ItemID: "2:1",
	}

	t.Run("plain", func(t *testing.T) {
		t.Parallel()
		header := http.Header{}
		r.SetHeader(header)
		got, err := ParseRequest("POST", r.PlainQuery(), header)
		if err != nil || *got != r {
			t.Errorf("got %+v, %v", got, err)
		}
		if !strings.HasPrefix(r.PlainQuery(), "Cmd=SmartReply&User=d%5Cme+%26+you&DeviceId=v140Device&DeviceType=SmartPhone&CollectionId=2") {
			t.Error(r.PlainQuery())
		}
	})
	t.Run("base64", func(t *testing.T) {
		t.Parallel()
		r := r
		r.Locale = 0x0409
		query, err := r.Base64Query()
		if err != nil {
			t.Fatal(err)
		}
		got, err := ParseRequest("POST", query, nil)
		if err != nil || *got != r {
			t.Errorf("got %+v, %v", got, err)
		}
	})
	t.Run("the example", func(t *testing.T) {
		t.Parallel()
		r := Request{Command: CommandSync, DeviceID: "v140Device", DeviceType: "SmartPhone", Version: Version140, Locale: 0x0409}
		if query, err := r.Base64Query(); err != nil || query != example {
			t.Errorf("got %s, %v", query, err)
		}
	})
	t.Run("what base64 cannot say", func(t *testing.T) {
		t.Parallel()
		if _, err := (&Request{Command: "Autodiscover"}).Base64Query(); err == nil {
			t.Error("no code")
		}
		if _, err := (&Request{Command: CommandSync, LongID: strings.Repeat("x", 256)}).Base64Query(); err == nil {
			t.Error("256 bytes")
		}
	})
}

func TestOptionsResponse(t *testing.T) {
	t.Parallel()
	header := http.Header{}
	OptionsResponse{Versions: Versions(), Commands: []Command{CommandSync, CommandPing}}.SetHeader(header)
	if got := header.Get("MS-ASProtocolVersions"); got != "14.0,14.1,16.0,16.1" {
		t.Error(got)
	}
	if got := header.Get("MS-ASProtocolCommands"); got != "Sync,Ping" {
		t.Error(got)
	}
	header.Set("MS-ASProtocolVersions", "2.5, 12.0,12.1,14.0,14.1,17.3")
	r := ParseOptionsResponse(header)
	if r.Highest() != Version141 || len(r.Commands) != 2 || r.Commands[1] != CommandPing {
		t.Errorf("got %+v", r)
	}
	if r := ParseOptionsResponse(http.Header{}); r.Highest() != 0 || len(r.Commands) != 0 {
		t.Errorf("got %+v", r)
	}
}

func TestPathAndContentType(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]bool{
		"/Microsoft-Server-ActiveSync": true, "/microsoft-server-activesync": true, "/Microsoft-Server-ActiveSync/": true,
		"/": false, "/Microsoft-Server-ActiveSync/x": false, "": false,
	} {
		if IsPath(path) != want {
			t.Errorf("%q", path)
		}
	}
	for header, want := range map[string]bool{
		"application/vnd.ms-sync.wbxml": true, "application/vnd.ms-sync": true, "Application/vnd.MS-Sync.WBXML; charset=utf-8": true,
		"text/xml": false, "": false, ";": false,
	} {
		if IsContentType(header) != want {
			t.Errorf("%q", header)
		}
	}
}

func FuzzParseRequest(f *testing.F) {
	f.Add(example, "", "")
	f.Add("Cmd=Sync&User=rmjones&DeviceId=v140Device&DeviceType=SmartPhone", "14.0", "1")
	f.Add("jAAJBBAAESIzRFVmd4iZqrvM3e7/AAJQQwgBdQ==", "16.1", "x")
	f.Add("Cmd=%zz", "14.1", "0")
	f.Fuzz(func(t *testing.T, query, version, key string) {
		header := http.Header{}
		header.Set(HeaderProtocolVersion, version)
		header.Set(HeaderPolicyKey, key)
		r, err := ParseRequest(http.MethodPost, query, header)
		var requestErr *RequestError
		if err != nil {
			if !errors.As(err, &requestErr) || (r != nil) != (requestErr.Code == 200) {
				t.Fatalf("%v, %+v", err, r)
			}
			return
		}
		// What was understood can be said again.
		header = http.Header{}
		r.SetHeader(header)
		again, err := ParseRequest(http.MethodPost, r.PlainQuery(), header)
		if err != nil {
			t.Fatalf("%+v: %v", r, err)
		}
		if again.Locale = r.Locale; *again != *r {
			t.Fatalf("%+v became %+v", r, again)
		}
	})
}
