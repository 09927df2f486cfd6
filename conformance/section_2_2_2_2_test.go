package conformance

import (
	"encoding/hex"
	"strings"
	"testing"

	"asms/eas"
	"asms/mailbox"
	"asms/sms"
	"asms/store"
)

func TestSection2_2_2_2(t *testing.T) { additionalElements.run(t) }

// stored is what the server keeps of a device.
func (d *device) stored() store.Device {
	d.s.Helper()
	kept, err := d.s.server.Accounts.Device(d.s.Context(), d.s.user.ID, d.id)
	if err != nil {
		d.s.Fatal(err)
	}
	return kept
}

// send puts a text to Pat into the Outbox that no device wrote.
func (s *scene) send(words string) (id string) {
	s.Helper()
	id, err := s.server.Mailbox.Send(s.Context(), s.user.ID, mailbox.Outgoing{To: []sms.Address{{Name: "Pat", Number: patNumber}}, Body: words})
	if err != nil {
		s.Fatal(err)
	}
	return id
}

// additionalElements is section 2.2.2.2.
var additionalElements = chapter{
	{"ASMS-2.2.2.2.1-1", "Class in the answer to Sync, and none in that to GetItemEstimate", func(s *scene) {
		s.place(inbox, placed("hello"))
		phone := s.device("PHONE")
		phone.sync(inbox, smsOptions)
		phone.estimate(inbox, smsOptions).root.walk(func(e *element) {
			if e.tag.Name() == "Class" {
				s.Error("a Class in the answer to GetItemEstimate")
			}
		})
		phone.sync(inbox, "").want("Collections/Collection/Commands/Add/Class", "SMS")
	}},
	{"ASMS-2.2.2.2.1.1-1", "Class in Options on the page of AirSync, byte for byte", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, smsOptions+mailOptions)
		s.place(inbox, placed("a text"))
		s.place(inbox, mail("a mail"))
		// GetItemEstimate with a sync key of 14 and a collection id of 2.
		const example = "03016a00000645474800004b034b455900" + "0100064a034944000100005750" + "03534d5300" + "01580333000101010101"
		request, err := hex.DecodeString(strings.NewReplacer("4b4559", hex.EncodeToString([]byte(phone.keys[inbox])), "4944", hex.EncodeToString([]byte(inbox))).Replace(example))
		if err != nil {
			s.Fatal(err)
		}
		a := phone.post("GetItemEstimate", request)
		a.want("Response/Status", "1")
		a.want("Response/Collection/Estimate", "1")
	}},
	{"ASMS-2.2.2.2.1.1-2", "small letters are another class", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, smsOptions)
		phone.estimate(inbox, block("sms", "")).wantTop("4")
		phone.estimate(inbox, block("SMS", "")).want("Response/Status", "1")
	}},
	{"ASMS-2.2.2.2.1.2-1", "Class in Options says whose they are", func(s *scene) {
		s.place(inbox, placed("a text"))
		s.place(inbox, mail("a mail"))
		phone := s.device("PHONE")
		s.equal("with SMS", bodies(phone.begin(inbox, block("SMS", ""))), "[a text]")
		s.equal("without", bodies(phone.begin(inbox, block("", ""))), "[a mail]")
	}},
	{"ASMS-2.2.2.2.1.2-2", "Class comes first in what is said of a text, and not of a mail", func(s *scene) {
		phone, tablet := s.device("PHONE"), s.device("TABLET")
		phone.begin(inbox, smsOptions+mailOptions)
		tablet.begin(inbox, smsOptions+mailOptions)
		added := phone.add(inbox, "c1", received("a text"))
		s.equal("the answer to the Add", added.children(), "Class ClientId ServerId Status ApplicationData")
		s.equal("its Class", added.at("Class"), "SMS")
		s.place(inbox, mail("a mail"))
		adds := tablet.rest(inbox)
		text, letter := find(s, adds, "a text"), find(s, adds, "a mail")
		s.equal("Add of the text", text.children(), "Class ServerId ApplicationData")
		s.equal("its Class", text.at("Class"), "SMS")
		s.equal("Add of the mail", letter.children(), "ServerId ApplicationData")
		phone.rest(inbox)
		phone.sync(inbox, commands(change(text.at("ServerId"), read("1")), change(letter.at("ServerId"), read("1"))))
		for _, c := range tablet.sync(inbox, "").collection().all("Commands/Change") {
			want := "ServerId ApplicationData"
			if c.at("ServerId") == text.at("ServerId") {
				want = "Class " + want
			}
			s.equal("Change", c.children(), want)
		}
	}},
	{"ASMS-2.2.2.2.1.2-3", "the Delete of a text has a Class, except with 14.0", func(s *scene) {
		phone, tablet, id := s.shared(inbox)
		phone.sync(inbox, commands(remove(id)))
		gone := tablet.sync(inbox, "").collection().first("Commands/Delete")
		s.equal("the text", gone.at("ServerId"), id)
		if s.version == eas.Version140 {
			s.equal("Delete", gone.children(), "ServerId")
		} else {
			s.equal("Delete", gone.children(), "Class ServerId")
			s.equal("Class", gone.at("Class"), "SMS")
		}
	}},
	{"ASMS-2.2.2.2.1.2-4", "an Add with Class is one of a text, one without is of a mail and refused", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, smsOptions+mailOptions)
		add := addSMS("c1", received("hello"))
		phone.sync(inbox, commands(strings.Replace(add, "<Class>SMS</Class>", "", 1))).want("Collections/Collection/Responses/Add/Status", "6")
		phone.sync(inbox, commands(add)).want("Collections/Collection/Responses/Add/Status", "1")
	}},
	{"ASMS-2.2.2.2.1.2-5", "the value is SMS, letter for letter", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, smsOptions)
		for _, class := range []string{"sms", "Sms", "SMS2", "MMS"} {
			add := strings.Replace(addSMS("c1", received("hello")), "SMS", class, 1)
			phone.sync(inbox, commands(add)).want("Collections/Collection/Responses/Add/Status", "6")
			phone.sync(inbox, block(class, "")).wantTop("4")
		}
	}},
	{"ASMS-2.2.2.2.2-1", "with it and without it", func(s *scene) {
		phone := s.device("PHONE")
		phone.settings("<Model>M</Model>").want(deviceStatus, "1")
		phone.settings("<Model>M</Model><PhoneNumber>206-555-0112</PhoneNumber><EnableOutboundSMS>1</EnableOutboundSMS>").want(deviceStatus, "1")
	}},
	{"ASMS-2.2.2.2.2-2", "of two devices the text goes to the one that offered itself", func(s *scene) {
		phone, tablet := s.device("PHONE"), s.device("TABLET")
		phone.begin(outbox, smsOptions)
		tablet.begin(outbox, smsOptions)
		phone.enable(myNumber)
		s.send("see you")
		s.equal("the tablet", len(tablet.rest(outbox)), 0)
		tablet.estimate(outbox, smsOptions).want("Response/Collection/Estimate", "0")
		s.equal("the phone", bodies(phone.rest(outbox)), "[see you]")
		s.equal("a new beginning of the tablet", len(tablet.begin(outbox, smsOptions)), 0)
	}},
	{"ASMS-2.2.2.2.2-3", "0 and 1 are taken, 2 and a word are not", func(s *scene) {
		phone := s.device("PHONE")
		phone.enable(myNumber)
		phone.settings("<EnableOutboundSMS>2</EnableOutboundSMS>").want(deviceStatus, "5")
		phone.command("Settings", `<Settings xmlns="Settings"><DeviceInformation><Set><EnableOutboundSMS>abc</EnableOutboundSMS></Set></DeviceInformation></Settings>`).wantTop("2")
		s.equal("still enabled", phone.stored().OutboundSMS, true)
		phone.settings("<EnableOutboundSMS>0</EnableOutboundSMS>").want(deviceStatus, "1")
		s.equal("enabled", phone.stored().OutboundSMS, false)
	}},
	{"ASMS-2.2.2.2.2-4", "after 0 the device gets no more texts to send", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(outbox, smsOptions)
		phone.enable(myNumber)
		s.send("first")
		s.equal("while enabled", bodies(phone.rest(outbox)), "[first]")
		phone.settings("<EnableOutboundSMS>0</EnableOutboundSMS>").want(deviceStatus, "1")
		s.send("second")
		s.equal("afterwards", len(phone.rest(outbox)), 0)
	}},
	{"ASMS-2.2.2.2.2-5", "a device that never said so gets none, and leaving it out changes nothing", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(outbox, smsOptions)
		s.equal("enabled", phone.stored().OutboundSMS, false)
		s.send("see you")
		s.equal("what comes", len(phone.rest(outbox)), 0)
		phone.settings("<Model>M</Model>").want(deviceStatus, "1")
		s.equal("what comes", len(phone.rest(outbox)), 0)
		phone.enable(myNumber)
		phone.settings("<Model>N</Model>").want(deviceStatus, "1")
		s.equal("what comes", bodies(phone.rest(outbox)), "[see you]")
	}},
	{"ASMS-2.2.2.2.3-1", "a Set without a number", func(s *scene) {
		phone := s.device("PHONE")
		phone.settings("<PhoneNumber>206-555-0112</PhoneNumber>").want(deviceStatus, "1")
		phone.settings("<Model>M</Model>").want(deviceStatus, "1")
		s.equal("the number told before", phone.stored().PhoneNumber, "206-555-0112")
	}},
	{"ASMS-2.2.2.2.3-2", "1024 characters are taken, 1025 are not", func(s *scene) {
		phone := s.device("PHONE")
		long := strings.Repeat("é", 1024)
		phone.settings("<PhoneNumber>"+long+"</PhoneNumber>").want(deviceStatus, "1")
		s.equal("kept", phone.stored().PhoneNumber, long)
		phone.settings("<PhoneNumber>"+long+"1</PhoneNumber>").want(deviceStatus, "5")
		s.equal("kept", phone.stored().PhoneNumber, long)
	}},
	{"ASMS-2.2.2.2.3-3", "anything is a number", func(s *scene) {
		phone := s.device("PHONE")
		for _, number := range []string{"206-555-0112", "+1 (206) 555", "n/a"} {
			phone.enable(number)
			s.equal("kept", phone.stored().PhoneNumber, number)
		}
	}},
}
