package easserver

import (
	"strings"
	"testing"

	"asms/eas"
)

func oofXML(inner string) string { return settingsXML("<Oof>" + inner + "</Oof>") }

func oofSetXML(inner string) string { return oofXML("<Set>" + inner + "</Set>") }

// oofMessage is a reply for the audience AppliesTo….
func oofMessage(audience, inner string) string {
	return "<OofMessage><AppliesTo" + audience + "/>" + inner + "</OofMessage>"
}

func replyXML(text, bodyType string) string {
	return "<Enabled>1</Enabled><ReplyMessage>" + text + "</ReplyMessage><BodyType>" + bodyType + "</BodyType>"
}

func TestOof(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, v eas.Version) {
		l := newLab(t)
		l.user("anna")
		d, other := l.phone("anna", "A", v), l.phone("anna", "B", v)
		get := func(bodyType string) *reply {
			t.Helper()
			r := other.must("Settings", oofXML("<Get><BodyType>"+bodyType+"</BodyType></Get>"))
			r.want(t, "Status", "1")
			r.want(t, "Oof/Status", "1")
			return r
		}
		// message is what an audience is told: enabled, format, text.
		message := func(r *reply, audience string) string {
			t.Helper()
			for _, m := range r.tree.all("Oof/Get/OofMessage") {
				if len(m.all("AppliesTo"+audience)) == 1 {
					return m.at("Enabled") + " " + m.at("BodyType") + " " + m.at("ReplyMessage")
				}
			}
			return "no such audience"
		}
		set := func(inner, want string) {
			t.Helper()
			r := d.must("Settings", oofSetXML(inner))
			r.want(t, "Status", "1")
			r.want(t, "Oof/Status", want)
		}
		t.Run("MS-ASCMD_R3505 at first nothing is set, and all three audiences are named", func(t *testing.T) {
			r := get("Text")
			if n := r.tree.all("Oof/Get")[0].names(); n != "OofState OofMessage OofMessage OofMessage" {
				t.Error(n)
			}
			r.want(t, "Oof/Get/OofState", "0")
			for _, a := range []string{"Internal", "ExternalKnown", "ExternalUnknown"} {
				if got := message(r, a); got != "0 - -" {
					t.Errorf("%s: %q", a, got)
				}
			}
		})
		t.Run("MSASCMD S16_TC01/05/06/07/10 what is set is kept, for each audience", func(t *testing.T) {
			set("<OofState>1</OofState>"+oofMessage("Internal", replyXML("back on Monday", "Text")), "1")
			r := get("Text")
			r.want(t, "Oof/Get/OofState", "1")
			if got := message(r, "Internal"); got != "1 Text back on Monday" {
				t.Error(got)
			}
			set("<OofState>1</OofState>"+oofMessage("ExternalKnown", replyXML("away", "TEXT"))+oofMessage("ExternalUnknown", replyXML("away", "Text")), "1")
			r = get("Text")
			for a, want := range map[string]string{"Internal": "1 Text back on Monday", "ExternalKnown": "1 Text away", "ExternalUnknown": "1 Text away"} {
				if got := message(r, a); got != want {
					t.Errorf("%s: %q, want %q", a, got, want)
				}
			}
			set("<OofState>0</OofState>"+oofMessage("ExternalUnknown", "<Enabled>0</Enabled>"), "1") // MSASCMD S16_TC09
			if got := message(get("Text"), "ExternalUnknown"); got != "0 Text away" {
				t.Error(got)
			}
		})
		t.Run("MS-ASCMD_R3117 it comes in the format that is asked for", func(t *testing.T) {
			set("<OofState>1</OofState>"+oofMessage("Internal", replyXML("&lt;p&gt;on &lt;b&gt;leave&lt;/b&gt;&lt;/p&gt;a &amp;amp; b", "HTML")), "1")
			if got := message(get("HTML"), "Internal"); got != "1 HTML <p>on <b>leave</b></p>a &amp; b" {
				t.Error(got)
			}
			if got := message(get("Text"), "Internal"); got != "1 Text on leave\na & b" {
				t.Error(got)
			}
			set("<OofState>1</OofState>"+oofMessage("Internal", replyXML("a &lt; b", "Text")), "1")
			if got := message(get("HTML"), "Internal"); got != "1 HTML a &lt; b" {
				t.Error(got)
			}
		})
		const times = "<StartTime>2026-12-01T00:00:00.000Z</StartTime><EndTime>2026-12-24T12:00:00.000Z</EndTime>"
		t.Run("MS-ASCMD_R3533 times come back", func(t *testing.T) {
			set("<OofState>2</OofState>"+times, "1")
			r := get("Text")
			r.want(t, "Oof/Get/OofState", "2")
			r.want(t, "Oof/Get/StartTime", "2026-12-01T00:00:00.000Z")
			r.want(t, "Oof/Get/EndTime", "2026-12-24T12:00:00.000Z")
		})
		t.Run("MSASCMD S16_TC17, MS-ASCMD_R7544 times without state 2 are no error, and not kept", func(t *testing.T) {
			set("<OofState>1</OofState>"+times, "1")
			r := get("Text")
			r.want(t, "Oof/Get/OofState", "1")
			r.want(t, "Oof/Get/StartTime", "-")
		})
		t.Run("what is refused", func(t *testing.T) {
			for name, c := range map[string][2]string{
				"MSASCMD S16_TC03 a start alone":              {"<OofState>2</OofState><StartTime>2026-11-23T00:00:00.000Z</StartTime>", "2"},
				"MS-ASCMD_R5681 an end alone":                 {"<OofState>2</OofState><EndTime>2026-11-23T00:00:00.000Z</EndTime>", "2"},
				"an end before the start":                     {"<OofState>2</OofState><StartTime>2026-11-23T00:00:00.000Z</StartTime><EndTime>2026-11-22T00:00:00.000Z</EndTime>", "6"},
				"no state":                                    {"", "2"},
				"MS-ASCMD_R3530 a state that is none":         {"<OofState>3</OofState>", "5"},
				"MSASCMD S16_TC08 a reply without its format": {"<OofState>1</OofState>" + oofMessage("Internal", "<ReplyMessage>x</ReplyMessage>"), "2"},
				"MSASCMD S16_TC11 a format that is none":      {"<OofState>1</OofState>" + oofMessage("Internal", replyXML("x", "Klingon")), "5"},
				"a format that is empty":                      {"<OofState>1</OofState>" + oofMessage("Internal", replyXML("x", "")), "2"},
				"MSASCMD S16_TC12 two voices to the outside":  {"<OofState>1</OofState>" + oofMessage("ExternalKnown", replyXML("x", "Text")) + oofMessage("ExternalUnknown", replyXML("y", "Text")), "6"},
				"MS-ASCMD_R3526 an audience twice":            {"<OofState>1</OofState>" + strings.Repeat(oofMessage("Internal", replyXML("x", "Text")), 2), "2"},
				"MS-ASCMD_R3517 no audience":                  {"<OofState>1</OofState><OofMessage>" + replyXML("x", "Text") + "</OofMessage>", "2"},
				"MS-ASCMD_R3517 two audiences in one":         {"<OofState>1</OofState>" + oofMessage("Internal", "<AppliesToExternalKnown/>"+replyXML("x", "Text")), "2"},
				"a reply that is a book":                      {"<OofState>1</OofState>" + oofMessage("Internal", replyXML(strings.Repeat("ä", 32769), "Text")), "5"},
			} {
				r := d.must("Settings", oofSetXML(c[0]))
				if r.tree.at("Status") != "1" || r.tree.at("Oof/Status") != c[1] {
					t.Errorf("%s: want %s in\n%s", name, c[1], r.xml())
				}
			}
			d.must("Settings", oofXML("<Get/>")).want(t, "Oof/Status", "2") // MS-ASCMD_R824
			d.must("Settings", oofXML("<Get><BodyType>Klingon</BodyType></Get>")).want(t, "Oof/Status", "5")
			if r := get("Text"); message(r, "Internal") != "1 Text a < b" || r.tree.at("Oof/Get/OofState") != "1" {
				t.Errorf("something of it was kept:\n%s", r.xml())
			}
		})
		l.user("bert")
		l.phone("bert", "C", v).must("Settings", oofXML("<Get><BodyType>Text</BodyType></Get>")).want(t, "Oof/Get/OofState", "0")
	})
}
