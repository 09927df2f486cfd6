package easserver

import (
	"context"
	"strings"
	"testing"
	"time"

	"asms/account"
	"asms/eas"
	"asms/mailbox"
	"asms/store"
)

const information = `<settings:DeviceInformation xmlns:settings="Settings"><settings:Set><settings:Model>Lab</settings:Model>` +
	`</settings:Set></settings:DeviceInformation>`

func provisionXML(inner string) string {
	return `<Provision xmlns="Provision">` + inner + `</Provision>`
}

func policyXML(inner string) string { return `<Policies><Policy>` + inner + `</Policy></Policies>` }

const wbxmlPolicy = `<PolicyType>MS-EAS-Provisioning-WBXML</PolicyType>`

// firstPhase is the first request of a version.
func firstPhase(d *device) string {
	if d.version == "14.0" {
		return provisionXML(policyXML(wbxmlPolicy))
	}
	return provisionXML(information + policyXML(wbxmlPolicy))
}

// provision goes through both phases and keeps the key. It returns the last status.
func provision(t *testing.T, d *device) string {
	t.Helper()
	temporary := d.must("Provision", firstPhase(d)).tree.at("Policies/Policy/PolicyKey")
	r := d.must("Provision", provisionXML(policyXML(wbxmlPolicy+"<PolicyKey>"+temporary+"</PolicyKey><Status>1</Status>")))
	d.policyKey = r.tree.at("Policies/Policy/PolicyKey")
	if d.policyKey == temporary {
		t.Error("the temporary key became the final one")
	}
	return r.tree.at("Policies/Policy/Status")
}

func TestProvision(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, v eas.Version) {
		l := newLab(t)
		l.policy(l.user("anna"), &account.Policy{AllowNonProvisionable: true})
		d := l.device("anna", "D1", v)
		r := d.must("Provision", firstPhase(d))
		want := "DeviceInformation Status Policies"
		if v == eas.Version140 {
			want = "Status Policies"
		}
		if got := r.tree.names(); got != want {
			t.Errorf("order %q, want %q", got, want)
		}
		r.want(t, "Status", "1")
		if got := r.tree.all("Policies/Policy")[0].names(); got != "PolicyType Status PolicyKey Data" {
			t.Errorf("policy %q", got)
		}
		r.want(t, "Policies/Policy/Data/EASProvisionDoc/AllowTextMessaging", "1")
		if got := provision(t, d); got != "1" || d.policyKey == "0" || d.policyKey == "-" {
			t.Errorf("status %s key %s", got, d.policyKey)
		}

		t.Run("MSASPROV S03_TC02 a wrong key in the acknowledgement is Policy status 5", func(t *testing.T) {
			for _, key := range []string{"1", "0", "nonsense", "99999999999999", d.policyKey} {
				r := d.must("Provision", provisionXML(policyXML(wbxmlPolicy+"<PolicyKey>"+key+"</PolicyKey><Status>1</Status>")))
				r.want(t, "Status", "1")
				r.want(t, "Policies/Policy/Status", "5")
			}
		})
		t.Run("MSASPROV S03_TC01 an unknown policy type is Policy status 3", func(t *testing.T) {
			r := d.must("Provision", provisionXML(information+policyXML("<PolicyType>MS-WAP-Provisioning-XML</PolicyType>")))
			r.want(t, "Status", "1")
			r.want(t, "Policies/Policy/Status", "3")
		})
		t.Run("MSASPROV S03_TC03 no policy type is status 2", func(t *testing.T) {
			for _, inner := range []string{"", information, "<Policies/>", policyXML(""), policyXML("<PolicyKey>1</PolicyKey>")} {
				d.must("Provision", provisionXML(inner)).want(t, "Status", "2")
			}
		})
		t.Run("an acknowledgement without key or with a status that is none is status 2", func(t *testing.T) {
			d.must("Provision", provisionXML(policyXML(wbxmlPolicy+"<Status>1</Status>"))).want(t, "Status", "2")
			d.must("Provision", provisionXML(policyXML(wbxmlPolicy+"<PolicyKey>1</PolicyKey><Status>5</Status>"))).want(t, "Status", "2")
		})
		t.Run("MSASCMD S21_TC03 DeviceInformation is demanded from 14.1 on", func(t *testing.T) {
			r := d.must("Provision", provisionXML(policyXML(wbxmlPolicy)))
			if v == eas.Version140 {
				r.want(t, "Status", "1")
				d.must("Provision", provisionXML(information+policyXML(wbxmlPolicy))).want(t, "Status", "2") // MS-ASCMD_R6434
				return
			}
			r.want(t, "Status", "165")
		})
	})
}

