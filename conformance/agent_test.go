package conformance

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"asms/easclient"
	"asms/mailbox"
	"asms/relay"
	"asms/relay/atmodem"
	"asms/relay/simulator"
	"asms/sms"
)

// agent is our own phone: the agent of package relay with a modem that speaks AT
// commands, and the mobile network behind it. What passes between the agent and
// the server, and what the modem gets, is kept in one order.
type agent struct {
	*wire
	s       *scene
	network *simulator.Network
	modem   *simulator.Modem
	// transmitting sees every segment that the modem gets, before the network
	// answers. Nil does nothing. It must not call the network.
	transmitting func()

	dir  string // its state
	id   string // its device id, once it was started
	stop func() // ends it; does nothing where it has ended
	line atomic.Pointer[pipe]
}

// agent returns a phone that has not been started.
func (s *scene) agent() *agent {
	a := &agent{s: s, wire: &wire{next: s.server.HTTPClient().Transport}, dir: filepath.Join(s.TempDir(), "state")}
	a.network = simulator.NewNetwork(&simulator.Options{OnSubmit: func(segment simulator.Submission) {
		a.keep(moment{request: nothing, segment: &segment})
		if a.transmitting != nil {
			a.transmitting()
		}
	}})
	s.Cleanup(a.network.Close)
	a.modem = a.network.Modem(myNumber, nil)
	return a
}

// start starts the phone and waits until it has a Sync hanging. Its clock begins
// at noon.
func (a *agent) start() {
	a.s.Helper()
	began := time.Now()
	program, err := relay.New(a.s.Context(), relay.Options{
		Client: easclient.Options{
			URL: a.s.server.URL, User: a.s.user.Name, Password: "correct horse", Version: a.s.version,
			HTTPClient: &http.Client{Transport: a.wire},
		},
		StateDir: a.dir, Number: myNumber, Radios: []relay.RadioOptions{{Open: a.open}},
		Now: func() time.Time { return noon.Add(time.Since(began)) },
	})
	if err != nil {
		a.s.Fatal(err)
	}
	if a.id, err = program.DeviceID(a.s.Context()); err != nil {
		a.s.Fatal(err)
	}
	ctx, cancel := context.WithCancel(a.s.Context())
	ended := make(chan error, 1)
	go func() { ended <- errors.Join(program.Run(ctx), program.Close()) }()
	a.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			a.s.Errorf("the agent: %v", err)
		}
	})
	a.s.Cleanup(a.stop)
	before := len(a.history())
	a.s.eventually("a Sync hangs", func() bool { return a.hangs(before) })
}

// pipe is the line between the agent and its modem.
type pipe struct{ net.Conn }

// open opens the modem.
func (a *agent) open(ctx context.Context) (relay.Radio, error) {
	if a.cut.Load() {
		return nil, errLost
	}
	near, far := net.Pipe()
	a.line.Store(&pipe{near})
	go func() { _ = a.modem.ServeConn(far) }() // until near is closed
	m, err := atmodem.Open(ctx, near, nil)
	if err != nil {
		return nil, err
	}
	return radio{m}, nil
}

// radio is an AT modem as the agent takes it.
type radio struct{ *atmodem.Modem }

func (r radio) Submit(ctx context.Context, tpdu []byte, begin func() error) (byte, error) {
	reference, err := r.Modem.Submit(ctx, tpdu, begin)
	var refused *atmodem.SubmitError
	switch {
	case err == nil, errors.Is(err, atmodem.ErrUnknownOutcome):
		return reference, err
	case errors.As(err, &refused):
		return 0, &relay.Refusal{Reason: refused.Reason(), Code: refused.Code, Temporary: refused.Temporary()}
	}
	return 0, &relay.Refusal{Reason: err.Error(), Code: -1, Unready: true}
}

func (r radio) Receive(ctx context.Context, handle func(context.Context, []byte) error) error {
	return r.Modem.Receive(ctx, func(ctx context.Context, tpdu []byte, _ atmodem.Kind) error { return handle(ctx, tpdu) })
}

func (r radio) Info() relay.RadioInfo { return relay.RadioInfo{Model: r.Modem.Info().Model} }

// hangs reports whether a Sync of the Outbox hangs, the latest thing to happen
// after so many moments.
func (a *agent) hangs(after int) bool {
	h := a.history()
	if len(h) <= after {
		return false
	}
	latest := h[len(h)-1]
	return asks(outbox, "CollectionId")(latest) && latest.request.has("HeartbeatInterval")
}

// send puts a text into the Outbox, for this phone.
func (a *agent) send(words string, numbers ...string) (text string) {
	a.s.Helper()
	var to []sms.Address
	for _, n := range numbers {
		to = append(to, sms.Address{Name: n, Number: n})
	}
	return a.s.sendBy(&device{s: a.s, id: a.id}, words, to...)
}

// settled waits until a text has left the Outbox and the phone has nothing left
// to do, and returns what became of the text.
func (a *agent) settled(text string) (got mailbox.Text) {
	a.s.Helper()
	a.s.eventually("the text leaves the Outbox", func() bool {
		var err error
		if got, err = a.s.server.Mailbox.Text(a.s.Context(), a.s.user.ID, text); err != nil {
			a.s.Fatal(err)
		}
		return got.State == mailbox.TextSent || got.State == mailbox.TextFailed
	})
	a.s.eventually("a Sync hangs again", func() bool { return a.hangs(0) })
	return got
}

// segments are what the modem got, as messages of the network.
func (a *agent) segments() (list []*sms.Submit) {
	a.s.Helper()
	for _, g := range a.network.Submissions() {
		d, err := sms.DecodeSubmit(g.TPDU)
		if err != nil {
			a.s.Fatal(err)
		}
		list = append(list, d)
	}
	return list
}

// recipients are whom the segments were for, sorted.
func (a *agent) recipients() (list []string) {
	a.s.Helper()
	for _, d := range a.segments() {
		list = append(list, d.Destination)
	}
	slices.Sort(list)
	return list
}

// people are subscribers of the network with these numbers.
func (a *agent) people(numbers ...string) (list []*simulator.Correspondent) {
	for _, n := range numbers {
		list = append(list, a.network.Correspondent(n, nil))
	}
	return list
}

// got checks what texts a person has in the end.
func (a *agent) got(person *simulator.Correspondent, want ...string) {
	a.s.Helper()
	words := func() (list []string) {
		for _, t := range person.Received() {
			list = append(list, t.Body)
		}
		return list
	}
	a.s.eventually(fmt.Sprintf("%d texts arrive", len(want)), func() bool { return len(words()) >= len(want) })
	a.s.equal("what "+person.Number()+" gets", words(), want)
}

// eventually waits for what must come.
func (s *scene) eventually(what string, is func() bool) {
	s.Helper()
	for deadline := time.Now().Add(patience); !is(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.Fatalf("not within %v: %s", patience, what)
		}
	}
}
