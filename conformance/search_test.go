package conformance

import (
	"encoding/hex"
	"strconv"
	"strings"
	"testing"

	"asms/mailbox"
)

func TestSearch(t *testing.T) { searching.run(t) }

const (
	inStore = "Response/Store/"

	hello = "<FreeText>hello</FreeText>"
	since = "<email:DateReceived/><Value>2026-11-01T00:00:00.000Z</Value>"
)

// searchXML is a Search of the mailbox; options stand in its Options.
func searchXML(query, options string) string {
	if options != "" {
		options = "<Options>" + options + "</Options>"
	}
	return `<Search xmlns="Search" xmlns:sync="AirSync" xmlns:base="AirSyncBase" xmlns:email="Email"><Store><Name>Mailbox</Name><Query>` +
		query + `</Query>` + options + `</Store></Search>`
}

func and(conditions string) string { return "<And>" + conditions + "</And>" }

// search sends a Search, which is answered for its store.
func (d *device) search(query, options string) *answer {
	d.s.Helper()
	a := d.command("Search", searchXML(query, options))
	a.want("Status", "1")
	return a
}

// wantStore checks the status of a Search of a store.
func (a *answer) wantStore(status string) *answer {
	a.s.Helper()
	a.want("Status", "1")
	a.want(inStore+"Status", status)
	return a
}

// found are the words of what a Search found.
func (a *answer) found() (list []string) {
	for _, r := range a.root.all(inStore + "Result") {
		list = append(list, r.at("Properties/Body/Data"))
	}
	return list
}

// library is a mailbox in which something can be found, and a device.
func (s *scene) library() *device {
	s.Helper()
	for _, words := range []string{"hello", "hello again", "goodbye"} {
		s.place(inbox, placed(words))
	}
	return s.device("PHONE")
}

