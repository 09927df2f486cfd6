package web_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"asms/account"
	"asms/api"
	"asms/web"
)

func TestASessionOpensAndEnds(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	b := l.browser(t)
	b.is(401, "GET", "/api/v1/session", nil)
	r := b.is(200, "POST", "/api/v1/session", api.SignIn{User: "ann", Password: password})
	if s := to[api.Session](t, r); s.User != "ann" || s.Admin {
		t.Errorf("%+v", s)
	}
	set := r.Header.Get("Set-Cookie")
	for _, want := range []string{"asms=", "; Path=/", "; HttpOnly", "; SameSite=Strict", "; Max-Age="} {
		if !strings.Contains(set, want) {
			t.Errorf("the cookie lacks %q: %s", want, set)
		}
	}
	if strings.Contains(set, "Secure") || strings.Contains(set, "__Host") || strings.Contains(set, "Domain") {
		t.Errorf("without TLS the cookie is %s", set)
	}
	b.is(200, "GET", "/api/v1/session", nil)
	b.is(200, "GET", "/api/v1/devices", nil)
	old := b.cookie
	b.is(204, "DELETE", "/api/v1/session", nil)
	if b.cookie != nil {
		t.Error("the browser keeps the cookie")
	}
	b.cookie = old
	b.is(401, "GET", "/api/v1/devices", nil)
	b.is(204, "DELETE", "/api/v1/session", nil) // whoever is out is out
}

func TestBehindAProxyTheCookieIsForTLSAlone(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	server := httptest.NewServer(web.New(web.Options{Mailbox: l.box, Accounts: l.accts, BehindProxy: true}))
	t.Cleanup(server.Close)
	b := l.browser(t)
	b.url = server.URL
	r := b.is(200, "POST", "/api/v1/session", api.SignIn{User: "ann", Password: password})
	if set := r.Header.Get("Set-Cookie"); !strings.HasPrefix(set, "__Host-asms=") || !strings.Contains(set, "; Secure") {
		t.Errorf("%s", set)
	}
	if r.Header.Get("Strict-Transport-Security") == "" {
		t.Error("no HSTS")
	}
	b.is(200, "GET", "/api/v1/devices", nil)
	b.cookie.Name = "asms" // what a neighbour could set without TLS
	b.is(401, "GET", "/api/v1/devices", nil)
}

// Who knows the cookie that a browser came with knows nothing after the sign-in.
func TestSessionFixation(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.add(t, "eve", false)
	eve := l.signedIn(t, "eve")
	planted := []*http.Cookie{{Name: "asms", Value: "chosen"}, eve.cookie}
	for _, cookie := range planted {
		b := l.browser(t)
		b.cookie = cookie
		b.is(200, "POST", "/api/v1/session", api.SignIn{User: "ann", Password: password})
		if b.cookie.Value == cookie.Value {
			t.Error("the cookie stays")
		}
		other := l.browser(t)
		other.cookie = cookie
		other.is(401, "GET", "/api/v1/session", nil)
	}
	first, second := l.signedIn(t, "ann"), l.signedIn(t, "ann")
	if first.cookie.Value == second.cookie.Value {
		t.Error("two sessions have one secret")
	}
	before := *first.cookie
	first.is(200, "POST", "/api/v1/session", api.SignIn{User: "ann", Password: password})
	first.cookie = &before
	first.is(401, "GET", "/api/v1/session", nil)
}

