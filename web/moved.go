package web

import (
	"encoding/json"
	"net/http"
	"strings"

	"asms/api"
)

// Moved answers in place of a Server whose users are on another one, at url. People
// are taken there. Programs are told: a redirect would lose their credentials on the
// way, or send somewhere what was meant for here.
func Moved(url string) http.Handler {
	url = strings.TrimSuffix(url, "/")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/api/") {
			http.Redirect(w, r, url+r.URL.RequestURI(), http.StatusPermanentRedirect)
			return
		}
		w.Header().Set("Content-Type", api.ContentTypeProblem)
		w.WriteHeader(http.StatusMisdirectedRequest)
		_ = json.NewEncoder(w).Encode(api.Problem{Status: http.StatusMisdirectedRequest, Title: "moved", Detail: "this server has moved to " + url})
	})
}
