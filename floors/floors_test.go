package floors

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// plan lists for every package of asms what else of asms it may import. The
// reason stands beside it. A package that is not in the plan fails the test: it
// needs a floor first.
var plan = map[string][]string{
	// 5: wires, decides nothing
	"cmd/asms": {"account", "api", "eas", "easclient", "easserver", "mailbox", "relay", "relay/atmodem", "relay/simulator", "sms", "store", "wbxml", "web"},

	// 4: what talks to the outside
	"easserver": {"account", "eas", "mailbox", "sms", "wbxml"}, // not store: rules about rows belong below
	"web":       {"account", "api", "mailbox", "sms", "vcard"},
	"relay":     {"api", "eas", "easclient", "sms"}, // not a radio: cmd plugs one in; not the server

	// 3: what it means
	"mailbox":   {"sms", "store"}, // speaks no XML, knows no HTTP
	"account":   {"store"},
	"easclient": {"eas", "wbxml"},

	// 2: words, rows, radios
	"eas":             {"sms", "wbxml"},
	"store":           {"sms"},
	"relay/atmodem":   {"sms"},
	"relay/simulator": {"sms"},

	// 1: bytes and letters
	"vcard": nil,
	"wbxml": nil,
	"sms":   nil,
	"api":   nil,

	// beside the house: for tests and tools
	"servertest":         {"account", "eas", "easclient", "easserver", "mailbox", "sms", "store", "store/storetest", "wbxml"},
	"store/storetest":    {"store"},
	"conformance":        nil,
	"conformance/report": {"conformance"},
	"crashtest":          nil,
	"torture":            nil,
	"floors":             nil,
}

// leaves are packages that may import the standard library alone.
var leaves = []string{"vcard", "wbxml", "sms", "api", "relay/simulator"}

type listed struct {
	ImportPath string
	Imports    []string
	Standard   bool
}

func TestEveryImportPointsDown(t *testing.T) {
	t.Parallel()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", "asms/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := map[string]bool{}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(p.ImportPath, "asms/")
		seen[name] = true
		may, known := plan[name]
		if !known {
			t.Errorf("%s stands on no floor: add it to the plan", name)
			continue
		}
		for _, i := range p.Imports {
			own, isOwn := strings.CutPrefix(i, "asms/")
			switch {
			case isOwn && !slices.Contains(may, own):
				t.Errorf("%s may not import %s", name, own)
			case !isOwn && strings.Contains(strings.SplitN(i, "/", 2)[0], ".") && slices.Contains(leaves, name):
				t.Errorf("%s may import the standard library alone, not %s", name, i)
			}
		}
	}
	for name := range plan {
		if !seen[name] {
			t.Logf("%s is in the plan and not in the tree", name)
		}
	}
	if len(seen) < 10 {
		t.Errorf("go list showed %d packages", len(seen))
	}
}
