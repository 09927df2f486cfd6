package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/term"
)

type deviceCmd struct {
	List   deviceListCmd   `cmd:"" help:"List the devices of a user, or all."`
	Allow  deviceAllowCmd  `cmd:"" help:"Serve a device."`
	Block  deviceBlockCmd  `cmd:"" help:"Refuse a device."`
	Wipe   deviceWipeCmd   `cmd:"" help:"Tell a device to remove the account, or with --factory-reset to erase itself."`
	Remove deviceRemoveCmd `cmd:"" help:"Forget a device; when it comes again it starts anew."`
}

type deviceListCmd struct {
	dataFlag
	User string `arg:"" optional:""`
	JSON bool   `env:"-" help:"Print JSON."`
}

func (c *deviceListCmd) Run(ctx context.Context, t *terminal) error {
	devices, err := once[[]device](ctx, c.Data, false, "/device/list", deviceRequest{User: c.User})
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(t.out, devices)
	}
	rows := [][]string{{"USER", "DEVICE", "TYPE", "MODEL", "NUMBER", "OUTBOUND SMS", "ACCESS", "VERSION", "LAST SEEN", "WIPE"}}
	for _, d := range devices {
		rows = append(rows, []string{d.User, d.ID, d.Type, d.Model, d.PhoneNumber, yesNo(d.OutboundSMS, "on", "off"),
			d.Access, d.Version, d.LastSeen.Local().Format(time.DateTime), d.wipe()})
	}
	return printTable(t.out, rows)
}

// wipe says what became of the last wipe.
func (d device) wipe() string {
	var said []string
	for _, at := range []struct {
		word string
		time time.Time
	}{{"asked", d.WipeRequestedAt}, {"failed", d.WipeFailedAt}, {"acknowledged", d.WipedAt}} {
		if !at.time.IsZero() {
			said = append(said, at.word+" "+at.time.Local().Format(time.DateTime))
		}
	}
	return strings.Join(said, ", ")
}

// deviceArgs names one device.
type deviceArgs struct {
	dataFlag
	User   string `arg:""`
	Device string `arg:"" help:"The id that device list shows."`
}

func (a deviceArgs) ask(ctx context.Context, path string, factoryReset bool) (device, error) {
	return once[device](ctx, a.Data, false, path, deviceRequest{User: a.User, Device: a.Device, FactoryReset: factoryReset})
}

type deviceAllowCmd struct{ deviceArgs }

func (c *deviceAllowCmd) Run(ctx context.Context, t *terminal) error {
	d, err := c.ask(ctx, "/device/allow", false)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%s of %s is served.\n", d.ID, d.User)
	return nil
}

type deviceBlockCmd struct{ deviceArgs }

func (c *deviceBlockCmd) Run(ctx context.Context, t *terminal) error {
	d, err := c.ask(ctx, "/device/block", false)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%s of %s is refused.\n", d.ID, d.User)
	return nil
}

type deviceRemoveCmd struct{ deviceArgs }

func (c *deviceRemoveCmd) Run(ctx context.Context, t *terminal) error {
	d, err := c.ask(ctx, "/device/remove", false)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%s of %s is forgotten.\n", d.ID, d.User)
	return nil
}

type deviceWipeCmd struct {
	deviceArgs
	FactoryReset bool `env:"-" help:"Erase everything on the device, not only the account."`
	Yes          bool `env:"-" help:"Do not ask."`
}

func (c *deviceWipeCmd) Run(ctx context.Context, t *terminal) error {
	if !c.Yes {
		if err := c.confirm(t); err != nil {
			return err
		}
	}
	d, err := c.ask(ctx, "/device/wipe", c.FactoryReset)
	switch {
	case err != nil:
		return err
	case c.FactoryReset:
		fmt.Fprintf(t.out, "%s of %s is told to erase itself when it next connects.\n", d.ID, d.User)
	case d.Version != "16.1":
		fmt.Fprintf(t.out, "%s of %s is refused; it speaks version %s, which can only erase a whole device (--factory-reset).\n", d.ID, d.User, d.Version)
	default:
		fmt.Fprintf(t.out, "%s of %s is told to remove the account when it next connects.\n", d.ID, d.User)
	}
	return nil
}

func (c *deviceWipeCmd) confirm(t *terminal) error {
	if !term.IsTerminal(int(t.in.Fd())) {
		return usageError{errors.New("standard input is not a terminal: confirm the wipe with --yes")}
	}
	what := "Remove the account from"
	if c.FactoryReset {
		what = "Erase everything on"
	}
	fmt.Fprintf(t.err, "%s %s of %s? Type yes: ", what, c.Device, c.User)
	line, err := bufio.NewReader(t.in).ReadString('\n')
	if err != nil || !strings.EqualFold(strings.TrimSpace(line), "yes") {
		return errors.New("nothing was done")
	}
	return nil
}