// policy defines a user's policy, nil none.
func (l *lab) policy(user mailbox.UserID, p *account.Policy) {
	l.t.Helper()
	if err := l.accounts.DefinePolicy(context.Background(), user, p); err != nil {
		l.t.Fatal(err)
	}
}

func TestNoPolicy(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, v eas.Version) {
		l := newLab(t)
		user := l.user("anna")
		d := l.device("anna", "D1", v)
		t.Run("MS-ASPROV_R379 without a policy the Policy has status 2, no key and no data", func(t *testing.T) {
			r := d.must("Provision", firstPhase(d))
			r.want(t, "Status", "1")
			if got := r.tree.all("Policies/Policy"); len(got) != 1 || got[0].names() != "PolicyType Status" || got[0].at("Status") != "2" {
				t.Errorf("%s", r.xml())
			}
		})
		for _, key := range []string{"absent", "0", "", "12345"} {
			if got := statusWith(t, d, "FolderSync", folderSync0, key); got != "1" {
				t.Errorf("key %q without a policy: %s", key, got)
			}
		}
		t.Run("MS-ASPROV_R652 what was set and is unset is named, empty or with its default", func(t *testing.T) {
			l.policy(user, &account.Policy{DevicePassword: true, MinLength: 6})
			provision(t, d)
			l.policy(user, nil)
			if got := statusWith(t, d, "FolderSync", folderSync0, d.policyKey); got != "143" {
				t.Errorf("a device that still applies it: %s", got)
			}
			r := d.must("Provision", firstPhase(d))
			const doc = "Policies/Policy/Data/EASProvisionDoc/"
			r.want(t, doc+"DevicePasswordEnabled", "0")
			r.want(t, doc+"MinDevicePasswordLength", "")
			provision(t, d)
			if got := statusWith(t, d, "FolderSync", folderSync0, d.policyKey); got != "1" {
				t.Errorf("freed of it: %s", got)
			}
			d.must("Provision", firstPhase(d)).want(t, "Policies/Policy/Status", "2")
		})
	})
}

