// Report makes docs/conformance.md of the results of the conformance tests,
// which it reads from standard input:
//
//	go test -count=1 -json ./conformance | go run ./conformance/report > docs/conformance.md
//
// With -check it writes nothing and fails when the file says anything else than
// the results do. Either way it fails when a test failed or a requirement has no
// result.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"asms/conformance"
)

func main() {
	check := flag.String("check", "", "compare with this `file` instead of writing")
	flag.Parse()
	if flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(os.Stdin, os.Stdout, *check); err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
}

// run writes the document to w, or compares it with the file named check.
func run(r io.Reader, w io.Writer, check string) error {
	requirements, err := conformance.Requirements()
	if err != nil {
		return err
	}
	results, err := readResults(r, requirements)
	if err != nil {
		return err
	}
	document := write(requirements, results)
	if check == "" {
		if _, err := io.WriteString(w, document); err != nil {
			return err
		}
		return results.failure(requirements)
	}
	if err := results.failure(requirements); err != nil {
		return err
	}
	have, err := os.ReadFile(check)
	if err != nil {
		return err
	}
	if string(have) != document {
		return fmt.Errorf("%s differs from the results, %s", check, difference(string(have), document))
	}
	_, err = fmt.Fprintf(w, "%s: %s\n", check, summary(requirements, results))
	return err
}

// difference says where two documents part.
func difference(have, want string) string {
	h, w := strings.Split(have, "\n"), strings.Split(want, "\n")
	for i := range min(len(h), len(w)) {
		if h[i] != w[i] {
			return fmt.Sprintf("in line %d:\n  has  %s\n  want %s", i+1, h[i], w[i])
		}
	}
	return fmt.Sprintf("it has %d lines, want %d", len(h), len(w))
}
