package store

import (
	"strings"
	"testing"
)

// TestContactsUseTheirIndex keeps the cost of a page of names and of a page of
// contacts from following how many contacts there are, and all of it from
// following what others have.
func TestContactsUseTheirIndex(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	for name, c := range map[string]struct {
		index []string
		sorts bool
		run   func(tx *Tx)
	}{
		"Contacts":      {[]string{"contact_sort"}, false, func(tx *Tx) { _ = tx.Contacts(ContactQuery{AfterSort: "a", Limit: 9}, nil) }},
		"by words":      {[]string{"contact_sort"}, false, func(tx *Tx) { _ = tx.Contacts(ContactQuery{Words: []string{"a", "b"}, Limit: 9}, nil) }},
		"by digits":     {[]string{"contact_number", "contact_"}, true, func(tx *Tx) { _ = tx.Contacts(ContactQuery{Digits: "1", Limit: 9}, nil) }},
		"ContactsWith":  {[]string{"sqlite_autoindex_contact_number_1", "sqlite_autoindex_contact_1"}, true, func(tx *Tx) { _, _ = tx.ContactsWith([]string{"1", "2"}) }},
		"ContactsNamed": {[]string{"contact_sort"}, false, func(tx *Tx) { _ = tx.ContactsNamed("a", nil) }},
		"NumbersNamed":  {[]string{"sqlite_autoindex_contact_1"}, true, func(tx *Tx) { _, _ = tx.NumbersNamed([]string{"a"}, 9) }},
	} {
		plan := s.explain(t, c.run)
		for _, index := range c.index {
			if !strings.Contains(plan, index) {
				t.Errorf("%s does not use %s:\n%s", name, index, plan)
			}
		}
		if strings.Contains(plan, "SCAN") || !c.sorts && strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("%s scans or sorts:\n%s", name, plan)
		}
	}
}
