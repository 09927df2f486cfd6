package crashtest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"asms/eas"
	"asms/easclient"
)

// device is one device of the user with the folders that it keeps.
type device struct {
	id      string
	number  string // it relays texts with this number; "" it does not
	toggles bool   // it switches the relaying off and on
	client  *easclient.Client
	l       *ledger
	folders []*folder
}

// item is what a device knows of a text.
type item struct {
	body string
	read bool
	flag string // FlagType
}

// folder is one folder of a device: its Collection, what the device has kept of
// it, and what it is about to do there. One goroutine at a time works with it.
type folder struct {
	d       *device
	name    string
	r       *rand.Rand
	archive eas.CollectionID // where it moves texts to, "" nowhere
	hangs   bool             // it waits for the server to speak instead of asking again and again

	collection *easclient.Collection
	options    easclient.CollectionOptions

	// What the device keeps on its disk.
	state      easclient.State
	items      map[eas.ServerID]item
	own        map[eas.ServerID]bool // deleted by this device
	unanswered []*command
	outgoing   map[eas.ServerID]*outgoing // a phone's Outbox

	asked   bool // the Collection has the unanswered commands
	cut     bool // the last request was not answered: what its answer carried is not known
	news    bool // something has happened since it was last set to false
	adds    int
	enabled bool

	mu     sync.Mutex
	mirror []string // Sent Items: bodies that the phone has sent, to be added
}

// command is one command to the server and what it means.
type command struct {
	wire  eas.ClientCommand
	body  string
	hard  bool   // Delete: for good
	write *write // Change
	read  bool   // Change: the new Read; Add
	flag  string // Change: the new Flag
}

// outgoing is a text that a phone is to send.
type outgoing struct {
	body   string
	proved bool // the server knows that this phone has it
	sent   bool // the radio has had it
}

func newDevice(l *ledger, url, id, number string, version eas.Version) (*device, error) {
	client, err := easclient.New(easclient.Options{
		URL: url, User: userName, Password: password, DeviceID: eas.DeviceID(id), DeviceType: "crashtest", Version: version,
		HTTPClient: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}},
	})
	return &device{id: id, number: number, client: client, l: l}, err
}

// enable tells the server whether the device relays texts.
func (d *device) enable(ctx context.Context, on bool) error {
	value := 0
	if on {
		value = 1
	}
	return d.client.SetDeviceInformation(ctx, &eas.DeviceInformationSet{PhoneNumber: &d.number, EnableOutboundSMS: &value})
}

// keep has the device keep a folder.
func (d *device) keep(name string, id eas.CollectionID, seed uint64, change ...func(*folder)) (*folder, error) {
	f := &folder{
		d: d, name: name, r: rand.New(rand.NewPCG(seed, uint64(len(d.folders)))), enabled: true,
		state: easclient.State{CollectionID: id, Options: []eas.SyncOptions{easclient.SMSOptions()}},
		items: map[eas.ServerID]item{}, own: map[eas.ServerID]bool{}, outgoing: map[eas.ServerID]*outgoing{},
	}
	f.options = easclient.CollectionOptions{Handle: f.handle, WindowSize: 50}
	for _, c := range change {
		c(f)
	}
	if f.relays() {
		f.options.Proved = f.proved
	}
	d.folders = append(d.folders, f)
	return f, f.open()
}

// open begins where the device stopped, as a program that has just started.
func (f *folder) open() (err error) {
	f.options.State = f.state
	f.collection, err = easclient.NewCollection(f.d.client, f.options)
	f.asked = false
	return err
}

func (f *folder) relays() bool { return f.d.number != "" && f.name == "Outbox" }

func (f *folder) chance(percent int) bool { return f.r.IntN(100) < percent }

// step asks the server once. With busy the device does something of its own.
func (f *folder) step(ctx context.Context, busy bool) error {
	if f.unanswered == nil {
		if err := f.aside(ctx, busy); err != nil {
			return err
		}
		if f.state.SyncKey == "" { // the first answer is a key and nothing else
			f.news = true
			_, err := f.collection.Sync(ctx)
			f.cut = err != nil
			return err
		}
		f.unanswered = f.compose(busy)
		f.asked = false
		f.news = f.news || f.unanswered != nil
	}
	var wire []eas.ClientCommand
	if !f.asked { // else the Collection has them, and repeats them
		for _, c := range f.unanswered {
			wire = append(wire, c.wire)
		}
	}
	f.asked = true
	_, err := f.collection.Sync(ctx, wire...)
	f.cut = err != nil
	return err
}

