package mailbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"asms/store"
)

// Errors of the folder commands.
var (
	ErrFolderExists   = errors.New("mailbox: a folder of that name exists there")
	ErrParentNotFound = errors.New("mailbox: no such parent folder")
	ErrSpecialFolder  = errors.New("mailbox: a default folder cannot be changed")
	ErrRecipientCache = errors.New("mailbox: not with the recipient information cache")
	ErrTooManyFolders = errors.New("mailbox: too many folders")
)

// folderLimit bounds the folders of a mailbox.
//
// [MS-ASCMD] 2.2.2 Common Status Codes: 151
const folderLimit = 1000

// hierarchy is what a device knows of the folders: two generations.
type hierarchy struct {
	Epoch   string `json:"e"`
	Key     int64  `json:"k"`
	State   known  `json:"s"`
	PrevKey int64  `json:"j"` // 0: none
	Prev    known  `json:"p"`

	replay bool // the previous key came: the last answer was lost
}

// known is one generation: all changes up to Seq, and the device's own folders
// beyond it, each with the seq of the change that it made.
type known struct {
	Seq int64           `json:"q"`
	Own map[int64]int64 `json:"o,omitempty"`
}

// HierarchyDelta is what a FolderSync answers.
type HierarchyDelta struct {
	Key     string
	Added   []Folder
	Updated []Folder
	Deleted []string
}

// FolderSync answers what has changed in the folder hierarchy since key; "0"
// begins. The error is ErrInvalidSyncKey or the store's.
//
// [MS-ASCMD] 2.2.1.5 FolderSync
func (m *Mailbox) FolderSync(ctx context.Context, user UserID, device, key string) (d HierarchyDelta, err error) {
	err = m.st.Update(ctx, user, func(tx *store.Tx) error {
		h, base, err := m.openHierarchy(tx, device, key)
		if err != nil {
			return err
		}
		seq, err := tx.Seq()
		if err != nil {
			return err
		}
		changed, err := tx.FoldersChangedSince(base.Seq)
		if err != nil {
			return err
		}
		for _, f := range changed {
			if base.Own[f.ID] == f.Changed {
				continue
			}
			_, own := base.Own[f.ID]
			had := f.Born <= base.Seq || own
			switch {
			case f.Deleted && had:
				d.Deleted = append(d.Deleted, folderOf(f).ID)
			case f.Deleted:
			case had:
				d.Updated = append(d.Updated, folderOf(f))
			default:
				d.Added = append(d.Added, folderOf(f))
			}
		}
		d.Key, err = h.advance(tx, device, base, known{Seq: seq})
		return err
	})
	return d, err
}

// openHierarchy finds the generation that a key names.
func (m *Mailbox) openHierarchy(tx *store.Tx, device, key string) (h hierarchy, base known, err error) {
	if key == "0" {
		h = hierarchy{Epoch: newEpoch()}
		return h, known{}, nil
	}
	text, err := tx.Hierarchy(device)
	if err != nil {
		return h, base, err
	}
	if text == "" {
		return h, base, ErrInvalidSyncKey
	}
	if err := json.Unmarshal([]byte(text), &h); err != nil {
		return h, base, fmt.Errorf("mailbox: stored hierarchy state: %w", err)
	}
	epoch, n, ok := parseSyncKey(key)
	switch {
	case ok && epoch == h.Epoch && n == h.Key:
		return h, h.State, nil
	case ok && epoch == h.Epoch && n == h.PrevKey:
		h.replay = true
		return h, h.Prev, nil
	}
	return h, base, ErrInvalidSyncKey
}

// advance stores a new generation and returns its key. The generation that the
// client built on stays as the one before.
func (h *hierarchy) advance(tx *store.Tx, device string, base, next known) (string, error) {
	if !h.replay {
		h.PrevKey, h.Prev = h.Key, base
	}
	h.State = next
	h.Key++
	b, err := json.Marshal(h)
	if err != nil {
		return "", fmt.Errorf("mailbox: hierarchy state: %w", err)
	}
	return formatSyncKey(h.Epoch, h.Key), tx.PutHierarchy(device, string(b))
}

