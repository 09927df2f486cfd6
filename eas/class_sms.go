package eas

import (
	"time"

	"asms/wbxml"
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

// DecodeSMS decodes a text that a server sent. Properties that are not of the
// SMS class, which some servers add, are passed over.
func DecodeSMS(raw wbxml.Raw) (*SMS, error) {
	m, err := DecodeEmail(raw)
	if err != nil {
		return nil, err
	}
	return &SMS{
		To: m.To, From: m.From, DateReceived: m.DateReceived, Importance: m.Importance, Read: m.Read,
		Body: m.Body, InternetCPID: m.InternetCPID, Flag: m.Flag,
		ConversationID: m.ConversationID, ConversationIndex: m.ConversationIndex,
	}, nil
}

// Conversation are the properties the server assigns to a text that a client
// adds, and sends in the answer to its Add.
//
// [MS-ASMS] 3.1.4.1.2 Making Changes Involving SMS Items
type Conversation struct {
	ConversationID    []byte `wbxml:"Email2 ConversationId,omitempty"`
	ConversationIndex []byte `wbxml:"Email2 ConversationIndex,omitempty"`
}

// DecodeConversation decodes the properties in the answer to an Add.
func DecodeConversation(raw wbxml.Raw) (*Conversation, error) {
	return decodeApplicationData[Conversation](raw)
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

// DecodeSMSAdd decodes a text that a client adds. A conversation and properties
// that are not of the SMS class are passed over: a phone that was refused for
// them would try again for ever. An error means SyncStatusInvalidItem.
func DecodeSMSAdd(raw wbxml.Raw) (*SMSAdd, error) {
	m, err := DecodeSMS(raw)
	if err != nil {
		return nil, err
	}
	return &SMSAdd{
		To: m.To, From: m.From, DateReceived: m.DateReceived, Importance: m.Importance, Read: m.Read,
		Body: m.Body, InternetCPID: m.InternetCPID, Flag: m.Flag,
	}, nil
}

// SMSChange are the properties of a text that may change.
//
// [MS-ASMS] 3.1.4.1.2 Making Changes Involving SMS Items
type SMSChange struct {
	Read *bool `wbxml:"Email Read"`
	Flag *Flag `wbxml:"Email Flag"`
}

// DecodeSMSChange decodes a change of a text. Any other property than the two
// is an error, and errors mean SyncStatusInvalidItem.
func DecodeSMSChange(raw wbxml.Raw) (*SMSChange, error) {
	return decodeApplicationData[SMSChange](raw)
}
