package mailbox

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"asms/sms"
	"asms/store"
)

// lab is a mailbox with a clock that tests move.
type lab struct {
	t    *testing.T
	ctx  context.Context
	st   *store.Store
	m    *Mailbox
	user UserID
	now  time.Time
}

func newLab(t *testing.T) *lab {
	t.Helper()
	l := &lab{t: t, ctx: t.Context(), st: openStore(t, t.TempDir()), now: time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)}
	l.m = New(l.st, &Options{Now: func() time.Time { return l.now }, Location: time.UTC})
	u, err := l.st.CreateUser(l.ctx, "ann", "", false)
	l.ok(err)
	l.user = u.ID
	return l
}

func (l *lab) ok(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

// device is one client that keeps what it is told.
type device struct {
	l      *lab
	id     string
	folder string
	key    string
	items  map[string]*Item
	last   Delta
	n      int
}

var smsOnly = []ClassOptions{{Class: ClassSMS}}

// device registers a device; number "" means that it does not relay.
func (l *lab) device(id, number string) {
	l.t.Helper()
	l.ok(l.st.Update(l.ctx, l.user, func(tx *store.Tx) error {
		return tx.PutDevice(store.Device{ID: id, PhoneNumber: number, OutboundSMS: number != "", FirstSeen: l.now, LastSeen: l.now})
	}))
	l.ok(l.m.Route(l.ctx, l.user))
}

// begin starts a device's partnership with a folder and brings it up to date.
func (l *lab) begin(id, folder string, options ...ClassOptions) *device {
	l.t.Helper()
	if options == nil {
		options = smsOnly
	}
	d := &device{l: l, id: id, folder: folder, key: "0", items: map[string]*Item{}}
	d.sync(SyncRequest{Options: options})
	d.pull()
	return d
}

func (d *device) partnership() Partnership { return Partnership{d.l.user, d.id, d.folder} }

// sync sends one request with the current key and takes the answer in.
func (d *device) sync(req SyncRequest) Delta {
	d.l.t.Helper()
	req.Key, req.Window = d.key, max(req.Window, 100)
	delta, err := d.l.m.Sync(d.l.ctx, d.partnership(), req)
	d.l.ok(err)
	d.take(delta)
	return delta
}

func (d *device) take(delta Delta) {
	d.key, d.last = delta.Key, delta
	for _, c := range delta.Changes {
		switch c.Kind {
		case ChangeAdd:
			d.items[c.ServerID] = c.Item
		case ChangeDelete, ChangeSoftDelete:
			delete(d.items, c.ServerID)
		}
	}
}

func (d *device) pull() Delta {
	d.l.t.Helper()
	delta := d.sync(SyncRequest{GetChanges: true})
	for more := delta.More; more; {
		next := d.sync(SyncRequest{GetChanges: true})
		delta.Changes = append(delta.Changes, next.Changes...)
		more = next.More
	}
	return delta
}

func (d *device) do(c ...Command) []Response {
	d.l.t.Helper()
	return d.sync(SyncRequest{Commands: c, GetChanges: true, DeletesAsMoves: true}).Responses
}

func (d *device) add(body string, more ...func(*Message)) string {
	d.l.t.Helper()
	d.n++
	msg := &Message{Class: ClassSMS, From: someone, To: someone, Body: body, Date: d.l.now, Importance: 1}
	for _, f := range more {
		f(msg)
	}
	r := d.do(Command{Kind: CommandAdd, ClientID: fmt.Sprintf("%s%d", d.id, d.n), Message: msg})
	d.l.ok(r[0].Err)
	return r[0].ServerID
}

func (d *device) delete(id string) error {
	d.l.t.Helper()
	return d.do(Command{Kind: CommandDelete, ServerID: id})[0].Err
}

// bodies lists the texts that a device holds.
func (d *device) bodies() (all []string) {
	for _, i := range d.items {
		all = append(all, i.Body)
	}
	slices.Sort(all)
	return all
}

func (d *device) only() string {
	d.l.t.Helper()
	if len(d.items) != 1 {
		d.l.t.Fatalf("%s holds %v", d.id, d.bodies())
	}
	for id := range d.items {
		return id
	}
	return ""
}

// folder returns what a folder holds, as a new device would see it.
func (l *lab) look(folder string) []string {
	l.t.Helper()
	d := l.begin("LOOK"+folder, folder)
	return d.bodies()
}

func (l *lab) send(body string, to ...string) string {
	l.t.Helper()
	out := Outgoing{Body: body}
	for _, n := range to {
		out.To = append(out.To, sms.Address{Number: n})
	}
	id, err := l.m.Send(l.ctx, l.user, out)
	l.ok(err)
	return id
}

func (l *lab) state(id string) TextState {
	l.t.Helper()
	t, err := l.m.Text(l.ctx, l.user, id)
	l.ok(err)
	return t.State
}

func (l *lab) wantState(id string, want TextState) {
	l.t.Helper()
	if got := l.state(id); got != want {
		l.t.Fatalf("the text is %s, want %s", got, want)
	}
}

func (l *lab) want(what string, got []string, want ...string) {
	l.t.Helper()
	if !slices.Equal(got, want) {
		l.t.Fatalf("%s: %q, want %q", what, got, want)
	}
}

func peerList(numbers ...string) (all []sms.Address) {
	for _, n := range numbers {
		all = append(all, sms.Address{Number: n})
	}
	return all
}

// partnership returns what is stored of a device's view.
func (l *lab) partnership(d *device) (p store.Partnership) {
	l.t.Helper()
	l.ok(l.st.View(l.ctx, l.user, func(tx *store.Tx) (err error) {
		n, err := parseID(d.folder)
		if err == nil {
			p, err = tx.Partnership(d.id, n)
		}
		return err
	}))
	return p
}
