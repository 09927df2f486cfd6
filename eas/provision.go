package eas

// PolicyKey is what a device shows to prove that it applies the current
// policy: a decimal 32-bit number, never 0.
//
// [MS-ASPROV] 2.2.2.42 PolicyKey
type PolicyKey uint32

// PolicyTypeWBXML is the only policy type of 12.0 and later.
//
// [MS-ASPROV] 2.2.2.43 PolicyType
const PolicyTypeWBXML = "MS-EAS-Provisioning-WBXML"

// ProvisionRequest downloads the security policy, acknowledges it, or
// acknowledges a remote wipe. An empty one asks whether a wipe is wanted.
//
// [MS-ASPROV] 2.2.2.44 Provision
type ProvisionRequest struct {
	XMLName struct{} `wbxml:"Provision Provision"`

	// DeviceInformation is demanded in the first request from 14.1 on and not
	// allowed before.
	DeviceInformation *DeviceInformation `wbxml:"Settings DeviceInformation"`
	Policies          *RequestPolicies   `wbxml:"Policies"`

	// RemoteWipe and AccountOnlyRemoteWipe report how a wipe went.
	RemoteWipe            *WipeStatus `wbxml:"RemoteWipe"`
	AccountOnlyRemoteWipe *WipeStatus `wbxml:"AccountOnlyRemoteWipe"` // 16.1
}

// RequestPolicies is the policy asked for or acknowledged.
type RequestPolicies struct {
	Policy *RequestPolicy `wbxml:"Policy"`
}

// RequestPolicy asks for a policy by its type, or acknowledges one by its
// temporary key and how it could be applied.
//
// [MS-ASPROV] 2.2.2.41 Policy
type RequestPolicy struct {
	PolicyType string    `wbxml:"PolicyType,omitempty"`
	PolicyKey  string    `wbxml:"PolicyKey,omitempty"`
	Status     AckStatus `wbxml:"Status,omitempty"`
}

// AckStatus is how a policy could be applied by the device.
//
// [MS-ASPROV] 2.2.2.54.1 Status (Policy)
type AckStatus int

// The client's acknowledgements.
const (
	AckSuccess           AckStatus = 1
	AckPartial           AckStatus = 2 // something the user needs for access is missing
	AckIgnored           AckStatus = 3 // not applied at all
	AckExternallyManaged AckStatus = 4
)

// WipeStatus is how a wipe went: 1 done, 2 failed.
//
// [MS-ASPROV] 2.2.2.45 RemoteWipe
type WipeStatus struct {
	Status int `wbxml:"Status"`
}

// ProvisionResponse answers a Provision.
//
// [MS-ASPROV] 2.2.2.44 Provision
type ProvisionResponse struct {
	XMLName           struct{}                   `wbxml:"Provision Provision"`
	DeviceInformation *DeviceInformationResponse `wbxml:"Settings DeviceInformation"`
	Status            Status                     `wbxml:"Status"`
	Policies          *ResponsePolicies          `wbxml:"Policies"`

	// RemoteWipe orders the device to erase itself, AccountOnlyRemoteWipe to
	// erase only the account (16.1).
	RemoteWipe            bool `wbxml:"RemoteWipe,empty"`
	AccountOnlyRemoteWipe bool `wbxml:"AccountOnlyRemoteWipe,empty"`
}

// ResponsePolicies holds the policy.
type ResponsePolicies struct {
	Policy *ResponsePolicy `wbxml:"Policy"`
}

// ResponsePolicy is the policy with its temporary key, or, after the
// acknowledgement, the final key alone.
//
// [MS-ASPROV] 2.2.2.41 Policy
type ResponsePolicy struct {
	PolicyType string      `wbxml:"PolicyType"`
	Status     Status      `wbxml:"Status"`
	PolicyKey  string      `wbxml:"PolicyKey,omitempty"`
	Data       *PolicyData `wbxml:"Data"`
}

// PolicyData holds the policy document.
type PolicyData struct {
	EASProvisionDoc *EASProvisionDoc `wbxml:"EASProvisionDoc"`
}

