package easserver

import (
	"cmp"
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
			if a.Oof, err = s.oof(ctx, r, p.Oof); err != nil {
				return nil, err
			}
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
	address := s.address(r.login)
	get := &eas.UserInformationGet{EmailAddresses: &eas.EmailAddresses{SMTPAddress: []string{address}}}
	if r.Version.UserInformationHasAccounts() {
		get = &eas.UserInformationGet{Accounts: &eas.Accounts{Account: []eas.Account{{
			EmailAddresses: &eas.EmailAddresses{SMTPAddress: []string{address}, PrimarySmtpAddress: &address},
		}}}}
	}
	return &eas.UserInformationResponse{Status: eas.StatusSuccess, Get: get}
}

// address is the mail address of whoever signs in with this name.
func (s *Server) address(login string) string {
	address := strings.ToLower(login[strings.LastIndexByte(login, '\\')+1:])
	if !strings.Contains(address, "@") {
		address += "@" + cmp.Or(s.opts.Domain, "localhost")
	}
	return address
}