func TestWrongCredentials(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	b := l.signedIn(t, "ann")
	secret := to[api.AppPassword](t, b.is(201, "POST", "/api/v1/app-passwords", api.NewAppPassword{Name: "mail"})).Secret
	for _, c := range []api.SignIn{{User: "ann", Password: "wrong"}, {User: "nobody", Password: password}, {}, {User: "ann", Password: secret}} {
		r := l.browser(t).is(401, "POST", "/api/v1/session", c)
		if r.Header.Get("Set-Cookie") != "" {
			t.Error("a cookie comes with the refusal")
		}
		if strings.HasPrefix(r.Header.Get("WWW-Authenticate"), "Basic") {
			t.Error("the browser puts up a window of its own")
		}
	}
	for _, header := range []string{"Bearer", "Bearer ", "Bearer asms_", "Bearer asms_" + strings.Repeat("A", 54), "Bearer " + b.cookie.Value, "Digest x", "Basic !"} {
		c := l.browser(t)
		c.cookie = b.cookie // what is said goes before what is kept
		c.is(401, "GET", "/api/v1/devices", nil, "Authorization", header)
	}
	r := l.program(t, "ann", "wrong").is(401, "GET", "/api/v1/devices", nil)
	if !strings.HasPrefix(r.Header.Get("WWW-Authenticate"), "Basic") {
		t.Error("a program is not told how to sign in")
	}
}

func TestGuessesAreSlowedDown(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	held := l.signedIn(t, "ann")
	refused := 0
	for range 8 {
		r := l.browser(t).do("POST", "/api/v1/session", api.SignIn{User: "ann", Password: "guess"})
		if r.StatusCode != 429 {
			continue
		}
		refused++
		if n, err := strconv.Atoi(r.Header.Get("Retry-After")); err != nil || n < 1 {
			t.Errorf("Retry-After: %q", r.Header.Get("Retry-After"))
		}
	}
	if refused == 0 {
		t.Error("guesses go on and on")
	}
	held.is(200, "GET", "/api/v1/session", nil) // who is in stays in
	held.is(429, "PUT", "/api/v1/password", api.PasswordChange{Current: "guess", New: "x"})
}

func TestAChangedPasswordEndsOtherSessions(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.add(t, "bob", false)
	mine, other, bob := l.signedIn(t, "ann"), l.signedIn(t, "ann"), l.signedIn(t, "bob")
	app := to[api.AppPassword](t, mine.is(201, "POST", "/api/v1/app-passwords", api.NewAppPassword{Name: "mail"})).Secret
	mine.is(403, "PUT", "/api/v1/password", api.PasswordChange{Current: "wrong", New: "new password"})
	mine.is(403, "PUT", "/api/v1/password", api.PasswordChange{Current: app, New: "new password"})
	mine.is(400, "PUT", "/api/v1/password", api.PasswordChange{Current: password, New: ""})
	other.is(200, "GET", "/api/v1/session", nil)

	mine.is(204, "PUT", "/api/v1/password", api.PasswordChange{Current: password, New: "new password"})
	mine.is(200, "GET", "/api/v1/session", nil)
	other.is(401, "GET", "/api/v1/session", nil)
	bob.is(200, "GET", "/api/v1/session", nil)
	l.program(t, "ann", password).is(401, "GET", "/api/v1/devices", nil)
	l.program(t, "ann", "new password").is(200, "GET", "/api/v1/devices", nil)
	l.program(t, "ann", app).is(200, "GET", "/api/v1/setup", nil)

	if err := l.accts.SetPassword(t.Context(), l.user.ID, "by the administrator"); err != nil {
		t.Fatal(err)
	}
	mine.is(401, "GET", "/api/v1/session", nil)
	if err := l.accts.RemoveUser(t.Context(), l.user.ID); err != nil {
		t.Fatal(err)
	}
	l.program(t, "ann", app).is(401, "GET", "/api/v1/setup", nil)
}

