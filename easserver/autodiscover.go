package easserver

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/mail"
	"strconv"
	"strings"

	"asms/eas"
)

// maxAutodiscover is the longest Autodiscover request, in bytes.
const maxAutodiscover = 64 << 10

// autodiscover tells whoever has signed in where their mailbox is: here.
//
// [MS-ASCMD] 2.2.1.1 Autodiscover
func (s *Server) autodiscover(w http.ResponseWriter, hr *http.Request, l *line) error {
	l.command = "Autodiscover"
	r, err := s.authenticate(hr)
	if err != nil {
		return err
	}
	l.user = r.login
	now := s.opts.Now()
	answer := &eas.AutodiscoverResponse{Time: now.UTC().Format("15:04:05.0000000"), ID: uint32(now.UnixNano())}
	req, err := eas.ParseAutodiscoverRequest(http.MaxBytesReader(w, hr.Body, maxAutodiscover))
	switch {
	case hr.Method != http.MethodPost || err != nil:
		answer.ErrorCode = eas.AutodiscoverInvalidRequest
	case req.AcceptableResponseSchema != eas.AutodiscoverResponseSchema:
		answer.ErrorCode = eas.AutodiscoverNoProvider
	case !s.isAddressOf(req.EMailAddress, r.login):
		answer.EMailAddress, answer.Failure = req.EMailAddress, "This is not the address of the user who has signed in."
	default:
		answer.EMailAddress, answer.URL = s.address(r.login), s.url(hr)+eas.Path
		answer.DisplayName, _, _ = strings.Cut(answer.EMailAddress, "@")
	}
	if answer.ErrorCode != 0 {
		l.status = strconv.Itoa(int(answer.ErrorCode))
	}
	body, err := answer.Marshal()
	if err != nil {
		return fmt.Errorf("easserver: %w", err)
	}
	send(w, http.StatusOK, "text/xml; charset=utf-8", body, l)
	return nil
}

// isAddressOf says whether an address is that of whoever signs in with this name.
// Without a domain of its own, a server knows users by their names alone.
func (s *Server) isAddressOf(address, login string) bool {
	own := s.address(login)
	if s.opts.Domain != "" || strings.EqualFold(address, own) {
		return strings.EqualFold(address, own)
	}
	name, _, _ := strings.Cut(address, "@")
	ownName, _, _ := strings.Cut(own, "@")
	return strings.EqualFold(name, ownName)
}

// autodiscoverJSON says the same to whoever asks, and so the same of every address.
// The address is below the path or in the query.
//
// [MS-OXDISCO] 4.3
func (s *Server) autodiscoverJSON(w http.ResponseWriter, hr *http.Request, l *line) error {
	l.command = "Autodiscover"
	query := make(map[string]string)
	for name, values := range hr.URL.Query() {
		query[strings.ToLower(name)] = values[0]
	}
	address := query["email"]
	if below := strings.Trim(hr.URL.Path[len(eas.AutodiscoverJSONPath):], "/"); below != "" {
		address = below[strings.LastIndexByte(below, '/')+1:]
	}
	fail := func(code, message string) error {
		l.status = code
		return sendJSON(w, http.StatusBadRequest, map[string]string{"ErrorCode": code, "ErrorMessage": message}, l)
	}
	switch {
	case hr.Method != http.MethodGet && hr.Method != http.MethodHead:
		return refuse(http.StatusNotImplemented, "method %.20q", hr.Method)
	case address == "":
		return fail("MandatoryParameterMissing", "A valid value must be provided for the query parameter 'Email'.")
	case query["protocol"] == "":
		return fail("MandatoryParameterMissing", "A valid value must be provided for the query parameter 'Protocol'.")
	}
	if a, err := mail.ParseAddress(address); err != nil || a.Address != address {
		return fail("InvalidUserId", "The given address is invalid.")
	}
	path := eas.Path
	switch protocol := query["protocol"]; strings.ToLower(protocol) {
	case "activesync":
	case "autodiscoverv1":
		path = eas.AutodiscoverPath
	default:
		return fail("InvalidProtocol", "The given protocol value is invalid. Supported values are 'ActiveSync,AutodiscoverV1'.")
	}
	return sendJSON(w, http.StatusOK, struct{ Protocol, Url string }{query["protocol"], s.url(hr) + path}, l)
}

// url is how clients reach this server, or the one that its users are on now.
func (s *Server) url(hr *http.Request) string {
	switch {
	case s.opts.MovedTo != "":
		return strings.TrimSuffix(s.opts.MovedTo, "/")
	case s.opts.URL != "":
		return strings.TrimSuffix(s.opts.URL, "/")
	case hr.URL.Scheme != "": // whoever serves us knows better
		return hr.URL.Scheme + "://" + hr.Host
	case hr.TLS != nil:
		return "https://" + hr.Host
	}
	return "http://" + hr.Host
}

func sendJSON(w http.ResponseWriter, code int, v any, l *line) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("easserver: %w", err)
	}
	send(w, code, "application/json; charset=utf-8", body, l)
	return nil
}

// send answers a request that is not of ActiveSync itself.
func send(w http.ResponseWriter, code int, contentType string, body []byte, l *line) {
	h := w.Header()
	h.Set("Cache-Control", "private")
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	l.code = code
	w.WriteHeader(code)
	_, _ = w.Write(body)
}
