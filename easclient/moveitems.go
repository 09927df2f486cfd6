package easclient

import (
	"context"

	"asms/eas"
)

// MoveItems moves items to other folders. A status of the whole request is an
// *eas.StatusError; each item has one of its own, of which 3 is success.
//
// [MS-ASCMD] 2.2.1.12 MoveItems
func (c *Client) MoveItems(ctx context.Context, request *eas.MoveItemsRequest) (*eas.MoveItemsResponse, error) {
	var response eas.MoveItemsResponse
	err := c.answered(ctx, eas.CommandMoveItems, request, &response, &response.Status)
	return &response, err
}
