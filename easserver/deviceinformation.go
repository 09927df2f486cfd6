package easserver

import (
	"context"

	"asms/account"
	"asms/eas"
)

// deviceInformation stores what a device tells about itself, in Settings or in
// Provision, and returns the status of that. What it says of outbound texts may
// change whose turn it is to send one.
//
// [MS-ASCMD] 2.2.3.45 DeviceInformation; [MS-ASMS] 3.2.5.3
func (s *Server) deviceInformation(ctx context.Context, r *request, set *eas.DeviceInformationSet) (eas.Status, error) {
	info := account.Information{
		Model: set.Model, IMEI: set.IMEI, FriendlyName: set.FriendlyName, OS: set.OS, OSLanguage: set.OSLanguage,
		PhoneNumber: set.PhoneNumber, UserAgent: set.UserAgent, MobileOperator: set.MobileOperator,
		RequirePhoneNumber: s.opts.RequirePhoneNumber || r.Version.OutboundSMSNeedsPhoneNumber(),
	}
	if on := set.EnableOutboundSMS; on != nil {
		if *on != 0 && *on != 1 {
			return eas.SettingsStatusInvalidArguments, nil
		}
		info.EnableOutboundSMS = eas.Ptr(*on == 1)
	}
	routed, err := s.accounts.SetDeviceInformation(ctx, r.user, string(r.DeviceID), info)
	if err != nil {
		status, foreseen := statusOf(eas.CommandSettings, err)
		if !foreseen {
			return 0, err
		}
		return status, nil
	}
	if routed {
		if err := s.mailbox.Route(ctx, r.user); err != nil {
			return 0, err
		}
	}
	return eas.StatusSuccess, nil
}
