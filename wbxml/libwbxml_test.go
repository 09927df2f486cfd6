package wbxml

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// libwbxml, an implementation that shares nothing with ours, is the judge here.
// It is run as the tools wbxml2xml and xml2wbxml.

// renamed holds the elements that libwbxml calls by other names than
// [MS-ASWBXML], or "" where it does not know the token.
var renamed = map[string]string{
	"Calendar AttendeeStatus":                           "Attendee_Status",
	"Calendar AttendeeType":                             "Attendee_Type",
	"Calendar DtStamp":                                  "DTStamp",
	"Calendar Email":                                    "Attendee_Email",
	"Calendar Name":                                     "Attendee_Name",
	"Calendar Deleted":                                  "Exception_Deleted",
	"Calendar ExceptionStartTime":                       "Exception_StartTime",
	"Calendar OrganizerEmail":                           "Organizer_Email",
	"Calendar OrganizerName":                            "Organizer_Name",
	"Calendar Timezone":                                 "TimeZone",
	"ComposeMail Email":                                 "ForwardeeEmail",
	"ComposeMail Mime":                                  "MIME",
	"ComposeMail Name":                                  "ForwardeeName",
	"Contacts AssistantPhoneNumber":                     "AssistantTelephoneNumber",
	"Email DtStamp":                                     "DTStamp",
	"Email ReplyTo":                                     "Reply-To",
	"Email Status":                                      "FlagStatus",
	"MeetingResponse ProposedEndTime":                   "",
	"MeetingResponse ProposedStartTime":                 "",
	"Provision AccountOnlyRemoteWipe":                   "",
	"Provision RequireStorageCardEncryption":            "DeviceEncryptionEnabled", // its name up to 12.0
	"RightsManagement Owner":                            "RMOwner",
	"RightsManagement RemoveRightsManagementProtection": "RemoveRightsManagementDistribution",
	"Settings RightsManagementInformation":              "ihsManagementInformation",
	"Settings SMTPAddress":                              "SmtpAddress",
	"Tasks UtcDueDate":                                  "UTCDueDate",
	"Tasks UtcStartDate":                                "UTCStartDate",
}

// libwbxmlName returns the namespace and name libwbxml has for an element; the
// name is "" if it has none.
func libwbxmlName(t Tag) (space, name string) {
	space, name = t.Page().String()+":", t.Name()
	other, ok := renamed[t.String()]
	switch {
	case ok:
		name = other
	case t.Page() == Find:
		name = ""
	case t.Page() == GAL:
		space = "Gal:"
	case t.Page() == Contacts:
		for _, of := range []string{"Business", "Home", "Other"} {
			if rest, ok := strings.CutPrefix(name, of+"Address"); ok {
				name = of + rest
			}
		}
	case slices.Contains([]string{"Type", "Start", "Until", "Occurrences", "Interval", "DayOfWeek", "DayOfMonth", "WeekOfMonth", "MonthOfYear", "Regenerate", "DeadOccur"}, name):
		if p := t.Page(); p == Email || p == Calendar || p == Tasks {
			name = "Recurrence_" + name
		}
	}
	return space, name
}

// everyElement returns a document with every element that libwbxml knows.
func everyElement(t *testing.T) []byte {
	e := NewEncoder(nil)
	e.Start(tag(t, "AirSync Sync"))
	for _, tag := range allTags() {
		if _, name := libwbxmlName(tag); name == "" {
			continue
		}
		e.Start(tag)
		if tag.Opaque() {
			e.Opaque([]byte{0, 1, 0xFF})
		} else {
			e.Text("a < b")
		}
		e.End()
		e.Start(tag)
		e.End()
	}
	e.End()
	data, err := e.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestLibwbxml(t *testing.T) {
	t.Parallel()
	documents := map[string][]byte{"every element": everyElement(t)}
	for _, name := range golden(t) {
		if name != "xml_awkward_text" { // libwbxml writes its control characters into the XML
			documents[name] = testdata(t, name+".wbxml")
		}
	}
	for name, data := range documents {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := tokens(t, data)

			// It reads our bytes as we do.
			asXML := run(t, data, "wbxml2xml", "-m", "0", "-k", "-l", "ACTIVESYNC", "-o", "-", "-")
			if got := libwbxmlEvents(t, asXML); !slices.Equal(got, events(want)) {
				t.Errorf("wbxml2xml reads\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(events(want), "\n"))
			}
			// We read its bytes as it means them.
			itsBytes := run(t, asXML, "xml2wbxml", "-a", "-n", "-k", "-o", "-", "-")
			if got := tokens(t, itsBytes); !slices.EqualFunc(got, want, sameToken) {
				t.Errorf("we read the bytes of xml2wbxml\n%x\nas\n%s\nwant\n%s", itsBytes, got, want)
			}
		})
	}
}

func run(t *testing.T, stdin []byte, name string, args ...string) []byte {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Fatalf("%s is needed to check our bytes against libwbxml; it is in the Debian package libwbxml2-utils: %v", name, err)
	}
	cmd := exec.CommandContext(t.Context(), name, args...)
	var stderr bytes.Buffer
	cmd.Stdin, cmd.Stderr = bytes.NewReader(stdin), &stderr
	out, err := cmd.Output()
	if err != nil || len(out) == 0 {
		t.Fatalf("%s: %v: %s", name, err, stderr.Bytes())
	}
	return out
}

// events is what libwbxml should make of tokens.
func events(tokens []Token) []string {
	var out []string
	for _, tok := range tokens {
		switch tok.Kind {
		case StartElement:
			space, name := libwbxmlName(tok.Tag)
			out = append(out, fmt.Sprintf("<%s%s>", space, name))
		case EndElement:
			out = append(out, "end")
		case Opaque:
			out = append(out, base64.StdEncoding.EncodeToString(tok.Data))
		case Text:
			out = append(out, string(tok.Data))
		}
	}
	return out
}

func libwbxmlEvents(t *testing.T, data []byte) []string {
	t.Helper()
	var out []string
	for d := xml.NewDecoder(bytes.NewReader(data)); ; {
		tok, err := d.Token()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, data)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			out = append(out, fmt.Sprintf("<%s%s>", tok.Name.Space, tok.Name.Local))
		case xml.EndElement:
			out = append(out, "end")
		case xml.CharData:
			out = append(out, string(tok))
		}
	}
}
