package main

import (
	"context"
	"net"
	"os"
	"strconv"
	"time"
)

// supervisor is systemd, when it started this process with Type=notify; else
// nothing happens.
type supervisor struct {
	socket   string
	watchdog time.Duration // within which it wants to hear of us, 0 never
}

// newSupervisor reads what systemd has put into the environment.
func newSupervisor(getenv func(string) string) supervisor {
	s := supervisor{socket: getenv("NOTIFY_SOCKET")}
	if pid := getenv("WATCHDOG_PID"); pid == "" || pid == strconv.Itoa(os.Getpid()) {
		if n, err := strconv.ParseInt(getenv("WATCHDOG_USEC"), 10, 64); err == nil && n > 0 {
			s.watchdog = time.Duration(n) * time.Microsecond
		}
	}
	return s
}

// tell sends one state, such as READY=1. That nobody listens is no error.
func (s supervisor) tell(state string) {
	if s.socket == "" {
		return
	}
	c, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: s.socket, Net: "unixgram"})
	if err != nil {
		return
	}
	defer c.Close()
	_, _ = c.Write([]byte(state))
}

// watch says that all is well as long as well says so, until ctx ends. When it
// stops, systemd starts the process anew.
func (s supervisor) watch(ctx context.Context, well func(context.Context) error) error {
	if s.watchdog == 0 {
		return nil
	}
	tick := time.NewTicker(s.watchdog / 3)
	defer tick.Stop()
	for {
		check, cancel := context.WithTimeout(ctx, s.watchdog/3)
		if well(check) == nil {
			s.tell("WATCHDOG=1")
		}
		cancel()
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