// interrupted sorts the error of a request that was not answered: it counts those
// that the kill has struck. All others are faults. Sometimes the device's program
// starts again, too, and then asks for something else than before.
func (f *folder) interrupted(ctx context.Context, err error) {
	var answer *easclient.HTTPError
	var status *eas.StatusError
	switch {
	case ctx.Err() != nil || errors.Is(err, syscall.ECONNREFUSED):
	case errors.As(err, &answer), errors.As(err, &status), errors.Is(err, easclient.ErrResync):
		f.d.l.fault("%s %s: %v", f.d.id, f.name, err)
	default:
		f.d.l.mu.Lock()
		f.d.l.interrupted++
		f.d.l.mu.Unlock()
		if f.unanswered != nil && f.chance(25) {
			f.restart()
		}
	}
}

// restart stands for a device that was switched off and on again. What it wanted
// it may no longer want; a text it still wants to add has the ClientId it had.
func (f *folder) restart() {
	var again []*command
	for _, c := range f.unanswered {
		keep := f.chance(60)
		if c.wire.Delete != nil && f.relays() { // it knows that it has sent the text
			keep = true
		}
		if keep {
			again = append(again, c)
			continue
		}
		f.d.l.abandon(c)
		f.d.l.mu.Lock()
		f.d.l.different++
		f.d.l.mu.Unlock()
	}
	f.unanswered = again
	if err := f.open(); err != nil {
		f.d.l.fault("%s %s: %v", f.d.id, f.name, err)
	}
}

// handle keeps what an answer brings.
func (f *folder) handle(_ context.Context, b *easclient.Batch) error {
	l := f.d.l
	l.answered()
	if b.Resync {
		l.fault("%s %s: the server does not know the key %s, which it has given", f.d.id, f.name, f.state.SyncKey)
		return nil
	}
	if generation(b.State.SyncKey) > generation(f.state.SyncKey)+1 {
		l.mu.Lock()
		l.lost++ // a key was given in an answer that never came
		l.mu.Unlock()
	}
	if f.unanswered != nil {
		f.answered(b.Responses)
		f.unanswered = nil
	}
	for _, c := range b.Commands {
		f.news = true
		f.told(c)
	}
	f.state = b.State
	return nil
}

// generation is the number in a key of this server. The protocol gives it no
// meaning; here it shows that a key was skipped.
func generation(key eas.SyncKey) int {
	_, n, _ := strings.Cut(string(key), "-")
	g, err := strconv.Atoi(n)
	if err != nil {
		return 1 << 30
	}
	return g
}

// answered takes the responses to the unanswered commands.
func (f *folder) answered(responses []eas.SyncItemResponse) {
	added := map[eas.ClientID]*eas.AddResponse{}
	failed := map[eas.ServerID]eas.Status{}
	for _, r := range responses {
		switch {
		case r.Add != nil:
			added[r.Add.ClientID] = r.Add
		case r.Change != nil:
			failed[r.Change.ServerID] = r.Change.Status
		case r.Delete != nil:
			failed[r.Delete.ServerID] = r.Delete.Status
		}
	}
	for _, c := range f.unanswered {
		switch {
		case c.wire.Add != nil:
			f.addAnswered(c, added[c.wire.Add.ClientID])
		case c.wire.Change != nil:
			f.changeAnswered(c, failed[c.wire.Change.ServerID])
		default:
			id := c.wire.Delete.ServerID
			if s := failed[id]; s != 0 {
				f.d.l.fault("%s %s: Delete of %s: status %d", f.d.id, f.name, id, s)
				continue
			}
			delete(f.items, id)
			delete(f.outgoing, id)
			f.own[id] = true
			f.d.l.deleted(f.d.id, id, c.body, c.hard)
		}
	}
}

func (f *folder) addAnswered(c *command, r *eas.AddResponse) {
	if r == nil || r.Status != eas.StatusSuccess || r.ServerID == "" {
		f.d.l.fault("%s %s: Add of %q answered with %+v", f.d.id, f.name, c.body, r)
		return
	}
	if old, has := f.items[r.ServerID]; has {
		f.d.l.fault("%s %s: Add of %q answered with %s, which is %q", f.d.id, f.name, c.body, r.ServerID, old.body)
	}
	f.items[r.ServerID] = item{body: c.body, read: c.read}
	f.d.l.added(c.body)
	if f.relays() {
		f.outgoing[r.ServerID] = &outgoing{body: c.body, proved: true}
	}
}

