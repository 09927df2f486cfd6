package account

import (
	"context"

	"asms/store"
)

// spokenSetting is the name under which it is stored what a device speaks.
func spokenSetting(device string) string { return "spoken by " + device }

// Spoken returns what SetSpoken has stored for a device, or "".
func (a *Accounts) Spoken(ctx context.Context, user store.UserID, device string) (spoken string, err error) {
	err = a.st.View(ctx, user, func(tx *store.Tx) error {
		spoken, err = tx.Setting(spokenSetting(device))
		return err
	})
	if err != nil {
		return "", failed("device", err)
	}
	return spoken, nil
}

// SetSpoken stores what protocol a device speaks, for later comparison. It returns
// ErrNoUser or ErrNoDevice.
func (a *Accounts) SetSpoken(ctx context.Context, user store.UserID, device, spoken string) error {
	return a.change(ctx, user, func(e *entry) error {
		if _, known := e.devices[device]; !known {
			return ErrNoDevice
		}
		return a.update(ctx, user, func(tx *store.Tx) error { return tx.SetSetting(spokenSetting(device), spoken) })
	})
}
