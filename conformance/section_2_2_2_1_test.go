package conformance

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"asms/sms"
)

func TestSection2_2_2_1(t *testing.T) { smsClass.run(t) }

// carried adds a text on a phone and returns it as a tablet gets it.
func (s *scene) carried(folder, data string) *element {
	s.Helper()
	phone, tablet := s.device("PHONE"), s.device("TABLET")
	phone.begin(folder, smsOptions)
	tablet.begin(folder, smsOptions)
	phone.add(folder, "c1", data)
	return only(s, tablet.rest(folder))
}

// shared returns two devices that both have one text, and its id.
func (s *scene) shared(folder string) (phone, tablet *device, id string) {
	s.Helper()
	phone, tablet = s.device("PHONE"), s.device("TABLET")
	phone.begin(folder, smsOptions)
	tablet.begin(folder, smsOptions)
	id = phone.add(folder, "c1", received("hello")).at("ServerId")
	s.equal("what the tablet gets", bodies(tablet.rest(folder)), "[hello]")
	return phone, tablet, id
}

// refusedAdd checks the status of a single Add.
func (s *scene) refusedAdd(data, status string) {
	s.Helper()
	phone := s.device("PHONE")
	phone.begin(inbox, smsOptions)
	a := phone.sync(inbox, commands(addSMS("c1", data)))
	a.want("Collections/Collection/Responses/Add/Status", status)
	a.want("Collections/Collection/Responses/Add/ServerId", absent)
	s.equal("what is stored", len(s.device("TABLET").begin(inbox, smsOptions)), 0)
}

