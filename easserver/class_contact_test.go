package easserver

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"asms/eas"
	"asms/mailbox"
	"asms/wbxml"
)

// book is a device with the contacts of its user.
type book struct {
	*device
	t *testing.T
}

// sync synchronizes the contacts and keeps the key that comes.
func (b *book) sync(inner string) *reply {
	b.t.Helper()
	r := b.send("Sync", contactsXML(b.collection(contacts, inner)))
	if r.code != 200 {
		b.t.Fatalf("HTTP %d\n%s", r.code, r.xml())
	}
	b.take(r)
	return r
}

// contactsXML wraps a collection that holds contacts into a Sync.
func contactsXML(collection string) string {
	return strings.Replace(syncXML(collection, ""), `xmlns="AirSync"`, `xmlns="AirSync" xmlns:c="Contacts" xmlns:c2="Contacts2"`, 1)
}

// book begins the contacts of a device. Supported follows the collection id.
func (l *lab) book(t *testing.T, user, id string, v eas.Version, supported string) (*book, []*element) {
	t.Helper()
	b := &book{l.phone(user, id, v), t}
	b.sync(supported)
	return b, b.pull()
}

// pull takes all changes.
func (b *book) pull() (list []*element) {
	b.t.Helper()
	for {
		r := b.sync("")
		for _, c := range r.tree.all(one + "Commands") {
			list = append(list, c.children...)
		}
		if r.tree.at(one+"MoreAvailable") == "-" {
			return list
		}
	}
}

func contactAddXML(clientID, data string) string {
	return `<Add><ClientId>` + clientID + `</ClientId><ApplicationData>` + data + `</ApplicationData></Add>`
}

func contactChangeXML(id, data string) string {
	return `<Change><ServerId>` + id + `</ServerId><ApplicationData>` + data + `</ApplicationData></Change>`
}

// added is a contact that a device adds; it returns its server id.
func (b *book) added(clientID, data string) string {
	b.t.Helper()
	r := b.sync(commands(contactAddXML(clientID, data)))
	r.want(b.t, one+"Responses/Add/Status", "1")
	return r.tree.at(one + "Responses/Add/ServerId")
}

// changed is the answer to a Change: "-" stands for success, which is not told.
func (b *book) changed(id, data string) *reply {
	b.t.Helper()
	return b.sync(commands(contactChangeXML(id, data)))
}

const changeStatus = one + "Responses/Change/Status"

