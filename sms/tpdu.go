package sms

import (
	"errors"
	"time"
)

// Submit is a text segment on its way to the network.
//
// 3GPP TS 23.040 9.2.2.2 SMS-SUBMIT type
type Submit struct {
	Reference        byte          // TP-MR; modems mostly replace it
	Destination      string        // "+49…" international, else digits as dialled
	StatusReport     bool          // TP-SRR: ask for a report
	RejectDuplicates bool          // TP-RD
	ReplyPath        bool          // TP-RP
	ProtocolID       byte          // TP-PID
	Validity         time.Duration // TP-VP, relative, rounded up to a step; 0 for the network's own
	UserData         UserData
}

// Encode writes the TPDU, without an SMSC prefix.
func (s *Submit) Encode() ([]byte, error) { return nil, errors.New("sms: not yet") }

// DecodeSubmit reads an SMS-SUBMIT TPDU.
func DecodeSubmit(tpdu []byte) (*Submit, error) { return nil, errors.New("sms: not yet") }

// Deliver is a text segment that came from the network.
//
// 3GPP TS 23.040 9.2.2.1 SMS-DELIVER type
type Deliver struct {
	Originator   string    // "+49…", a short code, or letters
	Time         time.Time // TP-SCTS, in the zone the SMSC gave
	MoreMessages bool      // more wait at the SMSC (TP-MMS = 0)
	StatusReport bool      // TP-SRI: the sender asked for a report
	ReplyPath    bool      // TP-RP
	ProtocolID   byte      // TP-PID
	UserData     UserData
}

// Encode writes the TPDU, without an SMSC prefix.
func (d *Deliver) Encode() ([]byte, error) { return nil, errors.New("sms: not yet") }

// DecodeDeliver reads an SMS-DELIVER TPDU.
func DecodeDeliver(tpdu []byte) (*Deliver, error) { return nil, errors.New("sms: not yet") }

// StatusReport tells what became of a submitted segment.
//
// 3GPP TS 23.040 9.2.2.3 SMS-STATUS-REPORT type
type StatusReport struct {
	Reference    byte      // TP-MR of the submitted segment
	Recipient    string    // TP-RA
	Time         time.Time // TP-SCTS: when the SMSC took the segment
	Discharged   time.Time // TP-DT: when the outcome was known
	Status       Status    // TP-ST
	MoreMessages bool      // TP-MMS = 0
}

// Encode writes the TPDU, without an SMSC prefix.
func (r *StatusReport) Encode() ([]byte, error) { return nil, errors.New("sms: not yet") }

// DecodeStatusReport reads an SMS-STATUS-REPORT TPDU.
func DecodeStatusReport(tpdu []byte) (*StatusReport, error) { return nil, errors.New("sms: not yet") }

// Status is the outcome in a status report.
//
// 3GPP TS 23.040 9.2.3.15 TP-Status (TP-ST)
type Status byte

// Delivered: the recipient's phone has it.
func (s Status) Delivered() bool { return s < 0x20 && s != 0x01 }

// Pending: the SMSC is still trying; another report follows.
func (s Status) Pending() bool { return s >= 0x20 && s < 0x40 }

// Failed: the SMSC gave up.
func (s Status) Failed() bool { return s >= 0x40 }

// String says the status in words.
func (s Status) String() string { return "" }
