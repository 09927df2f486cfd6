package eas

import (
	"bytes"
	"testing"
	"time"

	"asms/wbxml"
)

func TestSMS(t *testing.T) {
	t.Parallel()

	t.Run("ASMS-4.3-1 a text added by the server", func(t *testing.T) {
		t.Parallel()
		add := document[SyncResponse](t, "MS-ASMS 4.3 SMS added by the server").Collections.Collection[0].Commands.Items[0].Add
		if add.Class != ClassSMS || add.ServerID != "55:11" {
			t.Errorf("add %+v", add)
		}
		m, err := DecodeSMS(add.ApplicationData)
		if err != nil {
			t.Fatal(err)
		}
		if *m.To != `"14255550143" [MOBILE:14255550143]` || *m.From != `"14255550123" [MOBILE:+14255550123]` {
			t.Errorf("to %q from %q", *m.To, *m.From)
		}
		if want := time.Date(2009, 1, 8, 0, 14, 36, 0, time.UTC); !m.DateReceived.Equal(want) {
			t.Errorf("date %s", m.DateReceived)
		}
		if *m.Importance != 1 || *m.Read || *m.InternetCPID != "1252" || !m.Flag.Cleared() {
			t.Errorf("importance %d read %t code page %s flag %+v", *m.Importance, *m.Read, *m.InternetCPID, m.Flag)
		}
		if m.Body.Type != BodyPlain || *m.Body.EstimatedDataSize != 29 || m.Body.Truncated != nil ||
			*m.Body.Data != "Make sure you get some rest!\n" {
			t.Errorf("body %+v", m.Body)
		}
		if len(m.ConversationID) != 16 || !bytes.Equal(m.ConversationIndex, []byte{0xcb, 0x71, 0x26, 0x48, 0x50}) {
			t.Errorf("conversation %x %x", m.ConversationID, m.ConversationIndex)
		}
	})

	t.Run("the answer to an Add carries the conversation", func(t *testing.T) {
		t.Parallel()
		add := document[SyncResponse](t, "answer to it").Collections.Collection[0].Responses.Items[0].Add
		if add.ClientID != "sms-1" || add.ServerID != "2:31" || add.Status != StatusSuccess {
			t.Errorf("add %+v", add)
		}
		c, err := DecodeConversation(add.ApplicationData)
		if err != nil {
			t.Fatal(err)
		}
		if len(c.ConversationID) != 16 || len(c.ConversationIndex) != 5 {
			t.Errorf("conversation %+v", c)
		}
	})

	t.Run("ASMS-3.1.4.1.2-4 a phone that sends a conversation all the same is heard", func(t *testing.T) {
		t.Parallel()
		raw := applicationData(t, &SMS{
			To: Ptr("[MOBILE:1]"), Body: &Body{Type: BodyPlain, Data: Ptr("Hello")},
			ConversationID: make([]byte, 16), ConversationIndex: make([]byte, 5),
		})
		m, err := DecodeSMSAdd(raw)
		if err != nil {
			t.Fatal(err)
		}
		if *m.To != "[MOBILE:1]" || m.From != nil || *m.Body.Data != "Hello" {
			t.Errorf("got %+v", m)
		}
	})

	t.Run("properties of a mail in a text are passed over", func(t *testing.T) {
		t.Parallel()
		raw := applicationData(t, &Email{Subject: Ptr("no such thing"), From: Ptr("[MOBILE:1]")})
		if m, err := DecodeSMSAdd(raw); err != nil || *m.From != "[MOBILE:1]" {
			t.Errorf("got %+v, %v", m, err)
		}
	})

	t.Run("ASMS-3.1.4.1.2-6 only Read and Flag change", func(t *testing.T) {
		t.Parallel()
		change := document[SyncRequest](t, "text read").Collections.Collection[0].Commands.Items[0].Change
		if m, err := DecodeSMSChange(change.ApplicationData); err != nil || !*m.Read || m.Flag != nil {
			t.Errorf("got %+v, %v", m, err)
		}
		for name, other := range map[string]*SMS{
			"body":         {Read: Ptr(true), Body: &Body{Type: BodyPlain}},
			"conversation": {ConversationID: make([]byte, 16)},
			"to":           {To: Ptr("")},
		} {
			if _, err := DecodeSMSChange(applicationData(t, other)); err == nil {
				t.Errorf("%s was allowed to change", name)
			}
		}
	})

	t.Run("a bad value fails the item and not the request", func(t *testing.T) {
		t.Parallel()
		// Read is "maybe".
		data := unhex(t, "03016a00455c4f4b03380001520332000156484d03323a333100015d000255036d617962650001010101010101")
		var r SyncRequest
		if err := wbxml.Unmarshal(data, &r); err != nil {
			t.Fatal(err)
		}
		change := r.Collections.Collection[0].Commands.Items[0].Change
		if change.ServerID != "2:31" {
			t.Errorf("change %+v", change)
		}
		if m, err := DecodeSMSChange(change.ApplicationData); err == nil {
			t.Errorf("got %+v", m)
		}
	})

	t.Run("what is empty stays empty and what is absent stays absent", func(t *testing.T) {
		t.Parallel()
		m, err := DecodeSMS(applicationData(t, &SMS{From: Ptr(""), Flag: &Flag{}}))
		if err != nil {
			t.Fatal(err)
		}
		if m.From == nil || *m.From != "" || m.Flag == nil || m.To != nil || m.Read != nil || m.Body != nil || m.ConversationID != nil {
			t.Errorf("got %+v", m)
		}
	})

	t.Run("no ApplicationData is an error", func(t *testing.T) {
		t.Parallel()
		if _, err := DecodeSMSAdd(wbxml.Raw{}); err == nil {
			t.Error("no error")
		}
	})
}

func TestEmailChange(t *testing.T) {
	t.Parallel()
	raw := applicationData(t, &EmailChange{Read: Ptr(true), Categories: &Categories{Category: []string{"a", "b"}}})
	if m, err := DecodeEmailChange(raw); err != nil || !*m.Read || len(m.Categories.Category) != 2 {
		t.Errorf("got %+v, %v", m, err)
	}
	if _, err := DecodeEmailChange(applicationData(t, &Email{Subject: Ptr("new")})); err == nil {
		t.Error("the subject was allowed to change")
	}
}

func applicationData[T Properties](t *testing.T, properties *T) wbxml.Raw {
	t.Helper()
	raw, err := NewApplicationData(properties)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
