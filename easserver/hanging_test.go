package easserver

import (
	"context"
	"errors"
	"testing"
	"time"

	"asms/eas"
)

// pending is a reply that has not come yet.
type pending struct{ came chan *reply }

// hang sends a Sync of one collection in the background and returns when the
// server waits.
func (d *device) hang(id, inner, outer string) *pending {
	d.lab.t.Helper()
	return d.background("Sync", syncXML(d.collection(id, inner), outer))
}

func (d *device) background(command, xml string) *pending {
	d.lab.t.Helper()
	p := &pending{make(chan *reply, 1)}
	hr := d.request(command, d.lab.wbxml(xml))
	go func() {
		r, err := d.do(hr)
		if err != nil {
			r = &reply{code: -1}
		}
		p.came <- r
	}()
	for range 500 {
		if d.lab.server.requests.waiting() > 0 {
			return p
		}
		if len(p.came) > 0 {
			d.lab.t.Fatalf("%s was answered at once:\n%s", command, (<-p.came).xml())
		}
		time.Sleep(2 * time.Millisecond)
	}
	d.lab.t.Fatalf("%s does not wait", command)
	return nil
}

// waiting counts the requests that wait.
func (q *requests) waiting() (n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, d := range q.devices {
		if d.end != nil {
			n++
		}
	}
	return n
}

func (p *pending) within(t testing.TB, d time.Duration) *reply {
	t.Helper()
	select {
	case r := <-p.came:
		return r
	case <-time.After(d):
		t.Fatal("no answer")
		return nil
	}
}

func (p *pending) stillWaits(t testing.TB) {
	t.Helper()
	select {
	case r := <-p.came:
		t.Errorf("was woken:\n%s", r.xml())
		p.came <- r
	case <-time.After(150 * time.Millisecond):
	}
}

func TestNewerRequestEndsTheOlder(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.user("anna")
	d := l.phone("anna", "D1", eas.Version141)
	other := l.phone("anna", "D2", eas.Version141)
	d.begin(inbox, smsOptions)
	other.begin(inbox, smsOptions)
	first := d.hang(inbox, "", "<Wait>1</Wait>")
	other.must("FolderSync", folderSync0)
	first.stillWaits(t) // another device's requests don't matter
	d.must("FolderSync", folderSync0)
	first.within(t, 5*time.Second).wantEmpty(t)

	second := d.background("Ping", `<Ping xmlns="Ping"><HeartbeatInterval>60</HeartbeatInterval><Folders><Folder><Id>1</Id><Class>Email</Class></Folder></Folders></Ping>`)
	d.must("FolderSync", folderSync0)
	second.within(t, 5*time.Second).want(t, "Status", "1")
}

func TestDrain(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.user("anna")
	d := l.phone("anna", "D1", eas.Version141)
	d.begin(inbox, smsOptions)
	p := d.hang(inbox, "", "<Wait>1</Wait>")
	l.server.Drain()
	p.within(t, 5*time.Second).wantEmpty(t)
	d.syncs(d.collection(inbox, ""), "<Wait>59</Wait>").wantEmpty(t) // nobody waits any more
	if n := l.server.requests.waiting(); n != 0 {
		t.Errorf("%d wait", n)
	}
}

func TestTurns(t *testing.T) {
	t.Parallel()
	q := newRequests(10, 10)
	k := deviceKey{1, "D"}
	ctx := context.Background()
	older, _ := q.begin(k)
	newer, _ := q.begin(k)
	if _, _, err := older.hang(ctx, time.Minute); !errors.Is(err, errEnded) {
		t.Errorf("a request that is no longer the newest waits: %v", err)
	}
	waiting, stop, err := newer.hang(ctx, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	newest, _ := q.begin(k)
	if context.Cause(waiting) != errEnded {
		t.Errorf("not ended: %v", context.Cause(waiting))
	}
	last, stopLast, err := newest.hang(ctx, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	stop() // of the older one: the newest still can be ended
	q.drain()
	if context.Cause(last) != errEnded {
		t.Errorf("drain: %v", context.Cause(last))
	}
	stopLast()
	for _, turn := range []turn{older, newer, newest} {
		turn.done()
	}
	if len(q.devices)+len(q.users) != 0 {
		t.Error("something is left")
	}
	short, _ := q.begin(k)
	q.draining = false
	brief, stopBrief, err := short.hang(ctx, time.Nanosecond)
	if err != nil {
		t.Fatal(err)
	}
	<-brief.Done()
	if !errors.Is(brief.Err(), context.DeadlineExceeded) && context.Cause(brief) != context.DeadlineExceeded {
		t.Errorf("interval over: %v, %v", brief.Err(), context.Cause(brief))
	}
	stopBrief()
	short.done()
}
