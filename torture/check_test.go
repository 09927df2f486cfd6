package torture

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	_ "modernc.org/sqlite"

	"asms/eas"
	"asms/sms"
	"asms/store"
)

// check looks at what has become of the texts.
func (s *scene) check() {
	s.t.Helper()
	missing := s.checkNetwork()
	reported := s.checkFolders()
	s.checkReports(missing, reported)
	s.stop()
	for _, fault := range s.faults {
		s.t.Error(fault)
	}
	s.checkServer(reported)
}

// checkNetwork returns how many segments each recipient misses.
func (s *scene) checkNetwork() (missing map[string]int) {
	for given, times := range s.line.written {
		if times > 1 {
			s.t.Errorf("the modem was given segment %d for %s %d times", given.seq, given.to, times)
		}
	}
	missing = map[string]int{}
	for _, number := range others {
		missing[number] = segments
	}
	taken, references := map[segment]bool{}, map[string]uint16{}
	for _, submission := range s.network.Submissions() {
		x, err := segmentOf(submission.TPDU)
		if _, known := missing[x.to]; err != nil || !known || !submission.Accepted {
			s.t.Errorf("the network has got %x, %v", submission.TPDU, err)
			continue
		}
		if taken[x] {
			s.t.Errorf("the network has segment %d for %s twice", x.seq, x.to)
		}
		taken[x] = true
		missing[x.to]--
		d, _ := sms.DecodeSubmit(submission.TPDU) // segmentOf has done it
		reference := d.UserData.Header.Concat.Reference
		if first, ok := references[x.to]; ok && first != reference {
			s.t.Errorf("segments for %s have different references", x.to)
		}
		references[x.to] = reference
	}
	for i, peer := range s.peers {
		got := peer.Received()
		if missing[others[i]] == 0 && (len(got) != 1 || got[0].Body != outbound || got[0].From != own) {
			s.t.Errorf("%s has %+v", others[i], got)
		}
	}
	if n := s.network.Waiting(own); n > 0 {
		s.t.Errorf("%d segments have not come in", n)
	}
	return missing
}

// checkFolders returns for whom there is a report.
func (s *scene) checkFolders() (reported []string) {
	s.t.Helper()
	all := map[string][]*eas.SMS{}
	for name := range s.person.boxes {
		list, err := s.person.look(s.t.Context(), name)
		if err != nil {
			s.t.Fatalf("%s: %v", name, err)
		}
		all[name] = list
		for _, fault := range s.person.boxes[name].faults {
			s.t.Error(fault)
		}
	}
	for _, name := range []string{"Outbox", "Drafts", "Deleted Items"} {
		if n := len(all[name]); n > 0 {
			s.t.Errorf("%s has %d texts", name, n)
		}
	}
	sent := all["Sent Items"]
	if len(sent) != 1 || *sent[0].Body.Data != outbound || !slices.Equal(numbers(sent[0].To), others) || !slices.Equal(numbers(sent[0].From), []string{own}) {
		s.t.Errorf("Sent Items: %s", show(sent))
	}
	answers := 0
	for _, m := range all["Inbox"] {
		from := strings.Join(numbers(m.From), ",")
		switch {
		case *m.Body.Data == inbound && from == others[0]:
			answers++
		case strings.Contains(*m.Body.Data, strings.TrimSpace(outbound)) && slices.Contains(others, from):
			reported = append(reported, from)
		default:
			s.t.Errorf("the Inbox has something else: %s", show([]*eas.SMS{m}))
		}
	}
	if answers != 1 {
		s.t.Errorf("the Inbox has the text that came %d times", answers)
	}
	return reported
}

