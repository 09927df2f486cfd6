package mailbox

import (
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"asms/sms"
	"asms/store"
)

// Entry is one text of a conversation as its owner sees it.
type Entry struct {
	// ID names it: a server id. A text that was sent from here keeps the one that
	// it had in the Outbox.
	ID           string
	Conversation string
	Outgoing     bool
	Date         time.Time
	Body         string
	Read         bool
	Flagged      bool
	From         *Party  // of the owner's own the number that it left by; nil unknown
	To           []Party // of texts that are not followed

	// Text is its way out, nil when it has none.
	Text *EntryText

	peers []Party
}

// EntryText is the way out of an Entry.
type EntryText struct {
	State       TextState
	Recipients  []EntryRecipient
	Device      string // phone that has it or sent it
	NotBefore   time.Time
	Expires     time.Time
	Cancellable bool
	Retryable   bool
}

// EntryRecipient is one recipient of an Entry.
type EntryRecipient struct {
	Party
	State  RecipientState
	Reason string // in words
	At     time.Time
}

// flagActive is the Status of a flag that is set.
//
// [MS-ASEMAIL] 2.2.2.75 Status
const flagActive = 2

// entries returns items as their owner sees them, with one query for their ways
// out, one for the recipients, and one for names.
func (m *Mailbox) entries(tx *store.Tx, items []*store.Item) ([]Entry, error) {
	ids := make([]int64, len(items))
	for n, i := range items {
		ids[n] = i.ID
	}
	outbounds, err := tx.OutboundsOf(ids)
	if err != nil {
		return nil, err
	}
	ways := make(map[int64]store.Outbound, len(outbounds))
	var texts []int64
	for _, o := range outbounds {
		if ways[o.ItemID].TextID < o.TextID {
			ways[o.ItemID] = o
		}
		texts = append(texts, o.TextID)
	}
	recipients, err := tx.RecipientsOf(texts)
	if err != nil {
		return nil, err
	}
	d := directory{m: m, keys: make(map[string]string)}
	for _, i := range items {
		d.want(i.Peers)
	}
	for _, list := range recipients {
		for _, r := range list {
			d.want(r.Number)
		}
	}
	if err := d.look(tx); err != nil {
		return nil, err
	}
	all := make([]Entry, len(items))
	for n, i := range items {
		e := &all[n]
		*e = Entry{
			ID: serverID(i.Folder, i.ID), Conversation: hex.EncodeToString(i.ConversationID), Outgoing: i.Outgoing,
			Date: time.UnixMilli(i.Date).UTC(), Body: i.Body, Read: i.Read || i.Outgoing, Flagged: decodeFlag(i.Flag).Status == flagActive,
		}
		from, to := d.parties(i.From), d.parties(i.To)
		if len(from) > 0 {
			e.From = &from[0]
		}
		e.peers = from
		if i.Outgoing || len(from) == 0 {
			e.peers = to
		}
		o, follows := ways[i.ID]
		if !follows {
			e.To = to
			continue
		}
		e.ID = serverID(store.OutboxID, o.TextID)
		e.Text = entryText(i, o, recipients[o.TextID], &d)
	}
	return all, nil
}

// entryText says where a text stands.
func entryText(i *store.Item, o store.Outbound, recipients []store.Recipient, d *directory) *EntryText {
	t := &EntryText{
		State: o.State, Device: o.Device, NotBefore: o.NotBefore, Expires: o.Expires,
		Cancellable: cancellable(i), Retryable: o.Retried == 0 && len(unreached(o, recipients)) > 0,
	}
	for _, r := range recipients {
		p := EntryRecipient{State: r.State, Reason: r.Error, At: r.At}
		if all := d.parties(r.Address); len(all) > 0 {
			p.Party = all[0]
		}
		if r.State == RecipientPending {
			p.At = zeroTime
			if o.State == store.Unknown {
				p.State = RecipientUnknown
			}
		}
		t.Recipients = append(t.Recipients, p)
	}
	return t
}

