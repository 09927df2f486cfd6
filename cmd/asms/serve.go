package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"asms/account"
	"asms/easserver"
	"asms/mailbox"
	"asms/store"
	"asms/web"
)

type serveCmd struct {
	dataFlag
	logFlags
	Listen             string `placeholder:"ADDR" default:"127.0.0.1:8080" help:"Where to listen (default 127.0.0.1:8080)."`
	Domain             string `placeholder:"NAME" help:"The mail domain: NAME@DOMAIN signs in as NAME."`
	URL                string `placeholder:"URL" name:"url" help:"How clients reach the server, like https://sms.example.org (default: as they do)."`
	MovedTo            string `placeholder:"URL" name:"moved-to" help:"The users are at URL now: send devices and people there (default: they are here)."`
	TLSCert            string `placeholder:"FILE" name:"tls-cert" help:"The certificate chain; read again when it changes."`
	TLSKey             string `placeholder:"FILE" name:"tls-key" help:"The certificate's key."`
	BehindProxy        bool   `help:"A proxy in front does TLS: plain HTTP on any address, clients by X-Forwarded-For."`
	RequirePhoneNumber bool   `help:"Let no device send texts that has not told its number."`
	NewDevices         string `placeholder:"ACCESS" enum:"allow,quarantine,block" default:"allow" help:"What a device may do that comes for the first time: allow, quarantine or block (default allow)."`
	Region             string `placeholder:"CC" help:"The country in which numbers without + are read, like DE."`
	Web                bool   `negatable:"" default:"true" help:"Serve the web app (default yes); the API is always there."`
}

// Validate refuses flags that do not go together.
func (c *serveCmd) Validate() error {
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return errors.New("--tls-cert and --tls-key go together")
	}
	if !mailbox.KnownRegion(c.Region) {
		return fmt.Errorf("--region %q is no country: two capitals are wanted, like DE", c.Region)
	}
	if c.URL != "" && !isServer(c.URL) {
		return fmt.Errorf("--url %q is not like https://sms.example.org", c.URL)
	}
	if c.MovedTo != "" && !isServer(c.MovedTo) {
		return fmt.Errorf("--moved-to %q is not like https://sms.example.org", c.MovedTo)
	}
	if c.MovedTo != "" && strings.EqualFold(strings.Trim(c.MovedTo, "/"), strings.Trim(c.URL, "/")) {
		return errors.New("--moved-to is where this server is")
	}
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return fmt.Errorf("--listen %q is not HOST:PORT", c.Listen)
	}
	if ip := net.ParseIP(host); c.TLSCert == "" && !c.BehindProxy && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("--listen %s would take passwords in plain HTTP from the network: give --tls-cert and --tls-key, or --behind-proxy", c.Listen)
	}
	return nil
}

// isServer reports whether a URL is that of a server.
func isServer(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && strings.Trim(u.Path, "/") == "" && u.RawQuery == "" && u.Fragment == "" && u.User == nil
}

// newDevices is what --new-devices says.
func (c *serveCmd) newDevices() store.Access {
	switch c.NewDevices {
	case "quarantine":
		return store.Quarantined
	case "block":
		return store.Blocked
	}
	return store.Allowed
}

const (
	headerTimeout = 10 * time.Second // for the head of a request
	bodyTimeout   = time.Minute      // for its body
	writeTimeout  = 2 * time.Minute  // for the response, once it has begun
	idleTimeout   = 2 * time.Minute  // between two requests
	drainTimeout  = 20 * time.Second // for what is running at the end
	maxHeader     = 32 << 10
)

func (c *serveCmd) Run(ctx context.Context, t *terminal) (err error) {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	log := c.logger(t.err)

	var tlsConfig *tls.Config
	if c.TLSCert != "" {
		cert, err := loadCertificate(c.TLSCert, c.TLSKey, log)
		if err != nil {
			return err
		}
		tlsConfig = cert.config()
	}
	if err := prepareData(c.Data); err != nil {
		return err
	}
	lock, err := lockData(c.Data)
	if err != nil {
		return err
	}
	defer lock.Close()
	st, err := store.Open(ctx, c.Data, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()

	accounts := account.New(st, &account.Options{Domain: c.Domain, NewDevices: c.newDevices(), Log: log})
	box := mailbox.New(st, &mailbox.Options{Log: log, Region: c.Region})
	devices := easserver.New(easserver.Options{
		Mailbox: box, Accounts: accounts, Log: log,
		Domain: c.Domain, URL: c.URL, MovedTo: c.MovedTo, RequirePhoneNumber: c.RequirePhoneNumber,
	})

	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return err
	}
	scheme := "http"
	if tlsConfig != nil {
		listener, scheme = tls.NewListener(listener, tlsConfig), "https"
	}
	people := web.New(web.Options{
		Mailbox: box, Accounts: accounts, Log: log, Region: c.Region, URL: c.URL, BehindProxy: c.BehindProxy, NoApp: !c.Web,
		Version: version(), DatabaseBytes: func() int64 { return databaseBytes(c.Data) },
	})
	rest := http.Handler(people)
	if c.MovedTo != "" {
		rest = web.Moved(c.MovedTo)
	}
	front := newServer(frontDoor(devices, rest, c.BehindProxy), log)
	controlListener, err := listenControl(c.Data)
	if err != nil {
		listener.Close()
		return err
	}
	back := newServer(newControl(accounts, box, people), log)

	// Work goes on until the last request is answered, signal or not.
	work, endWork := context.WithCancel(context.WithoutCancel(ctx))
	defer endWork()
	g, failed := errgroup.WithContext(ctx)
	systemd := newSupervisor(os.Getenv)
	g.Go(func() error { return box.Run(work) })
	g.Go(func() error { return systemd.watch(work, st.Ping) })
	g.Go(func() error { return serve(front, listener) })
	g.Go(func() error { return serve(back, controlListener) })
	g.Go(func() error {
		<-failed.Done() // a signal, or one of the others
		stop()          // a second signal ends the process
		defer endWork()
		log.Info("stopping")
		systemd.tell("STOPPING=1")
		deadline, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
		defer cancel()
		devices.Drain()
		people.Drain()
		return errors.Join(shutdown(deadline, front), shutdown(deadline, back))
	})
	systemd.tell("READY=1")
	fmt.Fprintf(t.out, "asms listens on %s://%s\n", scheme, listener.Addr())
	return g.Wait()
}

func newServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		// No ReadTimeout and WriteTimeout: a request may hang for an hour. unhurried
		// sets both for the parts of a request in which something moves.
	}
}

func serve(s *http.Server, l net.Listener) error {
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// shutdown lets running requests end, and cuts those that take too long.
func shutdown(ctx context.Context, s *http.Server) error {
	if err := s.Shutdown(ctx); err != nil {
		return s.Close()
	}
	return nil
}
