package eas

import "time"

// SettingsRequest gets and sets properties of the user and the device. Each
// property may occur once; the server handles and answers them in the order of
// the request.
//
// [MS-ASCMD] 2.2.1.18 Settings
type SettingsRequest struct {
	XMLName    struct{}           `wbxml:"Settings Settings"`
	Properties []SettingsProperty `wbxml:",choice"`
}

// SettingsProperty is one property of a request; exactly one field is set.
type SettingsProperty struct {
	RightsManagementInformation *RightsManagementInformation `wbxml:"RightsManagementInformation"` // 14.1 and later
	Oof                         *Oof                         `wbxml:"Oof"`
	DevicePassword              *DevicePassword              `wbxml:"DevicePassword"`
	DeviceInformation           *DeviceInformation           `wbxml:"DeviceInformation"`
	UserInformation             *UserInformation             `wbxml:"UserInformation"`
}

// RightsManagementInformation asks for the rights policy templates.
//
// [MS-ASCMD] 2.2.3.156 RightsManagementInformation
type RightsManagementInformation struct {
	Get bool `wbxml:"Get,empty"`
}

// Oof gets or sets the out-of-office state; exactly one field is set.
//
// [MS-ASCMD] 2.2.3.122 Oof
type Oof struct {
	Get *OofGet `wbxml:"Get"`
	Set *OofSet `wbxml:"Set"`
}

// OofGet asks for the out-of-office state.
type OofGet struct {
	// BodyType is "Text" or "HTML".
	BodyType string `wbxml:"BodyType,omitempty"`
}

// OofSet sets the out-of-office state. The server answers OofGet with the same
// elements.
type OofSet struct {
	// OofState is 0 off, 1 on, 2 on between StartTime and EndTime.
	OofState   *int         `wbxml:"OofState"`
	StartTime  *time.Time   `wbxml:"StartTime"`
	EndTime    *time.Time   `wbxml:"EndTime"`
	OofMessage []OofMessage `wbxml:"OofMessage"`
}

// OofMessage is the reply to one audience; exactly one AppliesTo field is set.
//
// [MS-ASCMD] 2.2.3.123 OofMessage
type OofMessage struct {
	AppliesToInternal        bool    `wbxml:"AppliesToInternal,empty"`
	AppliesToExternalKnown   bool    `wbxml:"AppliesToExternalKnown,empty"`
	AppliesToExternalUnknown bool    `wbxml:"AppliesToExternalUnknown,empty"`
	Enabled                  *bool   `wbxml:"Enabled"`
	ReplyMessage             *string `wbxml:"ReplyMessage"`
	BodyType                 *string `wbxml:"BodyType"`
}

// DevicePassword stores a recovery password for the device.
//
// [MS-ASCMD] 2.2.3.46 DevicePassword
type DevicePassword struct {
	Set *DevicePasswordSet `wbxml:"Set"`
}

// DevicePasswordSet is the recovery password, at most 255 characters; empty
// removes it.
type DevicePasswordSet struct {
	Password *string `wbxml:"Password"`
}

// DeviceInformation tells the server about the device. It occurs in Settings
// and, from 14.1 on, in the first Provision.
//
// [MS-ASCMD] 2.2.3.45 DeviceInformation
type DeviceInformation struct {
	Set *DeviceInformationSet `wbxml:"Settings Set"`
}

// DeviceInformationSet are the device's properties. Absent keeps what the
// server has, empty removes it. Each is at most MaxDeviceInformationLength
// characters; the server validates none of them.
//
// [MS-ASCMD] 2.2.3.167 Set
type DeviceInformationSet struct {
	Model        *string `wbxml:"Settings Model"`
	IMEI         *string `wbxml:"Settings IMEI"`
	FriendlyName *string `wbxml:"Settings FriendlyName"`
	OS           *string `wbxml:"Settings OS"`
	OSLanguage   *string `wbxml:"Settings OSLanguage"`

	// PhoneNumber identifies the device to people. Version 14.0 demands it
	// beside EnableOutboundSMS; see Version.OutboundSMSNeedsPhoneNumber.
	//
	// [MS-ASMS] 2.2.2.2.3 PhoneNumber
	PhoneNumber *string `wbxml:"Settings PhoneNumber"`
	UserAgent   *string `wbxml:"Settings UserAgent"`

	// EnableOutboundSMS is 1 when the device is ready to transmit outbound
	// texts, 0 when it is not or no longer.
	//
	// [MS-ASMS] 2.2.2.2.2 EnableOutboundSMS
	EnableOutboundSMS *int    `wbxml:"Settings EnableOutboundSMS"`
	MobileOperator    *string `wbxml:"Settings MobileOperator"`
}

