package store

// ConversationItems visits the items of a conversation, mail and texts, oldest first.
func (tx *Tx) ConversationItems(conversation []byte, visit func(*Item) (bool, error)) error {
	return tx.each(func(r scanner) (bool, error) {
		i, err := scanItem(r)
		if err != nil {
			return false, err
		}
		return visit(i)
	}, `SELECT `+wholeItem+` FROM item i WHERE i.user_id = CAST($1 AS BIGINT) AND i.conv_id = CAST($2 AS BLOB) ORDER BY i.date`, tx.user, conversation)
}

// SetAlwaysMove stores the folder in which all items of a conversation belong.
func (tx *Tx) SetAlwaysMove(conversation []byte, folder int64) error {
	return tx.exec(`INSERT INTO always_move (user_id, conv_id, folder_id) VALUES ($1, $2, $3)
		ON CONFLICT (user_id, conv_id) DO UPDATE SET folder_id = excluded.folder_id`, tx.user, conversation, folder)
}

// AlwaysMove returns the folder in which all items of a conversation belong, 0
// when there is none.
func (tx *Tx) AlwaysMove(conversation []byte) (folder int64, err error) {
	err = tx.each(func(r scanner) (bool, error) { return false, r.Scan(&folder) },
		`SELECT folder_id FROM always_move WHERE user_id = $1 AND conv_id = $2`, tx.user, conversation)
	return folder, err
}
