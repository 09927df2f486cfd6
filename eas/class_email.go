package eas

import (
	"time"
)

// Email are the properties of a mail, as far as this module uses them. In a
// Change only those that changed are present.
//
// [MS-ASEMAIL] 2.2 Message Syntax
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
	Body           *Body       `wbxml:"AirSyncBase Body"`
	MessageClass   *string     `wbxml:"Email MessageClass"`
	InternetCPID   *string     `wbxml:"Email InternetCPID"`
	Flag           *Flag       `wbxml:"Email Flag"`
	ContentClass   *string     `wbxml:"Email ContentClass"`
	NativeBodyType *BodyType   `wbxml:"AirSyncBase NativeBodyType"`
	Categories     *Categories `wbxml:"Email Categories"` // 14.0 and later

	ConversationID    []byte `wbxml:"Email2 ConversationId,omitempty"`
	ConversationIndex []byte `wbxml:"Email2 ConversationIndex,omitempty"`
}

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
// [MS-ASEMAIL] 3.1.5.3 Sync Command Request
type EmailChange struct {
	Read       *bool       `wbxml:"Email Read"`
	Flag       *Flag       `wbxml:"Email Flag"`
	Categories *Categories `wbxml:"Email Categories"`
}
