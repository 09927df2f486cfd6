package easserver

import (
	"encoding/xml"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"asms/account"
	"asms/eas"
)

const autodiscoverSchema = "http://schemas.microsoft.com/exchange/autodiscover/"

// discovered is an answer of Autodiscover, whatever its schema.
type discovered struct {
	Response struct {
		XMLName xml.Name
		Culture string
		User    struct{ DisplayName, EMailAddress string }
		Server  struct{ Type, Url, Name string } `xml:"Action>Settings>Server"`
		Failure *struct {
			Status  int
			Message string
		} `xml:"Action>Error"`
		Error *struct {
			Time      string `xml:",attr"`
			ID        string `xml:"Id,attr"`
			ErrorCode int
			Message   string
		}
	}
}

func requestsXML(inner string) string {
	return `<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="` + autodiscoverSchema + `mobilesync/requestschema/2006">` + inner + `</Autodiscover>`
}

func requestXML(address, schema string) string {
	return "<Request><EMailAddress>" + address + "</EMailAddress><AcceptableResponseSchema>" + schema + "</AcceptableResponseSchema></Request>"
}

// domain gives a lab's accounts a domain.
func (l *lab) domain(name string) {
	l.accounts = account.New(l.store, &account.Options{Domain: name, Cost: account.Cost{Memory: 8, Passes: 1, Threads: 1}, Now: l.clock.now})
	l.server.accounts = l.accounts
}

