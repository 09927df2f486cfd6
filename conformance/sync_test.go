package conformance

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"asms/eas"
	"asms/easserver"
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
	{"ASCMD-S19-TC21", "MaxItems twice is no error in the recipient information cache", func(s *scene) {
		phone := s.device("PHONE")
		phone.sync(recipientCache, maxItems).want(collectionStatus, "1")
		phone.sync(recipientCache, "").wantEmpty()
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
	{"ASCMD-S19-TC47", "a Wait out of range is status 14", func(s *scene) {
		s.wantLimits("Wait", map[string]string{"0": "1", "60": "59"})
	}},

	{"MS-ASCMD_R648", "key 0 is answered with a key and with nothing else", func(s *scene) {
		s.place(inbox, mail("plans"))
		phone := s.device("PHONE")
		c := phone.sync(inbox, "").collection()
		s.equal("children", c.children(), "SyncKey CollectionId Status")
		first := phone.keys[inbox]
		phone.sync(inbox, "").wantItems(inbox, 1)
		if phone.keys[inbox] == first {
			s.Error("the key is the same")
		}
	}},
	{"MS-ASCMD_R656", "where nothing has changed there is nothing to read", func(s *scene) {
		phone := s.device("PHONE")
		phone.syncs(phone.collection(inbox, ""), phone.collection(sentItems, ""))
		for range 2 {
			phone.syncs(phone.collection(inbox, ""), phone.collection(sentItems, "")).wantEmpty()
		}
	}},
	{"MS-ASCMD_R673", "a request without a body is the one before, with the keys of today", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, smsOptions)
		phone.sync(inbox, "").wantEmpty()
		for _, words := range []string{"one", "two"} {
			s.place(inbox, placed(words))
			a := phone.post("Sync", nil)
			phone.take(a)
			s.equal("texts", bodies(a.collection().all("Commands/Add")), "["+words+"]")
		}
		phone.post("Sync", nil).wantEmpty()
		s.equal("what the key knows", len(phone.rest(inbox)), 0)
	}},
	{"MS-ASCMD_R674", "a request that fails, or that changes something, ends that", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, smsOptions)
		phone.sync(inbox, "")
		phone.command("Sync", `<Sync xmlns="AirSync"/>`).wantTop("4")
		phone.post("Sync", nil).wantTop("13")
		phone.add(inbox, "c1", received("hello"))
		phone.post("Sync", nil).wantTop("13")
	}},
	{"MS-ASCMD_R3644", "a partial request is completed by the one before", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, smsOptions)
		phone.begin(sentItems, smsOptions)
		phone.syncs(phone.collection(inbox, ""), phone.collection(sentItems, "")).wantEmpty()
		s.place(inbox, placed("hello"))
		sent := placed("see you")
		sent.From, sent.To = me, pat
		s.place(sentItems, sent)
		a := phone.command("Sync", syncXML(phone.collection(inbox, ""), "<Partial/>"))
		a.wantItems(inbox, 1)
		a.wantItems(sentItems, 1)
	}},
	{"MS-ASCMD_R748", "an Add is answered with both ids", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, smsOptions)
		r := phone.add(inbox, "my-id-1", received("hello"))
		s.equal("ClientId", r.at("ClientId"), "my-id-1")
		add := only(s, s.device("TABLET").begin(inbox, smsOptions))
		s.equal("ServerId", add.at("ServerId"), r.at("ServerId"))
		phone.sync(inbox, "").wantEmpty()
	}},
	{"MS-ASCMD_R756", "nothing is added to the recipient information cache: status 4", func(s *scene) {
		phone := s.device("PHONE")
		phone.sync(recipientCache, "")
		phone.command("Sync", syncXML(phone.collection(recipientCache,
			commands("<Add><ClientId>c1</ClientId><ApplicationData/></Add>")), "")).wantTop("4")
	}},
	{"MS-ASCMD_R873", "Read leaves Flag and Body as they are, and Flag leaves Read", func(s *scene) {
		id := s.place(inbox, placed("hello"))
		phone, tablet := s.device("PHONE"), s.device("TABLET")
		phone.begin(inbox, smsOptions)
		phone.sync(inbox, commands(change(id, "<email:Flag><email:Status>2</email:Status><email:FlagType>for Follow Up</email:FlagType></email:Flag>"))).want(responses, absent)
		phone.sync(inbox, commands(change(id, read("1")))).want(responses, absent)
		add := only(s, tablet.begin(inbox, smsOptions))
		s.equal("Read", add.data("Read"), "1")
		s.equal("Flag", add.data("Flag/Status"), "2")
		s.equal("Body", add.data("Body/Data"), "hello")
	}},
	{"MS-ASCMD_R930", "a class twice is status 4", func(s *scene) {
		phone := s.device("PHONE")
		phone.sync(inbox, smsOptions+smsOptions).wantTop("4")
		phone.sync(inbox, block("Email", "")+mailOptions).wantTop("4")
	}},
	{"MS-ASCMD_R942", "an Add of the folder's own class does not name it", func(s *scene) {
		s.place(inbox, mail("plans"))
		s.place(inbox, placed("hello"))
		adds := s.device("PHONE").begin(inbox, mailOptions+smsOptions)
		s.equal("Class of the mail", find(s, adds, "plans").at("Class"), absent)
		s.equal("Class of the text", find(s, adds, "hello").at("Class"), "SMS")
	}},
	{"MS-ASCMD_R5659", "200 commands are done, 201 are status 4 and none is done", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, smsOptions)
		list := make([]string, 201)
		for i := range list {
			list[i] = addSMS(fmt.Sprint("c", i), received(fmt.Sprint("text ", i)))
		}
		phone.command("Sync", syncXML(phone.collection(inbox, commands(list...)), "")).wantTop("4")
		s.equal("texts", len(s.device("TABLET").begin(inbox, smsOptions)), 0)
		a := phone.sync(inbox, commands(list[:200]...))
		s.equal("answers", len(a.collection().all("Responses/Add")), 200)
		s.equal("texts", len(s.device("TABLET").begin(inbox, smsOptions)), 200)
	}},
	{"MS-ASCMD_R2067", "in a conflict the client wins if it says so", func(s *scene) {
		id := s.place(inbox, placed("hello"))
		phone, tablet := s.device("PHONE"), s.device("TABLET")
		phone.begin(inbox, block("SMS", "<Conflict>0</Conflict>"))
		tablet.begin(inbox, smsOptions)
		tablet.sync(inbox, commands(change(id, read("1"))))
		a := phone.sync(inbox, commands(change(id, read("0"))))
		a.want(responses, absent)
		s.equal("Read", only(s, s.device("THIRD").begin(inbox, smsOptions)).data("Read"), "0")
	}},
	{"MS-ASCMD_R2069", "else the server does: status 7, and its version comes", func(s *scene) {
		for _, conflict := range []string{"", "<Conflict>1</Conflict>"} {
			id := s.place(inbox, placed("hello"+conflict))
			phone, tablet := s.device("PHONE"), s.device("TABLET")
			phone.begin(inbox, block("SMS", conflict))
			tablet.begin(inbox, smsOptions)
			tablet.sync(inbox, commands(change(id, read("1"))))
			a := phone.sync(inbox, commands(change(id, read("0"))))
			a.want(changeStatus, "7")
			a.want("Collections/Collection/Commands/Change/ApplicationData/Read", "1")
		}
	}},
	{"MS-ASCMD_R2076", "a Delete beats a Change, whoever comes first", func(s *scene) {
		first, second := s.place(inbox, placed("first")), s.place(inbox, placed("second"))
		phone, tablet := s.device("PHONE"), s.device("TABLET")
		phone.begin(inbox, smsOptions)
		tablet.begin(inbox, smsOptions)
		tablet.sync(inbox, commands(remove(first), change(second, read("1"))))
		a := phone.sync(inbox, commands(change(first, read("1")), remove(second)))
		a.want("Collections/Collection/Responses/Delete", absent)
		s.equal("texts", len(s.device("THIRD").begin(inbox, smsOptions)), 0)
	}},
	{"MS-ASCMD_R2160", "what is deleted moves to Deleted Items, unless DeletesAsMoves is 0", func(s *scene) {
		phone, tablet := s.device("PHONE"), s.device("TABLET")
		for _, moves := range []string{"", "<DeletesAsMoves/>", "<DeletesAsMoves>1</DeletesAsMoves>", "<DeletesAsMoves>0</DeletesAsMoves>"} {
			id := s.place(inbox, mail(strconv.Itoa(len(moves))))
			phone.begin(inbox, mailOptions)
			phone.sync(inbox, moves+commands(remove(id))).want(deleteStatus, absent)
		}
		s.equal("mails in the Inbox", len(tablet.begin(inbox, "")), 0)
		s.equal("mails in Deleted Items", len(tablet.begin(deletedItems, "")), 3)
	}},
	{"MS-ASCMD_R3125", "with GetChanges 0 nothing comes, and nothing is lost", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, smsOptions)
		s.place(inbox, placed("hello"))
		for range 2 {
			phone.sync(inbox, "<GetChanges>0</GetChanges>").want("Collections/Collection/Commands", absent)
		}
		s.equal("texts", bodies(phone.sync(inbox, "<GetChanges/>").collection().all("Commands/Add")), "[hello]")
	}},
	{"MS-ASCMD_R3128", "changes cannot be wanted with key 0: status 4", func(s *scene) {
		phone := s.device("PHONE")
		for _, wanted := range []string{"<GetChanges/>", "<GetChanges>1</GetChanges>"} {
			phone.sync(inbox, wanted).wantTop("4")
		}
		phone.sync(inbox, "<GetChanges>0</GetChanges>").want(collectionStatus, "1")
	}},
	{"MS-ASCMD_R3599", "new Options replace the old ones, no Options keep them", func(s *scene) {
		s.place(inbox, placed("hello"))
		s.place(inbox, mail("plans"))
		phone := s.device("PHONE")
		s.equal("with texts", bodies(phone.begin(inbox, smsOptions)), "[hello]")
		phone.sync(inbox, "").wantEmpty()
		a := phone.sync(inbox, mailOptions)
		s.equal("with mail", bodies(a.collection().all("Commands/Add")), "[plans]")
		s.equal("texts that leave", len(a.collection().all("Commands/SoftDelete")), 1)
		s.place(inbox, placed("not asked for any more"))
		phone.sync(inbox, "").wantEmpty()
	}},
	{"MS-ASCMD_R4447", "a Fetch of what is not there is status 8, of what is brings it", func(s *scene) {
		id := s.place(inbox, placed("hello"))
		phone := s.device("PHONE")
		phone.begin(inbox, smsOptions)
		a := phone.sync(inbox, commands(fetchItem(id), fetchItem(inbox+":4711"), fetchItem("nonsense")))
		var got []string
		for _, r := range a.root.all(responses + "/Fetch") {
			got = append(got, r.at("Status")+" "+r.data("Body/Data"))
		}
		s.equal("answers", got, []string{"1 hello", "8 " + absent, "8 " + absent})
	}},
	{"MS-ASCMD_R4453", "a folder that is not there is status 12", func(s *scene) {
		phone := s.device("PHONE")
		phone.keys[unknown] = "1"
		phone.sync(unknown, "").wantTop("12")
		phone.keys[unknown] = "0"
		phone.sync(unknown, "").wantTop("12")
	}},
	{"MS-ASCMD_R4464", "too many collections are status 15, with the most", func(s *scene) {
		s.alone(func(o *easserver.Options) { o.MaxCollections = 2 })
		phone := s.device("PHONE")
		phone.syncs(phone.collection(inbox, ""), phone.collection(sentItems, "")).want(collectionStatus, "1")
		phone.command("Sync", syncXML(phone.collection(inbox, "")+phone.collection(sentItems, "")+phone.collection(outbox, ""), "")).wantLimit("15", "Limit", "2")
	}},
	{"MS-ASCMD_R4545", "a collection without an id is status 4", func(s *scene) {
		phone := s.device("PHONE")
		phone.command("Sync", syncXML("<Collection><SyncKey>0</SyncKey></Collection>", "")).wantTop("4")
		phone.command("Sync", syncXML("<Collection><SyncKey>0</SyncKey><CollectionId/></Collection>", "")).wantTop("4")
	}},
	{"MS-ASCMD_R4599", "a key serves for the request after it, and for that again if the answer was lost", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, smsOptions)
		s.place(inbox, placed("one"))
		before := phone.keys[inbox]
		phone.sync(inbox, "").wantItems(inbox, 1)
		phone.keys[inbox] = before
		phone.sync(inbox, "").wantItems(inbox, 1)
		s.place(inbox, placed("two"))
		phone.sync(inbox, "").wantItems(inbox, 1)
		phone.keys[inbox] = before
		phone.sync(inbox, "").want(collectionStatus, "3")
	}},
	{"MS-ASCMD_R4767", "100 items at a time unless another number is asked for, never more than 512", func(s *scene) {
		for i := range 520 {
			s.place(inbox, placed(fmt.Sprint("text ", i)))
		}
		phone := s.device("PHONE")
		for window, want := range map[string]int{"": 100, "<WindowSize>7</WindowSize>": 7, "<WindowSize>0</WindowSize>": 512, "<WindowSize>9999</WindowSize>": 512} {
			delete(phone.keys, inbox)
			phone.sync(inbox, smsOptions)
			a := phone.sync(inbox, window)
			a.wantItems(inbox, want)
			a.want("Collections/Collection/MoreAvailable", "")
		}
	}},
	{"MS-ASCMD_R4771", "MoreAvailable says whether there is more", func(s *scene) {
		for i := range 5 {
			s.place(inbox, placed(fmt.Sprint("text ", i)))
		}
		phone := s.device("PHONE")
		phone.sync(inbox, smsOptions)
		for _, want := range []int{2, 2, 1} {
			a := phone.sync(inbox, "<WindowSize>2</WindowSize>")
			a.wantItems(inbox, want)
			s.equal("more", a.collection().has("MoreAvailable"), want == 2)
		}
		phone.sync(inbox, "<WindowSize>2</WindowSize>").wantEmpty()
	}},
	{"MS-ASCMD_R4776", "the window of all collections holds beside that of each", func(s *scene) {
		for i := range 6 {
			s.place(inbox, placed(fmt.Sprint("text ", i)))
			sent := placed(fmt.Sprint("sent ", i))
			sent.From, sent.To = me, pat
			s.place(sentItems, sent)
		}
		phone := s.device("PHONE")
		phone.sync(inbox, smsOptions)
		phone.sync(sentItems, smsOptions)
		a := phone.command("Sync", syncXML(phone.collection(inbox, "<WindowSize>4</WindowSize>")+
			phone.collection(sentItems, "<WindowSize>4</WindowSize>"), "<WindowSize>6</WindowSize>"))
		phone.take(a)
		a.wantItems(inbox, 4)
		a.wantItems(sentItems, 2)
		s.equal("more of the first", of(a.root, inbox).has("MoreAvailable"), true)
		s.equal("more of the second", of(a.root, sentItems).has("MoreAvailable"), true)
		s.equal("the rest", len(phone.rest(inbox))+len(phone.rest(sentItems)), 6)
	}},
	{"MS-ASCMD_R5596", "a Sync that waits is answered when something comes to one of its folders", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, smsOptions)
		phone.begin(sentItems, smsOptions)
		for _, wait := range []string{"<HeartbeatInterval>60</HeartbeatInterval>", "<Wait>1</Wait>"} {
			h := phone.hang("Sync", syncXML(phone.collection(inbox, "")+phone.collection(sentItems, ""), wait))
			h.stillWaits()
			sent := placed(wait)
			sent.From, sent.To = me, pat
			s.place(sentItems, sent)
			a := h.wakes(5 * time.Second)
			phone.take(a)
			a.wantItems(sentItems, 1)
			s.equal("the Inbox", of(a.root, inbox), nothing)
		}
	}},
	{"MS-ASCMD_R5598", "it is not answered for changes and deletions", func(s *scene) {
		id, other := s.place(inbox, placed("hello")), s.place(inbox, placed("goodbye"))
		phone, tablet := s.device("PHONE"), s.device("TABLET")
		phone.begin(inbox, smsOptions)
		tablet.begin(inbox, smsOptions)
		h := phone.hangSync(inbox, "")
		h.stillWaits()
		tablet.sync(inbox, commands(change(id, read("1")), remove(other)))
		h.stillWaits()
	}},
	{"MS-ASCMD_R5599", "with a command of its own it is answered at once", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, smsOptions)
		h := phone.hangSync(inbox, commands(addSMS("c1", received("hello"))))
		h.wakes(5*time.Second).want(addStatus, "1")
	}},
	{"MS-ASCMD_R6300", "with 14.0 a Delete does not name the class", func(s *scene) {
		id := s.place(inbox, placed("hello"))
		phone, tablet := s.device("PHONE"), s.device("TABLET")
		phone.begin(inbox, smsOptions)
		tablet.begin(inbox, smsOptions)
		tablet.sync(inbox, commands(remove(id)))
		c := phone.sync(inbox, "").collection()
		want := "Class ServerId"
		if s.version == eas.Version140 {
			want = "ServerId"
		}
		s.equal("children of Delete", c.first("Commands/Delete").children(), want)
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
