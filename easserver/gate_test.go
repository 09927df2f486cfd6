package easserver

import (
	"context"
	"testing"
	"time"

	"asms/account"
	"asms/eas"
	"asms/store"
)

// device14 answers FolderSync's status for a policy key; absent leaves the header out.
func statusWith(t *testing.T, d *device, command, xml, key string) string {
	t.Helper()
	hr := d.request(command, d.lab.wbxml(xml))
	hr.Header.Set("X-MS-PolicyKey", key)
	if key == "absent" {
		hr.Header.Del("X-MS-PolicyKey")
	}
	r, err := d.do(hr)
	if err != nil {
		t.Fatal(err)
	}
	return r.tree.at("Status")
}

func TestPolicyKeys(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, v eas.Version) {
		l := newLab(t)
		user := l.user("anna")
		d := l.phone("anna", "D1", v)
		if err := l.accounts.SetPolicy(context.Background(), user, true); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct{ name, key, want string }{
			{"MSASPROV S03_TC07 no policy key at all is status 141", "absent", "141"},
			{"MS-ASCMD_R4987 key 0 is status 142", "0", "142"},
			{"an empty key is a legacy device", "", "141"},
			{"MSASPROV S03_TC04 a wrong key is status 144", "12345", "144"},
		} {
			if got := statusWith(t, d, "FolderSync", folderSync0, c.key); got != c.want {
				t.Errorf("%s: %s", c.name, got)
			}
		}
		for command, xml := range map[string]string{
			"Sync":            syncXML(d.collection(inbox, ""), ""),
			"Settings":        `<Settings xmlns="Settings"><UserInformation><Get/></UserInformation></Settings>`,
			"GetItemEstimate": `<GetItemEstimate xmlns="GetItemEstimate"/>`,
			"MoveItems":       `<MoveItems xmlns="Move"/>`,
			"FolderCreate":    `<FolderCreate xmlns="FolderHierarchy"/>`,
			"FolderUpdate":    `<FolderUpdate xmlns="FolderHierarchy"/>`,
			"FolderDelete":    `<FolderDelete xmlns="FolderHierarchy"/>`,
		} {
			if got := statusWith(t, d, command, xml, "0"); got != "142" {
				t.Errorf("%s: %s, want 142 in its own root element", command, got)
			}
		}
		if got := statusWith(t, d, "Ping", `<Ping xmlns="Ping"/>`, "0"); got != "4" {
			t.Errorf("MS-ASCMD_R61103 Ping needs no key: %s", got)
		}
		if got := provision(t, d); got != "1" {
			t.Errorf("provisioning: %s", got)
		}
		if got := statusWith(t, d, "FolderSync", folderSync0, d.policyKey); got != "1" {
			t.Errorf("after provisioning: %s", got)
		}
	})
}

func TestAccess(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for _, c := range []struct {
		name    string
		version eas.Version
		access  store.Access
		want    string
	}{
		{"blocked", eas.Version141, store.Blocked, "129"},
		{"quarantined", eas.Version141, store.Quarantined, "129"},
		{"wiped", eas.Version161, store.Wiped, "129"},
		{"factory reset", eas.Version140, store.FactoryReset, "140"},
		{"account wipe", eas.Version161, store.WipeRequested, "140"},
		{"account wipe, which 14.1 has not got", eas.Version141, store.WipeRequested, "129"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			user := l.user("anna")
			d := l.phone("anna", "D1", c.version)
			if err := l.accounts.SetAccess(ctx, user, "D1", c.access); err != nil {
				t.Fatal(err)
			}
			for command, xml := range map[string]string{"FolderSync": folderSync0, "Sync": syncXML(d.collection(inbox, ""), ""),
				"Ping": `<Ping xmlns="Ping"/>`, "Settings": settingsOf("Model", "Lab")} {
				want := c.want
				if c.access == store.Quarantined && command == "Settings" {
					want = "1" // it may say what it is
				}
				d.must(command, xml).want(t, "Status", want)
			}
			other := l.phone("anna", "D2", c.version) // another device is not concerned
			other.begin(inbox, smsOptions)
		})
	}
}

