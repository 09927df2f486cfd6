package conformance

import (
	"strings"
	"testing"

	"asms/mailbox"
)

func TestResolveRecipients(t *testing.T) { resolving.run(t) }

const (
	resolvedStatus = "Response/Status"
	resolvedCount  = "Response/RecipientCount"
	recipient      = "Response/Recipient/"

	times = "<Availability>" + startTime + endTime + "</Availability>"

	startTime = "<StartTime>2026-11-23T10:00:00.000Z</StartTime>"
	endTime   = "<EndTime>2026-11-23T12:00:00.000Z</EndTime>"
)

// resolve asks who is called so; inner follows the names.
func (d *device) resolve(inner string, names ...string) *answer {
	d.s.Helper()
	return d.command("ResolveRecipients", resolveXML(inner, names...))
}

func resolveXML(inner string, names ...string) string {
	var to string
	for _, name := range names {
		to += el("To", name)
	}
	return `<ResolveRecipients xmlns="ResolveRecipients">` + to + inner + `</ResolveRecipients>`
}

func asking(inner string) string { return "<Options>" + inner + "</Options>" }

// acquaintances is a device of a user of a server with a user bert, and with
// contacts whose names are much alike.
func (s *scene) acquaintances() *device {
	s.Helper()
	s.alone(nil)
	s.server.AddUser(s.T, "bert")
	for _, name := range []string{"Jo", "Pat", "Kim"} {
		card := mailbox.Card{Fields: map[string]string{
			"FirstName": name, "LastName": "Lee", "Email1Address": strings.ToLower(name) + "@home.example",
		}}
		if _, err := s.server.Mailbox.AddContact(s.Context(), s.user.ID, card); err != nil {
			s.Fatal(err)
		}
	}
	return s.device("PHONE")
}

// recipients are who a name may be, by type and address.
func (a *answer) recipients() (list []string) {
	for _, one := range a.root.all("Response/Recipient") {
		list = append(list, one.at("Type")+" "+one.at("EmailAddress"))
	}
	return list
}

