package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"golang.org/x/term"

	"asms/api"
)

type userCmd struct {
	Add        userAddCmd        `cmd:"" help:"Add a user."`
	Password   userPasswordCmd   `cmd:"" help:"Change a user's password; devices that use the old one are out at once."`
	List       userListCmd       `cmd:"" help:"List the users."`
	Remove     userRemoveCmd     `cmd:"" help:"Remove a user and everything kept for it."`
	Policy     userPolicyCmd     `cmd:"" help:"Say whether the user's devices must be provisioned."`
	ActiveSync userActiveSyncCmd `cmd:"" name:"activesync" help:"Say whether the user may use ActiveSync."`

	AppPassword userAppPasswordCmd `cmd:"" help:"Make, list and revoke passwords for single devices and programs."`
}

// user is what `asms user list --json` prints of each.
type user struct {
	Name       string    `json:"name"`
	Admin      bool      `json:"admin"`
	Policy     bool      `json:"policy"`
	ActiveSync bool      `json:"activesync"`
	Created    time.Time `json:"created"`
}

type passwordFlag struct {
	PasswordStdin bool `env:"-" help:"Read the password from standard input, without asking."`
}

// maxPasswordInput bounds what is read; the server says what is too long.
const maxPasswordInput = 4096

// password returns what standard input holds, without one newline at its end, or
// asks twice for it on a terminal.
func (f passwordFlag) password(t *terminal) (string, error) {
	if f.PasswordStdin {
		b, err := io.ReadAll(io.LimitReader(t.in, maxPasswordInput))
		if err != nil {
			return "", fmt.Errorf("read the password: %w", err)
		}
		p := strings.TrimSuffix(string(b), "\n")
		return strings.TrimSuffix(p, "\r"), nil
	}
	fd := int(t.in.Fd())
	if !term.IsTerminal(fd) {
		return "", usageError{errors.New("standard input is not a terminal: give the password with --password-stdin")}
	}
	var typed [2]string
	for i, prompt := range []string{"Password: ", "Again: "} {
		fmt.Fprint(t.err, prompt)
		b, err := term.ReadPassword(fd)
		fmt.Fprintln(t.err)
		if err != nil {
			return "", fmt.Errorf("read the password: %w", err)
		}
		typed[i] = string(b)
	}
	if typed[0] != typed[1] {
		return "", errors.New("the two passwords differ")
	}
	return typed[0], nil
}

type userAddCmd struct {
	dataFlag
	passwordFlag
	Name  string `arg:"" help:"1 to 64 of the characters a-z 0-9 . _ - @ +"`
	Admin bool   `env:"-" help:"The user administers the server."`
}

func (c *userAddCmd) Run(ctx context.Context, t *terminal) error {
	p, err := c.password(t)
	if err != nil {
		return err
	}
	return owned(ctx, c.Data, "", true, func(o *owner) error {
		u, err := o.AddUser(ctx, api.NewUser{Name: c.Name, Password: p, Admin: c.Admin})
		if err == nil {
			fmt.Fprintf(t.out, "Added %s.\n", u.Name)
		}
		return err
	})
}

type userPasswordCmd struct {
	dataFlag
	passwordFlag
	Name string `arg:""`
}

func (c *userPasswordCmd) Run(ctx context.Context, t *terminal) error {
	p, err := c.password(t)
	if err != nil {
		return err
	}
	return owned(ctx, c.Data, "", false, func(o *owner) error {
		u, err := o.ChangeUser(ctx, c.Name, api.UserChange{Password: &p})
		if err == nil {
			fmt.Fprintf(t.out, "Changed the password of %s.\n", u.Name)
		}
		return err
	})
}

type userRemoveCmd struct {
	dataFlag
	Name string `arg:""`
}

func (c *userRemoveCmd) Run(ctx context.Context, t *terminal) error {
	return owned(ctx, c.Data, "", false, func(o *owner) error {
		err := o.RemoveUser(ctx, c.Name)
		if err == nil {
			fmt.Fprintf(t.out, "Removed %s.\n", strings.ToLower(c.Name))
		}
		return err
	})
}

type userPolicyCmd struct {
	dataFlag
	Name   string `arg:""`
	Policy string `arg:"" enum:"required,none" help:"required or none"`
}

func (c *userPolicyCmd) Run(ctx context.Context, t *terminal) error {
	return owned(ctx, c.Data, "", false, func(o *owner) error {
		required := c.Policy == "required"
		u, err := o.ChangeUser(ctx, c.Name, api.UserChange{Policy: &required})
		if err == nil {
			fmt.Fprintf(t.out, "Policy of %s: %s.\n", u.Name, c.Policy)
		}
		return err
	})
}

type userActiveSyncCmd struct {
	dataFlag
	Name    string `arg:""`
	Allowed string `arg:"" enum:"on,off" help:"on or off"`
}

func (c *userActiveSyncCmd) Run(ctx context.Context, t *terminal) error {
	return owned(ctx, c.Data, "", false, func(o *owner) error {
		allowed := c.Allowed == "on"
		u, err := o.ChangeUser(ctx, c.Name, api.UserChange{ActiveSync: &allowed})
		if err == nil {
			fmt.Fprintf(t.out, "ActiveSync of %s: %s.\n", u.Name, c.Allowed)
		}
		return err
	})
}

type userListCmd struct {
	dataFlag
	JSON bool `env:"-" help:"Print JSON."`
}

func (c *userListCmd) Run(ctx context.Context, t *terminal) error {
	users := []user{}
	err := owned(ctx, c.Data, "", false, func(o *owner) error {
		all, err := o.AdminUsers(ctx)
		for _, u := range all {
			users = append(users, user{u.Name, u.Admin, u.Policy, u.ActiveSync, u.Created})
		}
		return err
	})
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(t.out, users)
	}
	rows := [][]string{{"USER", "ADMIN", "POLICY", "ACTIVESYNC", "CREATED"}}
	for _, u := range users {
		rows = append(rows, []string{u.Name, yesNo(u.Admin, "yes", ""), yesNo(u.Policy, "required", ""), yesNo(u.ActiveSync, "on", "off"), u.Created.Local().Format("2006-01-02")})
	}
	return printTable(t.out, rows)
}

func yesNo(b bool, yes, no string) string {
	if b {
		return yes
	}
	return no
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

func printTable(w io.Writer, rows [][]string) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		for i, cell := range row {
			if cell == "" {
				cell = "-"
			}
			row[i] = strings.Map(printable, cell)
		}
		fmt.Fprintln(tw, strings.Join(row, "\t"))
	}
	return tw.Flush()
}

// printable keeps what a device says about itself from steering the terminal.
func printable(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return '�'
}
