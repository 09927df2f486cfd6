package conformance

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"asms/account"
	"asms/easserver"
	"asms/mailbox"
	"asms/servertest"
	"asms/store"
)

func TestFull(t *testing.T) { full.run(t) }

// little is the room of a server that is soon full, in bytes.
const little = 512 << 10

// cramped moves the scene to a server that is soon full.
func (s *scene) cramped() {
	s.Helper()
	now := servertest.NewClock(noon).Now
	st, err := store.Open(s.Context(), s.TempDir(), &store.Options{Unsynced: true, MaxBytes: little, Now: now})
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { _ = st.Close() }) // nothing is asked of it any more
	m := mailbox.New(st, &mailbox.Options{Now: now, Location: time.UTC})
	accounts := account.New(st, &account.Options{Cost: account.Cost{Memory: 8, Passes: 1, Threads: 1}, Now: now})
	server := *servertest.New(s.T, &servertest.Options{Now: now, Configure: func(o *easserver.Options) {
		o.Mailbox, o.Accounts = m, accounts
	}}) // a copy: the server goes on with its own
	server.Store, server.Mailbox, server.Accounts = st, m, accounts
	s.server = &server
	s.user = s.server.AddUser(s.T, "anna")
}

// fill creates folders until there is no room, and returns the answer that says so.
func (d *device) fill() *answer {
	d.s.Helper()
	for n := range 900 {
		a := d.folders("FolderCreate", folderCreateXML("0", fmt.Sprint(n, strings.Repeat("n", 200)), userMailType))
		if a.root.at("Status") != "1" {
			return a
		}
		d.keys[hierarchy] = a.root.at("SyncKey")
	}
	d.s.Fatal("never full")
	return nil
}

// full is what a server does that has no room left.
var full = chapter{
	{"MS-ASCMD_R4838", "a command that finds no room is status 113, reading goes on", func(s *scene) {
		s.cramped()
		s.place(inbox, placed("hello"))
		phone := s.device("PHONE")
		texts := len(phone.begin(inbox, smsOptions))
		phone.fill().wantTop("113")
		s.equal("texts", texts, 1)
		phone.sync(inbox, "").wantEmpty()
	}},
	{"MS-ASCMD_R4450", "of texts some find room and the others are status 9", func(s *scene) {
		s.cramped()
		phone := s.device("PHONE")
		phone.begin(inbox, smsOptions)
		kept := 0
		for n := range 200 {
			a := phone.sync(inbox, commands(addSMS("c"+strconv.Itoa(n), received(strings.Repeat("x", 8<<10)))))
			a.want("Collections/Collection/Status", "1")
			answered := a.collection().first("Responses/Add")
			if answered.at("Status") == "1" {
				kept++
				continue
			}
			s.equal("status", answered.at("Status"), "9")
			s.equal("ClientId", answered.at("ClientId"), "c"+strconv.Itoa(n))
			s.equal("ServerId", answered.at("ServerId"), absent)
			break
		}
		if kept == 0 || kept == 200 {
			s.Fatalf("%d of 200 texts were kept", kept)
		}
		s.equal("texts", len(phone.begin(inbox, smsOptions)), kept)
	}},
	{"MS-ASHTTP_R192", "a full server says so by status 113 and not by HTTP 507", func(s *scene) {
		s.cramped()
		a := s.device("PHONE").fill()
		s.equal("HTTP status", a.code, http.StatusOK)
		a.wantTop("113")
	}},
}
