package easclient

import (
	"fmt"
	"reflect"

	"asms/eas"
)

// State is all that a Collection has to remember, for the caller to keep: with
// it a program goes on after a restart where it was. It is plain data and can be
// kept as JSON.
type State struct {
	// CollectionID is the folder.
	CollectionID eas.CollectionID

	// SyncKey is the key of the next request, empty or eas.SyncKeyInitial to
	// start from nothing.
	SyncKey eas.SyncKey

	// Options are the classes wanted, one block for each. None means mail only.
	Options []eas.SyncOptions

	// OptionsKnown says that the server has Options; then they are not sent
	// again.
	OptionsKnown bool
}

// initial reports whether there is no key yet.
func (s State) initial() bool { return s.SyncKey == "" || s.SyncKey == eas.SyncKeyInitial }

// SMSOptions are the options of a device that wants texts whole, of all times.
//
// [MS-ASMS] 3.1.4.1.1 Options
func SMSOptions() eas.SyncOptions {
	return eas.SyncOptions{
		Class:          eas.ClassSMS,
		FilterType:     eas.Ptr(eas.FilterAll),
		BodyPreference: []eas.BodyPreference{{Type: eas.BodyPlain}},
	}
}

// checkOptions refuses what a server would refuse.
//
// [MS-ASMS] 3.1.4.1.1 Options
func checkOptions(options []eas.SyncOptions) error {
	if len(options) > eas.MaxSyncOptions {
		return fmt.Errorf("easclient: %d blocks of options, at most %d are allowed", len(options), eas.MaxSyncOptions)
	}
	if len(options) == 2 && options[0].ItemClass() == options[1].ItemClass() {
		return fmt.Errorf("easclient: two blocks of options for class %s", options[0].ItemClass())
	}
	return nil
}

func sameOptions(a, b []eas.SyncOptions) bool {
	return len(a) == len(b) && (len(a) == 0 || reflect.DeepEqual(a, b))
}
