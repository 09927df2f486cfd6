package eas

import (
	"time"
)

// SMS are the properties of a text as the server sends them. In a Change only
// those that changed are present.
//
// To and From keep the text they came with; the sms package reads it.
//
// [MS-ASMS] 2.2.2.1 SMS Class Elements
type SMS struct {
	To           *string    `wbxml:"Email To"`           // [MS-ASMS] 2.2.2.1.10
	From         *string    `wbxml:"Email From"`         // [MS-ASMS] 2.2.2.1.6
	DateReceived *time.Time `wbxml:"Email DateReceived"` // [MS-ASMS] 2.2.2.1.4
	Importance   *int       `wbxml:"Email Importance"`   // 0 low, 1 normal, 2 high
	Read         *bool      `wbxml:"Email Read"`         // [MS-ASMS] 2.2.2.1.9
	Body         *Body      `wbxml:"AirSyncBase Body"`   // [MS-ASMS] 2.2.2.1.1

	// InternetCPID is the number of the code page the text was written in. It
	// informs only: Data is UTF-8.
	//
	// [MS-ASMS] 2.2.2.1.8 InternetCPID
	InternetCPID *string `wbxml:"Email InternetCPID"`
	Flag         *Flag   `wbxml:"Email Flag"` // [MS-ASMS] 2.2.2.1.5

	// ConversationID is 16 bytes, the same for all texts of a conversation.
	//
	// [MS-ASMS] 2.2.2.1.2 ConversationId
	ConversationID []byte `wbxml:"Email2 ConversationId,omitempty"`

	// ConversationIndex places the text in its conversation: 5 bytes, and 5
	// more for each level below the first.
	//
	// [MS-ASMS] 2.2.2.1.3 ConversationIndex
	ConversationIndex []byte `wbxml:"Email2 ConversationIndex,omitempty"`
}

// Conversation are the properties the server assigns to a text that a client
// adds, and sends in the answer to its Add.
//
// [MS-ASMS] 3.1.4.1.2 Making Changes Involving SMS Items
type Conversation struct {
	ConversationID    []byte `wbxml:"Email2 ConversationId,omitempty"`
	ConversationIndex []byte `wbxml:"Email2 ConversationIndex,omitempty"`
}

// SMSAdd are the properties of a text that a client adds. It has no
// conversation: the server assigns that.
//
// [MS-ASMS] 3.1.4.1.2 Making Changes Involving SMS Items
type SMSAdd struct {
	To           *string    `wbxml:"Email To"`
	From         *string    `wbxml:"Email From"`
	DateReceived *time.Time `wbxml:"Email DateReceived"`
	Importance   *int       `wbxml:"Email Importance"`
	Read         *bool      `wbxml:"Email Read"`
	Body         *Body      `wbxml:"AirSyncBase Body"`
	InternetCPID *string    `wbxml:"Email InternetCPID"`
	Flag         *Flag      `wbxml:"Email Flag"`
}

// SMSChange are the properties of a text that may change.
//
// [MS-ASMS] 3.1.4.1.2 Making Changes Involving SMS Items
type SMSChange struct {
	Read *bool `wbxml:"Email Read"`
	Flag *Flag `wbxml:"Email Flag"`
}
