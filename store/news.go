package store

import "errors"

// Gone says that an item is shown in its conversation no more.
type Gone struct {
	Seq            int64
	Folder, Item   int64
	Text           int64 // the text on its way out that it showed, 0 none
	ConversationID []byte
}

// ItemsShownSince returns the items whose look has changed after seq, in that
// order.
func (tx *Tx) ItemsShownSince(seq int64, limit int) ([]*Item, error) {
	return tx.items(`SELECT `+wholeItem+` FROM item i WHERE i.user_id = CAST($1 AS BIGINT) AND i.shown > CAST($2 AS BIGINT) AND i.shown <> 0
		ORDER BY i.shown, i.item_id LIMIT $3`, tx.user, seq, limit)
}

// GoneSince returns what is shown no more after seq, in that order. A text on its
// way out that another item shows by now is not gone.
func (tx *Tx) GoneSince(seq int64, limit int) (all []Gone, err error) {
	return all, tx.each(func(r scanner) (bool, error) {
		var g Gone
		err := r.Scan(&g.Seq, &g.Folder, &g.Item, &g.Text, &g.ConversationID)
		all = append(all, g)
		return true, err
	}, `SELECT g.seq, g.folder_id, g.item_id, g.text_id, g.conv_id FROM gone g
		WHERE g.user_id = CAST($1 AS BIGINT) AND g.seq > CAST($2 AS BIGINT)
			AND NOT EXISTS (SELECT 1 FROM outbound o JOIN item i ON i.user_id = o.user_id AND i.item_id = o.item_id
				WHERE o.user_id = g.user_id AND o.text_id = g.text_id AND i.shown <> 0)
		ORDER BY g.seq, g.item_id LIMIT $3`, tx.user, seq, limit)
}

// ThreadsSince returns the conversations that have changed after seq, also those
// that are empty now, in that order.
func (tx *Tx) ThreadsSince(seq int64, limit int) (all []Thread, err error) {
	return all, tx.each(func(r scanner) (bool, error) {
		t, err := scanThread(r)
		all = append(all, t)
		return true, err
	}, `SELECT `+threadColumns+` FROM thread t WHERE t.user_id = CAST($1 AS BIGINT) AND t.changed > CAST($2 AS BIGINT)
		ORDER BY t.changed LIMIT $3`, tx.user, seq, limit)
}

// pruneThreads forgets what was gone by seq.
func (tx *Tx) pruneThreads(seq int64) error {
	if err := tx.exec(`DELETE FROM gone WHERE user_id = $1 AND seq <= $2`, tx.user, seq); err != nil {
		return err
	}
	return tx.exec(`DELETE FROM thread WHERE user_id = $1 AND total = 0 AND changed <= $2`, tx.user, seq)
}

// PhonesChanged returns the seq of the last change of a device.
func (tx *Tx) PhonesChanged() (seq int64, err error) {
	err = tx.row(`SELECT phones FROM mailbox WHERE user_id = $1`, tx.user).Scan(&seq)
	if err != nil {
		return 0, tx.failed("mailbox", err)
	}
	return seq, nil
}

// notePhone notes that a device is about to become d, if a person would see the
// difference.
func (tx *Tx) notePhone(d Device) error {
	was, err := tx.Device(d.ID)
	if err == nil {
		was.LastSeen, was.PolicyKey, was.TemporaryKey = d.LastSeen, d.PolicyKey, d.TemporaryKey
		if was == d {
			return nil
		}
	} else if !errors.Is(err, ErrNotFound) {
		return err
	}
	return tx.phonesMoved()
}

func (tx *Tx) phonesMoved() error {
	seq, err := tx.changeSeq()
	if err != nil {
		return err
	}
	return tx.exec(`UPDATE mailbox SET phones = $2 WHERE user_id = $1`, tx.user, seq)
}
