package conformance

import (
	"testing"
	"time"
)

func TestSection3_2_5_1(t *testing.T) { processingSync.run(t) }

// refusedOptions checks that Options fail a whole Sync, with key 0 and with a
// later one, and that nothing else happens: the key stays as it was, another
// collection of the same request does not begin, and the Options in force hold.
func (s *scene) refusedOptions(folder string, blocks ...string) {
	s.Helper()
	phone := s.device("PHONE")
	phone.begin(inbox, smsOptions)
	if folder != inbox {
		phone.begin(folder, "")
	}
	key := phone.keys[folder]
	for _, b := range blocks {
		phone.keys[folder] = "0"
		phone.sync(folder, b).wantTop("4")
		phone.keys[folder] = key
		phone.sync(folder, b).wantTop("4")
		phone.syncs(phone.collection(folder, b), phone.collection(sentItems, "")).wantTop("4")
		s.equal("the other collection has begun", phone.keys[sentItems], "")
	}
	phone.sync(inbox, "").wantEmpty()
	s.place(inbox, placed("afterwards"))
	s.equal("what comes afterwards", bodies(phone.rest(inbox)), "[afterwards]")
}

// processingSync is section 3.2.5.1.
var processingSync = chapter{
	{"ASMS-3.2.5.1-1", "Sync is answered with Sync, or with nothing when there is nothing", func(s *scene) {
		phone := s.device("PHONE")
		a := phone.sync(inbox, smsOptions)
		s.equal("root", a.root.tag.String(), "AirSync Sync")
		s.equal("within", a.root.children(), "Collections")
		phone.sync(inbox, "").wantEmpty()
	}},
	{"ASMS-3.2.5.1-2", "what a text holds stands in ApplicationData, in the order of the example", func(s *scene) {
		s.place(inbox, placed("hello"))
		add := only(s, s.device("PHONE").begin(inbox, smsOptions))
		s.equal("Add", add.children(), "Class ServerId ApplicationData")
		s.equal("ApplicationData", add.first("ApplicationData").children(),
			"To From DateReceived Importance Read Body InternetCPID Flag ConversationId ConversationIndex")
	}},
	{"ASMS-3.2.5.1-3", "a device that asked for mail sees no text, whatever becomes of it", func(s *scene) {
		phone, tablet := s.device("PHONE"), s.device("TABLET")
		phone.begin(inbox, smsOptions)
		tablet.begin(inbox, "")
		id := phone.add(inbox, "c1", received("hello")).at("ServerId")
		s.place(inbox, placed("another"))
		tablet.sync(inbox, "").wantEmpty()
		tablet.estimate(inbox, "").wantEstimate(0)
		tablet.sync(inbox, commands("<Fetch><ServerId>"+id+"</ServerId></Fetch>")).want("Collections/Collection/Responses/Fetch/Status", "8")
		phone.rest(inbox)
		phone.sync(inbox, commands(change(id, read("1"))))
		tablet.sync(inbox, "").wantEmpty()
		phone.sync(inbox, commands(remove(id)))
		tablet.sync(inbox, "").wantEmpty()
		tablet.estimate(inbox, "").wantEstimate(0)
		s.equal("from key 0", len(tablet.begin(inbox, "")), 0)
	}},
	{"ASMS-3.2.5.1-3", "neither a Ping nor a hanging Sync wakes for a text nobody asked for", func(s *scene) {
		one, two := s.device("ONE"), s.device("TWO")
		one.begin(inbox, "")
		two.begin(inbox, mailOptions)
		ping := one.hang("Ping", `<Ping xmlns="Ping"><HeartbeatInterval>60</HeartbeatInterval><Folders><Folder><Id>`+inbox+`</Id><Class>Email</Class></Folder></Folders></Ping>`)
		sync := two.hangSync(inbox, "")
		ping.stillWaits()
		s.place(inbox, placed("a text"))
		ping.stillWaits()
		sync.stillWaits()
		s.place(inbox, mail("a mail"))
		ping.wakes(10*time.Second).want("Status", "2")
		a := sync.wakes(2 * time.Second)
		s.equal("what wakes the Sync", bodies(a.collection().all("Commands/Add")), "[a mail]")
	}},
	{"ASMS-3.2.5.1-4", "filter outside 0..5 is a protocol error", func(s *scene) {
		s.refusedOptions(inbox,
			block("SMS", filter("6")), block("SMS", filter("7")), block("SMS", filter("8")), block("SMS", filter("9")),
			block("SMS", filter("255")), block("SMS", filter("-1")), block("SMS", filter("week")),
			mailOptions+block("SMS", filter("6")), block("", filter("6"))+smsOptions, block("Email", filter("8")))
	}},
	{"ASMS-3.2.5.1-5", "three blocks are a protocol error", func(s *scene) {
		s.refusedOptions(inbox, smsOptions+mailOptions+smsOptions, mailOptions+smsOptions+block("Email", ""), smsOptions+mailOptions+block("Contacts", ""))
	}},
	{"ASMS-3.2.5.1-6", "another class over mail is a protocol error", func(s *scene) {
		s.refusedOptions(inbox, block("Calendar", ""), block("Contacts", ""), block("Tasks", ""), block("Notes", ""), block("XYZ", ""),
			block("email", ""), smsOptions+block("Calendar", ""))
	}},
	{"ASMS-3.2.5.1-7", "texts or mail where there is no mail are a protocol error", func(s *scene) {
		s.refusedOptions(contacts, block("SMS", ""), block("Email", ""), block("Contacts", "")+block("SMS", ""))
	}},
}
