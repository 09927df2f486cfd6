package web

import (
	"net/http"

	"asms/api"
	"asms/mailbox"
)

func (s *Server) routesSearch() {
	s.handle("GET /api/v1/search", api.ScopeRead, s.search)
}

// found is where a search goes on.
type found struct {
	Place int64 `json:"p"`
}

func (s *Server) search(w http.ResponseWriter, r *http.Request, who caller) error {
	n, err := limit(r)
	if err != nil {
		return err
	}
	q := mailbox.SearchQuery{Limit: n}
	if q.Text, err = query(r); err != nil {
		return err
	}
	var after found
	if ok, err := readCursor(r, "cursor", &after); err != nil {
		return err
	} else if ok && after.Place <= 0 {
		return badRequest("cursor is not a cursor of this list")
	}
	q.After = after.Place
	result, err := s.mailbox.Search(r.Context(), who.user, q)
	if err != nil {
		return err
	}
	out := api.SearchResult{Conversations: apiConversations(result.Conversations), Hits: make([]api.Hit, len(result.Hits))}
	for n, h := range result.Hits {
		out.Hits[n] = api.Hit{Message: apiMessage(h.Entry), Peers: apiParties(h.Peers), Matches: h.Matches}
		if h.Matches == nil {
			out.Hits[n].Matches = [][2]int{}
		}
	}
	if result.Next != 0 {
		out.Next = cursor(found{result.Next})
	}
	return answer(w, http.StatusOK, out)
}
