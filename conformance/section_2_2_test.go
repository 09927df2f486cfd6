package conformance

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"

	"asms/eas"
	"asms/wbxml"
)

func TestSection2_2(t *testing.T) { syntax.run(t) }

// syntax is section 2.2 up to 2.2.2.
var syntax = chapter{
	{"ASMS-2.2-1", "what the server sends of a text is on the list", func(s *scene) {
		phone, tablet := s.device("PHONE"), s.device("TABLET")
		phone.begin(inbox, smsOptions)
		phone.add(inbox, "c1", received("hello"))
		data := only(s, tablet.begin(inbox, smsOptions)).first("ApplicationData")
		allowed := strings.Fields("To From DateReceived Importance Read Body InternetCPID Flag ConversationId ConversationIndex")
		for _, e := range data.inner {
			if !slices.Contains(allowed, e.tag.Name()) {
				s.Errorf("%s", e.tag)
			}
		}
	}},
	{"ASMS-2.2-1", "To and From end at 32768 characters", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, smsOptions)
		long := strings.Repeat("é", 32768)
		for i, c := range []struct{ data, status string }{
			{to(long) + from(pat), "1"},
			{to(long+"x") + from(pat), "6"},
			{to(me) + from(long), "1"},
			{to(me) + from(long+"x"), "6"},
		} {
			a := phone.sync(inbox, commands(addSMS("c"+string(rune('0'+i)), c.data+body("x")+cpid("65001"))))
			if got := a.collection().at("Responses/Add/Status"); got != c.status {
				s.Errorf("case %d: status %s, want %s", i, got, c.status)
			}
		}
	}},
	{"ASMS-2.2-2", "what is cut off or never ends is status 102", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, smsOptions)
		for command, xml := range map[string]string{
			"Sync":            syncXML(phone.collection(inbox, smsOptions), ""),
			"GetItemEstimate": `<GetItemEstimate xmlns="GetItemEstimate"><Collections/></GetItemEstimate>`,
			"Settings":        `<Settings xmlns="Settings"><DeviceInformation><Set><Model>M</Model></Set></DeviceInformation></Settings>`,
		} {
			whole := s.encode(xml)
			for _, n := range []int{5, len(whole) / 2, len(whole) - 1} {
				a := phone.post(command, whole[:n])
				s.equal("HTTP status", a.code, http.StatusOK)
				s.equal("root", a.root.tag.Name(), command)
				a.wantTop("102")
			}
		}
		phone.sync(inbox, "").wantEmpty() // and the key is what it was
	}},
	{"ASMS-2.2.1-1", "prefixes say nothing", func(s *scene) {
		phone, tablet := s.device("PHONE"), s.device("TABLET")
		phone.begin(inbox, smsOptions)
		usual := syncXML(phone.collection(inbox, commands(addSMS("c1", received("hello")))), "")
		odd := strings.NewReplacer("email:", "n1:", "base:", "n2:", "xmlns:email=", "xmlns:n1=", "xmlns:base=", "xmlns:n2=").Replace(usual)
		if odd == usual || !bytes.Equal(s.encode(usual), s.encode(odd)) {
			s.Fatal("the two documents should differ as XML and agree as WBXML")
		}
		a := phone.post("Sync", s.encode(odd))
		a.want("Collections/Collection/Responses/Add/Status", "1")
		phone.take(a)
		s.equal("what the tablet gets", bodies(tablet.begin(inbox, smsOptions)), "[hello]")
	}},
	{"ASMS-2.2.2-1", "each element of a text is on its code page", func(s *scene) {
		s.place(inbox, placed("hello"))
		data := only(s, s.device("TABLET").begin(inbox, smsOptions)).first("ApplicationData")
		for _, want := range []wbxml.Tag{
			2<<8 | 0x16, 2<<8 | 0x18, 2<<8 | 0x0F, 2<<8 | 0x12, 2<<8 | 0x15, 17<<8 | 0x0A, 2<<8 | 0x39, 2<<8 | 0x3A, 22<<8 | 0x09, 22<<8 | 0x0A,
		} {
			if !slices.ContainsFunc(data.inner, func(e *element) bool { return e.tag == want }) {
				s.Errorf("%s on page %d is missing", want, want.Page())
			}
		}
	}},
	{"ASMS-2.2.2-2", "texts from 14.0 on, and nothing for older versions", func(s *scene) {
		s.place(inbox, placed("hello"))
		if s.version < eas.Version140 {
			s.refusedVersion()
			return
		}
		s.equal("what the phone gets", bodies(s.device("PHONE").begin(inbox, smsOptions)), "[hello]")
	}},
	{"ASMS-2.2.2-3", "with 14.0 a folder of one's own has none", func(s *scene) {
		phone := s.device("PHONE")
		phone.sync(phone.createFolder("Work"), smsOptions).wantTop("4")
		phone.sync(inbox, smsOptions).collection().wantStatus(s, "1")
	}},
}

// refusedVersion checks that a device of a version that is not spoken gets
// nothing at all.
func (s *scene) refusedVersion() {
	s.Helper()
	phone := &device{s: s, id: "PHONE", keys: map[string]string{}}
	for command, xml := range map[string]string{
		"FolderSync": `<FolderSync xmlns="FolderHierarchy"><SyncKey>0</SyncKey></FolderSync>`,
		"Sync":       syncXML(phone.collection(inbox, smsOptions), ""),
	} {
		a := phone.post(command, s.encode(xml))
		s.equal("HTTP status of "+command, a.code, http.StatusBadRequest)
		s.equal("length of the answer", len(a.body), 0)
	}
}
