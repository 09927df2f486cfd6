package atmodem

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// setUp starts the modem, once more when it restarts meanwhile. The caller has
// the turn.
func (m *Modem) setUp(ctx context.Context) error {
	var err error
	for range 3 {
		m.mu.Lock()
		m.stale, m.quiet, m.want = false, false, nil
		m.mu.Unlock()
		if err = m.start(ctx); err == nil || !errors.Is(err, errRestarted) {
			break
		}
	}
	if err != nil {
		m.mu.Lock()
		m.stale = true
		m.mu.Unlock()
	}
	return err
}

// start sets the modem up: no echo, numeric errors, PDU mode, a store, and
// announcements as good as the modem has them.
func (m *Modem) start(ctx context.Context) error {
	// A modem may be in the middle of something, or measure the speed by the
	// first bytes.
	if err := m.resync(ctx, 3); err != nil {
		return err
	}
	m.try(ctx, "ATE0")
	m.mu.Lock()
	m.echoed = false
	m.mu.Unlock()
	m.try(ctx, "AT+CMEE=1")
	if err := m.unlock(ctx); err != nil {
		return err
	}
	if _, err := m.patient(ctx, "AT+CMGF=0"); err != nil {
		return fmt.Errorf("PDU mode: %w", err)
	}
	_, err := m.give(ctx, "AT+CSMS=1")
	m.mu.Lock()
	m.acknowledge = err == nil
	m.mu.Unlock()
	if err := m.chooseStore(ctx); err != nil {
		return err
	}
	m.ask(ctx)
	m.chooseAnnouncements(ctx)
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.quiet = !m.echoed // some modems can't but echo
	return m.failure
}

// try gives a command whose failure doesn't matter.
func (m *Modem) try(ctx context.Context, command string) []string {
	lines, err := m.give(ctx, command)
	if err != nil {
		m.opts.Logger.DebugContext(ctx, "modem command refused", "command", nameOf(command), "error", err)
	}
	return lines
}

