package easserver

import (
	"fmt"
	"strings"
	"testing"

	"asms/eas"
	"asms/mailbox"
)

func resolveXML(inner string) string {
	return `<ResolveRecipients xmlns="ResolveRecipients">` + inner + `</ResolveRecipients>`
}

// What the user's own contacts add to the users of the server.
func TestResolveContacts(t *testing.T) {
	t.Parallel()
	l := newLab(t, func(o *Options) { o.Domain = "example.org" })
	anna := l.user("anna")
	l.user("bert")
	for _, c := range []map[string]string{
		{"FirstName": "Jörg", "LastName": "Lee", "Email1Address": "joerg@home.example", "MobilePhoneNumber": "+491701234567"},
		{"FirstName": "Pat", "LastName": "Lee", "Email1Address": `"Pat Lee" <pat@home.example>`},
		{"FirstName": "Pat", "LastName": "Lee", "Email1Address": "pat@work.example", "Email2Address": "pat@home.example"},
		{"FirstName": "Bert", "Email1Address": "bert@example.org"},
		{"FirstName": "Anna", "LastName": "Moor", "Email1Address": "moor@home.example"},
		{"FirstName": "Silent", "MobilePhoneNumber": "+491707654321"},
	} {
		if _, err := l.mailbox.AddContact(t.Context(), anna, mailbox.Card{Fields: c}); err != nil {
			t.Fatal(err)
		}
	}
	each(t, func(t *testing.T, v eas.Version) {
		d := l.phone("anna", "A"+strings.ReplaceAll(v.String(), ".", ""), v)
		for _, c := range []struct{ to, options, want string }{
			{"Jörg", "", "1 1: 2 joerg@home.example"},
			{"jorg lee", "", "1 1: 2 joerg@home.example"},
			{"0170 1234567", "", "1 1: 2 joerg@home.example"},
			{"PAT@home.example", "", "1 1: 2 pat@home.example"},
			{"Pat Lee", "", "2 2: 2 pat@home.example 2 pat@work.example"},
			{"lee", "", "2 3: 2 joerg@home.example 2 pat@home.example 2 pat@work.example"},
			{"lee", "<Options><MaxAmbiguousRecipients>2</MaxAmbiguousRecipients></Options>", "3 3: 2 joerg@home.example 2 pat@home.example"},
			{"lee", "<Options><MaxAmbiguousRecipients>0</MaxAmbiguousRecipients></Options>", "3 3:"},
			{"bert", "", "1 1: 1 bert@example.org"}, // the user, who is a contact as well
			{"anna", "", "1 1: 1 anna@example.org"}, // called just so
			{"ann", "", "2 2: 1 anna@example.org 2 moor@home.example"},
			{"moor", "<Options><CertificateRetrieval>2</CertificateRetrieval></Options>", "1 1: 2 moor@home.example"},
			{"Silent", "", "4 0:"}, // has no address
			{"**", "", "4 0:"},
			{"l", "", "4 0:"},
		} {
			r := d.must("ResolveRecipients", resolveXML("<To>"+c.to+"</To>"+c.options))
			got := r.tree.at("Response/Status") + " " + r.tree.at("Response/RecipientCount") + ":"
			for _, one := range r.tree.all("Response/Recipient") {
				got += " " + one.at("Type") + " " + one.at("EmailAddress")
			}
			if got != c.want {
				t.Errorf("%q is %q, want %q", c.to, got, c.want)
			}
		}
		if r := l.phone("bert", "B"+strings.ReplaceAll(v.String(), ".", ""), v).must("ResolveRecipients", resolveXML("<To>lee</To>")); r.tree.at("Response/Status") != "4" {
			t.Errorf("somebody else's contacts: %s", r.xml())
		}
	})
}

