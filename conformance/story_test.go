package conformance

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"asms/eas"
	"asms/easserver"
	"asms/mailbox"
	"asms/servertest"
)

// story is a test of one requirement: what happens between devices and a server.
// It is told for every protocol version that the requirement names.
type story struct {
	id   string
	name string
	tell func(s *scene)
}

func (st story) title() string { return st.id + " " + st.name }

// chapter holds the stories of a section.
type chapter []story

// book is all there is to tell.
var book = []chapter{
	transport, syntax, smsClass, additionalElements,
	synchronizing, options, stickyOptions, filtering, makingChanges, outboxSync, estimating, provisioning, sending, relaying,
	processingSync, processingEstimate, processingSettings, productBehavior,
	examples, conversations, devices,
	folderSync, folderCreate, folderUpdate, getItemEstimate, ping, provision, overHTTP, syncing, itemOperations,
	syncRules, settings, commonStatuses, moveItems, mailFlags, mailBodies, itemBodies, itemChanges, searching, discovering,
	resolving, conversationModes, full, elsewhere,
}

// noon is when stories happen.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// TestMain has many stories told at a time: they wait more than they work.
func TestMain(m *testing.M) {
	flag.Parse()
	const atATime = 8
	if p := flag.Lookup("test.parallel"); p.Value.String() == p.DefValue {
		if err := p.Value.Set(strconv.Itoa(atATime)); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// run tells the stories of a chapter side by side: on one server, each with a
// user of its own.
func (c chapter) run(t *testing.T) { c.tell(t, false) }

// tell tells the stories in the plain form of requests or in the packed one.
func (c chapter) tell(t *testing.T, packed bool) {
	t.Parallel()
	server := servertest.New(t, &servertest.Options{Now: servertest.NewClock(noon).Now})
	versions := make(map[string][]string)
	for _, r := range requirements(t) {
		versions[r.ID] = r.Versions
	}
	var users atomic.Int64
	for _, st := range c {
		t.Run(st.title(), func(t *testing.T) {
			t.Parallel()
			told := versions[st.id]
			if testing.Short() { // the latest alone
				told = told[len(told)-1:]
			}
			for _, v := range told {
				t.Run(v, func(t *testing.T) {
					t.Parallel()
					version, err := strconv.ParseFloat(v, 64)
					if err != nil {
						t.Fatal(err)
					}
					st.tell(&scene{
						T: t, server: server, version: eas.Version(version*10 + 0.5), packed: packed,
						user: server.AddUser(t, "user"+strconv.FormatInt(users.Add(1), 10)),
					})
				})
			}
		})
	}
}

// scene is where a story happens: a server, a user whose mailbox is empty, and
// the protocol version that its devices speak.
type scene struct {
	*testing.T
	server  *servertest.Server
	user    servertest.User
	version eas.Version
	packed  bool // queries are in base64, bodies in gzip
}

// TestCasesPacked tells the cases of the public suites once more, as the suites
// send them if they are set to: with the query in base64, and packed. Those about
// the plain form itself are left out.
func TestCasesPacked(t *testing.T) {
	plain := func(id string) bool {
		return strings.HasPrefix(id, "ASHTTP-") || slices.Contains([]string{"ASCMD-S21-TC10", "ASCMD-S21-TC11", "ASPROV-S03-TC07"}, id)
	}
	var cases chapter
	for _, r := range requirements(t) {
		if r.Level != "case" || plain(r.ID) {
			continue
		}
		for _, c := range book {
			for _, st := range c {
				if st.id == r.ID {
					cases = append(cases, st)
				}
			}
		}
	}
	cases.tell(t, true)
}

// alone moves the scene to a server of its own, with a clock that can be moved.
func (s *scene) alone(configure func(*easserver.Options)) *servertest.Clock {
	s.Helper()
	clock := servertest.NewClock(noon)
	s.server = servertest.New(s.T, &servertest.Options{Now: clock.Now, Configure: configure})
	s.user = s.server.AddUser(s.T, "anna")
	return clock
}

// place puts an item into a folder that no device supplied, and returns its id.
func (s *scene) place(folder string, m mailbox.Message) string {
	s.Helper()
	id, err := s.server.Mailbox.Place(s.Context(), s.user.ID, folder, m)
	if err != nil {
		s.Fatal(err)
	}
	return id
}

// placed is a text from Pat that no device supplied, an hour old.
func placed(body string) mailbox.Message {
	return mailbox.Message{
		Class: mailbox.ClassSMS, From: pat, To: me, Body: body, CPID: "1252", Date: noon.Add(-time.Hour), Importance: 1,
	}
}

// mail is a mail, an hour old.
func mail(subject string) mailbox.Message {
	return mailbox.Message{
		Class: mailbox.ClassEmail, From: `"Ben" <ben@example.com>`, To: `"Anna" <anna@example.com>`, Subject: subject,
		Body: subject, Date: noon.Add(-time.Hour), Importance: 1,
	}
}

// equal checks a value that a story depends on.
func (s *scene) equal(what string, got, want any) {
	s.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		s.Errorf("%s: %+q, want %+q", what, fmt.Sprint(got), fmt.Sprint(want))
	}
}
