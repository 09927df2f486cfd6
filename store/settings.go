package store

// Setting returns what a user has set under a name, or "".
func (tx *Tx) Setting(name string) (value string, err error) {
	err = tx.each(func(r scanner) (bool, error) { return false, r.Scan(&value) },
		`SELECT value FROM setting WHERE user_id = $1 AND name = $2`, tx.user, name)
	return value, err
}

// SetSetting stores what a user has set under a name.
func (tx *Tx) SetSetting(name, value string) error {
	return tx.exec(`INSERT INTO setting (user_id, name, value) VALUES ($1, $2, $3)
		ON CONFLICT (user_id, name) DO UPDATE SET value = excluded.value`, tx.user, name, value)
}