// EASProvisionDoc is the policy. An absent setting is not restricted.
//
// [MS-ASPROV] 2.2.2.28 EASProvisionDoc
type EASProvisionDoc struct {
	DevicePasswordEnabled              *bool `wbxml:"DevicePasswordEnabled"`
	AlphanumericDevicePasswordRequired *bool `wbxml:"AlphanumericDevicePasswordRequired"`
	PasswordRecoveryEnabled            *bool `wbxml:"PasswordRecoveryEnabled"`
	RequireStorageCardEncryption       *bool `wbxml:"RequireStorageCardEncryption"`
	AttachmentsEnabled                 *bool `wbxml:"AttachmentsEnabled"`

	// The numbers below may be empty on the wire, which means no limit.
	MinDevicePasswordLength         *string `wbxml:"MinDevicePasswordLength"`
	MaxInactivityTimeDeviceLock     *string `wbxml:"MaxInactivityTimeDeviceLock"` // seconds
	MaxDevicePasswordFailedAttempts *string `wbxml:"MaxDevicePasswordFailedAttempts"`
	MaxAttachmentSize               *string `wbxml:"MaxAttachmentSize"` // bytes
	AllowSimpleDevicePassword       *bool   `wbxml:"AllowSimpleDevicePassword"`
	DevicePasswordExpiration        *string `wbxml:"DevicePasswordExpiration"` // days

	DevicePasswordHistory              *int  `wbxml:"DevicePasswordHistory"`
	AllowStorageCard                   *bool `wbxml:"AllowStorageCard"`
	AllowCamera                        *bool `wbxml:"AllowCamera"`
	RequireDeviceEncryption            *bool `wbxml:"RequireDeviceEncryption"`
	AllowUnsignedApplications          *bool `wbxml:"AllowUnsignedApplications"`
	AllowUnsignedInstallationPackages  *bool `wbxml:"AllowUnsignedInstallationPackages"`
	MinDevicePasswordComplexCharacters *int  `wbxml:"MinDevicePasswordComplexCharacters"`
	AllowWiFi                          *bool `wbxml:"AllowWiFi"`

	// AllowTextMessaging false forbids the device to use SMS, so that no
	// outbound text may be routed to it.
	//
	// [MS-ASPROV] 2.2.2.16 AllowTextMessaging
	AllowTextMessaging *bool `wbxml:"AllowTextMessaging"`

	AllowPOPIMAPEmail                        *bool `wbxml:"AllowPOPIMAPEmail"`
	AllowBluetooth                           *int  `wbxml:"AllowBluetooth"`
	AllowIrDA                                *bool `wbxml:"AllowIrDA"`
	RequireManualSyncWhenRoaming             *bool `wbxml:"RequireManualSyncWhenRoaming"`
	AllowDesktopSync                         *bool `wbxml:"AllowDesktopSync"`
	MaxCalendarAgeFilter                     *int  `wbxml:"MaxCalendarAgeFilter"`
	AllowHTMLEmail                           *bool `wbxml:"AllowHTMLEmail"`
	MaxEmailAgeFilter                        *int  `wbxml:"MaxEmailAgeFilter"`
	MaxEmailBodyTruncationSize               *int  `wbxml:"MaxEmailBodyTruncationSize"`
	MaxEmailHTMLBodyTruncationSize           *int  `wbxml:"MaxEmailHTMLBodyTruncationSize"`
	RequireSignedSMIMEMessages               *bool `wbxml:"RequireSignedSMIMEMessages"`
	RequireEncryptedSMIMEMessages            *bool `wbxml:"RequireEncryptedSMIMEMessages"`
	RequireSignedSMIMEAlgorithm              *int  `wbxml:"RequireSignedSMIMEAlgorithm"`
	RequireEncryptionSMIMEAlgorithm          *int  `wbxml:"RequireEncryptionSMIMEAlgorithm"`
	AllowSMIMEEncryptionAlgorithmNegotiation *int  `wbxml:"AllowSMIMEEncryptionAlgorithmNegotiation"`
	AllowSMIMESoftCerts                      *bool `wbxml:"AllowSMIMESoftCerts"`
	AllowBrowser                             *bool `wbxml:"AllowBrowser"`
	AllowConsumerEmail                       *bool `wbxml:"AllowConsumerEmail"`
	AllowRemoteDesktop                       *bool `wbxml:"AllowRemoteDesktop"`
	AllowInternetSharing                     *bool `wbxml:"AllowInternetSharing"`

	UnapprovedInROMApplicationList *UnapprovedApplications `wbxml:"UnapprovedInROMApplicationList"`
	ApprovedApplicationList        *ApprovedApplications   `wbxml:"ApprovedApplicationList"`
}

// UnapprovedApplications names preinstalled applications that must not run.
type UnapprovedApplications struct {
	ApplicationName []string `wbxml:"ApplicationName"`
}

// ApprovedApplications lists the hashes of applications that may run.
type ApprovedApplications struct {
	Hash []string `wbxml:"Hash"`
}
