package sms_test

import (
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"asms/sms"
)

// A text goes out: cut, encoded, one TPDU after the other.
func ExampleSplit() {
	segments, err := sms.Split("Meet at 8 € each "+strings.Repeat("x", 150), &sms.Options{Reference: 42})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, segment := range segments {
		submit := sms.Submit{Destination: "+1 425 555 0123", StatusReport: true, UserData: segment}
		tpdu, err := submit.Encode()
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("segment %d of %d: %d octets, %s…\n",
			segment.Header.Concat.Seq, segment.Header.Concat.Total, len(tpdu), hex.EncodeToString(tpdu[:8]))
	}
	// Output:
	// segment 1 of 2: 153 octets, 61000b9141525505…
	// segment 2 of 2: 33 octets, 61000b9141525505…
}

// A text comes in, its segments in the wrong order.
func ExampleReassemble() {
	segments, _ := sms.Split(strings.Repeat("so much to say ", 12), nil)
	parts := []sms.Part{
		{Sender: "+14255550123", Time: time.Now(), UserData: segments[1]},
		{Sender: "+14255550123", Time: time.Now(), UserData: segments[0]},
	}
	complete, waiting := sms.Reassemble(parts)
	fmt.Println(len(complete), len(complete[0].Text), len(waiting))
	// Output: 1 180 0
}

func ExampleParseAddresses() {
	list, err := sms.ParseAddresses(`"Doe, Ann" [MOBILE: +14255550123], 12345`)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, a := range list {
		fmt.Printf("%q %q\n", a.Name, a.Number)
	}
	fmt.Println(sms.FormatAddresses(list))
	// Output:
	// "Doe, Ann" "+14255550123"
	// "" "12345"
	// "Doe, Ann" [MOBILE:+14255550123], "" [MOBILE:12345]
}
