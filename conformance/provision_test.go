package conformance

import (
	"strconv"
	"testing"

	"asms/account"
	"asms/eas"
)

func TestProvision(t *testing.T) { provision.run(t) }

const (
	wbxmlPolicy = "<PolicyType>MS-EAS-Provisioning-WBXML</PolicyType>"

	policyStatus = "Policies/Policy/Status"
	policyKey    = "Policies/Policy/PolicyKey"
)

// information is what the first Provision of a version says of the device.
func information(v eas.Version) string {
	if v == eas.Version140 {
		return ""
	}
	return `<set:DeviceInformation xmlns:set="Settings"><set:Set><set:Model>M</set:Model></set:Set></set:DeviceInformation>`
}

func policyXML(inner string) string { return "<Policies><Policy>" + inner + "</Policy></Policies>" }

// demandPolicy has the user's devices be provisioned.
func (s *scene) demandPolicy() {
	s.Helper()
	if err := s.server.Accounts.SetPolicy(s.Context(), s.user.ID, true); err != nil {
		s.Fatal(err)
	}
}

// definePolicy gives the user's devices a policy with settings.
func (s *scene) definePolicy(p *account.Policy) {
	s.Helper()
	if err := s.server.Accounts.DefinePolicy(s.Context(), s.user.ID, p); err != nil {
		s.Fatal(err)
	}
}

// provision sends a Provision.
func (d *device) provision(inner string) *answer {
	d.s.Helper()
	return d.command("Provision", `<Provision xmlns="Provision">`+inner+`</Provision>`)
}

// fetchPolicy is the first phase; it returns the temporary key.
func (d *device) fetchPolicy() string {
	d.s.Helper()
	d.policyKey = ""
	a := d.provision(information(d.s.version) + policyXML(wbxmlPolicy))
	a.want("Status", "1")
	a.want(policyStatus, "1")
	return a.root.at(policyKey)
}

// acknowledge is the second phase. It goes out under the temporary key.
func (d *device) acknowledge(key, status string) *answer {
	d.s.Helper()
	d.policyKey = key
	return d.provision(policyXML(wbxmlPolicy + el("PolicyKey", key) + el("Status", status)))
}

// provisioned goes through both phases and keeps the final key.
func (d *device) provisioned() {
	d.s.Helper()
	a := d.acknowledge(d.fetchPolicy(), "1")
	a.want("Status", "1")
	a.want(policyStatus, "1")
	d.policyKey = a.root.at(policyKey)
}

// folderSyncStatus is the status of a FolderSync from key 0.
func (d *device) folderSyncStatus() string {
	d.s.Helper()
	return d.command("FolderSync", foldersXML("FolderSync", el("SyncKey", "0"))).root.at("Status")
}

