package easclient

import (
	"context"

	"asms/eas"
)

// GetItemEstimate asks how many changes a Sync would bring. A status of the
// whole request other than success is an *eas.StatusError; each collection has
// one of its own.
//
// [MS-ASCMD] 2.2.1.9 GetItemEstimate
func (c *Client) GetItemEstimate(ctx context.Context, request *eas.GetItemEstimateRequest) (*eas.GetItemEstimateResponse, error) {
	var response eas.GetItemEstimateResponse
	err := c.answered(ctx, eas.CommandGetItemEstimate, request, &response, &response.Status)
	return &response, err
}
