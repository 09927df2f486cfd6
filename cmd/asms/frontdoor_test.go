package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestFrontDoor(t *testing.T) {
	t.Parallel()
	says := func(name string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, name+" "+r.URL.Scheme) })
	}
	get := func(path, proto string) *http.Request {
		r := httptest.NewRequest("GET", path, nil)
		r.Header.Set("X-Forwarded-Proto", proto)
		return r
	}
	plain, behind := frontDoor(says("devices"), says("rest"), false), frontDoor(says("devices"), says("rest"), true)
	for path, want := range map[string]string{
		"/Microsoft-Server-ActiveSync":               "devices ",
		"/Autodiscover/Autodiscover.xml":             "devices ",
		"/autodiscover/autodiscover.json/v1.0/a@b.c": "devices ",
		"/autodiscover/other":                        "rest ",
		"/api/v1/me":                                 "rest ",
		"/healthz":                                   "ok\n",
	} {
		w := httptest.NewRecorder()
		plain.ServeHTTP(w, get(path, "https"))
		if got := w.Body.String(); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	for header, want := range map[string]string{"https": "devices https", "http": "devices http", "": "devices https", "gopher": "devices https"} {
		w := httptest.NewRecorder()
		behind.ServeHTTP(w, get("/autodiscover/autodiscover.xml", header))
		if got := w.Body.String(); got != want {
			t.Errorf("behind a proxy that says %q: %q, want %q", header, got, want)
		}
	}
}
