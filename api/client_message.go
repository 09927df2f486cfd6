package api

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
)

// Conversations returns a page of the conversations, or of those whose people
// match q when that is not empty.
func (c *Client) Conversations(ctx context.Context, q string, page Page) (Conversations, error) {
	query := page.query()
	set(query, "q", q)
	return get[Conversations](ctx, c, path("/conversations"), query)
}

// Conversation returns one conversation.
func (c *Client) Conversation(ctx context.Context, id string) (Conversation, error) {
	return get[Conversation](ctx, c, path("/conversations/%s", id), nil)
}

// MessagesQuery says which part of a conversation is wanted. At most one of
// Older, Newer and Around is given; without them it is the newest part.
type MessagesQuery struct {
	Limit  int    // 1 to 200; 0 lets the server choose
	Older  string // cursor of a page
	Newer  string // cursor of a page
	Around string // id of a message
}

// Messages returns a page of a conversation.
func (c *Client) Messages(ctx context.Context, conversation string, of MessagesQuery) (Messages, error) {
	query := url.Values{}
	if of.Limit > 0 {
		query.Set("limit", strconv.Itoa(of.Limit))
	}
	set(query, "older", of.Older)
	set(query, "newer", of.Newer)
	set(query, "around", of.Around)
	return get[Messages](ctx, c, path("/conversations/%s/messages", conversation), query)
}

// MarkConversation marks a conversation read or unread.
func (c *Client) MarkConversation(ctx context.Context, id string, read bool) (Conversation, error) {
	return post[Conversation](ctx, c, path("/conversations/%s/read", id), ReadMark{Read: read})
}

// DeleteConversation deletes a conversation, but for texts on their way out that
// cannot be cancelled.
func (c *Client) DeleteConversation(ctx context.Context, id string) error {
	return c.call(ctx, http.MethodDelete, path("/conversations/%s", id), nil, nil, nil)
}

// Send sends a text. Sent again with the same key, which is not empty, it is the
// same text: a request whose answer was lost may be repeated.
func (c *Client) Send(ctx context.Context, text NewMessage, key string) (m Message, err error) {
	err = c.callKeyed(ctx, http.MethodPost, path("/messages"), nil, key, text, &m)
	return m, err
}

// Message returns one message.
func (c *Client) Message(ctx context.Context, id string) (Message, error) {
	return get[Message](ctx, c, path("/messages/%s", id), nil)
}

// ChangeMessage marks or flags a message.
func (c *Client) ChangeMessage(ctx context.Context, id string, change MessageChange) (m Message, err error) {
	err = c.call(ctx, http.MethodPatch, path("/messages/%s", id), nil, change, &m)
	return m, err
}

// DeleteMessage deletes a message.
func (c *Client) DeleteMessage(ctx context.Context, id string) error {
	return c.call(ctx, http.MethodDelete, path("/messages/%s", id), nil, nil, nil)
}

// CancelMessage takes a text back before a phone has it.
func (c *Client) CancelMessage(ctx context.Context, id string) (Message, error) {
	return post[Message](ctx, c, path("/messages/%s/cancel", id), nil)
}

// RetryMessage sends a text again to those it did not reach, and returns the new
// text.
func (c *Client) RetryMessage(ctx context.Context, id string) (Message, error) {
	return post[Message](ctx, c, path("/messages/%s/retry", id), nil)
}

// Search returns a page of what matches q.
func (c *Client) Search(ctx context.Context, q string, page Page) (SearchResult, error) {
	query := page.query()
	query.Set("q", q)
	return get[SearchResult](ctx, c, path("/search"), query)
}

// Measure says what a text costs.
func (c *Client) Measure(ctx context.Context, body string) (Measure, error) {
	return post[Measure](ctx, c, path("/measure"), MeasureRequest{Body: body})
}

// Route says which phone a text to these numbers would leave by; device may be "".
func (c *Client) Route(ctx context.Context, to []string, device string) (Route, error) {
	query := url.Values{"to": to}
	set(query, "device", device)
	return get[Route](ctx, c, path("/route"), query)
}
