package eas

import (
	"errors"
	"testing"
)

func TestStatusErr(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		command Command
		status  Status
		want    string
	}{
		{CommandSync, 0, ""},
		{CommandSync, StatusSuccess, ""},
		{CommandSync, SyncStatusInvalidSyncKey, "eas: Sync: status 3 (invalid sync key)"},
		{CommandSync, StatusDeviceNotProvisioned, "eas: Sync: status 142 DeviceNotProvisioned"},
		{CommandSync, 77, "eas: Sync: status 77"},
		{CommandMoveItems, MoveItemsStatusSuccess, ""},
		{CommandMoveItems, 1, "eas: MoveItems: status 1 (invalid source)"},
		{CommandPing, PingStatusExpired, ""},
		{CommandPing, PingStatusChanges, ""},
		{CommandPing, PingStatusFolderSyncRequired, "eas: Ping: status 7 (folder hierarchy changed)"},
		{CommandFolderCreate, FolderStatusExists, "eas: FolderCreate: status 2 (folder exists or is a special folder)"},
		{CommandSettings, SettingsStatusInvalidArguments, "eas: Settings: status 5 (invalid arguments)"},
		{CommandProvision, StatusDeviceInformationRequired, "eas: Provision: status 165 DeviceInformationRequired"},
	} {
		err := test.status.Err(test.command)
		if test.want == "" {
			if err != nil {
				t.Errorf("%s %d: %v", test.command, test.status, err)
			}
			continue
		}
		var statusErr *StatusError
		if !errors.As(err, &statusErr) || statusErr.Status != test.status || err.Error() != test.want {
			t.Errorf("%s %d: %v, want %s", test.command, test.status, err, test.want)
		}
	}
}

func TestStatusNames(t *testing.T) {
	t.Parallel()
	if len(commonNames) != 78 {
		t.Errorf("%d common statuses", len(commonNames))
	}
	for s := range commonNames {
		if !s.Common() || s > 184 {
			t.Errorf("%s is no common status", s)
		}
	}
	if s := StatusOneOrMoreExceptionsFailed.String(); s != "184 OneOrMoreExceptionsFailed" {
		t.Error(s)
	}
	if s := SyncStatusRetry.String(); s != "16" {
		t.Error(s)
	}
}
