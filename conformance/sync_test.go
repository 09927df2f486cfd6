package conformance

import (
	"strconv"
	"strings"
	"testing"
)

func TestSync(t *testing.T) { syncing.run(t) }

// The answers to a client's commands.
const (
	addStatus    = "Collections/Collection/Responses/Add/Status"
	changeStatus = "Collections/Collection/Responses/Change/Status"
	deleteStatus = "Collections/Collection/Responses/Delete/Status"
	fetchStatus  = "Collections/Collection/Responses/Fetch/Status"
	responses    = "Collections/Collection/Responses"

	collectionStatus = "Collections/Collection/Status"
)

func fetchItem(serverID string) string { return "<Fetch>" + el("ServerId", serverID) + "</Fetch>" }

// wantItems checks how many items a Sync brought.
func (a *answer) wantItems(folder string, n int) {
	a.s.Helper()
	if got := len(of(a.root, folder).all("Commands/Add")); got != n {
		a.s.Errorf("%d items of %s, want %d", got, folder, n)
	}
}

// syncing is the command Sync.
var syncing = chapter{
	{"ASCMD-S19-TC04", "a key that was never issued is status 3 of the collection", func(s *scene) {
		phone := s.device("PHONE")
		for _, key := range []string{"nonsense", "1", "4711"} {
			phone.keys[inbox] = key
			a := phone.command("Sync", syncXML(phone.collection(inbox, ""), ""))
			a.want("Status", absent)
			a.want(collectionStatus, "3")
		}
	}},
	{"ASCMD-S19-TC05", "what breaks the rules is status 4 of the whole request", func(s *scene) {
		phone := s.device("PHONE")
		phone.sync(inbox, "")
		for _, xml := range []string{
			`<Sync xmlns="AirSync"/>`, `<Sync xmlns="AirSync"><Collections/></Sync>`, `<Sync xmlns="AirSync"><WindowSize>5</WindowSize></Sync>`,
			syncXML("<Collection>"+el("CollectionId", inbox)+"</Collection>", ""),
			syncXML(phone.collection(inbox, "")+phone.collection(inbox, ""), ""),
			syncXML(phone.collection(inbox, "<email:Subject>x</email:Subject>"), ""),
		} {
			phone.command("Sync", xml).wantTop("4")
		}
		phone.sync(inbox, "").wantEmpty()
	}},
	{"ASCMD-S19-TC06", "without a body and without a request before it is status 13", func(s *scene) {
		phone := s.device("PHONE")
		phone.post("Sync", nil).wantTop("13")
		phone.command("Sync", `<Sync xmlns="AirSync"><Wait>1</Wait><Partial/></Sync>`).wantTop("13")
	}},
	{"ASCMD-S19-TC07", "a HeartbeatInterval out of range is status 14", func(s *scene) {
		s.wantLimits("HeartbeatInterval", map[string]string{"59": "60", "3541": "3540", "0": "60", "-1": "60"})
	}},
	{"ASCMD-S19-TC08", "there are no conversations of contacts: status 4", func(s *scene) {
		phone := s.device("PHONE")
		phone.sync(contacts, "")
		for _, folder := range []string{contacts, phone.types[calendarType], phone.types[tasksType], phone.types[notesType]} {
			phone.command("Sync", syncXML(phone.collection(folder, "<GetChanges>0</GetChanges>"+conversationMode), "")).wantTop("4")
		}
	}},
	{"ASCMD-S19-TC03", "folders, a first key, an estimate, and then items until there are no more", func(s *scene) {
		for i := range 5 {
			s.place(inbox, mail(strconv.Itoa(i)))
		}
		phone := s.device("PHONE")
		phone.sync(inbox, "").want(collectionStatus, "1")
		phone.estimate(inbox, mailOptions).want(responseEstimate, "5")
		got := 0
		for more := true; more; {
			a := phone.sync(inbox, "<WindowSize>2</WindowSize>")
			got += len(a.collection().all("Commands/Add"))
			more = a.collection().has("MoreAvailable")
		}
		s.equal("mails", got, 5)
	}},
	{"ASCMD-S19-TC09", "options of one class twice are status 4", func(s *scene) {
		s.device("PHONE").sync(inbox, block("Email", filter("0"))+block("Email", filter("1"))).wantTop("4")
	}},
	{"ASCMD-S19-TC10", "empty Commands are no error", func(s *scene) {
		s.place(inbox, mail("plans"))
		phone := s.device("PHONE")
		phone.sync(inbox, "")
		a := phone.sync(inbox, "<Commands/>")
		a.want(collectionStatus, "1")
		a.wantItems(inbox, 1)
	}},
	{"ASCMD-S19-TC11", "mail is filtered by 0 to 5, any other filter is status 4", func(s *scene) {
		phone := s.device("PHONE")
		for f := range 6 {
			phone.begin(inbox, block("", filter(strconv.Itoa(f))))
		}
		for _, f := range []string{"6", "7", "8", "9", "255"} {
			phone.sync(inbox, block("", filter(f))).wantTop("4")
		}
	}},
	{"ASCMD-S19-TC13", "tasks are filtered by 0 and 8", func(s *scene) {
		phone := s.device("PHONE")
		tasks := phone.types[tasksType]
		for f := range 9 {
			phone.keys[tasks] = "0"
			a := phone.sync(tasks, block("", filter(strconv.Itoa(f))))
			if f == 0 || f == 8 {
				a.want(collectionStatus, "1")
			} else {
				a.wantTop("4")
			}
		}
	}},
	{"ASCMD-S19-TC14", "FilterType twice is no error", func(s *scene) { s.wantOptions("<FilterType>3</FilterType><FilterType>0</FilterType>") }},
	{"ASCMD-S19-TC15", "contacts take a filter and no filter alike", func(s *scene) {
		phone := s.device("PHONE")
		for f := range 9 {
			phone.begin(contacts, block("", filter(strconv.Itoa(f))))
		}
		phone.begin(contacts, "")
	}},
	{"ASCMD-S19-TC19", "who changed nothing gets no Responses", func(s *scene) {
		s.place(inbox, mail("plans"))
		phone := s.device("PHONE")
		phone.sync(inbox, "")
		a := phone.sync(inbox, "")
		a.wantItems(inbox, 1)
		a.want(responses, absent)
	}},
	{"ASCMD-S19-TC20", "Class twice in one block is no error", func(s *scene) { s.wantOptions("<Class>Email</Class><Class>Email</Class>") }},
	{"ASCMD-S19-TC21", "MaxItems twice is no error in the recipient information cache", func(s *scene) {
		phone := s.device("PHONE")
		phone.sync(recipientCache, maxItems).want(collectionStatus, "1")
		phone.sync(recipientCache, "").wantEmpty()
	}},
	{"ASCMD-S19-TC22", "MIMESupport twice is no error", func(s *scene) { s.wantOptions("<MIMESupport>1</MIMESupport><MIMESupport>0</MIMESupport>") }},
	{"ASCMD-S19-TC23", "MIMETruncation twice is no error", func(s *scene) {
		s.wantOptions("<MIMETruncation>1</MIMETruncation><MIMETruncation>8</MIMETruncation>")
	}},
	{"ASCMD-S19-TC25", "a mail cannot be added: status 6 of the item", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, mailOptions)
		add := "<Add><ClientId>c1</ClientId><ApplicationData><email:To>ben@example.com</email:To><email:Subject>plans</email:Subject></ApplicationData></Add>"
		a := phone.sync(inbox, commands(add))
		a.want(collectionStatus, "1")
		a.want(addStatus, "6")
		s.equal("mails", len(s.device("TABLET").begin(inbox, "")), 0)
	}},
	{"ASCMD-S19-TC26", "GetChanges with key 0 is status 4, unless it is 0", func(s *scene) {
		phone := s.device("PHONE")
		phone.sync(inbox, "<GetChanges/>").wantTop("4")
		phone.sync(inbox, "<GetChanges>1</GetChanges>").wantTop("4")
		phone.sync(inbox, "<GetChanges>0</GetChanges>").want(collectionStatus, "1")
		phone.begin(inbox, "")
	}},
	{"ASCMD-S19-TC28", "a Change of what is not there is answered", func(s *scene) {
		phone := s.device("PHONE")
		for folder, data := range map[string]string{inbox: read("1"), contacts: "<contacts:FirstName>Pat</contacts:FirstName>", phone.types[calendarType]: "<email:Subject>x</email:Subject>"} {
			phone.sync(folder, "")
			a := phone.sync(folder, commands(change(folder+":4711", data)))
			a.want(collectionStatus, "1")
			a.want("Collections/Collection/Responses/Change/ServerId", folder+":4711")
			a.want(changeStatus, "8")
		}
	}},
	{"ASCMD-S19-TC29", "HeartbeatInterval and Wait together are status 4", func(s *scene) {
		phone := s.device("PHONE")
		phone.sync(inbox, "")
		phone.command("Sync", syncXML(phone.collection(inbox, ""), "<Wait>1</Wait><HeartbeatInterval>60</HeartbeatInterval>")).wantTop("4")
	}},
	{"ASCMD-S19-TC30", "a Wait below 1 is told 1", func(s *scene) {
		s.wantLimits("Wait", map[string]string{"0": "1", "-1": "1"})
	}},
	{"ASCMD-S19-TC31", "a Wait above 59 is told 59", func(s *scene) {
		s.wantLimits("Wait", map[string]string{"60": "59", "100000": "59"})
	}},
	{"ASCMD-S19-TC32", "a HeartbeatInterval below 60 is told 60", func(s *scene) {
		s.wantLimits("HeartbeatInterval", map[string]string{"59": "60", "1": "60"})
	}},
	{"ASCMD-S19-TC33", "a HeartbeatInterval above 3540 is told 3540", func(s *scene) {
		s.wantLimits("HeartbeatInterval", map[string]string{"3541": "3540", "100000": "3540"})
	}},
	{"ASCMD-S19-TC34", "what is deleted goes to Deleted Items with DeletesAsMoves", func(s *scene) { s.wantDeleted("<DeletesAsMoves>1</DeletesAsMoves>", 1) }},
	{"ASCMD-S19-TC35", "what is deleted is gone without", func(s *scene) { s.wantDeleted("<DeletesAsMoves>0</DeletesAsMoves>", 0) }},
	{"ASCMD-S19-TC36", "a mail is fetched", func(s *scene) {
		id := s.place(inbox, mail("plans"))
		phone := s.device("PHONE")
		phone.begin(inbox, mailOptions)
		a := phone.sync(inbox, commands(fetchItem(id)))
		a.want(fetchStatus, "1")
		a.want("Collections/Collection/Responses/Fetch/ApplicationData/Subject", "plans")
	}},
	{"ASCMD-S19-TC40", "in a conflict the server wins: status 7", func(s *scene) {
		id := s.place(inbox, mail("plans"))
		phone, tablet := s.device("PHONE"), s.device("TABLET")
		phone.begin(inbox, block("", "<Conflict>1</Conflict>"))
		tablet.begin(inbox, "")
		tablet.sync(inbox, commands(change(id, read("1"))))
		phone.sync(inbox, commands(change(id, read("0")))).want(changeStatus, "7")
	}},
	{"ASCMD-S19-TC41", "Conflict twice is no error", func(s *scene) {
		phone := s.device("PHONE")
		for _, folder := range []string{inbox, contacts} {
			phone.begin(folder, block("", "<Conflict>1</Conflict><Conflict>0</Conflict>"))
		}
	}},
	{"ASCMD-S19-TC42", "texts and mails go together, any other two classes are status 4", func(s *scene) {
		s.place(inbox, placed("hello"))
		s.place(inbox, mail("plans"))
		phone := s.device("PHONE")
		s.equal("items", len(phone.begin(inbox, block("Email", "")+block("SMS", ""))), 2)
		for _, pair := range [][2]string{{"Email", "Contacts"}, {"SMS", "Tasks"}, {"Calendar", "Email"}, {"Notes", "SMS"}} {
			phone.sync(inbox, block(pair[0], "")+block(pair[1], "")).wantTop("4")
		}
		phone.sync(contacts, "")
		phone.sync(contacts, block("Contacts", "")+block("Calendar", "")).wantTop("4")
		phone.sync(contacts, block("SMS", "")).wantTop("4")
	}},
	{"ASCMD-S19-TC46", "a collection without an id is status 4", func(s *scene) {
		s.device("PHONE").command("Sync", syncXML("<Collection><SyncKey>0</SyncKey></Collection>", "")).wantTop("4")
	}},
	{"ASCMD-S19-TC47", "a Wait out of range is status 14", func(s *scene) {
		s.wantLimits("Wait", map[string]string{"0": "1", "60": "59"})
	}},
	{"ASCMD-S19-TC48", "201 commands are status 4", func(s *scene) {
		phone := s.device("PHONE")
		phone.sync(inbox, "")
		phone.sync(inbox, "<Commands>"+strings.Repeat(fetchItem(inbox+":1"), 201)+"</Commands>").wantTop("4")
	}},
	{"ASCMD-S19-TC52", "a Fetch and a Change of what is gone are status 8", func(s *scene) {
		id := s.place(inbox, mail("plans"))
		phone, tablet := s.device("PHONE"), s.device("TABLET")
		phone.begin(inbox, mailOptions)
		tablet.begin(inbox, mailOptions)
		tablet.sync(inbox, "<DeletesAsMoves>0</DeletesAsMoves>"+commands(remove(id)))
		phone.sync(inbox, "<GetChanges>0</GetChanges>"+commands(fetchItem(id))).want(fetchStatus, "8")
	}},
}

