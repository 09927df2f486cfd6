package crashtest

import (
	"context"
	"fmt"
	"strings"
	"time"

	"asms/eas"
)

// crowd is about how many texts a folder is allowed to hold.
const crowd = 120

// compose makes up what the device does next. Nil is nothing.
func (f *folder) compose(busy bool) (all []*command) {
	touched := map[eas.ServerID]bool{}
	if f.relays() {
		all = f.transmit(touched)
	}
	for body := range f.copies() {
		all = append(all, f.addAgain(body))
	}
	if !busy {
		return all
	}
	phone := f.d.number != ""
	for range 1 + f.r.IntN(3) {
		switch {
		case f.name == "Inbox" && phone && f.chance(70):
			all = append(all, f.add(received))
		case f.name == "Sent Items" && phone && f.chance(40):
			all = append(all, f.add(sent))
		case f.relays():
			if !f.d.toggles && f.chance(10) {
				all = append(all, f.add(mirrored))
			}
		case f.name == "Outbox":
			if f.chance(40) {
				all = append(all, f.add(composed))
			} else if f.chance(15) {
				all = append(all, f.delete(touched)...)
			}
		case f.chance(60):
			all = append(all, f.change(touched)...)
		case f.r.IntN(crowd) < len(f.items):
			all = append(all, f.delete(touched)...)
		}
	}
	return all
}

// transmit has the radio send what the server knows this phone to have, each text
// once, and reports it as sent.
func (f *folder) transmit(touched map[eas.ServerID]bool) (all []*command) {
	for id, o := range f.outgoing {
		if !o.proved {
			continue
		}
		f.radio(o)
		touched[id] = true
		all = append(all, &command{body: o.body, wire: eas.ClientCommand{Delete: &eas.ClientDelete{ServerID: id}}})
	}
	return all
}

// radio sends a text, once.
func (f *folder) radio(o *outgoing) {
	if !o.sent {
		o.sent = true
		f.d.l.transmit(f.d.id, o.body)
		f.shareSent(o.body)
	}
}

// forget has a phone begin its Outbox again at key 0, after it has sent what it
// was given, and before it has told. It remembers enough to tell later; it must
// not be given that again.
func (f *folder) forget() {
	for _, o := range f.outgoing {
		if !o.proved {
			return // such a text would stay behind until a person decides
		}
	}
	for _, o := range f.outgoing {
		f.radio(o)
		f.d.l.forgot()
	}
	f.items = map[eas.ServerID]item{}
	f.state.SyncKey, f.state.OptionsKnown = "", false
	if err := f.open(); err != nil {
		f.d.l.fault("%s %s: %v", f.d.id, f.name, err)
	}
}

// shareSent has every other text that the phone sends added to Sent Items by the
// phone as well, before the server hears that it was sent, or after.
func (f *folder) shareSent(body string) {
	if !f.chance(50) {
		return
	}
	for _, other := range f.d.folders {
		if other.name == "Sent Items" {
			other.mu.Lock()
			other.mirror = append(other.mirror, body)
			other.mu.Unlock()
		}
	}
}

// copies takes the bodies to be added to Sent Items.
func (f *folder) copies() map[string]bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := map[string]bool{}
	for _, body := range f.mirror {
		all[body] = true
	}
	f.mirror = nil
	return all
}

// Who texts whom.
const someone = `"Pat" [MOBILE:+14255550123]`

func (f *folder) add(k kind) *command {
	body := fmt.Sprintf("%s%s-%d %s", k, f.d.id, f.adds+1, strings.Repeat("ha ", f.r.IntN(40)))
	read := f.chance(50)
	f.d.l.adding(body, read)
	return f.addAs(k, body, read)
}

// addAgain adds to Sent Items what the Outbox had.
func (f *folder) addAgain(body string) *command { return f.addAs(sent, body, true) }

