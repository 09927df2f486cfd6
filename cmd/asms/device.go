package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/term"

	"asms/api"
)

type deviceCmd struct {
	List   deviceListCmd   `cmd:"" help:"List the devices of a user, or all."`
	Allow  deviceAllowCmd  `cmd:"" help:"Serve a device."`
	Block  deviceBlockCmd  `cmd:"" help:"Refuse a device."`
	Wipe   deviceWipeCmd   `cmd:"" help:"Tell a device to remove the account, or with --factory-reset to erase itself."`
	Remove deviceRemoveCmd `cmd:"" help:"Forget a device; when it comes again it starts anew."`
}

// device is what `asms device list --json` prints of each.
type device struct {
	User        string    `json:"user"`
	ID          string    `json:"id"`
	Type        string    `json:"type"`
	Model       string    `json:"model"`
	PhoneNumber string    `json:"phone_number"`
	OutboundSMS bool      `json:"outbound_sms"`
	Access      string    `json:"access"`
	Policy      bool      `json:"policy"` // it applies the user's policy
	Version     string    `json:"version"`
	UserAgent   string    `json:"user_agent"`
	FirstSeen   time.Time `json:"first_seen"`
	LastSeen    time.Time `json:"last_seen"`

	// What became of the last wipe.
	WipeRequestedAt time.Time `json:"wipe_requested_at,omitzero"`
	WipeFailedAt    time.Time `json:"wipe_failed_at,omitzero"`
	WipedAt         time.Time `json:"wiped_at,omitzero"`
}

func showDevice(d api.Device) device {
	access := strings.ReplaceAll(string(d.Access), "_", " ")
	if d.FactoryReset {
		access = "factory reset requested"
	}
	return device{
		User: d.User, ID: d.ID, Type: d.Type, Model: d.Model, PhoneNumber: d.PhoneNumber, OutboundSMS: d.OutboundSMS,
		Access: access, Policy: d.Policy, Version: d.Version, UserAgent: d.UserAgent, FirstSeen: d.FirstSeen, LastSeen: d.LastSeen,
		WipeRequestedAt: d.WipeRequested, WipeFailedAt: d.WipeFailed, WipedAt: d.Wiped,
	}
}

type deviceListCmd struct {
	ownerFlags
	Of   string `arg:"" optional:"" name:"user"`
	JSON bool   `env:"-" help:"Print JSON."`
}

func (c *deviceListCmd) Run(ctx context.Context, t *terminal) error {
	devices := []device{}
	err := c.do(ctx, func(o *owner) error {
		all, err := o.devices(ctx, c.Of)
		for _, d := range all {
			devices = append(devices, showDevice(d))
		}
		return err
	})
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(t.out, devices)
	}
	rows := [][]string{{"USER", "DEVICE", "TYPE", "MODEL", "NUMBER", "OUTBOUND SMS", "ACCESS", "POLICY", "VERSION", "LAST SEEN", "WIPE"}}
	for _, d := range devices {
		rows = append(rows, []string{d.User, d.ID, d.Type, d.Model, d.PhoneNumber, yesNo(d.OutboundSMS, "on", "off"),
			d.Access, yesNo(d.Policy, "applied", ""), d.Version, d.LastSeen.Local().Format(time.DateTime), d.wipe()})
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
	ownerFlags
	Of     string `arg:"" name:"user"`
	Device string `arg:"" help:"The id that device list shows."`
}

type deviceAllowCmd struct{ deviceArgs }

func (c *deviceAllowCmd) Run(ctx context.Context, t *terminal) error {
	return c.do(ctx, func(o *owner) error {
		d, err := o.allow(ctx, c.Of, c.Device)
		if err == nil {
			fmt.Fprintf(t.out, "%s of %s is served.\n", d.ID, strings.ToLower(c.Of))
		}
		return err
	})
}

type deviceBlockCmd struct{ deviceArgs }

func (c *deviceBlockCmd) Run(ctx context.Context, t *terminal) error {
	return c.do(ctx, func(o *owner) error {
		d, err := o.block(ctx, c.Of, c.Device)
		if err == nil {
			fmt.Fprintf(t.out, "%s of %s is refused.\n", d.ID, strings.ToLower(c.Of))
		}
		return err
	})
}

type deviceRemoveCmd struct{ deviceArgs }

func (c *deviceRemoveCmd) Run(ctx context.Context, t *terminal) error {
	return c.do(ctx, func(o *owner) error {
		err := o.remove(ctx, c.Of, c.Device)
		if err == nil {
			fmt.Fprintf(t.out, "%s of %s is forgotten.\n", c.Device, strings.ToLower(c.Of))
		}
		return err
	})
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
	return c.do(ctx, func(o *owner) error {
		d, err := o.wipe(ctx, c.Of, c.Device, c.FactoryReset)
		user := strings.ToLower(c.Of)
		switch {
		case err != nil:
			return err
		case c.FactoryReset:
			fmt.Fprintf(t.out, "%s of %s is told to erase itself when it next connects.\n", d.ID, user)
		case d.Version != "16.1":
			fmt.Fprintf(t.out, "%s of %s is refused; it speaks version %s, which can only erase a whole device (--factory-reset).\n", d.ID, user, d.Version)
		default:
			fmt.Fprintf(t.out, "%s of %s is told to remove the account when it next connects.\n", d.ID, user)
		}
		return nil
	})
}

func (c *deviceWipeCmd) confirm(t *terminal) error {
	if !term.IsTerminal(int(t.in.Fd())) {
		return usageError{errors.New("standard input is not a terminal: confirm the wipe with --yes")}
	}
	what := "Remove the account from"
	if c.FactoryReset {
		what = "Erase everything on"
	}
	fmt.Fprintf(t.err, "%s %s of %s? Type yes: ", what, c.Device, c.Of)
	line, err := bufio.NewReader(t.in).ReadString('\n')
	if err != nil || !strings.EqualFold(strings.TrimSpace(line), "yes") {
		return errors.New("nothing was done")
	}
	return nil
}
