package easclient

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"asms/eas"
)

// ErrRemoteWipe and ErrAccountOnlyRemoteWipe are the server's order to erase the
// device, or what it has from this account. The caller obeys and reports with
// AcknowledgeWipe.
//
// [MS-ASPROV] 3.1.5.1.2.2 Acknowledging a Remote Wipe Directive
var (
	ErrRemoteWipe            = errors.New("easclient: the server orders a remote wipe")
	ErrAccountOnlyRemoteWipe = errors.New("easclient: the server orders an account-only remote wipe")
)

// Provision downloads the security policy, acknowledges it as applied and keeps
// the policy key for all further commands. It returns the policy, nil if the
// server has none, which the caller has to apply.
//
// The server learns about the device on the way: inside Provision from 14.1 on,
// by a Settings afterwards with 14.0. Nil tells it no more than the device type.
//
// Statuses other than success are an *eas.StatusError, those of the
// DeviceInformation one of the command Settings.
//
// [MS-ASPROV] 3.1.5.1 Provision Command
func (c *Client) Provision(ctx context.Context, info *eas.DeviceInformation) (*eas.EASProvisionDoc, error) {
	if c.Version() == 0 {
		if _, err := c.Negotiate(ctx); err != nil {
			return nil, err
		}
	}
	inside := c.Version().ProvisionNeedsDeviceInformation()
	request := &eas.ProvisionRequest{Policies: &eas.RequestPolicies{Policy: &eas.RequestPolicy{PolicyType: eas.PolicyTypeWBXML}}}
	if inside {
		request.DeviceInformation = info
		if info == nil {
			request.DeviceInformation = &eas.DeviceInformation{Set: &eas.DeviceInformationSet{Model: &c.options.DeviceType}}
		}
	}
	c.setPolicyKey(0)
	response, err := c.provision(ctx, request)
	if err != nil {
		return nil, err
	}
	if d := response.DeviceInformation; d != nil {
		if err := d.Status.Err(eas.CommandSettings); err != nil {
			return nil, err
		}
	}
	policy, err := c.acknowledge(ctx, response)
	if err != nil {
		return nil, err
	}
	if !inside && info != nil {
		return policy, c.SetDeviceInformation(ctx, info.Set)
	}
	return policy, nil
}

// acknowledge acknowledges the policy in the response to the first phase and
// takes the final key.
//
// [MS-ASPROV] 3.1.5.1.2.1 Acknowledging Security Policy Settings
func (c *Client) acknowledge(ctx context.Context, response *eas.ProvisionResponse) (*eas.EASProvisionDoc, error) {
	if response.Policies == nil || response.Policies.Policy == nil {
		return nil, nil
	}
	policy := response.Policies.Policy
	if policy.Status == eas.PolicyStatusNone && policy.PolicyKey == "" {
		return nil, nil
	}
	if policy.Status != eas.PolicyStatusNone {
		if err := policy.Status.Err(eas.CommandProvision); err != nil {
			return nil, err
		}
	}
	if err := c.takePolicyKey(policy); err != nil {
		return nil, err
	}
	response, err := c.provision(ctx, &eas.ProvisionRequest{Policies: &eas.RequestPolicies{Policy: &eas.RequestPolicy{
		PolicyType: eas.PolicyTypeWBXML, PolicyKey: policy.PolicyKey, Status: eas.AckSuccess,
	}}})
	if err == nil && (response.Policies == nil || response.Policies.Policy == nil) {
		err = errors.New("easclient: Provision: no final policy key")
	}
	if err == nil {
		err = response.Policies.Policy.Status.Err(eas.CommandProvision)
	}
	if err == nil {
		err = c.takePolicyKey(response.Policies.Policy)
	}
	if err != nil {
		c.setPolicyKey(0) // the temporary key is good for nothing else
		return nil, err
	}
	if policy.Data == nil {
		return nil, nil
	}
	return policy.Data.EASProvisionDoc, nil
}

func (c *Client) takePolicyKey(policy *eas.ResponsePolicy) error {
	key, err := strconv.ParseUint(policy.PolicyKey, 10, 32)
	if err != nil || key == 0 {
		return fmt.Errorf("easclient: Provision: policy key %.20q is no number", policy.PolicyKey)
	}
	c.setPolicyKey(eas.PolicyKey(key))
	return nil
}

// AcknowledgeWipe reports to the server that a wipe it ordered, of the account
// alone or of all the device, was done or has failed.
//
// [MS-ASPROV] 3.1.5.1.2.2 Acknowledging a Remote Wipe Directive
func (c *Client) AcknowledgeWipe(ctx context.Context, accountOnly, done bool) error {
	status := &eas.WipeStatus{Status: 2}
	if done {
		status.Status = 1
	}
	request := &eas.ProvisionRequest{RemoteWipe: status}
	if accountOnly {
		request = &eas.ProvisionRequest{AccountOnlyRemoteWipe: status}
	}
	_, err := c.provision(ctx, request)
	if errors.Is(err, ErrRemoteWipe) { // some servers repeat the order in their answer
		err = nil
	}
	return err
}

func (c *Client) provision(ctx context.Context, request *eas.ProvisionRequest) (*eas.ProvisionResponse, error) {
	var response eas.ProvisionResponse
	if err := c.answered(ctx, eas.CommandProvision, request, &response, &response.Status); err != nil {
		return nil, err
	}
	switch {
	case response.RemoteWipe:
		return nil, ErrRemoteWipe
	case response.AccountOnlyRemoteWipe:
		return nil, ErrAccountOnlyRemoteWipe
	}
	return &response, nil
}
