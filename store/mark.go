package store

import "math"

// Mark says that a device holds an item because it supplied it itself. It is
// the one record per item that a device has, and it is short-lived.
type Mark struct {
	Set  bool
	Lost bool  // the Sync that supplied it was disowned
	Gone int64 // seq of the tombstone to which the mark moved; 0 the item's own
}

// Endless is the Born of a mark on a text on its way out: the device that wrote
// it holds it by the mark alone.
const Endless = math.MaxInt64

// PutMark sets a mark that is not lost.
func (tx *Tx) PutMark(device string, folder, item int64, class Class, date, born int64) error {
	return tx.exec(`INSERT INTO mark (user_id, device_id, folder_id, item_id, class, date, born) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (user_id, device_id, folder_id, item_id) DO UPDATE SET lost = 0, gone = 0`,
		tx.user, device, folder, item, class, date, born)
}

// MarkOf returns a device's mark on an item.
func (tx *Tx) MarkOf(device string, folder, item int64) (m Mark, err error) {
	err = tx.each(func(r scanner) (bool, error) {
		m.Set = true
		return false, r.Scan(&m.Lost, &m.Gone)
	}, `SELECT lost, gone FROM mark WHERE user_id = $1 AND device_id = $2 AND folder_id = $3 AND item_id = $4`,
		tx.user, device, folder, item)
	return m, err
}

// LoseMark disowns a mark, if there is one.
func (tx *Tx) LoseMark(device string, folder, item int64) error {
	return tx.exec(`UPDATE mark SET lost = 1 WHERE user_id = $1 AND device_id = $2 AND folder_id = $3 AND item_id = $4`,
		tx.user, device, folder, item)
}

// MoveMark moves a mark from a live item to a tombstone of it.
func (tx *Tx) MoveMark(device string, folder, item, seq int64) error {
	return tx.exec(`UPDATE mark SET gone = $5 WHERE user_id = $1 AND device_id = $2 AND folder_id = $3 AND item_id = $4`,
		tx.user, device, folder, item, seq)
}

// DropMark removes a mark.
func (tx *Tx) DropMark(device string, folder, item int64) error {
	return tx.exec(`DELETE FROM mark WHERE user_id = $1 AND device_id = $2 AND folder_id = $3 AND item_id = $4`,
		tx.user, device, folder, item)
}

// DropMarks removes all marks of a device in a folder.
func (tx *Tx) DropMarks(device string, folder int64) error {
	return tx.exec(`DELETE FROM mark WHERE user_id = $1 AND device_id = $2 AND folder_id = $3`, tx.user, device, folder)
}

// AnyMark reports whether the device has a mark in the folder.
func (tx *Tx) AnyMark(device string, folder int64) (found bool, err error) {
	err = tx.each(func(scanner) (bool, error) { found = true; return false, nil },
		`SELECT 1 FROM mark WHERE user_id = $1 AND device_id = $2 AND folder_id = $3 LIMIT 1`, tx.user, device, folder)
	return found, err
}

// DropLostMarks removes the marks of a device in a folder that are lost.
func (tx *Tx) DropLostMarks(device string, folder int64) error {
	return tx.exec(`DELETE FROM mark WHERE user_id = $1 AND device_id = $2 AND folder_id = $3 AND lost = 1`, tx.user, device, folder)
}

// DropMarksInRange removes the marks on items of a class that lie at or above a
// key and were born up to seq.
func (tx *Tx) DropMarksInRange(device string, folder int64, class Class, from Key, seq int64) error {
	return tx.exec(`DELETE FROM mark WHERE user_id = $1 AND device_id = $2 AND folder_id = $3 AND lost = 0 AND class = $4
			AND (date, item_id) >= ($5, $6) AND born <= $7`,
		tx.user, device, folder, class, from.Date, from.ID, seq)
}
