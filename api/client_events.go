package api

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// Event is one event of the stream. Data is what the constants Event… say.
type Event struct {
	ID   string // to resume after
	Name string
	Data json.RawMessage
}

// How the stream is kept alive.
const (
	eventSilence  = time.Minute      // the server says something every 25 s
	eventsWait    = time.Second / 4  // before the first new try; it doubles
	eventsMaxWait = 15 * time.Second // up to here
	eventLimit    = 8 << 20          // bytes of one line
)

// Events calls handle with each event after the one with the id after, or from
// now on when that is "": the first is then EventHello. A connection that breaks
// or falls silent is opened anew and goes on where it was. Events returns when
// ctx ends, with its error, when handle returns an error, with that, and when the
// server refuses, with the *Problem.
func (c *Client) Events(ctx context.Context, after string, handle func(Event) error) error {
	for wait := eventsWait; ; {
		err := c.stream(ctx, &after, func(e Event) error {
			wait = eventsWait
			if err := handle(e); err != nil {
				return enough{err}
			}
			return nil
		})
		var p *Problem
		var done enough
		switch {
		case errors.As(err, &done):
			return done.err
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.As(err, &p) && p.Status < 500 && p.Status != http.StatusTooManyRequests:
			return err
		case p != nil:
			wait = max(wait, p.RetryAfter)
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return ctx.Err()
		}
		wait = min(2*wait, eventsMaxWait)
	}
}

// enough is an error of the handler.
type enough struct{ err error }

func (e enough) Error() string { return e.err.Error() }

// stream reads one connection and moves after along.
func (c *Client) stream(ctx context.Context, after *string, handle func(Event) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	req, err := c.request(ctx, http.MethodGet, path("/events"), nil, nil, "")
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "text/event-stream")
	if *after != "" {
		req.Header.Set("Last-Event-ID", *after)
	}
	silence := time.AfterFunc(eventSilence, cancel)
	defer silence.Stop()
	res, err := c.do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	return readEvents(res.Body, func() { silence.Reset(eventSilence) }, func(e Event) error {
		if e.ID != "" {
			*after = e.ID
		}
		return handle(e)
	})
}

// readEvents reads a stream of events; heard is called for each line.
//
// WHATWG HTML 9.2.6 Interpreting an event stream
func readEvents(r io.Reader, heard func(), handle func(Event) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, eventLimit)
	e := Event{}
	var data []string
	for lines.Scan() {
		heard()
		line := strings.TrimSuffix(lines.Text(), "\r")
		if line == "" {
			e.Data = json.RawMessage(strings.Join(data, "\n"))
			if len(data) > 0 {
				if err := handle(e); err != nil {
					return err
				}
			}
			e, data = Event{}, nil
			continue
		}
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch field {
		case "id":
			e.ID = value
		case "event":
			e.Name = value
		case "data":
			data = append(data, value)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("api: events: %w", err)
	}
	return fmt.Errorf("api: events: %w", io.ErrUnexpectedEOF)
}
