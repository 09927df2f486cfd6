package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"asms/eas"
	"asms/easclient"
	"asms/relay"
	"asms/sms"
)

// live shows what any client sees: a Ping hangs at the server, and what is new
// is synchronized.
func (d *demo) live(ctx context.Context) error {
	d.mail.watch(d.show)
	for ctx.Err() == nil {
		changed, err := d.mail.ping(ctx, 15*60)
		for _, id := range changed {
			if c := d.mail.folders[d.mail.ids[id]]; c != nil {
				if _, err = c.Sync(ctx); errors.Is(err, easclient.ErrResync) {
					err = nil
				}
			}
		}
		wait := 50 * time.Millisecond // another command of this client may have ended the Ping
		if err != nil && ctx.Err() == nil {
			d.log.Warn("the live view", "err", err)
			wait = 2 * time.Second
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
	}
	return nil
}

// show shows a text that came into a folder.
func (d *demo) show(c change) {
	if c.text == nil || c.text.Body == nil || c.text.Body.Data == nil {
		return
	}
	body := *c.text.Body.Data
	switch c.folder {
	case eas.FolderTypeInbox:
		from := numberOf(c.text.From)
		d.remember("← " + personOf(from).name + ": " + body)
		if _, reason, ok := strings.Cut(body, " sent to "+from+": "); ok {
			reason, _, _ = strings.Cut(reason, "\n\n")
			d.screen.line(red, "Inbox", "✗ "+personOf(from).name, "report: "+reason)
			return
		}
		d.screen.line(green, "Inbox", "← "+personOf(from).name, body)
	case eas.FolderTypeSentItems:
		d.remember("→ " + namesOf(c.text.To) + ": " + body)
		d.screen.line(green, "Sent Items", "→ "+namesOf(c.text.To), fmt.Sprintf("✓ sent by %s", personOf(numberOf(c.text.From)).name))
	case eas.FolderTypeDrafts:
		d.screen.line(red, "Drafts", "→ "+namesOf(c.text.To), "✗ not sent, kept here: "+body)
	}
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
		to = "→ " + namesOf(&e.To)
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
	var to []sms.Address
	var names []string
	for _, typed := range strings.Split(who, ",") {
		p, ok := findPerson(typed)
		if !ok {
			d.screen.print("Who is " + strings.TrimSpace(typed) + "? A number, or a name that list shows.")
			return
		}
		to = append(to, sms.Address{Name: p.name, Number: p.number})
		names = append(names, p.name)
	}
	d.screen.line(cyan, "you", "→ "+strings.Join(names, ", "), text)
	go func() { // the prompt comes back at once
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if _, err := d.mail.send(ctx, to, text); err != nil {
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

// numberOf is the first number in a From or To.
func numberOf(s *string) string {
	if s == nil {
		return ""
	}
	list, err := sms.ParseAddresses(*s)
	if err != nil || len(list) == 0 {
		return *s
	}
	return list[0].Number
}

// namesOf are all who are in a To.
func namesOf(s *string) string {
	if s == nil {
		return ""
	}
	list, err := sms.ParseAddresses(*s)
	if err != nil {
		return *s
	}
	names := make([]string, len(list))
	for i, a := range list {
		names[i] = personOf(a.Number).name
	}
	return strings.Join(names, ", ")
}
