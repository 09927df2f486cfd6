package easserver

import (
	"context"
	"html"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"asms/account"
	"asms/eas"
)

// maxReply is the longest reply that is kept, in characters.
const maxReply = 32768

// oof gets or sets what people are told while the user is out of office.
//
// [MS-ASCMD] 2.2.3.122 Oof
func (s *Server) oof(ctx context.Context, r *request, o *eas.Oof) (*eas.OofResponse, error) {
	if o.Set != nil {
		status, replies := oofFault(o.Set)
		if status == eas.StatusSuccess {
			if err := s.accounts.ChangeOof(ctx, r.user, func(oof *account.Oof) { setOof(oof, o.Set, replies) }); err != nil {
				return nil, err
			}
		}
		return &eas.OofResponse{Status: status}, nil
	}
	isHTML, status := bodyTypeIsHTML(&o.Get.BodyType)
	if status != eas.StatusSuccess {
		return &eas.OofResponse{Status: status}, nil
	}
	kept, err := s.accounts.Oof(ctx, r.user)
	if err != nil {
		return nil, err
	}
	return &eas.OofResponse{Status: eas.StatusSuccess, Get: oofElement(&kept, isHTML)}, nil
}

// oofFault says what is wrong with a Set, and which reply is meant for which
// audience, nil for those it does not speak of.
//
// [MS-ASCMD] 2.2.3.177.15 Status (Settings)
func oofFault(set *eas.OofSet) (eas.Status, [account.Audiences]*eas.OofMessage) {
	var replies [account.Audiences]*eas.OofMessage
	switch {
	case set.OofState == nil, (set.StartTime == nil) != (set.EndTime == nil): // MS-ASCMD 2.2.3.176.2
		return eas.SettingsStatusProtocolError, replies
	case *set.OofState < int(account.OofOff) || *set.OofState > int(account.OofTimed):
		return eas.SettingsStatusInvalidArguments, replies
	case set.StartTime != nil && *set.OofState == int(account.OofTimed) && !set.EndTime.After(*set.StartTime):
		return eas.SettingsStatusConflictingArguments, replies
	}
	for i := range set.OofMessage {
		m := &set.OofMessage[i]
		if m.ReplyMessage != nil || m.BodyType != nil {
			if _, status := bodyTypeIsHTML(m.BodyType); status != eas.StatusSuccess {
				return status, replies
			}
		}
		if utf8.RuneCountInString(deref(m.ReplyMessage)) > maxReply {
			return eas.SettingsStatusInvalidArguments, replies
		}
		audiences := 0
		for a, applies := range appliesTo(m) {
			if !applies {
				continue
			}
			if audiences++; replies[a] != nil { // each audience once
				return eas.SettingsStatusProtocolError, replies
			}
			replies[a] = m
		}
		if audiences != 1 {
			return eas.SettingsStatusProtocolError, replies
		}
	}
	// People outside are told one thing, whether they are known or not.
	known, unknown := replies[account.ExternalKnown], replies[account.ExternalUnknown]
	if known != nil && unknown != nil && known.ReplyMessage != nil && unknown.ReplyMessage != nil && *known.ReplyMessage != *unknown.ReplyMessage {
		return eas.SettingsStatusConflictingArguments, replies
	}
	return eas.StatusSuccess, replies
}

func appliesTo(m *eas.OofMessage) [account.Audiences]bool {
	return [account.Audiences]bool{
		account.Internal:        m.AppliesToInternal,
		account.ExternalKnown:   m.AppliesToExternalKnown,
		account.ExternalUnknown: m.AppliesToExternalUnknown,
	}
}

// setOof puts a Set into what is kept. Audiences it does not speak of keep
// theirs, and times are kept only where they mean something.
//
// [MS-ASCMD] 2.2.3.124 OofState
func setOof(oof *account.Oof, set *eas.OofSet, replies [account.Audiences]*eas.OofMessage) {
	oof.State = account.OofState(*set.OofState)
	switch {
	case oof.State != account.OofTimed:
		oof.Start, oof.End = time.Time{}, time.Time{}
	case set.StartTime != nil:
		oof.Start, oof.End = set.StartTime.UTC(), set.EndTime.UTC()
	}
	for a, m := range replies {
		if m == nil {
			continue
		}
		if m.Enabled != nil {
			oof.Replies[a].Enabled = *m.Enabled
		}
		if m.ReplyMessage != nil {
			oof.Replies[a].Message = *m.ReplyMessage
			oof.Replies[a].HTML, _ = bodyTypeIsHTML(m.BodyType)
		}
	}
}

// oofElement is what is kept, with the replies in the format that is asked for.
//
// [MS-ASCMD] 2.2.3.83 Get
func oofElement(oof *account.Oof, isHTML bool) *eas.OofSet {
	e := &eas.OofSet{OofState: eas.Ptr(int(oof.State))}
	if !oof.End.IsZero() {
		e.StartTime, e.EndTime = &oof.Start, &oof.End
	}
	for a, reply := range oof.Replies {
		m := eas.OofMessage{Enabled: &reply.Enabled}
		switch account.Audience(a) {
		case account.Internal:
			m.AppliesToInternal = true
		case account.ExternalKnown:
			m.AppliesToExternalKnown = true
		case account.ExternalUnknown:
			m.AppliesToExternalUnknown = true
		}
		if reply.Message != "" {
			m.ReplyMessage, m.BodyType = eas.Ptr(inFormat(reply, isHTML)), eas.Ptr("Text")
			if isHTML {
				m.BodyType = eas.Ptr("HTML")
			}
		}
		e.OofMessage = append(e.OofMessage, m)
	}
	return e
}

var (
	htmlBreak = regexp.MustCompile(`(?i)<(br|/p|/div)\b[^>]*>`)
	htmlTag   = regexp.MustCompile(`<[^>]*>`)
)

// inFormat is a reply as plain text or as HTML, whichever it was set as.
func inFormat(reply account.OofReply, isHTML bool) string {
	switch {
	case reply.HTML == isHTML:
		return reply.Message
	case isHTML:
		return strings.ReplaceAll(html.EscapeString(reply.Message), "\n", "<br>")
	}
	return plainOf(reply.Message)
}

// bodyTypeIsHTML reads a BodyType that must be there.
//
// [MS-ASCMD] 2.2.3.17 BodyType
func bodyTypeIsHTML(t *string) (isHTML bool, status eas.Status) {
	switch {
	case t == nil || *t == "":
		return false, eas.SettingsStatusProtocolError
	case strings.EqualFold(*t, "HTML"):
		return true, eas.StatusSuccess
	case strings.EqualFold(*t, "Text"):
		return false, eas.StatusSuccess
	}
	return false, eas.SettingsStatusInvalidArguments
}
