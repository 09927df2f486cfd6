package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"asms/api"
)

type tokenCmd struct {
	Add    tokenAddCmd    `cmd:"" help:"Make a token for a program and print it, this once."`
	List   tokenListCmd   `cmd:"" help:"List a user's tokens."`
	Remove tokenRemoveCmd `cmd:"" help:"Revoke a token."`
}

type tokenAddCmd struct {
	dataFlag
	User    string        `arg:""`
	Name    string        `arg:"" help:"What it is for."`
	Scope   []string      `required:"" env:"-" placeholder:"SCOPE" help:"What it may do: read, send, write, devices, device or admin; several with commas between."`
	Expires time.Duration `env:"-" placeholder:"TIME" help:"How long it is good, such as 720h (default for ever)."`
}

func (c *tokenAddCmd) Run(ctx context.Context, t *terminal) error {
	asked := api.NewToken{Name: c.Name}
	for _, s := range c.Scope {
		asked.Scopes = append(asked.Scopes, api.Scope(s))
	}
	if c.Expires < 0 {
		return usageError{errors.New("--expires lies in the past")}
	}
	if c.Expires > 0 {
		at := time.Now().Add(c.Expires).UTC()
		asked.Expires = &at
	}
	return owned(ctx, c.Data, c.User, false, func(o *owner) error {
		made, err := o.AddToken(ctx, asked)
		if err == nil {
			fmt.Fprintln(t.out, made.Secret)
		}
		return err
	})
}

type tokenListCmd struct {
	dataFlag
	User string `arg:""`
	JSON bool   `env:"-" help:"Print JSON."`
}

func (c *tokenListCmd) Run(ctx context.Context, t *terminal) error {
	return owned(ctx, c.Data, c.User, false, func(o *owner) error {
		tokens, err := o.Tokens(ctx)
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(t.out, tokens)
		}
		rows := [][]string{{"ID", "NAME", "SCOPES", "CREATED", "EXPIRES", "LAST USED"}}
		for _, k := range tokens {
			var scopes []string
			for _, s := range k.Scopes {
				scopes = append(scopes, string(s))
			}
			rows = append(rows, []string{k.ID, k.Name, strings.Join(scopes, ","), day(&k.Created), day(k.Expires), day(k.LastUsed)})
		}
		return printTable(t.out, rows)
	})
}

// day shows a time that may be missing.
func day(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Local().Format(time.DateOnly)
}

type tokenRemoveCmd struct {
	dataFlag
	User string `arg:""`
	ID   string `arg:"" help:"The id that token list shows."`
}

func (c *tokenRemoveCmd) Run(ctx context.Context, t *terminal) error {
	return owned(ctx, c.Data, c.User, false, func(o *owner) error {
		if err := o.RemoveToken(ctx, c.ID); err != nil {
			return missing(err, "there is no such token")
		}
		fmt.Fprintf(t.out, "Revoked.\n")
		return nil
	})
}

// missing says what it is that was not found.
func missing(err error, words string) error {
	var p *api.Problem
	if errors.As(err, &p) && p.Status == 404 && p.Detail == "" {
		return errors.New(words)
	}
	return err
}

// userAppPasswordCmd makes app passwords, and does away with them.
type userAppPasswordCmd struct {
	Add    appPasswordAddCmd    `cmd:"" help:"Make a password for one device or program and print it, this once."`
	List   appPasswordListCmd   `cmd:"" help:"List a user's app passwords."`
	Remove appPasswordRemoveCmd `cmd:"" help:"Revoke an app password."`
}

type appPasswordAddCmd struct {
	dataFlag
	User string `arg:""`
	Name string `arg:"" help:"What it is for."`
}

func (c *appPasswordAddCmd) Run(ctx context.Context, t *terminal) error {
	return owned(ctx, c.Data, c.User, false, func(o *owner) error {
		made, err := o.AddAppPassword(ctx, c.Name)
		if err == nil {
			fmt.Fprintln(t.out, made.Secret)
		}
		return err
	})
}

type appPasswordListCmd struct {
	dataFlag
	User string `arg:""`
	JSON bool   `env:"-" help:"Print JSON."`
}

func (c *appPasswordListCmd) Run(ctx context.Context, t *terminal) error {
	return owned(ctx, c.Data, c.User, false, func(o *owner) error {
		all, err := o.AppPasswords(ctx)
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(t.out, all)
		}
		rows := [][]string{{"ID", "NAME", "CREATED", "LAST USED"}}
		for _, p := range all {
			rows = append(rows, []string{p.ID, p.Name, day(&p.Created), day(p.LastUsed)})
		}
		return printTable(t.out, rows)
	})
}

type appPasswordRemoveCmd struct {
	dataFlag
	User string `arg:""`
	ID   string `arg:"" help:"The id that app-password list shows."`
}

func (c *appPasswordRemoveCmd) Run(ctx context.Context, t *terminal) error {
	return owned(ctx, c.Data, c.User, false, func(o *owner) error {
		if err := o.RemoveAppPassword(ctx, c.ID); err != nil {
			return missing(err, "there is no such app password")
		}
		fmt.Fprintf(t.out, "Revoked.\n")
		return nil
	})
}