// provision is the command Provision.
var provision = chapter{
	{"ASCMD-S12-TC01", "a policy under a temporary key, and the final one for the acknowledgement", func(s *scene) {
		s.demandPolicy()
		phone := s.fresh("PHONE")
		a := phone.provision(information(s.version) + policyXML(wbxmlPolicy))
		a.want("Status", "1")
		s.equal("children of Policy", a.root.first("Policies/Policy").children(), "PolicyType Status PolicyKey Data")
		if !a.root.has("Policies/Policy/Data/EASProvisionDoc") {
			s.Errorf("no policy in\n%s", a)
		}
		temporary := a.root.at(policyKey)
		a = phone.acknowledge(temporary, "1")
		a.want("Status", "1")
		s.equal("children of Policy", a.root.first("Policies/Policy").children(), "PolicyType Status PolicyKey")
		a.want(policyStatus, "1")
		if phone.policyKey = a.root.at(policyKey); phone.policyKey == temporary {
			s.Error("the temporary key became the final one")
		}
		s.equal("FolderSync", phone.folderSyncStatus(), "1")
	}},
	{"ASCMD-S12-TC02", "no PolicyType is status 2", func(s *scene) {
		phone := s.fresh("PHONE")
		a := phone.provision(information(s.version) + policyXML(""))
		a.wantTop("2")
		phone.provision(information(s.version) + "<Policies/>").wantTop("2")
	}},
	{"ASCMD-S12-TC03", "a wrong key is status 144 to FolderSync", func(s *scene) {
		s.demandPolicy()
		phone := s.fresh("PHONE")
		phone.provisioned()
		phone.policyKey = other(phone.policyKey)
		phone.command("FolderSync", foldersXML("FolderSync", el("SyncKey", "0"))).wantTop("144")
	}},
	{"ASCMD-S21-TC03", "no DeviceInformation is status 165", func(s *scene) {
		s.demandPolicy()
		s.fresh("PHONE").provision(policyXML(wbxmlPolicy)).wantTop("165")
	}},
	{"ASCMD-S21-TC14", "a device that others manage is status 145", func(s *scene) {
		s.demandPolicy()
		phone := s.fresh("PHONE")
		phone.acknowledge(phone.fetchPolicy(), "4").wantTop("145")
	}},
	{"ASPROV-S03-TC01", "a type of policy that is none is status 3 of the policy", func(s *scene) {
		s.demandPolicy()
		phone := s.fresh("PHONE")
		for _, t := range []string{"MS-WAP-Provisioning-XML", "nonsense"} {
			a := phone.provision(information(s.version) + policyXML(el("PolicyType", t)))
			a.want("Status", "1")
			a.want(policyStatus, "3")
			a.want(policyKey, absent)
		}
	}},
	{"ASPROV-S03-TC02", "another key in the acknowledgement is status 5 of the policy", func(s *scene) {
		s.demandPolicy()
		phone := s.fresh("PHONE")
		temporary := phone.fetchPolicy()
		for _, key := range []string{other(temporary), "0", "nonsense", "99999999999"} {
			a := phone.acknowledge(key, "1")
			a.want("Status", "1")
			a.want(policyStatus, "5")
			a.want(policyKey, absent)
		}
		phone.acknowledge(temporary, "1").want(policyStatus, "1")
	}},
	{"ASPROV-S03-TC03", "what breaks the syntax is status 2", func(s *scene) {
		s.demandPolicy()
		phone := s.fresh("PHONE")
		for _, inner := range []string{
			policyXML(""), policyXML(el("PolicyKey", "1")), "<Policies/>",
			policyXML(wbxmlPolicy + el("Status", "1")),
			policyXML(wbxmlPolicy + el("PolicyKey", "1") + el("Status", "5")),
			policyXML(wbxmlPolicy + el("PolicyKey", "1") + el("Status", "one")),
		} {
			phone.provision(inner).wantTop("2")
		}
	}},
	{"ASPROV-S03-TC04", "a wrong key is status 144 to every command but Ping and Provision", func(s *scene) {
		phone := s.device("PHONE")
		phone.sync(inbox, "")
		s.demandPolicy()
		phone.provisioned()
		right := phone.policyKey
		phone.policyKey = other(right)
		phone.command("Sync", syncXML(phone.collection(inbox, ""), "")).wantTop("144")
		phone.command("Settings", `<Settings xmlns="Settings"><UserInformation><Get/></UserInformation></Settings>`).wantTop("144")
		phone.estimate(inbox, "").wantTop("144")
		phone.folders("FolderDelete", el("ServerId", unknown)).wantTop("144")
		phone.command("Ping", pingXML("1", inbox)).want("Status", "5")
		phone.fetchPolicy()
		phone.policyKey = right
		phone.sync(inbox, "").wantEmpty()
	}},
	{"ASPROV-S03-TC05", "a device that applied the policy in part, or not, is status 139", func(s *scene) {
		s.demandPolicy()
		phone := s.fresh("PHONE")
		for _, status := range []string{"2", "3"} {
			phone.acknowledge(phone.fetchPolicy(), status).wantTop("139")
			phone.policyKey = ""
			s.equal("FolderSync", phone.folderSyncStatus(), "142")
		}
	}},
	{"ASPROV-S03-TC06", "a device that others manage is status 145, and stays out", func(s *scene) {
		s.demandPolicy()
		phone := s.fresh("PHONE")
		temporary := phone.fetchPolicy()
		phone.acknowledge(temporary, "4").wantTop("145")
		s.equal("FolderSync", phone.folderSyncStatus(), "144")
	}},
	{"ASPROV-S03-TC07", "a device that never says a key is status 141", func(s *scene) {
		s.demandPolicy()
		phone := s.fresh("PHONE")
		body := s.encode(foldersXML("FolderSync", el("SyncKey", "0")))
		empty, none := phone.request(s.Context(), "FolderSync", body), phone.request(s.Context(), "FolderSync", body)
		empty.Header.Set("X-MS-PolicyKey", "")
		none.Header.Del("X-MS-PolicyKey")
		phone.send(empty).wantTop("141")
		phone.send(none).wantTop("141")
	}},
	{"ASPROV-S01-TC01", "a policy is acknowledged", func(s *scene) {
		s.demandPolicy()
		phone := s.fresh("PHONE")
		a := phone.acknowledge(phone.fetchPolicy(), "1")
		a.want("Status", "1")
		a.want(policyStatus, "1")
	}},
	{"ASPROV-S02-TC01", "a device is told to erase itself, and says how that went", func(s *scene) {
		phone := s.device("PHONE")
		s.wipe(phone, true)
		s.equal("FolderSync", phone.folderSyncStatus(), "140")
		s.equal("children", phone.provision("").root.children(), "Status RemoteWipe")
		phone.provision("<RemoteWipe><Status>2</Status></RemoteWipe>").want("Status", "2")
		phone.provision("<RemoteWipe><Status>1</Status></RemoteWipe>").want("Status", "1")
	}},
	{"ASPROV-S02-TC02", "a device is told to erase the account", func(s *scene) {
		phone := s.device("PHONE")
		s.wipe(phone, false)
		s.equal("children", phone.provision("").root.children(), "Status AccountOnlyRemoteWipe")
		phone.provision("<AccountOnlyRemoteWipe><Status>2</Status></AccountOnlyRemoteWipe>").want("Status", "2")
		phone.provision("<AccountOnlyRemoteWipe><Status>1</Status></AccountOnlyRemoteWipe>").want("Status", "1")
	}},
	{"ASPROV-S01-TC03", "what a policy asked for and asks no more is taken back", func(s *scene) {
		const doc = "Policies/Policy/Data/EASProvisionDoc/"
		s.definePolicy(&account.Policy{DevicePassword: true, MinLength: 8, NoCamera: true})
		phone := s.fresh("PHONE")
		a := phone.provision(information(s.version) + policyXML(wbxmlPolicy))
		a.want(doc+"DevicePasswordEnabled", "1")
		a.want(doc+"MinDevicePasswordLength", "8")
		a.want(doc+"AllowCamera", "0")
		phone.provisioned()
		s.definePolicy(&account.Policy{})
		s.equal("FolderSync", phone.folderSyncStatus(), "143")
		phone.policyKey = ""
		a = phone.provision(information(s.version) + policyXML(wbxmlPolicy))
		a.want(doc+"DevicePasswordEnabled", "0")
		a.want(doc+"MinDevicePasswordLength", "")
		a.want(doc+"AllowCamera", "1")
	}},

	{"MS-ASPROV_R693", "a policy that has changed is fetched anew, and then the device goes on", func(s *scene) {
		s.demandPolicy()
		phone := s.fresh("PHONE")
		phone.provisioned()
		s.equal("FolderSync", phone.folderSyncStatus(), "1")
		s.definePolicy(&account.Policy{NoCamera: true})
		s.equal("FolderSync", phone.folderSyncStatus(), "143")
		phone.provisioned()
		s.equal("FolderSync", phone.folderSyncStatus(), "1")
	}},
	{"MS-ASPROV_R689", "where there is no policy there is none to fetch", func(s *scene) {
		phone := s.fresh("PHONE")
		a := phone.provision(information(s.version) + policyXML(wbxmlPolicy))
		a.want("Status", "1")
		a.want(policyStatus, "2")
		a.want(policyKey, absent)
		s.equal("FolderSync", phone.folderSyncStatus(), "1")
	}},
	{"MS-ASPROV_R650", "the temporary key opens nothing but the acknowledgement, and that once", func(s *scene) {
		s.demandPolicy()
		phone := s.fresh("PHONE")
		temporary := phone.fetchPolicy()
		phone.policyKey = temporary
		s.equal("FolderSync", phone.folderSyncStatus(), "144")
		phone.acknowledge(temporary, "1").want(policyStatus, "1")
		phone.acknowledge(temporary, "1").want(policyStatus, "5")
	}},
	{"MS-ASPROV_R657", "the key of an older request, or of another device, is none", func(s *scene) {
		s.demandPolicy()
		phone, tablet := s.fresh("PHONE"), s.fresh("TABLET")
		older, newer, others := phone.fetchPolicy(), phone.fetchPolicy(), tablet.fetchPolicy()
		phone.acknowledge(older, "1").want(policyStatus, "5")
		phone.acknowledge(others, "1").want(policyStatus, "5")
		phone.acknowledge(newer, "1").want(policyStatus, "1")
	}},
	{"MS-ASPROV_R662", "the final key serves from then on, and another device's does not", func(s *scene) {
		s.demandPolicy()
		phone, tablet := s.fresh("PHONE"), s.fresh("TABLET")
		phone.provisioned()
		tablet.provisioned()
		for range 3 {
			s.equal("FolderSync", phone.folderSyncStatus(), "1")
		}
		tablet.policyKey = phone.policyKey
		s.equal("with the key of another", tablet.folderSyncStatus(), "144")
	}},
	{"MS-ASPROV_R606", "keys are numbers of 32 bits, and not 0", func(s *scene) {
		s.demandPolicy()
		phone := s.fresh("PHONE")
		temporary := phone.fetchPolicy()
		phone.provisioned()
		for _, key := range []string{temporary, phone.policyKey} {
			if n, err := strconv.ParseUint(key, 10, 32); err != nil || n == 0 {
				s.Errorf("key %q", key)
			}
		}
	}},
	{"MS-ASPROV_R488", "what the first request says of the device is kept", func(s *scene) {
		s.demandPolicy()
		phone := s.fresh("PHONE")
		a := phone.provision(information(s.version) + policyXML(wbxmlPolicy))
		a.want("DeviceInformation/Status", "1")
		s.equal("children", a.root.children(), "DeviceInformation Status Policies")
		s.equal("model", phone.stored().Model, "M")
	}},
	{"MS-ASPROV_R483", "commands other than Provision and Ping wait for the policy: status 142", func(s *scene) {
		s.demandPolicy()
		phone := s.fresh("PHONE")
		phone.policyKey = "0"
		s.equal("FolderSync", phone.folderSyncStatus(), "142")
		phone.command("Sync", syncXML(phone.collection(inbox, ""), "")).wantTop("142")
		phone.command("GetItemEstimate", `<GetItemEstimate xmlns="GetItemEstimate"/>`).wantTop("142")
		phone.command("Settings", `<Settings xmlns="Settings"><UserInformation><Get/></UserInformation></Settings>`).wantTop("142")
		phone.command("Ping", pingXML("60", inbox)).wantTop("7")
		phone.provisioned()
		s.equal("FolderSync", phone.folderSyncStatus(), "1")
	}},
	{"MS-ASPROV_R653", "nobody is told to erase who need not", func(s *scene) {
		phone := s.device("PHONE")
		for _, inner := range []string{"", information(s.version) + policyXML(wbxmlPolicy)} {
			a := phone.provision(inner)
			a.want("RemoteWipe", absent)
			a.want("AccountOnlyRemoteWipe", absent)
		}
	}},
	{"MS-ASPROV_R493", "a device that is to erase itself is status 140 and is told by Provision", func(s *scene) {
		phone := s.device("PHONE")
		s.wipe(phone, true)
		s.equal("FolderSync", phone.folderSyncStatus(), "140")
		phone.command("Sync", syncXML(phone.collection(inbox, ""), "")).wantTop("140")
		a := phone.provision("")
		a.want("Status", "1")
		s.equal("children", a.root.children(), "Status RemoteWipe")
	}},
	{"MS-ASPROV_R322", "the order to erase is an empty element", func(s *scene) {
		phone := s.device("PHONE")
		s.wipe(phone, true)
		e := phone.provision("").root.first("RemoteWipe")
		s.equal("RemoteWipe", e.text+e.children(), "")
		s.wipe(phone, false)
		if s.version == eas.Version161 {
			e = phone.provision("").root.first("AccountOnlyRemoteWipe")
			s.equal("AccountOnlyRemoteWipe", e.text+e.children(), "")
		}
	}},
	{"MS-ASPROV_R664", "a device that erased itself is answered with 1, and is let in no more", func(s *scene) {
		phone := s.device("PHONE")
		s.wipe(phone, true)
		phone.provision("<RemoteWipe><Status>1</Status></RemoteWipe>").wantTop("1")
		s.equal("FolderSync", phone.folderSyncStatus(), "129")
	}},
	{"MS-ASPROV_R665", "a device that could not is answered with 2, and told again", func(s *scene) {
		phone := s.device("PHONE")
		s.wipe(phone, true)
		a := phone.provision("<RemoteWipe><Status>2</Status></RemoteWipe>")
		a.want("Status", "2")
		s.equal("children", a.root.children(), "Status RemoteWipe")
		s.equal("FolderSync", phone.folderSyncStatus(), "140")
	}},
	{"MS-ASPROV_R66602", "with 16.1 it may be the account alone", func(s *scene) {
		phone := s.device("PHONE")
		s.wipe(phone, false)
		s.equal("FolderSync", phone.folderSyncStatus(), "140")
		s.equal("children", phone.provision("").root.children(), "Status AccountOnlyRemoteWipe")
		a := phone.provision("<AccountOnlyRemoteWipe><Status>2</Status></AccountOnlyRemoteWipe>")
		a.want("Status", "2")
		s.equal("children", a.root.children(), "Status AccountOnlyRemoteWipe")
		phone.provision("<AccountOnlyRemoteWipe><Status>1</Status></AccountOnlyRemoteWipe>").wantTop("1")
	}},
}

// other is a policy key that is not this one.
func other(key string) string {
	n, _ := strconv.ParseUint(key, 10, 32)
	return strconv.FormatUint(n%4294967295+1, 10)
}

// wipe orders a device to erase all it holds, or the account.
func (s *scene) wipe(d *device, all bool) {
	s.Helper()
	if err := s.server.Accounts.RequestWipe(s.Context(), s.user.ID, d.id, all); err != nil {
		s.Fatal(err)
	}
}
