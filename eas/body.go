package eas

// BodyType is the format of a body.
//
// [MS-ASAIRS] 2.2.2.41 Type
type BodyType int

// The formats. A text is always BodyPlain.
const (
	BodyPlain BodyType = 1
	BodyHTML  BodyType = 2
	BodyRTF   BodyType = 3
	BodyMIME  BodyType = 4
)

// Body is the body of an item.
//
// [MS-ASAIRS] 2.2.2.9 Body
type Body struct {
	Type BodyType `wbxml:"AirSyncBase Type"`

	// EstimatedDataSize is the size of the whole body in bytes of UTF-8,
	// however much of it Data holds.
	EstimatedDataSize *uint32 `wbxml:"AirSyncBase EstimatedDataSize"`

	// Truncated says that Data holds less than the whole body.
	Truncated *bool   `wbxml:"AirSyncBase Truncated"`
	Data      *string `wbxml:"AirSyncBase Data"`
	Part      *int    `wbxml:"ItemOperations Part"`
	Preview   *string `wbxml:"AirSyncBase Preview"` // 14.0 and later
}

// BodyPreference is a format a client can take, and how much of it.
//
// [MS-ASAIRS] 2.2.2.12 BodyPreference
type BodyPreference struct {
	Type BodyType `wbxml:"AirSyncBase Type"`

	// TruncationSize is the most bytes of UTF-8 to send; absent means all.
	TruncationSize *uint32 `wbxml:"AirSyncBase TruncationSize"`

	// AllOrNone asks for no body in this format if it is larger than
	// TruncationSize.
	AllOrNone *bool `wbxml:"AirSyncBase AllOrNone"`

	// Preview is how many characters of plain text to show, up to 255.
	Preview *uint32 `wbxml:"AirSyncBase Preview"` // 14.0 and later
}
