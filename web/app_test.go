package web_test

import (
	"compress/gzip"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"asms/web"
)

var script = strings.Repeat("console.log('hello');\n", 100)

func TestTheAppIsServed(t *testing.T) {
	t.Parallel()
	app := web.LoadApp(fstest.MapFS{
		"dist/.gitkeep":             {},
		"dist/index.html":           {Data: []byte("<title>app</title>")},
		"dist/favicon.svg":          {Data: []byte("<svg/>")},
		"dist/assets/index-a1b2.js": {Data: []byte(script)},
		"placeholder/index.html":    {Data: []byte("<title>placeholder</title>")},
	})
	get := func(path string, headers ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", path, nil)
		for i := 0; i+1 < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		app.ServeHTTP(w, r)
		return w
	}
	for _, path := range []string{"/", "/c/0123", "/c", "/new?to=1", "/search?q=x", "/contacts", "/contacts/7", "/phones", "/settings", "/admin", "/signin", "/signin?next=//evil.example/", "/signin?next=https://evil.example/"} {
		w := get(path)
		if w.Code != 200 || !strings.Contains(w.Body.String(), "app") || w.Header().Get("Cache-Control") != "no-cache" || w.Header().Get("Location") != "" {
			t.Errorf("%s: %d %v", path, w.Code, w.Header())
		}
	}
	for _, path := range []string{"/nothing", "/.gitkeep", "/assets/", "/assets/index-zzzz.js", "/cc", "/dist/index.html", "//evil.example", "/c/../../etc/passwd"} {
		if w := get(path); w.Code != 404 && !strings.HasPrefix(path, "/c/") {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	plain := get("/assets/index-a1b2.js")
	if plain.Body.String() != script || plain.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" ||
		plain.Header().Get("Content-Type") != "text/javascript; charset=utf-8" || plain.Header().Get("Vary") != "Accept-Encoding" {
		t.Errorf("%v", plain.Header())
	}
	zipped := get("/assets/index-a1b2.js", "Accept-Encoding", "br, gzip")
	z, err := gzip.NewReader(zipped.Body)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(z); err != nil || string(b) != script || zipped.Header().Get("Content-Encoding") != "gzip" {
		t.Errorf("%v %v", err, zipped.Header())
	}
	tag := zipped.Header().Get("ETag")
	if w := get("/assets/index-a1b2.js", "Accept-Encoding", "gzip", "If-None-Match", tag); w.Code != 304 || w.Body.Len() > 0 {
		t.Errorf("unchanged: %d", w.Code)
	}
	if tag == plain.Header().Get("ETag") {
		t.Error("two encodings have one tag")
	}
}

func TestWithoutABuildThereIsAPlaceholder(t *testing.T) {
	t.Parallel()
	app := web.LoadApp(fstest.MapFS{"dist/.gitkeep": {}, "placeholder/index.html": {Data: []byte("<title>placeholder</title>")}})
	w := httptest.NewRecorder()
	app.ServeHTTP(w, httptest.NewRequest("GET", "/settings", nil))
	if w.Code != 200 || !strings.Contains(w.Body.String(), "placeholder") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestTheAppCanBeLeftOut(t *testing.T) {
	t.Parallel()
	s := web.New(web.Options{NoApp: true})
	for path, want := range map[string]int{"/": 404, "/signin": 404, "/api/openapi.json": 200} {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
}
