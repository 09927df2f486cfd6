package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"asms/account"
	"asms/mailbox"
	"asms/store"
)

// control does what the commands beside a server ask for: in the server's
// process, reached through its control socket, or in their own when none runs.
type control struct {
	accounts *account.Accounts
	mailbox  *mailbox.Mailbox
}

type userRequest struct {
	Name     string
	Password string `json:",omitempty"`
	Admin    bool   `json:",omitempty"`
	Policy   bool   `json:",omitempty"`
}

type deviceRequest struct {
	User         string
	Device       string `json:",omitempty"`
	FactoryReset bool   `json:",omitempty"`
}

// user is what `asms user list --json` prints of each.
type user struct {
	Name    string    `json:"name"`
	Admin   bool      `json:"admin"`
	Policy  bool      `json:"policy"`
	Created time.Time `json:"created"`
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
	Version     string    `json:"version"`
	UserAgent   string    `json:"user_agent"`
	FirstSeen   time.Time `json:"first_seen"`
	LastSeen    time.Time `json:"last_seen"`

	// What became of the last wipe.
	WipeRequestedAt time.Time `json:"wipe_requested_at,omitzero"`
	WipeFailedAt    time.Time `json:"wipe_failed_at,omitzero"`
	WipedAt         time.Time `json:"wiped_at,omitzero"`
}

type nothing struct{}

// ServeHTTP answers the path with the JSON of what it did.
func (c *control) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/user/add":
		answer(w, r, c.addUser)
	case "/user/password":
		answer(w, r, c.setPassword)
	case "/user/list":
		answer(w, r, c.listUsers)
	case "/user/remove":
		answer(w, r, c.removeUser)
	case "/user/policy":
		answer(w, r, c.setPolicy)
	case "/policy/set", "/policy/clear":
		answer(w, r, c.definePolicy)
	case "/policy/show":
		answer(w, r, c.showPolicy)
	case "/device/list":
		answer(w, r, c.listDevices)
	case "/device/allow":
		answer(w, r, c.allowDevice)
	case "/device/block":
		answer(w, r, c.blockDevice)
	case "/device/wipe":
		answer(w, r, c.wipeDevice)
	case "/device/remove":
		answer(w, r, c.removeDevice)
	default:
		refuse(w, http.StatusNotFound, errors.New("the server does not know this command: it is of another version"))
	}
}

// maxControl bounds a request.
const maxControl = 64 << 10

// answer decodes a request strictly, does it and encodes what comes of it.
func answer[In, Out any](w http.ResponseWriter, r *http.Request, do func(context.Context, In) (Out, error)) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxControl))
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	var in In
	if err := d.Decode(&in); err != nil {
		refuse(w, http.StatusBadRequest, fmt.Errorf("the request is malformed: %w", err))
		return
	}
	if _, err := d.Token(); err != io.EOF {
		refuse(w, http.StatusBadRequest, errors.New("the request is malformed: more follows"))
		return
	}
	out, err := do(r.Context(), in)
	if err != nil {
		refuse(w, http.StatusConflict, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(out) // whoever asked is gone
}

type refusal struct{ Error string }

func refuse(w http.ResponseWriter, code int, err error) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(refusal{err.Error()}) // whoever asked is gone
}

func (c *control) addUser(ctx context.Context, r userRequest) (user, error) {
	u, err := c.accounts.AddUser(ctx, r.Name, r.Password, r.Admin)
	return show(u), err
}

func show(u store.User) user {
	return user{Name: u.Name, Admin: u.Admin, Policy: u.Policy, Created: u.Created}
}

func (c *control) setPassword(ctx context.Context, r userRequest) (user, error) {
	return c.withUser(ctx, r.Name, func(id store.UserID) error {
		return c.accounts.SetPassword(ctx, id, r.Password)
	})
}

