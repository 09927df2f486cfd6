package mailbox

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"asms/store"
	"asms/store/storetest"
)

var (
	runs    = flag.Int("runs", 10_000, "how many random runs of the sync engine")
	oneSeed = flag.Uint64("seed", 0, "replay one run and print it")
	steps   = flag.Int("steps", 40, "random steps in a run")
)

// TestSyncConverges lets one to three devices, which lose requests and answers,
// work on one mailbox in random steps over the real engine and store. It holds
// in every run that
//   - after quiet every device has exactly what it asked for, as it is now;
//   - nothing is Added twice, and no Change or Delete comes for an item that the
//     device does not hold (except the Delete of what it deleted itself);
//   - no text reaches a device that did not ask for texts;
//   - GetItemEstimate is what the next Syncs bring;
//   - a text on its way out reaches one phone, once, unless a person sends it
//     again;
//   - nothing is stored twice.
func TestSyncConverges(t *testing.T) {
	t.Parallel()
	if *oneSeed != 0 {
		w := newWorld(t, t.TempDir(), *oneSeed)
		w.trace = func(s string) { t.Log(s) }
		w.play()
		return
	}
	n := *runs
	if testing.Short() {
		n /= 500
	}
	var next atomic.Uint64
	var wg sync.WaitGroup
	dir := t.TempDir()
	for k := range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			st := openStore(t, filepath.Join(dir, strconv.Itoa(k)))
			for !t.Failed() {
				seed := next.Add(1)
				if seed > uint64(n) {
					return
				}
				newWorldIn(t, st, seed).play()
			}
		})
	}
	wg.Wait()
}

