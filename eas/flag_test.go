package eas

import (
	"errors"
	"testing"
	"time"
)

func TestFlag(t *testing.T) {
	t.Parallel()
	day := time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC)
	next := day.AddDate(0, 0, 1)
	active := func(change func(*Flag)) *Flag {
		f := &Flag{Status: Ptr(FlagActive), FlagType: Ptr("for follow up"),
			StartDate: &day, UtcStartDate: &day, DueDate: &next, UtcDueDate: &next}
		change(f)
		return f
	}
	for _, test := range []struct {
		name string
		flag *Flag
		ok   bool
	}{
		{"an empty one clears", &Flag{}, true},
		{"0 clears", &Flag{Status: Ptr(FlagCleared)}, true},
		{"set with all four dates", active(func(*Flag) {}), true},
		{"set with no date", &Flag{Status: Ptr(FlagActive), FlagType: Ptr("Flag")}, true},
		{"set with one date", &Flag{Status: Ptr(FlagActive), FlagType: Ptr("Flag"), DueDate: &day}, false},
		{"set with three dates", active(func(f *Flag) { f.UtcDueDate = nil }), false},
		{"set without FlagType", active(func(f *Flag) { f.FlagType = nil }), false},
		{"due before it starts", active(func(f *Flag) { f.DueDate, f.StartDate = &day, &next }), false},
		{"due before it starts, in UTC", active(func(f *Flag) { f.UtcDueDate, f.UtcStartDate = &day, &next }), false},
		{"reminder with a time", active(func(f *Flag) { f.ReminderSet, f.ReminderTime = Ptr(true), &day }), true},
		{"reminder without a time", active(func(f *Flag) { f.ReminderSet = Ptr(true) }), false},
		{"complete", &Flag{Status: Ptr(FlagComplete), CompleteTime: &day, DateCompleted: &day}, true},
		{"complete without DateCompleted", &Flag{Status: Ptr(FlagComplete), CompleteTime: &day}, false},
		{"status out of range", &Flag{Status: Ptr(FlagStatus(3))}, false},
		{"something but no status", &Flag{FlagType: Ptr("Flag")}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if err := test.flag.Validate(); (err == nil) != test.ok || err != nil && !errors.Is(err, ErrInvalidFlag) {
				t.Errorf("got %v", err)
			}
		})
	}
}
