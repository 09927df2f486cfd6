package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"asms/relay/simulator"
)

func TestDoctorFindsAllWell(t *testing.T) {
	t.Parallel()
	_, account := newMailbox(t)
	radio := newRadio(t)
	c := radio.Correspondent(theirs, nil)
	args := append([]string{"relay", "doctor", "--modem", radio.device, "--state", filepath.Join(t.TempDir(), "relay"), "--test-to", theirs}, account...)
	r := asms(t, "", nil, args...)
	if r.code != 0 || strings.Contains(r.out, "FAIL") {
		t.Errorf("exit %d, %q\n%s", r.code, r.err, r.out)
	}
	for _, check := range []string{"port", "modem", "SIM", "network", "service centre", "state", "server", "credentials", "clock", "test text"} {
		if !strings.Contains(r.out, "ok    "+check) {
			t.Errorf("nothing about %s in\n%s", check, r.out)
		}
	}
	eventually(t, "the test text arrives", func() bool { return len(c.Received()) == 1 })
}

func TestDoctorNamesTheRemedy(t *testing.T) {
	t.Parallel()
	_, account := newMailbox(t)
	radio := newRadio(t)
	wrong := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(wrong, []byte("not hers"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args []string
		want []string
	}{
		"no modem":       {append([]string{"--modem", "/dev/no-such-port"}, account...), []string{"FAIL  port", "→"}},
		"wrong password": {append(append([]string{"--modem", radio.device}, account...), "--password-file", wrong), []string{"FAIL  credentials", "asms user password anna"}},
		"no server":      {append(append([]string{"--modem", radio.device}, account...), "--server", "http://127.0.0.1:1"), []string{"FAIL  server", "refused"}},
		"no state":       {append([]string{"--modem", radio.device, "--state", "/proc/nothing"}, account...), []string{"FAIL  state", "directory of its own"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := asms(t, "", nil, append([]string{"relay", "doctor"}, c.args...)...)
			if r.code != 1 || !strings.Contains(r.err, "wrong") {
				t.Errorf("exit %d, %q", r.code, r.err)
			}
			for _, want := range c.want {
				if !strings.Contains(r.out, want) {
					t.Errorf("no %q in\n%s", want, r.out)
				}
			}
		})
	}
}

func TestDoctorJudgesTheClock(t *testing.T) {
	t.Parallel()
	for ahead, want := range map[time.Duration]string{
		30 * time.Second: "agrees",
		5 * time.Minute:  "is 5m0s ahead of the server's",
		-time.Hour:       "is 1h0m0s behind the server's",
	} {
		f := clock(ahead)
		if !strings.Contains(f.Detail, want) || f.OK != (ahead == 30*time.Second) {
			t.Errorf("%v: %+v", ahead, f)
		}
	}
}

func TestDoctorLooksAtEveryModem(t *testing.T) {
	t.Parallel()
	_, account := newMailbox(t)
	const other, third = "+15550001119", "+15550001118"
	radio := newRadio(t)
	c := radio.Correspondent(theirs, nil)
	serve := func(number string, opts *simulator.ModemOptions) (device string) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		var serving sync.WaitGroup
		m := radio.Modem(number, opts)
		serving.Go(func() { _ = m.Serve(l) })
		t.Cleanup(func() { l.Close(); serving.Wait() })
		return "tcp:" + l.Addr().String()
	}
	args := append([]string{"relay", "doctor", "--test-to", theirs, "--modem", ours + "=" + radio.device,
		"--modem", other + "=" + serve(other, &simulator.ModemOptions{PIN: "1234"}), "--modem", third + "=" + serve("+15550007777", nil)}, account...)
	r := asms(t, "", nil, args...)
	if r.code != 1 || strings.Count(r.out, "FAIL") != 1 || !strings.Contains(r.err, "one thing is wrong") {
		t.Errorf("exit %d, %q\n%s", r.code, r.err, r.out)
	}
	first, rest, _ := strings.Cut(r.out, "modem 2 of 3, "+other)
	second, last, _ := strings.Cut(rest, "modem 3 of 3, "+third)
	if !strings.Contains(first, "modem 1 of 3, "+ours) || strings.Contains(first, "right SIM") ||
		!strings.Contains(second, "FAIL  SIM") || !strings.Contains(second, "PIN") || !strings.Contains(last, "the settings say "+third) {
		t.Errorf("it says\n%s", r.out)
	}
	eventually(t, "the test texts of the other two arrive", func() bool { return len(c.Received()) == 2 })
	if r := asms(t, "", nil, append(args, "--pin", other+"=1234")...); r.code != 0 {
		t.Errorf("with the PIN: exit %d, %q\n%s", r.code, r.err, r.out)
	}
}
