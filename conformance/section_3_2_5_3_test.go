package conformance

import (
	"testing"
	"time"

	"asms/eas"
	"asms/easserver"
	"asms/mailbox"
)

func TestSection3_2_5_3(t *testing.T) { processingSettings.run(t) }
func TestAppendixB(t *testing.T)      { productBehavior.run(t) }

// enabling checks what becomes of EnableOutboundSMS 1 without a number.
func (s *scene) enabling(status string) {
	s.Helper()
	phone := s.device("PHONE")
	for _, set := range []string{"<EnableOutboundSMS>1</EnableOutboundSMS>", "<PhoneNumber/><EnableOutboundSMS>1</EnableOutboundSMS>"} {
		a := phone.settings(set)
		s.equal("the answer", a.root.children(), "Status DeviceInformation")
		a.want(deviceStatus, status)
		s.equal("enabled", phone.stored().OutboundSMS, status == "1")
		phone.settings("<EnableOutboundSMS>0</EnableOutboundSMS>").want(deviceStatus, "1")
	}
	phone.settings("<PhoneNumber>206-555-0112</PhoneNumber>").want(deviceStatus, "1")
	phone.settings("<EnableOutboundSMS>1</EnableOutboundSMS>").want(deviceStatus, "1") // the one told before counts
	s.equal("enabled", phone.stored().OutboundSMS, true)
}

// processingSettings is section 3.2.5.3.
var processingSettings = chapter{
	{"ASMS-3.2.5.3-1", "without a number 14.0 is refused, later versions are not", func(s *scene) {
		if s.version == eas.Version140 {
			s.enabling("5")
		} else {
			s.enabling("1")
		}
	}},
	{"ASMS-3.2.5.3-1", "every version is refused by a server that is told to", func(s *scene) {
		s.alone(func(o *easserver.Options) { o.RequirePhoneNumber = true })
		s.enabling("5")
	}},
	{"ASMS-3.2.5.3-2", "what any client writes goes out through the device, at once or when there is one", func(s *scene) {
		phone, tablet := s.device("PHONE"), s.device("TABLET")
		phone.begin(outbox, smsOptions)
		tablet.begin(outbox, smsOptions)
		text := tablet.add(outbox, "c1", written(pat, "see you")).at("ServerId")
		s.state(text, mailbox.TextWaiting)
		s.equal("what the phone gets", len(phone.rest(outbox)), 0)

		hanging := phone.hangSync(outbox, "")
		hanging.stillWaits()
		phone.enable(myNumber)
		hanging.wakes(10 * time.Second)
		got := only(s, phone.rest(outbox))
		s.equal("what the phone gets now", got.data("Body/Data"), "see you")
		phone.sync(outbox, commands(remove(got.at("ServerId"))))
		s.state(text, mailbox.TextSent)
		s.equal("the tablet hears of", tablet.sync(outbox, "").collection().at("Commands/Delete/ServerId"), text)

		hanging = phone.hangSync(outbox, "")
		hanging.stillWaits()
		tablet.add(outbox, "c2", written(sue, "you, too"))
		a := hanging.wakes(10 * time.Second)
		s.equal("what wakes the phone", bodies(a.collection().all("Commands/Add")), "[you, too]")
		phone.take(a)

		phone.settings("<EnableOutboundSMS>0</EnableOutboundSMS>").want(deviceStatus, "1")
		s.state(tablet.add(outbox, "c3", written(pat, "later")).at("ServerId"), mailbox.TextWaiting)
	}},
	{"ASMS-3.2.5.3-3", "the properties are answered in the order of the request, each with its status", func(s *scene) {
		phone := s.device("PHONE")
		device, user := "<DeviceInformation><Set><EnableOutboundSMS>0</EnableOutboundSMS></Set></DeviceInformation>", "<UserInformation><Get/></UserInformation>"
		for request, want := range map[string]string{
			device: "Status DeviceInformation", user + device: "Status UserInformation DeviceInformation", device + user: "Status DeviceInformation UserInformation",
		} {
			a := phone.command("Settings", `<Settings xmlns="Settings">`+request+`</Settings>`)
			s.equal("root", a.root.tag.String(), "Settings Settings")
			s.equal("the answer", a.root.children(), want)
			a.want("Status", "1")
			s.equal("DeviceInformation", a.root.first("DeviceInformation").children(), "Status")
			a.want(deviceStatus, "1")
		}
	}},
}

// productBehavior is appendix B.
var productBehavior = chapter{
	{"ASMS-B-1", "14.0 without a number is status 5", func(s *scene) { s.enabling("5") }},
	{"ASMS-B-2", "later versions without a number are served", func(s *scene) { s.enabling("1") }},
}
