package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"asms/eas"
	"asms/easclient"
)

// client is a device of the user that has not come yet.
func (s *server) client(user, id string, version eas.Version) *easclient.Client {
	s.t.Helper()
	c, err := easclient.New(easclient.Options{
		URL: s.url, User: user, Password: "secret of " + user,
		DeviceID: eas.DeviceID(id), DeviceType: "Phone", Version: version,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// phone signs in as a device of the user and has its folders.
func (s *server) phone(user, id string, version eas.Version) *easclient.Client {
	s.t.Helper()
	c := s.client(user, id, version)
	if _, err := c.FolderSync(context.Background(), "0"); err != nil {
		s.t.Fatal(err)
	}
	return c
}

// hang lets the phone wait for changes of its Inbox and returns how that ends.
func (s *server) hang(c *easclient.Client) <-chan error {
	s.t.Helper()
	folders, err := c.FolderSync(context.Background(), "0")
	if err != nil {
		s.t.Fatal(err)
	}
	ping := &eas.PingRequest{HeartbeatInterval: new(int), Folders: &eas.PingFolders{}}
	*ping.HeartbeatInterval = eas.MinHeartbeatInterval
	for _, f := range folders.Changes.Add {
		if f.Type == eas.FolderTypeInbox {
			ping.Folders.Folder = []eas.PingFolder{{ID: f.ServerID, Class: eas.ClassEmail}}
		}
	}
	ended := make(chan error, 1)
	go func() {
		_, err := c.Ping(context.Background(), ping)
		ended <- err
	}()
	select {
	case err := <-ended:
		s.t.Fatalf("it does not hang: %v", err)
	case <-time.After(300 * time.Millisecond):
	}
	return ended
}

// soon waits for the end of a hanging request.
func soon(t *testing.T, ended <-chan error) error {
	t.Helper()
	select {
	case err := <-ended:
		return err
	case <-time.After(5 * time.Second):
		t.Fatal("the request still hangs")
		return nil
	}
}

// status returns what the error says: the command's status, or that of HTTP.
func status(err error) string {
	var s *eas.StatusError
	var h *easclient.HTTPError
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, &s):
		return fmt.Sprint(int(s.Status))
	case errors.As(err, &h):
		return fmt.Sprint("HTTP ", h.Code)
	}
	return err.Error()
}

func TestDevicesAreListed(t *testing.T) {
	t.Parallel()
	s := serveNew(t)
	s.user("ann")
	s.user("bob")
	c := s.phone("ann", "PHONE1", eas.Version141)
	model, number, on := "Model 1", "+14255550143", 1
	if err := c.SetDeviceInformation(context.Background(), &eas.DeviceInformationSet{
		Model: &model, PhoneNumber: &number, EnableOutboundSMS: &on,
	}); err != nil {
		t.Fatal(err)
	}
	s.phone("bob", "PHONE2", eas.Version161)
	list := func(args ...string) (all []device) {
		t.Helper()
		args = append([]string{"device", "list", "--json", "--data", s.data}, args...)
		if err := json.Unmarshal([]byte(ok(t, "", args...)), &all); err != nil {
			t.Fatal(err)
		}
		return all
	}
	if all := list(); len(all) != 2 || all[0].User != "ann" || all[1].ID != "PHONE2" || all[1].OutboundSMS {
		t.Errorf("all: %+v", all)
	}
	mine := list("ann")
	if len(mine) != 1 || time.Since(mine[0].LastSeen) > time.Minute {
		t.Fatalf("of ann: %+v", mine)
	}
	d := mine[0]
	want := device{
		User: "ann", ID: "PHONE1", Type: "Phone", Model: model, PhoneNumber: number, OutboundSMS: true,
		Access: "allowed", Version: "14.1", UserAgent: d.UserAgent, FirstSeen: d.FirstSeen, LastSeen: d.LastSeen,
	}
	if d != want {
		t.Errorf("%+v", d)
	}
	table := strings.Split(ok(t, "", "device", "list", "ann", "--data", s.data), "\n")
	if len(table) != 3 || !strings.Contains(table[1], "+14255550143  on ") {
		t.Errorf("%s", strings.Join(table, "\n"))
	}
}

// What an administrator does acts on the next request, and ends the one that hangs.
func TestCommandsEndHangingRequests(t *testing.T) {
	t.Parallel()
	s := serveNew(t)
	for _, c := range []struct {
		name    string
		version eas.Version
		stdin   string
		args    string
		hanging string // how the request that hangs ends
		next    string // and the next one
	}{
		{"block", eas.Version141, "", "device block block D1", "129", "129"},
		{"account", eas.Version161, "", "device wipe account D1 --yes", "140", "140"},
		{"old", eas.Version141, "", "device wipe old D1 --yes", "129", "129"},
		{"reset", eas.Version141, "", "device wipe reset D1 --factory-reset --yes", "140", "140"},
		{"password", eas.Version141, "new", "user password password --password-stdin", "HTTP 401", "HTTP 401"},
		{"removed", eas.Version141, "", "user remove removed", "HTTP 401", "HTTP 401"},
		{"sync", eas.Version160, "", "user activesync sync off", "126", "126"},
		{"demand", eas.Version141, "", "user policy demand required", "", "142"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := &server{t: t, data: s.data, url: s.url}
			s.user(c.name)
			phone := s.phone(c.name, "D1", c.version)
			ended := s.hang(phone)
			ok(t, c.stdin, append(strings.Fields(c.args), "--data", s.data)...)
			if c.hanging != "" { // a Ping needs no policy key
				if got := status(soon(t, ended)); got != c.hanging {
					t.Errorf("the hanging request: %s, want %s", got, c.hanging)
				}
			}
			_, err := phone.FolderSync(context.Background(), "0")
			if got := status(err); got != c.next && (c.next != "142" || got != "141") {
				t.Errorf("the next request: %s, want %s", got, c.next)
			}
		})
	}
}

