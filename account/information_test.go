package account

import (
	"errors"
	"strings"
	"testing"

	"asms/store"
)

func of[T any](v T) *T { return &v }

func TestDeviceInformationKeepsWhatIsNotSaid(t *testing.T) {
	l := newLab(t, nil)
	ann := l.user("ann")
	l.device(ann, "D1", "14.1")
	set := func(info Information) bool {
		t.Helper()
		routed, err := l.SetDeviceInformation(l.ctx, ann.ID, "D1", info)
		l.must(err)
		return routed
	}
	set(Information{
		Model: of("Model"), IMEI: of("IMEI"), FriendlyName: of("Name"), OS: of("OS"), OSLanguage: of("Language"),
		PhoneNumber: of("not a number"), UserAgent: of("Agent"), MobileOperator: of("Operator"),
	})
	set(Information{IMEI: of(""), OS: of("OS 2")})
	d := l.stored(ann, "D1")
	want := store.Device{
		ID: "D1", Type: "Phone", Version: "14.1", FirstSeen: d.FirstSeen, LastSeen: d.LastSeen,
		Model: "Model", FriendlyName: "Name", OS: "OS 2", OSLanguage: "Language",
		PhoneNumber: "not a number", UserAgent: "Agent", MobileOperator: "Operator",
	}
	if d != want {
		t.Errorf("stored %+v\n  want %+v", d, want)
	}
	if _, err := l.SetDeviceInformation(l.ctx, ann.ID, "D2", Information{}); !errors.Is(err, ErrNoDevice) {
		t.Errorf("another device: %v", err)
	}
}

func TestDeviceInformationIsStoredWhollyOrNotAtAll(t *testing.T) {
	l := newLab(t, nil)
	ann := l.user("ann")
	before := l.device(ann, "D1", "14.1")
	long := strings.Repeat("é", 1024)
	if _, err := l.SetDeviceInformation(l.ctx, ann.ID, "D1", Information{Model: of("new"), OS: of(long + "x")}); !errors.Is(err, ErrTooLong) {
		t.Errorf("1025 characters: %v", err)
	}
	if l.stored(ann, "D1") != before {
		t.Error("part of it was stored")
	}
	if _, err := l.SetDeviceInformation(l.ctx, ann.ID, "D1", Information{OS: of(long)}); err != nil {
		t.Errorf("1024 characters: %v", err)
	}
}

func TestPhoneNumberOfADeviceThatSends(t *testing.T) {
	t.Parallel()
	enable, number := of(true), "+14255550143"
	for _, c := range []struct {
		name   string
		stored string
		info   Information
		want   error
		number string
	}{
		{"14.0 without a number", "", Information{EnableOutboundSMS: enable, RequirePhoneNumber: true}, ErrPhoneNumberRequired, ""},
		{"14.0 with an empty number", "", Information{EnableOutboundSMS: enable, RequirePhoneNumber: true, PhoneNumber: of("")}, ErrPhoneNumberRequired, ""},
		{"14.0 that deletes its number", number, Information{EnableOutboundSMS: enable, RequirePhoneNumber: true, PhoneNumber: of("")}, ErrPhoneNumberRequired, number},
		{"14.0 with a number now", "", Information{EnableOutboundSMS: enable, RequirePhoneNumber: true, PhoneNumber: &number}, nil, number},
		{"14.0 with a number stored", number, Information{EnableOutboundSMS: enable, RequirePhoneNumber: true}, nil, number},
		{"14.1 without a number", "", Information{EnableOutboundSMS: enable}, nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLab(t, nil)
			ann := l.user("ann")
			l.device(ann, "D1", "14.1")
			_, err := l.SetDeviceInformation(l.ctx, ann.ID, "D1", Information{PhoneNumber: &c.stored})
			l.must(err)
			c.info.Model = of("new")
			var routed bool
			woken := l.woken(ann, func() { routed, err = l.SetDeviceInformation(l.ctx, ann.ID, "D1", c.info) })
			ok := c.want == nil
			if !errors.Is(err, c.want) || routed != ok || woken != ok {
				t.Errorf("%v, routed %v, woken %v", err, routed, woken)
			}
			d := l.stored(ann, "D1")
			if d.OutboundSMS != ok || d.PhoneNumber != c.number || (d.Model == "new") != ok {
				t.Errorf("stored %+v", d)
			}
		})
	}
}

func TestWhatChangesTheWayOut(t *testing.T) {
	l := newLab(t, nil)
	ann := l.user("ann")
	l.device(ann, "D1", "14.1")
	for _, c := range []struct {
		name string
		info Information
		want bool
	}{
		{"a number while off", Information{PhoneNumber: of("1")}, false},
		{"on", Information{EnableOutboundSMS: of(true)}, true},
		{"on again", Information{EnableOutboundSMS: of(true)}, false},
		{"another model", Information{Model: of("m")}, false},
		{"another number", Information{PhoneNumber: of("2")}, true},
		{"off", Information{EnableOutboundSMS: of(false), RequirePhoneNumber: true, PhoneNumber: of("")}, true},
	} {
		routed, err := l.SetDeviceInformation(l.ctx, ann.ID, "D1", c.info)
		if err != nil || routed != c.want {
			t.Errorf("%s: routed %v, %v", c.name, routed, err)
		}
	}
}
