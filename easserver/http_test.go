package easserver

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"testing"

	"asms/eas"
	"asms/wbxml"
)

const (
	folderSync0 = `<FolderSync xmlns="FolderHierarchy"><SyncKey>0</SyncKey></FolderSync>`
	pathAndUser = eas.Path + "?Cmd=FolderSync&User=anna&DeviceId=D1&DeviceType=Lab"
)

func TestHTTP(t *testing.T) {
	t.Parallel()
	l := newLab(t, func(o *Options) { o.MaxBody = 64 << 10 })
	l.user("anna")
	d := l.device("anna", "D1", eas.Version141)
	body := l.wbxml(folderSync0)

	code := func(t *testing.T, want int, change func(*http.Request)) *reply {
		t.Helper()
		hr := d.request("FolderSync", body)
		change(hr)
		r, err := d.do(hr)
		if err != nil {
			t.Fatal(err)
		}
		if r.code != want {
			t.Errorf("HTTP %d, want %d", r.code, want)
		}
		return r
	}
	setBody := func(hr *http.Request, b []byte) {
		hr.Body, hr.ContentLength = io.NopCloser(bytes.NewReader(b)), int64(len(b))
	}

	t.Run("another path is 404", func(t *testing.T) {
		code(t, 404, func(hr *http.Request) { hr.URL.Path = "/other" })
	})
	t.Run("the path in another case is served", func(t *testing.T) {
		code(t, 200, func(hr *http.Request) { hr.URL.Path = strings.ToLower(eas.Path) })
	})
	t.Run("no credentials are 401 and the scheme is named", func(t *testing.T) {
		r := code(t, 401, func(hr *http.Request) { hr.Header.Del("Authorization") })
		if !strings.HasPrefix(r.header.Get("WWW-Authenticate"), "Basic realm=") {
			t.Errorf("WWW-Authenticate %q", r.header.Get("WWW-Authenticate"))
		}
	})
	t.Run("a wrong password is 401", func(t *testing.T) {
		code(t, 401, func(hr *http.Request) { hr.SetBasicAuth("anna", "wrong") })
	})
	t.Run("DOMAIN and user are the user", func(t *testing.T) {
		code(t, 200, func(hr *http.Request) { hr.SetBasicAuth(`CORP\Anna`, password) })
	})
	t.Run("MS-ASHTTP S02_TC01 a version that is not spoken is 400", func(t *testing.T) {
		for _, v := range []string{"12.1", "2.5", "19.1", ""} {
			code(t, 400, func(hr *http.Request) { hr.Header.Set("MS-ASProtocolVersion", v) })
		}
	})
	t.Run("MS-ASHTTP S02_TC05 an unknown command is 501", func(t *testing.T) {
		code(t, 501, func(hr *http.Request) {
			hr.URL.RawQuery = strings.Replace(hr.URL.RawQuery, "FolderSync", "Frobnicate", 1)
		})
	})
	t.Run("another method is 501", func(t *testing.T) {
		code(t, 501, func(hr *http.Request) { hr.Method = "PUT" })
	})
	t.Run("a command the server has not got is status 137", func(t *testing.T) {
		r := code(t, 200, func(hr *http.Request) {
			hr.URL.RawQuery = strings.Replace(hr.URL.RawQuery, "FolderSync", "SendMail", 1)
		})
		r.want(t, "Status", "137")
	})
	t.Run("GetAttachment, of which 14.0 knows no response, is 501", func(t *testing.T) {
		code(t, 501, func(hr *http.Request) {
			hr.URL.RawQuery = strings.Replace(hr.URL.RawQuery, "FolderSync", "GetAttachment", 1)
		})
	})
	t.Run("a body that is too long is 413", func(t *testing.T) {
		code(t, 413, func(hr *http.Request) { setBody(hr, make([]byte, 64<<10+1)) })
	})
	t.Run("a body without the content type is 415", func(t *testing.T) {
		code(t, 415, func(hr *http.Request) { hr.Header.Set("Content-Type", "text/plain") })
		code(t, 415, func(hr *http.Request) { hr.Header.Del("Content-Type") })
		code(t, 200, func(hr *http.Request) { hr.Header.Set("Content-Type", "application/vnd.ms-sync") })
	})
	t.Run("a packed body is unpacked, within the same bound", func(t *testing.T) {
		code(t, 200, func(hr *http.Request) {
			hr.Header.Set("Content-Encoding", "gzip")
			setBody(hr, packed(body))
		})
		code(t, 413, func(hr *http.Request) {
			hr.Header.Set("Content-Encoding", "gzip")
			setBody(hr, packed(make([]byte, 8<<20)))
		})
		code(t, 400, func(hr *http.Request) {
			hr.Header.Set("Content-Encoding", "gzip")
			setBody(hr, []byte("not gzip at all"))
		})
		code(t, 415, func(hr *http.Request) { hr.Header.Set("Content-Encoding", "br") })
	})
	t.Run("MS-ASHTTP S04_TC01 OPTIONS lists what works", func(t *testing.T) {
		r := code(t, 200, func(hr *http.Request) { hr.Method = "OPTIONS"; setBody(hr, nil) })
		if got := r.header.Get("MS-ASProtocolVersions"); got != "14.0,14.1,16.0,16.1" {
			t.Errorf("versions %q", got)
		}
		if got, want := r.header.Get("MS-ASProtocolCommands"),
			"Sync,FolderSync,FolderCreate,FolderDelete,FolderUpdate,MoveItems,GetItemEstimate,MeetingResponse,Search,Settings,Ping,ItemOperations,Provision,ResolveRecipients,ValidateCert,Find"; got != want {
			t.Errorf("commands %q, want %q", got, want)
		}
		code(t, 401, func(hr *http.Request) { hr.Method = "OPTIONS"; hr.Header.Del("Authorization") })
	})
	t.Run("MSASCMD S21_TC11 a bad device id is status 108", func(t *testing.T) {
		for _, id := range []string{"", strings.Repeat("x", 33), "a b"} {
			hr := l.device("anna", id, eas.Version140).request("FolderSync", body)
			r, err := d.do(hr)
			if err != nil {
				t.Fatal(err)
			}
			r.want(t, "Status", "108")
		}
	})
	t.Run("MSASCMD S21_TC10 a bad device type is status 109", func(t *testing.T) {
		r := code(t, 200, func(hr *http.Request) {
			hr.URL.RawQuery = strings.Replace(hr.URL.RawQuery, "DeviceType=Lab", "DeviceType="+strings.Repeat("x", 33), 1)
		})
		r.want(t, "Status", "109")
	})
	t.Run("the base64 query is served without headers", func(t *testing.T) {
		q, err := (&eas.Request{Command: eas.CommandFolderSync, DeviceID: "D2", DeviceType: "Lab", Version: eas.Version161}).Base64Query()
		if err != nil {
			t.Fatal(err)
		}
		r := code(t, 200, func(hr *http.Request) { hr.URL.RawQuery = q; hr.Header.Del("MS-ASProtocolVersion") })
		r.want(t, "Status", "1")
		bad := base64.StdEncoding.EncodeToString([]byte{191, 9, 9, 4, 2, 'D', '2', 0, 3, 'L', 'a', 'b'})
		code(t, 400, func(hr *http.Request) { hr.URL.RawQuery = bad })
	})
	t.Run("MSASHTTP S01_TC02 the answer to FolderSync is packed for who asks for it", func(t *testing.T) {
		hr := d.request("FolderSync", body)
		hr.Header.Set("Accept-Encoding", "gzip")
		resp, err := l.http.Client().Do(hr)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if resp.Header.Get("Content-Encoding") != "gzip" {
			t.Errorf("headers %v", resp.Header)
		}
	})
	t.Run("a long response is packed for who asks for it", func(t *testing.T) {
		l.user("bert")
		b := l.phone("bert", "B1", eas.Version141)
		b.begin(inbox, smsOptions)
		for i := range 20 {
			b.add(inbox, "c"+string(rune('a'+i)), strings.Repeat("the same text again ", 20))
		}
		c := l.phone("bert", "B2", eas.Version141)
		c.sync(inbox, smsOptions)
		hr := c.request("Sync", l.wbxml(syncXML(c.collection(inbox, ""), "")))
		hr.Header.Set("Accept-Encoding", "deflate, gzip;q=0.5")
		resp, err := l.http.Client().Do(hr)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if resp.Header.Get("Content-Encoding") != "gzip" || resp.Header.Get("Content-Type") != eas.ContentType {
			t.Fatalf("headers %v", resp.Header)
		}
		z, err := gzip.NewReader(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		tree, err := parse(plain)
		if err != nil || len(tree.all("Collections/Collection/Commands/Add")) != 20 {
			t.Errorf("%v: %d adds", err, len(tree.all("Collections/Collection/Commands/Add")))
		}
	})
}

func packed(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = z.Write(b)
	_ = z.Close()
	return out.Bytes()
}

func TestAcceptsGzip(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]bool{
		"": false, "gzip": true, "GZIP": true, "gzip;q=0": false, "gzip; q=0.1": true, "deflate": false,
		"identity, gzip": true, "gzip;q=nonsense": false, "*": false,
	} {
		if got := acceptsGzip(http.Header{"Accept-Encoding": {value}}); got != want {
			t.Errorf("%q: %v", value, got)
		}
	}
}

