package conformance

import "testing"

func TestMailBodies(t *testing.T) { mailBodies.run(t) }

// mailBodyAs is the body of the mail in the Inbox as a device likes it.
func (s *scene) mailBodyAs(preferences string) *element {
	s.Helper()
	return only(s, s.fresh("READER").begin(inbox, block("", preferences))).first("ApplicationData/Body")
}

const notAll = "<base:AllOrNone>0</base:AllOrNone>"

// wantBody checks what comes of a mail of eleven bytes.
func (s *scene) wantBody(preferences, data, truncated string) {
	s.Helper()
	s.place(inbox, mail("hello world"))
	b := s.mailBodyAs(preferences)
	s.equal("Data", b.at("Data"), data)
	s.equal("Truncated", b.at("Truncated"), truncated)
	s.equal("EstimatedDataSize", b.at("EstimatedDataSize"), 11)
}

// mailBodies are the cases about bodies.
var mailBodies = chapter{
	{"ASAIRS-S02-TC01", "AllOrNone, and it fits", func(s *scene) {
		s.wantBody(preference("1", truncation("100")+allOrNone), "hello world", absent)
	}},
	{"ASAIRS-S02-TC02", "AllOrNone, and it does not", func(s *scene) {
		s.wantBody(preference("1", truncation("5")+allOrNone), absent, "1")
	}},
	{"ASAIRS-S02-TC03", "not AllOrNone, and it does not fit", func(s *scene) {
		s.wantBody(preference("1", truncation("5")+notAll), "hello", "1")
	}},
	{"ASAIRS-S02-TC04", "not AllOrNone, and it fits", func(s *scene) {
		s.wantBody(preference("1", truncation("100")+notAll), "hello world", absent)
	}},
	{"ASAIRS-S02-TC05", "no AllOrNone, and it does not fit", func(s *scene) {
		s.wantBody(preference("1", truncation("5")), "hello", "1")
	}},
	{"ASAIRS-S02-TC06", "no AllOrNone, and it fits", func(s *scene) {
		s.wantBody(preference("1", truncation("100")), "hello world", absent)
	}},
	{"ASAIRS-S02-TC07", "without TruncationSize AllOrNone makes no difference", func(s *scene) {
		s.place(inbox, mail("hello world"))
		for _, wanted := range []string{allOrNone, notAll, ""} {
			s.equal("Data", s.mailBodyAs(preference("1", wanted)).at("Data"), "hello world")
		}
	}},
	{"ASAIRS-S02-TC10", "a new mail has a Body, and so has one that was read", func(s *scene) {
		id := s.place(inbox, mail("hello world"))
		phone := s.device("PHONE")
		s.equal("Data", only(s, phone.begin(inbox, mailOptions)).data("Body/Data"), "hello world")
		phone.sync(inbox, commands(change(id, read("1"))))
		s.equal("Data", only(s, s.device("TABLET").begin(inbox, mailOptions)).data("Body/Data"), "hello world")
	}},
	{"ASAIRS-S02-TC11", "Truncated in a request makes no difference", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, smsOptions)
		for i, truncated := range []string{"", "<base:Truncated>1</base:Truncated>", "<base:Truncated>0</base:Truncated>"} {
			words := "<base:Body><base:Type>1</base:Type>" + truncated + "<base:Data>hello</base:Data></base:Body>"
			phone.add(inbox, "c"+string(rune('0'+i)), to(me)+from(pat)+dateReceived(anHourAgo)+words+cpid("65001"))
		}
		for _, add := range s.device("TABLET").begin(inbox, smsOptions) {
			s.equal("Data", add.data("Body/Data"), "hello")
			s.equal("Truncated", add.data("Body/Truncated"), absent)
		}
	}},
	{"ASAIRS-S02-TC14", "Part is in multipart answers alone", func(s *scene) {
		id := s.place(inbox, mail("hello world"))
		phone := s.device("PHONE")
		phone.operate(fetchXML(inbox, id, "")).want(fetched+"Properties/Body/Part", absent)
		hr := phone.request(s.Context(), "ItemOperations", s.encode(operationsXML(fetchXML(inbox, id, ""))))
		if s.packed {
			hr.URL.RawQuery = phone.query64(s.version, codes["ItemOperations"], "\x07\x01\x02")
			hr.Header.Del("Accept-Encoding") // the transport unpacks
		}
		hr.Header.Set("MS-ASAcceptMultiPart", "T")
		response, err := s.server.HTTPClient().Do(hr)
		if err != nil {
			s.Fatal(err)
		}
		parts := s.parts(response)
		s.equal("parts", len(parts), 2)
		doc, err := parseDocument(parts[0])
		if err != nil {
			s.Fatal(err)
		}
		s.equal("Part", doc.at(fetched+"Properties/Body/Part"), "1")
	}},
	{"ASAIRS-S03-TC01", "an empty FileReference is status 15", func(s *scene) {
		s.device("PHONE").operate("<Fetch><Store>Mailbox</Store><base:FileReference/></Fetch>").want(fetched+"Status", "15")
	}},
	{"ASAIRS-S04-TC06", "two BodyPreference of one Type are status 4", func(s *scene) {
		phone := s.device("PHONE")
		phone.sync(inbox, block("", preference("1", truncation("5"))+preference("1", truncation("50")))).wantTop("4")
		id := s.place(inbox, mail("plans"))
		phone.operate(fetchXML(inbox, id, "<Options>"+preference("1", "")+preference("1", "")+"</Options>")).wantTop("2")
	}},
}