// wantLimits checks that a Sync with an interval out of range is told the nearest
// that is not.
func (s *scene) wantLimits(element string, nearest map[string]string) {
	s.Helper()
	phone := s.device("PHONE")
	phone.sync(inbox, "")
	for value, limit := range nearest {
		phone.command("Sync", syncXML(phone.collection(inbox, ""), el(element, value))).wantLimit("14", "Limit", limit)
	}
	phone.sync(inbox, "").wantEmpty()
}

// wantOptions checks that Options for mail, with which something is odd, are no
// error.
func (s *scene) wantOptions(inner string) {
	s.Helper()
	s.place(inbox, mail("plans"))
	phone := s.device("PHONE")
	s.equal("mails", len(phone.begin(inbox, "<Options>"+inner+"</Options>")), 1)
}

// wantDeleted deletes a mail and checks how many Deleted Items holds then.
func (s *scene) wantDeleted(moves string, want int) {
	s.Helper()
	id := s.place(inbox, mail("plans"))
	phone := s.device("PHONE")
	phone.begin(inbox, mailOptions)
	phone.sync(inbox, moves+commands(remove(id))).want(deleteStatus, absent)
	s.equal("mails in the Inbox", len(phone.begin(inbox, "")), 0)
	s.equal("mails in Deleted Items", len(phone.begin(deletedItems, "")), want)
}
