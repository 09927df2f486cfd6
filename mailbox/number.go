package mailbox

import (
	"strings"
	"sync"

	"github.com/nyaruka/phonenumbers"

	"asms/sms"
)

// numbers says which numbers are one and the same.
type numbers struct {
	region string // ISO 3166, "" none

	mu    sync.Mutex
	known map[string]string // Normalize's form -> key
}

// knownLimit bounds how many numbers are remembered. Working one out anew costs
// some microseconds.
const knownLimit = 20_000

// subscriberLength is how many digits a number without + must have to be more
// than a short code.
const subscriberLength = 7

// key returns the form in which a number is compared: E.164 where the number can
// be one, and [sms.Normalize]'s form for short codes, names and whatever else.
// Numbers are never shown or sent in this form.
func (n *numbers) key(number string) string {
	plain := sms.Normalize(number)
	if !callable(plain) {
		return plain
	}
	n.mu.Lock()
	key, ok := n.known[plain]
	n.mu.Unlock()
	if ok {
		return key
	}
	key = e164(plain, n.region)
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.known == nil || len(n.known) >= knownLimit {
		n.known = make(map[string]string)
	}
	n.known[plain] = key
	return key
}

// callable reports whether a number in Normalize's form consists of digits, with
// + or without, and of no more than could be a number.
func callable(plain string) bool {
	digits := strings.TrimPrefix(plain, "+")
	return digits != "" && len(digits) <= 20 && strings.Trim(digits, "0123456789") == ""
}

// e164 returns a number as it is dialled from abroad. One that would be too
// short or too long there, or that is a short code of its own in the region,
// stays as it is. Whether somebody has the number is not asked: ranges are
// opened faster than a table is renewed.
func e164(plain, region string) string {
	abroad := strings.HasPrefix(plain, "+")
	if region == "" && !abroad {
		return plain
	}
	p, err := phonenumbers.Parse(plain, region)
	if err != nil || phonenumbers.IsPossibleNumberWithReason(p) != phonenumbers.IS_POSSIBLE {
		return plain
	}
	if !abroad && phonenumbers.GetNddPrefixForRegion(region, true) == "0" && !strings.HasPrefix(plain, "0") {
		// At home it would begin with 0: a network has left the + out.
		q, err := phonenumbers.Parse("+"+plain, region)
		if err == nil && q.GetCountryCode() == p.GetCountryCode() && phonenumbers.IsValidNumber(q) {
			p = q
		}
	}
	if !abroad && (len(phonenumbers.GetNationalSignificantNumber(p)) < subscriberLength ||
		phonenumbers.IsPossibleShortNumberForRegion(p, region)) {
		return plain
	}
	return phonenumbers.Format(p, phonenumbers.E164)
}

// KnownRegion reports whether region can be an Options.Region: "" or a country
// as ISO 3166 calls it, in capitals.
func KnownRegion(region string) bool {
	return region == "" || phonenumbers.GetCountryCodeForRegion(region) != 0
}
