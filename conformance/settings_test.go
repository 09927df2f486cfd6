package conformance

import (
	"strings"
	"testing"

	"asms/eas"
)

func TestSettings(t *testing.T) { settings.run(t) }

func settingsXML(inner string) string { return `<Settings xmlns="Settings">` + inner + `</Settings>` }

// setOof sends a Set of the Oof property, getOof asks for it.
func (d *device) setOof(inner string) *answer {
	d.s.Helper()
	a := d.command("Settings", settingsXML("<Oof><Set>"+inner+"</Set></Oof>"))
	a.want("Status", "1")
	return a
}

func (d *device) getOof() *answer {
	d.s.Helper()
	a := d.command("Settings", settingsXML("<Oof><Get><BodyType>Text</BodyType></Get></Oof>"))
	a.want("Status", "1")
	a.want("Oof/Status", "1")
	return a
}

const (
	internal   = "AppliesToInternal"
	known      = "AppliesToExternalKnown"
	unfamiliar = "AppliesToExternalUnknown"
)

// reply is what an audience is told.
func reply(audience, words string) string {
	return "<OofMessage><" + audience + "/><Enabled>1</Enabled>" + el("ReplyMessage", words) + "<BodyType>Text</BodyType></OofMessage>"
}

// wantReply checks what an audience is told.
func (a *answer) wantReply(audience, words string) {
	a.s.Helper()
	for _, m := range a.root.all("Oof/Get/OofMessage") {
		if m.has(audience) {
			a.s.equal("reply to "+audience, m.at("Enabled")+" "+m.at("ReplyMessage")+" "+m.at("BodyType"), "1 "+words+" Text")
			return
		}
	}
	a.s.Errorf("nothing for %s in\n%s", audience, a)
}

