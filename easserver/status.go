package easserver

import (
	"errors"

	"asms/account"
	"asms/eas"
	"asms/mailbox"
	"asms/wbxml"
)

// failure is a command that fails as a whole with a status.
type failure struct{ status eas.Status }

func (f *failure) Error() string { return "easserver: status " + f.status.String() }

func failed(status eas.Status) error { return &failure{status} }

// verdict is the status that an error stands for.
type verdict struct {
	err    error
	status eas.Status
}

// verdicts say what errors mean in a command, whether they are of the command as
// a whole, of a collection or of an item.
var verdicts = map[eas.Command][]verdict{
	eas.CommandSync: {
		{mailbox.ErrInvalidSyncKey, eas.SyncStatusInvalidSyncKey},
		{mailbox.ErrFolderNotFound, eas.SyncStatusFolderHierarchyChanged},
		{mailbox.ErrItemNotFound, eas.SyncStatusObjectNotFound},
		{mailbox.ErrConflict, eas.SyncStatusConflict},
		{mailbox.ErrCard, eas.SyncStatusInvalidItem},
	},
	eas.CommandFolderSync: {
		{mailbox.ErrInvalidSyncKey, eas.FolderStatusInvalidSyncKey},
	},
	eas.CommandFolderCreate: {
		{mailbox.ErrInvalidSyncKey, eas.FolderStatusInvalidSyncKey},
		{mailbox.ErrFolderExists, eas.FolderStatusExists},
		{mailbox.ErrSpecialFolder, eas.FolderStatusSpecial},
		{mailbox.ErrRecipientCache, eas.FolderStatusSpecial},
		{mailbox.ErrParentNotFound, eas.FolderStatusParentNotFound},
		{mailbox.ErrTooManyFolders, eas.StatusTooManyFolders},
	},
	eas.CommandFolderUpdate: {
		{mailbox.ErrInvalidSyncKey, eas.FolderStatusInvalidSyncKey},
		{mailbox.ErrFolderExists, eas.FolderStatusExists},
		{mailbox.ErrSpecialFolder, eas.FolderStatusExists},
		{mailbox.ErrRecipientCache, eas.FolderStatusSpecial},
		{mailbox.ErrFolderNotFound, eas.FolderStatusNotFound},
		{mailbox.ErrParentNotFound, eas.FolderStatusParentNotFound},
	},
	eas.CommandFolderDelete: {
		{mailbox.ErrInvalidSyncKey, eas.FolderStatusInvalidSyncKey},
		{mailbox.ErrSpecialFolder, eas.FolderStatusSpecial},
		{mailbox.ErrRecipientCache, eas.FolderStatusSpecial},
		{mailbox.ErrFolderNotFound, eas.FolderStatusNotFound},
	},
	eas.CommandItemOperations: {
		{mailbox.ErrItemNotFound, eas.ItemOperationsStatusNotFound},
		{mailbox.ErrFolderNotFound, eas.ItemOperationsStatusNotFound},
		{mailbox.ErrConversationNotFound, eas.ItemOperationsStatusNotFound},
		{mailbox.ErrRecipientCache, eas.StatusInvalidCombinationOfIDs},
		{mailbox.ErrNotMail, eas.ItemOperationsStatusAccessDenied},
	},
	eas.CommandMoveItems: {
		{mailbox.ErrRecipientCache, eas.StatusInvalidCombinationOfIDs},
		{mailbox.ErrItemNotFound, eas.MoveItemsStatusInvalidSource},
		{mailbox.ErrFolderNotFound, eas.MoveItemsStatusInvalidSource},
		{mailbox.ErrBadDestination, eas.MoveItemsStatusInvalidDestination},
		{mailbox.ErrSameFolder, eas.MoveItemsStatusSameFolder},
		{mailbox.ErrLocked, eas.MoveItemsStatusLocked},
	},
	eas.CommandGetItemEstimate: {
		{mailbox.ErrFolderNotFound, eas.GetItemEstimateStatusInvalidCollection},
		{mailbox.ErrNotSynced, eas.GetItemEstimateStatusNotPrimed},
		{mailbox.ErrInvalidSyncKey, eas.GetItemEstimateStatusInvalidSyncKey},
	},
	eas.CommandPing: {
		{mailbox.ErrFolderNotFound, eas.PingStatusFolderSyncRequired},
	},
	eas.CommandSettings: {
		{account.ErrPhoneNumberRequired, eas.SettingsStatusInvalidArguments},
		{account.ErrTooLong, eas.SettingsStatusInvalidArguments},
	},
	eas.CommandProvision: {
		{account.ErrPhoneNumberRequired, eas.SettingsStatusInvalidArguments},
		{account.ErrTooLong, eas.SettingsStatusInvalidArguments},
		{account.ErrInvalidPolicyKey, eas.PolicyStatusWrongKey},
	},
}

