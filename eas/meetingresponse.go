package eas

import "asms/wbxml"

// MeetingResponseRequest accepts or declines meetings.
//
// [MS-ASCMD] 2.2.1.11 MeetingResponse
type MeetingResponseRequest struct {
	XMLName struct{}         `wbxml:"MeetingResponse MeetingResponse"`
	Request []MeetingRequest `wbxml:"Request"`
}

// MaxMeetingRequests is the most meetings a request may name.
//
// [MS-ASCMD] 3.1.5.10 Limiting Size of Command Requests
const MaxMeetingRequests = 100

// MeetingRequest says what is thought of one meeting, which is named by
// CollectionID and RequestID or by LongID.
//
// [MS-ASCMD] 2.2.3.150.2 Request (MeetingResponse)
type MeetingRequest struct {
	// UserResponse is 1 to accept, 2 to accept tentatively, 3 to decline.
	UserResponse int          `wbxml:"UserResponse"`
	CollectionID CollectionID `wbxml:"CollectionId,omitempty"`
	RequestID    *ServerID    `wbxml:"RequestId"`
	LongID       *string      `wbxml:"Search LongId"`

	// InstanceID is one occurrence of a series, as 2010-04-08T18:16:00.000Z.
	InstanceID *string `wbxml:"InstanceId"` // 14.1 and later

	SendResponse      wbxml.Raw `wbxml:"SendResponse"`      // 16.0 and later
	ProposedStartTime *string   `wbxml:"ProposedStartTime"` // 16.1
	ProposedEndTime   *string   `wbxml:"ProposedEndTime"`   // 16.1
}

// MeetingResponseResponse answers a MeetingResponse.
//
// [MS-ASCMD] 2.2.1.11 MeetingResponse
type MeetingResponseResponse struct {
	XMLName struct{}        `wbxml:"MeetingResponse MeetingResponse"`
	Result  []MeetingResult `wbxml:"Result"`
}

// MeetingResult is what became of one request.
//
// [MS-ASCMD] 2.2.3.155.2 Result (MeetingResponse)
type MeetingResult struct {
	RequestID  *ServerID `wbxml:"RequestId"` // as in the request
	Status     Status    `wbxml:"Status"`
	CalendarID ServerID  `wbxml:"CalendarId,omitempty"`
}
