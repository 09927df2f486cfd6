package relay_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"asms/eas"
	"asms/easclient"
	"asms/mailbox"
	"asms/relay"
	"asms/relay/atmodem"
	"asms/relay/simulator"
	"asms/sms"
	"asms/store"
)

const own = "+15550001111"

// modem is an AT modem as a Radio.
type modem struct{ *atmodem.Modem }

func (m modem) Submit(ctx context.Context, tpdu []byte, begin func() error) (byte, error) {
	reference, err := m.Modem.Submit(ctx, tpdu, begin)
	var refused *atmodem.SubmitError
	switch {
	case err == nil, errors.Is(err, atmodem.ErrUnknownOutcome):
		return reference, err
	case errors.As(err, &refused):
		return 0, &relay.Refusal{Reason: refused.Reason(), Code: refused.Code, Temporary: refused.Temporary()}
	}
	return 0, &relay.Refusal{Reason: err.Error(), Code: -1, Unready: true}
}

func (m modem) Receive(ctx context.Context, handle func(context.Context, []byte) error) error {
	return m.Modem.Receive(ctx, func(ctx context.Context, tpdu []byte, _ atmodem.Kind) error { return handle(ctx, tpdu) })
}

func (m modem) Info() relay.RadioInfo {
	i := m.Modem.Info()
	return relay.RadioInfo{Model: i.Model, IMEI: i.IMEI, Operator: i.Operator, Offline: i.Offline}
}

// lab is a server with one user, a mobile network, and a phone: an agent with a
// simulated modem.
type lab struct {
	t       *testing.T
	server  *server
	user    store.User
	network *simulator.Network
	sim     *simulator.Modem
	dir     string // of the ledger
	version eas.Version
	change  func(*relay.Options)

	agent  *relay.Agent
	cancel context.CancelFunc
	done   chan struct{} // closed when the agent has ended
	err    error         // why
}

func newLab(t *testing.T, version eas.Version) *lab {
	t.Helper()
	t.Parallel()
	l := &lab{t: t, server: newServer(t), dir: filepath.Join(t.TempDir(), "state"), version: version}
	var err error
	if l.user, err = l.server.accounts().AddUser(t.Context(), "anna", password, false); err != nil {
		t.Fatal(err)
	}
	l.network = simulator.NewNetwork(nil)
	t.Cleanup(l.network.Close)
	l.sim = l.network.Modem(own, nil)
	return l
}

func (l *lab) open(ctx context.Context) (relay.Radio, error) {
	near, far := net.Pipe()
	go func() { _ = l.sim.ServeConn(far) }()
	m, err := atmodem.Open(ctx, near, &atmodem.Options{CommandTimeout: 200 * time.Millisecond, PollInterval: 50 * time.Millisecond})
	if err != nil {
		return nil, err
	}
	return modem{m}, nil
}

