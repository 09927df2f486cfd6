package conformance

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"asms/eas"
	"asms/easclient"
)

func TestSection3_1_4_1_2(t *testing.T) { makingChanges.run(t) }

// ourText is a text as our client adds it, with all that it can say.
func ourText(s *scene) eas.ClientCommand {
	s.Helper()
	add := eas.SMSAdd{
		To: eas.Ptr(me), From: eas.Ptr(pat), DateReceived: eas.Ptr(noon.Add(-time.Hour)), Importance: eas.Ptr(1), Read: eas.Ptr(false),
		Body: &eas.Body{Type: eas.BodyPlain, Data: eas.Ptr("hello")}, InternetCPID: eas.Ptr("65001"), Flag: &eas.Flag{},
	}
	for v, i := reflect.ValueOf(add), 0; i < v.NumField(); i++ {
		if v.Field(i).IsZero() {
			s.Fatalf("%s is not set", v.Type().Field(i).Name)
		}
	}
	data, err := eas.NewApplicationData(&add)
	if err != nil {
		s.Fatal(err)
	}
	return eas.ClientCommand{Add: &eas.ClientAdd{Class: eas.ClassSMS, ClientID: "c1", ApplicationData: data}}
}

// makingChanges is section 3.1.4.1.2.
var makingChanges = chapter{
	{"ASMS-3.1.4.1.2-1", "a text is added on one device, read and deleted on the other", func(s *scene) {
		phone, tablet, id := s.shared(inbox)
		tablet.sync(inbox, commands(change(id, read("1")))).want("Collections/Collection/Status", "1")
		c := phone.sync(inbox, "").collection().first("Commands/Change")
		s.equal("the phone hears of", c.at("ServerId"), id)
		s.equal("Read", c.data("Read"), "1")
		tablet.sync(inbox, commands(remove(id))).want("Collections/Collection/Status", "1")
		s.equal("the phone hears of", phone.sync(inbox, "").collection().at("Commands/Delete/ServerId"), id)
		s.equal("what is left", len(s.device("THIRD").begin(inbox, smsOptions)), 0)
	}},
	{"ASMS-3.1.4.1.2-2", "an Add is answered with both ids, Change and Delete with silence", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, smsOptions)
		a := phone.sync(inbox, commands(addSMS("c1", received("one")), addSMS("c2", received("two")))).collection()
		s.equal("told back to the phone", a.has("Commands"), false)
		ids := map[string]string{}
		for _, r := range a.all("Responses/Add") {
			r.wantStatus(s, "1")
			ids[r.at("ClientId")] = r.at("ServerId")
		}
		if len(ids) != 2 || ids["c1"] == ids["c2"] || ids["c1"] == absent {
			s.Errorf("ids %v", ids)
		}
		both := phone.sync(inbox, commands(change(ids["c1"], read("1")), remove(ids["c2"]))).collection()
		s.equal("the answer", both.children(), "SyncKey CollectionId Status")
	}},
	{"ASMS-3.1.4.1.2-3", "our client puts what it says into ApplicationData, and what stands elsewhere is refused", func(s *scene) {
		ours := s.client("OURS")
		if _, err := ours.collection(s, inbox, easclient.SMSOptions()).Sync(s.Context(), ourText(s)); err != nil {
			s.Fatal(err)
		}
		add := ours.sent.last().first("Collections/Collection/Commands/Add")
		s.equal("children of Add", add.children(), "Class ClientId ApplicationData")
		s.equal("children of ApplicationData", add.first("ApplicationData").children(), "To From DateReceived Importance Read Body InternetCPID Flag")
		tablet := s.device("TABLET")
		s.equal("what the tablet gets", bodies(tablet.begin(inbox, smsOptions)), "[hello]")
		misplaced := "<Add><Class>SMS</Class><ClientId>c1</ClientId>" + from(pat) + "<ApplicationData>" + to(me) + "</ApplicationData></Add>"
		tablet.sync(inbox, commands(misplaced)).wantTop("4")
	}},
	{"ASMS-3.1.4.1.2-4", "our client has no word for the ids, and sent ones are passed over", func(s *scene) {
		ours := s.client("OURS")
		if _, err := ours.collection(s, inbox, easclient.SMSOptions()).Sync(s.Context(), ourText(s)); err != nil {
			s.Fatal(err)
		}
		ours.sent.last().walk(func(e *element) {
			if strings.HasPrefix(e.tag.Name(), "Conversation") {
				s.Errorf("our client sends %s", e.tag)
			}
		})
		phone := s.device("PHONE")
		phone.begin(inbox, smsOptions)
		without := phone.add(inbox, "c1", received("without"))
		with := phone.add(inbox, "c2", received("with")+conversationIDs)
		if got := with.data("ConversationId"); got != without.data("ConversationId") || strings.Contains(got, "foreign") {
			s.Errorf("ConversationId %x", got)
		}
	}},
	{"ASMS-3.1.4.1.2-5", "the ids in the answer are those the other device gets", func(s *scene) {
		phone, tablet := s.device("PHONE"), s.device("TABLET")
		phone.begin(inbox, smsOptions)
		tablet.begin(inbox, smsOptions)
		for i, words := range []string{"one", "two"} {
			r := phone.add(inbox, fmt.Sprint("c", i), received(words))
			s.equal("the answer", r.children(), "Class ClientId ServerId Status ApplicationData")
			s.equal("its ApplicationData", r.first("ApplicationData").children(), "ConversationId ConversationIndex")
			got := find(s, tablet.rest(inbox), words)
			s.equal("ServerId", got.at("ServerId"), r.at("ServerId"))
			s.equal("ConversationId", []byte(got.data("ConversationId")), []byte(r.data("ConversationId")))
			s.equal("ConversationIndex", []byte(got.data("ConversationIndex")), []byte(r.data("ConversationIndex")))
		}
	}},
	{"ASMS-3.1.4.1.2-6", "Read and Flag may change, and nothing else", func(s *scene) {
		phone, tablet, id := s.shared(inbox)
		flag := "<email:Flag><email:Status>2</email:Status><email:FlagType>Flag for follow up</email:FlagType></email:Flag>"
		for _, c := range []struct{ data, told string }{
			{read("1"), "Read"}, {flag, "Flag"}, {read("0") + noFlag, "Read Flag"},
		} {
			phone.sync(inbox, commands(change(id, c.data))).want("Collections/Collection/Responses", absent)
			s.equal("the tablet hears of", tablet.sync(inbox, "").collection().first("Commands/Change/ApplicationData").children(), c.told)
		}
		for _, data := range []string{to(sue), from(sue), body("changed"), importance("2"), dateReceived(anHourAgo), cpid("20127"), read("1") + body("changed")} {
			c := phone.sync(inbox, commands(change(id, data))).collection().first("Responses/Change")
			s.equal("the answer", c.children(), "ServerId Status")
			c.wantStatus(s, "6")
		}
		tablet.sync(inbox, "").wantEmpty()
		s.equal("fields that our client can change", reflect.TypeFor[eas.SMSChange]().NumField(), 2)
	}},
}

// conversationIDs are ids that a client made up.
const conversationIDs = `<email2:ConversationId opaque="text">foreign-16-bytes</email2:ConversationId><email2:ConversationIndex opaque="text">index</email2:ConversationIndex>`
