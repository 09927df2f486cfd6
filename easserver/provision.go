package easserver

import (
	"context"
	"errors"
	"strconv"

	"asms/account"
	"asms/eas"
)

// provision hands out the policy and its keys, or orders a wipe.
//
// [MS-ASPROV] 3.2.5.1 Provision Command
func (s *Server) provision(ctx context.Context, r *request) (any, error) {
	req, err := decode[eas.ProvisionRequest](s, r)
	if err != nil {
		return nil, err
	}
	if r.wipe != wipeNothing {
		return s.provisionWipe(ctx, r, req)
	}
	if req.Policies == nil || req.Policies.Policy == nil || req.Policies.Policy.PolicyType == "" {
		return nil, failed(eas.ProvisionStatusProtocolError)
	}
	policy := req.Policies.Policy
	if policy.PolicyType != eas.PolicyTypeWBXML {
		return policyResponse(eas.ResponsePolicy{PolicyType: policy.PolicyType, Status: eas.PolicyStatusUnknownType}), nil
	}
	if policy.PolicyKey != "" || policy.Status != 0 {
		return s.provisionAcknowledged(ctx, r, policy)
	}
	return s.provisionBegin(ctx, r, req)
}

// provisionBegin is the first phase: the policy and its temporary key, or that
// there is none.
//
// [MS-ASPROV] 3.2.5.1.1 Responding to an Initial Request
func (s *Server) provisionBegin(ctx context.Context, r *request, req *eas.ProvisionRequest) (any, error) {
	resp := policyResponse(eas.ResponsePolicy{PolicyType: eas.PolicyTypeWBXML, Status: eas.PolicyStatusNone})
	info := req.DeviceInformation
	switch {
	case info == nil && r.Version.ProvisionNeedsDeviceInformation():
		return nil, failed(eas.StatusDeviceInformationRequired)
	case info != nil && !r.Version.ProvisionNeedsDeviceInformation(),
		info != nil && info.Set == nil:
		return nil, failed(eas.ProvisionStatusProtocolError)
	case info != nil:
		status, err := s.deviceInformation(ctx, r, info.Set)
		if err != nil {
			return nil, err
		}
		resp.DeviceInformation = &eas.DeviceInformationResponse{Status: status}
	}
	policy, key, err := s.accounts.BeginProvision(ctx, r.user, string(r.DeviceID))
	if err != nil || policy == nil {
		return resp, err
	}
	*resp.Policies.Policy = eas.ResponsePolicy{
		PolicyType: eas.PolicyTypeWBXML, Status: eas.StatusSuccess, PolicyKey: formatPolicyKey(key),
		Data: &eas.PolicyData{EASProvisionDoc: policyDocument(policy)},
	}
	return resp, nil
}

// provisionAcknowledged is the second phase: the device says how it applied the
// policy and gets its key.
//
// [MS-ASPROV] 3.2.5.1.2.1 Responding to a Security Policy Settings Acknowledgment
func (s *Server) provisionAcknowledged(ctx context.Context, r *request, policy *eas.RequestPolicy) (any, error) {
	if policy.PolicyKey == "" || policy.Status < eas.AckSuccess || policy.Status > eas.AckExternallyManaged {
		return nil, failed(eas.ProvisionStatusProtocolError)
	}
	temporary, err := strconv.ParseUint(policy.PolicyKey, 10, 32)
	if err != nil {
		temporary = 0 // no key is 0
	}
	final, err := s.accounts.AcknowledgePolicy(ctx, r.user, string(r.DeviceID), uint32(temporary), int(policy.Status))
	switch {
	case errors.Is(err, account.ErrInvalidPolicyKey):
		return policyResponse(eas.ResponsePolicy{PolicyType: policy.PolicyType, Status: eas.PolicyStatusWrongKey}), nil
	case errors.Is(err, account.ErrPolicyNotApplied) && policy.Status == eas.AckExternallyManaged:
		return nil, failed(eas.StatusExternallyManagedDevicesNotAllowed)
	case errors.Is(err, account.ErrPolicyNotApplied):
		return nil, failed(eas.StatusDeviceNotFullyProvisionable)
	case err != nil:
		return nil, err
	}
	return policyResponse(eas.ResponsePolicy{
		PolicyType: policy.PolicyType, Status: eas.StatusSuccess, PolicyKey: formatPolicyKey(final),
	}), nil
}

// provisionWipe orders the wipe, whatever the device asks for, until the device
// says that it has done it.
//
// [MS-ASPROV] 3.2.5.1.2.2 Responding to a Remote Wipe Directive Acknowledgment
func (s *Server) provisionWipe(ctx context.Context, r *request, req *eas.ProvisionRequest) (any, error) {
	resp := &eas.ProvisionResponse{
		Status: eas.StatusSuccess, RemoteWipe: r.wipe == wipeDevice, AccountOnlyRemoteWipe: r.wipe == wipeAccount,
	}
	done := req.RemoteWipe
	if r.wipe == wipeAccount {
		done = req.AccountOnlyRemoteWipe
	}
	switch {
	case done == nil:
		return resp, nil
	case done.Status != 1: // it has not
		if err := s.accounts.FailWipe(ctx, r.user, string(r.DeviceID)); err != nil && !errors.Is(err, account.ErrNoWipe) {
			return nil, err
		}
		resp.Status = eas.ProvisionStatusProtocolError
		return resp, nil
	}
	if err := s.accounts.AcknowledgeWipe(ctx, r.user, string(r.DeviceID)); err != nil && !errors.Is(err, account.ErrNoWipe) {
		return nil, err
	}
	if err := s.mailbox.Route(ctx, r.user); err != nil {
		return nil, err
	}
	return &eas.ProvisionResponse{Status: eas.StatusSuccess}, nil
}

func policyResponse(p eas.ResponsePolicy) *eas.ProvisionResponse {
	return &eas.ProvisionResponse{Status: eas.StatusSuccess, Policies: &eas.ResponsePolicies{Policy: &p}}
}

func formatPolicyKey(key uint32) string { return strconv.FormatUint(uint64(key), 10) }
