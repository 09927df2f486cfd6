package torture

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"asms/relay/simulator"
)

// rest is how long nothing must happen before an agent counts as having nothing
// to do.
const rest = 300 * time.Millisecond

// kill says who is killed when.
type kill struct {
	victim victim
	step   string
}

// scene is one run: a server and an agent, a modem and its network, and what
// stands between them.
type scene struct {
	t       *testing.T
	kill    kill
	dir     string
	network *simulator.Network
	modem   *simulator.Modem
	peers   []*simulator.Correspondent
	line    *line
	front   *front
	person  *person
	secret  string // file with the password

	mu     sync.Mutex
	server *process // nil while it is killed
	agent  *process
	faults []string // seen meanwhile
	back   sync.WaitGroup
	ended  bool

	answer sync.Once // the text that comes in

	steps  []string
	times  map[string]int
	last   time.Time
	struck bool
	flight flight // at the kill
}

func newScene(t *testing.T, f *furnished, k kill) *scene {
	t.Helper()
	dir, err := os.MkdirTemp("", "asms") // t.TempDir may be too long a name for the control socket
	if err != nil {
		t.Fatal(err)
	}
	s := &scene{t: t, kill: k, dir: dir, secret: f.password, times: map[string]int{}}
	s.network = simulator.NewNetwork(nil)
	s.modem = s.network.Modem(own, nil)
	for _, number := range others {
		s.peers = append(s.peers, s.network.Correspondent(number, nil))
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(s.close)
	must(f.copyTo(s.data()))
	s.server, err = serve(s.data(), s.log("server"))
	must(err)
	s.person, err = newPerson(s.address)
	must(err)
	for name, at := range f.places {
		must(s.person.open(name, at))
	}
	s.line, err = newLine(s.modem, s.atModem)
	must(err)
	s.front = newFront(s.address, f.folders, s.atServer, s.line.reported)
	s.mu.Lock() // no step before there is somebody to kill
	s.agent, err = s.relay()
	s.mu.Unlock()
	must(err)
	return s
}

func (s *scene) data() string           { return filepath.Join(s.dir, "data") }
func (s *scene) state() string          { return filepath.Join(s.dir, "state") }
func (s *scene) log(name string) string { return filepath.Join(s.dir, name+".log") }

// address is where the server is, and nowhere while it is killed.
func (s *scene) address() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.server == nil {
		return "127.0.0.1:1"
	}
	return addressOf(s.server)
}

func (s *scene) relay() (*process, error) {
	return launch(s.log("agent"), "relay", "--server", s.front.URL, "--user", userName, "--password-file", s.secret,
		"--state", s.state(), "--number", own, "--modem", "tcp:"+s.line.listener.Addr().String())
}

// stop ends both processes.
func (s *scene) stop() {
	s.back.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	for _, p := range []**process{&s.agent, &s.server} {
		if *p != nil {
			(*p).end(syscall.SIGKILL)
			*p = nil
		}
	}
}

func (s *scene) close() {
	s.stop()
	if s.front != nil {
		s.front.close()
	}
	if s.line != nil {
		s.line.close()
	}
	s.network.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.t.Failed() {
		s.t.Logf("steps:\n%s", strings.Join(s.steps, "\n"))
		for _, name := range []string{"agent", "server"} {
			b, _ := os.ReadFile(s.log(name))
			s.t.Logf("the %s said:\n%s", name, b)
		}
	}
	os.RemoveAll(s.dir)
}

// atModem is a step on the line; gone tells that it leads to nothing.
func (s *scene) atModem(when, what string) (gone bool) {
	if strings.HasPrefix(what, "PDU") && !s.front.handedOver() {
		s.fault("the modem is given a segment, and the server does not know that this phone has the text")
	}
	struck := s.at(when, what)
	return struck && s.kill.victim != server
}

// atServer is the same for a request.
func (s *scene) atServer(when, what string) (gone bool) {
	struck := s.at(when, what)
	return struck && s.kill.victim != modem
}

// at notes a step, and kills whoever is to be killed there.
func (s *scene) at(when, what string) (struck bool) {
	s.mu.Lock()
	step := when + " " + what
	if s.times[step]++; s.times[step] > 1 {
		step = fmt.Sprintf("%s, no. %d", step, s.times[step])
	}
	s.last = time.Now()
	if s.struck || s.ended || step != s.kill.step {
		s.steps = append(s.steps, step)
		s.mu.Unlock()
		return false
	}
	s.steps = append(s.steps, step+" †")
	s.struck = true
	s.mu.Unlock()

	s.answer.Do(s.send)
	switch s.kill.victim {
	case agent:
		s.end(&s.agent)
		s.remember()
		s.line.hangUp()
		s.again(&s.agent, s.relay)
	case modem:
		s.remember()
		s.line.powerCut()
	case server:
		s.end(&s.server)
		s.again(&s.server, func() (*process, error) { return serve(s.data(), s.log("server")) })
	}
	return true
}

// send has the other text come.
func (s *scene) send() {
	if err := s.peers[0].Send(own, inbound); err != nil {
		s.fault(err.Error())
	}
}

// remember keeps what was under way at the kill.
func (s *scene) remember() {
	f := s.line.inFlight()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flight = f
}

func (s *scene) fault(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, text)
}

func (s *scene) end(p **process) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if *p != nil {
		(*p).end(syscall.SIGKILL)
		*p = nil
	}
}

// again starts a process while everything goes on.
func (s *scene) again(p **process, start func() (*process, error)) {
	s.back.Go(func() {
		started, err := start()
		if err != nil {
			s.fault(err.Error())
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		*p = started
	})
}

// idle tells whether the agent has nothing to do, as far as one can see.
func (s *scene) idle() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.agent != nil && s.server != nil && time.Since(s.last) > rest && s.front.hanging.Load() > 0 && s.front.open.Load() == 0 && s.line.atRest()
}

// eventually waits until the agent has nothing to do and cond holds.
func (s *scene) eventually(what string, patience time.Duration, cond func() bool) {
	s.t.Helper()
	wait := 20 * time.Millisecond
	for deadline := time.Now().Add(patience); ; time.Sleep(wait) {
		if s.idle() {
			if cond() {
				return
			}
			wait = 250 * time.Millisecond
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("not within %s: %s", patience, what)
		}
	}
}

// proveLate holds the proof back until the modem is set up and the agent has
// nothing else to do.
func (s *scene) proveLate() {
	s.front.mu.Lock()
	defer s.front.mu.Unlock()
	s.front.late = func() {
		quiet := func() bool {
			s.mu.Lock()
			defer s.mu.Unlock()
			return s.ended || s.line.atRest() && time.Since(s.last) > rest
		}
		for !quiet() {
			time.Sleep(10 * time.Millisecond)
		}
	}
}

// play is the whole run.
func (s *scene) play() {
	s.t.Helper()
	s.eventually("the text has left", patience, func() bool {
		list, err := s.person.look(s.t.Context(), "Outbox")
		return err == nil && len(list) == 0
	})
	s.line.hush(true) // so that the agent finds all segments at once, each time
	s.answer.Do(s.send)
	for deadline := time.Now().Add(patience); s.network.Waiting(own) > 0 && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	s.line.hush(false)
	s.eventually("the answer has come", patience/2, func() bool {
		list, err := s.person.look(s.t.Context(), "Inbox")
		for _, m := range list {
			if *m.Body.Data == inbound {
				return err == nil && s.modem.Stored() == 0
			}
		}
		return false
	})
	s.check()
}
