package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"

	"asms/relay"
	"asms/relay/atmodem"
	"asms/sms"
)

// sim is a SIM's number, the modem it is in, and its PIN.
type sim struct{ number, device, pin string }

var numbered = regexp.MustCompile(`^(\+?[0-9]+)=(.*)$`)

// parseSIMs reads DEVICE or NUMBER=DEVICE, one for each modem, and PIN or
// NUMBER=PIN. The first SIM's number may be given by itself.
func parseSIMs(modems, pins []string, number string) ([]sim, error) {
	var all []sim
	for _, text := range modems {
		s := sim{device: text}
		if m := numbered.FindStringSubmatch(text); m != nil {
			s.number, s.device = m[1], m[2]
		}
		if len(all) == 0 {
			switch {
			case s.number == "":
				s.number = number
			case number != "" && sms.Normalize(number) != sms.Normalize(s.number):
				return nil, fmt.Errorf("--number %s is not that of the first --modem %s", number, text)
			}
		}
		switch {
		case s.device == "":
			return nil, fmt.Errorf("--modem %s names no device", text)
		case s.number == "" && len(modems) == 1:
			return nil, errors.New("missing flags: --number=NUMBER")
		case s.number == "":
			return nil, fmt.Errorf("--modem %s: of several modems each needs its SIM's number, as NUMBER=DEVICE", text)
		case slices.ContainsFunc(all, func(o sim) bool { return o.device == s.device || sms.Normalize(o.number) == sms.Normalize(s.number) }):
			return nil, fmt.Errorf("--modem %s: this device or number is there twice", text)
		}
		all = append(all, s)
	}
	for _, text := range pins {
		of, pin := "", text
		if m := numbered.FindStringSubmatch(text); m != nil {
			of, pin = m[1], m[2]
		}
		found := false
		for i := range all {
			if of == "" && len(all) == 1 || of != "" && sms.Normalize(of) == sms.Normalize(all[i].number) {
				all[i].pin, found = pin, true
			}
		}
		if !found && of == "" { // a wrong PIN locks a SIM
			return nil, errors.New("--pin: with several modems say whose it is, as NUMBER=PIN")
		}
		if !found {
			return nil, fmt.Errorf("--pin %s=…: no modem has that number", of)
		}
	}
	return all, nil
}

// languages are the national languages that SMS has tables for, by their ISO 639
// codes.
//
// 3GPP TS 23.038 6.2.1.2.4 National Language Identifier
var languages = map[string]sms.Language{
	"tr": sms.Turkish, "es": sms.Spanish, "pt": sms.Portuguese, "bn": sms.Bengali, "gu": sms.Gujarati, "hi": sms.Hindi, "kn": sms.Kannada,
	"ml": sms.Malayalam, "or": sms.Oriya, "pa": sms.Punjabi, "ta": sms.Tamil, "te": sms.Telugu, "ur": sms.Urdu,
}

func parseLanguages(codes []string) (list []sms.Language, err error) {
	for _, code := range codes {
		l, ok := languages[strings.ToLower(strings.TrimSpace(code))]
		if !ok {
			return nil, fmt.Errorf("--national %s is not one of tr, es, pt, bn, gu, hi, kn, ml, or, pa, ta, te, ur", code)
		}
		list = append(list, l)
	}
	return list, nil
}

// port is where a modem is opened again and again.
type port struct {
	device string
	opts   atmodem.Options
	log    *slog.Logger
	silent bool // it was given up because it said nothing any more
}

// open opens the modem. One that had fallen silent is restarted first, if it
// still opens: most do not come to themselves otherwise.
func (p *port) open(ctx context.Context) (relay.Radio, error) {
	m, err := atmodem.Dial(ctx, p.device, &p.opts)
	if err == nil && p.silent {
		p.silent = false
		p.log.WarnContext(ctx, "the modem was silent, it is restarted")
		err = m.Reset(ctx)
		if errors.As(err, new(*atmodem.SubmitError)) { // it does not know how to, but answers
			p.log.InfoContext(ctx, "the modem does not restart", "error", err)
			err = nil
		}
		if err != nil {
			_ = m.Close() // err is what matters
		}
	}
	r, err := openModem(m, err)
	if err != nil {
		return nil, err
	}
	return watched{r, p}, nil
}

// watched is a radio whose port hears of its silence.
type watched struct {
	relay.Radio
	port *port
}

// Receive notes when the modem is given up because it is silent. The port is
// opened again only after.
func (w watched) Receive(ctx context.Context, handle func(context.Context, []byte) error) error {
	err := w.Radio.Receive(ctx, handle)
	if err != nil && ctx.Err() == nil && errors.Is(err, atmodem.ErrTimeout) {
		w.port.silent = true
	}
	return err
}

// modem is an AT modem as the agent wants a radio.
type modem struct{ *atmodem.Modem }

// openModem takes what opening a modem gives.
func openModem(m *atmodem.Modem, err error) (relay.Radio, error) {
	if errors.Is(err, atmodem.ErrPIN) {
		return nil, fmt.Errorf("%w: %w", relay.ErrLocked, err)
	}
	if err != nil {
		return nil, err
	}
	return modem{m}, nil
}

// Submit tells apart what the agent has to: refused, not sent, and unknown.
func (m modem) Submit(ctx context.Context, tpdu []byte, begin func() error) (byte, error) {
	reference, err := m.Modem.Submit(ctx, tpdu, begin)
	var refused *atmodem.SubmitError
	switch {
	case err == nil, errors.Is(err, atmodem.ErrUnknownOutcome):
		return reference, err
	case errors.As(err, &refused):
		return 0, &relay.Refusal{Reason: refused.Reason(), Code: refused.Code, Temporary: refused.Temporary()}
	}
	return 0, &relay.Refusal{Reason: err.Error(), Code: -1, Unready: true}
}

// Receive drops the kind, which the TPDU tells too.
func (m modem) Receive(ctx context.Context, handle func(context.Context, []byte) error) error {
	return m.Modem.Receive(ctx, func(ctx context.Context, tpdu []byte, _ atmodem.Kind) error { return handle(ctx, tpdu) })
}

// Info is what the server is told of the modem.
func (m modem) Info() relay.RadioInfo {
	i := m.Modem.Info()
	model := strings.TrimSpace(i.Manufacturer + " " + i.Model)
	return relay.RadioInfo{Model: model, IMEI: i.IMEI, Operator: i.Operator, Offline: i.Offline}
}
