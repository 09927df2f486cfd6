package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"asms/eas"
	"asms/relay/atmodem"
	"asms/sms"
)

// doctorCmd looks at all that an agent needs, and says what to do about what is
// wrong.
type doctorCmd struct {
	accountFlags
	State  string   `placeholder:"DIR" help:"The directory of the agent's ledger."`
	Number string   `placeholder:"NUMBER" help:"The SIM's own number, if --modem does not say it."`
	Modem  []string `required:"" placeholder:"[NUMBER=]DEVICE" help:"A modem: /dev/ttyUSB2, or tcp:HOST:PORT. Give all that the agent has; it must not be using them."`
	PIN    []string `name:"pin" placeholder:"[NUMBER=]PIN" help:"The SIM's PIN, with its number if there are several."`
	TestTo string   `env:"-" placeholder:"NUMBER" help:"Send a short text from each modem to this number at the end. Each costs what a text costs."`
}

// Validate refuses modems that the agent would refuse.
func (c *doctorCmd) Validate() error {
	_, err := c.sims()
	return err
}

// sims are the modems to look at. One alone needs no number for that.
func (c *doctorCmd) sims() ([]sim, error) {
	number := c.Number
	if len(c.Modem) == 1 && number == "" && !numbered.MatchString(c.Modem[0]) {
		number = unknownNumber
	}
	return parseSIMs(c.Modem, c.PIN, number)
}

// unknownNumber stands for that of a SIM.
const unknownNumber = "?"

// doctorTimeout bounds one step.
const doctorTimeout = 30 * time.Second

func (c *doctorCmd) Run(ctx context.Context, t *terminal) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	sick := 0
	say := func(all ...atmodem.Finding) {
		for _, f := range all {
			sign := "ok  "
			if !f.OK {
				sign = "FAIL"
				sick++
			}
			fmt.Fprintf(t.out, "%s  %-14s %s\n", sign, f.Check, f.Detail)
			if f.Remedy != "" {
				fmt.Fprintf(t.out, "      %-14s → %s\n", "", f.Remedy)
			}
		}
	}
	sims, err := c.sims()
	if err != nil {
		return err
	}
	healthy := make([]bool, len(sims))
	for i, s := range sims {
		if len(sims) > 1 {
			fmt.Fprintf(t.out, "modem %d of %d, %s\n", i+1, len(sims), s.number)
		}
		before := sick
		say(s.probe(ctx)...)
		healthy[i] = sick == before
	}
	if len(sims) > 1 {
		fmt.Fprintln(t.out, "all modems")
	}
	if c.State != "" {
		say(checkState(c.State))
	}
	say(c.checkServer(ctx)...)
	for i, s := range sims {
		if c.TestTo != "" && healthy[i] {
			say(s.sendTest(ctx, c.TestTo))
		}
	}
	switch {
	case ctx.Err() != nil:
		return errors.New("stopped")
	case sick == 1:
		return errors.New("one thing is wrong")
	case sick > 1:
		return fmt.Errorf("%d things are wrong", sick)
	}
	return nil
}

// probe looks at a modem, and at whether its SIM is the one that it should be.
func (s sim) probe(ctx context.Context) []atmodem.Finding {
	all := atmodem.Probe(ctx, s.device, &atmodem.Options{PIN: s.pin})
	for i := range all {
		f := &all[i]
		if f.Check == "own number" && dialled.MatchString(f.Detail) && s.number != unknownNumber && ending(f.Detail) != ending(s.number) {
			f.Remedy = "the settings say " + s.number + ": is this the right SIM?"
		}
	}
	return all
}

var dialled = regexp.MustCompile(`^\+?[0-9]+$`)

// ending is the end of a number, the same with and without the country's code.
func ending(number string) string { return number[max(0, len(number)-7):] }

// checkState says whether the ledger can be kept in dir.
func checkState(dir string) atmodem.Finding {
	f := atmodem.Finding{Check: "state"}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		f.Detail, f.Remedy = err.Error(), "give the agent's user a directory of its own"
		return f
	}
	probe, err := os.CreateTemp(dir, ".doctor")
	if err == nil {
		err = errors.Join(probe.Close(), os.Remove(probe.Name()))
	}
	if err != nil {
		f.Detail, f.Remedy = err.Error(), "make the directory writable for the agent's user, and free space on its disk"
		return f
	}
	f.OK, f.Detail = true, filepath.Clean(dir)+" can be written"
	return f
}

