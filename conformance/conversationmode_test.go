package conformance

import "testing"

func TestConversationMode(t *testing.T) { conversationModes.run(t) }

// conversationModes are what a device gets that asks for whole conversations: what
// its filter lets through, and no status of an error.
var conversationModes = chapter{
	{"MS-ASCMD_R2110", "whole conversations can be asked for, and the filter stays as it is", syncsWhatIsNew},
	{"MS-ASCMD_R2097", "an estimate of whole conversations counts what a Sync brings", estimatesWhatIsNew},
	{"ASCMD-S19-TC45", "the new text comes without the old one", syncsWhatIsNew},
	{"ASCON-S01-TC04", "a Sync of conversations is taken, and goes by the filter", syncsWhatIsNew},
	{"ASCON-S02-TC01", "an estimate of conversations is given, and goes by the filter", estimatesWhatIsNew},
}

// halfOld is a conversation of a text an hour old and one of three weeks ago, of
// which a filter of a week takes the new one.
func (s *scene) halfOld() (phone *device, fresh string) {
	s.Helper()
	old := placed("three weeks ago")
	old.Date = noon.AddDate(0, 0, -21)
	s.place(inbox, old)
	return s.device("PHONE"), s.place(inbox, placed("today"))
}

func syncsWhatIsNew(s *scene) {
	phone, fresh := s.halfOld()
	phone.sync(inbox, conversationMode+block("SMS", filter("3"))).collection().wantStatus(s, "1")
	s.equal("text", only(s, phone.rest(inbox)).at("ServerId"), fresh)
}

func estimatesWhatIsNew(s *scene) {
	phone, _ := s.halfOld()
	phone.sync(inbox, block("SMS", filter("3")))
	a := phone.estimate(inbox, conversationMode+block("SMS", filter("3")))
	a.want(responseStatus, "1")
	a.want(responseEstimate, "1")
}
