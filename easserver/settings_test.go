package easserver

import (
	"context"
	"strings"
	"testing"
	"time"

	"asms/eas"
)

func settingsXML(inner string) string { return `<Settings xmlns="Settings">` + inner + `</Settings>` }

func setXML(inner string) string {
	return settingsXML("<DeviceInformation><Set>" + inner + "</Set></DeviceInformation>")
}

func TestOutboundSMS(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, v eas.Version) {
		l := newLab(t)
		user := l.user("anna")
		d := l.phone("anna", "A", v)
		const status = "DeviceInformation/Status"
		without := "1" // ASMS-B-2
		if v == eas.Version140 {
			without = "5" // ASMS-3.2.5.3-1, ASMS-B-1
		}
		enabled := func() bool {
			t.Helper()
			got, err := l.accounts.Device(context.Background(), user, "A")
			if err != nil {
				t.Fatal(err)
			}
			return got.OutboundSMS
		}
		if enabled() {
			t.Error("ASMS-2.2.2.2.2-5 it is on by default")
		}
		r := d.must("Settings", setXML("<Model>M</Model><EnableOutboundSMS>1</EnableOutboundSMS>"))
		r.want(t, "Status", "1")
		r.want(t, status, without)
		if r.tree.names() != "Status DeviceInformation" || enabled() != (without == "1") {
			t.Errorf("without a number: %s enabled %v", r.xml(), enabled())
		}
		d.must("Settings", setXML("<PhoneNumber/><EnableOutboundSMS>1</EnableOutboundSMS>")).want(t, status, without)
		t.Run("ASMS-2.2.2.2.3-3 the number is not validated", func(t *testing.T) {
			for _, number := range []string{"206-555-0112", "+1 (206) 555", "n/a", strings.Repeat("x", 1024)} {
				d.must("Settings", setXML("<EnableOutboundSMS>1</EnableOutboundSMS><PhoneNumber>"+number+"</PhoneNumber>")).want(t, status, "1")
				got, err := l.accounts.Device(context.Background(), user, "A")
				if err != nil || got.PhoneNumber != number {
					t.Errorf("stored %q %v", got.PhoneNumber, err)
				}
			}
		})
		d.must("Settings", setXML("<PhoneNumber>"+strings.Repeat("x", 1025)+"</PhoneNumber>")).want(t, status, "5") // ASMS-2.2.2.2.3-2
		d.must("Settings", setXML("<Model>N</Model>")).want(t, status, "1")
		if !enabled() {
			t.Error("ASMS-2.2.2.2.2-5 Model alone switched it off")
		}
		d.must("Settings", setXML("<EnableOutboundSMS>0</EnableOutboundSMS>")).want(t, status, "1") // ASMS-3.1.4.3-3
		if enabled() {
			t.Error("ASMS-2.2.2.2.2-4 it is still on")
		}
		d.must("Settings", setXML("<EnableOutboundSMS>1</EnableOutboundSMS>")).want(t, status, "1") // the stored number counts
		d.must("Settings", setXML("<EnableOutboundSMS>2</EnableOutboundSMS>")).want(t, status, "5") // ASMS-2.2.2.2.2-3
		d.must("Settings", setXML("<EnableOutboundSMS>abc</EnableOutboundSMS>")).wantTop(t, "2")
		if !enabled() {
			t.Error("a refused value switched it off")
		}
	})
}

func TestRequirePhoneNumber(t *testing.T) {
	t.Parallel()
	l := newLab(t, func(o *Options) { o.RequirePhoneNumber = true })
	l.user("anna")
	d := l.phone("anna", "A", eas.Version161)
	d.must("Settings", setXML("<EnableOutboundSMS>1</EnableOutboundSMS>")).want(t, "DeviceInformation/Status", "5")
}

func TestExample44(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	user := l.user("anna")
	d := l.phone("anna", "A", eas.Version140)
	r := d.must("Settings", setXML(`<Model>Manufacturer-Name-Number</Model><IMEI>123456789012345</IMEI><FriendlyName>My PPC Phone</FriendlyName>`+
		`<OS>PPC</OS><OSLanguage>us-EN</OSLanguage><PhoneNumber>206-555-0112</PhoneNumber><EnableOutboundSMS>1</EnableOutboundSMS><MobileOperator>T-Mojo</MobileOperator>`))
	r.want(t, "DeviceInformation/Status", "1") // ASMS-4.4-1
	got, err := l.accounts.Device(context.Background(), user, "A")
	if err != nil || got.Model != "Manufacturer-Name-Number" || got.IMEI != "123456789012345" || got.MobileOperator != "T-Mojo" || got.OSLanguage != "us-EN" {
		t.Errorf("%+v %v", got, err)
	}
}

