package account

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"asms/store"
)

// What the methods on devices return.
var (
	ErrSyncDisabled   = errors.New("account: the user may not use ActiveSync")
	ErrTooManyDevices = errors.New("account: the user has too many devices")
	ErrDeviceID       = errors.New("account: a device id is 1 to 64 bytes long")
	ErrBlocked        = errors.New("account: the device is blocked")
	ErrQuarantined    = errors.New("account: the device waits for an administrator")
	ErrWipe           = errors.New("account: the device is to be wiped")
)

// Seen is what a request says about its device. An empty field other than
// DeviceID changes nothing.
type Seen struct {
	DeviceID  string
	Type      string // at most 256 bytes are kept, as of the other fields
	UserAgent string
	Version   string // protocol version, such as "14.1"
}

const (
	maxDeviceID  = 64 // a base64 query may carry binary ids, which are written in hex
	maxSeen      = 256
	refreshEvery = time.Minute
)

// Admit returns the device of a request and stores it on first sight, and later
// when what the request says is new or a minute has passed. It returns
// ErrSyncDisabled, ErrTooManyDevices, ErrDeviceID or ErrNoUser. A device that is to
// be wiped comes in whatever its user may do, so that it learns of it.
func (a *Accounts) Admit(ctx context.Context, user store.UserID, seen Seen) (store.Device, error) {
	if seen.DeviceID == "" || len(seen.DeviceID) > maxDeviceID {
		return store.Device{}, ErrDeviceID
	}
	e, err := a.entry(ctx, user)
	if err != nil {
		return store.Device{}, err
	}
	now := a.opts.Now().UTC().Truncate(time.Millisecond)
	e.mu.RLock()
	d, known := e.devices[seen.DeviceID]
	removed, disabled := e.removed, !e.user.ActiveSync
	e.mu.RUnlock()
	switch {
	case removed:
		return store.Device{}, ErrNoUser
	case disabled && (!known || !errors.Is(CheckAccess(d), ErrWipe)):
		return store.Device{}, ErrSyncDisabled
	}
	if known && !seen.refresh(&d, now) {
		return d, nil
	}
	err = a.change(ctx, user, func(e *entry) error {
		var known bool
		if d, known = e.devices[seen.DeviceID]; !known {
			if len(e.devices) >= a.opts.MaxDevices {
				return ErrTooManyDevices
			}
			d = store.Device{ID: seen.DeviceID, FirstSeen: now, Access: a.opts.NewDevices}
		}
		if !seen.refresh(&d, now) {
			return nil // another request of the device was quicker
		}
		if !known {
			a.opts.Log.Info("new device", "user", e.user.Name, "device", d.ID, "type", d.Type, "access", d.Access.String())
		}
		return a.put(ctx, e, d, false)
	})
	return d, err
}

// refresh writes what was seen into d and says whether that is worth storing.
func (s Seen) refresh(d *store.Device, now time.Time) bool {
	changed := now.Sub(d.LastSeen) >= refreshEvery
	for _, f := range []struct {
		at  *string
		now string
	}{{&d.Type, s.Type}, {&d.UserAgent, s.UserAgent}, {&d.Version, s.Version}} {
		if v := clip(f.now); v != "" && v != *f.at {
			*f.at, changed = v, true
		}
	}
	if changed {
		d.LastSeen = now
	}
	return changed
}

// clip bounds what a header put into the device's row.
func clip(s string) string {
	if len(s) > maxSeen {
		s = s[:maxSeen]
	}
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "")
	}
	return s
}

// put stores d and remembers it. The caller has e locked.
func (a *Accounts) put(ctx context.Context, e *entry, d store.Device, touch bool) error {
	err := a.update(ctx, e.user.ID, func(tx *store.Tx) error {
		if touch {
			tx.Touch()
		}
		return tx.PutDevice(d)
	})
	if err == nil {
		e.devices[d.ID] = d
	}
	return err
}

// edit changes one device. f says whether waiting requests must look again. What
// f leaves as it was is not written.
func (a *Accounts) edit(ctx context.Context, user store.UserID, id string, f func(e *entry, d *store.Device) (touch bool, err error)) error {
	return a.change(ctx, user, func(e *entry) error {
		old, ok := e.devices[id]
		if !ok {
			return ErrNoDevice
		}
		d := old
		touch, err := f(e, &d)
		if err != nil || d == old {
			return err
		}
		return a.put(ctx, e, d, touch)
	})
}

// CheckAccess says whether the device is served: nil, ErrBlocked, ErrQuarantined
// or ErrWipe. A device that knows nothing but the reset of the whole device, all
// before 16.1, is blocked while only its account is to go.
func CheckAccess(d store.Device) error {
	switch d.Access {
	case store.Allowed:
		return nil
	case store.Quarantined:
		return ErrQuarantined
	case store.FactoryReset:
		return ErrWipe
	case store.WipeRequested:
		if d.Version == "16.1" {
			return ErrWipe
		}
	}
	return ErrBlocked
}

// CheckOwner says whether its owner may let a device in: nil, or ErrQuarantined when
// that takes an administrator. Where new devices are not let in, none is: one that
// its owner blocks or wipes in quarantine would else need nobody any more.
func (a *Accounts) CheckOwner(d store.Device) error {
	if d.Access == store.Quarantined || d.Access != store.Allowed && a.opts.NewDevices != store.Allowed {
		return ErrQuarantined
	}
	return nil
}

// Device returns one device of the user, or ErrNoDevice.
func (a *Accounts) Device(ctx context.Context, user store.UserID, id string) (store.Device, error) {
	e, err := a.entry(ctx, user)
	if err != nil {
		return store.Device{}, err
	}
	e.mu.RLock()
	defer e.mu.RUnlock()
	d, ok := e.devices[id]
	if !ok {
		return store.Device{}, ErrNoDevice
	}
	return d, nil
}

// Devices returns the user's devices, by id.
func (a *Accounts) Devices(ctx context.Context, user store.UserID) (all []store.Device, err error) {
	err = a.st.View(ctx, user, func(tx *store.Tx) error {
		if _, err := tx.Account(); err != nil {
			return err
		}
		all, err = tx.Devices()
		return err
	})
	if err != nil {
		return nil, failed("devices", err)
	}
	return all, nil
}

// SetAccess says what the device may do and wakes its hanging requests. When that
// is to wipe itself, the time is kept. Whoever calls it tells the mailbox to route
// the texts that wait.
func (a *Accounts) SetAccess(ctx context.Context, user store.UserID, id string, access store.Access) error {
	return a.edit(ctx, user, id, func(_ *entry, d *store.Device) (bool, error) {
		switch {
		case access == store.WipeRequested || access == store.FactoryReset:
			d.WipeRequestedAt, d.WipeFailedAt, d.WipedAt = a.opts.Now().UTC().Truncate(time.Millisecond), time.Time{}, time.Time{}
		case d.WipedAt.IsZero(): // a wipe that was taken back in time
			d.WipeRequestedAt, d.WipeFailedAt = time.Time{}, time.Time{}
		}
		d.Access = access
		return true, nil
	})
}

// RemoveDevice forgets a device and what it has seen. When it comes again it is
// a new one. Whoever calls it tells the mailbox to route the texts that wait.
func (a *Accounts) RemoveDevice(ctx context.Context, user store.UserID, id string) error {
	return a.change(ctx, user, func(e *entry) error {
		if _, ok := e.devices[id]; !ok {
			return ErrNoDevice
		}
		if err := a.update(ctx, user, func(tx *store.Tx) error { return tx.RemoveDevice(id) }); err != nil {
			return err
		}
		delete(e.devices, id)
		return nil
	})
}
