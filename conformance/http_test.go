package conformance

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"asms/eas"
	"asms/easserver"
	"asms/servertest"
)

func TestHTTP(t *testing.T) { overHTTP.run(t) }

// first is a FolderSync from key 0.
func (d *device) first() *http.Request {
	d.s.Helper()
	return d.request(d.s.Context(), "FolderSync", d.s.encode(foldersXML("FolderSync", el("SyncKey", "0"))))
}

// optionsRequest asks what the server speaks.
func (d *device) optionsRequest() *http.Request {
	d.s.Helper()
	hr, err := http.NewRequestWithContext(d.s.Context(), http.MethodOptions, d.s.server.URL+eas.Path, nil)
	if err != nil {
		d.s.Fatal(err)
	}
	hr.SetBasicAuth(d.s.user.Name, servertest.Password)
	return hr
}

// wantNothing checks that a request is refused by HTTP alone.
func (a *answer) wantNothing(code int) {
	a.s.Helper()
	if a.code != code || len(a.body) != 0 {
		a.s.Errorf("HTTP %d and %d bytes, want %d and none", a.code, len(a.body), code)
	}
}

// overHTTP is what [MS-ASHTTP] asks for.
var overHTTP = chapter{
	{"ASHTTP-S01-TC01", "what is WBXML is called so", func(s *scene) {
		a := s.fresh("PHONE").send(s.fresh("PHONE").first())
		a.want("Status", "1")
		s.equal("Content-Type", a.header.Get("Content-Type"), "application/vnd.ms-sync.wbxml")
	}},
	{"ASHTTP-S01-TC02", "who asks for gzip gets gzip, and is told", func(s *scene) {
		hr := s.fresh("PHONE").first()
		hr.Header.Set("Accept-Encoding", "gzip")
		a := s.fresh("PHONE").send(hr)
		s.equal("Content-Encoding", a.header.Get("Content-Encoding"), "gzip")
		a.want("Status", "1")
	}},
	{"ASHTTP-S02-TC01", "a version that does not exist is 400, each time", func(s *scene) {
		phone := s.fresh("PHONE")
		for range 2 {
			hr := phone.request64("FolderSync", foldersXML("FolderSync", el("SyncKey", "0")))
			hr.URL.RawQuery = phone.query64(191, codes["FolderSync"], "")
			phone.send(hr).wantNothing(http.StatusBadRequest)
			hr = phone.first()
			hr.Header.Set("MS-ASProtocolVersion", "19.1")
			phone.send(hr).wantNothing(http.StatusBadRequest)
		}
	}},
	{"ASHTTP-S02-TC02", "a wrong password and none are 401", func(s *scene) {
		phone := s.fresh("PHONE")
		wrong, none, nobody := phone.first(), phone.first(), phone.first()
		wrong.SetBasicAuth(s.user.Name, "wrong")
		none.Header.Del("Authorization")
		nobody.SetBasicAuth("nobody", servertest.Password)
		for _, hr := range []*http.Request{wrong, none, nobody} {
			a := phone.send(hr)
			a.wantNothing(http.StatusUnauthorized)
			if scheme := a.header.Get("WWW-Authenticate"); !strings.HasPrefix(scheme, "Basic realm=") {
				s.Errorf("WWW-Authenticate %q", scheme)
			}
		}
	}},
	{"ASHTTP-S02-TC04", "another path is 404", func(s *scene) {
		phone := s.fresh("PHONE")
		hr := phone.first()
		hr.URL.Path = "/Microsoft-Server-NoSync"
		phone.send(hr).wantNothing(http.StatusNotFound)
	}},
	{"ASHTTP-S02-TC05", "a command that nobody knows is 501", func(s *scene) {
		phone := s.fresh("PHONE")
		phone.post("NoCommand", nil).wantNothing(http.StatusNotImplemented)
		hr := phone.request64("FolderSync", foldersXML("FolderSync", el("SyncKey", "0")))
		hr.URL.RawQuery = phone.query64(s.version, 99, "")
		phone.send(hr).wantNothing(http.StatusNotImplemented)
	}},
	{"ASHTTP-S03-TC02", "User-Agent makes no difference to the answer, and is kept", func(s *scene) {
		with, without := s.fresh("WITH"), s.fresh("WITHOUT")
		hr := with.first()
		hr.Header.Set("User-Agent", "ASOM")
		a, b := with.send(hr), without.send(without.first())
		a.want("Status", "1")
		s.equal("folders", len(b.root.all("Changes/Add")), len(a.root.all("Changes/Add")))
		s.equal("User-Agent", with.stored().UserAgent, "ASOM")
	}},
	{"ASHTTP-S04-TC01", "OPTIONS is answered with versions and commands", func(s *scene) {
		phone := s.fresh("PHONE")
		a := phone.send(phone.optionsRequest())
		a.wantEmpty()
		s.equal("MS-ASProtocolVersions", a.header.Get("MS-ASProtocolVersions"), "14.0,14.1,16.0,16.1")
		for command := range codes {
			if !slices.Contains(strings.Split(a.header.Get("MS-ASProtocolCommands"), ","), command) {
				s.Errorf("%s is not offered", command)
			}
		}
	}},
	{"ASHTTP-S01-TC11", "the codes of the commands about folders", func(s *scene) {
		phone := s.device("PHONE")
		work := phone.createFolder("Work")
		for _, command := range []string{"FolderSync", "FolderCreate", "FolderUpdate", "FolderDelete"} {
			a := phone.send(phone.request64(command, foldersXML(command, el("SyncKey", phone.keys[hierarchy])+folderCommands(work)[command])))
			a.want("Status", "1")
			phone.keys[hierarchy] = a.root.at("SyncKey")
		}
	}},
	{"ASHTTP-S01-TC12", "the codes of the commands about items", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, "")
		id := s.place(inbox, mail("plans"))
		phone.send(phone.request64("Ping", pingXML("60", inbox))).want("Status", "2")
		phone.send(phone.request64("GetItemEstimate", `<GetItemEstimate xmlns="GetItemEstimate" xmlns:sync="AirSync"><Collections><Collection><sync:SyncKey>`+
			phone.keys[inbox]+`</sync:SyncKey><CollectionId>`+inbox+`</CollectionId></Collection></Collections></GetItemEstimate>`)).want(responseEstimate, "1")
		phone.send(phone.request64("ItemOperations", operationsXML(fetchXML(inbox, id, "")))).want(fetched+"Status", "1")
		phone.send(phone.request64("MoveItems", moveXML(id, inbox, deletedItems))).want(responseStatus, "3")
	}},
	{"ASHTTP-S01-TC13", "the codes of the commands about the user", func(s *scene) {
		phone := s.device("PHONE")
		phone.send(phone.request64("ResolveRecipients", resolveXML("", s.address()))).want(resolvedStatus, "1")
		phone.send(phone.request64("Settings", `<Settings xmlns="Settings"><UserInformation><Get/></UserInformation></Settings>`)).want("Status", "1")
	}},
	{"ASHTTP-S03-TC01", "MS-ASAcceptMultiPart T brings parts, F does not", func(s *scene) {
		id := s.place(inbox, mail("plans"))
		phone := s.device("PHONE")
		for value, media := range map[string]string{"T": "application/vnd.ms-sync.multipart", "F": "application/vnd.ms-sync.wbxml"} {
			hr := phone.request(s.Context(), "ItemOperations", s.encode(operationsXML(fetchXML(inbox, id, ""))))
			hr.Header.Set("MS-ASAcceptMultiPart", value)
			response, err := s.server.HTTPClient().Do(hr)
			if err != nil {
				s.Fatal(err)
			}
			response.Body.Close()
			s.equal("Content-Type", response.Header.Get("Content-Type"), media)
		}
	}},
	{"ASHTTP-S03-TC03", "a policy key in the header and one in the query", func(s *scene) {
		s.demandPolicy()
		phone := s.fresh("PHONE")
		phone.provisioned()
		phone.send(phone.first()).want("Status", "1")
		phone.send(phone.request64("FolderSync", foldersXML("FolderSync", el("SyncKey", "0")))).want("Status", "1")
	}},

	{"MS-ASHTTP_R426", "the base64 query serves for every command", func(s *scene) {
		phone := s.fresh("PHONE")
		say := func(command, xml string) *answer {
			a := phone.send(phone.request64(command, xml))
			if a.code != http.StatusOK {
				s.Errorf("%s: HTTP %d", command, a.code)
			}
			return a
		}
		a := say("FolderSync", foldersXML("FolderSync", el("SyncKey", "0")))
		a.want("Status", "1")
		key := a.root.at("SyncKey")
		a = say("FolderCreate", foldersXML("FolderCreate", el("SyncKey", key)+folderCreateXML("0", "Work", userMailType)))
		a.want("Status", "1")
		work := a.root.at("ServerId")
		a = say("FolderUpdate", foldersXML("FolderUpdate", el("SyncKey", a.root.at("SyncKey"))+folderUpdateXML(work, "0", "Home")))
		a.want("Status", "1")
		say("FolderDelete", foldersXML("FolderDelete", el("SyncKey", a.root.at("SyncKey"))+el("ServerId", work))).want("Status", "1")
		say("Settings", `<Settings xmlns="Settings"><UserInformation><Get/></UserInformation></Settings>`).want("Status", "1")
		say("Provision", `<Provision xmlns="Provision"/>`).want("Status", "2")
		phone.take(say("Sync", syncXML(phone.collection(inbox, ""), "")))
		say("Sync", syncXML(phone.collection(inbox, ""), "")).wantEmpty()
		say("Sync", "").wantEmpty()
		say("GetItemEstimate", `<GetItemEstimate xmlns="GetItemEstimate" xmlns:sync="AirSync"><Collections><Collection><sync:SyncKey>`+
			phone.keys[inbox]+`</sync:SyncKey><CollectionId>`+inbox+`</CollectionId></Collection></Collections></GetItemEstimate>`).want(responseEstimate, "0")
		say("MoveItems", `<MoveItems xmlns="Move"><Move><SrcMsgId>1:1</SrcMsgId><SrcFldId>1</SrcFldId><DstFldId>3</DstFldId></Move></MoveItems>`).want("Response/Status", "1")
		say("Ping", pingXML("1", inbox)).want("Status", "5")
		s.equal("type", phone.stored().Type, "Phone")
		s.equal("version", phone.stored().Version, s.version.String())
	}},
	{"MS-ASHTTP_R39", "the policy key of a base64 query is 4 bytes, or absent", func(s *scene) {
		s.demandPolicy()
		phone := s.fresh("PHONE")
		first := foldersXML("FolderSync", el("SyncKey", "0"))
		phone.send(phone.request64("FolderSync", first)).wantTop("142")
		phone.provisioned()
		phone.send(phone.request64("FolderSync", first)).want("Status", "1")
		phone.policyKey = other(phone.policyKey)
		phone.send(phone.request64("FolderSync", first)).wantTop("144")
	}},
	{"MS-ASHTTP_R34", "a device id may be a GUID of 16 bytes", func(s *scene) {
		guid := "\x01\x23\x45\x67\x89\xab\xcd\xef\x00\x11\x22\x33\x44\x55\x66\x77"
		phone := s.fresh(guid)
		phone.send(phone.request64("FolderSync", foldersXML("FolderSync", el("SyncKey", "0")))).want("Status", "1")
		kept := s.fresh("0123456789abcdef0011223344556677").stored()
		s.equal("type", kept.Type, "Phone")
	}},
	{"MS-ASHTTP_R90", "a base64 query may name the user, and credentials say who it is", func(s *scene) {
		phone := s.fresh("PHONE")
		hr := phone.request64("FolderSync", foldersXML("FolderSync", el("SyncKey", "0")))
		hr.URL.RawQuery = phone.query64(s.version, codes["FolderSync"], "\x08\x07another\x63\x01x")
		phone.send(hr).want("Status", "1")
		s.equal("type", phone.stored().Type, "Phone")
	}},
	{"MS-ASHTTP_R188", "a query that is none is 400", func(s *scene) {
		phone := s.fresh("PHONE")
		for _, query := range []string{"", "nonsense!", "jAA=", phone.query64(s.version, 9, "\x03\xff"), "Cmd=FolderSync&User=%zz"} {
			hr := phone.first()
			hr.URL.RawQuery = query
			phone.send(hr).wantNothing(http.StatusBadRequest)
		}
	}},
	{"MS-ASHTTP_R438", "the media type may be short, and no other", func(s *scene) {
		phone := s.fresh("PHONE")
		for media, code := range map[string]int{
			"application/vnd.ms-sync": 200, "application/vnd.ms-sync.wbxml; charset=utf-8": 200, "text/plain": 415, "": 415,
		} {
			hr := phone.first()
			hr.Header.Set("Content-Type", media)
			s.equal("HTTP status of "+media, phone.send(hr).code, code)
		}
	}},
	{"MS-ASHTTP_R187", "another method is 501", func(s *scene) {
		phone := s.fresh("PHONE")
		for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete} {
			hr := phone.first()
			hr.Method = method
			phone.send(hr).wantNothing(http.StatusNotImplemented)
		}
	}},
	{"MS-ASHTTP_R197", "what is not packed has no Content-Encoding", func(s *scene) {
		phone := s.fresh("PHONE")
		for _, accepted := range []string{"identity", "br", "gzip;q=0"} {
			hr := phone.first()
			hr.Header.Set("Accept-Encoding", accepted)
			a := phone.send(hr)
			a.want("Status", "1")
			s.equal("Content-Encoding", a.header.Values("Content-Encoding"), "[]")
		}
	}},
	{"MS-ASHTTP_R216", "Content-Length says how long the answer is, 0 for an empty one", func(s *scene) {
		phone := s.device("PHONE")
		phone.sync(inbox, "")
		first, empty, wrong := phone.first(), phone.request(s.Context(), "Sync", s.encode(syncXML(phone.collection(inbox, ""), ""))), phone.first()
		wrong.SetBasicAuth(s.user.Name, "wrong")
		for _, hr := range []*http.Request{first, empty, wrong, phone.optionsRequest()} {
			hr.Header.Set("Accept-Encoding", "identity")
			a := phone.send(hr)
			s.equal("Content-Length", a.header.Get("Content-Length"), len(a.body))
			s.equal("Content-Type is there", a.header.Get("Content-Type") != "", len(a.body) > 0)
		}
	}},
	{"MS-ASHTTP_R498", "Sync and Ping may have no body, and Sync no answer's", func(s *scene) {
		phone := s.device("PHONE")
		phone.sync(inbox, "")
		phone.sync(inbox, "").wantEmpty()
		phone.post("Sync", nil).wantEmpty()
		phone.post("Ping", nil).wantTop("3")
	}},
	{"MS-ASHTTP_R283", "one server speaks all versions, to each device its own", func(s *scene) {
		gone := s.place(sentItems, placed("hello"))
		var devices []*device
		for _, v := range eas.Versions() {
			one := *s
			one.version = v
			d := one.device("V" + strings.ReplaceAll(v.String(), ".", ""))
			s.equal("texts", len(d.begin(sentItems, smsOptions)), 1)
			devices = append(devices, d)
		}
		phone := s.device("PHONE")
		phone.begin(sentItems, smsOptions)
		phone.sync(sentItems, commands(remove(gone)))
		for _, d := range devices {
			class := "SMS"
			if d.s.version == eas.Version140 {
				class = absent
			}
			d.sync(sentItems, "").want("Collections/Collection/Commands/Delete/Class", class)
		}
	}},
	{"MS-ASHTTP_R1104", "FolderSync with key 0 says the versions once more, a later one does not", func(s *scene) {
		phone := s.fresh("PHONE")
		a := phone.send(phone.first())
		s.equal("X-MS-RP", a.header.Get("X-MS-RP"), "14.0,14.1,16.0,16.1")
		s.equal("MS-ASProtocolVersions", a.header.Get("MS-ASProtocolVersions"), "14.0,14.1,16.0,16.1")
		offered := phone.send(phone.optionsRequest()).header.Get("MS-ASProtocolCommands")
		s.equal("MS-ASProtocolCommands", a.header.Get("MS-ASProtocolCommands"), offered)
		phone.keys[hierarchy] = a.root.at("SyncKey")
		s.equal("X-MS-RP", phone.folderSync().header.Values("X-MS-RP"), "[]")
		s.equal("X-MS-RP", phone.sync(inbox, "").header.Values("X-MS-RP"), "[]")
	}},
	{"MS-ASHTTP_R1105", "a device that comes with another version is told once to begin anew", func(s *scene) {
		phone := s.device("PHONE")
		other := *s
		if other.version = eas.Version141; s.version == eas.Version141 {
			other.version = eas.Version140
		}
		again := &device{s: &other, id: phone.id, keys: phone.keys, types: phone.types}
		s.equal("X-MS-RP", again.sync(inbox, "").header.Get("X-MS-RP"), "14.0,14.1,16.0,16.1")
		s.equal("X-MS-RP", again.sync(inbox, "").header.Get("X-MS-RP"), "")
	}},
	{"MS-ASHTTP_R1107", "OPTIONS asks for credentials, and no policy", func(s *scene) {
		s.demandPolicy()
		phone := s.fresh("PHONE")
		a := phone.send(phone.optionsRequest())
		a.wantEmpty()
		if a.header.Get("MS-ASProtocolVersions") == "" || a.header.Get("MS-ASProtocolCommands") == "" {
			s.Errorf("headers %v", a.header)
		}
		hr := phone.optionsRequest()
		hr.Header.Del("Authorization")
		a = phone.send(hr)
		a.wantNothing(http.StatusUnauthorized)
		s.equal("MS-ASProtocolVersions", a.header.Get("MS-ASProtocolVersions"), "")
	}},
	{"MS-ASHTTP_R247", "what is offered works: no command of the list is status 137", func(s *scene) {
		phone := s.device("PHONE")
		for command := range strings.SplitSeq(phone.send(phone.optionsRequest()).header.Get("MS-ASProtocolCommands"), ",") {
			a := phone.post(command, nil)
			if status := a.root.at("Status"); status == "137" || a.code == http.StatusNotImplemented {
				s.Errorf("%s: HTTP %d, status %s", command, a.code, status)
			}
		}
	}},
	{"MS-ASHTTP_R273", "more requests at once than are allowed are 503, with when to come again", func(s *scene) {
		s.alone(func(o *easserver.Options) { o.MaxUserRequests = 2 })
		a, b := s.device("A"), s.device("B")
		for _, d := range []*device{a, b} {
			d.sync(inbox, "")
			d.hang("Ping", pingXML("60", inbox)).stillWaits()
		}
		c := s.fresh("C")
		refused := c.send(c.first())
		refused.wantNothing(http.StatusServiceUnavailable)
		if n, err := strconv.Atoi(refused.header.Get("Retry-After")); err != nil || n < 1 {
			s.Errorf("Retry-After %q", refused.header.Get("Retry-After"))
		}
	}},
	{"MS-ASHTTP_R287", "a device that comes too often is told when to come again, and another is served", func(s *scene) {
		clock := s.alone(func(o *easserver.Options) { o.DeviceRate, o.DeviceBurst = 1, 3 })
		phone, tablet := s.fresh("PHONE"), s.fresh("TABLET")
		for range 3 {
			phone.send(phone.first()).want("Status", "1")
		}
		a := phone.send(phone.first())
		a.wantNothing(http.StatusServiceUnavailable)
		s.equal("Retry-After", a.header.Get("Retry-After"), "1")
		tablet.send(tablet.first()).want("Status", "1")
		clock.Advance(time.Second)
		phone.send(phone.first()).want("Status", "1")
	}},

	{"DEVICE-14", "one device id is another device of another user", func(s *scene) {
		other := *s
		other.user = s.server.AddUser(s.T, s.user.Name+"-other")
		phone, theirs := s.device("PHONE"), other.device("PHONE")
		phone.begin(inbox, smsOptions)
		theirs.begin(inbox, smsOptions)
		s.place(inbox, placed("for the one"))
		other.place(inbox, placed("for the other"))
		s.equal("texts of the one", bodies(phone.rest(inbox)), "[for the one]")
		s.equal("texts of the other", bodies(theirs.rest(inbox)), "[for the other]")
		work := phone.createFolder("Work")
		theirs.folderSync().want("Changes/Count", "0")
		theirs.sync(work, mailOptions).wantTop("12")
		s.demandPolicy()
		s.equal("FolderSync of the one", phone.folderSyncStatus(), "142")
		s.equal("FolderSync of the other", theirs.folderSyncStatus(), "1")
	}},
	{"DEVICE-15", "forty connections at once, each with a user of its own", func(s *scene) {
		clients := make([]*device, 40)
		for i := range clients {
			one := *s
			one.user = s.server.AddUser(s.T, fmt.Sprint(s.user.Name, "-", i))
			clients[i] = one.device("PHONE")
			clients[i].begin(inbox, smsOptions)
		}
		var waiting []*hanging
		for _, d := range clients {
			waiting = append(waiting, d.hangSync(inbox, ""))
		}
		waiting[0].stillWaits()
		var placing sync.WaitGroup
		for _, d := range clients {
			placing.Go(func() { d.s.place(inbox, placed("for "+d.s.user.Name)) })
		}
		placing.Wait()
		for i, h := range waiting {
			a := h.wakes(10 * time.Second)
			a.want("Collections/Collection/Commands/Add/ApplicationData/Body/Data", "for "+clients[i].s.user.Name)
		}
	}},
	{"DEVICE-16", "gzip both ways, in a Sync of many texts", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, smsOptions)
		var adds []string
		for i := range 50 {
			adds = append(adds, addSMS(fmt.Sprint("c", i), received(fmt.Sprint("text ", i))))
		}
		hr := s.zipped(phone.request(s.Context(), "Sync", s.encode(syncXML(phone.collection(inbox, commands(adds...)), ""))))
		hr.Header.Set("Accept-Encoding", "gzip, deflate")
		a := phone.send(hr)
		s.equal("Content-Encoding", a.header.Get("Content-Encoding"), "gzip")
		s.equal("answers", len(a.root.all("Collections/Collection/Responses/Add")), 50)
		s.equal("texts", len(s.device("TABLET").begin(inbox, smsOptions)), 50)
	}},
	{"DEVICE-17", "base64 in the URL's alphabet, unpadded, or escaped", func(s *scene) {
		phone := s.fresh("PHONE")
		first := foldersXML("FolderSync", el("SyncKey", "0"))
		for _, form := range []func(string) string{
			func(q string) string { return strings.TrimRight(q, "=") },
			url.QueryEscape,
			strings.NewReplacer("+", "-", "/", "_").Replace,
		} {
			hr := phone.request64("FolderSync", first)
			hr.URL.RawQuery = form(phone.query64(s.version, codes["FolderSync"], "\x63\x03\xfb\xef\xff"))
			phone.send(hr).want("Status", "1")
		}
	}},
}
