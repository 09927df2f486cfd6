package easclient

import (
	"context"
	"errors"

	"asms/eas"
)

// Settings gets and sets properties. A status of the whole request other than
// success is an *eas.StatusError; each property has one of its own.
//
// [MS-ASCMD] 2.2.1.18 Settings
func (c *Client) Settings(ctx context.Context, request *eas.SettingsRequest) (*eas.SettingsResponse, error) {
	var response eas.SettingsResponse
	err := c.answered(ctx, eas.CommandSettings, request, &response, &response.Status)
	return &response, err
}

// SetDeviceInformation tells the server about the device, among other things
// whether it transmits outbound texts. A status other than success is an
// *eas.StatusError.
//
// [MS-ASMS] 3.1.4.3 Provisioning for Relay of Outbound SMS Messages
func (c *Client) SetDeviceInformation(ctx context.Context, set *eas.DeviceInformationSet) error {
	response, err := c.Settings(ctx, &eas.SettingsRequest{Properties: []eas.SettingsProperty{
		{DeviceInformation: &eas.DeviceInformation{Set: set}},
	}})
	if err != nil {
		return err
	}
	for _, p := range response.Properties {
		if p.DeviceInformation != nil {
			return p.DeviceInformation.Status.Err(eas.CommandSettings)
		}
	}
	return errors.New("easclient: Settings: no answer about DeviceInformation")
}
