package easserver

import (
	"context"
	"strings"
	"testing"

	"asms/eas"
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
		l.user("anna")
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
	for status, want := range map[string]string{"2": "139", "3": "139", "4": "145"} {
		l := newLab(t)
		user := l.user("anna")
		if err := l.accounts.SetPolicy(context.Background(), user, true); err != nil {
			t.Fatal(err)
		}
		d := l.device("anna", "D1", eas.Version141)
		temporary := d.must("Provision", firstPhase(d)).tree.at("Policies/Policy/PolicyKey")
		d.must("Provision", provisionXML(policyXML(wbxmlPolicy+"<PolicyKey>"+temporary+"</PolicyKey><Status>"+status+"</Status>"))).want(t, "Status", want)
	}
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
			if err := l.accounts.SetAccess(context.Background(), user, "D1", c.access); err != nil {
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
			r = ack("1")
			if got := r.tree.names(); got != "Status" || r.tree.at("Status") != "1" {
				t.Errorf("MS-ASPROV_R664 success: %s", r.xml())
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
