package account

import "asms/store"

// User is one person and the owner of one mailbox.
type User = store.User

// Device is a phone or another client of one user.
type Device = store.Device

// Access is what a device may do.
type Access = store.Access

// Accesses of a device.
const (
	Allowed       = store.Allowed
	Blocked       = store.Blocked
	Quarantined   = store.Quarantined
	WipeRequested = store.WipeRequested
	FactoryReset  = store.FactoryReset
	Wiped         = store.Wiped
)
