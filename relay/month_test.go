package relay_test

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"asms/eas"
	"asms/relay/simulator"
	"asms/sms"
	"asms/store"
)

// A month in the life of a phone: texts go out and come in, and everything that
// can break breaks for minutes or hours, at random. When all of it is over, what
// people wrote and what people have is the same on both sides.
//
// MONTH_SEED=7 plays another month, with two radios, too.
func TestMonth(t *testing.T) {
	for radios := 1; radios <= 2; radios++ {
		days, seed := 30, uint64(radios)
		if s := os.Getenv("MONTH_SEED"); s != "" {
			n, err := strconv.ParseUint(s, 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			seed = n
		} else if radios == 2 {
			days = 10
		}
		if testing.Short() {
			days = 2
		}
		t.Run(fmt.Sprintf("%d days with %d radios", days, radios), func(t *testing.T) {
			t.Parallel()
			t.Logf("MONTH_SEED=%d", seed)
			synctest.Test(t, func(t *testing.T) {
				m := newMonth(t, radios, days, seed)
				m.play()
				m.settle()
				m.check()
			})
		})
	}
}

// month is what happens and what has to become of it.
type month struct {
	*world
	random *rand.Rand
	days   int
	owner  *owner

	people  map[string]*simulator.Correspondent
	friends []string // get texts
	barred  []string // are refused for good
	senders []string // write texts

	events   []event
	letters  []*letter       // what the owner wrote
	came     map[string]int  // what people wrote to the owner, by From and body
	happened map[string]int  // outages, by kind
	queue    chan *letter    // to the owner's device
	restored [][2]time.Time  // times of the backup and of the restoration
	keysLost []time.Time     // when the server lost keys of the phone
	wanted   map[string]bool // "blocked", "policy": in force

	backups        []backup
	serial, letter int
}

type event struct {
	at   time.Duration
	name string
	do   func()
}

type backup struct {
	dir, password string
	at            time.Time
}

// letter is a text that the owner wrote.
type letter struct {
	to      []string
	body    string
	written time.Time
	id      eas.ServerID
	again   bool // a person had it sent again
	left    bool // a person left it in the Outbox, unknown
}

func newMonth(t *testing.T, radios, days int, seed uint64) *month {
	m := &month{
		world: newWorld(t, radios), random: rand.New(rand.NewPCG(seed, 0)), days: days,
		people: map[string]*simulator.Correspondent{}, came: map[string]int{}, happened: map[string]int{}, wanted: map[string]bool{},
		queue: make(chan *letter, 10_000),
	}
	for i := range 6 {
		number := fmt.Sprintf("+1555111000%d", i)
		m.friends, m.senders = append(m.friends, number), append(m.senders, number)
	}
	for i, code := range []int{1, 28} {
		number := fmt.Sprintf("+1555222000%d", i)
		m.barred = append(m.barred, number)
		m.faults["barred "+number] = simulator.Fault{Do: simulator.Reject, Code: code, Number: number}
	}
	m.senders = append(m.senders, "MyBank", "Info", "43210")
	for _, number := range slices.Concat(m.senders, m.barred) {
		m.people[number] = m.network.Correspondent(number, nil)
	}
	m.inject("", nil)
	m.phone.release("not yet")
	m.owner = m.newOwner("web1")
	m.plan()
	return m
}

// within is a time at random in a range.
func (m *month) within(from, to time.Duration) time.Duration {
	return from + time.Duration(m.random.Int64N(int64(to-from)))
}

func (m *month) at(at time.Duration, name string, do func()) {
	m.events = append(m.events, event{at, name, do})
}

func pick[T any](m *month, list []T) T { return list[m.random.IntN(len(list))] }

// words are a text of its own, of any length and script.
func (m *month) words() string {
	m.serial++
	kinds := []func() string{
		func() string { return "see you at eight" },
		func() string { return "Grüße, à bientôt! It costs [5 €] {or so}" },
		func() string { return "Привет, как дела?" },
		func() string { return "好的 👍🏽 مرحبا" },
		func() string { return "one line\nand another\n\nand one after a gap " },
		func() string { return strings.Repeat("a long story in parts ", 8+m.random.IntN(30)) },
		func() string { return strings.Repeat("длинный рассказ 🐌 ", 5+m.random.IntN(20)) },
		func() string { return strings.Repeat("mostly plain, ", 20) + "but an ☃ at the end" },
	}
	return fmt.Sprintf("%d %s", m.serial, pick(m, kinds)())
}

// plan lays out all that will happen.
func (m *month) plan() {
	const day = 24 * time.Hour
	whole := time.Duration(m.days) * day
	for d := range m.days {
		begin := time.Duration(d) * day
		for range 5 + m.random.IntN(6) {
			m.planLetter(begin + m.within(0, day))
		}
		for range 5 + m.random.IntN(6) {
			m.planArrival(begin + m.within(0, day))
		}
		m.at(begin+m.within(2*time.Hour, 5*time.Hour), "backup", m.makeBackup)
	}
	outages := m.outages()
	names := slices.Sorted(maps.Keys(outages))
	for _, name := range names {
		o := outages[name]
		times := make([]time.Duration, max(1, m.days/5))
		if name == "agent killed" {
			times = make([]time.Duration, m.days)
		}
		for i := range times {
			times[i] = m.within(6*time.Hour, whole)
		}
		slices.Sort(times)
		var free time.Duration
		for _, from := range times { // one of a kind at a time
			from = max(from, free)
			to := from + m.within(o.least, o.most+1)
			free = to + time.Minute
			begin, end := o.make()
			m.happened[name]++
			m.at(from, name, begin)
			if end != nil {
				m.at(to, name+" over", end)
			}
		}
	}
	slices.SortStableFunc(m.events, func(a, b event) int { return cmp.Compare(a.at, b.at) })
}

func (m *month) planLetter(at time.Duration) {
	l := letter{body: m.words()}
	to := slices.Clone(m.friends)
	m.random.Shuffle(len(to), func(i, j int) { to[i], to[j] = to[j], to[i] })
	switch m.random.IntN(10) {
	case 0: // nobody can be reached
		l.to = []string{pick(m, m.barred)}
	case 1:
		l.to = append(to[:1:1], m.barred...)
	case 2, 3:
		l.to = to[:2+m.random.IntN(3)]
	default:
		l.to = to[:1]
	}
	copies := 1
	if m.random.IntN(15) == 0 { // the same once more
		copies = 2
	}
	for range copies {
		own := l
		m.letters = append(m.letters, &own)
		m.at(at, "letter", func() { m.queue <- &own })
	}
}

func (m *month) planArrival(at time.Duration) {
	from, to, body := pick(m, m.senders), pick(m, m.sites).number, m.words()
	damage, skip := m.random.IntN(8), m.random.IntN(2)
	segments, err := sms.Split(body, nil)
	if err != nil {
		m.t.Fatal(err)
	}
	if len(segments) < 2 {
		damage = -1 // a network that repeats a text of one part makes two
	}
	f := simulator.Fault{Number: to, Skip: skip}
	came := body
	switch damage {
	case 0, 1:
		f.Do = simulator.Duplicate
	case 2, 3:
		f.Do = simulator.Reorder
	case 4:
		f.Do, f.Times = simulator.Lose, 1
		came = without(segments, skip)
	default:
		m.arrive(at, from, to, body, body, nil)
		return
	}
	m.arrive(at, from, to, body, came, &f)
	if m.random.IntN(15) == 0 { // the same once more
		m.arrive(at+m.within(2*time.Second, time.Minute), from, to, body, body, nil)
	}
}

// without is what is shown of a text that misses a part.
func without(segments []sms.UserData, missing int) string {
	return sms.Join(segments[:missing]) + "[…]" + sms.Join(segments[missing+1:]) +
		fmt.Sprintf("\n\n(Of %d parts these never came: %d.)", len(segments), missing+1)
}

// arrive has a text sent to the phone; came is what the owner is to see of it.
func (m *month) arrive(at time.Duration, from, to, body, came string, f *simulator.Fault) {
	m.came[key(from, came)]++
	m.at(at, "arrival", func() {
		m.inject("on the way", f)
		if err := m.people[from].Send(to, body); err != nil {
			m.t.Error(err)
		}
		m.inject("on the way", nil)
	})
}

// key is From as an item has it, and the words.
func key(from, body string) string {
	return sms.Address{Name: from, Number: from}.String() + " " + body
}

// play has it all happen.
func (m *month) play() {
	written := make(chan struct{})
	go func() {
		defer close(written)
		look := time.NewTicker(3 * time.Hour)
		defer look.Stop()
		for {
			select {
			case l, more := <-m.queue:
				if !more {
					return
				}
				m.letter++
				l.id = m.owner.write(eas.ClientID(fmt.Sprintf("w%d", m.letter)), recipients(l.to), l.body)
				l.written = time.Now()
			case <-look.C:
				m.owner.sync()
			}
		}
	}()
	for _, e := range m.events {
		time.Sleep(time.Until(m.start.Add(e.at)))
		if os.Getenv("RELAY_LOG") != "" {
			m.log.Info("MONTH", "at", e.at, "event", e.name)
		}
		e.do()
	}
	close(m.queue)
	m.over()
	<-written
}

func recipients(numbers []string) string {
	var list []sms.Address
	for _, n := range numbers {
		list = append(list, sms.Address{Name: "Friend", Number: n})
	}
	return sms.FormatAddresses(list)
}

// over ends all outages.
func (m *month) over() {
	for name := range m.faults {
		if !strings.HasPrefix(name, "barred") {
			delete(m.faults, name)
		}
	}
	m.inject("", nil)
	for _, number := range m.friends {
		m.network.SetReachable(number, true)
	}
	for _, s := range m.sites {
		s.setSilent(false)
		s.setUnplugged(false)
		s.SetRegistered(true)
	}
	m.setBusy(0)
	m.setLose(0)
	m.setMute(false)
	m.setBroken(0)
	m.setMoved(false)
	m.listener.refuse(false)
	clear(m.wanted)
	m.admit()
	m.phone.killIn.Store(0)
	for _, reason := range []string{"stopped", "burst"} {
		m.phone.release(reason)
	}
	m.rightPassword()
}

// settle waits, and then does what is left to people: texts of which the server
// cannot know what became are sent again if nobody has them, and left alone else.
func (m *month) settle() {
	time.Sleep(14 * time.Hour)
	for id, item := range m.outbox() {
		i := slices.IndexFunc(m.letters, func(l *letter) bool { return l.body == item.Body && !l.again && !l.left })
		switch {
		case i < 0:
			m.t.Errorf("nobody wrote %q in the Outbox", brief(item.Body))
			continue
		case item.State != store.Unknown:
			m.t.Errorf("%q is still in the Outbox, state %v", brief(item.Body), item.State)
			continue
		case !slices.ContainsFunc(m.keysLost, func(t time.Time) bool { return t.After(m.letters[i].written) }):
			m.t.Errorf("%q, written %v, is unknown though no key was lost since", brief(item.Body), m.letters[i].written.Sub(m.start))
		}
		if slices.ContainsFunc(m.letters[i].to, func(n string) bool { return m.has(n, item.Body) > 0 }) {
			m.letters[i].left = true
			continue
		}
		m.letters[i].again = true
		if _, err := m.current().mailbox.SendAgain(m.t.Context(), m.user, id); err != nil {
			m.t.Errorf("send again: %v", err)
		}
	}
	time.Sleep(10 * time.Hour)
	m.recover()
	m.owner.sync()
}

// outbox are all texts in the Outbox, whichever device may see them, by id.
func (m *month) outbox() map[string]*store.Item {
	all := map[string]*store.Item{}
	if err := m.current().store.View(m.t.Context(), m.user, func(tx *store.Tx) error {
		for _, device := range []string{"", m.phone.id} {
			for _, state := range []store.TextState{store.Waiting, store.Offered, store.HandedOver, store.Unknown} {
				list, err := tx.TextsAt(device, state, store.Endless)
				if err != nil {
					return err
				}
				for _, i := range list {
					all[fmt.Sprintf("%d:%d", store.OutboxID, i.ID)] = i
				}
			}
		}
		return nil
	}); err != nil {
		m.t.Error(err)
	}
	return all
}

// recover breaks one thing after the other and sees that the agent gets over each
// by itself: an hour later a text goes out and another comes in.
func (m *month) recover() {
	outages := m.outages()
	for _, name := range []string{"server restarted", "server restored", "partnerships dropped", "device removed", "wiped", "modem restarted"} {
		switch name {
		case "wiped":
			m.wipe()
		case "server restored":
			m.makeBackup()
			fallthrough
		default:
			begin, _ := outages[name].make()
			begin()
		}
		time.Sleep(5 * time.Hour)
		l := &letter{to: m.friends[:1], body: m.words() + " after: " + name}
		m.letters = append(m.letters, l)
		l.id = m.owner.write(eas.ClientID(fmt.Sprintf("r%d", m.serial)), recipients(l.to), l.body)
		l.written = time.Now()
		from, body := m.senders[0], m.words()
		m.came[key(from, body)]++
		if err := m.people[from].Send(m.sites[0].number, body); err != nil {
			m.t.Error(err)
		}
		time.Sleep(time.Hour)
		if m.has(l.to[0], l.body) == 0 {
			m.t.Errorf("%s: an hour later a text has not gone out", name)
		}
		m.owner.sync()
		if m.owner.bodies(eas.FolderTypeInbox)[body] == 0 {
			m.t.Errorf("%s: an hour later a text has not come in", name)
		}
	}
	time.Sleep(5 * time.Hour)
}

// wipe has the phone erase what it knows, and begin anew as another device.
func (m *month) wipe() {
	if err := m.current().accounts.RequestWipe(m.t.Context(), m.user, m.phone.id, false); err != nil {
		m.t.Error(err)
	}
	time.Sleep(time.Hour)
	before := m.phone.id
	m.phone.release("wiped")
	if m.phone.id == before {
		m.t.Error("the phone was not wiped")
	}
}

// has counts how often somebody has a text.
func (m *month) has(number, body string) (n int) {
	for _, text := range m.people[number].Received() {
		if text.Body == body {
			n++
		}
	}
	return n
}

func brief(s string) string {
	if r := []rune(s); len(r) > 30 {
		return string(r[:30]) + "…"
	}
	return s
}