func TestContactClass(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, v eas.Version) {
		l := newLab(t)
		user := l.user("anna")
		a, items := l.book(t, "anna", "A1", v, "")
		if len(items) > 0 {
			t.Fatalf("%d items at the beginning", len(items))
		}
		b, _ := l.book(t, "anna", "B1", v, "")
		id := a.added("c1", `<c:FirstName>Ann</c:FirstName><c:LastName>Lee</c:LastName><c:MobilePhoneNumber>+1 425 555 0123</c:MobilePhoneNumber>`+
			`<c2:NickName>Annie</c2:NickName><c:Categories><c:Category>ferry</c:Category></c:Categories>`+
			`<airsyncbase:Body><airsyncbase:Type>1</airsyncbase:Type><airsyncbase:Data>a note</airsyncbase:Data></airsyncbase:Body>`)

		list := b.pull()
		if len(list) != 1 {
			t.Fatalf("%d changes", len(list))
		}
		for path, want := range map[string]string{
			"ServerId": id, "Class": "-", "ApplicationData/FirstName": "Ann", "ApplicationData/LastName": "Lee", "ApplicationData/NickName": "Annie",
			"ApplicationData/MobilePhoneNumber": "+1 425 555 0123", "ApplicationData/Categories/Category": "ferry",
			"ApplicationData/Body/Data": "a note", "ApplicationData/Body/Type": "1", "ApplicationData/FileAs": "Ann Lee", "ApplicationData/Children": "-",
		} {
			if got := list[0].at(path); got != want {
				t.Errorf("%s: %q, want %q", path, got, want)
			}
		}
		names, err := l.mailbox.Names(context.Background(), user, []string{"+14255550123"})
		if err != nil || names["+14255550123"] != (mailbox.ContactName{Contact: id, Name: "Ann Lee"}) {
			t.Errorf("names %v %v", names, err)
		}

		b.changed(id, `<c:FirstName>Anna</c:FirstName><c:LastName>Lee</c:LastName>`).want(t, changeStatus, "-")
		list = a.pull()
		if len(list) != 1 || list[0].tag != "AirSync Change" {
			t.Fatalf("%+v", list)
		}
		for path, want := range map[string]string{
			"FirstName": "Anna", "MobilePhoneNumber": "-", "NickName": "-", "Categories": "-", "Body/Data": "a note",
		} {
			if got := list[0].at("ApplicationData/" + path); got != want {
				t.Errorf("changed %s: %q, want %q", path, got, want)
			}
		}

		if _, err := l.mailbox.ChangeContact(context.Background(), user, id, func(c *mailbox.Card) error {
			c.SetName("Mum")
			c.Note = ""
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		r := a.changed(id, `<c:FirstName>Ada</c:FirstName>`)
		r.want(t, changeStatus, "7")
		r.want(t, one+"Commands/Change/ApplicationData/FileAs", "Mum")
		r.want(t, one+"Commands/Change/ApplicationData/FirstName", "Anna")
		r.want(t, one+"Commands/Change/ApplicationData/Body/EstimatedDataSize", "0")
		b.pull()

		b.sync(commands(`<Delete><ServerId>`+id+`</ServerId></Delete>`)).want(t, one+"Responses", "-")
		if list = a.pull(); len(list) != 1 || list[0].tag != "AirSync Delete" || list[0].at("Class") != "-" {
			t.Errorf("%+v", list)
		}
		a.changed(id, `<c:FirstName>x</c:FirstName>`).want(t, changeStatus, "8")
	})
}

func TestEveryElementOfAContactGoesAround(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.user("anna")
	want := map[string]string{}
	names := new(eas.Contact)
	all := map[string]string{}
	for _, e := range eas.ContactElements() {
		all[e] = "<" + e + "> ü"
	}
	all["Birthday"], all["Anniversary"], all["Picture"], all["WeightedRank"] = "1970-05-17T00:00:00.000Z", "2000-01-01T11:00:00.000Z", "cGljdHVyZQ==", "3"
	names.SetValues(all)
	for e, value := range names.Values() {
		want[e] = value
	}
	if len(want) != 60 {
		t.Errorf("%d elements that hold a value", len(want))
	}
	names.Children = &eas.ContactChildren{Child: []string{"Kim", "Lou"}}
	names.Categories = &eas.ContactCategories{Category: []string{"a", "b"}}
	data, err := eas.NewApplicationData(names)
	if err != nil {
		t.Fatal(err)
	}
	a, _ := l.book(t, "anna", "A1", eas.Version161, "")
	req := &eas.SyncRequest{Collections: &eas.SyncCollections{Collection: []eas.SyncCollection{{
		SyncKey: eas.SyncKey(a.keys[contacts]), CollectionID: contacts,
		Commands: &eas.ClientCommands{Items: []eas.ClientCommand{{Add: &eas.ClientAdd{ClientID: "1", ApplicationData: data}}}},
	}}}}
	body, err := wbxml.Marshal(req)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := a.do(a.request("Sync", body)); err != nil || r.tree.at(one+"Responses/Add/Status") != "1" {
		t.Fatalf("%v", err)
	}
	b, list := l.book(t, "anna", "B1", eas.Version140, "")
	if len(list) != 1 {
		t.Fatalf("%d contacts", len(list))
	}
	for e, value := range want {
		if got := list[0].at("ApplicationData/" + e); got != value {
			t.Errorf("%s: %q, want %q", e, got, value)
		}
	}
	for path, n := range map[string]int{"Children/Child": 2, "Categories/Category": 2} {
		if got := len(list[0].all("ApplicationData/" + path)); got != n {
			t.Errorf("%s: %d", path, got)
		}
	}
	id := list[0].at("ServerId")
	t.Run("a Fetch brings the same", func(t *testing.T) {
		r := b.sync(commands(`<Fetch><ServerId>` + id + `</ServerId></Fetch>`))
		r.want(t, one+"Responses/Fetch/ApplicationData/Spouse", want["Spouse"])
	})
	t.Run("and ItemOperations", func(t *testing.T) {
		r := b.must("ItemOperations", operationsXML(fetchXML(contacts, id, "")))
		r.want(t, fetched1+"Status", "1")
		r.want(t, fetched1+"Class", "Contacts")
		r.want(t, fetched1+"Properties/Spouse", want["Spouse"])
	})
}

