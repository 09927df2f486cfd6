package conformance

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"asms/mailbox"
	"asms/relay/simulator"
	"asms/store"
)

func TestSection3_1_5_1Relay(t *testing.T) { relaying.run(t) }

// benNumber is a third person's.
const benNumber = "+14255550177"

// crash leaves the phone as the power does when it fails: nothing more of it
// reaches the server or the modem, and the next start finds what the disk holds
// now.
func (a *agent) crash() {
	a.s.Helper()
	a.cut.Store(true)
	_ = a.line.Load().Close() // a pipe
	left := filepath.Join(a.s.TempDir(), "state")
	if err := os.CopyFS(left, os.DirFS(a.dir)); err != nil {
		a.s.Error(err)
	}
	a.dir = left
}

// restart starts the phone again, after a crash or without one.
func (a *agent) restart() {
	a.s.Helper()
	a.stop()
	a.sending, a.answered, a.transmitting = nil, nil, nil
	a.cut.Store(false)
	a.start()
}

// losing loses the first answer that matches, and reports whether it has.
func (a *agent) losing(match func(moment) bool) (lost func() bool) {
	var done atomic.Bool
	a.answered = func(request, answer *element) error {
		if match(moment{request: request, answer: answer}) && done.CompareAndSwap(false, true) {
			return errLost
		}
		return nil
	}
	return done.Load
}

