package simulator

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"asms/sms"
)

// message answers the commands of 3GPP TS 27.005; nil for any other. The lock
// is not held, because these call the network.
func (m *Modem) message(r request, locked bool) *answer {
	switch r.name {
	case "+CMGF", "+CSMS", "+CNMI", "+CMMS", "+CSCA", "+CPMS", "+CMGR", "+CMGL", "+CMGD", "+CMGS", "+CMGW", "+CMSS", "+CNMA", "+CMGC":
	default:
		return nil
	}
	if locked && r.name != "+CMGF" && !r.test {
		return cms(cmsPIN)
	}
	switch r.name {
	case "+CMGS":
		return m.send(r)
	case "+CNMA":
		return m.ack(r)
	}
	m.mu.Lock()
	a, freed := m.stores(r)
	m.mu.Unlock()
	if freed {
		m.network.kick()
	}
	return a
}

// stores answers what touches nothing but the modem; freed tells that the
// network may have something to deliver now. The lock is held.
func (m *Modem) stores(r request) (a *answer, freed bool) {
	s := &m.settings
	if s.format != 0 {
		switch r.name {
		case "+CMGR", "+CMGL", "+CMGW", "+CMSS", "+CMGC": // text mode isn't simulated
			if !r.test {
				return cms(cmsNotSupported), false
			}
		}
	}
	switch r.name {
	case "+CMGF":
		return choose(r, &s.format, "(0,1)", 1), false
	case "+CSMS":
		switch {
		case r.test:
			return ok("+CSMS: (0,1)"), false
		case r.read:
			return ok(fmt.Sprintf("+CSMS: %d,1,1,1", s.service)), false
		}
		v := r.number(0, 0)
		if v < 0 || v > 1 {
			return cms(cmsNotAllowed), false
		}
		s.service = v
		return ok("+CSMS: 1,1,1"), false
	case "+CMMS":
		var ignored int
		return choose(r, &ignored, "(0-2)", 2), false
	case "+CNMI":
		return m.indications(r), true
	case "+CSCA":
		if r.read {
			kind := 129
			if strings.HasPrefix(m.smsc, "+") {
				kind = 145
			}
			return ok(fmt.Sprintf("+CSCA: %q,%d", m.smsc, kind)), false
		}
		if len(r.args) > 0 {
			m.smsc = r.args[0]
		}
		return ok(), false
	case "+CPMS":
		return m.memory(r), true
	case "+CMGR":
		if r.test {
			return ok(), false
		}
		return m.readOne(r.number(0, -1)), false
	case "+CMGL":
		if r.test {
			return ok("+CMGL: (0-4)"), false
		}
		return m.list(r.number(0, 0)), false
	case "+CMGD":
		if r.test {
			return ok(fmt.Sprintf("+CMGD: (%s),(0-4)", strings.Join(m.used(), ","))), false
		}
		return m.remove(r.number(0, -1), r.number(1, 0)), true
	case "+CMGW":
		if r.test {
			return ok(), false
		}
		return &answer{prompt: func(pdu string) *answer { return m.write(r, pdu) }}, false
	}
	return cms(cmsNotSupported), false
}

func choose(r request, value *int, values string, most int) *answer {
	switch v := r.number(0, 0); {
	case r.test:
		return ok(r.name + ": " + values)
	case r.read:
		return ok(fmt.Sprintf("%s: %d", r.name, *value))
	case v < 0 || v > most:
		return cms(cmsNotAllowed)
	default:
		*value = v
		return ok()
	}
}

// indications answers +CNMI.
//
// 3GPP TS 27.005 3.4.1 New Message Indications to TE
func (m *Modem) indications(r request) *answer {
	in := m.settings.indicate
	if r.test {
		return ok("+CNMI: (0,1,2),(0,1,2,3),(0,2),(0,1,2),(0,1)")
	}
	if r.read {
		return ok(fmt.Sprintf("+CNMI: %d,%d,%d,%d,%d", in.mode, in.deliver, in.broadcast, in.report, in.buffer))
	}
	most := [5]int{2, 3, 2, 2, 1}
	for i, field := range []*int{&in.mode, &in.deliver, &in.broadcast, &in.report, &in.buffer} {
		v := r.number(i, *field)
		if v < 0 || v > most[i] {
			return cms(cmsNotAllowed)
		}
		*field = v
	}
	m.settings.indicate = in
	m.flush()
	return ok()
}

// memory answers +CPMS.
//
// 3GPP TS 27.005 3.2.2 Preferred Message Storage
func (m *Modem) memory(r request) *answer {
	if r.test {
		names := `("SM")`
		if !m.opts.NoME {
			names = `("SM","ME","MT")`
		}
		return ok(fmt.Sprintf("+CPMS: %s,%s,%s", names, names, names))
	}
	if !r.read {
		mem := m.mem
		for i, name := range r.args {
			if name == "MT" && !m.opts.NoME { // both together: here the phone's own
				name = "ME"
			}
			if _, known := m.memories[name]; !known || i > 2 {
				return cms(cmsNotAllowed)
			}
			mem[i] = name
		}
		m.mem = mem
	}
	var fields []string
	for _, name := range m.mem {
		count := 0
		for _, s := range m.memories[name] {
			if s != nil {
				count++
			}
		}
		if r.read {
			fields = append(fields, strconv.Quote(name))
		}
		fields = append(fields, strconv.Itoa(count), strconv.Itoa(m.opts.Store))
	}
	return ok("+CPMS: " + strings.Join(fields, ","))
}

