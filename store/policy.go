package store

import (
	"encoding/json"
	"fmt"
)

// Policy is what an administrator demands of a user's devices. The zero Policy
// restricts nothing; a device still has to fetch and acknowledge it.
//
// [MS-ASPROV] 2.2.2.28 EASProvisionDoc
type Policy struct {
	DevicePassword     bool `json:"device_password,omitempty"`
	Alphanumeric       bool `json:"alphanumeric,omitempty"`
	MinLength          int  `json:"min_length,omitempty"`         // 1 to 16 characters, 0 none
	ComplexCharacters  int  `json:"complex_characters,omitempty"` // 1 to 4 groups of characters, 0 none
	NoSimplePassword   bool `json:"no_simple_password,omitempty"`
	MaxInactivity      int  `json:"max_inactivity,omitempty"`      // seconds, 0 none
	MaxFailed          int  `json:"max_failed,omitempty"`          // 4 to 16 attempts, 0 none
	PasswordExpiration int  `json:"password_expiration,omitempty"` // days, 0 never
	PasswordHistory    int  `json:"password_history,omitempty"`

	DeviceEncryption      bool `json:"device_encryption,omitempty"`
	StorageCardEncryption bool `json:"storage_card_encryption,omitempty"`
	ManualRoaming         bool `json:"manual_roaming,omitempty"` // no synchronization by itself while roaming

	NoTextMessaging        bool `json:"no_text_messaging,omitempty"` // no text is routed to the user's devices
	NoStorageCard          bool `json:"no_storage_card,omitempty"`
	NoCamera               bool `json:"no_camera,omitempty"`
	NoUnsignedApplications bool `json:"no_unsigned_applications,omitempty"` // nor unsigned packages
	NoWiFi                 bool `json:"no_wifi,omitempty"`
	NoInfrared             bool `json:"no_infrared,omitempty"`
	NoDesktopSync          bool `json:"no_desktop_sync,omitempty"`
	NoRemoteDesktop        bool `json:"no_remote_desktop,omitempty"`
	NoInternetSharing      bool `json:"no_internet_sharing,omitempty"`
	NoBrowser              bool `json:"no_browser,omitempty"`
	NoPOPIMAP              bool `json:"no_pop_imap,omitempty"`
	NoConsumerEmail        bool `json:"no_consumer_email,omitempty"`
	NoHTMLEmail            bool `json:"no_html_email,omitempty"`
	NoAttachments          bool `json:"no_attachments,omitempty"`

	// Bluetooth is "" allowed, "handsfree" or "none".
	Bluetooth string `json:"bluetooth,omitempty"`
	// MaxAge is how far back mail and texts are synchronized, as a FilterType: 0
	// all, 1 one day, 2 three days, 3 one week, 4 two weeks, 5 one month.
	MaxAge int `json:"max_age,omitempty"`

	// AllowExternallyManaged serves a device that says that others manage it.
	AllowExternallyManaged bool `json:"allow_externally_managed,omitempty"`
	// AllowNonProvisionable serves a device that does not fetch the policy, or
	// that cannot apply all of it.
	AllowNonProvisionable bool `json:"allow_non_provisionable,omitempty"`
}

// Policy returns the policy that is defined for the user, nil when none is, and
// its revision, which grows with every change.
func (tx *Tx) Policy() (*Policy, int64, error) {
	var settings string
	var revision int64
	var demanded bool
	err := tx.row(`SELECT policy_settings, policy_revision, policy FROM mailbox WHERE user_id = $1`, tx.user).
		Scan(&settings, &revision, &demanded)
	if err != nil {
		return nil, 0, tx.failed("policy", err)
	}
	if settings == "" && !demanded {
		return nil, revision, nil
	}
	p := new(Policy)
	if settings == "" { // demanded before policies had settings
		return p, revision, nil
	}
	if err := json.Unmarshal([]byte(settings), p); err != nil {
		return nil, 0, fmt.Errorf("store: policy: %w", err)
	}
	return p, revision, nil
}

// PutPolicy defines the user's policy, nil for none, under a new revision, which
// it returns. Temporary keys that were given out for the one before are void.
func (tx *Tx) PutPolicy(p *Policy) (revision int64, err error) {
	settings, demanded := "", false
	if p != nil {
		b, err := json.Marshal(p)
		if err != nil {
			return 0, fmt.Errorf("store: policy: %w", err)
		}
		settings, demanded = string(b), !p.AllowNonProvisionable
	}
	if _, revision, err = tx.Policy(); err != nil {
		return 0, err
	}
	revision++
	tx.Touch()
	if err := tx.exec(`UPDATE mailbox SET policy = $2, policy_settings = $3, policy_revision = $4 WHERE user_id = $1`,
		tx.user, demanded, settings, revision); err != nil {
		return 0, err
	}
	return revision, tx.exec(`UPDATE device SET temporary_key = 0 WHERE user_id = $1`, tx.user)
}
