package conformance

import (
	"encoding/binary"
	"testing"
	"time"
)

func TestConversations(t *testing.T) { conversations.run(t) }

// eachText calls f with every text of two conversations, as a device gets them:
// in Add and Fetch, and in the answer to an Add of its own.
func (s *scene) eachText(f func(data *element)) {
	s.Helper()
	phone, tablet := s.device("PHONE"), s.device("TABLET")
	phone.begin(inbox, smsOptions)
	for clientID, data := range map[string]string{
		"c1": received("one"), "c2": received("two"), "c3": received("three"), "c4": to(me) + from(sue) + body("four") + cpid("1252"),
	} {
		f(phone.add(inbox, clientID, data).first("ApplicationData"))
	}
	adds := tablet.begin(inbox, smsOptions)
	s.equal("texts", len(adds), 4)
	for _, a := range adds {
		f(a.first("ApplicationData"))
		fetch := tablet.sync(inbox, commands("<Fetch><ServerId>"+a.at("ServerId")+"</ServerId></Fetch>"))
		f(fetch.root.first("Collections/Collection/Responses/Fetch/ApplicationData"))
	}
}

// indices places texts of one conversation, so long after the first, and returns
// their indices: 5 bytes of the first, 10 of the others.
func (s *scene) indices(after ...time.Duration) (list [][]byte) {
	s.Helper()
	phone := s.device("PHONE")
	phone.begin(inbox, smsOptions)
	for _, d := range after {
		m := placed(d.String())
		m.Date = conversationBegan.Add(d)
		s.place(inbox, m)
		index := []byte(only(s, phone.rest(inbox)).data("ConversationIndex"))
		if want := min(10, 5+5*len(list)); len(index) != want {
			s.Fatalf("the index of text %d has %d bytes, want %d", len(list)+1, len(index), want)
		}
		list = append(list, index)
	}
	return list
}

// conversationBegan is the time in the index of example 4.3.
var conversationBegan = time.Date(2010, 10, 21, 13, 45, 54, 0, time.UTC)

// refusedChange checks that a client cannot write what the server assigns.
func (s *scene) refusedChange(data, name string) {
	s.Helper()
	phone, tablet, id := s.shared(inbox)
	before := only(s, tablet.begin(inbox, smsOptions)).data(name)
	phone.sync(inbox, commands(change(id, data))).want("Collections/Collection/Responses/Change/Status", "6")
	tablet.sync(inbox, "").wantEmpty()
	s.equal(name, []byte(only(s, tablet.begin(inbox, smsOptions)).data(name)), []byte(before))
}

// conversations is what [MS-ASCON] says of texts, too.
var conversations = chapter{
	{"MS-ASCON_R74", "in every text that comes", func(s *scene) {
		s.eachText(func(data *element) { s.equal("has a ConversationId", data.has("ConversationId"), true) })
	}},
	{"MS-ASCON_R76", "a byte array, of 16 bytes", func(s *scene) {
		s.eachText(func(data *element) {
			id := data.first("ConversationId")
			s.equal("is a byte array", id.opaque, true)
			s.equal("length", len(id.text), 16)
		})
	}},
	{"MS-ASCON_R78", "a Change with another id is refused", func(s *scene) {
		s.refusedChange(`<email2:ConversationId opaque="text">foreign-16-bytes</email2:ConversationId>`, "ConversationId")
	}},
	{"MS-ASCON_R79", "in every text that comes", func(s *scene) {
		s.eachText(func(data *element) { s.equal("has a ConversationIndex", data.has("ConversationIndex"), true) })
	}},
	{"MS-ASCON_R81", "a byte array", func(s *scene) {
		s.eachText(func(data *element) { s.equal("is a byte array", data.first("ConversationIndex").opaque, true) })
	}},
	{"MS-ASCON_R304", "the header is the upper part of the first text's time", func(s *scene) {
		// The example's index, CB71264850, stands for the same second.
		first := s.indices(0)[0]
		header := uint64(0xCB71264850)
		got := binary.BigEndian.Uint64(append(make([]byte, 3), first[:5]...))
		const second = 10_000_000 >> 16 // of 100 ns, in units of the header's last bit
		if got > header+second || got+second < header {
			s.Errorf("header %X, want %X within a second", got, header)
		}
		filetime := uint64(1)<<56 | got<<16
		began := time.Date(1601, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(409, 0, 0) // a Duration holds no more than 292 years
		since := filetime - uint64(began.Sub(time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC))/100) - 116444736000000000
		if d := conversationBegan.Sub(began) - time.Duration(since)*100; d < 0 || d > 10*time.Millisecond {
			s.Errorf("the header is %v before the text", d)
		}
	}},
	{"MS-ASCON_R86", "a level holds the time since the first text, coarser after 1.8 years", func(s *scene) {
		after := []time.Duration{0, time.Second, time.Hour, 600 * 24 * time.Hour, 800 * 24 * time.Hour}
		for i, index := range s.indices(after...) {
			if i == 0 {
				continue
			}
			level := binary.BigEndian.Uint32(index[5:9])
			got, unit := time.Duration(level)<<18*100, time.Duration(1<<18*100)
			if level>>31 == 1 {
				got, unit = time.Duration(level&(1<<31-1))<<23*100, 1<<23*100
			}
			s.equal("coarse", level>>31 == 1, after[i] > 700*24*time.Hour)
			if d := after[i] - got; d < -10*time.Millisecond || d > unit {
				s.Errorf("%v after the first: the level says %v", after[i], got)
			}
		}
	}},
	{"MS-ASCON_R90", "the first text's index is a header of 5 bytes, which the others begin with", func(s *scene) {
		list := s.indices(0, time.Minute, time.Hour)
		for _, index := range list[1:] {
			s.equal("header", index[:5], list[0])
		}
	}},
	{"MS-ASCON_R91", "each later text has one level of 5 bytes, and no two the same", func(s *scene) {
		seen := map[string]bool{}
		for _, index := range s.indices(0, time.Minute, time.Hour, time.Hour)[1:] {
			s.equal("seen before", seen[string(index)], false)
			seen[string(index)] = true
		}
	}},
	{"MS-ASCON_R94", "a Change with another index is refused", func(s *scene) {
		s.refusedChange(`<email2:ConversationIndex opaque="text">index</email2:ConversationIndex>`, "ConversationIndex")
	}},
}
