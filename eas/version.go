package eas

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Version is a protocol version, ten times its number: 141 is 14.1. Versions
// compare as numbers. This module speaks those from 14.0 on, since SMS begins
// there.
//
// [MS-ASHTTP] 2.2.1.1.2.6 MS-ASProtocolVersion
type Version int

// The versions with SMS.
//
// [MS-ASMS] 2.2.2 Elements
const (
	Version140 Version = 140
	Version141 Version = 141
	Version160 Version = 160
	Version161 Version = 161
)

// Versions are the versions this module speaks, oldest first.
func Versions() []Version { return []Version{Version140, Version141, Version160, Version161} }

// ErrUnsupportedVersion is a protocol version that this module does not speak.
var ErrUnsupportedVersion = errors.New("unsupported protocol version")

// ParseVersion reads a version as it stands in MS-ASProtocolVersion. It returns
// ErrUnsupportedVersion for one this module does not speak.
func ParseVersion(s string) (Version, error) {
	for _, v := range Versions() {
		if s == v.String() {
			return v, nil
		}
	}
	return 0, fmt.Errorf("eas: %w: %q", ErrUnsupportedVersion, s)
}

// ParseVersions reads a list of versions as it stands in MS-ASProtocolVersions
// and returns those that this module speaks.
//
// [MS-ASHTTP] 2.2.4.1.2.2 MS-ASProtocolVersions
func ParseVersions(s string) []Version {
	var list []Version
	for part := range strings.SplitSeq(s, ",") {
		if v, err := ParseVersion(strings.TrimSpace(part)); err == nil {
			list = append(list, v)
		}
	}
	return list
}

// FormatVersions writes a list of versions for MS-ASProtocolVersions.
func FormatVersions(list []Version) string {
	parts := make([]string, len(list))
	for i, v := range list {
		parts[i] = v.String()
	}
	return strings.Join(parts, ",")
}

// Supported reports whether this module speaks v.
func (v Version) Supported() bool {
	return slices.Contains(Versions(), v)
}

func (v Version) String() string { return fmt.Sprintf("%d.%d", v/10, v%10) }

// SupportsSMSInFolder reports whether texts are synchronized in a folder of
// this type: with 14.0 in the Inbox, the Outbox and the Sent Items folder only,
// later in every folder for mail.
//
// [MS-ASMS] 3.1.4.1 Synchronizing SMS Items
func (v Version) SupportsSMSInFolder(t FolderType) bool {
	switch {
	case !v.Supported():
		return false
	case v == Version140:
		return t == FolderTypeInbox || t == FolderTypeOutbox || t == FolderTypeSentItems
	}
	return t.IsMail()
}

// DeleteCarriesClass reports whether the server names the class of a deleted
// text. It does not with 14.0.
//
// [MS-ASMS] 2.2.2.2.1.2 Class (Sync)
func (v Version) DeleteCarriesClass() bool { return v >= Version141 }

// OutboundSMSNeedsPhoneNumber reports whether EnableOutboundSMS 1 without a
// telephone number is refused with SettingsStatusInvalidArguments. Only servers
// of 14.0 do so.
//
// [MS-ASMS] 3.2.5.3 Processing a Settings Request; appendix B, note 1
func (v Version) OutboundSMSNeedsPhoneNumber() bool { return v == Version140 }

// ProvisionNeedsDeviceInformation reports whether the first Provision must
// carry DeviceInformation. With 14.0 it must not.
//
// [MS-ASPROV] 3.1.5.1.1 Initial Request
func (v Version) ProvisionNeedsDeviceInformation() bool { return v >= Version141 }

// UserInformationHasAccounts reports whether the answer to UserInformation
// lists accounts. With 14.0 it lists addresses.
//
// [MS-ASCMD] 2.2.3.192 UserInformation
func (v Version) UserInformationHasAccounts() bool { return v >= Version141 }

// HasAccountOnlyRemoteWipe reports whether a device can be told to erase the
// account alone.
//
// [MS-ASPROV] 2.2.2.1 AccountOnlyRemoteWipe
func (v Version) HasAccountOnlyRemoteWipe() bool { return v >= Version161 }

// HasDrafts reports whether clients may add and change mails in the Drafts
// folder.
//
// [MS-ASEMAIL] 3.1.5.4 Sync Command Request
func (v Version) HasDrafts() bool { return v >= Version160 }

// HasStatus reports whether a status may be sent with this version. The common
// ones of a later version have no meaning to the client.
//
// [MS-ASCMD] 2.2.2 Common Status Codes
func (v Version) HasStatus(s Status) bool {
	switch {
	case s >= StatusBodyPartPreferenceTypeNotSupported && s <= StatusMaximumDevicesReached:
		return v >= Version141
	case s >= StatusInvalidMIMEBodyCombination:
		return v >= Version160
	}
	return true
}
