package conformance

import (
	"bytes"
	"encoding/hex"
	"testing"
	"time"

	"asms/mailbox"
)

func TestSection4(t *testing.T) { examples.run(t) }

// The documents of section 4 as they are on the wire. Example 4.1 in parts: the
// two blocks of Options may be in either order.
const (
	example41Head  = "03016a00455c4f4b0336303137373136383700015203313500011e1355033130300001"
	example41SMS   = "575003534d53000158033000010011454603310001470331303234303000010101" // ends on page AirSyncBase
	example41Email = "575803320001001145460331000101454603320001014546033400014703313032343030000101000062033000015b0331000101"
	example41Tail  = "010101"
	toAirSync      = "0000" // switches to the page that the document begins on

	example42 = "03016a00455c4f4b0336303137373136383700015203313500011e1355033130300001575003534d53000158033000010011454603310001470331303234303000010101010101"

	example43 = "03016a00455c4f4b0335323536363534353200015203353500014e0331000156475003534d5300014d0335353a313100015d0002560322313432353535353031343322205b4d4f42494c453a31343235353535303134335d0001580322313432353535353031323322205b4d4f42494c453a2b31343235353535303132335d00014f03323030392d30312d30385430303a31343a33362e3030305a00015203310001550330000100114a46033100014c03323900014b034d616b65207375726520796f752067657420736f6d652072657374210a000101000279033132353200013a001649c310f1f2e0f6ef4d44ff3c64f658330f3000014ac305cb7126485001010101010101"

	example44 = "03016a00001245564857034d616e7566616374757265722d4e616d652d4e756d62657200015803313233343536373839303132333435000159034d79205050432050686f6e6500015a0350504300015b0375732d454e00015c033230362d3535352d30313132000161033100016203542d4d6f6a6f0001010101"
)

// with returns a document with the texts of elements replaced; a token and the
// old text name each.
func (s *scene) with(document string, replace ...[3]string) []byte {
	s.Helper()
	data, err := hex.DecodeString(document)
	if err != nil {
		s.Fatal(err)
	}
	for _, r := range replace {
		element := func(text string) []byte { return []byte(r[0] + text) }
		if bytes.Count(data, element(r[1])) != 1 {
			s.Fatalf("%q is not in the document once", r[1])
		}
		data = bytes.Replace(data, element(r[1]), element(r[2]), 1)
	}
	return data
}

// The tokens before the texts that differ from the documents: SyncKey,
// CollectionId and ServerId with the inline string they hold, ConversationId and
// ConversationIndex with their byte array.
const (
	syncKey           = "\x4B\x03"
	collectionID      = "\x52\x03"
	serverID          = "\x4D\x03"
	conversationID    = "\x49\xC3\x10"
	conversationIndex = "\x4A\xC3\x05"
)

// examples is section 4.
var examples = chapter{
	{"ASMS-4.1-1", "the document's bytes bring texts and mails, the blocks in either order", func(s *scene) {
		s.threeAndTwo()
		for i, document := range []string{
			example41Head + example41SMS + toAirSync + example41Email + example41Tail,
			example41Head + example41Email + example41SMS + example41Tail,
		} {
			phone := s.device("PHONE" + string(rune('1'+i)))
			phone.sync(inbox, "")
			a := phone.post("Sync", s.with(document, [3]string{syncKey, "601771687", phone.keys[inbox]}, [3]string{collectionID, "15", inbox}))
			c := a.collection()
			c.wantStatus(s, "1")
			s.equal("what comes", classes(c.all("Commands/Add")), "3 mails, 2 texts")
		}
	}},
	{"ASMS-4.2-1", "the document's bytes bring texts alone", func(s *scene) {
		s.threeAndTwo()
		phone := s.device("PHONE")
		phone.sync(inbox, "")
		a := phone.post("Sync", s.with(example42, [3]string{syncKey, "601771687", phone.keys[inbox]}, [3]string{collectionID, "15", inbox}))
		a.collection().wantStatus(s, "1")
		s.equal("what comes", classes(a.collection().all("Commands/Add")), "0 mails, 2 texts")
	}},
	{"ASMS-4.3-1", "the document's bytes come, but for keys and ids", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, smsOptions)
		id := s.place(inbox, mailbox.Message{
			Class: mailbox.ClassSMS, To: `"14255550143" [MOBILE:14255550143]`, From: `"14255550123" [MOBILE:+14255550123]`,
			Date: time.Date(2009, 1, 8, 0, 14, 36, 0, time.UTC), Importance: 1, Body: "Make sure you get some rest!\n", CPID: "1252",
		})
		a := phone.sync(inbox, "")
		add := a.collection().first("Commands/Add")
		want := s.with(example43,
			[3]string{syncKey, "525665452", phone.keys[inbox]}, [3]string{collectionID, "55", inbox}, [3]string{serverID, "55:11", id},
			[3]string{conversationID, "\xF1\xF2\xE0\xF6\xEF\x4D\x44\xFF\x3C\x64\xF6\x58\x33\x0F\x30\x00", add.data("ConversationId")},
			[3]string{conversationIndex, "\xCB\x71\x26\x48\x50", add.data("ConversationIndex")})
		if !bytes.Equal(a.body, want) {
			s.Errorf("got\n%x\nwant\n%x\n%s", a.body, want, a)
		}
	}},
	{"ASMS-4.4-1", "the document's bytes enable the device", func(s *scene) {
		phone := s.device("PHONE")
		a := phone.post("Settings", s.with(example44))
		a.want("Status", "1")
		a.want(deviceStatus, "1")
		kept := phone.stored()
		s.equal("enabled", kept.OutboundSMS, true)
		s.equal("number", kept.PhoneNumber, "206-555-0112")
		s.equal("model", kept.Model, "Manufacturer-Name-Number")
		s.equal("operator", kept.MobileOperator, "T-Mojo")
	}},
}
