package store

import "time"

// Access is what the administrator lets a device do.
type Access int

// Access states of a device.
const (
	Allowed       Access = iota // served
	Blocked                     // refused, status 129
	Quarantined                 // refused until an administrator decides
	WipeRequested               // told to remove the account, status 140
	FactoryReset                // told to reset itself, status 140
	Wiped                       // has acknowledged a wipe
)

func (a Access) String() string {
	switch a {
	case Allowed:
		return "allowed"
	case Blocked:
		return "blocked"
	case Quarantined:
		return "quarantined"
	case WipeRequested:
		return "wipe requested"
	case FactoryReset:
		return "factory reset requested"
	case Wiped:
		return "wiped"
	}
	return "unknown"
}

// Device is a phone or another client of one user.
type Device struct {
	ID             string // DeviceId of the request
	Type           string // DeviceType of the request
	UserAgent      string
	Model          string
	IMEI           string
	FriendlyName   string
	OS             string
	OSLanguage     string
	PhoneNumber    string // never validated [MS-ASMS] 2.2.2.2.3
	MobileOperator string
	OutboundSMS    bool // EnableOutboundSMS
	Access         Access
	PolicyKey      uint32 // acknowledged; 0 none
	TemporaryKey   uint32 // of phase one; 0 none
	PolicyRevision int64  // of the policy that PolicyKey stands for; 0 none
	Version        string // protocol version of the last request
	FirstSeen      time.Time
	LastSeen       time.Time

	// What became of the last wipe; a zero time is never.
	WipeRequestedAt time.Time
	WipeFailedAt    time.Time // the device said that it could not
	WipedAt         time.Time // the device said that it has
}

const deviceColumns = `device_id, type, user_agent, model, imei, friendly_name, os, os_language, phone_number,
	mobile_operator, outbound_sms, access, policy_key, temporary_key, version, first_seen, last_seen,
	policy_revision, wipe_requested, wipe_failed, wiped`

func scanDevice(r scanner) (d Device, err error) {
	var first, last, requested, failed, wiped int64
	err = r.Scan(&d.ID, &d.Type, &d.UserAgent, &d.Model, &d.IMEI, &d.FriendlyName, &d.OS, &d.OSLanguage, &d.PhoneNumber,
		&d.MobileOperator, &d.OutboundSMS, &d.Access, &d.PolicyKey, &d.TemporaryKey, &d.Version, &first, &last,
		&d.PolicyRevision, &requested, &failed, &wiped)
	d.FirstSeen, d.LastSeen = time.UnixMilli(first).UTC(), time.UnixMilli(last).UTC()
	d.WipeRequestedAt, d.WipeFailedAt, d.WipedAt = fromMillis(requested), fromMillis(failed), fromMillis(wiped)
	return d, err
}

// Device returns the device with that id, or ErrNotFound.
func (tx *Tx) Device(id string) (Device, error) {
	d, err := scanDevice(tx.row(`SELECT `+deviceColumns+` FROM device WHERE user_id = $1 AND device_id = $2`, tx.user, id))
	if err != nil {
		return Device{}, tx.failed("device", err)
	}
	return d, nil
}

// Devices returns the user's devices, by id.
func (tx *Tx) Devices() (all []Device, err error) {
	err = tx.each(func(r scanner) (bool, error) {
		d, err := scanDevice(r)
		all = append(all, d)
		return true, err
	}, `SELECT `+deviceColumns+` FROM device WHERE user_id = $1 ORDER BY device_id`, tx.user)
	return all, err
}

// OutboundDevices returns the allowed devices that have switched EnableOutboundSMS
// on, by id.
func (tx *Tx) OutboundDevices() (all []Device, err error) {
	err = tx.each(func(r scanner) (bool, error) {
		d, err := scanDevice(r)
		all = append(all, d)
		return true, err
	}, `SELECT `+deviceColumns+` FROM device WHERE user_id = $1 AND outbound_sms = 1 AND access = 0 ORDER BY device_id`, tx.user)
	return all, err
}

// PutDevice stores d, new or not. It does not wake anyone: call Touch when what
// the device may do has changed.
func (tx *Tx) PutDevice(d Device) error {
	if err := tx.notePhone(d); err != nil {
		return err
	}
	return tx.exec(`INSERT INTO device (user_id, `+deviceColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
			$19, $20, $21, $22)
		ON CONFLICT (user_id, device_id) DO UPDATE SET
			type = excluded.type, user_agent = excluded.user_agent, model = excluded.model, imei = excluded.imei,
			friendly_name = excluded.friendly_name, os = excluded.os, os_language = excluded.os_language,
			phone_number = excluded.phone_number, mobile_operator = excluded.mobile_operator,
			outbound_sms = excluded.outbound_sms, access = excluded.access, policy_key = excluded.policy_key,
			temporary_key = excluded.temporary_key, version = excluded.version,
			first_seen = excluded.first_seen, last_seen = excluded.last_seen,
			policy_revision = excluded.policy_revision, wipe_requested = excluded.wipe_requested,
			wipe_failed = excluded.wipe_failed, wiped = excluded.wiped`,
		tx.user, d.ID, d.Type, d.UserAgent, d.Model, d.IMEI, d.FriendlyName, d.OS, d.OSLanguage, d.PhoneNumber,
		d.MobileOperator, d.OutboundSMS, d.Access, d.PolicyKey, d.TemporaryKey, d.Version,
		d.FirstSeen.UnixMilli(), d.LastSeen.UnixMilli(), d.PolicyRevision,
		millis(d.WipeRequestedAt), millis(d.WipeFailedAt), millis(d.WipedAt))
}

// RemoveDevice forgets a device and what it has seen. Its texts stay.
func (tx *Tx) RemoveDevice(id string) error {
	if _, err := tx.Bump(); err != nil { // what is remembered of it counts no more
		return err
	}
	if err := tx.phonesMoved(); err != nil {
		return err
	}
	for _, table := range []string{"device", "hierarchy", "mark", "partnership"} {
		if err := tx.exec(`DELETE FROM `+table+` WHERE user_id = $1 AND device_id = $2`, tx.user, id); err != nil {
			return err
		}
	}
	return nil
}