// searching is the commands Search and Find.
var searching = chapter{
	{"ASCMD-S14-TC01", "what matches is found", func(s *scene) {
		a := s.library().search(and(el("sync:Class", "SMS")+el("sync:CollectionId", inbox)+hello),
			"<RebuildResults/><DeepTraversal/><Range>0-9</Range>").wantStore("1")
		s.equal("results", len(a.found()), 2)
		a.want(inStore+"Range", "0-1")
		a.want(inStore+"Total", "2")
		for _, r := range a.root.all(inStore + "Result") {
			s.equal("children of Result", r.children(), "Class LongId CollectionId Properties")
		}
	}},
	{"ASCMD-S14-TC02", "two And are status 8", func(s *scene) {
		s.library().search(and(hello)+and(hello), "").wantStore("8")
	}},
	{"ASCMD-S14-TC03", "a Class outside of And is status 8", func(s *scene) {
		s.library().search(el("sync:Class", "SMS")+and(hello), "").wantStore("8")
	}},
	{"ASCMD-S14-TC04", "a CollectionId outside of And is status 8", func(s *scene) {
		s.library().search(el("sync:CollectionId", inbox)+and(hello), "").wantStore("8")
	}},
	{"ASCMD-S14-TC05", "FreeText outside of And is status 8", func(s *scene) {
		phone := s.library()
		phone.search(hello, "").wantStore("8")
		phone.search(hello+and(el("sync:Class", "SMS")), "").wantStore("8")
	}},
	{"ASCMD-S14-TC06", "DeepTraversal twice is no error", func(s *scene) {
		s.wantFound("<DeepTraversal/><DeepTraversal/>")
	}},
	{"ASCMD-S14-TC07", "MIMESupport twice is no error", func(s *scene) {
		s.wantFound("<sync:MIMESupport>0</sync:MIMESupport><sync:MIMESupport>0</sync:MIMESupport>")
	}},
	{"ASCMD-S14-TC08", "Range twice is no error", func(s *scene) {
		s.wantFound("<Range>0-9</Range><Range>0-9</Range>")
	}},
	{"ASCMD-S14-TC09", "RebuildResults twice is no error", func(s *scene) {
		s.wantFound("<RebuildResults/><RebuildResults/>")
	}},
	{"ASCMD-S14-TC10", "Store twice is no error", func(s *scene) {
		xml := searchXML(and(hello), "")
		store := xml[strings.Index(xml, "<Store>"):strings.Index(xml, "</Search>")]
		a := s.library().command("Search", strings.Replace(xml, store, store+store, 1)).wantStore("1")
		s.equal("results", len(a.found()), 2)
		s.equal("stores", len(a.root.all("Response/Store")), 1)
	}},
	{"ASCMD-S14-TC11", "what is no query is status 2", func(s *scene) {
		phone := s.library()
		phone.search("", "").wantStore("2")
		phone.search(and(""), "").wantStore("2")
		phone.search("<EqualTo><Value>x</Value></EqualTo>", "").wantStore("2")
		phone.search(and(hello+"<email:Subject>x</email:Subject>"), "").wantStore("2")
		phone.search(and(hello), "<Range>9-0</Range>").wantStore("2")
		phone.command("Search", strings.Replace(searchXML(and(hello), ""), "Mailbox", "Cellar", 1)).wantStore("2")
	}},
	{"ASCMD-S14-TC12", "nothing that matches is an empty Result", func(s *scene) {
		a := s.library().search(and("<FreeText>nobody wrote that</FreeText>"), "").wantStore("1")
		s.equal("results", len(a.root.all(inStore+"Result")), 1)
		s.equal("children of Result", a.root.first(inStore+"Result").children(), "")
	}},
	{"ASCMD-S14-TC13", "several that match are several Results", func(s *scene) {
		a := s.library().search(and(hello), "").wantStore("1")
		s.equal("results", len(a.found()), 2)
		a.want(inStore+"Total", "2")
	}},
	{"ASCMD-S14-TC15", "all classes may be named at once", func(s *scene) {
		var classes string
		for _, c := range []string{"Tasks", "Email", "Calendar", "Contacts", "Notes", "SMS"} {
			classes += el("sync:Class", c)
		}
		s.equal("results", len(s.library().search(and(classes+hello), "").wantStore("1").found()), 2)
	}},
	{"ASCMD-S14-TC17", "no class is every class", func(s *scene) {
		phone := s.library()
		s.place(inbox, mail("hello by mail"))
		s.equal("results", len(phone.search(and(hello), "").wantStore("1").found()), 3)
	}},
	{"ASCMD-S14-TC22", "with DeepTraversal the folders within are searched", func(s *scene) {
		s.wantDeep("<DeepTraversal/>", 2)
	}},
	{"ASCMD-S14-TC23", "without it they are not", func(s *scene) {
		s.wantDeep("", 1)
	}},
	{"ASCMD-S14-TC28", "case makes no difference", func(s *scene) {
		s.equal("results", len(s.library().search(and("<FreeText>HELLO</FreeText>"), "").wantStore("1").found()), 2)
	}},
	{"ASCMD-S14-TC27", "a ConversationId outside of And is status 8", func(s *scene) {
		s.library().search(el("ConversationId", "x")+and(hello), "").wantStore("8")
	}},
	{"ASCMD-S14-TC29", "two conversations are status 2", func(s *scene) {
		s.library().search(and(el("ConversationId", "x")+el("ConversationId", "y")), "").wantStore("2")
	}},
	{"ASCMD-S14-TC30", "Or is status 8", func(s *scene) {
		phone := s.library()
		phone.search("<Or>"+hello+"</Or>", "").wantStore("8")
		phone.search(and(hello)+"<Or>"+hello+"</Or>", "").wantStore("8")
		phone.search(and("<Or>"+hello+"</Or>"), "").wantStore("8")
	}},
	{"ASCMD-S14-TC31", "GreaterThan outside of And is status 8", func(s *scene) {
		s.library().search("<GreaterThan>"+since+"</GreaterThan>"+and(hello), "").wantStore("8")
	}},
	{"ASCMD-S14-TC32", "LessThan outside of And is status 8", func(s *scene) {
		s.library().search("<LessThan>"+since+"</LessThan>"+and(hello), "").wantStore("8")
	}},
	{"MS-ASCMD_R3850", "nothing found is one empty Result", func(s *scene) {
		a := s.library().search(and("<FreeText>nobody wrote that</FreeText>"), "").wantStore("1")
		s.equal("results", len(a.root.all(inStore+"Result")), 1)
		s.equal("children of Result", a.root.first(inStore+"Result").children(), "")
	}},
	{"MS-ASCMD_R419", "of the people of the address book come as many as are asked for, and how many there are", func(s *scene) {
		for i := range 4 {
			s.server.AddUser(s.T, "z"+s.user.Name+strconv.Itoa(i))
		}
		xml := strings.Replace(searchXML("z"+s.user.Name, "<Range>0-2</Range>"), "Mailbox", "GAL", 1)
		a := s.device("PHONE").command("Search", xml).wantStore("1")
		s.equal("entries", len(a.root.all(inStore+"Result/Properties")), 3)
		a.want(inStore+"Range", "0-2")
		a.want(inStore+"Total", "4")
	}},
	{"MS-ASCMD_R3736", "a Range ends at 99", func(s *scene) {
		phone := s.library()
		phone.search(and(hello), "<Range>0-99</Range>").wantStore("1")
		phone.search(and(hello), "<Range>0-100</Range>").wantStore("12")
		phone.search(and(hello), "<Range>50-59</Range>").wantStore("12")
	}},
	{"MS-ASCMD_R921", "a class is looked for alone, and without one every class is", func(s *scene) {
		phone := s.library()
		s.place(inbox, mail("hello by mail"))
		s.equal("texts", len(phone.search(and(el("sync:Class", "SMS")+hello), "").found()), 2)
		s.equal("mails", phone.search(and(el("sync:Class", "Email")+hello), "").found(), "[hello by mail]")
		s.equal("all", len(phone.search(and(hello), "").found()), 3)
	}},
	{"MS-ASCMD_R3141", "dates are compared with DateReceived", func(s *scene) {
		phone := s.library()
		old := placed("hello of old")
		old.Date = noon.AddDate(0, -1, 0)
		s.place(inbox, old)
		s.equal("later", len(phone.search(and(hello+"<GreaterThan>"+since+"</GreaterThan>"), "").found()), 2)
		s.equal("earlier", phone.search(and(hello+"<LessThan>"+since+"</LessThan>"), "").found(), "[hello of old]")
		phone.search(and("<GreaterThan><Value>2026-11-01T00:00:00.000Z</Value><email:DateReceived/></GreaterThan>"), "").wantStore("2")
	}},
	{"MS-ASCMD_R3240", "what was found is fetched by its LongId", func(s *scene) {
		phone := s.library()
		long := phone.search(and("<FreeText>goodbye</FreeText>"), "").root.at(inStore + "Result/LongId")
		a := phone.operate("<Fetch><Store>Mailbox</Store>" + el("search:LongId", long) + "</Fetch>")
		a.want(fetched+"Status", "1")
		a.want(fetched+"LongId", long)
		a.want(fetched+"Properties/Body/Data", "goodbye")
	}},
	{"MS-ASCON_R220", "a conversation is found in all folders", func(s *scene) {
		phone := s.library()
		sent := placed("see you")
		sent.From, sent.To = me, pat
		s.place(sentItems, sent)
		id := hex.EncodeToString([]byte(find(s, phone.begin(inbox, smsOptions), "goodbye").data("ConversationId")))
		s.equal("results", len(phone.search(and(`<ConversationId opaque="hex">`+id+`</ConversationId>`), "").found()), 4)
	}},

	{"ASCMD-S23-TC01", "Find finds mails and texts", func(s *scene) {
		s.place(inbox, mailbox.Message{
			Class: mailbox.ClassEmail, From: `"Ben" <ben@example.com>`, To: me, Subject: "plans", Body: "for supper", Date: noon, Importance: 1,
		})
		a := s.device("PHONE").find("1", "<FreeText>supper</FreeText>", "<Range>0-9</Range>")
		a.want("Status", "1")
		a.want("Response/Status", "1")
		a.want("Response/Total", "1")
		a.want("Response/Range", "0-0")
		a.want("Response/Result/Class", "Email")
		a.want("Response/Result/Properties/Subject", "plans")
		a.want("Response/Result/Properties/Preview", "for supper")
	}},
	{"ASCMD-S23-TC02", "a Find that is none is status 2, twice", func(s *scene) {
		phone := s.device("PHONE")
		for _, query := range []string{"", "<FreeText/>", "<sync:Class>Email</sync:Class>", "<FreeText>x</FreeText><sync:Class>Calendar</sync:Class>"} {
			a := phone.find("1", query, "")
			a.want("Status", "2")
			a.want("Response/Status", "2")
		}
	}},
	{"ASCMD-S23-TC03", "the first Range of a Find begins with 0, else status 4", func(s *scene) {
		phone := s.library()
		phone.find("1", hello, "<Range>1-9</Range>").want("Response/Status", "4")
		phone.find("1", hello, "<Range>0-0</Range>").want("Response/Status", "1")
		a := phone.find("1", hello, "<Range>1-9</Range>")
		a.want("Response/Status", "1")
		a.want("Response/Range", "1-1")
		phone.find("another", hello, "<Range>1-9</Range>").want("Response/Status", "4")
	}},
	{"ASCMD-S23-TC05", "several that match are several Results", func(s *scene) {
		a := s.library().find("1", hello, "")
		a.want("Response/Total", "2")
		s.equal("results", len(a.root.all("Response/Result")), 2)
	}},
	{"ASCMD-S23-TC06", "nothing that matches is no Result", func(s *scene) {
		a := s.library().find("1", "<FreeText>nobody wrote that</FreeText>", "")
		a.want("Response/Status", "1")
		s.equal("results", len(a.root.all("Response/Result")), 0)
	}},
	{"ASCON-S05-TC01", "a conversation is found, whatever folder its texts are in", func(s *scene) {
		phone, conversation := s.conversation()
		sent := placed("three")
		sent.From, sent.To = me, pat
		s.place(sentItems, sent)
		a := phone.search(and(`<ConversationId opaque="hex">`+hex.EncodeToString(conversation)+`</ConversationId>`), "").wantStore("1")
		s.equal("results", len(a.found()), 3)
	}},
	{"ASCON-S05-TC03", "a message part of another type is status 164", func(s *scene) {
		phone, conversation := s.conversation()
		phone.search(and(`<ConversationId opaque="hex">`+hex.EncodeToString(conversation)+`</ConversationId>`),
			"<base:BodyPartPreference><base:Type>1</base:Type></base:BodyPartPreference>").wantStore("164")
	}},
	{"ASCMD-S23-TC08", "a device whose folders are out of date is told to synchronize them", func(s *scene) {
		s.fresh("NEVER").find("1", hello, "").want("Status", "3")
		phone, tablet := s.library(), s.device("TABLET")
		tablet.createFolder("Work")
		phone.find("1", hello, "").want("Status", "3")
		phone.folderSync()
		phone.find("1", hello, "").want("Status", "1")
	}},
}

