package easclient

import (
	"context"

	"asms/eas"
)

// FolderDelete deletes a folder with all it contains. A status other than success is an
// *eas.StatusError.
//
// [MS-ASCMD] 2.2.1.4 FolderDelete
func (c *Client) FolderDelete(ctx context.Context, request *eas.FolderDeleteRequest) (*eas.FolderDeleteResponse, error) {
	var response eas.FolderDeleteResponse
	err := c.answered(ctx, eas.CommandFolderDelete, request, &response, &response.Status)
	return &response, err
}
