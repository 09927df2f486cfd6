package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Problem is how the server says that a request was refused.
//
// RFC 9457
type Problem struct {
	Status int    `json:"status"`
	Title  string `json:"title"`
	Detail string `json:"detail,omitempty"`

	// RetryAfter is how long to wait before the next try; 0 when the server does
	// not say.
	RetryAfter time.Duration `json:"-"`
}

func (p *Problem) Error() string {
	if p.Detail != "" {
		return fmt.Sprintf("api: %s: %s", p.Title, p.Detail)
	}
	return "api: " + p.Title
}

// ContentTypeProblem is the media type of a Problem.
const ContentTypeProblem = "application/problem+json"

// Options of a Client.
type Options struct {
	// URL of the server, as in https://texts.example.
	URL string
	// User and Password sign in, with the password of the account or an app
	// password.
	User, Password string
	// Token is used in their place when it is not empty.
	Token string
	// HTTPClient sends the requests. Redirects are not followed: the credentials
	// and the text are for this server alone, and what another page answers is no
	// word of its. Defaults to the zero Client.
	HTTPClient *http.Client
}

// Client calls a server. Its methods may be called from several goroutines. They
// return a *Problem when the server refuses.
type Client struct {
	opts Options
	http http.Client
}

// New returns a client.
func New(opts Options) (*Client, error) {
	if !strings.HasPrefix(opts.URL, "http://") && !strings.HasPrefix(opts.URL, "https://") {
		return nil, fmt.Errorf("api: %q is not an http or https URL", opts.URL)
	}
	opts.URL = strings.TrimRight(opts.URL, "/")
	c := &Client{opts: opts}
	if opts.HTTPClient != nil {
		c.http = *opts.HTTPClient
	}
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c, nil
}

const (
	problemLimit = 64 << 10 // how much of a refusal is read
	answerLimit  = 64 << 20 // and of any other answer
)

// path fills the placeholders %s of a path of the contract.
func path(format string, ids ...string) string {
	escaped := make([]any, len(ids))
	for i, id := range ids {
		escaped[i] = url.PathEscape(id)
	}
	return "/api/v1" + fmt.Sprintf(format, escaped...)
}

// Page says which part of a list is wanted.
type Page struct {
	Limit  int    // entries, 1 to 200; 0 lets the server choose
	Cursor string // Next of the page before; "" the first page
}

func (p Page) query() url.Values {
	q := url.Values{}
	if p.Limit > 0 {
		q.Set("limit", strconv.Itoa(p.Limit))
	}
	set(q, "cursor", p.Cursor)
	return q
}

func set(q url.Values, name, value string) {
	if value != "" {
		q.Set(name, value)
	}
}

// request makes a request of the contract. A nil body is none.
func (c *Client) request(ctx context.Context, method, path string, query url.Values, body io.Reader, contentType string) (*http.Request, error) {
	address := c.opts.URL + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return nil, fmt.Errorf("api: %w", err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	switch {
	case c.opts.Token != "":
		req.Header.Set("Authorization", "Bearer "+c.opts.Token)
	case c.opts.User != "":
		req.SetBasicAuth(c.opts.User, c.opts.Password)
	}
	return req, nil
}

// do sends a request and returns the answer, whose body the caller closes, or
// the problem that it is.
func (c *Client) do(req *http.Request) (*http.Response, error) {
	res, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("api: %w", err)
	}
	if res.StatusCode/100 == 2 {
		return res, nil
	}
	defer res.Body.Close()
	p := &Problem{Status: res.StatusCode, Title: res.Status}
	if kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type")); kind == ContentTypeProblem {
		text, err := io.ReadAll(io.LimitReader(res.Body, problemLimit))
		if err == nil {
			err = json.Unmarshal(text, p)
		}
		if err != nil {
			return nil, errors.Join(p, err)
		}
	}
	if seconds, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && seconds > 0 {
		p.RetryAfter = time.Duration(seconds) * time.Second
	}
	return nil, p
}

// call sends in as JSON, unless it is nil, and reads the answer into out, unless
// that is nil.
func (c *Client) call(ctx context.Context, method, path string, query url.Values, in, out any) error {
	return c.callKeyed(ctx, method, path, query, "", in, out)
}

func (c *Client) callKeyed(ctx context.Context, method, path string, query url.Values, key string, in, out any) error {
	var body io.Reader
	kind := ""
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("api: %w", err)
		}
		body, kind = bytes.NewReader(b), "application/json"
	}
	req, err := c.request(ctx, method, path, query, body, kind)
	if err != nil {
		return err
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	res, err := c.do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, answerLimit))
	if err != nil {
		return fmt.Errorf("api: %w", err)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(text, out); err != nil {
		return fmt.Errorf("api: the answer is not what was agreed on: %w", err)
	}
	return nil
}

func get[T any](ctx context.Context, c *Client, path string, query url.Values) (out T, err error) {
	err = c.call(ctx, http.MethodGet, path, query, nil, &out)
	return out, err
}

func post[T any](ctx context.Context, c *Client, path string, in any) (out T, err error) {
	err = c.call(ctx, http.MethodPost, path, nil, in, &out)
	return out, err
}
