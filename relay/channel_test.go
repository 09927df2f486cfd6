package relay_test

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"asms/eas"
	"asms/mailbox"
	"asms/relay/simulator"
	"asms/store"
)

// newChannelLab is a lab whose server has the API.
func newChannelLab(t *testing.T) *lab {
	t.Helper()
	l := newLab(t, eas.Version161)
	l.server.channel = true
	return l
}

// recipients are the states that the server has, once they are such.
func (l *lab) recipients(id eas.ServerID, want ...store.RecipientState) []store.Recipient {
	l.t.Helper()
	var got mailbox.Text
	l.eventually("the server knows the recipients", func() bool {
		var err error
		if got, err = l.server.mailbox().Text(l.t.Context(), l.user.ID, string(id)); err != nil {
			l.t.Fatal(err)
		}
		return slices.EqualFunc(got.Recipients, want, func(r store.Recipient, s store.RecipientState) bool { return r.State == s })
	})
	return got.Recipients
}

// onAPI has f answer requests on the channel.
func (l *lab) onAPI(f func(w http.ResponseWriter) bool) {
	l.server.refuse(func(w http.ResponseWriter, r *http.Request) bool {
		return strings.HasPrefix(r.URL.Path, "/api/") && f(w)
	})
}

func TestServerIsTold(t *testing.T) {
	t.Run("each recipient has a state, before the text is deleted", func(t *testing.T) {
		l := newChannelLab(t)
		l.network.Correspondent(bob, nil)
		l.network.Inject(simulator.Fault{Do: simulator.Reject, Code: 1, Number: carol})
		l.network.Inject(simulator.Fault{Do: simulator.HangUpSent, Number: dave, Times: 1})
		l.start(nil)
		l.phoneReady()
		writer := l.newClient("web1")
		id := writer.write(bob+", "+carol+", "+dave, "to three")
		l.settled(id)
		got := l.recipients(id, store.RecipientSent, store.RecipientFailed, store.RecipientUnknown)
		if !strings.Contains(got[1].Error, "not assigned") || got[0].At.IsZero() {
			t.Errorf("the server has %+v", got)
		}
		l.inbox(writer, 2) // people read it as before
	})
	t.Run("a server that fails is told later, and holds up nothing for long", func(t *testing.T) {
		l := newChannelLab(t)
		l.network.Correspondent(bob, nil)
		var broken atomic.Bool
		broken.Store(true)
		l.onAPI(func(w http.ResponseWriter) bool {
			if broken.Load() {
				w.WriteHeader(http.StatusInternalServerError)
			}
			return broken.Load()
		})
		l.network.Inject(simulator.Fault{Do: simulator.HangUpSent, Number: bob, Times: 1})
		l.start(nil)
		l.phoneReady()
		writer := l.newClient("web1")
		id := writer.write(bob, "hello")
		l.settled(id)
		l.recipients(id, store.RecipientFailed) // as the report in the Inbox says
		l.stop()
		broken.Store(false)
		l.start(nil)
		l.recipients(id, store.RecipientUnknown)
	})
	for name, code := range map[string]int{"404": http.StatusNotFound, "405": http.StatusMethodNotAllowed, "501": http.StatusNotImplemented, "302": http.StatusFound} {
		t.Run("a server without the channel is asked once: "+name, func(t *testing.T) {
			l := newChannelLab(t)
			c := l.network.Correspondent(bob, nil)
			var asked atomic.Int32
			l.onAPI(func(w http.ResponseWriter) bool {
				asked.Add(1)
				w.Header().Set("Location", "/sign-in")
				w.WriteHeader(code)
				return true
			})
			l.start(nil)
			l.phoneReady()
			writer := l.newClient("web1")
			for _, body := range []string{"one", "two", "three"} {
				l.settled(writer.write(bob, body))
			}
			if n := asked.Load(); n != 1 {
				t.Errorf("asked %d times", n)
			}
			if got := len(c.Received()); got != 3 {
				t.Errorf("bob has %d texts", got)
			}
		})
	}
	t.Run("a text that the server has forgotten costs one request, and the channel stays", func(t *testing.T) {
		l := newChannelLab(t)
		l.network.Correspondent(bob, nil)
		var asked atomic.Int32
		l.onAPI(func(w http.ResponseWriter) bool {
			if asked.Add(1) > 1 {
				return false
			}
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write([]byte(`{"status":404,"title":"not found"}`))
			return true
		})
		l.start(nil)
		l.phoneReady()
		writer := l.newClient("web1")
		l.settled(writer.write(bob, "one"))
		l.settled(writer.write(bob, "two"))
		if n := asked.Load(); n != 2 {
			t.Errorf("asked %d times", n)
		}
	})
	t.Run("killed between the answer and its note, it tells again", func(t *testing.T) {
		l := newChannelLab(t)
		l.network.Correspondent(bob, nil)
		var asked atomic.Int32
		l.onAPI(func(http.ResponseWriter) bool { asked.Add(1); return false })
		l.start(func(point string) error {
			if point == "recipients told" {
				return http.ErrAbortHandler
			}
			return nil
		})
		l.phoneReady()
		writer := l.newClient("web1")
		id := writer.write(bob, "hello")
		l.killed(func() bool { return false })
		l.settled(id)
		l.recipients(id, store.RecipientSent)
		if n := asked.Load(); n != 2 {
			t.Errorf("asked %d times", n)
		}
		l.noneTwice(l.submissions())
	})
}
