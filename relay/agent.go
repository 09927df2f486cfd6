package relay

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"asms/easclient"
)

// Agent carries messages between its radios and one user's mailbox.
type Agent struct {
	options Options
	ledger  *Ledger
	log     *slog.Logger
	lines   []*line
	pace    pace
	channel *channel

	toTransmit chan struct{} // look for texts to cut
	toPost     chan struct{} // look for what to tell the server

	queue queue
	begun time.Time // when Run did

	forgotten atomic.Bool  // the server may no longer know the device
	locked    atomic.Int32 // radios that only a person can bring back

	checkpoint func(point string) error // for tests: an error is a crash
}

// New opens the ledger, which no other process may have. Run carries messages
// from then on; Close gives the ledger back.
//
// Errors wrap ErrInUse or ErrOtherUser where that is the reason.
func New(ctx context.Context, options Options) (*Agent, error) {
	if len(options.Radios) == 0 {
		return nil, errors.New("relay: no radio")
	}
	options.setDefaults()
	if options.Number == "" {
		return nil, errors.New("relay: the number of the phone is needed")
	}
	probe := options.Client
	probe.DeviceID = "probe"
	if _, err := easclient.New(probe); err != nil {
		return nil, err
	}
	ch, err := newChannel(&options)
	if err != nil {
		return nil, err
	}
	l, err := openLedger(ctx, options.StateDir, options.Client.User, options.Client.DeviceID, options.Now)
	if err != nil {
		return nil, err
	}
	a := &Agent{
		options: options, ledger: l, log: options.Log, pace: defaultPace, channel: ch,
		toTransmit: make(chan struct{}, 1), toPost: make(chan struct{}, 1),
		queue: queue{taken: map[recipientKey]bool{}, unready: map[recipientKey]int{}},
	}
	names := map[string]bool{}
	for i := range options.Radios {
		r := &options.Radios[i]
		if r.Name == "" {
			r.Name = r.Number
		}
		if names[r.Name] {
			l.close()
			return nil, errors.New("relay: two radios have the same name")
		}
		names[r.Name] = true
		a.lines = append(a.lines, &line{options: *r, label: i + 1, work: make(chan struct{}, 1)})
	}
	return a, nil
}

// Close closes the ledger, after Run.
func (a *Agent) Close() error { return a.ledger.close() }

// Run carries messages until ctx ends, which is no error. It waits and tries
// again whatever the server or a radio does, but ends with ErrWiped when the
// server orders it to erase the account, with ErrLocked when a person has to see
// to every radio there is, and when the ledger fails.
func (a *Agent) Run(ctx context.Context) error {
	lost, err := a.ledger.recoverSegments()
	if err != nil {
		return err
	}
	if lost > 0 {
		a.log.WarnContext(ctx, "the end of the last run left segments of which nobody knows whether they were sent", "segments", lost)
	}
	a.begun = a.now()
	g, running := errgroup.WithContext(ctx)
	for _, l := range a.lines {
		g.Go(func() error { return a.keepRadio(running, l) })
		g.Go(func() error { return a.transmit(running, l) })
	}
	g.Go(func() error { return a.prepare(running) })
	g.Go(func() error { return a.showOverdue(running) })
	g.Go(func() error { return a.serve(running) })
	g.Go(func() error { return a.forget(running) })
	err = g.Wait()
	if errors.Is(err, ErrWiped) {
		if e := a.ledger.erase(); e != nil {
			return errors.Join(err, fmt.Errorf("relay: erase the ledger: %w", e))
		}
	}
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return nil
	}
	return err
}

// forget drops from the ledger what was done long ago, every day.
func (a *Agent) forget(ctx context.Context) error {
	for {
		if err := a.ledger.prune(); err != nil {
			return err
		}
		if err := a.rest(ctx, nil, a.now().Add(24*time.Hour)); err != nil {
			return err
		}
	}
}

// DeviceID is how the server knows the agent.
func (a *Agent) DeviceID(ctx context.Context) (string, error) {
	id, _, err := a.ledger.identity(ctx)
	return string(id), err
}

func (a *Agent) now() time.Time { return a.options.Now() }

// at is where a test may end the program.
func (a *Agent) at(point string) error {
	if a.checkpoint == nil {
		return nil
	}
	err := a.checkpoint(point)
	if err != nil {
		a.ledger.frozen.Store(true)
		return errCrash
	}
	return nil
}

func (a *Agent) wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func (a *Agent) wakeLines() {
	for _, l := range a.lines {
		a.wake(l.work)
	}
}

func (a *Agent) wakeAll() {
	a.wake(a.toTransmit)
	a.wake(a.toPost)
}

// rest waits to be woken or for a time to come; the zero time never does. The
// time is looked at every now and then, because clocks are set and machines
// sleep.
func (a *Agent) rest(ctx context.Context, woken <-chan struct{}, until time.Time) error {
	const look = time.Minute
	for {
		wait := look
		if !until.IsZero() {
			wait = until.Sub(a.now())
			if wait <= 0 {
				return ctx.Err()
			}
			wait = min(wait, look)
		}
		timer := time.NewTimer(wait)
		select {
		case <-woken:
			timer.Stop()
			return nil
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
	}
}

// Ping says whether the ledger still takes what is written down: without it
// nothing can be carried.
func (a *Agent) Ping(context.Context) error {
	return a.ledger.update(func(*sql.Tx) error { return nil })
}