// advanceOwn stores the generation after a change that the device made itself,
// of which it is not told.
func (h *hierarchy) advanceOwn(tx *store.Tx, device string, base known, changed ...store.Folder) (string, error) {
	next := known{Seq: base.Seq, Own: make(map[int64]int64, len(base.Own)+len(changed))}
	for id, seq := range base.Own {
		next.Own[id] = seq
	}
	for _, f := range changed {
		next.Own[f.ID] = f.Changed
	}
	return h.advance(tx, device, base, next)
}

// HierarchyStale reports whether the device has never synced the folders, or
// they have changed since.
func (m *Mailbox) HierarchyStale(ctx context.Context, user UserID, device string) (stale bool, err error) {
	err = m.st.View(ctx, user, func(tx *store.Tx) error {
		text, err := tx.Hierarchy(device)
		if err != nil {
			return err
		}
		if text == "" {
			stale = true
			return nil
		}
		var h hierarchy
		if err := json.Unmarshal([]byte(text), &h); err != nil {
			return fmt.Errorf("mailbox: stored hierarchy state: %w", err)
		}
		changed, err := tx.FoldersChangedSince(h.State.Seq)
		stale = slices.ContainsFunc(changed, func(f store.Folder) bool { return h.State.Own[f.ID] != f.Changed })
		return err
	})
	return stale, err
}

// CreateFolder creates a folder under parent ("0": the root). The error is
// ErrInvalidSyncKey, ErrParentNotFound, ErrRecipientCache, ErrFolderExists,
// ErrTooManyFolders or the store's. Repeating the request after a lost answer returns the same folder.
//
// [MS-ASCMD] 2.2.1.3 FolderCreate
func (m *Mailbox) CreateFolder(ctx context.Context, user UserID, device, key, parent, name string, typ int) (newKey, id string, err error) {
	err = m.st.Update(ctx, user, func(tx *store.Tx) error {
		h, base, err := m.openHierarchy(tx, device, key)
		if err != nil {
			return err
		}
		if key == "0" {
			return ErrInvalidSyncKey
		}
		up, err := findParent(tx, parent)
		if err != nil {
			return err
		}
		all, err := liveFolders(tx)
		if err != nil {
			return err
		}
		f := store.Folder{Parent: up, Name: name, Type: typ}
		if twin := sibling(all, up, name); twin != nil {
			// The answer to this very request may have been lost.
			if base.Own[twin.ID] != twin.Changed && h.State.Own[twin.ID] == twin.Changed && twin.Type == typ {
				f = *twin
			} else {
				return ErrFolderExists
			}
		} else {
			if len(all) >= folderLimit {
				return ErrTooManyFolders
			}
			if f.ID, err = tx.NextFolderID(); err != nil {
				return err
			}
			if f.Born, err = tx.Bump(); err != nil {
				return err
			}
			f.Changed = f.Born
			if err := tx.PutFolder(f); err != nil {
				return err
			}
		}
		id = folderOf(f).ID
		newKey, err = h.advanceOwn(tx, device, base, f)
		return err
	})
	return newKey, id, err
}

// UpdateFolder renames or moves a folder. The error is ErrInvalidSyncKey,
// ErrFolderNotFound, ErrSpecialFolder, ErrRecipientCache, ErrParentNotFound,
// ErrFolderExists or the store's.
//
// [MS-ASCMD] 2.2.1.6 FolderUpdate
func (m *Mailbox) UpdateFolder(ctx context.Context, user UserID, device, key, id, parent, name string) (newKey string, err error) {
	err = m.st.Update(ctx, user, func(tx *store.Tx) error {
		h, base, f, err := m.openOwnFolder(tx, device, key, id)
		if err != nil {
			return err
		}
		up, err := findParent(tx, parent)
		if err != nil {
			return err
		}
		all, err := liveFolders(tx)
		if err != nil {
			return err
		}
		if slices.Contains(below(all, f.ID), up) {
			return ErrParentNotFound // a folder cannot lie inside itself
		}
		if twin := sibling(all, up, name); twin != nil && twin.ID != f.ID {
			return ErrFolderExists
		}
		f.Parent, f.Name = up, name
		if f.Changed, err = tx.Bump(); err != nil {
			return err
		}
		if err := tx.PutFolder(f); err != nil {
			return err
		}
		newKey, err = h.advanceOwn(tx, device, base, f)
		return err
	})
	return newKey, err
}

