package easclient

import (
	"context"
	"fmt"

	"asms/eas"
)

// FolderSync returns the changes of the folder hierarchy since the key, all
// folders for eas.SyncKeyInitial. A status other than success is an
// *eas.StatusError.
//
// [MS-ASCMD] 2.2.1.5 FolderSync
func (c *Client) FolderSync(ctx context.Context, key eas.SyncKey) (*eas.FolderSyncResponse, error) {
	var response eas.FolderSyncResponse
	err := c.answered(ctx, eas.CommandFolderSync, &eas.FolderSyncRequest{SyncKey: &key}, &response, &response.Status)
	return &response, err
}

// answered sends a command whose response has a status and is never empty. The
// error of a bad status is an *eas.StatusError; the response is then filled all
// the same.
func (c *Client) answered(ctx context.Context, command eas.Command, request, response any, status *eas.Status) error {
	empty, err := c.Do(ctx, command, request, response)
	if err != nil {
		return err
	}
	if empty {
		return fmt.Errorf("easclient: %s: empty response", command)
	}
	return status.Err(command)
}
