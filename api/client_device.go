package api

import (
	"context"
	"net/http"
	"net/url"
)

// Devices returns the user's devices.
func (c *Client) Devices(ctx context.Context) ([]Device, error) {
	all, err := get[Devices](ctx, c, path("/devices"), nil)
	return all.Devices, err
}

// AllowDevice has a device served.
func (c *Client) AllowDevice(ctx context.Context, id string) (Device, error) {
	return post[Device](ctx, c, path("/devices/%s/allow", id), nil)
}

// BlockDevice has a device refused.
func (c *Client) BlockDevice(ctx context.Context, id string) (Device, error) {
	return post[Device](ctx, c, path("/devices/%s/block", id), nil)
}

// WipeDevice tells a device to remove the account or to erase all it holds.
func (c *Client) WipeDevice(ctx context.Context, id string, wipe Wipe) (Device, error) {
	return post[Device](ctx, c, path("/devices/%s/wipe", id), wipe)
}

// RemoveDevice has a device forgotten.
func (c *Client) RemoveDevice(ctx context.Context, id string) error {
	return c.call(ctx, http.MethodDelete, path("/devices/%s", id), nil, nil, nil)
}

// AdminUsers returns all users. Like the methods below it takes an administrator.
func (c *Client) AdminUsers(ctx context.Context) ([]AdminUser, error) {
	all, err := get[AdminUsers](ctx, c, path("/admin/users"), nil)
	return all.Users, err
}

// AddUser adds a user.
func (c *Client) AddUser(ctx context.Context, user NewUser) (AdminUser, error) {
	return post[AdminUser](ctx, c, path("/admin/users"), user)
}

// ChangeUser changes a user.
func (c *Client) ChangeUser(ctx context.Context, name string, change UserChange) (u AdminUser, err error) {
	err = c.call(ctx, http.MethodPatch, path("/admin/users/%s", name), nil, change, &u)
	return u, err
}

// RemoveUser removes a user and everything kept for it.
func (c *Client) RemoveUser(ctx context.Context, name string) error {
	return c.call(ctx, http.MethodDelete, path("/admin/users/%s", name), nil, nil, nil)
}

// AdminDevices returns the devices of one user, or of all when the name is "".
func (c *Client) AdminDevices(ctx context.Context, user string) ([]Device, error) {
	query := url.Values{}
	set(query, "user", user)
	all, err := get[Devices](ctx, c, path("/admin/devices"), query)
	return all.Devices, err
}

// AdminAllowDevice has a device of a user served.
func (c *Client) AdminAllowDevice(ctx context.Context, user, id string) (Device, error) {
	return post[Device](ctx, c, path("/admin/users/%s/devices/%s/allow", user, id), nil)
}

// AdminBlockDevice has a device of a user refused.
func (c *Client) AdminBlockDevice(ctx context.Context, user, id string) (Device, error) {
	return post[Device](ctx, c, path("/admin/users/%s/devices/%s/block", user, id), nil)
}

// AdminWipeDevice tells a device of a user to remove the account or to erase all
// it holds.
func (c *Client) AdminWipeDevice(ctx context.Context, user, id string, wipe Wipe) (Device, error) {
	return post[Device](ctx, c, path("/admin/users/%s/devices/%s/wipe", user, id), wipe)
}

// AdminRemoveDevice has a device of a user forgotten.
func (c *Client) AdminRemoveDevice(ctx context.Context, user, id string) error {
	return c.call(ctx, http.MethodDelete, path("/admin/users/%s/devices/%s", user, id), nil, nil, nil)
}

// Queue counts the texts that have not left yet, by user.
func (c *Client) Queue(ctx context.Context) ([]QueueEntry, error) {
	q, err := get[Queue](ctx, c, path("/admin/queue"), nil)
	return q.Queue, err
}

// Health says how the server does.
func (c *Client) Health(ctx context.Context) (Health, error) {
	return get[Health](ctx, c, path("/admin/health"), nil)
}