// commonVerdicts mean the same in all commands.
//
// [MS-ASCMD] 2.2.2 Common Status Codes
var commonVerdicts = []verdict{
	{wbxml.ErrMalformed, eas.StatusInvalidWBXML},
	{wbxml.ErrUnknownToken, eas.StatusInvalidWBXML},
	{account.ErrSyncDisabled, eas.StatusUserDisabledForSync},
	{account.ErrDeviceID, eas.StatusDeviceIDMissingOrInvalid},
	{account.ErrTooManyDevices, eas.StatusMaximumDevicesReached},
	{account.ErrBlocked, eas.StatusDeviceIsBlockedForThisUser},
	{account.ErrQuarantined, eas.StatusDeviceIsBlockedForThisUser},
	{account.ErrWipe, eas.StatusRemoteWipeRequested},
	{account.ErrNotProvisioned, eas.StatusDeviceNotProvisioned},
	{account.ErrPolicyRefresh, eas.StatusPolicyRefresh},
	{account.ErrInvalidPolicyKey, eas.StatusInvalidPolicyKey},
}

// protocolErrors are how commands call a request that breaks their rules: an
// element in the wrong place, a value that is none. Other commands say
// StatusInvalidXML.
var protocolErrors = map[eas.Command]eas.Status{
	eas.CommandSync:         eas.SyncStatusProtocolError,
	eas.CommandFolderSync:   eas.FolderStatusMalformed,
	eas.CommandFolderCreate: eas.FolderStatusMalformed,
	eas.CommandFolderUpdate: eas.FolderStatusMalformed,
	eas.CommandFolderDelete: eas.FolderStatusMalformed,
	eas.CommandPing:         eas.PingStatusSyntaxError,
	eas.CommandSettings:     eas.SettingsStatusProtocolError,
	eas.CommandProvision:    eas.ProvisionStatusProtocolError,

	eas.CommandItemOperations:    eas.ItemOperationsStatusProtocolError,
	eas.CommandResolveRecipients: eas.RecipientsStatusProtocolError,
	eas.CommandValidateCert:      eas.CertStatusProtocolError,
}

// serverErrors are how commands say that the server failed. Other commands say
// StatusServerErrorRetryLater.
var serverErrors = map[eas.Command]eas.Status{
	eas.CommandSync:         eas.SyncStatusServerError,
	eas.CommandFolderSync:   eas.FolderStatusServerError,
	eas.CommandFolderCreate: eas.FolderStatusServerError,
	eas.CommandFolderUpdate: eas.FolderStatusServerError,
	eas.CommandFolderDelete: eas.FolderStatusServerError,
	eas.CommandPing:         eas.PingStatusServerError,
	eas.CommandSettings:     eas.SettingsStatusUnavailable,
	eas.CommandProvision:    eas.ProvisionStatusServerError,
	eas.CommandSearch:       eas.SearchStatusServerError,

	eas.CommandItemOperations:    eas.ItemOperationsStatusServerError,
	eas.CommandResolveRecipients: eas.RecipientsStatusServerError,
	eas.CommandValidateCert:      eas.CertStatusServerError,
	eas.CommandMeetingResponse:   eas.MeetingStatusServerError,
}

// protocolError is the failure of a command whose request breaks its rules.
func protocolError(c eas.Command) error {
	if status, ok := protocolErrors[c]; ok {
		return failed(status)
	}
	return failed(eas.StatusInvalidXML)
}

// statusOf returns the status that err means in a command. Foreseen is false for
// a failure of the server, which belongs in the log.
func statusOf(c eas.Command, err error) (status eas.Status, foreseen bool) {
	var f *failure
	if errors.As(err, &f) {
		return f.status, true
	}
	for _, list := range [][]verdict{verdicts[c], commonVerdicts} {
		for _, v := range list {
			if errors.Is(err, v.err) {
				return v.status, true
			}
		}
	}
	if errors.Is(err, mailbox.ErrFull) {
		return eas.StatusMailboxQuotaExceeded, false
	}
	var syntax *wbxml.SyntaxError
	if errors.As(err, &syntax) {
		return statusOf(c, protocolError(c))
	}
	if status, ok := serverErrors[c]; ok {
		return status, false
	}
	return eas.StatusServerErrorRetryLater, false
}