// settings is the command Settings, but for what [MS-ASMS] says of it.
var settings = chapter{
	{"ASCMD-S16-TC01", "the Oof property is got and set", func(s *scene) {
		phone := s.device("PHONE")
		phone.getOof().want("Oof/Get/OofState", "0")
		phone.setOof("<OofState>1</OofState>"+reply(internal, "away")).want("Oof/Status", "1")
		phone.getOof().want("Oof/Get/OofState", "1")
	}},
	{"ASCMD-S16-TC02", "an empty DevicePassword is status 2 of the whole request", func(s *scene) {
		phone := s.device("PHONE")
		phone.command("Settings", settingsXML("<DevicePassword/>")).wantTop("2")
		phone.command("Settings", settingsXML("<DevicePassword><Set/></DevicePassword>")).wantTop("2")
	}},
	{"ASCMD-S16-TC03", "one time without the other is status 2 of Oof", func(s *scene) {
		phone := s.device("PHONE")
		phone.setOof("<OofState>2</OofState><StartTime>2026-11-24T00:00:00.000Z</StartTime>").want("Oof/Status", "2")
		phone.setOof("<OofState>2</OofState><EndTime>2026-11-25T00:00:00.000Z</EndTime>").want("Oof/Status", "2")
		phone.getOof().want("Oof/Get/OofState", "0")
	}},
	{"ASCMD-S16-TC04", "the user's address", func(s *scene) {
		a := s.device("PHONE").command("Settings", settingsXML("<UserInformation><Get/></UserInformation>"))
		a.want("UserInformation/Status", "1")
		path := "UserInformation/Get/Accounts/Account/EmailAddresses/SMTPAddress"
		if s.version == eas.Version140 {
			path = "UserInformation/Get/EmailAddresses/SMTPAddress"
		}
		a.want(path, s.user.Name+"@localhost")
	}},
	{"ASCMD-S16-TC05", "a reply to known people outside", func(s *scene) {
		phone := s.device("PHONE")
		phone.setOof("<OofState>1</OofState>"+reply(known, "away")).want("Oof/Status", "1")
		phone.getOof().wantReply(known, "away")
	}},
	{"ASCMD-S16-TC06", "a reply to unknown people outside", func(s *scene) {
		phone := s.device("PHONE")
		phone.setOof("<OofState>1</OofState>"+reply(unfamiliar, "away")).want("Oof/Status", "1")
		phone.getOof().wantReply(unfamiliar, "away")
	}},
	{"ASCMD-S16-TC07", "a reply to people inside", func(s *scene) {
		phone := s.device("PHONE")
		phone.setOof("<OofState>1</OofState>"+reply(internal, "away")).want("Oof/Status", "1")
		phone.getOof().wantReply(internal, "away")
	}},
	{"ASCMD-S16-TC08", "a reply needs its BodyType, else status 2 of Oof", func(s *scene) {
		phone := s.device("PHONE")
		without := strings.ReplaceAll(reply(internal, "away"), "<BodyType>Text</BodyType>", "")
		phone.setOof("<OofState>1</OofState>"+without).want("Oof/Status", "2")
		phone.setOof("<OofState>1</OofState>"+reply(internal, "away")).want("Oof/Status", "1")
	}},
	{"ASCMD-S16-TC09", "no reply needs none", func(s *scene) {
		phone := s.device("PHONE")
		phone.setOof("<OofState>1</OofState><OofMessage><AppliesToInternal/><Enabled>0</Enabled></OofMessage>").want("Oof/Status", "1")
	}},
	{"ASCMD-S16-TC10", "replies to all three audiences", func(s *scene) {
		phone := s.device("PHONE")
		phone.setOof("<OofState>1</OofState>"+reply(internal, "back soon")+reply(known, "away")+reply(unfamiliar, "away")).want("Oof/Status", "1")
		a := phone.getOof()
		a.wantReply(internal, "back soon")
		a.wantReply(known, "away")
		a.wantReply(unfamiliar, "away")
	}},
	{"ASCMD-S16-TC11", "a BodyType that is none is status 5 of Oof", func(s *scene) {
		phone := s.device("PHONE")
		phone.setOof("<OofState>1</OofState>"+strings.ReplaceAll(reply(internal, "away"), ">Text<", ">Klingon<")).want("Oof/Status", "5")
		a := phone.command("Settings", settingsXML("<Oof><Get><BodyType>Klingon</BodyType></Get></Oof>"))
		a.want("Oof/Status", "5")
	}},
	{"ASCMD-S16-TC12", "two replies to people outside are status 6 of Oof", func(s *scene) {
		phone := s.device("PHONE")
		phone.setOof("<OofState>1</OofState>"+reply(known, "away")+reply(unfamiliar, "gone")).want("Oof/Status", "6")
		phone.getOof().want("Oof/Get/OofState", "0")
	}},
	{"ASCMD-S16-TC16", "a password of 256 characters is status 5", func(s *scene) {
		a := s.device("PHONE").command("Settings", settingsXML("<DevicePassword><Set>"+el("Password", strings.Repeat("x", 256))+"</Set></DevicePassword>"))
		a.want("Status", "1")
		a.want("DevicePassword/Status", "5")
	}},
	{"ASCMD-S16-TC17", "times beside a state that needs none are no error", func(s *scene) {
		phone := s.device("PHONE")
		phone.setOof("<OofState>1</OofState><StartTime>2026-11-24T00:00:00.000Z</StartTime><EndTime>2026-11-25T00:00:00.000Z</EndTime>").want("Oof/Status", "1")
		a := phone.getOof()
		a.want("Oof/Get/OofState", "1")
		a.want("Oof/Get/StartTime", absent)
	}},
	{"ASCMD-S16-TC13", "answers come in the order of the request", func(s *scene) {
		a := s.device("PHONE").command("Settings", settingsXML("<UserInformation><Get/></UserInformation><Oof><Get><BodyType>Text</BodyType></Get></Oof>"+
			"<DeviceInformation><Set><Model>M</Model></Set></DeviceInformation>"))
		s.equal("children", a.root.children(), "Status UserInformation Oof DeviceInformation")
	}},

	{"MS-ASCMD_R478", "properties are answered in their order, whichever that is", func(s *scene) {
		phone := s.device("PHONE")
		user, info, oof := "<UserInformation><Get/></UserInformation>", "<DeviceInformation><Set><Model>M</Model></Set></DeviceInformation>", "<Oof><Get><BodyType>Text</BodyType></Get></Oof>"
		s.equal("order", phone.command("Settings", settingsXML(user+info+oof)).root.children(), "Status UserInformation DeviceInformation Oof")
		s.equal("order", phone.command("Settings", settingsXML(oof+user+info)).root.children(), "Status Oof UserInformation DeviceInformation")
	}},
	{"MS-ASCMD_R482", "where one property fails the others do not", func(s *scene) {
		a := s.device("PHONE").command("Settings", settingsXML("<Oof><Get><BodyType>Klingon</BodyType></Get></Oof><UserInformation><Get/></UserInformation>"))
		a.want("Status", "1")
		a.want("Oof/Status", "5")
		a.want("UserInformation/Status", "1")
	}},
	{"MS-ASCMD_R483", "what breaks the protocol does nothing at all", func(s *scene) {
		phone := s.device("PHONE")
		model := "<DeviceInformation><Set><Model>changed</Model></Set></DeviceInformation>"
		for _, inner := range []string{"", model + "<Oof/>", model + "<UserInformation/>", model + model} {
			phone.command("Settings", settingsXML(inner)).wantTop("2")
		}
		s.equal("model", phone.stored().Model, "")
	}},
	{"MS-ASCMD_R485", "the status is the first thing in an answer", func(s *scene) {
		a := s.device("PHONE").command("Settings", settingsXML("<Oof><Get><BodyType>Text</BodyType></Get></Oof><UserInformation><Get/></UserInformation>"+
			"<DevicePassword><Set><Password>1234</Password></Set></DevicePassword><DeviceInformation><Set><Model>M</Model></Set></DeviceInformation>"))
		s.equal("children", a.root.children(), "Status Oof UserInformation DevicePassword DeviceInformation")
		for _, p := range a.root.inner[1:] {
			if !strings.HasPrefix(p.children(), "Status") {
				s.Errorf("%s: %s", p.tag, p.children())
			}
		}
	}},
	{"MS-ASCMD_R3505", "each audience is named, even if nothing was ever said to it", func(s *scene) {
		a := s.device("PHONE").getOof()
		for _, audience := range []string{internal, known, unfamiliar} {
			n := 0
			for _, m := range a.root.all("Oof/Get/OofMessage") {
				if m.has(audience) {
					n++
					s.equal("Enabled", m.at("Enabled"), "0")
				}
			}
			s.equal(audience, n, 1)
		}
	}},
	{"MS-ASCMD_R826", "a reply comes with its BodyType, in the format that is asked for", func(s *scene) {
		phone := s.device("PHONE")
		phone.setOof("<OofState>1</OofState>"+reply(internal, "away & back")).want("Oof/Status", "1")
		for format, want := range map[string]string{"Text": "away & back", "HTML": "away &amp; back"} {
			a := phone.command("Settings", settingsXML("<Oof><Get>"+el("BodyType", format)+"</Get></Oof>"))
			for _, m := range a.root.all("Oof/Get/OofMessage") {
				if m.has("ReplyMessage") {
					s.equal("reply", m.at("BodyType")+" "+m.at("ReplyMessage"), format+" "+want)
				}
			}
		}
	}},
	{"MS-ASCMD_R3533", "state 2 is between two times", func(s *scene) {
		phone, tablet := s.device("PHONE"), s.device("TABLET")
		phone.setOof("<OofState>2</OofState><StartTime>2026-11-24T00:00:00.000Z</StartTime><EndTime>2026-11-25T00:00:00.000Z</EndTime>").want("Oof/Status", "1")
		a := tablet.getOof()
		a.want("Oof/Get/OofState", "2")
		a.want("Oof/Get/StartTime", "2026-11-24T00:00:00.000Z")
		a.want("Oof/Get/EndTime", "2026-11-25T00:00:00.000Z")
	}},
	{"MS-ASCMD_R3944", "DeviceInformation need not say everything, and keeps what it does not say", func(s *scene) {
		phone := s.device("PHONE")
		phone.settings("<Model>M</Model><OS>O</OS>").want(deviceStatus, "1")
		phone.settings("<FriendlyName>F</FriendlyName><OS/>").want(deviceStatus, "1")
		kept := phone.stored()
		s.equal("model, system and name", kept.Model+" "+kept.OS+" "+kept.FriendlyName, "M  F")
	}},
	{"MS-ASCMD_R4402", "no recovery password is kept: status 7", func(s *scene) {
		a := s.device("PHONE").command("Settings", settingsXML("<DevicePassword><Set><Password>1234</Password></Set></DevicePassword>"))
		a.want("DevicePassword/Status", "7")
	}},
	{"MS-ASCMD_R4960", "there is no rights management: status 168", func(s *scene) {
		a := s.device("PHONE").command("Settings", settingsXML("<RightsManagementInformation><Get/></RightsManagementInformation>"))
		a.want("RightsManagementInformation/Status", "168")
	}},
}
