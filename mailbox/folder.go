package mailbox

import (
	"context"
	"errors"
	"strconv"

	"asms/store"
)

// Folder is a collection as a device sees it.
type Folder struct {
	ID       string
	ParentID string // "0": the root
	Name     string
	Type     int // [MS-ASCMD] 2.2.3.186.3 Type (FolderSync)
}

// HoldsMail reports whether the folder contains e-mail, and so may contain texts.
//
// [MS-ASMS] 3.1.4.1
func (f Folder) HoldsMail() bool {
	switch f.Type {
	case 1, inboxType, draftsType, deletedType, sentType, outboxType, 12:
		return true
	}
	return false
}

func folderOf(f store.Folder) Folder {
	return Folder{ID: collectionID(f.ID), ParentID: strconv.FormatInt(f.Parent, 10), Name: f.Name, Type: f.Type}
}

// recipientCache is the collection id of the recipient information cache.
//
// [MS-ASCMD] 2.2.3.30.6 CollectionId (Sync)
const recipientCache = "RI"

func collectionID(folder int64) string {
	if folder == store.RecipientCacheID {
		return recipientCache
	}
	return strconv.FormatInt(folder, 10)
}

// parseCollectionID reads what collectionID wrote, or says ErrFolderNotFound.
func parseCollectionID(id string) (int64, error) {
	if id == recipientCache {
		return store.RecipientCacheID, nil
	}
	n, err := parseID(id)
	if err != nil || n == store.RecipientCacheID {
		return 0, ErrFolderNotFound
	}
	return n, nil
}

// findFolder returns a live folder by its collection id, or ErrFolderNotFound.
func findFolder(tx *store.Tx, id string) (store.Folder, error) {
	n, err := parseCollectionID(id)
	if err != nil {
		return store.Folder{}, err
	}
	f, err := tx.Folder(n)
	if errors.Is(err, store.ErrNotFound) {
		return store.Folder{}, ErrFolderNotFound
	}
	return f, err
}

// Folder returns a folder, or ErrFolderNotFound.
func (m *Mailbox) Folder(ctx context.Context, user UserID, id string) (f Folder, err error) {
	err = m.st.View(ctx, user, func(tx *store.Tx) error {
		stored, err := findFolder(tx, id)
		f = folderOf(stored)
		return err
	})
	return f, err
}
