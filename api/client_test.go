package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"asms/api"
)

func newClient(t *testing.T, o api.Options, h http.HandlerFunc) *api.Client {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	o.URL = server.URL + "/"
	c, err := api.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("elsewhere: %s %s", r.Method, r.URL.Path)
	}))
	t.Cleanup(elsewhere.Close)
	for _, status := range []int{301, 302, 303, 307, 308} {
		c := newClient(t, api.Options{Token: "asms_x"}, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL+r.URL.Path, status)
		})
		var p *api.Problem
		if _, err := c.Send(t.Context(), api.NewMessage{To: []string{"+15550100101"}, Body: "hello"}, ""); !errors.As(err, &p) || p.Status != status {
			t.Errorf("%d: %v", status, err)
		}
		if err := c.DeleteMessage(t.Context(), "5:1"); !errors.As(err, &p) || p.Status != status {
			t.Errorf("%d: %v", status, err)
		}
	}
}

func TestRefusalsAreProblems(t *testing.T) {
	t.Parallel()
	c := newClient(t, api.Options{User: "ann", Password: "x"}, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.EscapedPath() {
		case "/api/v1/messages/5:1":
			w.Header().Set("Content-Type", "application/problem+json; charset=utf-8")
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(429)
			fmt.Fprint(w, `{"status":429,"title":"too many","detail":"wait"}`)
		case "/api/v1/messages/a%2Fb":
			http.Error(w, "a proxy's page", http.StatusBadGateway)
		case "/api/v1/messages/odd":
			fmt.Fprint(w, `not JSON`)
		default:
			t.Errorf("asked for %s", r.URL.EscapedPath())
		}
	})
	var p *api.Problem
	if _, err := c.Message(t.Context(), "5:1"); !errors.As(err, &p) || p.Status != 429 || p.Detail != "wait" || p.RetryAfter != 7*time.Second {
		t.Errorf("%+v", p)
	}
	if _, err := c.Message(t.Context(), "a/b"); !errors.As(err, &p) || p.Status != 502 || !strings.Contains(err.Error(), "502") {
		t.Errorf("%+v", p)
	}
	if _, err := c.Message(t.Context(), "odd"); err == nil || !strings.Contains(err.Error(), "not what was agreed on") {
		t.Errorf("%v", err)
	}
	for _, url := range []string{"", "texts.example", "ftp://texts.example"} {
		if _, err := api.New(api.Options{URL: url}); err == nil {
			t.Errorf("%q is taken", url)
		}
	}
}

func TestCredentialsAndKeys(t *testing.T) {
	t.Parallel()
	seen := make(chan http.Header, 1)
	note := func(w http.ResponseWriter, r *http.Request) {
		seen <- r.Header
		w.WriteHeader(201)
		fmt.Fprint(w, `{"id":"5:1"}`)
	}
	for _, c := range []struct {
		options api.Options
		want    string
	}{
		{api.Options{}, ""},
		{api.Options{User: "ann", Password: "x"}, "Basic YW5uOng="},
		{api.Options{User: "ann", Password: "x", Token: "asms_1"}, "Bearer asms_1"},
	} {
		m, err := newClient(t, c.options, note).Send(t.Context(), api.NewMessage{To: []string{"1"}, Body: "x"}, "key")
		if h := <-seen; err != nil || m.ID != "5:1" || h.Get("Authorization") != c.want || h.Get("Idempotency-Key") != "key" || h.Get("Content-Type") != "application/json" {
			t.Errorf("%v %v", err, h)
		}
	}
}

// A stream that breaks goes on after the last event, and none comes twice.
func TestEventsResume(t *testing.T) {
	t.Parallel()
	var connections atomic.Int32
	c := newClient(t, api.Options{}, func(w http.ResponseWriter, r *http.Request) {
		after := r.Header.Get("Last-Event-ID")
		switch n := connections.Add(1); {
		case n == 1 && after == "":
			fmt.Fprint(w, "retry: 2000\n\nid: 1\nevent: hello\ndata: {}\n\n: alive\n\nid: 2\r\nevent: message\r\ndata: {\"id\":\r\ndata: \"5:1\"}\r\n\r\nid: 3\nevent: message\ndata: {\"id\":\"cut")
		case n == 2 && after == "2":
			w.WriteHeader(503)
		case n == 3 && after == "2":
			fmt.Fprint(w, "id: 3\nevent: gone\ndata: {\"id\":\"5:1\",\"conversation\":\"0\"}\n\n")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		default:
			t.Errorf("connection %d goes on after %q", n, after)
		}
	})
	var got []string
	enough := errors.New("enough")
	err := c.Events(t.Context(), "", func(e api.Event) error {
		var data struct{ ID string }
		if err := json.Unmarshal(e.Data, &data); err != nil {
			return err
		}
		got = append(got, e.ID+" "+e.Name+" "+data.ID)
		if e.Name == api.EventGone {
			return enough
		}
		return nil
	})
	if want := "[1 hello  2 message 5:1 3 gone 5:1]"; !errors.Is(err, enough) || fmt.Sprint(got) != want {
		t.Errorf("%v, %v", err, got)
	}
}

func TestEventsEnd(t *testing.T) {
	t.Parallel()
	refused := newClient(t, api.Options{}, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(401) })
	var p *api.Problem
	if err := refused.Events(t.Context(), "", nil); !errors.As(err, &p) || p.Status != 401 {
		t.Errorf("%v", err)
	}
	quiet := newClient(t, api.Options{}, func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := quiet.Events(ctx, "", nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}

func FuzzEvents(f *testing.F) {
	f.Add("id: 1\nevent: hello\ndata: {}\n\n")
	f.Add(": alive\n\ndata\ndata: \r\n\r\nevent:x\nid\n\n")
	f.Fuzz(func(t *testing.T, stream string) {
		err := api.ReadEvents(strings.NewReader(stream), func() {}, func(e api.Event) error {
			if strings.ContainsAny(e.Name+e.ID, "\n") {
				t.Errorf("%+v", e)
			}
			return nil
		})
		if err == nil {
			t.Error("a stream ends without an error")
		}
	})
}
