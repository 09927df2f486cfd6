package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"asms/api"
	"asms/relay"
	"asms/sms"
)

// live shows what any client sees: the events of the mailbox.
func (d *demo) live(ctx context.Context) error {
	shown := map[string]teller{}
	err := d.client.Events(ctx, "", func(e api.Event) error {
		if e.Name != api.EventMessage {
			return nil
		}
		var m api.Message
		if err := json.Unmarshal(e.Data, &m); err != nil {
			return err
		}
		before, known := shown[m.ID]
		after := teller{state: m.State, recipients: map[string]api.RecipientState{}}
		for _, r := range m.Recipients {
			after.recipients[r.Number] = r.State
		}
		shown[m.ID] = after
		switch {
		case m.Direction == api.DirectionIn && !known:
			d.cameIn(m)
		case m.Direction == api.DirectionOut:
			d.wentOut(m, before)
		}
		return nil
	})
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func (d *demo) cameIn(m api.Message) {
	if m.From == nil {
		return
	}
	name := nameOf(*m.From)
	d.remember("← " + name + ": " + m.Body)
	d.screen.line(green, "Inbox", "← "+name, m.Body)
}

// wentOut shows what is new of a text that was as before.
func (d *demo) wentOut(m api.Message, before teller) {
	var names []string
	for _, r := range m.Recipients {
		names = append(names, nameOf(r.Party))
		if r.State == api.RecipientFailed && before.recipients[r.Number] != r.State {
			d.screen.line(red, "Report", "✗ "+nameOf(r.Party), because("failed", r))
		}
	}
	if m.State == before.state {
		return
	}
	to := "→ " + strings.Join(names, ", ")
	switch m.State {
	case api.TextSent:
		by := "a phone"
		if m.From != nil {
			by = nameOf(*m.From)
		}
		d.remember(to + ": " + m.Body)
		d.screen.line(green, "Sent Items", to, "✓ sent by "+by)
	case api.TextFailed:
		d.screen.line(red, "Drafts", to, "✗ not sent, kept here: "+m.Body)
	case api.TextUnknown:
		d.screen.line(red, "Outbox", to, "? nobody knows whether it was sent: "+m.Body)
	}
}

// nameOf is what a party is called.
func nameOf(p api.Party) string {
	if p.Name != "" {
		return p.Name
	}
	return personOf(p.Number).name
}

// maxLatest is how many texts list shows.
const maxLatest = 10

// remember keeps a text for list.
func (d *demo) remember(text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.latest = append(d.latest, tame(text)); len(d.latest) > maxLatest {
		d.latest = d.latest[1:]
	}
}

// phoneEvent shows what a phone does.
func (d *demo) phoneEvent(p person, e relay.Event) {
	to := ""
	switch {
	case e.Recipient != "":
		to = "→ " + personOf(e.Recipient).name
	case e.To != "":
		to = "→ " + namesOf(e.To)
	}
	part := ""
	if e.Segments > 1 {
		part = fmt.Sprintf("part %d of %d ", e.Segment, e.Segments)
	}
	switch e.Kind {
	case relay.TextReceived:
		d.screen.line(yellow, p.name, to, "is offered the text")
	case relay.TextProved:
		d.screen.line(yellow, p.name, to, "has it: no other phone will send it")
	case relay.SegmentAccepted:
		d.screen.line(yellow, p.name, to, part+"on the air, the network has it")
	case relay.SegmentDelayed:
		d.screen.line(yellow, p.name, to, part+"not now: "+e.Reason+"; tries again soon")
	case relay.SegmentRefused:
		d.screen.line(red, p.name, to, part+"refused: "+e.Reason)
	case relay.SegmentUnknown:
		d.screen.line(red, p.name, to, part+"nobody knows: "+e.Reason)
	case relay.PartReceived:
		d.screen.line(yellow, p.name, "", "receives from the network")
	}
}

// obey does what was typed; enough tells that it was "quit".
func (d *demo) obey(line string) (enough bool) {
	line = strings.TrimSpace(line)
	word, rest, _ := strings.Cut(line, " ")
	switch strings.ToLower(word) {
	case "":
	case "quit", "exit", "q":
		return true
	case "help", "?":
		d.help()
	case "list", "ls":
		d.list()
	case "to":
		d.write(rest)
	default:
		d.screen.print("To write:  to " + correspondents[0].number + ": Hello!   More with help.")
	}
	return false
}

func (d *demo) help() {
	for _, row := range [][2]string{
		{"to NUMBER: text", "writes a text; a name will do, several with commas between"},
		{"list", "shows who there is, and the latest texts"},
		{"quit", "ends the demo"},
	} {
		d.screen.print("  " + pad(row[0], 18) + d.screen.paint(dim, row[1]))
	}
	d.screen.print("  From a second terminal: " + d.sendCommand())
}

// write puts a text into the Outbox, as any client does.
func (d *demo) write(rest string) {
	who, text, ok := strings.Cut(rest, ":")
	text = strings.TrimSpace(text)
	if !ok || text == "" {
		d.screen.print("Like this:  to " + correspondents[0].number + ": Hello!")
		return
	}
	var to, names []string
	for _, typed := range strings.Split(who, ",") {
		p, ok := findPerson(typed)
		if !ok {
			d.screen.print("Who is " + strings.TrimSpace(typed) + "? A number, or a name that list shows.")
			return
		}
		to = append(to, p.number)
		names = append(names, p.name)
	}
	d.screen.line(cyan, "you", "→ "+strings.Join(names, ", "), text)
	go func() { // the prompt comes back at once
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if _, err := submit(ctx, d.client, api.NewMessage{To: to, Body: text}, ""); err != nil {
			d.screen.line(red, "Outbox", "", "✗ "+serverTrouble(err).Error())
			return
		}
		d.log.Info("a text is in the Outbox")
	}()
	d.screen.line(cyan, "Outbox", "", "the text waits for a phone")
}

func (d *demo) list() {
	for _, p := range correspondents {
		d.screen.print("  " + fmt.Sprintf("%-15s", p.number) + d.screen.paint(bold, pad(p.name, 8)) + d.screen.paint(dim, p.habit))
	}
	for _, p := range demoPhones {
		d.screen.print("  " + fmt.Sprintf("%-15s", p.number) + d.screen.paint(bold, pad(p.name, 8)) + d.screen.paint(dim, "one of ours, with a modem: can be written to as well"))
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, text := range d.latest {
		d.screen.print("  " + d.screen.shorten(text))
	}
}

// namesOf are all who are in a To.
func namesOf(to string) string {
	list, err := sms.ParseAddresses(to)
	if err != nil {
		return to
	}
	names := make([]string, len(list))
	for i, a := range list {
		names[i] = personOf(a.Number).name
	}
	return strings.Join(names, ", ")
}
