package mailbox

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"asms/sms"
	"asms/store"
)

// Route is the phone that a text would leave by.
type Route struct {
	Device   string // "" none
	Name     string
	Number   string
	LastSeen time.Time
	// Silent: it has not been heard of for as long as makes a text unknown.
	Silent bool
	// Detail says in one sentence what stands in the way, or "".
	Detail string
}

// RouteFor returns the phone that a text to these people would leave by now;
// device is one that must send it, or "".
func (m *Mailbox) RouteFor(ctx context.Context, user UserID, to []sms.Address, device string) (r Route, err error) {
	err = m.st.View(ctx, user, func(tx *store.Tx) error {
		phones, err := m.phones(tx, nil)
		if err != nil {
			return err
		}
		c := chooser{tx: tx, phones: phones, relays: make(map[string]bool)}
		text := store.WaitingText{Item: &store.Item{Peers: strings.Join(m.peers(sms.FormatAddresses(to)), ",")}, Chosen: device}
		if r.Device, err = c.choose(text); err != nil {
			return err
		}
		if r.Device == "" {
			r.Detail, err = whyNone(tx, device)
			return err
		}
		d, err := tx.Device(r.Device)
		if err != nil {
			return err
		}
		seen := phones[slices.IndexFunc(phones, func(p phone) bool { return p.id == r.Device })].seen
		r.Name, r.Number, r.LastSeen = d.FriendlyName, d.PhoneNumber, time.UnixMilli(seen).UTC()
		if r.Name == "" {
			r.Name = d.Model
		}
		r.Silent = m.now().Sub(r.LastSeen) > max(2*m.contact(user, r.Device).interval, minSilence)
		switch {
		case device != "" && device != r.Device:
			r.Detail = "The phone that was chosen does not send texts; this one would."
		case r.Silent:
			r.Detail = "The phone has not been heard of for a while; the text waits for it."
		}
		return nil
	})
	return r, err
}

// whyNone says why there is no phone for a text.
func whyNone(tx *store.Tx, chosen string) (string, error) {
	policy, _, err := tx.Policy()
	if err != nil {
		return "", err
	}
	if policy != nil && policy.NoTextMessaging {
		return "The administrator does not allow texts.", nil
	}
	allowed, err := tx.ActiveSync()
	if err != nil {
		return "", err
	}
	if !allowed {
		return "The administrator does not allow phones.", nil
	}
	if chosen != "" {
		d, err := tx.Device(chosen)
		if err == nil && relays(d) {
			return "The phone that was chosen has not synchronised its Outbox yet.", nil
		}
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return "", err
		}
	}
	devices, err := tx.Devices()
	if err != nil {
		return "", err
	}
	switch {
	case len(devices) == 0:
		return "No phone is set up yet.", nil
	case slices.ContainsFunc(devices, relays):
		return "The phone has not synchronised its Outbox yet.", nil
	case slices.ContainsFunc(devices, func(d store.Device) bool { return d.OutboundSMS }):
		return "The phone that sends texts is not allowed.", nil
	}
	return "No phone has sending texts switched on.", nil
}
