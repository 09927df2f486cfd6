package atmodem

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Finding is what one look at a modem showed.
type Finding struct {
	Check  string // "port", "modem", "SIM", "texting", "network", "operator", "signal", "service centre", "memory ME", "own number"
	OK     bool
	Detail string // what was found, for people; holds the own number, no text
	Remedy string // what to do, empty when there is nothing to do
}

// Weakest signal, as +CSQ gives it, with which texts pass reliably: -103 dBm.
const weakSignal = 5

// Probe looks at a device step by step, as far as it gets: the port and the
// rights on it, the modem, the SIM, the network, the memories. It sets the
// modem up as Dial does and gives the PIN of opts if the SIM asks for one, but
// takes no message and sends none. It ends early when ctx does.
func Probe(ctx context.Context, device string, opts *Options) []Finding {
	var p findings
	rw, err := openDevice(ctx, device)
	if err != nil {
		f := Finding{Check: "port", Detail: err.Error()}
		var failed *DialError
		if errors.As(err, &failed) {
			f.Detail, f.Remedy = failed.Err.Error(), failed.Remedy
		}
		return append(p, f)
	}
	port := Finding{Check: "port", OK: true, Detail: device + " opens"}
	if name := lastingName(device); name != "" {
		port.Remedy = fmt.Sprintf("%s is the name that stays when the modem is plugged in elsewhere", name)
	}
	p = append(p, port)

	m := newModem(rw, opts)
	defer m.Close()
	if err := m.resync(ctx, 3); err != nil {
		return p.no("modem", err, "try the modem's other ports (a USB modem has several, often the second or third is for commands), unplug it and plug it in again, or stop the program that speaks to it")
	}
	p.yes("modem", "answers AT")
	err = m.setUp(ctx)
	var refused *SubmitError
	switch {
	case err == nil:
	case errors.Is(err, ErrPIN):
		return p.no("SIM", err, "give the SIM's PIN in the settings, or switch its PIN off in a phone")
	case strings.HasPrefix(err.Error(), "SIM:"):
		return p.no("SIM", err, "is a SIM in the modem, the right way round?")
	case errors.As(err, &refused):
		p.yes("SIM", "ready")
		return p.no("texting", err, "this modem, or this port of it, doesn't do texts in PDU mode; try its other ports")
	default:
		return p.no("modem", err, "unplug the modem and plug it in again")
	}
	i := m.Info()
	p[len(p)-1].Detail = strings.TrimSpace(fmt.Sprintf("%s %s, revision %s, IMEI %s", i.Manufacturer, i.Model, i.Revision, i.IMEI))
	p.yes("SIM", "ready")
	how := "announces texts"
	if m.indication == "" {
		how = "announces nothing, so that texts are found by polling"
	}
	p.yes("texting", how)
	m.release()
	p.network(i, m.offline())
	p.memories(m.Memories(ctx))
	if i.Number == "" {
		p.yes("own number", "the SIM doesn't tell, as most don't; give it in the settings")
	} else {
		p.yes("own number", i.Number)
	}
	return p
}

type findings []Finding

func (p *findings) yes(check, detail string) {
	*p = append(*p, Finding{Check: check, OK: true, Detail: detail})
}

func (p *findings) no(check string, err error, remedy string) []Finding {
	*p = append(*p, Finding{Check: check, Detail: err.Error(), Remedy: remedy})
	return *p
}

func (p *findings) network(i Info, offline bool) {
	switch {
	case offline:
		*p = append(*p, Finding{Check: "network", Detail: "the modem is not registered",
			Remedy: "wait a minute, move the antenna, and see whether the SIM is active and the modem's kind of network (2G, 3G, LTE) still in service"})
	case i.Roaming:
		p.yes("network", "registered, roaming: texts may cost more")
	case i.Registered:
		p.yes("network", "registered")
	default:
		p.yes("network", "the modem doesn't tell")
	}
	if i.Operator == "" {
		p.yes("operator", "unknown")
	} else {
		p.yes("operator", i.Operator)
	}
	switch {
	case i.Signal < 0:
		p.yes("signal", "unknown")
	case i.Signal < weakSignal:
		*p = append(*p, Finding{Check: "signal", Detail: decibels(i.Signal) + ", weak", Remedy: "move the modem or its antenna"})
	default:
		p.yes("signal", decibels(i.Signal))
	}
	if i.SMSC == "" {
		*p = append(*p, Finding{Check: "service centre", Detail: "the SIM has no number for it, so that texts can't be sent",
			Remedy: "ask the operator for it and store it with AT+CSCA=\"+…\""})
	} else {
		p.yes("service centre", i.SMSC)
	}
}

// decibels is a signal as it is usually told.
//
// 3GPP TS 27.007 8.5 Signal quality
func decibels(signal int) string { return fmt.Sprintf("%d dBm", 2*signal-113) }

func (p *findings) memories(list []Memory, err error) {
	if err != nil {
		p.no("memory", err, "")
		return
	}
	for _, memory := range list {
		f := Finding{Check: "memory " + memory.Name, OK: true, Detail: fmt.Sprintf("%d of %d places used", memory.Used, memory.Total)}
		if memory.Total > 0 && memory.Used >= memory.Total {
			f.OK, f.Remedy = false, "full, so that no text comes in: the relay takes received texts when it runs; drafts and sent texts on the SIM must be deleted in a phone"
		}
		*p = append(*p, f)
	}
}
