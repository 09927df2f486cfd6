package conformance

import (
	"encoding/hex"
	"testing"

	"asms/eas"
)

func TestSection3_1_4_3(t *testing.T) { provisioning.run(t) }

// provisioning is section 3.1.4.3.
var provisioning = chapter{
	{"ASMS-3.1.4.3-1", "Settings with DeviceInformation, answered byte for byte", func(s *scene) {
		a := s.device("PHONE").settings("<PhoneNumber>206-555-0112</PhoneNumber><EnableOutboundSMS>1</EnableOutboundSMS>")
		s.equal("the answer", hex.EncodeToString(a.body), "03016a0000124546033100015646033100010101")
	}},
	{"ASMS-3.1.4.3-2", "number and 1 together enable the device, and are kept", func(s *scene) {
		ours := s.client("OURS")
		if err := ours.SetDeviceInformation(s.Context(), &eas.DeviceInformationSet{
			PhoneNumber: eas.Ptr(myNumber), EnableOutboundSMS: eas.Ptr(1),
		}); err != nil {
			s.Fatal(err)
		}
		s.equal("what was sent", ours.sent.last().first("DeviceInformation/Set").children(), "PhoneNumber EnableOutboundSMS")
		kept := (&device{s: s, id: "OURS"}).stored()
		s.equal("enabled", kept.OutboundSMS, true)
		s.equal("number", kept.PhoneNumber, myNumber)
	}},
	{"ASMS-3.1.4.3-2", "our phone always sends both, whatever makes it introduce itself", func(s *scene) {
		a := s.agent()
		a.start()
		a.stop()
		if err := s.server.Accounts.SetPolicy(s.Context(), s.user.ID, true); err != nil {
			s.Fatal(err)
		}
		a.start()
		times := map[string]int{}
		for _, request := range a.requests() {
			if set := request.first("DeviceInformation/Set"); set != nothing {
				times[request.tag.Name()]++
				s.equal("EnableOutboundSMS", set.at("EnableOutboundSMS"), "1")
				s.equal("PhoneNumber", set.at("PhoneNumber"), myNumber)
			}
		}
		if times["Settings"] < 2 || (times["Provision"] < 2) != (s.version == eas.Version140) { // which has no such place there
			s.Errorf("it introduced itself in %v", times)
		}
		kept := (&device{s: s, id: a.id}).stored()
		s.equal("enabled", kept.OutboundSMS, true)
		s.equal("number", kept.PhoneNumber, myNumber)
	}},
	{"ASMS-3.1.4.3-3", "0 alone disables it, whether or not there is a number", func(s *scene) {
		phone, never := s.device("PHONE"), s.device("NEVER")
		phone.enable(myNumber)
		for _, d := range []*device{phone, never} {
			d.settings("<EnableOutboundSMS>0</EnableOutboundSMS>").want(deviceStatus, "1")
			s.equal("enabled", d.stored().OutboundSMS, false)
		}
	}},
}
