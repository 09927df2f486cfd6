package easclient

import (
	"context"
	"time"

	"asms/eas"
)

// Ping waits until something changes in a folder or the interval is over; the
// status says which. Nil repeats the last Ping that the server has cached.
// Statuses of failure are an *eas.StatusError.
//
// [MS-ASCMD] 2.2.1.13 Ping
func (c *Client) Ping(ctx context.Context, request *eas.PingRequest) (*eas.PingResponse, error) {
	hold := eas.MaxHeartbeatInterval * time.Second
	var body any
	if request != nil {
		body = request
		if request.HeartbeatInterval != nil {
			hold = time.Duration(*request.HeartbeatInterval) * time.Second
		}
	}
	var response eas.PingResponse
	if _, err := c.do(ctx, eas.CommandPing, body, &response, hold); err != nil {
		return nil, err
	}
	return &response, response.Status.Err(eas.CommandPing)
}
