package mailbox

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"asms/store"
)

func person(name string, numbers ...string) Card {
	var c Card
	c.SetName(name)
	var all []CardNumber
	for _, n := range numbers {
		all = append(all, CardNumber{Number: n, Kind: "mobile"})
	}
	c.SetNumbers(all)
	return c
}

func (l *lab) contact(c Card) string {
	l.t.Helper()
	got, err := l.m.AddContact(l.ctx, l.user, c)
	l.ok(err)
	return got.ID
}

func (l *lab) contacts(q string) (names []string) {
	l.t.Helper()
	cursor := ""
	for {
		page, next, err := l.m.Contacts(l.ctx, l.user, ContactQuery{Text: q, Limit: 2, Cursor: cursor})
		l.ok(err)
		for _, c := range page {
			names = append(names, c.Name())
		}
		if next == "" {
			return names
		}
		cursor = next
	}
}

func TestNamesOfContacts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		fields map[string]string
	}{
		{"Ann Lee", map[string]string{"FirstName": "Ann", "LastName": "Lee"}},
		{"Ann Lee", map[string]string{"FirstName": "Ann", "LastName": "Lee", "FileAs": "Lee, Ann"}},
		{"Ann Lee", map[string]string{"FirstName": "Ann", "LastName": "Lee", "CompanyName": "ACME", "FileAs": "Lee, Ann (ACME)"}},
		{"Mum", map[string]string{"FirstName": "Ann", "LastName": "Lee", "FileAs": "Mum"}},
		{"Ann M. Lee", map[string]string{"FirstName": "Ann", "MiddleName": "M.", "LastName": "Lee"}},
		{"ACME", map[string]string{"CompanyName": "ACME", "MobilePhoneNumber": "1"}},
		{"Bunny", map[string]string{"NickName": "Bunny", "Email1Address": "a@example.org"}},
		{"a@example.org", map[string]string{"Email1Address": "a@example.org"}},
		{"+1 425", map[string]string{"CarPhoneNumber": "+1 425"}},
		{"", nil},
	} {
		card := Card{Fields: c.fields}
		if got := card.Name(); got != c.name {
			t.Errorf("%v: %q, want %q", c.fields, got, c.name)
		}
		card = card.clone()
		card.SetName(c.name)
		if got := card.Name(); got != c.name && len(c.fields) > 0 {
			t.Errorf("%v set anew: %q, want %q", c.fields, got, c.name)
		}
	}
}

func TestNumbersOfContacts(t *testing.T) {
	t.Parallel()
	number := func(n, kind string) CardNumber { return CardNumber{Number: n, Kind: kind} }
	var c Card
	c.SetNumbers([]CardNumber{number("1", "mobile"), number("2", "mobile"), number("3", "fax"), number("4", "work"), number("5", "work"),
		number("6", "work"), number("7", "other"), number("8", "satellite"), number(" ", "home"), number("9", "pager"), number("10", "pager")})
	got := c.Numbers()
	want := []CardNumber{number("1", "mobile"), number("2", "mobile"), number("4", "work"), number("5", "work"), number("6", "work"),
		number("9", "pager"), number("10", "pager"), number("3", "fax"), number("7", "other"), number("8", "other")}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	for field, want := range map[string]string{"MobilePhoneNumber": "1", "HomePhoneNumber": "2", "Home2PhoneNumber": "6", "CarPhoneNumber": "7"} {
		if got := c.Get(field); got != want {
			t.Errorf("a device sees %s as %s, want %s", field, got, want)
		}
	}
	c.SetNumbers(got)
	if again := c.Numbers(); !slices.Equal(again, want) {
		t.Errorf("set anew: %v", again)
	}
	t.Run("a number that a device changes is of the kind that it shows", func(t *testing.T) {
		c := c.apply(&CardChange{Fields: fields("HomePhoneNumber", "22", "Home2PhoneNumber", "6")}, nil)
		c.clean()
		want := []CardNumber{number("22", "home"), number("6", "work"), number("10", "pager")} // 7 and 8 were left out
		if got := c.Numbers(); !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	})
}

