package atmodem

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// take waits for the turn to give commands. A modem that missed an answer is
// called to order first, one that restarted is set up again.
func (m *Modem) take(ctx context.Context) error {
	if err := m.wait(ctx); err != nil {
		return err
	}
	err := error(nil)
	if m.suspect {
		err = m.resync(ctx, 3)
	}
	if err == nil && m.isStale() {
		err = m.restart(ctx)
	}
	if err != nil {
		m.release()
	}
	return err
}

// wait waits for the turn and leaves the modem as it is.
func (m *Modem) wait(ctx context.Context) error {
	select {
	case <-m.gone:
		return m.ended()
	default:
	}
	select {
	case <-m.turn:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-m.gone:
		return m.ended()
	}
}

func (m *Modem) release() { m.turn <- struct{}{} }

// command gives one command when it is its turn.
func (m *Modem) command(ctx context.Context, command string) ([]string, error) {
	if err := m.take(ctx); err != nil {
		return nil, err
	}
	defer m.release()
	return m.give(ctx, command)
}

// give gives one command. The caller has the turn.
func (m *Modem) give(ctx context.Context, command string) ([]string, error) {
	return m.run(ctx, command, m.opts.CommandTimeout)
}

// run gives one command and waits for its final result. The caller has the
// turn. The error is a *SubmitError when the modem said no.
func (m *Modem) run(ctx context.Context, command string, timeout time.Duration) ([]string, error) {
	c := m.begin(command, nil)
	defer m.end(c)
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	if _, err := m.send(command+"\r", timer); err != nil {
		return nil, err
	}
	select {
	case <-c.done:
	case <-ctx.Done():
		m.suspect = true
		return nil, ctx.Err()
	case <-timer.C:
		m.suspect = true
		return nil, fmt.Errorf("%w: no answer to %s", ErrTimeout, nameOf(command))
	case <-m.gone:
		return nil, m.ended()
	}
	return c.lines, c.err()
}

// begin makes a call the one that lines answer. It closes prompted at the
// modem's prompt; nil if there should be none.
func (m *Modem) begin(command string, prompted chan struct{}) *call {
	c := &call{command: command, own: nameOf(command), prompted: prompted, done: make(chan struct{})}
	m.mu.Lock()
	m.current = c
	m.mu.Unlock()
	return c
}

func (m *Modem) end(c *call) {
	m.mu.Lock()
	if m.current == c {
		m.current = nil
	}
	m.mu.Unlock()
}

// nameOf is "+CMGS" of "AT+CMGS=20".
func nameOf(command string) string {
	name := strings.TrimPrefix(command, "AT")
	if i := strings.IndexAny(name, "=?"); i >= 0 {
		name = name[:i]
	}
	return name
}

// send writes and tells how many bytes went out. A modem that doesn't take
// them in time has failed.
func (m *Modem) send(s string, timer *time.Timer) (int, error) {
	m.trace('>', strings.TrimRight(s, "\r"))
	w := write{b: []byte(s), done: make(chan writeResult, 1)}
	select {
	case m.writes <- w:
	case <-m.gone:
		return 0, m.ended()
	}
	select {
	case r := <-w.done:
		if r.err != nil {
			return r.n, fmt.Errorf("%w: %w", ErrClosed, r.err)
		}
		return r.n, nil
	case <-timer.C:
		m.fail(fmt.Errorf("%w: takes no bytes", ErrTimeout))
		r := <-w.done // closing ends the write
		return r.n, m.ended()
	}
}

// resync makes sure that the next answer belongs to the next command, after
// one that stayed away: it ends a prompt that may be open, waits until AT is
// answered, and lets what comes late pass. A modem that doesn't answer within
// so many tries has failed. The caller has the turn.
func (m *Modem) resync(ctx context.Context, tries int) error {
	var err error
	for range tries {
		timer := time.NewTimer(m.opts.CommandTimeout)
		_, err = m.send(escape+"\r", timer)
		timer.Stop()
		if err != nil {
			return err
		}
		m.suspect = false // run sets it again
		if _, err = m.run(ctx, "AT", m.opts.CommandTimeout); err == nil {
			select {
			case <-time.After(min(200*time.Millisecond, m.opts.CommandTimeout)):
			case <-ctx.Done():
				m.suspect = true
				return ctx.Err()
			}
			return nil
		}
		m.suspect = true
		if ctx.Err() != nil {
			return ctx.Err()
		}
		select {
		case <-m.gone:
			return m.ended()
		default:
		}
	}
	m.fail(err)
	return m.ended()
}
