package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"golang.org/x/term"

	"asms/api"
)

type sendCmd struct {
	callerFlags
	To             []string      `required:"" env:"-" sep:"none" placeholder:"NUMBER" help:"Who gets the text; may be repeated."`
	Device         string        `env:"-" placeholder:"ID" help:"The phone that must send it, as device list shows it; else the server chooses."`
	NotBefore      string        `env:"-" placeholder:"TIME" help:"When a phone may have it: 2026-12-24T18:00:00+01:00, or 90m from now."`
	ValidFor       time.Duration `env:"-" placeholder:"TIME" help:"How long it may wait for a phone; then it fails (default for ever)."`
	IdempotencyKey string        `env:"-" placeholder:"KEY" help:"Run again with the same key, the same text is sent once."`
	Timeout        time.Duration `env:"-" placeholder:"TIME" default:"5m" help:"How long to wait, from --not-before on (default 5m)."`
	NoWait         bool          `env:"-" help:"Do not wait for what becomes of it."`
	Watch          bool          `env:"-" help:"Print what becomes of it as it comes."`
	State          string        `env:"-" hidden:"" help:"Not used any more."`
	Text           string        `arg:"" optional:"" help:"The text; standard input without it."`
}

// Validate refuses what no server would take.
func (c *sendCmd) Validate() error {
	if err := c.callerFlags.Validate(); err != nil {
		return err
	}
	if c.ValidFor < 0 || c.ValidFor%time.Second != 0 {
		return fmt.Errorf("--valid-for %s is not a number of seconds", c.ValidFor)
	}
	_, err := c.notBefore(time.Now())
	return err
}

// notBefore reads the time of --not-before; zero without it.
func (c *sendCmd) notBefore(now time.Time) (time.Time, error) {
	if c.NotBefore == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, c.NotBefore); err == nil {
		return t, nil
	}
	d, err := time.ParseDuration(c.NotBefore)
	if err != nil || d < 0 {
		return time.Time{}, fmt.Errorf("--not-before %q is neither a time like 2026-12-24T18:00:00+01:00 nor one from now like 90m", c.NotBefore)
	}
	return now.Add(d), nil
}

// maxTextInput is the most that is read of a text: 255 segments and then some.
const maxTextInput = 256 << 10

func (c *sendCmd) Run(ctx context.Context, t *terminal) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	body, err := c.text(t)
	if err != nil {
		return err
	}
	for _, number := range c.To {
		if strings.TrimSpace(number) == "" {
			return usageError{errors.New("--to is empty")}
		}
	}
	client, err := c.caller()
	if err != nil {
		return err
	}
	text := api.NewMessage{To: c.To, Body: body, Device: c.Device, ValidFor: int(c.ValidFor / time.Second)}
	wait := c.Timeout
	if at, _ := c.notBefore(time.Now()); !at.IsZero() { // Validate has read it
		text.NotBefore = &at
		wait += max(0, time.Until(at))
	}
	sent, err := submit(ctx, client, text, c.IdempotencyKey)
	if err != nil {
		return serverTrouble(err)
	}
	if c.NoWait {
		fmt.Fprintln(t.out, "The text waits for a phone.")
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	var told teller
	if c.Watch {
		told.out = t.out
	}
	err = follow(ctx, client, sent.ID, func(m api.Message) bool {
		sent = m
		told.tell(m)
		return settled(m)
	})
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("after %s nothing is known yet: the text is in the Outbox and waits for a phone, or the phone for the network", wait.Round(time.Second/10))
	}
	if err != nil {
		return serverTrouble(err)
	}
	return outcome(t.out, sent)
}

// text is the text given, or standard input without the newline at its end.
func (c *sendCmd) text(t *terminal) (string, error) {
	if c.Text != "" {
		return c.Text, nil
	}
	if term.IsTerminal(int(t.in.Fd())) {
		return "", usageError{errors.New("the text is missing")}
	}
	b, err := io.ReadAll(io.LimitReader(t.in, maxTextInput+1))
	if err != nil {
		return "", fmt.Errorf("read the text: %w", err)
	}
	if len(b) > maxTextInput {
		return "", errors.New("the text is too long")
	}
	text := strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r")
	if text == "" {
		return "", usageError{errors.New("the text is empty")}
	}
	return text, nil
}

// submitTimeout is how long a server may take to take a text.
const submitTimeout = time.Minute

// submit gives the text to the server. What was lost on the way is sent again
// with the same key, and makes no second text.
func submit(ctx context.Context, client *api.Client, text api.NewMessage, key string) (api.Message, error) {
	if key == "" {
		key = rand.Text()
	}
	ctx, cancel := context.WithTimeout(ctx, submitTimeout)
	defer cancel()
	for tries := 1; ; tries++ {
		m, err := client.Send(ctx, text, key)
		var p *api.Problem
		var broken *net.OpError
		switch {
		case err == nil, tries == 4, ctx.Err() != nil:
			return m, err
		case errors.As(err, &p) && p.Status < 500:
			return m, err
		case p == nil && errors.As(err, &broken) && broken.Op == "dial": // nothing was lost: nobody is there
			return m, err
		}
		select {
		case <-time.After(time.Duration(tries) * time.Second):
		case <-ctx.Done():
			return m, ctx.Err()
		}
	}
}
