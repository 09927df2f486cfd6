package mailbox

import (
	"slices"

	"asms/store"
)

// CardChange is what a client says of a contact: of a new one all that it holds,
// of one that is there what it names.
type CardChange struct {
	Fields     map[string]string // by element; "" takes the value away
	Categories *[]string         // nil: not named
	Children   *[]string
	Note       *string
}

// apply makes the change. An element that can be ghosted, is not, and is not
// named, is taken away: supported are those that the client said it manages when
// it began, nil for all of them. What the client cannot name stays, and so does
// the note: a client without notes leaves it out.
//
// [MS-ASCMD] 2.2.3.179 Supported, [MS-ASCNTC] 3.1.5.4
func (c Card) apply(ch *CardChange, supported *[]string) Card {
	c = c.clone()
	managed := func(element string) bool {
		return ghostable[element] && (supported == nil || slices.Contains(*supported, element))
	}
	for element := range c.Fields {
		if _, named := ch.Fields[element]; !named && managed(element) {
			delete(c.Fields, element)
		}
	}
	for element, value := range ch.Fields {
		c.Set(element, value)
	}
	for _, list := range []struct {
		element string
		now     *[]string
		named   *[]string
	}{{"Categories", &c.Categories, ch.Categories}, {"Children", &c.Children, ch.Children}} {
		switch {
		case list.named != nil:
			*list.now = slices.Clone(*list.named)
		case managed(list.element):
			*list.now = nil
		}
	}
	if ch.Note != nil {
		c.Note = *ch.Note
	}
	return c
}

// Check returns what is wrong with a change, wrapping ErrCard.
func (ch *CardChange) Check() error {
	c := Card{}.apply(ch, nil)
	return c.check()
}

// ghostable are the elements that a client may leave out of a Change without
// taking their values away, when it says so.
//
// [MS-ASCNTC] 6.1 Contacts Namespace Schema, 6.2 Contacts2 Namespace Schema
var ghostable = func() map[string]bool {
	all := make(map[string]bool)
	for _, e := range []string{
		"Anniversary", "AssistantName", "AssistantPhoneNumber", "Birthday", "Business2PhoneNumber", "BusinessAddressCity",
		"BusinessAddressCountry", "BusinessAddressPostalCode", "BusinessAddressState", "BusinessAddressStreet", "BusinessFaxNumber",
		"BusinessPhoneNumber", "CarPhoneNumber", "Categories", "Children", "CompanyName", "Department", "Email1Address", "Email2Address",
		"Email3Address", "FileAs", "FirstName", "Home2PhoneNumber", "HomeAddressCity", "HomeAddressCountry", "HomeAddressPostalCode",
		"HomeAddressState", "HomeAddressStreet", "HomeFaxNumber", "HomePhoneNumber", "JobTitle", "LastName", "MiddleName",
		"MobilePhoneNumber", "OfficeLocation", "OtherAddressCity", "OtherAddressCountry", "OtherAddressPostalCode", "OtherAddressState",
		"OtherAddressStreet", "PagerNumber", "Picture", "RadioPhoneNumber", "Spouse", "Suffix", "Title", "WebPage", "YomiCompanyName",
		"YomiFirstName", "YomiLastName",
		"CustomerId", "GovernmentId", "IMAddress", "IMAddress2", "IMAddress3", "ManagerName", "CompanyMainPhone", "AccountName", "NickName", "MMS",
	} {
		all[e] = true
	}
	return all
}()

// itemWhole returns an item with its card, if it is a contact.
func itemWhole(tx *store.Tx, i *store.Item) (*Item, error) {
	item := itemOf(i)
	if i.Class != ClassContact {
		return item, nil
	}
	c, err := tx.Contact(i.ID)
	if err != nil {
		return nil, err
	}
	card, err := decodeCard(c.Content)
	item.Card = &card
	return item, err
}

// cardField is the content of a contact as the one field that a Change names.
func (s *session) cardField(i *store.Item, change func(Card) Card) (field, error) {
	before, err := s.tx.Contact(i.ID)
	if err != nil {
		return field{}, err
	}
	card, err := decodeCard(before.Content)
	if err != nil {
		return field{}, err
	}
	card = change(card)
	card.clean()
	return field{
		seq: &i.FlagSeq, by: &i.FlagBy, lost: &i.FlagLost, equal: card.encode() == before.Content, merge: true,
		set: func() error { return s.m.storeCard(s.tx, i, card) }, said: said{i.ID, true}, undo: undoFlag,
	}, nil
}

// addContact stores a contact that a client adds.
func (s *session) addContact(c *Command, r *Response) error {
	i, err := s.m.createContact(s.tx, s.folder, Card{}.apply(c.Card, nil))
	if err != nil {
		return err
	}
	if err := s.own(i); err != nil {
		return err
	}
	s.answers[c.ClientID] = i.ID
	r.ServerID, r.Item = serverID(s.folder, i.ID), itemOf(i)
	return nil
}

// addContactAgain answers an Add of a contact that an earlier request with the
// same key made. The client may have changed it meanwhile: then this is what it
// holds now, unless another has changed the contact too, of which the client is
// told.
func (s *session) addContactAgain(i *store.Item, ch *CardChange) error {
	f, err := s.cardField(i, func(Card) Card { return Card{}.apply(ch, nil) })
	if err != nil {
		return err
	}
	others := i.FlagSeq > 0 && i.FlagBy != s.device
	switch {
	case f.equal && others: // as the device has it
		return nil
	case others:
		if i.FlagSeq, err = s.tx.Bump(); err != nil {
			return err
		}
		i.FlagBy, i.FlagLost = "", false
		return s.tx.UpdateItem(i)
	}
	if err := s.write(i, f, false); err != nil {
		return err
	}
	return s.tx.UpdateItem(i)
}

// moveContact moves a contact to another folder, where it has a new id.
func (m *Mailbox) moveContact(tx *store.Tx, i *store.Item, to store.Folder) (id string, err error) {
	if !holdsContacts(to.Type) {
		return "", ErrBadDestination
	}
	c, err := tx.Contact(i.ID)
	if err != nil {
		return "", err
	}
	card, err := decodeCard(c.Content)
	if err != nil {
		return "", err
	}
	if _, err := m.kill(tx, i, ""); err != nil {
		return "", err
	}
	moved, err := m.createContact(tx, to.ID, card)
	if err != nil {
		return "", err
	}
	return serverID(moved.Folder, moved.ID), nil
}