// resolving is the command ResolveRecipients.
var resolving = chapter{
	{"ASCMD-S13-TC02", "an end that is none is status 5", func(s *scene) {
		s.device("PHONE").resolve(asking("<Availability>"+startTime+el("EndTime", "later")+"</Availability>"), s.user.Name).wantTop("5")
	}},
	{"ASCMD-S13-TC03", "a start that is none is status 5", func(s *scene) {
		s.device("PHONE").resolve(asking("<Availability>"+el("StartTime", "soon")+endTime+"</Availability>"), s.user.Name).wantTop("5")
	}},
	{"ASCMD-S13-TC04", "an end before the start is status 5", func(s *scene) {
		early := el("EndTime", "2026-11-23T09:00:00.000Z")
		s.device("PHONE").resolve(asking("<Availability>"+startTime+early+"</Availability>"), s.user.Name).wantTop("5")
	}},
	{"ASCMD-S13-TC05", "43 days are status 5", func(s *scene) {
		phone := s.device("PHONE")
		span := func(end string) string {
			return asking("<Availability>" + startTime + el("EndTime", end) + "</Availability>")
		}
		phone.resolve(span("2027-01-04T10:00:00.000Z"), s.user.Name).want("Status", "1")
		phone.resolve(span("2027-01-05T10:00:00.000Z"), s.user.Name).wantTop("5")
	}},
	{"ASCMD-S13-TC06", "a name of 256 characters is looked for, a longer one is status 5", func(s *scene) {
		phone := s.device("PHONE")
		a := phone.resolve("", strings.Repeat("ä", 256))
		a.want("Status", "1")
		a.want(resolvedStatus, "4")
		phone.resolve("", strings.Repeat("ä", 257)).wantTop("5")
	}},
	{"ASCMD-S13-TC07", "a picture that there is not is status 173", func(s *scene) {
		s.device("PHONE").resolve(asking("<Picture><MaxSize>10240</MaxSize></Picture>"), s.address()).want(recipient+"Picture/Status", "173")
	}},
	{"ASCMD-S13-TC08", "a name that three may have", func(s *scene) {
		a := s.acquaintances().resolve("", "Lee")
		a.want("Status", "1")
		a.want(resolvedStatus, "2")
		a.want(resolvedCount, "3")
		s.equal("recipients", a.recipients(), []string{"2 jo@home.example", "2 kim@home.example", "2 pat@home.example"})
	}},
	{"ASCMD-S13-TC09", "nobody tells when three people are free", func(s *scene) {
		a := s.acquaintances().resolve(asking(times), "Lee")
		a.want(resolvedStatus, "2")
		for _, one := range a.root.all("Response/Recipient") {
			s.equal("recipient", one.children(), "Type DisplayName EmailAddress")
		}
	}},
	{"ASCMD-S13-TC12", "three names are three answers", func(s *scene) {
		a := s.acquaintances().resolve("", "nobody", "bert", "Lee")
		a.want("Status", "1")
		var got []string
		for _, r := range a.root.all("Response") {
			got = append(got, r.at("To")+" "+r.at("Status"))
		}
		s.equal("answers", got, []string{"nobody 4", "bert 1", "Lee 2"})
	}},
	{"ASCMD-S13-TC14", "certificates that there are not are status 7", func(s *scene) {
		a := s.device("PHONE").resolve(asking("<CertificateRetrieval>2</CertificateRetrieval>"), s.address())
		a.want("Status", "1")
		a.want(recipient+"Certificates/Status", "7")
	}},
	{"ASCMD-S13-TC16", "the user's own picture is status 173", func(s *scene) {
		a := s.device("PHONE").resolve(asking("<Picture/>"), s.address())
		a.want("Status", "1")
		a.want(recipient+"Picture/Status", "173")
	}},
	{"ASCMD-S13-TC20", "100 names are answered, 101 are status 5", func(s *scene) {
		phone := s.device("PHONE")
		names := make([]string, 101)
		for i := range names {
			names[i] = "nobody"
		}
		phone.resolve("", names[:100]...).want("Status", "1")
		phone.resolve("", names...).wantTop("5")
	}},
	{"ASCMD-S13-TC21", "whether a user is free is status 163", func(s *scene) {
		a := s.device("PHONE").resolve(asking(times), s.address())
		a.want("Status", "1")
		a.want(recipient+"Availability/Status", "163")
		a.want(recipient+"Availability/MergedFreeBusy", absent)
	}},
	{"MS-ASCMD_R3249", "of three people two are named, and all are counted", func(s *scene) {
		phone := s.acquaintances()
		for _, c := range []struct {
			most, status string
			named        int
		}{{"0", "3", 0}, {"2", "3", 2}, {"3", "2", 3}, {"9999", "2", 3}} {
			a := phone.resolve(asking(el("MaxAmbiguousRecipients", c.most)), "Lee")
			a.want(resolvedStatus, c.status)
			a.want(resolvedCount, "3")
			s.equal("named", len(a.recipients()), c.named)
		}
		phone.resolve(asking(el("MaxAmbiguousRecipients", "10000")), "Lee").wantTop("5")
	}},
	{"MS-ASCMD_R4686", "a user is type 1, a contact type 2", func(s *scene) {
		phone := s.acquaintances()
		s.equal("bert", phone.resolve("", "bert").recipients(), []string{"1 bert@localhost"})
		s.equal("Jo", phone.resolve("", "Jo Lee").recipients(), []string{"2 jo@home.example"})
		card := mailbox.Card{Fields: map[string]string{"FirstName": "Bert", "Email1Address": "bert@localhost"}}
		if _, err := s.server.Mailbox.AddContact(s.Context(), s.user.ID, card); err != nil {
			s.Fatal(err)
		}
		s.equal("both", phone.resolve("", "bert").recipients(), []string{"1 bert@localhost"})
	}},
}
