package web_test

import (
	"strings"
	"testing"

	"asms/api"
)

// Another site's page can have a browser send requests with its cookies; none of
// them does anything.
func TestRequestsFromOtherSites(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	b := l.signedIn(t, "ann")
	for _, headers := range [][]string{
		{"Sec-Fetch-Site", "cross-site"},
		{"Sec-Fetch-Site", "same-site"},
		{"Sec-Fetch-Site", "", "Origin", "https://evil.example"},
		{"Sec-Fetch-Site", "", "Origin", "null"},
		{"Sec-Fetch-Site", "cross-site", "Content-Type", "text/plain"},
		{"Sec-Fetch-Site", "cross-site", "Content-Type", "application/x-www-form-urlencoded"},
	} {
		b.is(403, "POST", "/api/v1/app-passwords", `{"name":"evil"}`, headers...)
		b.is(403, "POST", "/api/v1/devices/PHONE/block", nil, headers...)
		b.is(403, "DELETE", "/api/v1/session", nil, headers...)
		b.is(403, "POST", "/api/v1/session", `{"user":"eve","password":"x"}`, headers...) // as somebody else
		basic := l.program(t, "ann", password)                                            // browsers keep these, too
		basic.is(403, "POST", "/api/v1/devices/PHONE/block", nil, headers...)
	}
	if list := to[api.AppPasswords](t, b.is(200, "GET", "/api/v1/app-passwords", nil)); len(list.AppPasswords) != 0 {
		t.Errorf("%+v", list)
	}
	// The same site's page cannot be made to send something else either.
	b.is(415, "POST", "/api/v1/app-passwords", `{"name":"x"}`, "Content-Type", "text/plain")
	b.is(415, "POST", "/api/v1/session", `{"user":"ann","password":"x"}`, "Content-Type", "")
	b.is(201, "POST", "/api/v1/app-passwords", `{"name":"x"}`, "Content-Type", "application/json; charset=utf-8")
}

func TestEveryAnswerHasTheHeadersOfSafety(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	b := l.signedIn(t, "ann")
	for _, path := range []string{"/", "/signin", "/nothing", "/api/v1/session", "/api/v1/nothing", "/api/v1/tokens", "/api/v1/setup/qr.svg", "/api/openapi.json"} {
		h := b.do("GET", path, nil).Header
		csp := h.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self';", "style-src 'self';", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: the policy %q lacks %s", path, csp, want)
			}
		}
		for name, want := range map[string]string{
			"X-Content-Type-Options":       "nosniff",
			"X-Frame-Options":              "DENY",
			"Referrer-Policy":              "no-referrer",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Strict-Transport-Security":    "", // over TLS alone
			"Access-Control-Allow-Origin":  "",
			"Server":                       "",
		} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
		if h.Get("Permissions-Policy") == "" {
			t.Errorf("%s: no Permissions-Policy", path)
		}
		if got := h.Get("Cache-Control"); strings.HasPrefix(path, "/api/") && got != "no-store" {
			t.Errorf("%s: Cache-Control is %q", path, got)
		}
	}
}

func TestBodiesAreBounded(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	b := l.signedIn(t, "ann")
	large := `{"name":"` + strings.Repeat("x", 1<<20) + `"}`
	b.is(413, "POST", "/api/v1/app-passwords", large)
	l.browser(t).is(413, "POST", "/api/v1/session", `{"user":"`+strings.Repeat("x", 1<<20)+`"}`)
	for _, body := range []string{``, `nonsense`, `{"name":"x","colour":"red"}`, `{"name":"x"} {}`, `{"name":1}`, `[]`, `{"name":"x"`} {
		b.is(400, "POST", "/api/v1/app-passwords", body)
	}
}

func TestUnknownRoutes(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	b := l.browser(t)
	b.is(404, "GET", "/api/v1/nothing", nil)
	b.is(404, "GET", "/api/", nil)
	if r := b.is(405, "DELETE", "/api/v1/devices", nil); r.Header.Get("Allow") != "GET" || r.Header.Get("Content-Type") != api.ContentTypeProblem {
		t.Errorf("%v", r.Header)
	}
	b.is(405, "POST", "/", nil)
}
