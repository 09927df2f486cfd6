package web

import (
	"net/http"

	"asms/api"
)

func (s *Server) routesOpenAPI() {
	s.handle("GET /api/openapi.json", scopeNone, s.getOpenAPI)
}

func (s *Server) getOpenAPI(w http.ResponseWriter, _ *http.Request, _ caller) error {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(api.OpenAPI) // nobody is there any more
	return nil
}
