package main

import (
	"context"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"asms/mailbox"
	"asms/relay/simulator"
	"asms/sms"
)

// said is one text of a conversation that was, before the demo began.
type said struct {
	who  string // a name, of several with commas between; "LIBRARY" is none
	mine bool
	ago  time.Duration
	body string
}

const day1 = 24 * time.Hour

// story is what was written before the demo began, the oldest first.
var story = []said{
	{"Jonas", false, 9*day1 + 3*time.Hour, "Moving boxes all weekend. Why do I own four colanders?"},
	{"Jonas", true, 9*day1 + 2*time.Hour, "Because you cook once a year and shop every week 😄"},
	{"Jonas", false, 9*day1 + 2*time.Hour - 9*time.Minute, "Fair. Want one?"},
	{"Ελένη", false, 6 * day1, "Καλημέρα! Πότε έρχεσαι στην Αθήνα; ☀️"},
	{"Ελένη", true, 6*day1 - 40*time.Minute, "Καλημέρα! Τον Μάιο, ελπίζω 🤞"},
	{"Ελένη", false, 6*day1 - 55*time.Minute, "Τέλεια! Θα πάμε για μπάνιο 🌊"},
	{"LIBRARY", false, 3*day1 + 5*time.Hour, "The book you reserved is ready: \"The Left Hand of Darkness\". Please collect it within 7 days."},
	{"Maya, Jonas", true, 2*day1 + time.Hour, "Hike on Saturday? The lake trail should be dry by then."},
	{"Maya", false, 2*day1 + 50*time.Minute, "Yes!! I bring the thermos ☕"},
	{"Jonas", false, 2*day1 + 30*time.Minute, "I'm in. Trains from Berlin get in at 9:12."},
	{"Maya", true, 26 * time.Hour, "Forecast says sun until four. Start at ten?"},
	{"Maya", false, 26*time.Hour - 4*time.Minute, "Ten is perfect. Do you still have my blue rain jacket, just in case?"},
	{"Maya", true, 26*time.Hour - 6*time.Minute, "On the hook by the door, it misses you."},
	{"Jonas", false, 5 * time.Hour, "Booked the 7:40. If I fall asleep, wake me in a lake."},
	{"Maya", false, 12 * time.Minute, "Baking something for tomorrow. Guess."},
	{"Maya", true, 10 * time.Minute, "Please say cinnamon rolls"},
	{"Maya", false, 9 * time.Minute, "🌀🌀🌀 you'll see"},
}

// friends write now and then, and answer.
var friends = []struct{ lines, replies []string }{
	{
		[]string{
			"They came out of the oven. The kitchen smells like December.",
			"I ate one. For science.",
			"Remind me: left or right at the chapel?",
			"Looked it up: right, then along the creek 🥾",
			"If it rains we do the museum, deal?",
			"Good night! Tomorrow at ten 🌙",
		},
		[]string{"Ha! 😄", "Sounds good to me.", "Let me check and tell you tonight.", "You always say that."},
	},
	{
		[]string{
			"Packed. One bag, two jackets, no colanders.",
			"Is there coffee at the station or must I be brave?",
			"Maya says she baked. I am bringing an empty lunchbox.",
			"Alarm set for 6:30, and a second one for the first.",
		},
		[]string{"Alles klar 👍", "See you at the platform then.", "No idea, honestly!", "Haha, yes."},
	},
}

// replies answers with one line after the other.
func replies(lines []string) func(simulator.Text) string {
	var mu sync.Mutex
	next := 0
	return func(simulator.Text) string {
		mu.Lock()
		defer mu.Unlock()
		next++
		return lines[(next-1)%len(lines)]
	}
}

// tellStory puts people and what they wrote into a mailbox that is new.
func (d *demo) tellStory(ctx context.Context, box *mailbox.Mailbox, user mailbox.UserID) error {
	if n, err := box.Count(ctx, user); err != nil || n > 0 {
		return err
	}
	for _, p := range correspondents {
		var card mailbox.Card
		card.Set("FirstName", p.name)
		card.Set("MobilePhoneNumber", p.number)
		if _, err := box.AddContact(ctx, user, card); err != nil {
			return err
		}
	}
	now := time.Now().Truncate(time.Minute)
	for _, s := range story {
		var whom []sms.Address
		for _, name := range strings.Split(s.who, ", ") {
			p, ok := findPerson(name)
			if !ok {
				p = person{name: name, number: name}
			}
			whom = append(whom, sms.Address{Name: p.name, Number: p.number})
		}
		us := sms.FormatAddresses([]sms.Address{{Name: demoPhones[0].name, Number: demoPhones[0].number}})
		m := mailbox.Message{Class: mailbox.ClassSMS, Body: s.body, Date: now.Add(-s.ago), Importance: 1, Read: true}
		folder := inbox
		m.From, m.To = sms.FormatAddresses(whom), us
		if s.mine {
			folder, m.From, m.To = sentItems, us, m.From
		}
		if s.ago == story[len(story)-1].ago { // waits to be read
			m.Read = false
		}
		if _, err := box.Place(ctx, user, folder, m); err != nil {
			return err
		}
	}
	return nil
}

// Folders of every mailbox.
const (
	inbox     = "1"
	sentItems = "4"
)

// chat has the friends write to the phones now and then, each what it has to say.
func (d *demo) chat(ctx context.Context) error {
	pause := 8 * time.Second
	for i := 0; ; i++ {
		said := false
		for n, f := range d.friends {
			if i >= len(friends[n].lines) {
				continue
			}
			said = true
			select {
			case <-time.After(pause):
			case <-ctx.Done():
				return nil
			}
			if err := f.Send(demoPhones[n%len(demoPhones)].number, friends[n].lines[i]); err != nil {
				d.log.Warn("a friend could not write", "err", err)
			}
			pause = 25*time.Second + rand.N(30*time.Second)
		}
		if !said {
			return nil
		}
	}
}
