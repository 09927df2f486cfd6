package atmodem

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Errors that callers tell apart.
var (
	// ErrUnknownOutcome wraps what Submit answers when the segment may have
	// been accepted and nobody can tell.
	ErrUnknownOutcome = errors.New("atmodem: outcome unknown")
	// ErrClosed wraps what every call answers once the connection to the modem
	// has ended, beside the reason, such as ErrTimeout. Open the modem anew.
	ErrClosed = errors.New("atmodem: connection ended")
	// ErrTimeout wraps what a call answers when the modem kept silent.
	ErrTimeout = errors.New("atmodem: modem is silent")
	// ErrPIN wraps what Open answers when the SIM asks for a PIN that wasn't
	// given, refuses the one that was, or asks for a PUK. Don't repeat it: three
	// wrong PINs lock the SIM.
	ErrPIN = errors.New("atmodem: SIM is locked")
)

// ErrorKind is the family of a refusal's code.
type ErrorKind byte

// noNetwork is the CMS code of a modem without network.
const noNetwork = 331

// The families of codes.
const (
	CMS ErrorKind = iota // +CMS ERROR, 3GPP TS 27.005 3.2.5
	CME                  // +CME ERROR, 3GPP TS 27.007 9.2
)

// String is the family's name.
func (k ErrorKind) String() string {
	if k == CME {
		return "CME"
	}
	return "CMS"
}

// SubmitError is a definite refusal by the modem or the network: what was asked
// was not done, a segment was not sent.
type SubmitError struct {
	Kind ErrorKind
	Code int // -1 when the modem said only ERROR, or words
	Text string
}

// Error tells the code and the reason.
func (e *SubmitError) Error() string {
	if e.Code < 0 {
		return "atmodem: refused: " + e.Reason()
	}
	return fmt.Sprintf("atmodem: refused: %s (%s %d)", e.Reason(), e.Kind, e.Code)
}

// ambiguous tells that the modem sent the segment and heard nothing from the
// network. That is no refusal.
func (e *SubmitError) ambiguous() bool {
	return e.Kind == CMS && e.Code == 332 || e.Kind == CME && e.Code == 31
}

// Temporary tells whether the same segment may succeed later.
func (e *SubmitError) Temporary() bool {
	if e.Kind == CME {
		switch e.Code {
		case 14, 20, 30, 100, 515: // SIM busy, memory full, no network, unknown, please wait
			return true
		}
		return false
	}
	switch e.Code {
	case 17, 22, 27, 38, 41, 42, 47, 192, 193, 194, 195, 208, 211, 212, 314, 322, noNetwork, 500, -1:
		return true
	}
	return false
}

// Reason is the refusal in words for people.
func (e *SubmitError) Reason() string {
	words := cmsWords
	if e.Kind == CME {
		words = cmeWords
	}
	switch {
	case words[e.Code] != "":
		return words[e.Code]
	case e.Text != "":
		return e.Text
	case e.Code < 0:
		return "the modem refused without a reason"
	}
	return fmt.Sprintf("the modem refused with %s error %d", e.Kind, e.Code)
}

// 3GPP TS 27.005 3.2.5 Message Service Failure Result Code; up to 127 the
// network's causes of 3GPP TS 24.011 E.2, up to 255 those of 3GPP TS 23.040.
var cmsWords = map[int]string{
	1:   "the number is not assigned",
	8:   "the operator bars this",
	10:  "the calls of this SIM are barred",
	17:  "network failure",
	21:  "the network rejected the text (no credit is a usual reason)",
	22:  "the network or the memory is full",
	27:  "the recipient's phone is out of service",
	28:  "the network doesn't know this SIM",
	29:  "the network refused the service",
	30:  "the network doesn't know this SIM",
	38:  "the network is out of order",
	41:  "temporary failure of the network",
	42:  "the network is congested",
	47:  "the network has no resources free",
	50:  "texting is not part of the subscription",
	69:  "the network doesn't offer this",
	81:  "the network lost the reference of the text",
	95:  "the network found the text malformed",
	96:  "the network missed a part of the text",
	97:  "the network doesn't know this type of message",
	98:  "the network didn't expect this message now",
	99:  "the network doesn't know a part of the text",
	111: "protocol error",
	127: "the network gave no reason",
	128: "interworking between networks is not supported",
	143: "the network doesn't support the protocol id",
	144: "the network doesn't support the data coding",
	145: "the network doesn't support the message class",
	192: "the service centre is busy",
	193: "there is no subscription at the service centre",
	194: "the service centre is out of order",
	195: "the number is invalid at the service centre",
	196: "the destination is barred",
	197: "the service centre rejected a duplicate",
	208: "the SIM's memory for texts is full",
	211: "the memory is full",
	300: "the modem failed",
	301: "the modem's texting is reserved for another use",
	302: "the modem doesn't allow this now",
	303: "the modem doesn't support this",
	304: "the modem found the text malformed",
	305: "the modem found the text malformed",
	310: "there is no SIM",
	311: "the SIM asks for its PIN",
	313: "the SIM failed",
	314: "the SIM is busy",
	315: "the SIM is the wrong one",
	316: "the SIM asks for its PUK",
	320: "the modem's memory failed",
	321: "there is no message in that place",
	322: "the modem's memory is full",
	330: "the number of the service centre is unknown",
	331: "there is no network",
	332: "the network didn't answer in time",
	500: "unknown error",
}

// 3GPP TS 27.007 9.2.1 General errors
var cmeWords = map[int]string{
	3:   "the modem doesn't allow this now",
	4:   "the modem doesn't support this",
	10:  "there is no SIM",
	11:  "the SIM asks for its PIN",
	12:  "the SIM asks for its PUK",
	13:  "the SIM failed",
	14:  "the SIM is busy",
	15:  "the SIM is the wrong one",
	16:  "the PIN is wrong",
	20:  "the modem's memory is full",
	30:  "there is no network",
	31:  "the network didn't answer in time",
	32:  "only emergency calls are allowed",
	100: "unknown error",
	515: "the modem is starting up",
}

// parseFinal reads a final result; nil for OK.
func parseFinal(line string) (failure *SubmitError, final bool) {
	upper := strings.ToUpper(line)
	switch {
	case upper == "OK":
		return nil, true
	case upper == "ERROR", strings.HasPrefix(upper, "COMMAND NOT SUPPORT"), strings.HasPrefix(upper, "TOO MANY PARAM"):
		return &SubmitError{Kind: CMS, Code: -1}, true
	}
	for kind, prefix := range []string{CMS: "+CMS ERROR:", CME: "+CME ERROR:"} {
		if !strings.HasPrefix(upper, prefix) {
			continue
		}
		text := strings.TrimSpace(line[len(prefix):])
		code, err := strconv.Atoi(text)
		if err != nil {
			return &SubmitError{Kind: ErrorKind(kind), Code: -1, Text: text}, true
		}
		return &SubmitError{Kind: ErrorKind(kind), Code: code}, true
	}
	return nil, false
}
