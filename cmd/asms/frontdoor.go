package main

import (
	"io"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"asms/eas"
)

// frontDoor is all that the server answers: devices by ActiveSync; the rest,
// programs by JSON and people by the web app, is package web's.
func frontDoor(devices, rest http.Handler, behindProxy bool) http.Handler {
	return unhurried(bodyTimeout, writeTimeout, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if behindProxy {
			r.RemoteAddr = clientAddress(r)
			r.URL.Scheme = clientScheme(r)
		}
		discover, _ := eas.IsAutodiscoverPath(r.URL.Path)
		switch {
		case eas.IsPath(r.URL.Path), discover:
			devices.ServeHTTP(w, r)
		case r.URL.Path == "/healthz":
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			_, _ = w.Write([]byte("ok\n"))
		default:
			rest.ServeHTTP(w, r)
		}
	}))
}

// clientAddress is the address that the proxy in front saw, the last one of
// X-Forwarded-For: what stands before it was written by the client.
func clientAddress(r *http.Request) string {
	all := r.Header.Values("X-Forwarded-For")
	if len(all) == 0 {
		return r.RemoteAddr
	}
	last := all[len(all)-1]
	last = strings.TrimSpace(last[strings.LastIndexByte(last, ',')+1:])
	if _, err := netip.ParseAddr(last); err != nil {
		if _, err := netip.ParseAddrPort(last); err != nil {
			return r.RemoteAddr
		}
	}
	return last
}

// clientScheme is how the client reached the proxy in front, by what that says.
func clientScheme(r *http.Request) string {
	if strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "http") {
		return "http"
	}
	return "https"
}

// unhurried lets a request hang as long as it likes, while its body must come,
// and its response go, within these times.
func unhurried(body, response time.Duration, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := http.NewResponseController(w)
		_ = c.SetWriteDeadline(time.Time{}) // of the response before
		if r.ContentLength != 0 {
			_ = c.SetReadDeadline(time.Now().Add(body))
			r.Body = &timedBody{ReadCloser: r.Body, c: c}
		}
		h.ServeHTTP(&timedWriter{ResponseWriter: w, c: c, within: response}, r)
	})
}

// timedBody lifts the deadline when all of the body is there: it would end a
// request that hangs.
type timedBody struct {
	io.ReadCloser
	c *http.ResponseController
}

func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF {
		_ = b.c.SetReadDeadline(time.Time{})
	}
	return n, err
}

// timedWriter sets the deadline when the response begins.
type timedWriter struct {
	http.ResponseWriter
	c      *http.ResponseController
	within time.Duration
	begun  bool
}

func (w *timedWriter) begin() {
	if !w.begun {
		w.begun = true
		_ = w.c.SetWriteDeadline(time.Now().Add(w.within))
	}
}

func (w *timedWriter) WriteHeader(code int) {
	w.begin()
	w.ResponseWriter.WriteHeader(code)
}

func (w *timedWriter) Write(b []byte) (int, error) {
	w.begin()
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *timedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
