package conformance

import (
	"strconv"
	"strings"
	"testing"
)

func TestGetItemEstimate(t *testing.T) { getItemEstimate.run(t) }

const (
	responseStatus   = "Response/Status"
	responseEstimate = "Response/Collection/Estimate"

	conversationMode = "<ConversationMode>1</ConversationMode>"
)

// maxItems asks for two numbers of recipients at once.
const maxItems = "<Options><MaxItems>10</MaxItems><MaxItems>20</MaxItems></Options>"

// getItemEstimate is the command GetItemEstimate.
var getItemEstimate = chapter{
	{"ASCMD-S07-TC02", "without Options everything counts, however old", func(s *scene) {
		old := mail("old")
		old.Date = noon.AddDate(-1, 0, 0)
		s.place(inbox, old)
		s.place(inbox, mail("new"))
		phone := s.device("PHONE")
		phone.sync(inbox, "")
		phone.estimate(inbox, "").want(responseEstimate, "2")
		phone.estimate(inbox, block("", filter("1"))).want(responseEstimate, "1")
	}},
	{"ASCMD-S07-TC03", "any filter that exists will do for contacts", func(s *scene) {
		phone := s.device("PHONE")
		phone.sync(contacts, "")
		for f := range 9 {
			a := phone.estimate(contacts, block("", filter(strconv.Itoa(f))))
			a.want("Status", absent)
			a.want(responseStatus, "1")
			a.want(responseEstimate, "0")
		}
	}},
	{"ASCMD-S07-TC06", "tasks are filtered by 0 and 8, the rest is status 110", func(s *scene) {
		phone := s.device("PHONE")
		tasks := phone.types[tasksType]
		phone.sync(tasks, "")
		for f := range 9 {
			a := phone.estimate(tasks, block("", filter(strconv.Itoa(f))))
			if f == 0 || f == 8 {
				a.want(responseStatus, "1")
			} else {
				a.wantTop("110")
			}
		}
	}},
	{"ASCMD-S07-TC07", "a filter that does not exist is status 103", func(s *scene) {
		phone := s.device("PHONE")
		for _, folder := range []string{inbox, contacts, phone.types[calendarType], phone.types[tasksType]} {
			phone.sync(folder, "")
			phone.estimate(folder, block("", filter("9"))).want(responseStatus, "103")
		}
	}},
	{"ASCMD-S07-TC08", "MaxItems twice is no error in the recipient information cache", func(s *scene) {
		phone := s.device("PHONE")
		phone.sync(recipientCache, "")
		phone.estimate(recipientCache, maxItems).want(responseStatus, "1")
	}},
	{"ASCMD-S07-TC09", "a folder that is not there is status 2", func(s *scene) {
		phone := s.device("PHONE")
		for _, id := range []string{unknown, "nonsense"} {
			phone.keys[id] = "1"
			phone.estimate(id, "").want(responseStatus, "2")
		}
	}},
	{"ASCMD-S07-TC10", "a folder that was never synchronized is status 3", func(s *scene) {
		phone := s.device("PHONE")
		for _, key := range []string{"0", "1", "nonsense"} {
			phone.keys[inbox] = key
			a := phone.estimate(inbox, "")
			a.want(responseStatus, "3")
			a.want(responseEstimate, absent)
		}
	}},
	{"ASCMD-S07-TC11", "a key that was never issued is status 4", func(s *scene) {
		phone := s.device("PHONE")
		phone.sync(inbox, "")
		for _, key := range []string{phone.keys[inbox] + "1", "nonsense"} {
			phone.keys[inbox] = key
			phone.estimate(inbox, "").want(responseStatus, "4")
		}
	}},
	{"ASCMD-S07-TC12", "the key of another folder is status 4", func(s *scene) {
		phone := s.device("PHONE")
		phone.sync(contacts, "")
		phone.sync(inbox, "")
		phone.begin(sentItems, mailOptions)
		phone.keys[contacts] = phone.keys[sentItems]
		phone.estimate(contacts, "").want(responseStatus, "4")
	}},
	{"ASCMD-S07-TC13", "there are no conversations of contacts: status 103", func(s *scene) {
		phone := s.device("PHONE")
		phone.sync(contacts, "")
		phone.estimate(contacts, conversationMode).want(responseStatus, "103")
	}},
	{"ASCMD-S07-TC14", "texts and mails count together", func(s *scene) {
		s.place(inbox, placed("hello"))
		s.place(inbox, mail("plans"))
		phone := s.device("PHONE")
		phone.sync(inbox, "")
		phone.estimate(inbox, block("Email", filter("0"))+smsOptions).want(responseEstimate, "2")
		phone.estimate(inbox, smsOptions+block("Email", filter("0"))).want(responseEstimate, "2")
	}},
	{"ASCMD-S07-TC16", "any other two classes are status 4 of the whole request", func(s *scene) {
		phone := s.device("PHONE")
		phone.sync(inbox, "")
		for _, pair := range [][2]string{{"Email", "Contacts"}, {"SMS", "Tasks"}, {"Calendar", "Email"}, {"Notes", "SMS"}, {"Calendar", "Tasks"}} {
			phone.estimate(inbox, block(pair[0], filter("0"))+block(pair[1], filter("0"))).wantTop("4")
		}
	}},
	{"ASCON-S02-TC02", "conversations of mail are status 4 where there is no mail", func(s *scene) {
		phone := s.device("PHONE")
		calendar := phone.types[calendarType]
		phone.sync(calendar, "")
		phone.estimate(calendar, conversationMode+block("Email", "")).wantTop("4")
		phone.estimate(calendar, conversationMode).want(responseStatus, "103")
	}},

	{"ASCMD-S07-TC01", "an estimate says how many items are to come", func(s *scene) {
		phone := s.device("PHONE")
		phone.sync(inbox, "")
		s.place(inbox, mail("plans"))
		a := phone.estimate(inbox, mailOptions)
		s.equal("children of Response", a.root.first("Response").children(), "Status Collection")
		a.want(responseStatus, "1")
		a.want(responseEstimate, "1")
	}},
	{"ASCMD-S07-TC04", "mail is filtered by 0 to 5, the rest is status 110", func(s *scene) {
		s.wantFilters(inbox, "012345")
	}},
	{"ASCMD-S07-TC05", "the calendar is filtered by 0 and 4 to 7", func(s *scene) {
		s.wantFilters(s.device("PHONE").types[calendarType], "04567")
	}},
	{"ASCMD-S07-TC15", "1001 collections are status 103", func(s *scene) {
		one := "<Collection><sync:SyncKey>1</sync:SyncKey>" + el("CollectionId", inbox) + "</Collection>"
		s.device("PHONE").command("GetItemEstimate", `<GetItemEstimate xmlns="GetItemEstimate" xmlns:sync="AirSync"><Collections>`+
			strings.Repeat(one, 1001)+`</Collections></GetItemEstimate>`).wantTop("103")
	}},
	{"MS-ASCMD_R171", "the estimate is what the next Sync brings, and takes nothing away", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, smsOptions)
		for range 7 {
			s.place(inbox, placed("hello"))
		}
		for range 3 {
			phone.estimate(inbox, smsOptions).want(responseEstimate, "7")
		}
		s.equal("texts", len(phone.rest(inbox)), 7)
		phone.estimate(inbox, smsOptions).want(responseEstimate, "0")
	}},
	{"MS-ASCMD_R2967", "mails within the filter count", func(s *scene) {
		for _, days := range []int{0, 2, 5, 10, 20, 40} {
			m := mail(strconv.Itoa(days))
			m.Date = noon.AddDate(0, 0, -days)
			s.place(inbox, m)
		}
		phone := s.device("PHONE")
		phone.sync(inbox, "")
		for f, want := range map[string]string{"0": "6", "1": "1", "2": "2", "3": "3", "4": "4", "5": "5"} {
			phone.estimate(inbox, block("", filter(f))).want(responseEstimate, want)
		}
	}},
	{"MS-ASCMD_R2999", "mail has the filters 0 to 5, the calendar 0 and 4 to 7, tasks 0 and 8", func(s *scene) {
		types := s.device("PHONE").types
		s.wantFilters(inbox, "012345")
		s.wantFilters(types[calendarType], "04567")
		s.wantFilters(types[tasksType], "08")
	}},
	{"MS-ASCMD_R3269", "MaxItems of anything but recipients is status 2", func(s *scene) {
		phone := s.device("PHONE")
		for _, folder := range []string{inbox, contacts} {
			phone.sync(folder, "")
			phone.estimate(folder, maxItems).want(responseStatus, "2")
		}
	}},
	{"MS-ASCMD_R3543", "without Options the count ends at 512", func(s *scene) {
		for range 515 {
			s.place(inbox, mail("plans"))
		}
		phone := s.device("PHONE")
		phone.sync(inbox, "")
		phone.estimate(inbox, "").want(responseEstimate, "512")
		phone.estimate(inbox, mailOptions).want(responseEstimate, "515")
	}},
	{"MS-ASCMD_R4130", "one bad collection of several has its own status", func(s *scene) {
		s.place(inbox, mail("plans"))
		phone := s.device("PHONE")
		phone.sync(inbox, "")
		one := func(key, id string) string {
			return "<Collection>" + el("sync:SyncKey", key) + el("CollectionId", id) + "</Collection>"
		}
		a := phone.command("GetItemEstimate", `<GetItemEstimate xmlns="GetItemEstimate" xmlns:sync="AirSync"><Collections>`+
			one("1", unknown)+one(phone.keys[inbox], inbox)+one("1", sentItems)+`</Collections></GetItemEstimate>`)
		a.want("Status", absent)
		var got []string
		for _, r := range a.root.all("Response") {
			got = append(got, r.at("Collection/CollectionId")+" "+r.at("Status")+" "+r.at("Collection/Estimate"))
		}
		s.equal("answers", got, []string{unknown + " 2 " + absent, inbox + " 1 1", sentItems + " 3 " + absent})
	}},
	{"MS-ASCMD_R4591", "a key serves for estimates and then for Sync", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, smsOptions)
		s.place(inbox, placed("hello"))
		before := phone.keys[inbox]
		phone.estimate(inbox, "").want(responseStatus, "1")
		s.equal("key", phone.keys[inbox], before)
		s.equal("texts", bodies(phone.rest(inbox)), "[hello]")
		phone.keys[inbox] = before
		phone.estimate(inbox, "").want(responseStatus, "4")
	}},
	{"MS-ASCMD_R5647", "1001 collections are status 103", func(s *scene) {
		one := "<Collection><sync:SyncKey>1</sync:SyncKey>" + el("CollectionId", inbox) + "</Collection>"
		s.device("PHONE").command("GetItemEstimate", `<GetItemEstimate xmlns="GetItemEstimate" xmlns:sync="AirSync"><Collections>`+
			strings.Repeat(one, 1001)+`</Collections></GetItemEstimate>`).wantTop("103")
	}},
}

// wantFilters checks which filters an estimate of a folder takes.
func (s *scene) wantFilters(folder, valid string) {
	s.Helper()
	phone := s.device("PHONE")
	phone.sync(folder, "")
	for _, f := range "012345678" {
		a := phone.estimate(folder, block("", filter(string(f))))
		if strings.ContainsRune(valid, f) {
			a.want(responseStatus, "1")
		} else {
			a.wantTop("110")
		}
	}
}
