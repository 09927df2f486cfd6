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

    go test -count=1 -json ./conformance | go run ./conformance/report > docs/conformance.md
    go test -count=1 -json ./conformance | go run ./conformance/report -check docs/conformance.md

What is here:

- Of [MS-ASMS] v15.0 (2018-07-24) every statement of sections 1.5, 1.8, 1.9, 2 and
  3, of the examples and of appendix B, in our words, under an id that it keeps for
  good.
- Of the documents beside it a selection, under the ids of their requirement lists:
  what tells most about what ours serves. Remarks name further ids that the same
  test shows. What is not in the list has not been looked at here.
- Of the cases of the public conformance suites for these documents 274 of 444,
  under their ids. All that need one user (114), all whose folders the suites leave
  to whoever runs them (28) and all of Autodiscover (4) are here and pass on every
  version that the suite names for them. Of those in which one user writes to
  another 101 of 162 are here, in which the item is there already; 98 pass, and in 3,
  about ConversationMode, ours differs. Of the other 136 there are 27, which pass:
  what ours serves anyway. It is not the suites themselves that run: a case is told
  anew after its title and the statuses that it asserts of Exchange.
- Habits of devices that no document mentions.

What is left out: sending mail, MIME and attachments, parts and previews of
bodies, categories, drafts and S/MIME, which a text has not got; calendars,
meetings, document libraries, rights management, certificates and pictures, which
ours has not got, beyond the statuses that say so; voice mail and what only an
Exchange can be set to; versions before 14.0, whose devices are refused. A few
cases with two users need none of this and have not been told yet.

The statements are in conformance/requirements.tsv, the tests beside them. Every
test is told for every version of the protocol by devices that talk to a whole
server over HTTP.

- **role**: whom the statement binds. Level is the document's own word, or fact,
  type, required, max, error, example and product for what it says without one;
  gap, for what it leaves out; seen, for what devices do; none.
- **tested**: server, our server as a device sees it; client, our client against
  that server; relay, our phone at that server, which sends texts by a simulated
  modem over a simulated mobile network.
- **result**: passes on the versions named, where one older than 14.0 passes by
  being refused; differs, where ours does something else on purpose: the remark
  says what and why, the test is of that, and it does not count as one that passes;
  nothing to test, where the statement says nothing.

Where sources disagree, and in matters that none of them settles, the remark says
what ours does.
`

// offered are the versions that cases are counted for.
var offered = []string{"14.0", "14.1", "16.0", "16.1"}

// part is a section of the document: what a source asks for.
type part struct {
	title             string
	statements, cases string // the prefixes of the ids
	listed            int    // statements in the document's own list, 0 for none
	public            [4]int // cases in its suite for the versions offered
}

var parts = []part{
	{title: "[MS-ASMS] Short message service", statements: "ASMS-"},
	{"[MS-ASCMD] Commands", "MS-ASCMD_", "ASCMD-", 7894, [4]int{235, 257, 247, 254}},
	{"[MS-ASHTTP] HTTP", "MS-ASHTTP_", "ASHTTP-", 483, [4]int{21, 21, 21, 21}},
	{"[MS-ASPROV] Provisioning", "MS-ASPROV_", "ASPROV-", 1017, [4]int{11, 11, 11, 12}},
	{"[MS-ASCON] Conversations", "MS-ASCON_", "ASCON-", 264, [4]int{17, 22, 22, 22}},
	{"[MS-ASAIRS] Bodies", "MS-ASAIRS_", "ASAIRS-", 930, [4]int{24, 32, 34, 34}},
	{"[MS-ASEMAIL] Items", "MS-ASEMAIL_", "ASEMAIL-", 1444, [4]int{77, 80, 70, 71}},
	{title: "[MS-ASWBXML] Encoding", statements: "MS-ASWBXML_", listed: 677},
	{title: "[MS-ASDTYPE] Types", statements: "MS-ASDTYPE_", listed: 125},
	{title: "Devices", statements: "DEVICE-"},
}

// write makes the document.
func write(requirements []conformance.Requirement, res *results) string {
	var b strings.Builder
	b.WriteString(head)
	fmt.Fprintf(&b, "\n%s\n\n", summary(requirements, res))
	b.WriteString("| version | tests that pass | public cases here that pass |\n|---|---|---|\n")
	for _, v := range versions(requirements) {
		fmt.Fprintf(&b, "| %s | %d | %s |\n", v, res.passing(v, requirements), res.cases(v, requirements))
	}
	b.WriteString("\nThe documents, with how many of the statements in their lists are here, and how\n" +
		"many of the cases that their suites have for a version pass:\n\n" +
		"| document | statements | " + strings.Join(offered, " | ") + " |\n|---|---" + strings.Repeat("|---", len(offered)) + "|\n")
	for _, p := range parts {
		coverage(&b, p, requirements, res)
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

// coverage says how much of a document is here.
func coverage(b *strings.Builder, p part, requirements []conformance.Requirement, res *results) {
	statements := fmt.Sprint(len(under(p.statements, requirements)))
	if p.listed > 0 {
		statements += fmt.Sprintf(" of %d", p.listed)
	}
	fmt.Fprintf(b, "| %s | %s |", p.title, statements)
	for i, v := range offered {
		passing := ""
		if p.cases != "" {
			pass, _ := res.count(v, under(p.cases, requirements))
			passing = fmt.Sprintf("%d of %d", pass, p.public[i])
		}
		fmt.Fprintf(b, " %s |", passing)
	}
	b.WriteString("\n")
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
	var passes, fails, differ, none int
	for _, q := range requirements {
		result := res.of(q)
		switch {
		case q.Tested.Nothing():
			none++
		case strings.Contains(result, "FAILS") || strings.Contains(result, "NO RESULT"):
			fails++
		case q.Differs():
			differ++
		default:
			passes++
		}
	}
	return fmt.Sprintf("%d requirements: %d pass, %d fail, in %d ours differs on purpose, %d have nothing to test.",
		len(requirements), passes, fails, differ, none)
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
		if res.outcomes[outcome{q.ID, version}] && !q.Differs() {
			n += len(res.tests[q.ID])
		}
	}
	return n
}

// cases says how many of the public cases of a version pass.
func (res *results) cases(version string, requirements []conformance.Requirement) string {
	pass, all := res.count(version, requirements)
	if all == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d", pass, all)
}

// count counts the public cases of a version, and those that pass.
func (res *results) count(version string, requirements []conformance.Requirement) (pass, all int) {
	for _, q := range requirements {
		if q.Level == "case" && slices.Contains(q.Versions, version) {
			if all++; res.outcomes[outcome{q.ID, version}] && !q.Differs() {
				pass++
			}
		}
	}
	return pass, all
}
