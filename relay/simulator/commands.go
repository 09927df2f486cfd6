package simulator

import (
	"fmt"
	"strconv"
	"strings"
)

// answer is what a command leads to. The zero answer goes on with the next
// command of the line.
type answer struct {
	lines   []string
	final   string // ends the line: ERROR, +CMS ERROR…
	silent  bool
	hangUp  bool
	restart bool // after the answer
	prompt  func(pdu string) *answer
}

func ok(lines ...string) *answer { return &answer{lines: lines} }

// Error codes.
//
// 3GPP TS 27.005 3.2.5 Message Service Failure Result Code, 3GPP TS 27.007 9.2.1 General errors
const (
	cmeNotAllowed   = 3
	cmePIN          = 11
	cmePUK          = 12
	cmeBadPassword  = 16
	cmsNotAllowed   = 302
	cmsNotSupported = 303
	cmsBadPDU       = 304
	cmsBadText      = 305
	cmsPIN          = 311
	cmsBadIndex     = 321
	cmsFull         = 322
	cmsNoNetwork    = 331
	cmsNoAck        = 340
)

func cms(code int) *answer { return &answer{final: fmt.Sprintf("+CMS ERROR: %d", code)} }

var cmeWords = map[int]string{cmeNotAllowed: "operation not allowed", cmePIN: "SIM PIN required", cmePUK: "SIM PUK required", cmeBadPassword: "incorrect password"}

// cme is an error as +CMEE asks. The lock is held.
func (m *Modem) cme(code int) *answer {
	switch m.settings.errors {
	case 1:
		return &answer{final: fmt.Sprintf("+CME ERROR: %d", code)}
	case 2:
		return &answer{final: "+CME ERROR: " + cmeWords[code]}
	}
	return &answer{final: "ERROR"}
}

// intercepted asks the test; nil when it has nothing to say.
func (m *Modem) intercepted(command string) *answer {
	if m.opts.Intercept == nil {
		return nil
	}
	lines, handled := m.opts.Intercept(command)
	switch {
	case !handled:
		return nil
	case len(lines) == 0:
		return &answer{silent: true}
	}
	return &answer{lines: lines[:len(lines)-1], final: lines[len(lines)-1]}
}

func (m *Modem) echoes() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.settings.echo
}

// request is an extended command taken apart.
type request struct {
	name string // upper case, with its "+"
	test bool   // =?
	read bool   // ?
	args []string
}

func parseRequest(command string) request {
	name, rest, assigned := strings.Cut(command, "=")
	r := request{name: strings.ToUpper(strings.TrimSpace(name))}
	switch {
	case assigned && strings.TrimSpace(rest) == "?":
		r.test = true
	case assigned:
		for _, arg := range strings.Split(rest, ",") {
			r.args = append(r.args, strings.Trim(strings.TrimSpace(arg), `"`))
		}
	default:
		r.name, r.read = strings.CutSuffix(r.name, "?")
	}
	return r
}

