// Package sms is one text message: the addresses it goes between, the
// alphabets it is written in, the segments it is cut into, the transfer
// protocol data units (TPDU) that carry them, and the way back to one text.
//
// It does no I/O and keeps nothing. Everything a stranger may send is bounded
// and answered with an error, never with a panic.
//
// Sources: 3GPP TS 23.038 (alphabets), 3GPP TS 23.040 (TPDU), [MS-ASMS]
// 2.2.2.1.6 From and 2.2.2.1.10 To (addresses).
package sms
