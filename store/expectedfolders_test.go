package store

import (
	"database/sql"
	"path/filepath"
	"testing"
)

// A mailbox from before the migration gets the folders that new ones have,
// behind those of the user's own, and devices hear of them.
func TestOldMailboxesGetTheExpectedFolders(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	u := user(t, s, "ann")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.db"))
	if err != nil || len(files) != 1 {
		t.Fatalf("databases %v %v", files, err)
	}
	db, err := sql.Open("sqlite", files[0])
	if err != nil {
		t.Fatal(err)
	}
	migration, err := migrations.ReadFile("migrations/0005_settings.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{
		`DELETE FROM folder WHERE folder_id > 6`,
		`INSERT INTO folder (user_id, folder_id, parent_id, name, type, born, changed) SELECT user_id, 7, 0, 'Mine', 12, 40, 40 FROM mailbox`,
		`UPDATE mailbox SET seq = 40, last_folder = 7`,
		`DROP TABLE setting`, `DROP TABLE always_move`, `DROP INDEX item_conversation`,
		string(migration),
	} {
		if _, err := db.ExecContext(t.Context(), q); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	s = open(t, dir)
	err = s.View(t.Context(), u.ID, func(tx *Tx) error {
		seq, err := tx.Seq()
		if err != nil || seq != 41 {
			t.Errorf("counter %d %v", seq, err)
		}
		news, err := tx.FoldersChangedSince(40)
		got := map[int64]int{}
		for _, f := range news {
			got[f.ID] = f.Type
		}
		if err != nil || len(got) != 4 || got[8] != 8 || got[9] != 7 || got[10] != 10 || got[RecipientCacheID] != 19 {
			t.Errorf("new folders %v %v", got, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Update(t.Context(), u.ID, func(tx *Tx) error {
		id, err := tx.NextFolderID()
		if id != 11 {
			t.Errorf("the next folder is %d", id)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
