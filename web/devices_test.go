package web_test

import (
	"encoding/xml"
	"strings"
	"testing"

	"asms/account"
	"asms/api"
	"asms/store"
)

func TestDevices(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	b := l.signedIn(t, "ann")
	list := to[api.Devices](t, b.is(200, "GET", "/api/v1/devices", nil)).Devices
	if len(list) != 2 || list[0].ID != "OTHER" || list[1].PhoneNumber != "+14255550143" || !list[1].OutboundSMS ||
		list[1].Access != api.AccessAllowed || list[1].Queue != 1 || list[1].User != "" {
		t.Fatalf("%+v", list)
	}
	access := func(r reply, want api.Access, reset bool) {
		t.Helper()
		if d := to[api.Device](t, r); d.Access != want || d.FactoryReset != reset {
			t.Errorf("%+v", d)
		}
	}
	access(b.is(200, "POST", "/api/v1/devices/OTHER/block", nil), api.AccessBlocked, false)
	access(b.is(200, "POST", "/api/v1/devices/OTHER/allow", nil), api.AccessAllowed, false)
	access(b.is(200, "POST", "/api/v1/devices/OTHER/wipe", api.Wipe{}), api.AccessWipeRequested, false)
	access(b.is(200, "POST", "/api/v1/devices/OTHER/wipe", api.Wipe{FactoryReset: true}), api.AccessWipeRequested, true)
	b.is(415, "POST", "/api/v1/devices/OTHER/wipe", nil)
	b.is(204, "DELETE", "/api/v1/devices/OTHER", nil)
	b.is(404, "DELETE", "/api/v1/devices/OTHER", nil)

	if err := l.accts.SetAccess(t.Context(), l.user.ID, "PHONE", store.Quarantined); err != nil {
		t.Fatal(err)
	}
	b.is(403, "POST", "/api/v1/devices/PHONE/allow", nil) // an administrator decides
	l.add(t, "root", true)
	root := l.signedIn(t, "root")
	access(root.is(200, "POST", "/api/v1/admin/users/ann/devices/PHONE/allow", nil), api.AccessAllowed, false)
}

// Where an administrator lets devices in, their owner finds no way around it.
func TestNoOwnerLetsADeviceIn(t *testing.T) {
	t.Parallel()
	for _, access := range []store.Access{store.Quarantined, store.Blocked} {
		l := newLab(t, func(o *account.Options) { o.NewDevices = access })
		ann := l.signedIn(t, "ann")
		l.add(t, "root", true)
		root := l.signedIn(t, "root")
		ann.is(403, "POST", "/api/v1/devices/OTHER/allow", nil)
		ann.is(200, "POST", "/api/v1/devices/OTHER/block", nil)
		ann.is(403, "POST", "/api/v1/devices/OTHER/allow", nil)
		ann.is(200, "POST", "/api/v1/devices/OTHER/wipe", api.Wipe{})
		ann.is(403, "POST", "/api/v1/devices/OTHER/allow", nil)
		root.is(200, "POST", "/api/v1/admin/users/ann/devices/OTHER/allow", nil)
		ann.is(200, "POST", "/api/v1/devices/OTHER/allow", nil) // as it is
		ann.is(204, "DELETE", "/api/v1/devices/OTHER", nil)
		d, err := l.accts.Admit(t.Context(), l.user.ID, account.Seen{DeviceID: "OTHER", Version: "16.1"})
		if err != nil || d.Access != access {
			t.Errorf("%+v, %v", d, err)
		}
	}
}

func TestSetup(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	b := l.signedIn(t, "ann")
	s := to[api.Setup](t, b.is(200, "GET", "/api/v1/setup", nil))
	if s.URL != l.url || s.User != "ann" || !strings.Contains(s.RelayCommand, "asms relay --server "+l.url+" --user ann ") {
		t.Errorf("%+v", s)
	}
	r := b.is(200, "GET", "/api/v1/setup/qr.svg", nil)
	var svg struct {
		ViewBox string `xml:"viewBox,attr"`
	}
	if err := xml.Unmarshal(r.body, &svg); err != nil || svg.ViewBox == "" || r.Header.Get("Content-Type") != "image/svg+xml" {
		t.Errorf("%v %+v %v", err, svg, r.Header)
	}
}