func (f *folder) addAs(k kind, body string, read bool) *command {
	m := &eas.SMSAdd{
		DateReceived: eas.Ptr(time.Now().UTC().Truncate(time.Millisecond)), Importance: eas.Ptr(1), Read: &read,
		Body: &eas.Body{Type: eas.BodyPlain, Data: &body}, InternetCPID: eas.Ptr("65001"),
	}
	if m.To = eas.Ptr(someone); k == received {
		m.From, m.To = m.To, eas.Ptr("")
	}
	data, err := eas.NewApplicationData(m)
	if err != nil {
		f.d.l.fault("%v", err)
	}
	return &command{body: body, read: read, wire: eas.ClientCommand{
		Add: &eas.ClientAdd{Class: eas.ClassSMS, ClientID: f.clientID(), ApplicationData: data},
	}}
}

// pick chooses one of the texts that are for everybody to change.
func (f *folder) pick(touched map[eas.ServerID]bool) (id eas.ServerID, i item, ok bool) {
	for id, i := range f.items {
		k := kindOf(i.body)
		if touched[id] || k != received && k != sent && (f.name != "Outbox" || k != composed) {
			continue
		}
		touched[id] = true
		return id, i, true
	}
	return "", item{}, false
}

func (f *folder) change(touched map[eas.ServerID]bool) []*command {
	id, i, ok := f.pick(touched)
	if !ok {
		return nil
	}
	c := &command{body: i.body, read: i.read, flag: i.flag}
	var m eas.SMSChange
	if f.chance(50) {
		c.read = !i.read
		m.Read = &c.read
		c.write = f.d.l.writing(i.body, false, fmt.Sprint(c.read))
	} else {
		c.flag = fmt.Sprintf("%s %d", f.d.id, f.r.Int64())
		m.Flag = &eas.Flag{Status: eas.Ptr(eas.FlagActive), FlagType: &c.flag}
		c.write = f.d.l.writing(i.body, true, c.flag)
	}
	data, err := eas.NewApplicationData(&m)
	if err != nil {
		f.d.l.fault("%v", err)
	}
	c.wire.Change = &eas.ClientChange{ServerID: id, ApplicationData: data}
	return []*command{c}
}

func (f *folder) delete(touched map[eas.ServerID]bool) []*command {
	id, i, ok := f.pick(touched)
	if !ok {
		return nil
	}
	hard := f.name == "Deleted Items" || f.options.DeletesAsMoves != nil && !*f.options.DeletesAsMoves
	c := &command{body: i.body, hard: hard, wire: eas.ClientCommand{Delete: &eas.ClientDelete{ServerID: id}}}
	f.d.l.deleting(i.body, hard)
	return []*command{c}
}

// aside does what is not done by Sync: it moves texts, switches relaying off and
// on, and forgets.
func (f *folder) aside(ctx context.Context, busy bool) error {
	if !busy {
		return nil
	}
	// A text that an answer carried and that the phone did not get is unknown when
	// the phone then starts again or is switched off, and stays until a person decides.
	if f.relays() && f.d.toggles && !f.cut && f.chance(5) {
		on := !f.enabled
		if err := f.d.enable(ctx, on); err != nil {
			return err
		}
		f.d.l.answered()
		f.enabled = on
	}
	if f.relays() && len(f.outgoing) > 0 && !f.cut && f.chance(15) {
		f.forget()
	}
	if f.archive == "" || f.r.IntN(4*crowd) > len(f.items) {
		return nil
	}
	id, i, ok := f.pick(map[eas.ServerID]bool{})
	if !ok {
		return nil
	}
	f.d.l.deleting(i.body, false)
	response, err := f.d.client.MoveItems(ctx, &eas.MoveItemsRequest{Move: []eas.Move{
		{SrcMsgID: id, SrcFldID: f.state.CollectionID, DstFldID: []eas.CollectionID{f.archive}},
	}})
	if err != nil {
		return err
	}
	f.d.l.answered()
	if len(response.Response) == 1 && response.Response[0].Status == eas.MoveItemsStatusSuccess {
		f.d.l.deleted(f.d.id, id, i.body, false)
	}
	return nil
}
