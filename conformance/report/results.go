package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"asms/conformance"
)

// results are what became of the tests.
type results struct {
	// outcomes holds for each requirement and version whether all its tests passed.
	outcomes map[outcome]bool
	// tests are the names of the tests of each requirement, sorted.
	tests map[string][]string
	// failed are the tests that failed or were skipped.
	failed []string
}

type outcome struct{ id, version string }

// event is a line of go test -json.
type event struct {
	Action  string
	Package string
	Test    string
}

// readResults reads the output of go test -json. Tests of requirements are named
// function/id name/version.
func readResults(r io.Reader, requirements []conformance.Requirement) (*results, error) {
	known := make(map[string]conformance.Requirement, len(requirements))
	for _, q := range requirements {
		known[q.ID] = q
	}
	res := &results{outcomes: make(map[outcome]bool), tests: make(map[string][]string)}
	ended := false
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return nil, fmt.Errorf("%.200q is not of go test -json", lines.Text())
		}
		switch e.Action {
		case "pass", "fail", "skip":
		case "build-fail":
			return nil, errors.New("the tests do not build")
		default:
			continue
		}
		if e.Test == "" {
			ended = true
			if e.Action == "fail" {
				res.failed = append(res.failed, e.Package)
			}
			continue
		}
		if e.Action != "pass" {
			res.failed = append(res.failed, e.Test)
		}
		parts := strings.Split(e.Test, "/")
		if len(parts) != 3 {
			continue
		}
		id, name, _ := strings.Cut(parts[1], "_")
		if strings.HasPrefix(parts[1], "MS-") { // whose ids have one of their own
			number, rest, _ := strings.Cut(name, "_")
			id, name = id+"_"+number, rest
		}
		q, ok := known[id]
		if !ok || !slices.Contains(q.Versions, parts[2]) {
			return nil, fmt.Errorf("%s is a test of no requirement", e.Test)
		}
		o := outcome{id, parts[2]}
		before, tested := res.outcomes[o]
		res.outcomes[o] = e.Action == "pass" && (before || !tested)
		if name = strings.ReplaceAll(name, "_", " "); !slices.Contains(res.tests[id], name) {
			res.tests[id] = append(res.tests[id], name)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if !ended {
		return nil, errors.New("there are no results")
	}
	for _, names := range res.tests {
		slices.Sort(names)
	}
	return res, nil
}

// failure says which tests failed, and which requirement has no result.
func (res *results) failure(requirements []conformance.Requirement) error {
	if len(res.failed) > 0 {
		return fmt.Errorf("failed or skipped:\n  %s", strings.Join(res.failed, "\n  "))
	}
	var missing []string
	for _, q := range requirements {
		for _, v := range q.Versions {
			if _, ok := res.outcomes[outcome{q.ID, v}]; ok == q.Tested.Nothing() {
				missing = append(missing, q.ID+" "+v)
			}
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("no result, or one that should not be:\n  %s", strings.Join(missing, "\n  "))
	}
	return nil
}

// of is the result of a requirement in words.
func (res *results) of(q conformance.Requirement) string {
	if q.Tested.Nothing() {
		return "nothing to test"
	}
	var passed, failed, none []string
	for _, v := range q.Versions {
		switch ok, tested := res.outcomes[outcome{q.ID, v}]; {
		case !tested:
			none = append(none, v)
		case ok:
			passed = append(passed, v)
		default:
			failed = append(failed, v)
		}
	}
	good := "passes on"
	if q.Differs() {
		good = "differs on"
	}
	var words []string
	for _, part := range []struct {
		word     string
		versions []string
	}{{good, passed}, {"FAILS on", failed}, {"NO RESULT on", none}} {
		if len(part.versions) > 0 {
			words = append(words, part.word+" "+strings.Join(part.versions, " "))
		}
	}
	return strings.Join(words, "; ")
}
