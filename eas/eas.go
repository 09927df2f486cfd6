// Package eas is the vocabulary of Exchange ActiveSync: the commands with
// their requests and responses, the application data of an item, the status
// codes and the HTTP envelope around a command. Client and server share it.
// It does no I/O.
//
// Every command has a file of its own, named after it, with a request type and
// a response type whose fields stand in the order of the elements on the wire.
// Absent, empty and zero are three things in this protocol: a pointer is nil
// when its element is absent. Values are decoded as they came, in range or not,
// because most bad values are answered by a status and not by a decoding error.
//
// The documents behind it:
//
//   - [MS-ASMS] Short Message Service protocol
//   - [MS-ASCMD] command reference
//   - [MS-ASHTTP] HTTP protocol
//   - [MS-ASPROV] provisioning
//   - [MS-ASAIRS] AirSyncBase namespace
//   - [MS-ASEMAIL] email class
//   - [MS-ASCON] conversations
//   - [MS-ASDTYPE] data types
package eas

// SyncKey names the state of a collection, or of the folder hierarchy, that
// client and server last agreed on. It is opaque and at most 64 characters long.
//
// [MS-ASCMD] 2.2.3.181 SyncKey
type SyncKey string

// SyncKeyInitial starts a synchronization from nothing.
const SyncKeyInitial SyncKey = "0"

// ServerID names an item, unique in the mailbox and at most 64 characters long.
// The server assigns it.
//
// [MS-ASCMD] 2.2.3.166 ServerId
type ServerID string

// ClientID names an item that a client adds, until the server has assigned a
// ServerID. At most 64 characters, unique within one request; a client that
// repeats a request keeps it.
//
// [MS-ASCMD] 2.2.3.28 ClientId
type ClientID string

// CollectionID is the server id of a folder, at most 64 characters long.
//
// [MS-ASCMD] 2.2.3.30 CollectionId
type CollectionID string

// CollectionIDRoot is the parent of the top-level folders.
//
// [MS-ASCMD] 2.2.3.129 ParentId
const CollectionIDRoot CollectionID = "0"

// MaxIDLength is the longest SyncKey, ServerID, ClientID or CollectionID, in
// characters.
const MaxIDLength = 64

// DeviceID is what a device calls itself in every request: 1 to 32 letters and
// digits.
//
// [MS-ASHTTP] 2.2.1.1.1.2.3 Device ID
type DeviceID string

// Class is the kind of an item.
//
// [MS-ASCMD] 2.2.3.27 Class
type Class string

// The classes of items. SMS and Email are the two that a mail folder holds.
const (
	ClassEmail    Class = "Email"
	ClassSMS      Class = "SMS" // [MS-ASMS] 2.2.2.2.1 Class
	ClassContacts Class = "Contacts"
	ClassCalendar Class = "Calendar"
	ClassTasks    Class = "Tasks"
	ClassNotes    Class = "Notes"
)

// FilterType restricts what is synchronized to a window of time that ends now.
//
// [MS-ASCMD] 2.2.3.68 FilterType
type FilterType int

// The windows. Mail and SMS take FilterAll to FilterOneMonth.
const (
	FilterAll FilterType = iota
	FilterOneDay
	FilterThreeDays
	FilterOneWeek
	FilterTwoWeeks
	FilterOneMonth
	FilterThreeMonths
	FilterSixMonths
	FilterIncompleteTasks
)

// ValidForMail reports whether a mail folder, and so SMS, may be filtered by f.
//
// [MS-ASMS] 3.1.4.1.1.2 Filtering
func (f FilterType) ValidForMail() bool { return f >= FilterAll && f <= FilterOneMonth }

// ValidFor reports whether the items of a folder's class may be filtered by f.
// Classes whose items have no time take any filter and pass over it.
//
// [MS-ASCMD] 2.2.3.68.2 FilterType (Sync)
func (f FilterType) ValidFor(c Class) bool {
	switch c {
	case ClassEmail, ClassSMS:
		return f.ValidForMail()
	case ClassCalendar:
		return f == FilterAll || f >= FilterTwoWeeks && f <= FilterSixMonths
	case ClassTasks:
		return f == FilterAll || f == FilterIncompleteTasks
	}
	return f >= FilterAll && f <= FilterIncompleteTasks
}

// Days is the length of the window of a mail filter in days, 0 for no limit.
// Months count 30 days.
func (f FilterType) Days() int {
	switch f {
	case FilterOneDay:
		return 1
	case FilterThreeDays:
		return 3
	case FilterOneWeek:
		return 7
	case FilterTwoWeeks:
		return 14
	case FilterOneMonth:
		return 30
	}
	return 0
}

// Ptr returns a pointer to v, for the optional elements of a request or
// response.
func Ptr[T any](v T) *T { return &v }
