package atmodem

import "fmt"

// ErrorKind is the family of a refusal's code.
type ErrorKind byte

// The families of codes.
const (
	CMS ErrorKind = iota // +CMS ERROR, 3GPP TS 27.005 3.2.5
	CME                  // +CME ERROR, 3GPP TS 27.007 9.2
)

// SubmitError is a definite refusal: the segment was not sent.
type SubmitError struct {
	Kind ErrorKind
	Code int // -1 when the modem said only ERROR
}

// Error tells the code and the reason.
func (e *SubmitError) Error() string {
	return fmt.Sprintf("atmodem: refused: %s", e.Reason())
}

// Temporary tells whether the same segment may succeed later.
func (e *SubmitError) Temporary() bool { return false }

// Reason is the refusal in words for people.
func (e *SubmitError) Reason() string { return "" }