// checkReports checks that those are reported who have to be.
func (s *scene) checkReports(missing map[string]int, reported []string) {
	s.t.Helper()
	uncertain, possibly := s.uncertain()
	for _, number := range others {
		reports := len(slices.DeleteFunc(slices.Clone(reported), func(r string) bool { return r != number }))
		switch {
		case reports > 1:
			s.t.Errorf("%d reports of %s", reports, number)
		case reports == 0 && missing[number] > 0:
			s.t.Errorf("%s misses %d segments and no report says so", number, missing[number])
		case reports == 0 && number == uncertain:
			s.t.Errorf("nobody knows what %s has, and no report says so", number)
		case reports == 1 && number != uncertain && number != possibly:
			s.t.Errorf("%s has all but %d segments, nothing was lost, and a report says otherwise", number, missing[number])
		case len(reported) > 1:
			s.t.Errorf("%s is reported, and others: %v", number, reported)
		case missing[number] > 1:
			s.t.Errorf("%s misses %d segments, one was lost", number, missing[number])
		}
	}
}

// uncertain returns the recipient of whom the agent cannot know what he has, ""
// if there is none, and the one of whom it may not know it: the agent was killed
// while it wrote down what it did.
func (s *scene) uncertain() (surely, possibly string) {
	switch f := s.flight; {
	case !s.struck || s.kill.victim == server:
	case f.state == given:
		return f.to, ""
	case f.state != settled && s.kill.victim == agent:
		return "", f.to
	}
	return "", ""
}

// checkServer checks what the server thinks of the text and of each recipient.
func (s *scene) checkServer(reported []string) {
	s.t.Helper()
	if err := s.query("data/"+store.FileName, func(db *sql.DB) error {
		var text int
		if err := db.QueryRow(`SELECT state FROM outbound`).Scan(&text); err != nil {
			return err
		}
		if store.TextState(text) != store.Sent {
			s.t.Errorf("the server has the text in state %d", text)
		}
		rows, err := db.Query(`SELECT number, state FROM recipient ORDER BY n`)
		if err != nil {
			return err
		}
		defer rows.Close()
		var seen []string
		for rows.Next() {
			var number string
			var state int
			if err := rows.Scan(&number, &state); err != nil {
				return err
			}
			seen = append(seen, number)
			lost := slices.Contains(reported, number)
			if lost && state != int(store.RecipientFailed) && state != int(store.RecipientUnknown) || !lost && state != int(store.RecipientSent) {
				s.t.Errorf("the server has %s in state %d, reported %t", number, state, lost)
			}
		}
		if len(seen) != len(others) {
			s.t.Errorf("the server has recipients %v", seen)
		}
		return rows.Err()
	}); err != nil {
		s.t.Errorf("server: %v", err)
	}
	if err := s.query("state/ledger.db", func(db *sql.DB) error {
		var texts, uploads, parts int
		err := db.QueryRow(`SELECT (SELECT count(*) FROM text WHERE stage <> 3), (SELECT count(*) FROM upload WHERE state <> 1), (SELECT count(*) FROM part WHERE state <> 1)`).
			Scan(&texts, &uploads, &parts)
		if texts+uploads+parts > 0 {
			s.t.Errorf("the agent has %d texts, %d uploads and %d parts left", texts, uploads, parts)
		}
		return err
	}); err != nil {
		s.t.Errorf("agent: %v", err)
	}
}

// query opens a database that nobody uses any more.
func (s *scene) query(name string, f func(*sql.DB) error) error {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(s.dir, name))
	if err != nil {
		return err
	}
	defer db.Close()
	var verdict string
	if err := db.QueryRow(`PRAGMA integrity_check`).Scan(&verdict); err != nil {
		return err
	}
	if verdict != "ok" {
		return errors.New(verdict)
	}
	return f(db)
}

func numbers(list *string) []string {
	all, err := sms.ParseAddresses(*list)
	if err != nil {
		return []string{err.Error()}
	}
	var out []string
	for _, a := range all {
		out = append(out, a.Number)
	}
	return out
}

func show(list []*eas.SMS) string {
	var b strings.Builder
	for _, m := range list {
		fmt.Fprintf(&b, "\nfrom %s to %s: %q", *m.From, *m.To, *m.Body.Data)
	}
	return b.String()
}
