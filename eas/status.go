package eas

import (
	"fmt"
	"strconv"
)

// Status is the outcome of a command or of a part of it. Values below 100 mean
// something else in each command; those from 101 on are common to all.
//
// [MS-ASCMD] 2.2.3.177 Status
type Status int

// StatusSuccess is success in every command but MoveItems.
const StatusSuccess Status = 1

// The common statuses. They stand in the root element of the response.
//
// [MS-ASCMD] 2.2.2 Common Status Codes
const (
	StatusInvalidContent                                  Status = 101
	StatusInvalidWBXML                                    Status = 102
	StatusInvalidXML                                      Status = 103
	StatusInvalidDateTime                                 Status = 104
	StatusInvalidCombinationOfIDs                         Status = 105
	StatusInvalidIDs                                      Status = 106
	StatusInvalidMIME                                     Status = 107
	StatusDeviceIDMissingOrInvalid                        Status = 108
	StatusDeviceTypeMissingOrInvalid                      Status = 109
	StatusServerError                                     Status = 110
	StatusServerErrorRetryLater                           Status = 111
	StatusActiveDirectoryAccessDenied                     Status = 112
	StatusMailboxQuotaExceeded                            Status = 113
	StatusMailboxServerOffline                            Status = 114
	StatusSendQuotaExceeded                               Status = 115
	StatusMessageRecipientUnresolved                      Status = 116
	StatusMessageReplyNotAllowed                          Status = 117
	StatusMessagePreviouslySent                           Status = 118
	StatusMessageHasNoRecipient                           Status = 119
	StatusMailSubmissionFailed                            Status = 120
	StatusMessageReplyFailed                              Status = 121
	StatusAttachmentIsTooLarge                            Status = 122
	StatusUserHasNoMailbox                                Status = 123
	StatusUserCannotBeAnonymous                           Status = 124
	StatusUserPrincipalCouldNotBeFound                    Status = 125
	StatusUserDisabledForSync                             Status = 126
	StatusUserOnNewMailboxCannotSync                      Status = 127
	StatusUserOnLegacyMailboxCannotSync                   Status = 128
	StatusDeviceIsBlockedForThisUser                      Status = 129
	StatusAccessDenied                                    Status = 130
	StatusAccountDisabled                                 Status = 131
	StatusSyncStateNotFound                               Status = 132
	StatusSyncStateLocked                                 Status = 133
	StatusSyncStateCorrupt                                Status = 134
	StatusSyncStateAlreadyExists                          Status = 135
	StatusSyncStateVersionInvalid                         Status = 136
	StatusCommandNotSupported                             Status = 137
	StatusVersionNotSupported                             Status = 138
	StatusDeviceNotFullyProvisionable                     Status = 139
	StatusRemoteWipeRequested                             Status = 140
	StatusLegacyDeviceOnStrictPolicy                      Status = 141
	StatusDeviceNotProvisioned                            Status = 142
	StatusPolicyRefresh                                   Status = 143
	StatusInvalidPolicyKey                                Status = 144
	StatusExternallyManagedDevicesNotAllowed              Status = 145
	StatusNoRecurrenceInCalendar                          Status = 146
	StatusUnexpectedItemClass                             Status = 147
	StatusRemoteServerHasNoSSL                            Status = 148
	StatusInvalidStoredRequest                            Status = 149
	StatusItemNotFound                                    Status = 150
	StatusTooManyFolders                                  Status = 151
	StatusNoFoldersFound                                  Status = 152
	StatusItemsLostAfterMove                              Status = 153
	StatusFailureInMoveOperation                          Status = 154
	StatusMoveCommandDisallowedForNonPersistentMoveAction Status = 155
	StatusMoveCommandInvalidDestinationFolder             Status = 156
	StatusAvailabilityTooManyRecipients                   Status = 160
	StatusAvailabilityDLLimitReached                      Status = 161
	StatusAvailabilityTransientFailure                    Status = 162
	StatusAvailabilityFailure                             Status = 163
	StatusBodyPartPreferenceTypeNotSupported              Status = 164
	StatusDeviceInformationRequired                       Status = 165
	StatusInvalidAccountID                                Status = 166
	StatusAccountSendDisabled                             Status = 167
	StatusIRMFeatureDisabled                              Status = 168
	StatusIRMTransientError                               Status = 169
	StatusIRMPermanentError                               Status = 170
	StatusIRMInvalidTemplateID                            Status = 171
	StatusIRMOperationNotPermitted                        Status = 172
	StatusNoPicture                                       Status = 173
	StatusPictureTooLarge                                 Status = 174
	StatusPictureLimitReached                             Status = 175
	StatusBodyPartConversationTooLarge                    Status = 176
	StatusMaximumDevicesReached                           Status = 177
	StatusInvalidMIMEBodyCombination                      Status = 178
	StatusInvalidSmartForwardParameters                   Status = 179
	StatusInvalidRecipients                               Status = 183
	StatusOneOrMoreExceptionsFailed                       Status = 184
)

