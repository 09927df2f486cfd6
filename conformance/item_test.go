package conformance

import (
	"slices"
	"strings"
	"testing"

	"asms/mailbox"
)

func TestItems(t *testing.T) { itemChanges.run(t) }

// The parts of a flag.
const (
	fourDates = "<tasks:StartDate>2026-11-23T00:00:00.000Z</tasks:StartDate><tasks:UtcStartDate>2026-11-23T00:00:00.000Z</tasks:UtcStartDate>" +
		"<tasks:DueDate>2026-11-24T00:00:00.000Z</tasks:DueDate><tasks:UtcDueDate>2026-11-24T00:00:00.000Z</tasks:UtcDueDate>"
	followUp  = "<email:Status>2</email:Status><email:FlagType>Flag for follow up</email:FlagType>"
	completed = "<email:CompleteTime>2026-11-23T09:00:00.000Z</email:CompleteTime><tasks:DateCompleted>2026-11-23T09:00:00.000Z</tasks:DateCompleted>"
)

func flagged(inner string) string { return "<email:Flag>" + inner + "</email:Flag>" }

// changed has one device change an item, and returns what another is told of it.
func (s *scene) changed(m mailbox.Message, data ...string) []*element {
	s.Helper()
	id := s.place(inbox, m)
	phone, tablet := s.device("PHONE"), s.device("TABLET")
	phone.begin(inbox, smsOptions+mailOptions)
	tablet.begin(inbox, smsOptions+mailOptions)
	for _, d := range data {
		phone.sync(inbox, commands(change(id, d))).want(responses, absent)
	}
	a := tablet.sync(inbox, "")
	return of(a.root, inbox).all("Commands/Change/ApplicationData")
}

// refused checks that a change of an item is status 6, and that nobody hears of it.
func (s *scene) refused(m mailbox.Message, data ...string) {
	s.Helper()
	id := s.place(inbox, m)
	phone, tablet := s.device("PHONE"), s.device("TABLET")
	phone.begin(inbox, smsOptions+mailOptions)
	tablet.begin(inbox, smsOptions+mailOptions)
	for _, d := range data {
		a := phone.sync(inbox, commands(change(id, d)))
		if got := a.root.at(changeStatus); got != "6" {
			s.Errorf("%s: status %s", d, got)
		}
	}
	tablet.sync(inbox, "").wantEmpty()
}

