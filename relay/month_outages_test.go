package relay_test

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"asms/account"
	"asms/relay/simulator"
	"asms/store"
)

// outage is a way in which things break, and for how long. make returns what
// begins and what ends one.
type outage struct {
	least, most time.Duration
	make        func() (begin, end func())
}

func (m *month) outages() map[string]outage {
	m.phone.down = time.Hour
	anySite := func(begin, end func(*site)) func() (func(), func()) {
		return func() (func(), func()) {
			s := pick(m, m.sites)
			if end == nil {
				return func() { begin(s) }, nil
			}
			return func() { begin(s) }, func() { end(s) }
		}
	}
	fault := func(name string, faults ...simulator.Fault) func() (func(), func()) {
		return func() (func(), func()) {
			f := pick(m, faults)
			return func() { m.inject(name, &f) }, func() { m.inject(name, nil) }
		}
	}
	held := func(name string) func() (func(), func()) {
		return func() (func(), func()) {
			return func() { m.phone.hold(name) }, func() { m.phone.release(name) }
		}
	}
	server := func(begin, end func()) func() (func(), func()) {
		return func() (func(), func()) { return begin, end }
	}
	submit := func(a simulator.Action) simulator.Fault {
		return simulator.Fault{Do: a, Times: 2, Skip: m.random.IntN(3)}
	}
	const minute, hour = time.Minute, time.Hour
	return map[string]outage{
		"server away": {5 * minute, 8 * hour, server(
			func() { m.listener.refuse(true); m.listener.cut() },
			func() { m.listener.refuse(false) })},
		"server restarted": {0, 0, func() (func(), func()) {
			gently := m.random.IntN(2) == 0
			return func() { m.restart(gently, nil) }, nil
		}},
		"server restored": {0, 0, func() (func(), func()) {
			older := m.random.IntN(2)
			return func() { m.restore(older) }, nil
		}},
		"password changed": {30 * minute, 6 * hour, server(m.changePassword, m.rightPassword)},
		"device blocked":   {10 * minute, 6 * hour, server(func() { m.wanted["blocked"] = true; m.admit() }, func() { m.wanted["blocked"] = false; m.admit() })},
		"policy demanded":  {1 * hour, 40 * hour, server(func() { m.wanted["policy"] = true; m.admit() }, func() { m.wanted["policy"] = false; m.admit() })},
		"server busy": {5 * minute, 3 * hour, func() (func(), func()) {
			for_ := m.within(5*minute, 3*hour)
			return func() { m.setBusy(for_) }, nil
		}},
		"answers of the server lost": {10 * minute, 5 * hour, func() (func(), func()) {
			n := 1 + m.random.IntN(3)
			return func() { m.setLose(n) }, func() { m.setLose(0) }
		}},
		"server silent": {2 * minute, 5 * hour, server(func() { m.setMute(true) }, func() { m.setMute(false) })},
		"server broken": {5 * minute, 3 * hour, func() (func(), func()) {
			code := pick(m, []int{500, 502, 504, 507, 404})
			return func() { m.setBroken(code) }, func() { m.setBroken(0) }
		}},
		"server moved":         {hour, 20 * hour, server(func() { m.setMoved(true) }, func() { m.setMoved(false) })},
		"partnerships dropped": {0, 0, server(m.dropPartnerships, nil)},
		"device removed":       {0, 0, server(m.removeDevice, nil)},
		"modem silent":         {2 * minute, 3 * hour, anySite(func(s *site) { s.setSilent(true) }, func(s *site) { s.setSilent(false) })},
		"modem unplugged":      {5 * minute, 9 * hour, anySite(func(s *site) { s.setUnplugged(true) }, func(s *site) { s.setUnplugged(false) })},
		"modem pulled shortly": {minute, 5 * minute, anySite(func(s *site) { s.setUnplugged(true) }, func(s *site) { s.setUnplugged(false) })},
		"modem restarted":      {0, 0, anySite((*site).Restart, nil)},
		"no network":           {5 * minute, 6 * hour, anySite(func(s *site) { s.SetRegistered(false) }, func(s *site) { s.SetRegistered(true) })},
		"service centre refuses": {5 * minute, 6 * hour, fault("refuses",
			simulator.Fault{Do: simulator.Reject, Code: 42}, simulator.Fault{Do: simulator.Reject, Code: 38},
			simulator.Fault{Do: simulator.Reject, Code: 194}, simulator.Fault{Do: simulator.Reject, Code: 500})},
		"one number refused for now": {5 * minute, 6 * hour, fault("out",
			simulator.Fault{Do: simulator.Reject, Code: 27, Number: m.friends[0]}, simulator.Fault{Do: simulator.Reject, Code: 41, Number: m.friends[1]})},
		"outcome unknown": {hour, 5 * hour, fault("unknown",
			submit(simulator.DropAnswer), submit(simulator.Garble), submit(simulator.HangUpSent), submit(simulator.Swallow), submit(simulator.HangUp))},
		"no prompt": {hour, 5 * hour, fault("no prompt",
			simulator.Fault{Do: simulator.NoPrompt, Times: 3}, simulator.Fault{Do: simulator.NoPrompt, Times: 3, Skip: 1})},
		"phone switched off": {10 * minute, 20 * hour, func() (func(), func()) {
			number := pick(m, m.friends)
			return func() { m.network.SetReachable(number, false) }, func() { m.network.SetReachable(number, true) }
		}},
		"store full":    {30 * minute, 5 * hour, m.burst},
		"agent stopped": {minute, 6 * hour, held("stopped")},
		"agent killed": {0, 0, func() (func(), func()) {
			n, down := 1+m.random.Int64N(20), m.within(time.Second, 4*hour)
			return func() { m.phone.down = down; m.phone.killIn.Store(n) }, nil
		}},
	}
}

