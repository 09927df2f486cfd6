package atmodem

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// A modem that restarts more often within a minute has failed: its power is
// weak, or the line is.
const maxRestarts = 10

// boot is what a line tells of the modem's start.
type boot byte

const (
	notBooting boot = iota
	booting         // it just came up and knows nothing of what was asked
	bootedUp        // it came up some seconds ago
)

// bootWords are what modems say as they start. The makers mostly took the same
// words: Quectel, SIMCom, Telit, u-blox, Cinterion, Sierra, Fibocom.
var bootWords = map[string]boot{
	"RDY": booting, "SYSSTART": booting, "^SYSSTART": booting, "MODEM:STARTUP": booting, "+STIN:25": booting,
	"+CPIN: READY": bootedUp, "+CPIN: SIM PIN": bootedUp, "+CFUN: 1": bootedUp, "Call Ready": bootedUp, "SMS Ready": bootedUp,
	"SMS DONE": bootedUp, "PB DONE": bootedUp, "+PBREADY": bootedUp, "*ATREADY: 1": bootedUp, "+QIND: SMS DONE": bootedUp, "+QIND: PB DONE": bootedUp,
}

func bootWord(line string) boot { return bootWords[line] }

// restarted notes that the modem started. The lock is held.
func (m *Modem) restarted(b boot) {
	m.stale = true
	if c := m.current; c != nil && b == booting { // its answer won't come
		c.lost = true
		m.current = nil
		close(c.done)
	}
	select {
	case m.booted <- struct{}{}:
	default:
	}
	m.awake()
}

func (m *Modem) isStale() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.stale
}

// restart sets up a modem that restarted by itself. The caller has the turn.
func (m *Modem) restart(ctx context.Context) error {
	now := time.Now()
	m.restarts = slices.DeleteFunc(append(m.restarts, now), func(t time.Time) bool { return now.Sub(t) > time.Minute })
	if len(m.restarts) > maxRestarts {
		m.fail(errors.New("it restarts again and again"))
		return m.ended()
	}
	m.opts.Logger.WarnContext(ctx, "modem restarted, setting it up again")
	err := m.setUp(ctx)
	if errors.Is(err, ErrPIN) { // asking again would try the PIN again
		m.fail(err)
		return m.ended()
	}
	return err
}

// Reset restarts the modem and sets it up again. It may be called when other
// calls say that the modem keeps silent. Most USB modems drop off the bus as
// they restart: the error then wraps ErrClosed, and the modem can be opened
// anew when its device is back, after 10 to 30 seconds.
//
// 3GPP TS 27.007 8.2 Set phone functionality
func (m *Modem) Reset(ctx context.Context) error {
	if err := m.wait(ctx); err != nil {
		return fmt.Errorf("atmodem: reset: %w", err)
	}
	defer m.release()
	select {
	case <-m.booted:
	default:
	}
	timer := time.NewTimer(m.opts.CommandTimeout)
	defer timer.Stop()
	if m.suspect { // it may wait for a PDU
		if _, err := m.send(escape+"\r", timer); err != nil {
			return fmt.Errorf("atmodem: reset: %w", err)
		}
	}
	if _, err := m.give(ctx, "AT+CFUN=1,1"); err != nil && !isSilence(err) {
		return fmt.Errorf("atmodem: reset: %w", err)
	} // some restart without an answer
	m.suspect = true
	m.mu.Lock()
	m.stale = true
	m.mu.Unlock()
	timer.Reset(m.opts.CommandTimeout)
	select {
	case <-m.booted:
	case <-timer.C: // some say nothing as they start
	case <-ctx.Done():
		return fmt.Errorf("atmodem: reset: %w", ctx.Err())
	case <-m.gone:
		return fmt.Errorf("atmodem: reset: %w", m.ended())
	}
	if err := m.resync(ctx, 6); err != nil {
		return fmt.Errorf("atmodem: reset: %w", err)
	}
	if err := m.setUp(ctx); err != nil {
		return fmt.Errorf("atmodem: reset: %w", err)
	}
	return nil
}
