package easclient

import (
	"context"

	"asms/eas"
)

// FolderCreate creates a folder. A status other than success is an
// *eas.StatusError.
//
// [MS-ASCMD] 2.2.1.3 FolderCreate
func (c *Client) FolderCreate(ctx context.Context, request *eas.FolderCreateRequest) (*eas.FolderCreateResponse, error) {
	var response eas.FolderCreateResponse
	err := c.answered(ctx, eas.CommandFolderCreate, request, &response, &response.Status)
	return &response, err
}