func TestSupported(t *testing.T) {
	t.Parallel()
	const data = `<c:FirstName>Ann</c:FirstName><c:LastName>Lee</c:LastName><c:Spouse>Sam</c:Spouse><c:Children><c:Child>Kim</c:Child></c:Children>`
	for _, c := range []struct{ name, supported, left string }{
		{"MS-ASCMD_R5906 absent: nothing is ghosted", "", "FirstName"},
		{"MS-ASCMD_R5907 what it lists is not ghosted", `<Supported><c:LastName/><c:Children/><c2:NickName/></Supported>`, "FirstName Spouse"},
		{"MS-ASCMD_R5909 empty: all is ghosted", `<Supported/>`, "FirstName LastName Spouse Children"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			l.user("anna")
			a, _ := l.book(t, "anna", "A1", eas.Version141, c.supported)
			id := a.added("1", data)
			a.changed(id, `<c:FirstName>Anna</c:FirstName>`).want(t, changeStatus, "-")
			_, list := l.book(t, "anna", "B1", eas.Version141, "")
			var left []string
			for _, name := range strings.Fields("FirstName LastName Spouse Children") {
				if list[0].at("ApplicationData/"+name) != "-" {
					left = append(left, name)
				}
			}
			if got := strings.Join(left, " "); got != c.left {
				t.Errorf("%s, want %s", got, c.left)
			}
		})
	}
	t.Run("MS-ASCMD_R4551 with another key it says nothing", func(t *testing.T) {
		t.Parallel()
		l := newLab(t)
		l.user("anna")
		a, _ := l.book(t, "anna", "A1", eas.Version141, "")
		a.sync(`<Supported/>`).wantEmpty(t)
		id := a.added("1", data)
		a.changed(id, `<c:FirstName>Anna</c:FirstName>`)
		_, list := l.book(t, "anna", "B1", eas.Version141, "")
		if got := list[0].at("ApplicationData/Spouse"); got != "-" {
			t.Errorf("Spouse %s", got)
		}
	})
}

func TestContactsThatAreInvalid(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	user := l.user("anna")
	a, _ := l.book(t, "anna", "A1", eas.Version161, "")
	for name, data := range map[string]string{
		"a picture of more than 48 KB":  `<c:Picture>` + strings.Repeat("A", eas.MaxPicture+1) + `</c:Picture>`,
		"an element of another class":   `<email:Subject>x</email:Subject>`,
		"a birthday that is none":       `<c:Birthday>soon</c:Birthday>`,
		"an element twice":              `<c:FirstName>a</c:FirstName><c:FirstName>b</c:FirstName>`,
		"more categories than there be": `<c:Categories>` + strings.Repeat(`<c:Category>x</c:Category>`, 301) + `</c:Categories>`,
	} {
		r := a.sync(commands(contactAddXML("x", data)))
		if got := r.tree.at(one + "Responses/Add/Status"); got != "6" {
			t.Errorf("%s: %s", name, got)
		}
	}
	t.Run("a picture of 48 KB is taken", func(t *testing.T) {
		id := a.added("y", `<c:Picture>`+strings.Repeat("A", eas.MaxPicture)+`</c:Picture>`)
		a.changed(id, `<c:Picture>`+strings.Repeat("A", eas.MaxPicture+1)+`</c:Picture>`).want(t, changeStatus, "6")
	})
	t.Run("a Change that names nothing changes nothing", func(t *testing.T) {
		id := a.added("n", `<c:FirstName>Ann</c:FirstName>`)
		a.changed(id, "").want(t, changeStatus, "-")
		if c, err := l.mailbox.Contact(context.Background(), user, id); err != nil || c.Name() != "Ann" {
			t.Errorf("%+v %v", c, err)
		}
		if err := l.mailbox.DeleteContact(context.Background(), user, id); err != nil {
			t.Error(err)
		}
	})
	t.Run("a day in its short form", func(t *testing.T) {
		id := a.added("d", `<c:Birthday>19700517T000000Z</c:Birthday>`)
		if c, err := l.mailbox.Contact(context.Background(), user, id); err != nil || c.Get("Birthday") != "1970-05-17T00:00:00.000Z" {
			t.Errorf("%+v %v", c, err)
		}
		if err := l.mailbox.DeleteContact(context.Background(), user, id); err != nil {
			t.Error(err)
		}
	})
	t.Run("a text is no contact", func(t *testing.T) {
		r := a.sync(commands(`<Add><Class>Email</Class><ClientId>z</ClientId><ApplicationData/></Add>`))
		r.want(t, one+"Responses/Add/Status", "6")
	})
	page, _, err := l.mailbox.Contacts(context.Background(), user, mailbox.ContactQuery{Limit: 9})
	if err != nil || len(page) != 1 {
		t.Errorf("%v %v", page, err)
	}
}