func TestAppPasswords(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	b := l.signedIn(t, "ann")
	made := to[api.AppPassword](t, b.is(201, "POST", "/api/v1/app-passwords", api.NewAppPassword{Name: "Sony Z3"}))
	if made.Name != "Sony Z3" || len(made.Secret) != 29 || made.LastUsed != nil || made.ID == "" {
		t.Errorf("%+v", made)
	}
	phone := l.program(t, "ann", made.Secret)
	phone.is(200, "GET", "/api/v1/session", nil)
	l.program(t, "ann", strings.ToUpper(strings.ReplaceAll(made.Secret, "-", " "))).is(200, "GET", "/api/v1/session", nil)
	list := to[api.AppPasswords](t, b.is(200, "GET", "/api/v1/app-passwords", nil)).AppPasswords
	if len(list) != 1 || list[0].Secret != "" || list[0].LastUsed == nil {
		t.Errorf("%+v", list)
	}
	if user, err := l.accts.Authenticate(t.Context(), "ann", made.Secret, "192.0.2.1:1"); err != nil || user != l.user.ID {
		t.Errorf("as a phone does: %v", err)
	}
	b.is(204, "DELETE", "/api/v1/app-passwords/"+made.ID, nil)
	phone.is(401, "GET", "/api/v1/session", nil)
	b.is(404, "DELETE", "/api/v1/app-passwords/"+made.ID, nil)
	b.is(400, "POST", "/api/v1/app-passwords", api.NewAppPassword{Name: ""})
	b.is(400, "POST", "/api/v1/app-passwords", api.NewAppPassword{Name: strings.Repeat("x", 101)})
	b.is(400, "POST", "/api/v1/app-passwords", api.NewAppPassword{Name: "two\nlines"})
}

func TestTokens(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	b := l.signedIn(t, "ann")
	soon := time.Now().Add(time.Hour).UTC().Truncate(time.Millisecond)
	made := to[api.Token](t, b.is(201, "POST", "/api/v1/tokens", api.NewToken{
		Name: "backup", Scopes: []api.Scope{api.ScopeWrite, api.ScopeRead, api.ScopeRead}, Expires: &soon,
	}))
	if !strings.HasPrefix(made.Secret, "asms_") || len(made.Scopes) != 2 || made.Scopes[0] != api.ScopeRead || !made.Expires.Equal(soon) {
		t.Errorf("%+v", made)
	}
	program := l.bearer(t, made.Secret)
	program.is(200, "GET", "/api/v1/setup", nil)
	program.is(403, "GET", "/api/v1/devices", nil)
	program.is(403, "GET", "/api/v1/tokens", nil) // a token makes no tokens
	list := to[api.Tokens](t, b.is(200, "GET", "/api/v1/tokens", nil)).Tokens
	if len(list) != 1 || list[0].Secret != "" || list[0].LastUsed == nil {
		t.Errorf("%+v", list)
	}
	b.is(204, "DELETE", "/api/v1/tokens/"+made.ID, nil)
	program.is(401, "GET", "/api/v1/setup", nil)

	past := time.Now().Add(-time.Second)
	for status, bad := range map[int][]api.NewToken{
		400: {{Name: "x"}, {Name: "x", Scopes: []api.Scope{"root"}}, {Name: "x", Scopes: []api.Scope{"session"}},
			{Scopes: []api.Scope{"read"}}, {Name: "x", Scopes: []api.Scope{"read"}, Expires: &past}},
		403: {{Name: "x", Scopes: []api.Scope{"admin"}}},
	} {
		for _, body := range bad {
			b.is(status, "POST", "/api/v1/tokens", body)
		}
	}
}

// A token of an administrator is one no longer when its user is none.
func TestATokenHasNoMoreRightsThanItsUser(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.add(t, "root", true)
	root := l.signedIn(t, "root")
	made := to[api.Token](t, root.is(201, "POST", "/api/v1/tokens", api.NewToken{Name: "x", Scopes: []api.Scope{"admin", "read"}}))
	program := l.bearer(t, made.Secret)
	program.is(200, "GET", "/api/v1/admin/health", nil)
	user, err := l.accts.User(t.Context(), "root")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.accts.SetAdmin(t.Context(), user.ID, false); err != nil {
		t.Fatal(err)
	}
	program.is(403, "GET", "/api/v1/admin/health", nil)
	program.is(200, "GET", "/api/v1/setup", nil)
	root.is(403, "GET", "/api/v1/admin/health", nil)
}