func (c *control) removeUser(ctx context.Context, r userRequest) (user, error) {
	return c.withUser(ctx, r.Name, func(id store.UserID) error { return c.accounts.RemoveUser(ctx, id) })
}

func (c *control) setPolicy(ctx context.Context, r userRequest) (user, error) {
	return c.withUser(ctx, r.Name, func(id store.UserID) error {
		if err := c.accounts.SetPolicy(ctx, id, r.Policy); err != nil {
			return err
		}
		return c.mailbox.Route(ctx, id)
	})
}

func (c *control) withUser(ctx context.Context, name string, f func(store.UserID) error) (user, error) {
	u, err := c.accounts.User(ctx, name)
	if err != nil {
		return user{}, err
	}
	return show(u), f(u.ID)
}

func (c *control) listUsers(ctx context.Context, _ nothing) ([]user, error) {
	users, err := c.accounts.Users(ctx)
	all := make([]user, 0, len(users))
	for _, u := range users {
		all = append(all, show(u))
	}
	return all, err
}

// listDevices lists one user's devices, or everybody's.
func (c *control) listDevices(ctx context.Context, r deviceRequest) ([]device, error) {
	users, err := c.accounts.Users(ctx)
	if r.User != "" {
		var u store.User
		u, err = c.accounts.User(ctx, r.User)
		users = []store.User{u}
	}
	if err != nil {
		return nil, err
	}
	all := []device{}
	for _, u := range users {
		devices, err := c.accounts.Devices(ctx, u.ID)
		if errors.Is(err, account.ErrNoUser) {
			continue // removed meanwhile
		}
		if err != nil {
			return nil, err
		}
		for _, d := range devices {
			all = append(all, showDevice(u.Name, d))
		}
	}
	return all, nil
}

func showDevice(name string, d store.Device) device {
	return device{
		User: name, ID: d.ID, Type: d.Type, Model: d.Model, PhoneNumber: d.PhoneNumber, OutboundSMS: d.OutboundSMS,
		Access: d.Access.String(), Version: d.Version, UserAgent: d.UserAgent, FirstSeen: d.FirstSeen, LastSeen: d.LastSeen,
		WipeRequestedAt: d.WipeRequestedAt, WipeFailedAt: d.WipeFailedAt, WipedAt: d.WipedAt,
	}
}

func (c *control) allowDevice(ctx context.Context, r deviceRequest) (device, error) {
	return c.withDevice(ctx, r, func(id store.UserID) error {
		return c.accounts.SetAccess(ctx, id, r.Device, store.Allowed)
	})
}

func (c *control) blockDevice(ctx context.Context, r deviceRequest) (device, error) {
	return c.withDevice(ctx, r, func(id store.UserID) error {
		return c.accounts.SetAccess(ctx, id, r.Device, store.Blocked)
	})
}

func (c *control) wipeDevice(ctx context.Context, r deviceRequest) (device, error) {
	return c.withDevice(ctx, r, func(id store.UserID) error {
		return c.accounts.RequestWipe(ctx, id, r.Device, r.FactoryReset)
	})
}

func (c *control) removeDevice(ctx context.Context, r deviceRequest) (device, error) {
	return c.withDevice(ctx, r, func(id store.UserID) error { return c.accounts.RemoveDevice(ctx, id, r.Device) })
}

// withDevice changes what a device may do and lets texts that waited for it, or
// may now go to it, find their way. It returns the device as it was before.
func (c *control) withDevice(ctx context.Context, r deviceRequest, f func(store.UserID) error) (device, error) {
	u, err := c.accounts.User(ctx, r.User)
	if err != nil {
		return device{}, err
	}
	d, err := c.accounts.Device(ctx, u.ID, r.Device)
	if err != nil {
		return device{}, fmt.Errorf("%w: %s of %s", err, r.Device, u.Name)
	}
	if err := f(u.ID); err != nil {
		return device{}, err
	}
	return showDevice(u.Name, d), c.mailbox.Route(ctx, u.ID)
}
