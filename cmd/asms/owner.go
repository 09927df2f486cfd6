package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"asms/api"
)

// ownerFlags say where an administrator's command goes: to a data directory on
// this machine, or to a server elsewhere.
type ownerFlags struct {
	dataFlag
	Server       string `env:"-" placeholder:"URL" help:"A server elsewhere, in place of --data."`
	SignIn       string `env:"-" name:"user" placeholder:"NAME" help:"Who one is there: sees to one's own devices."`
	PasswordFile string `env:"-" placeholder:"FILE" help:"A file with that user's password."`
	TokenFile    string `env:"-" placeholder:"FILE" help:"A file with a token, in place of user and password; an administrator's sees to all."`
}

// Validate refuses half of what a server elsewhere takes.
func (f ownerFlags) Validate() error {
	if f.Server == "" {
		if f.SignIn != "" || f.PasswordFile != "" || f.TokenFile != "" {
			return errors.New("--user, --password-file and --token-file go with --server")
		}
		return nil
	}
	return checkSignIn(f.SignIn, f.PasswordFile, f.TokenFile)
}

// owner is who gives administrators' commands.
type owner struct {
	*api.Client
	self string // whose devices alone can be seen to; "" everybody's
}

// do runs a command there.
func (f ownerFlags) do(ctx context.Context, command func(*owner) error) error {
	if f.Server == "" {
		return owned(ctx, f.Data, "", false, command)
	}
	o, err := f.remote(ctx)
	if err == nil {
		err = command(o)
	}
	return serverTrouble(err)
}

// remote signs in at a server elsewhere.
func (f ownerFlags) remote(ctx context.Context) (*owner, error) {
	client, err := newCaller(f.Server, f.SignIn, f.PasswordFile, f.TokenFile)
	if err != nil {
		return nil, err
	}
	session, err := client.Session(ctx)
	if err != nil {
		return nil, err
	}
	o := &owner{Client: client}
	if !session.Admin {
		o.self = session.User
	}
	return o, nil
}

// owned runs a command as an administrator, or as the user of that name, by the
// server that has the data directory or else in this process. Only with create
// may there be no data yet.
func owned(ctx context.Context, dir, as string, create bool, command func(*owner) error) (err error) {
	c, err := openControl(ctx, dir, create)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	client, err := api.New(api.Options{URL: "http://control", User: as, HTTPClient: &http.Client{Transport: c.via}})
	if err != nil {
		return err
	}
	return command(&owner{Client: client})
}

// mine says whether the user's devices are seen to as one's own, or refuses.
func (o *owner) mine(user string) (bool, error) {
	switch {
	case o.self == "":
		return false, nil
	case user == "" || strings.EqualFold(user, o.self):
		return true, nil
	}
	return false, fmt.Errorf("the devices of %s take an administrator's token", user)
}

func (o *owner) devices(ctx context.Context, user string) ([]api.Device, error) {
	mine, err := o.mine(user)
	if err != nil || !mine {
		if err != nil {
			return nil, err
		}
		return o.AdminDevices(ctx, user)
	}
	all, err := o.Devices(ctx)
	for i := range all {
		all[i].User = o.self
	}
	return all, err
}

func (o *owner) allow(ctx context.Context, user, id string) (api.Device, error) {
	if mine, err := o.mine(user); err != nil {
		return api.Device{}, err
	} else if mine {
		return o.AllowDevice(ctx, id)
	}
	return o.AdminAllowDevice(ctx, user, id)
}

func (o *owner) block(ctx context.Context, user, id string) (api.Device, error) {
	if mine, err := o.mine(user); err != nil {
		return api.Device{}, err
	} else if mine {
		return o.BlockDevice(ctx, id)
	}
	return o.AdminBlockDevice(ctx, user, id)
}

func (o *owner) wipe(ctx context.Context, user, id string, reset bool) (api.Device, error) {
	wipe := api.Wipe{FactoryReset: reset}
	if mine, err := o.mine(user); err != nil {
		return api.Device{}, err
	} else if mine {
		return o.WipeDevice(ctx, id, wipe)
	}
	return o.AdminWipeDevice(ctx, user, id, wipe)
}

func (o *owner) remove(ctx context.Context, user, id string) error {
	if mine, err := o.mine(user); err != nil {
		return err
	} else if mine {
		return o.RemoveDevice(ctx, id)
	}
	return o.AdminRemoveDevice(ctx, user, id)
}
