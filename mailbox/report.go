package mailbox

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"asms/store"
)

// RecipientState is what became of a text for one recipient.
type RecipientState = store.RecipientState

// States of a recipient.
const (
	RecipientPending   = store.RecipientPending
	RecipientSent      = store.RecipientSent
	RecipientFailed    = store.RecipientFailed
	RecipientUnknown   = store.RecipientUnknown
	RecipientDelivered = store.RecipientDelivered
)

// RecipientReport is what a phone knows of one recipient of a text.
type RecipientReport struct {
	Number string // as in To
	State  RecipientState
	Reason string    // in words, of a failure
	At     time.Time // the zero time stands for now
}

// ErrNoSuchRecipient: the text does not go to that number.
var ErrNoSuchRecipient = errors.New("mailbox: the text does not go to that number")

// reasonLimit bounds the words that are kept of a failure, in bytes.
const reasonLimit = 1024

// Report takes what a phone says of the recipients of a text that it was given,
// while it has the text or afterwards. A non-delivery report says the same to
// everyone; this says it exactly. The error is ErrItemNotFound when the device
// was never given that text, ErrNoSuchRecipient, or the store's.
func (m *Mailbox) Report(ctx context.Context, user UserID, device, text string, reports []RecipientReport) error {
	return m.st.Update(ctx, user, func(tx *store.Tx) error {
		folder, n, err := parseServerID(text)
		if err != nil || folder != store.OutboxID {
			return ErrItemNotFound
		}
		o, err := tx.Outbound(n)
		if errors.Is(err, store.ErrNotFound) || err == nil && !slices.Contains(decodeTried(o.Tried), device) {
			return ErrItemNotFound
		}
		if err != nil {
			return err
		}
		all, err := tx.Recipients(n)
		if err != nil {
			return err
		}
		for _, report := range reports {
			if err := m.reportOne(tx, n, all, report); err != nil {
				return err
			}
		}
		tx.Touch()
		tx.ShowsAnew(o.ItemID)
		if o.Ended.IsZero() || o.State == store.Cancelled {
			return nil // its Delete settles it, or it never left
		}
		o.State = fold(all)
		return tx.PutOutbound(o)
	})
}

// reportOne sets every recipient with the report's number.
func (m *Mailbox) reportOne(tx *store.Tx, text int64, all []store.Recipient, report RecipientReport) error {
	number := m.numbers.key(report.Number)
	at := report.At
	if at.IsZero() {
		at = m.now()
	}
	found := false
	for n := range all {
		r := &all[n]
		if r.Number != number {
			continue
		}
		found = true
		r.State, r.Error, r.At = report.State, strings.ToValidUTF8(report.Reason[:min(len(report.Reason), reasonLimit)], ""), at
		if err := tx.PutRecipient(text, *r); err != nil {
			return err
		}
	}
	if !found {
		return ErrNoSuchRecipient
	}
	return nil
}

// fold returns the state of a text that has left the Outbox from those of its
// recipients: failed when it reached nobody, unknown when it may have reached
// only those of whom nothing is known, delivered when all have it.
func fold(all []store.Recipient) store.TextState {
	n := make(map[store.RecipientState]int)
	for _, r := range all {
		n[r.State]++
	}
	switch {
	case len(all) == 0:
		return store.Sent
	case n[store.RecipientDelivered] == len(all):
		return store.Delivered
	case n[store.RecipientSent]+n[store.RecipientDelivered]+n[store.RecipientPending] > 0:
		return store.Sent
	case n[store.RecipientUnknown] > 0:
		return store.Unknown
	}
	return store.Failed
}

// noteReport recognises a non-delivery report: a text that the phone which has a
// text adds to the Inbox, from one of its recipients and quoting it.
//
// [MS-ASMS] 3.1.5.1
func (s *session) noteReport(report *store.Item) error {
	if s.in.Type != inboxType || report.Class != ClassSMS {
		return nil
	}
	texts, err := textsAt(s.tx, s.device, store.HandedOver, store.Unknown)
	if err != nil {
		return err
	}
	forgotten, err := textsAt(s.tx, "", store.HandedOver, store.Unknown) // by key 0, or mirrored
	if err != nil {
		return err
	}
	for _, i := range append(texts, forgotten...) {
		if !quotes(report.Body, i.Body) {
			continue
		}
		o, err := s.tx.Outbound(i.ID)
		if err != nil {
			return err
		}
		if !slices.Contains(decodeTried(o.Tried), s.device) {
			continue
		}
		if report.Date < o.Offered.UnixMilli()-skew { // older than the offer: history
			continue
		}
		all, err := s.tx.Recipients(i.ID)
		if err != nil {
			return err
		}
		for _, r := range all {
			if r.State != store.RecipientPending || r.Number == "" || r.Number != report.Peers {
				continue
			}
			r.State, r.Error, r.At = store.RecipientFailed, reason(report.Body, i.Body), s.m.now()
			if err := s.tx.PutRecipient(i.ID, r); err != nil {
				return err
			}
			s.tx.ShowsAnew(i.ID)
			report.Hidden = store.Understood
			return s.tx.UpdateItem(report) // one report speaks of one recipient
		}
	}
	return nil
}

// quotes reports whether a report quotes a text: says something, and then holds
// it whole, apart from its own words. An answer that happens to contain the same
// words does not.
func quotes(report, text string) bool {
	text = strings.TrimSpace(text)
	before, after, found := strings.Cut(report, text)
	if text == "" || !found {
		return false
	}
	opens, _ := utf8.DecodeLastRuneInString(strings.TrimRight(before, " \t"))
	closes, _ := utf8.DecodeRuneInString(strings.TrimLeft(after, " \t"))
	return strings.TrimSpace(before) != "" && strings.ContainsRune("\n:\"'“„«", opens) &&
		(strings.TrimSpace(after) == "" || strings.ContainsRune("\r\n\"'”“»", closes))
}

// reason is what a non-delivery report says besides the text that it quotes, without
// the words by which our agent opens one: who it was is known.
func reason(report, text string) string {
	words := strings.Join(strings.Fields(strings.Replace(report, strings.TrimSpace(text), "", 1)), " ")
	for _, opening := range []string{"Not sent to ", "Perhaps not sent to "} {
		if rest, ok := strings.CutPrefix(words, opening); ok {
			if _, why, ok := strings.Cut(rest, ": "); ok {
				words = strings.TrimSuffix(why, ".")
			}
		}
	}
	const limit = 200
	if r := []rune(words); len(r) > limit {
		words = string(r[:limit])
	}
	return words
}
