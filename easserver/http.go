package easserver

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"asms/account"
	"asms/eas"
	"asms/mailbox"
	"asms/wbxml"
)

// httpError is a request that is answered with an HTTP status and no command
// response.
//
// [MS-ASHTTP] 2.2.2.1.1 Status Line
type httpError struct {
	code  int
	err   error
	after time.Duration // with 503: when to come again, 0 some time
}

func (e *httpError) Error() string {
	return fmt.Sprintf("easserver: http %d: %s", e.code, e.err)
}

func (e *httpError) Unwrap() error { return e.err }

func refuse(code int, format string, args ...any) error {
	return &httpError{code: code, err: fmt.Errorf(format, args...)}
}

// line is what the log says about a request.
type line struct {
	user, device string
	command      eas.Command
	version      string
	code         int    // of HTTP
	status       string // of the command
}

// ServeHTTP answers one request.
//
// [MS-ASHTTP] 3.2.5 Message Processing Events and Sequencing Rules
func (s *Server) ServeHTTP(w http.ResponseWriter, hr *http.Request) {
	var l line
	began := s.opts.Now()
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler {
				panic(p)
			}
			s.log.Error("panic", "user", l.user, "device", l.device, "command", l.command, "stack", string(debug.Stack()))
			if l.code == 0 {
				l.code = http.StatusInternalServerError
				w.WriteHeader(l.code)
			}
		}
		s.log.LogAttrs(context.Background(), slog.LevelInfo, "request",
			slog.String("user", l.user), slog.String("device", l.device), slog.String("command", string(l.command)),
			slog.String("version", l.version), slog.Int("code", l.code), slog.String("status", l.status),
			slog.Duration("took", s.opts.Now().Sub(began)))
	}()
	var err error
	switch discover, inJSON := eas.IsAutodiscoverPath(hr.URL.Path); {
	case inJSON:
		err = s.autodiscoverJSON(w, hr, &l)
	case discover:
		err = s.autodiscover(w, hr, &l)
	default:
		var response any
		if response, err = s.answer(w, hr, &l); err == nil {
			err = s.write(w, hr, response, &l)
		}
	}
	if err != nil {
		s.writeError(w, hr, err, &l)
	}
}

// answer returns the response to a request, nil for an empty body, or what
// writeError understands.
func (s *Server) answer(w http.ResponseWriter, hr *http.Request, l *line) (any, error) {
	if !eas.IsPath(hr.URL.Path) {
		return nil, refuse(http.StatusNotFound, "path")
	}
	if s.opts.MovedTo != "" {
		w.Header().Set(eas.HeaderLocation, s.url(hr)+eas.Path)
		return nil, refuse(http.StatusUnavailableForLegalReasons, "moved")
	}
	r, err := s.authenticate(hr)
	if err != nil {
		return nil, err
	}
	l.user = r.login
	r.header = w.Header()
	if hr.Method == http.MethodOptions {
		l.command = "OPTIONS"
		switch err := s.accounts.CheckUser(hr.Context(), r.user); {
		case errors.Is(err, account.ErrSyncDisabled):
			return nil, &httpError{code: http.StatusForbidden, err: err}
		case err != nil:
			return nil, s.account(err)
		}
		s.options(r)
		return nil, nil
	}
	r.Request, err = eas.ParseRequest(hr.Method, hr.URL.RawQuery, hr.Header)
	if r.Request != nil {
		l.command, l.version, l.device = r.Command, r.Version.String(), string(r.DeviceID)
	}
	var bad *eas.RequestError
	if errors.As(err, &bad) && bad.Code == http.StatusOK {
		return s.refusal(hr.Context(), r, failed(bad.Status), l)
	}
	if bad != nil {
		return nil, &httpError{code: bad.Code, err: bad}
	}
	response, err := s.command(w, hr, r)
	if err != nil {
		return s.refusal(hr.Context(), r, err, l)
	}
	l.status = responseStatus(response)
	return response, nil
}