// checkServer looks at the server, the credentials and the clock.
func (c *doctorCmd) checkServer(ctx context.Context) []atmodem.Finding {
	server := atmodem.Finding{Check: "server"}
	password, err := readPassword(c.PasswordFile)
	if err != nil {
		return []atmodem.Finding{{Check: "password", Detail: err.Error(), Remedy: "write the password into that file, readable by the agent's user alone"}}
	}
	u, err := url.Parse(c.Server)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		server.Detail, server.Remedy = fmt.Sprintf("%q is not an http or https URL", c.Server), "give --server as in https://texts.example.com"
		return []atmodem.Finding{server}
	}
	ctx, cancel := context.WithTimeout(ctx, doctorTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodOptions, strings.TrimRight(c.Server, "/")+eas.Path, nil)
	if err != nil {
		server.Detail = err.Error()
		return []atmodem.Finding{server}
	}
	req.SetBasicAuth(c.User, password)
	begun := time.Now()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		var failed *url.Error
		if errors.As(err, &failed) {
			err = failed.Err
		}
		server.Detail, server.Remedy = err.Error(), "is the server running, its name right, its certificate valid, and the way to it open?"
		return []atmodem.Finding{server}
	}
	res.Body.Close()
	took := time.Since(begun)
	server.OK, server.Detail = true, fmt.Sprintf("answers in %d ms", took.Milliseconds())
	all := []atmodem.Finding{server}

	account := atmodem.Finding{Check: "credentials"}
	switch offer := eas.ParseOptionsResponse(res.Header); {
	case res.StatusCode == http.StatusUnauthorized:
		account.Detail, account.Remedy = "the server does not take this user name and password", "set the password anew with: asms user password "+c.User
	case res.StatusCode == http.StatusServiceUnavailable:
		account.Detail, account.Remedy = "the server asks to wait, after wrong passwords perhaps", "try again in some minutes"
	case res.StatusCode != http.StatusOK:
		account.Detail, account.Remedy = "the server answers HTTP "+res.Status, "is this an ActiveSync server?"
	case offer.Highest() == (eas.Version(0)):
		account.Detail, account.Remedy = "the server speaks no version of the protocol that carries texts", "it must offer 14.0, 14.1, 16.0 or 16.1"
	default:
		account.OK, account.Detail = true, fmt.Sprintf("%s may come in, ActiveSync %s", c.User, offer.Highest())
	}
	all = append(all, account)
	if at, err := http.ParseTime(res.Header.Get("Date")); err == nil {
		all = append(all, clock(begun.Add(took/2).Sub(at)))
	}
	return all
}

// clock judges how far the local clock is ahead of the server's.
func clock(ahead time.Duration) atmodem.Finding {
	const enough = 2 * time.Minute
	if ahead.Abs() < enough {
		return atmodem.Finding{Check: "clock", OK: true, Detail: "agrees with the server's"}
	}
	word := "ahead of"
	if ahead < 0 {
		word = "behind"
	}
	return atmodem.Finding{
		Check: "clock", Detail: fmt.Sprintf("is %s %s the server's", ahead.Abs().Round(time.Second), word),
		Remedy: "let NTP set both clocks (timedatectl set-ntp true)",
	}
}

// sendTest sends a text from the modem, past the server.
func (s sim) sendTest(ctx context.Context, to string) atmodem.Finding {
	f := atmodem.Finding{Check: "test text"}
	segments, err := sms.Split("A test text from asms.", nil)
	if err != nil {
		f.Detail = err.Error()
		return f
	}
	tpdu, err := (&sms.Submit{Destination: to, UserData: segments[0]}).Encode()
	if err != nil {
		f.Detail, f.Remedy = err.Error(), "give a number that can be dialled, as in +14255550123"
		return f
	}
	m, err := atmodem.Dial(ctx, s.device, &atmodem.Options{PIN: s.pin})
	if err != nil {
		f.Detail = err.Error()
		return f
	}
	defer m.Close()
	_, err = m.Submit(ctx, tpdu, nil)
	var refused *atmodem.SubmitError
	switch {
	case err == nil:
		f.OK, f.Detail = true, "the network has taken it"
	case errors.Is(err, atmodem.ErrUnknownOutcome):
		f.Detail, f.Remedy = "nobody knows whether it was sent", "look at the phone it went to"
	case errors.As(err, &refused):
		f.Detail, f.Remedy = "refused: "+refused.Reason(), "is there credit, and a service centre number on the SIM?"
	default:
		f.Detail = err.Error()
	}
	return f
}
