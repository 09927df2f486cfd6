package easserver

import (
	"context"
	"strings"
	"unicode/utf8"

	"asms/eas"
)

// settings gets and sets properties, in the order of the request. A malformed
// request sets none.
//
// [MS-ASCMD] 2.2.1.18 Settings
func (s *Server) settings(ctx context.Context, r *request) (any, error) {
	req, err := decode[eas.SettingsRequest](s, r)
	if err != nil {
		return nil, err
	}
	if !validSettings(r.Version, req) {
		return nil, protocolError(eas.CommandSettings)
	}
	resp := &eas.SettingsResponse{Status: eas.StatusSuccess}
	for _, p := range req.Properties {
		var a eas.SettingsPropertyResponse
		switch {
		case p.RightsManagementInformation != nil:
			a.RightsManagementInformation = &eas.RightsManagementInformationResponse{Status: eas.StatusIRMFeatureDisabled}
		case p.Oof != nil:
			a.Oof = oof(p.Oof)
		case p.DevicePassword != nil:
			a.DevicePassword = &eas.DevicePasswordResponse{Status: devicePassword(*p.DevicePassword.Set.Password)}
		case p.DeviceInformation != nil:
			status, err := s.deviceInformation(ctx, r, p.DeviceInformation.Set)
			if err != nil {
				return nil, err
			}
			a.DeviceInformation = &eas.DeviceInformationResponse{Status: status}
		case p.UserInformation != nil:
			a.UserInformation = s.userInformation(r)
		}
		resp.Properties = append(resp.Properties, a)
	}
	return resp, nil
}

// validSettings checks the form of a request: at least one property, each once
// and with what it must contain.
//
// [MS-ASCMD] 2.2.3.177.15 Status (Settings)
func validSettings(v eas.Version, req *eas.SettingsRequest) bool {
	var seen eas.SettingsProperty
	for _, p := range req.Properties {
		ok := false
		switch {
		case p.RightsManagementInformation != nil:
			ok = seen.RightsManagementInformation == nil && p.RightsManagementInformation.Get && v >= eas.Version141
			seen.RightsManagementInformation = p.RightsManagementInformation
		case p.Oof != nil:
			ok = seen.Oof == nil && (p.Oof.Get == nil) != (p.Oof.Set == nil)
			seen.Oof = p.Oof
		case p.DevicePassword != nil:
			ok = seen.DevicePassword == nil && p.DevicePassword.Set != nil && p.DevicePassword.Set.Password != nil
			seen.DevicePassword = p.DevicePassword
		case p.DeviceInformation != nil:
			ok = seen.DeviceInformation == nil && p.DeviceInformation.Set != nil
			seen.DeviceInformation = p.DeviceInformation
		case p.UserInformation != nil:
			ok = seen.UserInformation == nil && p.UserInformation.Get
			seen.UserInformation = p.UserInformation
		}
		if !ok {
			return false
		}
	}
	return len(req.Properties) > 0
}

// oof answers for a server that sends no replies to anybody: nobody is out of
// office, and there is no audience for which a client may set a reply.
//
// [MS-ASCMD] 2.2.3.122 Oof
func oof(o *eas.Oof) *eas.OofResponse {
	if o.Get != nil {
		if status := bodyTypeStatus(&o.Get.BodyType); status != eas.StatusSuccess {
			return &eas.OofResponse{Status: status}
		}
		return &eas.OofResponse{Status: eas.StatusSuccess, Get: &eas.OofSet{OofState: eas.Ptr(0)}}
	}
	return &eas.OofResponse{Status: oofSet(o.Set)}
}

// oofSet grants what is the case already: off.
func oofSet(set *eas.OofSet) eas.Status {
	if set.OofState == nil || (set.StartTime == nil) != (set.EndTime == nil) {
		return eas.SettingsStatusProtocolError
	}
	if *set.OofState < 0 || *set.OofState > 2 {
		return eas.SettingsStatusInvalidArguments
	}
	reply := *set.OofState != 0
	for _, m := range set.OofMessage {
		if m.ReplyMessage != nil || m.BodyType != nil {
			if status := bodyTypeStatus(m.BodyType); status != eas.StatusSuccess {
				return status
			}
		}
		reply = reply || m.Enabled != nil && *m.Enabled
	}
	if reply {
		return eas.SettingsStatusAccessDenied
	}
	return eas.StatusSuccess
}

// bodyTypeStatus says what is wrong with a BodyType that must be present.
//
// [MS-ASCMD] 2.2.3.17 BodyType
func bodyTypeStatus(t *string) eas.Status {
	switch {
	case t == nil || *t == "":
		return eas.SettingsStatusProtocolError
	case !strings.EqualFold(*t, "Text") && !strings.EqualFold(*t, "HTML"):
		return eas.SettingsStatusInvalidArguments
	}
	return eas.StatusSuccess
}

// maxRecoveryPassword is the longest recovery password, in characters.
//
// [MS-ASCMD] 2.2.3.128 Password
const maxRecoveryPassword = 255

// devicePassword refuses to keep a recovery password.
func devicePassword(password string) eas.Status {
	if utf8.RuneCountInString(password) > maxRecoveryPassword {
		return eas.SettingsStatusInvalidArguments
	}
	return eas.SettingsStatusDeniedByPolicy
}

// userInformation answers the user's address.
//
// [MS-ASCMD] 2.2.3.193 UserInformation
func (s *Server) userInformation(r *request) *eas.UserInformationResponse {
	address := strings.ToLower(r.login[strings.LastIndexByte(r.login, '\\')+1:])
	if !strings.Contains(address, "@") {
		address += "@" + s.opts.Domain
	}
	get := &eas.UserInformationGet{EmailAddresses: &eas.EmailAddresses{SMTPAddress: []string{address}}}
	if r.Version.UserInformationHasAccounts() {
		get = &eas.UserInformationGet{Accounts: &eas.Accounts{Account: []eas.Account{{
			EmailAddresses: &eas.EmailAddresses{SMTPAddress: []string{address}, PrimarySmtpAddress: &address},
		}}}}
	}
	return &eas.UserInformationResponse{Status: eas.StatusSuccess, Get: get}
}