// relaying is section 3.1.5.1, as far as it is the phone's.
var relaying = chapter{
	{"ASMS-3.1.5.1-1", "what the server adds to the Outbox is sent, once for each recipient, and what other folders hold is not", func(s *scene) {
		for _, folder := range []string{inbox, sentItems, drafts, deletedItems} {
			m := placed("elsewhere")
			m.To = pat
			s.place(folder, m)
		}
		a := s.agent()
		people := a.people(patNumber, sueNumber)
		a.start()
		a.settled(a.send("see you", patNumber, sueNumber))
		a.settled(a.send("see you", patNumber)) // another text, though it says the same
		a.got(people[0], "see you", "see you")
		a.got(people[1], "see you")
		s.equal("whom the segments are for", a.recipients(), []string{patNumber, patNumber, sueNumber})
	}},
	{"ASMS-3.1.5.1-1", "an answer that is lost and comes again leads to one segment for each recipient", func(s *scene) {
		a := s.agent()
		people := a.people(patNumber, sueNumber)
		lost := a.losing(brings(outbox, "Commands/Add"))
		a.start()
		text := a.settled(a.send("see you", patNumber, sueNumber))
		s.equal("lost", lost(), true)
		s.equal("state", text.State, mailbox.TextSent)
		var came, key []string
		h := a.history()
		for _, i := range a.when(brings(outbox, "Commands/Add")) {
			came = append(came, of(h[i].answer, outbox).at("Commands/Add/ServerId"))
			key = append(key, of(h[i].request, outbox).at("SyncKey"))
		}
		if len(came) != 2 || came[0] != came[1] || key[0] != key[1] {
			s.Errorf("the text came as %q with the keys %q, want it twice with one key", came, key)
		}
		s.equal("whom the segments are for", a.recipients(), []string{patNumber, sueNumber})
		a.got(people[0], "see you")
		a.got(people[1], "see you")
	}},
	{"ASMS-3.1.5.1-2", "three recipients are three segments", func(s *scene) {
		a := s.agent()
		people := a.people(patNumber, sueNumber, benNumber)
		a.start()
		tablet := s.device("TABLET")
		tablet.begin(outbox, smsOptions)
		text := tablet.add(outbox, "c1", written(pat+", "+sue+`; "" [MOBILE:+1 (425) 555-0177]`, "see you")).at("ServerId")
		s.equal("state", a.settled(text).State, mailbox.TextSent)
		s.equal("whom the segments are for", a.recipients(), []string{patNumber, benNumber, sueNumber})
		for _, p := range people {
			a.got(p, "see you")
		}
	}},
	{"ASMS-3.1.5.1-2", "one of three who cannot be reached keeps nothing from the others", func(s *scene) {
		a := s.agent()
		people := a.people(patNumber, sueNumber, benNumber)
		a.network.Inject(simulator.Fault{Do: simulator.Reject, Code: 1, Number: sueNumber})
		a.start()
		text := a.settled(a.send("see you", patNumber, sueNumber, benNumber))
		s.equal("state", text.State, mailbox.TextSent)
		var states []store.RecipientState
		for _, r := range text.Recipients {
			states = append(states, r.State)
		}
		s.equal("states of the recipients", states, []store.RecipientState{store.RecipientSent, store.RecipientFailed, store.RecipientSent})
		s.equal("whom the segments are for", a.recipients(), []string{patNumber, benNumber, sueNumber})
		a.got(people[0], "see you")
		a.got(people[1])
		a.got(people[2], "see you")
	}},
	{"ASMS-3.1.5.1-3", "161 characters of GSM 7 bit go as 153 and 8, 71 of UCS-2 as 67 and 4, each part in its place", func(s *scene) {
		a := s.agent()
		pat := a.people(patNumber)[0]
		a.start()
		var said []string
		for _, c := range []struct {
			words string
			parts []int // characters
			width int   // of a character in Data
		}{
			{strings.Repeat("a", 160), []int{160}, 1}, {strings.Repeat("b", 161), []int{153, 8}, 1},
			{strings.Repeat("д", 70), []int{70}, 2}, {strings.Repeat("ж", 71), []int{67, 4}, 2},
		} {
			before := len(a.segments())
			a.settled(a.send(c.words, patNumber))
			raw, segments := a.network.Submissions()[before:], a.segments()[before:]
			if len(segments) != len(c.parts) {
				s.Fatalf("%d characters are %d segments", len([]rune(c.words)), len(segments))
			}
			var reference uint16
			for i, d := range segments {
				s.equal("characters", len(d.UserData.Data)/c.width, c.parts[i])
				place := d.UserData.Header.Concat
				if len(segments) == 1 {
					s.equal("a header", place != nil, false)
					continue
				}
				if place == nil {
					s.Fatal("a part without its place")
				}
				if i == 0 {
					reference = place.Reference
				}
				s.equal("reference", place.Reference, reference)
				s.equal("place", []int{place.Seq, place.Total}, []int{i + 1, 2})
				// The header as 3GPP TS 23.040 9.2.3.24.1 has it.
				if h := []byte{5, 0, 3, byte(reference), 2, byte(i + 1)}; !bytes.Contains(raw[i].TPDU, h) {
					s.Errorf("no header % x in % x", h, raw[i].TPDU)
				}
			}
			said = append(said, c.words)
		}
		a.got(pat, said...)
	}},
	{"ASMS-3.1.5.1-4", "a report names the number, the reason and the text, and the server takes it", func(s *scene) {
		a := s.agent()
		a.network.Inject(simulator.Fault{Do: simulator.Reject, Code: 1})
		a.start()
		text := a.settled(a.send("see you", patNumber))
		s.equal("state", text.State, mailbox.TextFailed)
		s.equal("recipient", text.Recipients[0].State, store.RecipientFailed)
		asked, taken := a.when(asks(inbox, "Commands/Add")), a.when(brings(inbox, "Responses/Add"))
		if len(asked) != 1 || len(taken) != 1 {
			s.Fatalf("%d reports were added, %d answered", len(asked), len(taken))
		}
		h := a.history()
		add := of(h[asked[0]].request, inbox).first("Commands/Add")
		s.equal("Class", add.at("Class"), "SMS")
		s.equal("From", add.data("From"), `"`+patNumber+`" [MOBILE:`+patNumber+`]`)
		for _, want := range []string{patNumber, "the number is not assigned", "see you"} {
			if !strings.Contains(add.data("Body/Data"), want) {
				s.Errorf("no %q in the report %q", want, add.data("Body/Data"))
			}
		}
		s.equal("Status", of(h[taken[0]].answer, inbox).at("Responses/Add/Status"), "1")
		tablet := s.device("TABLET")
		s.equal("texts in the Inbox", bodies(tablet.begin(inbox, smsOptions)), []string{add.data("Body/Data")})
		s.equal("texts in Sent Items", len(tablet.begin(sentItems, smsOptions)), 0)
	}},
	{"ASMS-3.1.5.1-4", "a report whose answer was lost is added again, and there is one", func(s *scene) {
		a := s.agent()
		a.network.Inject(simulator.Fault{Do: simulator.Reject, Code: 1})
		lost := a.losing(brings(inbox, "Responses/Add"))
		a.start()
		text := a.send("see you", patNumber)
		s.eventually("an answer is lost", lost)
		a.restart()
		s.equal("state", a.settled(text).State, mailbox.TextFailed)
		s.equal("it was added again", len(a.when(asks(inbox, "Commands/Add"))) > 1, true)
		s.equal("texts in the Inbox", len(s.device("TABLET").begin(inbox, smsOptions)), 1)
		s.equal("whom the segments are for", a.recipients(), []string{patNumber})
	}},
	{"ASMS-3.1.5.1-5", "the phone deletes what it has sent, and no phone gets it again", func(s *scene) {
		a, second := s.agent(), s.relay("SECOND", sueNumber)
		pat := a.people(patNumber)[0]
		a.network.Inject(simulator.Fault{Do: simulator.Reject, Code: 1, Number: benNumber})
		a.start()
		sent, failed := a.send("see you", patNumber), a.send("not you", benNumber)
		s.equal("state", a.settled(sent).State, mailbox.TextSent)
		s.equal("state", a.settled(failed).State, mailbox.TextFailed)
		deleted := map[string]int{}
		for _, request := range a.requests() {
			for _, d := range of(request, outbox).all("Commands/Delete") {
				deleted[d.at("ServerId")]++
			}
		}
		s.equal("deleted", deleted, map[string]int{sent: 1, failed: 1})
		a.restart()
		s.equal("what the other phone gets", len(second.rest(outbox)), 0)
		s.equal("what the other phone has", len(second.begin(outbox, smsOptions)), 0)
		s.equal("how often texts came", len(a.when(brings(outbox, "Commands/Add"))) <= 2, true)
		s.equal("whom the segments are for", a.recipients(), []string{patNumber, benNumber})
		s.equal("texts in Sent Items", bodies(s.device("TABLET").begin(sentItems, smsOptions)), "[see you]")
		a.got(pat, "see you")
	}},
	{"ASMS-3.1.5.1-5", "a Delete whose answer was lost is settled by the next, and nothing is sent again or reported", func(s *scene) {
		a := s.agent()
		pat := a.people(patNumber)[0]
		// A Delete that succeeds is not answered by itself.
		deletes := func(m moment) bool { return m.answer != nil && of(m.request, outbox).has("Commands/Delete") }
		lost := a.losing(deletes)
		a.start()
		text := a.send("see you", patNumber)
		s.eventually("an answer is lost", lost)
		a.restart()
		s.equal("state", a.settled(text).State, mailbox.TextSent)
		s.eventually("the phone hears of it", func() bool {
			// By its own Delete, or by the server's if it asks first.
			return len(a.when(deletes)) >= 2 || len(a.when(brings(outbox, "Commands/Delete"))) > 0
		})
		s.equal("whom the segments are for", a.recipients(), []string{patNumber})
		s.equal("texts in the Inbox", len(s.device("TABLET").begin(inbox, smsOptions)), 0)
		a.got(pat, "see you")
	}},
	{"ASMS-3.1.5.1-6", "the text comes, is transmitted, is reported, is deleted, each when the one before is done", func(s *scene) {
		a := s.agent()
		a.people(patNumber)
		a.network.Inject(simulator.Fault{Do: simulator.Reject, Code: 1, Number: sueNumber})
		a.start()
		a.settled(a.send("see you", patNumber, sueNumber))
		last := -1
		for _, step := range []struct {
			what  string
			times int
			is    func(moment) bool
		}{
			{"the text comes", 1, brings(outbox, "Commands/Add")},
			{"it is transmitted", 2, transmits},
			{"a report is added", 1, asks(inbox, "Commands/Add")},
			{"and taken", 1, brings(inbox, "Responses/Add")},
			{"the text is deleted", 1, asks(outbox, "Commands/Delete")},
		} {
			places := a.when(step.is)
			if len(places) != step.times || places[0] <= last {
				s.Fatalf("%s: at %d, want it %d times after %d", step.what, places, step.times, last)
			}
			last = places[len(places)-1]
		}
	}},
	{"ASMS-3.1.5.1-6", "a crash after the text is transmitted and before it is deleted does not transmit it again", func(s *scene) {
		a := s.agent()
		people := a.people(patNumber, sueNumber)
		crashed := make(chan struct{})
		a.sending = func(request *element) error {
			if !a.cut.Load() && of(request, outbox).has("Commands/Delete") {
				a.crash()
				close(crashed)
			}
			return nil
		}
		a.start()
		text := a.send("see you", patNumber, sueNumber)
		<-crashed
		s.equal("whom the segments are for", a.recipients(), []string{patNumber, sueNumber})
		a.restart()
		s.equal("state", a.settled(text).State, mailbox.TextSent)
		s.equal("whom the segments are for, in the end", a.recipients(), []string{patNumber, sueNumber})
		a.got(people[0], "see you")
		a.got(people[1], "see you")
		s.equal("texts in the Inbox", len(s.device("TABLET").begin(inbox, smsOptions)), 0)
	}},
	{"ASMS-3.1.5.1-6", "a crash while the modem has the first of two segments sends it once, and the second still", func(s *scene) {
		a := s.agent()
		people := a.people(patNumber, sueNumber)
		crashed := make(chan struct{})
		a.transmitting = func() {
			if !a.cut.Load() {
				a.crash()
				close(crashed)
			}
		}
		a.start()
		text := a.send("see you", patNumber, sueNumber)
		<-crashed
		a.restart()
		got := a.settled(text)
		s.equal("Pat, of whom nobody knows", got.Recipients[0].State, store.RecipientFailed)
		s.equal("Sue", got.Recipients[1].State, store.RecipientSent)
		s.equal("whom the segments are for", a.recipients(), []string{patNumber, sueNumber})
		a.got(people[0], "see you")
		a.got(people[1], "see you")
		report := only(s, s.device("TABLET").begin(inbox, smsOptions)).data("Body/Data")
		if !strings.Contains(report, "Perhaps not sent to "+patNumber) {
			s.Errorf("the report is %q", report)
		}
	}},
}