func TestContactsAreListedAndFound(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.m = New(l.st, &Options{Now: l.m.now, Region: "DE"})
	for _, n := range []string{"zoë Zimmer", "Ärztin Adler", "Bob Brown", "bob brown", "Ångström", "Emil 100% Straße"} {
		l.contact(person(n, fmt.Sprintf("0171 %07d", len(n)*1001)))
	}
	l.want("all", l.contacts(""), "Ångström", "Ärztin Adler", "Bob Brown", "bob brown", "Emil 100% Straße", "zoë Zimmer")
	l.want("a prefix of a name", l.contacts("BRO"), "Bob Brown", "bob brown")
	l.want("two", l.contacts("zim zoe"), "zoë Zimmer")
	l.want("the middle of a word", l.contacts("rown"))
	l.want("what LIKE would take", l.contacts("%"))
	l.want("a letter without its accent", l.contacts("strasse"), "Emil 100% Straße")
	l.want("a number at home", l.contacts("0171 0009"), "Bob Brown", "bob brown")
	l.want("and abroad", l.contacts("+491710009"), "Bob Brown", "bob brown")
	if _, _, err := l.m.Contacts(l.ctx, l.user, ContactQuery{Limit: 1, Cursor: "?"}); err != ErrCursor {
		t.Error(err)
	}
}

func TestWhoHasANumber(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.m = New(l.st, &Options{Now: l.m.now, Region: "DE"})
	ann := l.contact(person("Ann", "0171 1234567"))
	l.contact(person("Second Ann", "+49 171 1234567"))
	bank := l.contact(person("My bank", "22922", "BANK"))
	for n := range 300 {
		l.contact(person(fmt.Sprint("P", n), fmt.Sprintf("0172%07d", n)))
	}
	other, err := l.st.CreateUser(l.ctx, "bob", "", false)
	l.ok(err)

	numbers := []string{"+491711234567", "0171/1234567", "22922", "bank", "nobody"}
	for n := range 300 {
		numbers = append(numbers, fmt.Sprintf("+49172%07d", n))
	}
	names, err := l.m.Names(l.ctx, l.user, numbers)
	l.ok(err)
	want := map[string]ContactName{
		"+491711234567": {ann, "Ann"}, "0171/1234567": {ann, "Ann"}, "22922": {bank, "My bank"}, "bank": {bank, "My bank"},
	}
	got := maps.Clone(names)
	maps.DeleteFunc(got, func(_ string, n ContactName) bool { return strings.HasPrefix(n.Name, "P") })
	if !maps.Equal(got, want) || len(names) != 304 {
		t.Errorf("%v of %d, want %v", got, len(names), want)
	}
	t.Run("not of another user", func(t *testing.T) {
		names, err := l.m.Names(l.ctx, other.ID, numbers)
		if err != nil || len(names) > 0 {
			t.Errorf("%v %v", names, err)
		}
		if _, err := l.m.Contact(l.ctx, other.ID, ann); err != ErrItemNotFound {
			t.Error(err)
		}
	})
	t.Run("not when the contact is gone", func(t *testing.T) {
		l.ok(l.m.DeleteContact(l.ctx, l.user, bank))
		names, err := l.m.Names(l.ctx, l.user, []string{"22922"})
		if err != nil || len(names) > 0 {
			t.Errorf("%v %v", names, err)
		}
	})
}

func TestImport(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	cards := []Card{
		person("Ann Lee", "+1 425 555 0100"),
		person("ann  lee", "+14255550100", "+14255550101"), // a number in common
		person("Ann Lee", "+14255550102"),                  // another of that name
		person("Pat", "+14255550100"),                      // another with that number
		person("No number"), person("No number"),
		{Fields: map[string]string{"FirstName": strings.Repeat("x", 40<<10)}},
	}
	added, same, bad, err := l.m.ImportContacts(l.ctx, l.user, cards)
	if err != nil || added != 4 || same != 2 || len(bad) != 1 || bad[6] == nil {
		t.Errorf("%d %d %v %v", added, same, bad, err)
	}
	added, same, _, err = l.m.ImportContacts(l.ctx, l.user, cards)
	if err != nil || added != 0 || same != 6 {
		t.Errorf("again: %d %d %v", added, same, err)
	}
	l.want("contacts", l.contacts(""), "Ann Lee", "Ann Lee", "No number", "Pat")
}

