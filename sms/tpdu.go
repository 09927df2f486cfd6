package sms

import (
	"errors"
	"fmt"
	"time"
)

// ErrType is the answer to a TPDU that isn't of the type asked for.
var ErrType = errors.New("sms: another type of TPDU")

var errTruncated = errors.New("sms: TPDU cut off")

// MessageType is the type that the first octet of a TPDU tells. A submit
// looks like a submit report, a status report like a command: the direction
// tells them apart.
//
// 3GPP TS 23.040 9.2.3.1 TP-Message-Type-Indicator (TP-MTI)
type MessageType byte

// The types that carry texts.
const (
	TypeDeliver      MessageType = 0 // from the network
	TypeSubmit       MessageType = 1 // to the network
	TypeStatusReport MessageType = 2 // from the network
)

// TypeOf tells the type of a TPDU; the reserved type 3 counts as a deliver, as
// the source demands.
func TypeOf(tpdu []byte) (MessageType, error) {
	if len(tpdu) == 0 {
		return 0, errTruncated
	}
	if t := MessageType(tpdu[0] & 3); t != 3 {
		return t, nil
	}
	return TypeDeliver, nil
}

// Bits of the first octet.
const (
	bitMoreMessages     = 0x04 // deliver, status report: set means no more
	bitRejectDuplicates = 0x04 // submit
	bitValidity         = 0x18 // submit, two bits
	bitValidityRelative = 0x10
	bitStatusReport     = 0x20
	bitHeader           = 0x40
	bitReplyPath        = 0x80
)

// Submit is a text segment on its way to the network.
//
// 3GPP TS 23.040 9.2.2.2 SMS-SUBMIT type
type Submit struct {
	Reference        byte          // TP-MR; most modems put their own
	Destination      string        // "+49…" international, else digits as dialled; at most 20
	StatusReport     bool          // TP-SRR: ask for a report
	RejectDuplicates bool          // TP-RD
	ReplyPath        bool          // TP-RP
	ProtocolID       byte          // TP-PID
	Validity         time.Duration // TP-VP, relative, rounded up to a step; 0 for the network's own
	UserData         UserData
}

// Encode writes the TPDU, without an SMSC prefix. Spaces, dashes, dots and
// parentheses of the destination are dropped; one without a digit is an error.
func (s *Submit) Encode() ([]byte, error) {
	if _, _, ok := dialable(s.Destination); !ok {
		return nil, fmt.Errorf("sms: destination: %w", errNumber)
	}
	number, err := encodeNumber(s.Destination)
	if err != nil {
		return nil, err
	}
	data, err := s.UserData.encode()
	if err != nil {
		return nil, err
	}
	first := byte(TypeSubmit) | flag(s.RejectDuplicates, bitRejectDuplicates) |
		flag(s.Validity > 0, bitValidityRelative) | flag(s.StatusReport, bitStatusReport) |
		flag(s.UserData.hasHeader(), bitHeader) | flag(s.ReplyPath, bitReplyPath)
	out := append([]byte{first, s.Reference}, number...)
	out = append(out, s.ProtocolID, byte(s.UserData.Coding))
	if s.Validity > 0 {
		out = append(out, encodeValidity(s.Validity))
	}
	return append(out, data...), nil
}

