package relay

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"asms/eas"
	"asms/easclient"
	"asms/sms"
)

// silent is the protocol id of a message that no phone shows.
//
// 3GPP TS 23.040 9.2.3.9 TP-Protocol-Identifier (TP-PID)
const silent = 0x40

// receive takes one TPDU of a radio. When it returns nil the TPDU is on disk and
// the radio may forget it.
func (a *Agent) receive(ctx context.Context, l *line, tpdu []byte) error {
	if r, err := sms.DecodeStatusReport(tpdu); err == nil {
		return a.takeStatusReport(ctx, l, r)
	}
	d, err := sms.DecodeDeliver(tpdu)
	state := partWaiting
	switch {
	case err != nil:
		a.log.WarnContext(ctx, "message unreadable, kept aside", "radio", l.label, "error", err)
		d, state = &sms.Deliver{}, partPassed
	case !forPeople(d):
		a.log.InfoContext(ctx, "message for an application, kept aside", "radio", l.label)
		state = partPassed
	}
	c := d.UserData.Header.Concat
	hash := partHash(d, tpdu)
	var again bool
	var uploaded int
	if err := a.ledger.update(func(tx *sql.Tx) (err error) {
		again, err = a.ledger.again(tx, l.options.Name, l.session, hash, c != nil && c.Total > 1, !d.Time.IsZero())
		if err != nil || again {
			return err
		}
		if err = a.ledger.addPart(tx, l.options.Name, d.Originator, l.session, hash, tpdu, state); err != nil || state != partWaiting {
			return err
		}
		if err = a.ledger.setPeer(tx, d.Originator, l.options.Name); err != nil {
			return err
		}
		uploaded, err = a.join(tx, l.options, d.Originator, time.Time{})
		return err
	}); err != nil {
		return err
	}
	a.log.InfoContext(ctx, "message received", "radio", l.label, "again", again, "texts", uploaded)
	a.options.Events(Event{Kind: PartReceived, Radio: l.options.Name})
	a.wake(a.toPost)
	return a.at("part kept")
}

// forPeople tells a text from a message for an application, or for nobody. A
// flash message, class 0, is a text.
func forPeople(d *sms.Deliver) bool {
	u := &d.UserData
	if u.Header.Ports != nil || d.ProtocolID == silent || u.Coding.Alphabet() == sms.Binary {
		return false
	}
	_, _, discard := u.Coding.Waiting()
	return !discard || len(u.Data) > 0
}

// partHash tells a part that comes again: all of the TPDU but the more-messages
// flag and the like, which the service centre sets anew.
func partHash(d *sms.Deliver, tpdu []byte) []byte {
	same := *d
	same.MoreMessages = false
	if b, err := same.Encode(); err == nil {
		tpdu = b
	}
	return hashOf(d.Originator, d.Time.Format(time.RFC3339), string(tpdu))
}

// join makes uploads of what is whole among the waiting parts of a sender, and
// of what is not if a part of it came at or before late.
func (a *Agent) join(tx *sql.Tx, radio RadioOptions, sender string, late time.Time) (uploaded int, err error) {
	list, err := waiting(tx, radio.Name, sender)
	if err != nil {
		return 0, err
	}
	parts := make([]sms.Part, len(list))
	for i, p := range list {
		d, err := sms.DecodeDeliver(p.tpdu)
		if err != nil {
			return 0, err
		}
		parts[i] = sms.Part{Sender: d.Originator, Time: d.Time, UserData: d.UserData}
	}
	complete, rest := sms.Reassemble(parts)
	if !late.IsZero() {
		for _, m := range incomplete(parts, rest) {
			if slices.ContainsFunc(m.Parts, func(i int) bool { return !list[i].received.After(late) }) {
				complete = append(complete, m)
			}
		}
	}
	for _, m := range complete {
		var joined []part
		for _, i := range m.Parts {
			joined = append(joined, list[i])
		}
		u := upload{sender: address(m.Sender), recipient: address(radio.Number), date: m.Time, body: m.Text}
		if u.date.IsZero() {
			u.date = joined[0].received
		}
		n, err := a.ledger.addUpload(tx, u)
		if err != nil {
			return 0, err
		}
		if err := joinParts(tx, joined, partJoined, n); err != nil {
			return 0, err
		}
		uploaded++
	}
	return uploaded, nil
}

// uploadBatch is the most Adds of one request.
const uploadBatch = 50

// uploadTexts adds to the Inbox what waits for it.
//
// [MS-ASMS] 3.1.4.1.2 Making Changes Involving SMS Items
func (a *Agent) uploadTexts(ctx context.Context, s *session) error {
	for {
		if err := a.compareInbox(ctx, s); err != nil {
			return err
		}
		list, err := a.ledger.uploads(ctx, uploadBatch)
		if err != nil || len(list) == 0 {
			return err
		}
		commands := make([]eas.ClientCommand, len(list))
		for i := range list {
			if commands[i], err = list[i].command(); err != nil {
				return err
			}
		}
		if err := a.ledger.markSent(list); err != nil {
			return err
		}
		if err := a.at("upload sent"); err != nil {
			return err
		}
		responses, err := s.inbox.Sync(ctx, commands...)
		if errors.Is(err, easclient.ErrResync) {
			continue
		}
		if err != nil {
			return err
		}
		if err := answered(list, responses); err != nil {
			return err
		}
	}
}

