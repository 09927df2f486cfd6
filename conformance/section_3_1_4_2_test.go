package conformance

import (
	"fmt"
	"testing"

	"asms/eas"
)

func TestSection3_1_4_2(t *testing.T) { estimating.run(t) }

// wantEstimate checks the answer about a single collection.
func (a *answer) wantEstimate(want int) {
	a.s.Helper()
	a.want("Response/Status", "1")
	a.want("Response/Collection/Estimate", fmt.Sprint(want))
}

// estimating is section 3.1.4.2.
var estimating = chapter{
	{"ASMS-3.1.4.2-1", "three new texts are estimated, twice, and then they come", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, smsOptions)
		for i := range 3 {
			s.place(inbox, placed(fmt.Sprint("text ", i)))
		}
		phone.estimate(inbox, smsOptions).wantEstimate(3)
		phone.estimate(inbox, smsOptions).wantEstimate(3)
		s.equal("what comes", len(phone.rest(inbox)), 3)
		phone.estimate(inbox, smsOptions).wantEstimate(0)
	}},
	{"ASMS-3.1.4.2-2", "three folders with 14.0, all mail folders later", func(s *scene) {
		phone := s.device("PHONE")
		for _, folder := range []string{inbox, outbox, sentItems} {
			phone.begin(folder, "")
			phone.estimate(folder, smsOptions).wantEstimate(0)
		}
		for _, folder := range []string{phone.createFolder("Work"), drafts, deletedItems} {
			phone.begin(folder, "")
			s.place(folder, placed("a text"))
			if s.version == eas.Version140 {
				phone.estimate(folder, smsOptions).wantTop("4")
			} else {
				phone.estimate(folder, smsOptions).wantEstimate(1)
			}
		}
	}},
	{"ASMS-3.1.4.2-3", "mails, texts or both, as the Options say", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, smsOptions+mailOptions)
		s.threeAndTwo()
		phone.estimate(inbox, "").wantEstimate(3)
		phone.estimate(inbox, mailOptions).wantEstimate(3)
		phone.estimate(inbox, smsOptions).wantEstimate(2)
		phone.estimate(inbox, smsOptions+mailOptions).wantEstimate(5)
		s.equal("what comes", classes(phone.rest(inbox)), "3 mails, 2 texts")
		phone.estimate(inbox, mailOptions).wantEstimate(0) // nor are texts counted that would leave
		phone.estimate(inbox, smsOptions).wantEstimate(0)
	}},
	{"ASMS-3.1.4.2-4", "two blocks are taken, three are not", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, "")
		phone.estimate(inbox, mailOptions+smsOptions).wantEstimate(0)
		phone.estimate(inbox, mailOptions+smsOptions+mailOptions).wantTop("4")
	}},
	{"ASMS-3.1.4.2-5", "two blocks without Class are two for mail", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, "")
		phone.estimate(inbox, mailOptions+mailOptions).wantTop("4")
		phone.estimate(inbox, smsOptions+smsOptions).wantTop("4")
	}},
}
