package sms

import "errors"

// ErrTooLong is the answer to a text that needs more segments than allowed.
var ErrTooLong = errors.New("sms: text too long")

// Options tell how a text is cut. Nil means the zero value.
type Options struct {
	// MaxSegments bounds the segments of one text, 1 to 255. Default 255.
	MaxSegments int
	// National lists the languages whose shift tables may be used when they
	// make the text shorter. Default none, because older phones show the
	// wrong characters.
	National []Language
	// ForceUCS2 takes UCS-2 even for what GSM-7 can write.
	ForceUCS2 bool
	// Reference marks the segments of one text; use another for each text to
	// the same recipient. 0 to 255 unless WideReference. Default 0.
	Reference uint16
	// WideReference uses 16-bit references: rarer collisions, one septet less
	// in each segment.
	WideReference bool
}

// Split cuts a text into the user data of its segments: one of up to 160
// GSM-7 or 70 UCS-2 units, or several of 153 or 67.
func Split(body string, opts *Options) ([]UserData, error) {
	return nil, errors.New("sms: not yet")
}