// The statuses of Sync.
//
// [MS-ASCMD] 2.2.3.177.17 Status (Sync)
const (
	SyncStatusInvalidSyncKey         Status = 3 // in the Collection: start again at key 0
	SyncStatusProtocolError          Status = 4 // for the whole request
	SyncStatusServerError            Status = 5
	SyncStatusInvalidItem            Status = 6 // in Responses: malformed or not allowed
	SyncStatusConflict               Status = 7 // in Responses
	SyncStatusObjectNotFound         Status = 8 // in Responses
	SyncStatusOutOfSpace             Status = 9
	SyncStatusFolderHierarchyChanged Status = 12 // FolderSync first
	SyncStatusIncompleteRequest      Status = 13 // send the whole request
	SyncStatusInvalidInterval        Status = 14 // Limit has the nearest
	SyncStatusTooManyCollections     Status = 15 // Limit has how many
	SyncStatusRetry                  Status = 16
)

// The statuses of FolderSync, FolderCreate, FolderUpdate and FolderDelete.
//
// [MS-ASCMD] 2.2.3.177.3 to 2.2.3.177.6 Status (FolderCreate, FolderDelete, FolderSync, FolderUpdate)
const (
	FolderStatusExists         Status = 2 // FolderCreate, FolderUpdate
	FolderStatusSpecial        Status = 3 // FolderCreate: the parent is one
	FolderStatusNotFound       Status = 4 // FolderUpdate, FolderDelete
	FolderStatusParentNotFound Status = 5 // FolderCreate, FolderUpdate
	FolderStatusServerError    Status = 6
	FolderStatusInvalidSyncKey Status = 9  // also when it is present and empty
	FolderStatusMalformed      Status = 10 // also when the SyncKey is absent
	FolderStatusUnknownError   Status = 11
	FolderStatusCodeUnknown    Status = 12
)

// The statuses of GetItemEstimate.
//
// [MS-ASCMD] 2.2.3.177.7 Status (GetItemEstimate)
const (
	GetItemEstimateStatusInvalidCollection Status = 2 // in Response
	GetItemEstimateStatusNotPrimed         Status = 3 // in Response: Sync with key 0 first
	GetItemEstimateStatusInvalidSyncKey    Status = 4 // in Response for the key, for the whole request for the options
)

// The statuses of MoveItems.
//
// [MS-ASCMD] 2.2.3.177.10 Status (MoveItems)
const (
	MoveItemsStatusInvalidSource      Status = 1
	MoveItemsStatusInvalidDestination Status = 2
	MoveItemsStatusSuccess            Status = 3
	MoveItemsStatusSameFolder         Status = 4
	MoveItemsStatusFailed             Status = 5
	MoveItemsStatusLocked             Status = 7
)

// The statuses of Ping.
//
// [MS-ASCMD] 2.2.3.177.11 Status (Ping)
const (
	PingStatusExpired             Status = 1
	PingStatusChanges             Status = 2 // Folders says where
	PingStatusMissingParameters   Status = 3 // nothing cached
	PingStatusSyntaxError         Status = 4
	PingStatusHeartbeatOutOfRange Status = 5 // HeartbeatInterval has the nearest
	PingStatusTooManyFolders      Status = 6 // MaxFolders says how many
	PingStatusFolderSyncRequired  Status = 7 // FolderSync first
	PingStatusServerError         Status = 8
)

// The statuses of Provision.
//
// [MS-ASPROV] 2.2.2.54.2 Status (Provision)
const (
	ProvisionStatusProtocolError Status = 2
	ProvisionStatusServerError   Status = 3
)

// The statuses of the Policy inside Provision.
//
// [MS-ASPROV] 2.2.2.54.1 Status (Policy)
const (
	PolicyStatusNone        Status = 2
	PolicyStatusUnknownType Status = 3
	PolicyStatusCorrupt     Status = 4
	PolicyStatusWrongKey    Status = 5
)

