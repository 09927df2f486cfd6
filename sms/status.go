package sms

import "fmt"

// Status is the outcome in a status report.
//
// 3GPP TS 23.040 9.2.3.15 TP-Status (TP-ST)
type Status byte

// The statuses named by themselves.
const (
	StatusReceived  Status = 0x00 // the recipient's phone has it
	StatusForwarded Status = 0x01 // handed on, no confirmation
	StatusTrying    Status = 0x20 // congestion, the SMSC goes on trying
	StatusExpired   Status = 0x46 // the validity period ran out
)

// Delivered tells that the recipient's phone has the segment.
func (s Status) Delivered() bool { return s < 0x20 && s != StatusForwarded }

// Pending tells that the outcome is open: the SMSC is still trying.
func (s Status) Pending() bool { return s >= 0x20 && s < 0x40 }

// Failed tells that the SMSC gave up.
func (s Status) Failed() bool { return s >= 0x40 }

var statusWords = map[Status]string{
	0x00: "received by the phone",
	0x01: "forwarded, delivery not confirmed",
	0x02: "replaced at the service centre",
	0x20: "congestion, still trying",
	0x21: "phone busy, still trying",
	0x22: "phone does not respond, still trying",
	0x23: "service rejected, still trying",
	0x24: "quality of service not available, still trying",
	0x25: "error in the phone, still trying",
	0x40: "remote procedure error",
	0x41: "incompatible destination",
	0x42: "connection rejected by the phone",
	0x43: "not obtainable",
	0x44: "quality of service not available",
	0x45: "no interworking available",
	0x46: "validity period expired",
	0x47: "deleted by the sender",
	0x48: "deleted by the service centre",
	0x49: "unknown to the service centre",
	0x60: "congestion",
	0x61: "phone busy",
	0x62: "phone does not respond",
	0x63: "service rejected",
	0x64: "quality of service not available",
	0x65: "error in the phone",
}

// String says the status in words for people.
func (s Status) String() string {
	if words, ok := statusWords[s]; ok {
		return words
	}
	switch {
	case s.Failed():
		return fmt.Sprintf("failed (status %#02x)", byte(s))
	case s.Pending():
		return fmt.Sprintf("still trying (status %#02x)", byte(s))
	}
	return fmt.Sprintf("done (status %#02x)", byte(s))
}
