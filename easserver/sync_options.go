package easserver

import (
	"slices"

	"asms/eas"
	"asms/mailbox"
)

// optionsFault is what is wrong with the Options of a collection. Sync and
// GetItemEstimate answer it differently.
type optionsFault int

const (
	optionsFine      optionsFault = iota
	optionsMalformed              // a rule is broken
	optionsFilter                 // a filter that exists, not for this class
	optionsNoFilter               // a filter that does not exist
	optionsBodyPart               // a type of body part that nobody has
)

// classOptions reads the Options of a collection over a folder of type t. No
// blocks are nil: those of the request before, or the default class.
//
// [MS-ASMS] 3.1.4.1.1 Options, 3.2.5.1 Processing a Sync Request
func classOptions(v eas.Version, t eas.FolderType, blocks []eas.SyncOptions) ([]mailbox.ClassOptions, optionsFault) {
	if len(blocks) > eas.MaxSyncOptions {
		return nil, optionsMalformed
	}
	if !t.IsMail() {
		return otherOptions(v, t, blocks)
	}
	var list []mailbox.ClassOptions
	for i := range blocks {
		o := &blocks[i]
		c := mailbox.ClassEmail
		switch o.ItemClass() {
		case eas.ClassEmail:
		case eas.ClassSMS:
			c = mailbox.ClassSMS
			if !v.SupportsSMSInFolder(t) {
				return nil, optionsMalformed
			}
		default:
			return nil, optionsMalformed
		}
		if slices.ContainsFunc(list, func(l mailbox.ClassOptions) bool { return l.Class == c }) {
			return nil, optionsMalformed
		}
		one, fault := classOption(v, o)
		if fault != optionsFine {
			return nil, fault
		}
		one.Class = c
		list = append(list, one)
	}
	return list, optionsFine
}

// classOption reads one block over a mail folder.
func classOption(v eas.Version, o *eas.SyncOptions) (one mailbox.ClassOptions, fault optionsFault) {
	if fault := filterFault(o.FilterType, eas.ClassEmail); fault != optionsFine {
		return one, fault
	}
	if o.FilterType != nil {
		one.FilterType = int(*o.FilterType)
	}
	if o.BodyPartPreference != nil {
		switch {
		case v < eas.Version141:
			return one, optionsMalformed
		case o.BodyPartPreference.Type != eas.BodyHTML:
			return one, optionsBodyPart
		}
	}
	if !within(o.Conflict, 0, 1) || !within(o.MIMESupport, 0, 2) || !within(o.MIMETruncation, 0, 8) {
		return one, optionsMalformed
	}
	one.ClientWins = o.Conflict != nil && *o.Conflict == 0
	if o.MIMESupport != nil {
		one.MIMESupport = *o.MIMESupport
	}
	one.MIMETruncation = o.MIMETruncation
	for _, p := range o.BodyPreference {
		if p.Type < eas.BodyPlain || p.Type > eas.BodyMIME || p.Preview != nil && *p.Preview > maxPreview {
			return one, optionsMalformed
		}
		b := mailbox.BodyPreference{Type: int(p.Type), AllOrNone: p.AllOrNone != nil && *p.AllOrNone}
		if slices.ContainsFunc(one.Body, func(have mailbox.BodyPreference) bool { return have.Type == b.Type }) {
			return one, optionsMalformed // [MS-ASAIRS] 2.2.2.12 BodyPreference
		}
		if p.TruncationSize != nil {
			b.TruncationSize = eas.Ptr(int64(*p.TruncationSize))
		}
		if p.Preview != nil {
			b.Preview = int(*p.Preview)
		}
		one.Body = append(one.Body, b)
	}
	return one, optionsFine
}

// filterFault checks the filter over items of a class.
//
// [MS-ASCMD] 2.2.3.68 FilterType
func filterFault(f *eas.FilterType, c eas.Class) optionsFault {
	switch {
	case f == nil || f.ValidFor(c):
		return optionsFine
	case *f > 0 && *f <= eas.FilterIncompleteTasks:
		return optionsFilter
	}
	return optionsNoFilter
}

// maxPreview is the longest preview, in characters.
//
// [MS-ASAIRS] 2.2.2.35.2 Preview (BodyPreference)
const maxPreview = 255

// otherOptions checks the blocks over a folder that holds no mail: one, for the
// folder's own class.
func otherOptions(v eas.Version, t eas.FolderType, blocks []eas.SyncOptions) ([]mailbox.ClassOptions, optionsFault) {
	if len(blocks) > 1 {
		return nil, optionsMalformed
	}
	for _, o := range blocks {
		if o.Class != "" && o.Class != t.Class() {
			return nil, optionsMalformed
		}
		if fault := filterFault(o.FilterType, t.Class()); fault != optionsFine {
			return nil, fault
		}
		if !within(o.Conflict, 0, 1) || o.MaxItems != nil && *o.MaxItems < 0 {
			return nil, optionsMalformed
		}
		if t.Class() == eas.ClassContacts {
			return contactOptions(v, o)
		}
	}
	return nil, optionsFine
}

func within(n *int, low, high int) bool { return n == nil || *n >= low && *n <= high }
