package mailbox

import "asms/store"

// noteCopy hides the copy that a phone puts into Sent Items of a text that it has
// yet to delete from the Outbox: until then the text would be shown twice. Nobody
// knows whether the copy is that of a text that has become unknown.
func (s *session) noteCopy(i *store.Item) error {
	if s.in.Type != sentType || i.Class != ClassSMS {
		return nil
	}
	texts, err := s.textsHere(store.Offered, store.HandedOver)
	if err != nil {
		return err
	}
	own, err := mirrored(s.tx, s.device)
	if err != nil {
		return err
	}
	held := 0
	for _, t := range append(texts, own...) {
		if t.Peers == i.Peers && t.Body == i.Body && i.Date >= t.Date-skew && (t.State != store.Offered || t.Carried) {
			held++
		}
	}
	if held == 0 {
		return nil
	}
	copies, err := s.tx.Copies(i.Peers)
	if err != nil {
		return err
	}
	for _, c := range copies {
		if c.Body == i.Body {
			held-- // each text hides one
		}
	}
	if held <= 0 {
		return nil
	}
	i.Hidden = store.Copied
	return s.tx.UpdateItem(i)
}

// reveal shows the copy of a text that leaves the Outbox or becomes unknown. If the two become one,
// it is the copy that stays.
func reveal(tx *store.Tx, text *store.Item) error {
	copies, err := tx.Copies(text.Peers)
	if err != nil {
		return err
	}
	for _, c := range copies {
		if c.Body == text.Body {
			c.Hidden = store.NotHidden
			return tx.UpdateItem(c)
		}
	}
	return nil
}
