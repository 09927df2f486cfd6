package simulator

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"

	"asms/sms"
)

// ModemOptions describe a modem. Nil means the zero value.
type ModemOptions struct {
	// PIN is what the SIM asks for. Default none.
	PIN string
	// Store is the number of places in each of the memories. Default 40.
	Store int
	// NoME leaves the SIM as the only memory.
	NoME bool
	// Manufacturer, Model, Revision and IMEI answer the identity commands.
	// Default "asms", "Simulator", "1.0" and "490154203237518".
	Manufacturer, Model, Revision, IMEI string
	// HideNumber leaves +CNUM without an answer, as most SIMs do.
	HideNumber bool
	// Unregistered has +CREG tell that there is no network, and +CMGS fail,
	// until SetRegistered.
	Unregistered bool
	// Intercept sees each command of a line, without "AT", before the modem
	// does. When ok, lines are the whole answer, nil for none at all. It must
	// not call the modem. Default none.
	Intercept func(command string) (lines []string, ok bool)
}

// Modem is a GSM modem with a SIM, driven by AT commands in PDU mode.
type Modem struct {
	network *Network
	number  string
	opts    ModemOptions

	mu        sync.Mutex
	conn      *conn // where announcements go; nil without a program
	memories  map[string][]*stored
	mem       [3]string // read, write, receive: as +CPMS chose
	settings  settings
	unlocked  bool
	pinTries  int // wrong PINs that the SIM still forgives
	offline   bool
	smsc      string
	reference byte
	unacked   *handedOver // a +CMT or +CDS that waits for +CNMA
	buffered  []string    // announcements while +CNMI mode is 0
}

// settings are what ATZ and AT&F put back.
type settings struct {
	echo    bool
	errors  int // +CMEE
	format  int // +CMGF, 0 is PDU
	service int // +CSMS
	indicate
	charset string
	creg    int // +CREG, 1 and 2 announce changes
	cereg   int
}

// indicate is +CNMI: mode, mt, bm, ds, bfr.
type indicate struct{ mode, deliver, broadcast, report, buffer int }

// The states of a message in the store.
//
// 3GPP TS 27.005 3.1 Parameter Definitions (<stat>)
const (
	unread = iota
	read
	unsent
	sent
	all
)

// stored is one message in a memory.
type stored struct {
	state int
	pdu   []byte // with SMSC prefix
}

// handedOver is a message that the program has but did not acknowledge.
type handedOver struct {
	to     *conn
	result func(taken bool)
}

func factory() settings {
	return settings{echo: true, charset: "GSM"}
}

// Modem adds a subscriber with a modem. Serve it with [Modem.ServeConn] or
// [Modem.Serve].
func (n *Network) Modem(number string, opts *ModemOptions) *Modem {
	m := &Modem{network: n, number: number, settings: factory(), smsc: n.opts.SMSC}
	if opts != nil {
		m.opts = *opts
	}
	set := func(s *string, value string) {
		if *s == "" {
			*s = value
		}
	}
	set(&m.opts.Manufacturer, "asms")
	set(&m.opts.Model, "Simulator")
	set(&m.opts.Revision, "1.0")
	set(&m.opts.IMEI, "490154203237518")
	if m.opts.Store <= 0 {
		m.opts.Store = 40
	}
	m.memories = map[string][]*stored{"SM": make([]*stored, m.opts.Store)}
	m.mem = [3]string{"SM", "SM", "SM"}
	if !m.opts.NoME {
		m.memories["ME"] = make([]*stored, m.opts.Store)
	}
	m.unlocked, m.pinTries, m.offline = m.opts.PIN == "", 3, m.opts.Unregistered
	n.join(number, m)
	return m
}

// SetRegistered has the modem find and lose the network.
func (m *Modem) SetRegistered(registered bool) {
	m.mu.Lock()
	m.offline = !registered
	m.announceRegistration()
	m.mu.Unlock()
	m.network.kick()
}

// registration is the state that +CREG tells: 1 home, 2 searching. The lock is
// held.
func (m *Modem) registration() int {
	if m.offline || !m.unlocked {
		return 2
	}
	return 1
}

// announceRegistration tells a program that asked for it. The lock is held.
func (m *Modem) announceRegistration() {
	if m.conn == nil {
		return
	}
	if m.settings.creg > 0 {
		m.conn.announce(fmt.Sprintf("+CREG: %d", m.registration()))
	}
	if m.settings.cereg > 0 {
		m.conn.announce(fmt.Sprintf("+CEREG: %d", m.registration()))
	}
}

// Restart has the modem start anew with its line open, as after a power
// failure: it forgets what it was asked, an answer that is due never comes, and
// the SIM wants its PIN again.
func (m *Modem) Restart() {
	m.mu.Lock()
	owed := m.restart()
	m.mu.Unlock()
	if owed != nil {
		owed.result(false)
	}
	m.network.kick()
}

