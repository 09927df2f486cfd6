package store

// Partnership is what one device has seen of one folder: two generations of
// state, as the mailbox package wrote them.
type Partnership struct {
	Device  string
	Folder  int64
	Epoch   string // random, new at every key 0
	Started int64  // time of key 0, milliseconds since 1970 UTC
	Seen    int64  // time of the last Sync written
	Key     int64  // current generation
	State   string
	PrevKey int64 // generation before, 0 none
	Prev    string
	Answers string // ClientId -> item, of the requests from Prev to State
	Undo    string // what these requests did
}

const partnershipColumns = `device_id, folder_id, epoch, started, seen, key, state, prev_key, prev, answers, undo`

func scanPartnership(r scanner) (p Partnership, err error) {
	err = r.Scan(&p.Device, &p.Folder, &p.Epoch, &p.Started, &p.Seen, &p.Key, &p.State, &p.PrevKey, &p.Prev, &p.Answers, &p.Undo)
	return p, err
}

// Partnership returns what a device has seen of a folder, or ErrNotFound.
func (tx *Tx) Partnership(device string, folder int64) (Partnership, error) {
	p, err := scanPartnership(tx.row(`SELECT `+partnershipColumns+` FROM partnership
		WHERE user_id = $1 AND device_id = $2 AND folder_id = $3`, tx.user, device, folder))
	if err != nil {
		return Partnership{}, tx.failed("partnership", err)
	}
	return p, nil
}

// Partnerships returns all of the user's partnerships.
func (tx *Tx) Partnerships() (all []Partnership, err error) {
	err = tx.each(func(r scanner) (bool, error) {
		p, err := scanPartnership(r)
		all = append(all, p)
		return true, err
	}, `SELECT `+partnershipColumns+` FROM partnership WHERE user_id = $1 ORDER BY device_id, folder_id`, tx.user)
	return all, err
}

// PutPartnership stores p, new or not.
func (tx *Tx) PutPartnership(p Partnership) error {
	return tx.exec(`INSERT INTO partnership (user_id, `+partnershipColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (user_id, device_id, folder_id) DO UPDATE SET epoch = excluded.epoch, started = excluded.started,
			seen = excluded.seen, key = excluded.key, state = excluded.state, prev_key = excluded.prev_key, prev = excluded.prev,
			answers = excluded.answers, undo = excluded.undo`,
		tx.user, p.Device, p.Folder, p.Epoch, p.Started, p.Seen, p.Key, p.State, p.PrevKey, p.Prev, p.Answers, p.Undo)
}

// DropPartnership forgets what a device has seen of a folder.
func (tx *Tx) DropPartnership(device string, folder int64) error {
	return tx.exec(`DELETE FROM partnership WHERE user_id = $1 AND device_id = $2 AND folder_id = $3`, tx.user, device, folder)
}
