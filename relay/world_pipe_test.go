package relay_test

import (
	"context"
	"errors"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
)

// counted counts what the phone asks of the server, in vain or not.
type counted struct{ world *world }

func (c counted) RoundTrip(r *http.Request) (*http.Response, error) {
	w := c.world
	w.mu.Lock()
	w.requests[w.day()]++
	w.mu.Unlock()
	return w.transport.RoundTrip(r)
}

// pipeListener is a listener in memory.
type pipeListener struct {
	accept chan net.Conn
	closed chan struct{}
	once   sync.Once

	mu      sync.Mutex
	refused bool
	conns   map[net.Conn]bool // the server's ends
}

func newPipeListener() *pipeListener {
	return &pipeListener{accept: make(chan net.Conn), closed: make(chan struct{}), conns: map[net.Conn]bool{}}
}

func (l *pipeListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	l.mu.Lock()
	refused := l.refused
	l.mu.Unlock()
	if refused {
		return nil, errors.New("connection refused")
	}
	near, far := net.Pipe()
	l.mu.Lock()
	l.conns[far] = true
	l.mu.Unlock()
	select {
	case l.accept <- pipeConn{far, l}:
		return near, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// refuse has connections refused, or not, and returns whether they were.
func (l *pipeListener) refuse(refused bool) (before bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	before, l.refused = l.refused, refused
	return before
}

// cut ends all connections.
func (l *pipeListener) cut() {
	l.mu.Lock()
	conns := slices.Collect(maps.Keys(l.conns))
	clear(l.conns)
	l.mu.Unlock()
	for _, c := range conns {
		c.Close()
	}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.accept:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *pipeListener) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }

func (pipeAddr) String() string { return "pipe" }

type pipeConn struct {
	net.Conn
	listener *pipeListener
}

func (c pipeConn) Close() error {
	c.listener.mu.Lock()
	delete(c.listener.conns, c.Conn)
	c.listener.mu.Unlock()
	return c.Conn.Close()
}
