package mailbox

import (
	"context"
	"errors"

	"asms/store"
)

// ErrConversationNotFound: no item belongs to the conversation.
var ErrConversationNotFound = errors.New("mailbox: no such conversation")

// MoveConversation moves all items of a conversation that are not in Sent Items
// to a folder, now and as they come. Texts on their way out stay. Everyone hears of it as of any move.
// The error is ErrConversationNotFound, ErrFolderNotFound, ErrRecipientCache,
// ErrBadDestination for a folder that holds no mail or may not be chosen, or the
// store's.
//
// [MS-ASCON] 3.2.5.3.2 Always Moving a Conversation
func (m *Mailbox) MoveConversation(ctx context.Context, user UserID, conversation []byte, to string) error {
	for more := true; more; {
		err := m.st.Update(ctx, user, func(tx *store.Tx) error {
			dst, err := ownFolder(tx, to)
			if err != nil {
				return err
			}
			if !folderOf(dst).HoldsMail() || dst.Type == outboxType || dst.Type == draftsType {
				return ErrBadDestination
			}
			items, some, left, err := m.straying(tx, conversation, dst)
			if err != nil {
				return err
			}
			if !some {
				return ErrConversationNotFound
			}
			if err := tx.SetAlwaysMove(conversation, dst.ID); err != nil {
				return err
			}
			more = left
			for _, i := range items {
				if _, err := m.kill(tx, i, ""); err != nil {
					return err
				}
				if _, err := m.copyTo(tx, i, dst.ID); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// straying returns the items of a conversation that a move takes to dst, a batch
// at most; whether the conversation has items at all; and whether some are left.
func (m *Mailbox) straying(tx *store.Tx, conversation []byte, dst store.Folder) (items []*store.Item, some, left bool, err error) {
	all, err := liveFolders(tx)
	if err != nil {
		return nil, false, false, err
	}
	stays := map[int64]bool{dst.ID: true}
	for _, f := range all {
		if f.Type == sentType {
			stays[f.ID] = true
		}
	}
	err = tx.ConversationItems(conversation, func(i *store.Item) (bool, error) {
		some = true
		switch {
		case stays[i.Folder] || i.State != store.NotOutbound:
		case len(items) == batch:
			left = true
		default:
			items = append(items, i)
		}
		return !left, nil
	})
	return items, some, left, err
}

// belongsIn returns the folder in which a new item of a conversation belongs
// because the whole of it was moved there, 0 when that is not so.
func belongsIn(tx *store.Tx, conversation []byte, in store.Folder) (int64, error) {
	switch in.Type {
	case sentType, outboxType, draftsType:
		return 0, nil
	}
	folder, err := tx.AlwaysMove(conversation)
	if err != nil || folder == 0 || folder == in.ID {
		return 0, err
	}
	_, err = tx.Folder(folder)
	if errors.Is(err, store.ErrNotFound) { // it was deleted since
		return 0, nil
	}
	return folder, err
}

// followConversation moves an item that the device has just added to where its
// conversation is. What a phone that starts over adds once more is there already.
func (s *session) followConversation(i *store.Item) error {
	to, err := belongsIn(s.tx, i.ConversationID, s.in)
	if err != nil || to == 0 {
		return err
	}
	there := false
	if i.Class == ClassSMS && i.Date < s.part.Started {
		err := s.tx.Alike(store.Walk{Folder: to, Device: s.device, Bodies: true}, i.Peers, i.Date, i.Date, func(o *store.Item) (bool, error) {
			there = o.Supplier == s.device && o.Outgoing == i.Outgoing && o.Body == i.Body
			return !there, nil
		})
		if err != nil {
			return err
		}
	}
	if _, err := s.m.kill(s.tx, i, ""); err != nil || there {
		return err
	}
	_, err = s.m.copyTo(s.tx, i, to)
	return err
}
