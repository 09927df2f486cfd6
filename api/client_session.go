package api

import (
	"context"
	"net/http"
)

// Session says whose credentials the client has.
func (c *Client) Session(ctx context.Context) (Session, error) {
	return get[Session](ctx, c, path("/session"), nil)
}

// ChangePassword changes the password of the account. All sessions end.
func (c *Client) ChangePassword(ctx context.Context, change PasswordChange) error {
	return c.call(ctx, http.MethodPut, path("/password"), nil, change, nil)
}

// AppPasswords returns the app passwords, without their secrets.
func (c *Client) AppPasswords(ctx context.Context) ([]AppPassword, error) {
	all, err := get[AppPasswords](ctx, c, path("/app-passwords"), nil)
	return all.AppPasswords, err
}

// AddAppPassword makes an app password. Its Secret is shown this once.
func (c *Client) AddAppPassword(ctx context.Context, name string) (AppPassword, error) {
	return post[AppPassword](ctx, c, path("/app-passwords"), NewAppPassword{Name: name})
}

// RemoveAppPassword revokes an app password.
func (c *Client) RemoveAppPassword(ctx context.Context, id string) error {
	return c.call(ctx, http.MethodDelete, path("/app-passwords/%s", id), nil, nil, nil)
}

// Tokens returns the tokens, without their secrets.
func (c *Client) Tokens(ctx context.Context) ([]Token, error) {
	all, err := get[Tokens](ctx, c, path("/tokens"), nil)
	return all.Tokens, err
}

// AddToken makes a token. Its Secret is shown this once.
func (c *Client) AddToken(ctx context.Context, token NewToken) (Token, error) {
	return post[Token](ctx, c, path("/tokens"), token)
}

// RemoveToken revokes a token.
func (c *Client) RemoveToken(ctx context.Context, id string) error {
	return c.call(ctx, http.MethodDelete, path("/tokens/%s", id), nil, nil, nil)
}

// Setup says what a new phone has to be told.
func (c *Client) Setup(ctx context.Context) (Setup, error) {
	return get[Setup](ctx, c, path("/setup"), nil)
}
