package conformance

import (
	"fmt"
	"testing"
)

func TestDevices(t *testing.T) { devices.run(t) }

// history is what a phone has: two of its texts are equal in all.
func history() (adds []string) {
	for i, data := range []string{
		received("one"), received("two"), received("two"), to(me) + from(sue) + dateReceived("2026-11-20T10:00:00.000Z") + body("three") + cpid("1252"),
	} {
		adds = append(adds, addSMS(fmt.Sprint("c", i), data))
	}
	return adds
}

// addHistory adds it and returns the server ids.
func (d *device) addHistory(inner string) (ids []string) {
	d.s.Helper()
	c := d.sync(inbox, inner+commands(history()...)).collection()
	for _, r := range c.all("Responses/Add") {
		r.wantStatus(d.s, "1")
		ids = append(ids, r.at("ServerId"))
	}
	return ids
}

// distinct counts the different ones.
func distinct(ids []string) int {
	seen := map[string]bool{}
	for _, id := range ids {
		seen[id] = true
	}
	return len(seen)
}

// sameSet reports whether two lists hold the same.
func sameSet(a, b []string) bool {
	return len(a) == len(b) && distinct(append(append([]string(nil), a...), b...)) == distinct(a) && distinct(a) == distinct(b)
}

// devices is what devices in the field do.
var devices = chapter{
	{"DEVICE-1", "a text added without Options for texts is stored, and the mail goes on", func(s *scene) {
		phone, tablet := s.device("PHONE"), s.device("TABLET")
		tablet.begin(inbox, smsOptions)
		s.place(inbox, mail("before"))
		s.equal("mail before", classes(phone.begin(inbox, mailOptions)), "1 mails, 0 texts")
		s.place(inbox, mail("with it"))
		c := phone.sync(inbox, commands(addSMS("c1", received("hello")))).collection()
		c.first("Responses/Add").wantStatus(s, "1")
		s.equal("what comes with it", bodies(c.all("Commands/Add")), "[with it]")
		s.equal("other commands", len(c.first("Commands").inner), 1)
		s.place(inbox, mail("after"))
		c = phone.sync(inbox, "").collection()
		s.equal("what comes after", bodies(c.all("Commands/Add")), "[after]")
		s.equal("what comes after", c.first("Commands").children(), "Add")
		got := only(s, tablet.rest(inbox))
		s.equal("what the tablet gets", got.data("Body/Data"), "hello")
		s.equal("as", got.at("Class"), "SMS")
	}},
	{"DEVICE-2", "nobody as sender and as recipient", func(s *scene) {
		const nobody = `"" [MOBILE:]`
		add := s.carried(inbox, to(nobody)+from(nobody)+dateReceived(anHourAgo)+body("hello")+cpid("1252"))
		s.equal("To", add.data("To"), nobody)
		s.equal("From", add.data("From"), nobody)
	}},
	{"DEVICE-3", "a short code keeps its form and its conversation", func(s *scene) {
		phone, tablet := s.device("PHONE"), s.device("TABLET")
		phone.begin(inbox, smsOptions)
		one := phone.add(inbox, "c1", to(me)+from(`"72727" [MOBILE:72727]`)+body("your code is 1234")+cpid("1252"))
		two := phone.add(inbox, "c2", to(me)+from(`[MOBILE:72727]`)+body("your code is 5678")+cpid("1252"))
		other := phone.add(inbox, "c3", to(me)+from(`"727" [MOBILE:727]`)+body("balance 3.50")+cpid("1252"))
		s.equal("one conversation", one.data("ConversationId") == two.data("ConversationId"), true)
		s.equal("another", one.data("ConversationId") == other.data("ConversationId"), false)
		s.equal("From", find(s, tablet.begin(inbox, smsOptions), "your code is 1234").data("From"), `"72727" [MOBILE:72727]`)
	}},
	{"DEVICE-4", "a sender that is a name keeps its form and its conversation", func(s *scene) {
		phone, tablet := s.device("PHONE"), s.device("TABLET")
		phone.begin(inbox, smsOptions)
		one := phone.add(inbox, "c1", to(me)+from(`"MyBank" [MOBILE:MyBank]`)+body("balance 3.50")+cpid("1252"))
		two := phone.add(inbox, "c2", to(me)+from(`"MYBANK" [MOBILE:MYBANK]`)+body("balance 2.50")+cpid("1252"))
		other := phone.add(inbox, "c3", to(me)+from(`"Info" [MOBILE:Info]`)+body("welcome")+cpid("1252"))
		s.equal("one conversation", one.data("ConversationId") == two.data("ConversationId"), true)
		s.equal("another", one.data("ConversationId") == other.data("ConversationId"), false)
		s.equal("From", find(s, tablet.begin(inbox, smsOptions), "balance 3.50").data("From"), `"MyBank" [MOBILE:MyBank]`)
	}},
	{"DEVICE-5", "what is missing gets its default", func(s *scene) {
		add := s.carried(inbox, to(me)+from(pat)+dateReceived(anHourAgo)+read("1")+body("hello"))
		s.equal("InternetCPID", add.data("InternetCPID"), "65001")
		s.equal("Importance", add.data("Importance"), "1")
		s.equal("Flag", add.first("ApplicationData/Flag").children(), "")
		s.equal("Read", add.data("Read"), "1")
	}},
	{"DEVICE-6", "texts first or mail first is the same", func(s *scene) {
		s.threeAndTwo()
		phone := s.device("PHONE")
		s.equal("texts first", classes(phone.begin(inbox, smsOptions+mailOptions)), "3 mails, 2 texts")
		s.equal("mail first", classes(phone.begin(inbox, mailOptions+smsOptions)), "3 mails, 2 texts")
		phone.sync(inbox, smsOptions+mailOptions).want("Collections/Collection/Commands", absent)
		phone.estimate(inbox, mailOptions+smsOptions).wantEstimate(0)
	}},
	{"DEVICE-7", "Email named is the default class", func(s *scene) {
		s.threeAndTwo()
		phone := s.device("PHONE")
		s.equal("alone", classes(phone.begin(inbox, block("Email", filter("0")))), "3 mails, 0 texts")
		s.equal("beside texts", classes(phone.begin(inbox, block("Email", filter("0"))+smsOptions)), "3 mails, 2 texts")
		phone.sync(inbox, mailOptions+smsOptions).wantEmpty()
		phone.sync(inbox, block("Email", "")+mailOptions).wantTop("4")
	}},
	{"DEVICE-8", "Provision with EnableOutboundSMS enables the device", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(outbox, smsOptions)
		a := phone.command("Provision", `<Provision xmlns="Provision" xmlns:set="Settings"><set:DeviceInformation><set:Set><set:Model>M</set:Model><set:PhoneNumber>`+
			myNumber+`</set:PhoneNumber><set:EnableOutboundSMS>1</set:EnableOutboundSMS></set:Set></set:DeviceInformation>`+
			`<Policies><Policy><PolicyType>MS-EAS-Provisioning-WBXML</PolicyType></Policy></Policies></Provision>`)
		a.want("Status", "1")
		a.want("DeviceInformation/Status", "1")
		s.equal("enabled", phone.stored().OutboundSMS, true)
		s.equal("number", phone.stored().PhoneNumber, myNumber)
		s.send("see you")
		s.equal("what the phone gets", bodies(phone.rest(outbox)), "[see you]")
	}},
	{"DEVICE-9", "a history that comes again after everything was fetched is recognised", func(s *scene) {
		s.startsAgain(func(phone *device) []string {
			s.equal("what the phone fetches", len(phone.begin(inbox, smsOptions)), 4)
			return phone.addHistory("")
		})
	}},
	{"DEVICE-9", "a history that comes again before anything was fetched is recognised", func(s *scene) {
		s.startsAgain(func(phone *device) []string {
			delete(phone.keys, inbox)
			phone.sync(inbox, smsOptions)
			return phone.addHistory("<GetChanges>0</GetChanges>")
		})
	}},
	{"DEVICE-9", "a history that comes again from a phone that never asks for texts is recognised", func(s *scene) {
		s.startsAgain(func(phone *device) []string {
			delete(phone.keys, inbox)
			phone.sync(inbox, mailOptions)
			return phone.addHistory("")
		})
	}},
	{"DEVICE-10", "two equal texts are two, added at once or one after the other", func(s *scene) {
		phone, tablet := s.device("PHONE"), s.device("TABLET")
		phone.begin(inbox, smsOptions)
		tablet.begin(inbox, smsOptions)
		var ids []string
		for _, r := range phone.sync(inbox, commands(addSMS("c1", received("ok")), addSMS("c2", received("ok")))).collection().all("Responses/Add") {
			ids = append(ids, r.at("ServerId"))
		}
		ids = append(ids, phone.add(inbox, "c3", received("ok")).at("ServerId"))
		s.equal("texts", distinct(ids), 3)
		s.equal("what the tablet gets", bodies(tablet.rest(inbox)), "[ok ok ok]")
	}},
	{"DEVICE-11", "a text with ids of the phone's own is stored under ours", func(s *scene) {
		add := s.carried(inbox, received("hello")+conversationIDs)
		s.equal("length of ConversationId", len(add.data("ConversationId")), 16)
		s.equal("is the phone's", add.data("ConversationId") == "foreign-16-bytes", false)
		s.equal("length of ConversationIndex", len(add.data("ConversationIndex")), 5)
		s.equal("is the phone's", add.data("ConversationIndex") == "index", false)
	}},
	{"DEVICE-12", "Class in a Change and a Delete does no harm", func(s *scene) {
		phone, tablet, id := s.shared(inbox)
		phone.sync(inbox, commands("<Change><Class>SMS</Class><ServerId>"+id+"</ServerId><ApplicationData>"+read("1")+"</ApplicationData></Change>")).
			want("Collections/Collection/Responses", absent)
		s.equal("Read", tablet.sync(inbox, "").collection().at("Commands/Change/ApplicationData/Read"), "1")
		phone.sync(inbox, commands("<Delete><Class>SMS</Class><ServerId>"+id+"</ServerId></Delete>")).want("Collections/Collection/Responses", absent)
		s.equal("what is gone", tablet.sync(inbox, "").collection().at("Commands/Delete/ServerId"), id)
	}},
	{"DEVICE-13", "the same request again is the same text", func(s *scene) {
		phone, tablet := s.device("PHONE"), s.device("TABLET")
		phone.begin(inbox, smsOptions)
		tablet.begin(inbox, smsOptions)
		before := phone.keys[inbox]
		id := phone.add(inbox, "c1", received("hello")).at("ServerId")
		for range 2 {
			phone.keys[inbox] = before
			s.equal("ServerId", phone.add(inbox, "c1", received("hello")).at("ServerId"), id)
		}
		s.equal("what the tablet gets", bodies(tablet.rest(inbox)), "[hello]")
		phone.sync(inbox, "").wantEmpty()
	}},
}

// startsAgain has a phone add its history, start again and add it once more.
// Nothing of it may come twice, to nobody.
func (s *scene) startsAgain(again func(*device) []string) {
	s.Helper()
	phone, tablet := s.device("PHONE"), s.device("TABLET")
	phone.begin(inbox, smsOptions)
	tablet.begin(inbox, smsOptions)
	first := phone.addHistory("")
	s.equal("texts", distinct(first), 4)
	s.equal("what the tablet gets", len(tablet.rest(inbox)), 4)
	second := again(phone)
	if !sameSet(first, second) {
		s.Errorf("the ids were %v and are %v", first, second)
	}
	tablet.sync(inbox, "").wantEmpty()
	// A text that is new is new all the same.
	phone.add(inbox, "new", to(me)+from(pat)+dateReceived(anHourAgo)+body("four")+cpid("1252"))
	s.equal("what the tablet gets then", bodies(tablet.rest(inbox)), "[four]")
	s.equal("texts in all", len(s.device("THIRD").begin(inbox, smsOptions)), 5)
}
