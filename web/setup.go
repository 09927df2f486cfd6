package web

import (
	"fmt"
	"net/http"
	"strings"

	"rsc.io/qr"

	"asms/api"
)

func (s *Server) routesSetup() {
	s.handle("GET /api/v1/setup", api.ScopeRead, s.getSetup)
	s.handle("GET /api/v1/setup/qr.svg", api.ScopeRead, s.getSetupQR)
}

// ownURL is where clients reach the server.
func (s *Server) ownURL(r *http.Request) string {
	switch {
	case s.opts.URL != "":
		return strings.TrimSuffix(s.opts.URL, "/")
	case s.secure(r):
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

func (s *Server) getSetup(w http.ResponseWriter, r *http.Request, who caller) error {
	url := s.ownURL(r)
	return answer(w, http.StatusOK, api.Setup{
		URL: url, User: who.name,
		RelayCommand: fmt.Sprintf("asms relay --server %s --user %s --password-file FILE --state DIR --number NUMBER --modem /dev/ttyUSB2", url, who.name),
	})
}

// getSetupQR draws the server's URL, for a phone's camera.
func (s *Server) getSetupQR(w http.ResponseWriter, r *http.Request, _ caller) error {
	code, err := qr.Encode(s.ownURL(r), qr.M)
	if err != nil {
		return badRequest("the name of this host is too long for a QR code")
	}
	w.Header().Set("Content-Type", "image/svg+xml")
	_, _ = w.Write([]byte(drawQR(code))) // nobody is there any more
	return nil
}

// quiet is the margin that a QR code needs, in modules.
const quiet = 4

// drawQR returns the code as an SVG of black runs on white.
func drawQR(code *qr.Code) string {
	var b strings.Builder
	side := code.Size + 2*quiet
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges">`+
		`<path fill="#fff" d="M0 0h%dv%dH0z"/><path d="`, side, side, side, side)
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			run := 0
			for x+run < code.Size && code.Black(x+run, y) {
				run++
			}
			if run > 0 {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", x+quiet, y+quiet, run, run)
				x += run
			}
		}
	}
	b.WriteString(`"/></svg>`)
	return b.String()
}