// DeleteFolder deletes a folder with all that it holds, subfolders too. The
// error is ErrInvalidSyncKey, ErrFolderNotFound, ErrSpecialFolder,
// ErrRecipientCache or the store's.
//
// [MS-ASCMD] 2.2.1.4 FolderDelete
func (m *Mailbox) DeleteFolder(ctx context.Context, user UserID, device, key, id string) (newKey string, err error) {
	err = m.st.Update(ctx, user, func(tx *store.Tx) error {
		h, base, f, err := m.openOwnFolder(tx, device, key, id)
		if err != nil {
			return err
		}
		all, err := liveFolders(tx)
		if err != nil {
			return err
		}
		var gone []store.Folder
		for _, n := range below(all, f.ID) {
			d := all[slices.IndexFunc(all, func(f store.Folder) bool { return f.ID == n })]
			if d.Changed, err = tx.Bump(); err != nil {
				return err
			}
			d.Deleted = true
			if err := tx.PutFolder(d); err != nil {
				return err
			}
			if err := tx.EmptyFolder(n); err != nil {
				return err
			}
			gone = append(gone, d)
		}
		newKey, err = h.advanceOwn(tx, device, base, gone...)
		return err
	})
	return newKey, err
}

// openOwnFolder finds a folder that a user may change.
func (m *Mailbox) openOwnFolder(tx *store.Tx, device, key, id string) (h hierarchy, base known, f store.Folder, err error) {
	if key == "0" {
		return h, base, f, ErrInvalidSyncKey
	}
	if h, base, err = m.openHierarchy(tx, device, key); err != nil {
		return h, base, f, err
	}
	if f, err = findFolder(tx, id); err != nil {
		return h, base, f, err
	}
	switch {
	case f.ID == store.RecipientCacheID:
		err = ErrRecipientCache
	case isDefault(f.Type):
		err = ErrSpecialFolder
	}
	return h, base, f, err
}

func findParent(tx *store.Tx, id string) (int64, error) {
	if id == "0" {
		return 0, nil
	}
	f, err := findFolder(tx, id)
	switch {
	case errors.Is(err, ErrFolderNotFound):
		err = ErrParentNotFound
	case f.ID == store.RecipientCacheID:
		err = ErrRecipientCache
	}
	return f.ID, err
}

// isDefault reports whether folders of this type are the mailbox's own.
//
// [MS-ASCMD] 2.2.3.186.3 Type (FolderSync)
func isDefault(folderType int) bool { return folderType >= inboxType && folderType <= 11 }

func liveFolders(tx *store.Tx) ([]store.Folder, error) {
	all, err := tx.FoldersChangedSince(0)
	return slices.DeleteFunc(all, func(f store.Folder) bool { return f.Deleted }), err
}

// sibling returns the folder of that name under a parent, or nil. Names differ by
// more than case.
func sibling(all []store.Folder, parent int64, name string) *store.Folder {
	for i := range all {
		if all[i].Parent == parent && strings.EqualFold(all[i].Name, name) {
			return &all[i]
		}
	}
	return nil
}

// below returns a folder and all that lie in it.
func below(all []store.Folder, id int64) []int64 {
	ids := []int64{id}
	for n := 0; n < len(ids); n++ {
		for _, f := range all {
			if f.Parent == ids[n] {
				ids = append(ids, f.ID)
			}
		}
	}
	return ids
}
