package conformance

import (
	"testing"

	"asms/mailbox"
	"asms/sms"
)

func TestSection3_1_5_1(t *testing.T) { sending.run(t) }

// relay returns a device that has offered itself and is waiting for texts.
func (s *scene) relay(id, number string) *device {
	s.Helper()
	d := s.device(id)
	d.enable(number)
	d.begin(outbox, smsOptions)
	d.begin(inbox, smsOptions)
	return d
}

// sendBy puts a text into the Outbox for one device.
func (s *scene) sendBy(d *device, words string, to ...sms.Address) (id string) {
	s.Helper()
	id, err := s.server.Mailbox.Send(s.Context(), s.user.ID, mailbox.Outgoing{To: to, Body: words, Device: d.id})
	if err != nil {
		s.Fatal(err)
	}
	return id
}

// state checks where a text stands.
func (s *scene) state(text string, want mailbox.TextState) {
	s.Helper()
	got, err := s.server.Mailbox.Text(s.Context(), s.user.ID, text)
	if err != nil {
		s.Fatal(err)
	}
	s.equal("state of the text", got.State, want)
}

// report is a text that says that another did not reach a number.
func report(number, words string) string {
	return to(me) + from(`"" [MOBILE:`+number+`]`) + dateReceived("2026-11-23T12:00:00.000Z") + body("Not delivered: no such subscriber. The text was: "+words) + cpid("65001")
}

// sending is section 3.1.5.1, as far as it is the server's.
var sending = chapter{
	{"ASMS-3.1.5.1-1", "a text is added to the Outbox of one device, and added again if the answer is lost", func(s *scene) {
		phone, second := s.relay("PHONE", myNumber), s.relay("SECOND", sueNumber)
		s.sendBy(phone, "see you", sms.Address{Name: "Pat", Number: patNumber}, sms.Address{Name: "Sue", Number: sueNumber})
		before := phone.keys[outbox]
		first := phone.sync(outbox, "").collection().first("Commands/Add")
		s.equal("Class", first.at("Class"), "SMS")
		s.equal("To", first.data("To"), `"Pat" [MOBILE:+14255550123], "Sue" [MOBILE:+14255550199]`)
		s.equal("Data", first.data("Body/Data"), "see you")
		phone.keys[outbox] = before
		again := phone.sync(outbox, "").collection().first("Commands/Add")
		s.equal("the same text", again.at("ServerId"), first.at("ServerId"))
		s.equal("what the other gets", len(second.rest(outbox)), 0)
		s.equal("what comes afterwards", len(phone.rest(outbox)), 0)
	}},
	{"ASMS-3.1.5.1-4", "a report in the Inbox is stored, and the text counts as failed", func(s *scene) {
		phone, tablet := s.relay("PHONE", myNumber), s.device("TABLET")
		text := s.send("see you")
		item := only(s, phone.rest(outbox)).at("ServerId")
		phone.sync(outbox, "<GetChanges>0</GetChanges>") // proves that it arrived
		phone.add(inbox, "ndr", report(patNumber, "see you"))
		phone.sync(outbox, commands(remove(item))).want("Collections/Collection/Responses", absent)
		s.equal("reports in the Inbox", len(tablet.begin(inbox, smsOptions)), 1)
		s.equal("texts in Sent Items", len(tablet.begin(sentItems, smsOptions)), 0)
		s.state(text, mailbox.TextFailed)
	}},
	{"ASMS-3.1.5.1-4", "a report for one of two recipients leaves the text sent", func(s *scene) {
		phone := s.relay("PHONE", myNumber)
		text := s.sendBy(phone, "see you", sms.Address{Name: "Pat", Number: patNumber}, sms.Address{Name: "Sue", Number: sueNumber})
		item := only(s, phone.rest(outbox)).at("ServerId")
		phone.sync(outbox, "<GetChanges>0</GetChanges>")
		phone.add(inbox, "ndr", report(sueNumber, "see you"))
		phone.sync(outbox, commands(remove(item))).want("Collections/Collection/Responses", absent)
		s.state(text, mailbox.TextSent)
		got, err := s.server.Mailbox.Text(s.Context(), s.user.ID, text)
		if err != nil || len(got.Recipients) != 2 {
			s.Fatal(got, err)
		}
		s.equal("Pat", got.Recipients[0].State, mailbox.RecipientSent)
		s.equal("Sue", got.Recipients[1].State, mailbox.RecipientFailed)
	}},
	{"ASMS-3.1.5.1-4", "what Pat writes meanwhile is no report", func(s *scene) {
		phone := s.relay("PHONE", myNumber)
		text := s.send("see you")
		item := only(s, phone.rest(outbox)).at("ServerId")
		phone.sync(outbox, "<GetChanges>0</GetChanges>")
		phone.add(inbox, "c1", to(me)+from(pat)+dateReceived("2026-11-23T12:00:00.000Z")+body("see you")+cpid("1252"))
		phone.sync(outbox, commands(remove(item)))
		s.state(text, mailbox.TextSent)
	}},
	{"ASMS-3.1.5.1-5", "a deleted text has been sent: nobody is offered it, and it is in Sent Items", func(s *scene) {
		phone, second, tablet := s.relay("PHONE", myNumber), s.relay("SECOND", sueNumber), s.device("TABLET")
		text := s.sendBy(phone, "see you", sms.Address{Name: "Pat", Number: patNumber})
		item := only(s, phone.rest(outbox)).at("ServerId")
		phone.sync(outbox, "<DeletesAsMoves>1</DeletesAsMoves>"+commands(remove(item))).want("Collections/Collection/Responses", absent)
		s.equal("what the phone gets", len(phone.begin(outbox, smsOptions)), 0)
		s.equal("what the other gets", len(second.rest(outbox)), 0)
		sent := only(s, tablet.begin(sentItems, smsOptions))
		s.equal("Data", sent.data("Body/Data"), "see you")
		s.equal("From", sent.data("From"), `"+14255550143" [MOBILE:+14255550143]`)
		s.equal("DateReceived", sent.data("DateReceived"), "2026-11-23T12:00:00.000Z")
		s.state(text, mailbox.TextSent)
	}},
}
