package mailbox

import (
	"context"
	"slices"
	"strings"

	"asms/sms"
	"asms/store"
)

// defaultCPID stands for a missing InternetCPID: UTF-8.
const defaultCPID = "65001"

// newItem returns msg as an item of a folder, without id and positions.
func (m *Mailbox) newItem(tx *store.Tx, msg *Message, in store.Folder) (*store.Item, error) {
	date := msg.Date
	if date.IsZero() {
		date = m.now()
	}
	i := &store.Item{
		Folder: in.ID, Class: msg.Class, Date: date.UnixMilli(), From: msg.From, To: msg.To, Subject: msg.Subject,
		Body: msg.Body, CPID: msg.CPID, Importance: msg.Importance, Read: msg.Read, Flag: msg.Flag.encode(),
	}
	if i.CPID == "" {
		i.CPID = defaultCPID
	}
	direction, told := directionIn(in)
	if !told {
		devices, err := tx.Devices()
		if err != nil {
			return nil, err
		}
		from := m.peers(msg.From)
		direction = len(from) == 0 || slices.ContainsFunc(devices, func(d store.Device) bool {
			return d.PhoneNumber != "" && len(from) == 1 && m.numbers.key(d.PhoneNumber) == from[0]
		})
	}
	i.Outgoing = direction
	i.Peers = m.peerKey(msg, direction)
	if !direction && i.Peers == "" {
		i.Peers = m.peerKey(msg, outgoing)
	}
	return i, nil
}

// The direction of a text, as items keep it.
const (
	incoming = false
	outgoing = true
)

// directionIn returns the direction of the texts of a folder, if the folder
// tells.
func directionIn(f store.Folder) (direction, told bool) {
	switch f.Type {
	case inboxType:
		return incoming, true
	case sentType, outboxType, draftsType:
		return outgoing, true
	}
	return incoming, false
}

// peerKey names the other side of a message: one key for each set of peers.
func (m *Mailbox) peerKey(msg *Message, direction bool) string {
	other := msg.From
	if direction {
		other = msg.To
	}
	key := strings.Join(m.peers(other), ",")
	if msg.Class == ClassEmail {
		key = "mail:" + key // conversations of mail are kept apart from those of texts
	}
	return key
}

// peers returns the numbers of a From or To in the form in which they are
// compared, sorted, each once.
func (m *Mailbox) peers(list string) []string {
	addresses, err := sms.ParseAddresses(list)
	if err != nil { // kept as it came; it is a conversation of its own
		return []string{strings.TrimSpace(list)}
	}
	numbers := make([]string, 0, len(addresses))
	for _, a := range addresses {
		n := a.Number
		if n == "" {
			n = a.Name
		}
		if n = m.numbers.key(n); n != "" {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	return slices.Compact(numbers)
}

// insert gives a new item its id, conversation and birth, and stores it.
func (m *Mailbox) insert(tx *store.Tx, i *store.Item) (err error) {
	if i.ID, err = tx.NextItemID(); err != nil {
		return err
	}
	if i.Born, err = tx.Bump(); err != nil {
		return err
	}
	if i.ConversationID == nil {
		if err := converse(tx, i); err != nil {
			return err
		}
	}
	return tx.InsertItem(i)
}

// kill deletes an item and leaves a tombstone for all devices, whose seq it
// returns.
func (m *Mailbox) kill(tx *store.Tx, i *store.Item, by string) (int64, error) {
	seq, err := tx.Bump()
	if err != nil {
		return 0, err
	}
	if err := tx.DeleteItem(i); err != nil {
		return 0, err
	}
	if i.Class == ClassContact {
		if err := tx.DeleteContact(i.ID); err != nil {
			return 0, err
		}
	}
	if i.State != store.NotOutbound && i.State != store.Unknown {
		if err := reveal(tx, i); err != nil {
			return 0, err
		}
	}
	return seq, tx.PutTombstone(&store.Tombstone{
		Seq: seq, ItemID: i.ID, Folder: i.Folder, Class: i.Class, Date: i.Date, Born: i.Born, DelBy: by,
		Outbound: i.State != store.NotOutbound, Aud: i.Aud, Off: i.Off, At: m.now(),
	})
}

// copyTo stores what an item holds under a new id in another folder.
func (m *Mailbox) copyTo(tx *store.Tx, i *store.Item, folder int64) (*store.Item, error) {
	c := *i
	c.Folder = folder
	c.ReadSeq, c.ReadBy, c.ReadLost = 0, "", false
	c.FlagSeq, c.FlagBy, c.FlagLost = 0, "", false
	c.State, c.Aud, c.Off, c.Carried = store.NotOutbound, "", 0, false
	c.Supplied, c.FiledBy, c.Linked = "", "", false
	if c.Hidden == store.Copied {
		c.Hidden = store.NotHidden
	}
	if err := m.insert(tx, &c); err != nil {
		return nil, err
	}
	return &c, tx.ShowsAs(i.ID, c.ID)
}

// deliver stores a new item in a folder, or where its conversation belongs.
func (m *Mailbox) deliver(tx *store.Tx, i *store.Item, in store.Folder) error {
	to, err := belongsIn(tx, conversationID(tx.User(), i.Peers), in)
	if err != nil {
		return err
	}
	if to != 0 {
		i.Folder = to
	}
	return m.insert(tx, i)
}

// Place stores a message that no device supplied: an import, or a mail that has
// come in. In the Outbox it is a text to be sent, as with Send.
func (m *Mailbox) Place(ctx context.Context, user UserID, folder string, msg Message) (id string, err error) {
	err = m.st.Update(ctx, user, func(tx *store.Tx) error {
		in, err := findFolder(tx, folder)
		if err != nil {
			return err
		}
		i, err := m.newItem(tx, &msg, in)
		if err != nil {
			return err
		}
		if in.Type == outboxType && msg.Class == ClassSMS {
			if err := m.compose(tx, i, "", ""); err != nil {
				return err
			}
			err = m.route(tx, nil)
		} else {
			err = m.deliver(tx, i, in)
		}
		id = serverID(i.Folder, i.ID)
		return err
	})
	return id, err
}