func (f *folder) changeAnswered(c *command, s eas.Status) {
	switch s {
	case 0:
		id := c.wire.Change.ServerID
		if i, has := f.items[id]; has {
			i.read, i.flag = c.read, c.flag
			f.items[id] = i
		}
		f.d.l.written(c.write, done)
	case eas.SyncStatusConflict:
		f.d.l.written(c.write, void)
	case eas.SyncStatusObjectNotFound: // perhaps it was done before the item was moved
		f.d.l.written(c.write, unknown)
	default:
		f.d.l.fault("%s %s: Change of %q: status %d", f.d.id, f.name, c.body, s)
	}
}

// told takes one change of the server's.
func (f *folder) told(c eas.ServerCommand) {
	l := f.d.l
	switch {
	case c.Add != nil:
		m, err := eas.DecodeSMS(c.Add.ApplicationData)
		if err != nil || m.Body == nil || m.Body.Data == nil || m.Read == nil {
			l.fault("%s %s: Add of %s: %v %+v", f.d.id, f.name, c.Add.ServerID, err, m)
			return
		}
		if _, has := f.items[c.Add.ServerID]; has {
			l.fault("%s %s: %s added twice", f.d.id, f.name, c.Add.ServerID)
		}
		i := item{body: *m.Body.Data, read: *m.Read, flag: flagType(m.Flag)}
		f.items[c.Add.ServerID] = i
		if f.relays() {
			l.handed(f.d.id, i.body)
			f.outgoing[c.Add.ServerID] = &outgoing{body: i.body}
		}
	case c.Change != nil:
		i, has := f.items[c.Change.ServerID]
		m, err := eas.DecodeSMSChange(c.Change.ApplicationData)
		if !has || err != nil {
			l.fault("%s %s: Change of %s, held %v: %v", f.d.id, f.name, c.Change.ServerID, has, err)
			return
		}
		if m.Read != nil {
			i.read = *m.Read
		}
		if m.Flag != nil {
			i.flag = flagType(m.Flag)
		}
		f.items[c.Change.ServerID] = i
	case c.Delete != nil:
		id := c.Delete.ServerID
		if _, has := f.items[id]; !has && !f.own[id] {
			l.fault("%s %s: Delete of %s, which it does not hold", f.d.id, f.name, id)
		}
		if o := f.outgoing[id]; o != nil {
			l.fault("%s: %q is taken back from the phone that holds it", f.d.id, o.body)
		}
		delete(f.items, id)
	default:
		l.fault("%s %s: %+v", f.d.id, f.name, c)
	}
}

func flagType(f *eas.Flag) string {
	if f == nil || f.FlagType == nil {
		return ""
	}
	return *f.FlagType
}

// proved is called when the server knows that this phone has what it was given.
func (f *folder) proved(context.Context, eas.SyncKey) error {
	for _, o := range f.outgoing {
		o.proved = true
	}
	return nil
}

// work lets the device act in this folder until stop is closed, and then ends
// with nothing unanswered.
func (f *folder) work(ctx context.Context, stop <-chan struct{}) {
	for ctx.Err() == nil {
		busy := true
		select {
		case <-stop:
			if busy = false; f.unanswered == nil {
				return
			}
		default:
		}
		var err error
		if f.hangs && busy {
			err = f.hang(ctx, stop)
		} else {
			err = f.step(ctx, busy)
		}
		if err == nil {
			continue
		}
		f.interrupted(ctx, err)
		select {
		case <-time.After(2 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}

// hang has one request after the other hanging at the server until stop is
// closed.
func (f *folder) hang(ctx context.Context, stop <-chan struct{}) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan struct{})
	defer close(done)
	go func() {
		select {
		case <-stop:
			cancel()
		case <-done:
		}
	}()
	if err := f.collection.Watch(ctx); ctx.Err() == nil {
		return err
	}
	return nil
}

func (f *folder) clientID() eas.ClientID {
	f.adds++
	return eas.ClientID(fmt.Sprintf("%s-%s-%d", f.d.id, strings.ToLower(f.name[:1]), f.adds))
}