// The statuses of Settings.
//
// [MS-ASCMD] 2.2.3.177.15 Status (Settings)
const (
	SettingsStatusProtocolError        Status = 2
	SettingsStatusAccessDenied         Status = 3
	SettingsStatusUnavailable          Status = 4
	SettingsStatusInvalidArguments     Status = 5 // [MS-ASMS] 3.2.5.3: no telephone number
	SettingsStatusConflictingArguments Status = 6
	SettingsStatusDeniedByPolicy       Status = 7
)

// The statuses of ItemOperations, of an operation unless they say otherwise. The
// two common ones from StatusMoveCommandDisallowedForNonPersistentMoveAction on
// are of a Move.
//
// [MS-ASCMD] 2.2.3.177.8 Status (ItemOperations)
const (
	ItemOperationsStatusProtocolError     Status = 2 // of an operation or of the whole request
	ItemOperationsStatusServerError       Status = 3
	ItemOperationsStatusNotFound          Status = 6
	ItemOperationsStatusInvalidRange      Status = 8
	ItemOperationsStatusUnknownStore      Status = 9
	ItemOperationsStatusTooLarge          Status = 11 // of the whole request: too many operations
	ItemOperationsStatusConversionFailed  Status = 14
	ItemOperationsStatusInvalidAttachment Status = 15
	ItemOperationsStatusAccessDenied      Status = 16
	ItemOperationsStatusPartial           Status = 17
)

// The statuses of a Search, all but the server's own in the Store.
//
// [MS-ASCMD] 2.2.3.177.13 Status (Search)
const (
	SearchStatusInvalid            Status = 2
	SearchStatusServerError        Status = 3 // also of the whole request
	SearchStatusBadLink            Status = 4
	SearchStatusAccessDenied       Status = 5
	SearchStatusNotFound           Status = 6
	SearchStatusConnectionFailed   Status = 7
	SearchStatusTooComplex         Status = 8
	SearchStatusTimedOut           Status = 10
	SearchStatusFolderSyncRequired Status = 11 // FolderSync first
	SearchStatusEndOfRange         Status = 12
	SearchStatusAccessBlocked      Status = 13
	SearchStatusNeedsCredentials   Status = 14
)

// The statuses of a Find.
//
// [MS-ASCMD] 2.2.3.177.2 Status (Find)
const (
	FindStatusInvalid            Status = 2 // of the request and in the Response
	FindStatusFolderSyncRequired Status = 3 // FolderSync first
	FindStatusStartWithRangeZero Status = 4 // in the Response
)

// The statuses of ResolveRecipients; the common ones for availability and pictures
// are of these.
//
// [MS-ASCMD] 2.2.3.177.12 Status (ResolveRecipients)
const (
	RecipientsStatusAmbiguous        Status = 2 // of a To: all that it may mean follow
	RecipientsStatusAmbiguousPartial Status = 3 // of a To: some of them follow
	RecipientsStatusUnresolved       Status = 4 // of a To
	RecipientsStatusProtocolError    Status = 5 // of the whole request
	RecipientsStatusServerError      Status = 6 // of the whole request
	RecipientsStatusNoCertificate    Status = 7 // of Certificates
)

// The statuses of ValidateCert, of a certificate unless they say otherwise.
//
// [MS-ASCMD] 2.2.3.177.18 Status (ValidateCert)
const (
	CertStatusProtocolError     Status = 2 // of the whole request
	CertStatusInvalidSignature  Status = 3
	CertStatusUntrusted         Status = 4
	CertStatusInvalidChain      Status = 5
	CertStatusNotForSigning     Status = 6
	CertStatusExpired           Status = 7 // or not valid yet
	CertStatusChainExpired      Status = 8
	CertStatusWrongUse          Status = 9
	CertStatusMalformed         Status = 10
	CertStatusNotAuthority      Status = 11 // one in the chain may not sign others
	CertStatusRevocationUnknown Status = 16
	CertStatusServerError       Status = 17
)

// The statuses of MeetingResponse.
//
// [MS-ASCMD] 2.2.3.177.9 Status (MeetingResponse)
const (
	MeetingStatusInvalidRequest Status = 2
	MeetingStatusMailboxError   Status = 3
	MeetingStatusServerError    Status = 4
)

// StatusError is a command that failed. Status is that of the response, or of
// the part of it the caller asked for.
type StatusError struct {
	Command Command
	Status  Status
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("eas: %s: status %s", e.Command, e.Status.in(e.Command))
}

