package mailbox

import (
	"errors"
	"time"

	"asms/sms"
	"asms/store"
)

// transmitted handles the Delete by the phone that had the text: it has been
// sent. It is filed in Sent Items, or in Drafts when it reached nobody.
func (s *session) transmitted(i *store.Item, o store.Outbound) error {
	now := s.m.now()
	stone, err := s.m.kill(s.tx, i, s.device)
	if err != nil {
		return err
	}
	s.did(undoEntry{What: undoDelete, Item: i.ID, Tombstone: stone})
	if o.State, err = s.m.settleRecipients(s.tx, i.ID); err != nil {
		return err
	}
	o.Device, o.Ended, o.Due = s.device, now, zeroTime
	reached := o.State != store.Failed
	folder := int64(store.DraftsID)
	if reached {
		folder = store.SentItemsID
	}
	var copied *store.Item
	if reached {
		if copied, err = s.ownCopy(i, o.Offered); err != nil {
			return err
		}
	}
	if copied != nil {
		copied.Linked = true
		if err := s.tx.UpdateItem(copied); err != nil {
			return err
		}
	} else if copied, err = s.file(i, folder); err != nil {
		return err
	}
	o.ItemID = copied.ID
	return s.tx.PutOutbound(o)
}

// settleRecipients marks the recipients of whom nothing was reported as sent and
// returns what that makes of the text.
func (m *Mailbox) settleRecipients(tx *store.Tx, text int64) (store.TextState, error) {
	all, err := tx.Recipients(text)
	if err != nil {
		return 0, err
	}
	for n := range all {
		r := &all[n]
		if r.State != store.RecipientPending {
			continue
		}
		r.State, r.At = store.RecipientSent, m.now()
		if err := tx.PutRecipient(text, *r); err != nil {
			return 0, err
		}
	}
	return fold(all), nil
}

// ownCopy finds the copy that the phone itself has added to Sent Items since it
// was given the text.
func (s *session) ownCopy(i *store.Item, offered time.Time) (copied *store.Item, err error) {
	sent := store.Walk{Folder: store.SentItemsID, Device: s.device, Bodies: true}
	err = s.tx.Alike(sent, i.Peers, offered.UnixMilli()-skew, s.m.now().UnixMilli()+skew,
		func(c *store.Item) (bool, error) {
			if c.Supplier == s.device && !c.Linked && c.FiledBy == "" && c.Born > max(i.Off, i.Born) && c.Body == i.Body {
				copied = c
				return false, nil
			}
			return true, nil
		})
	return copied, err
}

// file stores a transmitted text in Sent Items, dated now and from the phone's
// number.
func (s *session) file(i *store.Item, folder int64) (*store.Item, error) {
	d, err := s.tx.Device(s.device)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	c := *i
	c.Folder, c.Date, c.Outgoing, c.Read = folder, s.m.now().UnixMilli(), true, true
	if d.PhoneNumber != "" {
		c.From = sms.Address{Name: d.PhoneNumber, Number: d.PhoneNumber}.String()
	}
	c.ReadSeq, c.ReadBy, c.ReadLost = 0, "", false
	c.FlagSeq, c.FlagBy, c.FlagLost = 0, "", false
	c.State, c.Aud, c.Off, c.Carried = store.NotOutbound, "", 0, false
	c.Supplier, c.Supplied, c.FiledBy, c.Linked = "", "", s.device, false
	return &c, s.m.insert(s.tx, &c)
}
