package easserver

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"asms/eas"
	"asms/wbxml"
)

// A story in testdata is a conversation of one user's devices with the server, in
// the order in which it is told. A section "-- PHONE: Sync --" is a request of a
// device, and the section "-- answer --" behind it is what comes, both as XML;
// "-- ADMIN: … --" is what an administrator does. What the server makes up stands as
// a $name: where a name is met first it takes what is there, and everywhere else it
// is that.
//
// The text before the first section says which protocol versions the story is told
// in, "versions: 14.0 14.1".
func TestStories(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		head, sections := parseArchive(string(text))
		versions := regexp.MustCompile(`(?m)^versions: (.*)$`).FindStringSubmatch(head)
		if versions == nil {
			t.Fatalf("%s does not say its versions", file)
		}
		for version := range strings.FieldsSeq(versions[1]) {
			v, err := eas.ParseVersion(version)
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar")+" "+version, func(t *testing.T) {
				t.Parallel()
				newStory(t, v).tell(sections)
			})
		}
	}
}

// section is one of an archive, with the line where it begins.
type section struct {
	name, text string
	line       int
}

// parseArchive reads the text archive format of Go: text, and sections headed by
// lines "-- name --".
func parseArchive(text string) (head string, list []section) {
	for n, line := range strings.SplitAfter(text, "\n") {
		name, begins := strings.CutPrefix(strings.TrimSpace(line), "-- ")
		name, ends := strings.CutSuffix(name, " --")
		if begins && ends {
			list = append(list, section{name: name, line: n + 1})
		} else if len(list) == 0 {
			head += line
		} else {
			list[len(list)-1].text += line
		}
	}
	return head, list
}

// story is one that is being told.
type story struct {
	t       *testing.T
	lab     *lab
	version eas.Version
	devices map[string]*device
	names   map[string]string // what the server made up
}

func newStory(t *testing.T, v eas.Version) *story {
	l := newLab(t, func(o *Options) { o.Domain, o.URL = "example.org", "https://sms.example.org" })
	l.user("anna")
	return &story{t: t, lab: l, version: v, devices: make(map[string]*device), names: make(map[string]string)}
}

func (s *story) tell(sections []section) {
	s.t.Helper()
	for i, request := range sections {
		who, command, ok := strings.Cut(request.name, ": ")
		if !ok {
			continue // an answer, told with its request
		}
		if i+1 == len(sections) || sections[i+1].name != "answer" {
			s.t.Fatalf("line %d: a request without an answer", request.line)
		}
		got := s.ask(who, command, s.replaceNames(request.text))
		want := strings.TrimSpace(sections[i+1].text)
		found := s.pattern(want).FindStringSubmatch(got)
		if found == nil {
			s.t.Fatalf("line %d: %s answers\n%s\nwant\n%s", request.line, command, got, s.replaceNames(want))
		}
		for n, name := range s.pattern(want).SubexpNames() {
			if name != "" {
				s.names[name] = found[n]
			}
		}
	}
}

// ask sends a request and returns the answer as a story shows it.
func (s *story) ask(who, command, text string) string {
	s.t.Helper()
	if who == "ADMIN" {
		return s.administer(command, text)
	}
	d := s.devices[who]
	if d == nil {
		d = s.lab.device("anna", who, s.version)
		s.devices[who] = d
	}
	if key := s.names["policy"+who]; key != "" {
		d.policyKey = key
	}
	body := []byte(text)
	if command != "Autodiscover" {
		body = s.lab.wbxml(strings.TrimSpace(text))
	}
	hr := d.request(command, body)
	switch command {
	case "Autodiscover":
		hr.URL.Path, hr.URL.RawQuery = eas.AutodiscoverPath, ""
	case "OPTIONS":
		hr.Method = command
	}
	hr.Header.Set("Accept-Encoding", "identity")
	resp, err := d.client.Do(hr)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	var out strings.Builder
	switch {
	case resp.StatusCode != http.StatusOK:
		fmt.Fprintf(&out, "HTTP %d", resp.StatusCode)
	case command == "OPTIONS":
		for _, name := range []string{"MS-ASProtocolVersions", "MS-ASProtocolCommands"} {
			fmt.Fprintf(&out, "%s: %s\n", name, resp.Header.Get(name))
		}
	case len(answer) == 0:
		out.WriteString("(empty)")
	case command == "Autodiscover":
		out.Write(answer)
	default:
		if err := wbxml.ToXML(&out, answer); err != nil {
			s.t.Fatal(err)
		}
	}
	told := out.String()
	if strings.HasPrefix(told, "<?xml") {
		_, told, _ = strings.Cut(told, "?>")
	}
	return strings.TrimSpace(told)
}

var nameInStory = regexp.MustCompile(`\$[a-zA-Z]+`)

// replaceNames puts what the server made up in the place of names.
func (s *story) replaceNames(text string) string {
	return nameInStory.ReplaceAllStringFunc(text, func(name string) string {
		if value, ok := s.names[name[1:]]; ok {
			return value
		}
		return name
	})
}

// pattern is what an answer must look like.
func (s *story) pattern(text string) *regexp.Regexp {
	met := make(map[string]bool)
	var b strings.Builder
	b.WriteString("^")
	rest := 0
	for _, at := range nameInStory.FindAllStringIndex(text, -1) {
		b.WriteString(regexp.QuoteMeta(text[rest:at[0]]))
		name := text[at[0]+1 : at[1]]
		value, known := s.names[name]
		if known || met[name] {
			b.WriteString(regexp.QuoteMeta(value))
		} else {
			met[name] = true
			b.WriteString("(?P<" + name + ">[^<\n]+)")
		}
		rest = at[1]
	}
	b.WriteString(regexp.QuoteMeta(text[rest:]) + "$")
	return regexp.MustCompile(b.String())
}