// Every route, asked by everyone who may ask for anything.
func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.add(t, "root", true)
	root, ann := l.signedIn(t, "root"), l.signedIn(t, "ann")
	all := []api.Scope{api.ScopeRead, api.ScopeSend, api.ScopeWrite, api.ScopeDevices, api.ScopeDevice, "session"}
	who := map[string]*client{"nobody": l.browser(t)}
	may := map[string][]api.Scope{"nobody": nil}
	grant := func(name string, c *client, scopes ...api.Scope) { who[name], may[name] = c, scopes }
	for _, scope := range append(all[:5:5], api.ScopeAdmin) {
		made := to[api.Token](t, root.is(201, "POST", "/api/v1/tokens", api.NewToken{Name: "x", Scopes: []api.Scope{scope}}))
		grant("a token with "+string(scope), l.bearer(t, made.Secret), scope)
	}
	app := to[api.AppPassword](t, ann.is(201, "POST", "/api/v1/app-passwords", api.NewAppPassword{Name: "x"})).Secret
	grant("an app password", l.program(t, "ann", app), api.ScopeRead, api.ScopeSend, api.ScopeWrite, api.ScopeDevice)
	grant("a password", l.program(t, "ann", password), all...)
	grant("an administrator's password", l.program(t, "root", password), all...)
	grant("a session", ann, all...)
	grant("an administrator's session", root, append(all, api.ScopeAdmin)...)

	for _, route := range web.Routes(web.New(web.Options{})) {
		if route.Scope == "" {
			continue
		}
		method, path, _ := strings.Cut(route.Pattern, " ")
		for _, id := range []string{"{id}", "{name}", "{device}", "{text}"} {
			path = strings.ReplaceAll(path, id, "none")
		}
		for name, c := range who {
			allowed := false
			for _, scope := range may[name] {
				allowed = allowed || string(scope) == route.Scope
			}
			status := c.do(method, path, nil).StatusCode
			switch {
			case name == "nobody" && status != 401,
				name != "nobody" && !allowed && status != 403,
				allowed && (status == 401 || status == 403 || status >= 500):
				t.Errorf("%s by %s: %d", route.Pattern, name, status)
			}
		}
	}
}

// What belongs to others is not there.
func TestOthersThings(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.add(t, "bob", false)
	ann, bob := l.signedIn(t, "ann"), l.signedIn(t, "bob")
	app := to[api.AppPassword](t, ann.is(201, "POST", "/api/v1/app-passwords", api.NewAppPassword{Name: "x"}))
	token := to[api.Token](t, ann.is(201, "POST", "/api/v1/tokens", api.NewToken{Name: "x", Scopes: []api.Scope{"read"}}))
	if d := to[api.Devices](t, bob.is(200, "GET", "/api/v1/devices", nil)); len(d.Devices) != 0 {
		t.Errorf("%+v", d)
	}
	bob.is(404, "DELETE", "/api/v1/app-passwords/"+app.ID, nil)
	bob.is(404, "DELETE", "/api/v1/tokens/"+token.ID, nil)
	ann.is(404, "DELETE", "/api/v1/tokens/"+app.ID, nil) // of another kind
	for _, what := range []string{"allow", "block"} {
		bob.is(404, "POST", "/api/v1/devices/PHONE/"+what, nil)
	}
	bob.is(404, "POST", "/api/v1/devices/PHONE/wipe", api.Wipe{})
	bob.is(404, "DELETE", "/api/v1/devices/PHONE", nil)
	l.program(t, "bob", app.Secret).is(401, "GET", "/api/v1/session", nil)
	sessions, err := l.accts.Credentials(t.Context(), l.user.ID, account.BySession)
	if err != nil || len(sessions) != 1 {
		t.Fatalf("%d sessions, %v", len(sessions), err)
	}
	bob.is(404, "DELETE", "/api/v1/tokens/"+sessions[0].ID, nil)
	ann.is(200, "GET", "/api/v1/session", nil)
}
