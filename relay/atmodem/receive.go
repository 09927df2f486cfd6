package atmodem

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
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

// How often in a row a look into the store may fail before the modem counts as
// failed: by silence, which a call to order has tried to end, and by refusal.
const (
	maxSilences = 2
	maxRefusals = 10
)

// Receive hands each TPDU that came in, without SMSC prefix, to handle: first
// what the store holds, then what comes. The modem forgets a message only when
// handle returned nil; when it returned an error the message is handed over
// again at the next look into the store. After a crash between the two a message
// comes twice, the same TPDU to the last octet.
//
// What people left on the SIM from before is taken as well, read or not: a look
// into the store marks all as read, so that this can't tell theirs from what
// arrived while nobody listened. Drafts and sent texts stay, and so does what
// can't be read.
//
// It looks when the modem announces something and every PollInterval, and
// pauses, longer each time, while modem or handle refuse. It runs until ctx
// ends, which it returns as ctx.Err(), or the modem fails, and the error wraps
// ErrClosed: at once when the line drops, and when the modem says nothing any
// more after a PollInterval and four CommandTimeouts. One Receive at a time.
func (m *Modem) Receive(ctx context.Context, handle func(ctx context.Context, pdu []byte, kind Kind) error) error {
	r := receiver{m: m, handle: handle, done: map[place]string{}, warned: map[string]bool{}}
	poll := time.NewTicker(m.opts.PollInterval)
	defer poll.Stop()
	var silences, refusals, delays int
	for {
		r.untaken = false
		err := r.round(ctx)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, ErrClosed):
			return fmt.Errorf("atmodem: receive: %w", err)
		case err == nil:
			silences, refusals = 0, 0
		case isSilence(err):
			silences++
		default:
			refusals++
		}
		if err != nil {
			m.opts.Logger.WarnContext(ctx, "modem store not read", "error", err)
			if silences >= maxSilences || refusals >= maxRefusals {
				m.fail(err)
				return fmt.Errorf("atmodem: receive: %w", m.ended())
			}
		}
		wake := m.wake
		var pause <-chan time.Time
		if err != nil || r.untaken { // announcements don't shorten it
			wake, pause = nil, time.After(min(m.opts.PollInterval, time.Second<<delays))
			delays = min(delays+1, 10)
		} else {
			delays = 0
		}
		select {
		case <-wake:
		case <-pause:
		case <-poll.C:
			if _, err := m.Refresh(ctx); err != nil {
				m.opts.Logger.DebugContext(ctx, "modem status not read", "error", err)
			}
		case <-ctx.Done():
			return ctx.Err()
		case <-m.gone:
			return fmt.Errorf("atmodem: receive: %w", m.ended())
		}
	}
}

type receiver struct {
	m           *Modem
	handle      func(ctx context.Context, pdu []byte, kind Kind) error
	done        map[place]string // handled, but not yet deleted
	warned      map[string]bool  // of memories full of what isn't taken
	untaken     bool             // handle refused a message in this round
	acknowledge bool
}

// round takes what came directly, then what the memories hold.
func (r *receiver) round(ctx context.Context) error {
	m := r.m
	m.mu.Lock()
	waiting := m.direct
	m.direct = nil
	full := m.full
	m.full = false
	r.acknowledge = m.acknowledge
	m.mu.Unlock()
	if full {
		m.opts.Logger.WarnContext(ctx, "modem says that its memory for texts is full")
	}
	if err := r.takeDirect(ctx, waiting); err != nil {
		return err
	}
	for i, memory := range m.reads() {
		if err := r.drain(ctx, memory); err != nil {
			if i == 0 || isSilence(err) {
				return err
			}
			m.opts.Logger.DebugContext(ctx, "modem memory not read", "memory", memory, "error", err)
		}
	}
	return nil
}

// takeDirect hands over what came directly, and acknowledges what the caller
// has. What it doesn't take waits for the next round; the network may bring it
// once more before that.
func (r *receiver) takeDirect(ctx context.Context, waiting []direct) error {
	m := r.m
	taken := context.WithoutCancel(ctx) // what the caller has is always acknowledged
	var back []direct
	for _, d := range waiting {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		_, tpdu, err := sms.CutSMSC(d.pdu)
		if err != nil { // not acknowledged: the network will bring it again
			m.opts.Logger.WarnContext(ctx, "message unreadable", "error", err)
			continue
		}
		if err := r.handle(ctx, tpdu, d.kind); err != nil {
			m.opts.Logger.WarnContext(ctx, "message not taken", "error", err)
			back = append(back, d)
			continue
		}
		if r.acknowledge {
			if _, err := m.command(taken, "AT+CNMA"); err != nil {
				m.opts.Logger.WarnContext(ctx, "message not acknowledged", "error", err)
				if isSilence(err) {
					return err
				}
			}
		}
	}
	if len(back) == 0 {
		return nil
	}
	r.untaken = true
	m.mu.Lock()
	m.direct = append(back, m.direct...)
	m.mu.Unlock()
	// A modem that waited in vain for an acknowledgement hands nothing over
	// any more (3GPP TS 27.005 3.4.4) until it is asked again.
	if err := m.take(ctx); err != nil {
		return err
	}
	defer m.release()
	_, err := m.give(ctx, m.indication)
	if err != nil && isSilence(err) {
		return err
	}
	return nil
}

// drain hands over what a memory holds.
func (r *receiver) drain(ctx context.Context, memory string) error {
	list, capacity, err := r.m.list(ctx, memory)
	if err != nil {
		return err
	}
	left := len(list)
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
		left--
	}
	for p := range r.done {
		if p.memory == memory && !held[p] {
			delete(r.done, p)
		}
	}
	stuffed := capacity > 0 && left >= capacity
	if stuffed && !r.warned[memory] {
		r.m.opts.Logger.WarnContext(ctx, "modem memory is full of what isn't taken, texts can't come in", "memory", memory, "places", capacity)
	}
	r.warned[memory] = stuffed
	return nil
}

// hand gives one message to the caller; taken tells whether it may be deleted.
func (r *receiver) hand(ctx context.Context, msg message) (taken bool, err error) {
	log := r.m.opts.Logger.With("memory", msg.memory, "place", msg.index)
	if msg.state == "2" || msg.state == "3" { // drafts and sent texts belong to whoever put them there
		return false, nil
	}
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
	case t == sms.TypeSubmit: // a draft all the same
		return false, nil
	case t == sms.TypeStatusReport:
		kind = StatusReport
	}
	if err := r.handle(ctx, tpdu, kind); err != nil {
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		log.WarnContext(ctx, "message not taken", "error", err)
		r.untaken = true
		return false, nil
	}
	r.done[msg.place] = msg.pdu
	return true, nil
}

// isSilence tells a modem that doesn't answer from one that says no.
func isSilence(err error) bool {
	var refused *SubmitError
	return !errors.As(err, &refused)
}
