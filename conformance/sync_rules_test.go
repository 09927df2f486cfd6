package conformance

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"asms/eas"
	"asms/easserver"
)

func TestSyncRules(t *testing.T) { syncRules.run(t) }

// syncRules is what [MS-ASCMD] says of Sync beside what its cases show: keys,
// windows, conflicts, requests without a body, waiting.
var syncRules = chapter{
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
	{"MS-ASCMD_R3836", "no container comes empty", func(s *scene) {
		id := s.place(inbox, placed("hello"))
		phone := s.device("PHONE")
		phone.begin(inbox, smsOptions)
		s.place(inbox, placed("goodbye"))
		for _, a := range []*answer{
			phone.sync(inbox, commands(change(id, read("1")))), phone.sync(inbox, "<GetChanges>0</GetChanges>"), phone.sync(inbox, commands(remove(id))),
		} {
			a.root.walk(func(e *element) {
				if name := e.tag.Name(); (name == "Responses" || name == "Commands" || name == "Collections") && len(e.inner) == 0 {
					s.Errorf("%s is empty in\n%s", name, a)
				}
			})
		}
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