func (u *upload) command() (eas.ClientCommand, error) {
	data, err := eas.NewApplicationData(&eas.SMSAdd{
		To: &u.recipient, From: &u.sender, DateReceived: eas.Ptr(u.date.UTC()), Importance: eas.Ptr(1), Read: eas.Ptr(false),
		Body: &eas.Body{Type: eas.BodyPlain, Data: &u.body}, InternetCPID: eas.Ptr("65001"), Flag: &eas.Flag{},
	})
	return eas.ClientCommand{Add: &eas.ClientAdd{Class: eas.ClassSMS, ClientID: u.clientID, ApplicationData: data}}, err
}

// answered is the error of Adds that have to be made again later, because the
// server said so or said nothing.
func answered(list []upload, responses []eas.SyncItemResponse) error {
	status := map[eas.ClientID]eas.Status{}
	for _, r := range responses {
		if r.Add != nil {
			status[r.Add.ClientID] = r.Add.Status
		}
	}
	for _, u := range list {
		s, ok := status[u.clientID]
		if !ok {
			return errors.New("relay: the server did not answer an Add")
		}
		if addState(s) == uploadPending {
			return s.Err(eas.CommandSync)
		}
	}
	return nil
}

func addState(s eas.Status) uploadState {
	switch s {
	case eas.StatusSuccess:
		return uploadDone
	case eas.SyncStatusInvalidItem, eas.SyncStatusConflict, eas.SyncStatusProtocolError:
		return uploadRefused
	}
	return uploadPending
}

// takeInbox keeps the server's answers to Adds, in one step with the key.
func (a *Agent) takeInbox(ctx context.Context, b *easclient.Batch) error {
	if err := a.at("upload answered"); err != nil {
		return err
	}
	if err := a.ledger.update(func(tx *sql.Tx) error {
		if b.Resync {
			return restart(tx, inboxFolder, b.State)
		}
		for _, r := range b.Responses {
			if r.Add == nil {
				continue
			}
			if state := addState(r.Add.Status); state != uploadPending {
				if err := uploadAnswered(tx, r.Add.ClientID, state, r.Add.ServerID); err != nil {
					return err
				}
			}
		}
		return keepState(tx, inboxFolder, b.State)
	}); err != nil {
		return err
	}
	if b.Resync {
		a.log.WarnContext(ctx, "the server has lost the sync key of the Inbox")
	}
	for _, r := range b.Responses {
		switch {
		case r.Add == nil:
		case addState(r.Add.Status) == uploadRefused:
			a.log.ErrorContext(ctx, "the server refuses a text, it stays in the ledger", "status", r.Add.Status)
		case r.Add.Status == eas.StatusSuccess:
			a.log.InfoContext(ctx, "text added to the Inbox", "text", r.Add.ServerID)
			a.options.Events(Event{Kind: TextUploaded, Text: r.Add.ServerID})
		}
	}
	return a.at("upload kept")
}

// restoreWindow is how far back the Inbox is looked through when the server has
// lost the key, and so how old a backup may be that loses no texts.
const restoreWindow = 7 * 24 * time.Hour

// compareInbox compares the Inbox with what was added to it, once after each key
// 0: the server may have been set back to a backup, or have taken an Add whose
// answer was lost.
func (a *Agent) compareInbox(ctx context.Context, s *session) error {
	for {
		k, err := a.ledger.known(ctx, inboxFolder)
		if err != nil || k == known {
			return err
		}
		if k == doubtful {
			if err := a.proveInbox(ctx, s); err != nil {
				return err
			}
			continue
		}
		old, err := a.ledger.anySent(ctx)
		if err != nil {
			return err
		}
		if old {
			if err := s.survey(ctx); errors.Is(err, easclient.ErrResync) {
				continue
			} else if err != nil {
				return err
			}
		}
		if err := a.ledger.update(a.ledger.restore); err != nil {
			return err
		}
		if err := a.at("inbox compared"); err != nil {
			return err
		}
	}
}

// proveInbox asks the server whether it still knows the key of the Inbox.
func (a *Agent) proveInbox(ctx context.Context, s *session) error {
	err := s.inbox.Prove(ctx)
	if errors.Is(err, easclient.ErrResync) {
		return nil // takeInbox has seen to it
	}
	if err != nil {
		return err
	}
	return a.ledger.update(func(tx *sql.Tx) error {
		_, err := tx.Exec(`UPDATE collection SET known = $1 WHERE folder = $2 AND known = $3`, known, inboxFolder, doubtful)
		return err
	})
}

// takeSurvey compares what the server has.
func (a *Agent) takeSurvey(_ context.Context, b *easclient.Batch) error {
	return a.ledger.update(func(tx *sql.Tx) error {
		if b.Resync {
			return restart(tx, inboxFolder, b.State)
		}
		for _, c := range b.Commands {
			if c.Add == nil {
				continue
			}
			m, err := eas.DecodeSMS(c.Add.ApplicationData)
			if err != nil || m.From == nil || m.DateReceived == nil || m.Body == nil || m.Body.Data == nil {
				continue
			}
			if err := seen(tx, &upload{sender: *m.From, date: *m.DateReceived, body: *m.Body.Data}, c.Add.ServerID); err != nil {
				return err
			}
		}
		return keepState(tx, inboxFolder, b.State)
	})
}
