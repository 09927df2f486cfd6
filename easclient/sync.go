package easclient

import (
	"context"
	"time"

	"asms/eas"
)

// Sync synchronizes collections. The response is nil when the server answers
// that nothing has changed. A nil request repeats the one that the server has
// cached. A status of the whole request is an *eas.StatusError, beside the
// response; each collection has one of its own.
//
// [MS-ASCMD] 2.2.1.21 Sync
func (c *Client) Sync(ctx context.Context, request *eas.SyncRequest) (*eas.SyncResponse, error) {
	hold := eas.MaxHeartbeatInterval * time.Second
	var body any
	if request != nil {
		body, hold = request, 0
		if request.HeartbeatInterval != nil {
			hold = time.Duration(*request.HeartbeatInterval) * time.Second
		} else if request.Wait != nil {
			hold = time.Duration(*request.Wait) * time.Minute
		}
	}
	var response eas.SyncResponse
	empty, err := c.do(ctx, eas.CommandSync, body, &response, hold)
	if err != nil || empty {
		return nil, err
	}
	return &response, response.Status.Err(eas.CommandSync)
}
