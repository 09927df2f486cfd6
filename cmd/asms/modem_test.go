package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"asms/relay/atmodem"
	"asms/relay/simulator"
	"asms/sms"
)

func TestSIMs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		modems, pins, number string
		want                 string
	}{
		{"/dev/a", "", "+1", "[{+1 /dev/a }]"},
		{"+1=/dev/a", "1234", "", "[{+1 /dev/a 1234}]"},
		{"+1=/dev/a", "+1=1234", "+1", "[{+1 /dev/a 1234}]"},
		{"/dev/a +2=tcp:h:1", "+2=1234", "+1", "[{+1 /dev/a } {+2 tcp:h:1 1234}]"},
		{"/dev/by-id/usb-x=y", "", "+1", "[{+1 /dev/by-id/usb-x=y }]"},
		{"/dev/a", "", "", "missing flags: --number=NUMBER"},
		{"+1=", "", "", "names no device"},
		{"+1=/dev/a", "", "+2", "not that of the first"},
		{"/dev/a /dev/b", "", "+1", "as NUMBER=DEVICE"},
		{"+1=/dev/a +2=/dev/a", "", "", "twice"},
		{"+1=/dev/a +1=/dev/b", "", "", "twice"},
		{"+1=/dev/a +2=/dev/b", "1234", "", "as NUMBER=PIN"},
		{"+1=/dev/a +2=/dev/b", "+3=1234", "", "no modem has that number"},
	} {
		t.Run(strings.Join([]string{c.modems, c.pins, c.number}, ", "), func(t *testing.T) {
			t.Parallel()
			got, err := parseSIMs(strings.Fields(c.modems), strings.Fields(c.pins), c.number)
			if err != nil {
				if !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "1234") {
					t.Errorf("got %v, want %s", err, c.want)
				}
			} else if fmt.Sprint(got) != c.want {
				t.Errorf("got %v, want %s", got, c.want)
			}
		})
	}
	if got, err := parseLanguages([]string{"TR", "es"}); err != nil || fmt.Sprint(got) != fmt.Sprint([]sms.Language{sms.Turkish, sms.Spanish}) {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := parseLanguages([]string{"de"}); err == nil {
		t.Error("German has no table")
	}
}

// deaf is the way to a modem that can be made to swallow what it is told.
type deaf struct {
	net.Conn
	silent *atomic.Bool
	mu     *sync.Mutex
	told   *bytes.Buffer
}

func (d deaf) Read(p []byte) (int, error) {
	for {
		n, err := d.Conn.Read(p)
		d.mu.Lock()
		d.told.Write(p[:n])
		d.mu.Unlock()
		if err != nil || !d.silent.Load() {
			return n, err
		}
	}
}

// A modem that says nothing any more is given up, opened again and restarted,
// once; after that it works.
func TestSilentModemIsRestarted(t *testing.T) {
	t.Parallel()
	n := simulator.NewNetwork(nil)
	t.Cleanup(n.Close)
	m := n.Modem(ours, nil)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	var silent atomic.Bool
	var mu sync.Mutex
	var told bytes.Buffer
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			go func() { _ = m.ServeConn(deaf{c, &silent, &mu, &told}) }()
		}
	}()
	restarts := func() int {
		mu.Lock()
		defer mu.Unlock()
		return strings.Count(told.String(), "AT+CFUN=1,1")
	}
	p := &port{device: "tcp:" + listener.Addr().String(), log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		opts: atmodem.Options{CommandTimeout: 100 * time.Millisecond, PollInterval: 50 * time.Millisecond}}
	for round, want := range []int{0, 1, 1} {
		r, err := p.open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got := restarts(); got != want {
			t.Fatalf("opened %d times, restarted %d times, want %d", round+1, got, want)
		}
		ctx, end := context.WithTimeout(t.Context(), 10*time.Second)
		if round == 0 {
			silent.Store(true)
		} else { // the line drops: no reason to restart
			time.AfterFunc(50*time.Millisecond, func() { _ = r.Close() })
		}
		if err := r.Receive(ctx, func(context.Context, []byte) error { return nil }); err == nil || ctx.Err() != nil {
			t.Errorf("receive: %v", err)
		}
		end()
		silent.Store(false)
		_ = r.Close()
	}
}

// One agent with two modems; each text goes back the way the other came, and the
// network's reports reach the server.
func TestRelayWithTwoModems(t *testing.T) {
	t.Parallel()
	_, account := newMailbox(t)
	const other = "+15550001119"
	first := newRadio(t)
	m := first.Modem(other, nil)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() { _ = m.Serve(l) })
	t.Cleanup(func() { l.Close(); serving.Wait() })
	c := first.Correspondent(theirs, nil)
	phone := start(t, nil, append([]string{"relay", "--state", filepath.Join(t.TempDir(), "relay"), "--status-reports", "--national", "tr",
		"--modem", ours + "=" + first.device, "--modem", other + "=tcp:" + l.Addr().String()}, account...)...)
	if err := c.Send(other, "to the second SIM"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is taken", func() bool { return strings.Contains(phone.text(), "message received") })
	if r := asms(t, "", nil, append([]string{"send", "--state", t.TempDir(), "--to", theirs, "back"}, account...)...); r.code != 0 {
		t.Fatalf("exit %d, %q", r.code, r.err)
	}
	list := first.Submissions()
	if len(list) != 1 || list[0].From != other {
		t.Fatalf("submitted %+v", list)
	}
	if d, err := sms.DecodeSubmit(list[0].TPDU); err != nil || !d.StatusReport {
		t.Errorf("submitted %+v, %v", d, err)
	}
}
