package web_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"asms/api"
)

// client is somebody who makes requests: a browser with its cookies, or a program
// with credentials.
type client struct {
	t      *testing.T
	url    string
	header http.Header // of every request
	cookie *http.Cookie
}

// browser has no credentials yet.
func (l *lab) browser(t *testing.T) *client {
	return &client{t: t, url: l.url, header: http.Header{"Origin": {l.url}, "Sec-Fetch-Site": {"same-origin"}, "Sec-Fetch-Mode": {"cors"}}}
}

// signedIn is a browser of the user.
func (l *lab) signedIn(t *testing.T, user string) *client {
	t.Helper()
	b := l.browser(t)
	b.is(200, "POST", "/api/v1/session", api.SignIn{User: user, Password: password})
	return b
}

// program has name and password.
func (l *lab) program(t *testing.T, user, password string) *client {
	t.Helper()
	r := &http.Request{Header: http.Header{}}
	r.SetBasicAuth(user, password)
	return &client{t: t, url: l.url, header: r.Header}
}

// bearer has a token.
func (l *lab) bearer(t *testing.T, token string) *client {
	return &client{t: t, url: l.url, header: http.Header{"Authorization": {"Bearer " + token}}}
}

type reply struct {
	*http.Response
	body []byte
}

// do sends a body, which is JSON unless it is a string or nil.
func (c *client) do(method, path string, body any, header ...string) reply {
	c.t.Helper()
	var r io.Reader
	kind := ""
	switch b := body.(type) {
	case nil:
	case string:
		r, kind = strings.NewReader(b), "application/json"
	default:
		j, err := json.Marshal(b)
		if err != nil {
			c.t.Fatal(err)
		}
		r, kind = bytes.NewReader(j), "application/json"
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, r)
	if err != nil {
		c.t.Fatal(err)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	for name, values := range c.header {
		req.Header[name] = values
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	if c.cookie != nil {
		req.AddCookie(c.cookie)
	}
	once := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := once.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	for _, set := range res.Cookies() {
		c.cookie = &http.Cookie{Name: set.Name, Value: set.Value}
		if set.MaxAge < 0 {
			c.cookie = nil
		}
	}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") {
		return reply{res, nil} // it does not end
	}
	b, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return reply{res, b}
}

// is demands that the request is answered with this status.
func (c *client) is(status int, method, path string, body any, header ...string) reply {
	c.t.Helper()
	r := c.do(method, path, body, header...)
	if r.StatusCode != status {
		c.t.Errorf("%s %s: %d, want %d\n%.300s", method, path, r.StatusCode, status, r.body)
	}
	return r
}

// to decodes an answer.
func to[T any](t *testing.T, r reply) (v T) {
	t.Helper()
	if err := json.Unmarshal(r.body, &v); err != nil {
		t.Fatalf("%v in %.200s", err, r.body)
	}
	return v
}

func (l *lab) add(t *testing.T, user string, admin bool) {
	t.Helper()
	if _, err := l.accts.AddUser(t.Context(), user, password, admin); err != nil {
		t.Fatal(err)
	}
}