func TestResolveRecipients(t *testing.T) {
	t.Parallel()
	l := newLab(t, func(o *Options) { o.Domain = "example.org" })
	for _, name := range []string{"anna", "anna.berg", "anton", "bert", "carl@corp.example"} {
		l.user(name)
	}
	each(t, func(t *testing.T, v eas.Version) {
		d := l.phone("anna", "A"+strings.ReplaceAll(v.String(), ".", ""), v)
		ask := func(inner string) *reply {
			t.Helper()
			return d.must("ResolveRecipients", resolveXML(inner))
		}
		t.Run("MS-ASCMD_R4275 a name that is one user's", func(t *testing.T) {
			for to, address := range map[string]string{
				"bert": "bert@example.org", "BERT@Example.org": "bert@example.org", "carl": "carl@corp.example", "berg": "anna.berg@example.org",
				"anna": "anna@example.org", "carl@corp.example": "carl@corp.example", " bert ": "bert@example.org",
			} {
				r := ask("<To>" + to + "</To>")
				r.want(t, "Status", "1")
				r.want(t, "Response/To", to)
				r.want(t, "Response/Status", "1")
				r.want(t, "Response/RecipientCount", "1")
				r.want(t, "Response/Recipient/EmailAddress", address)
				if n := r.tree.all("Response/Recipient")[0].names(); n != "Type DisplayName EmailAddress" {
					t.Errorf("order %q", n)
				}
			}
		})
		t.Run("MS-ASCMD_R4286 a name that is nobody's", func(t *testing.T) {
			for _, to := range []string{"zoe", "nna", "", "*", "example", "bert@elsewhere.example"} {
				r := ask("<To>" + to + "</To>")
				r.want(t, "Status", "1")
				if n := r.tree.all("Response")[0].names(); n != "To Status RecipientCount" || r.tree.at("Response/Status") != "4" || r.tree.at("Response/RecipientCount") != "0" {
					t.Errorf("%q: %s", to, r.xml())
				}
			}
		})
		t.Run("MSASCMD S13_TC08 a name that may be several users'", func(t *testing.T) {
			r := ask("<To>an</To>")
			r.want(t, "Response/Status", "2")
			r.want(t, "Response/RecipientCount", "3")
			if n := len(r.tree.all("Response/Recipient")); n != 3 {
				t.Errorf("%d suggestions", n)
			}
			r = ask("<To>an</To><Options><MaxAmbiguousRecipients>2</MaxAmbiguousRecipients></Options>")
			r.want(t, "Response/Status", "3") // MS-ASCMD_R4282
			r.want(t, "Response/RecipientCount", "3")
			if n := len(r.tree.all("Response/Recipient")); n != 2 {
				t.Errorf("MS-ASCMD_R3249 %d suggestions", n)
			}
		})
		t.Run("MSASCMD S13_TC12 answers are those of the request, in its order", func(t *testing.T) {
			r := ask("<To>zoe</To><To>bert</To><To>an</To>")
			var got []string
			for _, a := range r.tree.all("Response") {
				got = append(got, a.at("To")+" "+a.at("Status"))
			}
			if fmt.Sprint(got) != "[zoe 4 bert 1 an 2]" {
				t.Error(got)
			}
		})
		const times = "<Availability><StartTime>2026-11-23T10:00:00.000Z</StartTime><EndTime>2026-11-23T12:00:00.000Z</EndTime></Availability>"
		t.Run("MSASCMD S13_TC14/16/21 there are no certificates, pictures and calendars", func(t *testing.T) {
			r := ask("<To>bert</To><To>an</To><Options><CertificateRetrieval>2</CertificateRetrieval>" + times + "</Options>")
			r.want(t, "Response/Recipient/Availability/Status", "163")
			r.want(t, "Response/Recipient/Certificates/Status", "7")
			for _, one := range r.tree.all("Response")[1].all("Recipient") { // MS-ASCMD_R4279, MS-ASCMD_R4618
				if one.names() != "Type DisplayName EmailAddress" {
					t.Errorf("a suggestion says %q", one.names())
				}
			}
			ask("<To>bert</To><Options><CertificateRetrieval>1</CertificateRetrieval></Options>").want(t, "Response/Recipient/Certificates", "-")
			picture := ask("<To>bert</To><Options><Picture><MaxSize>100</MaxSize></Picture></Options>")
			if v == eas.Version140 {
				picture.wantTop(t, "5")
			} else {
				picture.want(t, "Response/Recipient/Picture/Status", "173")
			}
		})
		t.Run("what is refused is status 5 of the whole request", func(t *testing.T) {
			span := func(start, end string) string {
				return "<To>bert</To><Options><Availability>" + start + end + "</Availability></Options>"
			}
			for name, inner := range map[string]string{
				"nobody asked for":                      "",
				"MS-ASCMD_R5656 101 names":              strings.Repeat("<To>bert</To>", 101),
				"MSASCMD S13_TC06 257 characters":       "<To>" + strings.Repeat("ä", 257) + "</To>",
				"MSASCMD S13_TC03 a start that is none": span("<StartTime>tomorrow</StartTime>", "<EndTime>2026-11-23T12:00:00.000Z</EndTime>"),
				"no start":                              span("", "<EndTime>2026-11-23T12:00:00.000Z</EndTime>"),
				"MSASCMD S13_TC02 an end that is none":  span("<StartTime>2026-11-23T12:00:00.000Z</StartTime>", "<EndTime>later</EndTime>"),
				"MSASCMD S13_TC04 29 minutes":           span("<StartTime>2026-11-23T12:00:00.000Z</StartTime>", "<EndTime>2026-11-23T12:29:00.000Z</EndTime>"),
				"MSASCMD S13_TC05 43 days":              span("<StartTime>2026-11-01T12:00:00.000Z</StartTime>", "<EndTime>2026-12-14T12:00:00.000Z</EndTime>"),
				"an unknown kind of certificates":       "<To>bert</To><Options><CertificateRetrieval>4</CertificateRetrieval></Options>",
				"suggestions without end":               "<To>bert</To><Options><MaxAmbiguousRecipients>10000</MaxAmbiguousRecipients></Options>",
				"certificates without end":              "<To>bert</To><Options><MaxCertificates>-1</MaxCertificates></Options>",
				"an element that belongs elsewhere":     "<MergedFreeBusy>0</MergedFreeBusy>",
			} {
				if r := ask(inner); r.tree.names() != "Status" || r.tree.at("Status") != "5" {
					t.Errorf("%s: %s", name, r.xml())
				}
			}
			ask(strings.Repeat("<To>bert</To>", 100)).want(t, "Status", "1")
			ask("<To>"+strings.Repeat("ä", 256)+"</To>").want(t, "Response/Status", "4")
			ask(span("<StartTime>2026-11-23T12:00:00.000Z</StartTime>", "")).want(t, "Status", "1") // MS-ASCMD_R2265
		})
	})
}