// refusal is the response to a command that failed as a whole: its root element
// with a status. Errors that are of HTTP alone it returns as they are.
func (s *Server) refusal(ctx context.Context, r *request, err error, l *line) (any, error) {
	var h *httpError
	if errors.As(err, &h) || ctx.Err() != nil {
		return nil, err
	}
	status, foreseen := statusOf(r.Command, err)
	if !foreseen {
		s.log.Error("command failed", "user", r.login, "device", string(r.DeviceID), "command", string(r.Command), "err", err)
	}
	if !r.Version.HasStatus(status) { // one of a later version
		status = eas.StatusAccessDenied
	}
	l.status = strconv.Itoa(int(status))
	response, err := r.Command.StatusResponse(status)
	if err != nil { // a command of which 14.0 and later know no response
		return nil, refuse(http.StatusNotImplemented, "%w", err)
	}
	return response, nil
}

// responseStatus is what the log says of a response: the status of its root
// element.
func responseStatus(response any) string {
	var status eas.Status
	switch r := response.(type) {
	case nil:
		return "empty"
	case *eas.SyncResponse:
		status = r.Status
	case *eas.GetItemEstimateResponse:
		status = r.Status
	case *eas.FolderSyncResponse:
		status = r.Status
	case *eas.FolderCreateResponse:
		status = r.Status
	case *eas.FolderUpdateResponse:
		status = r.Status
	case *eas.FolderDeleteResponse:
		status = r.Status
	case *eas.MoveItemsResponse:
		status = r.Status
	case *eas.ItemOperationsResponse:
		status = r.Status
	case *multiPart:
		status = r.response.Status
	case *eas.ResolveRecipientsResponse:
		status = r.Status
	case *eas.ValidateCertResponse:
		status = r.Status
	case *eas.SearchResponse:
		status = r.Response.Store.Status
	case *eas.FindResponse:
		status = r.Status
	case *eas.SettingsResponse:
		status = r.Status
	case *eas.PingResponse:
		status = r.Status
	case *eas.ProvisionResponse:
		status = r.Status
	}
	return strconv.Itoa(int(max(status, eas.StatusSuccess)))
}

// maxPooled bounds the buffers that are kept for further responses.
const maxPooled = 1 << 20

// write sends a response with HTTP status 200.
//
// [MS-ASHTTP] 2.2.2.1 Response Format
func (s *Server) write(w http.ResponseWriter, hr *http.Request, response any, l *line) error {
	h := w.Header()
	h.Set("Cache-Control", "private")
	if response == nil {
		h.Set("Content-Length", "0")
		l.code = http.StatusOK
		w.WriteHeader(l.code)
		return nil
	}
	buf := s.buffers.Get().(*[]byte)
	defer func() {
		if cap(*buf) <= maxPooled {
			s.buffers.Put(buf)
		}
	}()
	contentType, parts := eas.ContentType, [][]byte(nil)
	if m, ok := response.(*multiPart); ok {
		contentType, parts, response = eas.ContentTypeMultiPart, m.parts, m.response
	}
	body, err := wbxml.AppendMarshal((*buf)[:0], response)
	if err != nil {
		return fmt.Errorf("easserver: %w", err)
	}
	*buf = body
	if contentType == eas.ContentTypeMultiPart {
		body = eas.AppendMultiPart(nil, append([][]byte{body}, parts...)...)
	}
	h.Set("Content-Type", contentType)
	h.Set("Vary", "Accept-Encoding")
	if len(body) >= worthPacking && acceptsGzip(hr.Header) {
		if packed, ok := s.pack(body); ok {
			h.Set("Content-Encoding", "gzip")
			body = packed
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	l.code = http.StatusOK
	w.WriteHeader(l.code)
	_, _ = w.Write(body) // a client that went away asks again
	return nil
}

// writeError sends what is no command response.
func (s *Server) writeError(w http.ResponseWriter, hr *http.Request, err error, l *line) {
	if hr.Context().Err() != nil { // nobody is there
		l.status = "gone"
		return
	}
	l.code = http.StatusInternalServerError
	var h *httpError
	var throttled *account.ThrottledError
	switch {
	case errors.As(err, &throttled):
		l.code = http.StatusServiceUnavailable
		setRetryAfter(w, throttled.RetryAfter)
	case errors.As(err, &h):
		l.code = h.code
		switch h.code {
		case http.StatusUnauthorized:
			w.Header().Set("WWW-Authenticate", `Basic realm="asms", charset="UTF-8"`)
		case http.StatusServiceUnavailable:
			setRetryAfter(w, cmp.Or(h.after, 10*time.Second))
		}
	case errors.Is(err, mailbox.ErrFull):
		l.code = http.StatusInsufficientStorage
		s.log.Error("request failed", "user", l.user, "device", l.device, "command", string(l.command), "err", err)
	default:
		s.log.Error("request failed", "user", l.user, "device", l.device, "command", string(l.command), "err", err)
	}
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(l.code)
}

// setRetryAfter says when to come again.
//
// [MS-ASHTTP] 3.2.5.1 Handling HTTP Requests
func setRetryAfter(w http.ResponseWriter, d time.Duration) {
	w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(d.Seconds()))))
}