// wantFound checks that a Search with these options is none the worse for them,
// in Options and within And.
func (s *scene) wantFound(options string) {
	s.Helper()
	phone := s.library()
	s.equal("results", len(phone.search(and(hello), options).wantStore("1").found()), 2)
	s.equal("results", len(phone.search(and(hello+options), "").wantStore("1").found()), 2)
}

// find sends a Find.
func (d *device) find(id, query, options string) *answer {
	d.s.Helper()
	if options != "" {
		options = "<Options>" + options + "</Options>"
	}
	return d.command("Find", `<Find xmlns="Find" xmlns:sync="AirSync">`+el("SearchId", id)+`<ExecuteSearch><MailBoxSearchCriterion><Query>`+
		query+`</Query>`+options+`</MailBoxSearchCriterion></ExecuteSearch></Find>`)
}

// wantDeep checks how many mails a Search of a folder finds, of one in it and one
// in a folder within.
func (s *scene) wantDeep(options string, want int) {
	s.Helper()
	phone := s.device("PHONE")
	work := phone.createFolder("Work")
	within := phone.folders("FolderCreate", folderCreateXML(work, "2026", userMailType)).root.at("ServerId")
	s.place(work, mail("hello"))
	s.place(within, mail("hello from within"))
	s.equal("results", len(phone.search(and(el("sync:CollectionId", work)+hello), options).wantStore("1").found()), want)
}
