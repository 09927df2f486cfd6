package eas

import (
	"bytes"
	"testing"

	"asms/wbxml"
)

func TestCommandCodes(t *testing.T) {
	t.Parallel()
	for code := range 256 {
		c, ok := CommandByCode(byte(code))
		if wantOK := code <= 4 || code >= 9 && code <= 23; ok != wantOK {
			t.Errorf("code %d: %q", code, c)
			continue
		}
		if !ok {
			continue
		}
		if back, ok := c.Code(); !ok || int(back) != code || !c.Known() {
			t.Errorf("%s: %d, %t", c, back, ok)
		}
	}
	for _, c := range []Command{"", "sync", "Synch", "Autodiscover"} {
		if c.Known() {
			t.Errorf("%q is known", c)
		}
	}
	for c, want := range map[Command]byte{CommandSync: 0, CommandFolderSync: 9, CommandSettings: 17, CommandPing: 18, CommandProvision: 20} {
		if got, _ := c.Code(); got != want {
			t.Errorf("%s: %d", c, got)
		}
	}
}

func TestStatusResponse(t *testing.T) {
	t.Parallel()
	for command, want := range map[Command]string{
		CommandSync:              "03016a00454e033134320001" + "01",
		CommandFolderSync:        "03016a000007564c03313432000101",
		CommandFolderCreate:      "03016a000007534c03313432000101",
		CommandPing:              "03016a00000d454703313432000101",
		CommandProvision:         "03016a00000e454b03313432000101",
		CommandSettings:          "03016a000012454603313432000101",
		CommandGetItemEstimate:   "03016a000006454e03313432000101",
		CommandMoveItems:         "03016a000005454b03313432000101",
		CommandSendMail:          "03016a00001545520331343200" + "0101",
		CommandMeetingResponse:   "",
		CommandSearch:            "",
		CommandItemOperations:    "",
		CommandResolveRecipients: "",
		CommandValidateCert:      "",
		CommandSmartForward:      "",
		CommandSmartReply:        "",
		CommandFolderUpdate:      "",
		CommandFolderDelete:      "",
		CommandFind:              "",
	} {
		v, err := command.StatusResponse(StatusDeviceNotProvisioned)
		if err != nil {
			t.Errorf("%s: %v", command, err)
			continue
		}
		data, err := wbxml.Marshal(v)
		if err != nil {
			t.Errorf("%s: %v", command, err)
		} else if want != "" && !bytes.Equal(data, unhex(t, want)) {
			t.Errorf("%s: %x", command, data)
		} else if !bytes.Contains(data, []byte("\x03142\x00")) {
			t.Errorf("%s has no status: %x", command, data)
		}
	}
	if _, err := CommandGetAttachment.StatusResponse(1); err == nil {
		t.Error("GetAttachment has a status")
	}
}
