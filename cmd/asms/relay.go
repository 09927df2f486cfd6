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
	State         string        `required:"" placeholder:"DIR" help:"The directory of the ledger; keep it, it tells what was sent."`
	Number        string        `placeholder:"NUMBER" help:"The SIM's own number, if --modem does not say it."`
	Modem         []string      `required:"" placeholder:"[NUMBER=]DEVICE" help:"A modem: /dev/ttyUSB2, or tcp:HOST:PORT. Several, each with its SIM's number, make one phone; the first number is the phone's."`
	PIN           []string      `name:"pin" placeholder:"[NUMBER=]PIN" help:"The SIM's PIN, with its number if there are several."`
	Heartbeat     time.Duration `placeholder:"TIME" default:"15m" help:"How long the server may hold a request, 1m to 59m (default 15m)."`
	VersionLimit  string        `placeholder:"VERSION" help:"The highest protocol version to speak, 14.0 to 16.1."`
	MaxSegments   int           `placeholder:"N" default:"255" help:"The most parts that one text may need (default 255)."`
	National      []string      `placeholder:"LANG" help:"Languages whose own alphabets may be used when that saves parts, such as tr,es. Older phones show them wrong (default none)."`
	StatusReports bool          `help:"Ask for a report when each part arrives; carriers may charge for that."`
	Validity      time.Duration `placeholder:"TIME" default:"4h" help:"How long a text is tried (default 4h)."`
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
	if _, err := parseLanguages(c.National); err != nil {
		return err
	}
	_, err := parseSIMs(c.Modem, c.PIN, c.Number)
	return err
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
		Client: client, StateDir: c.State,
		Heartbeat: c.Heartbeat, MaxSegments: c.MaxSegments, StatusReports: c.StatusReports, Validity: c.Validity, Log: log,
	}
	if o.National, err = parseLanguages(c.National); err != nil {
		return err
	}
	sims, err := parseSIMs(c.Modem, c.PIN, c.Number)
	if err != nil {
		return err
	}
	for i, s := range sims {
		log := log.With("radio", i+1)
		p := &port{device: s.device, log: log, opts: atmodem.Options{PIN: s.pin, StatusReports: c.StatusReports, Logger: log}}
		o.Radios = append(o.Radios, relay.RadioOptions{Number: s.number, Open: p.open})
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
