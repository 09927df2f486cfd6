package relay_test

import (
	"context"
	"errors"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"asms/easclient"
	"asms/relay"
	"asms/relay/atmodem"
	"asms/relay/simulator"
)

// site is a modem and its port.
type site struct {
	*simulator.Modem
	world  *world
	number string

	mu        sync.Mutex
	unplugged bool
	silent    bool
	line      net.Conn // the modem's end
}

// phone is the agent, which runs while nothing holds it.
type phone struct {
	world    *world
	dir      string
	id       string
	password string
	change   func(*relay.Options) // nil for none

	turn    chan struct{} // guards the fields below; waiting for it lets time pass
	holds   map[string]bool
	stop    context.CancelFunc
	done    chan struct{}
	killIn  atomic.Int64 // checkpoints until it is killed, 0 for never
	down    time.Duration
	killed  []string // where
	running sync.WaitGroup
}

// hear counts a command, and keeps silent if the modem is to.
func (s *site) hear(string) ([]string, bool) {
	s.world.mu.Lock()
	s.world.commands[s.world.day()]++
	s.world.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	return nil, s.silent
}

func (s *site) setSilent(silent bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.silent = silent
}

func (s *site) setUnplugged(unplugged bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unplugged = unplugged
	if unplugged && s.line != nil {
		s.line.Close()
	}
}

func (s *site) open(ctx context.Context) (relay.Radio, error) {
	near, far := net.Pipe()
	s.mu.Lock()
	unplugged := s.unplugged
	s.line = far
	s.mu.Unlock()
	if unplugged {
		return nil, errors.New("no such device")
	}
	go func() { _ = s.ServeConn(far) }()
	m, err := atmodem.Open(ctx, near, &atmodem.Options{StatusReports: true, PollInterval: 10 * time.Minute, Logger: s.world.log})
	if err != nil {
		return nil, err
	}
	return modem{m}, nil
}

// hold stops the phone for a reason, and waits for that.
func (p *phone) hold(reason string) {
	p.turn <- struct{}{}
	defer func() { <-p.turn }()
	p.holds[reason] = true
	if p.stop != nil {
		p.stop()
		<-p.done
		p.stop = nil
	}
}

// release takes a reason back.
func (p *phone) release(reason string) {
	p.turn <- struct{}{}
	defer func() { <-p.turn }()
	delete(p.holds, reason)
	if len(p.holds) == 0 && p.stop == nil {
		p.begin()
	}
}

// begin starts the agent. When it is killed it starts again by itself later.
func (p *phone) begin() {
	w := p.world
	o := relay.Options{
		Client: easclient.Options{
			URL: "http://server.test", User: "anna", Password: p.password, HTTPClient: &http.Client{Transport: counted{w}},
		},
		StateDir: p.dir, StatusReports: true, Log: w.log,
	}
	for _, s := range w.sites {
		o.Radios = append(o.Radios, relay.RadioOptions{Number: s.number, Open: s.open})
	}
	if p.change != nil {
		p.change(&o)
	}
	a, err := relay.New(context.Background(), o)
	if err != nil {
		w.t.Fatal(err)
	}
	if p.id, err = a.DeviceID(context.Background()); err != nil {
		w.t.Fatal(err)
	}
	a.Checkpoint(func(point string) error {
		if p.killIn.Load() == 0 || p.killIn.Add(-1) != 0 {
			return nil
		}
		w.mu.Lock()
		p.killed = append(p.killed, point)
		w.mu.Unlock()
		return errors.New("killed")
	})
	var ctx context.Context
	ctx, p.stop = context.WithCancel(context.Background())
	done := make(chan struct{})
	p.done = done
	p.running.Go(func() {
		err := errors.Join(a.Run(ctx), a.Close())
		close(done)
		if err == nil {
			return
		}
		why, again := "killed", true
		switch {
		case errors.Is(err, relay.ErrWiped):
			why, again = "wiped", false
		case !errors.Is(err, relay.ErrCrash):
			w.t.Errorf("day %d: the agent ended: %v", w.day(), err)
			return
		}
		p.turn <- struct{}{}
		ours := p.done == done && p.stop != nil
		if ours {
			p.stop()
			p.stop, p.holds[why] = nil, true
		}
		down := p.down
		<-p.turn
		if ours && again {
			time.Sleep(down)
			p.release("killed")
		}
	})
}

// inject puts a fault in force, or with nil out of force.
func (w *world) inject(name string, f *simulator.Fault) {
	if f == nil {
		delete(w.faults, name)
	} else {
		w.faults[name] = *f
	}
	w.network.Heal()
	for _, name := range slices.Sorted(maps.Keys(w.faults)) {
		w.network.Inject(w.faults[name])
	}
}
