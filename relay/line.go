package relay

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// line is a radio and the way to it.
type line struct {
	options RadioOptions
	label   int           // for logs, which show no numbers
	session int64         // of the ledger, for the time that the radio is open
	work    chan struct{} // look for texts to send

	mu    sync.Mutex
	radio Radio // nil while there is none
}

func (l *line) current() Radio {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.radio
}

func (l *line) set(r Radio) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.radio = r
}

// inReach tells whether there is a radio and the network can reach it.
func (l *line) inReach() bool {
	r := l.current()
	return r != nil && !r.Info().Offline
}

// drop closes a radio that has failed, if it is still the one in use; then it is
// opened again.
func (l *line) drop(r Radio) {
	l.mu.Lock()
	same := l.radio == r
	if same {
		l.radio = nil
	}
	l.mu.Unlock()
	if same {
		_ = r.Close() // it has failed already
	}
}

// connected returns the first radio there is.
func (a *Agent) connected() (*line, Radio) {
	for _, l := range a.lines {
		if r := l.current(); r != nil {
			return l, r
		}
	}
	return nil, nil
}

// named returns the radio of that name, nil if none has it any more.
func (a *Agent) named(name string) *line {
	for _, l := range a.lines {
		if l.options.Name == name {
			return l
		}
	}
	return nil
}

// keepRadio opens a radio, takes what it brings, and opens it again when it has
// failed, until ctx ends.
func (a *Agent) keepRadio(ctx context.Context, l *line) error {
	for failures := 0; ; {
		opened := a.now()
		err := a.runRadio(ctx, l)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, errCrash), errors.As(err, new(*LedgerError)):
			return err
		case errors.Is(err, ErrLocked):
			if a.locked.Add(1) == int32(len(a.lines)) {
				return err
			}
			a.log.ErrorContext(ctx, "a radio is out of use until the agent is started again, the others go on", "radio", l.label, "error", err,
				"remedy", "give the agent the PIN of this SIM, or switch its PIN off in a phone")
			return nil
		}
		if a.now().Sub(opened) > a.pace.most { // it had worked
			failures = 0
		}
		wait := a.pace.step(failures)
		failures++
		a.log.WarnContext(ctx, "no radio", "radio", l.label, "error", err, "again", wait)
		if err := a.rest(ctx, nil, a.now().Add(wait)); err != nil {
			return err
		}
	}
}

// runRadio has a radio open until it fails.
func (a *Agent) runRadio(ctx context.Context, l *line) error {
	var err error
	if l.session, err = a.ledger.newSession(); err != nil {
		return err
	}
	r, err := l.options.Open(ctx)
	if err != nil {
		return fmt.Errorf("relay: open the radio: %w", err)
	}
	info := r.Info()
	a.log.InfoContext(ctx, "radio ready", "radio", l.label, "model", info.Model, "operator", info.Operator)
	l.set(r)
	a.wakeLines()
	defer func() {
		l.drop(r)
		a.wakeLines() // the others take what it has not begun
	}()
	var fatal error
	err = r.Receive(ctx, func(ctx context.Context, tpdu []byte) error {
		err := a.receive(ctx, l, tpdu)
		if errors.Is(err, errCrash) {
			fatal = err
			l.drop(r)
		}
		return err
	})
	if fatal != nil {
		return fatal
	}
	return err
}