// restart answers what was not acknowledged. The lock is held.
func (m *Modem) restart() (owed *handedOver) {
	m.settings = factory()
	m.mem = [3]string{"SM", "SM", "SM"}
	m.unlocked = m.opts.PIN == ""
	m.buffered = nil
	owed, m.unacked = m.unacked, nil
	if m.conn == nil {
		return owed
	}
	m.conn.forget()
	m.conn.announce("RDY")
	if m.unlocked {
		m.conn.announce("+CPIN: READY")
	} else {
		m.conn.announce("+CPIN: SIM PIN")
	}
	return owed
}

// Number is the modem's own.
func (m *Modem) Number() string { return m.number }

// Stored counts the messages in all memories.
func (m *Modem) Stored() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	count := 0
	for _, memory := range m.memories {
		for _, s := range memory {
			if s != nil {
				count++
			}
		}
	}
	return count
}

// deliver takes a TPDU from the network: to the program at once, if it wants
// that, else into the store.
func (m *Modem) deliver(tpdu []byte, result func(bool)) {
	m.mu.Lock()
	if m.registration() != 1 || m.unacked != nil {
		m.mu.Unlock()
		result(false)
		return
	}
	kind, _ := sms.TypeOf(tpdu)
	pdu, err := sms.PrependSMSC(m.smsc, tpdu)
	if err != nil {
		pdu, _ = sms.PrependSMSC("", tpdu)
	}
	direct, announce := m.settings.deliver == 2, m.settings.deliver == 1 || m.settings.deliver == 3
	name, index := "+CMT: ,", "+CMTI"
	if kind == sms.TypeStatusReport {
		direct, announce = m.settings.report == 1, m.settings.report == 2
		name, index = "+CDS: ", "+CDSI"
		if m.settings.report == 0 { // nobody asked
			m.mu.Unlock()
			result(true)
			return
		}
	}
	if direct && m.conn != nil && m.settings.mode > 0 {
		acknowledged := m.settings.service == 1
		if acknowledged {
			m.unacked = &handedOver{m.conn, result}
		}
		line := fmt.Sprintf("%s%d\r\n%s", name, len(tpdu), upperHex(pdu))
		m.conn.announce(line)
		m.mu.Unlock()
		if !acknowledged {
			result(true)
		}
		return
	}
	place := m.store(m.mem[2], &stored{state: unread, pdu: pdu})
	switch {
	case !announce:
	case place > 0:
		m.announce(fmt.Sprintf("%s: %q,%d", index, m.mem[2], place))
	default:
		m.announce(fmt.Sprintf("^SMMEMFULL: %q", m.mem[2])) // one maker's word, there is no standard for it
	}
	m.mu.Unlock()
	result(place > 0)
}

// announce tells the program something unasked; it waits while +CNMI says so
// or no program is there. The lock is held.
func (m *Modem) announce(line string) {
	if m.conn == nil || m.settings.mode == 0 {
		if len(m.buffered) < 100 {
			m.buffered = append(m.buffered, line)
		}
		return
	}
	m.conn.announce(line)
}

// flush announces what was held back. The lock is held.
func (m *Modem) flush() {
	if m.conn == nil || m.settings.mode == 0 {
		return
	}
	if m.settings.buffer == 0 {
		for _, line := range m.buffered {
			m.conn.announce(line)
		}
	}
	m.buffered = nil
}

// store puts a message into the first free place and tells which, from 1; 0
// when there is none. The lock is held.
func (m *Modem) store(memory string, s *stored) int {
	places := m.memories[memory]
	i := slices.Index(places, nil)
	if i < 0 {
		return 0
	}
	places[i] = s
	return i + 1
}

// acknowledge answers for the message handed over; false when there is none.
func (m *Modem) acknowledge(taken bool) bool {
	m.mu.Lock()
	waiting := m.unacked
	m.unacked = nil
	m.mu.Unlock()
	if waiting == nil {
		return false
	}
	waiting.result(taken)
	return true
}

// attach makes c the connection that announcements go to. What an older one
// did not acknowledge goes back to the network.
func (m *Modem) attach(c *conn) {
	m.mu.Lock()
	m.conn = c
	owed := m.unacked
	m.unacked = nil
	m.mu.Unlock()
	if owed != nil {
		owed.result(false)
	}
}

// detach ends a connection, which a newer one may have replaced. What it did
// not acknowledge goes back to the network.
func (m *Modem) detach(c *conn) {
	m.mu.Lock()
	if m.conn == c {
		m.conn = nil
	}
	owed := m.unacked
	if owed != nil && owed.to == c {
		m.unacked = nil
	} else {
		owed = nil
	}
	m.mu.Unlock()
	if owed != nil {
		owed.result(false)
	}
}

func upperHex(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) }
