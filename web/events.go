package web

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"sync"
	"time"

	"asms/api"
	"asms/mailbox"
)

func (s *Server) routesEvents() {
	s.handle("GET /api/v1/events", api.ScopeRead, s.getEvents)
}

const (
	streamsLimit  = 50                     // of one user
	keepAlive     = 25 * time.Second       // between two signs of life
	streamTimeout = 20 * time.Second       // for one write
	streamPause   = 100 * time.Millisecond // between two looks, while much happens
	streamRetry   = 2 * time.Second        // after which a browser comes again
)

// streams are the event streams that are open.
type streams struct {
	mu    sync.Mutex
	all   int64
	of    map[mailbox.UserID]int
	ended chan struct{} // closed: all of them end
	once  sync.Once
}

func newStreams() *streams {
	return &streams{of: make(map[mailbox.UserID]int), ended: make(chan struct{})}
}

// Load returns how many streams are open.
func (s *streams) Load() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all
}

// open counts a stream, unless the user has too many.
func (s *streams) open(user mailbox.UserID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of[user] >= streamsLimit {
		return false
	}
	s.of[user]++
	s.all++
	return true
}

func (s *streams) close(user mailbox.UserID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all--
	if s.of[user]--; s.of[user] == 0 {
		delete(s.of, user)
	}
}

// Drain ends the event streams, those too that are begun later, so that a server
// that shuts down need not wait for them.
func (s *Server) Drain() { s.streams.once.Do(func() { close(s.streams.ended) }) }

// getEvents tells what happens in the mailbox for as long as the client listens.
func (s *Server) getEvents(w http.ResponseWriter, r *http.Request, who caller) error {
	after := r.Header.Get("Last-Event-ID")
	if after == "" {
		after = r.URL.Query().Get("after")
	}
	at, err := int64(0), error(nil)
	if after == "" {
		at, err = s.mailbox.NewsNow(r.Context(), who.user)
	} else if at, err = strconv.ParseInt(after, 10, 64); err != nil || at < 0 {
		err = badRequest("%.40q is not the id of an event", after)
	}
	if err != nil {
		return err
	}
	if !s.streams.open(who.user) {
		return &api.Problem{Status: http.StatusTooManyRequests, Title: "too many streams", Detail: "close one first"}
	}
	defer s.streams.close(who.user)
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // a proxy in front must not hold events back
	w.WriteHeader(http.StatusOK)
	stream := &stream{w: w, c: http.NewResponseController(w), at: at}
	stream.b.WriteString("retry: " + strconv.FormatInt(streamRetry.Milliseconds(), 10) + "\n\n")
	if after == "" {
		if err := stream.add(api.EventHello, at, struct{}{}); err != nil {
			return err
		}
	}
	if err := s.follow(r.Context(), who, stream); err != nil && r.Context().Err() == nil {
		s.log.Error("an event stream ended", "err", err)
	}
	return nil // the answer has begun: what went wrong cannot be said any more
}

// follow writes to a stream what happens, until the client has gone, may listen no
// more, or the server ends.
func (s *Server) follow(ctx context.Context, who caller, stream *stream) error {
	alive := time.NewTicker(keepAlive)
	defer alive.Stop()
	for {
		moved := s.mailbox.Watch(who.user) // before looking, or what comes between is missed
		if s.accounts.StillIn(who.identity) != nil {
			return nil
		}
		news, err := s.mailbox.NewsSince(ctx, who.user, stream.at)
		if err != nil {
			return err
		}
		if err := stream.tell(news); err != nil {
			return err
		}
		if stream.flush() != nil {
			return nil // nobody is there any more
		}
		pause := time.After(streamPause)
		select {
		case <-moved:
		case <-alive.C:
			stream.b.WriteString(": alive\n\n")
		case <-s.streams.ended:
			return nil
		case <-ctx.Done():
			return nil
		}
		select {
		case <-pause:
		case <-s.streams.ended:
			return nil
		case <-ctx.Done():
			return nil
		}
	}
}

// stream is one client that listens.
type stream struct {
	w  http.ResponseWriter
	c  *http.ResponseController
	b  bytes.Buffer
	at int64 // all up to here is told
}

// tell adds news to what will be written.
func (s *stream) tell(n mailbox.News) (err error) {
	if n.Reset {
		err = s.add(api.EventReset, n.At, struct{}{})
	}
	for _, e := range n.Events {
		switch {
		case err != nil:
		case e.Entry != nil:
			err = s.add(api.EventMessage, e.At, apiMessage(*e.Entry))
		case e.Gone != nil:
			err = s.add(api.EventGone, e.At, api.Gone{ID: e.Gone.ID, Conversation: e.Gone.Conversation})
		case e.Conversation != nil:
			err = s.add(api.EventConversation, e.At, apiConversation(*e.Conversation))
		case e.Phones:
			err = s.add(api.EventPhones, e.At, struct{}{})
		case e.Contacts:
			err = s.add(api.EventContacts, e.At, struct{}{})
		}
	}
	s.at = n.At
	return err
}

// add adds one event, and the place from which to go on after it.
func (s *stream) add(event string, at int64, data any) error {
	b, err := json.Marshal(data)
	if err != nil {
		return err
	}
	s.b.WriteString("event: " + event + "\nid: " + strconv.FormatInt(at, 10) + "\ndata: ")
	s.b.Write(b)
	s.b.WriteString("\n\n")
	return nil
}

// flush writes what was added. Each write has its time, so that a client that has
// gone does not hold on to its stream.
func (s *stream) flush() error {
	if s.b.Len() == 0 {
		return nil
	}
	_ = s.c.SetWriteDeadline(time.Now().Add(streamTimeout))
	_, err := s.w.Write(s.b.Bytes())
	if err == nil {
		err = s.c.Flush()
	}
	_ = s.c.SetWriteDeadline(time.Time{}) // HTTP/2 would end a stream that rests
	s.b.Reset()
	if s.b.Cap() > 64<<10 {
		s.b = bytes.Buffer{}
	}
	return err
}
