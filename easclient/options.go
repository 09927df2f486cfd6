package easclient

import (
	"context"
	"fmt"
	"net/http"

	"asms/eas"
)

// Options asks the server which protocol versions and commands it knows.
//
// [MS-ASHTTP] 2.2.3 HTTP OPTIONS Request
func (c *Client) Options(ctx context.Context) (*eas.OptionsResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	header, _, err := c.send(ctx, http.MethodOptions, "", nil)
	if err != nil {
		return nil, fmt.Errorf("easclient: OPTIONS: %w", err)
	}
	response := eas.ParseOptionsResponse(header)
	return &response, nil
}

// Negotiate asks the server and takes the highest version in common for all
// further commands. It returns ErrVersion if there is none. Other methods call
// it when no version is set.
//
// [MS-ASHTTP] 2.2.3 HTTP OPTIONS Request
func (c *Client) Negotiate(ctx context.Context) (eas.Version, error) {
	response, err := c.Options(ctx)
	if err != nil {
		return 0, err
	}
	version := response.Highest()
	if version == 0 {
		return 0, ErrVersion
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.version = version
	return version, nil
}
