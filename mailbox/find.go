package mailbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"asms/store"
)

// FindQuery says which mails, texts and contacts a device looks for. The zero
// query is for all mails and texts.
type FindQuery struct {
	// Folders are the collections to look in; none are all that hold mail.
	Folders []string
	// Deep adds the folders below Folders.
	Deep bool
	// NoDeleted leaves Deleted Items out where no folder is named.
	NoDeleted bool
	// Classes are the classes wanted; none are mails and texts, and contacts where
	// folders are named.
	Classes []Class
	// Conversation is the id of the conversation wanted, nil all.
	Conversation []byte
	// Terms must all be there.
	Terms []FindTerm
	// After and Before bound DateReceived, which is neither; the zero time does not.
	After, Before time.Time
}

// FindTerm is a word or phrase, in any case and with any accents. It is found at
// the beginning of a word, digits anywhere in an address.
type FindTerm struct {
	Field FindField
	Text  string
}

// FindField is where a term has to be.
type FindField int

// Fields of an item.
const (
	FindAnywhere FindField = iota
	FindFrom
	FindTo
	FindSubject
	FindBody
)

// Bounds of a Find.
const (
	// MaxFound is how many items a Find returns at most.
	MaxFound = 1000
	// findRows is about how many rows it reads at most. Behind the newest items of
	// each folder it knows the words of texts alone, from their index.
	findRows = 30_000
	// findPages is how many pages of the index it reads, of findPage texts each.
	findPages, findPage = 10, 200
)

