package conformance

import (
	"slices"
	"strings"
	"testing"
	"time"

	"asms/easserver"
)

func TestPing(t *testing.T) { ping.run(t) }

// pingXML is a Ping of mail folders; an empty interval is left out, and so is a
// list of no folders.
func pingXML(interval string, folders ...string) string {
	var b strings.Builder
	b.WriteString(`<Ping xmlns="Ping">`)
	if interval != "" {
		b.WriteString(el("HeartbeatInterval", interval))
	}
	if folders != nil {
		b.WriteString("<Folders>")
		for _, f := range folders {
			b.WriteString("<Folder>" + el("Id", f) + el("Class", "Email") + "</Folder>")
		}
		b.WriteString("</Folders>")
	}
	return b.String() + "</Ping>"
}

// hangEmpty sends a command without a body and does not wait for its answer.
func (d *device) hangEmpty(command string) *hanging {
	d.s.Helper()
	return d.hangRequest(d.request(d.s.Context(), command, nil))
}

// wantLimit checks that a Ping is refused for its interval, with the nearest that
// is allowed.
func (a *answer) wantLimit(status, element, nearest string) {
	a.s.Helper()
	if a.root.children() != "Status "+element || a.root.at("Status") != status || a.root.at(element) != nearest {
		a.s.Errorf("want status %s and %s %s, got\n%s", status, element, nearest, a)
	}
}

