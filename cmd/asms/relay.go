package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"asms/eas"
	"asms/easclient"
	"asms/relay"
	"asms/relay/atmodem"
)

// accountFlags say whose mailbox it is and where.
type accountFlags struct {
	Server       string `required:"" placeholder:"URL" help:"The server, such as https://texts.example.com."`
	User         string `required:"" placeholder:"NAME" help:"The user."`
	PasswordFile string `required:"" placeholder:"FILE" help:"A file with the user's password."`
}

// client are the options of a client that signs in so.
func (f accountFlags) client() (easclient.Options, error) {
	password, err := readPassword(f.PasswordFile)
	if err != nil {
		return easclient.Options{}, err
	}
	return easclient.Options{URL: f.Server, User: f.User, Password: password}, nil
}

// readPassword reads a file without the newline at its end.
func readPassword(name string) (string, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return "", fmt.Errorf("the password: %w", err)
	}
	if len(b) > maxPasswordInput {
		return "", fmt.Errorf("%s is too long for a password", name)
	}
	password := strings.TrimRight(string(b), "\r\n")
	if password == "" {
		return "", fmt.Errorf("%s holds no password", name)
	}
	return password, nil
}

// relayCmd is the agent, and what looks after it.
type relayCmd struct {
	Run    relayRunCmd `cmd:"" default:"withargs" help:"Carry texts between a modem and a mailbox. This is what relay alone does."`
	Doctor doctorCmd   `cmd:"" help:"Look at the modem, the SIM, the network, the server and the clock, and say what to do."`
}

type relayRunCmd struct {
	accountFlags
	logFlags
	State        string        `required:"" placeholder:"DIR" help:"The directory of the ledger; keep it, it tells what was sent."`
	Number       string        `required:"" placeholder:"NUMBER" help:"The SIM's own number."`
	Modem        string        `required:"" placeholder:"DEVICE" help:"The modem: /dev/ttyUSB2, or tcp:HOST:PORT."`
	PIN          string        `name:"pin" help:"The SIM's PIN."`
	Heartbeat    time.Duration `placeholder:"TIME" default:"15m" help:"How long the server may hold a request, 1m to 59m (default 15m)."`
	VersionLimit string        `placeholder:"VERSION" help:"The highest protocol version to speak, 14.0 to 16.1."`
	MaxSegments  int           `placeholder:"N" default:"255" help:"The most parts that one text may need (default 255)."`
	Validity     time.Duration `placeholder:"TIME" default:"4h" help:"How long a text is tried (default 4h)."`
}

// Validate refuses what the agent could not use.
func (c *relayRunCmd) Validate() error {
	switch {
	case c.Heartbeat < eas.MinHeartbeatInterval*time.Second || c.Heartbeat > eas.MaxHeartbeatInterval*time.Second:
		return fmt.Errorf("--heartbeat %s is not 1m to 59m", c.Heartbeat)
	case c.MaxSegments < 1 || c.MaxSegments > 255:
		return fmt.Errorf("--max-segments %d is not 1 to 255", c.MaxSegments)
	case c.Validity <= 0:
		return fmt.Errorf("--validity %s is no time", c.Validity)
	}
	return nil
}

func (c *relayRunCmd) Run(ctx context.Context, t *terminal) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	log := c.logger(t.err)
	client, err := c.client()
	if err != nil {
		return err
	}
	o := relay.Options{
		Client: client, StateDir: c.State, Number: c.Number,
		Heartbeat: c.Heartbeat, MaxSegments: c.MaxSegments, Validity: c.Validity, Log: log,
		Radios: []relay.RadioOptions{{Open: func(ctx context.Context) (relay.Radio, error) {
			return openModem(atmodem.Dial(ctx, c.Modem, &atmodem.Options{PIN: c.PIN, Logger: log}))
		}}},
	}
	if c.VersionLimit != "" {
		if o.VersionLimit, err = eas.ParseVersion(c.VersionLimit); err != nil || !o.VersionLimit.Supported() {
			return usageError{fmt.Errorf("--version-limit %s is not one of %s", c.VersionLimit, eas.FormatVersions(eas.Versions()))}
		}
	}
	agent, err := relay.New(ctx, o)
	if err != nil {
		return err
	}
	id, err := agent.DeviceID(ctx)
	if err == nil {
		fmt.Fprintf(t.out, "asms relays texts of %s as device %s\n", c.User, id)
		err = c.run(ctx, agent)
	}
	return errors.Join(err, agent.Close())
}

// run runs the agent until ctx ends, and lets systemd know that its ledger works.
func (c *relayRunCmd) run(ctx context.Context, agent *relay.Agent) error {
	systemd := newSupervisor(os.Getenv)
	g, running := errgroup.WithContext(ctx)
	work, end := context.WithCancel(running)
	g.Go(func() error { return systemd.watch(work, agent.Ping) })
	g.Go(func() error {
		defer end()
		return agent.Run(running)
	})
	systemd.tell("READY=1")
	return g.Wait()
}

// modem is an AT modem as the agent wants a radio.
type modem struct{ *atmodem.Modem }

// openModem takes what opening a modem gives.
func openModem(m *atmodem.Modem, err error) (relay.Radio, error) {
	if errors.Is(err, atmodem.ErrPIN) {
		return nil, fmt.Errorf("%w: %w", relay.ErrLocked, err)
	}
	if err != nil {
		return nil, err
	}
	return modem{m}, nil
}

// Submit tells apart what the agent has to: refused, not sent, and unknown.
func (m modem) Submit(ctx context.Context, tpdu []byte) (byte, error) {
	reference, err := m.Modem.Submit(ctx, tpdu)
	var refused *atmodem.SubmitError
	switch {
	case err == nil, errors.Is(err, atmodem.ErrUnknownOutcome):
		return reference, err
	case errors.As(err, &refused):
		return 0, &relay.Refusal{Reason: refused.Reason(), Code: refused.Code, Temporary: refused.Temporary()}
	}
	return 0, &relay.Refusal{Reason: err.Error(), Code: -1, Unready: true}
}

// Receive drops the kind, which the TPDU tells too.
func (m modem) Receive(ctx context.Context, handle func(context.Context, []byte) error) error {
	return m.Modem.Receive(ctx, func(ctx context.Context, tpdu []byte, _ atmodem.Kind) error { return handle(ctx, tpdu) })
}

// Info is what the server is told of the modem.
func (m modem) Info() relay.RadioInfo {
	i := m.Modem.Info()
	model := strings.TrimSpace(i.Manufacturer + " " + i.Model)
	return relay.RadioInfo{Model: model, IMEI: i.IMEI, Operator: i.Operator}
}
