package easserver

import (
	"testing"
	"time"

	"asms/eas"
)

func TestThrottle(t *testing.T) {
	t.Parallel()
	th := newThrottle[string](2, 3, 10)
	now := noon
	for i := range 3 {
		if wait := th.take("a", now); wait != 0 {
			t.Errorf("request %d of 3 waits %s", i+1, wait)
		}
	}
	if wait := th.take("a", now); wait != 500*time.Millisecond {
		t.Errorf("the fourth waits %s", wait)
	}
	if wait := th.take("b", now); wait != 0 {
		t.Errorf("another waits %s", wait)
	}
	if wait := th.take("a", now.Add(500*time.Millisecond)); wait != 0 {
		t.Errorf("after half a second it waits %s", wait)
	}
	if wait := th.take("a", now.Add(400*time.Millisecond)); wait != 500*time.Millisecond { // a clock that went back
		t.Errorf("it waits %s", wait)
	}
	now = now.Add(time.Hour)
	for range 3 { // not an hour's worth
		th.take("a", now)
	}
	if wait := th.take("a", now); wait == 0 {
		t.Error("there is no bound")
	}
	for range 1000 {
		if wait := newThrottle[string](-1, 0, 10).take("a", now); wait != 0 {
			t.Fatal("there is a bound")
		}
	}
}

// A device that comes too often is told when to come again, and its user's other
// devices are served.
func TestDevicesAreThrottled(t *testing.T) {
	t.Parallel()
	l := newLab(t, func(o *Options) { o.DeviceRate, o.DeviceBurst, o.UserRate, o.UserBurst = 1, 3, 1, 5 })
	l.user("anna")
	l.user("bert")
	a, b := l.device("anna", "A", eas.Version141), l.device("anna", "B", eas.Version141)
	send := func(d *device, want int) {
		t.Helper()
		r := d.send("FolderSync", folderSync0)
		if r.code != want {
			t.Errorf("%s: HTTP %d, want %d", d.id, r.code, want)
		}
		if got := r.header.Get("Retry-After"); want == 503 && got != "1" {
			t.Errorf("MS-ASHTTP_R287 Retry-After %q", got)
		}
	}
	for range 3 {
		send(a, 200)
	}
	send(a, 503)
	send(b, 200) // the last but none of the user's five
	send(b, 503)
	send(l.device("bert", "A", eas.Version141), 200)
	l.clock.advance(time.Second)
	send(a, 200)
	send(a, 503)
}