// A text written on one client is routed as soon as a phone is enabled, and goes
// to Sent Items when the phone deletes it.
func TestRelay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, v eas.Version) {
		l := newLab(t)
		l.user("anna")
		phone, tablet := l.phone("anna", "PHONE", v), l.phone("anna", "TABLET", v)
		phone.begin(outbox, smsOptions)
		tablet.begin(outbox, smsOptions)
		tablet.begin(sent, smsOptions)
		tablet.sync(outbox, commands(smsAdd("o1", me, pat, "see you at 8", ""))).want(t, one+"Responses/Add/Status", "1")
		phone.sync(outbox, "").wantEmpty(t) // ASMS-2.2.2.2.2-2 not enabled
		p := phone.hang(outbox, "", "<HeartbeatInterval>60</HeartbeatInterval>")
		p.stillWaits(t)
		phone.must("Settings", setXML("<PhoneNumber>+14255550143</PhoneNumber><EnableOutboundSMS>1</EnableOutboundSMS>")).want(t, "DeviceInformation/Status", "1")
		p.within(t, 5*time.Second).wantEmpty(t) // ended by the newer request
		r := phone.sync(outbox, "")
		r.want(t, one+"Commands/Add/ApplicationData/Body/Data", "see you at 8")
		id := r.tree.at(one + "Commands/Add/ServerId")
		phone.sync(outbox, commands(`<Delete><ServerId>`+id+`</ServerId></Delete>`))
		tablet.sync(sent, "").want(t, one+"Commands/Add/ApplicationData/Body/Data", "see you at 8")
	})
}

func TestSettings(t *testing.T) {
	t.Parallel()
	l := newLab(t, func(o *Options) { o.Domain = "example.org" })
	l.user("anna")
	l.user("carl@corp.example")
	d, old := l.phone("anna", "A", eas.Version141), l.phone("anna", "B", eas.Version140)

	t.Run("MSASCMD S16_TC04 UserInformation", func(t *testing.T) {
		d.must("Settings", settingsXML("<UserInformation><Get/></UserInformation>")).
			want(t, "UserInformation/Get/Accounts/Account/EmailAddresses/PrimarySmtpAddress", "anna@example.org")
		r := old.must("Settings", settingsXML("<UserInformation><Get/></UserInformation>"))
		r.want(t, "UserInformation/Get/EmailAddresses/SMTPAddress", "anna@example.org")
		r.want(t, "UserInformation/Get/Accounts", "-")
		l.phone("carl@corp.example", "C", eas.Version140).must("Settings", settingsXML("<UserInformation><Get/></UserInformation>")).
			want(t, "UserInformation/Get/EmailAddresses/SMTPAddress", "carl@corp.example")
	})
	t.Run("MSASCMD S16_TC13 answers come in the order of the request", func(t *testing.T) {
		for _, order := range [][2]string{
			{"<UserInformation><Get/></UserInformation><DeviceInformation><Set/></DeviceInformation><Oof><Get><BodyType>Text</BodyType></Get></Oof>", "Status UserInformation DeviceInformation Oof"},
			{"<Oof><Get><BodyType>Text</BodyType></Get></Oof><RightsManagementInformation><Get/></RightsManagementInformation><UserInformation><Get/></UserInformation>", "Status Oof RightsManagementInformation UserInformation"},
		} {
			if r := d.must("Settings", settingsXML(order[0])); r.tree.names() != order[1] {
				t.Errorf("%q, want %q", r.tree.names(), order[1])
			}
		}
	})
	t.Run("properties that the server has not got", func(t *testing.T) {
		for xml, want := range map[string]string{
			"<RightsManagementInformation><Get/></RightsManagementInformation>":                                 "RightsManagementInformation/Status 168",
			"<DevicePassword><Set><Password>x</Password></Set></DevicePassword>":                                "DevicePassword/Status 7",
			"<DevicePassword><Set><Password>" + strings.Repeat("x", 256) + "</Password></Set></DevicePassword>": "DevicePassword/Status 5", // S16_TC16
		} {
			path, text, _ := strings.Cut(want, " ")
			r := d.must("Settings", settingsXML(xml))
			r.want(t, "Status", "1")
			r.want(t, path, text)
		}
	})
	t.Run("MS-ASCMD_R482 a malformed request is status 2 and sets nothing", func(t *testing.T) {
		for _, xml := range []string{
			"", "<DeviceInformation/>", "<Oof/>", "<UserInformation/>", "<DevicePassword/>",
			"<DevicePassword><Set/></DevicePassword>", // S16_TC02
			"<DeviceInformation><Set/></DeviceInformation><DeviceInformation><Set/></DeviceInformation>",
			"<DeviceInformation><Set><Model>changed</Model></Set></DeviceInformation><Oof/>",
			"<Oof><Get><BodyType>Text</BodyType></Get><Set><OofState>0</OofState></Set></Oof>",
		} {
			d.must("Settings", settingsXML(xml)).wantTop(t, "2")
		}
		old.must("Settings", settingsXML("<RightsManagementInformation><Get/></RightsManagementInformation>")).wantTop(t, "2")
		u, err := l.accounts.User(context.Background(), "anna")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := l.accounts.Device(context.Background(), u.ID, "A"); err != nil || got.Model == "changed" {
			t.Errorf("%+v %v", got, err)
		}
	})
}
