package eas

import (
	"time"

	"asms/wbxml"
)

// Email are the properties of a mail. In a Change only those that changed are
// present. Those that this module has no use for are kept undecoded, so that
// they may be there.
//
// [MS-ASEMAIL] 2.2.2 Elements
type Email struct {
	To             *string     `wbxml:"Email To"`
	Cc             *string     `wbxml:"Email Cc"`
	From           *string     `wbxml:"Email From"`
	Subject        *string     `wbxml:"Email Subject"`
	ReplyTo        *string     `wbxml:"Email ReplyTo"`
	DateReceived   *time.Time  `wbxml:"Email DateReceived"`
	DisplayTo      *string     `wbxml:"Email DisplayTo"`
	ThreadTopic    *string     `wbxml:"Email ThreadTopic"`
	Importance     *int        `wbxml:"Email Importance"` // 0 low, 1 normal, 2 high
	Read           *bool       `wbxml:"Email Read"`
	Attachments    wbxml.Raw   `wbxml:"AirSyncBase Attachments"`
	Body           *Body       `wbxml:"AirSyncBase Body"`
	BodyPart       wbxml.Raw   `wbxml:"AirSyncBase BodyPart"` // 14.1 and later
	MessageClass   *string     `wbxml:"Email MessageClass"`
	MeetingRequest wbxml.Raw   `wbxml:"Email MeetingRequest"`
	InternetCPID   *string     `wbxml:"Email InternetCPID"`
	Flag           *Flag       `wbxml:"Email Flag"`
	ContentClass   *string     `wbxml:"Email ContentClass"`
	NativeBodyType *BodyType   `wbxml:"AirSyncBase NativeBodyType"`
	Categories     *Categories `wbxml:"Email Categories"` // 14.0 and later

	UmCallerID            wbxml.Raw `wbxml:"Email2 UmCallerID"`
	UmUserNotes           wbxml.Raw `wbxml:"Email2 UmUserNotes"`
	ConversationID        []byte    `wbxml:"Email2 ConversationId,omitempty"`
	ConversationIndex     []byte    `wbxml:"Email2 ConversationIndex,omitempty"`
	LastVerbExecuted      wbxml.Raw `wbxml:"Email2 LastVerbExecuted"`
	LastVerbExecutionTime wbxml.Raw `wbxml:"Email2 LastVerbExecutionTime"`
	ReceivedAsBcc         wbxml.Raw `wbxml:"Email2 ReceivedAsBcc"`
	Sender                wbxml.Raw `wbxml:"Email2 Sender"`
	AccountID             wbxml.Raw `wbxml:"Email2 AccountId"` // 14.1 and later
	Bcc                   wbxml.Raw `wbxml:"Email2 Bcc"`       // 16.0 and later
	IsDraft               wbxml.Raw `wbxml:"Email2 IsDraft"`   // 16.0 and later
	Send                  wbxml.Raw `wbxml:"Email2 Send"`      // 16.0 and later

	RightsManagementLicense wbxml.Raw `wbxml:"RightsManagement RightsManagementLicense"` // 14.1 and later
}

// DecodeEmail decodes a mail.
func DecodeEmail(raw wbxml.Raw) (*Email, error) { return decodeApplicationData[Email](raw) }

// Categories are the labels of a mail, at most 300.
//
// [MS-ASEMAIL] 2.2.2.16 Categories
type Categories struct {
	Category []string `wbxml:"Email Category"`
}

// MessageClassNote is the class of an ordinary mail, ContentClassMessage its
// content class.
//
// [MS-ASEMAIL] 2.2.2.49 MessageClass
const (
	MessageClassNote    = "IPM.Note"
	ContentClassMessage = "urn:content-classes:message"
)

// EmailChange are the properties of a mail that may change, drafts aside.
//
// [MS-ASEMAIL] 3.1.5.4 Sync Command Request
type EmailChange struct {
	Read       *bool       `wbxml:"Email Read"`
	Flag       *Flag       `wbxml:"Email Flag"`
	Categories *Categories `wbxml:"Email Categories"`
}

// DecodeEmailChange decodes a change of a mail that is no draft. Any other
// property than these is an error, and errors mean SyncStatusInvalidItem.
func DecodeEmailChange(raw wbxml.Raw) (*EmailChange, error) {
	return decodeApplicationData[EmailChange](raw)
}
