// Package conformance holds what [MS-ASMS] asks for, statement by statement, and
// the tests that ask it of the server over HTTP and of our phone. The command
// report makes docs/conformance.md of the results.
//
// A requirement keeps its id for good: ASMS-, the section of [MS-ASMS] v15.0 and
// a number for those that nobody else has numbered; MS-ASCMD_R and its like for
// those of the requirement lists of the documents; ASCMD-S02-TC01 and its like for
// the cases of the public conformance suites; DEVICE- for what real devices do and
// no document says. New ones get new numbers; none is removed.
package conformance

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
)

// Requirement is one statement of a document, in our words.
type Requirement struct {
	ID      string
	Section string
	// Role says whom it binds: client, server or both.
	Role string
	// Level is the document's word, as MUST or MAY, or what takes its place:
	// fact, type, required, max, error, example, product, gap for what the
	// document does not say, seen for what devices do, case for what a case of the
	// public suites asserts of Exchange, none.
	Level string
	// Versions are the protocol versions it speaks of, the refused ones included.
	Versions []string
	// Tested says who is put to the test.
	Tested Tested
	// Statement is what is asked for.
	Statement string
	// Remark is what a reader should know: where sources disagree, and what we do.
	Remark string
}

// Tested says who is put to the test for a requirement.
type Tested struct {
	// Server: our server, asked over HTTP as a device asks it.
	Server bool
	// Client: our client, asking our server.
	Client bool
	// Relay: our phone, with a simulated modem and network, at our server.
	Relay bool
}

// Nothing reports whether there is nothing to test.
func (t Tested) Nothing() bool { return t == Tested{} }

// Differs reports whether ours does something else on purpose: the remark says
// what and why, and the tests are of that.
func (r Requirement) Differs() bool { return strings.HasPrefix(r.Remark, "Ours differs: ") }

//go:embed requirements.tsv
var table string

// columns is the first line of the table.
const columns = "id\tsection\trole\tlevel\tversions\ttested\tstatement\tremark"

// Requirements returns all requirements, in the order of the documents.
func Requirements() ([]Requirement, error) {
	lines := strings.Split(strings.TrimSuffix(table, "\n"), "\n")
	if lines[0] != columns {
		return nil, fmt.Errorf("conformance: columns %q, want %q", lines[0], columns)
	}
	all := make([]Requirement, 0, len(lines)-1)
	for i, line := range lines[1:] {
		r, err := parse(line)
		if err != nil {
			return nil, fmt.Errorf("conformance: line %d: %w", i+2, err)
		}
		all = append(all, r)
	}
	return all, nil
}

// roles and levels are the words that the table may use.
var (
	roles  = []string{"both", "client", "server"}
	levels = []string{"case", "error", "example", "fact", "gap", "max", "MAY", "MUST", "MUST NOT", "none", "product", "required", "seen", "SHOULD", "type"}
)

func parse(line string) (r Requirement, err error) {
	f := strings.Split(line, "\t")
	if len(f) != strings.Count(columns, "\t")+1 {
		return r, fmt.Errorf("%d columns", len(f))
	}
	r = Requirement{
		ID: f[0], Section: f[1], Role: f[2], Level: f[3], Versions: strings.Split(f[4], ","), Statement: f[6], Remark: f[7],
	}
	switch {
	case r.ID == "" || r.Section == "" || f[4] == "" || r.Statement == "":
		return r, fmt.Errorf("%s: an empty column", r.ID)
	case !slices.Contains(roles, r.Role):
		return r, fmt.Errorf("%s: role %q", r.ID, r.Role)
	case !slices.Contains(levels, r.Level):
		return r, fmt.Errorf("%s: level %q", r.ID, r.Level)
	}
	words := strings.Fields(f[5])
	if f[5] == "none" {
		words = nil
	}
	for _, word := range words {
		switch word {
		case "server":
			r.Tested.Server = true
		case "client":
			r.Tested.Client = true
		case "relay":
			r.Tested.Relay = true
		default:
			return r, fmt.Errorf("%s: tested %q", r.ID, word)
		}
	}
	if r.Tested.Nothing() != (f[5] == "none") {
		return r, fmt.Errorf("%s: tested %q", r.ID, f[5])
	}
	return r, nil
}
