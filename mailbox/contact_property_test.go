package mailbox

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"asms/store"
)

// TestContactsConverge lets one to three devices, which lose requests and
// answers, and the web app work on one address book in random steps. It holds in
// every run that
//   - after quiet every device has exactly the contacts that there are, as they
//     are;
//   - nothing is Added twice, and no Change or Delete comes for what the device
//     does not have (except the Delete of what it deleted itself);
//   - a contact is stored once, and GetItemEstimate is what the next Syncs bring;
//   - who has a number is what the contacts say.
func TestContactsConverge(t *testing.T) {
	t.Parallel()
	st := openStore(t, t.TempDir())
	n := *runs / 20
	if testing.Short() {
		n /= 20
	}
	for seed := range uint64(n) {
		if w := newBooks(t, st, seed); !w.play() {
			return
		}
	}
}

// books is one run.
type books struct {
	t       *testing.T
	seed    uint64
	r       *rand.Rand
	m       *Mailbox
	st      *store.Store
	user    UserID
	now     time.Time
	n       int
	clients []*bookClient
	log     []string
}

// bookClient is one device, as it believes things to be.
type bookClient struct {
	id        string
	key       string
	supported *[]string
	items     map[string]Card
	gone      map[string]bool
	retry     *SyncRequest
	n         int
}