// addressBook begins a device's partnership with the contacts.
func (l *lab) addressBook(id string, supported *[]string) *device {
	l.t.Helper()
	d := &device{l: l, id: id, folder: "6", key: "0", items: map[string]*Item{}}
	d.sync(SyncRequest{Supported: supported})
	d.pull()
	return d
}

func fields(kv ...string) map[string]string {
	m := make(map[string]string)
	for n := 0; n < len(kv); n += 2 {
		m[kv[n]] = kv[n+1]
	}
	return m
}

func (d *device) addContact(client string, kv ...string) Response {
	d.l.t.Helper()
	return d.do(Command{Kind: CommandAdd, ClientID: client, Card: &CardChange{Fields: fields(kv...)}})[0]
}

func (d *device) changeContact(id string, kv ...string) error {
	d.l.t.Helper()
	return d.do(Command{Kind: CommandChange, ServerID: id, Card: &CardChange{Fields: fields(kv...)}})[0].Err
}

// names are the contacts that a device has, as it was told.
func (d *device) names() (all []string) {
	for _, i := range d.items {
		all = append(all, i.Card.Name())
	}
	slices.Sort(all)
	return all
}

func TestDevicesAndTheWebAppShareContacts(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	there := l.contact(person("There before", "+1 425 555 0100"))
	a, b := l.addressBook("A", nil), l.addressBook("B", nil)
	l.want("a new device", a.names(), "There before")

	r := a.addContact("1", "FirstName", "Ann", "LastName", "Lee", "MobilePhoneNumber", "+1 425 555 0101", "Spouse", "Sam")
	l.ok(r.Err)
	if len(a.last.Changes) > 0 {
		t.Error("a device is told of its own contact")
	}
	b.pull()
	l.want("the other device", b.names(), "Ann Lee", "There before")
	l.want("the web app", l.contacts(""), "Ann Lee", "There before")

	t.Run("a change in the web app keeps what it does not show", func(t *testing.T) {
		_, err := l.m.ChangeContact(l.ctx, l.user, r.ServerID, func(c *Card) error { c.SetEmails([]string{"ann@example.org"}); return nil })
		l.ok(err)
		for _, d := range []*device{a, b} {
			d.pull()
			if c := d.last; len(d.items) > 2 || len(c.Changes) > 1 {
				t.Errorf("%+v", c)
			}
		}
		got, err := l.m.Contact(l.ctx, l.user, r.ServerID)
		if err != nil || got.Get("Spouse") != "Sam" || got.Get("Email1Address") != "ann@example.org" {
			t.Errorf("%+v %v", got, err)
		}
	})
	t.Run("no change is no news", func(t *testing.T) {
		_, err := l.m.ChangeContact(l.ctx, l.user, r.ServerID, func(*Card) error { return nil })
		l.ok(err)
		if d := a.pull(); len(d.Changes) > 0 {
			t.Errorf("%+v", d.Changes)
		}
	})
	t.Run("a change on a device reaches the others", func(t *testing.T) {
		l.ok(a.changeContact(r.ServerID, "FirstName", "Anna", "LastName", "Lee"))
		if len(a.last.Changes) > 0 {
			t.Error("the device is told of its own change")
		}
		d := b.pull()
		if len(d.Changes) != 1 || d.Changes[0].Kind != ChangeUpdate || d.Changes[0].Item.Card.Name() != "Anna Lee" {
			t.Errorf("%+v", d.Changes)
		}
		l.want("the web app", l.contacts(""), "Anna Lee", "There before")
		if names, err := l.m.Names(l.ctx, l.user, []string{"+14255550101"}); err != nil || len(names) > 0 {
			t.Errorf("the number was left out and is still known: %v %v", names, err)
		}
	})
	t.Run("two at once: the server's version wins and is told", func(t *testing.T) {
		l.ok(b.changeContact(r.ServerID, "FirstName", "Beth"))
		if err := a.changeContact(r.ServerID, "FirstName", "Ada"); err != ErrConflict {
			t.Errorf("%v", err)
		}
		c := a.last.Changes
		if len(c) != 1 || c[0].Item.Card.Name() != "Beth" {
			t.Errorf("%+v", c)
		}
		l.want("the web app", l.contacts(""), "Beth", "There before")
	})
	t.Run("unless the client is to win", func(t *testing.T) {
		l.ok(b.changeContact(r.ServerID, "FirstName", "Bea"))
		d := a.sync(SyncRequest{GetChanges: true, Options: []ClassOptions{{Class: ClassContact, ClientWins: true}},
			Commands: []Command{{Kind: CommandChange, ServerID: r.ServerID, Card: &CardChange{Fields: fields("FirstName", "Amy")}}}})
		l.ok(d.Responses[0].Err)
		l.want("the web app", l.contacts(""), "Amy", "There before")
		b.pull()
	})
	t.Run("a deletion is for good", func(t *testing.T) {
		l.ok(a.delete(r.ServerID))
		if d := b.pull(); len(d.Changes) != 1 || d.Changes[0].Kind != ChangeDelete {
			t.Errorf("%+v", d.Changes)
		}
		l.want("the web app", l.contacts(""), "There before")
		l.want("Deleted Items", l.look("3"))
		l.ok(l.m.DeleteContact(l.ctx, l.user, there))
		a.pull()
		l.want("the device", a.names())
	})
}

