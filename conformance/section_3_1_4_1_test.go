package conformance

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"asms/eas"
	"asms/easclient"
)

func TestSection3_1_4_1(t *testing.T)     { synchronizing.run(t) }
func TestSection3_1_4_1_1(t *testing.T)   { options.run(t) }
func TestSection3_1_4_1_1_1(t *testing.T) { stickyOptions.run(t) }
func TestSection3_1_4_1_1_2(t *testing.T) { filtering.run(t) }
func TestSection3_1_4_1_3(t *testing.T)   { outboxSync.run(t) }

// synchronizing is section 3.1.4.1.
var synchronizing = chapter{
	{"ASMS-3.1.4.1-1", "the client begins with key 0, and then both sides have everything", func(s *scene) {
		onServer := s.place(inbox, placed("on the server"))
		phone := s.device("PHONE")
		bad := phone.command("Sync", syncXML("<Collection><SyncKey>1</SyncKey><CollectionId>"+inbox+"</CollectionId></Collection>", ""))
		bad.want("Collections/Collection/Status", "3")
		first := phone.sync(inbox, smsOptions).collection()
		s.equal("the first answer", first.children(), "SyncKey CollectionId Status")
		second := phone.sync(inbox, commands(addSMS("c1", received("on the phone")))).collection()
		s.equal("what the phone gets", second.at("Commands/Add/ServerId"), onServer)
		second.first("Responses/Add").wantStatus(s, "1")
		s.equal("what there is", len(s.device("TABLET").begin(inbox, smsOptions)), 2)
	}},
	{"ASMS-3.1.4.1-2", "Inbox, Outbox and Sent Items have texts, other folders are refused", func(s *scene) {
		phone := s.device("PHONE")
		for _, folder := range []string{inbox, outbox, sentItems} {
			phone.sync(folder, smsOptions).collection().wantStatus(s, "1")
		}
		for _, folder := range []string{phone.createFolder("Work"), drafts, deletedItems} {
			phone.sync(folder, smsOptions).wantTop("4")
			phone.sync(folder, "").collection().wantStatus(s, "1")
			phone.sync(folder, commands(addSMS("c1", received("hello")))).wantTop("4")
		}
	}},
	{"ASMS-3.1.4.1-3", "every mail folder has texts", func(s *scene) {
		phone := s.device("PHONE")
		for _, folder := range []string{inbox, outbox, sentItems, drafts, deletedItems, phone.createFolder("Work")} {
			phone.sync(folder, smsOptions).collection().wantStatus(s, "1")
			if folder != outbox { // where it would be sent
				s.place(folder, placed("hello"))
				s.equal("what comes in folder "+folder, bodies(phone.rest(folder)), "[hello]")
			}
		}
	}},
	{"ASMS-3.1.4.1-4", "a version without texts is refused", func(s *scene) {
		s.place(inbox, placed("hello"))
		s.refusedVersion()
	}},
}

// threeAndTwo puts three mails and two texts into the Inbox.
func (s *scene) threeAndTwo() {
	s.Helper()
	for i := range 3 {
		s.place(inbox, mail(fmt.Sprint("mail ", i)))
	}
	for i := range 2 {
		s.place(inbox, placed(fmt.Sprint("text ", i)))
	}
}

// classes counts texts and mails.
func classes(adds []*element) string {
	texts := 0
	for _, a := range adds {
		if a.at("Class") == "SMS" {
			texts++
		}
	}
	return fmt.Sprintf("%d mails, %d texts", len(adds)-texts, texts)
}

