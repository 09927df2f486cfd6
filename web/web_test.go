package web_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"asms/account"
	"asms/api"
	"asms/mailbox"
	"asms/sms"
	"asms/store"
	"asms/store/storetest"
	"asms/web"
)

type lab struct {
	box   *mailbox.Mailbox
	accts *account.Accounts
	url   string
	user  store.User
	text  string // an Outbox text that PHONE has
}

const password = "correct horse"

func newLab(t *testing.T, change ...func(*account.Options)) *lab {
	t.Helper()
	ctx := t.Context()
	o := &account.Options{Cost: account.Cost{Memory: 64, Passes: 1, Threads: 1}}
	for _, f := range change {
		f(o)
	}
	dir := t.TempDir()
	storetest.Prepare(t, dir)
	st, err := store.Open(ctx, dir, &store.Options{Unsynced: true})
	if err != nil {
		t.Fatal(err)
	}
	l := &lab{box: mailbox.New(st, nil), accts: account.New(st, o)}
	server := httptest.NewServer(checked(t, web.New(web.Options{Mailbox: l.box, Accounts: l.accts, Version: "test"})))
	t.Cleanup(func() { server.Close(); st.Close() })
	l.url = server.URL
	if l.user, err = l.accts.AddUser(ctx, "ann", password, false); err != nil {
		t.Fatal(err)
	}
	for _, d := range []string{"PHONE", "OTHER"} {
		if _, err := l.accts.Admit(ctx, l.user.ID, account.Seen{DeviceID: d, Type: "Test", Version: "16.1"}); err != nil {
			t.Fatal(err)
		}
	}
	on, number := true, "+14255550143"
	if _, err := l.accts.SetDeviceInformation(ctx, l.user.ID, "PHONE", account.Information{EnableOutboundSMS: &on, PhoneNumber: &number}); err != nil {
		t.Fatal(err)
	}
	p := mailbox.Partnership{User: l.user.ID, Device: "PHONE", Folder: "5"}
	d, err := l.box.Sync(ctx, p, mailbox.SyncRequest{Key: "0", Options: []mailbox.ClassOptions{{Class: mailbox.ClassSMS}}})
	if err != nil {
		t.Fatal(err)
	}
	if l.text, err = l.box.Send(ctx, l.user.ID, mailbox.Outgoing{To: []sms.Address{{Number: "+14255550123"}}, Body: "hello"}); err != nil {
		t.Fatal(err)
	}
	if _, err = l.box.Sync(ctx, p, mailbox.SyncRequest{Key: d.Key, GetChanges: true, Window: 9}); err != nil {
		t.Fatal(err)
	}
	return l
}

func (l *lab) client(t *testing.T, user, password string) *api.Client {
	t.Helper()
	c, err := api.New(api.Options{URL: l.url + "/", User: user, Password: password})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAPhoneReportsItsRecipients(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	at := time.Date(2026, 11, 2, 3, 4, 5, 0, time.UTC)
	err := l.client(t, "ann", password).ReportRecipients(t.Context(), "PHONE", l.text,
		[]api.Recipient{{Number: "+1 425 555 0123", State: api.RecipientFailed, Reason: "not in use", At: at}})
	if err != nil {
		t.Fatal(err)
	}
	text, err := l.box.Text(t.Context(), l.user.ID, l.text)
	if err != nil {
		t.Fatal(err)
	}
	if r := text.Recipients[0]; r.State != mailbox.RecipientFailed || r.Error != "not in use" || !r.At.Equal(at) {
		t.Errorf("recipient %+v", r)
	}
}

func TestWhoMayReport(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	if _, err := l.accts.AddUser(t.Context(), "bob", password, false); err != nil {
		t.Fatal(err)
	}
	good := []api.Recipient{{Number: "+14255550123", State: api.RecipientSent}}
	for _, c := range []struct {
		name, user, password, device, text string
		body                               []api.Recipient
		want                               int
	}{
		{"wrong password", "ann", "wrong", "PHONE", l.text, good, 401},
		{"another user", "bob", password, "PHONE", l.text, good, 404},
		{"another device", "ann", password, "OTHER", l.text, good, 404},
		{"no device", "ann", password, "NONE", l.text, good, 404},
		{"no text", "ann", password, "PHONE", "5:99", good, 404},
		{"another number", "ann", password, "PHONE", l.text, []api.Recipient{{Number: "+1", State: api.RecipientSent}}, 404},
		{"no such state", "ann", password, "PHONE", l.text, []api.Recipient{{Number: "+14255550123", State: "lost"}}, 400},
		{"nobody", "ann", password, "PHONE", l.text, []api.Recipient{}, 400},
		{"too much", "ann", password, "PHONE", l.text, []api.Recipient{{Number: strings.Repeat("9", 2<<20)}}, 413},
	} {
		err := l.client(t, c.user, c.password).ReportRecipients(t.Context(), c.device, c.text, c.body)
		var p *api.Problem
		if !errors.As(err, &p) || p.Status != c.want {
			t.Errorf("%s: %v, want %d", c.name, err, c.want)
		}
	}
	if err := l.accts.SetAccess(t.Context(), l.user.ID, "PHONE", store.Blocked); err != nil {
		t.Fatal(err)
	}
	var p *api.Problem
	if err := l.client(t, "ann", password).ReportRecipients(t.Context(), "PHONE", l.text, good); !errors.As(err, &p) || p.Status != 403 {
		t.Errorf("blocked: %v", err)
	}
}

func TestBadRequestsGetAProblem(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	for body, want := range map[string]int{
		`nonsense`:                          400,
		`[{"number":"1","colour":"red"}]`:   400,
		`[] []`:                             400,
		`[{"number":"1","state":"sent"}]]`:  400,
		`[{"number":"1","state":"sent"}]`:   404,
		``:                                  400,
		`[{"number":1,"state":"delivered"}`: 400,
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, l.url+"/api/v1/devices/PHONE/texts/"+l.text+"/recipients", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.SetBasicAuth("ann", password)
		req.Header.Set("Content-Type", "application/json")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != want || res.Header.Get("Content-Type") != api.ContentTypeProblem {
			t.Errorf("%q: %d %s, want %d", body, res.StatusCode, res.Header.Get("Content-Type"), want)
		}
	}
	res, err := http.Get(l.url + "/api/v1/nothing")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != 404 {
		t.Errorf("an unknown path: %d", res.StatusCode)
	}
}