// ping is the command Ping.
var ping = chapter{
	{"ASCMD-S11-TC01", "an interval or folders that were never said are status 3", func(s *scene) {
		s.device("A").post("Ping", nil).wantTop("3")
		s.device("B").command("Ping", pingXML("60")).wantTop("3")
		s.device("C").command("Ping", pingXML("", inbox)).wantTop("3")
	}},
	{"ASCMD-S11-TC02", "what breaks the syntax is status 4", func(s *scene) {
		phone := s.device("PHONE")
		for _, xml := range []string{
			`<Ping xmlns="Ping"/>`,
			`<Ping xmlns="Ping"><HeartbeatInterval>60</HeartbeatInterval><Folders/></Ping>`,
			pingXML("soon", inbox), pingXML("60", inbox, inbox), pingXML("60", ""),
			strings.ReplaceAll(pingXML("60", inbox), "Email", "SMS"),
		} {
			phone.command("Ping", xml).wantTop("4")
		}
	}},
	{"ASCMD-S11-TC03", "a negative interval is status 5 with the least", func(s *scene) {
		s.device("PHONE").command("Ping", pingXML("-1", inbox)).wantLimit("5", "HeartbeatInterval", "60")
	}},
	{"ASCMD-S11-TC04", "a device that never synchronized the folders is told to", func(s *scene) {
		phone := s.fresh("PHONE")
		phone.command("Ping", pingXML("60", inbox)).wantTop("7")
		phone = s.device("PHONE")
		phone.sync(inbox, "")
		h := phone.hang("Ping", pingXML("60", inbox))
		h.stillWaits()
		phone.folderSync()
		h.wakes(5*time.Second).want("Status", "1")
	}},
	{"ASCMD-S11-TC05", "a folder made elsewhere is status 7, before a Ping and during one", func(s *scene) {
		phone, tablet := s.device("PHONE"), s.device("TABLET")
		phone.sync(inbox, "")
		h := phone.hang("Ping", pingXML("60", inbox))
		h.stillWaits()
		tablet.createFolder("Work")
		h.wakes(5 * time.Second).wantTop("7")
		phone.command("Ping", pingXML("60", inbox)).wantTop("7")
	}},
	{"ASCMD-S11-TC07", "an interval that is too long is status 5 with the most", func(s *scene) {
		phone := s.device("PHONE")
		for _, interval := range []string{"3541", "99999", "2147483647"} {
			phone.command("Ping", pingXML(interval, inbox)).wantLimit("5", "HeartbeatInterval", "3540")
		}
	}},
	{"ASCMD-S11-TC08", "without a body it is the Ping of before, and ends with status 1", func(s *scene) {
		phone := s.device("PHONE")
		phone.sync(inbox, "")
		first := phone.hang("Ping", pingXML("60", inbox))
		first.stillWaits()
		second := phone.hangEmpty("Ping")
		first.wakes(5 * time.Second).wantTop("1")
		second.stillWaits()
		phone.folderSync()
		second.wakes(5 * time.Second).wantTop("1")
	}},
	{"ASCMD-S11-TC06", "what came to two of three folders is said of those two", func(s *scene) {
		phone := s.device("PHONE")
		for _, folder := range []string{inbox, sentItems, deletedItems} {
			phone.begin(folder, "")
		}
		s.place(inbox, mail("plans"))
		s.place(deletedItems, mail("old plans"))
		a := phone.command("Ping", pingXML("60", inbox, sentItems, deletedItems))
		a.want("Status", "2")
		var got []string
		for _, f := range a.root.all("Folders/Folder") {
			got = append(got, f.text)
		}
		slices.Sort(got)
		s.equal("folders", got, []string{inbox, deletedItems})
	}},

	{"MS-ASCMD_R306", "it names the folders to which something came, and no others", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, smsOptions)
		phone.begin(sentItems, smsOptions)
		h := phone.hang("Ping", pingXML("3540", inbox, sentItems))
		h.stillWaits()
		s.place(deletedItems, placed("not asked for"))
		s.place(inbox, placed("hello"))
		a := h.wakes(5 * time.Second)
		a.want("Status", "2")
		s.equal("folders", len(a.root.all("Folders/Folder")), 1)
		a.want("Folders/Folder", inbox)
	}},
	{"MS-ASCMD_R5641", "a change and a deletion wake nobody", func(s *scene) {
		id := s.place(inbox, placed("hello"))
		other := s.place(inbox, placed("goodbye"))
		phone, tablet := s.device("PHONE"), s.device("TABLET")
		phone.begin(inbox, smsOptions)
		tablet.begin(inbox, smsOptions)
		h := phone.hang("Ping", pingXML("60", inbox))
		tablet.sync(inbox, commands(change(id, read("1")), remove(other)))
		h.stillWaits()
	}},
	{"MS-ASCMD_R5632", "interval and folders are remembered, each for itself", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, smsOptions)
		phone.begin(sentItems, smsOptions)
		h := phone.hang("Ping", pingXML("60", inbox))
		h.stillWaits()
		h = phone.hang("Ping", pingXML("", sentItems))
		s.place(inbox, placed("not asked for any more"))
		h.stillWaits()
		h = phone.hang("Ping", pingXML("120"))
		h.stillWaits()
		sent := placed("see you")
		sent.From, sent.To = me, pat
		s.place(sentItems, sent)
		h.wakes(5*time.Second).want("Folders/Folder", sentItems)
	}},
	{"MS-ASCMD_R5636", "it starts from the last key that was issued", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, smsOptions)
		s.place(inbox, placed("hello"))
		for range 2 { // until it has been fetched
			phone.command("Ping", pingXML("60", inbox)).want("Status", "2")
		}
		s.equal("texts", len(phone.rest(inbox)), 1)
		phone.hang("Ping", pingXML("60", inbox)).stillWaits()
	}},
	{"MS-ASCMD_R5690", "intervals end at 60 and 3540 seconds", func(s *scene) {
		phone := s.device("PHONE")
		phone.sync(inbox, "")
		phone.command("Ping", pingXML("59", inbox)).wantLimit("5", "HeartbeatInterval", "60")
		phone.command("Ping", pingXML("3541", inbox)).wantLimit("5", "HeartbeatInterval", "3540")
		for _, good := range []string{"60", "3540"} {
			h := phone.hang("Ping", pingXML(good, inbox))
			h.stillWaits()
			phone.folderSync()
			h.wakes(5*time.Second).want("Status", "1")
		}
	}},
	{"MS-ASCMD_R4254", "too many folders are status 6 with the most", func(s *scene) {
		s.alone(func(o *easserver.Options) { o.MaxCollections = 2 })
		s.device("PHONE").command("Ping", pingXML("60", inbox, sentItems, outbox)).wantLimit("6", "MaxFolders", "2")
	}},
	{"MS-ASCMD_R4258", "a folder that is not there is status 7", func(s *scene) {
		phone := s.device("PHONE")
		phone.sync(inbox, "")
		phone.command("Ping", pingXML("60", inbox, unknown)).wantTop("7")
	}},
}
