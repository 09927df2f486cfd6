package store

import (
	"fmt"
	"strings"
)

// ClassContact is the class of contacts.
const ClassContact Class = 3

// Contact is what an item of class Contact holds.
type Contact struct {
	ItemID  int64
	Folder  int64  // the item's
	Name    string // as shown
	Sort    string // the name folded
	Words   string // what it is found by, folded, a space before each word
	Content string // JSON
	Numbers []ContactNumber
}

// ContactNumber is a number by which a contact is found.
type ContactNumber struct {
	Number  string // in the form in which numbers are compared
	Kind    string
	Written string
}

const contactColumns = `c.item_id, c.folder_id, c.name, c.sort, c.words, c.content`

func scanContact(r scanner) (c Contact, err error) {
	err = r.Scan(&c.ItemID, &c.Folder, &c.Name, &c.Sort, &c.Words, &c.Content)
	return c, err
}

// Contact returns what a contact holds, without Numbers, or ErrNotFound.
func (tx *Tx) Contact(item int64) (Contact, error) {
	c, err := scanContact(tx.row(`SELECT `+contactColumns+` FROM contact c WHERE c.user_id = $1 AND c.item_id = $2`, tx.user, item))
	if err != nil {
		return Contact{}, tx.failed("contact", err)
	}
	return c, nil
}

// PutContact stores what a contact holds, new or not. The item is the caller's.
func (tx *Tx) PutContact(c Contact) error {
	if err := tx.exec(`INSERT INTO contact (user_id, item_id, folder_id, name, sort, words, content) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (user_id, item_id) DO UPDATE SET name = excluded.name, sort = excluded.sort, words = excluded.words,
			content = excluded.content`, tx.user, c.ItemID, c.Folder, c.Name, c.Sort, c.Words, c.Content); err != nil {
		return err
	}
	if err := tx.exec(`DELETE FROM contact_number WHERE user_id = $1 AND item_id = $2`, tx.user, c.ItemID); err != nil {
		return err
	}
	for _, n := range c.Numbers {
		if err := tx.exec(`INSERT INTO contact_number (user_id, number, item_id, kind, written) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (user_id, number, item_id, kind) DO NOTHING`, tx.user, n.Number, c.ItemID, n.Kind, n.Written); err != nil {
			return err
		}
	}
	return nil
}

// DeleteContact removes what a contact held. The item is the caller's.
func (tx *Tx) DeleteContact(item int64) error {
	for _, table := range []string{"contact", "contact_number"} {
		if err := tx.exec(`DELETE FROM `+table+` WHERE user_id = $1 AND item_id = $2`, tx.user, item); err != nil {
			return err
		}
	}
	return nil
}

// deleteContactsIn removes what the contacts of a folder held.
func (tx *Tx) deleteContactsIn(folder int64) error {
	if err := tx.exec(`DELETE FROM contact_number WHERE user_id = $1 AND item_id IN
		(SELECT item_id FROM contact WHERE user_id = $1 AND folder_id = $2)`, tx.user, folder); err != nil {
		return err
	}
	return tx.exec(`DELETE FROM contact WHERE user_id = $1 AND folder_id = $2`, tx.user, folder)
}

// ContactQuery says which contacts are wanted.
type ContactQuery struct {
	AfterSort string // those after this place, in the order of Sort and then ItemID
	AfterID   int64
	Words     []string // folded; each begins one of the contact's words
	Digits    string   // part of one of its numbers
	Limit     int
}

// Contacts visits contacts, without Numbers, in the order of their names.
func (tx *Tx) Contacts(q ContactQuery, visit func(Contact) (bool, error)) error {
	where := `c.user_id = CAST($1 AS BIGINT) AND (c.sort, c.item_id) > ($2, $3)`
	args := []any{tx.user, q.AfterSort, q.AfterID}
	arg := func(v any) string {
		args = append(args, v)
		return fmt.Sprintf("$%d", len(args))
	}
	for _, w := range q.Words {
		where += ` AND c.words LIKE ` + arg("% "+likeEscape.Replace(w)+"%") + ` ESCAPE '\'`
	}
	if q.Digits != "" {
		where += ` AND c.item_id IN (SELECT n.item_id FROM contact_number n WHERE n.user_id = CAST($1 AS BIGINT) AND n.number LIKE ` +
			arg("%"+likeEscape.Replace(q.Digits)+"%") + ` ESCAPE '\')`
	}
	return tx.each(func(r scanner) (bool, error) {
		c, err := scanContact(r)
		if err != nil {
			return false, err
		}
		return visit(c)
	}, `SELECT `+contactColumns+` FROM contact c WHERE `+where+` ORDER BY c.sort, c.item_id LIMIT `+arg(q.Limit), args...)
}

