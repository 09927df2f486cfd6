package easclient

import (
	"context"

	"asms/eas"
)

// FolderUpdate renames or moves a folder. A status other than success is an
// *eas.StatusError.
//
// [MS-ASCMD] 2.2.1.6 FolderUpdate
func (c *Client) FolderUpdate(ctx context.Context, request *eas.FolderUpdateRequest) (*eas.FolderUpdateResponse, error) {
	var response eas.FolderUpdateResponse
	err := c.answered(ctx, eas.CommandFolderUpdate, request, &response, &response.Status)
	return &response, err
}
