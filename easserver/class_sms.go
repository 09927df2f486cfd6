package easserver

import (
	"unicode/utf8"

	"asms/eas"
	"asms/mailbox"
	"asms/wbxml"
)

// maxAddressLength is the longest To or From, in characters.
//
// [MS-ASMS] 6 Appendix A: Full XML Schema
const maxAddressLength = 32768

// defaultCPID says UTF-8, for texts that came without a code page.
const defaultCPID = "65001"

// smsMessage reads a text that a client adds. It returns false for one that
// breaks the rules of its class.
//
// [MS-ASMS] 3.1.4.1.2 Making Changes Involving SMS Items
func smsMessage(data wbxml.Raw, maxText int) (*mailbox.Message, bool) {
	a, err := eas.DecodeSMSAdd(data)
	if err != nil {
		return nil, false
	}
	m := &mailbox.Message{
		Class: mailbox.ClassSMS, To: deref(a.To), From: deref(a.From),
		CPID: deref(a.InternetCPID), Importance: 1, Read: a.Read != nil && *a.Read,
	}
	if m.CPID == "" {
		m.CPID = defaultCPID
	}
	if utf8.RuneCountInString(m.To) > maxAddressLength || utf8.RuneCountInString(m.From) > maxAddressLength {
		return nil, false
	}
	if a.DateReceived != nil {
		m.Date = *a.DateReceived
	}
	if a.Importance != nil {
		m.Importance = *a.Importance
	}
	if m.Importance < 0 || m.Importance > 2 {
		return nil, false
	}
	if a.Body != nil {
		if a.Body.Type != eas.BodyPlain {
			return nil, false
		}
		m.Body = deref(a.Body.Data)
	}
	if len(m.Body) > maxText {
		return nil, false
	}
	if a.Flag != nil {
		flag, ok := flagOf(a.Flag)
		if !ok {
			return nil, false
		}
		m.Flag = flag
	}
	return m, true
}

// smsProperties is a text as the server sends it, its elements in the order of
// the protocol's example.
//
// [MS-ASMS] 2.2.2.1 SMS Class Elements, 4.3 SMS Message Added by the Server
func smsProperties(item *mailbox.Item, body []mailbox.BodyPreference) *eas.SMS {
	date := item.Date.UTC()
	sms := &eas.SMS{
		To: &item.To, From: &item.From, DateReceived: &date, Importance: &item.Importance, Read: &item.Read,
		Body: plainBody(item.Body, body), InternetCPID: &item.CPID, Flag: flagElement(item.Flag),
		ConversationID: item.ConversationID, ConversationIndex: item.ConversationIndex,
	}
	if item.CPID == "" {
		sms.InternetCPID = eas.Ptr(defaultCPID)
	}
	return sms
}

// plainBody is a body of plain text, as much of it as the client can take. A
// preference for another format counts for its size when there is none for plain
// text: a text has no other.
//
// [MS-ASAIRS] 2.2.2.9 Body, 3.2.5.2 Truncating Data
func plainBody(text string, preferences []mailbox.BodyPreference) *eas.Body {
	size := len(text)
	b := &eas.Body{Type: eas.BodyPlain, EstimatedDataSize: eas.Ptr(uint32(size))}
	var wanted mailbox.BodyPreference
	for i, p := range preferences {
		if i == 0 || p.Type == int(eas.BodyPlain) {
			wanted = p
		}
	}
	if limit := wanted.TruncationSize; limit != nil && int64(size) > *limit {
		b.Truncated = eas.Ptr(true)
		text = cut(text, int(*limit)) // fits: it is less than size
		if wanted.AllOrNone || text == "" {
			return b
		}
	}
	b.Data = &text
	return b
}

// cut shortens text to at most n bytes, between characters.
func cut(text string, n int) string {
	if n >= len(text) {
		return text
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

func deref[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
