package easclient

import (
	"context"

	"asms/eas"
)

// MeetingResponse accepts or declines meetings. Each has a status of its own.
//
// [MS-ASCMD] 2.2.1.11 MeetingResponse
func (c *Client) MeetingResponse(ctx context.Context, request *eas.MeetingResponseRequest) (*eas.MeetingResponseResponse, error) {
	var response eas.MeetingResponseResponse
	var none eas.Status
	err := c.answered(ctx, eas.CommandMeetingResponse, request, &response, &none)
	return &response, err
}
