package conformance

import (
	"encoding/xml"
	"net/http"
	"strings"
	"testing"

	"asms/eas"
	"asms/servertest"
)

func TestAutodiscover(t *testing.T) { discovering.run(t) }

const (
	discoverSchema = "http://schemas.microsoft.com/exchange/autodiscover/"
	mobileSchema   = discoverSchema + "mobilesync/responseschema/2006"
)

// discovered is an answer of Autodiscover.
type discovered struct {
	Response struct {
		Culture string
		User    struct{ DisplayName, EMailAddress string }
		Server  struct{ Type, Url, Name string }  `xml:"Action>Settings>Server"`
		Failure *struct{ Status, Message string } `xml:"Action>Error"`
		Error   *struct {
			Time      string `xml:",attr"`
			ID        string `xml:"Id,attr"`
			ErrorCode string
			Message   string
		}
	}
}

func requestXML(address, schema string) string {
	return "<Request>" + el("EMailAddress", address) + el("AcceptableResponseSchema", schema) + "</Request>"
}

// discover sends an Autodiscover with these requests.
func (s *scene) discover(requests string) (d discovered) {
	s.Helper()
	hr, err := http.NewRequestWithContext(s.Context(), http.MethodPost, s.server.URL+"/autodiscover/autodiscover.xml",
		strings.NewReader(`<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="`+discoverSchema+`mobilesync/requestschema/2006">`+requests+`</Autodiscover>`))
	if err != nil {
		s.Fatal(err)
	}
	hr.SetBasicAuth(s.user.Name, servertest.Password)
	hr.Header.Set("Content-Type", "text/xml")
	response, err := s.server.HTTPClient().Do(hr)
	if err != nil {
		s.Fatal(err)
	}
	defer response.Body.Close()
	s.equal("HTTP status", response.StatusCode, http.StatusOK)
	if media := response.Header.Get("Content-Type"); !strings.HasPrefix(media, "text/xml") {
		s.Errorf("Content-Type %q", media)
	}
	if err := xml.NewDecoder(response.Body).Decode(&d); err != nil {
		s.Fatal(err)
	}
	return d
}

func (s *scene) address() string { return s.user.Name + "@localhost" }

// wantError checks that a request is refused with an error code.
func (s *scene) wantError(d discovered, code string) {
	s.Helper()
	if e := d.Response.Error; e == nil || e.ErrorCode != code || e.Message == "" || e.Time == "" || e.ID == "" || d.Response.Server.Url != "" {
		s.Errorf("want error %s, got %+v", code, d)
	}
}

// discovering is the command Autodiscover, which knows no versions.
var discovering = chapter{
	{"ASCMD-S01-TC01", "the server of type MobileSync has a name", func(s *scene) {
		d := s.discover(requestXML(s.address(), mobileSchema))
		s.equal("Type", d.Response.Server.Type, "MobileSync")
		s.equal("Name", d.Response.Server.Name, s.server.URL+eas.Path)
		s.equal("Url", d.Response.Server.Url, s.server.URL+eas.Path)
		s.equal("EMailAddress", d.Response.User.EMailAddress, s.address())
	}},
	{"ASCMD-S01-TC02", "an address that is not the user's is answered with Error", func(s *scene) {
		d := s.discover(requestXML("nobody@localhost", mobileSchema))
		if f := d.Response.Failure; f == nil || f.Status != "2" || f.Message == "" || d.Response.Server.Url != "" {
			s.Errorf("%+v", d)
		}
	}},
	{"ASCMD-S01-TC03", "two requests at once are error 600", func(s *scene) {
		one := requestXML(s.address(), mobileSchema)
		s.wantError(s.discover(one+one), "600")
	}},
	{"ASCMD-S01-TC04", "a schema that nobody provides is error 601", func(s *scene) {
		s.wantError(s.discover(requestXML(s.address(), discoverSchema+"outlook/responseschema/2006a")), "601")
	}},
	{"MS-ASCMD_R2124", "the answer says its language, and the user's own address", func(s *scene) {
		d := s.discover(requestXML(strings.ToUpper(s.address()), mobileSchema))
		s.equal("Culture", d.Response.Culture, "en:us")
		s.equal("EMailAddress", d.Response.User.EMailAddress, s.address())
	}},
	{"MS-ASCMD_R2287", "what is no request is error 600", func(s *scene) {
		s.wantError(s.discover(""), "600")
		s.wantError(s.discover("<Request/>"), "600")
		s.wantError(s.discover("<Request>"+el("EMailAddress", s.address())+"</Request>"), "600")
	}},
}