func TestAdministration(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.add(t, "root", true)
	root := l.signedIn(t, "root")
	users := to[api.AdminUsers](t, root.is(200, "GET", "/api/v1/admin/users", nil)).Users
	if len(users) != 2 || users[0].Name != "ann" || users[0].Devices != 2 || users[0].Messages != 1 || !users[1].Admin {
		t.Errorf("%+v", users)
	}
	u := to[api.AdminUser](t, root.is(201, "POST", "/api/v1/admin/users", api.NewUser{Name: "Bob@example.org", Password: password}))
	if u.Name != "bob@example.org" || u.Admin || !u.ActiveSync {
		t.Errorf("%+v", u)
	}
	root.is(409, "POST", "/api/v1/admin/users", api.NewUser{Name: "bob@example.org", Password: password})
	root.is(400, "POST", "/api/v1/admin/users", api.NewUser{Name: "a b", Password: password})
	root.is(400, "POST", "/api/v1/admin/users", api.NewUser{Name: "carl"})
	yes, no, other := true, false, "another password"
	bob := l.signedIn(t, "bob@example.org")
	bob.is(403, "GET", "/api/v1/admin/users", nil)
	u = to[api.AdminUser](t, root.is(200, "PATCH", "/api/v1/admin/users/bob@example.org", api.UserChange{Password: &other, Admin: &yes, Policy: &yes, ActiveSync: new(bool)}))
	if !u.Admin || !u.Policy || u.ActiveSync {
		t.Errorf("%+v", u)
	}
	bob.is(401, "GET", "/api/v1/session", nil)
	l.program(t, "bob@example.org", other).is(200, "GET", "/api/v1/session", nil)

	root.is(409, "PATCH", "/api/v1/admin/users/root", api.UserChange{Admin: &no})
	root.is(409, "PATCH", "/api/v1/admin/users/root", api.UserChange{Password: &other})
	root.is(409, "DELETE", "/api/v1/admin/users/root", nil)
	root.is(404, "PATCH", "/api/v1/admin/users/nobody", api.UserChange{})
	root.is(404, "DELETE", "/api/v1/admin/users/nobody", nil)
	root.is(204, "DELETE", "/api/v1/admin/users/bob@example.org", nil)

	devices := to[api.Devices](t, root.is(200, "GET", "/api/v1/admin/devices", nil)).Devices
	if len(devices) != 2 || devices[0].User != "ann" {
		t.Errorf("%+v", devices)
	}
	if d := to[api.Devices](t, root.is(200, "GET", "/api/v1/admin/devices?user=root", nil)).Devices; len(d) != 0 {
		t.Errorf("%+v", d)
	}
	root.is(404, "GET", "/api/v1/admin/devices?user=nobody", nil)
	root.is(404, "POST", "/api/v1/admin/users/ann/devices/NONE/block", nil)
	root.is(404, "POST", "/api/v1/admin/users/nobody/devices/PHONE/block", nil)
	root.is(204, "DELETE", "/api/v1/admin/users/ann/devices/OTHER", nil)

	r := root.is(200, "GET", "/api/v1/admin/queue", nil)
	q := to[api.Queue](t, r).Queue
	if len(q) != 1 || q[0].User != "ann" || q[0].HandedOver != 1 || q[0].Oldest == nil {
		t.Errorf("%+v", q)
	}
	if strings.Contains(string(r.body), "5550123") || strings.Contains(string(r.body), "hello") {
		t.Errorf("the queue tells of others' texts: %s", r.body)
	}
	h := to[api.Health](t, root.is(200, "GET", "/api/v1/admin/health", nil))
	if h.Version != "test" || h.Users != 2 || h.Devices != 1 || h.MemoryBytes == 0 || h.Started.IsZero() {
		t.Errorf("%+v", h)
	}
}
