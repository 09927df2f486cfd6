package relay_test

import (
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"asms/eas"
	"asms/mailbox"
	"asms/relay/simulator"
	"asms/store"
)

// world is all that a month needs, inside one bubble of synctest: a server, a
// network with modems, the phone that is the agent, and the owner of the
// mailbox with another device. Nothing in it opens a socket, so that time
// passes when everything waits.
type world struct {
	t     *testing.T
	start time.Time
	log   *slog.Logger

	// The server.
	data      string // its directory
	password  string // the owner's
	user      store.UserID
	listener  *pipeListener
	transport *http.Transport
	served    atomic.Int64 // requests being served
	mu        sync.Mutex   // guards the fields below, held for moments
	life      life
	busyUntil time.Time     // 503 for the phone before
	lose      int           // every lose-th answer to the phone is lost, 0 for none
	broken    int           // the HTTP status that the phone gets, 0 for its answers
	mute      chan struct{} // closed when the phone gets answers again, nil if it does
	moved     bool          // to elsewhere.test
	answers   int
	requests  map[int]int // by the phone, by day
	commands  map[int]int // AT commands, by day

	// The network and the phone.
	network *simulator.Network
	sites   []*site
	faults  map[string]simulator.Fault // those in force
	phone   *phone
}

func newWorld(t *testing.T, radios int) *world {
	w := &world{
		t: t, start: time.Now(), data: t.TempDir(), password: password,
		requests: map[int]int{}, commands: map[int]int{}, faults: map[string]simulator.Fault{},
		log: slog.New(slog.DiscardHandler),
	}
	if os.Getenv("RELAY_LOG") != "" {
		w.log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	w.listener = newPipeListener()
	w.transport = &http.Transport{DialContext: w.listener.dial}
	w.begin()
	u, err := w.life.accounts.AddUser(t.Context(), "anna", password, false)
	if err != nil {
		t.Fatal(err)
	}
	w.user = u.ID
	front := &http.Server{Handler: http.HandlerFunc(w.serve), ErrorLog: log.New(io.Discard, "", 0)}
	go func() { _ = front.Serve(w.listener) }()
	w.network = simulator.NewNetwork(nil)
	for i := range radios {
		s := &site{world: w, number: fmt.Sprintf("+1555000111%d", i+1)}
		s.Modem = w.network.Modem(s.number, &simulator.ModemOptions{Store: 12, Intercept: s.hear})
		w.sites = append(w.sites, s)
	}
	w.phone = &phone{world: w, dir: filepath.Join(t.TempDir(), "state"), password: password, turn: make(chan struct{}, 1), holds: map[string]bool{"not yet": true}}
	t.Cleanup(func() {
		w.phone.hold("over")
		w.phone.running.Wait()
		w.network.Close()
		front.Close()
		w.transport.CloseIdleConnections()
		w.end(false)
	})
	return w
}

func (w *world) day() int { return int(time.Since(w.start) / (24 * time.Hour)) }

// begin starts a server over the data there is.
func (w *world) begin() {
	l := newLife(w.t, w.data, &mailbox.Options{Log: w.log})
	w.mu.Lock()
	w.life = l
	w.mu.Unlock()
}

// end ends the server, in good order or cutting off whoever speaks to it.
func (w *world) end(gently bool) {
	refused := w.listener.refuse(true)
	w.current().front.Drain()
	if gently {
		time.Sleep(time.Second)
	}
	w.listener.cut()
	w.mu.Lock()
	if w.mute != nil {
		close(w.mute)
		w.mute = make(chan struct{})
	}
	w.mu.Unlock()
	for w.served.Load() > 0 {
		time.Sleep(10 * time.Millisecond)
	}
	w.current().end()
	w.listener.refuse(refused)
}

// restart starts the server anew, after change if that is not nil.
func (w *world) restart(gently bool, change func()) {
	refused := w.listener.refuse(true)
	w.end(gently)
	if change != nil {
		change()
	}
	w.begin()
	w.listener.refuse(refused)
}

// copyData copies the database of a server that does not run.
func (w *world) copyData(to, from string) {
	for _, suffix := range []string{"-wal", "-shm"} {
		_ = os.Remove(filepath.Join(to, store.FileName+suffix))
	}
	b, err := os.ReadFile(filepath.Join(from, store.FileName))
	if err == nil {
		err = os.WriteFile(filepath.Join(to, store.FileName), b, 0o600)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) current() life {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.life
}

func (w *world) serve(rw http.ResponseWriter, r *http.Request) {
	w.served.Add(1)
	defer w.served.Add(-1)
	channel := strings.HasPrefix(r.URL.Path, "/api/")
	phone := channel || r.URL.Query().Get("DeviceId") == w.phone.id
	w.mu.Lock()
	l, busy, broken, moved := w.life, time.Until(w.busyUntil), w.broken, w.moved
	w.mu.Unlock()
	if phone {
		w.keepMute(r)
	}
	if phone && broken != 0 {
		http.Error(rw, "out of order", broken)
		return
	}
	if phone && moved != strings.HasPrefix(r.Host, "elsewhere") && !channel {
		if !moved { // somebody else's by now
			http.Error(rw, "what do you want?", http.StatusNotFound)
			return
		}
		rw.Header().Set(eas.HeaderLocation, "http://elsewhere.test"+eas.Path)
		rw.WriteHeader(http.StatusUnavailableForLegalReasons)
		return
	}
	if phone && busy > 0 {
		rw.Header().Set("Retry-After", fmt.Sprint(int(busy/time.Second)+1))
		rw.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	if channel {
		l.api.ServeHTTP(rw, r)
	} else {
		l.front.ServeHTTP(rw, r)
	}
	if phone {
		w.keepMute(r)
	}
	w.mu.Lock()
	w.answers++
	lost := phone && w.lose > 0 && w.answers%w.lose == 0
	w.mu.Unlock()
	if lost {
		panic(http.ErrAbortHandler)
	}
}

// keepMute holds an answer back until the phone has hung up, or for good.
func (w *world) keepMute(r *http.Request) {
	w.mu.Lock()
	mute := w.mute
	w.mu.Unlock()
	if mute == nil {
		return
	}
	select {
	case <-mute:
	case <-r.Context().Done():
	}
	panic(http.ErrAbortHandler)
}

func (w *world) setBusy(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.busyUntil = time.Now().Add(d)
}

func (w *world) setLose(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lose = n
}

func (w *world) setBroken(code int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.broken = code
}

// setMute has the server say nothing to the phone any more, not even to what was
// asked before, or speak again. It forgets what it was to say.
func (w *world) setMute(mute bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case mute && w.mute == nil:
		w.mute = make(chan struct{})
	case !mute && w.mute != nil:
		close(w.mute)
		w.mute = nil
	}
}

// setMoved has the server send the phone elsewhere, and be there; or come back,
// when there is nothing elsewhere.
func (w *world) setMoved(moved bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.moved = moved
}
