package account

import (
	"context"
	"errors"
	"unicode/utf8"

	"asms/store"
)

// What SetDeviceInformation returns. Nothing is stored then.
var (
	ErrPhoneNumberRequired = errors.New("account: outbound texts need the device's phone number")
	ErrTooLong             = errors.New("account: a value of the device information is longer than 1024 characters")
)

const maxInformation = 1024 // characters

// Information is what a device tells about itself. A nil field keeps what is
// stored, a pointer to the empty string deletes it.
//
// [MS-ASCMD] 2.2.3.45 DeviceInformation
type Information struct {
	Model          *string
	IMEI           *string
	FriendlyName   *string
	OS             *string
	OSLanguage     *string
	PhoneNumber    *string // never validated [MS-ASMS] 2.2.2.2.3
	UserAgent      *string
	MobileOperator *string

	// EnableOutboundSMS says whether the device sends texts for the mailbox.
	EnableOutboundSMS *bool
	// RequirePhoneNumber makes EnableOutboundSMS fail without a number, now or
	// stored: with protocol version 14.0, or when the server is strict.
	RequirePhoneNumber bool
}

// SetDeviceInformation stores what the device tells about itself, all or nothing.
// routed says whether another device may now be the one to send a text: the
// caller then tells the mailbox to route. It returns ErrPhoneNumberRequired,
// ErrTooLong or ErrNoDevice.
//
// [MS-ASMS] 3.2.5.3 Processing a Settings Request
func (a *Accounts) SetDeviceInformation(ctx context.Context, user store.UserID, device string, info Information) (routed bool, err error) {
	err = a.edit(ctx, user, device, func(_ *entry, d *store.Device) (bool, error) {
		was := *d
		for _, f := range []struct {
			at  *string
			new *string
		}{
			{&d.Model, info.Model}, {&d.IMEI, info.IMEI}, {&d.FriendlyName, info.FriendlyName},
			{&d.OS, info.OS}, {&d.OSLanguage, info.OSLanguage}, {&d.PhoneNumber, info.PhoneNumber},
			{&d.UserAgent, info.UserAgent}, {&d.MobileOperator, info.MobileOperator},
		} {
			if f.new == nil {
				continue
			}
			if utf8.RuneCountInString(*f.new) > maxInformation {
				return false, ErrTooLong
			}
			*f.at = *f.new
		}
		if on := info.EnableOutboundSMS; on != nil {
			if *on && info.RequirePhoneNumber && d.PhoneNumber == "" {
				return false, ErrPhoneNumberRequired
			}
			d.OutboundSMS = *on
		}
		turned := d.OutboundSMS != was.OutboundSMS
		routed = turned || d.OutboundSMS && d.PhoneNumber != was.PhoneNumber
		return turned, nil
	})
	if err != nil {
		routed = false
	}
	return routed, err
}
