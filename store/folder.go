package store

import "math"

// Folder is a collection. Types are those of [MS-ASCMD] 2.2.3.186.3 Type
// (FolderSync).
type Folder struct {
	ID      int64
	Parent  int64 // 0: the root
	Name    string
	Type    int
	Born    int64 // seq of the creation
	Changed int64 // seq of the last change, also of the deletion
	Deleted bool  // kept so that devices can be told
}

// Ids of default folders, the same in every mailbox.
const (
	InboxID        = 1
	DraftsID       = 2
	DeletedItemsID = 3
	SentItemsID    = 4
	OutboxID       = 5
	ContactsID     = 6

	// RecipientCacheID is beyond all ids that are ever given out: clients know
	// this folder by a name of its own and not by a number.
	RecipientCacheID = math.MaxInt32
)

// defaultFolders are the folders of a new mailbox. Those without an id take the
// next one: a mailbox may have folders of the user's there.
var defaultFolders = []Folder{
	{ID: InboxID, Name: "Inbox", Type: 2},
	{ID: DraftsID, Name: "Drafts", Type: 3},
	{ID: DeletedItemsID, Name: "Deleted Items", Type: 4},
	{ID: SentItemsID, Name: "Sent Items", Type: 5},
	{ID: OutboxID, Name: "Outbox", Type: 6},
	{ID: ContactsID, Name: "Contacts", Type: 9},
	{Name: "Calendar", Type: 8},
	{Name: "Tasks", Type: 7},
	{Name: "Notes", Type: 10},
	{ID: RecipientCacheID, Name: "Recipient Information Cache", Type: 19},
}

func (tx *Tx) createDefaultFolders() error {
	seq, err := tx.Bump()
	if err != nil {
		return err
	}
	for _, f := range defaultFolders {
		if f.ID != RecipientCacheID {
			if f.ID, err = tx.NextFolderID(); err != nil {
				return err
			}
		}
		f.Born, f.Changed = seq, seq
		if err := tx.PutFolder(f); err != nil {
			return err
		}
	}
	return nil
}

const folderColumns = `folder_id, parent_id, name, type, born, changed, deleted`

func scanFolder(r scanner) (f Folder, err error) {
	err = r.Scan(&f.ID, &f.Parent, &f.Name, &f.Type, &f.Born, &f.Changed, &f.Deleted)
	return f, err
}

// Folder returns a live folder, or ErrNotFound.
func (tx *Tx) Folder(id int64) (Folder, error) {
	f, err := scanFolder(tx.row(`SELECT `+folderColumns+` FROM folder
		WHERE user_id = $1 AND folder_id = $2 AND deleted = 0`, tx.user, id))
	if err != nil {
		return Folder{}, tx.failed("folder", err)
	}
	return f, nil
}

// FoldersChangedSince returns the folders, deleted ones too, whose last change
// is newer than seq, by id. With seq 0 that is all.
func (tx *Tx) FoldersChangedSince(seq int64) (all []Folder, err error) {
	err = tx.each(func(r scanner) (bool, error) {
		f, err := scanFolder(r)
		all = append(all, f)
		return true, err
	}, `SELECT `+folderColumns+` FROM folder WHERE user_id = $1 AND changed > $2 ORDER BY folder_id`, tx.user, seq)
	return all, err
}

// PutFolder stores f, new or not.
func (tx *Tx) PutFolder(f Folder) error {
	return tx.exec(`INSERT INTO folder (user_id, `+folderColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (user_id, folder_id) DO UPDATE SET parent_id = excluded.parent_id, name = excluded.name,
			type = excluded.type, changed = excluded.changed, deleted = excluded.deleted`,
		tx.user, f.ID, f.Parent, f.Name, f.Type, f.Born, f.Changed, f.Deleted)
}

// EmptyFolder removes what a folder that is being deleted held: its items and
// what devices have seen of it.
func (tx *Tx) EmptyFolder(id int64) error {
	if err := tx.emptyThreads(id); err != nil {
		return err
	}
	if err := tx.deleteContactsIn(id); err != nil {
		return err
	}
	for _, table := range []string{"item", "tombstone", "mark", "partnership"} {
		if err := tx.exec(`DELETE FROM `+table+` WHERE user_id = $1 AND folder_id = $2`, tx.user, id); err != nil {
			return err
		}
	}
	return nil
}

// Hierarchy returns what a device knows of the folders, as the mailbox package
// wrote it, or "".
func (tx *Tx) Hierarchy(device string) (state string, err error) {
	err = tx.each(func(r scanner) (bool, error) { return false, r.Scan(&state) },
		`SELECT state FROM hierarchy WHERE user_id = $1 AND device_id = $2`, tx.user, device)
	return state, err
}

// PutHierarchy stores what a device knows of the folders.
func (tx *Tx) PutHierarchy(device, state string) error {
	return tx.exec(`INSERT INTO hierarchy (user_id, device_id, state) VALUES ($1, $2, $3)
		ON CONFLICT (user_id, device_id) DO UPDATE SET state = excluded.state`, tx.user, device, state)
}
