package web

// Route is a route of the contract, for tests.
type Route struct{ Pattern, Scope string }

// Routes returns what the server answers.
func Routes(s *Server) (all []Route) {
	for _, r := range s.routes {
		all = append(all, Route{r.pattern, string(r.scope)})
	}
	return all
}

// The app's files, for tests.
var LoadApp = loadApp