func TestNotesOfContacts(t *testing.T) {
	t.Parallel()
	body := func(typ, rest string) string {
		return `<airsyncbase:Body><airsyncbase:Type>` + typ + `</airsyncbase:Type>` + rest + `</airsyncbase:Body>`
	}
	l := newLab(t)
	l.user("anna")
	a, _ := l.book(t, "anna", "A1", eas.Version161, "")
	b, _ := l.book(t, "anna", "B1", eas.Version161, "")
	id := a.added("1", `<c:FirstName>Ann</c:FirstName>`+body("1", `<airsyncbase:Data>first</airsyncbase:Data>`))
	for _, c := range []struct{ name, data, want string }{
		{"left out", ``, "first"},
		{"cut off by the server", body("1", `<airsyncbase:EstimatedDataSize>5</airsyncbase:EstimatedDataSize><airsyncbase:Truncated>1</airsyncbase:Truncated><airsyncbase:Data>fi</airsyncbase:Data>`), "first"},
		{"HTML", body("2", `<airsyncbase:Data>&lt;html&gt;&lt;head&gt;&lt;style&gt;p{}&lt;/style&gt;&lt;/head&gt;&lt;p&gt;one &amp;amp;&#10; two&lt;br/&gt;three&lt;/p&gt;&lt;/html&gt;</airsyncbase:Data>`), "one & two\nthree"},
		{"RTF, which is not read", body("3", `<airsyncbase:Data>eA==</airsyncbase:Data>`), "one & two\nthree"},
		{"empty", body("1", `<airsyncbase:Data></airsyncbase:Data>`), ""},
	} {
		a.changed(id, `<c:FirstName>Ann`+c.name+`</c:FirstName>`+c.data).want(t, changeStatus, "-")
		list := b.pull()
		if len(list) != 1 {
			t.Fatalf("%s: %d changes", c.name, len(list))
		}
		if got := list[0].at("ApplicationData/Body/Data"); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	t.Run("as much as is wanted", func(t *testing.T) {
		a.changed(id, `<c:FirstName>Ann</c:FirstName>`+body("1", `<airsyncbase:Data>a longer note</airsyncbase:Data>`))
		r := b.sync(`<Options><airsyncbase:BodyPreference><airsyncbase:Type>1</airsyncbase:Type><airsyncbase:TruncationSize>3</airsyncbase:TruncationSize></airsyncbase:BodyPreference></Options>`)
		r.want(t, one+"Commands/Change/ApplicationData/Body/Data", "a l")
		r.want(t, one+"Commands/Change/ApplicationData/Body/Truncated", "1")
	})
}

func TestContactsAndTheRestOfTheProtocol(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	user := l.user("anna")
	l.user("bert")
	a, _ := l.book(t, "anna", "A1", eas.Version141, "")
	for n := range 5 {
		if _, err := l.mailbox.AddContact(context.Background(), user, mailbox.Card{Fields: map[string]string{"FirstName": fmt.Sprint("P", n)}}); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("GetItemEstimate counts them", func(t *testing.T) {
		r := a.must("GetItemEstimate", `<GetItemEstimate xmlns="GetItemEstimate" xmlns:airsync="AirSync"><Collections><Collection><airsync:SyncKey>`+
			a.keys[contacts]+`</airsync:SyncKey><CollectionId>`+contacts+`</CollectionId></Collection></Collections></GetItemEstimate>`)
		r.want(t, "Response/Collection/Estimate", "5")
	})
	t.Run("a window and a filter, which says nothing here", func(t *testing.T) {
		r := a.sync(`<WindowSize>2</WindowSize><Options><FilterType>2</FilterType></Options>`)
		if n := len(r.tree.all(one + "Commands/Add")); n != 2 || r.tree.at(one+"MoreAvailable") == "-" {
			t.Errorf("%d\n%s", n, r.xml())
		}
		if n := len(a.pull()); n != 3 {
			t.Errorf("and %d", n)
		}
		l.clock.advance(90 * 24 * time.Hour)
		if list := a.pull(); len(list) > 0 {
			t.Errorf("%v", list)
		}
	})
	t.Run("a Ping wakes for a new one", func(t *testing.T) {
		p := a.background("Ping", `<Ping xmlns="Ping"><HeartbeatInterval>60</HeartbeatInterval><Folders><Folder><Id>`+contacts+
			`</Id><Class>Contacts</Class></Folder></Folders></Ping>`)
		if _, err := l.mailbox.AddContact(context.Background(), user, mailbox.Card{Fields: map[string]string{"FirstName": "New"}}); err != nil {
			t.Fatal(err)
		}
		r := p.within(t, 5*time.Second)
		r.want(t, "Status", "2")
		r.want(t, "Folders/Folder", contacts)
		if list := a.pull(); len(list) != 1 {
			t.Errorf("%v", list)
		}
	})
	t.Run("an Add whose answer was lost is one contact", func(t *testing.T) {
		key := a.keys[contacts]
		first := a.added("lost", `<c:FirstName>Lost</c:FirstName>`)
		a.keys[contacts] = key
		if again := a.added("lost", `<c:FirstName>Lost</c:FirstName>`); again != first {
			t.Errorf("%s and %s", first, again)
		}
		if list := a.pull(); len(list) > 0 {
			t.Errorf("%v", list)
		}
	})
	t.Run("a text cannot be moved among them, nor they among texts", func(t *testing.T) {
		text := l.place(user, inbox, aText("hello"))
		page, _, err := l.mailbox.Contacts(context.Background(), user, mailbox.ContactQuery{Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range [][3]string{{text, inbox, contacts}, {page[0].ID, contacts, inbox}} {
			r := a.must("MoveItems", `<MoveItems xmlns="Move"><Move><SrcMsgId>`+m[0]+`</SrcMsgId><SrcFldId>`+m[1]+`</SrcFldId><DstFldId>`+m[2]+`</DstFldId></Move></MoveItems>`)
			r.want(t, "Response/Status", "2")
		}
	})
	t.Run("the other folders know nothing of them", func(t *testing.T) {
		if items := a.begin(deleted, ""); len(items) > 0 {
			t.Errorf("%v", items)
		}
	})
	t.Run("nor do other users", func(t *testing.T) {
		b, list := l.book(t, "bert", "B1", eas.Version141, "")
		page, _, err := l.mailbox.Contacts(context.Background(), user, mailbox.ContactQuery{Limit: 1})
		if err != nil || len(list) > 0 {
			t.Fatalf("%v %v", list, err)
		}
		b.changed(page[0].ID, `<c:FirstName>x</c:FirstName>`).want(t, changeStatus, "8")
		b.must("ItemOperations", operationsXML(fetchXML(contacts, page[0].ID, ""))).want(t, fetched1+"Status", "6")
	})
}
