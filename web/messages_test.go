package web_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"asms/api"
)

func TestAMessageIsSentOnce(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	ann := l.program(t, "ann", password)
	text := api.NewMessage{To: []string{"+1 425 555 0199", "+14255550199"}, Body: "see you"}
	first := ann.is(201, "POST", "/api/v1/messages", text, "Idempotency-Key", "k")
	m := to[api.Message](t, first)
	if m.Direction != api.DirectionOut || m.Body != "see you" || len(m.Recipients) != 1 || m.Recipients[0].State != api.RecipientPending {
		t.Errorf("%+v", m)
	}
	again := ann.is(201, "POST", "/api/v1/messages", text, "Idempotency-Key", "k")
	if to[api.Message](t, again).ID != m.ID || again.Header.Get("Idempotent-Replayed") != "true" || first.Header.Get("Idempotent-Replayed") != "" {
		t.Errorf("repeated: %s %v", again.body, again.Header)
	}
	text.Body = "other"
	ann.is(422, "POST", "/api/v1/messages", text, "Idempotency-Key", "k")
	if other := to[api.Message](t, ann.is(201, "POST", "/api/v1/messages", text)); other.ID == m.ID || other.Conversation != m.Conversation {
		t.Errorf("%+v", other)
	}
	list := to[api.Messages](t, ann.is(200, "GET", "/api/v1/conversations/"+m.Conversation+"/messages?limit=1", nil))
	if len(list.Messages) != 1 || list.Older == "" || list.Newer != "" {
		t.Errorf("%+v", list)
	}
	list = to[api.Messages](t, ann.is(200, "GET", "/api/v1/conversations/"+m.Conversation+"/messages?limit=1&older="+list.Older, nil))
	if len(list.Messages) != 1 || list.Messages[0].ID != m.ID || list.Older != "" || list.Newer == "" {
		t.Errorf("%+v", list)
	}
	ann.is(200, "POST", "/api/v1/messages/"+url.PathEscape(m.ID)+"/cancel", nil)
	ann.is(409, "POST", "/api/v1/messages/"+url.PathEscape(m.ID)+"/cancel", nil)
	ann.is(409, "POST", "/api/v1/messages/"+url.PathEscape(m.ID)+"/retry", nil)
	ann.is(409, "DELETE", "/api/v1/messages/"+url.PathEscape(l.text), nil) // a phone may have it
}

func TestWhatCannotBeSentIsRefused(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	ann := l.program(t, "ann", password)
	many := make([]string, 101)
	for n := range many {
		many[n] = fmt.Sprintf("+1425555%04d", n)
	}
	late := time.Now().AddDate(2, 0, 0)
	for name, m := range map[string]api.NewMessage{
		"nobody":        {Body: "x"},
		"too many":      {To: many, Body: "x"},
		"no number":     {To: []string{"Pat"}, Body: "x"},
		"an empty one":  {To: []string{" "}, Body: "x"},
		"too long":      {To: []string{strings.Repeat("1", 21)}, Body: "x"},
		"a header":      {To: []string{`1" [MOBILE:2]`}, Body: "x"},
		"no text":       {To: []string{"1234567"}},
		"too much text": {To: []string{"1234567"}, Body: strings.Repeat("я", 67*255+1)},
		"never":         {To: []string{"1234567"}, Body: "x", NotBefore: &late},
		"before now":    {To: []string{"1234567"}, Body: "x", ValidFor: -1},
		"no device":     {To: []string{"1234567"}, Body: "x", Device: "NONE"},
	} {
		if r := ann.do("POST", "/api/v1/messages", m); r.StatusCode != 400 {
			t.Errorf("%s: %d %s", name, r.StatusCode, r.body)
		}
	}
	ann.is(400, "POST", "/api/v1/messages", `{"to":["1234567"],"body":"x","colour":"red"}`)
	ann.is(400, "POST", "/api/v1/messages", api.NewMessage{To: []string{"1234567"}, Body: "x"}, "Idempotency-Key", strings.Repeat("k", 256))
	ann.is(413, "POST", "/api/v1/messages", `{"body":"`+strings.Repeat("x", 1<<20)+`"}`)
	ann.is(400, "POST", "/api/v1/measure", `{"body":"`+strings.Repeat("x", 256<<10+1)+`"}`)
	for _, path := range []string{
		"/api/v1/conversations?limit=0", "/api/v1/conversations?limit=201", "/api/v1/conversations?cursor=x", "/api/v1/conversations?cursor=bnVsbA",
		"/api/v1/conversations?q=" + strings.Repeat("a", 501), "/api/v1/search?q=a&limit=1000", "/api/v1/search?q=a&cursor=eyJwIjotMX0",
		"/api/v1/events?after=x", "/api/v1/events?after=-1", "/api/v1/route", "/api/v1/route?to=Pat",
	} {
		if r := ann.do("GET", path, nil); r.StatusCode != 400 && !(strings.HasSuffix(path, "bnVsbA") && r.StatusCode == 200) {
			t.Errorf("%.60s: %d", path, r.StatusCode)
		}
	}
}

