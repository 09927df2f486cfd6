package easserver

import (
	"html"
	"regexp"
	"strings"
	"time"

	"asms/eas"
	"asms/mailbox"
	"asms/wbxml"
)

// readContact reads what a client says of a contact. It returns false for what
// breaks the rules of the class.
//
// [MS-ASCNTC] 3.1.5.3 Sync Command Request
func readContact(data wbxml.Raw) (*mailbox.CardChange, bool) {
	if data.Tag() == 0 {
		return &mailbox.CardChange{}, true
	}
	c, err := eas.DecodeContact(data)
	if err != nil {
		return nil, false
	}
	ch := &mailbox.CardChange{Fields: c.Values(), Note: contactNote(c.Body)}
	for _, element := range []string{"Birthday", "Anniversary"} {
		day, named := ch.Fields[element]
		if !named || day == "" {
			continue
		}
		t, err := time.Parse(time.RFC3339, day)
		if err != nil {
			t, err = time.Parse("20060102T150405Z", day)
		}
		if err != nil {
			return nil, false
		}
		ch.Fields[element] = t.UTC().Format(timeFormat)
	}
	if c.Categories != nil {
		ch.Categories = &c.Categories.Category
	}
	if c.Children != nil {
		ch.Children = &c.Children.Child
	}
	return ch, ch.Check() == nil
}

// contactNote returns the notes that a body holds, nil when it holds none that
// can be taken: what was cut off by the server comes back cut.
//
// [MS-ASCNTC] 3.1.5.4 Truncating the Contact Notes Field
func contactNote(b *eas.Body) *string {
	switch {
	case b == nil, deref(b.Truncated):
		return nil
	case b.Data == nil:
		if deref(b.EstimatedDataSize) > 0 {
			return nil
		}
		return eas.Ptr("")
	case b.Type == eas.BodyHTML:
		return eas.Ptr(plainOf(*b.Data))
	case b.Type == eas.BodyPlain:
		return eas.Ptr(strings.ReplaceAll(*b.Data, "\r\n", "\n"))
	}
	return nil
}

// plainOf is the text of simple HTML.
func plainOf(s string) string {
	s = htmlHidden.ReplaceAllString(s, "")
	s = htmlSpace.ReplaceAllString(s, " ")
	s = htmlBreak.ReplaceAllString(s, "\n")
	s = html.UnescapeString(htmlTag.ReplaceAllString(s, ""))
	lines := strings.Split(strings.TrimSpace(s), "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.Join(lines, "\n")
}

var (
	htmlHidden = regexp.MustCompile(`(?is)<head\b.*?</head>|<style\b.*?</style>|<script\b.*?</script>|<!--.*?-->`)
	htmlSpace  = regexp.MustCompile(`\s+`)
)

// contactAdd reads an Add over a folder for contacts.
//
// [MS-ASCMD] 2.2.3.7.2 Add (Sync)
func contactAdd(a *eas.ClientAdd) (cmd mailbox.Command, ok bool) {
	if a.Class != "" && a.Class != eas.ClassContacts || len(a.ClientID) > eas.MaxIDLength || a.ApplicationData.Tag() == 0 {
		return cmd, false
	}
	card, ok := readContact(a.ApplicationData)
	return mailbox.Command{Kind: mailbox.CommandAdd, ClientID: string(a.ClientID), Card: card}, ok
}

// contactChange reads a Change over a folder for contacts.
//
// [MS-ASCMD] 2.2.3.24 Change
func contactChange(c *eas.ClientChange) (cmd mailbox.Command, ok bool) {
	if c.InstanceID != "" {
		return cmd, false
	}
	cmd = mailbox.Command{Kind: mailbox.CommandChange, ServerID: string(c.ServerID)}
	if c.ApplicationData.Tag() == 0 { // nothing to change
		return cmd, true
	}
	card, ok := readContact(c.ApplicationData)
	if ok && (len(card.Fields) > 0 || card.Categories != nil || card.Children != nil || card.Note != nil) { // else it names nothing
		cmd.Card = card
	}
	return cmd, ok
}

// contactProperties is a contact as the server sends it. In a change the notes
// are there even if there are none any more.
//
// [MS-ASCNTC] 2.2.2 Elements
func contactProperties(card *mailbox.Card, body []mailbox.BodyPreference, change bool) *eas.Contact {
	c := new(eas.Contact)
	c.SetValues(card.Fields)
	if c.FileAs == nil {
		c.FileAs = text(card.Name())
	}
	if len(card.Categories) > 0 {
		c.Categories = &eas.ContactCategories{Category: card.Categories}
	}
	if len(card.Children) > 0 {
		c.Children = &eas.ContactChildren{Child: card.Children}
	}
	if card.Note != "" || change {
		c.Body, c.NativeBodyType = plainBody(card.Note, body), eas.Ptr(eas.BodyPlain)
	}
	return c
}

// contactData is a contact as application data.
func contactData(card *mailbox.Card, body []mailbox.BodyPreference, change bool) (wbxml.Raw, error) {
	return eas.NewApplicationData(contactProperties(card, body, change))
}

// contactOptions reads the one block of Options over a folder for contacts. They
// have no time, so that a filter says nothing.
//
// [MS-ASCMD] 2.2.3.68.2 FilterType (Sync)
func contactOptions(v eas.Version, o eas.SyncOptions) ([]mailbox.ClassOptions, optionsFault) {
	o.FilterType = nil
	one, fault := classOption(v, &o)
	one.Class = mailbox.ClassContact
	return []mailbox.ClassOptions{one}, fault
}

// supported returns what an initial Sync says of the elements that the client
// manages, nil when it says nothing. It returns false for a list that is none.
//
// [MS-ASCMD] 2.2.3.179 Supported
func supported(c *eas.SyncCollection, t eas.FolderType) (*[]string, bool) {
	if c.SyncKey != eas.SyncKeyInitial || c.Supported.Tag() == 0 || t.Class() != eas.ClassContacts {
		return nil, true
	}
	names, err := eas.SupportedContact(c.Supported)
	return &names, err == nil
}