// options is section 3.1.4.1.1.
var options = chapter{
	{"ASMS-3.1.4.1.1-1", "three mails and two texts, as the Options ask", func(s *scene) {
		s.threeAndTwo()
		phone := s.device("PHONE")
		s.equal("SMS alone", classes(phone.begin(inbox, smsOptions)), "0 mails, 2 texts")
		s.equal("both", classes(phone.begin(inbox, smsOptions+mailOptions)), "3 mails, 2 texts")
	}},
	{"ASMS-3.1.4.1.1-2", "a block without Class brings mail alone", func(s *scene) {
		s.threeAndTwo()
		s.equal("what comes", classes(s.device("PHONE").begin(inbox, mailOptions)), "3 mails, 0 texts")
	}},
	{"ASMS-3.1.4.1.1-3", "no block ever brings mail alone", func(s *scene) {
		s.threeAndTwo()
		s.equal("what comes", classes(s.device("PHONE").begin(inbox, "")), "3 mails, 0 texts")
	}},
	{"ASMS-3.1.4.1.1-4", "three blocks are refused, and our client does not send them", func(s *scene) {
		phone := s.device("PHONE")
		phone.sync(inbox, smsOptions+mailOptions+smsOptions).wantTop("4")
		phone.sync(inbox, smsOptions+mailOptions+block("Contacts", "")).wantTop("4")
		_, err := easclient.NewCollection(s.client("OURS").Client, easclient.CollectionOptions{State: easclient.State{
			CollectionID: inbox, Options: []eas.SyncOptions{easclient.SMSOptions(), {}, {Class: eas.ClassContacts}},
		}})
		if err == nil {
			s.Error("our client took three blocks")
		}
	}},
	{"ASMS-3.1.4.1.1-5", "two blocks without Class are two for mail, and our client says SMS", func(s *scene) {
		s.device("PHONE").sync(inbox, mailOptions+mailOptions).wantTop("4")
		s.threeAndTwo()
		ours := s.client("OURS")
		c := ours.collection(s, inbox, easclient.SMSOptions())
		s.equal("its first request", ours.sent.first("Sync").at("Collections/Collection/Options/Class"), "SMS")
		if _, err := c.Sync(s.Context()); err != nil {
			s.Error(err)
		}
		if err := c.SetOptions([]eas.SyncOptions{{}, {}}); err == nil {
			s.Error("our client took two blocks for mail")
		}
	}},
	{"ASMS-3.1.4.1.1-6", "three folders in one request, each with Options for texts", func(s *scene) {
		phone := s.device("PHONE")
		folders := []string{inbox, sentItems, outbox}
		var collections []string
		for _, folder := range folders {
			collections = append(collections, phone.collection(folder, smsOptions))
		}
		answered := phone.syncs(collections...).root.all("Collections/Collection")
		s.equal("collections", len(answered), 3)
		for _, c := range answered {
			c.wantStatus(s, "1")
		}
	}},
}

// stickyOptions is section 3.1.4.1.1.1.
var stickyOptions = chapter{
	{"ASMS-3.1.4.1.1.1-1", "Options hold until others come", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, smsOptions)
		s.place(inbox, placed("a text"))
		s.place(inbox, mail("a mail"))
		s.equal("what comes", bodies(phone.rest(inbox)), "[a text]")
		phone.sync(inbox, smsOptions+mailOptions)
		s.place(inbox, placed("another text"))
		s.place(inbox, mail("another mail"))
		s.equal("what comes", classes(phone.rest(inbox)), "1 mails, 1 texts")
	}},
	{"ASMS-3.1.4.1.1.1-2", "our client sends both blocks when one changes, and none when none does", func(s *scene) {
		ours := s.client("OURS")
		text, letter := easclient.SMSOptions(), eas.SyncOptions{FilterType: eas.Ptr(eas.FilterThreeDays)}
		c := ours.collection(s, inbox, text, letter)
		sync := func() *element {
			s.Helper()
			if _, err := c.Sync(s.Context()); err != nil {
				s.Fatal(err)
			}
			return ours.sent.last().first("Collections/Collection")
		}
		s.equal("blocks when nothing changed", len(sync().all("Options")), 0)
		text.BodyPreference = []eas.BodyPreference{{Type: eas.BodyPlain, TruncationSize: eas.Ptr(uint32(500))}}
		if err := c.SetOptions([]eas.SyncOptions{text, letter}); err != nil {
			s.Fatal(err)
		}
		sent := sync().all("Options")
		if s.equal("blocks when one changed", len(sent), 2); s.Failed() {
			return
		}
		s.equal("the changed one", sent[0].at("BodyPreference/TruncationSize"), "500")
		s.equal("the other", sent[1].at("FilterType"), "2")
		s.equal("blocks afterwards", len(sync().all("Options")), 0)
	}},
	{"ASMS-3.1.4.1.1.1-3", "a class left out brings nothing more", func(s *scene) {
		s.threeAndTwo()
		phone := s.device("PHONE")
		phone.begin(inbox, smsOptions+mailOptions)
		phone.sync(inbox, mailOptions)
		s.place(inbox, placed("another text"))
		s.place(inbox, mail("another mail"))
		s.equal("what comes", bodies(phone.rest(inbox)), "[another mail]")
	}},
	{"ASMS-3.1.4.1.1.1-4", "what the client has of the class goes, in windows, and stays on the server", func(s *scene) {
		for i := range 5 {
			s.place(inbox, placed(fmt.Sprint("text ", i)))
		}
		s.place(inbox, mail("a mail"))
		phone := s.device("PHONE")
		held := map[string]bool{}
		for _, a := range phone.begin(inbox, smsOptions+mailOptions) {
			if a.at("Class") == "SMS" {
				held[a.at("ServerId")] = true
			}
		}
		c := phone.sync(inbox, "<WindowSize>2</WindowSize>"+mailOptions).collection()
		for {
			gone := c.all("Commands/SoftDelete")
			if len(gone) > 2 || len(c.all("Commands/Delete")) > 0 {
				s.Fatalf("%d SoftDeletes, %d Deletes in one answer", len(gone), len(c.all("Commands/Delete")))
			}
			for _, g := range gone {
				s.equal("SoftDelete", g.children(), "ServerId")
				delete(held, g.at("ServerId"))
			}
			if !c.has("MoreAvailable") {
				break
			}
			c = phone.sync(inbox, "<WindowSize>2</WindowSize>").collection()
		}
		s.equal("texts left on the phone", len(held), 0)
		s.equal("texts on the server", classes(s.device("TABLET").begin(inbox, smsOptions)), "0 mails, 5 texts")
	}},
}

