package sms

import "time"

// Part is one received segment, in the order it came.
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
	Parts  []int // the parts that made it, by index, repeated ones included
}

// Reassemble joins what is complete and tells the rest by index. Parts belong
// together by sender, reference and total; a part that repeats another's place
// with other characters begins another text.
func Reassemble(parts []Part) (complete []Message, waiting []int) { return nil, nil }