func TestAutodiscover(t *testing.T) {
	t.Parallel()
	l := newLab(t, func(o *Options) { o.Domain, o.URL = "example.org", "https://sms.example.org/" })
	l.domain("example.org")
	l.user("anna")
	ask := func(t *testing.T, method, path, login, body string) (*http.Response, discovered) {
		t.Helper()
		hr, err := http.NewRequest(method, l.http.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if login != "" {
			hr.SetBasicAuth(login, password)
		}
		hr.Header.Set("Content-Type", "text/xml")
		resp, err := l.http.Client().Do(hr)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		var d discovered
		if resp.StatusCode == 200 {
			if err := xml.Unmarshal(b, &d); err != nil {
				t.Fatalf("%v in\n%s", err, b)
			}
		}
		return resp, d
	}
	const path = "/autodiscover/autodiscover.xml"
	good := requestsXML(requestXML("anna@example.org", eas.AutodiscoverResponseSchema))

	t.Run("MSASCMD S01_TC01 the server names itself", func(t *testing.T) {
		for _, login := range []string{"anna", "anna@example.org", `EXAMPLE\anna`, "ANNA@Example.ORG"} {
			for _, path := range []string{path, "/Autodiscover/Autodiscover.xml", "/AutoDiscover/AutoDiscover.XML"} {
				resp, d := ask(t, "POST", path, login, good)
				if got := resp.Header.Get("Content-Type"); resp.StatusCode != 200 || !strings.HasPrefix(got, "text/xml") {
					t.Errorf("HTTP %d, %q", resp.StatusCode, got)
				}
				r := d.Response
				if r.XMLName.Space != autodiscoverSchema+"mobilesync/responseschema/2006" || r.Culture != "en:us" ||
					r.User.EMailAddress != "anna@example.org" || r.User.DisplayName != "anna" || r.Server.Type != "MobileSync" ||
					r.Server.Url != "https://sms.example.org/Microsoft-Server-ActiveSync" || r.Server.Name != r.Server.Url ||
					r.Error != nil || r.Failure != nil {
					t.Errorf("%+v", r)
				}
			}
		}
	})
	t.Run("MSASCMD S01_TC02 another address than the user's is an error", func(t *testing.T) {
		for _, address := range []string{"bert@example.org", "anna@elsewhere.example", "anna"} {
			_, d := ask(t, "POST", path, "anna", requestsXML(requestXML(address, eas.AutodiscoverResponseSchema)))
			if r := d.Response; r.Failure == nil || r.Failure.Status != 2 || r.Failure.Message == "" || r.Server.Url != "" {
				t.Errorf("%s: %+v", address, r)
			}
		}
	})
	t.Run("what is refused", func(t *testing.T) {
		one := requestXML("anna@example.org", eas.AutodiscoverResponseSchema)
		for name, c := range map[string]struct {
			body string
			code int
		}{
			"MSASCMD S01_TC03, MS-ASCMD_R3799 two requests": {requestsXML(one + one), 600},
			"no request":       {requestsXML(""), 600},
			"no address":       {requestsXML("<Request><AcceptableResponseSchema>x</AcceptableResponseSchema></Request>"), 600},
			"two addresses":    {requestsXML("<Request><EMailAddress>a@b.c</EMailAddress><EMailAddress>a@b.c</EMailAddress><AcceptableResponseSchema>x</AcceptableResponseSchema></Request>"), 600},
			"no schema":        {requestsXML("<Request><EMailAddress>anna@example.org</EMailAddress></Request>"), 600},
			"another document": {"<Hello/>", 600},
			"no XML":           {"hello", 600},
			"nothing":          {"", 600},
			"a book":           {requestsXML(requestXML(strings.Repeat("x", 100<<10), "x")), 600},
			"MSASCMD S01_TC04, MS-ASCMD_R2288 another schema": {requestsXML(requestXML("anna@example.org", autodiscoverSchema+"outlook/responseschema/2006a")), 601},
		} {
			_, d := ask(t, "POST", path, "anna", c.body)
			if r := d.Response; r.XMLName.Space != autodiscoverSchema+"responseschema/2006" || r.Error == nil || r.Error.ErrorCode != c.code ||
				r.Error.Message == "" || r.Error.Time == "" || r.Error.ID == "" || r.Server.Url != "" {
				t.Errorf("%s: %+v", name, r)
			}
		}
		_, d := ask(t, "GET", path, "anna", "")
		if d.Response.Error == nil || d.Response.Error.ErrorCode != 600 {
			t.Errorf("GET: %+v", d.Response)
		}
	})
	t.Run("it is for those who sign in", func(t *testing.T) {
		resp, _ := ask(t, "POST", path, "", good)
		if resp.StatusCode != 401 || !strings.HasPrefix(resp.Header.Get("WWW-Authenticate"), "Basic") {
			t.Errorf("HTTP %d %q", resp.StatusCode, resp.Header.Get("WWW-Authenticate"))
		}
		if resp, _ := ask(t, "POST", path, "zoe", good); resp.StatusCode != 401 {
			t.Errorf("HTTP %d", resp.StatusCode)
		}
	})
}

// A server that was not told its domain and address goes by the request.
func TestAutodiscoverWithoutOptions(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.user("anna")
	for address, wanted := range map[string]string{"anna@any.example": l.http.URL + eas.Path, "bert@any.example": ""} {
		hr, err := http.NewRequest("POST", l.http.URL+eas.AutodiscoverPath, strings.NewReader(requestsXML(requestXML(address, eas.AutodiscoverResponseSchema))))
		if err != nil {
			t.Fatal(err)
		}
		hr.SetBasicAuth("anna", password)
		resp, err := l.http.Client().Do(hr)
		if err != nil {
			t.Fatal(err)
		}
		var d discovered
		err = xml.NewDecoder(resp.Body).Decode(&d)
		resp.Body.Close()
		if err != nil || d.Response.Server.Url != wanted {
			t.Errorf("%s: %q %v, want %q", address, d.Response.Server.Url, err, wanted)
		}
	}
}

func TestAutodiscoverJSON(t *testing.T) {
	t.Parallel()
	l := newLab(t, func(o *Options) { o.URL = "https://sms.example.org" })
	for path, want := range map[string]string{
		"/v1.0/anna@example.org?Protocol=ActiveSync":                   `200 {"Protocol":"ActiveSync","Url":"https://sms.example.org/Microsoft-Server-ActiveSync"}`,
		"/v1.0/nobody@example.org?Protocol=activesync&RedirectCount=1": `200 {"Protocol":"activesync","Url":"https://sms.example.org/Microsoft-Server-ActiveSync"}`,
		"?Email=anna%40example.org&Protocol=ActiveSync":                `200 {"Protocol":"ActiveSync","Url":"https://sms.example.org/Microsoft-Server-ActiveSync"}`,
		"/?email=anna%40example.org&protocol=AutodiscoverV1":           `200 {"Protocol":"AutodiscoverV1","Url":"https://sms.example.org/autodiscover/autodiscover.xml"}`,
		"/v1.0/anna@example.org":                                       `400 {"ErrorCode":"MandatoryParameterMissing","ErrorMessage":"A valid value must be provided for the query parameter 'Protocol'."}`,
		"?Protocol=ActiveSync":                                         `400 {"ErrorCode":"MandatoryParameterMissing","ErrorMessage":"A valid value must be provided for the query parameter 'Email'."}`,
		"/v1.0/anna@example.org?Protocol=Gopher":                       `400 {"ErrorCode":"InvalidProtocol","ErrorMessage":"The given protocol value is invalid. Supported values are 'ActiveSync,AutodiscoverV1'."}`,
		"/v1.0/anna?Protocol=ActiveSync":                               `400 {"ErrorCode":"InvalidUserId","ErrorMessage":"The given address is invalid."}`,
	} {
		resp, err := l.http.Client().Get(l.http.URL + "/Autodiscover/Autodiscover.json" + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if got := resp.Status[:4] + string(body); err != nil || got != want {
			t.Errorf("%s: %s %v, want %s", path, got, err, want)
		}
		if got := resp.Header.Get("Content-Type"); !strings.HasPrefix(got, "application/json") {
			t.Errorf("%s: %q", path, got)
		}
	}
	resp, err := l.http.Client().Post(l.http.URL+eas.AutodiscoverJSONPath, "text/plain", strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 501 {
		t.Errorf("POST: HTTP %d", resp.StatusCode)
	}
}

// People sign in as they are used to.
func TestLoginNames(t *testing.T) {
	t.Parallel()
	l := newLab(t, func(o *Options) { o.Domain = "example.org" })
	l.domain("example.org")
	l.user("anna")
	l.user("carl@corp.example")
	d := l.device("anna", "A", eas.Version161)
	for login, want := range map[string]string{
		"anna": "anna@example.org", "Anna": "anna@example.org", `EXAMPLE\anna`: "anna@example.org", `example.org\anna`: "anna@example.org",
		"anna@example.org": "anna@example.org", "Anna@EXAMPLE.org": "anna@example.org", `CORP\anna@example.org`: "anna@example.org",
		"carl@corp.example": "carl@corp.example", `CORP\carl@corp.example`: "carl@corp.example",
		"anna@corp.example": "", "carl": "", "carl@example.org": "", "": "", `EXAMPLE\`: "", "@example.org": "",
	} {
		hr := d.request("Settings", l.wbxml(settingsXML("<UserInformation><Get/></UserInformation>")))
		hr.SetBasicAuth(login, password)
		r, err := d.do(hr)
		switch {
		case err != nil:
			t.Fatal(err)
		case want == "" && r.code != http.StatusUnauthorized:
			t.Errorf("%q: HTTP %d, want 401", login, r.code)
		case want != "":
			r.want(t, "UserInformation/Get/Accounts/Account/EmailAddresses/SMTPAddress", want)
		}
		l.clock.advance(time.Hour) // failures are forgiven
	}
}
