package atmodem

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// Refresh asks for registration, operator and signal anew.
func (m *Modem) Refresh(ctx context.Context) (Info, error) {
	if err := m.take(ctx); err != nil {
		return Info{}, fmt.Errorf("atmodem: refresh: %w", err)
	}
	defer m.release()
	if err := m.askNetwork(ctx); err != nil {
		return Info{}, fmt.Errorf("atmodem: refresh: %w", err)
	}
	return m.Info(), nil
}

// askNetwork asks how the modem stands with the network; the error is not nil
// only when it keeps silent. The caller has the turn.
func (m *Modem) askNetwork(ctx context.Context) error {
	if err := m.askRegistration(ctx); err != nil {
		return err
	}
	operator, err := m.give(ctx, "AT+COPS?")
	if err != nil && isSilence(err) {
		return err
	}
	strength, err := m.give(ctx, "AT+CSQ")
	if err != nil && isSilence(err) {
		return err
	}
	signal, err := strconv.Atoi(field(strength, "+CSQ:", 0))
	if err != nil || signal < 0 || signal > 31 {
		signal = -1
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.info.Operator, m.info.Signal = field(operator, "+COPS:", 2), signal
	return nil
}

// askRegistration asks for the registration. The read goroutine notes the
// answers, because announcements look nearly the same.
func (m *Modem) askRegistration(ctx context.Context) error {
	for _, command := range []string{"AT+CREG?", "AT+CGREG?", "AT+CEREG?"} {
		if _, err := m.give(ctx, command); err != nil && isSilence(err) {
			return err
		}
	}
	return nil
}

// registered notes a registration state. Of circuits, packets and LTE one is
// enough for texts. The lock is held.
func (m *Modem) registered(name string, state int) {
	if state < 0 {
		return
	}
	m.networks[name] = state
	before := m.info.Registered
	m.info.Registered, m.info.Roaming, m.info.Offline = false, false, false
	for _, state := range m.networks {
		switch state {
		case 1, 6: // home, home for texts only
			m.info.Registered, m.info.Roaming = true, false
			return
		case 5, 7: // roaming, roaming for texts only
			m.info.Registered, m.info.Roaming = true, true
		}
	}
	m.info.Offline = !m.info.Registered
	if before && m.info.Offline {
		m.opts.Logger.Warn("network lost")
	}
}

// offline tells that the modem knows of no network. One that never told counts
// as registered, for else it could never send.
func (m *Modem) offline() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.info.Offline
}

// parseRegistration reads the rest of "+CREG: 1", an announcement, or of
// "+CREG: 0,1", an answer; both may go on with quoted fields. The state is -1
// when there is none.
//
// 3GPP TS 27.007 7.2 Network registration
func parseRegistration(rest string) (state int, asked bool) {
	parts := strings.Split(strings.TrimSpace(rest), ",")
	if len(parts) > 1 {
		if n, err := strconv.Atoi(strings.TrimSpace(parts[1])); err == nil && n >= 0 && n <= 11 {
			return n, true
		}
	}
	n, err := strconv.Atoi(strings.TrimSpace(parts[0]))
	if err != nil || n < 0 || n > 11 {
		return -1, false
	}
	return n, false
}
