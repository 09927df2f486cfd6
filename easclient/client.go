// Package easclient is an ActiveSync client. A [Client] has one method for each
// command; a [Collection] keeps one folder synchronized.
//
// Nothing is retried behind the caller's back: an error says what happened, and
// what was asked can be asked again. The one thing a Client does by itself is to
// follow a server that has moved (HTTP 451).
package easclient

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"sync"
	"time"

	"asms/eas"
	"asms/wbxml"
)

// Options say where the server is and who asks.
type Options struct {
	// URL is the server, as "https://mail.example.com". A path is kept; without
	// one it is eas.Path.
	URL string

	// User and Password are the credentials for Basic authentication. User
	// also stands in the query, for logs.
	User     string
	Password string

	// Authorize sets other credentials on a request. Nil uses the password.
	Authorize func(*http.Request) error

	// DeviceID names the device, 1 to 32 letters and digits. It must stay the
	// same, and no other device of the user may have it.
	DeviceID eas.DeviceID

	// DeviceType is the kind of device, up to 32 characters. Default "asms".
	DeviceType string

	// UserAgent is sent as it is. Default "asms".
	UserAgent string

	// Version is the protocol version to speak. Default: the highest that the
	// server also speaks, asked for before the first command.
	Version eas.Version

	// PolicyKey is the key of an earlier Provision. Default none.
	PolicyKey eas.PolicyKey

	// HTTPClient sends the requests; it needs no timeout. Redirects are not
	// followed, and cookies are kept even if it has no jar, as version 16.0
	// demands. Default a client of its own.
	HTTPClient *http.Client

	// Base64Query uses the short form of the query.
	Base64Query bool

	// Locale is the language for the base64 query, [MS-LCID]. Default 0x0409,
	// English.
	Locale uint16

	// Timeout bounds a command, not counting the time that a Ping or Sync
	// allows the server to hold it. Default one minute.
	Timeout time.Duration

	// MaxResponseSize bounds a response in bytes. Default 16 MiB.
	MaxResponseSize int64

	// Logger gets a line for each command at debug level. Default none.
	Logger *slog.Logger
}

// Client sends commands to a server. It may be used by several goroutines, but
// a server ends a request that it holds for a device when the device sends
// another.
type Client struct {
	options Options
	http    *http.Client

	mu        sync.Mutex
	url       *url.URL // changes with HTTP 451
	version   eas.Version
	policyKey eas.PolicyKey
	anew      bool // the server has said that the device is to begin anew
}

// ErrVersion says that client and server have no protocol version in common.
var ErrVersion = errors.New("easclient: no common protocol version")

// ErrReinitialize says that the server wants the device to begin anew: all sync keys
// are void. The answer that brought the news still counts. From then on the client
// sends no command but Provision, Settings and a FolderSync with key 0, which ends
// this; after it every Collection is to be made anew, from key 0.
//
// [MS-ASHTTP] 3.2.5.1 Handling HTTP Requests
var ErrReinitialize = errors.New("easclient: the server wants the device to begin anew")

