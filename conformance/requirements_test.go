package conformance

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func requirements(t *testing.T) []Requirement {
	t.Helper()
	all, err := Requirements()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Ids are unique. Those of [MS-ASMS] and of devices are numbered from 1 in each
// section without a gap, so that one that goes missing shows; the others have the
// numbers that others gave them.
func TestIDs(t *testing.T) {
	t.Parallel()
	listed := regexp.MustCompile(`^MS-AS(CMD|HTTP|PROV|AIRS|EMAIL|CON|WBXML|DTYPE)_R[0-9]+$`)
	public := regexp.MustCompile(`^AS(CMD|HTTP|PROV|AIRS|EMAIL|CON)-S[0-9]{2}-TC[0-9]{2}$`)
	seen := map[string]bool{}
	last := map[string]int{}
	for _, r := range requirements(t) {
		if seen[r.ID] {
			t.Errorf("%s stands twice", r.ID)
		}
		seen[r.ID] = true
		if listed.MatchString(r.ID) {
			continue
		}
		if public.MatchString(r.ID) != (r.Level == "case") {
			t.Errorf("%s: level %s", r.ID, r.Level)
		}
		if r.Level == "case" {
			continue
		}
		section := "ASMS-" + r.Section
		if r.Section == "devices" {
			section = "DEVICE"
		}
		last[section]++
		if want := fmt.Sprintf("%s-%d", section, last[section]); r.ID != want {
			t.Errorf("%s, want %s", r.ID, want)
		}
	}
	// What has been numbered stays.
	counts := map[string]int{}
	for id := range seen {
		counts[familyOf(id)]++
	}
	for family, least := range map[string]int{"ASMS": 120, "MS-ASCON": 10, "DEVICE": 13} {
		if counts[family] < least {
			t.Errorf("%d requirements %s, there were %d", counts[family], family, least)
		}
	}
}

// familyOf is the part of an id that says where it comes from.
func familyOf(id string) string {
	if family, _, ok := strings.Cut(id, "_R"); ok {
		return family
	}
	family, _, _ := strings.Cut(id, "-")
	return family
}

// Every requirement is tested, unless it says nothing: on the server, if it is
// the server's. What has nothing to test says why.
func TestEveryRequirementIsDealtWith(t *testing.T) {
	t.Parallel()
	for _, r := range requirements(t) {
		switch {
		case r.Tested.Nothing():
			rule := r.ID == "ASMS-B-3" // for reading the document
			if r.Level != "none" && !rule || r.Remark == "" {
				t.Errorf("%s: nothing is tested, and why?", r.ID)
			}
		case r.Level == "none":
			t.Errorf("%s: it says nothing and is tested", r.ID)
		case !r.Tested.Server && r.Role != "client":
			t.Errorf("%s: the server's part is not tested", r.ID)
		case (r.Tested.Client || r.Tested.Relay) && r.Role == "server":
			t.Errorf("%s: a client is tested for what binds the server", r.ID)
		}
	}
}

// Every requirement that is tested has a story, every story a requirement, and
// no two have one name. A story is told for every version of its requirement.
func TestEveryRequirementHasAStory(t *testing.T) {
	t.Parallel()
	told := map[string]int{}
	names := map[string]bool{}
	for _, c := range book {
		for _, st := range c {
			told[st.id]++
			if names[st.title()] {
				t.Errorf("%q is told twice", st.title())
			}
			names[st.title()] = true
			if strings.ContainsAny(st.name, "/_") {
				t.Errorf("%q: a name of a test may hold neither / nor _", st.name)
			}
		}
	}
	for _, r := range requirements(t) {
		if r.Tested.Nothing() == (told[r.ID] > 0) {
			t.Errorf("%s: %d stories", r.ID, told[r.ID])
		}
		delete(told, r.ID)
	}
	for id := range told {
		t.Errorf("%s is no requirement", id)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	good := []string{"ASMS-9-1", "9", "server", "fact", "14.0", "server", "It is so.", ""}
	if r, err := parse(strings.Join(good, "\t")); err != nil || !r.Tested.Server || r.Tested.Relay {
		t.Fatalf("%+v %v", r, err)
	}
	for column, values := range map[int][]string{
		0: {""}, 1: {""}, 2: {"", "nobody"}, 3: {"", "must"}, 4: {""}, 5: {"", "none server", "later"}, 6: {""}, 7: {"a\tb"},
	} {
		for _, value := range values {
			bad := slices.Clone(good)
			bad[column] = value
			if _, err := parse(strings.Join(bad, "\t")); err == nil {
				t.Errorf("column %d %q was taken", column+1, value)
			}
		}
	}
}
