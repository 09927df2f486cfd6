package eas

import (
	"errors"
	"time"
)

// Flag marks an item for follow-up. An empty one says that the item is not
// flagged, or no longer.
//
// [MS-ASEMAIL] 2.2.2.34 Flag
type Flag struct {
	Subject       *string     `wbxml:"Tasks Subject,last"`
	Status        *FlagStatus `wbxml:"Email Status,last"`
	FlagType      *string     `wbxml:"Email FlagType,last"`
	DateCompleted *time.Time  `wbxml:"Tasks DateCompleted,last"`
	CompleteTime  *time.Time  `wbxml:"Email CompleteTime,last"`
	StartDate     *time.Time  `wbxml:"Tasks StartDate,last"`
	DueDate       *time.Time  `wbxml:"Tasks DueDate,last"`
	UtcStartDate  *time.Time  `wbxml:"Tasks UtcStartDate,last"`
	UtcDueDate    *time.Time  `wbxml:"Tasks UtcDueDate,last"`
	ReminderSet   *bool       `wbxml:"Tasks ReminderSet,last"`
	ReminderTime  *time.Time  `wbxml:"Tasks ReminderTime,last"`

	// OrdinalDate and SubOrdinalDate order the items of a day.
	OrdinalDate    *time.Time `wbxml:"Tasks OrdinalDate,last"`
	SubOrdinalDate *string    `wbxml:"Tasks SubOrdinalDate,last"`
}

// FlagStatus is the state of a flag.
//
// [MS-ASEMAIL] 2.2.2.74 Status
type FlagStatus int

// The states of a flag.
const (
	FlagCleared  FlagStatus = 0
	FlagComplete FlagStatus = 1
	FlagActive   FlagStatus = 2
)

// ErrInvalidFlag says that a Flag breaks a rule between its elements; the
// command that carries it fails with SyncStatusInvalidItem.
var ErrInvalidFlag = errors.New("eas: invalid flag")

// Cleared reports whether f says that the item is not flagged. A nil Flag says
// nothing.
func (f *Flag) Cleared() bool {
	return f != nil && (f.Status == nil && *f == Flag{} || f.Status != nil && *f.Status == FlagCleared)
}

// Validate checks the rules between the elements of a flag that a client sends
// and returns ErrInvalidFlag when one is broken.
//
// [MS-ASEMAIL] 3.2.5.4.2 Updating E-Mail Flags
func (f *Flag) Validate() error {
	if f.Cleared() {
		return nil
	}
	if f.Status == nil {
		return ErrInvalidFlag
	}
	switch *f.Status {
	case FlagComplete:
		if f.CompleteTime == nil || f.DateCompleted == nil {
			return ErrInvalidFlag
		}
	case FlagActive:
		if f.FlagType == nil {
			return ErrInvalidFlag
		}
		dates := 0
		for _, d := range []*time.Time{f.StartDate, f.UtcStartDate, f.DueDate, f.UtcDueDate} {
			if d != nil {
				dates++
			}
		}
		if dates != 0 && dates != 4 {
			return ErrInvalidFlag
		}
		if dates == 4 && (f.DueDate.Before(*f.StartDate) || f.UtcDueDate.Before(*f.UtcStartDate)) {
			return ErrInvalidFlag
		}
	default:
		return ErrInvalidFlag
	}
	if f.ReminderSet != nil && *f.ReminderSet && f.ReminderTime == nil {
		return ErrInvalidFlag
	}
	return nil
}