// itemChanges is what [MS-ASEMAIL] asks of items that change.
var itemChanges = chapter{
	{"MS-ASEMAIL_R10604", "of an item that was read, Read alone comes", func(s *scene) {
		c := s.changed(placed("hello"), read("1"))
		s.equal("changes", len(c), 1)
		s.equal("children", c[0].children(), "Read")
	}},
	{"MS-ASEMAIL_R100", "of an item that was flagged, Flag alone comes", func(s *scene) {
		c := s.changed(placed("hello"), flagged(followUp))
		s.equal("changes", len(c), 1)
		s.equal("children", c[0].children(), "Flag")
	}},
	{"MS-ASEMAIL_R10612", "of both, both come", func(s *scene) {
		c := s.changed(placed("hello"), read("1"), flagged(followUp))
		s.equal("changes", len(c), 1)
		s.equal("children", c[0].children(), "Read Flag")
	}},
	{"MS-ASEMAIL_R81", "of an item that is as it was, nothing comes", func(s *scene) {
		s.equal("changes", len(s.changed(placed("hello"), read("0"))), 0)
	}},
	{"MS-ASEMAIL_R82", "a flag is set, with dates or without, and comes as it was set", func(s *scene) {
		f := s.changed(placed("hello"), flagged(followUp+fourDates+"<tasks:ReminderSet>1</tasks:ReminderSet><tasks:ReminderTime>2026-11-23T08:00:00.000Z</tasks:ReminderTime>"))[0].first("Flag")
		for name, want := range map[string]string{
			"Status": "2", "FlagType": "Flag for follow up", "StartDate": "2026-11-23T00:00:00.000Z", "DueDate": "2026-11-24T00:00:00.000Z",
			"ReminderSet": "1", "ReminderTime": "2026-11-23T08:00:00.000Z",
		} {
			s.equal(name, f.at(name), want)
		}
	}},
	{"MS-ASEMAIL_R86", "a flag is completed", func(s *scene) {
		f := s.changed(placed("hello"), flagged(followUp), flagged("<email:Status>1</email:Status>"+completed))[0].first("Flag")
		s.equal("Status", f.at("Status"), "1")
		s.equal("CompleteTime", f.at("CompleteTime"), "2026-11-23T09:00:00.000Z")
	}},
	{"MS-ASEMAIL_R88", "a flag is cleared by status 0 and by an empty one", func(s *scene) {
		for _, cleared := range []string{noFlag, flagged("<email:Status>0</email:Status>")} {
			c := s.changed(placed("hello"), flagged(followUp), cleared)
			for _, one := range c {
				s.equal("children of Flag", one.first("Flag").children(), "")
			}
		}
		s.equal("Flag from key 0", s.fresh("THIRD").begin(inbox, smsOptions)[0].first("ApplicationData/Flag").children(), "")
	}},
	{"MS-ASEMAIL_R483", "Importance is 0, 1 or 2", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, smsOptions)
		for value, status := range map[string]string{"0": "1", "1": "1", "2": "1", "3": "6", "-1": "6", "high": "6"} {
			data := strings.Replace(received(value), importance("1"), importance(value), 1)
			s.equal("status of "+value, phone.sync(inbox, commands(addSMS("c"+value, data))).root.at(addStatus), status)
		}
	}},
	{"MS-ASEMAIL_R72", "what an item holds stands in ApplicationData of an Add or a Change", func(s *scene) {
		id := s.place(inbox, placed("hello"))
		phone, tablet := s.device("PHONE"), s.device("TABLET")
		phone.sync(inbox, smsOptions)
		add := phone.sync(inbox, "")
		tablet.begin(inbox, smsOptions)
		tablet.sync(inbox, commands(change(id, read("1"))))
		for path, a := range map[string]*answer{"Commands/Add": add, "Commands/Change": phone.sync(inbox, "")} {
			item := a.collection().first(path)
			a.root.walk(func(e *element) {
				if e.tag.Page() == 2 && !slices.Contains(item.first("ApplicationData").inner, e) && e.tag.Name() != "Status" {
					s.Errorf("%s stands elsewhere in\n%s", e.tag, a)
				}
			})
		}
	}},
	{"MS-ASEMAIL_R92", "a flag that lacks what it needs is status 6", func(s *scene) {
		s.refused(placed("hello"), flagged("<email:Status>1</email:Status>"), flagged("<email:Status>2</email:Status>"), flagged("<email:Status>3</email:Status>"),
			flagged("<email:FlagType>x</email:FlagType>"), flagged(followUp+"<tasks:ReminderSet>1</tasks:ReminderSet>"))
	}},
	{"MS-ASEMAIL_R739", "a flag that is due before it starts is status 6", func(s *scene) {
		s.refused(placed("hello"), flagged(followUp+strings.ReplaceAll(fourDates, "2026-11-24", "2026-11-22")))
	}},
	{"MS-ASEMAIL_R741", "some of the four dates are status 6", func(s *scene) {
		s.refused(placed("hello"), flagged(followUp+"<tasks:StartDate>2026-11-23T00:00:00.000Z</tasks:StartDate>"),
			flagged(followUp+"<tasks:DueDate>2026-11-24T00:00:00.000Z</tasks:DueDate><tasks:UtcDueDate>2026-11-24T00:00:00.000Z</tasks:UtcDueDate>"))
	}},
	{"MS-ASEMAIL_R643", "Read that is neither 0 nor 1 is status 6", func(s *scene) {
		s.refused(placed("hello"), read("maybe"), read("2"))
	}},
	{"MS-ASEMAIL_R347", "a ConversationId in a Change is status 6", func(s *scene) {
		s.refused(placed("hello"), "<email2:ConversationId>AAAAAAAAAAAAAAAA</email2:ConversationId>")
	}},
	{"MS-ASEMAIL_R437", "no flag is an empty Flag", func(s *scene) {
		s.place(inbox, placed("hello"))
		s.place(inbox, mail("plans"))
		for _, add := range s.device("PHONE").begin(inbox, smsOptions+mailOptions) {
			s.equal("Flag", add.first("ApplicationData/Flag").children(), "")
		}
	}},
	{"MS-ASEMAIL_R342", "a mail says that it is one", func(s *scene) {
		s.place(inbox, mail("plans"))
		add := only(s, s.device("PHONE").begin(inbox, mailOptions))
		s.equal("ContentClass", add.data("ContentClass"), "urn:content-classes:message")
		s.equal("MessageClass", add.data("MessageClass"), "IPM.Note")
		s.equal("ConversationId", len(add.data("ConversationId")), 16)
	}},
	{"MS-ASDTYPE_R6", "an empty boolean is 1", func(s *scene) {
		c := s.changed(placed("hello"), "<email:Read/>")
		s.equal("changes", len(c), 1)
		s.equal("Read", c[0].at("Read"), "1")
	}},
	{"MS-ASDTYPE_R15", "times are in UTC, with milliseconds or without", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, smsOptions)
		for i, date := range []string{"2026-11-23T11:00:00.000Z", "2026-11-23T11:00:00Z"} {
			phone.add(inbox, "c"+string(rune('0'+i)), to(me)+from(pat)+dateReceived(date)+body(date)+cpid("65001"))
		}
		for _, add := range s.device("TABLET").begin(inbox, smsOptions) {
			s.equal("DateReceived", add.data("DateReceived"), "2026-11-23T11:00:00.000Z")
		}
	}},
	{"MS-ASDTYPE_R91", "all else is a text", func(s *scene) {
		s.place(inbox, placed("hello"))
		s.place(inbox, mail("plans"))
		phone := s.device("PHONE")
		phone.sync(inbox, smsOptions+mailOptions)
		for _, a := range []*answer{phone.sync(inbox, ""), phone.folderSync(), phone.estimate(inbox, ""), phone.getOof()} {
			a.root.walk(func(e *element) {
				if e.opaque && e.tag.Name() != "ConversationId" && e.tag.Name() != "ConversationIndex" {
					s.Errorf("%s is opaque", e.tag)
				}
			})
		}
	}},
	{"MS-ASDTYPE_R98", "byte arrays are opaque data", func(s *scene) {
		s.place(inbox, placed("hello"))
		add := only(s, s.device("PHONE").begin(inbox, smsOptions))
		for _, name := range []string{"ConversationId", "ConversationIndex"} {
			s.equal(name+" is opaque", add.first("ApplicationData/"+name).opaque, true)
		}
		s.equal("From is opaque", add.first("ApplicationData/From").opaque, false)
	}},
	{"MS-ASWBXML_R819", "opaque data is read where a text is expected, and tables and entities are not", func(s *scene) {
		phone := s.device("PHONE")
		phone.post("FolderSync", []byte("\x03\x01\x6a\x00\x00\x07\x56\x52\xc3\x010\x01\x01")).want("Status", "1")
		for name, text := range map[string]string{"an entity": "\x02\x30", "a string of the table": "\x83\x00", "an instruction": "\x43\x05\x01"} {
			if a := phone.post("FolderSync", []byte("\x03\x01\x6a\x00\x00\x07\x56\x52"+text+"\x01\x01")); a.root.at("Status") != "102" {
				s.Errorf("%s: %s", name, a)
			}
		}
	}},
}