func TestElementsThatAreLeftOut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		supported *[]string
		left      []string // fields after a Change that names FirstName alone
	}{
		{"MS-ASCMD_R5906 none said: what is left out is taken away", nil, []string{"FirstName"}},
		{"MS-ASCMD_R5907 what is supported is taken away", &[]string{"LastName", "Spouse", "Categories"}, []string{"FirstName", "NickName", "Picture"}},
		{"MS-ASCMD_R5909 nothing supported: all stays", &[]string{}, []string{"FirstName", "LastName", "NickName", "Picture", "Spouse"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			id := l.contact(Card{
				Fields: fields("FirstName", "Ann", "LastName", "Lee", "Spouse", "Sam", "NickName", "A", "Picture", "cGlj"), Note: "note",
				Categories: []string{"x"}, Children: []string{"Kim"}, More: []CardNumber{{Number: "7", Kind: "other"}},
			})
			d := l.addressBook("A", c.supported)
			l.ok(d.changeContact(id, "FirstName", "Anna"))
			got, err := l.m.Contact(l.ctx, l.user, id)
			l.ok(err)
			if f := slices.Sorted(maps.Keys(got.Fields)); !slices.Equal(f, c.left) || got.Note != "note" || len(got.More) != 1 {
				t.Errorf("%v %+v", f, got)
			}
			if (len(got.Categories) > 0) != (c.supported != nil && len(*c.supported) == 0) || (len(got.Children) > 0) != (c.supported != nil) {
				t.Errorf("lists %v %v", got.Categories, got.Children)
			}
		})
	}
	t.Run("an empty element takes its value away, always", func(t *testing.T) {
		t.Parallel()
		l := newLab(t)
		id := l.contact(Card{Fields: fields("FirstName", "Ann", "LastName", "Lee"), Note: "note"})
		d := l.addressBook("A", &[]string{})
		empty := ""
		r := d.do(Command{Kind: CommandChange, ServerID: id, Card: &CardChange{Fields: fields("LastName", ""), Note: &empty}})
		l.ok(r[0].Err)
		if got, err := l.m.Contact(l.ctx, l.user, id); err != nil || got.Name() != "Ann" || got.Note != "" {
			t.Errorf("%+v %v", got, err)
		}
	})
}