func TestPolicyDocument(t *testing.T) {
	t.Parallel()
	const order = "DevicePasswordEnabled AlphanumericDevicePasswordRequired PasswordRecoveryEnabled RequireStorageCardEncryption " +
		"AttachmentsEnabled MinDevicePasswordLength MaxInactivityTimeDeviceLock MaxDevicePasswordFailedAttempts MaxAttachmentSize " +
		"AllowSimpleDevicePassword DevicePasswordExpiration DevicePasswordHistory AllowStorageCard AllowCamera RequireDeviceEncryption " +
		"AllowUnsignedApplications AllowUnsignedInstallationPackages MinDevicePasswordComplexCharacters AllowWiFi AllowTextMessaging " +
		"AllowPOPIMAPEmail AllowBluetooth AllowIrDA RequireManualSyncWhenRoaming AllowDesktopSync MaxCalendarAgeFilter AllowHTMLEmail " +
		"MaxEmailAgeFilter MaxEmailBodyTruncationSize MaxEmailHTMLBodyTruncationSize RequireSignedSMIMEMessages " +
		"RequireEncryptedSMIMEMessages RequireSignedSMIMEAlgorithm RequireEncryptionSMIMEAlgorithm " +
		"AllowSMIMEEncryptionAlgorithmNegotiation AllowSMIMESoftCerts AllowBrowser AllowConsumerEmail AllowRemoteDesktop " +
		"AllowInternetSharing UnapprovedInROMApplicationList ApprovedApplicationList"
	each(t, func(t *testing.T, v eas.Version) {
		l := newLab(t)
		user := l.user("anna")
		d := l.device("anna", "D1", v)
		fetch := func() *element {
			t.Helper()
			docs := d.must("Provision", firstPhase(d)).tree.all("Policies/Policy/Data/EASProvisionDoc")
			if len(docs) != 1 {
				t.Fatalf("%d documents", len(docs))
			}
			return docs[0]
		}
		l.policy(user, &account.Policy{})
		doc := fetch()
		if got := doc.names(); got != order {
			t.Errorf("MS-ASPROV 2.2.2.28 elements\n%s", got)
		}
		for name, want := range map[string]string{"DevicePasswordEnabled": "0", "AllowTextMessaging": "1", "AllowCamera": "1",
			"MinDevicePasswordLength": "", "MaxInactivityTimeDeviceLock": "", "MaxDevicePasswordFailedAttempts": "",
			"DevicePasswordExpiration": "", "AllowBluetooth": "2", "MinDevicePasswordComplexCharacters": "1"} {
			if got := doc.at(name); got != want {
				t.Errorf("a policy that restricts nothing: %s %q, want %q", name, got, want)
			}
		}
		l.policy(user, &account.Policy{DevicePassword: true, Alphanumeric: true, MinLength: 8, ComplexCharacters: 3, MaxInactivity: 300,
			MaxFailed: 5, PasswordExpiration: 90, PasswordHistory: 4, NoSimplePassword: true, NoTextMessaging: true, NoCamera: true,
			Bluetooth: "handsfree", MaxAge: 5, DeviceEncryption: true})
		doc = fetch()
		if got := doc.names(); got != order {
			t.Errorf("elements\n%s", got)
		}
		for name, want := range map[string]string{"DevicePasswordEnabled": "1", "AlphanumericDevicePasswordRequired": "1",
			"MinDevicePasswordLength": "8", "MinDevicePasswordComplexCharacters": "3", "MaxInactivityTimeDeviceLock": "300",
			"MaxDevicePasswordFailedAttempts": "5", "DevicePasswordExpiration": "90", "DevicePasswordHistory": "4",
			"AllowSimpleDevicePassword": "0", "AllowTextMessaging": "0", "AllowCamera": "0", "AllowBluetooth": "1",
			"MaxEmailAgeFilter": "5", "RequireDeviceEncryption": "1"} {
			if got := doc.at(name); got != want {
				t.Errorf("%s %q, want %q", name, got, want)
			}
		}
	})
}

func TestChangedPolicy(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, v eas.Version) {
		l := newLab(t)
		user := l.user("anna")
		l.policy(user, &account.Policy{})
		d := l.device("anna", "D1", v)
		provision(t, d)
		d.must("FolderSync", folderSync0).want(t, "Status", "1")
		l.policy(user, &account.Policy{NoCamera: true})
		for command, xml := range map[string]string{"FolderSync": folderSync0, "Sync": syncXML(d.collection(inbox, ""), ""),
			"Settings": `<Settings xmlns="Settings"/>`} {
			if got := statusWith(t, d, command, xml, d.policyKey); got != "143" {
				t.Errorf("MS-ASPROV_R693 %s after the policy has changed: %s", command, got)
			}
		}
		provision(t, d)
		d.must("FolderSync", folderSync0).want(t, "Status", "1")
	})
}

func TestProvisionCarriesOutboundSMS(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	user := l.user("anna")
	d := l.device("anna", "D1", eas.Version141)
	with := strings.Replace(information, "</settings:Set>", "<settings:PhoneNumber>+1</settings:PhoneNumber><settings:EnableOutboundSMS>%</settings:EnableOutboundSMS></settings:Set>", 1)
	d.must("Provision", provisionXML(strings.Replace(with, "%", "1", 1)+policyXML(wbxmlPolicy))).want(t, "DeviceInformation/Status", "1")
	if got, err := l.accounts.Device(context.Background(), user, "D1"); err != nil || !got.OutboundSMS || got.PhoneNumber != "+1" {
		t.Errorf("%+v %v", got, err)
	}
	d.must("Provision", provisionXML(strings.Replace(with, "%", "2", 1)+policyXML(wbxmlPolicy))).want(t, "DeviceInformation/Status", "5")
}

