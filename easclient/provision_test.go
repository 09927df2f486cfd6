package easclient

import (
	"errors"
	"testing"

	"asms/eas"
)

func TestProvision(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	policy := func(key string, status eas.Status, data *eas.PolicyData) *eas.ResponsePolicies {
		return &eas.ResponsePolicies{Policy: &eas.ResponsePolicy{PolicyType: eas.PolicyTypeWBXML, Status: status, PolicyKey: key, Data: data}}
	}
	first := answers(&eas.ProvisionResponse{Status: 1, DeviceInformation: &eas.DeviceInformationResponse{Status: 1},
		Policies: policy("11", 1, &eas.PolicyData{EASProvisionDoc: &eas.EASProvisionDoc{AllowTextMessaging: eas.Ptr(true)}})})
	phone := &eas.DeviceInformation{Set: &eas.DeviceInformationSet{Model: eas.Ptr("Phone"), PhoneNumber: eas.Ptr("1"), EnableOutboundSMS: eas.Ptr(1)}}

	t.Run("both phases, and the key stays", func(t *testing.T) {
		t.Parallel()
		s := newScript(t,
			reads(func(t *testing.T, r *eas.Request, p *eas.ProvisionRequest) any {
				if r.PolicyKey != 0 || *p.DeviceInformation.Set.EnableOutboundSMS != 1 || p.Policies.Policy.PolicyType != eas.PolicyTypeWBXML {
					t.Errorf("%+v %+v", r, p)
				}
				return first(t, r, nil)
			}),
			reads(func(t *testing.T, r *eas.Request, p *eas.ProvisionRequest) any {
				if r.PolicyKey != 11 || p.DeviceInformation != nil || p.Policies.Policy.PolicyKey != "11" || p.Policies.Policy.Status != eas.AckSuccess {
					t.Errorf("%+v %+v", r, p)
				}
				return &eas.ProvisionResponse{Status: 1, Policies: policy("22", 1, nil)}
			}),
			func(t *testing.T, r *eas.Request, _ []byte) any {
				if r.PolicyKey != 22 {
					t.Errorf("policy key %d", r.PolicyKey)
				}
				return &eas.FolderSyncResponse{Status: 1, SyncKey: "1"}
			},
		)
		c := s.client(t, func(o *Options) { o.PolicyKey = 99 })
		doc, err := c.Provision(ctx, phone)
		if err != nil || !*doc.AllowTextMessaging || c.PolicyKey() != 22 {
			t.Fatalf("%+v, %v, key %d", doc, err, c.PolicyKey())
		}
		if _, err := c.FolderSync(ctx, "0"); err != nil {
			t.Error(err)
		}
	})

	t.Run("14.0 tells about the device afterwards", func(t *testing.T) {
		t.Parallel()
		s := newScript(t,
			reads(func(t *testing.T, r *eas.Request, p *eas.ProvisionRequest) any {
				if p.DeviceInformation != nil {
					t.Error("DeviceInformation inside Provision")
				}
				return &eas.ProvisionResponse{Status: 1, Policies: policy("11", 1, nil)}
			}),
			answers(&eas.ProvisionResponse{Status: 1, Policies: policy("22", 1, nil)}),
			reads(func(t *testing.T, r *eas.Request, p *eas.SettingsRequest) any {
				if *p.Properties[0].DeviceInformation.Set.PhoneNumber != "1" {
					t.Errorf("%+v", p)
				}
				return &eas.SettingsResponse{Status: 1, Properties: []eas.SettingsPropertyResponse{{DeviceInformation: &eas.DeviceInformationResponse{Status: 1}}}}
			}),
		)
		if doc, err := s.client(t, func(o *Options) { o.Version = eas.Version140 }).Provision(ctx, phone); err != nil || doc != nil {
			t.Errorf("%+v, %v", doc, err)
		}
	})

	t.Run("a server without a policy", func(t *testing.T) {
		t.Parallel()
		c := newScript(t, answers(&eas.ProvisionResponse{Status: 1, Policies: policy("", eas.PolicyStatusNone, nil)})).client(t, nil)
		if doc, err := c.Provision(ctx, nil); err != nil || doc != nil || c.PolicyKey() != 0 {
			t.Errorf("%+v, %v", doc, err)
		}
	})

	t.Run("refusals", func(t *testing.T) {
		t.Parallel()
		for name, test := range map[string]struct {
			steps   []step
			command eas.Command
			status  eas.Status
		}{
			"as a whole": {[]step{answers(&eas.ProvisionResponse{Status: eas.StatusDeviceInformationRequired})}, eas.CommandProvision, 165},
			"the device": {[]step{answers(&eas.ProvisionResponse{Status: 1, DeviceInformation: &eas.DeviceInformationResponse{Status: 5}})}, eas.CommandSettings, 5},
			"the type":   {[]step{answers(&eas.ProvisionResponse{Status: 1, Policies: policy("", 3, nil)})}, eas.CommandProvision, 3},
			"the key":    {[]step{first, answers(&eas.ProvisionResponse{Status: 1, Policies: policy("", 5, nil)})}, eas.CommandProvision, 5},
		} {
			c := newScript(t, test.steps...).client(t, nil)
			_, err := c.Provision(ctx, phone)
			if wantStatus(t, err, test.command, test.status); c.PolicyKey() != 0 {
				t.Errorf("%s: key %d", name, c.PolicyKey())
			}
		}
	})

	t.Run("a key that is no number", func(t *testing.T) {
		t.Parallel()
		c := newScript(t, answers(&eas.ProvisionResponse{Status: 1, Policies: policy("zero", 1, nil)})).client(t, nil)
		if _, err := c.Provision(ctx, nil); err == nil {
			t.Error("no error")
		}
	})

	t.Run("MSASPROV_S02_TC01 a wipe is ordered and reported", func(t *testing.T) {
		t.Parallel()
		wipe := &eas.ProvisionResponse{Status: 1, RemoteWipe: true}
		c := newScript(t, answers(wipe),
			reads(func(t *testing.T, r *eas.Request, p *eas.ProvisionRequest) any {
				if p.RemoteWipe == nil || p.RemoteWipe.Status != 1 {
					t.Errorf("%+v", p)
				}
				return wipe // repeated, as Exchange 2010 does
			}),
			reads(func(t *testing.T, r *eas.Request, p *eas.ProvisionRequest) any {
				if p.AccountOnlyRemoteWipe == nil || p.AccountOnlyRemoteWipe.Status != 2 {
					t.Errorf("%+v", p)
				}
				return &eas.ProvisionResponse{Status: 1}
			}),
		).client(t, nil)
		if _, err := c.Provision(ctx, phone); !errors.Is(err, ErrRemoteWipe) {
			t.Errorf("got %v", err)
		}
		if err := c.AcknowledgeWipe(ctx, false, true); err != nil {
			t.Error(err)
		}
		if err := c.AcknowledgeWipe(ctx, true, false); err != nil {
			t.Error(err)
		}
	})
}