// DecodeSubmit reads an SMS-SUBMIT TPDU. Of the validity formats only the
// relative one is kept.
func DecodeSubmit(tpdu []byte) (*Submit, error) {
	if t, err := TypeOf(tpdu); err != nil {
		return nil, err
	} else if t != TypeSubmit {
		return nil, ErrType
	}
	if len(tpdu) < 2 {
		return nil, errTruncated
	}
	first := tpdu[0]
	s := &Submit{
		Reference:        tpdu[1],
		RejectDuplicates: first&bitRejectDuplicates != 0,
		StatusReport:     first&bitStatusReport != 0,
		ReplyPath:        first&bitReplyPath != 0,
	}
	var err error
	b := tpdu[2:]
	if s.Destination, b, err = decodeNumber(b); err != nil {
		return nil, err
	}
	validity := 0
	switch first & bitValidity {
	case 0:
	case bitValidityRelative:
		validity = 1
	default: // enhanced, absolute
		validity = 7
	}
	if len(b) < 2+validity {
		return nil, errTruncated
	}
	s.ProtocolID = b[0]
	coding := DataCoding(b[1])
	if validity == 1 {
		s.Validity = decodeValidity(b[2])
	}
	s.UserData, err = decodeUserData(b[2+validity:], coding, first&bitHeader != 0)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Deliver is a text segment that came from the network.
//
// 3GPP TS 23.040 9.2.2.1 SMS-DELIVER type
type Deliver struct {
	Originator   string    // "+49…", a short code, or letters
	Time         time.Time // TP-SCTS, in the zone the SMSC gave; zero if it gave none
	MoreMessages bool      // more wait at the SMSC
	StatusReport bool      // TP-SRI: the sender asked for a report
	ReplyPath    bool      // TP-RP
	ProtocolID   byte      // TP-PID
	UserData     UserData
}

// Encode writes the TPDU, without an SMSC prefix.
func (d *Deliver) Encode() ([]byte, error) {
	number, err := encodeNumber(d.Originator)
	if err != nil {
		return nil, err
	}
	data, err := d.UserData.encode()
	if err != nil {
		return nil, err
	}
	first := byte(TypeDeliver) | flag(!d.MoreMessages, bitMoreMessages) |
		flag(d.StatusReport, bitStatusReport) | flag(d.UserData.hasHeader(), bitHeader) |
		flag(d.ReplyPath, bitReplyPath)
	out := append([]byte{first}, number...)
	out = append(out, d.ProtocolID, byte(d.UserData.Coding))
	out = append(out, encodeTimestamp(d.Time)...)
	return append(out, data...), nil
}

// DecodeDeliver reads an SMS-DELIVER TPDU.
func DecodeDeliver(tpdu []byte) (*Deliver, error) {
	if t, err := TypeOf(tpdu); err != nil {
		return nil, err
	} else if t != TypeDeliver {
		return nil, ErrType
	}
	first := tpdu[0]
	d := &Deliver{
		MoreMessages: first&bitMoreMessages == 0,
		StatusReport: first&bitStatusReport != 0,
		ReplyPath:    first&bitReplyPath != 0,
	}
	var err error
	b := tpdu[1:]
	if d.Originator, b, err = decodeNumber(b); err != nil {
		return nil, err
	}
	if len(b) < 2+timestampOctets {
		return nil, errTruncated
	}
	d.ProtocolID = b[0]
	d.Time = decodeTimestamp(b[2:])
	d.UserData, err = decodeUserData(b[2+timestampOctets:], DataCoding(b[1]), first&bitHeader != 0)
	if err != nil {
		return nil, err
	}
	return d, nil
}

// StatusReport tells what became of a submitted segment.
//
// 3GPP TS 23.040 9.2.2.3 SMS-STATUS-REPORT type
type StatusReport struct {
	Reference    byte      // TP-MR of the submitted segment
	Recipient    string    // TP-RA
	Time         time.Time // TP-SCTS: when the SMSC took the segment
	Discharged   time.Time // TP-DT: when the outcome was known
	Status       Status    // TP-ST
	MoreMessages bool      // more wait at the SMSC
}

// Encode writes the TPDU, without an SMSC prefix.
func (r *StatusReport) Encode() ([]byte, error) {
	number, err := encodeNumber(r.Recipient)
	if err != nil {
		return nil, err
	}
	first := byte(TypeStatusReport) | flag(!r.MoreMessages, bitMoreMessages)
	out := append([]byte{first, r.Reference}, number...)
	out = append(out, encodeTimestamp(r.Time)...)
	out = append(out, encodeTimestamp(r.Discharged)...)
	return append(out, byte(r.Status)), nil
}

// DecodeStatusReport reads an SMS-STATUS-REPORT TPDU. The optional parameters
// at its end are passed over.
func DecodeStatusReport(tpdu []byte) (*StatusReport, error) {
	if t, err := TypeOf(tpdu); err != nil {
		return nil, err
	} else if t != TypeStatusReport {
		return nil, ErrType
	}
	if len(tpdu) < 2 {
		return nil, errTruncated
	}
	r := &StatusReport{Reference: tpdu[1], MoreMessages: tpdu[0]&bitMoreMessages == 0}
	var err error
	b := tpdu[2:]
	if r.Recipient, b, err = decodeNumber(b); err != nil {
		return nil, err
	}
	if len(b) < 2*timestampOctets+1 {
		return nil, errTruncated
	}
	r.Time = decodeTimestamp(b)
	r.Discharged = decodeTimestamp(b[timestampOctets:])
	r.Status = Status(b[2*timestampOctets])
	return r, nil
}

func (u UserData) hasHeader() bool { return u.Header.octets() != nil }

func flag(set bool, bit byte) byte {
	if set {
		return bit
	}
	return 0
}
