package relay_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"asms/eas"
)

// verdict is what the Inbox says of one recipient of a text.
type verdict struct{ failed, unknown int }

// check compares the two sides.
func (m *month) check() {
	t := m.t
	fresh := m.newOwner("web2")
	fresh.sync()
	for f, items := range fresh.items {
		if f == eas.FolderTypeOutbox { // what waits there is only the writer's to see
			continue
		}
		if got := m.owner.bodies(f); !maps.Equal(got, fresh.bodies(f)) {
			t.Errorf("folder type %v: the owner's device shows %d texts, a new one %d", f, len(m.owner.items[f]), len(items))
		}
	}
	verdicts := m.checkInbox(fresh)
	m.checkLetters(fresh, verdicts)
	for _, item := range m.outbox() {
		if !slices.ContainsFunc(m.letters, func(l *letter) bool { return l.left && l.body == item.Body }) {
			t.Errorf("%q is left in the Outbox, state %v", brief(item.Body), item.State)
		}
	}
	if n := len(fresh.items[eas.FolderTypeOutbox]); n > 0 {
		t.Errorf("a new device sees %d texts in the Outbox", n)
	}
	for _, s := range m.sites {
		if n := s.Stored() + m.network.Waiting(s.number); n > 0 {
			t.Errorf("%d messages are left in the modem or for it", n)
		}
	}
	m.checkEffort()
	t.Logf("outages: %v, killed at %q", m.happened, m.phone.killed)
}

// checkInbox finds what people wrote, and takes the reports apart.
func (m *month) checkInbox(fresh *owner) map[string]*verdict {
	verdicts := map[string]*verdict{}
	got := map[string]int{}
	for _, item := range fresh.items[eas.FolderTypeInbox] {
		body := *item.Body.Data
		words, quoted, _ := strings.Cut(body, "\n\n")
		number, failed := strings.CutPrefix(words, "Not sent to ")
		if !failed {
			var unknown bool
			if number, unknown = strings.CutPrefix(words, "Perhaps not sent to "); !unknown {
				got[*item.From+" "+body]++
				continue
			}
		}
		number, _, _ = strings.Cut(number, ":")
		k := number + " " + strings.TrimSuffix(quoted, "\n")
		if verdicts[k] == nil {
			verdicts[k] = &verdict{}
		}
		if failed {
			verdicts[k].failed++
		} else {
			verdicts[k].unknown++
		}
	}
	for k, n := range m.came {
		if got[k] != n {
			m.t.Errorf("the Inbox has %q %d times, it came %d times", brief(k), got[k], n)
		}
	}
	for k, n := range got {
		if m.came[k] == 0 {
			m.t.Errorf("the Inbox has %q %d times, nobody wrote it", k, n)
		}
	}
	return verdicts
}

// checkLetters follows each text that the owner wrote to its recipients.
func (m *month) checkLetters(fresh *owner, verdicts map[string]*verdict) {
	t := m.t
	sent, drafts := fresh.bodies(eas.FolderTypeSentItems), fresh.bodies(eas.FolderTypeDrafts)
	same := map[string][]*letter{}
	for _, l := range m.letters {
		same[l.body] = append(same[l.body], l)
	}
	known := map[string]bool{}
	lost, again, hidden, reached, failed, unknown := 0, 0, 0, 0, 0, 0
	for body, list := range same {
		copies, gone, open := len(list), 0, 0
		for _, l := range list {
			if m.lost(l) {
				gone++
			}
			if l.again {
				again++
			}
			if l.left {
				open++
			}
		}
		lost, hidden = lost+gone, hidden+open
		for _, number := range list[0].to {
			known[number+" "+body] = true
			v := verdicts[number+" "+body]
			if v == nil {
				v = &verdict{}
			}
			has := m.has(number, body)
			reached, failed, unknown = reached+has, failed+v.failed, unknown+v.unknown
			where := fmt.Sprintf("%q to %s, %d copies (%d lost with the server's past, %d given up, written %v)",
				brief(body), number, copies, gone, open, list[0].written.Sub(m.start))
			if has+v.failed > copies {
				t.Errorf("%s: has %d, failed %d", where, has, v.failed)
			}
			if v.failed+v.unknown > copies {
				t.Errorf("%s: reported as failed %d times, as unknown %d times", where, v.failed, v.unknown)
			}
			if gone == 0 && open == 0 && has+v.failed+v.unknown < copies {
				t.Errorf("%s: has %d, failed %d, unknown %d", where, has, v.failed, v.unknown)
			}
		}
		if n := sent[body] + drafts[body]; n > copies || n < copies-gone-open {
			t.Errorf("%q: %d copies, %d lost, %d given up, but %d in Sent Items and %d in Drafts", brief(body), copies, gone, open, sent[body], drafts[body])
		}
		if len(list) == 1 && gone == 0 && open == 0 {
			m.checkOne(list[0], sent[body] > 0, verdicts)
		}
	}
	for _, f := range []map[string]int{sent, drafts} {
		for body := range f {
			if same[body] == nil {
				t.Errorf("nobody wrote %q", body)
			}
		}
	}
	for k := range verdicts {
		if !known[k] {
			t.Errorf("a report about %q, which nobody wrote", k)
		}
	}
	for number, c := range m.people {
		for _, text := range c.Received() {
			if !known[number+" "+text.Body] {
				t.Errorf("%s has %q, which nobody wrote to it", number, text.Body)
			}
		}
	}
	t.Logf("%d texts written: %d recipients reached, %d failed, %d unknown, %d sent again by hand, %d given up, %d lost with the server's past (%d restorations, %d lost keys)",
		len(m.letters), reached, failed, unknown, again, hidden, lost, len(m.restored), len(m.keysLost))
}

// lost tells that a restored server knows nothing of a text.
func (m *month) lost(l *letter) bool {
	return slices.ContainsFunc(m.restored, func(r [2]time.Time) bool { return l.written.After(r[0]) && l.written.Before(r[1]) })
}

// checkOne compares where a text is filed with what became of it.
func (m *month) checkOne(l *letter, sent bool, verdicts map[string]*verdict) {
	reached, unknown := 0, 0
	for _, number := range l.to {
		reached += m.has(number, l.body)
		if v := verdicts[number+" "+l.body]; v != nil {
			unknown += v.unknown
		}
	}
	switch {
	case reached > 0 && unknown == 0 && !sent:
		m.t.Errorf("%q reached %d, but is in Drafts", brief(l.body), reached)
	case reached == 0 && unknown == 0 && sent:
		m.t.Errorf("%q reached nobody, but is in Sent Items", brief(l.body))
	}
}

// checkEffort looks for storms: what a day took of the modem and the server.
func (m *month) checkEffort() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for what, f := range map[string]struct {
		by   map[int]int
		most int
	}{"AT commands": {m.commands, 5_000 * len(m.sites)}, "HTTP requests": {m.requests, 2_000}} {
		sum, most := 0, 0
		for day, n := range f.by {
			sum, most = sum+n, max(most, n)
			if n > f.most {
				m.t.Errorf("day %d took %d %s", day, n, what)
			}
		}
		m.t.Logf("%s: %d a day, at most %d", what, sum/len(f.by), most)
	}
}
