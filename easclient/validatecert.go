package easclient

import (
	"context"

	"asms/eas"
)

// ValidateCert asks whether certificates can be trusted. A status of the whole
// request other than success is an *eas.StatusError; each certificate has one of
// its own.
//
// [MS-ASCMD] 2.2.1.22 ValidateCert
func (c *Client) ValidateCert(ctx context.Context, request *eas.ValidateCertRequest) (*eas.ValidateCertResponse, error) {
	var response eas.ValidateCertResponse
	err := c.answered(ctx, eas.CommandValidateCert, request, &response, &response.Status)
	return &response, err
}