// TestAnotherUsersTextsAreNotThere: an id of another user is answered as one that
// never was.
func TestAnotherUsersTextsAreNotThere(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.add(t, "bob", false)
	ann, bob := l.program(t, "ann", password), l.program(t, "bob", password)
	m := to[api.Message](t, ann.is(201, "POST", "/api/v1/messages", api.NewMessage{To: []string{"+14255550199"}, Body: "secret"}))
	message, conversation := "/api/v1/messages/"+url.PathEscape(m.ID), "/api/v1/conversations/"+m.Conversation
	read := true
	for _, c := range []struct {
		method, path string
		body         any
	}{
		{"GET", message, nil}, {"PATCH", message, api.MessageChange{Read: &read}}, {"DELETE", message, nil},
		{"POST", message + "/cancel", nil}, {"POST", message + "/retry", nil},
		{"GET", conversation, nil}, {"GET", conversation + "/messages", nil}, {"DELETE", conversation, nil},
		{"POST", conversation + "/read", api.ReadMark{Read: true}},
		{"GET", "/api/v1/messages/5%3A999", nil}, {"GET", "/api/v1/messages/x", nil}, {"GET", "/api/v1/conversations/x", nil},
	} {
		bob.is(404, c.method, c.path, c.body)
	}
	if r := to[api.SearchResult](t, bob.is(200, "GET", "/api/v1/search?q=secret", nil)); len(r.Hits)+len(r.Conversations) != 0 {
		t.Errorf("bob finds %+v", r)
	}
	if r := to[api.Conversations](t, bob.is(200, "GET", "/api/v1/conversations", nil)); len(r.Conversations) != 0 {
		t.Errorf("bob has %+v", r)
	}
	r := to[api.SearchResult](t, ann.is(200, "GET", "/api/v1/search?q=SECR", nil))
	if len(r.Hits) != 1 || fmt.Sprint(r.Hits[0].Matches) != "[[0 6]]" || r.Hits[0].Message.ID != m.ID || len(r.Hits[0].Peers) != 1 {
		t.Errorf("ann finds %+v", r)
	}
	if r := to[api.SearchResult](t, ann.is(200, "GET", "/api/v1/search?q=0199", nil)); len(r.Conversations) != 1 {
		t.Errorf("ann finds %+v", r)
	}
}

func TestMessagesAreMarkedAndDeleted(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	ann := l.program(t, "ann", password)
	m := to[api.Message](t, ann.is(201, "POST", "/api/v1/messages", api.NewMessage{To: []string{"+14255550199"}, Body: "hello"}))
	path := "/api/v1/messages/" + url.PathEscape(m.ID)
	yes := true
	if m := to[api.Message](t, ann.is(200, "PATCH", path, api.MessageChange{Flagged: &yes})); !m.Flagged {
		t.Errorf("%+v", m)
	}
	c := to[api.Conversation](t, ann.is(200, "POST", "/api/v1/conversations/"+m.Conversation+"/read", api.ReadMark{Read: true}))
	if c.Total != 1 || c.Last == nil || c.Last.ID != m.ID || c.Peers[0].Number != "+14255550199" {
		t.Errorf("%+v", c)
	}
	ann.is(204, "DELETE", path, nil)
	ann.is(404, "GET", path, nil)
}

func TestMeasureAndRoute(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	ann := l.program(t, "ann", password)
	got := to[api.Measure](t, ann.is(200, "POST", "/api/v1/measure", api.MeasureRequest{Body: "hello 🎉"}))
	if got != (api.Measure{Alphabet: "UCS-2", Characters: 7, Units: 8, Segments: 1, Left: 62, ForcedBy: "🎉"}) {
		t.Errorf("%+v", got)
	}
	if got := to[api.Measure](t, ann.is(200, "POST", "/api/v1/measure", api.MeasureRequest{Body: strings.Repeat("a", 153*255+1)})); !got.TooLong || got.Segments != 256 {
		t.Errorf("%+v", got)
	}
	r := to[api.Route](t, ann.is(200, "GET", "/api/v1/route?to=%2B14255550123", nil))
	if r.State != "ready" || r.Device != "PHONE" || r.Number != "+14255550143" || r.LastSeen == nil {
		t.Errorf("%+v", r)
	}
}

func TestNoListIsNull(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.add(t, "bob", false)
	bob := l.program(t, "bob", password)
	for path, key := range map[string]string{"/api/v1/conversations": "conversations", "/api/v1/search?q=x": "hits"} {
		var v map[string]json.RawMessage
		if err := json.Unmarshal(bob.is(200, "GET", path, nil).body, &v); err != nil || string(v[key]) != "[]" {
			t.Errorf("%s: %s %v", path, v[key], err)
		}
	}
}