// smsClass is section 2.2.2.1.
var smsClass = chapter{
	{"ASMS-2.2.2.1-1", "the elements of a text stand in ApplicationData and nowhere else", func(s *scene) {
		phone, tablet, _ := s.shared(inbox)
		add := only(s, tablet.begin(inbox, smsOptions))
		s.equal("children of Add", add.children(), "Class ServerId ApplicationData")
		phone.sync(inbox, commands("<Add><Class>SMS</Class><ClientId>c2</ClientId>"+to(me)+"<ApplicationData>"+body("misplaced")+"</ApplicationData></Add>")).wantTop("4")
		tablet.sync(inbox, "").wantEmpty()
	}},
	{"ASMS-2.2.2.1.1-1", "a text without Body is stored, and has an empty one", func(s *scene) {
		add := s.carried(inbox, to(me)+from(pat)+dateReceived(anHourAgo)+cpid("1252"))
		s.equal("Type", add.data("Body/Type"), "1")
		s.equal("EstimatedDataSize", add.data("Body/EstimatedDataSize"), "0")
		s.equal("Data", add.data("Body/Data"), "")
	}},
	{"ASMS-2.2.2.1.1-1", "a Body has its type, its size in bytes and the words", func(s *scene) {
		add := s.carried(inbox, received("grüß Gott"))
		body := add.first("ApplicationData/Body")
		s.equal("children of Body", body.children(), "Type EstimatedDataSize Data")
		s.equal("Type", body.at("Type"), "1")
		s.equal("EstimatedDataSize", body.at("EstimatedDataSize"), "11")
		s.equal("Data", body.at("Data"), "grüß Gott")
	}},
	{"ASMS-2.2.2.1.2-1", "every text that comes has a ConversationId of 16 bytes", func(s *scene) {
		phone, tablet, id := s.shared(inbox)
		s.place(inbox, placed("from elsewhere"))
		adds := tablet.begin(inbox, smsOptions)
		s.equal("texts", len(adds), 2)
		fetched := phone.sync(inbox, commands("<Fetch><ServerId>"+id+"</ServerId></Fetch>")).collection().first("Responses/Fetch")
		for _, text := range append(adds, fetched) {
			c := text.first("ApplicationData/ConversationId")
			if !c.opaque || len(c.text) != 16 {
				s.Errorf("ConversationId %+v", c)
			}
		}
	}},
	{"ASMS-2.2.2.1.2-2", "one for each set of peers, in every folder, on every device, for good", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, smsOptions)
		phone.begin(sentItems, smsOptions)
		conversation := func(e *element) string { return fmt.Sprintf("%x", e.data("ConversationId")) }
		fromPat := conversation(phone.add(inbox, "c1", received("one")))
		s.equal("another from Pat", conversation(phone.add(inbox, "c2", received("two"))), fromPat)
		s.equal("an answer to Pat", conversation(phone.add(sentItems, "c3", written(pat, "three"))), fromPat)
		s.equal("Pat written differently", conversation(phone.add(inbox, "c4", to(me)+from(`[MOBILE: +1 (425) 555-0123]`)+body("four")+cpid("1252"))), fromPat)
		fromSue := conversation(phone.add(inbox, "c5", to(me)+from(sue)+body("five")+cpid("1252")))
		both := conversation(phone.add(sentItems, "c6", written(pat+", "+sue, "six")))
		s.equal("the same two in another order", conversation(phone.add(sentItems, "c7", written(sue+", "+pat, "seven"))), both)
		if fromSue == fromPat || both == fromPat || both == fromSue {
			s.Error("conversations with different people are one")
		}
		for _, d := range []*device{phone, s.device("TABLET")} { // from key 0
			adds := d.begin(inbox, smsOptions)
			s.equal("later", conversation(find(s, adds, "one")), fromPat)
			s.equal("later", conversation(find(s, adds, "five")), fromSue)
			s.equal("later", conversation(find(s, d.begin(sentItems, smsOptions), "six")), both)
		}
	}},
	{"ASMS-2.2.2.1.3-1", "5 bytes for the first text of a conversation, 10 for later ones", func(s *scene) {
		for i, words := range []string{"one", "two", "three"} {
			m := placed(words)
			m.Date = m.Date.Add(time.Duration(i) * time.Minute)
			s.place(inbox, m)
		}
		for i, add := range s.device("TABLET").begin(inbox, smsOptions) {
			c := add.first("ApplicationData/ConversationIndex")
			want := 10
			if add.data("Body/Data") == "one" {
				want = 5
			}
			if !c.opaque || len(c.text) != want {
				s.Errorf("text %d: ConversationIndex %+v, want %d bytes", i, c, want)
			}
		}
	}},
	{"ASMS-2.2.2.1.3-2", "compared byte by byte the indices give the order of time, below the first", func(s *scene) {
		want := []string{"one", "two", "three", "four"}
		for i, words := range want {
			m := placed(words)
			m.Date = m.Date.Add(time.Duration(i*i) * time.Minute)
			s.place(inbox, m)
		}
		adds := s.device("TABLET").begin(inbox, smsOptions)
		slices.SortFunc(adds, func(a, b *element) int {
			return bytes.Compare([]byte(a.data("ConversationIndex")), []byte(b.data("ConversationIndex")))
		})
		if s.equal("sorted by index", bodies(adds), want); s.Failed() {
			return
		}
		for _, later := range adds[1:] {
			if !strings.HasPrefix(later.data("ConversationIndex"), adds[0].data("ConversationIndex")) {
				s.Errorf("%q is not below the first", later.data("Body/Data"))
			}
		}
	}},
	{"ASMS-2.2.2.1.4-1", "a text without DateReceived gets the server's time", func(s *scene) {
		s.equal("DateReceived", s.carried(inbox, to(me)+from(pat)+body("hello")+cpid("1252")).data("DateReceived"), "2026-11-23T12:00:00.000Z")
	}},
	{"ASMS-2.2.2.1.4-2", "the time a text was sent is that of Sent Items, and filters go by it", func(s *scene) {
		const sent, arrived = "2026-11-22T08:01:02.345Z", "2026-11-13T09:10:11.000Z"
		phone, tablet := s.device("PHONE"), s.device("TABLET")
		phone.begin(sentItems, smsOptions)
		phone.begin(inbox, smsOptions)
		phone.add(sentItems, "c1", to(pat)+from(me)+dateReceived(sent)+body("sent")+cpid("1252"))
		phone.add(inbox, "c2", to(me)+from(pat)+dateReceived(arrived)+body("arrived")+cpid("1252"))
		s.equal("in Sent Items", only(s, tablet.begin(sentItems, smsOptions)).data("DateReceived"), sent)
		s.equal("in the Inbox", only(s, tablet.begin(inbox, smsOptions)).data("DateReceived"), arrived)
		s.equal("of the last three days", bodies(tablet.begin(sentItems, block("SMS", filter("2")))), "[sent]")
		s.equal("of the last three days", len(tablet.begin(inbox, block("SMS", filter("2")))), 0)
	}},
	{"ASMS-2.2.2.1.4-3", "a date comes back as it was, milliseconds or not", func(s *scene) {
		phone, tablet := s.device("PHONE"), s.device("TABLET")
		phone.begin(inbox, smsOptions)
		tablet.begin(inbox, smsOptions)
		phone.add(inbox, "c1", to(me)+from(pat)+dateReceived("2009-01-08T00:14:36.000Z")+body("with")+cpid("1252"))
		phone.add(inbox, "c2", to(me)+from(sue)+dateReceived("2009-01-08T00:14:36Z")+body("without")+cpid("1252"))
		adds := tablet.rest(inbox)
		s.equal("with milliseconds", find(s, adds, "with").data("DateReceived"), "2009-01-08T00:14:36.000Z")
		s.equal("without", find(s, adds, "without").data("DateReceived"), "2009-01-08T00:14:36.000Z")
	}},
	{"ASMS-2.2.2.1.4-3", "what is no date is status 6", func(s *scene) {
		s.refusedAdd(to(me)+from(pat)+dateReceived("yesterday")+body("hello")+cpid("1252"), "6")
	}},
	{"ASMS-2.2.2.1.5-1", "a text is flagged, done and unflagged, and the other device hears it", func(s *scene) {
		phone, tablet, id := s.shared(inbox)
		add := only(s, tablet.begin(inbox, smsOptions))
		if f := add.first("ApplicationData/Flag"); f == nothing || len(f.inner) != 0 {
			s.Errorf("Flag of a text that has none: %s", f.children())
		}
		tell := func(flag, children, status string) {
			s.Helper()
			phone.sync(inbox, commands(change(id, flag))).want("Collections/Collection/Responses", absent)
			c := tablet.sync(inbox, "").collection().first("Commands/Change")
			s.equal("what changed", c.first("ApplicationData").children(), "Flag")
			s.equal("Flag", c.first("ApplicationData/Flag").children(), children)
			s.equal("Status", c.data("Flag/Status"), status)
		}
		tell("<email:Flag><email:Status>2</email:Status><email:FlagType>Flag for follow up</email:FlagType></email:Flag>", "Status FlagType", "2")
		tell("<email:Flag><email:Status>1</email:Status><email:CompleteTime>2026-11-23T12:00:00.000Z</email:CompleteTime>"+
			"<tasks:DateCompleted>2026-11-23T12:00:00.000Z</tasks:DateCompleted></email:Flag>", "Status DateCompleted CompleteTime", "1")
		tell("<email:Flag/>", "", absent)
		tell("<email:Flag><email:Status>2</email:Status><email:FlagType>Flag for follow up</email:FlagType></email:Flag>", "Status FlagType", "2")
		tell("<email:Flag><email:Status>0</email:Status></email:Flag>", "", absent)
	}},
	{"ASMS-2.2.2.1.6-1", "a text without From is stored", func(s *scene) {
		s.equal("Data", s.carried(sentItems, to(pat)+dateReceived(anHourAgo)+body("hello")+cpid("1252")).data("Body/Data"), "hello")
	}},
	{"ASMS-2.2.2.1.6-2", "From comes back byte for byte", func(s *scene) {
		const sender = `"14255550123" [MOBILE:+14255550123]`
		got := s.carried(inbox, to(me)+from(sender)+body("hello")+cpid("1252")).data("From")
		s.equal("From", got, sender)
		list, err := sms.ParseAddresses(got)
		if err != nil || len(list) != 1 {
			s.Fatal(list, err)
		}
		s.equal("name", list[0].Name, "14255550123")
		s.equal("number", list[0].Number, "+14255550123")
		s.equal("written again", list[0].String(), sender)
	}},
	{"ASMS-2.2.2.1.6-3", "without a name, and as phones write it", func(s *scene) {
		phone, tablet := s.device("PHONE"), s.device("TABLET")
		phone.begin(inbox, smsOptions)
		var conversation string
		for i, sender := range []string{
			`"" [MOBILE:+14255550123]`, `[MOBILE:+14255550123]`, `""[MOBILE:+14255550123]`, `"Pat"[mobile: +14255550123 ]`, `+14255550123`,
		} {
			words := fmt.Sprint("text ", i)
			r := phone.add(inbox, fmt.Sprint("c", i), to(me)+from(sender)+body(words)+cpid("1252"))
			s.equal("From", find(s, tablet.begin(inbox, smsOptions), words).data("From"), sender)
			if conversation == "" {
				conversation = r.data("ConversationId")
			}
			s.equal("conversation of "+sender, r.data("ConversationId") == conversation, true)
		}
	}},
	{"ASMS-2.2.2.1.6-4", "a name in any letters survives", func(s *scene) {
		const sender = `"Παναγιώτης 🙂 O’Neill" [MOBILE:+302105550123]`
		f := s.carried(inbox, to(me)+from(sender)+body("γεια")+cpid("65001")).first("ApplicationData/From")
		s.equal("From", f.text, sender)
		s.equal("is a byte array", f.opaque, false)
	}},
	{"ASMS-2.2.2.1.7-1", "Importance is kept, 1 where it is missing", func(s *scene) {
		phone, tablet := s.device("PHONE"), s.device("TABLET")
		phone.begin(inbox, smsOptions)
		tablet.begin(inbox, smsOptions)
		for _, n := range []string{"0", "1", "2"} {
			phone.add(inbox, "c"+n, to(me)+from(pat)+importance(n)+body(n)+cpid("1252"))
		}
		phone.add(inbox, "c3", to(me)+from(pat)+body("none")+cpid("1252"))
		adds := tablet.rest(inbox)
		for words, want := range map[string]string{"0": "0", "1": "1", "2": "2", "none": "1"} {
			s.equal("Importance of "+words, find(s, adds, words).data("Importance"), want)
		}
	}},
	{"ASMS-2.2.2.1.7-1", "an Importance of 3 is status 6", func(s *scene) {
		s.refusedAdd(to(me)+from(pat)+importance("3")+body("hello")+cpid("1252"), "6")
	}},
	{"ASMS-2.2.2.1.8-1", "every text that comes has an InternetCPID", func(s *scene) {
		phone, tablet := s.device("PHONE"), s.device("TABLET")
		phone.begin(inbox, smsOptions)
		phone.add(inbox, "c1", to(me)+from(pat)+body("latin")+cpid("1252"))
		phone.add(inbox, "c2", to(me)+from(pat)+body("not told"))
		m := placed("from elsewhere")
		m.CPID = ""
		s.place(inbox, m)
		adds := tablet.begin(inbox, smsOptions)
		for words, want := range map[string]string{"latin": "1252", "not told": "65001", "from elsewhere": "65001"} {
			s.equal("InternetCPID of "+words, find(s, adds, words).data("InternetCPID"), want)
		}
	}},
	{"ASMS-2.2.2.1.9-1", "what is read on one device is read on the other", func(s *scene) {
		phone, tablet, id := s.shared(inbox)
		another := phone.add(inbox, "c2", received("another")).at("ServerId")
		tablet.rest(inbox)
		for value, item := range map[string]string{read("1"): id, "<email:Read/>": another} {
			phone.sync(inbox, commands(change(item, value))).want("Collections/Collection/Responses", absent)
			c := tablet.sync(inbox, "").collection().first("Commands/Change")
			s.equal("the text", c.at("ServerId"), item)
			s.equal("what changed", c.first("ApplicationData").children(), "Read")
			s.equal("Read", c.data("Read"), "1")
		}
	}},
	{"ASMS-2.2.2.1.9-1", "a Read that is no boolean is status 6", func(s *scene) {
		phone, tablet, id := s.shared(inbox)
		a := phone.sync(inbox, commands(change(id, read("2"))))
		a.want("Collections/Collection/Responses/Change/Status", "6")
		tablet.sync(inbox, "").wantEmpty()
	}},
	{"ASMS-2.2.2.1.10-1", "a text without To is stored", func(s *scene) {
		s.equal("From", s.carried(inbox, from(pat)+dateReceived(anHourAgo)+body("hello")+cpid("1252")).data("From"), pat)
	}},
	{"ASMS-2.2.2.1.10-2", "three recipients, a comma in a name and a quote in another", func(s *scene) {
		const list = `"Doe, Jane" [MOBILE:+14255550101],"Bob ""The"" B" [MOBILE: +14255550102], "" [MOBILE:+14255550103]`
		tablet, phone := s.device("TABLET"), s.device("PHONE")
		tablet.begin(outbox, smsOptions)
		phone.begin(outbox, smsOptions)
		phone.enable(myNumber)
		id := tablet.add(outbox, "c1", written(list, "to you all")).at("ServerId")
		got := find(s, phone.rest(outbox), "to you all")
		s.equal("To", got.data("To"), list)
		addresses, err := sms.ParseAddresses(got.data("To"))
		if err != nil {
			s.Fatal(err)
		}
		s.equal("written by ourselves", sms.FormatAddresses(addresses),
			`"Doe, Jane" [MOBILE:+14255550101], "Bob \"The\" B" [MOBILE:+14255550102], "" [MOBILE:+14255550103]`)
		text, err := s.server.Mailbox.Text(s.Context(), s.user.ID, id)
		if err != nil {
			s.Fatal(err)
		}
		var numbers []string
		for _, r := range text.Recipients {
			numbers = append(numbers, r.Number)
		}
		s.equal("recipients", numbers, "[+14255550101 +14255550102 +14255550103]")
	}},
	{"ASMS-2.2.2.1.10-3", "a recipient without a name", func(s *scene) {
		got := s.carried(sentItems, written("[MOBILE:+14255550101]", "hello")).data("To")
		s.equal("To", got, "[MOBILE:+14255550101]")
		list, err := sms.ParseAddresses(got)
		if err != nil || len(list) != 1 {
			s.Fatal(list, err)
		}
		s.equal("number", list[0].Number, "+14255550101")
		s.equal("name", list[0].Name, "")
	}},
}
