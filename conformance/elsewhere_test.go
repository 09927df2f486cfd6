package conformance

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"asms/eas"
	"asms/easclient"
	"asms/easserver"
)

func TestElsewhere(t *testing.T) { elsewhere.run(t) }

// left moves the scene to a server whose users are at another one now.
func (s *scene) left(where string) {
	s.Helper()
	s.alone(func(o *easserver.Options) { o.MovedTo = where })
}

const newHome = "https://new.example"

// elsewhere is what a server says whose users have left, or who have to begin anew,
// and what our client does then.
var elsewhere = chapter{
	{"MS-ASHTTP_R183", "the users are elsewhere: 451", func(s *scene) {
		s.left(newHome)
		phone := s.fresh("PHONE")
		phone.send(phone.first()).wantNothing(http.StatusUnavailableForLegalReasons)
	}},
	{"MS-ASHTTP_R224", "X-MS-Location is the URL of commands at the other server", func(s *scene) {
		s.left(newHome + "/")
		phone := s.fresh("PHONE")
		s.equal("X-MS-Location", phone.send(phone.first()).header.Get("X-MS-Location"), newHome+eas.Path)
	}},
	{"MS-ASHTTP_R285", "every command, OPTIONS and a new password are told where to go", func(s *scene) {
		s.left(newHome)
		phone := s.fresh("PHONE")
		password := phone.first()
		password.SetBasicAuth(s.user.Name, "new there")
		requests := []*http.Request{phone.optionsRequest(), password}
		for command := range codes {
			requests = append(requests, phone.request(s.Context(), command, nil))
		}
		for _, hr := range requests {
			a := phone.send(hr)
			a.wantNothing(http.StatusUnavailableForLegalReasons)
			s.equal("X-MS-Location", a.header.Get("X-MS-Location"), newHome+eas.Path)
		}
	}},
	{"MS-ASHTTP_R270", "our client goes on where its user is now", func(s *scene) {
		there, user := s.server, s.user
		s.left(there.URL)
		c := s.server.Client(s.T, user, "PHONE", s.version)
		s.server, s.user = there, user
		if _, err := c.FolderSync(s.Context(), eas.SyncKeyInitial); err != nil {
			s.Fatal(err)
		}
		s.equal("version that the other server knows", s.fresh("PHONE").stored().Version, s.version.String())
	}},
	{"MS-ASHTTP_R180", "OPTIONS of a user who is kept from ActiveSync is 403", func(s *scene) {
		s.allow(false)
		phone := s.fresh("PHONE")
		phone.send(phone.optionsRequest()).wantNothing(http.StatusForbidden)
	}},
	{"MS-ASHTTP_R227", "X-MS-RP names what OPTIONS names", func(s *scene) {
		phone := s.fresh("PHONE")
		offered := phone.send(phone.optionsRequest()).header.Get("MS-ASProtocolVersions")
		if !strings.Contains(offered, s.version.String()) {
			s.Errorf("versions %q", offered)
		}
		s.equal("X-MS-RP", phone.send(phone.first()).header.Get("X-MS-RP"), offered)
	}},
	{"MS-ASHTTP_R263", "our client sends nothing more until it has begun anew", func(s *scene) {
		s.client("PHONE")
		earlier := *s
		if earlier.version = eas.Version141; s.version == eas.Version141 {
			earlier.version = eas.Version140
		}
		c := s.server.Client(s.T, s.user, "PHONE", earlier.version)
		if err := c.SetDeviceInformation(s.Context(), &eas.DeviceInformationSet{Model: eas.Ptr("Phone")}); err != nil {
			s.Fatal(err)
		}
		s.equal("it must begin anew", c.MustBeginAnew(), true)
		if _, err := c.FolderSync(s.Context(), "1"); !errors.Is(err, easclient.ErrReinitialize) {
			s.Errorf("it went on: %v", err)
		}
		if _, err := c.FolderSync(s.Context(), eas.SyncKeyInitial); err != nil {
			s.Fatal(err)
		}
		s.equal("it must begin anew", c.MustBeginAnew(), false)
	}},
	{"MS-ASHTTP_R907", "our client has just begun and goes on", func(s *scene) {
		c := s.client("PHONE")
		s.equal("it must begin anew", c.MustBeginAnew(), false)
		c.collection(s, inbox, easclient.SMSOptions())
	}},
}
