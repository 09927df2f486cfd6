package easserver

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"asms/eas"
	"asms/mailbox"
)

// canary is a text of another user that no answer may ever hold.
const canary = "canary-of-another-user"

// FuzzServeHTTP sends arbitrary bodies of every command as a signed-in user: no
// failure of the server, no panic, nothing of another user.
func FuzzServeHTTP(f *testing.F) {
	l := newLab(f, func(o *Options) {
		o.MaxDeviceRequests, o.MaxUserRequests, o.DeviceRate, o.UserRate = 1000, 1000, -1, -1
	})
	anna, bert := l.user("anna"), l.user("bert")
	for _, folder := range []string{inbox, sent, outbox, deleted} {
		m := aText(canary)
		m.From = canary
		l.place(bert, folder, m)
	}
	l.place(anna, inbox, aText("hers"))
	if _, err := l.mailbox.AddContact(f.Context(), bert, mailbox.Card{Fields: map[string]string{"FirstName": canary, "MobilePhoneNumber": canary}}); err != nil {
		f.Fatal(err)
	}
	d := l.phone("anna", "A", eas.Version141)
	d.begin(inbox, smsOptions)
	d.begin(outbox, smsOptions)
	d.begin(contacts, "")
	id := d.add(inbox, "c1", "own")
	l.server.Drain() // nothing is to wait

	list := eas.OptionsResponse{Commands: offered()}.Commands
	command := func(name string) uint8 {
		for i, c := range list {
			if string(c) == name {
				return uint8(i)
			}
		}
		f.Fatal(name)
		return 0
	}
	seed := func(name, xml string) {
		body := l.wbxml(xml)
		for v := range uint8(4) {
			f.Add(command(name), v, body)
		}
		for _, cut := range []int{1, 5, len(body) / 2, len(body) - 1} { // and some that are damaged
			if cut > 0 && cut < len(body) {
				f.Add(command(name), uint8(1), body[:cut])
				broken := bytes.Clone(body)
				broken[cut] ^= 0x41
				f.Add(command(name), uint8(2), broken)
			}
		}
	}
	const two = smsOptions + `<Options><FilterType>2</FilterType><airsyncbase:BodyPreference><airsyncbase:Type>2</airsyncbase:Type><airsyncbase:TruncationSize>5</airsyncbase:TruncationSize></airsyncbase:BodyPreference><MIMESupport>0</MIMESupport><Conflict>1</Conflict></Options>`
	seed("Sync", "")
	for _, inner := range []string{"", smsOptions, two, commands(smsAdd("f", pat, me, "x", "")),
		commands(`<Change><ServerId>`+id+`</ServerId><ApplicationData><email:Read>1</email:Read><email:Flag><email:Status>2</email:Status><email:FlagType>x</email:FlagType></email:Flag></ApplicationData></Change>`,
			`<Delete><ServerId>1:1</ServerId></Delete>`, `<Fetch><ServerId>1:1</ServerId></Fetch>`)} {
		for _, folder := range []string{inbox, outbox, contacts, "4711"} {
			seed("Sync", syncXML(d.collection(folder, inner), ""))
		}
	}
	seed("Sync", syncXML(d.collection(inbox, "<DeletesAsMoves>0</DeletesAsMoves><GetChanges/><WindowSize>5</WindowSize><ConversationMode>1</ConversationMode>")+d.collection(sent, ""), "<HeartbeatInterval>60</HeartbeatInterval><WindowSize>3</WindowSize>"))
	const person = `<c:FirstName>Ann</c:FirstName><c:Birthday>1970-05-17T00:00:00.000Z</c:Birthday><c:Picture>AA==</c:Picture><c:Children><c:Child>Kim</c:Child></c:Children>` +
		`<c2:NickName>A</c2:NickName><airsyncbase:Body><airsyncbase:Type>2</airsyncbase:Type><airsyncbase:Data>&lt;p&gt;x</airsyncbase:Data></airsyncbase:Body>`
	for _, inner := range []string{"<Supported><c:FirstName/><c2:NickName/></Supported>", two,
		commands(contactAddXML("f", person), contactChangeXML("6:1", person), `<Fetch><ServerId>6:1</ServerId></Fetch>`)} {
		seed("Sync", contactsXML(d.collection(contacts, inner)))
	}
	seed("Sync", `<Sync xmlns="AirSync"><Wait>5</Wait><Partial/></Sync>`)
	seed("FolderSync", folderSync0)
	seed("FolderCreate", folderXML("FolderCreate", "0", "<ParentId>0</ParentId><DisplayName>N</DisplayName><Type>12</Type>"))
	seed("FolderUpdate", folderXML("FolderUpdate", "0", "<ServerId>7</ServerId><ParentId>0</ParentId><DisplayName>N</DisplayName>"))
	seed("FolderDelete", folderXML("FolderDelete", "0", "<ServerId>7</ServerId>"))
	seed("MoveItems", `<MoveItems xmlns="Move"><Move><SrcMsgId>`+id+`</SrcMsgId><SrcFldId>1</SrcFldId><DstFldId>4</DstFldId></Move></MoveItems>`)
	seed("GetItemEstimate", `<GetItemEstimate xmlns="GetItemEstimate" xmlns:airsync="AirSync"><Collections><Collection><airsync:SyncKey>`+d.keys[inbox]+`</airsync:SyncKey><CollectionId>1</CollectionId><airsync:Options><airsync:Class>SMS</airsync:Class></airsync:Options></Collection></Collections></GetItemEstimate>`)
	seed("Settings", setXML("<PhoneNumber>1</PhoneNumber><EnableOutboundSMS>1</EnableOutboundSMS>"))
	seed("Settings", settingsXML("<UserInformation><Get/></UserInformation><Oof><Get><BodyType>Text</BodyType></Get></Oof>"))
	seed("Settings", oofSetXML("<OofState>2</OofState><StartTime>2026-12-01T00:00:00.000Z</StartTime><EndTime>2026-12-02T00:00:00.000Z</EndTime>"+
		oofMessage("Internal", replyXML("&lt;p&gt;away", "HTML"))))
	seed("ItemOperations", operationsXML(fetchXML(inbox, id, "<Options><Schema><email:To/></Schema><airsync:MIMESupport>1</airsync:MIMESupport>"+
		"<airsyncbase:BodyPreference><airsyncbase:Type>1</airsyncbase:Type><airsyncbase:TruncationSize>5</airsyncbase:TruncationSize></airsyncbase:BodyPreference></Options>"),
		`<Fetch><Store>Mailbox</Store><search:LongId>`+longID("1:1")+`</search:LongId></Fetch>`,
		`<EmptyFolderContents><airsync:CollectionId>3</airsync:CollectionId><Options><DeleteSubFolders/></Options></EmptyFolderContents>`,
		`<Move><ConversationId opaque="text">x</ConversationId><DstFldId>3</DstFldId><Options><MoveAlways/></Options></Move>`))
	seed("ResolveRecipients", resolveXML("<To>an</To><Options><CertificateRetrieval>2</CertificateRetrieval><MaxAmbiguousRecipients>1</MaxAmbiguousRecipients>"+
		"<Availability><StartTime>2026-11-23T10:00:00.000Z</StartTime></Availability><Picture/></Options>"))
	seed("ValidateCert", `<ValidateCert xmlns="ValidateCert"><CertificateChain><Certificate>MIIB</Certificate></CertificateChain>`+
		`<Certificates><Certificate>bm9uZQ==</Certificate></Certificates><CheckCRL>1</CheckCRL></ValidateCert>`)
	seed("MeetingResponse", `<MeetingResponse xmlns="MeetingResponse"><Request><UserResponse>1</UserResponse><CollectionId>1</CollectionId>`+
		`<RequestId>1:1</RequestId><InstanceId>2010-04-08T18:16:00.000Z</InstanceId></Request></MeetingResponse>`)
	seed("Ping", pingXML("60", inbox, sent))
	seed("Ping", "")
	seed("Search", mailboxXML(`<airsync:Class>SMS</airsync:Class><airsync:CollectionId>1</airsync:CollectionId><FreeText>canary "o n"</FreeText>`+
		`<GreaterThan><email:DateReceived/><Value>2020-01-01T00:00:00.000Z</Value></GreaterThan><ConversationId opaque="text">x</ConversationId>`,
		`<Range>0-9</Range><DeepTraversal/><airsync:MIMESupport>1</airsync:MIMESupport>`))
	seed("Search", searchXML("GAL", "an", "<Range>0-9</Range>"))
	seed("Search", searchXML("Mailbox", "<Or><FreeText>x</FreeText></Or>", ""))
	seed("Find", findMailboxXML("s", `<FreeText>from:canary AND "own"</FreeText><airsync:CollectionId>1</airsync:CollectionId>`, "<Range>0-9</Range><DeepTraversal/>"))
	seed("Find", findXML("g", "<GalSearchCriterion><Query>an</Query></GalSearchCriterion>"))
	seed("Provision", firstPhase(d))
	seed("Provision", provisionXML(policyXML(wbxmlPolicy+"<PolicyKey>1</PolicyKey><Status>1</Status>")))
	seed("Provision", provisionXML("<RemoteWipe><Status>1</Status></RemoteWipe>"))

	f.Fuzz(func(t *testing.T, c, v uint8, body []byte) {
		name := list[int(c)%len(list)]
		q := url.Values{"Cmd": {string(name)}, "User": {"anna"}, "DeviceId": {"A"}, "DeviceType": {"Lab"}}
		hr := httptest.NewRequest("POST", eas.Path+"?"+q.Encode(), bytes.NewReader(body))
		hr.SetBasicAuth("anna", password)
		hr.Header.Set("MS-ASProtocolVersion", eas.Versions()[v%4].String())
		hr.Header.Set("Content-Type", eas.ContentType)
		w := httptest.NewRecorder()
		l.log.Reset()
		l.server.ServeHTTP(w, hr)
		if w.Code >= 500 {
			t.Errorf("HTTP %d", w.Code)
		}
		if log := l.log.String(); strings.Contains(log, "level=ERROR") {
			t.Error(log)
		}
		if bytes.Contains(w.Body.Bytes(), []byte(canary)) {
			t.Error("a text of another user")
		}
		if w.Code == http.StatusOK && w.Body.Len() > 0 {
			if _, err := parse(w.Body.Bytes()); err != nil {
				t.Errorf("the answer is no document: %v", err)
			}
		}
	})
}

// FuzzQuery sends arbitrary queries: whatever they are, they are answered.
func FuzzQuery(f *testing.F) {
	l := newLab(f)
	l.user("anna")
	for _, q := range []string{"", "Cmd=Sync&User=anna&DeviceId=D&DeviceType=T", "Cmd=Sync", "cmd=options", "jAAJBAp2MTQwRGV2aWNlAApTbWFydFBob25l", "%zz", "Cmd=%00&DeviceId=%ff", "====", "jQk="} {
		f.Add(q, "14.1")
		f.Add(q, "12.1")
	}
	f.Fuzz(func(t *testing.T, query, version string) {
		hr := httptest.NewRequest("POST", eas.Path, nil)
		hr.URL.RawQuery = query
		hr.SetBasicAuth("anna", password)
		hr.Header["Ms-Asprotocolversion"] = []string{version}
		w := httptest.NewRecorder()
		l.server.ServeHTTP(w, hr)
		switch w.Code {
		case 200, 400, 501:
		default:
			t.Errorf("HTTP %d", w.Code)
		}
	})
}