// MaxDeviceInformationLength is the longest property of a device, in
// characters.
const MaxDeviceInformationLength = 1024

// UserInformation asks for the user's addresses.
//
// [MS-ASCMD] 2.2.3.192 UserInformation
type UserInformation struct {
	Get bool `wbxml:"Get,empty"`
}

// SettingsResponse answers a Settings. Status is 1 unless the request as a
// whole was malformed; then there are no properties.
//
// [MS-ASCMD] 2.2.1.18 Settings
type SettingsResponse struct {
	XMLName    struct{}                   `wbxml:"Settings Settings"`
	Status     Status                     `wbxml:"Status"`
	Properties []SettingsPropertyResponse `wbxml:",choice"`
}

// SettingsPropertyResponse answers one property; exactly one field is set.
type SettingsPropertyResponse struct {
	RightsManagementInformation *RightsManagementInformationResponse `wbxml:"RightsManagementInformation"`
	Oof                         *OofResponse                         `wbxml:"Oof"`
	DevicePassword              *DevicePasswordResponse              `wbxml:"DevicePassword"`
	DeviceInformation           *DeviceInformationResponse           `wbxml:"DeviceInformation"`
	UserInformation             *UserInformationResponse             `wbxml:"UserInformation"`
}

// RightsManagementInformationResponse lists the rights policy templates.
type RightsManagementInformationResponse struct {
	Status Status                          `wbxml:"Status"`
	Get    *RightsManagementInformationGet `wbxml:"Get"`
}

// RightsManagementInformationGet holds the templates.
type RightsManagementInformationGet struct {
	RightsManagementTemplates *RightsManagementTemplates `wbxml:"RightsManagement RightsManagementTemplates"`
}

// RightsManagementTemplates is a list of rights policy templates.
//
// [MS-ASRM] 2.2.2.18 RightsManagementTemplates
type RightsManagementTemplates struct {
	RightsManagementTemplate []RightsManagementTemplate `wbxml:"RightsManagement RightsManagementTemplate"`
}

// RightsManagementTemplate is one rights policy template.
type RightsManagementTemplate struct {
	TemplateID          string `wbxml:"RightsManagement TemplateID"`
	TemplateName        string `wbxml:"RightsManagement TemplateName"`
	TemplateDescription string `wbxml:"RightsManagement TemplateDescription"`
}

// OofResponse answers an Oof; Get is present when it was asked for.
type OofResponse struct {
	Status Status  `wbxml:"Status"`
	Get    *OofSet `wbxml:"Get"`
}

// DevicePasswordResponse answers a DevicePassword.
type DevicePasswordResponse struct {
	Status Status `wbxml:"Status"`
}

// DeviceInformationResponse answers a DeviceInformation, in Settings and in
// Provision.
type DeviceInformationResponse struct {
	Status Status `wbxml:"Settings Status"`
}

// UserInformationResponse answers a UserInformation.
type UserInformationResponse struct {
	Status Status              `wbxml:"Status"`
	Get    *UserInformationGet `wbxml:"Get"`
}

// UserInformationGet holds the user's addresses: EmailAddresses with 14.0,
// Accounts from 14.1 on.
type UserInformationGet struct {
	EmailAddresses *EmailAddresses `wbxml:"EmailAddresses"`
	Accounts       *Accounts       `wbxml:"Accounts"`
}

// EmailAddresses are a user's addresses. PrimarySmtpAddress is 14.1 and later.
//
// [MS-ASCMD] 2.2.3.57 EmailAddresses
type EmailAddresses struct {
	SMTPAddress        []string `wbxml:"SMTPAddress"`
	PrimarySmtpAddress *string  `wbxml:"PrimarySmtpAddress"`
}

// Accounts are the user's accounts on the server.
//
// [MS-ASCMD] 2.2.3.5 Accounts
type Accounts struct {
	Account []Account `wbxml:"Account"`
}

// Account is one account. The primary one has no AccountID.
//
// [MS-ASCMD] 2.2.3.2 Account
type Account struct {
	AccountID       *string         `wbxml:"AccountId"`
	AccountName     *string         `wbxml:"AccountName"`
	UserDisplayName *string         `wbxml:"UserDisplayName"`
	SendDisabled    *bool           `wbxml:"SendDisabled"`
	EmailAddresses  *EmailAddresses `wbxml:"EmailAddresses"`
}
