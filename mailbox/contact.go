package mailbox

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"unicode"

	"asms/store"
)

// ClassContact is the class of the items of folders for contacts.
const ClassContact = store.ClassContact

// Contact is a person or firm.
type Contact struct {
	ID string // the item's server id
	Card
}

// ErrCursor: what should say where to go on does not.
var ErrCursor = errors.New("mailbox: not a cursor")

// holdsContacts reports whether a folder is for contacts.
//
// [MS-ASCMD] 2.2.3.186.3 Type (FolderSync)
func holdsContacts(folderType int) bool { return folderType == 9 || folderType == 14 }

// ContactQuery says which contacts are wanted.
type ContactQuery struct {
	Text   string // how words of the name begin, or part of a number; "" all
	Limit  int    // at least 1
	Cursor string // where the page before ended, "" at the beginning
}

// place is where a page of contacts ended.
type place struct {
	Sort string `json:"s"`
	ID   int64  `json:"i"`
}

// Contacts returns a page of contacts in the order of their names, and the
// cursor of the next, "" when there is none. The error is ErrCursor or the
// store's.
func (m *Mailbox) Contacts(ctx context.Context, user UserID, q ContactQuery) (page []Contact, next string, err error) {
	var after place
	if q.Cursor != "" {
		b, err := base64.RawURLEncoding.DecodeString(q.Cursor)
		if err != nil || json.Unmarshal(b, &after) != nil {
			return nil, "", ErrCursor
		}
	}
	sq := store.ContactQuery{AfterSort: after.Sort, AfterID: after.ID, Limit: q.Limit + 1}
	if sq.Digits = someDigits(q.Text); sq.Digits == "" {
		sq.Words = queryWords(q.Text)
	}
	err = m.st.View(ctx, user, func(tx *store.Tx) error {
		return tx.Contacts(sq, func(c store.Contact) (bool, error) {
			if len(page) == q.Limit {
				next = "more"
				return false, nil
			}
			contact, err := contactOf(c)
			page = append(page, contact)
			after = place{c.Sort, c.ItemID}
			return true, err
		})
	})
	if next != "" {
		b, err := json.Marshal(after)
		if err != nil {
			return nil, "", err
		}
		next = base64.RawURLEncoding.EncodeToString(b)
	}
	return page, next, err
}

// queryWords are the words that a contact is looked for by.
func queryWords(text string) []string {
	const limit = 8
	words := foldedWords(text)
	return words[:min(len(words), limit)]
}

// someDigits returns the part of a number that a text is, without what differs
// at home and abroad, or "".
func someDigits(text string) string {
	digits := strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return r
		case unicode.IsLetter(r):
			return 'x'
		}
		return -1
	}, text)
	if len(digits) < 2 || strings.Contains(digits, "x") {
		return ""
	}
	if digits = strings.TrimLeft(digits, "0"); digits == "" {
		return "0"
	}
	return digits
}

func contactOf(c store.Contact) (Contact, error) {
	card, err := decodeCard(c.Content)
	return Contact{ID: serverID(c.Folder, c.ItemID), Card: card}, err
}

// Contact returns a contact, or ErrItemNotFound.
func (m *Mailbox) Contact(ctx context.Context, user UserID, id string) (contact Contact, err error) {
	err = m.st.View(ctx, user, func(tx *store.Tx) error {
		i, err := findContact(tx, id)
		if err != nil {
			return err
		}
		c, err := tx.Contact(i.ID)
		if err != nil {
			return err
		}
		contact, err = contactOf(c)
		return err
	})
	return contact, err
}

func findContact(tx *store.Tx, id string) (*store.Item, error) {
	i, err := findItem(tx, id)
	if err == nil && i.Class != ClassContact {
		return nil, ErrItemNotFound
	}
	return i, err
}

// AddContact stores a new contact. The error wraps ErrCard or is the store's.
func (m *Mailbox) AddContact(ctx context.Context, user UserID, card Card) (contact Contact, err error) {
	err = m.st.Update(ctx, user, func(tx *store.Tx) error {
		i, err := m.createContact(tx, store.ContactsID, card)
		if err != nil {
			return err
		}
		c, err := tx.Contact(i.ID)
		if err != nil {
			return err
		}
		contact, err = contactOf(c)
		return err
	})
	return contact, err
}

// createContact stores a card as a new item of a folder.
func (m *Mailbox) createContact(tx *store.Tx, folder int64, card Card) (*store.Item, error) {
	if card = card.clone(); card.check() != nil {
		return nil, card.check()
	}
	card.clean()
	i := &store.Item{
		Folder: folder, Class: ClassContact, Date: m.now().UnixMilli(), CPID: defaultCPID, Importance: 1, Read: true,
		ConversationID: []byte{}, ConversationIndex: []byte{}, // it is in none
	}
	if err := m.insert(tx, i); err != nil {
		return nil, err
	}
	return i, m.storeCard(tx, i, card)
}

// storeCard stores what a contact holds and what it is found by.
func (m *Mailbox) storeCard(tx *store.Tx, i *store.Item, card Card) error {
	if err := card.check(); err != nil {
		return err
	}
	name := card.Name()
	c := store.Contact{ItemID: i.ID, Folder: i.Folder, Name: name, Sort: folded(name), Words: card.words(), Content: card.encode()}
	for _, n := range card.Numbers() {
		if key := m.numbers.key(n.Number); key != "" {
			c.Numbers = append(c.Numbers, store.ContactNumber{Number: key, Kind: n.Kind, Written: n.Number})
		}
	}
	return tx.PutContact(c)
}

