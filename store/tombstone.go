package store

import "time"

// Tombstone says that an item has left its folder, for all devices or for one.
type Tombstone struct {
	Seq      int64
	ItemID   int64
	Folder   int64
	Class    Class
	Date     int64
	Born     int64
	DelBy    string // device whose Sync deleted it
	DelLost  bool   // that Sync was disowned
	Outbound bool   // it was a text on its way out
	Aud      string // then: its audience
	Off      int64  // then: the seq of its offer
	OnlyTo   string // "" for all devices
	At       time.Time

	// Mark is the asking device's mark on the item, filled in by TombstonesSince.
	Mark Mark
}

// Key returns the place that the item had in its class.
func (t *Tombstone) Key() Key { return Key{t.Date, t.ItemID} }

const tombstoneColumns = `t.seq, t.item_id, t.folder_id, t.class, t.date, t.born, t.del_by, t.del_lost, t.outbound, t.aud, t.off, t.only_to, t.at`

func scanTombstone(r scanner, more ...any) (*Tombstone, error) {
	t := new(Tombstone)
	var at int64
	dest := append([]any{&t.Seq, &t.ItemID, &t.Folder, &t.Class, &t.Date, &t.Born, &t.DelBy, &t.DelLost,
		&t.Outbound, &t.Aud, &t.Off, &t.OnlyTo, &at}, more...)
	err := r.Scan(dest...)
	t.At = time.UnixMilli(at).UTC()
	return t, err
}

// PutTombstone stores a new tombstone.
func (tx *Tx) PutTombstone(t *Tombstone) error {
	return tx.exec(`INSERT INTO tombstone (user_id, seq, item_id, folder_id, class, date, born, del_by, del_lost, outbound, aud, off, only_to, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		tx.user, t.Seq, t.ItemID, t.Folder, t.Class, t.Date, t.Born, t.DelBy, t.DelLost, t.Outbound, t.Aud, t.Off, t.OnlyTo, t.At.UnixMilli())
}

// TombstonesSince visits the tombstones of a folder that are newer than seq,
// oldest first, with the device's marks.
func (tx *Tx) TombstonesSince(folder int64, device string, seq int64, visit func(*Tombstone) (bool, error)) error {
	return tx.each(func(r scanner) (bool, error) {
		var lost, gone *int64
		t, err := scanTombstone(r, &lost, &gone)
		if err != nil {
			return false, err
		}
		if lost != nil {
			t.Mark = Mark{Set: true, Lost: *lost != 0, Gone: *gone}
		}
		return visit(t)
	}, `SELECT `+tombstoneColumns+`, m.lost, m.gone FROM tombstone t
		LEFT JOIN mark m ON m.user_id = t.user_id AND m.device_id = $2 AND m.folder_id = t.folder_id AND m.item_id = t.item_id
		WHERE t.user_id = CAST($1 AS BIGINT) AND t.folder_id = CAST($3 AS BIGINT) AND t.seq > $4 ORDER BY t.seq`, tx.user, device, folder, seq)
}

// TombstonesOf returns the tombstones of an item in a folder, oldest first.
func (tx *Tx) TombstonesOf(folder, item int64) (all []*Tombstone, err error) {
	return all, tx.each(func(r scanner) (bool, error) {
		t, err := scanTombstone(r)
		all = append(all, t)
		return true, err
	}, `SELECT `+tombstoneColumns+` FROM tombstone t WHERE t.user_id = CAST($1 AS BIGINT) AND t.folder_id = CAST($2 AS BIGINT) AND t.item_id = CAST($3 AS BIGINT) ORDER BY t.seq`,
		tx.user, folder, item)
}

// SetDelLost stores whether the Sync that wrote a tombstone was disowned.
func (tx *Tx) SetDelLost(folder, seq int64, lost bool) error {
	return tx.exec(`UPDATE tombstone SET del_lost = $4 WHERE user_id = $1 AND folder_id = $2 AND seq = $3`,
		tx.user, folder, seq, lost)
}

// Horizon returns the seq up to which tombstones have been pruned.
func (tx *Tx) Horizon() (seq int64, err error) {
	err = tx.load()
	return tx.horizon, err
}

// Prune deletes the tombstones up to seq with the marks that outlived their
// items, and moves the horizon there.
func (tx *Tx) Prune(seq int64) error {
	if err := tx.exec(`DELETE FROM mark WHERE user_id = $1 AND EXISTS (
			SELECT 1 FROM tombstone t WHERE t.user_id = $1 AND t.folder_id = mark.folder_id AND t.item_id = mark.item_id
				AND t.seq <= $2 AND (t.only_to = '' OR t.seq = mark.gone))`, tx.user, seq); err != nil {
		return err
	}
	if err := tx.exec(`DELETE FROM tombstone WHERE user_id = $1 AND seq <= $2`, tx.user, seq); err != nil {
		return err
	}
	if err := tx.pruneThreads(seq); err != nil {
		return err
	}
	tx.horizon = max(tx.horizon, seq)
	return tx.exec(`UPDATE mailbox SET horizon = $2 WHERE user_id = $1 AND horizon < $2`, tx.user, seq)
}

// LastTombstoneBefore returns the seq of the newest tombstone written before t,
// 0 when there is none.
func (tx *Tx) LastTombstoneBefore(t time.Time) (seq int64, err error) {
	err = tx.row(`SELECT coalesce(max(seq), 0) FROM tombstone WHERE user_id = $1 AND at < $2`, tx.user, t.UnixMilli()).Scan(&seq)
	return seq, err
}
