package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"asms/account"
)

type policyCmd struct {
	Set   policySetCmd   `cmd:"" help:"Give a user's devices a policy, in place of the one they have."`
	Show  policyShowCmd  `cmd:"" help:"Print a user's policy as the command that sets it."`
	Clear policyClearCmd `cmd:"" help:"Take a user's policy away."`
}

// policyFlags are the fields of a policy, in their order.
type policyFlags struct {
	DevicePassword     bool `env:"-" help:"The device must have a password."`
	Alphanumeric       bool `env:"-" help:"The password has letters and digits."`
	MinLength          int  `env:"-" placeholder:"N" help:"Its length at least, 1 to 16."`
	ComplexCharacters  int  `env:"-" placeholder:"N" help:"Groups of characters in it at least, 1 to 4."`
	NoSimplePassword   bool `env:"-" help:"Not 2222 and not abcd."`
	MaxInactivity      int  `env:"-" placeholder:"SECONDS" help:"The device locks itself after that, 1 to 9998."`
	MaxFailed          int  `env:"-" placeholder:"N" help:"The device erases itself after so many wrong passwords, 4 to 16."`
	PasswordExpiration int  `env:"-" placeholder:"DAYS" help:"A new password after that."`
	PasswordHistory    int  `env:"-" placeholder:"N" help:"Not one of so many old ones."`

	DeviceEncryption      bool `env:"-" help:"The device encrypts what it holds."`
	StorageCardEncryption bool `env:"-" help:"The device encrypts its storage card."`
	ManualRoaming         bool `env:"-" help:"It does not synchronize by itself while roaming."`

	NoTextMessaging        bool `env:"-" help:"No texts on the device; none is routed to one of the user's devices."`
	NoStorageCard          bool `env:"-" help:"No storage card."`
	NoCamera               bool `env:"-" help:"No camera."`
	NoUnsignedApplications bool `env:"-" help:"No unsigned applications and packages."`
	NoWiFi                 bool `env:"-" name:"no-wifi" help:"No Wi-Fi."`
	NoInfrared             bool `env:"-" help:"No infrared."`
	NoDesktopSync          bool `env:"-" help:"No synchronization with a computer."`
	NoRemoteDesktop        bool `env:"-" help:"No remote desktop."`
	NoInternetSharing      bool `env:"-" help:"No sharing of the device's connection."`
	NoBrowser              bool `env:"-" help:"No browser."`
	NoPOPIMAP              bool `env:"-" name:"no-pop-imap" help:"No POP3 and IMAP4 accounts."`
	NoConsumerEmail        bool `env:"-" help:"No private mail accounts."`
	NoHTMLEmail            bool `env:"-" name:"no-html-email" help:"No HTML mail."`
	NoAttachments          bool `env:"-" help:"No attachments."`

	Bluetooth string `env:"-" enum:",handsfree,none" default:"" help:"handsfree or none."`
	MaxAge    int    `env:"-" placeholder:"N" help:"Synchronize mail of 1 one day, 2 three days, 3 one week, 4 two weeks, 5 one month."`

	AllowExternallyManaged bool `env:"-" help:"Serve devices that say that others manage them."`
	AllowNonProvisionable  bool `env:"-" help:"Serve devices that do not fetch the policy or cannot apply all of it."`
}

// policyRequest names a user and, to set it, a policy.
type policyRequest struct {
	User   string
	Policy *account.Policy `json:",omitempty"`
}

type policySetCmd struct {
	dataFlag
	policyFlags
	User string `arg:""`
}

func (c *policySetCmd) Run(ctx context.Context, t *terminal) error {
	p := account.Policy(c.policyFlags)
	r, err := once[policyRequest](ctx, c.Data, false, "/policy/set", policyRequest{c.User, &p})
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "The devices of %s fetch the policy when they next connect.\n", r.User)
	return nil
}

type policyClearCmd struct {
	dataFlag
	User string `arg:""`
}

func (c *policyClearCmd) Run(ctx context.Context, t *terminal) error {
	r, err := once[policyRequest](ctx, c.Data, false, "/policy/clear", policyRequest{User: c.User})
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "The devices of %s need no policy.\n", r.User)
	return nil
}

type policyShowCmd struct {
	dataFlag
	User string `arg:""`
	JSON bool   `env:"-" help:"Print JSON; null is none."`
}

func (c *policyShowCmd) Run(ctx context.Context, t *terminal) error {
	r, err := once[policyRequest](ctx, c.Data, false, "/policy/show", policyRequest{User: c.User})
	switch {
	case err != nil:
		return err
	case c.JSON:
		return printJSON(t.out, r.Policy)
	case r.Policy == nil:
		fmt.Fprintf(t.out, "%s has no policy.\n", r.User)
		return nil
	}
	flags, err := flagsOf(r.Policy)
	if err != nil {
		return err
	}
	fmt.Fprintln(t.out, strings.Join(append([]string{"asms policy set", r.User}, flags...), " "))
	return nil
}

// flagsOf writes a policy as the flags that set it: they are named as the
// members of its JSON are.
func flagsOf(p *account.Policy) (flags []string, err error) {
	b, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, err
		}
		value, err := d.Token()
		if err != nil {
			return nil, err
		}
		flags = append(flags, "--"+strings.ReplaceAll(fmt.Sprint(name), "_", "-"))
		if value != true {
			flags = append(flags, fmt.Sprint(value))
		}
	}
	return flags, nil
}

// definePolicy does /policy/set and, without a policy, /policy/clear.
func (c *control) definePolicy(ctx context.Context, r policyRequest) (policyRequest, error) {
	u, err := c.accounts.User(ctx, r.User)
	if err != nil {
		return policyRequest{}, err
	}
	if err := c.accounts.DefinePolicy(ctx, u.ID, r.Policy); err != nil {
		return policyRequest{}, err
	}
	return policyRequest{u.Name, r.Policy}, c.mailbox.Route(ctx, u.ID)
}

func (c *control) showPolicy(ctx context.Context, r policyRequest) (policyRequest, error) {
	u, err := c.accounts.User(ctx, r.User)
	if err != nil {
		return policyRequest{}, err
	}
	p, err := c.accounts.Policy(ctx, u.ID)
	return policyRequest{u.Name, p}, err
}
