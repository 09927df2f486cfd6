package eas

import "fmt"

// Command is a command by its name in the plain query.
//
// [MS-ASHTTP] 2.2.1.1.1.1.2 Command Codes
type Command string

// The commands.
const (
	CommandSync              Command = "Sync"
	CommandSendMail          Command = "SendMail"
	CommandSmartForward      Command = "SmartForward"
	CommandSmartReply        Command = "SmartReply"
	CommandGetAttachment     Command = "GetAttachment"
	CommandFolderSync        Command = "FolderSync"
	CommandFolderCreate      Command = "FolderCreate"
	CommandFolderDelete      Command = "FolderDelete"
	CommandFolderUpdate      Command = "FolderUpdate"
	CommandMoveItems         Command = "MoveItems"
	CommandGetItemEstimate   Command = "GetItemEstimate"
	CommandMeetingResponse   Command = "MeetingResponse"
	CommandSearch            Command = "Search"
	CommandSettings          Command = "Settings"
	CommandPing              Command = "Ping"
	CommandItemOperations    Command = "ItemOperations"
	CommandProvision         Command = "Provision"
	CommandResolveRecipients Command = "ResolveRecipients"
	CommandValidateCert      Command = "ValidateCert"
	CommandFind              Command = "Find" // 16.1
)

// commandCodes are the codes of the base64 query.
var commandCodes = [...]Command{
	0:  CommandSync,
	1:  CommandSendMail,
	2:  CommandSmartForward,
	3:  CommandSmartReply,
	4:  CommandGetAttachment,
	9:  CommandFolderSync,
	10: CommandFolderCreate,
	11: CommandFolderDelete,
	12: CommandFolderUpdate,
	13: CommandMoveItems,
	14: CommandGetItemEstimate,
	15: CommandMeetingResponse,
	16: CommandSearch,
	17: CommandSettings,
	18: CommandPing,
	19: CommandItemOperations,
	20: CommandProvision,
	21: CommandResolveRecipients,
	22: CommandValidateCert,
	23: CommandFind, // not in the document's table, but in the conformance suite
}

// CommandByCode is the command of a code of the base64 query.
func CommandByCode(code byte) (Command, bool) {
	if int(code) >= len(commandCodes) || commandCodes[code] == "" {
		return "", false
	}
	return commandCodes[code], true
}

// Code is the command's code in the base64 query, and whether it has one.
func (c Command) Code() (byte, bool) {
	for code, name := range commandCodes {
		if name == c && name != "" {
			return byte(code), true
		}
	}
	return 0, false
}

// Known reports whether c is a command of the protocol.
func (c Command) Known() bool {
	_, ok := c.Code()
	return ok
}

// StatusResponse is the response to a command that failed as a whole: its root
// element with nothing but the status. It returns an error for a command whose
// responses this package does not know.
//
// [MS-ASCMD] 2.2.2 Common Status Codes
func (c Command) StatusResponse(status Status) (any, error) {
	switch c {
	case CommandSync:
		return &SyncResponse{Status: status}, nil
	case CommandGetItemEstimate:
		return &GetItemEstimateResponse{Status: status}, nil
	case CommandFolderSync:
		return &FolderSyncResponse{Status: status}, nil
	case CommandFolderCreate:
		return &FolderCreateResponse{Status: status}, nil
	case CommandFolderUpdate:
		return &FolderUpdateResponse{Status: status}, nil
	case CommandFolderDelete:
		return &FolderDeleteResponse{Status: status}, nil
	case CommandMoveItems:
		return &MoveItemsResponse{Status: status}, nil
	case CommandSettings:
		return &SettingsResponse{Status: status}, nil
	case CommandPing:
		return &PingResponse{Status: status}, nil
	case CommandProvision:
		return &ProvisionResponse{Status: status}, nil
	case CommandSendMail:
		return &sendMailStatus{Status: status}, nil
	case CommandSmartForward:
		return &smartForwardStatus{Status: status}, nil
	case CommandSmartReply:
		return &smartReplyStatus{Status: status}, nil
	case CommandItemOperations:
		return &ItemOperationsResponse{Status: status}, nil
	case CommandSearch:
		return &searchStatus{Status: status}, nil
	case CommandResolveRecipients:
		return &ResolveRecipientsResponse{Status: status}, nil
	case CommandValidateCert:
		return &ValidateCertResponse{Status: status}, nil
	case CommandMeetingResponse:
		return &MeetingResponseResponse{Result: []MeetingResult{{Status: status}}}, nil
	case CommandFind:
		return &findStatus{Status: status}, nil
	}
	return nil, fmt.Errorf("eas: command %q has no status", string(c))
}

type (
	sendMailStatus struct {
		XMLName struct{} `wbxml:"ComposeMail SendMail"`
		Status  Status   `wbxml:"Status"`
	}
	smartForwardStatus struct {
		XMLName struct{} `wbxml:"ComposeMail SmartForward"`
		Status  Status   `wbxml:"Status"`
	}
	smartReplyStatus struct {
		XMLName struct{} `wbxml:"ComposeMail SmartReply"`
		Status  Status   `wbxml:"Status"`
	}
	searchStatus struct {
		XMLName struct{} `wbxml:"Search Search"`
		Status  Status   `wbxml:"Status"`
	}
	findStatus struct {
		XMLName struct{} `wbxml:"Find Find"`
		Status  Status   `wbxml:"Status"`
	}
)