// cancellable reports whether no phone can have the text.
func cancellable(i *store.Item) bool {
	return i.State == store.Waiting || i.State == store.Offered && !i.Carried
}

// unreached returns the recipients that a text did not or may not have reached,
// once that is all that will be known.
func unreached(o store.Outbound, all []store.Recipient) (left []store.Recipient) {
	if o.State != store.Unknown && (o.Ended.IsZero() || o.State == store.Cancelled) {
		return nil
	}
	for _, r := range all {
		switch {
		case r.State == store.RecipientFailed, r.State == store.RecipientUnknown,
			r.State == store.RecipientPending && o.State == store.Unknown:
			left = append(left, r)
		}
	}
	return left
}

// directory finds names for the numbers of a page.
type directory struct {
	m     *Mailbox
	keys  map[string]string // as wanted
	names map[string]ContactName
}

func (d *directory) want(peers string) {
	for key := range strings.SplitSeq(peers, ",") {
		if key != "" {
			d.keys[key] = key
		}
	}
}

func (d *directory) look(tx *store.Tx) (err error) {
	keys := make([]string, 0, len(d.keys))
	for key := range d.keys {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	d.names, err = d.m.names(tx, keys)
	return err
}

// parties returns the people of a From or To.
func (d *directory) parties(list string) []Party {
	addresses, err := sms.ParseAddresses(list)
	if err != nil {
		return []Party{{Number: strings.TrimSpace(list)}}
	}
	all := make([]Party, 0, len(addresses))
	for _, a := range addresses {
		p := Party{Number: a.Number, Name: a.Name}
		if p.Number == "" {
			p.Number, p.Name = a.Name, ""
		}
		if p.Number == "" {
			continue
		}
		key := d.m.numbers.key(p.Number)
		if d.m.numbers.key(p.Name) == key {
			p.Name = ""
		}
		if c, ok := d.names[key]; ok {
			p.Name, p.Contact = c.Name, c.Contact
		}
		all = append(all, p)
	}
	return all
}

// Place in a conversation from which a page is read.
type EntryPlace = store.Key

// MessagesQuery asks for a page of a conversation. With all of Older, Newer and
// Around empty it is the newest page.
type MessagesQuery struct {
	Limit  int
	Older  *EntryPlace // below this
	Newer  *EntryPlace // above this
	Around string      // id of an Entry to be in the middle
}

// MessagesPage is a page of a conversation, newest first.
type MessagesPage struct {
	Entries []Entry
	Older   *EntryPlace // nil when these are the oldest
	Newer   *EntryPlace // nil when these are the newest
}

// Messages returns a page of a conversation. The error is
// ErrConversationNotFound, ErrItemNotFound when there is no entry Around, or the
// store's.
func (m *Mailbox) Messages(ctx context.Context, user UserID, id string, q MessagesQuery) (page MessagesPage, err error) {
	err = m.st.View(ctx, user, func(tx *store.Tx) error {
		t, err := findThread(tx, id)
		if err != nil {
			return err
		}
		items, older, newer, err := m.threadPage(tx, t.ConversationID, q)
		if err != nil {
			return err
		}
		if len(items) > 0 {
			first, last := items[0].Key(), items[len(items)-1].Key()
			if newer {
				page.Newer = &first
			}
			if older {
				page.Older = &last
			}
		}
		page.Entries, err = m.entries(tx, items)
		return err
	})
	return page, err
}

// threadPage returns the items of a page, newest first, and whether there are
// more at its ends.
func (m *Mailbox) threadPage(tx *store.Tx, conversation []byte, q MessagesQuery) (items []*store.Item, older, newer bool, err error) {
	down := func(below store.Key, n int) (page []*store.Item, more bool, err error) {
		page, err = tx.ThreadDown(conversation, below, n+1)
		if len(page) > n {
			page, more = page[:n], true
		}
		return page, more, err
	}
	up := func(above store.Key, n int) (page []*store.Item, more bool, err error) {
		page, err = tx.ThreadUp(conversation, above, n+1)
		if len(page) > n {
			page, more = page[:n], true
		}
		slices.Reverse(page)
		return page, more, err
	}
	switch {
	case q.Around != "":
		i, err := findEntry(tx, q.Around)
		if err != nil {
			return nil, false, false, err
		}
		if string(i.ConversationID) != string(conversation) || i.Shown == 0 {
			return nil, false, false, ErrItemNotFound
		}
		above, newer, err := up(i.Key(), q.Limit/2)
		if err != nil {
			return nil, false, false, err
		}
		below, older, err := down(i.Key().Next(), q.Limit-len(above))
		return append(above, below...), older, newer, err
	case q.Newer != nil:
		items, newer, err = up(*q.Newer, q.Limit)
		return items, len(items) > 0, newer, err
	case q.Older != nil:
		items, older, err = down(*q.Older, q.Limit)
		return items, older, len(items) > 0, err
	}
	items, older, err = down(store.Top, q.Limit)
	return items, older, false, err
}

// findEntry returns the item that an id names: a server id, or the one that a
// text had in the Outbox. The error is ErrItemNotFound or the store's.
func findEntry(tx *store.Tx, id string) (*store.Item, error) {
	folder, n, err := parseServerID(id)
	if err != nil {
		return nil, err
	}
	if folder == store.OutboxID {
		o, err := tx.Outbound(n)
		if errors.Is(err, store.ErrNotFound) {
			return nil, ErrItemNotFound
		}
		if err != nil {
			return nil, err
		}
		folder, n = 0, o.ItemID
	}
	i, err := tx.Item(n)
	if errors.Is(err, store.ErrNotFound) || err == nil && (folder != 0 && i.Folder != folder || i.Class != ClassSMS) {
		return nil, ErrItemNotFound
	}
	return i, err
}

// Message returns one text of the owner's, or ErrItemNotFound. One that was
// cancelled is still there, in Deleted Items.
func (m *Mailbox) Message(ctx context.Context, user UserID, id string) (e Entry, err error) {
	err = m.st.View(ctx, user, func(tx *store.Tx) error {
		i, err := findEntry(tx, id)
		if err != nil {
			return err
		}
		all, err := m.entries(tx, []*store.Item{i})
		if err == nil {
			e = all[0]
		}
		return err
	})
	return e, err
}

// ChangeMessage writes whether a text is read and flagged; nil leaves it as it is.
// The error is ErrItemNotFound or the store's.
func (m *Mailbox) ChangeMessage(ctx context.Context, user UserID, id string, read, flagged *bool) error {
	return m.st.Update(ctx, user, func(tx *store.Tx) error {
		i, err := findEntry(tx, id)
		if err != nil {
			return err
		}
		var flag *Flag
		if flagged != nil && *flagged != (decodeFlag(i.Flag).Status == flagActive) {
			flag = new(Flag)
			if *flagged {
				flag.Status, flag.Type = flagActive, "Flag for follow up"
			}
		}
		return changeItem(tx, i, read, flag)
	})
}

// DeleteMessage deletes a text for good. One on its way out is cancelled when
// that is still possible; else the error is ErrLocked. It is ErrItemNotFound for
// one that is not there, or the store's.
func (m *Mailbox) DeleteMessage(ctx context.Context, user UserID, id string) error {
	return m.st.Update(ctx, user, func(tx *store.Tx) error {
		i, err := findEntry(tx, id)
		if err != nil {
			return err
		}
		return m.delete(tx, i)
	})
}

// Cancel takes a text back that no phone can have yet, and moves it to Deleted
// Items. The error is ErrItemNotFound, ErrLocked when it is too late, or the
// store's.
func (m *Mailbox) Cancel(ctx context.Context, user UserID, id string) error {
	return m.st.Update(ctx, user, func(tx *store.Tx) error {
		i, err := findEntry(tx, id)
		if err != nil {
			return err
		}
		if !cancellable(i) {
			return ErrLocked
		}
		if err := m.delete(tx, i); err != nil {
			return err
		}
		_, err = m.copyTo(tx, i, store.DeletedItemsID)
		return err
	})
}
