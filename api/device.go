package api

import "time"

// Access is what a device may do.
type Access string

// Accesses of a device.
const (
	AccessAllowed       Access = "allowed"
	AccessBlocked       Access = "blocked"
	AccessQuarantined   Access = "quarantined"    // waits for an administrator
	AccessWipeRequested Access = "wipe_requested" // is told to wipe when it next comes
	AccessWiped         Access = "wiped"          // says that it has wiped itself
)

// Device is a phone or another client that synchronises.
type Device struct {
	ID          string `json:"id"`
	User        string `json:"user,omitempty"` // for administrators
	Type        string `json:"type,omitempty"`
	Name        string `json:"name,omitempty"` // friendly name
	Model       string `json:"model,omitempty"`
	OS          string `json:"os,omitempty"`
	UserAgent   string `json:"user_agent,omitempty"`
	Operator    string `json:"operator,omitempty"`
	PhoneNumber string `json:"phone_number,omitempty"`
	OutboundSMS bool   `json:"outbound_sms"` // it sends texts for the mailbox
	Access      Access `json:"access"`
	// FactoryReset says of a wipe that was requested that it is to erase all.
	FactoryReset bool      `json:"factory_reset,omitempty"`
	Version      string    `json:"version,omitempty"` // of the protocol
	Policy       bool      `json:"policy,omitempty"`  // it applies the user's policy as it is now
	FirstSeen    time.Time `json:"first_seen"`
	LastSeen     time.Time `json:"last_seen"`
	Queue        int       `json:"queue"` // texts that wait for it or that it has

	WipeRequested time.Time `json:"wipe_requested,omitzero"` // when the last wipe was asked for
	WipeFailed    time.Time `json:"wipe_failed,omitzero"`    // when the device said that it could not
	Wiped         time.Time `json:"wiped,omitzero"`          // when the device said that it was done
}

// Devices is all devices of a user, or of all for administrators.
type Devices struct {
	Devices []Device `json:"devices"`
}

// Wipe asks a device to remove the account, or to erase all it holds.
type Wipe struct {
	FactoryReset bool `json:"factory_reset,omitempty"`
}

// Setup is what a new phone has to be told.
type Setup struct {
	URL          string `json:"url"`
	User         string `json:"user"`
	RelayCommand string `json:"relay_command"`
}