// settingsOf sets one property of the device.
func settingsOf(name, value string) string {
	return `<Settings xmlns="Settings"><DeviceInformation><Set><` + name + `>` + value + `</` + name + `></Set></DeviceInformation></Settings>`
}

func TestQuarantine(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, v eas.Version) {
		l := newLab(t)
		l.server.accounts = account.New(l.store, &account.Options{NewDevices: store.Quarantined, Now: l.clock.now,
			Cost: account.Cost{Memory: 8, Passes: 1, Threads: 1}})
		user := l.user("anna")
		d := l.device("anna", "D1", v)
		d.must("FolderSync", folderSync0).want(t, "Status", "129")
		d.must("Provision", firstPhase(d)).want(t, "Status", "1")
		d.must("Settings", settingsOf("Model", "Lab")).want(t, "DeviceInformation/Status", "1")
		d.must("FolderSync", folderSync0).want(t, "Status", "129")
		if got, err := l.server.accounts.Device(context.Background(), user, "D1"); err != nil || got.Model != "Lab" || got.Access != store.Quarantined {
			t.Errorf("what an administrator sees: %+v %v", got, err)
		}
		if err := l.server.accounts.SetAccess(context.Background(), user, "D1", store.Allowed); err != nil {
			t.Fatal(err)
		}
		d.must("FolderSync", folderSync0).want(t, "Status", "1")
	})
}

func TestUserDisabledForSync(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	each(t, func(t *testing.T, v eas.Version) {
		l := newLab(t)
		user := l.user("anna")
		d := l.phone("anna", "D1", v)
		allow := func(allowed bool) {
			t.Helper()
			if err := l.accounts.SetActiveSync(ctx, user, allowed); err != nil {
				t.Fatal(err)
			}
		}
		options := func() int {
			hr := d.request("", nil)
			hr.Method = "OPTIONS"
			r, err := d.do(hr)
			if err != nil {
				t.Fatal(err)
			}
			return r.code
		}
		allow(false)
		t.Run("MSASCMD S21_TC12 a user who may not use ActiveSync is answered 126 by every command", func(t *testing.T) {
			for _, c := range offered() {
				r := d.must(string(c), "")
				path := "Status"
				if c == eas.CommandMeetingResponse {
					path = "Result/Status"
				}
				if got := r.tree.at(path); got != "126" {
					t.Errorf("%s: %s", c, r.xml())
				}
			}
		})
		if code := options(); code != 403 {
			t.Errorf("OPTIONS: HTTP %d", code)
		}
		l.device("anna", "D2", v).must("FolderSync", folderSync0).want(t, "Status", "126")
		if all, err := l.accounts.Devices(ctx, user); err != nil || len(all) != 1 {
			t.Errorf("a device that may not come was stored: %v %v", all, err)
		}
		l.user("bert")
		l.phone("bert", "D3", v) // another user is not concerned
		t.Run("a device that is to be wiped still learns of it", func(t *testing.T) {
			if err := l.accounts.SetAccess(ctx, user, "D1", store.FactoryReset); err != nil {
				t.Fatal(err)
			}
			d.must("FolderSync", folderSync0).want(t, "Status", "140")
			r := d.must("Provision", `<Provision xmlns="Provision"/>`)
			r.want(t, "Status", "1")
			if len(r.tree.all("RemoteWipe")) != 1 {
				t.Error(r.xml())
			}
			if err := l.accounts.SetAccess(ctx, user, "D1", store.Allowed); err != nil {
				t.Fatal(err)
			}
		})
		d.must("FolderSync", folderSync0).want(t, "Status", "126")
		allow(true)
		d.must("FolderSync", folderSync0).want(t, "Status", "1")
		if code := options(); code != 200 {
			t.Errorf("OPTIONS: HTTP %d", code)
		}
	})
}