// What a body that cannot be understood is answered, in every command.
func TestBadBodies(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.user("anna")
	d := l.phone("anna", "D1", eas.Version141)

	own := map[string]string{"Sync": "4", "FolderSync": "10", "FolderCreate": "10", "FolderUpdate": "10", "FolderDelete": "10",
		"Ping": "4", "Settings": "2", "Provision": "2", "GetItemEstimate": "103", "MoveItems": "103", "ItemOperations": "2",
		"ResolveRecipients": "5", "ValidateCert": "2"}
	roots := map[string]string{"Sync": "AirSync", "FolderSync": "FolderHierarchy", "FolderCreate": "FolderHierarchy",
		"FolderUpdate": "FolderHierarchy", "FolderDelete": "FolderHierarchy", "Ping": "Ping", "Settings": "Settings",
		"Provision": "Provision", "GetItemEstimate": "GetItemEstimate", "MoveItems": "Move", "ItemOperations": "ItemOperations",
		"ResolveRecipients": "ResolveRecipients", "ValidateCert": "ValidateCert"}
	for command, page := range roots {
		post := func(body []byte) *reply {
			t.Helper()
			r, err := d.do(d.request(command, body))
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		root, err := wbxml.ParseTag(page + " " + command)
		if err != nil {
			t.Fatal(err)
		}
		head := []byte{3, 1, 0x6a, 0, 0, byte(root.Page()), root.Token() | 0x40}
		t.Run("ASMS-2.2-2 "+command+" cut off is status 102", func(t *testing.T) {
			post(head).want(t, "Status", "102")
			post([]byte{3, 1, 0x6a}).want(t, "Status", "102")
			post([]byte("plain nonsense")).want(t, "Status", "102")
		})
		t.Run("MSASCMD S21_TC07 "+command+" with an unknown token is status 102", func(t *testing.T) {
			post(append(bytes.Clone(head), 0x3f, 1)).want(t, "Status", "102")
			post(append(bytes.Clone(head), 0, 99, 5, 1)).want(t, "Status", "102")
		})
		t.Run(command+" with an element that belongs elsewhere is status "+own[command], func(t *testing.T) {
			post(append(bytes.Clone(head), 0, 17, 0x11, 1)).want(t, "Status", own[command]) // AirSyncBase FileReference
		})
		t.Run(command+" with another root is status "+own[command], func(t *testing.T) {
			post(l.wbxml(`<Search xmlns="Search"/>`)).want(t, "Status", own[command])
		})
	}
}

func TestLog(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.user("anna")
	d := l.phone("anna", "D1", eas.Version141)
	d.begin(inbox, smsOptions)
	d.add(inbox, "c1", "a very private text")
	d.must("Settings", `<Settings xmlns="Settings"><DeviceInformation><Set><PhoneNumber>+491701234567</PhoneNumber></Set></DeviceInformation></Settings>`)
	l.http.Close()
	log := l.log.String()
	for _, secret := range []string{"private", "+4255550123", "14255550123", "491701234567", password, "Pat"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log says %q", secret)
		}
	}
	for _, line := range []string{
		`msg=request user=anna device=D1 command=Sync version=14.1 code=200 status=1`,
		`msg=request user=anna device=D1 command=Settings version=14.1 code=200 status=1`,
	} {
		if !strings.Contains(log, line) {
			t.Errorf("no line %q in\n%s", line, log)
		}
	}
}

