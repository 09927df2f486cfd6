package web

import (
	"net/http"

	"asms/api"
	"asms/mailbox"
)

func (s *Server) routesConversations() {
	s.handle("GET /api/v1/conversations", api.ScopeRead, s.getConversations)
	s.handle("GET /api/v1/conversations/{id}", api.ScopeRead, s.getConversation)
	s.handle("DELETE /api/v1/conversations/{id}", api.ScopeWrite, s.deleteConversation)
	s.handle("GET /api/v1/conversations/{id}/messages", api.ScopeRead, s.getMessages)
	s.handle("POST /api/v1/conversations/{id}/read", api.ScopeWrite, s.markRead)
}

// queryLimit bounds what is looked for, in bytes.
const queryLimit = 500

func query(r *http.Request) (string, error) {
	q := r.URL.Query().Get("q")
	if len(q) > queryLimit {
		return "", badRequest("q has more than %d bytes", queryLimit)
	}
	return q, nil
}

func (s *Server) getConversations(w http.ResponseWriter, r *http.Request, who caller) error {
	n, err := limit(r)
	if err != nil {
		return err
	}
	q := mailbox.ConversationsQuery{Limit: n}
	if q.Search, err = query(r); err != nil {
		return err
	}
	var after mailbox.ConversationPlace
	if ok, err := readCursor(r, "cursor", &after); err != nil {
		return err
	} else if ok {
		q.After = &after
	}
	page, unread, next, err := s.mailbox.Conversations(r.Context(), who.user, q)
	if err != nil {
		return err
	}
	out := api.Conversations{Conversations: apiConversations(page), Unread: unread}
	if next != nil {
		out.Next = cursor(next)
	}
	return answer(w, http.StatusOK, out)
}

func (s *Server) getConversation(w http.ResponseWriter, r *http.Request, who caller) error {
	c, err := s.mailbox.Conversation(r.Context(), who.user, r.PathValue("id"))
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, apiConversation(c))
}

func (s *Server) deleteConversation(w http.ResponseWriter, r *http.Request, who caller) error {
	left, err := s.mailbox.DeleteConversation(r.Context(), who.user, r.PathValue("id"))
	if err != nil {
		return err
	}
	if left > 0 {
		return conflict("%d of its messages are on their way out and stay", left)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Server) markRead(w http.ResponseWriter, r *http.Request, who caller) error {
	var body api.ReadMark
	if err := read(r, &body); err != nil {
		return err
	}
	if err := s.mailbox.MarkRead(r.Context(), who.user, r.PathValue("id"), body.Read); err != nil {
		return err
	}
	return s.getConversation(w, r, who)
}

func (s *Server) getMessages(w http.ResponseWriter, r *http.Request, who caller) error {
	n, err := limit(r)
	if err != nil {
		return err
	}
	q := mailbox.MessagesQuery{Limit: n, Around: r.URL.Query().Get("around")}
	places := 0
	if q.Around != "" {
		places++
	}
	for name, into := range map[string]**mailbox.EntryPlace{"older": &q.Older, "newer": &q.Newer} {
		place := new(mailbox.EntryPlace)
		ok, err := readCursor(r, name, place)
		if err != nil {
			return err
		}
		if ok {
			*into = place
			places++
		}
	}
	if places > 1 {
		return badRequest("only one of older, newer and around can be asked for")
	}
	page, err := s.mailbox.Messages(r.Context(), who.user, r.PathValue("id"), q)
	if err != nil {
		return err
	}
	out := api.Messages{Messages: make([]api.Message, len(page.Entries))}
	for n, e := range page.Entries {
		out.Messages[n] = apiMessage(e)
	}
	if page.Older != nil {
		out.Older = cursor(page.Older)
	}
	if page.Newer != nil {
		out.Newer = cursor(page.Newer)
	}
	return answer(w, http.StatusOK, out)
}

func apiConversations(all []mailbox.Conversation) []api.Conversation {
	out := make([]api.Conversation, len(all))
	for n, c := range all {
		out[n] = apiConversation(c)
	}
	return out
}

func apiConversation(c mailbox.Conversation) api.Conversation {
	out := api.Conversation{ID: c.ID, Peers: apiParties(c.Peers), Unread: c.Unread, Total: c.Total, Date: c.Date}
	if c.Last != nil {
		last := apiMessage(*c.Last)
		out.Last = &last
	}
	return out
}

func apiParties(all []mailbox.Party) []api.Party {
	out := make([]api.Party, len(all))
	for n, p := range all {
		out[n] = api.Party(p)
	}
	return out
}