// Find returns the server ids of the items that a device looks for and may see,
// the newest first, contacts by name behind them, at most MaxFound. The error is
// ErrFolderNotFound or the store's.
//
// [MS-ASCMD] 2.2.1.16 Search
func (m *Mailbox) Find(ctx context.Context, user UserID, device string, q FindQuery) (ids []string, err error) {
	classes := q.Classes
	if len(classes) == 0 {
		if classes = []Class{ClassEmail, ClassSMS}; len(q.Folders) > 0 {
			classes = append(classes, ClassContact)
		}
	}
	match := q.matcher()
	type hit struct {
		key    store.Key
		folder int64
	}
	var found []hit
	var contacts []string
	err = m.st.View(ctx, user, func(tx *store.Tx) error {
		folders, others, err := q.folders(tx)
		if err != nil {
			return err
		}
		if slices.Contains(classes, ClassContact) {
			if contacts, err = q.contacts(tx, others); err != nil {
				return err
			}
			classes = slices.DeleteFunc(slices.Clone(classes), func(c Class) bool { return c == ClassContact })
		}
		from, to := store.Bottom, store.Top
		if !q.After.IsZero() {
			from = store.Key{Date: q.After.UnixMilli() + 1}
		}
		if !q.Before.IsZero() {
			to = store.Key{Date: q.Before.UnixMilli()}
		}
		slices.Reverse(folders) // what the others leave of the rows is the Inbox's
		left, whole := findRows, true
		for n, folder := range folders {
			for _, class := range classes {
				rows, read, hits := left/(len(folders)-n), 0, 0
				err := tx.ItemsDown(store.Walk{Folder: folder, Device: device, Bodies: q.readsBodies()}, class, from, to, func(i *store.Item) (bool, error) {
					if read++; read%256 == 0 && ctx.Err() != nil {
						return false, ctx.Err()
					}
					if visible(i, device) && match(i) {
						found = append(found, hit{i.Key(), folder})
						hits++
					}
					return hits < MaxFound && read < rows, nil
				})
				if err != nil {
					return err
				}
				left -= read
				whole = whole && read < rows
			}
		}
		if whole {
			return nil
		}
		have := make(map[int64]bool, len(found))
		for _, h := range found {
			have[h.key.ID] = true
		}
		return q.indexed(tx, device, func(i *store.Item) bool {
			if !have[i.ID] && slices.Contains(folders, i.Folder) && slices.Contains(classes, i.Class) &&
				!i.Key().Less(from) && i.Key().Less(to) && visible(i, device) && match(i) {
				found = append(found, hit{i.Key(), i.Folder})
			}
			return ctx.Err() == nil && len(found) < MaxFound
		})
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(found, func(a, b hit) int {
		return cmp.Or(cmp.Compare(b.key.Date, a.key.Date), cmp.Compare(b.key.ID, a.key.ID))
	})
	for _, h := range found[:min(len(found), MaxFound)] {
		ids = append(ids, serverID(h.folder, h.key.ID))
	}
	ids = append(ids, contacts...)
	return ids[:min(len(ids), MaxFound)], nil
}

// indexed visits the texts, the newest first, in which the words of the query are,
// until visit returns false.
func (q *FindQuery) indexed(tx *store.Tx, device string, visit func(*store.Item) bool) error {
	var text []string
	for _, t := range q.Terms {
		if t.Field == FindAnywhere || t.Field == FindBody {
			text = append(text, t.Text)
		}
	}
	words := store.ParseQuery(strings.Join(text, " "))
	if words.Empty() {
		return nil
	}
	var below int64
	for range findPages {
		page, err := tx.Search(words, below, findPage)
		if err != nil {
			return err
		}
		for _, f := range page {
			if f.Mark, err = tx.MarkOf(device, f.Folder, f.ID); err != nil {
				return err
			}
			if !visit(f.Item) {
				return nil
			}
			below = f.Place
		}
		if len(page) < findPage {
			return nil
		}
	}
	return nil
}

// contacts returns the contacts in folders that the query is about, by name.
func (q *FindQuery) contacts(tx *store.Tx, folders []int64) (ids []string, err error) {
	if q.Conversation != nil || !q.After.IsZero() || !q.Before.IsZero() {
		return nil, nil
	}
	var text []string
	for _, t := range q.Terms {
		if t.Field != FindAnywhere {
			return nil, nil
		}
		text = append(text, t.Text)
	}
	sq := store.ContactQuery{Limit: MaxFound}
	if sq.Digits = someDigits(strings.Join(text, " ")); sq.Digits == "" {
		sq.Words = queryWords(strings.Join(text, " "))
	}
	return ids, tx.Contacts(sq, func(c store.Contact) (bool, error) {
		if slices.Contains(folders, c.Folder) {
			ids = append(ids, serverID(c.Folder, c.ItemID))
		}
		return true, nil
	})
}

// Found returns those of the items that still are where they were and that the
// device may see, in the order of ids.
func (m *Mailbox) Found(ctx context.Context, user UserID, device string, ids []string) (items []*Item, err error) {
	err = m.st.View(ctx, user, func(tx *store.Tx) error {
		for _, id := range ids {
			i, err := findItem(tx, id)
			if errors.Is(err, ErrItemNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			if i.Mark, err = tx.MarkOf(device, i.Folder, i.ID); err != nil {
				return err
			}
			if !visible(i, device) {
				continue
			}
			item, err := itemWhole(tx, i)
			if err != nil {
				return err
			}
			items = append(items, item)
		}
		return nil
	})
	return items, err
}

// folders are the folders that a query is about: those for mail, and those for
// contacts.
func (q *FindQuery) folders(tx *store.Tx) (ids, contacts []int64, err error) {
	all, err := tx.FoldersChangedSince(0)
	if err != nil {
		return nil, nil, err
	}
	all = slices.DeleteFunc(all, func(f store.Folder) bool { return f.Deleted })
	wanted := make(map[int64]bool)
	for _, id := range q.Folders {
		if id == "0" && q.Deep { // the root and all below it
			wanted[0] = true
			continue
		}
		f, err := findFolder(tx, id)
		if err != nil {
			return nil, nil, fmt.Errorf("%w: %.64q", err, id)
		}
		wanted[f.ID] = true
	}
	if q.Deep {
		for grown := true; grown; {
			grown = false
			for _, f := range all {
				if wanted[f.Parent] && !wanted[f.ID] {
					wanted[f.ID], grown = true, true
				}
			}
		}
	}
	for _, f := range all {
		switch {
		case holdsContacts(f.Type) && (len(q.Folders) == 0 || wanted[f.ID]):
			contacts = append(contacts, f.ID)
		case !folderOf(f).HoldsMail():
		case len(q.Folders) == 0 && q.NoDeleted && f.Type == deletedType:
		case len(q.Folders) == 0 || wanted[f.ID]:
			ids = append(ids, f.ID)
		}
	}
	return ids, contacts, nil
}

func (q *FindQuery) readsBodies() bool {
	return slices.ContainsFunc(q.Terms, func(t FindTerm) bool { return t.Field == FindAnywhere || t.Field == FindBody })
}

// matcher tells what the query is about, besides folder, class and date.
func (q *FindQuery) matcher() func(*store.Item) bool {
	type term struct {
		field  FindField
		text   string
		digits string // the text is part of a number
	}
	var terms []term
	for _, t := range q.Terms {
		one := term{field: t.Field, text: folded(t.Text)}
		if one.text == "" {
			continue
		}
		if d := someDigits(t.Text); len(d) >= 4 {
			one.digits = d
		}
		terms = append(terms, one)
	}
	var before, beforeFolded [FindBody + 1]string // addresses mostly repeat
	return func(i *store.Item) bool {
		if q.Conversation != nil && string(i.ConversationID) != string(q.Conversation) {
			return false
		}
		texts := [...]string{FindFrom: i.From, FindTo: i.To, FindSubject: i.Subject, FindBody: i.Body}
		var folds [len(texts)]string
		for _, t := range terms {
			in := func(f FindField) bool {
				if t.field != FindAnywhere && t.field != f || texts[f] == "" {
					return false
				}
				if folds[f] == "" {
					if texts[f] != before[f] {
						before[f], beforeFolded[f] = texts[f], quickFolded(texts[f])
					}
					folds[f] = beforeFolded[f]
				}
				if t.digits != "" && f <= FindTo && strings.Contains(folds[f], t.digits) {
					return true
				}
				return beginsWord(folds[f], t.text)
			}
			if !in(FindFrom) && !in(FindTo) && !in(FindSubject) && !in(FindBody) {
				return false
			}
		}
		return true
	}
}

// quickFolded is folded, at less cost for plain letters.
func quickFolded(s string) string {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf || s[i] < ' ' || s[i] == ' ' && i > 0 && s[i-1] == ' ' {
			return folded(s)
		}
	}
	return strings.ToLower(s)
}

// beginsWord reports whether part stands in text where a word begins. In scripts
// without spaces a word begins anywhere.
func beginsWord(text, part string) bool {
	first, _ := utf8.DecodeRuneInString(part)
	anywhere := unicode.In(first, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer) ||
		!unicode.IsLetter(first) && !unicode.IsDigit(first)
	for from := 0; ; {
		at := strings.Index(text[from:], part)
		if at < 0 {
			return false
		}
		at += from
		before, _ := utf8.DecodeLastRuneInString(text[:at])
		if anywhere || at == 0 || !unicode.IsLetter(before) && !unicode.IsDigit(before) {
			return true
		}
		_, size := utf8.DecodeRuneInString(text[at:])
		from = at + size
	}
}