func TestPanicIsAnswered(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.user("anna")
	l.server.mailbox = nil // the next command falls over
	d := l.device("anna", "D1", eas.Version141)
	if r := d.send("FolderSync", folderSync0); r.code != http.StatusInternalServerError {
		t.Errorf("HTTP %d", r.code)
	}
	l.http.Close()
	if log := l.log.String(); !strings.Contains(log, "msg=panic") || !strings.Contains(log, "code=500") {
		t.Errorf("log\n%s", log)
	}
	if len(l.server.requests.devices) != 0 {
		t.Error("the request is still counted")
	}
}

// What a device is told when the store fails: to try again, in each command's own
// words.
func TestServerErrors(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.user("anna")
	d := l.phone("anna", "D1", eas.Version141)
	d.begin(inbox, smsOptions)
	d.begin(sent, smsOptions)
	sent1 := d.keys[sent]
	if err := l.store.Close(); err != nil {
		t.Fatal(err)
	}
	for command, c := range map[string][3]string{
		"FolderSync":        {folderSync0, "Status", "6"},
		"FolderCreate":      {folderXML("FolderCreate", "k", "<ParentId>0</ParentId><DisplayName>x</DisplayName><Type>12</Type>"), "Status", "6"},
		"FolderUpdate":      {folderXML("FolderUpdate", "k", "<ServerId>7</ServerId><ParentId>0</ParentId><DisplayName>x</DisplayName>"), "Status", "6"},
		"FolderDelete":      {folderXML("FolderDelete", "k", "<ServerId>7</ServerId>"), "Status", "6"},
		"Sync":              {syncXML(d.collection(inbox, commands(smsAdd("c", pat, me, "x", ""))), ""), one + "Status", "5"},
		"ResolveRecipients": {resolveXML("<To>bert</To>"), "Status", "6"},
		"ItemOperations":    {operationsXML(fetchXML(inbox, "1:1", "")), fetched1 + "Status", "3"},
		"MoveItems":         {`<MoveItems xmlns="Move"><Move><SrcMsgId>1:1</SrcMsgId><SrcFldId>1</SrcFldId><DstFldId>4</DstFldId></Move></MoveItems>`, "Response/Status", "5"},
		"Ping":              {pingXML("60", inbox), "Status", "8"},
		"Settings":          {setXML("<Model>new</Model>"), "Status", "4"},
		"Provision":         {firstPhase(d), "Status", "3"},
		"GetItemEstimate": {`<GetItemEstimate xmlns="GetItemEstimate" xmlns:airsync="AirSync"><Collections><Collection><airsync:SyncKey>` + sent1 +
			`</airsync:SyncKey><CollectionId>4</CollectionId></Collection></Collections></GetItemEstimate>`, "Status", "111"},
	} {
		t.Run(command, func(t *testing.T) { d.must(command, c[0]).want(t, c[1], c[2]) })
	}
	l.http.Close()
	if log := l.log.String(); !strings.Contains(log, "level=ERROR") {
		t.Error("the operator is not told")
	}
}