// Err is nil if the status means success in the command, else a *StatusError.
// A status of 0, absent from the response, is success.
func (s Status) Err(c Command) error {
	switch {
	case s == 0:
		return nil
	case c == CommandMoveItems:
		if s == MoveItemsStatusSuccess {
			return nil
		}
	case s == StatusSuccess, c == CommandPing && s == PingStatusChanges:
		return nil
	}
	return &StatusError{Command: c, Status: s}
}

// Common reports whether s means the same in all commands.
func (s Status) Common() bool { return s > 100 }

// String is the number, and the name of a common status: "142
// DeviceNotProvisioned".
func (s Status) String() string {
	if name := commonNames[s]; name != "" {
		return strconv.Itoa(int(s)) + " " + name
	}
	return strconv.Itoa(int(s))
}

// in is the number and what it means in the command.
func (s Status) in(c Command) string {
	if text := commandStatuses[c][s]; text != "" {
		return fmt.Sprintf("%d (%s)", int(s), text)
	}
	return s.String()
}

var commonNames = map[Status]string{
	StatusInvalidContent:                                  "InvalidContent",
	StatusInvalidWBXML:                                    "InvalidWBXML",
	StatusInvalidXML:                                      "InvalidXML",
	StatusInvalidDateTime:                                 "InvalidDateTime",
	StatusInvalidCombinationOfIDs:                         "InvalidCombinationOfIDs",
	StatusInvalidIDs:                                      "InvalidIDs",
	StatusInvalidMIME:                                     "InvalidMIME",
	StatusDeviceIDMissingOrInvalid:                        "DeviceIDMissingOrInvalid",
	StatusDeviceTypeMissingOrInvalid:                      "DeviceTypeMissingOrInvalid",
	StatusServerError:                                     "ServerError",
	StatusServerErrorRetryLater:                           "ServerErrorRetryLater",
	StatusActiveDirectoryAccessDenied:                     "ActiveDirectoryAccessDenied",
	StatusMailboxQuotaExceeded:                            "MailboxQuotaExceeded",
	StatusMailboxServerOffline:                            "MailboxServerOffline",
	StatusSendQuotaExceeded:                               "SendQuotaExceeded",
	StatusMessageRecipientUnresolved:                      "MessageRecipientUnresolved",
	StatusMessageReplyNotAllowed:                          "MessageReplyNotAllowed",
	StatusMessagePreviouslySent:                           "MessagePreviouslySent",
	StatusMessageHasNoRecipient:                           "MessageHasNoRecipient",
	StatusMailSubmissionFailed:                            "MailSubmissionFailed",
	StatusMessageReplyFailed:                              "MessageReplyFailed",
	StatusAttachmentIsTooLarge:                            "AttachmentIsTooLarge",
	StatusUserHasNoMailbox:                                "UserHasNoMailbox",
	StatusUserCannotBeAnonymous:                           "UserCannotBeAnonymous",
	StatusUserPrincipalCouldNotBeFound:                    "UserPrincipalCouldNotBeFound",
	StatusUserDisabledForSync:                             "UserDisabledForSync",
	StatusUserOnNewMailboxCannotSync:                      "UserOnNewMailboxCannotSync",
	StatusUserOnLegacyMailboxCannotSync:                   "UserOnLegacyMailboxCannotSync",
	StatusDeviceIsBlockedForThisUser:                      "DeviceIsBlockedForThisUser",
	StatusAccessDenied:                                    "AccessDenied",
	StatusAccountDisabled:                                 "AccountDisabled",
	StatusSyncStateNotFound:                               "SyncStateNotFound",
	StatusSyncStateLocked:                                 "SyncStateLocked",
	StatusSyncStateCorrupt:                                "SyncStateCorrupt",
	StatusSyncStateAlreadyExists:                          "SyncStateAlreadyExists",
	StatusSyncStateVersionInvalid:                         "SyncStateVersionInvalid",
	StatusCommandNotSupported:                             "CommandNotSupported",
	StatusVersionNotSupported:                             "VersionNotSupported",
	StatusDeviceNotFullyProvisionable:                     "DeviceNotFullyProvisionable",
	StatusRemoteWipeRequested:                             "RemoteWipeRequested",
	StatusLegacyDeviceOnStrictPolicy:                      "LegacyDeviceOnStrictPolicy",
	StatusDeviceNotProvisioned:                            "DeviceNotProvisioned",
	StatusPolicyRefresh:                                   "PolicyRefresh",
	StatusInvalidPolicyKey:                                "InvalidPolicyKey",
	StatusExternallyManagedDevicesNotAllowed:              "ExternallyManagedDevicesNotAllowed",
	StatusNoRecurrenceInCalendar:                          "NoRecurrenceInCalendar",
	StatusUnexpectedItemClass:                             "UnexpectedItemClass",
	StatusRemoteServerHasNoSSL:                            "RemoteServerHasNoSSL",
	StatusInvalidStoredRequest:                            "InvalidStoredRequest",
	StatusItemNotFound:                                    "ItemNotFound",
	StatusTooManyFolders:                                  "TooManyFolders",
	StatusNoFoldersFound:                                  "NoFoldersFound",
	StatusItemsLostAfterMove:                              "ItemsLostAfterMove",
	StatusFailureInMoveOperation:                          "FailureInMoveOperation",
	StatusMoveCommandDisallowedForNonPersistentMoveAction: "MoveCommandDisallowedForNonPersistentMoveAction",
	StatusMoveCommandInvalidDestinationFolder:             "MoveCommandInvalidDestinationFolder",
	StatusAvailabilityTooManyRecipients:                   "AvailabilityTooManyRecipients",
	StatusAvailabilityDLLimitReached:                      "AvailabilityDLLimitReached",
	StatusAvailabilityTransientFailure:                    "AvailabilityTransientFailure",
	StatusAvailabilityFailure:                             "AvailabilityFailure",
	StatusBodyPartPreferenceTypeNotSupported:              "BodyPartPreferenceTypeNotSupported",
	StatusDeviceInformationRequired:                       "DeviceInformationRequired",
	StatusInvalidAccountID:                                "InvalidAccountID",
	StatusAccountSendDisabled:                             "AccountSendDisabled",
	StatusIRMFeatureDisabled:                              "IRMFeatureDisabled",
	StatusIRMTransientError:                               "IRMTransientError",
	StatusIRMPermanentError:                               "IRMPermanentError",
	StatusIRMInvalidTemplateID:                            "IRMInvalidTemplateID",
	StatusIRMOperationNotPermitted:                        "IRMOperationNotPermitted",
	StatusNoPicture:                                       "NoPicture",
	StatusPictureTooLarge:                                 "PictureTooLarge",
	StatusPictureLimitReached:                             "PictureLimitReached",
	StatusBodyPartConversationTooLarge:                    "BodyPartConversationTooLarge",
	StatusMaximumDevicesReached:                           "MaximumDevicesReached",
	StatusInvalidMIMEBodyCombination:                      "InvalidMIMEBodyCombination",
	StatusInvalidSmartForwardParameters:                   "InvalidSmartForwardParameters",
	StatusInvalidRecipients:                               "InvalidRecipients",
	StatusOneOrMoreExceptionsFailed:                       "OneOrMoreExceptionsFailed",
}

