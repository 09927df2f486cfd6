package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/term"

	"asms/account"
	"asms/api"
	"asms/easclient"
	"asms/easserver"
	"asms/mailbox"
	"asms/relay"
	"asms/relay/atmodem"
	"asms/relay/simulator"
	"asms/store"
	"asms/web"
)

type demoCmd struct {
	Listen string `env:"-" placeholder:"ADDR" help:"Where to listen, on this machine (default 127.0.0.1:8080, or a free port)."`
	Data   string `env:"-" placeholder:"DIR" help:"The data directory (default a new one for temporary files)."`
	Region string `env:"-" placeholder:"CC" default:"US" help:"The country in which numbers without + are read (default US)."`
}

// The demo's one user, and its phones.
const demoUser = "demo"

var demoPhones = []person{
	{"phone A", "+15550100001", "", "phone"},
	{"phone B", "+15550100002", "", "phone"},
}

// Validate refuses to show the demo to the network: its password is on the
// screen.
func (c *demoCmd) Validate() error {
	if !mailbox.KnownRegion(c.Region) {
		return fmt.Errorf("--region %q is no country: two capitals are wanted, like DE", c.Region)
	}
	if c.Listen == "" {
		return nil
	}
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return fmt.Errorf("--listen %q is not HOST:PORT", c.Listen)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("--listen %s is not on this machine: the demo is for one's own eyes", c.Listen)
	}
	return nil
}

// demo is what runs.
type demo struct {
	data     string
	region   string
	url      string
	password string
	log      *slog.Logger
	screen   *screen
	network  *simulator.Network
	friends  []*simulator.Correspondent
	client   *api.Client // the owner of the mailbox

	mu     sync.Mutex
	latest []string // texts for list
}