func openStore(t *testing.T, dir string) *store.Store {
	t.Helper()
	storetest.Prepare(t, dir)
	st, err := store.Open(context.Background(), dir, &store.Options{Unsynced: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return st
}

// violation is a broken invariant.
type violation string

// world is one run: a mailbox, its clients, and what was seen.
type world struct {
	t     *testing.T
	seed  uint64
	r     *rand.Rand
	m     *Mailbox
	st    *store.Store
	user  UserID
	ctx   context.Context
	now   time.Time
	trace func(string)

	clients []*client
	folders []string
	user1   string // a folder of the user's own
	tags    int
	radio   map[string][]string // text -> phones that got it, each time
}

// client is one device, as it believes things to be.
type client struct {
	id       string
	key      map[string]string
	items    map[string]map[string]held
	options  map[string][]ClassOptions // wanted
	sent     map[string][]ClassOptions // in force as far as it knows
	retry    map[string]*request
	clients  int                 // ClientIds used
	todo     []string            // Outbox items to send
	toSent   []string            // tags of texts to mirror in Sent Items
	own      map[string]bool     // items it supplied
	gone     map[string]bool     // items it deleted
	history  map[string][]legacy // what it had before it forgot
	answered map[string]bool     // ClientIds of Adds that were answered
	unsent   []Command           // Adds to the Outbox that were lost and left out since
}

type held struct {
	class Class
	read  bool
	flag  bool
	tag   string
	date  time.Time
}

type legacy struct {
	tag  string
	date time.Time
}

type request struct{ SyncRequest }

func newWorld(t *testing.T, dir string, seed uint64) *world {
	return newWorldIn(t, openStore(t, dir), seed)
}

func newWorldIn(t *testing.T, st *store.Store, seed uint64) *world {
	w := &world{
		t: t, seed: seed, r: rand.New(rand.NewPCG(seed, 1)), st: st, ctx: context.Background(),
		now:   time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
		radio: make(map[string][]string),
	}
	w.restart()
	u, err := st.CreateUser(w.ctx, fmt.Sprintf("u%d-%d", seed, rand.Uint64()), "", false)
	w.must(err)
	w.user = u.ID
	w.must(st.Update(w.ctx, w.user, func(tx *store.Tx) error {
		id, err := tx.NextFolderID()
		if err != nil {
			return err
		}
		seq, err := tx.Bump()
		w.user1 = strconv.FormatInt(id, 10)
		if err != nil {
			return err
		}
		return tx.PutFolder(store.Folder{ID: id, Name: "Archive", Type: 12, Born: seq, Changed: seq})
	}))
	for n := range []int{1, 2, 2, 3}[w.r.IntN(4)] {
		c := &client{
			id: fmt.Sprintf("dev%d", n), key: map[string]string{}, items: map[string]map[string]held{},
			options: map[string][]ClassOptions{}, sent: map[string][]ClassOptions{}, retry: map[string]*request{},
			own: map[string]bool{}, gone: map[string]bool{}, history: map[string][]legacy{}, answered: map[string]bool{},
		}
		w.clients = append(w.clients, c)
		w.setEnabled(c, false)
	}
	all := []string{"1", "5", "4", "3", w.user1}
	w.r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	w.folders = all[:[]int{1, 2, 3, 5}[w.r.IntN(4)]]
	if w.r.Float64() < .5 && !slices.Contains(w.folders, "5") {
		w.folders = append(slices.Clone(w.folders), "5")
	}
	return w
}

// restart stands for a server that was killed and started again.
func (w *world) restart() {
	w.m = New(w.st, &Options{Now: func() time.Time { return w.now }, Location: time.UTC})
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.fail("error: %v", err)
	}
}

func (w *world) fail(format string, args ...any) { panic(violation(fmt.Sprintf(format, args...))) }

func (w *world) say(format string, args ...any) {
	if w.trace != nil {
		w.trace(fmt.Sprintf(format, args...))
	}
}

// play takes the random steps and reports a violation with its seed.
func (w *world) play() {
	defer func() {
		if p := recover(); p != nil {
			v, ok := p.(violation)
			if !ok {
				panic(p)
			}
			w.t.Errorf("seed %d: %s (replay: go test ./mailbox -run TestSyncConverges -seed %d -steps %d -v)", w.seed, v, w.seed, *steps)
		}
	}()
	weighted := []string{"add", "add", "add", "add", "add", "add", "delete", "change", "change", "move", "clock", "options", "reset",
		"enable", "enable", "expire", "minutes", "minutes", "prune", "clientmove", "restart",
		"deletetext", "sendagain", "remove"}
	var ops []string
	for _, o := range weighted {
		if o == "add" || w.r.Float64() < .75 {
			ops = append(ops, o)
		}
	}
	for range 16 {
		ops = append(ops, "sync")
	}
	for range *steps {
		w.step(ops[w.r.IntN(len(ops))])
		if w.r.IntN(100) == 0 {
			w.drain()
		}
	}
	w.drain()
}

func (w *world) pick(n int) int { return w.r.IntN(n) }

func (w *world) client() *client { return w.clients[w.pick(len(w.clients))] }

func (w *world) folder() string { return w.folders[w.pick(len(w.folders))] }

func (w *world) newTag() string { w.tags++; return fmt.Sprintf("T%d", w.tags) }

const someone = `"Pat" [MOBILE:+14255550123]`

func (w *world) message(c Class, tag string, date time.Time, read bool) *Message {
	return &Message{Class: c, From: someone, To: someone, Body: tag, Date: date, Importance: 1, Read: read}
}

func (w *world) step(op string) {
	switch op {
	case "add":
		f, c := w.folder(), []Class{ClassEmail, ClassSMS}[w.pick(2)]
		date := w.now
		if k := w.pick(60); k%3 != 0 {
			date = date.AddDate(0, 0, -(k % 20))
		}
		if f == "5" && c == ClassSMS {
			date = w.now
		}
		tag := w.newTag()
		id, err := w.m.Place(w.ctx, w.user, f, *w.message(c, tag, date, false))
		w.must(err)
		w.say("server adds %s %s class %d", id, tag, c)
	case "delete", "change", "move":
		all := w.items()
		if op != "change" {
			all = slices.DeleteFunc(all, func(i *store.Item) bool { return i.State != store.NotOutbound })
		}
		if len(all) == 0 {
			return
		}
		i := all[w.pick(len(all))]
		id := serverID(i.Folder, i.ID)
		switch op {
		case "delete":
			w.say("server deletes %s", id)
			w.must(w.m.Delete(w.ctx, w.user, id))
		case "change":
			if w.pick(2) == 0 {
				v := !i.Read
				w.say("server sets Read of %s to %v", id, v)
				w.must(w.m.Change(w.ctx, w.user, id, &v, nil))
			} else {
				v := flagOf(i.Flag == "")
				w.say("server sets Flag of %s to %v", id, v)
				w.must(w.m.Change(w.ctx, w.user, id, nil, &v))
			}
		case "move":
			w.move("", i)
		}
	case "clock":
		w.now = w.now.AddDate(0, 0, 1+w.pick(4))
		w.say("clock %s", w.now)
	case "options":
		c, f := w.client(), w.folder()
		c.options[f] = w.newOptions()
		w.say("%s wants %v of %s", c.id, c.options[f], f)
	case "reset":
		c, f := w.client(), w.folder()
		w.forget(c, f)
		w.say("%s forgets %s", c.id, f)
	case "enable":
		c := w.client()
		on := w.pick(3) > 0
		w.say("%s enabled %v", c.id, on)
		w.setEnabled(c, on)
		w.must(w.m.Route(w.ctx, w.user))
	case "expire":
		w.say("expire")
		w.must(w.m.Expire(w.ctx, w.user))
	case "minutes":
		w.now = w.now.Add(time.Duration(1+w.pick(90)) * time.Minute)
		w.say("clock %s, expire", w.now)
		w.must(w.m.Expire(w.ctx, w.user))
	case "deletetext", "sendagain":
		all := slices.DeleteFunc(w.items(), func(i *store.Item) bool { return i.State == store.NotOutbound })
		if len(all) == 0 {
			return
		}
		i := all[w.pick(len(all))]
		id := serverID(i.Folder, i.ID)
		err := error(nil)
		if op == "deletetext" {
			err = w.m.Delete(w.ctx, w.user, id)
		} else if _, err = w.m.SendAgain(w.ctx, w.user, id); err == nil {
			delete(w.radio, i.Body) // a person says so
		}
		w.say("%s %s (%v): %v", op, id, i.State, err)
		if err != ErrLocked {
			w.must(err)
		}
	case "remove":
		if w.pick(2) == 0 {
			return
		}
		c := w.client()
		w.say("%s removed", c.id)
		w.must(w.st.Update(w.ctx, w.user, func(tx *store.Tx) error { return tx.RemoveDevice(c.id) }))
		w.must(w.m.Route(w.ctx, w.user))
		w.setEnabled(c, w.pick(2) == 0)
	case "prune":
		w.must(w.st.Update(w.ctx, w.user, func(tx *store.Tx) error {
			seq, err := tx.Seq()
			if err != nil {
				return err
			}
			w.say("prune to %d", seq-20)
			return tx.Prune(max(1, seq-int64(w.pick(30))))
		}))
	case "clientmove":
		c := w.client()
		var ids []string
		for _, f := range w.folders {
			if f != "5" {
				ids = append(ids, slices.Sorted(maps.Keys(c.items[f]))...)
			}
		}
		all := slices.DeleteFunc(w.items(), func(i *store.Item) bool { return !slices.Contains(ids, serverID(i.Folder, i.ID)) })
		if len(all) > 0 {
			w.move(c.id, all[w.pick(len(all))])
		}
	case "restart":
		w.say("restart")
		w.restart()
	case "sync":
		w.sync(w.client(), w.folder(), false)
	}
}

func flagOf(set bool) Flag {
	if set {
		return Flag{Status: 2, Type: "for Follow Up"}
	}
	return Flag{}
}

func (w *world) move(device string, i *store.Item) {
	from := strconv.FormatInt(i.Folder, 10)
	dst := slices.DeleteFunc(slices.Clone(w.folders), func(f string) bool { return f == from || f == "5" })
	if len(dst) == 0 {
		return
	}
	to := dst[w.pick(len(dst))]
	id, err := w.m.Move(w.ctx, w.user, device, serverID(i.Folder, i.ID), from, to)
	w.must(err)
	w.say("%s moves %s to %s", device, serverID(i.Folder, i.ID), id)
}

func (w *world) setEnabled(c *client, on bool) {
	w.must(w.st.Update(w.ctx, w.user, func(tx *store.Tx) error {
		return tx.PutDevice(store.Device{ID: c.id, OutboundSMS: on, FirstSeen: w.now, LastSeen: w.now})
	}))
}

// items returns everything in the mailbox, in the order of ids.
func (w *world) items() (all []*store.Item) {
	w.must(w.st.View(w.ctx, w.user, func(tx *store.Tx) error {
		folders, err := tx.FoldersChangedSince(0)
		if err != nil {
			return err
		}
		for _, f := range folders {
			if !(Folder{Type: f.Type}).HoldsMail() {
				continue
			}
			for _, c := range []Class{ClassEmail, ClassSMS} {
				err := tx.ItemsUp(store.Walk{Folder: f.ID, Bodies: true}, c, store.Bottom, store.Top, func(i *store.Item) (bool, error) {
					all = append(all, i)
					return true, nil
				})
				if err != nil {
					return err
				}
			}
		}
		return nil
	}))
	slices.SortFunc(all, func(a, b *store.Item) int { return int(a.ID - b.ID) })
	return all
}

var days = map[int]int{0: 0, 2: 3, 3: 7, 4: 14}

func (w *world) newOptions() []ClassOptions {
	filters := []int{0, 0, 2, 3, 4}
	k := w.pick(5)
	wins := w.r.Float64() < .3
	o := []ClassOptions{}
	if k != 1 {
		o = append(o, ClassOptions{Class: ClassEmail, FilterType: filters[w.pick(5)], ClientWins: wins})
	}
	if k >= 1 && k <= 3 {
		o = append(o, ClassOptions{Class: ClassSMS, FilterType: filters[w.pick(5)], ClientWins: wins})
	}
	return o
}

// forget makes a client lose all that it knows of a folder.
func (w *world) forget(c *client, f string) {
	for _, id := range slices.Sorted(maps.Keys(c.items[f])) {
		if h := c.items[f][id]; h.class == ClassSMS {
			c.history[f] = append(c.history[f], legacy{h.tag, h.date})
		}
	}
	delete(c.key, f)
	delete(c.retry, f)
	c.items[f] = map[string]held{}
	if f == "5" {
		c.unsent = nil
	}
}

// commands makes up what a client did since its last Sync.
func (w *world) commands(c *client, f string) (out []Command) {
	touched := map[string]bool{}
	if f == "5" {
		for _, id := range c.todo {
			if _, ok := c.items[f][id]; ok && w.r.Float64() < .6 {
				out = append(out, Command{Kind: CommandDelete, ServerID: id})
				touched[id] = true
			}
		}
	}
	clientID := func() string { c.clients++; return fmt.Sprintf("%s-%d", c.id, c.clients) }
	if f == "4" && len(c.toSent) > 0 && w.r.Float64() < .5 {
		tag := c.toSent[len(c.toSent)-1]
		c.toSent = c.toSent[:len(c.toSent)-1]
		out = append(out, Command{Kind: CommandAdd, ClientID: clientID(), Message: w.message(ClassSMS, tag, w.now, true)})
	}
	if w.r.Float64() >= .45 {
		return out
	}
	for range []int{1, 1, 2, 3}[w.pick(4)] {
		x := w.r.Float64()
		ids := slices.DeleteFunc(slices.Sorted(maps.Keys(c.items[f])), func(id string) bool { return touched[id] })
		switch {
		case x < .4:
			id := clientID()
			if old := c.history[f]; len(old) > 0 && f != "5" && w.r.Float64() < .6 {
				h := old[len(old)-1]
				c.history[f] = old[:len(old)-1]
				if !slices.ContainsFunc(slices.Collect(maps.Values(c.items[f])), func(x held) bool { return x.tag == h.tag }) {
					out = append(out, Command{Kind: CommandAdd, ClientID: id, Message: w.message(ClassSMS, h.tag, h.date, true)})
				}
				continue
			}
			date := w.now.AddDate(0, 0, -[]int{0, 0, 1, 4, 9, 18}[w.pick(6)])
			out = append(out, Command{Kind: CommandAdd, ClientID: id, Message: w.message(ClassSMS, w.newTag(), date, w.pick(2) == 1)})
		case len(ids) > 0 && x < .8:
			id := ids[w.pick(len(ids))]
			touched[id] = true
			h := c.items[f][id]
			cmd := Command{Kind: CommandChange, ServerID: id}
			which := w.pick(5)
			if which != 1 && which != 2 {
				v := !h.read
				if w.r.Float64() < .1 {
					v = h.read
				}
				cmd.Read = &v
			}
			if which != 3 && which != 4 {
				v := flagOf(!h.flag)
				if w.r.Float64() < .1 {
					v = flagOf(h.flag)
				}
				cmd.Flag = &v
			}
			out = append(out, cmd)
		case len(ids) > 0:
			id := ids[w.pick(len(ids))]
			if f == "5" && c.items[f][id].class == ClassSMS && !c.own[id] {
				continue
			}
			touched[id] = true
			out = append(out, Command{Kind: CommandDelete, ServerID: id})
		}
	}
	return out
}

// sync is one Sync of one folder by one client; quiet means that it does nothing
// of its own and nothing is lost.
func (w *world) sync(c *client, f string, quiet bool) *Delta {
	p := Partnership{w.user, c.id, f}
	windows := []int{1, 2, 3, 5, 100}
	var req *request
	switch retry := c.retry[f]; {
	case c.key[f] == "":
		if c.options[f] == nil {
			c.options[f] = w.newOptions()
		}
		req = &request{SyncRequest: SyncRequest{Key: "0", Window: 9}}
		if w.r.Float64() < .7 {
			req.Options = c.options[f]
		}
		c.sent[f] = req.Options
		if req.Options == nil {
			c.sent[f] = []ClassOptions{{Class: ClassEmail}}
		}
	case retry != nil:
		delete(c.retry, f)
		req = retry
		if !quiet && w.r.Float64() < .4 { // the client goes on, and sends something else
			r := *retry
			req = &r
			if f == "5" {
				c.unsent = append(c.unsent, slices.DeleteFunc(slices.Clone(r.Commands), func(x Command) bool {
					return x.Kind != CommandAdd || c.knows(x.ClientID)
				})...)
			}
			if w.r.Float64() < .6 {
				req.Commands = slices.DeleteFunc(slices.Clone(r.Commands), func(Command) bool { return w.pick(2) == 0 })
			} else {
				req.Commands = w.commands(c, f)
			}
			req.GetChanges, req.Window = w.r.Float64() < .8, windows[w.pick(5)]
			if w.r.Float64() < .3 {
				req.Options = nil
			}
		}
	default:
		req = &request{SyncRequest: SyncRequest{Key: c.key[f], GetChanges: quiet || w.r.Float64() < .8, Window: windows[w.pick(5)],
			DeletesAsMoves: w.r.Float64() < .6}}
		if !sameOptions(c.options[f], c.sent[f]) {
			req.Options = c.options[f]
		}
		if !quiet {
			req.Commands = w.commands(c, f)
		}
	}
	if f == "5" {
		c.unsent = slices.DeleteFunc(c.unsent, func(x Command) bool { return hasAdd(req.Commands, x.ClientID) })
		if !quiet && req.Key != "0" && len(c.unsent) > 0 && w.r.Float64() < .4 { // and now, later, after all
			r := *req
			req = &r
			req.Commands = append(slices.Clone(req.Commands), c.unsent[0])
			c.unsent = c.unsent[1:]
		}
	}
	loss := 0
	if !quiet {
		loss = []int{0, 0, 0, 0, 0, 0, 0, 1, 1, 2}[w.pick(10)]
	}
	if loss == 2 {
		c.retry[f] = req
		w.say("%s %s request lost %s", c.id, f, show(req))
		return nil
	}
	d, err := w.m.Sync(w.ctx, p, req.SyncRequest)
	w.say("%s %s %s => lost %v, %s %v", c.id, f, show(req), loss == 1, showDelta(d), err)
	if loss == 1 {
		c.retry[f] = req
		return nil
	}
	delete(c.retry, f)
	if err == ErrInvalidSyncKey {
		w.forget(c, f)
		return &Delta{}
	}
	w.must(err)
	if req.Options != nil {
		c.sent[f] = req.Options
	}
	if d.Empty && d.Key != req.Key {
		w.fail("%s %s: an empty answer with another key", c.id, f)
	}
	c.key[f] = d.Key
	w.applyResponses(c, f, req, &d)
	w.applyChanges(c, f, &d)
	return &d
}

// knows reports whether an Add was answered.
func (c *client) knows(clientID string) bool { return c.answered[clientID] }

func hasAdd(commands []Command, clientID string) bool {
	return slices.ContainsFunc(commands, func(x Command) bool { return x.Kind == CommandAdd && x.ClientID == clientID })
}

func (w *world) applyResponses(c *client, f string, req *request, d *Delta) {
	if c.items[f] == nil {
		c.items[f] = map[string]held{}
	}
	if len(d.Responses) != len(req.Commands) {
		w.fail("%d responses to %d commands", len(d.Responses), len(req.Commands))
	}
	for n, cmd := range req.Commands {
		r := d.Responses[n]
		switch cmd.Kind {
		case CommandAdd:
			if r.Err != nil {
				w.fail("Add answered %v", r.Err)
			}
			if _, ok := c.items[f][r.ServerID]; ok {
				w.fail("%s: Add answered with %s, which the device already has", c.id, r.ServerID)
			}
			c.items[f][r.ServerID] = held{cmd.Message.Class, cmd.Message.Read, false, cmd.Message.Body, cmd.Message.Date}
			c.own[r.ServerID] = true
			c.answered[cmd.ClientID] = true
		case CommandChange:
			if h, ok := c.items[f][cmd.ServerID]; ok && r.Err == nil {
				if cmd.Read != nil {
					h.read = *cmd.Read
				}
				if cmd.Flag != nil {
					h.flag = cmd.Flag.Status != 0
				}
				c.items[f][cmd.ServerID] = h
			}
		case CommandDelete:
			delete(c.items[f], cmd.ServerID)
			c.gone[cmd.ServerID] = true
		}
	}
}

func (w *world) applyChanges(c *client, f string, d *Delta) {
	wantsSMS := slices.ContainsFunc(c.sent[f], func(o ClassOptions) bool { return o.Class == ClassSMS })
	for _, x := range d.Changes {
		if x.Class == ClassSMS && !wantsSMS && x.Kind != ChangeSoftDelete {
			w.fail("%s: text %s reached a device that did not ask", c.id, x.ServerID)
		}
		h, has := c.items[f][x.ServerID]
		switch x.Kind {
		case ChangeAdd:
			if has {
				w.fail("%s: %s Added twice", c.id, x.ServerID)
			}
			i := x.Item
			c.items[f][x.ServerID] = held{x.Class, i.Read, i.Flag.Status != 0, i.Body, i.Date}
			if f == "5" && x.Class == ClassSMS {
				c.todo = append(c.todo, x.ServerID)
				c.toSent = append(c.toSent, i.Body)
				w.radio[i.Body] = append(w.radio[i.Body], c.id)
				got := w.radio[i.Body]
				if got[0] != c.id {
					w.fail("text %s offered to %v", i.Body, got)
				}
				if len(got) > 1 {
					w.fail("text %s handed over twice to %s", i.Body, c.id)
				}
			}
		case ChangeUpdate:
			if !has && !c.gone[x.ServerID] {
				w.fail("%s: Change for %s, which the device does not hold", c.id, x.ServerID)
			}
			if !has {
				w.fail("%s: Change for %s, which it deleted", c.id, x.ServerID)
			}
			if x.Read {
				h.read = x.Item.Read
			}
			if x.Flag {
				h.flag = x.Item.Flag.Status != 0
			}
			c.items[f][x.ServerID] = h
		default:
			if !has && !c.gone[x.ServerID] {
				w.fail("%s: %s leaves, which the device does not hold", c.id, x.ServerID)
			}
			delete(c.items[f], x.ServerID)
		}
	}
}

// drain lets every client sync in quiet until nothing comes, and compares.
func (w *world) drain() {
	w.say("drain")
	for _, c := range w.clients {
		for _, f := range w.folders {
			if c.options[f] == nil {
				continue
			}
			for range 12 {
				if c.key[f] != "" && c.retry[f] == nil && sameOptions(c.options[f], c.sent[f]) {
					break
				}
				w.sync(c, f, true)
			}
		}
	}
	for range 2 { // a text may go to another phone when one asks for other classes
		for _, c := range w.clients {
			for _, f := range w.folders {
				if c.options[f] != nil {
					w.quiet(c, f)
				}
			}
		}
	}
	for _, c := range w.clients {
		for _, f := range w.folders {
			if c.options[f] != nil {
				w.check(c, f)
			}
		}
	}
}

func (w *world) quiet(c *client, f string) {
	for range 12 {
		if c.key[f] != "" && c.retry[f] == nil && sameOptions(c.options[f], c.sent[f]) {
			break
		}
		w.sync(c, f, true)
	}
	want, err := w.m.Estimate(w.ctx, Partnership{w.user, c.id, f}, c.key[f], c.options[f])
	known := err == nil
	if err != nil && err != ErrInvalidSyncKey && err != ErrNotSynced {
		w.fail("Estimate: %v", err)
	}
	n := 0
	for range 400 {
		before := c.key[f]
		d := w.sync(c, f, true)
		if c.key[f] == "" {
			known = false
			continue
		}
		for _, x := range d.Changes {
			if slices.ContainsFunc(c.options[f], func(o ClassOptions) bool { return o.Class == x.Class }) {
				n++
			}
		}
		if before != "" && before != "0" && !d.More && len(d.Changes) == 0 && sameOptions(c.options[f], c.sent[f]) {
			if known && n != want {
				w.fail("%s %s: GetItemEstimate %d, Syncs brought %d", c.id, f, want, n)
			}
			return
		}
	}
	w.fail("%s %s: never quiet", c.id, f)
}

// check compares what a client has of a folder with what it should have.
func (w *world) check(c *client, f string) {
	want := map[string]*store.Item{}
	tags := map[string]bool{}
	for _, i := range w.items() {
		if strconv.FormatInt(i.Folder, 10) != f {
			continue
		}
		if f != "4" {
			if tags[i.Body] {
				w.fail("%s stored twice in %s", i.Body, f)
			}
			tags[i.Body] = true
		}
		o := slices.IndexFunc(c.options[f], func(o ClassOptions) bool { return o.Class == i.Class })
		if o < 0 {
			continue
		}
		id := serverID(i.Folder, i.ID)
		if i.State != store.NotOutbound {
			if i.Aud == c.id || w.mine(c, i) {
				want[id] = i
			}
			continue
		}
		if n := days[c.options[f][o].FilterType]; n > 0 {
			midnight := time.Date(w.now.Year(), w.now.Month(), w.now.Day(), 0, 0, 0, 0, time.UTC)
			if i.Date < midnight.AddDate(0, 0, -n).UnixMilli() {
				continue
			}
		}
		want[id] = i
	}
	for id, i := range want {
		h, ok := c.items[f][id]
		if !ok {
			w.fail("%s %s: %s missing", c.id, f, id)
		}
		if h.read != i.Read || h.flag != (i.Flag != "") {
			w.fail("%s %s: %s has old Read or Flag", c.id, f, id)
		}
		if h.tag != i.Body {
			w.fail("%s %s: %s has the body of another", c.id, f, id)
		}
	}
	for id, h := range c.items[f] {
		asked := slices.ContainsFunc(c.options[f], func(o ClassOptions) bool { return o.Class == h.class })
		if want[id] == nil && (asked || !c.own[id]) {
			w.fail("%s %s: %s should be gone", c.id, f, id)
		}
	}
}

func (w *world) mine(c *client, i *store.Item) (mine bool) {
	w.must(w.st.View(w.ctx, w.user, func(tx *store.Tx) error {
		m, err := tx.MarkOf(c.id, i.Folder, i.ID)
		mine = m.Set && !m.Lost && m.Gone == 0
		return err
	}))
	return mine
}

func show(r *request) string {
	var b strings.Builder
	fmt.Fprintf(&b, "key %s options %v changes %v window %d moves %v", r.Key, r.Options, r.GetChanges, r.Window, r.DeletesAsMoves)
	for _, c := range r.Commands {
		switch c.Kind {
		case CommandAdd:
			fmt.Fprintf(&b, " Add(%s %s)", c.ClientID, c.Message.Body)
		case CommandChange:
			fmt.Fprintf(&b, " Change(%s", c.ServerID)
			if c.Read != nil {
				fmt.Fprintf(&b, " read=%v", *c.Read)
			}
			if c.Flag != nil {
				fmt.Fprintf(&b, " flag=%v", c.Flag.Status != 0)
			}
			b.WriteString(")")
		case CommandDelete:
			fmt.Fprintf(&b, " Delete(%s)", c.ServerID)
		}
	}
	return b.String()
}

func showDelta(d Delta) string {
	var b strings.Builder
	fmt.Fprintf(&b, "key %s empty %v more %v", d.Key, d.Empty, d.More)
	for _, r := range d.Responses {
		fmt.Fprintf(&b, " %s:%v", r.ServerID, r.Err)
	}
	for _, c := range d.Changes {
		fmt.Fprintf(&b, " %s(%s)", []string{"", "Add", "Change", "Delete", "SoftDelete"}[c.Kind], c.ServerID)
	}
	return b.String()
}
