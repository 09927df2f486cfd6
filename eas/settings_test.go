package eas

import (
	"reflect"
	"testing"
	"time"

	"asms/wbxml"
)

func TestSettings(t *testing.T) {
	t.Parallel()

	t.Run("ASMS-4.4-1 outbound SMS enabled", func(t *testing.T) {
		t.Parallel()
		r := document[SettingsRequest](t, "MS-ASMS 4.4 outbound SMS enabled")
		if len(r.Properties) != 1 || r.Properties[0].DeviceInformation == nil {
			t.Fatalf("properties %+v", r.Properties)
		}
		set := r.Properties[0].DeviceInformation.Set
		if *set.PhoneNumber != "206-555-0112" || *set.EnableOutboundSMS != 1 || *set.MobileOperator != "T-Mojo" || set.UserAgent != nil {
			t.Errorf("set %+v", set)
		}
	})

	t.Run("MS-ASCMD_R478 properties keep their order", func(t *testing.T) {
		t.Parallel()
		in := &SettingsRequest{Properties: []SettingsProperty{
			{UserInformation: &UserInformation{Get: true}},
			{Oof: &Oof{Get: &OofGet{BodyType: "Text"}}},
			{RightsManagementInformation: &RightsManagementInformation{Get: true}},
			{DevicePassword: &DevicePassword{Set: &DevicePasswordSet{Password: Ptr("1234")}}},
			{DeviceInformation: &DeviceInformation{Set: &DeviceInformationSet{PhoneNumber: Ptr("")}}},
		}}
		out := roundTrip(t, in)
		if !reflect.DeepEqual(in, out) {
			t.Errorf("got %+v", out)
		}
	})

	t.Run("answers to all properties", func(t *testing.T) {
		t.Parallel()
		start := time.Date(2024, 5, 1, 8, 0, 0, 0, time.UTC)
		in := &SettingsResponse{Status: StatusSuccess, Properties: []SettingsPropertyResponse{
			{RightsManagementInformation: &RightsManagementInformationResponse{Status: StatusIRMFeatureDisabled}},
			{RightsManagementInformation: &RightsManagementInformationResponse{Status: StatusSuccess,
				Get: &RightsManagementInformationGet{RightsManagementTemplates: &RightsManagementTemplates{
					RightsManagementTemplate: []RightsManagementTemplate{{"id", "name", "what for"}}}}}},
			{Oof: &OofResponse{Status: StatusSuccess, Get: &OofSet{OofState: Ptr(2), StartTime: &start, EndTime: &start,
				OofMessage: []OofMessage{
					{AppliesToInternal: true, Enabled: Ptr(true), ReplyMessage: Ptr("away"), BodyType: Ptr("Text")},
					{AppliesToExternalKnown: true, Enabled: Ptr(false)},
				}}}},
			{DevicePassword: &DevicePasswordResponse{Status: SettingsStatusDeniedByPolicy}},
			{DeviceInformation: &DeviceInformationResponse{Status: SettingsStatusInvalidArguments}},
			{UserInformation: &UserInformationResponse{Status: StatusSuccess, Get: &UserInformationGet{
				Accounts: &Accounts{Account: []Account{{
					UserDisplayName: Ptr("Ann"), SendDisabled: Ptr(false),
					EmailAddresses: &EmailAddresses{SMTPAddress: []string{"ann@example.com"}, PrimarySmtpAddress: Ptr("ann@example.com")},
				}}}}}},
		}}
		// One property twice is not what a server answers, but what a list can hold.
		if out := roundTrip(t, in); !reflect.DeepEqual(in, out) {
			t.Errorf("got %+v", out)
		}
	})

	t.Run("ASMS-2.2.2.2.2-1 EnableOutboundSMS keeps values that are not allowed", func(t *testing.T) {
		t.Parallel()
		in := &SettingsRequest{Properties: []SettingsProperty{
			{DeviceInformation: &DeviceInformation{Set: &DeviceInformationSet{EnableOutboundSMS: Ptr(2)}}}}}
		if out := roundTrip(t, in); *out.Properties[0].DeviceInformation.Set.EnableOutboundSMS != 2 {
			t.Error("lost")
		}
	})
}

func TestProvision(t *testing.T) {
	t.Parallel()

	t.Run("DeviceInformation comes in the first request of 14.1", func(t *testing.T) {
		t.Parallel()
		r := document[ProvisionRequest](t, "Provision 14.1")
		if *r.DeviceInformation.Set.EnableOutboundSMS != 1 || r.Policies.Policy.PolicyType != PolicyTypeWBXML || r.Policies.Policy.PolicyKey != "" {
			t.Errorf("got %+v", r)
		}
	})
	t.Run("the policy and its temporary key", func(t *testing.T) {
		t.Parallel()
		r := document[ProvisionResponse](t, "policy")
		p := r.Policies.Policy
		if r.DeviceInformation.Status != StatusSuccess || p.PolicyKey != "1307199584" || !*p.Data.EASProvisionDoc.AllowTextMessaging {
			t.Errorf("got %+v", r)
		}
	})
	t.Run("the device acknowledges", func(t *testing.T) {
		t.Parallel()
		p := document[ProvisionRequest](t, "policy acknowledged").Policies.Policy
		if p.Status != AckSuccess || p.PolicyKey != "1307199584" {
			t.Errorf("got %+v", p)
		}
	})
	t.Run("a wipe is ordered and acknowledged", func(t *testing.T) {
		t.Parallel()
		if r := roundTrip(t, &ProvisionResponse{Status: StatusSuccess, RemoteWipe: true}); !r.RemoteWipe || r.AccountOnlyRemoteWipe {
			t.Errorf("got %+v", r)
		}
		if r := roundTrip(t, &ProvisionRequest{AccountOnlyRemoteWipe: &WipeStatus{Status: 1}}); r.AccountOnlyRemoteWipe.Status != 1 || r.RemoteWipe != nil {
			t.Errorf("got %+v", r)
		}
	})
}

func roundTrip[T any](t *testing.T, in *T) *T {
	t.Helper()
	data, err := wbxml.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	out := new(T)
	if err := wbxml.Unmarshal(data, out); err != nil {
		t.Fatal(err)
	}
	return out
}
