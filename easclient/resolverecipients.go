package easclient

import (
	"context"

	"asms/eas"
)

// ResolveRecipients looks up whom names or addresses mean. A status of the whole
// request other than success is an *eas.StatusError; each To has one of its own.
//
// [MS-ASCMD] 2.2.1.15 ResolveRecipients
func (c *Client) ResolveRecipients(ctx context.Context, request *eas.ResolveRecipientsRequest) (*eas.ResolveRecipientsResponse, error) {
	var response eas.ResolveRecipientsResponse
	err := c.answered(ctx, eas.CommandResolveRecipients, request, &response, &response.Status)
	return &response, err
}
