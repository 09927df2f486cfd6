package main

import (
	"fmt"
	"slices"
	"strings"

	"asms/conformance"
)

const head = "# What [MS-ASMS] asks for, and what the tests say\n" + `
Made from the results of the tests; not to be edited. To make it anew, or to
check that it says what the tests say:

    go test -json ./conformance | go run ./conformance/report > docs/conformance.md
    go test -json ./conformance | go run ./conformance/report -check docs/conformance.md

Every statement of [MS-ASMS] v15.0 (2018-07-24), sections 1.5, 1.8, 1.9, 2 and 3,
of its examples and of its appendix B is a line, in our words, under an id that it
keeps for good. So are statements of [MS-ASCON] about conversations, and habits of
devices that no document mentions. The statements are in
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

Where sources disagree, and in matters that none of them settles, the remark says
what ours does.
`

// write makes the document.
func write(requirements []conformance.Requirement, res *results) string {
	var b strings.Builder
	b.WriteString(head)
	fmt.Fprintf(&b, "\n%s\n\n", summary(requirements, res))
	b.WriteString("| version | tests that pass |\n|---|---|\n")
	for _, v := range versions(requirements) {
		fmt.Fprintf(&b, "| %s | %d |\n", v, res.passing(v, requirements))
	}
	for _, part := range []struct{ title, prefix string }{
		{"[MS-ASMS]", "ASMS-"}, {"[MS-ASCON]", "MS-ASCON_"}, {"Devices", "DEVICE-"},
	} {
		fmt.Fprintf(&b, "\n## %s\n\n", part.title)
		b.WriteString("| id | section | role | level | statement | versions | tested | result | tests | remark |\n")
		b.WriteString("|---|---|---|---|---|---|---|---|---|---|\n")
		for _, q := range requirements {
			if strings.HasPrefix(q.ID, part.prefix) {
				row(&b, q, res)
			}
		}
	}
	return b.String()
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
