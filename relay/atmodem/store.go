package atmodem

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// place is where the modem keeps a message.
type place struct {
	memory string
	index  int
}

// message is one entry of the modem's store.
type message struct {
	place
	state string // <stat>: "0" and "1" are received ones
	pdu   string // hexadecimal, with SMSC prefix
}

// Memory is one of the modem's memories for messages.
//
// 3GPP TS 27.005 3.1 Parameter Definitions (<mem1>)
type Memory struct {
	Name        string // "ME" the modem's own, "SM" the SIM's, "SR" for status reports
	Used, Total int    // places
}

// Memories are those that messages are taken from, the receiving one first.
func (m *Modem) Memories(ctx context.Context) ([]Memory, error) {
	if err := m.take(ctx); err != nil {
		return nil, fmt.Errorf("atmodem: memories: %w", err)
	}
	defer m.release()
	var list []Memory
	for _, name := range m.reads() {
		lines, err := m.give(ctx, fmt.Sprintf("AT+CPMS=%q", name))
		if err != nil {
			if isSilence(err) || len(list) == 0 {
				return nil, fmt.Errorf("atmodem: memories: %w", err)
			}
			continue
		}
		m.memory = name
		used, _ := strconv.Atoi(field(lines, "+CPMS:", 0))
		total, _ := strconv.Atoi(field(lines, "+CPMS:", 1))
		list = append(list, Memory{name, used, total})
	}
	return list, nil
}

// chooseStore takes the modem's own memory, else the SIM. What the SIM still
// holds from before is read too. The caller has the turn.
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
		lines, err := m.patient(ctx, fmt.Sprintf(`AT+CPMS="%s","%s","%s"`, memory, memory, memory))
		if err != nil {
			refused = err
			continue
		}
		m.chosen(memory, lines)
		memories := []string{memory}
		for _, other := range []string{"SM", "SR"} {
			if other != memory && strings.Contains(offers, `"`+other+`"`) {
				memories = append(memories, other)
			}
		}
		m.mu.Lock()
		m.memories = memories
		m.mu.Unlock()
		return nil
	}
	return fmt.Errorf("no memory for messages: %w", errors.Join(refused, err))
}

// reads are the memories to read: the chosen ones, and those that
// announcements named.
func (m *Modem) reads() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	memories := slices.Clone(m.memories)
	for memory := range m.elsewhere {
		if !slices.Contains(memories, memory) {
			memories = append(memories, memory)
		}
	}
	return memories
}

// choose selects the memory to read. The caller has the turn.
func (m *Modem) choose(ctx context.Context, memory string) error {
	if m.memory == memory {
		return nil
	}
	lines, err := m.give(ctx, fmt.Sprintf("AT+CPMS=%q", memory))
	if err != nil {
		m.memory = ""
		return err
	}
	m.chosen(memory, lines)
	return nil
}

// chosen notes which memory was selected, and how large it is.
func (m *Modem) chosen(memory string, lines []string) {
	m.memory = memory
	if total, err := strconv.Atoi(field(lines, "+CPMS:", 1)); err == nil {
		m.capacity[memory] = total
	}
}

// list reads a memory, and tells how many places it has, 0 when unknown.
//
// 3GPP TS 27.005 4.1 List Messages
func (m *Modem) list(ctx context.Context, memory string) (list []message, capacity int, err error) {
	if err := m.take(ctx); err != nil {
		return nil, 0, err
	}
	defer m.release()
	if err := m.choose(ctx, memory); err != nil {
		return nil, 0, err
	}
	lines, err := m.run(ctx, "AT+CMGL=4", 3*m.opts.CommandTimeout)
	if err != nil {
		if !isSilence(err) { // text mode, or another memory: it may have restarted unheard
			m.memory = ""
			m.try(ctx, "AT+CMGF=0")
		}
		return nil, 0, err
	}
	for i := 0; i+1 < len(lines); i++ {
		rest, ok := strings.CutPrefix(lines[i], "+CMGL:")
		if !ok {
			continue
		}
		f := fields(rest)
		index, err := strconv.Atoi(f[0])
		if err != nil || len(f) < 2 || strings.HasPrefix(lines[i+1], "+CMGL:") {
			continue
		}
		i++
		list = append(list, message{place{memory, index}, f[1], lines[i]})
	}
	return list, m.capacity[memory], nil
}

// delete removes one message.
//
// 3GPP TS 27.005 3.5.4 Delete Message
func (m *Modem) delete(ctx context.Context, p place) error {
	if err := m.take(ctx); err != nil {
		return err
	}
	defer m.release()
	if err := m.choose(ctx, p.memory); err != nil {
		return err
	}
	_, err := m.give(ctx, fmt.Sprintf("AT+CMGD=%d", p.index))
	return err
}

// isFull tells whether a line says that a memory is full. There is no
// standard for it; these are Huawei's, SIMCom's, Quectel's and Telit's words.
func isFull(line string) bool {
	upper := strings.ToUpper(line)
	return strings.HasPrefix(upper, "^SMMEMFULL") || upper == "SMS FULL" || upper == "+SMS FULL" ||
		strings.HasPrefix(upper, `+QIND: "SMSFULL"`) || strings.HasPrefix(upper, "#SMSFULL")
}
