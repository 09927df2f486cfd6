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

// start sets the modem up: no echo, numeric errors, PDU mode, a store, and
// announcements as good as the modem has them.
func (m *Modem) start(ctx context.Context) error {
	if err := m.attention(ctx); err != nil {
		return err
	}
	m.try(ctx, "ATE0")
	m.try(ctx, "AT+CMEE=1")
	if err := m.unlock(ctx); err != nil {
		return err
	}
	if _, err := m.command(ctx, "AT+CMGF=0"); err != nil {
		return fmt.Errorf("PDU mode: %w", err)
	}
	_, err := m.command(ctx, "AT+CSMS=1")
	m.acknowledge = err == nil
	if err := m.chooseStore(ctx); err != nil {
		return err
	}
	m.ask(ctx)
	m.chooseAnnouncements(ctx)
	if err := ctx.Err(); err != nil {
		return err
	}
	return m.ended()
}

// attention waits until the modem answers AT. A modem may be in the middle of
// something, or measure the speed by the first bytes.
func (m *Modem) attention(ctx context.Context) error {
	m.suspect = true
	if err := m.take(ctx); err != nil {
		return err
	}
	m.release()
	return nil
}

// try gives a command whose failure doesn't matter.
func (m *Modem) try(ctx context.Context, command string) []string {
	lines, err := m.command(ctx, command)
	if err != nil {
		m.opts.Logger.DebugContext(ctx, "modem command refused", "command", nameOf(command), "error", err)
	}
	return lines
}

// patient repeats a command while the SIM is busy, as it is after a PIN.
func (m *Modem) patient(ctx context.Context, command string) ([]string, error) {
	deadline := time.Now().Add(m.opts.CommandTimeout)
	for {
		lines, err := m.command(ctx, command)
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

// unlock gives the PIN if the SIM asks for it, once.
//
// 3GPP TS 27.007 8.3 Enter PIN
func (m *Modem) unlock(ctx context.Context) error {
	lines, err := m.patient(ctx, "AT+CPIN?")
	if err != nil {
		return fmt.Errorf("SIM: %w", err)
	}
	state := value(lines, "+CPIN:")
	switch {
	case state == "READY":
		return nil
	case state != "SIM PIN":
		return fmt.Errorf("%w: it asks for %q", ErrPIN, state)
	case m.opts.PIN == "" || strings.ContainsAny(m.opts.PIN, "\"\r\n"):
		return fmt.Errorf("%w: it asks for a PIN", ErrPIN)
	}
	if _, err := m.command(ctx, fmt.Sprintf("AT+CPIN=%q", m.opts.PIN)); err != nil {
		return fmt.Errorf("%w: %w", ErrPIN, err)
	}
	return nil
}

// chooseStore takes the modem's own memory, else the SIM. What the SIM still
// holds from before is read too.
//
// 3GPP TS 27.005 3.2.2 Preferred Message Storage
func (m *Modem) chooseStore(ctx context.Context) error {
	known, err := m.patient(ctx, "AT+CPMS=?")
	if err != nil && isSilence(err) {
		return err
	}
	offers := strings.Join(known, "")
	var refused error
	for _, memory := range []string{"ME", "SM", "MT"} {
		if offers != "" && !strings.Contains(offers, `"`+memory+`"`) {
			continue
		}
		if _, err := m.patient(ctx, fmt.Sprintf(`AT+CPMS="%s","%s","%s"`, memory, memory, memory)); err != nil {
			refused = err
			continue
		}
		m.memory = memory
		m.memories = []string{memory}
		for _, other := range []string{"SM", "SR"} {
			if other != memory && strings.Contains(offers, `"`+other+`"`) {
				m.memories = append(m.memories, other)
			}
		}
		return nil
	}
	return fmt.Errorf("no memory for messages: %w", errors.Join(refused, err))
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
	field := func(lines []string, prefix string, i int) string {
		if f := fields(value(lines, prefix)); i < len(f) {
			return f[i]
		}
		return ""
	}
	i := &m.info
	i.Manufacturer = first(m.try(ctx, "AT+CGMI"))
	i.Model = first(m.try(ctx, "AT+CGMM"))
	i.Revision = first(m.try(ctx, "AT+CGMR"))
	i.IMEI = first(m.try(ctx, "AT+CGSN"))
	i.SMSC = field(m.try(ctx, "AT+CSCA?"), "+CSCA:", 0)
	i.Number = field(m.try(ctx, "AT+CNUM"), "+CNUM:", 1)
	state := field(m.try(ctx, "AT+CREG?"), "+CREG:", 1)
	i.Registered = state == "1" || state == "5" // home, roaming
	m.try(ctx, "AT+COPS=3,0")
	i.Operator = field(m.try(ctx, "AT+COPS?"), "+COPS:", 2)
	i.Signal = -1
	if n, err := strconv.Atoi(field(m.try(ctx, "AT+CSQ"), "+CSQ:", 0)); err == nil && n >= 0 && n <= 31 {
		i.Signal = n
	}
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
					if _, err := m.command(ctx, fmt.Sprintf("AT+CNMI=%d,%d,0,%d,%d", mode, deliver, report, buffer)); err == nil || isSilence(err) {
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