// readBody returns the body of a command, unpacked, or nil.
func (s *Server) readBody(w http.ResponseWriter, hr *http.Request) ([]byte, error) {
	body := io.Reader(http.MaxBytesReader(w, hr.Body, s.opts.MaxBody))
	size := hr.ContentLength
	switch encoding := hr.Header.Get("Content-Encoding"); strings.ToLower(encoding) {
	case "", "identity":
	case "gzip", "x-gzip":
		unpacked, err := gzip.NewReader(body)
		if errors.Is(err, io.EOF) {
			return nil, nil // an empty body, packed or not
		}
		if err != nil {
			return nil, bodyError(err)
		}
		body, size = unpacked, 0
	default:
		return nil, refuse(http.StatusUnsupportedMediaType, "content encoding %.40q", encoding)
	}
	var b bytes.Buffer
	if size > 0 {
		b.Grow(int(min(size, s.opts.MaxBody, 1<<20)) + bytes.MinRead)
	}
	if _, err := b.ReadFrom(io.LimitReader(body, s.opts.MaxBody+1)); err != nil {
		return nil, bodyError(err)
	}
	if int64(b.Len()) > s.opts.MaxBody {
		return nil, refuse(http.StatusRequestEntityTooLarge, "body of more than %d bytes", s.opts.MaxBody)
	}
	if b.Len() == 0 {
		return nil, nil
	}
	// Demanding the type keeps out what a browser sends on behalf of another site.
	if t := hr.Header.Get("Content-Type"); !eas.IsContentType(t) {
		return nil, refuse(http.StatusUnsupportedMediaType, "content type %.40q", t)
	}
	return b.Bytes(), nil
}

func bodyError(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return &httpError{code: http.StatusRequestEntityTooLarge, err: err}
	}
	return &httpError{code: http.StatusBadRequest, err: err}
}

// worthPacking is from how many bytes on a response may become shorter by packing.
const worthPacking = 128

// pack compresses a response, and says whether that made it shorter.
func (s *Server) pack(body []byte) ([]byte, bool) {
	var out bytes.Buffer
	out.Grow(len(body) / 2)
	p := s.packers.Get().(*gzip.Writer)
	defer s.packers.Put(p)
	p.Reset(&out)
	if _, err := p.Write(body); err != nil {
		return nil, false
	}
	if err := p.Close(); err != nil || out.Len() >= len(body) {
		return nil, false
	}
	return out.Bytes(), true
}

// acceptsGzip says whether the client asks for gzip.
func acceptsGzip(h http.Header) bool {
	for _, value := range h.Values("Accept-Encoding") {
		for part := range strings.SplitSeq(value, ",") {
			coding, params, _ := strings.Cut(part, ";")
			if !strings.EqualFold(strings.TrimSpace(coding), "gzip") {
				continue
			}
			q, weighted := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
			weight, err := strconv.ParseFloat(q, 64)
			return !weighted || err == nil && weight > 0
		}
	}
	return false
}
