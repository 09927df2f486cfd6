package atmodem

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"asms/sms"
)

// Kind tells the TPDUs that come in apart.
type Kind byte

// The kinds of TPDU that come in.
const (
	Deliver      Kind = iota // SMS-DELIVER
	StatusReport             // SMS-STATUS-REPORT
)

// place is where the modem keeps a message.
type place struct {
	memory string
	index  int
}

// message is one entry of the modem's store.
type message struct {
	place
	pdu string // hexadecimal, with SMSC prefix
}

// maxSilences is how often in a row a look into the store may fail before the
// modem counts as failed.
const maxSilences = 2

// Receive hands each TPDU that came in, without SMSC prefix, to handle: first
// what the store holds, then what comes. The modem forgets a message only when
// handle returned nil; when it returned an error the message is handed over
// again at the next look into the store. After a crash between the two a message
// comes twice, the same TPDU to the last octet.
//
// It runs until ctx ends, which it returns as ctx.Err(), or the modem fails.
// One Receive at a time.
func (m *Modem) Receive(ctx context.Context, handle func(ctx context.Context, pdu []byte, kind Kind) error) error {
	r := receiver{m: m, handle: handle, done: map[place]string{}}
	poll := time.NewTicker(m.opts.PollInterval)
	defer poll.Stop()
	for silences := 0; ; {
		err := r.round(ctx)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, ErrClosed):
			return fmt.Errorf("atmodem: receive: %w", err)
		case err != nil:
			m.opts.Logger.WarnContext(ctx, "modem store not read", "error", err)
			if silences++; silences >= maxSilences {
				m.fail(err)
				return fmt.Errorf("atmodem: receive: %w", err)
			}
		default:
			silences = 0
		}
		select {
		case <-m.wake:
		case <-poll.C:
		case <-ctx.Done():
			return ctx.Err()
		case <-m.gone:
			return fmt.Errorf("atmodem: receive: %w", m.ended())
		}
	}
}

type receiver struct {
	m      *Modem
	handle func(ctx context.Context, pdu []byte, kind Kind) error
	done   map[place]string // handled, but not yet deleted
}

// round takes what came directly, then what the memories hold.
func (r *receiver) round(ctx context.Context) error {
	m := r.m
	m.mu.Lock()
	waiting := m.direct
	m.direct = nil
	memories := append([]string(nil), m.memories...)
	for memory := range m.elsewhere {
		if !slices.Contains(memories, memory) {
			memories = append(memories, memory)
		}
	}
	m.mu.Unlock()

	taken := context.WithoutCancel(ctx) // what the caller has is always acknowledged
	for _, d := range waiting {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		_, tpdu, err := sms.CutSMSC(d.pdu)
		if err == nil {
			err = r.handle(ctx, tpdu, d.kind)
		}
		if err != nil { // not acknowledged: the network will bring it again
			m.opts.Logger.WarnContext(ctx, "message not taken", "error", err)
			continue
		}
		if m.acknowledge {
			if _, err := m.command(taken, "AT+CNMA"); err != nil {
				m.opts.Logger.WarnContext(ctx, "message not acknowledged", "error", err)
				if isSilence(err) {
					return err
				}
			}
		}
	}
	for i, memory := range memories {
		if err := r.drain(ctx, memory); err != nil {
			if i == 0 || isSilence(err) {
				return err
			}
			m.opts.Logger.DebugContext(ctx, "modem memory not read", "memory", memory, "error", err)
		}
	}
	return nil
}

// drain hands over what a memory holds.
func (r *receiver) drain(ctx context.Context, memory string) error {
	list, err := r.m.list(ctx, memory)
	if err != nil {
		return err
	}
	held := make(map[place]bool, len(list))
	for _, msg := range list {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		held[msg.place] = true
		if r.done[msg.place] != msg.pdu {
			taken, err := r.hand(ctx, msg)
			if err != nil {
				return err
			}
			if !taken {
				continue
			}
		}
		// Also when ctx ended meanwhile: the caller has the message.
		if err := r.m.delete(context.WithoutCancel(ctx), msg.place); err != nil {
			if isSilence(err) {
				return err
			}
			r.m.opts.Logger.WarnContext(ctx, "message not deleted", "place", msg.index, "error", err)
			r.done[msg.place] = msg.pdu
			continue
		}
		delete(r.done, msg.place)
	}
	for p := range r.done {
		if p.memory == memory && !held[p] {
			delete(r.done, p)
		}
	}
	return nil
}

// hand gives one message to the caller; taken tells whether it may be deleted.
func (r *receiver) hand(ctx context.Context, msg message) (taken bool, err error) {
	log := r.m.opts.Logger.With("memory", msg.memory, "place", msg.index)
	pdu, err := hex.DecodeString(msg.pdu)
	if err != nil {
		log.WarnContext(ctx, "message unreadable", "error", err)
		return false, nil
	}
	_, tpdu, err := sms.CutSMSC(pdu)
	if err != nil {
		log.WarnContext(ctx, "message unreadable", "error", err)
		return false, nil
	}
	kind := Deliver
	switch t, err := sms.TypeOf(tpdu); {
	case err != nil:
		log.WarnContext(ctx, "message unreadable", "error", err)
		return false, nil
	case t == sms.TypeSubmit: // a draft that somebody keeps on the SIM
		return false, nil
	case t == sms.TypeStatusReport:
		kind = StatusReport
	}
	if err := r.handle(ctx, tpdu, kind); err != nil {
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		log.WarnContext(ctx, "message not taken", "error", err)
		return false, nil
	}
	r.done[msg.place] = msg.pdu
	return true, nil
}

// list reads a memory.
//
// 3GPP TS 27.005 4.1 List Messages
func (m *Modem) list(ctx context.Context, memory string) ([]message, error) {
	if err := m.take(ctx); err != nil {
		return nil, err
	}
	defer m.release()
	if err := m.choose(ctx, memory); err != nil {
		return nil, err
	}
	lines, err := m.run(ctx, "AT+CMGL=4", 3*m.opts.CommandTimeout)
	if err != nil {
		return nil, err
	}
	var list []message
	for i := 0; i+1 < len(lines); i++ {
		rest, ok := strings.CutPrefix(lines[i], "+CMGL:")
		if !ok {
			continue
		}
		index, err := strconv.Atoi(fields(rest)[0])
		if err != nil || strings.HasPrefix(lines[i+1], "+CMGL:") {
			continue
		}
		i++
		list = append(list, message{place{memory, index}, lines[i]})
	}
	return list, nil
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
	_, err := m.run(ctx, fmt.Sprintf("AT+CMGD=%d", p.index), m.opts.CommandTimeout)
	return err
}

// choose selects the memory to read. The caller has the turn.
func (m *Modem) choose(ctx context.Context, memory string) error {
	if m.memory == memory {
		return nil
	}
	if _, err := m.run(ctx, fmt.Sprintf("AT+CPMS=%q", memory), m.opts.CommandTimeout); err != nil {
		return err
	}
	m.memory = memory
	return nil
}

// isSilence tells a modem that doesn't answer from one that says no.
func isSilence(err error) bool {
	var refused *SubmitError
	return !errors.As(err, &refused)
}