// ChangeContact lets edit change a contact and stores it. The error is
// ErrItemNotFound, edit's, the store's, or wraps ErrCard.
func (m *Mailbox) ChangeContact(ctx context.Context, user UserID, id string, edit func(*Card) error) (contact Contact, err error) {
	err = m.st.Update(ctx, user, func(tx *store.Tx) error {
		i, err := findContact(tx, id)
		if err != nil {
			return err
		}
		before, err := tx.Contact(i.ID)
		if err != nil {
			return err
		}
		if contact, err = contactOf(before); err != nil {
			return err
		}
		contact.Card = contact.clone()
		if err := edit(&contact.Card); err != nil {
			return err
		}
		if err := contact.check(); err != nil {
			return err
		}
		if contact.clean(); contact.encode() == before.Content {
			return nil
		}
		if i.FlagSeq, err = tx.Bump(); err != nil {
			return err
		}
		i.FlagBy, i.FlagLost = "", false
		if err := tx.UpdateItem(i); err != nil {
			return err
		}
		return m.storeCard(tx, i, contact.Card)
	})
	return contact, err
}

// DeleteContact deletes a contact for good, or says ErrItemNotFound.
func (m *Mailbox) DeleteContact(ctx context.Context, user UserID, id string) error {
	return m.st.Update(ctx, user, func(tx *store.Tx) error {
		i, err := findContact(tx, id)
		if err == nil {
			_, err = m.kill(tx, i, "")
		}
		return err
	})
}

// importAtOnce is how many contacts one transaction of an import stores.
const importAtOnce = 200

// ImportContacts stores those of many contacts that are not there yet: a contact
// with the same name and a number in common is the same. It returns how many are
// new, how many were there, and by index what is wrong with the others. What was
// stored before an error stays.
func (m *Mailbox) ImportContacts(ctx context.Context, user UserID, cards []Card) (added, same int, bad map[int]error, err error) {
	bad = make(map[int]error)
	for from := 0; from < len(cards); from += importAtOnce {
		var newAdded, newSame int
		err := m.st.Update(ctx, user, func(tx *store.Tx) error {
			newAdded, newSame = 0, 0
			for n, card := range cards[from:min(from+importAtOnce, len(cards))] {
				if err := card.check(); err != nil {
					bad[from+n] = err
					continue
				}
				card = card.clone()
				card.clean()
				there, err := m.hasContact(tx, card)
				if err != nil {
					return err
				}
				if there {
					newSame++
					continue
				}
				if _, err := m.createContact(tx, store.ContactsID, card); err != nil {
					return err
				}
				newAdded++
			}
			return nil
		})
		if err != nil {
			return added, same, bad, err
		}
		added, same = added+newAdded, same+newSame
	}
	return added, same, bad, nil
}

// alike bounds with how many contacts of the same name or number one is compared: an
// import of thousands that are all called the same would keep everybody waiting.
const alike = 100

// hasContact reports whether there is a contact with the same name and a number
// in common or, without numbers, one that holds exactly the same.
func (m *Mailbox) hasContact(tx *store.Tx, card Card) (found bool, err error) {
	sort, numbered := folded(card.Name()), false
	for _, n := range card.Numbers() {
		key := m.numbers.key(n.Number)
		if key == "" {
			continue
		}
		numbered = true
		if found, err = tx.HasContact(key, sort, alike); found || err != nil {
			return found, err
		}
	}
	if numbered {
		return false, nil
	}
	content, seen := card.encode(), 0
	err = tx.ContactsNamed(sort, func(c store.Contact) (bool, error) {
		found = c.Content == content
		seen++
		return !found && seen < alike, nil
	})
	return found, err
}

// ContactName is who has a number.
type ContactName struct {
	Contact string // its server id
	Name    string
}

// Names returns who has these numbers, by the numbers as they were given. Those
// of nobody are left out.
func (m *Mailbox) Names(ctx context.Context, user UserID, numbers []string) (names map[string]ContactName, err error) {
	keys := make([]string, len(numbers))
	for n, number := range numbers {
		keys[n] = m.numbers.key(number)
	}
	err = m.st.View(ctx, user, func(tx *store.Tx) error {
		byKey, err := m.names(tx, keys)
		names = make(map[string]ContactName, len(byKey))
		for n, key := range keys {
			if name, ok := byKey[key]; ok {
				names[numbers[n]] = name
			}
		}
		return err
	})
	return names, err
}

// names returns who has the numbers with these keys, in one query for up to 256.
// Of several contacts with a number, it is the oldest.
func (m *Mailbox) names(tx *store.Tx, keys []string) (map[string]ContactName, error) {
	named, err := tx.ContactsWith(keys)
	names := make(map[string]ContactName, len(named))
	for _, n := range named {
		if _, ok := names[n.Number]; !ok {
			names[n.Number] = ContactName{Contact: serverID(n.Folder, n.ItemID), Name: n.Name}
		}
	}
	return names, err
}

// numbersNamed returns the keys of the numbers of contacts whose names have words
// that begin so; at most limit.
func (m *Mailbox) numbersNamed(tx *store.Tx, text string, limit int) ([]string, error) {
	words := queryWords(text)
	if len(words) == 0 {
		return nil, nil
	}
	return tx.NumbersNamed(words, limit)
}

// contactsSeq returns the counter of the last change of any contact, as far as
// it can still be told: deletions too.
func (m *Mailbox) contactsSeq(tx *store.Tx) (seq int64, err error) {
	folders, err := tx.FoldersChangedSince(0)
	for _, f := range folders {
		if !holdsContacts(f.Type) || err != nil {
			continue
		}
		seq = max(seq, f.Changed)
		var n store.News
		n, err = tx.NewsOf(f.ID)
		seq = max(seq, n.Deleted, n.Changed, n.Born)
	}
	return seq, err
}