// Each phone may have a password of its own: to revoke one ends what hangs with it
// and nothing else.
func TestARevokedAppPasswordEndsHangingRequests(t *testing.T) {
	t.Parallel()
	s := serveNew(t)
	s.user("ann")
	var phones []*easclient.Client
	for _, id := range []string{"D1", "D2"} {
		app := strings.TrimSpace(ok(t, "", "user", "app-password", "add", "ann", id, "--data", s.data))
		c, err := easclient.New(easclient.Options{URL: s.url, User: "ann", Password: app, DeviceID: eas.DeviceID(id), DeviceType: "Phone"})
		if err != nil {
			t.Fatal(err)
		}
		phones = append(phones, c)
	}
	lost, kept := s.hang(phones[0]), s.hang(phones[1])
	for _, line := range strings.Split(ok(t, "", "user", "app-password", "list", "ann", "--data", s.data), "\n") {
		if cells := strings.Fields(line); len(cells) > 1 && cells[1] == "D1" {
			ok(t, "", "user", "app-password", "remove", "ann", cells[0], "--data", s.data)
		}
	}
	if got := status(soon(t, lost)); got != "HTTP 401" {
		t.Errorf("the hanging request: %s", got)
	}
	if _, err := phones[0].FolderSync(context.Background(), "0"); status(err) != "HTTP 401" {
		t.Errorf("the next request: %v", err)
	}
	select {
	case err := <-kept:
		t.Errorf("the other phone's request ended: %v", err)
	case <-time.After(300 * time.Millisecond):
	}
}

func TestABlockedDeviceMayComeBack(t *testing.T) {
	t.Parallel()
	s := serveNew(t)
	s.user("ann")
	phone := s.phone("ann", "D1", eas.Version141)
	comes := func() string {
		_, err := phone.FolderSync(context.Background(), "0")
		return status(err)
	}
	for _, c := range [][2]string{{"block", "129"}, {"allow", "ok"}, {"block", "129"}, {"remove", "ok"}} {
		ok(t, "", "device", c[0], "ann", "D1", "--data", s.data)
		if got := comes(); got != c[1] {
			t.Errorf("after %s: %s, want %s", c[0], got, c[1])
		}
	}
}

func TestHangingRequestsEndWithTheServer(t *testing.T) {
	t.Parallel()
	s := serveNew(t)
	s.user("ann")
	var ended []<-chan error
	for i := range 3 {
		ended = append(ended, s.hang(s.phone("ann", fmt.Sprint("D", i), eas.Version161)))
	}
	s.signal(syscall.SIGTERM)
	for _, e := range ended {
		if err := soon(t, e); err != nil {
			t.Errorf("a request that hung: %v", err)
		}
	}
	http.DefaultClient.CloseIdleConnections()
	if code := s.wait(waitAtMost); code != 0 {
		t.Errorf("exit %d", code)
	}
}
