package main

import (
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"asms/eas"
)

func TestPolicyOfAUser(t *testing.T) {
	t.Parallel()
	s := serveNew(t)
	s.user("ann")
	show := func() string {
		t.Helper()
		return ok(t, "", "policy", "show", "ann", "--data", s.data)
	}
	phone := s.phone("ann", "D1", eas.Version161)
	comes := func() string {
		_, err := phone.FolderSync(context.Background(), "0")
		return status(err)
	}
	fetches := func() {
		t.Helper()
		if _, err := phone.Provision(context.Background(), nil); err != nil {
			t.Fatal(err)
		}
	}
	if got := show(); got != "ann has no policy.\n" || comes() != "ok" {
		t.Errorf("by default: %s", got)
	}
	ok(t, "", "policy", "set", "ann", "--device-password", "--min-length", "6", "--no-text-messaging", "--bluetooth=handsfree", "--data", s.data)
	if got := show(); got != "asms policy set ann --device-password --min-length 6 --no-text-messaging --bluetooth handsfree\n" {
		t.Errorf("%s", got)
	}
	if got := comes(); got != "141" && got != "142" {
		t.Errorf("a device without the policy: %s", got)
	}
	fetches()
	if got := comes(); got != "ok" {
		t.Errorf("a device with the policy: %s", got)
	}
	if table := ok(t, "", "device", "list", "ann", "--data", s.data); !strings.Contains(table, "  applied  ") {
		t.Errorf("%s", table)
	}
	set := strings.Fields(show())
	ok(t, "", append(set[1:], "--data", s.data)...) // the same again
	if got := comes(); got != "ok" {
		t.Errorf("nothing has changed: %s", got)
	}
	ok(t, "", "policy", "set", "ann", "--data", s.data)
	if got := comes(); got != "143" {
		t.Errorf("the policy has changed: %s", got)
	}
	fetches()
	asms(t, "", nil, "policy", "set", "ann", "--min-length", "6", "--data", s.data).says(t, 1, "unless a password is required")
	asms(t, "", nil, "policy", "set", "eve", "--data", s.data).says(t, 1, "no such user")
	ok(t, "", "policy", "clear", "ann", "--data", s.data)
	if got := comes(); got != "143" {
		t.Errorf("a device that still applies it: %s", got)
	}
	fetches()
	if got := ok(t, "", "policy", "show", "ann", "--json", "--data", s.data); got != "null\n" || comes() != "ok" {
		t.Errorf("cleared: %s", got)
	}
}

func TestNewDevicesInQuarantine(t *testing.T) {
	t.Parallel()
	s := serveIn(t, filepath.Join(t.TempDir(), "data"), "--new-devices", "quarantine")
	s.user("ann")
	phone := s.client("ann", "D1", eas.Version161)
	comes := func() string {
		_, err := phone.FolderSync(context.Background(), "0")
		return status(err)
	}
	if got := comes(); got != "129" {
		t.Errorf("a new device: %s", got)
	}
	list := func() (d device) {
		t.Helper()
		var all []device
		if err := json.Unmarshal([]byte(ok(t, "", "device", "list", "--json", "--data", s.data)), &all); err != nil || len(all) != 1 {
			t.Fatalf("%v, %v", all, err)
		}
		return all[0]
	}
	if d := list(); d.Access != "quarantined" {
		t.Errorf("%+v", d)
	}
	ok(t, "", "device", "allow", "ann", "D1", "--data", s.data)
	if got := comes(); got != "ok" {
		t.Errorf("once it is allowed: %s", got)
	}

	ok(t, "", "device", "wipe", "ann", "D1", "--yes", "--data", s.data)
	if d := list(); d.WipeRequestedAt.IsZero() || !d.WipedAt.IsZero() || comes() != "140" {
		t.Errorf("asked to wipe: %+v", d)
	}
	if err := phone.AcknowledgeWipe(context.Background(), true, true); err != nil {
		t.Fatal(err)
	}
	if d := list(); d.WipedAt.Before(d.WipeRequestedAt) || d.Access != "wiped" || comes() != "129" {
		t.Errorf("acknowledged: %+v", d)
	}
	if table := ok(t, "", "device", "list", "--data", s.data); !strings.Contains(table, "asked 20") || !strings.Contains(table, "acknowledged 20") {
		t.Errorf("%s", table)
	}
}
