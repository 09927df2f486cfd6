package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"asms/conformance"
)

func requirements(t *testing.T) []conformance.Requirement {
	t.Helper()
	all, err := conformance.Requirements()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// testOutput is what go test -json says when every requirement passes.
func testOutput(t *testing.T) (lines []string) {
	t.Helper()
	for _, q := range requirements(t) {
		if !q.Tested.Nothing() {
			for _, v := range q.Versions {
				lines = append(lines, fmt.Sprintf(`{"Action":"pass","Package":"asms/conformance","Test":"TestX/%s_it_does/%s"}`, q.ID, v))
			}
		}
	}
	return append(lines, `{"Action":"output","Package":"asms/conformance","Output":"ok\n"}`, `{"Action":"pass","Package":"asms/conformance"}`)
}

func report(lines []string, check string) (string, error) {
	var out strings.Builder
	err := run(strings.NewReader(strings.Join(lines, "\n")+"\n"), &out, check)
	return out.String(), err
}

func TestDocument(t *testing.T) {
	t.Parallel()
	lines := testOutput(t)
	document, err := report(lines, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range requirements(t) {
		if n := strings.Count(document, "\n| "+q.ID+" |"); n != 1 {
			t.Errorf("%s stands in %d lines", q.ID, n)
		}
	}
	for _, want := range []string{
		"| passes on 14.0 14.1 16.0 16.1 | it does |", "| nothing to test |", "| differs on 14.0 14.1 16.0 16.1 |",
		", 0 fail, ", "| passes on 2.5 12.0 12.1 | it does |",
	} {
		if !strings.Contains(document, want) {
			t.Errorf("no %q in the document", want)
		}
	}
	slices.Reverse(lines)
	if again, err := report(lines, ""); err != nil || again != document {
		t.Errorf("the order of the results changes the document: %v", err)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	lines := testOutput(t)
	document, err := report(lines, "")
	if err != nil {
		t.Fatal(err)
	}
	write := func(s string) string {
		file := filepath.Join(t.TempDir(), "conformance.md")
		if err := os.WriteFile(file, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	same := write(document)
	if out, err := report(lines, same); err != nil || !strings.Contains(out, "0 fail") {
		t.Errorf("%q %v", out, err)
	}
	line, _, _ := strings.Cut(lines[0], `"Test"`)
	for name, c := range map[string]struct {
		lines []string
		file  string
		want  string
	}{
		"another word":          {lines, write(strings.Replace(document, "passes", "passed", 1)), "in line "},
		"a line less":           {lines, write(strings.TrimSuffix(document, document[strings.LastIndex(document, "| DEVICE"):])), "differs"},
		"no file":               {lines, filepath.Join(t.TempDir(), "none"), "no such file"},
		"a result is missing":   {lines[1:], same, "no result"},
		"a test failed":         {append([]string{strings.Replace(lines[0], "pass", "fail", 1)}, lines[1:]...), same, "failed"},
		"a test was skipped":    {append([]string{strings.Replace(lines[0], "pass", "skip", 1)}, lines[1:]...), same, "skipped"},
		"one of two failed":     {append([]string{strings.NewReplacer("pass", "fail", "it_does", "and_that").Replace(lines[0])}, lines...), same, "failed"},
		"the package failed":    {append(lines[:len(lines)-1:len(lines)-1], `{"Action":"fail","Package":"asms/conformance"}`), same, "failed"},
		"it does not build":     {[]string{`{"Action":"build-fail","ImportPath":"asms/conformance"}`}, same, "build"},
		"no results":            {nil, same, "not of go test"},
		"nothing ran to an end": {lines[:3], same, "no results"},
		"no JSON":               {[]string{"FAIL"}, same, "not of go test"},
		"an unknown id":         {append([]string{line + `"Test":"TestX/ASMS-9.9-9_it_does/14.0"}`}, lines...), same, "no requirement"},
		"an unknown version":    {append([]string{strings.Replace(lines[0], "/14.0", "/15.0", 1)}, lines...), same, "no requirement"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if out, err := report(c.lines, c.file); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%q, error %v, want one with %q", out, err, c.want)
			}
		})
	}
}

func TestFailuresShow(t *testing.T) {
	t.Parallel()
	lines := testOutput(t)
	lines[0] = strings.Replace(lines[0], "pass", "fail", 1)
	document, err := report(lines, "")
	if err == nil || !strings.Contains(document, "; FAILS on 14.0 |") || !strings.Contains(document, ", 1 fail, ") {
		t.Errorf("a failure does not show: %v", err)
	}
	document, err = report(lines[1:], "")
	if err == nil || !strings.Contains(document, "; NO RESULT on 14.0 |") {
		t.Errorf("a missing result does not show: %v", err)
	}
}

// The head says how many public cases there are here.
func TestHeadCounts(t *testing.T) {
	t.Parallel()
	cases, differ := 0, 0
	for _, q := range requirements(t) {
		if q.Level == "case" {
			cases++
			if q.Differs() {
				differ++
			}
		}
	}
	for _, want := range []string{fmt.Sprintf("%d of 444", cases), fmt.Sprintf("in %d,\n", differ)} {
		if !strings.Contains(head, want) {
			t.Errorf("the head does not say %q", want)
		}
	}
	if sum := 114 + 28 + 4 + 101 + 27; sum != cases {
		t.Errorf("the kinds in the head are %d cases, there are %d", sum, cases)
	}
}