var commandStatuses = map[Command]map[Status]string{
	CommandSync: {
		SyncStatusInvalidSyncKey:         "invalid sync key",
		SyncStatusProtocolError:          "protocol error",
		SyncStatusServerError:            "server error",
		SyncStatusInvalidItem:            "invalid item",
		SyncStatusConflict:               "conflict, the server won",
		SyncStatusObjectNotFound:         "object not found",
		SyncStatusOutOfSpace:             "out of space",
		SyncStatusFolderHierarchyChanged: "folder hierarchy changed",
		SyncStatusIncompleteRequest:      "nothing cached to repeat",
		SyncStatusInvalidInterval:        "invalid Wait or HeartbeatInterval",
		SyncStatusTooManyCollections:     "too many collections",
		SyncStatusRetry:                  "retry",
	},
	CommandFolderSync:   folderStatuses,
	CommandFolderCreate: folderStatuses,
	CommandFolderUpdate: folderStatuses,
	CommandFolderDelete: folderStatuses,
	CommandGetItemEstimate: {
		GetItemEstimateStatusInvalidCollection: "invalid collection",
		GetItemEstimateStatusNotPrimed:         "never synchronized",
		GetItemEstimateStatusInvalidSyncKey:    "invalid sync key or options",
	},
	CommandItemOperations: {
		ItemOperationsStatusProtocolError:     "protocol error",
		ItemOperationsStatusServerError:       "server error",
		ItemOperationsStatusNotFound:          "not found",
		ItemOperationsStatusInvalidRange:      "invalid byte range",
		ItemOperationsStatusUnknownStore:      "unknown store",
		ItemOperationsStatusTooLarge:          "too much at once",
		ItemOperationsStatusConversionFailed:  "conversion failed",
		ItemOperationsStatusInvalidAttachment: "invalid attachment",
		ItemOperationsStatusAccessDenied:      "access denied",
		ItemOperationsStatusPartial:           "partially done",
	},
	CommandMeetingResponse: {
		MeetingStatusInvalidRequest: "invalid meeting request",
		MeetingStatusMailboxError:   "mailbox error",
		MeetingStatusServerError:    "server error",
	},
	CommandResolveRecipients: {
		RecipientsStatusAmbiguous:        "ambiguous",
		RecipientsStatusAmbiguousPartial: "ambiguous, some of many",
		RecipientsStatusUnresolved:       "nobody of that name",
		RecipientsStatusProtocolError:    "protocol error",
		RecipientsStatusServerError:      "server error",
		RecipientsStatusNoCertificate:    "no certificate",
	},
	CommandValidateCert: {
		CertStatusProtocolError:     "protocol error",
		CertStatusInvalidSignature:  "invalid signature",
		CertStatusUntrusted:         "untrusted issuer",
		CertStatusInvalidChain:      "invalid chain",
		CertStatusNotForSigning:     "not for signing mail",
		CertStatusExpired:           "expired or not valid yet",
		CertStatusChainExpired:      "one in the chain has expired",
		CertStatusWrongUse:          "used for what it is not for",
		CertStatusMalformed:         "malformed certificate",
		CertStatusNotAuthority:      "one in the chain is no authority",
		CertStatusRevocationUnknown: "revocation cannot be looked up",
		CertStatusServerError:       "server error",
	},
	CommandMoveItems: {
		MoveItemsStatusInvalidSource:      "invalid source",
		MoveItemsStatusInvalidDestination: "invalid destination",
		MoveItemsStatusSuccess:            "success",
		MoveItemsStatusSameFolder:         "source and destination are the same",
		MoveItemsStatusFailed:             "more than one destination, or locked",
		MoveItemsStatusLocked:             "source or destination locked",
	},
	CommandPing: {
		PingStatusExpired:             "interval expired without changes",
		PingStatusChanges:             "changes",
		PingStatusMissingParameters:   "missing parameters",
		PingStatusSyntaxError:         "syntax error",
		PingStatusHeartbeatOutOfRange: "heartbeat interval out of range",
		PingStatusTooManyFolders:      "too many folders",
		PingStatusFolderSyncRequired:  "folder hierarchy changed",
		PingStatusServerError:         "server error",
	},
	CommandProvision: {
		ProvisionStatusProtocolError: "protocol error",
		ProvisionStatusServerError:   "server error",
	},
	CommandSearch: {
		SearchStatusInvalid:            "invalid request",
		SearchStatusServerError:        "server error",
		SearchStatusBadLink:            "bad link",
		SearchStatusAccessDenied:       "access denied",
		SearchStatusNotFound:           "not found",
		SearchStatusConnectionFailed:   "connection failed",
		SearchStatusTooComplex:         "query too complex",
		SearchStatusTimedOut:           "timed out",
		SearchStatusFolderSyncRequired: "folder hierarchy changed",
		SearchStatusEndOfRange:         "beyond the results that can be had",
		SearchStatusAccessBlocked:      "access blocked",
		SearchStatusNeedsCredentials:   "credentials required",
	},
	CommandFind: {
		FindStatusInvalid:            "invalid request",
		FindStatusFolderSyncRequired: "folder hierarchy changed",
		FindStatusStartWithRangeZero: "the first range starts with 0",
	},
	CommandSettings: {
		SettingsStatusProtocolError:        "protocol error",
		SettingsStatusAccessDenied:         "access denied",
		SettingsStatusUnavailable:          "server unavailable",
		SettingsStatusInvalidArguments:     "invalid arguments",
		SettingsStatusConflictingArguments: "conflicting arguments",
		SettingsStatusDeniedByPolicy:       "denied by policy",
	},
}

var folderStatuses = map[Status]string{
	FolderStatusExists:         "folder exists or is a special folder",
	FolderStatusSpecial:        "special folder",
	FolderStatusNotFound:       "folder not found",
	FolderStatusParentNotFound: "parent not found",
	FolderStatusServerError:    "server error",
	FolderStatusInvalidSyncKey: "invalid sync key",
	FolderStatusMalformed:      "malformed request",
	FolderStatusUnknownError:   "unknown error",
	FolderStatusCodeUnknown:    "code unknown",
}
