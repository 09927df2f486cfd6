package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Problem is how the server says that a request was refused.
//
// RFC 9457
type Problem struct {
	Status int    `json:"status"`
	Title  string `json:"title"`
	Detail string `json:"detail,omitempty"`
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
	// User and Password sign in.
	User, Password string
	// HTTPClient sends the requests. Defaults to http.DefaultClient.
	HTTPClient *http.Client
}

// Client calls a server. Its methods may be called from several goroutines.
type Client struct{ opts Options }

// New returns a client.
func New(opts Options) (*Client, error) {
	if !strings.HasPrefix(opts.URL, "http://") && !strings.HasPrefix(opts.URL, "https://") {
		return nil, fmt.Errorf("api: %q is not an http or https URL", opts.URL)
	}
	opts.URL = strings.TrimRight(opts.URL, "/")
	if opts.HTTPClient == nil {
		opts.HTTPClient = http.DefaultClient
	}
	return &Client{opts}, nil
}

// problemLimit bounds how much of a refusal is read.
const problemLimit = 64 << 10

// put sends a body that is answered without one.
func (c *Client) put(ctx context.Context, path string, body any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("api: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, c.opts.URL+path, bytes.NewReader(b))
	if err != nil {
		return fmt.Errorf("api: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.SetBasicAuth(c.opts.User, c.opts.Password)
	res, err := c.opts.HTTPClient.Do(req)
	if err != nil {
		return fmt.Errorf("api: %w", err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, problemLimit))
	if err != nil {
		return fmt.Errorf("api: %w", err)
	}
	if res.StatusCode/100 == 2 {
		return nil
	}
	p := &Problem{Status: res.StatusCode, Title: res.Status}
	if res.Header.Get("Content-Type") == ContentTypeProblem {
		if err := json.Unmarshal(text, p); err != nil {
			return errors.Join(p, err)
		}
	}
	return p
}
