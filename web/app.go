package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

// built holds the web app as Vite builds it. A program that was compiled without
// it shows the placeholder.
//
//go:embed all:dist placeholder
var built embed.FS

// app is the files of the web app, by path.
type app map[string]*file

type file struct {
	kind      string // Content-Type
	tag       string // ETag
	plain     []byte
	zipped    func() []byte // nil when that would save nothing
	immutable bool          // its name changes when it does
}

// pages are the app's own routes: it reads the path itself.
var pages = []string{"c", "new", "search", "contacts", "phones", "settings", "admin", "signin"}

var kinds = map[string]string{
	".css":         "text/css; charset=utf-8",
	".html":        "text/html; charset=utf-8",
	".ico":         "image/x-icon",
	".js":          "text/javascript; charset=utf-8",
	".json":        "application/json",
	".png":         "image/png",
	".svg":         "image/svg+xml",
	".txt":         "text/plain; charset=utf-8",
	".webmanifest": "application/manifest+json",
	".woff2":       "font/woff2",
}

// loadApp returns the app, or the placeholder when it was not built.
func loadApp(files fs.FS) app {
	root := "dist"
	if _, err := fs.Stat(files, "dist/index.html"); err != nil {
		root = "placeholder"
	}
	a := app{}
	_ = fs.WalkDir(files, root, func(name string, entry fs.DirEntry, err error) error { // in memory: nothing fails
		kind := kinds[path.Ext(name)]
		if err != nil || entry.IsDir() || kind == "" {
			return err
		}
		b, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(b)
		f := &file{kind: kind, plain: b, tag: base64.RawURLEncoding.EncodeToString(sum[:12])}
		if !strings.HasPrefix(kind, "image/png") && !strings.HasPrefix(kind, "font/") {
			f.zipped = sync.OnceValue(func() []byte { return zip(b) })
		}
		url := strings.TrimPrefix(name, root)
		f.immutable = strings.HasPrefix(url, "/assets/")
		a[url] = f
		return nil
	})
	return a
}

func zip(b []byte) []byte {
	var z bytes.Buffer
	w, _ := gzip.NewWriterLevel(&z, gzip.BestCompression) // a valid level
	_, _ = w.Write(b)                                     // into memory
	_ = w.Close()
	return z.Bytes()
}

func (a app) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	f := a[r.URL.Path]
	if f == nil && isPage(r.URL.Path) {
		f = a["/index.html"]
	}
	if f == nil {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "no-cache")
	if f.immutable {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	body, tag := f.plain, f.tag
	if f.zipped != nil {
		h.Set("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			body, tag = f.zipped(), f.tag+"-gzip"
		}
	}
	h.Set("ETag", `"`+tag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// isPage says whether the path is one of the app's routes.
func isPage(path string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if first == "" {
		return path == "/"
	}
	for _, p := range pages {
		if first == p {
			return true
		}
	}
	return false
}