func TestPolicyNotApplied(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, v eas.Version) {
		l := newLab(t)
		user := l.user("anna")
		d := l.device("anna", "D1", v)
		for _, c := range []struct {
			name, status, want string
			policy             account.Policy
		}{
			{"MSASPROV S03_TC05 applied in part is status 139", "2", "139", account.Policy{}},
			{"MSASPROV S03_TC05 not applied is status 139", "3", "139", account.Policy{NoCamera: true}},
			{"MSASPROV S03_TC06 managed by others is status 145", "4", "145", account.Policy{}},
			{"managed by others, which may be", "4", "1", account.Policy{AllowExternallyManaged: true}},
			{"applied in part, which may be", "2", "1", account.Policy{AllowNonProvisionable: true}},
		} {
			l.policy(user, &c.policy)
			temporary := d.must("Provision", firstPhase(d)).tree.at("Policies/Policy/PolicyKey")
			r := d.must("Provision", provisionXML(policyXML(wbxmlPolicy+"<PolicyKey>"+temporary+"</PolicyKey><Status>"+c.status+"</Status>")))
			if got := r.tree.at("Status"); got != c.want {
				t.Errorf("%s: %s", c.name, got)
			}
			key := r.tree.at("Policies/Policy/PolicyKey")
			if served := statusWith(t, d, "FolderSync", folderSync0, strings.Trim(key, "-")) == "1"; served != (c.want == "1") {
				t.Errorf("%s: served afterwards: %v", c.name, served)
			}
		}
		t.Run("MSASPROV S01_TC02 a policy that is offered only", func(t *testing.T) {
			l.policy(user, &account.Policy{AllowNonProvisionable: true})
			l.device("anna", "D2", v).must("FolderSync", folderSync0).want(t, "Status", "1")
		})
	})
}

func TestWipe(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		version eas.Version
		access  store.Access
		element string
	}{
		{"MSASPROV S02_TC01 remote wipe", eas.Version140, store.FactoryReset, "RemoteWipe"},
		{"MSASPROV S02_TC01 remote wipe, 16.1", eas.Version161, store.FactoryReset, "RemoteWipe"},
		{"MSASPROV S02_TC02 account only", eas.Version161, store.WipeRequested, "AccountOnlyRemoteWipe"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			user := l.user("anna")
			d := l.phone("anna", "D1", c.version)
			if err := l.accounts.RequestWipe(context.Background(), user, "D1", c.access == store.FactoryReset); err != nil {
				t.Fatal(err)
			}
			d.must("FolderSync", folderSync0).want(t, "Status", "140")
			for _, xml := range []string{provisionXML(""), firstPhase(d)} { // whatever it asks for
				r := d.must("Provision", xml)
				if got := r.tree.names(); got != "Status "+c.element || r.tree.at("Status") != "1" {
					t.Errorf("%s", r.xml())
				}
			}
			ack := func(status string) *reply {
				return d.must("Provision", provisionXML("<"+c.element+"><Status>"+status+"</Status></"+c.element+">"))
			}
			r := ack("2") // it could not
			if got := r.tree.names(); got != "Status "+c.element || r.tree.at("Status") != "2" {
				t.Errorf("MS-ASPROV_R665 failure: %s", r.xml())
			}
			d.must("FolderSync", folderSync0).want(t, "Status", "140")
			l.clock.advance(time.Hour)
			r = ack("1")
			if got := r.tree.names(); got != "Status" || r.tree.at("Status") != "1" {
				t.Errorf("MS-ASPROV_R664 success: %s", r.xml())
			}
			kept, err := l.accounts.Device(context.Background(), user, "D1")
			if err != nil || !kept.WipeRequestedAt.Equal(noon) || !kept.WipeFailedAt.Equal(noon) || !kept.WipedAt.Equal(noon.Add(time.Hour)) {
				t.Errorf("MS-ASPROV_R663 recorded: %+v, %v", kept, err)
			}
			d.must("FolderSync", folderSync0).want(t, "Status", "129")
		})
	}
	t.Run("no wipe is ordered of a device that is not to be wiped", func(t *testing.T) {
		l := newLab(t)
		l.user("anna")
		r := l.device("anna", "D1", eas.Version161).must("Provision", provisionXML(""))
		r.want(t, "Status", "2")
		r.want(t, "RemoteWipe", "-")
	})
}
