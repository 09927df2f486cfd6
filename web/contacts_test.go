package web_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"asms/api"
	"asms/mailbox"
)

// ask makes a request as a user and decodes the answer into into, if that is
// wanted.
func (l *lab) ask(t *testing.T, user, method, path, contentType, body string, into any) (status int, text string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, l.url+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(user, password)
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if into != nil && res.StatusCode < 300 {
		if err := json.Unmarshal(b, into); err != nil {
			t.Fatal(err)
		}
	}
	return res.StatusCode, string(b)
}

const (
	jsonType  = "application/json"
	vcardType = "text/vcard; charset=utf-8"
)

func encoded(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestContacts(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	if _, err := l.accts.AddUser(t.Context(), "bob", password, false); err != nil {
		t.Fatal(err)
	}
	ann := api.Contact{
		Name: "Ann M. Lee", FirstName: "Ann", MiddleName: "M.", LastName: "Lee", Organisation: "ACME",
		Numbers: []api.ContactNumber{{Number: "+1 425 555 0100", Kind: "mobile"}, {Number: "22922", Kind: "work"}, {Number: "+1 425 555 0101", Kind: "mobile"}},
		Emails:  []string{"ann@example.org"}, Note: "likes\nferries",
	}
	var made api.Contact
	if status, text := l.ask(t, "ann", "POST", "/contacts", jsonType, encoded(t, ann), &made); status != 201 {
		t.Fatalf("%d %s", status, text)
	}
	path := "/contacts/" + made.ID
	ann.ID = made.ID
	t.Run("it is as it was given", func(t *testing.T) {
		var got api.Contact
		l.ask(t, "ann", "GET", path, "", "", &got)
		slices.SortFunc(got.Numbers, func(a, b api.ContactNumber) int { return strings.Compare(a.Number, b.Number) })
		want := ann
		want.Numbers = []api.ContactNumber{ann.Numbers[0], ann.Numbers[2], ann.Numbers[1]}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%+v, want %+v", got, want)
		}
	})
	t.Run("what the contract does not know stays", func(t *testing.T) {
		_, err := l.box.ChangeContact(t.Context(), l.user.ID, made.ID, func(c *mailbox.Card) error {
			c.Set("Spouse", "Sam")
			c.Set("FileAs", "Lee, Ann M.")
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		changed := ann
		changed.Organisation, changed.Emails = "", nil
		var got api.Contact
		l.ask(t, "ann", "PUT", path, jsonType, encoded(t, changed), &got)
		c, err := l.box.Contact(t.Context(), l.user.ID, made.ID)
		if err != nil || c.Get("Spouse") != "Sam" || c.Get("FileAs") != "Lee, Ann M." || got.Organisation != "" || got.Emails != nil {
			t.Errorf("%+v %+v %v", c, got, err)
		}
	})
	t.Run("the name follows its parts, unless it is another", func(t *testing.T) {
		for _, c := range []struct{ name, first, last, want string }{
			{"Ann M. Lee", "Anna", "Lee", "Anna Lee"},
			{"Mum", "Anna", "Lee", "Mum"},
			{"Mum", "Anna", "Lee", "Mum"},
			{"", "Anna", "Lee", "Anna Lee"},
			{"Beth Low", "", "", "Beth Low"},
		} {
			var got api.Contact
			l.ask(t, "ann", "PUT", path, jsonType, encoded(t, api.Contact{Name: c.name, FirstName: c.first, LastName: c.last}), &got)
			if got.Name != c.want {
				t.Errorf("%+v: %q", c, got.Name)
			}
		}
	})
	t.Run("what is looked for has a bound", func(t *testing.T) {
		if status, text := l.ask(t, "ann", "GET", "/contacts?q="+strings.Repeat("a", 501), "", "", nil); status != 400 {
			t.Errorf("%d %s", status, text)
		}
	})
	t.Run("it is the owner's alone", func(t *testing.T) {
		for _, method := range []string{"GET", "PUT", "DELETE"} {
			if status, _ := l.ask(t, "bob", method, path, jsonType, `{"name":"x"}`, nil); status != 404 {
				t.Errorf("%s: %d", method, status)
			}
		}
		var list api.Contacts
		if l.ask(t, "bob", "GET", "/contacts", "", "", &list); len(list.Contacts) > 0 || list.Contacts == nil {
			t.Errorf("%+v", list)
		}
	})
	t.Run("a text is no contact", func(t *testing.T) {
		for _, method := range []string{"GET", "DELETE"} {
			if status, _ := l.ask(t, "ann", method, "/contacts/"+l.text, "", "", nil); status != 404 {
				t.Errorf("%s: %d", method, status)
			}
		}
	})
	t.Run("it can be deleted", func(t *testing.T) {
		if status, _ := l.ask(t, "ann", "DELETE", path, "", "", nil); status != 204 {
			t.Errorf("%d", status)
		}
		if status, _ := l.ask(t, "ann", "GET", path, "", "", nil); status != 404 {
			t.Errorf("%d", status)
		}
	})
}

func TestContactsThatAreRefused(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	for _, c := range []struct {
		path, body string
		want       int
	}{
		{"/contacts", `{}`, 400},
		{"/contacts", `{"name":" "}`, 400},
		{"/contacts", `{"name":"x","colour":"red"}`, 400},
		{"/contacts", `{"name":"x","numbers":[{"number":"1","kind":"satellite"}]}`, 400},
		{"/contacts", `{"name":"x","emails":["a","b","c","d"]}`, 400},
		{"/contacts", `{"name":"x","id":"6:1"}`, 400},
		{"/contacts", `{"name":"` + strings.Repeat("x", 40<<10) + `"}`, 400},
		{"/contacts", `{"name":"` + strings.Repeat("x", 2<<20) + `"}`, 413},
		{"/contacts", `{"numbers":[{"number":"1","kind":"mobile"}]}`, 201},
	} {
		if status, text := l.ask(t, "ann", "POST", c.path, jsonType, c.body, nil); status != c.want {
			t.Errorf("%.60s: %d %s", c.body, status, text)
		}
	}
	for path, want := range map[string]int{"/contacts?limit=0": 400, "/contacts?cursor=x": 400, "/contacts?q=%00": 200, "/contacts/6:99": 404, "/contacts/x": 404} {
		if status, text := l.ask(t, "ann", "GET", path, "", "", nil); status != want {
			t.Errorf("%s: %d %s", path, status, text)
		}
	}
}

func TestPagesOfContacts(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	for n := range 7 {
		l.ask(t, "ann", "POST", "/contacts", jsonType, fmt.Sprintf(`{"name":"Person %c"}`, 'G'-n), nil)
	}
	var names []string
	for cursor := ""; ; {
		var list api.Contacts
		l.ask(t, "ann", "GET", "/contacts?limit=3&q=pers&cursor="+cursor, "", "", &list)
		for _, c := range list.Contacts {
			names = append(names, strings.TrimPrefix(c.Name, "Person "))
		}
		if cursor = list.Next; cursor == "" {
			break
		}
	}
	if got := strings.Join(names, ""); got != "ABCDEFG" {
		t.Errorf("%s", got)
	}
}

// phoneExport is as an Android phone writes it, appleExport as an iPhone does.
const phoneExport = "BEGIN:VCARD\r\nVERSION:2.1\r\n" +
	"N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6rg;;Dr.;\r\n" +
	"FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Dr. J=C3=B6rg =\r\nM=C3=BCller\r\n" +
	"TEL;CELL;PREF:0171-123 45 67\r\nTEL;WORK:030 123456\r\nTEL;WORK;FAX:030 123457\r\n" +
	"EMAIL;HOME:joerg@example.org\r\nORG:Fähre AG;Technik\r\nBDAY:1970-05-17\r\n" +
	"PHOTO;ENCODING=BASE64;JPEG:/9j/4AAQ\r\n SkZJRg==\r\n\r\nNOTE:a\\, b\r\nEND:VCARD\r\n"

const appleExport = "BEGIN:VCARD\r\nVERSION:3.0\r\nPRODID:-//Apple Inc.//iOS 18//EN\r\nN:Lee;Ann;;;\r\nFN:Ann Lee\r\n" +
	"item1.TEL;type=pref:+1 (425) 555-0100\r\nitem1.X-ABLabel:_$!<Main>!$_\r\n" +
	"TEL;type=IPHONE;type=CELL;type=VOICE:+1 425 555 0101\r\nitem2.TEL:+1 425 555 0102\r\nitem2.X-ABLabel:Boat\r\n" +
	"ADR;type=HOME;type=pref:;;1 Main St;Redmond;WA;98052;USA\r\nEND:VCARD\r\n"

// numbers makes numbers of pairs of a number and its kind.
func numbers(pairs ...string) (all []api.ContactNumber) {
	for n := 0; n < len(pairs); n += 2 {
		all = append(all, api.ContactNumber{Number: pairs[n], Kind: pairs[n+1]})
	}
	return all
}

func TestImportAndExport(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	take := func(body string) (r api.ImportResult) {
		t.Helper()
		if status, text := l.ask(t, "ann", "POST", "/contacts/import", vcardType, body, &r); status != 200 {
			t.Fatalf("%d %s", status, text)
		}
		return r
	}
	file := phoneExport + appleExport + "BEGIN:VCARD\nVERSION:4.0\nFN:Firm\nORG:Firm\nTEL;VALUE=uri;TYPE=\"voice,work\":tel:+33-1-2345\nEND:VCARD\n" +
		"BEGIN:VCARD\nNOTE:nothing else\nEND:VCARD\nBEGIN:VCARD\nFN:cut off"
	r := take(file)
	if r.Added != 3 || r.Same != 0 || r.Skipped != 2 || len(r.Reasons) != 2 || !strings.HasPrefix(r.Reasons[0], "card ") {
		t.Errorf("%+v", r)
	}
	contacts := func() (list api.Contacts) {
		t.Helper()
		l.ask(t, "ann", "GET", "/contacts", "", "", &list)
		for i := range list.Contacts {
			list.Contacts[i].ID = ""
		}
		return list
	}
	got := contacts().Contacts
	want := []api.Contact{
		{Name: "Ann Lee", FirstName: "Ann", LastName: "Lee", Numbers: numbers("+1 425 555 0101", "mobile", "+1 (425) 555-0100", "company", "+1 425 555 0102", "other")},
		{Name: "Dr. Jörg Müller", FirstName: "Jörg", LastName: "Müller", Organisation: "Fähre AG",
			Numbers: numbers("0171-123 45 67", "mobile", "030 123456", "work", "030 123457", "fax"), Emails: []string{"joerg@example.org"}, Note: "a, b"},
		{Name: "Firm", Organisation: "Firm", Numbers: numbers("+33-1-2345", "work")},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant %+v", got, want)
	}
	t.Run("what a device shows besides is there", func(t *testing.T) {
		page, _, err := l.box.Contacts(t.Context(), l.user.ID, mailbox.ContactQuery{Limit: 9})
		if err != nil {
			t.Fatal(err)
		}
		for field, want := range map[string]string{"Title": "Dr.", "Department": "Technik", "Birthday": "1970-05-17T00:00:00.000Z", "Picture": "/9j/4AAQSkZJRg=="} {
			if got := page[1].Get(field); got != want {
				t.Errorf("%s %q", field, got)
			}
		}
		if got := page[0].Get("HomeAddressStreet") + page[0].Get("HomeAddressCountry"); got != "1 Main StUSA" {
			t.Errorf("address %q", got)
		}
	})
	t.Run("the same once more is the same", func(t *testing.T) {
		if r := take(file); r.Added != 0 || r.Same != 3 {
			t.Errorf("%+v", r)
		}
	})
	t.Run("what is exported can be imported", func(t *testing.T) {
		status, text := l.ask(t, "ann", "GET", "/contacts/export", "", "", nil)
		if status != 200 || strings.Count(text, "BEGIN:VCARD\r\nVERSION:3.0\r\n") != 3 {
			t.Fatalf("%d %s", status, text)
		}
		if r := take(text); r.Added != 0 || r.Same != 3 {
			t.Errorf("the same: %+v", r)
		}
		if _, err := l.accts.AddUser(t.Context(), "bob", password, false); err != nil {
			t.Fatal(err)
		}
		l.ask(t, "bob", "POST", "/contacts/import", vcardType, text, nil)
		_, again := l.ask(t, "bob", "GET", "/contacts/export", "", "", nil)
		if again != text {
			t.Errorf("%s\nbecame %s", text, again)
		}
	})
}

func TestImportsThatAreRefused(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	card := "BEGIN:VCARD\nFN:x\nEND:VCARD\n"
	for _, c := range []struct {
		name, contentType, body string
		want                    int
	}{
		{"another type", jsonType, card, 415},
		{"no type", "", card, 415},
		{"no card", vcardType, "hello", 400},
		{"nothing", vcardType, "", 400},
		{"too many", vcardType, strings.Repeat(card, 20_001), 413},
		{"too large", vcardType, strings.Repeat(" ", 10<<20+1), 413},
		{"more than other requests", vcardType, "BEGIN:VCARD\nFN:x\nNOTE:" + strings.Repeat(" ", 2<<20) + "\nEND:VCARD", 200},
	} {
		if status, text := l.ask(t, "ann", "POST", "/contacts/import", c.contentType, c.body, nil); status != c.want {
			t.Errorf("%s: %d %.200s", c.name, status, text)
		}
	}
}