// number is the i-th argument, def when it is missing, -1 when it is no number.
func (r request) number(i, def int) int {
	if i >= len(r.args) || r.args[i] == "" {
		return def
	}
	n, err := strconv.Atoi(r.args[i])
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// execute runs one command.
func (m *Modem) execute(command string) *answer {
	if command[0] != '+' {
		return m.basic(strings.ToUpper(command))
	}
	r := parseRequest(command)
	m.mu.Lock()
	locked := !m.unlocked
	m.mu.Unlock()
	if a := m.message(r, locked); a != nil {
		return a
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.general(r)
}

// basic answers the commands of V.250.
func (m *Modem) basic(command string) *answer {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch command[0] {
	case 'Z':
		m.settings = factory()
	case 'E':
		m.settings.echo = command != "E0" && command != "E"
	case 'I':
		return ok(m.opts.Manufacturer, m.opts.Model, "Revision: "+m.opts.Revision, "IMEI: "+m.opts.IMEI)
	case '&':
		if command == "&F" || command == "&F0" {
			m.settings = factory()
		}
	case 'Q', 'V', 'X', 'S', 'L', 'M', 'H', 'T', 'P':
	case 'D':
		return &answer{final: "NO CARRIER"}
	default:
		return &answer{final: "ERROR"}
	}
	return ok()
}

// general answers what isn't about messages. The lock is held.
func (m *Modem) general(r request) *answer {
	s := &m.settings
	set := func(value *int, most int) *answer {
		switch v := r.number(0, 0); {
		case r.test:
			return ok(fmt.Sprintf("%s: (0-%d)", r.name, most))
		case r.read:
			return ok(fmt.Sprintf("%s: %d", r.name, *value))
		case v < 0 || v > most:
			return m.cme(cmeNotAllowed)
		default:
			*value = v
			return ok()
		}
	}
	if !m.unlocked {
		switch r.name {
		case "+CNUM", "+COPS", "+CIMI", "+CCID":
			return m.cme(cmePIN)
		}
	}
	switch r.name {
	case "+CGMI", "+GMI", "+CGMM", "+GMM", "+CGMR", "+GMR", "+CGSN", "+GSN":
		if r.test {
			return ok()
		}
		return ok(map[byte]string{'I': m.opts.Manufacturer, 'M': m.opts.Model, 'R': m.opts.Revision, 'N': m.opts.IMEI}[r.name[len(r.name)-1]])
	case "+GCAP":
		return ok("+GCAP: +CGSM")
	case "+CIMI":
		return ok("001010123456789")
	case "+CCID":
		return ok("8988211000000000000")
	case "+CRSM": // reading the SIM's files: only its identifier is there
		if len(r.args) > 1 && r.args[1] == "12258" {
			return ok(`+CRSM: 144,0,"98881200000000000000"`)
		}
		return ok("+CRSM: 106,130")
	case "+CMEE":
		return set(&s.errors, 2)
	case "+CPIN":
		return m.pin(r)
	case "+CPINR":
		if r.test {
			return ok()
		}
		return ok(fmt.Sprintf("+CPINR: SIM PIN,%d,3", m.pinTries))
	case "+CLCK", "+CPWD":
		if len(r.args) > 1 && r.args[1] == "2" {
			locked := 0
			if m.opts.PIN != "" {
				locked = 1
			}
			return ok(fmt.Sprintf("+CLCK: %d", locked))
		}
		return m.cme(cmeNotAllowed)
	case "+CREG", "+CGREG", "+CEREG":
		mode := map[string]*int{"+CREG": &s.creg, "+CGREG": new(int), "+CEREG": &s.cereg}[r.name]
		if r.read {
			return ok(fmt.Sprintf("%s: %d,%d", r.name, *mode, m.registration()))
		}
		return set(mode, 2)
	case "+COPS":
		switch {
		case r.test:
			return ok(fmt.Sprintf(`+COPS: (2,%q,%q,"00101"),,(0-4),(0-2)`, m.network.opts.Operator, m.network.opts.Operator))
		case r.read && m.registration() != 1:
			return ok("+COPS: 0")
		case r.read:
			return ok(fmt.Sprintf("+COPS: 0,0,%q", m.network.opts.Operator))
		}
		return ok()
	case "+CSQ":
		if r.test {
			return ok("+CSQ: (0-31,99),(0-7,99)")
		}
		return ok("+CSQ: 24,99")
	case "+CNUM":
		if m.opts.HideNumber || r.test {
			return ok()
		}
		kind := 129
		if strings.HasPrefix(m.number, "+") {
			kind = 145
		}
		return ok(fmt.Sprintf(`+CNUM: "",%q,%d`, m.number, kind))
	case "+CSCS":
		switch {
		case r.test:
			return ok(`+CSCS: ("GSM","IRA","UCS2")`)
		case r.read:
			return ok(fmt.Sprintf("+CSCS: %q", s.charset))
		case len(r.args) == 1 && (r.args[0] == "GSM" || r.args[0] == "IRA" || r.args[0] == "UCS2"):
			s.charset = r.args[0]
			return ok()
		}
		return m.cme(cmeNotAllowed)
	case "+CCLK":
		if r.read {
			now := m.network.opts.Now()
			_, offset := now.Zone()
			return ok(fmt.Sprintf(`+CCLK: "%s%+03d"`, now.Format("06/01/02,15:04:05"), offset/900))
		}
		return ok()
	case "+CFUN":
		if r.read {
			return ok("+CFUN: 1")
		}
		if r.test {
			return ok("+CFUN: (0,1,4),(0,1)")
		}
		return &answer{restart: r.number(1, 0) == 1}
	case "+CPAS":
		return ok("+CPAS: 0")
	case "+CBC":
		return ok("+CBC: 0,100")
	case "+WS46":
		return ok("+WS46: 12")
	case "+CLCC", "+CLIP", "+CRC", "+CCWA", "+CUSD", "+CMER", "+CTZR", "+CTZU", "+CGDCONT", "+CGATT", "+CGACT", "+CSDH", "+CSMP", "+CSCB", "+CSSN", "+CR", "+IFC", "+ICF", "+IPR", "+CMUT", "+CVHU":
		return ok()
	}
	return &answer{final: "ERROR"}
}

// pin answers +CPIN.
//
// 3GPP TS 27.007 8.3 Enter PIN
func (m *Modem) pin(r request) *answer {
	switch {
	case r.test:
		return ok()
	case r.read && m.unlocked:
		return ok("+CPIN: READY")
	case r.read && m.pinTries == 0:
		return ok("+CPIN: SIM PUK")
	case r.read:
		return ok("+CPIN: SIM PIN")
	case m.unlocked:
		return m.cme(cmeNotAllowed)
	case m.pinTries == 0:
		return m.cme(cmePUK)
	case len(r.args) == 0 || r.args[0] != m.opts.PIN:
		m.pinTries--
		return m.cme(cmeBadPassword)
	}
	m.unlocked, m.pinTries = true, 3
	m.announceRegistration()
	return ok()
}
