package mailbox

import (
	"bytes"
	"encoding/hex"
	"testing"
	"time"
)

func TestConversationIndexHeader(t *testing.T) {
	t.Parallel()
	// The index of example [MS-ASMS] 4.3 is bits 55 to 16 of this time.
	at := time.Date(2010, 10, 21, 13, 45, 54, 610_000_000, time.UTC).UnixMilli()
	if got := hex.EncodeToString(conversationIndex(nil, at, 1)); got != "cb71264850" {
		t.Errorf("header %s", got)
	}
}

func TestConversationIndexOrdersByTime(t *testing.T) {
	t.Parallel()
	start := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	first := conversationIndex(nil, start.UnixMilli(), 1)
	last := first
	for n, later := range []time.Duration{100 * time.Millisecond, 200 * time.Millisecond, time.Minute, time.Hour, 24 * time.Hour, 300 * 24 * time.Hour, 800 * 24 * time.Hour, 4000 * 24 * time.Hour} {
		i := conversationIndex(first, start.Add(later).UnixMilli(), int64(n))
		if len(i) != 10 || !bytes.HasPrefix(i, first) || bytes.Compare(last, i) >= 0 {
			t.Errorf("after %v: %x follows %x", later, i, last)
		}
		last = i
	}
	if earlier := conversationIndex(first, start.Add(-time.Hour).UnixMilli(), 9); !bytes.HasPrefix(earlier, first) || len(earlier) != 10 {
		t.Errorf("older than the first: %x", earlier)
	}
}

func TestConversationIsThatOfItsPeers(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	conversation := func(folder, from, to string) string {
		id, err := l.m.Place(l.ctx, l.user, folder, Message{Class: ClassSMS, From: from, To: to, Body: "x"})
		l.ok(err)
		i, err := l.m.Fetch(l.ctx, l.user, id)
		l.ok(err)
		return string(i.ConversationID)
	}
	const me = `"Me" [MOBILE:+14255550100]`
	one := conversation(inbox, `"Pat" [MOBILE:+1 (425) 555-0123]`, me)
	for name, other := range map[string]string{
		"another spelling":     conversation(inbox, `[MOBILE:+14255550123]`, ""),
		"the answer":           conversation(sent, me, `"Patricia" [MOBILE:+1-425-555-0123]`),
		"the answer under way": conversation(outbox, me, `"Pat" [MOBILE:+14255550123]`),
	} {
		if other != one {
			t.Errorf("%s is in another conversation", name)
		}
	}
	for name, other := range map[string]string{
		"another peer":    conversation(inbox, `"Pat" [MOBILE:+14255550124]`, me),
		"with one more":   conversation(sent, me, `"Pat" [MOBILE:+14255550123], "Kim" [MOBILE:+14255550199]`),
		"a short code":    conversation(inbox, `[MOBILE:12345]`, me),
		"a sender's name": conversation(inbox, `[MOBILE:BANK]`, me),
		"nobody":          conversation(inbox, `"" [MOBILE:]`, ""),
	} {
		if other == one {
			t.Errorf("%s is in the same conversation", name)
		}
	}
	if a, b := conversation(sent, me, `[MOBILE:+1], [MOBILE:+2]`), conversation(sent, me, `[MOBILE:+2],[MOBILE:+1]`); a != b {
		t.Error("the order of recipients makes two conversations")
	}
}
