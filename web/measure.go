package web

import (
	"net/http"

	"asms/api"
	"asms/sms"
)

func (s *Server) routesMeasure() {
	s.handle("POST /api/v1/measure", api.ScopeSend, s.measure)
}

// measureLimit bounds the body of a text that is measured, in bytes.
const measureLimit = 256 << 10

// measure says what a text costs.
func (s *Server) measure(w http.ResponseWriter, r *http.Request, _ caller) error {
	var body api.MeasureRequest
	if err := read(r, &body); err != nil {
		return err
	}
	if len(body.Body) > measureLimit {
		return badRequest("the text has more than %d bytes", measureLimit)
	}
	m := sms.Measure(body.Body)
	out := api.Measure{
		Alphabet: "GSM-7", Characters: m.Characters, Units: m.Units, Segments: m.Segments, Left: m.Left,
		ForcedBy: m.ForcedBy, TooLong: m.Segments > sms.MaxSegments,
	}
	if m.Alphabet == sms.UCS2 {
		out.Alphabet = "UCS-2"
	}
	return answer(w, http.StatusOK, out)
}