var likeEscape = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// NamedNumber is a number and a contact that has it.
type NamedNumber struct {
	Number string
	ItemID int64
	Folder int64
	Name   string
	Sort   string
}

// namesAtOnce are how many numbers one query asks for: few sizes, so that few
// statements are prepared.
var namesAtOnce = []int{1, 16, 256}

// ContactsWith returns the contacts that have one of these numbers, those of a
// number by their age.
func (tx *Tx) ContactsWith(numbers []string) (all []NamedNumber, err error) {
	for len(numbers) > 0 && err == nil {
		size := namesAtOnce[len(namesAtOnce)-1]
		for _, s := range namesAtOnce {
			if s >= len(numbers) {
				size = s
				break
			}
		}
		args := make([]any, 0, size+1)
		args = append(args, tx.user)
		list := make([]string, size)
		for n := range size {
			args = append(args, numbers[min(n, len(numbers)-1)])
			list[n] = fmt.Sprintf("$%d", n+2)
		}
		numbers = numbers[min(size, len(numbers)):]
		err = tx.each(func(r scanner) (bool, error) {
			var n NamedNumber
			err := r.Scan(&n.Number, &n.ItemID, &n.Folder, &n.Name, &n.Sort)
			all = append(all, n)
			return true, err
		}, `SELECT DISTINCT n.number, n.item_id, c.folder_id, c.name, c.sort FROM contact_number n
			JOIN contact c ON c.user_id = n.user_id AND c.item_id = n.item_id
			WHERE n.user_id = $1 AND n.number IN (`+strings.Join(list, ", ")+`) ORDER BY n.number, n.item_id`, args...)
	}
	return all, err
}

// HasContact reports whether a contact with this number has this folded name. It
// looks at the oldest with the number, at most limit.
func (tx *Tx) HasContact(number, sort string, limit int) (found bool, err error) {
	return found, tx.each(func(scanner) (bool, error) { found = true; return false, nil },
		`SELECT 1 FROM (SELECT item_id FROM contact_number WHERE user_id = $1 AND number = $2 ORDER BY item_id LIMIT $4) n
			JOIN contact c ON c.user_id = $1 AND c.item_id = n.item_id WHERE c.sort = $3 LIMIT 1`, tx.user, number, sort, limit)
}

// ContactsNamed visits the contacts with this folded name, by their age.
func (tx *Tx) ContactsNamed(sort string, visit func(Contact) (bool, error)) error {
	return tx.each(func(r scanner) (bool, error) {
		c, err := scanContact(r)
		if err != nil {
			return false, err
		}
		return visit(c)
	}, `SELECT `+contactColumns+` FROM contact c WHERE c.user_id = $1 AND c.sort = $2 ORDER BY c.item_id`, tx.user, sort)
}

// NumbersNamed returns the numbers of the contacts of which words begin with
// these, folded; at most limit.
func (tx *Tx) NumbersNamed(words []string, limit int) (numbers []string, err error) {
	args := []any{tx.user, limit}
	where := ""
	for _, w := range words {
		args = append(args, "% "+likeEscape.Replace(w)+"%")
		where += fmt.Sprintf(` AND c.words LIKE $%d ESCAPE '\'`, len(args))
	}
	return numbers, tx.each(func(r scanner) (bool, error) {
		var n string
		err := r.Scan(&n)
		numbers = append(numbers, n)
		return true, err
	}, `SELECT DISTINCT n.number FROM contact c JOIN contact_number n ON n.user_id = c.user_id AND n.item_id = c.item_id
		WHERE c.user_id = $1`+where+` LIMIT $2`, args...)
}
