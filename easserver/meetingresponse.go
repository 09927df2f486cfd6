package easserver

import (
	"context"
	"time"

	"asms/eas"
)

// meetingResponse answers as a server whose calendars are empty: there is no
// meeting that could be accepted or declined.
//
// [MS-ASCMD] 2.2.1.11 MeetingResponse
func (s *Server) meetingResponse(_ context.Context, r *request) (any, error) {
	req, err := decode[eas.MeetingResponseRequest](s, r)
	if err != nil {
		return nil, err
	}
	if n := len(req.Request); n == 0 || n > eas.MaxMeetingRequests {
		return nil, failed(eas.StatusInvalidXML)
	}
	resp := &eas.MeetingResponseResponse{}
	for _, m := range req.Request {
		resp.Result = append(resp.Result, eas.MeetingResult{RequestID: m.RequestID, Status: meetingStatus(r.Version, &m)})
	}
	return resp, nil
}

// instanceFormat is how an occurrence is named.
//
// [MS-ASDTYPE] 2.3 dateTime
const instanceFormat = "2006-01-02T15:04:05.000Z"

func meetingStatus(v eas.Version, m *eas.MeetingRequest) eas.Status {
	if m.InstanceID != nil && v >= eas.Version141 { // [MS-ASCMD] 2.2.3.92.1 InstanceId (MeetingResponse)
		if _, err := time.Parse(instanceFormat, *m.InstanceID); err != nil {
			return eas.StatusInvalidDateTime
		}
	}
	return eas.MeetingStatusInvalidRequest
}
