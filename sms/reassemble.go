package sms

import (
	"bytes"
	"strings"
	"time"
)

// Part is one received segment.
type Part struct {
	Sender   string
	Time     time.Time
	UserData UserData
}

// Message is a text whose segments are all there.
type Message struct {
	Sender string
	Time   time.Time // of its first segment
	Text   string
	Data   []byte     // in place of Text when the segments hold 8-bit data
	Ports  *Ports     // not nil: for an application, not for people
	Coding DataCoding // of its first segment: tells class and message waiting
	Parts  []int      // the parts that made it, by index, repeated ones included
}

// Reassemble joins what is complete, in the order in which the last part of
// each came, and tells the rest by index. The parts are given in the order in
// which they came. They belong together by sender, reference and total; a
// part that repeats another's place with the same data is the same part twice,
// with other data it begins another text. A text of one segment is always a
// text of its own, even if it repeats the one before.
//
// Nothing is kept from call to call: a part that repeats one of a text already
// taken stays waiting.
//
// 3GPP TS 23.040 9.2.3.24.1 Concatenated Short Messages
func Reassemble(parts []Part) (complete []Message, waiting []int) {
	type key struct {
		sender    string
		reference uint16
		wide      bool
		total     int
	}
	type group struct {
		bySeq map[int]UserData
		parts []int
	}
	open := map[key][]*group{} // oldest first
	taken := make([]bool, len(parts))
	finish := func(indexes []int, data []UserData) {
		m := join(data)
		first := parts[indexes[0]]
		for _, i := range indexes {
			taken[i] = true
			if c := parts[i].UserData.Header.Concat; c != nil && c.Seq == 1 {
				first = parts[i]
			}
		}
		m.Sender, m.Time, m.Parts = first.Sender, first.Time, indexes
		complete = append(complete, m)
	}
next:
	for i, p := range parts {
		c := p.UserData.Header.Concat
		if c == nil || c.Total <= 1 {
			finish([]int{i}, []UserData{p.UserData})
			continue
		}
		k := key{p.Sender, c.Reference, c.Wide, c.Total}
		for _, g := range open[k] {
			if held, ok := g.bySeq[c.Seq]; ok && bytes.Equal(held.Data, p.UserData.Data) {
				g.parts = append(g.parts, i)
				continue next
			}
		}
		var g *group
		for _, candidate := range open[k] {
			if _, held := candidate.bySeq[c.Seq]; !held {
				g = candidate
				break
			}
		}
		if g == nil {
			g = &group{bySeq: map[int]UserData{}}
			open[k] = append(open[k], g)
		}
		g.bySeq[c.Seq] = p.UserData
		g.parts = append(g.parts, i)
		if len(g.bySeq) < c.Total {
			continue
		}
		data := make([]UserData, c.Total)
		for seq, d := range g.bySeq {
			data[seq-1] = d
		}
		finish(g.parts, data)
		for j, other := range open[k] {
			if other == g {
				open[k] = append(open[k][:j:j], open[k][j+1:]...)
				break
			}
		}
	}
	for i := range parts {
		if !taken[i] {
			waiting = append(waiting, i)
		}
	}
	return complete, waiting
}

// Join decodes segments that are already in order, also an incomplete set of
// them. Neighbours in the same alphabet are decoded together, because senders
// exist that cut a surrogate pair or an escape sequence in two. What isn't text
// is left out.
func Join(segments []UserData) string {
	var b strings.Builder
	for i := 0; i < len(segments); {
		run := UserData{Coding: segments[i].Coding, Header: segments[i].Header}
		for ; i < len(segments) && run.readsLike(segments[i]); i++ {
			run.Data = append(run.Data, segments[i].Data...)
		}
		if text, ok := run.Text(); ok {
			b.WriteString(text)
		}
	}
	return b.String()
}

func (u UserData) readsLike(v UserData) bool {
	return u.Coding.Alphabet() == v.Coding.Alphabet() && u.Header.shift() == v.Header.shift()
}

func join(segments []UserData) Message {
	m := Message{Ports: segments[0].Header.Ports, Coding: segments[0].Coding}
	if segments[0].Coding.Alphabet() != Binary {
		m.Text = Join(segments)
		return m
	}
	for _, s := range segments {
		m.Data = append(m.Data, s.Data...)
	}
	return m
}