// New returns a client. It does not connect.
func New(options Options) (*Client, error) {
	u, err := url.Parse(options.URL)
	if err != nil {
		return nil, fmt.Errorf("easclient: %w", err)
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil, fmt.Errorf("easclient: %q is not the URL of a server", options.URL)
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = eas.Path
	}
	if options.DeviceID == "" || len(options.DeviceID) > eas.MaxDeviceIDLength {
		return nil, fmt.Errorf("easclient: device id %q must have 1 to %d characters", options.DeviceID, eas.MaxDeviceIDLength)
	}
	if options.Version != 0 && !options.Version.Supported() {
		return nil, fmt.Errorf("easclient: version %s: %w", options.Version, eas.ErrUnsupportedVersion)
	}
	setDefault(&options.DeviceType, "asms")
	setDefault(&options.UserAgent, "asms")
	setDefault(&options.Locale, 0x0409)
	setDefault(&options.Timeout, time.Minute)
	setDefault(&options.MaxResponseSize, 16<<20)
	if options.Logger == nil {
		options.Logger = slog.New(slog.DiscardHandler)
	}
	client := &http.Client{}
	if options.HTTPClient != nil {
		*client = *options.HTTPClient
	}
	if client.Jar == nil {
		if client.Jar, err = cookiejar.New(nil); err != nil {
			return nil, fmt.Errorf("easclient: %w", err)
		}
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{options: options, http: client, url: u, version: options.Version, policyKey: options.PolicyKey}, nil
}

func setDefault[T comparable](v *T, value T) {
	var zero T
	if *v == zero {
		*v = value
	}
}

// Version is the protocol version spoken, 0 before it is negotiated.
func (c *Client) Version() eas.Version {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.version
}

// PolicyKey is the current policy key, for Options.PolicyKey of a later client.
func (c *Client) PolicyKey() eas.PolicyKey {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.policyKey
}

func (c *Client) setPolicyKey(key eas.PolicyKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.policyKey = key
}

// Do sends a command and decodes the response. A nil request is sent as an empty
// body. It reports whether the body of the response was empty; then response is
// left alone. Statuses are the caller's to read.
//
// Errors of HTTP are an *HTTPError. See ErrReinitialize for a server that has changed.
func (c *Client) Do(ctx context.Context, command eas.Command, request, response any) (empty bool, err error) {
	return c.do(ctx, command, request, response, 0)
}

// do is Do for a request that the server may hold for so long.
func (c *Client) do(ctx context.Context, command eas.Command, request, response any, hold time.Duration) (empty bool, err error) {
	if c.Version() == 0 {
		if _, err := c.Negotiate(ctx); err != nil {
			return false, err
		}
	}
	first := isFirst(request)
	if c.MustBeginAnew() && !first && command != eas.CommandProvision && command != eas.CommandSettings {
		return false, fmt.Errorf("easclient: %s: %w", command, ErrReinitialize)
	}
	var body []byte
	if request != nil {
		if body, err = wbxml.Marshal(request); err != nil {
			return false, fmt.Errorf("easclient: %s: %w", command, err)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout+hold)
	defer cancel()
	start := time.Now()
	header, answer, err := c.send(ctx, http.MethodPost, command, body)
	c.options.Logger.DebugContext(ctx, "command", "command", string(command), "took", time.Since(start),
		"sent", len(body), "received", len(answer), "error", err)
	if err != nil {
		return false, fmt.Errorf("easclient: %s: %w", command, err)
	}
	if header.Get(eas.HeaderRP) != "" && !first {
		c.beginAnew(true)
	}
	if len(answer) == 0 {
		return true, nil
	}
	if err := wbxml.Unmarshal(answer, response); err != nil {
		return false, fmt.Errorf("easclient: %s: response: %w", command, err)
	}
	if r, ok := response.(*eas.FolderSyncResponse); ok && first && r.Status == eas.StatusSuccess {
		c.beginAnew(false)
	}
	return false, nil
}

// isFirst reports whether a request is the one a device begins with. What the server
// says in the headers of the answer is not news.
//
// [MS-ASHTTP] 3.1.5.1
func isFirst(request any) bool {
	r, ok := request.(*eas.FolderSyncRequest)
	return ok && r.SyncKey != nil && *r.SyncKey == eas.SyncKeyInitial
}

// MustBeginAnew reports whether the server has said so, and FolderSync with key 0 has
// not been done since; see ErrReinitialize.
func (c *Client) MustBeginAnew() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.anew
}

func (c *Client) beginAnew(anew bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.anew = anew
}

// maxMoves is how often a server may move within one command.
const maxMoves = 3

// send sends a request, to where the server has moved if need be, and returns
// the headers and the body of the answer.
func (c *Client) send(ctx context.Context, method string, command eas.Command, body []byte) (http.Header, []byte, error) {
	for moves := 0; ; moves++ {
		header, answer, err := c.sendOnce(ctx, method, command, body)
		var httpErr *HTTPError
		if !errors.As(err, &httpErr) || httpErr.Code != http.StatusUnavailableForLegalReasons || moves == maxMoves {
			return header, answer, err
		}
		if !c.move(httpErr.Location) {
			return nil, nil, err
		}
	}
}

// move takes the server's new place and reports whether it is one. It never
// leaves TLS, as the credentials go along.
//
// [MS-ASHTTP] 2.2.2.1.2.6 X-MS-Location
func (c *Client) move(location string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	u, err := url.Parse(location)
	if err != nil || u.Host == "" || (u.Scheme != "https" && (u.Scheme != "http" || c.url.Scheme != "http")) {
		return false
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = eas.Path
	}
	u.RawQuery, u.Fragment = "", ""
	c.url = u
	return true
}

func (c *Client) sendOnce(ctx context.Context, method string, command eas.Command, body []byte) (http.Header, []byte, error) {
	request, err := c.request(ctx, method, command, body)
	if err != nil {
		return nil, nil, err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, nil, withoutURL(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		// The connection is kept only if there is little left to read.
		io.CopyN(io.Discard, response.Body, 4<<10)
		return nil, nil, newHTTPError(response)
	}
	answer, err := io.ReadAll(io.LimitReader(response.Body, c.options.MaxResponseSize+1))
	if err != nil {
		return nil, nil, fmt.Errorf("read response: %w", err)
	}
	if int64(len(answer)) > c.options.MaxResponseSize {
		return nil, nil, fmt.Errorf("response of more than %d bytes", c.options.MaxResponseSize)
	}
	return response.Header, answer, nil
}

// request builds the HTTP request around a body, which may be empty.
//
// [MS-ASHTTP] 2.2.1.1 Request Format
func (c *Client) request(ctx context.Context, method string, command eas.Command, body []byte) (*http.Request, error) {
	c.mu.Lock()
	u := *c.url
	envelope := eas.Request{
		Command: command, User: c.options.User, DeviceID: c.options.DeviceID, DeviceType: c.options.DeviceType,
		Version: c.version, PolicyKey: c.policyKey,
	}
	c.mu.Unlock()

	header := http.Header{}
	if method == http.MethodPost {
		if c.options.Base64Query {
			var err error
			envelope.Locale = c.options.Locale
			if u.RawQuery, err = envelope.Base64Query(); err != nil {
				return nil, err
			}
		} else {
			u.RawQuery = envelope.PlainQuery()
			envelope.SetHeader(header)
		}
	}
	request, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header = header
	request.Header.Set("User-Agent", c.options.UserAgent)
	if len(body) > 0 {
		request.Header.Set("Content-Type", eas.ContentType)
	}
	if c.options.Authorize == nil {
		request.SetBasicAuth(c.options.User, c.options.Password)
	} else if err := c.options.Authorize(request); err != nil {
		return nil, fmt.Errorf("authorize: %w", err)
	}
	return request, nil
}

// withoutURL takes the URL, which names the user, out of an error.
func withoutURL(err error) error {
	var urlErr *url.Error
	if errors.As(err, &urlErr) {
		return urlErr.Err
	}
	return err
}