// filtering is section 3.1.4.1.1.2.
var filtering = chapter{
	{"ASMS-3.1.4.1.1.2-1", "a window of three days, widened, narrowed, and left behind by time", func(s *scene) {
		clock := s.alone(nil)
		for words, days := range map[string]int{"yesterday": 1, "ten days ago": 10} {
			m := placed(words)
			m.Date = noon.AddDate(0, 0, -days)
			s.place(inbox, m)
		}
		phone := s.device("PHONE")
		yesterday := only(s, phone.begin(inbox, block("SMS", filter("2"))))
		s.equal("three days", yesterday.data("Body/Data"), "yesterday")
		older := only(s, phone.sync(inbox, block("SMS", filter("0"))).collection().all("Commands/Add"))
		s.equal("widened", older.data("Body/Data"), "ten days ago")
		narrower := phone.sync(inbox, block("SMS", filter("2"))).collection()
		s.equal("narrowed", narrower.at("Commands/SoftDelete/ServerId"), older.at("ServerId"))
		clock.Advance(5 * 24 * time.Hour)
		later := phone.sync(inbox, "").collection()
		s.equal("five days later", later.at("Commands/SoftDelete/ServerId"), yesterday.at("ServerId"))
	}},
	{"ASMS-3.1.4.1.1.2-2", "0 to 5 are no limit, a day, three, a week, two, a month", func(s *scene) {
		// For each limit a text a little younger and one a day older, since days
		// begin at midnight; months have 28 to 31 days.
		ages := []int{1, 2, 3, 4, 7, 8, 14, 15, 28, 32, 400}
		for _, days := range ages {
			m := placed(fmt.Sprint(days, " days"))
			m.Date = noon.AddDate(0, 0, -days).Add(time.Hour)
			s.place(inbox, m)
		}
		phone := s.device("PHONE")
		for value, want := range map[string]int{"0": 11, "1": 1, "2": 3, "3": 5, "4": 7, "5": 9} {
			s.equal("texts with FilterType "+value, len(phone.begin(inbox, block("SMS", filter(value)))), want)
		}
	}},
}

