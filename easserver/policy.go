package easserver

import (
	"strconv"

	"asms/account"
	"asms/eas"
)

// policyDocument is a policy as devices read it. Every setting is in it, those
// that restrict nothing with the value, or the empty element, that means so: a
// device forgets what an older policy said.
//
// [MS-ASPROV] 2.2.2.28 EASProvisionDoc, 3.2.5.1.1 Responding to an Initial Request
func policyDocument(p *account.Policy) *eas.EASProvisionDoc {
	not := func(b bool) *bool { return eas.Ptr(!b) }
	limit := func(n int) *string {
		if n == 0 {
			return new(string)
		}
		return eas.Ptr(strconv.Itoa(n))
	}
	doc := &eas.EASProvisionDoc{
		DevicePasswordEnabled:                    &p.DevicePassword,
		AlphanumericDevicePasswordRequired:       &p.Alphanumeric,
		PasswordRecoveryEnabled:                  eas.Ptr(false),
		RequireStorageCardEncryption:             &p.StorageCardEncryption,
		AttachmentsEnabled:                       not(p.NoAttachments),
		MinDevicePasswordLength:                  limit(p.MinLength),
		MaxInactivityTimeDeviceLock:              limit(p.MaxInactivity),
		MaxDevicePasswordFailedAttempts:          limit(p.MaxFailed),
		MaxAttachmentSize:                        new(string),
		AllowSimpleDevicePassword:                not(p.NoSimplePassword),
		DevicePasswordExpiration:                 limit(p.PasswordExpiration),
		DevicePasswordHistory:                    &p.PasswordHistory,
		AllowStorageCard:                         not(p.NoStorageCard),
		AllowCamera:                              not(p.NoCamera),
		RequireDeviceEncryption:                  &p.DeviceEncryption,
		AllowUnsignedApplications:                not(p.NoUnsignedApplications),
		AllowUnsignedInstallationPackages:        not(p.NoUnsignedApplications),
		MinDevicePasswordComplexCharacters:       eas.Ptr(max(p.ComplexCharacters, 1)),
		AllowWiFi:                                not(p.NoWiFi),
		AllowTextMessaging:                       not(p.NoTextMessaging),
		AllowPOPIMAPEmail:                        not(p.NoPOPIMAP),
		AllowBluetooth:                           eas.Ptr(2),
		AllowIrDA:                                not(p.NoInfrared),
		RequireManualSyncWhenRoaming:             &p.ManualRoaming,
		AllowDesktopSync:                         not(p.NoDesktopSync),
		MaxCalendarAgeFilter:                     new(int),
		AllowHTMLEmail:                           not(p.NoHTMLEmail),
		MaxEmailAgeFilter:                        &p.MaxAge,
		MaxEmailBodyTruncationSize:               eas.Ptr(-1),
		MaxEmailHTMLBodyTruncationSize:           eas.Ptr(-1),
		RequireSignedSMIMEMessages:               eas.Ptr(false),
		RequireEncryptedSMIMEMessages:            eas.Ptr(false),
		RequireSignedSMIMEAlgorithm:              new(int),
		RequireEncryptionSMIMEAlgorithm:          new(int),
		AllowSMIMEEncryptionAlgorithmNegotiation: eas.Ptr(2),
		AllowSMIMESoftCerts:                      eas.Ptr(true),
		AllowBrowser:                             not(p.NoBrowser),
		AllowConsumerEmail:                       not(p.NoConsumerEmail),
		AllowRemoteDesktop:                       not(p.NoRemoteDesktop),
		AllowInternetSharing:                     not(p.NoInternetSharing),
		UnapprovedInROMApplicationList:           &eas.UnapprovedApplications{},
		ApprovedApplicationList:                  &eas.ApprovedApplications{},
	}
	switch p.Bluetooth {
	case "handsfree":
		doc.AllowBluetooth = eas.Ptr(1)
	case "none":
		doc.AllowBluetooth = new(int)
	}
	return doc
}
