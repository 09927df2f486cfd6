package main

import (
	"fmt"
	"slices"
	"strings"

	"asms/conformance"
)

const head = "# What the documents ask for, and what the tests say\n" + `
Made from the results of the tests; not to be edited. To make it anew, or to
check that it says what the tests say:

    go test -json ./conformance | go run ./conformance/report > docs/conformance.md
    go test -json ./conformance | go run ./conformance/report -check docs/conformance.md

Every statement of [MS-ASMS] v15.0 (2018-07-24), sections 1.5, 1.8, 1.9, 2 and 3,
of its examples and of its appendix B is a line, in our words, under an id that it
keeps for good. So are the statements of the documents beside it that tell most
about what ours serves, under the ids of their requirement lists, the cases of the
public conformance suites that one user's mailbox can show, under theirs, and habits
of devices that no document mentions. The statements are in
conformance/requirements.tsv, the tests beside them. Every test is told for every
version of the protocol by devices that talk to a whole server over HTTP.

- **role**: whom the statement binds. Level is the document's own word, or fact,
  type, required, max, error, example and product for what it says without one;
  gap, for what it leaves out; seen, for what devices do; none.
- **tested**: server, our server as a device sees it; client, our client against
  that server; relay, our phone at that server, which sends texts by a simulated
  modem over a simulated mobile network.
- **result**: passes on the versions named, where one older than 14.0 passes by
  being refused; nothing to test, where the statement says nothing.
- **cases** say what the suites assert of Exchange. All of them are tests of the
  server. Where a suite has one user write to another, the item is there already. Where the remark begins with "Ours differs" the test is of what the remark
  says, and the case is not counted as one that passes.

Where sources disagree, and in matters that none of them settles, the remark says
what ours does.
`

// part is a section of the document: what a source asks for.
type part struct{ title, statements, cases string } // with the prefixes of the ids

var parts = []part{
	{"[MS-ASMS] Short message service", "ASMS-", ""},
	{"[MS-ASCMD] Commands", "MS-ASCMD_", "ASCMD-"},
	{"[MS-ASHTTP] HTTP", "MS-ASHTTP_", "ASHTTP-"},
	{"[MS-ASPROV] Provisioning", "MS-ASPROV_", "ASPROV-"},
	{"[MS-ASCON] Conversations", "MS-ASCON_", "ASCON-"},
	{"[MS-ASAIRS] Bodies", "MS-ASAIRS_", "ASAIRS-"},
	{"[MS-ASEMAIL] Items", "MS-ASEMAIL_", "ASEMAIL-"},
	{"[MS-ASWBXML] Encoding", "MS-ASWBXML_", ""},
	{"[MS-ASDTYPE] Types", "MS-ASDTYPE_", ""},
	{"Devices", "DEVICE-", ""},
}

// write makes the document.
func write(requirements []conformance.Requirement, res *results) string {
	var b strings.Builder
	b.WriteString(head)
	fmt.Fprintf(&b, "\n%s\n\n", summary(requirements, res))
	b.WriteString("| version | tests that pass | public cases that pass |\n|---|---|---|\n")
	for _, v := range versions(requirements) {
		fmt.Fprintf(&b, "| %s | %d | %s |\n", v, res.passing(v, requirements), res.cases(v, requirements))
	}
	for _, p := range parts {
		statements, cases := under(p.statements, requirements), under(p.cases, requirements)
		if len(statements)+len(cases) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n", p.title)
		if len(statements) > 0 {
			b.WriteString("\n| id | section | role | level | statement | versions | tested | result | tests | remark |\n")
			b.WriteString("|---|---|---|---|---|---|---|---|---|---|\n")
			for _, q := range statements {
				row(&b, q, res)
			}
		}
		if len(cases) > 0 {
			b.WriteString("\n| case | section | what it asserts | result | tests | remark |\n|---|---|---|---|---|---|\n")
			for _, q := range cases {
				fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", q.ID, q.Section, cell(q.Statement), res.of(q),
					cell(strings.Join(res.tests[q.ID], "; ")), cell(q.Remark))
			}
		}
	}
	return b.String()
}

// under are the requirements whose ids begin so, none for an empty prefix.
func under(prefix string, requirements []conformance.Requirement) (list []conformance.Requirement) {
	for _, q := range requirements {
		if prefix != "" && strings.HasPrefix(q.ID, prefix) {
			list = append(list, q)
		}
	}
	return list
}

func row(b *strings.Builder, q conformance.Requirement, res *results) {
	fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", q.ID, q.Section, q.Role, q.Level, cell(q.Statement),
		strings.Join(q.Versions, " "), tested(q.Tested), res.of(q), cell(strings.Join(res.tests[q.ID], "; ")), cell(q.Remark))
}

// cell keeps a text from being taken for markup.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "*", `\*`).Replace(s)
}

func tested(t conformance.Tested) string {
	var words []string
	for _, w := range []struct {
		is   bool
		word string
	}{{t.Server, "server"}, {t.Client, "client"}, {t.Relay, "relay"}} {
		if w.is {
			words = append(words, w.word)
		}
	}
	return strings.Join(words, ", ")
}

// summary counts the requirements by their results.
func summary(requirements []conformance.Requirement, res *results) string {
	var passes, fails, none int
	for _, q := range requirements {
		result := res.of(q)
		switch {
		case q.Tested.Nothing():
			none++
		case strings.Contains(result, "FAILS") || strings.Contains(result, "NO RESULT"):
			fails++
		default:
			passes++
		}
	}
	return fmt.Sprintf("%d requirements: %d pass, %d fail, %d have nothing to test.",
		len(requirements), passes, fails, none)
}

// versions are all that requirements name, the oldest first.
func versions(requirements []conformance.Requirement) (all []string) {
	for _, q := range requirements {
		all = append(all, q.Versions...)
	}
	slices.SortFunc(all, func(a, b string) int {
		if len(a) != len(b) {
			return len(a) - len(b) // 2.5 is older than 12.0
		}
		return strings.Compare(a, b)
	})
	return slices.Compact(all)
}

// passing counts the tests of requirements that pass on a version.
func (res *results) passing(version string, requirements []conformance.Requirement) (n int) {
	for _, q := range requirements {
		if res.outcomes[outcome{q.ID, version}] {
			n += len(res.tests[q.ID])
		}
	}
	return n
}

// cases says how many of the public cases of a version pass.
func (res *results) cases(version string, requirements []conformance.Requirement) string {
	var pass, all int
	for _, q := range requirements {
		if q.Level == "case" && slices.Contains(q.Versions, version) {
			if all++; res.outcomes[outcome{q.ID, version}] && !strings.HasPrefix(q.Remark, "Ours differs") {
				pass++
			}
		}
	}
	if all == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d", pass, all)
}