// outboxSync is section 3.1.4.1.3.
var outboxSync = chapter{
	{"ASMS-3.1.4.1.3-1", "our phone asks for the texts of the Outbox before it transmits any", func(s *scene) {
		text := s.send("see you") // there before the phone is
		a := s.agent()
		a.people(patNumber)
		a.start()
		a.settled(text)
		enabled := a.when(func(m moment) bool { return m.request.has("DeviceInformation/Set/EnableOutboundSMS") })
		asked, came, sent := a.when(asks(outbox, "Options")), a.when(brings(outbox, "Commands/Add")), a.when(transmits)
		if len(enabled) == 0 || len(asked) == 0 || len(came) != 1 || len(sent) != 1 {
			s.Fatalf("enabled at %d, asked at %d, came at %d, transmitted at %d", enabled, asked, came, sent)
		}
		if enabled[0] > asked[0] || asked[0] > came[0] || came[0] > sent[0] {
			s.Errorf("enabled at %d, asked at %d, came at %d, transmitted at %d", enabled, asked, came, sent)
		}
		h := a.history()
		for _, i := range asked {
			s.equal("Class", of(h[i].request, outbox).at("Options/Class"), "SMS")
		}
		// It transmits only what the server knows that it has.
		key := of(h[came[0]].answer, outbox).at("SyncKey")
		proved := a.when(func(m moment) bool { return m.answer != nil && of(m.request, outbox).at("SyncKey") == key })
		if len(proved) == 0 || proved[0] > sent[0] {
			s.Errorf("the server learnt at %d that the text came, it was transmitted at %d", proved, sent)
		}
	}},
	{"ASMS-3.1.4.1.3-2", "our phone has a Sync of the Outbox hanging for 15 minutes, which brings it a text, and then another", func(s *scene) {
		a := s.agent()
		a.people(patNumber)
		a.start()
		s.equal("HeartbeatInterval in seconds", a.last().at("HeartbeatInterval"), "900")
		a.settled(a.send("see you", patNumber))
		s.equal("HeartbeatInterval in seconds", a.last().at("HeartbeatInterval"), "900")
		s.equal("whom the segments are for", a.recipients(), []string{patNumber})
		h := a.history()
		for _, i := range a.when(brings(outbox, "Commands/Add")) {
			s.equal("what brought the text hung", h[i].request.has("HeartbeatInterval"), true)
		}
	}},
	{"ASMS-3.1.4.1.3-2", "our client has a Sync hanging for 15 minutes, and gets a text within a second", func(s *scene) {
		ours := s.client("OURS")
		if err := ours.SetDeviceInformation(s.Context(), &eas.DeviceInformationSet{
			PhoneNumber: eas.Ptr(myNumber), EnableOutboundSMS: eas.Ptr(1),
		}); err != nil {
			s.Fatal(err)
		}
		arrived := make(chan string, 1)
		c, err := easclient.NewCollection(ours.Client, easclient.CollectionOptions{
			State: easclient.State{CollectionID: outbox, Options: []eas.SyncOptions{easclient.SMSOptions()}},
			Handle: func(_ context.Context, b *easclient.Batch) error {
				for _, command := range b.Commands {
					text, err := eas.DecodeSMS(command.Add.ApplicationData)
					if err != nil {
						return err
					}
					arrived <- *text.Body.Data
				}
				return nil
			},
		})
		if err != nil {
			s.Fatal(err)
		}
		ctx, cancel := context.WithCancel(s.Context())
		ended := make(chan error, 1)
		go func() { ended <- c.Watch(ctx) }()
		hangs := func() bool { return ours.sent.last().has("HeartbeatInterval") }
		for range 100 {
			if hangs() {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
		s.equal("HeartbeatInterval in seconds", ours.sent.last().at("HeartbeatInterval"), "900")
		began := time.Now()
		s.send("see you")
		select {
		case words := <-arrived:
			s.equal("what arrives", words, "see you")
			if took := time.Since(began); took > time.Second {
				s.Errorf("it took %v", took)
			}
		case <-time.After(5 * time.Second):
			s.Error("nothing arrives")
		}
		cancel()
		<-ended
	}},
	{"ASMS-3.1.4.1.3-2", "Wait counts minutes up to 59, HeartbeatInterval seconds from 60 to 3540", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(outbox, smsOptions)
		for outer, limit := range map[string]string{
			"<Wait>0</Wait>": "1", "<Wait>60</Wait>": "59",
			"<HeartbeatInterval>59</HeartbeatInterval>": "60", "<HeartbeatInterval>3541</HeartbeatInterval>": "3540",
		} {
			a := phone.command("Sync", syncXML(phone.collection(outbox, ""), outer))
			s.equal("answer to "+outer, a.root.children(), "Status Limit")
			a.want("Status", "14")
			a.want("Limit", limit)
		}
		phone.enable(myNumber)
		for _, outer := range []string{"<Wait>1</Wait>", "<Wait>59</Wait>", "<HeartbeatInterval>60</HeartbeatInterval>", "<HeartbeatInterval>3540</HeartbeatInterval>"} {
			h := phone.hang("Sync", syncXML(phone.collection(outbox, ""), outer))
			h.stillWaits()
			words := "after " + strings.Trim(outer, "</>")
			s.send(words)
			a := h.wakes(time.Second)
			phone.take(a)
			a.want("Collections/Collection/Commands/Add/ApplicationData/Body/Data", words)
		}
	}},
}
