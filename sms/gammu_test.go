package sms

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var wholePDU = regexp.MustCompile(`Whole PDU *: ([0-9A-F]+)`)

// gammuSegments are a text's segments as gammu cuts it.
func gammuSegments(t *testing.T, body string, unicode bool) []UserData {
	t.Helper()
	path, err := exec.LookPath("gammu")
	if err != nil {
		t.Fatal("gammu is missing: install the Debian package gammu (script/packages does it)")
	}
	dir := t.TempDir()
	config := filepath.Join(dir, "gammurc")
	if err := os.WriteFile(config, []byte("[gammu]\nmodel = dummy\nconnection = none\ndevice = "+dir+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"-c", config, "displaysms", "TEXT", "+15551234", "-autolen", "5000", "-text", body}
	if unicode {
		args = append(args, "-unicode")
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var segments []UserData
	for _, match := range wholePDU.FindAllSubmatch(out, -1) {
		pdu, err := hex.DecodeString(string(match[1]))
		if err != nil {
			t.Fatal(err)
		}
		_, tpdu, err := CutSMSC(pdu)
		if err != nil {
			t.Fatal(err)
		}
		s, err := DecodeSubmit(tpdu)
		if err != nil || s.Destination != "+15551234" {
			t.Fatalf("%+v, %v", s, err)
		}
		segments = append(segments, s.UserData)
	}
	return segments
}

// What gammu cuts and encodes, this package reads, and it cuts in the same
// places itself, save where a place is within a user-perceived character, of
// which gammu knows nothing.
func TestSplitAgainstGammu(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		body   string
		within bool // gammu cuts within a character
	}{
		"160 septets":                {body: strings.Repeat("a", 160)},
		"161 septets":                {body: strings.Repeat("a", 161)},
		"306 septets":                {body: strings.Repeat("a", 306)},
		"307 septets":                {body: strings.Repeat("a", 307)},
		"every plain character":      {body: strings.Repeat("@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !#¤%&'()*+,-./0123456789:;<=>?¡AÄÖÑÜ§¿aäöñüà", 5)},
		"every escaped character":    {body: strings.Repeat("^{}\\[~]|€", 20)},
		"escapes at the cut":         {body: strings.Repeat("a", 152) + strings.Repeat("€", 80)},
		"70 UCS-2 characters":        {body: strings.Repeat("я", 70)},
		"71 UCS-2 characters":        {body: strings.Repeat("я", 71)},
		"134 UCS-2 characters":       {body: strings.Repeat("я", 134)},
		"135 UCS-2 characters":       {body: strings.Repeat("я", 135)},
		"surrogate pairs at the cut": {body: strings.Repeat("ab😀", 40)},
		"an emoji of many parts":     {body: strings.Repeat("я", 60) + "👨‍👩‍👧‍👦" + strings.Repeat("я", 63), within: true},
		"an accent at the cut":       {body: strings.Repeat("я", 66) + "e\u0301" + strings.Repeat("я", 66)},
		"a flag at the cut":          {body: strings.Repeat("я", 64) + "🇩🇪" + strings.Repeat("я", 40), within: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ours, err := Split(tt.body, nil)
			if err != nil {
				t.Fatal(err)
			}
			theirs := gammuSegments(t, tt.body, ours[0].Coding == CodingUCS2)
			if got := Join(theirs); got != tt.body {
				t.Errorf("gammu's segments read %q", got)
			}
			if len(ours) != len(theirs) {
				t.Fatalf("%d segments, gammu has %d", len(ours), len(theirs))
			}
			for i := range theirs {
				same := bytes.Equal(ours[i].Data, theirs[i].Data) && ours[i].Coding == theirs[i].Coding
				if c := theirs[i].Header.Concat; c != nil {
					same = same && ours[i].Header.Concat != nil && c.Seq == ours[i].Header.Concat.Seq
				}
				if !same && !tt.within {
					t.Errorf("segment %d is %s, gammu's %s", i+1, describe(ours[i]), describe(theirs[i]))
				}
			}
		})
	}
}

func describe(u UserData) string {
	text, _ := u.Text()
	return fmt.Sprintf("%q in coding %#x, %+v", text, byte(u.Coding), u.Header.Concat)
}
