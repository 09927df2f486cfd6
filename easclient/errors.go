package easclient

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"asms/eas"
)

// HTTPError is an answer other than 200.
//
// [MS-ASHTTP] 2.2.2.1.1 Status Line
type HTTPError struct {
	// Code is the HTTP status.
	Code int

	// RetryAfter is how long the server asks to be left alone, 0 if it does
	// not say. It comes with 503.
	RetryAfter time.Duration

	// Location is where the server has moved, with 451.
	Location string
}

func (e *HTTPError) Error() string {
	text := http.StatusText(e.Code)
	switch e.Code {
	case 449:
		text = "Retry after sending a PROVISION command"
	case http.StatusUnavailableForLegalReasons:
		text = "Redirect"
	}
	if e.RetryAfter > 0 {
		return fmt.Sprintf("HTTP status %d %s, retry after %s", e.Code, text, e.RetryAfter)
	}
	return fmt.Sprintf("HTTP status %d %s", e.Code, text)
}

func newHTTPError(r *http.Response) *HTTPError {
	e := &HTTPError{Code: r.StatusCode, Location: r.Header.Get(eas.HeaderLocation)}
	after := r.Header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(after, 10, 31); err == nil {
		e.RetryAfter = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(after); err == nil {
		e.RetryAfter = max(time.Until(at), 0)
	}
	return e
}