func TestLostAnswersAboutContacts(t *testing.T) {
	t.Parallel()
	add := func(first string) Command {
		return Command{Kind: CommandAdd, ClientID: "c", Card: &CardChange{Fields: fields("FirstName", first)}}
	}
	lost := func(l *lab, d *device, c ...Command) {
		l.t.Helper()
		_, err := l.m.Sync(l.ctx, d.partnership(), SyncRequest{Key: d.key, Window: 100, GetChanges: true, Commands: c})
		l.ok(err)
	}
	t.Run("an Add that is repeated is one contact", func(t *testing.T) {
		t.Parallel()
		l := newLab(t)
		d := l.addressBook("A", nil)
		lost(l, d, add("Ann"))
		lost(l, d, add("Ann"))
		r := d.do(add("Ann"))
		l.ok(r[0].Err)
		l.want("contacts", l.contacts(""), "Ann")
		if len(d.last.Changes) > 0 {
			t.Errorf("%+v", d.last.Changes)
		}
	})
	t.Run("and holds what the device has by then", func(t *testing.T) {
		t.Parallel()
		l := newLab(t)
		d, b := l.addressBook("A", nil), l.addressBook("B", nil)
		lost(l, d, add("Ann"))
		r := d.do(add("Anna"))
		l.ok(r[0].Err)
		b.pull()
		l.want("contacts", l.contacts(""), "Anna")
		l.want("the other device", b.names(), "Anna")
		if c := d.pull(); len(c.Changes) > 0 {
			t.Errorf("%+v", c.Changes)
		}
	})
	t.Run("unless another has changed it", func(t *testing.T) {
		t.Parallel()
		l := newLab(t)
		d, b := l.addressBook("A", nil), l.addressBook("B", nil)
		lost(l, d, add("Ann"))
		b.pull()
		l.ok(b.changeContact(b.only(), "FirstName", "Beth"))
		r := d.do(add("Anna"))
		l.ok(r[0].Err)
		if c := d.last.Changes; len(c) != 1 || c[0].Kind != ChangeUpdate || c[0].Item.Card.Name() != "Beth" {
			t.Errorf("%+v", c)
		}
	})
	t.Run("an Add that is not repeated comes back", func(t *testing.T) {
		t.Parallel()
		l := newLab(t)
		d := l.addressBook("A", nil)
		lost(l, d, add("Ann"))
		d.pull()
		l.want("the device", d.names(), "Ann")
	})
	t.Run("a Change that is not repeated comes back", func(t *testing.T) {
		t.Parallel()
		l := newLab(t)
		id := l.contact(person("Ann"))
		d := l.addressBook("A", nil)
		lost(l, d, Command{Kind: CommandChange, ServerID: id, Card: &CardChange{Fields: fields("FirstName", "Anna")}})
		c := d.pull()
		if len(c.Changes) != 1 || c.Changes[0].Item.Card.Name() != "Anna" {
			t.Errorf("%+v", c.Changes)
		}
	})
	t.Run("a Change that is repeated does not", func(t *testing.T) {
		t.Parallel()
		l := newLab(t)
		id := l.contact(person("Ann"))
		d := l.addressBook("A", nil)
		lost(l, d, Command{Kind: CommandChange, ServerID: id, Card: &CardChange{Fields: fields("FirstName", "Anna")}})
		l.ok(d.changeContact(id, "FirstName", "Anna"))
		if c := d.last.Changes; len(c) > 0 {
			t.Errorf("%+v", c)
		}
	})
	t.Run("nothing again after key 0 but what is there", func(t *testing.T) {
		t.Parallel()
		l := newLab(t)
		d := l.addressBook("A", nil)
		l.ok(d.addContact("c", "FirstName", "Ann").Err)
		again := l.addressBook("A", nil)
		l.want("the device", again.names(), "Ann")
	})
}

func TestContactsThatCannotBe(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	d := l.addressBook("A", nil)
	if r := d.addContact("1", "Picture", strings.Repeat("A", maxPicture+1)); r.Err == nil {
		t.Error("a picture beyond the limit")
	}
	l.ok(d.addContact("2", "Picture", strings.Repeat("A", maxPicture)).Err)
	for _, c := range []Card{
		{Note: strings.Repeat("x", maxNote+1)}, {Categories: make([]string, maxList+1)}, {More: make([]CardNumber, maxMore+1)},
		{Fields: fields("FirstName", "\xff")}, {Note: "\xff"},
	} {
		if _, err := l.m.AddContact(l.ctx, l.user, c); err == nil {
			t.Errorf("%.40v was taken", c)
		}
	}
	if n := len(l.contacts("")); n != 1 {
		t.Errorf("%d contacts", n)
	}
}

func TestControlCharactersOfContactsAreLeftOut(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	id := l.contact(Card{Fields: fields("FirstName", "A\x00nn\u0085", "Spouse", "\x01"), Note: "a\n\x02b", Categories: []string{"\x03", "x"}})
	want := Card{Fields: fields("FirstName", "Ann"), Note: "a\nb", Categories: []string{"x"}}
	got, err := l.m.Contact(l.ctx, l.user, id)
	if err != nil || got.encode() != want.encode() {
		t.Errorf("%s %v", got.encode(), err)
	}
	got, err = l.m.ChangeContact(l.ctx, l.user, id, func(c *Card) error { c.Set("FirstName", "\x00Bob"); return nil })
	if err != nil || got.Name() != "Bob" {
		t.Errorf("%s %v", got.encode(), err)
	}
	d := l.addressBook("A", nil)
	l.ok(d.changeContact(id, "FirstName", "C\x07arl"))
	l.want("names", l.contacts(""), "Carl")
}

