package conformance

import "testing"

func TestSection3_2_5_2(t *testing.T) { processingEstimate.run(t) }

// processingEstimate is section 3.2.5.2.
var processingEstimate = chapter{
	{"ASMS-3.2.5.2-1", "one Response for the folder, with its Estimate", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, "")
		s.place(inbox, mail("a mail"))
		a := phone.estimate(inbox, "")
		s.equal("root", a.root.tag.String(), "GetItemEstimate GetItemEstimate")
		s.equal("within", a.root.children(), "Response")
		s.equal("Response", a.root.first("Response").children(), "Status Collection")
		s.equal("Collection", a.root.first("Response/Collection").children(), "CollectionId Estimate")
		a.want("Response/Collection/CollectionId", inbox)
		a.wantEstimate(1)
	}},
	{"ASMS-3.2.5.2-1", "changes and deletions count, too", func(s *scene) {
		phone, tablet, id := s.shared(inbox)
		another := phone.add(inbox, "c2", received("another")).at("ServerId")
		tablet.rest(inbox)
		phone.sync(inbox, commands(change(id, read("1")), remove(another)))
		s.place(inbox, placed("new"))
		tablet.estimate(inbox, smsOptions).wantEstimate(3)
		s.equal("what comes", tablet.sync(inbox, "").collection().first("Commands").children(), "Delete Change Add")
	}},
	{"ASMS-3.2.5.2-2", "texts count only where SMS is named, whatever sticks", func(s *scene) {
		phone, tablet := s.device("PHONE"), s.device("TABLET")
		phone.begin(inbox, smsOptions+mailOptions)
		tablet.begin(inbox, "")
		s.threeAndTwo()
		for _, d := range []*device{phone, tablet} {
			d.estimate(inbox, "").wantEstimate(3)
			d.estimate(inbox, block("Email", "")).wantEstimate(3)
			d.estimate(inbox, smsOptions).wantEstimate(2)
			d.estimate(inbox, smsOptions+mailOptions).wantEstimate(5)
		}
	}},
	{"ASMS-3.2.5.2-3", "three blocks are a protocol error", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, "")
		phone.estimate(inbox, smsOptions+mailOptions+smsOptions).wantTop("4")
		phone.estimate(inbox, smsOptions+mailOptions+block("Contacts", "")).wantTop("4")
	}},
	{"ASMS-3.2.5.2-4", "another class over mail is a protocol error", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, "")
		for _, blocks := range []string{block("Tasks", "") + block("Contacts", ""), block("Calendar", ""), smsOptions + block("Notes", ""), block("XYZ", "")} {
			phone.estimate(inbox, blocks).wantTop("4")
		}
	}},
	{"ASMS-3.2.5.2-5", "texts or mail where there is no mail are a protocol error", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(contacts, "")
		phone.estimate(contacts, block("SMS", "")).wantTop("4")
		phone.estimate(contacts, block("Email", "")).wantTop("4")
		phone.estimate(contacts, block("Contacts", "")).wantEstimate(0)
	}},
	{"ASMS-3.2.5.2-6", "filters of other classes are 110, what is no filter is 103", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, "")
		for _, value := range []string{"6", "7", "8"} {
			phone.estimate(inbox, block("SMS", filter(value))).wantTop("110")
			phone.estimate(inbox, block("", filter(value))).wantTop("110")
		}
		for _, value := range []string{"9", "255"} {
			a := phone.estimate(inbox, block("SMS", filter(value)))
			a.want("Response/Status", "103")
			a.want("Status", absent)
		}
		for _, value := range []string{"0", "1", "2", "3", "4", "5"} {
			phone.estimate(inbox, block("SMS", filter(value))).wantEstimate(0)
		}
	}},
}
