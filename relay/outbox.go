package relay

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"

	"asms/eas"
	"asms/easclient"
)

// takeOutbox keeps what the server says of the Outbox, in one step with the key.
//
// [MS-ASMS] 3.1.5.1 Sending Outbound SMS Messages
func (a *Agent) takeOutbox(ctx context.Context, b *easclient.Batch) error {
	var fresh []text
	err := a.ledger.update(func(tx *sql.Tx) error {
		fresh = nil
		if b.Resync {
			return restart(tx, outboxFolder, b.State)
		}
		for _, c := range b.Commands {
			switch {
			case c.Add != nil && c.Add.Class == eas.ClassSMS:
				to, body, fault := outgoing(c.Add)
				isNew, err := a.ledger.keepText(tx, c.Add.ServerID, to, body, fault)
				if err != nil {
					return err
				}
				if isNew {
					fresh = append(fresh, text{serverID: c.Add.ServerID, recipients: to})
				}
			case c.Delete != nil:
				if err := a.ledger.withdraw(tx, c.Delete.ServerID); err != nil {
					return err
				}
			case c.SoftDelete != nil:
				if err := a.ledger.withdraw(tx, c.SoftDelete.ServerID); err != nil {
					return err
				}
			}
		}
		return keepState(tx, outboxFolder, b.State)
	})
	if err != nil {
		return err
	}
	if b.Resync {
		a.log.WarnContext(ctx, "the server has lost the sync key of the Outbox, it comes anew")
		a.forgotten.Store(true)
	}
	for _, t := range fresh {
		a.log.InfoContext(ctx, "text received", "text", t.serverID)
		a.options.Events(Event{Kind: TextReceived, Text: t.serverID, To: t.recipients})
	}
	a.wakeAll() // a text that was deleted before may have come again
	return a.at("text kept")
}

// outgoing reads a text. One that cannot be sent comes with the reason.
func outgoing(add *eas.ServerAdd) (to, body, fault string) {
	m, err := eas.DecodeSMS(add.ApplicationData)
	if err != nil {
		return "", "", "the text cannot be read"
	}
	if m.To != nil {
		to = *m.To
	}
	if m.Body != nil {
		if m.Body.Data != nil {
			body = *m.Body.Data
		}
		if m.Body.Truncated != nil && *m.Body.Truncated {
			fault = "the server gave only a part of the text"
		}
	}
	return to, body, fault
}

// textsProved is called when the server knows what has come.
func (a *Agent) textsProved(ctx context.Context, _ eas.SyncKey) error {
	list, err := a.ledger.prove()
	if err != nil {
		return err
	}
	for _, t := range list {
		a.log.InfoContext(ctx, "text handed over", "text", t.serverID)
		a.options.Events(Event{Kind: TextProved, Text: t.serverID, To: t.recipients})
	}
	if err := a.at("text proved"); err != nil {
		return err
	}
	a.wake(a.toTransmit)
	return nil
}

// deleteBatch is the most Deletes of one request.
const deleteBatch = 100

// deleteTexts deletes in the Outbox what is concluded and reported.
func (a *Agent) deleteTexts(ctx context.Context, outbox *easclient.Collection) error {
	for {
		list, err := a.ledger.toDelete(ctx, deleteBatch)
		if err != nil || len(list) == 0 {
			return err
		}
		// First see what the server has: at key 0 an id may be another text's.
		if err := a.compareOutbox(ctx, outbox); err != nil {
			return err
		}
		if list, err = a.ledger.toDelete(ctx, deleteBatch); err != nil || len(list) == 0 {
			return err
		}
		commands := make([]eas.ClientCommand, len(list))
		for i, t := range list {
			commands[i] = eas.ClientCommand{Delete: &eas.ClientDelete{ServerID: t.serverID}}
		}
		responses, err := outbox.Sync(ctx, commands...)
		if errors.Is(err, easclient.ErrResync) {
			continue
		}
		if err != nil {
			return err
		}
		if list, err = acknowledged(list, responses); err != nil {
			return err
		}
		if err := a.at("delete answered"); err != nil {
			return err
		}
		if err := a.ledger.markDeleted(list); err != nil {
			return err
		}
		for _, t := range list {
			a.log.InfoContext(ctx, "text deleted in the Outbox", "text", t.serverID)
			a.options.Events(Event{Kind: TextDeleted, Text: t.serverID})
		}
		if err := a.at("text deleted"); err != nil {
			return err
		}
	}
}

// acknowledged leaves out the texts whose Delete failed, but for those that the
// server does not have.
func acknowledged(list []text, responses []eas.SyncItemResponse) ([]text, error) {
	failed := map[eas.ServerID]eas.Status{}
	for _, r := range responses {
		if r.Delete != nil && r.Delete.Status != eas.StatusSuccess && r.Delete.Status != eas.SyncStatusObjectNotFound {
			failed[r.Delete.ServerID] = r.Delete.Status
		}
	}
	var done []text
	for _, t := range list {
		if failed[t.serverID] == 0 {
			done = append(done, t)
		}
	}
	if len(done) == 0 && len(list) > 0 {
		return nil, failed[list[0].serverID].Err(eas.CommandSync)
	}
	return done, nil
}

// compareOutbox takes all that the server has, once after each key 0.
func (a *Agent) compareOutbox(ctx context.Context, outbox *easclient.Collection) error {
	for {
		k, err := a.ledger.known(ctx, outboxFolder)
		if err != nil || k == known {
			return err
		}
		switch _, err := outbox.Sync(ctx); {
		case errors.Is(err, easclient.ErrResync):
			continue
		case err != nil:
			return err
		}
		if err := a.ledger.update(func(tx *sql.Tx) error { return setKnown(tx, outboxFolder, known) }); err != nil {
			return err
		}
	}
}

// report is the text of a non-delivery report: who, why, and what was to be
// sent. The quotation stands on lines of its own, also when the text ends with
// spaces.
func report(number string, state recipientState, reason, body string) string {
	if number == "" {
		number = "an empty number"
	}
	if state == recipientUnknown {
		return fmt.Sprintf("Perhaps not sent to %s: %s. It was not sent again, so that nobody gets it twice.\n\n%s\n", number, reason, body)
	}
	return fmt.Sprintf("Not sent to %s: %s.\n\n%s\n", number, reason, body)
}

// partOf says which segment a reason is about.
func partOf(n, total int, reason string) string {
	if total == 1 {
		return reason
	}
	return "part " + strconv.Itoa(n+1) + " of " + strconv.Itoa(total) + ": " + reason
}