func TestContactsMoveAmongTheirFoldersOnly(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	a := l.addressBook("A", nil)
	id := l.contact(person("Ann", "+14255550100"))
	h, err := l.m.FolderSync(l.ctx, l.user, "A", "0")
	l.ok(err)
	_, friends, err := l.m.CreateFolder(l.ctx, l.user, "A", h.Key, "0", "Friends", 14)
	l.ok(err)
	if _, err := l.m.Move(l.ctx, l.user, "A", id, "6", "1"); err != ErrBadDestination {
		t.Errorf("into the Inbox: %v", err)
	}
	moved, err := l.m.Move(l.ctx, l.user, "A", id, "6", friends)
	l.ok(err)
	names, err := l.m.Names(l.ctx, l.user, []string{"+14255550100"})
	if err != nil || names["+14255550100"].Contact != moved {
		t.Errorf("%v %v", names, err)
	}
	a.pull()
	l.want("the folder it left", a.names())
	t.Run("and go with their folder", func(t *testing.T) {
		h, err := l.m.FolderSync(l.ctx, l.user, "A", "0")
		l.ok(err)
		_, err = l.m.DeleteFolder(l.ctx, l.user, "A", h.Key, friends)
		l.ok(err)
		l.want("contacts", l.contacts(""))
	})
}

func TestTheCounterOfContactsMoves(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	var last int64
	moved := func(what string, want bool) {
		t.Helper()
		l.ok(l.st.View(l.ctx, l.user, func(tx *store.Tx) error {
			seq, err := l.m.contactsSeq(tx)
			if (seq > last) != want {
				t.Errorf("%s: %d after %d", what, seq, last)
			}
			last = seq
			return err
		}))
	}
	moved("at first", true)
	id := l.contact(person("Ann"))
	moved("add", true)
	l.send("a text", "+1425")
	moved("a text", false)
	_, err := l.m.ChangeContact(l.ctx, l.user, id, func(c *Card) error { c.Note = "x"; return nil })
	l.ok(err)
	moved("change", true)
	l.ok(l.m.DeleteContact(l.ctx, l.user, id))
	moved("delete", true)
}

func FuzzCard(f *testing.F) {
	f.Add("Ann Lee", "Lee, Ann", "ACME", "0171 1234567", "mobile")
	f.Add("ß ſ ﷺ", "\u0301", "İ", "VODAFONE", "x")
	f.Fuzz(func(t *testing.T, name, filed, firm, number, kind string) {
		c := Card{Fields: fields("CompanyName", firm)}
		c.SetName(name)
		c.Set("FileAs", filed)
		c.SetNumbers([]CardNumber{{Number: number, Kind: kind}, {Number: number, Kind: "mobile"}})
		_ = c.words()
		if again := folded(folded(name)); again != folded(name) {
			t.Errorf("%q folds to %q and %q", name, folded(name), again)
		}
		d, err := decodeCard(c.encode())
		if err != nil || c.check() == nil && d.encode() != c.encode() {
			t.Errorf("%q %v", c.encode(), err)
		}
	})
}

// alikeCards are contacts that are all called the same, or have one number.
var alikeCards = map[string]func(i int) Card{
	"one name": func(i int) Card {
		c := Card{Note: fmt.Sprint(i)}
		c.SetName("Ann Lee")
		return c
	},
	"one number": func(i int) Card { return person(fmt.Sprintf("First%d Last%d", i%500, i), "+15555550100") },
}

// Contacts that are alike are taken in without comparing each with all, and none
// is lost for it.
func TestImportOfManyAlike(t *testing.T) {
	t.Parallel()
	const n = 5 * alike
	for name, one := range alikeCards {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			cards := make([]Card, n)
			for i := range cards {
				cards[i] = one(i)
			}
			added, same, bad, err := l.m.ImportContacts(l.ctx, l.user, append(cards, cards[0]))
			if l.ok(err); added != n || same != 1 || len(bad) > 0 {
				t.Errorf("%d added, %d the same, %v", added, same, bad)
			}
		})
	}
}
