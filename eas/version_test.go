package eas

import (
	"errors"
	"slices"
	"testing"
)

func TestVersion(t *testing.T) {
	t.Parallel()
	for _, v := range Versions() {
		if got, err := ParseVersion(v.String()); err != nil || got != v {
			t.Errorf("%s: %v, %v", v, got, err)
		}
	}
	for _, s := range []string{"", "12.1", "2.5", "14", "14.10", "16.2", "19.1", " 14.1", "-14.0", "1e1"} {
		if v, err := ParseVersion(s); !errors.Is(err, ErrUnsupportedVersion) {
			t.Errorf("%q: %v, %v", s, v, err)
		}
	}
	if got := ParseVersions("2.5,12.0, 14.0,14.1 ,16.1"); !slices.Equal(got, []Version{Version140, Version141, Version161}) {
		t.Errorf("got %v", got)
	}
	if got := FormatVersions(Versions()); got != "14.0,14.1,16.0,16.1" {
		t.Error(got)
	}
}

func TestVersionRules(t *testing.T) {
	t.Parallel()

	t.Run("ASMS-3.1.4.1-2 folders that hold texts", func(t *testing.T) {
		t.Parallel()
		only140 := []FolderType{FolderTypeInbox, FolderTypeOutbox, FolderTypeSentItems}
		for f := FolderTypeGeneric; f <= FolderTypeRecipientCache; f++ {
			if got := Version140.SupportsSMSInFolder(f); got != slices.Contains(only140, f) {
				t.Errorf("14.0, folder type %d: %t", f, got)
			}
			for _, v := range Versions()[1:] {
				if got := v.SupportsSMSInFolder(f); got != f.IsMail() {
					t.Errorf("%s, folder type %d: %t", v, f, got)
				}
			}
			if Version(121).SupportsSMSInFolder(f) { // ASMS-3.1.4.1-4
				t.Errorf("12.1, folder type %d", f)
			}
		}
	})
	t.Run("what 14.1 brought", func(t *testing.T) {
		t.Parallel()
		for _, v := range Versions() {
			later := v != Version140
			if v.DeleteCarriesClass() != later || v.OutboundSMSNeedsPhoneNumber() == later ||
				v.ProvisionNeedsDeviceInformation() != later || v.UserInformationHasAccounts() != later ||
				v.HasStatus(StatusDeviceInformationRequired) != later {
				t.Errorf("%s", v)
			}
			if !v.HasStatus(SyncStatusRetry) || !v.HasStatus(StatusMoveCommandInvalidDestinationFolder) {
				t.Errorf("%s lacks old statuses", v)
			}
		}
	})
	t.Run("what 16.0 and 16.1 brought", func(t *testing.T) {
		t.Parallel()
		if Version141.HasDrafts() || !Version160.HasDrafts() || Version141.HasStatus(StatusInvalidRecipients) || !Version160.HasStatus(StatusInvalidRecipients) {
			t.Error("16.0")
		}
		if Version160.HasAccountOnlyRemoteWipe() || !Version161.HasAccountOnlyRemoteWipe() {
			t.Error("16.1")
		}
	})
}