// start starts the phone; checkpoint may be nil.
func (l *lab) start(checkpoint func(string) error) {
	l.t.Helper()
	o := relay.Options{
		Client: easclient.Options{
			URL: l.server.http.URL, User: l.user.Name, Password: password, Version: l.version, HTTPClient: l.server.http.Client(),
		},
		StateDir: l.dir, Number: own, Radios: []relay.RadioOptions{{Open: l.open}},
	}
	if os.Getenv("RELAY_LOG") != "" {
		o.Log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	if l.change != nil {
		l.change(&o)
	}
	a, err := relay.New(context.Background(), o)
	if err != nil {
		l.t.Fatal(err)
	}
	a.Quicken()
	if checkpoint != nil {
		a.Checkpoint(checkpoint)
	}
	var ctx context.Context
	ctx, l.cancel = context.WithCancel(context.Background())
	l.agent, l.done = a, make(chan struct{})
	go func() {
		defer close(l.done)
		l.err = errors.Join(a.Run(ctx), a.Close())
	}()
	cancel, done := l.cancel, l.done
	l.t.Cleanup(func() { cancel(); <-done })
}

// stop ends the phone in good order.
func (l *lab) stop() {
	l.t.Helper()
	l.cancel()
	if err := l.ended(); err != nil {
		l.t.Fatal(err)
	}
}

// ended waits until the agent has ended and returns why.
func (l *lab) ended() error {
	l.t.Helper()
	select {
	case <-l.done:
	case <-time.After(15 * time.Second):
		l.t.Fatal("the agent has not ended")
	}
	return l.err
}

// client is another device of the user, as a person has it in front.
type client struct {
	t       *testing.T
	client  *easclient.Client
	folders map[eas.FolderType]*easclient.Collection

	mu    sync.Mutex
	items map[eas.FolderType]map[eas.ServerID]eas.SMS
	next  int
}

func (l *lab) newClient(device eas.DeviceID) *client {
	l.t.Helper()
	c := &client{t: l.t, folders: map[eas.FolderType]*easclient.Collection{}, items: map[eas.FolderType]map[eas.ServerID]eas.SMS{}}
	var err error
	if c.client, err = easclient.New(easclient.Options{
		URL: l.server.http.URL, User: l.user.Name, Password: password, DeviceID: device, Version: eas.Version161, HTTPClient: l.server.http.Client(),
	}); err != nil {
		l.t.Fatal(err)
	}
	r, err := c.client.FolderSync(l.t.Context(), eas.SyncKeyInitial)
	if err != nil {
		l.t.Fatal(err)
	}
	for _, f := range r.Changes.Add {
		items := map[eas.ServerID]eas.SMS{}
		c.items[f.Type] = items
		c.folders[f.Type], err = easclient.NewCollection(c.client, easclient.CollectionOptions{
			State: easclient.State{CollectionID: f.ServerID, Options: []eas.SyncOptions{easclient.SMSOptions()}},
			Handle: func(_ context.Context, b *easclient.Batch) error {
				c.mu.Lock()
				defer c.mu.Unlock()
				for _, command := range b.Commands {
					switch {
					case command.Add != nil:
						m, err := eas.DecodeSMS(command.Add.ApplicationData)
						if err != nil {
							return err
						}
						items[command.Add.ServerID] = *m
					case b.Resync:
						clear(items)
					case command.Delete != nil:
						delete(items, command.Delete.ServerID)
					}
				}
				return nil
			},
		})
		if err != nil {
			l.t.Fatal(err)
		}
	}
	return c
}

// write puts a text into the Outbox and returns its id.
func (c *client) write(to, body string) eas.ServerID {
	c.t.Helper()
	data, err := eas.NewApplicationData(&eas.SMSAdd{To: &to, Body: &eas.Body{Type: eas.BodyPlain, Data: &body}})
	if err != nil {
		c.t.Fatal(err)
	}
	c.next++
	r, err := c.folders[eas.FolderTypeOutbox].Sync(c.t.Context(), eas.ClientCommand{Add: &eas.ClientAdd{
		Class: eas.ClassSMS, ClientID: eas.ClientID("w" + string(rune('a'+c.next))), ApplicationData: data}})
	if err != nil || len(r) != 1 || r[0].Add == nil || r[0].Add.Status != eas.StatusSuccess {
		c.t.Fatalf("write: %+v, %v", r, err)
	}
	return r[0].Add.ServerID
}

// bodies are the texts in a folder, sorted.
func (c *client) bodies(f eas.FolderType) (bodies []string) {
	c.t.Helper()
	if _, err := c.folders[f].Sync(c.t.Context()); err != nil && !errors.Is(err, easclient.ErrResync) {
		c.t.Fatal(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.items[f] {
		bodies = append(bodies, *m.Body.Data)
	}
	sort.Strings(bodies)
	return bodies
}

// remove deletes a text for good.
func (c *client) remove(f eas.FolderType, body string) {
	c.t.Helper()
	c.mu.Lock()
	var id eas.ServerID
	for n, m := range c.items[f] {
		if *m.Body.Data == body {
			id = n
		}
	}
	delete(c.items[f], id)
	c.mu.Unlock()
	if _, err := c.folders[f].Sync(c.t.Context(), eas.ClientCommand{Delete: &eas.ClientDelete{ServerID: id}}); err != nil {
		c.t.Fatal(err)
	}
}

// texts are the texts in a folder by body.
func (c *client) texts(f eas.FolderType) map[string]eas.SMS {
	c.bodies(f)
	c.mu.Lock()
	defer c.mu.Unlock()
	all := map[string]eas.SMS{}
	for _, m := range c.items[f] {
		all[*m.Body.Data] = m
	}
	return all
}

// state is where a text stands on the server.
func (l *lab) state(id eas.ServerID) mailbox.TextState {
	l.t.Helper()
	text, err := l.server.mailbox().Text(l.t.Context(), l.user.ID, string(id))
	if err != nil {
		l.t.Fatal(err)
	}
	return text.State
}

// settled waits until a text has left the Outbox.
func (l *lab) settled(id eas.ServerID) mailbox.Text {
	l.t.Helper()
	l.eventually("the text leaves the Outbox", func() bool {
		s := l.state(id)
		return s == mailbox.TextSent || s == mailbox.TextFailed
	})
	text, err := l.server.mailbox().Text(l.t.Context(), l.user.ID, string(id))
	if err != nil {
		l.t.Fatal(err)
	}
	return text
}

func (l *lab) eventually(what string, cond func() bool) {
	l.t.Helper()
	for deadline := time.Now().Add(15 * time.Second); !cond(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			l.t.Fatalf("not within 15 s: %s", what)
		}
	}
}

// inbox waits until the Inbox has so many texts, and a little longer for one too
// many.
func (l *lab) inbox(c *client, count int) []string {
	l.t.Helper()
	l.eventually("the texts come into the Inbox", func() bool { return len(c.bodies(eas.FolderTypeInbox)) >= count })
	time.Sleep(100 * time.Millisecond)
	got := c.bodies(eas.FolderTypeInbox)
	if len(got) != count {
		l.t.Fatalf("the Inbox has %q, want %d texts", got, count)
	}
	return got
}

// phoneReady waits until the server knows that the phone sends texts.
func (l *lab) phoneReady() {
	l.t.Helper()
	id, err := l.agent.DeviceID(l.t.Context())
	if err != nil {
		l.t.Fatal(err)
	}
	l.eventually("the phone is enabled", func() bool {
		list, err := l.server.accounts().Devices(l.t.Context(), l.user.ID)
		if err != nil {
			l.t.Fatal(err)
		}
		return slices.ContainsFunc(list, func(d store.Device) bool { return d.ID == id && d.OutboundSMS })
	})
}

// submissions are the segments that the modem handed in, as "number seq/total".
func (l *lab) submissions() (list []string) {
	for _, s := range l.network.Submissions() {
		d, err := sms.DecodeSubmit(s.TPDU)
		if err != nil {
			l.t.Fatal(err)
		}
		place := "1/1"
		if c := d.UserData.Header.Concat; c != nil {
			place = string(rune('0'+c.Seq)) + "/" + string(rune('0'+c.Total))
		}
		list = append(list, s.To+" "+place)
	}
	return list
}

// never says that something happens twice.
func (l *lab) noneTwice(list []string) {
	l.t.Helper()
	sorted := slices.Sorted(slices.Values(list))
	if again := slices.Compact(slices.Clone(sorted)); len(again) != len(list) {
		l.t.Errorf("submitted twice: %v", sorted)
	}
}

// bodiesOf are the texts that a correspondent has.
func bodiesOf(c *simulator.Correspondent) (list []string) {
	for _, t := range c.Received() {
		list = append(list, t.Body)
	}
	return list
}

func contains(list []string, parts ...string) bool {
	return slices.ContainsFunc(list, func(s string) bool {
		return !slices.ContainsFunc(parts, func(p string) bool { return !strings.Contains(s, p) })
	})
}

func to(numbers ...string) (list []sms.Address) {
	for _, n := range numbers {
		list = append(list, sms.Address{Number: n})
	}
	return list
}
