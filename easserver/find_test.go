package easserver

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"asms/eas"
	"asms/mailbox"
)

// findXML is a Find; criterion is the content of ExecuteSearch.
func findXML(searchID, criterion string) string {
	return `<Find xmlns="Find" xmlns:airsync="AirSync"><SearchId>` + searchID + `</SearchId><ExecuteSearch>` + criterion + `</ExecuteSearch></Find>`
}

func findMailboxXML(searchID, query, options string) string {
	if options != "" {
		options = "<Options>" + options + "</Options>"
	}
	return findXML(searchID, "<MailBoxSearchCriterion><Query>"+query+"</Query>"+options+"</MailBoxSearchCriterion>")
}

// previews are those of the results, in their order.
func (r *reply) previews() string {
	var list []string
	for _, e := range r.tree.all("Response/Result") {
		list = append(list, e.at("Properties/Preview"))
	}
	return strings.Join(list, "|")
}

func TestFindMailbox(t *testing.T) {
	t.Parallel()
	_, d := searchLab(t, eas.Version161)
	t.Run("MSASCMD S23_TC01 found, the newest first", func(t *testing.T) {
		r := d.must("Find", findMailboxXML("s1", "<FreeText>supper</FreeText>", "<Range>0-9</Range><DeepTraversal/>"))
		r.want(t, "Status", "1")
		r.want(t, "Response/Status", "1")
		if got := r.tree.all("Response")[0].names(); got != "Store Status Result Result Result Range Total" {
			t.Errorf("%q", got)
		}
		if got := r.previews(); got != "supper it is|bring SUPPER|Supper at eight" {
			t.Errorf("%q", got)
		}
		r.want(t, "Response/Range", "0-2")
		r.want(t, "Response/Total", "3")
		first := r.tree.all("Response/Result")[0]
		if got := first.names(); got != "Class ServerId CollectionId Properties" || first.at("CollectionId") != sent || first.at("Class") != "SMS" {
			t.Errorf("%s", r.xml())
		}
		for name, want := range map[string]string{"From": me, "DisplayTo": pat, "Read": "0", "IsDraft": "0", "HasAttachments": "0",
			"DateReceived": "2026-11-04T10:00:00.000Z", "Subject": "-"} {
			if got := first.at("Properties/" + name); got != want {
				t.Errorf("%s %q, want %q", name, got, want)
			}
		}
		d.must("ItemOperations", `<ItemOperations xmlns="ItemOperations" xmlns:airsync="AirSync"><Fetch><Store>Mailbox</Store><airsync:CollectionId>`+first.at("CollectionId")+
			`</airsync:CollectionId><airsync:ServerId>`+first.at("ServerId")+`</airsync:ServerId></Fetch></ItemOperations>`).want(t, "Response/Fetch/Status", "1")
	})
	for _, c := range []struct{ name, query, want string }{
		{"MS-ASCMD_R901100613 mails are no texts", "<FreeText>supper</FreeText><airsync:Class>Email</airsync:Class>", "-"},
		{"texts for whoever asks", "<FreeText>supper</FreeText><airsync:Class>SMS</airsync:Class><airsync:CollectionId>1</airsync:CollectionId>", "bring SUPPER|Supper at eight"},
		{"MS-ASCMD_R6659100910 a property", "<FreeText>from:kim</FreeText>", "no time today"},
		{"properties and words", `<FreeText>to:pat AND "supper it"</FreeText>`, "supper it is"},
		{"another property", "<FreeText>subject:supper</FreeText>", "-"},
	} {
		r := d.must("Find", findMailboxXML("s2", c.query, ""))
		r.want(t, "Response/Status", "1")
		if got := r.previews(); got != c.want && !(c.want == "-" && got == "") {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	t.Run("MSASCMD S23_TC06 nothing found is no Result", func(t *testing.T) {
		r := d.must("Find", findMailboxXML("s3", "<FreeText>zebra</FreeText>", ""))
		if got := r.tree.all("Response")[0].names(); got != "Store Status Total" {
			t.Errorf("%s", r.xml())
		}
	})
}

func TestFindStatuses(t *testing.T) {
	t.Parallel()
	l, d := searchLab(t, eas.Version161)
	const free = "<FreeText>supper</FreeText>"
	for _, c := range []struct{ name, xml string }{
		{"no SearchId", `<Find xmlns="Find"><ExecuteSearch><MailBoxSearchCriterion><Query>` + free + `</Query></MailBoxSearchCriterion></ExecuteSearch></Find>`},
		{"no criterion", findXML("s", "")},
		{"two criteria", findXML("s", "<MailBoxSearchCriterion><Query>"+free+"</Query></MailBoxSearchCriterion><GalSearchCriterion><Query>x</Query></GalSearchCriterion>")},
		{"no ExecuteSearch", `<Find xmlns="Find"><SearchId>s</SearchId></Find>`},
		{"no query", findXML("s", "<MailBoxSearchCriterion/>")},
		{"no text", findMailboxXML("s", "<airsync:Class>Email</airsync:Class>", "")},
		{"an empty text", findMailboxXML("s", "<FreeText/>", "")},
		{"MS-ASCMD_R901100613 another class", findMailboxXML("s", free+"<airsync:Class>Calendar</airsync:Class>", "")},
		{"two classes", findMailboxXML("s", free+"<airsync:Class>Email</airsync:Class><airsync:Class>Email</airsync:Class>", "")},
		{"an operator", findMailboxXML("s", "<FreeText>a OR b</FreeText>", "")},
		{"a range that is none", findMailboxXML("s", free, "<Range>9-1</Range>")},
		{"a range beyond 999", findMailboxXML("s", free, "<Range>0-1000</Range>")},
		{"an element that does not belong", findMailboxXML("s", free+"<Status>1</Status>", "")},
	} {
		r := d.must("Find", c.xml)
		if r.tree.at("Status") != "2" || r.tree.at("Response/Status") != "2" {
			t.Errorf("MSASCMD S23_TC02 %s:\n%s", c.name, r.xml())
		}
	}
	t.Run("MSASCMD S23_TC03 the first range starts with 0", func(t *testing.T) {
		d.must("Find", findMailboxXML("s4", free, "<Range>1-9</Range>")).want(t, "Response/Status", "4")
		d.must("Find", findMailboxXML("s4", free, "<Range>0-0</Range>")).want(t, "Response/Range", "0-0")
		r := d.must("Find", findMailboxXML("s4", free, "<Range>1-9</Range>"))
		r.want(t, "Response/Status", "1")
		r.want(t, "Response/Range", "1-2")
		d.must("Find", findMailboxXML("s5", free, "<Range>1-9</Range>")).want(t, "Response/Status", "4")
		r = d.must("Find", findMailboxXML("s4", "<FreeText>time</FreeText>", "<Range>1-9</Range>"))
		r.want(t, "Response/Status", "4")
	})
	t.Run("MSASCMD S23_TC08 FolderSync first", func(t *testing.T) {
		d.must("Find", findMailboxXML("s6", free+"<airsync:CollectionId>4711</airsync:CollectionId>", "")).want(t, "Status", "3")
		l.device("anna", "NEVER", eas.Version161).must("Find", findMailboxXML("s6", free, "")).want(t, "Status", "3")
	})
	t.Run("MS-ASCMD 2.2.1.2 only 16.1 has it", func(t *testing.T) {
		for _, v := range []eas.Version{eas.Version140, eas.Version141, eas.Version160} {
			l.phone("anna", fmt.Sprint("V", int(v)), v).must("Find", findMailboxXML("s7", free, "")).want(t, "Status", "138")
		}
	})
}

func TestFindGAL(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.user("anna")
	l.user("anders")
	d := l.phone("anna", "D1", eas.Version161)
	look := func(query, options string) *reply {
		t.Helper()
		return d.must("Find", findXML("g", "<GalSearchCriterion><Query>"+query+"</Query>"+options+"</GalSearchCriterion>"))
	}
	r := look("an", "<Options><Range>0-0</Range><Picture/></Options>")
	r.want(t, "Status", "1")
	r.want(t, "Response/Store", "GAL")
	r.want(t, "Response/Status", "1")
	r.want(t, "Response/Range", "0-0")
	r.want(t, "Response/Total", "2")
	r.want(t, "Response/Result/Properties/DisplayName", "anders")
	r.want(t, "Response/Result/Properties/EmailAddress", "anders@localhost")
	r.want(t, "Response/Result/Properties/Picture/Status", "173")
	r = look("zebra", "")
	r.want(t, "Response/Status", "1")
	r.want(t, "Response/Total", "0")
	look("", "").want(t, "Response/Status", "2")
}

func TestKeywords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		query string
		want  []mailbox.FindTerm
		bad   bool
	}{
		{query: "", want: nil},
		{query: " eight  o'clock ", want: []mailbox.FindTerm{{Text: "eight"}, {Text: "o'clock"}}},
		{query: `"at eight" FROM:"Pat Lee"`, want: []mailbox.FindTerm{{Text: "at eight"}, {Field: mailbox.FindFrom, Text: "Pat Lee"}}},
		{query: "to: kim AND supp*", want: []mailbox.FindTerm{{Field: mailbox.FindTo, Text: "kim"}, {Text: "supp"}}},
		{query: "http://example.com", want: []mailbox.FindTerm{{Text: "http://example.com"}}},
		{query: `"open`, want: []mailbox.FindTerm{{Text: "open"}}},
		{query: "a OR b", bad: true},
		{query: "NOT a", bad: true},
		{query: "(a b)", bad: true},
	} {
		got, ok := keywords(c.query)
		if ok == c.bad || ok && !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q: %+v %v", c.query, got, ok)
		}
	}
}

func FuzzKeywords(f *testing.F) {
	for _, s := range []string{"a b", `from:"x y" "`, "to:", ":", `""""`, "AND", "* *", "(", "from:from:a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, query string) {
		terms, _ := keywords(query)
		for _, term := range append(terms, freeText(query)...) {
			if strings.TrimSpace(term.Text) == "" {
				t.Errorf("an empty term of %q", query)
			}
		}
	})
}
