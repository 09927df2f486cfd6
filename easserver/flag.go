package easserver

import (
	"time"

	"asms/eas"
	"asms/mailbox"
)

// flagOf reads a follow-up flag that a client sends, or returns false when it
// breaks a rule.
//
// [MS-ASEMAIL] 3.2.5.4.2 Sync Command
func flagOf(f *eas.Flag) (mailbox.Flag, bool) {
	if f.Validate() != nil {
		return mailbox.Flag{}, false
	}
	if f.Cleared() {
		return mailbox.Flag{}, true
	}
	return mailbox.Flag{
		Status: int(*f.Status), Type: deref(f.FlagType), Subject: deref(f.Subject),
		CompleteTime: formatTime(f.CompleteTime), DateCompleted: formatTime(f.DateCompleted),
		StartDate: formatTime(f.StartDate), UTCStartDate: formatTime(f.UtcStartDate),
		DueDate: formatTime(f.DueDate), UTCDueDate: formatTime(f.UtcDueDate),
		ReminderSet: deref(f.ReminderSet), ReminderTime: formatTime(f.ReminderTime),
		OrdinalDate: formatTime(f.OrdinalDate), SubOrdinal: deref(f.SubOrdinalDate),
	}, true
}

// flagElement is a flag as the server sends it; no flag is an empty one.
//
// [MS-ASEMAIL] 2.2.2.34 Flag
func flagElement(f mailbox.Flag) *eas.Flag {
	if f.Status == 0 {
		return &eas.Flag{}
	}
	e := &eas.Flag{
		Status: eas.Ptr(eas.FlagStatus(f.Status)), FlagType: text(f.Type), Subject: text(f.Subject),
		CompleteTime: parseTime(f.CompleteTime), DateCompleted: parseTime(f.DateCompleted),
		StartDate: parseTime(f.StartDate), UtcStartDate: parseTime(f.UTCStartDate),
		DueDate: parseTime(f.DueDate), UtcDueDate: parseTime(f.UTCDueDate),
		ReminderTime: parseTime(f.ReminderTime), OrdinalDate: parseTime(f.OrdinalDate), SubOrdinalDate: text(f.SubOrdinal),
	}
	if f.ReminderSet {
		e.ReminderSet = eas.Ptr(true)
	}
	return e
}

// timeFormat is how the mailbox keeps the times of a flag.
//
// [MS-ASDTYPE] 2.3 dateTime
const timeFormat = "2006-01-02T15:04:05.000Z"

func formatTime(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(timeFormat)
}

func parseTime(s string) *time.Time {
	t, err := time.Parse(timeFormat, s)
	if err != nil { // absent
		return nil
	}
	return &t
}

func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
