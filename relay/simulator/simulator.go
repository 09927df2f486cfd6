// Package simulator is a GSM modem with an AT dialogue and a small mobile
// network behind it, for demonstrations and tests. No radio is involved.
package simulator
