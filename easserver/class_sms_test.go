package easserver

import (
	"encoding/hex"
	"os"
	"strings"
	"testing"
	"testing/quick"
	"time"
	"unicode/utf8"

	"asms/eas"
	"asms/mailbox"
	"asms/wbxml"
)

// ASMS-4.3-1: the document's example comes out byte for byte.
func TestExample43(t *testing.T) {
	t.Parallel()
	unhex := func(s string) []byte {
		b, err := hex.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	delta := &mailbox.Delta{
		Options: []mailbox.ClassOptions{{Class: mailbox.ClassSMS}},
		Changes: []mailbox.Change{{Kind: mailbox.ChangeAdd, ServerID: "55:11", Class: mailbox.ClassSMS, Item: &mailbox.Item{
			ServerID: "55:11", Class: mailbox.ClassSMS,
			To: `"14255550143" [MOBILE:14255550143]`, From: `"14255550123" [MOBILE:+14255550123]`,
			Date: time.Date(2009, 1, 8, 0, 14, 36, 0, time.UTC), Importance: 1, Body: "Make sure you get some rest!\n", CPID: "1252",
			ConversationID: unhex("f1f2e0f6ef4d44ff3c64f658330f3000"), ConversationIndex: unhex("cb71264850"),
		}}},
	}
	cmds, err := serverCommands(eas.Version141, delta)
	if err != nil {
		t.Fatal(err)
	}
	got, err := wbxml.Marshal(&eas.SyncResponse{Collections: &eas.SyncResponseCollections{Collection: []eas.SyncResponseCollection{{
		SyncKey: "525665452", CollectionID: "55", Status: eas.StatusSuccess, Commands: cmds,
	}}}})
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("../wbxml/testdata/asms_4.3_add_sms.wbxml")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("got  %x\nwant %x", got, want)
	}
}

func TestBodies(t *testing.T) {
	t.Parallel()
	size := func(n int64) *int64 { return &n }
	const text = "häßlich 👋" // 9 characters, 14 bytes
	for _, c := range []struct {
		name        string
		preferences []mailbox.BodyPreference
		data        string // "-" for none
		truncated   bool
	}{
		{"no preference is all", nil, text, false},
		{"MSASAIRS S02_TC07 no size is all", []mailbox.BodyPreference{{Type: 1, AllOrNone: true}}, text, false},
		{"MSASAIRS S02_TC06 as much as there is", []mailbox.BodyPreference{{Type: 1, TruncationSize: size(14)}}, text, false},
		{"MSASAIRS S02_TC05 cut between characters, one byte less", []mailbox.BodyPreference{{Type: 1, TruncationSize: size(13)}}, "häßlich ", true},
		{"MSASAIRS S02_TC03 cut", []mailbox.BodyPreference{{Type: 1, TruncationSize: size(4)}}, "hä", true},
		{"MSASAIRS S02_TC01 all or none, all", []mailbox.BodyPreference{{Type: 1, TruncationSize: size(14), AllOrNone: true}}, text, false},
		{"MSASAIRS S02_TC02 all or none, none", []mailbox.BodyPreference{{Type: 1, TruncationSize: size(13), AllOrNone: true}}, "-", true},
		{"nothing wanted", []mailbox.BodyPreference{{Type: 1, TruncationSize: size(0)}}, "-", true},
		{"a size larger than any", []mailbox.BodyPreference{{Type: 1, TruncationSize: size(1 << 40)}}, text, false},
		{"plain text counts among others", []mailbox.BodyPreference{{Type: 4, TruncationSize: size(1)}, {Type: 1}}, text, false},
		{"another format counts for its size", []mailbox.BodyPreference{{Type: 2, TruncationSize: size(4)}}, "hä", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := plainBody(text, c.preferences)
			data := "-"
			if b.Data != nil {
				data = *b.Data
			}
			if b.Type != eas.BodyPlain || *b.EstimatedDataSize != 14 || data != c.data || (b.Truncated != nil) != c.truncated {
				t.Errorf("%q truncated %v size %d", data, b.Truncated != nil, *b.EstimatedDataSize)
			}
		})
	}
	t.Run("an empty text has empty Data", func(t *testing.T) {
		if b := plainBody("", []mailbox.BodyPreference{{Type: 1, TruncationSize: size(0)}}); b.Data == nil || *b.Data != "" || b.Truncated != nil {
			t.Errorf("%+v", b)
		}
	})
	t.Run("a cut is the longest that fits", func(t *testing.T) {
		if err := quick.Check(func(s string, n uint8) bool {
			s = strings.ToValidUTF8(s, "?")
			got := cut(s, int(n))
			if !utf8.ValidString(got) || !strings.HasPrefix(s, got) || len(got) > int(n) {
				return false
			}
			_, next := utf8.DecodeRuneInString(s[len(got):])
			return got == s || len(got)+next > int(n)
		}, nil); err != nil {
			t.Error(err)
		}
	})
}

func TestFlagsRoundTrip(t *testing.T) {
	t.Parallel()
	at := func(hour int) *time.Time { d := time.Date(2026, 11, 23, hour, 0, 0, 5e6, time.UTC); return &d }
	for name, f := range map[string]*eas.Flag{
		"none":   {},
		"active": {Status: eas.Ptr(eas.FlagActive), FlagType: eas.Ptr("for Follow Up")},
		"all": {Status: eas.Ptr(eas.FlagActive), FlagType: eas.Ptr("x"), Subject: eas.Ptr("s"), StartDate: at(1), UtcStartDate: at(2),
			DueDate: at(3), UtcDueDate: at(4), ReminderSet: eas.Ptr(true), ReminderTime: at(5), OrdinalDate: at(6), SubOrdinalDate: eas.Ptr("5555")},
		"complete": {Status: eas.Ptr(eas.FlagComplete), CompleteTime: at(7), DateCompleted: at(8)},
	} {
		kept, ok := flagOf(f)
		if !ok {
			t.Errorf("%s is refused", name)
			continue
		}
		got, err := eas.NewApplicationData(&eas.SMSChange{Flag: flagElement(kept)})
		want, err2 := eas.NewApplicationData(&eas.SMSChange{Flag: f})
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		g, err := eas.DecodeSMSChange(got)
		w, err2 := eas.DecodeSMSChange(want)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		a, _ := flagOf(g.Flag)
		b, _ := flagOf(w.Flag)
		if a != b || a != kept {
			t.Errorf("%s: %+v, want %+v", name, a, b)
		}
	}
}

func TestMailIsShown(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	user := l.user("anna")
	l.place(user, inbox, aMail("Hello"))
	items := l.phone("anna", "A", eas.Version141).begin(inbox, "")
	if len(items) != 1 {
		t.Fatal(len(items))
	}
	i := items[0]
	if i.names() != "ServerId ApplicationData" { // MS-ASCMD_R942 no Class: the folder's own
		t.Errorf("%q", i.names())
	}
	for path, want := range map[string]string{"From": "pat@example.org", "To": "me@example.org", "Subject": "Hello", "Body/Data": "mail Hello",
		"MessageClass": "IPM.Note", "ContentClass": "urn:content-classes:message", "InternetCPID": "65001", "Read": "0", "NativeBodyType": "1"} {
		if got := i.at("ApplicationData/" + path); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}
