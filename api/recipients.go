package api

import (
	"context"
	"net/http"
	"time"
)

// RecipientState is what became of a text for one recipient.
type RecipientState string

// States of a recipient.
const (
	RecipientSent      RecipientState = "sent"      // the network has taken it
	RecipientFailed    RecipientState = "failed"    // it will not arrive
	RecipientUnknown   RecipientState = "unknown"   // it may or may not have been sent
	RecipientDelivered RecipientState = "delivered" // the recipient's phone has confirmed it
)

// Recipient is what a phone reports of one recipient of a text.
type Recipient struct {
	Number string         `json:"number"` // as in the text's To
	State  RecipientState `json:"state"`
	Reason string         `json:"reason,omitempty"` // in words, of a failure
	At     time.Time      `json:"at"`
}

// RecipientsPath is where a device reports the recipients of a text: the device
// id, and the text's server id in the Outbox.
const RecipientsPath = "/api/v1/devices/{device}/texts/{text}/recipients"

// ReportRecipients tells the server what became of the recipients of a text that
// the device was given. ActiveSync has no word for it: a non-delivery report says
// as much to people.
func (c *Client) ReportRecipients(ctx context.Context, device, text string, recipients []Recipient) error {
	return c.call(ctx, http.MethodPut, path("/devices/%s/texts/%s/recipients", device, text), nil, recipients, nil)
}
