// Command asms is an Exchange ActiveSync server for text messages, and the tools
// around it. This package reads flags and wires the others; it decides nothing.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/alecthomas/kong"

	"asms/api"
)

// cli is the command line. A flag without env:"-" is also ASMS_… in the
// environment and a line of the configuration file.
type cli struct {
	Config configFile `env:"ASMS_CONFIG" placeholder:"FILE" help:"Read flags that are not given from this TOML file."`

	Serve    serveCmd    `cmd:"" help:"Run the server."`
	Demo     demoCmd     `cmd:"" help:"Run a server and two simulated phones on a simulated network, to play with."`
	User     userCmd     `cmd:"" help:"Add, list and remove users."`
	Device   deviceCmd   `cmd:"" help:"List, allow, block and wipe devices."`
	Policy   policyCmd   `cmd:"" help:"Say what a user's devices must do to be served."`
	Token    tokenCmd    `cmd:"" help:"Make, list and revoke tokens for programs."`
	Relay    relayCmd    `cmd:"" help:"Be a phone: carry texts between a modem and a mailbox."`
	Send     sendCmd     `cmd:"" help:"Send a text and say what becomes of it."`
	Wbxml    wbxmlCmd    `cmd:"" help:"Turn WBXML into readable XML and back."`
	Version  versionCmd  `cmd:"" help:"Print the version."`
	Licenses licensesCmd `cmd:"" help:"Print the licenses of asms and of what it is built from."`
}

// Exit codes.
const (
	exitFailure = 1
	exitUsage   = 2
)

// terminal is what a command talks to.
type terminal struct {
	in  *os.File
	out io.Writer
	err io.Writer
}

func main() {
	os.Exit(run(os.Args[1:], &terminal{in: os.Stdin, out: os.Stdout, err: os.Stderr}))
}

func run(args []string, t *terminal) int {
	var c cli
	parser, err := kong.New(&c,
		kong.Name("asms"),
		kong.Description("A server that brings text messages to every device and client that speaks ActiveSync."),
		kong.Writers(t.out, t.err),
		kong.DefaultEnvars("ASMS"),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Bind(t),
		kong.BindTo(context.Background(), (*context.Context)(nil)),
	)
	if err != nil {
		return complain(t, err)
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		complain(t, err)
		return exitUsage
	}
	if err := parsed.Run(); err != nil {
		return complain(t, err)
	}
	return 0
}

// usageError is a wrong use of flags that shows late.
type usageError struct{ error }

// complain prints the error as one sentence and returns the exit code.
func complain(t *terminal, err error) int {
	s := err.Error()
	if p := new(api.Problem); errors.As(err, &p) {
		s = cmp.Or(p.Detail, p.Title)
	}
	s = strings.ReplaceAll(strings.TrimPrefix(s, "account: "), "\n", "; ")
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	fmt.Fprintf(t.err, "asms: %s\n", s)
	if errors.As(err, new(usageError)) {
		return exitUsage
	}
	return exitFailure
}
