package web

import (
	"net/http"

	"asms/api"
)

func (s *Server) routesRoute() {
	s.handle("GET /api/v1/route", api.ScopeSend, s.getRoute)
}

// getRoute says which phone a text would leave by.
func (s *Server) getRoute(w http.ResponseWriter, r *http.Request, who caller) error {
	q := r.URL.Query()
	to, err := recipients(q["to"])
	if err != nil {
		return err
	}
	route, err := s.mailbox.RouteFor(r.Context(), who.user, to, q.Get("device"))
	if err != nil {
		return err
	}
	out := api.Route{State: "ready", Device: route.Device, Name: route.Name, Number: route.Number, LastSeen: moment(route.LastSeen), Detail: route.Detail}
	switch {
	case route.Device == "":
		out.State = "none"
	case route.Silent:
		out.State = "silent"
	}
	return answer(w, http.StatusOK, out)
}