func newBooks(t *testing.T, st *store.Store, seed uint64) *books {
	w := &books{t: t, seed: seed, r: rand.New(rand.NewPCG(seed, 7)), st: st, now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	w.restart()
	u, err := st.CreateUser(context.Background(), fmt.Sprintf("c%d", seed), "", false)
	w.must(err)
	w.user = u.ID
	for n := range 1 + w.r.IntN(3) {
		c := &bookClient{id: fmt.Sprint("D", n)}
		if w.r.IntN(3) == 0 {
			c.supported = &[]string{"FirstName", "LastName", "MobilePhoneNumber"} // Spouse is ghosted
		}
		w.forget(c)
		w.clients = append(w.clients, c)
	}
	return w
}

func (w *books) restart() {
	w.m = New(w.st, &Options{Now: func() time.Time { return w.now }, Location: time.UTC})
}

func (w *books) forget(c *bookClient) {
	c.key, c.items, c.gone, c.retry = "0", map[string]Card{}, map[string]bool{}, nil
}

func (w *books) fail(format string, args ...any) { panic(violation(fmt.Sprintf(format, args...))) }

func (w *books) must(err error) {
	if err != nil {
		w.fail("error: %v", err)
	}
}

func (w *books) say(format string, args ...any) { w.log = append(w.log, fmt.Sprintf(format, args...)) }

func (w *books) play() (ok bool) {
	defer func() {
		if p := recover(); p != nil {
			v, is := p.(violation)
			if !is {
				panic(p)
			}
			w.t.Errorf("seed %d: %s\n%s", w.seed, v, strings.Join(w.log, "\n"))
		}
	}()
	for range *steps {
		switch w.r.IntN(12) {
		case 0:
			w.n++
			got, err := w.m.AddContact(context.Background(), w.user, w.card(fmt.Sprint("W", w.n)))
			w.must(err)
			w.say("web adds %s", got.ID)
		case 1, 2:
			w.web()
		case 3:
			if w.r.IntN(4) == 0 {
				w.restart()
			}
		case 4:
			if w.r.IntN(4) == 0 {
				w.must(w.m.Prune(context.Background(), w.user))
			}
		case 5:
			if c := w.client(); w.r.IntN(4) == 0 {
				w.say("%s forgets", c.id)
				w.forget(c)
			}
		default:
			w.sync(w.client(), false)
		}
		w.now = w.now.Add(time.Second)
	}
	for range 2 {
		for _, c := range w.clients {
			w.quiet(c)
		}
	}
	w.check()
	return true
}

func (w *books) client() *bookClient { return w.clients[w.r.IntN(len(w.clients))] }

// card is a contact of that tag with other values each time.
func (w *books) card(tag string) Card {
	f := fields("LastName", tag, "FirstName", fmt.Sprint("f", w.r.IntN(1000)))
	for _, e := range []string{"MobilePhoneNumber", "Spouse"} {
		if w.r.IntN(2) == 0 {
			f[e] = fmt.Sprint("+1425555", 1000+w.r.IntN(50))
		}
	}
	return Card{Fields: f}
}

// web changes or deletes a contact as the web app does.
func (w *books) web() {
	all := w.all()
	if len(all) == 0 {
		return
	}
	c := all[w.r.IntN(len(all))]
	if w.r.IntN(3) == 0 {
		w.say("web deletes %s", c.ID)
		w.must(w.m.DeleteContact(context.Background(), w.user, c.ID))
		return
	}
	next := w.card(c.Get("LastName"))
	w.say("web changes %s to %v", c.ID, next.Fields)
	_, err := w.m.ChangeContact(context.Background(), w.user, c.ID, func(card *Card) error { *card = next; return nil })
	w.must(err)
}

func (w *books) all() (all []Contact) {
	for cursor := ""; ; {
		page, next, err := w.m.Contacts(context.Background(), w.user, ContactQuery{Limit: 7, Cursor: cursor})
		w.must(err)
		all = append(all, page...)
		if cursor = next; next == "" {
			return all
		}
	}
}

// commands are what a device did since.
func (w *books) commands(c *bookClient) (list []Command) {
	ids := slices.Sorted(maps.Keys(c.items))
	used := map[string]bool{}
	for range w.r.IntN(4) {
		switch k := w.r.IntN(5); {
		case k < 2 || len(ids) == 0:
			c.n++
			w.n++
			card := w.card(fmt.Sprint("T", w.n))
			list = append(list, Command{Kind: CommandAdd, ClientID: fmt.Sprint("c", c.n), Card: &CardChange{Fields: card.Fields}})
		default:
			id := ids[w.r.IntN(len(ids))]
			if used[id] {
				continue
			}
			used[id] = true
			if k == 2 {
				list = append(list, Command{Kind: CommandDelete, ServerID: id})
				continue
			}
			old := c.items[id]
			list = append(list, Command{Kind: CommandChange, ServerID: id, Card: &CardChange{Fields: w.card(old.Get("LastName")).Fields}})
		}
	}
	return list
}

func (w *books) sync(c *bookClient, quiet bool) Delta {
	req := &SyncRequest{Key: c.key, GetChanges: quiet || w.r.IntN(5) > 0, Window: []int{1, 2, 5, 100}[w.r.IntN(4)], DeletesAsMoves: w.r.IntN(2) == 0}
	switch {
	case c.key == "0":
		req.GetChanges, req.Supported = false, c.supported
	case c.retry != nil && c.retry.Key == c.key:
		// Again, or what it holds by now, or without some of it.
		again := *c.retry
		again.Commands = slices.Clone(again.Commands)
		for n := range again.Commands {
			if x := &again.Commands[n]; !quiet && x.Card != nil && w.r.IntN(3) == 0 {
				f := maps.Clone(x.Card.Fields) // what it has changed before is changed still
				maps.Copy(f, w.card(f["LastName"]).Fields)
				x.Card = &CardChange{Fields: f}
			}
		}
		if w.r.IntN(3) == 0 {
			again.Commands = slices.DeleteFunc(again.Commands, func(Command) bool { return w.r.IntN(2) == 0 })
		}
		req = &again
	case !quiet:
		req.Commands = w.commands(c)
	}
	lost := 0
	if !quiet && c.key != "0" {
		lost = []int{0, 0, 0, 0, 1, 1, 2}[w.r.IntN(7)]
	}
	if lost == 2 {
		w.say("%s request lost", c.id)
		c.retry = req
		return Delta{}
	}
	d, err := w.m.Sync(context.Background(), Partnership{w.user, c.id, "6"}, *req)
	w.say("%s key %s %s => lost %v, %s %v", c.id, req.Key, showCards(req), lost == 1, showDelta(d), err)
	if err == ErrInvalidSyncKey {
		w.forget(c)
		return Delta{More: true}
	}
	w.must(err)
	if lost == 1 {
		c.retry = req
		return Delta{}
	}
	c.retry, c.key = nil, d.Key
	w.take(c, req, &d)
	return d
}

func showCards(r *SyncRequest) string {
	var b strings.Builder
	for _, c := range r.Commands {
		fmt.Fprintf(&b, "%d(%s%s", c.Kind, c.ClientID, c.ServerID)
		if c.Card != nil {
			fmt.Fprintf(&b, " %v", c.Card.Fields)
		}
		b.WriteString(") ")
	}
	return b.String()
}

// take takes an answer in.
func (w *books) take(c *bookClient, req *SyncRequest, d *Delta) {
	for n, cmd := range req.Commands {
		r := d.Responses[n]
		switch cmd.Kind {
		case CommandAdd:
			w.must(r.Err)
			if _, has := c.items[r.ServerID]; has {
				w.fail("%s: Add answered with %s, which the device has", c.id, r.ServerID)
			}
			c.items[r.ServerID] = Card{}.apply(cmd.Card, nil)
		case CommandChange:
			if r.Err == nil {
				c.items[cmd.ServerID] = c.items[cmd.ServerID].apply(cmd.Card, c.supported)
			}
		case CommandDelete:
			w.must(r.Err)
			delete(c.items, cmd.ServerID)
			c.gone[cmd.ServerID] = true
		}
	}
	for _, x := range d.Changes {
		_, has := c.items[x.ServerID]
		switch {
		case x.Kind == ChangeAdd && has:
			w.fail("%s: %s Added twice", c.id, x.ServerID)
		case x.Kind != ChangeAdd && !has && (x.Kind == ChangeUpdate || !c.gone[x.ServerID]):
			w.fail("%s: %d for %s, which the device does not have", c.id, x.Kind, x.ServerID)
		case x.Kind == ChangeDelete || x.Kind == ChangeSoftDelete:
			delete(c.items, x.ServerID)
		default:
			c.items[x.ServerID] = *x.Item.Card
		}
	}
}

func (w *books) quiet(c *bookClient) {
	for range 12 {
		if c.key != "0" && c.retry == nil {
			break
		}
		w.sync(c, true)
	}
	want, err := w.m.Estimate(context.Background(), Partnership{w.user, c.id, "6"}, c.key, nil)
	known := err == nil
	n := 0
	for range 500 {
		before := c.key
		d := w.sync(c, true)
		n += len(d.Changes)
		if c.key == "0" || before == "0" {
			known = false
			continue
		}
		if len(d.Changes) == 0 && !d.More {
			if known && n != want {
				w.fail("%s: GetItemEstimate %d, Syncs brought %d", c.id, want, n)
			}
			return
		}
	}
	w.fail("%s: never quiet", c.id)
}

func (w *books) check() {
	all := w.all()
	tags := map[string]bool{}
	who := map[string]string{}
	for _, c := range all {
		if tag := c.Get("LastName"); tags[tag] {
			w.fail("%s is stored twice", tag)
		} else {
			tags[tag] = true
		}
		number, id := c.Get("MobilePhoneNumber"), len(c.ID)
		if have := who[number]; number != "" && (have == "" || id < len(have) || id == len(have) && c.ID < have) {
			who[number] = c.ID
		}
	}
	for _, client := range w.clients {
		if len(client.items) != len(all) {
			w.fail("%s has %d contacts of %d", client.id, len(client.items), len(all))
		}
		for _, c := range all {
			if have, ok := client.items[c.ID]; !ok || have.encode() != c.encode() {
				w.fail("%s has %s as %s, not %s", client.id, c.ID, have.encode(), c.encode())
			}
		}
	}
	names, err := w.m.Names(context.Background(), w.user, slices.Collect(maps.Keys(who)))
	w.must(err)
	if len(names) != len(who) {
		w.fail("%d numbers are known of %d", len(names), len(who))
	}
	for number, id := range who {
		if names[number].Contact != id {
			w.fail("%s is %v, not %s", number, names[number], id)
		}
	}
}
