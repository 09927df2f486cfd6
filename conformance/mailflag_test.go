package conformance

import (
	"strings"
	"testing"
)

func TestMailFlags(t *testing.T) { mailFlags.run(t) }

const (
	complete = "<email:Status>1</email:Status>" + completed
	reminder = "<tasks:ReminderSet>1</tasks:ReminderSet><tasks:ReminderTime>2026-11-23T08:00:00.000Z</tasks:ReminderTime>"
	ordinal  = "<tasks:OrdinalDate>2026-11-23T08:00:00.000Z</tasks:OrdinalDate><tasks:SubOrdinalDate>abc</tasks:SubOrdinalDate>"
	subject  = "<tasks:Subject>plans</tasks:Subject>"
)

// wantFlag checks what becomes of a mail whose flag is changed so.
func (s *scene) wantFlag(want map[string]string, flags ...string) {
	s.Helper()
	var data []string
	for _, f := range flags {
		data = append(data, flagged(f))
	}
	c := s.changed(mail("plans"), data...)
	if len(c) != 1 {
		s.Fatalf("%d changes", len(c))
	}
	s.equal("children of ApplicationData", c[0].children(), "Flag")
	for name, text := range want {
		s.equal(name, c[0].at("Flag/"+name), text)
	}
}

// twice checks that an element may stand twice in a flag.
func (s *scene) twice(name, text string) {
	s.Helper()
	one := el(name, text)
	f := followUp + fourDates + reminder + ordinal
	if strings.Contains(f, one) {
		f = strings.Replace(f, one, one+one, 1)
	} else {
		s.Fatalf("no %s in %s", one, f)
	}
	s.wantFlag(map[string]string{"Status": "2"}, f)
}

