package easclient

import (
	"context"

	"asms/eas"
)

// ItemOperations fetches items, empties folders and moves conversations. A status
// of the whole request other than success is an *eas.StatusError; each operation
// has one of its own.
//
// [MS-ASCMD] 2.2.1.10 ItemOperations
func (c *Client) ItemOperations(ctx context.Context, request *eas.ItemOperationsRequest) (*eas.ItemOperationsResponse, error) {
	var response eas.ItemOperationsResponse
	err := c.answered(ctx, eas.CommandItemOperations, request, &response, &response.Status)
	return &response, err
}
