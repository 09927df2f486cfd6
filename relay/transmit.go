package relay

import (
	"context"
	"errors"
	"fmt"
	"time"

	"asms/sms"
)

// transmit sends by one radio the texts whose turn it is, one segment after the
// other, until ctx ends. Each radio has a loop of its own, so that none waits for
// another.
func (a *Agent) transmit(ctx context.Context, l *line) error {
	for {
		var next time.Time
		if radio := l.current(); radio != nil {
			var j *job
			var err error
			if j, next, err = a.turn(ctx, l); err != nil {
				return err
			}
			if j != nil {
				err := a.send(ctx, l, radio, j)
				a.queue.giveBack(j.key())
				if err != nil {
					return err
				}
				a.wakeLines() // it may be another's now
				continue
			}
		}
		if err := a.rest(ctx, l.work, next); err != nil {
			return err
		}
	}
}

// send gives a recipient its turn.
func (a *Agent) send(ctx context.Context, l *line, radio Radio, j *job) error {
	for i := range j.segments {
		if state, reason, open := j.outcome(); !open {
			return a.conclude(ctx, j, state, reason)
		}
		s := &j.segments[i]
		if s.state != segmentPlanned {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		refusal, gone, err := a.submit(ctx, l, radio, j, s)
		switch {
		case err != nil || gone:
			return err
		case refusal != nil && refusal.Unready:
			l.drop(radio)
			return a.again(ctx, j, partOf(i, len(j.segments), refusal.Reason))
		case refusal != nil && refusal.Temporary:
			return a.later(ctx, j, partOf(i, len(j.segments), refusal.Reason), a.pace.retry(j.tries))
		}
	}
	state, reason, _ := j.outcome()
	return a.conclude(ctx, j, state, reason)
}

// cut makes the TPDUs of a text to one recipient.
//
// [MS-ASMS] 3.1.5.1 Sending Outbound SMS Messages
func (a *Agent) cut(j *job) ([][]byte, error) {
	segments, err := sms.Split(j.body, &sms.Options{MaxSegments: a.options.MaxSegments, National: a.options.National, Reference: uint16(j.reference)})
	if errors.Is(err, sms.ErrTooLong) {
		return nil, fmt.Errorf("the text is too long, it needs more than %d parts", a.options.MaxSegments)
	}
	if err != nil {
		return nil, errors.New("the text cannot be written as SMS")
	}
	tpdus := make([][]byte, len(segments))
	for i, s := range segments {
		if tpdus[i], err = (&sms.Submit{Destination: j.number, StatusReport: a.options.StatusReports, UserData: s}).Encode(); err != nil {
			return nil, errors.New("this is not a number that can be dialled")
		}
	}
	return tpdus, nil
}

// errGone says that a text is no longer to be sent.
var errGone = errors.New("relay: the text is no longer to be sent")

// submit sends one segment, writing down before and after what is done. gone
// tells that the text is no longer to be sent.
func (a *Agent) submit(ctx context.Context, l *line, radio Radio, j *job, s *segment) (refusal *Refusal, gone bool, err error) {
	begun := false
	begin := func() error {
		ok, e := a.ledger.beginSegment(j, s.n, l.options.Name)
		if e == nil && !ok {
			e = errGone
		}
		if e == nil {
			s.radio, begun = l.options.Name, true
			e = a.at("segment submitting")
		}
		err = e
		return e
	}
	reference, failure := radio.Submit(ctx, s.tpdu, begin)
	if failure != nil && !begun && err == nil { // it certainly was not sent
		if !errors.As(failure, &refusal) {
			failure = &Refusal{Reason: failure.Error(), Code: -1, Unready: true}
		}
		if refusal != nil && !refusal.Temporary && !refusal.Unready {
			err = begin() // the text may have been taken back meanwhile
		}
	}
	if errors.Is(err, errGone) {
		return nil, true, nil
	}
	if err != nil {
		return nil, false, err
	}
	if err := a.at("segment submitted"); err != nil {
		return nil, false, err
	}
	event := Event{Text: j.serverID, Recipient: j.number, Segment: s.n + 1, Segments: len(j.segments), Radio: l.options.Name}
	log := a.log.With("text", j.serverID, "recipient", j.recipient+1, "segment", s.n+1, "of", len(j.segments), "radio", l.label)
	code := -1
	switch {
	case failure == nil:
		s.state, event.Kind = segmentAccepted, SegmentAccepted
		log.InfoContext(ctx, "segment accepted", "reference", reference)
	case errors.As(failure, &refusal) && (refusal.Temporary || refusal.Unready):
		s.state, code, event.Kind, event.Reason = segmentPlanned, refusal.Code, SegmentDelayed, refusal.Reason
		log.WarnContext(ctx, "segment not taken for now", "reason", refusal.Reason, "code", refusal.Code)
	case refusal != nil:
		s.state, s.reason, code, event.Kind, event.Reason = segmentRefused, refusal.Reason, refusal.Code, SegmentRefused, refusal.Reason
		log.WarnContext(ctx, "segment refused", "reason", refusal.Reason, "code", refusal.Code)
	default:
		s.state, event.Kind, event.Reason = segmentUnknown, SegmentUnknown, failure.Error()
		log.WarnContext(ctx, "nobody knows whether the segment was sent, it is not sent again", "error", failure)
	}
	if err := a.ledger.endSegment(j, s, l.options.Name, reference, code); err != nil {
		return nil, false, err
	}
	a.options.Events(event)
	return refusal, false, a.at("segment answered")
}

// again gives a recipient another turn as soon as a radio is ready, after one has
// failed. Later, when that is not the first time: the text may be what radios fail
// at.
func (a *Agent) again(ctx context.Context, j *job, reason string) error {
	var wait time.Duration
	if n := a.queue.failed(j.key()); n > 1 {
		wait = a.pace.retry(n - 2)
	}
	return a.later(ctx, j, reason, wait)
}

// later gives a recipient another turn after a while, or gives it up when its time
// is over by then.
func (a *Agent) later(ctx context.Context, j *job, reason string, wait time.Duration) error {
	due := a.now().Add(wait)
	if due.After(j.moved.Add(a.options.Validity)) {
		return a.conclude(ctx, j, recipientFailed, reason+" (tried for "+plain(a.options.Validity)+")")
	}
	return a.ledger.postpone(j, reason, due)
}

// conclude settles a recipient.
func (a *Agent) conclude(ctx context.Context, j *job, state recipientState, reason string) error {
	done, err := a.ledger.conclude(j, state, reason, address(a.options.Number))
	if err != nil {
		return err
	}
	a.queue.forget(j.key())
	a.log.InfoContext(ctx, "recipient done", "text", j.serverID, "recipient", j.recipient+1, "state", state.String())
	if err := a.at("recipient concluded"); err != nil {
		return err
	}
	if done {
		a.options.Events(Event{Kind: TextConcluded, Text: j.serverID})
		a.wake(a.toPost)
	}
	return nil
}

func (s recipientState) String() string {
	return [...]string{"pending", "sent", "failed", "unknown", "delivered"}[s]
}

// address is a number as From and To write it.
func address(number string) string { return sms.Address{Name: number, Number: number}.String() }

// plain writes a duration for people: "4h", not "4h0m0s".
func plain(d time.Duration) string {
	switch {
	case d%time.Hour == 0 && d > 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d%time.Minute == 0 && d > 0:
		return fmt.Sprintf("%dm", d/time.Minute)
	}
	return d.String()
}