// mailFlags are the cases about follow-up flags of mails.
var mailFlags = chapter{
	{"ASEMAIL-S03-TC01", "a flag with everything", func(s *scene) {
		s.wantFlag(map[string]string{"Status": "2", "Subject": "plans", "ReminderSet": "1", "SubOrdinalDate": "abc", "OrdinalDate": "2026-11-23T08:00:00.000Z"},
			subject+followUp+fourDates+reminder+ordinal)
	}},
	{"ASEMAIL-S03-TC02", "a status that is none is status 6", func(s *scene) {
		s.refused(mail("plans"), flagged("<email:Status>4</email:Status><email:FlagType>x</email:FlagType>"), flagged("<email:Status>3</email:Status>"))
	}},
	{"ASEMAIL-S03-TC03", "CompleteTime comes with DateCompleted", func(s *scene) {
		s.wantFlag(map[string]string{"CompleteTime": "2026-11-23T09:00:00.000Z", "DateCompleted": "2026-11-23T09:00:00.000Z"}, followUp+fourDates, complete)
	}},
	{"ASEMAIL-S03-TC04", "a reminder without its time is status 6", func(s *scene) {
		s.refused(mail("plans"), flagged(followUp+"<tasks:ReminderSet>1</tasks:ReminderSet>"))
	}},
	{"ASEMAIL-S03-TC05", "due before it starts is status 6", func(s *scene) {
		s.refused(mail("plans"), flagged(followUp+strings.Replace(fourDates, "<tasks:DueDate>2026-11-24", "<tasks:DueDate>2026-11-22", 1)))
	}},
	{"ASEMAIL-S03-TC06", "so in UTC", func(s *scene) {
		s.refused(mail("plans"), flagged(followUp+strings.Replace(fourDates, "<tasks:UtcDueDate>2026-11-24", "<tasks:UtcDueDate>2026-11-22", 1)))
	}},
	{"ASEMAIL-S03-TC07", "two dates of four are status 6", func(s *scene) {
		s.refused(mail("plans"), flagged(followUp+"<tasks:StartDate>2026-11-23T00:00:00.000Z</tasks:StartDate><tasks:DueDate>2026-11-24T00:00:00.000Z</tasks:DueDate>"))
	}},
	{"ASEMAIL-S03-TC08", "four dates in their order are kept", func(s *scene) {
		s.wantFlag(map[string]string{"StartDate": "2026-11-23T00:00:00.000Z", "UtcDueDate": "2026-11-24T00:00:00.000Z"}, followUp+fourDates)
	}},
	{"ASEMAIL-S03-TC11", "a mail is flagged with four dates", func(s *scene) {
		s.wantFlag(map[string]string{"Status": "2", "FlagType": "Flag for follow up"}, followUp+fourDates)
	}},
	{"ASEMAIL-S03-TC12", "a flagged mail is completed", func(s *scene) {
		s.wantFlag(map[string]string{"Status": "1"}, followUp+fourDates, complete)
	}},
	{"ASEMAIL-S03-TC13", "a flag is cleared by status 0", func(s *scene) {
		s.wantCleared("<email:Status>0</email:Status>")
	}},
	{"ASEMAIL-S03-TC14", "a flag is cleared by an empty one", func(s *scene) {
		s.wantCleared("")
	}},
	{"ASEMAIL-S03-TC15", "a flag is changed by a whole one", func(s *scene) {
		s.wantFlag(map[string]string{"DueDate": "2026-11-25T00:00:00.000Z"}, followUp+fourDates, followUp+strings.ReplaceAll(fourDates, "2026-11-24", "2026-11-25"))
	}},
	{"ASEMAIL-S03-TC16", "a flag that lacks what it needs is status 6", func(s *scene) {
		s.refused(mail("plans"), flagged("<email:Status>2</email:Status>"+fourDates), flagged("<email:Status>1</email:Status>"))
	}},
	{"ASEMAIL-S03-TC17", "DueDate twice is no error", func(s *scene) { s.twice("tasks:DueDate", "2026-11-24T00:00:00.000Z") }},
	{"ASEMAIL-S03-TC18", "OrdinalDate twice is no error", func(s *scene) { s.twice("tasks:OrdinalDate", "2026-11-23T08:00:00.000Z") }},
	{"ASEMAIL-S03-TC19", "ReminderSet twice is no error", func(s *scene) { s.twice("tasks:ReminderSet", "1") }},
	{"ASEMAIL-S03-TC20", "ReminderTime twice is no error", func(s *scene) { s.twice("tasks:ReminderTime", "2026-11-23T08:00:00.000Z") }},
	{"ASEMAIL-S03-TC21", "StartDate twice is no error", func(s *scene) { s.twice("tasks:StartDate", "2026-11-23T00:00:00.000Z") }},
	{"ASEMAIL-S03-TC22", "Status twice is no error", func(s *scene) { s.twice("email:Status", "2") }},
	{"ASEMAIL-S03-TC23", "SubOrdinalDate twice is no error", func(s *scene) { s.twice("tasks:SubOrdinalDate", "abc") }},
	{"ASEMAIL-S03-TC24", "UtcDueDate twice is no error", func(s *scene) { s.twice("tasks:UtcDueDate", "2026-11-24T00:00:00.000Z") }},
	{"ASEMAIL-S03-TC25", "UtcStartDate twice is no error", func(s *scene) { s.twice("tasks:UtcStartDate", "2026-11-23T00:00:00.000Z") }},
	{"ASEMAIL-S03-TC27", "a flag of a task, with its subject and a reminder", func(s *scene) {
		s.wantFlag(map[string]string{"Subject": "plans", "ReminderSet": "1"}, subject+followUp+fourDates+reminder)
	}},
	{"ASEMAIL-S03-TC28", "such a flag is cleared by status 0", func(s *scene) { s.wantCleared("<email:Status>0</email:Status>") }},
	{"ASEMAIL-S03-TC29", "such a flag is cleared by an empty one", func(s *scene) { s.wantCleared("") }},
	{"ASEMAIL-S03-TC30", "such a flag is completed", func(s *scene) {
		s.wantFlag(map[string]string{"Status": "1"}, subject+followUp+fourDates+reminder, complete)
	}},
	{"ASEMAIL-S03-TC31", "such a flag is changed", func(s *scene) {
		s.wantFlag(map[string]string{"Subject": "other plans"}, subject+followUp+fourDates+reminder,
			strings.Replace(subject, "plans", "other plans", 1)+followUp+fourDates+reminder)
	}},

	{"ASEMAIL-S01-TC05", "a mail that was read: Read alone", func(s *scene) {
		c := s.changed(mail("plans"), read("1"))
		s.equal("children", c[0].children(), "Read")
	}},
	{"ASEMAIL-S01-TC06", "a mail that was flagged: Flag alone", func(s *scene) {
		c := s.changed(mail("plans"), flagged(followUp))
		s.equal("children", c[0].children(), "Flag")
	}},
	{"ASEMAIL-S01-TC07", "both: both", func(s *scene) {
		c := s.changed(mail("plans"), read("1")+flagged(followUp))
		s.equal("children", c[0].children(), "Read Flag")
	}},
	{"ASEMAIL-S01-TC09", "neither: nothing", func(s *scene) {
		s.equal("changes", len(s.changed(mail("plans"))), 0)
	}},
	{"ASEMAIL-S01-TC10", "Read that is no boolean is status 6", func(s *scene) {
		s.refused(mail("plans"), read("7"), read("yes"))
	}},
	{"ASEMAIL-S01-TC11", "a mail's Sender cannot be changed: status 6", func(s *scene) {
		s.refused(mail("plans"), "<email2:Sender>ben@example.com</email2:Sender>", from("ben@example.com"))
	}},
	{"ASEMAIL-S01-TC12", "a Sender that is From is not named", func(s *scene) {
		s.place(inbox, mail("plans"))
		add := only(s, s.device("PHONE").begin(inbox, mailOptions))
		s.equal("Sender", add.data("Sender"), absent)
		s.equal("From", add.data("From"), `"Ben" <ben@example.com>`)
	}},
	{"ASEMAIL-S01-TC14", "ReceivedAsBcc cannot be changed: status 6", func(s *scene) {
		s.refused(mail("plans"), "<email2:ReceivedAsBcc>1</email2:ReceivedAsBcc>")
	}},
	{"ASEMAIL-S01-TC17", "a conversation cannot be changed: status 6", func(s *scene) {
		s.refused(mail("plans"), "<email2:ConversationId>AAAAAAAAAAAAAAAA</email2:ConversationId>")
	}},
	{"ASEMAIL-S01-TC19", "a Schema of Subject brings Subject alone", func(s *scene) {
		id := s.place(inbox, mail("plans"))
		a := s.device("PHONE").operate(fetchXML(inbox, id, "<Options><Schema><email:Subject/></Schema></Options>"))
		a.want(fetched+"Status", "1")
		s.equal("properties", a.root.first(fetched+"Properties").children(), "Subject")
	}},
	{"ASEMAIL-S01-TC20", "a mail is fetched with its words", func(s *scene) {
		id := s.place(inbox, mail("plans"))
		a := s.device("PHONE").operate(fetchXML(inbox, id, "<Options>"+preference("1", "")+"</Options>"))
		a.want(fetched+"Status", "1")
		a.want(fetched+"Properties/Body/Data", "plans")
	}},
	{"ASEMAIL-S01-TC21", "a mail that is too long is fetched cut", func(s *scene) {
		id := s.place(inbox, mail("plans"))
		a := s.device("PHONE").operate(fetchXML(inbox, id, "<Options>"+preference("1", truncation("3")+"<base:AllOrNone>0</base:AllOrNone>")+"</Options>"))
		a.want(fetched+"Properties/Body/Data", "pla")
		a.want(fetched+"Properties/Body/Truncated", "1")
	}},
	{"ASEMAIL-S01-TC22", "a mail that fits is fetched whole", func(s *scene) {
		id := s.place(inbox, mail("plans"))
		a := s.device("PHONE").operate(fetchXML(inbox, id, "<Options>"+preference("1", truncation("30")+allOrNone)+"</Options>"))
		a.want(fetched+"Properties/Body/Data", "plans")
		a.want(fetched+"Properties/Body/Truncated", absent)
	}},
	{"ASEMAIL-S01-TC23", "an element of a mail in a Search is status 2", func(s *scene) {
		s.library().search(and(hello+"<email:Importance>1</email:Importance>"), "").wantStore("2")
	}},
	{"ASEMAIL-S01-TC24", "a mail is found", func(s *scene) {
		s.place(inbox, mail("plans"))
		a := s.device("PHONE").search(and(el("sync:Class", "Email")+"<FreeText>plans</FreeText>"), "").wantStore("1")
		a.want(inStore+"Result/Properties/Subject", "plans")
	}},
	{"ASEMAIL-S01-TC32", "a mail is found by Find", func(s *scene) {
		s.place(inbox, mail("plans"))
		a := s.device("PHONE").find("1", el("sync:Class", "Email")+"<FreeText>plans</FreeText>", "")
		a.want("Response/Status", "1")
		a.want("Response/Result/Properties/Subject", "plans")
	}},
}

// wantCleared checks that a flag of a mail is cleared so.
func (s *scene) wantCleared(cleared string) {
	s.Helper()
	id := s.place(inbox, mail("plans"))
	phone, tablet := s.device("PHONE"), s.device("TABLET")
	phone.begin(inbox, mailOptions)
	tablet.begin(inbox, mailOptions)
	phone.sync(inbox, commands(change(id, flagged(subject+followUp+fourDates)))).want(responses, absent)
	tablet.sync(inbox, "").want("Collections/Collection/Commands/Change/ApplicationData/Flag/Status", "2")
	phone.sync(inbox, commands(change(id, flagged(cleared)))).want(responses, absent)
	c := tablet.sync(inbox, "").collection().first("Commands/Change/ApplicationData/Flag")
	s.equal("children of Flag", c.children(), "")
}
