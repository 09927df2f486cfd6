package mailbox

import "asms/store"

// schedule notes when a new text may be given to a phone, and until when.
func (m *Mailbox) schedule(tx *store.Tx, i *store.Item, out Outgoing) error {
	o, err := tx.Outbound(i.ID)
	if err != nil {
		return err
	}
	from := m.now()
	if i.Off == store.Scheduled {
		o.NotBefore, from = out.NotBefore, out.NotBefore
	}
	if out.ValidFor > 0 {
		o.Expires = from.Add(out.ValidFor)
	}
	o.Due = o.Expires
	if !o.NotBefore.IsZero() {
		o.Due = o.NotBefore
	}
	m.due.note(tx.User(), o.Due)
	return tx.PutOutbound(o)
}

// reasonExpired is what is said of a text that no phone took in time.
const reasonExpired = "no phone took it in time"

// expireWaiting handles the time of a text that no phone can have yet, and
// reports whether it was one.
func (m *Mailbox) expireWaiting(tx *store.Tx, o store.Outbound) (waiting bool, err error) {
	if o.State != store.Waiting && o.State != store.Offered {
		return false, nil
	}
	i, err := tx.Item(o.TextID)
	if err != nil || !cancellable(i) {
		return false, err
	}
	if !o.Expires.IsZero() && !o.Expires.After(m.now()) {
		return true, m.fail(tx, i, o, reasonExpired)
	}
	if i.Off == store.Scheduled {
		i.Off = 0
		if err := tx.UpdateItem(i); err != nil {
			return true, err
		}
	}
	return true, tx.SetDue(o.TextID, o.Expires)
}

// fail files a text that no phone had in Drafts: it reached nobody.
func (m *Mailbox) fail(tx *store.Tx, i *store.Item, o store.Outbound, reason string) error {
	if _, err := m.kill(tx, i, ""); err != nil {
		return err
	}
	draft, err := m.copyTo(tx, i, store.DraftsID)
	if err != nil {
		return err
	}
	all, err := tx.Recipients(o.TextID)
	if err != nil {
		return err
	}
	for _, r := range all {
		r.State, r.Error, r.At = store.RecipientFailed, reason, m.now()
		if err := tx.PutRecipient(o.TextID, r); err != nil {
			return err
		}
	}
	o.ItemID, o.State, o.Device, o.Ended, o.Due = draft.ID, store.Failed, "", m.now(), zeroTime
	return tx.PutOutbound(o)
}