// at is the message in a place of the read memory, nil for none.
func (m *Modem) at(place int) *stored {
	places := m.memories[m.mem[0]]
	if place < 1 || place > len(places) {
		return nil
	}
	return places[place-1]
}

func (m *Modem) used() []string {
	var list []string
	for i, s := range m.memories[m.mem[0]] {
		if s != nil {
			list = append(list, strconv.Itoa(i+1))
		}
	}
	return list
}

// tpduLength is what +CMGR and +CMGL tell: octets without the SMSC.
func tpduLength(pdu []byte) int {
	_, tpdu, err := sms.CutSMSC(pdu)
	if err != nil {
		return len(pdu)
	}
	return len(tpdu)
}

func (m *Modem) readOne(place int) *answer {
	s := m.at(place)
	if s == nil {
		return cms(cmsBadIndex)
	}
	state := s.state
	if s.state == unread {
		s.state = read
	}
	return ok(fmt.Sprintf("+CMGR: %d,,%d", state, tpduLength(s.pdu)), upperHex(s.pdu))
}

func (m *Modem) list(state int) *answer {
	if state < unread || state > all {
		return cms(cmsNotAllowed)
	}
	a := ok()
	for i, s := range m.memories[m.mem[0]] {
		if s == nil || state != all && s.state != state {
			continue
		}
		a.lines = append(a.lines, fmt.Sprintf("+CMGL: %d,%d,,%d", i+1, s.state, tpduLength(s.pdu)), upperHex(s.pdu))
		if s.state == unread {
			s.state = read
		}
	}
	return a
}

// remove deletes one message, or by flag: 1 the read ones, 2 also the sent, 3
// also the unsent, 4 all.
//
// 3GPP TS 27.005 3.5.4 Delete Message
func (m *Modem) remove(place, flag int) *answer {
	places := m.memories[m.mem[0]]
	if flag == 0 {
		if place < 1 || place > len(places) {
			return cms(cmsBadIndex)
		}
		places[place-1] = nil
		return ok()
	}
	if flag < 0 || flag > 4 {
		return cms(cmsNotAllowed)
	}
	for i, s := range places {
		if s == nil {
			continue
		}
		if flag == 4 || s.state == read || flag >= 2 && s.state == sent || flag >= 3 && s.state == unsent {
			places[i] = nil
		}
	}
	return ok()
}

// pduArgument reads a PDU of the length that the command told.
func pduArgument(r request, text string) (pdu, tpdu []byte, bad *answer) {
	pdu, err := hex.DecodeString(text)
	if err != nil {
		return nil, nil, cms(cmsBadPDU)
	}
	_, tpdu, err = sms.CutSMSC(pdu)
	if err != nil || len(tpdu) != r.number(0, -1) {
		return nil, nil, cms(cmsBadPDU)
	}
	return pdu, tpdu, nil
}

func (m *Modem) write(r request, text string) *answer {
	pdu, _, bad := pduArgument(r, text)
	if bad != nil {
		return bad
	}
	state := r.number(1, unsent)
	if state < unread || state >= all {
		return cms(cmsNotAllowed)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	place := m.store(m.mem[1], &stored{state: state, pdu: pdu})
	if place == 0 {
		return cms(cmsFull)
	}
	return ok(fmt.Sprintf("+CMGW: %d", place))
}

// send answers +CMGS.
//
// 3GPP TS 27.005 4.3 Send Message
func (m *Modem) send(r request) *answer {
	if r.test {
		return ok()
	}
	m.mu.Lock()
	format := m.settings.format
	m.mu.Unlock()
	if format != 0 {
		return cms(cmsNotSupported)
	}
	if n := r.number(0, -1); n < 8 || n > 164 {
		return cms(cmsBadPDU)
	}
	return &answer{prompt: func(text string) *answer {
		_, tpdu, bad := pduArgument(r, text)
		if bad != nil {
			return bad
		}
		submit, err := sms.DecodeSubmit(tpdu)
		if err != nil {
			return cms(cmsBadPDU)
		}
		m.mu.Lock()
		if m.registration() != 1 {
			m.mu.Unlock()
			return cms(cmsNoNetwork)
		}
		m.reference++
		reference := m.reference
		m.mu.Unlock()
		taken := ok(fmt.Sprintf("+CMGS: %d", reference))
		fault := m.network.submit(m.number, reference, tpdu, submit)
		if fault == nil {
			return taken
		}
		switch fault.Do {
		case Reject:
			return cms(fault.Code)
		case Garble:
			return &answer{lines: []string{"+CM\xffS\x01 "}, final: "\xfeK"}
		case HangUp, HangUpSent:
			return &answer{hangUp: true}
		}
		return &answer{silent: true}
	}}
}

// ack answers +CNMA: 0 and 1 take the message, 2 refuses it.
//
// 3GPP TS 27.005 4.7 New Message Acknowledgement to ME/TA
func (m *Modem) ack(r request) *answer {
	if r.test {
		return ok("+CNMA: (0-2)")
	}
	n := r.number(0, 0)
	if n < 0 || n > 2 {
		return cms(cmsBadText)
	}
	if !m.acknowledge(n < 2) {
		return cms(cmsNoAck)
	}
	return ok()
}
