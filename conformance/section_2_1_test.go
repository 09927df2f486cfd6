package conformance

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"

	"asms/eas"
)

func TestSection2_1(t *testing.T) { transport.run(t) }

// transport is section 2.1.
var transport = chapter{
	{"ASMS-2.1-1", "a text travels by Sync, and no command is its own", func(s *scene) {
		phone, tablet := s.device("PHONE"), s.device("TABLET")
		phone.begin(inbox, smsOptions)
		tablet.begin(inbox, smsOptions)
		phone.add(inbox, "c1", received("hello"))
		tablet.estimate(inbox, smsOptions).want("Response/Collection/Estimate", "1")
		s.equal("what the tablet gets", bodies(tablet.rest(inbox)), "[hello]")

		hr, err := http.NewRequestWithContext(s.Context(), http.MethodOptions, s.server.URL+eas.Path, nil)
		if err != nil {
			s.Fatal(err)
		}
		hr.SetBasicAuth(s.user.Name, "correct horse")
		a, err := phone.exchange(hr)
		if err != nil {
			s.Fatal(err)
		}
		names := strings.Split(a.header.Get("MS-ASProtocolCommands"), ",")
		for _, name := range names {
			if !eas.Command(name).Known() || strings.Contains(strings.ToUpper(name), "SMS") {
				s.Errorf("the server offers a command %q", name)
			}
		}
		for _, name := range []string{"Sync", "GetItemEstimate", "Settings"} {
			if !slices.Contains(names, name) {
				s.Errorf("the server does not offer %s", name)
			}
		}
	}},
	{"ASMS-2.1-2", "requests and answers are WBXML", func(s *scene) {
		header := []byte{3, 1, 0x6A, 0}
		s.place(inbox, placed("hello"))
		phone := s.device("PHONE")
		phone.begin(inbox, smsOptions)
		s.place(inbox, placed("news"))
		request := s.encode(syncXML(phone.collection(inbox, ""), ""))
		if !bytes.HasPrefix(request, header) {
			s.Fatalf("the request begins with % x", request[:4])
		}
		a := phone.post("Sync", request)
		s.equal("HTTP status", a.code, http.StatusOK)
		s.equal("media type", a.header.Get("Content-Type"), "application/vnd.ms-sync.wbxml")
		if !bytes.HasPrefix(a.body, header) {
			s.Errorf("the answer begins with % x", a.body[:4])
		}
		a.want("Collections/Collection/Commands/Add/ApplicationData/Body/Data", "news")
		a.root.walk(func(e *element) {
			if !slices.Contains([]string{"AirSync", "Email", "AirSyncBase", "Email2"}, e.tag.Page().String()) {
				s.Errorf("%s is none of a text's code pages", e.tag)
			}
		})
	}},
	{"ASMS-2.1-3", "a text added to the Outbox leads to segments on the radio and to nothing else", func(s *scene) {
		a, tablet := s.agent(), s.device("TABLET")
		people := a.people(patNumber, sueNumber)
		a.start()
		tablet.begin(outbox, smsOptions)
		words := strings.Repeat("see you ", 25) // two segments
		a.settled(tablet.add(outbox, "c1", written(pat+", "+sue, words)).at("ServerId"))
		s.equal("whom the segments are for", a.recipients(), []string{patNumber, patNumber, sueNumber, sueNumber})
		for _, p := range people {
			a.got(p, words)
		}
		for _, request := range a.requests() {
			if name := request.tag.Name(); !slices.Contains([]string{"Provision", "Settings", "FolderSync", "Sync"}, name) {
				s.Errorf("the phone asks for %s", name)
			}
			request.walk(func(e *element) {
				if strings.Contains(e.text, "see you") || strings.Contains(e.text, patNumber) || strings.Contains(e.text, sueNumber) {
					s.Errorf("%s tells the server of the text: %q", e.tag, e.text)
				}
			})
		}
	}},
}
