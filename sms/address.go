package sms

import "errors"

// Address is one party of a text.
//
// [MS-ASMS] 2.2.2.1.10 To
type Address struct {
	Name   string // may be empty
	Number string // as it was written: digits, a short code, letters, or empty
}

// ParseAddresses reads the value of To or From.
//
// [MS-ASMS] 2.2.2.1.10 To
func ParseAddresses(s string) ([]Address, error) { return nil, errors.New("sms: not yet") }

// FormatAddresses writes the canonical form, entries separated by ", ".
//
// [MS-ASMS] 2.2.2.1.10 To
func FormatAddresses(list []Address) string { return "" }

// String is the canonical form: "Name" [MOBILE:number].
//
// [MS-ASMS] 2.2.2.1.6 From
func (a Address) String() string { return "" }

// Normalize makes numbers comparable; for matching only, never for sending or
// showing.
func Normalize(number string) string { return number }