// burst has more come in than the store of a modem holds, while the agent is
// away.
func (m *month) burst() (begin, end func()) {
	type arrival struct{ from, body string }
	var list []arrival
	for range 20 {
		a := arrival{pick(m, m.senders), m.words()}
		m.came[key(a.from, a.body)]++
		list = append(list, a)
	}
	s := pick(m, m.sites)
	return func() {
			m.phone.hold("burst")
			for _, a := range list {
				if err := m.people[a.from].Send(s.number, a.body); err != nil {
					m.t.Error(err)
				}
			}
		}, func() {
			m.phone.release("burst")
		}
}

func (m *month) makeBackup() {
	b := backup{dir: m.t.TempDir()}
	m.restart(true, func() {
		b.at, b.password = time.Now(), m.password
		m.copyData(b.dir, m.data)
	})
	m.backups = append(m.backups, b)
}

// restore sets the server back to the last backup, or the one before if that is
// less than a day old.
func (m *month) restore(older int) {
	if len(m.backups) == 0 {
		m.makeBackup()
		return
	}
	b := m.backups[max(0, len(m.backups)-1-older)]
	if time.Since(b.at) > 24*time.Hour {
		b = m.backups[len(m.backups)-1]
	}
	for { // a person who does not know whether a text was taken would write it again
		m.owner.turn <- struct{}{}
		if !m.owner.unsure {
			break
		}
		<-m.owner.turn
		m.listener.refuse(false) // so that it comes to know
		time.Sleep(time.Minute)
	}
	m.restart(false, func() { m.copyData(m.data, b.dir) })
	m.mu.Lock()
	m.password = b.password
	m.mu.Unlock()
	m.restored = append(m.restored, [2]time.Time{b.at, time.Now()})
	m.keysLost = append(m.keysLost, time.Now())
	m.backups = slices.DeleteFunc(m.backups, func(x backup) bool { return x.at.After(b.at) }) // of a past that is no more
	<-m.owner.turn
	m.rightPassword()
	m.admit()
}

func (m *month) changePassword() {
	next := fmt.Sprintf("correct horse %d", m.random.IntN(1000))
	if err := m.current().accounts.SetPassword(m.t.Context(), m.user, next); err != nil {
		m.t.Error(err)
	}
	m.mu.Lock()
	m.password = next
	m.mu.Unlock()
}

// rightPassword tells the agent the password, as its owner does.
func (m *month) rightPassword() {
	if m.phone.password == m.password {
		return
	}
	m.phone.hold("password")
	m.phone.password = m.password
	m.phone.release("password")
}

// admit has the server demand and refuse what is wanted.
func (m *month) admit() {
	l := m.current()
	if err := l.accounts.SetPolicy(m.t.Context(), m.user, m.wanted["policy"]); err != nil {
		m.t.Error(err)
	}
	access := store.Allowed
	if m.wanted["blocked"] {
		access = store.Blocked
	}
	if err := l.accounts.SetAccess(m.t.Context(), m.user, m.phone.id, access); err != nil && !errors.Is(err, account.ErrNoDevice) {
		m.t.Error(err)
	}
	if err := l.mailbox.Route(m.t.Context(), m.user); err != nil {
		m.t.Error(err)
	}
}

func (m *month) dropPartnerships() {
	m.keysLost = append(m.keysLost, time.Now())
	if err := m.current().store.Update(m.t.Context(), m.user, func(tx *store.Tx) error {
		for _, folder := range []int64{store.InboxID, store.OutboxID} {
			if err := tx.DropPartnership(m.phone.id, folder); err != nil {
				return err
			}
		}
		_, err := tx.Bump()
		return err
	}); err != nil {
		m.t.Error(err)
	}
}

func (m *month) removeDevice() {
	m.keysLost = append(m.keysLost, time.Now())
	l := m.current()
	if err := l.accounts.RemoveDevice(m.t.Context(), m.user, m.phone.id); err != nil && !errors.Is(err, account.ErrNoDevice) {
		m.t.Error(err)
	}
	if err := l.mailbox.Route(m.t.Context(), m.user); err != nil {
		m.t.Error(err)
	}
}
