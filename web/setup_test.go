package web_test

import (
	"net/http/httptest"
	"testing"

	"asms/api"
	"asms/web"
)

func TestSetupNamesTheServersOwnURL(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	server := httptest.NewServer(web.New(web.Options{Mailbox: l.box, Accounts: l.accts, URL: "https://texts.example/"}))
	t.Cleanup(server.Close)
	ann := l.program(t, "ann", password)
	ann.url = server.URL
	if s := to[api.Setup](t, ann.is(200, "GET", "/api/v1/setup", nil)); s.URL != "https://texts.example" {
		t.Errorf("%+v", s)
	}
}
