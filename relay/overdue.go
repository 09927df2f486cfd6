package relay

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"

	"asms/sms"
)

// incomplete makes one text of the parts that have the same reference, with
// words in place of what is missing.
func incomplete(parts []sms.Part, rest []int) (texts []sms.Message) {
	type key struct {
		reference uint16
		wide      bool
		total     int
	}
	groups := map[key][]int{}
	var order []key
	for _, i := range rest {
		c := parts[i].UserData.Header.Concat
		k := key{c.Reference, c.Wide, c.Total}
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], i)
	}
	for _, k := range order {
		m := sms.Message{Sender: parts[groups[k][0]].Sender, Time: parts[groups[k][0]].Time, Parts: groups[k]}
		bySeq := map[int][]sms.UserData{}
		for _, i := range groups[k] {
			seq := parts[i].UserData.Header.Concat.Seq
			bySeq[seq] = append(bySeq[seq], parts[i].UserData)
		}
		var body strings.Builder
		var missing []string
		for seq := 1; seq <= k.total; seq++ {
			if bySeq[seq] == nil {
				missing = append(missing, strconv.Itoa(seq))
				body.WriteString("[…]")
				continue
			}
			body.WriteString(sms.Join(bySeq[seq][:1]))
		}
		if len(missing) > 3 {
			missing = append(missing[:3], "…")
		}
		fmt.Fprintf(&body, "\n\n(Of %d parts these never came: %s.)", k.total, strings.Join(missing, ", "))
		m.Text = body.String()
		texts = append(texts, m)
	}
	return texts
}

// showOverdue makes texts of parts that have waited too long, until ctx ends.
func (a *Agent) showOverdue(ctx context.Context) error {
	seen := map[string]presence{}
	for {
		now := a.now()
		for _, l := range a.lines {
			there := l.inReach()
			if p, known := seen[l.options.Name]; !known || p.there != there {
				seen[l.options.Name] = presence{there, now}
			}
		}
		list, err := a.ledger.incomplete(ctx)
		if err != nil {
			return err
		}
		for _, w := range list {
			radio := RadioOptions{Name: w.radio, Number: a.options.Number} // one that is no longer there
			late := now.Add(-a.options.PartTimeout)
			if l := a.named(w.radio); l != nil {
				radio, late = l.options, seen[w.radio].late(now, a.options.PartTimeout)
			}
			if w.first.After(late) {
				continue
			}
			var shown int
			if err := a.ledger.update(func(tx *sql.Tx) (err error) {
				shown, err = a.join(tx, radio, w.sender, late)
				return err
			}); err != nil {
				return err
			}
			if shown > 0 {
				a.log.WarnContext(ctx, "texts are shown without their missing parts", "texts", shown)
				a.wake(a.toPost)
			}
		}
		if err := a.rest(ctx, nil, now.Add(a.options.PartTimeout/20)); err != nil {
			return err
		}
	}
}

// presence tells whether a radio is there and has a network, and since when.
type presence struct {
	there bool
	since time.Time
}

// absentTimeout is how long a radio may be away before its parts are overdue all
// the same.
const absentTimeout = 24 * time.Hour

// late returns when a part must have come by now to be overdue, the zero time if
// none is. Only time counts in which the radio could bring the missing ones: they
// may wait in a modem that is not there, or in the network.
func (p presence) late(now time.Time, wait time.Duration) time.Time {
	if !p.there {
		wait = max(wait, absentTimeout)
	}
	if now.Sub(p.since) < wait {
		return time.Time{}
	}
	return now.Add(-wait)
}
