package easserver

import (
	"asms/eas"
	"asms/mailbox"
)

// emailProperties is a mail as the server sends it: plain text, whatever format
// the client likes best.
//
// [MS-ASEMAIL] 2.2.2 Elements
func emailProperties(item *mailbox.Item, body []mailbox.BodyPreference) *eas.Email {
	date := item.Date.UTC()
	mail := &eas.Email{
		To: &item.To, From: &item.From, Subject: &item.Subject, DateReceived: &date, DisplayTo: text(item.To),
		ThreadTopic: text(item.Subject), Importance: &item.Importance, Read: &item.Read, Body: plainBody(item.Body, body),
		MessageClass: eas.Ptr(eas.MessageClassNote), InternetCPID: eas.Ptr(defaultCPID), Flag: flagElement(item.Flag),
		ContentClass: eas.Ptr(eas.ContentClassMessage), NativeBodyType: eas.Ptr(eas.BodyPlain),
		ConversationID: item.ConversationID, ConversationIndex: item.ConversationIndex,
	}
	if item.CPID != "" {
		mail.InternetCPID = &item.CPID
	}
	return mail
}