func (c *demoCmd) Run(ctx context.Context, t *terminal) (err error) {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	d := &demo{data: c.Data, region: c.Region}
	if d.data == "" {
		if d.data, err = os.MkdirTemp("", "asms-demo-"); err != nil {
			return err
		}
	}
	if err := prepareData(d.data); err != nil {
		return err
	}
	lock, err := lockData(d.data)
	if err != nil {
		return err
	}
	defer lock.Close()
	logFile, err := os.OpenFile(filepath.Join(d.data, "demo.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer logFile.Close()
	d.log = slog.New(slog.NewTextHandler(logFile, nil))

	var restore func()
	d.screen, restore = newScreen(t)
	restore = sync.OnceFunc(restore)
	defer restore()
	g, running := errgroup.WithContext(ctx)
	running, quit := context.WithCancel(running)
	defer quit()
	if err := d.start(running, g, c.Listen); err != nil {
		quit()
		return errors.Join(err, g.Wait())
	}
	d.introduce()
	go func() { // ends with the process: nothing ends a read from a terminal
		d.screen.read(d.obey)
		if d.screen.terminal() {
			quit()
		}
	}()
	g.Go(func() error { return d.live(running) })
	g.Go(func() error { return d.chat(running) })
	err = g.Wait()
	restore()
	fmt.Fprintf(t.out, "The data stays in %s.\n", d.data)
	if ctx.Err() != nil || running.Err() != nil && errors.Is(err, context.Canceled) {
		err = nil
	}
	return err
}

// start starts the server and what talks to it; all of it ends with ctx.
func (d *demo) start(ctx context.Context, g *errgroup.Group, listen string) error {
	st, err := store.Open(ctx, d.data, nil)
	if err != nil {
		return err
	}
	accounts := account.New(st, &account.Options{Log: d.log})
	box := mailbox.New(st, &mailbox.Options{Log: d.log, Region: d.region})
	devices := easserver.New(easserver.Options{Mailbox: box, Accounts: accounts, Log: d.log})
	user, err := d.addUser(ctx, accounts)
	if err == nil {
		err = d.tellStory(ctx, box, user)
	}
	if err != nil {
		return errors.Join(err, st.Close())
	}
	listener, err := listenSomewhere(listen)
	if err != nil {
		return errors.Join(err, st.Close())
	}
	d.url = "http://" + listener.Addr().String()
	if d.client, err = api.New(api.Options{URL: d.url, User: demoUser, Password: d.password}); err != nil {
		return errors.Join(err, listener.Close(), st.Close())
	}
	people := web.New(web.Options{
		Mailbox: box, Accounts: accounts, Log: d.log, Version: version(),
		DatabaseBytes: func() int64 { return databaseBytes(d.data) },
	})
	front := newServer(frontDoor(devices, people, false), d.log)

	// The server goes last, so that the others can say goodbye to it.
	var clients errgroup.Group
	work, endWork := context.WithCancel(context.WithoutCancel(ctx))
	g.Go(func() error { return serve(front, listener) })
	g.Go(func() error {
		defer endWork()
		<-ctx.Done()
		err := clients.Wait()
		deadline, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
		defer cancel()
		devices.Drain()
		people.Drain()
		return errors.Join(err, shutdown(deadline, front))
	})
	g.Go(func() error { return errors.Join(box.Run(work), st.Close()) })

	d.network = simulator.NewNetwork(&simulator.Options{Operator: "asms demo", Pace: 150 * time.Millisecond})
	d.populate()
	for _, p := range demoPhones {
		agent, err := d.phone(ctx, p)
		if err != nil {
			return err
		}
		clients.Go(func() error { return errors.Join(agent.Run(ctx), agent.Close()) })
	}
	return nil
}

// addUser makes the user, who administers the demo, with a password that is kept
// for asms send.
func (d *demo) addUser(ctx context.Context, accounts *account.Accounts) (store.UserID, error) {
	random := make([]byte, 10)
	_, _ = rand.Read(random) // never fails
	d.password = strings.ToLower(base32.StdEncoding.EncodeToString(random))
	u, err := accounts.AddUser(ctx, demoUser, d.password, true)
	if errors.Is(err, account.ErrExists) {
		if u, err = accounts.User(ctx, demoUser); err == nil {
			err = accounts.SetPassword(ctx, u.ID, d.password)
		}
	}
	if err != nil {
		return 0, err
	}
	return u.ID, os.WriteFile(d.passwordFile(), []byte(d.password+"\n"), 0o600)
}

func (d *demo) passwordFile() string { return filepath.Join(d.data, "password") }

// listenSomewhere listens on an address, or on one that is free.
func listenSomewhere(address string) (net.Listener, error) {
	if address != "" {
		return net.Listen("tcp", address)
	}
	l, err := net.Listen("tcp", "127.0.0.1:8080")
	if err != nil {
		l, err = net.Listen("tcp", "127.0.0.1:0")
	}
	return l, err
}

// phone is an agent with a modem on the simulated network.
func (d *demo) phone(ctx context.Context, p person) (*relay.Agent, error) {
	radio := d.network.Modem(p.number, &simulator.ModemOptions{Manufacturer: "asms", Model: "simulated modem"})
	log := d.log.With("phone", p.name)
	return relay.New(ctx, relay.Options{
		Client:   easclient.Options{URL: d.url, User: demoUser, Password: d.password},
		StateDir: filepath.Join(d.data, strings.ReplaceAll(p.name, " ", "-")),
		Number:   p.number, Name: p.name, Log: log,
		Events: func(e relay.Event) { d.phoneEvent(p, e) },
		Radios: []relay.RadioOptions{{Open: func(ctx context.Context) (relay.Radio, error) {
			near, far := net.Pipe()
			go func() { _ = radio.ServeConn(far) }()
			return openModem(atmodem.Open(ctx, near, &atmodem.Options{Logger: log}))
		}}},
	})
}

// introduce says what there is.
func (d *demo) introduce() {
	s := d.screen
	row := func(name, value string) { s.print("  " + s.paint(dim, fmt.Sprintf("%-10s", name)) + value) }
	s.print("")
	s.print(s.paint(bold, "asms demo") + ": a server, two phones and a mobile network. All of it is real but the radio.")
	s.print("")
	row("web app", s.paint(bold, d.url)+s.paint(dim, "  (phones synchronise with this address, too)"))
	row("user", demoUser)
	row("password", d.password)
	row("data", d.data+s.paint(dim, "  (demo.log has the logs)"))
	for _, p := range demoPhones {
		row(p.name, p.number)
	}
	s.print("")
	s.print("Write to")
	for _, p := range correspondents {
		s.print("  " + fmt.Sprintf("%-15s", p.number) + s.paint(bold, pad(p.name, 8)) + s.paint(dim, p.habit))
	}
	s.print("")
	s.print("From a second terminal")
	s.print("  " + d.sendCommand())
	s.print("")
	if s.terminal() {
		s.print("Or here:  " + s.paint(bold, "to "+correspondents[0].number+": Hello!") + s.paint(dim, "   also: to echo: Hello!   list   help   quit"))
		s.print("")
	}
}

// sendCommand is what to type in another terminal.
func (d *demo) sendCommand() string {
	program := "asms"
	if strings.Contains(os.Args[0], "/") {
		program = os.Args[0]
	}
	return fmt.Sprintf("%s send --server %s --user %s --password-file %s --to %s 'Hello!'", program, d.url, demoUser, d.passwordFile(), correspondents[0].number)
}

// read has f obey the lines that are typed, until it says that it is enough.
func (s *screen) read(f func(line string) (enough bool)) {
	if s.prompt != nil {
		for {
			line, err := s.prompt.ReadLine()
			if err != nil && !errors.Is(err, term.ErrPasteIndicator) || f(line) {
				return
			}
		}
	}
	lines := bufio.NewScanner(s.in)
	for lines.Scan() {
		f(lines.Text())
	}
}