// patient repeats a command while the SIM is busy, as it is after a PIN.
func (m *Modem) patient(ctx context.Context, command string) ([]string, error) {
	deadline := time.Now().Add(m.opts.CommandTimeout)
	for {
		lines, err := m.give(ctx, command)
		var refused *SubmitError
		if !errors.As(err, &refused) || refused.Code != 14 && refused.Code != 314 && refused.Code != 515 || time.Now().After(deadline) {
			return lines, err
		}
		select {
		case <-time.After(500 * time.Millisecond):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// unlock gives the PIN if the SIM asks for it, once: three wrong ones lock the
// SIM, and whoever opens the modem may do so again and again.
//
// 3GPP TS 27.007 8.3 Enter PIN
func (m *Modem) unlock(ctx context.Context) error {
	lines, err := m.patient(ctx, "AT+CPIN?")
	if err != nil {
		return fmt.Errorf("SIM: %w", err)
	}
	switch state := value(lines, "+CPIN:"); {
	case state == "READY" || state == "SIM PIN2": // the second PIN isn't for texts
		return nil
	case strings.HasSuffix(state, "PUK") && strings.HasPrefix(state, "SIM"):
		return fmt.Errorf("%w: too many wrong PINs, it asks for its PUK; put it into a phone and type the PUK there", ErrPIN)
	case strings.HasPrefix(state, "PH-"):
		return fmt.Errorf("%w: the modem is bound to another SIM or operator (%s)", ErrPIN, state)
	case state != "SIM PIN":
		return fmt.Errorf("%w: it asks for %q", ErrPIN, state)
	case m.opts.PIN == "" || strings.ContainsAny(m.opts.PIN, "\"\r\n"):
		return fmt.Errorf("%w: it asks for a PIN, and none is given", ErrPIN)
	case m.pinRefused:
		return fmt.Errorf("%w: it refused the PIN before", ErrPIN)
	}
	if left := m.pinTries(ctx); left >= 0 && left < 3 {
		return fmt.Errorf("%w: a wrong PIN was given before and %d tries are left, so none is made here; type the right one in a phone once", ErrPIN, left)
	}
	if _, err := m.give(ctx, fmt.Sprintf("AT+CPIN=%q", m.opts.PIN)); err != nil {
		m.pinRefused = true // as far as one can tell
		return fmt.Errorf("%w: the PIN was not taken: %v", ErrPIN, err)
	}
	return nil
}

// pinTries is how many wrong PINs the SIM still forgives, -1 when the modem
// doesn't tell.
//
// 3GPP TS 27.007 8.65 Remaining PIN retries
func (m *Modem) pinTries(ctx context.Context) int {
	for _, line := range m.try(ctx, "AT+CPINR=\"SIM PIN\"") {
		rest, found := strings.CutPrefix(line, "+CPINR:")
		if f := fields(rest); found && len(f) > 1 && f[0] == "SIM PIN" {
			if n, err := strconv.Atoi(f[1]); err == nil {
				return n
			}
		}
	}
	return -1
}

// ask collects what the modem tells of itself.
func (m *Modem) ask(ctx context.Context) {
	first := func(lines []string) string {
		if len(lines) == 0 {
			return ""
		}
		_, v, found := strings.Cut(lines[0], ":")
		if !strings.HasPrefix(lines[0], "+") || !found {
			v = lines[0]
		}
		return strings.Trim(strings.TrimSpace(v), `"`)
	}
	i := m.Info()
	i.Manufacturer = first(m.try(ctx, "AT+CGMI"))
	i.Model = first(m.try(ctx, "AT+CGMM"))
	i.Revision = first(m.try(ctx, "AT+CGMR"))
	i.IMEI = first(m.try(ctx, "AT+CGSN"))
	i.SMSC = field(m.try(ctx, "AT+CSCA?"), "+CSCA:", 0)
	i.Number = field(m.try(ctx, "AT+CNUM"), "+CNUM:", 1)
	m.mu.Lock()
	m.info = i
	m.mu.Unlock()
	m.try(ctx, "AT+CREG=1")
	m.try(ctx, "AT+CEREG=1")
	m.try(ctx, "AT+COPS=3,0")
	m.askNetwork(ctx)
}

// field is the i-th field of the line that begins with prefix, empty without.
func field(lines []string, prefix string, i int) string {
	if f := fields(value(lines, prefix)); i < len(f) {
		return f[i]
	}
	return ""
}

// chooseAnnouncements asks for messages to be stored and announced, because
// then nothing hangs on a line that gets lost; only a modem that can't is
// asked for the messages themselves. Polling goes on in any case.
//
// 3GPP TS 27.005 3.4.1 New Message Indications to TE
func (m *Modem) chooseAnnouncements(ctx context.Context) {
	offers := ranges(value(m.try(ctx, "AT+CNMI=?"), "+CNMI:"))
	can := func(field, v int) bool {
		return field >= len(offers) || len(offers[field]) == 0 || slices.Contains(offers[field], v)
	}
	reports := []int{0}
	if m.opts.StatusReports {
		reports = []int{2, 1, 0}
	}
	for _, deliver := range []int{1, 2} {
		for _, report := range reports {
			for _, mode := range []int{2, 1} {
				if !can(0, mode) || !can(1, deliver) || !can(3, report) {
					continue
				}
				for _, buffer := range []int{0, 1} {
					if !can(4, buffer) {
						continue
					}
					command := fmt.Sprintf("AT+CNMI=%d,%d,0,%d,%d", mode, deliver, report, buffer)
					if _, err := m.give(ctx, command); err == nil || isSilence(err) {
						m.indication = command
						return
					}
				}
			}
		}
	}
	m.opts.Logger.WarnContext(ctx, "modem announces nothing, its store is polled")
}

// value is the rest of the line that begins with prefix, empty without one.
func value(lines []string, prefix string) string {
	for _, line := range lines {
		if rest, ok := strings.CutPrefix(line, prefix); ok {
			return strings.TrimSpace(rest)
		}
	}
	return ""
}

// ranges reads "(0,1,2),(0-3),(0,2)".
func ranges(s string) [][]int {
	var list [][]int
	for len(s) > 0 && len(list) < 8 {
		open := strings.IndexByte(s, '(')
		if open < 0 {
			break
		}
		length := strings.IndexByte(s[open:], ')')
		if length < 0 {
			break
		}
		var values []int
		for _, part := range strings.Split(s[open+1:open+length], ",") {
			low, high, isRange := strings.Cut(strings.TrimSpace(part), "-")
			from, err := strconv.Atoi(low)
			if err != nil {
				continue
			}
			to := from
			if isRange {
				if to, err = strconv.Atoi(high); err != nil || to-from > 100 {
					continue
				}
			}
			for v := from; v <= to; v++ {
				values = append(values, v)
			}
		}
		list = append(list, values)
		s = s[open+length+1:]
	}
	return list
}
