package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"asms/api"
)

// errFollowed ends the reading of events.
var errFollowed = errors.New("enough is known")

// follow calls seen with the message as it is and whenever it changes, until seen
// says that it has seen enough.
func follow(ctx context.Context, client *api.Client, id string, seen func(api.Message) (enough bool)) error {
	look := func() error {
		m, err := client.Message(ctx, id)
		if err != nil {
			return err
		}
		if seen(m) {
			return errFollowed
		}
		return nil
	}
	err := client.Events(ctx, "", func(e api.Event) error {
		switch e.Name {
		case api.EventHello, api.EventReset: // what comes after this is told
			return look()
		case api.EventMessage:
			var m api.Message
			if err := json.Unmarshal(e.Data, &m); err != nil {
				return fmt.Errorf("an event of the server: %w", err)
			}
			if m.ID == id && seen(m) {
				return errFollowed
			}
		case api.EventGone:
			var gone api.Gone
			if err := json.Unmarshal(e.Data, &gone); err != nil {
				return fmt.Errorf("an event of the server: %w", err)
			}
			if gone.ID == id {
				return errGone
			}
		}
		return nil
	})
	var p *api.Problem
	switch {
	case errors.Is(err, errFollowed):
		return nil
	case errors.As(err, &p) && p.Status == http.StatusNotFound:
		return errGone
	}
	return err
}

// errGone is a text that somebody deleted while it was followed.
var errGone = errors.New("the text was taken out of the Outbox and not sent")

// settled says whether no more is to be expected of a text; that a phone confirms
// it is not waited for.
func settled(m api.Message) bool {
	switch m.State {
	case api.TextSent, api.TextDelivered:
		return !slices.ContainsFunc(m.Recipients, func(r api.MessageRecipient) bool { return r.State == api.RecipientPending })
	case api.TextFailed, api.TextUnknown, api.TextCancelled:
		return true
	}
	return false
}

// outcome says what became of a text. Anything but success for all is an error.
func outcome(w io.Writer, m api.Message) error {
	if m.State == api.TextCancelled {
		return errGone
	}
	var failed []string
	for _, r := range m.Recipients {
		switch r.State {
		case api.RecipientSent, api.RecipientDelivered:
			fmt.Fprintf(w, "Sent to %s.\n", r.Number)
		case api.RecipientFailed:
			failed = append(failed, because("failed for "+r.Number, r))
		default:
			failed = append(failed, because("nobody knows whether it was sent to "+r.Number, r))
		}
	}
	if len(failed) > 0 {
		return errors.New(strings.Join(failed, "; "))
	}
	return nil
}

// because adds the reason of a failure.
func because(what string, r api.MessageRecipient) string {
	reason := strings.TrimSuffix(r.Reason, ".")
	if reason == "" {
		return what
	}
	return what + ": " + reason
}

// teller prints each change of a text once.
type teller struct {
	out        io.Writer // nil: nothing is printed
	state      api.TextState
	recipients map[string]api.RecipientState
}

func (t *teller) tell(m api.Message) {
	if t.out == nil {
		return
	}
	line := func(words string) {
		fmt.Fprintf(t.out, "%s  %s\n", time.Now().Format(time.TimeOnly), strings.Map(printable, words))
	}
	if t.state != m.State {
		t.state = m.State
		words := strings.ReplaceAll(string(m.State), "_", " ")
		if m.Device != "" {
			words += " (" + m.Device + ")"
		}
		line(words)
	}
	if t.recipients == nil {
		t.recipients = map[string]api.RecipientState{}
	}
	for _, r := range m.Recipients {
		if r.State != api.RecipientPending && t.recipients[r.Number] != r.State {
			t.recipients[r.Number] = r.State
			line(because(r.Number+" "+string(r.State), r))
		}
	}
}
