package web_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"asms/api"
	"asms/web"
)

func TestMoved(t *testing.T) {
	t.Parallel()
	h := web.Moved("https://new.example/")
	for target, want := range map[string]string{
		"/": "https://new.example/", "/c/12?x=1": "https://new.example/c/12?x=1", "//elsewhere.example/": "https://new.example//elsewhere.example/",
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", "http://old.example"+target, nil))
		if w.Code != http.StatusPermanentRedirect || w.Header().Get("Location") != want {
			t.Errorf("%s: %d %s", target, w.Code, w.Header().Get("Location"))
		}
	}
	s := httptest.NewServer(h)
	defer s.Close()
	c, err := api.New(api.Options{URL: s.URL, User: "ann", Password: password})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.AdminUsers(t.Context())
	var p *api.Problem
	if !errors.As(err, &p) || p.Status != 421 || p.Detail != "this server has moved to https://new.example" {
		t.Errorf("a program is told %v", err)
	}
}
