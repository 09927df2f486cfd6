package web_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"asms/api"
)

// The client and the server hold the same contract: every method is answered.
func TestTheClientSpeaksTheContract(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	ctx := t.Context()
	l.add(t, "root", true)
	c := l.client(t, "ann", password)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
	}
	refused := func(status int, err error) {
		t.Helper()
		var p *api.Problem
		if !errors.As(err, &p) || p.Status != status {
			t.Errorf("%v, want %d", err, status)
		}
	}

	s, err := c.Session(ctx)
	must(err)
	if s.User != "ann" {
		t.Errorf("%+v", s)
	}
	setup, err := c.Setup(ctx)
	must(err)
	if setup.URL != l.url {
		t.Errorf("%+v", setup)
	}

	sent, err := c.Send(ctx, api.NewMessage{To: []string{"+14255550199"}, Body: "a needle in the hay"}, "key 1")
	must(err)
	again, err := c.Send(ctx, api.NewMessage{To: []string{"+14255550199"}, Body: "a needle in the hay"}, "key 1")
	must(err)
	if again.ID != sent.ID {
		t.Errorf("two texts: %s, %s", sent.ID, again.ID)
	}
	_, err = c.Send(ctx, api.NewMessage{To: []string{"+14255550199"}, Body: "other"}, "key 1")
	refused(422, err)
	m, err := c.Message(ctx, sent.ID)
	must(err)
	if m.Body != sent.Body || m.Conversation != sent.Conversation {
		t.Errorf("%+v", m)
	}
	yes := true
	m, err = c.ChangeMessage(ctx, sent.ID, api.MessageChange{Flagged: &yes})
	must(err)
	if !m.Flagged {
		t.Errorf("%+v", m)
	}
	_, err = c.RetryMessage(ctx, sent.ID)
	refused(409, err)
	list, err := c.Conversations(ctx, "", api.Page{Limit: 1})
	must(err)
	if len(list.Conversations) != 1 || list.Next == "" {
		t.Errorf("%+v", list)
	}
	more, err := c.Conversations(ctx, "", api.Page{Limit: 1, Cursor: list.Next})
	must(err)
	if len(more.Conversations) != 1 || more.Conversations[0].ID == list.Conversations[0].ID {
		t.Errorf("%+v", more)
	}
	conversation, err := c.Conversation(ctx, sent.Conversation)
	must(err)
	if conversation.Total != 1 {
		t.Errorf("%+v", conversation)
	}
	around, err := c.Messages(ctx, sent.Conversation, api.MessagesQuery{Around: sent.ID, Limit: 5})
	must(err)
	if len(around.Messages) != 1 {
		t.Errorf("%+v", around)
	}
	_, err = c.MarkConversation(ctx, sent.Conversation, true)
	must(err)
	found, err := c.Search(ctx, "needle", api.Page{})
	must(err)
	if len(found.Hits) != 1 || found.Hits[0].Message.ID != sent.ID {
		t.Errorf("%+v", found)
	}
	measure, err := c.Measure(ctx, "hello")
	must(err)
	if measure.Segments != 1 || measure.Units != 5 {
		t.Errorf("%+v", measure)
	}
	route, err := c.Route(ctx, []string{"+14255550199"}, "")
	must(err)
	if route.State == "none" {
		t.Errorf("%+v", route)
	}
	_, err = c.CancelMessage(ctx, sent.ID)
	if err != nil {
		refused(409, err) // a phone may have it
	}
	for _, id := range []string{"5:999", "a/b?c"} {
		_, err = c.Message(ctx, id)
		refused(404, err)
		refused(404, c.DeleteMessage(ctx, id))
		refused(404, c.DeleteConversation(ctx, id))
	}

	added, err := c.AddContact(ctx, api.Contact{Name: "Ann Lee", Numbers: []api.ContactNumber{{Number: "+14255550199", Kind: "mobile"}}})
	must(err)
	added.Note = "a note"
	added, err = c.PutContact(ctx, added)
	must(err)
	one, err := c.Contact(ctx, added.ID)
	must(err)
	if one.Note != "a note" {
		t.Errorf("%+v", one)
	}
	var cards bytes.Buffer
	must(c.ExportContacts(ctx, &cards))
	if !strings.Contains(cards.String(), "Ann Lee") {
		t.Errorf("%s", cards.String())
	}
	result, err := c.ImportContacts(ctx, &cards)
	must(err)
	if result.Same != 1 || result.Added != 0 {
		t.Errorf("%+v", result)
	}
	contacts, err := c.Contacts(ctx, "lee", api.Page{})
	must(err)
	if len(contacts.Contacts) != 1 {
		t.Errorf("%+v", contacts)
	}
	must(c.DeleteContact(ctx, added.ID))

	app, err := c.AddAppPassword(ctx, "phone")
	must(err)
	apps, err := c.AppPasswords(ctx)
	must(err)
	if len(apps) != 1 || apps[0].ID != app.ID {
		t.Errorf("%+v", apps)
	}
	must(c.RemoveAppPassword(ctx, app.ID))
	token, err := c.AddToken(ctx, api.NewToken{Name: "x", Scopes: []api.Scope{api.ScopeRead}})
	must(err)
	tokens, err := c.Tokens(ctx)
	must(err)
	if len(tokens) != 1 {
		t.Errorf("%+v", tokens)
	}
	must(c.RemoveToken(ctx, token.ID))

	devices, err := c.Devices(ctx)
	must(err)
	if len(devices) != 2 {
		t.Errorf("%+v", devices)
	}
	_, err = c.BlockDevice(ctx, "OTHER")
	must(err)
	_, err = c.AllowDevice(ctx, "OTHER")
	must(err)
	_, err = c.WipeDevice(ctx, "OTHER", api.Wipe{})
	must(err)
	must(c.RemoveDevice(ctx, "OTHER"))
	_, err = c.AdminUsers(ctx)
	refused(403, err)

	owner := l.client(t, "root", password) // which is not enough to administer
	_, err = owner.AddToken(ctx, api.NewToken{Name: "x", Scopes: []api.Scope{api.ScopeAdmin}})
	refused(403, err)
	_, err = owner.Health(ctx)
	refused(403, err)
	root := l.signedIn(t, "root")
	secret := to[api.Token](t, root.is(201, "POST", "/api/v1/tokens", api.NewToken{Name: "x", Scopes: []api.Scope{api.ScopeAdmin}})).Secret
	if owner, err = api.New(api.Options{URL: l.url, Token: secret}); err != nil {
		t.Fatal(err)
	}
	_, err = owner.AddUser(ctx, api.NewUser{Name: "bob", Password: "x"})
	must(err)
	_, err = owner.ChangeUser(ctx, "bob", api.UserChange{Policy: &yes})
	must(err)
	must(owner.RemoveUser(ctx, "bob"))
	users, err := owner.AdminUsers(ctx)
	must(err)
	if len(users) != 2 {
		t.Errorf("%+v", users)
	}
	_, err = owner.AdminBlockDevice(ctx, "ann", "PHONE")
	must(err)
	_, err = owner.AdminAllowDevice(ctx, "ann", "PHONE")
	must(err)
	_, err = owner.AdminWipeDevice(ctx, "ann", "PHONE", api.Wipe{FactoryReset: true})
	must(err)
	must(owner.AdminRemoveDevice(ctx, "ann", "PHONE"))
	left, err := owner.AdminDevices(ctx, "ann")
	must(err)
	if len(left) != 0 {
		t.Errorf("%+v", left)
	}
	_, err = owner.Queue(ctx)
	must(err)
	health, err := owner.Health(ctx)
	must(err)
	if health.Users != 2 {
		t.Errorf("%+v", health)
	}
	must(c.ChangePassword(ctx, api.PasswordChange{Current: password, New: "another"}))
	_, err = c.Session(ctx)
	refused(401, err)
}

// What happens is told at once, and to nobody whose credentials have ended.
func TestTheClientFollowsEvents(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	c := l.client(t, "ann", password)
	app, err := c.AddAppPassword(t.Context(), "listener")
	if err != nil {
		t.Fatal(err)
	}
	listener := l.client(t, "ann", app.Secret)
	var sent api.Message
	err = listener.Events(t.Context(), "", func(e api.Event) error {
		switch e.Name {
		case api.EventHello:
			sent, err = c.Send(t.Context(), api.NewMessage{To: []string{"+14255550199"}, Body: "news"}, "")
			return err
		case api.EventMessage:
			if strings.Contains(string(e.Data), `"news"`) {
				return c.RemoveAppPassword(t.Context(), app.ID) // which ends the stream, and the next is refused
			}
		}
		return nil
	})
	var p *api.Problem
	if !errors.As(err, &p) || p.Status != 401 || sent.ID == "" {
		t.Errorf("%v, %+v", err, sent)
	}
}
