package wbxml

import (
	"errors"
	"fmt"
	"strconv"
)

// What [SyntaxError] wraps, for callers that answer one differently from
// another.
var (
	// ErrMalformed: the bytes are no WBXML, or use a part of it that ActiveSync
	// does not: another version or character set, a string table, attributes,
	// entities, literals, processing instructions, extensions.
	ErrMalformed = errors.New("malformed")
	// ErrUnknownToken: a code page or a token on it that [MS-ASWBXML] does not know.
	ErrUnknownToken = errors.New("unknown token")

	// ErrTooLarge: the document is longer than Limits.Size.
	ErrTooLarge = errors.New("document too large")
	// ErrTooDeep: elements are nested deeper than Limits.Depth.
	ErrTooDeep = errors.New("elements nested too deep")
	// ErrTooLong: a text or a byte array is longer than Limits.Value.
	ErrTooLong = errors.New("value too long")
	// ErrTooMany: there are more elements than Limits.Elements.
	ErrTooMany = errors.New("too many elements")

	// ErrUnexpectedElement: a known element in a place where the struct has no field for it.
	ErrUnexpectedElement = errors.New("element not expected here")
	// ErrRepeatedElement: an element that may occur once occurs again.
	ErrRepeatedElement = errors.New("element repeated")
	// ErrUnexpectedText: text or a byte array where only elements may be.
	ErrUnexpectedText = errors.New("text where only elements may be")
	// ErrValue: a text that its field can't take, see [ValueError].
	ErrValue = errors.New("bad value")
)

// SyntaxError says where in a document something is wrong.
type SyntaxError struct {
	// Offset is that of the first byte of the offending token, from the
	// beginning of the document.
	Offset int64
	// Path names the elements from the root to the offending one, as in
	// "Sync/Collections/Collection/WindowSize". It is empty outside the root.
	Path string
	// Err is what is wrong. It wraps one of the errors above.
	Err error
}

// Error returns, for example,
// `wbxml: offset 41: Sync/Collections/Collection/WindowSize: "abc" is not a number`.
func (e *SyntaxError) Error() string {
	s := "wbxml: offset " + strconv.FormatInt(e.Offset, 10) + ": "
	if e.Path != "" {
		s += e.Path + ": "
	}
	return s + e.Err.Error()
}

// Unwrap returns Err.
func (e *SyntaxError) Unwrap() error { return e.Err }

// ValueError says that a text can't be the value of a field. It is wrapped in a
// [SyntaxError] and wraps [ErrValue].
type ValueError struct {
	Value   string // the text, at most its first 32 bytes
	Problem string // why not, as in "is not a number"
}

// Error returns, for example, `"abc" is not a number`.
func (e *ValueError) Error() string { return strconv.Quote(e.Value) + " " + e.Problem }

// Unwrap returns [ErrValue].
func (e *ValueError) Unwrap() error { return ErrValue }

func badValue(value []byte, problem string) error {
	const show = 32
	if len(value) > show {
		value = value[:show]
	}
	return &ValueError{Value: string(value), Problem: problem}
}

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrMalformed}, args...)...)
}
