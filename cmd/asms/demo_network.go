package main

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"asms/relay/simulator"
	"asms/sms"
)

// person is somebody with a number.
type person struct {
	name, number string
	habit        string // what happens when one writes to them
	short        string // what else they are called
}

// correspondents are who can be written to.
var correspondents = []person{
	{"Echo", "+15550100101", "says it back", "echo"},
	{"Ελένη", "+306900000102", "answers at length, in Greek and emoji", "eleni"},
	{"Otto", "+15550100103", "is in a tunnel: unreachable at first, then answers", "otto"},
	{"Nobody", "+15550100104", "is no number at all: always fails, with the reason", "nobody"},
	{"Maya", "+15550100105", "a friend, writes now and then", "maya"},
	{"Jonas", "+4915550100106", "a friend in Berlin, writes now and then", "jonas"},
}

// personOf names a number, by itself if need be.
func personOf(number string) person {
	key := sms.Normalize(number)
	for _, list := range [][]person{correspondents, demoPhones} {
		for _, p := range list {
			if sms.Normalize(p.number) == key {
				return p
			}
		}
	}
	return person{name: number, number: number}
}

// findPerson reads what somebody typed: a number, or a name.
func findPerson(typed string) (person, bool) {
	typed = strings.TrimSpace(typed)
	for _, list := range [][]person{correspondents, demoPhones} {
		for _, p := range list {
			if strings.EqualFold(typed, p.name) || strings.EqualFold(typed, p.short) && p.short != "phone" {
				return p, true
			}
		}
	}
	return personOf(typed), strings.ContainsAny(typed, "0123456789")
}

// thinking is how long people take to answer.
const thinking = 1500 * time.Millisecond

const eleni = `Γεια σου! Μόλις έλαβα το μήνυμά σου: «%s» 😊 Εδώ στην Αθήνα έχει ήλιο ☀️ και η θάλασσα είναι ήρεμη 🌊. ` +
	`Αυτή η απάντηση δεν χωράει σε ένα μόνο SMS, γι' αυτό ταξιδεύει σε πολλά κομμάτια και ενώνεται ξανά στο τηλέφωνό σου 📱✨. Φιλιά! 👨‍👩‍👧‍👦`

// populate puts the correspondents on the network.
func (d *demo) populate() {
	answer := func(p person, reply func(t simulator.Text) string) *simulator.Correspondent {
		var c *simulator.Correspondent
		var ready sync.WaitGroup
		ready.Add(1)
		c = d.network.Correspondent(p.number, func(t simulator.Text) []string {
			ready.Wait()
			time.AfterFunc(thinking, func() { _ = c.Send(t.From, reply(t)) }) // too long cannot be: what came in was not
			return nil
		})
		ready.Done()
		return c
	}
	shorten := func(body string) string {
		if r := []rune(body); len(r) > 40 {
			return string(r[:40]) + "…"
		}
		return body
	}
	answer(correspondents[0], func(t simulator.Text) string { return "You wrote: " + t.Body })
	answer(correspondents[1], func(t simulator.Text) string { return fmt.Sprintf(eleni, shorten(t.Body)) })
	answer(correspondents[2], func(simulator.Text) string { return "Sorry, I was in a tunnel. Now I have your text." })
	for i, p := range correspondents[4:] {
		d.friends = append(d.friends, answer(p, replies(friends[i].replies)))
	}
	d.network.Inject(simulator.Fault{Do: simulator.Reject, Code: 27, Number: correspondents[2].number, Times: 1})
	d.network.Inject(simulator.Fault{Do: simulator.Reject, Code: 1, Number: correspondents[3].number})
}