func TestTooManyDevices(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.server.accounts = account.New(l.store, &account.Options{MaxDevices: 1, Cost: account.Cost{Memory: 8, Passes: 1, Threads: 1}})
	l.user("anna")
	l.phone("anna", "D1", eas.Version141)
	l.device("anna", "D2", eas.Version141).must("FolderSync", folderSync0).want(t, "Status", "177")
	l.device("anna", "D3", eas.Version140).must("FolderSync", folderSync0).want(t, "Status", "130") // 14.0 has no 177
}

func TestThrottled(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.user("anna")
	d := l.device("anna", "D1", eas.Version141)
	for range 8 {
		hr := d.request("FolderSync", l.wbxml(folderSync0))
		hr.SetBasicAuth("anna", "wrong")
		r, err := d.do(hr)
		if err != nil {
			t.Fatal(err)
		}
		if r.code == 503 {
			if r.header.Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
			return
		}
	}
	t.Error("never told to wait")
}

func TestConcurrentRequestsAreBounded(t *testing.T) {
	t.Parallel()
	l := newLab(t, func(o *Options) { o.MaxDeviceRequests, o.MaxUserRequests = 2, 3 })
	user := l.user("anna")
	q := &l.server.requests
	a, ok1 := q.begin(deviceKey{user, "D1"})
	b, ok2 := q.begin(deviceKey{user, "D1"})
	if !ok1 || !ok2 {
		t.Fatal("two of two are too many")
	}
	d := l.device("anna", "D1", eas.Version141)
	if r := d.send("FolderSync", folderSync0); r.code != 503 || r.header.Get("Retry-After") == "" {
		t.Errorf("third of the device: HTTP %d", r.code)
	}
	l.phone("anna", "D2", eas.Version141)
	c, _ := q.begin(deviceKey{user, "D2"})
	if r := l.device("anna", "D3", eas.Version141).send("FolderSync", folderSync0); r.code != 503 {
		t.Errorf("fourth of the user: HTTP %d", r.code)
	}
	a.done()
	b.done()
	c.done()
	d.must("FolderSync", folderSync0).want(t, "Status", "1")
	if len(q.devices) != 0 || len(q.users) != 0 {
		t.Errorf("%d devices and %d users are left", len(q.devices), len(q.users))
	}
}

// A removed user, a changed password and a blocked device act on requests that wait.
func TestWithdrawnWhileWaiting(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for name, c := range map[string]struct {
		withdraw func(l *lab, user store.UserID) error
		code     int
		status   string
	}{
		"removed user":     {func(l *lab, u store.UserID) error { return l.accounts.RemoveUser(ctx, u) }, 401, "-"},
		"changed password": {func(l *lab, u store.UserID) error { return l.accounts.SetPassword(ctx, u, "another one") }, 401, "-"},
		"blocked device":   {func(l *lab, u store.UserID) error { return l.accounts.SetAccess(ctx, u, "D1", store.Blocked) }, 200, "129"},
		"no ActiveSync":    {func(l *lab, u store.UserID) error { return l.accounts.SetActiveSync(ctx, u, false) }, 200, "126"},
		"factory reset":    {func(l *lab, u store.UserID) error { return l.accounts.SetAccess(ctx, u, "D1", store.FactoryReset) }, 200, "140"},
		"policy demanded":  {func(l *lab, u store.UserID) error { return l.accounts.SetPolicy(ctx, u, true) }, 200, "142"},
		"removed device":   {func(l *lab, u store.UserID) error { return l.accounts.RemoveDevice(ctx, u, "D1") }, 200, "-"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			user := l.user("anna")
			d := l.phone("anna", "D1", eas.Version141)
			d.begin(inbox, smsOptions)
			waiting := d.hang(inbox, "", "<HeartbeatInterval>60</HeartbeatInterval>")
			if err := c.withdraw(l, user); err != nil {
				t.Fatal(err)
			}
			r := waiting.within(t, 5*time.Second)
			if r.code != c.code || r.tree.at("Status") != c.status {
				t.Errorf("HTTP %d status %s, want %d %s", r.code, r.tree.at("Status"), c.code, c.status)
			}
		})
	}
}
