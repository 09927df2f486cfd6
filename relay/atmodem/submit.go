package atmodem

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// maxTPDU is the most octets of an SMS-SUBMIT: 164 and 6 more for an absolute
// validity period and a long number.
const maxTPDU = 176

const (
	ctrlZ  = "\x1a" // sends the segment
	escape = "\x1b" // leaves the prompt
)

// Submit sends one segment: an SMS-SUBMIT TPDU without SMSC prefix. It answers
// the message reference that status reports will carry.
//
// begin is called when the modem waits for the segment, immediately before the
// first byte of it is written. When it fails the modem is told to forget the
// matter, the segment certainly was not sent, and the error wraps begin's. Nil
// means that nobody wants to know.
//
// The error is a *SubmitError when modem or network refused, it wraps
// ErrUnknownOutcome when the segment may have been accepted and nobody can
// tell, and any other means that it certainly was not sent. While there is no
// network it is at once a *SubmitError with CMS code 331, a temporary one. Once the segment
// is with the modem, ctx only shortens the wait to one CommandTimeout.
//
// 3GPP TS 27.005 4.3 Send Message
func (m *Modem) Submit(ctx context.Context, tpdu []byte, begin func() error) (reference byte, err error) {
	if len(tpdu) == 0 || len(tpdu) > maxTPDU {
		return 0, fmt.Errorf("atmodem: submit: %d octets", len(tpdu))
	}
	if err := m.take(ctx); err != nil {
		return 0, fmt.Errorf("atmodem: submit: %w", err)
	}
	defer m.release()

	if err := m.ready(ctx); err != nil {
		return 0, fmt.Errorf("atmodem: submit: %w", err)
	}
	command := fmt.Sprintf("AT+CMGS=%d", len(tpdu))
	prompted := make(chan struct{})
	c := m.begin(command, prompted)
	defer m.end(c)
	if err := m.await(ctx, c, prompted, command); err != nil {
		return 0, fmt.Errorf("atmodem: submit: %w", err)
	}

	if begin != nil {
		if err := begin(); err != nil {
			m.abandon()
			return 0, fmt.Errorf("atmodem: submit: %w", err)
		}
	}
	timer := time.NewTimer(6 * m.opts.CommandTimeout)
	defer timer.Stop()
	text := "00" + strings.ToUpper(hex.EncodeToString(tpdu)) + ctrlZ
	if n, err := m.send(text, timer); err != nil {
		if n < len(text) { // without its Ctrl-Z no modem sends it
			return 0, fmt.Errorf("atmodem: submit: %w", err)
		}
		return 0, fmt.Errorf("%w: %w", ErrUnknownOutcome, err)
	}
	return m.outcome(ctx, c, timer)
}

// ready makes sure that a segment can go out. In text mode, where a modem that
// restarted unheard may be, the length would be taken for a number and the PDU
// for a text; and some modems hold a segment back for long when there is no
// network.
func (m *Modem) ready(ctx context.Context) error {
	if _, err := m.give(ctx, "AT+CMGF=0"); err != nil {
		return fmt.Errorf("PDU mode: %w", err)
	}
	if m.isStale() { // its echo told
		if err := m.restart(ctx); err != nil {
			return err
		}
	}
	if !m.offline() {
		return nil
	}
	if err := m.askRegistration(ctx); err != nil {
		return err
	}
	if m.offline() {
		return &SubmitError{Kind: CMS, Code: noNetwork}
	}
	return nil
}

// await gives the command and waits for the prompt. After an error nothing of
// the segment has been written.
func (m *Modem) await(ctx context.Context, c *call, prompted <-chan struct{}, command string) error {
	timer := time.NewTimer(m.opts.CommandTimeout)
	defer timer.Stop()
	if _, err := m.send(command+"\r", timer); err != nil {
		return err
	}
	select {
	case <-prompted:
		return nil
	case <-c.done:
		if err := c.err(); err != nil {
			return err
		}
		return errors.New("OK in place of a prompt")
	case <-ctx.Done():
		m.suspect = true // resync ends the prompt that may come
		return ctx.Err()
	case <-timer.C:
		m.suspect = true
		return fmt.Errorf("%w: no prompt", ErrTimeout)
	case <-m.gone:
		return m.ended()
	}
}

// abandon leaves a prompt without a segment. The next command comes after a
// resync, which sees to an answer that stays away.
func (m *Modem) abandon() {
	m.suspect = true
	timer := time.NewTimer(m.opts.CommandTimeout)
	defer timer.Stop()
	_, _ = m.send(escape, timer) // one that cannot be written to has forgotten, too
}

// outcome waits for what became of a segment that the modem has.
func (m *Modem) outcome(ctx context.Context, c *call, timer *time.Timer) (byte, error) {
	var failure error
	for canceled := ctx.Done(); ; {
		select {
		case <-c.done:
		case <-canceled:
			canceled = nil
			timer.Reset(m.opts.CommandTimeout)
			continue
		case <-timer.C:
			m.suspect = true
			failure = fmt.Errorf("%w: no answer to a segment", ErrTimeout)
		case <-m.gone:
			failure = m.ended()
		}
		break
	}
	m.end(c) // from here on c.lines is ours
	switch {
	case failure != nil:
	case c.lost:
		failure = errRestarted
	case c.failure == nil:
	case c.failure.ambiguous():
		failure = errors.New(c.failure.Reason())
	default:
		return 0, c.failure
	}
	for _, line := range c.lines {
		if rest, ok := strings.CutPrefix(line, "+CMGS:"); ok {
			if n, err := strconv.ParseUint(fields(rest)[0], 10, 8); err == nil {
				return byte(n), nil // also when the OK behind it was lost
			}
		}
	}
	if failure != nil {
		return 0, fmt.Errorf("%w: %w", ErrUnknownOutcome, failure)
	}
	return 0, nil // accepted, by a modem that gives no reference
}
