package main

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"testing"
	"time"
)

func TestSupervisorHears(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "notify")
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	env := map[string]string{"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "30000"}
	s := newSupervisor(func(k string) string { return env[k] })
	hear := func() string {
		t.Helper()
		_ = l.SetReadDeadline(time.Now().Add(5 * time.Second))
		b := make([]byte, 64)
		n, err := l.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		return string(b[:n])
	}
	s.tell("READY=1")
	if got := hear(); got != "READY=1" {
		t.Errorf("heard %q", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- s.watch(ctx, func(context.Context) error { return nil }) }()
	for range 3 {
		if got := hear(); got != "WATCHDOG=1" {
			t.Errorf("heard %q", got)
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestSupervisorHearsNothingOfASickProcess(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "notify")
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	s := supervisor{socket: path, watchdog: 15 * time.Millisecond}
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Millisecond)
	defer cancel()
	if err := s.watch(ctx, func(context.Context) error { return errors.New("stuck") }); err != nil {
		t.Fatal(err)
	}
	_ = l.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
	if n, err := l.Read(make([]byte, 64)); err == nil {
		t.Errorf("heard %d bytes", n)
	}
}

func TestWithoutSupervisor(t *testing.T) {
	t.Parallel()
	s := newSupervisor(func(string) string { return "" })
	s.tell("READY=1")
	if err := s.watch(t.Context(), nil); err != nil {
		t.Error(err)
	}
}
