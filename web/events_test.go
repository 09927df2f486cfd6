package web_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"asms/account"
	"asms/api"
	"asms/mailbox"
	"asms/sms"
	"asms/web"
)

// ear is someone who listens to the event stream.
type ear struct {
	t      *testing.T
	events chan heard
	stop   context.CancelFunc
}

type heard struct{ event, id, data string }

// listen begins to listen, after an event or "" now.
func (c *client) listen(after string) *ear {
	c.t.Helper()
	ctx, stop := context.WithCancel(c.t.Context())
	e := &ear{t: c.t, events: make(chan heard, 1000), stop: stop}
	c.t.Cleanup(stop)
	req, err := http.NewRequestWithContext(ctx, "GET", c.url+"/api/v1/events", nil)
	if err != nil {
		c.t.Fatal(err)
	}
	for name, values := range c.header {
		req.Header[name] = values
	}
	if c.cookie != nil {
		req.AddCookie(c.cookie)
	}
	if after != "" {
		req.Header.Set("Last-Event-ID", after)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "text/event-stream" {
		c.t.Fatalf("%d %v", res.StatusCode, res.Header)
	}
	go func() {
		defer res.Body.Close()
		defer close(e.events)
		var h heard
		for s := bufio.NewScanner(res.Body); s.Scan(); {
			name, value, _ := strings.Cut(s.Text(), ": ")
			switch name {
			case "event":
				h.event = value
			case "id":
				h.id = value
			case "data":
				h.data = value
			case "":
				if h.event != "" {
					e.events <- h
				}
				h = heard{}
			}
		}
	}()
	return e
}

// next returns the next event.
func (e *ear) next() heard {
	e.t.Helper()
	select {
	case h, ok := <-e.events:
		if !ok {
			e.t.Fatal("the stream has ended")
		}
		return h
	case <-time.After(10 * time.Second):
		e.t.Fatal("nothing is heard")
	}
	return heard{}
}

// until hears on until an event of this name.
func (e *ear) until(event string) heard {
	e.t.Helper()
	for {
		if h := e.next(); h.event == event {
			return h
		}
	}
}

// ends waits for the end of the stream.
func (e *ear) ends() {
	e.t.Helper()
	for end := time.After(10 * time.Second); ; {
		select {
		case _, ok := <-e.events:
			if !ok {
				return
			}
		case <-end:
			e.t.Fatal("the stream goes on")
		}
	}
}

func TestEventsTellWhatHappens(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.add(t, "bob", false)
	ann, bob := l.program(t, "ann", password), l.program(t, "bob", password)
	ear, other := ann.listen(""), bob.listen("")
	hello := ear.next()
	if hello.event != api.EventHello || hello.id == "" {
		t.Fatalf("%+v", hello)
	}
	other.next()
	m := to[api.Message](t, ann.is(201, "POST", "/api/v1/messages", api.NewMessage{To: []string{"+14255550199"}, Body: "hello"}))
	var got api.Message
	h := ear.until(api.EventMessage)
	if err := json.Unmarshal([]byte(h.data), &got); err != nil || got.ID != m.ID {
		t.Errorf("%+v", h)
	}
	var c api.Conversation
	if err := json.Unmarshal([]byte(ear.until(api.EventConversation).data), &c); err != nil || c.ID != m.Conversation || c.Total != 1 {
		t.Errorf("%+v", c)
	}
	ear.stop()

	// While nobody listens, a device comes and the message goes.
	if _, err := l.accts.Admit(t.Context(), l.user.ID, account.Seen{DeviceID: "NEW", Type: "Test", Version: "16.1"}); err != nil {
		t.Fatal(err)
	}
	ann.is(200, "POST", "/api/v1/messages/"+m.ID+"/cancel", nil)
	ear = ann.listen(hello.id)
	seen := map[string]string{}
	for len(seen) < 3 {
		h := ear.next()
		if h.event == api.EventMessage {
			t.Errorf("a message that is gone is told: %s", h.data)
		}
		seen[h.event] = h.data
	}
	var gone api.Gone
	if err := json.Unmarshal([]byte(seen[api.EventGone]), &gone); err != nil || gone != (api.Gone{ID: m.ID, Conversation: m.Conversation}) {
		t.Errorf("%v", seen)
	}
	if seen[api.EventPhones] != "{}" || !strings.Contains(seen[api.EventConversation], `"total":0`) {
		t.Errorf("%v", seen)
	}
	select {
	case h := <-other.events:
		t.Errorf("bob hears %+v", h)
	case <-time.After(200 * time.Millisecond):
	}
}

func TestALongGapIsAReset(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	ann := l.program(t, "ann", password)
	for range 501 {
		if _, err := l.box.Send(t.Context(), l.user.ID, mailbox.Outgoing{To: []sms.Address{{Number: "+14255550123"}}, Body: "x"}); err != nil {
			t.Fatal(err)
		}
	}
	if h := ann.listen("0").next(); h.event != api.EventReset || h.id == "0" {
		t.Errorf("%+v", h)
	}
	if h := ann.listen("999999999").next(); h.event != api.EventReset {
		t.Errorf("from a future that was lost: %+v", h)
	}
}

func TestAStreamEndsWithItsSession(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	browser, program := l.signedIn(t, "ann"), l.program(t, "ann", password)
	ear, second := browser.listen(""), program.listen("")
	ear.next()
	second.next()
	browser.is(204, "DELETE", "/api/v1/session", nil)
	ear.ends()
	if err := l.accts.SetPassword(t.Context(), l.user.ID, "another one"); err != nil {
		t.Fatal(err)
	}
	second.ends()
}

func TestStreamsOfOneUserAreBounded(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.add(t, "bob", false)
	ann, bob := l.program(t, "ann", password), l.program(t, "bob", password)
	var last *ear
	for range 50 {
		last = ann.listen("")
		last.next()
	}
	ann.is(429, "GET", "/api/v1/events", nil)
	bob.listen("").next()
	last.stop()
	for range 100 {
		if r := ann.do("GET", "/api/v1/events", nil); r.StatusCode == 200 {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error("a stream that has ended still counts")
}

func TestDrainEndsStreams(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	server := web.New(web.Options{Mailbox: l.box, Accounts: l.accts})
	front := httptest.NewServer(server)
	defer front.Close() // waits for what is open
	l.url = front.URL
	ear := l.program(t, "ann", password).listen("")
	ear.next()
	server.Drain()
	ear.ends()
}
