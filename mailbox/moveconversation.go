package mailbox

import (
	"context"
	"errors"

	"asms/store"
)

// ErrConversationNotFound: no item belongs to the conversation.
var ErrConversationNotFound = errors.New("mailbox: no such conversation")

// MoveConversation moves all items of a conversation that are not in Sent Items
// to a folder. Texts on their way out stay. Everyone hears of it as of any move.
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
