package relay

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"asms/api"
	"asms/eas"
)

// channel is the way by which the agent tells an asms server what became of each
// recipient. ActiveSync has no word for it; other servers learn as much by
// non-delivery reports, and so do people.
type channel struct {
	client   *api.Client
	failures int       // in a row
	again    time.Time // nothing is told before
	absent   bool      // until then because the server has no such channel
}

const (
	// tellTries is how often the server is told in vain before the Delete of a
	// text waits no longer. What there is to tell is not given up by that.
	tellTries = 4

	// tellTimeout bounds one request.
	tellTimeout = 15 * time.Second

	// absence is how long a server that has no such channel is believed.
	absence = 24 * time.Hour
)

// newChannel returns the channel beside the ActiveSync path of the server.
func newChannel(o *Options) (*channel, error) {
	u, err := url.Parse(o.Client.URL)
	if err != nil {
		return nil, errors.New("relay: the URL of the server cannot be read") // err tells the user
	}
	at := url.URL{Scheme: u.Scheme, Host: u.Host, Path: strings.TrimSuffix(strings.TrimRight(u.Path, "/"), eas.Path)}
	c, err := api.New(api.Options{URL: at.String(), User: o.Client.User, Password: o.Client.Password, HTTPClient: o.Client.HTTPClient})
	if err != nil {
		return nil, fmt.Errorf("relay: %w", err)
	}
	return &channel{client: c}, nil
}

// tell tells the server what there is to tell, and says when to go on, zero when
// not before something happens. What fails is tried again later: no error but
// that of the ledger ends it.
func (a *Agent) tell(ctx context.Context, s *session) (again time.Time, err error) {
	for c := a.channel; ; {
		n, err := a.ledger.nextNews(ctx)
		if err != nil || n == nil {
			return time.Time{}, err
		}
		if c.absent && a.now().Before(c.again) {
			return time.Time{}, a.ledger.dropNews()
		}
		if a.now().Before(c.again) {
			return c.again, nil
		}
		// First see what the server has: at key 0 an id may be another text's.
		if k, err := a.ledger.known(ctx, outboxFolder); err != nil {
			return time.Time{}, err
		} else if k != known {
			if err := a.compareOutbox(ctx, s.outbox); err != nil {
				return time.Time{}, err
			}
			continue
		}
		if len(n.recipients) == 0 {
			if err := a.ledger.told(n); err != nil {
				return time.Time{}, err
			}
			continue
		}
		if err := a.tellText(ctx, n); err != nil {
			return time.Time{}, err
		}
	}
}

// tellText tells the server about one text.
func (a *Agent) tellText(ctx context.Context, n *news) error {
	device, _, err := a.ledger.identity(ctx)
	if err != nil {
		return err
	}
	recipients := make([]api.Recipient, len(n.recipients))
	for i, o := range n.recipients {
		recipients[i] = api.Recipient{Number: o.number, State: apiState(o.state), Reason: o.reason, At: o.at}
		if o.state == recipientSent || o.state == recipientDelivered {
			recipients[i].Reason = ""
		}
	}
	limited, cancel := context.WithTimeout(ctx, tellTimeout)
	defer cancel()
	c := a.channel
	err = c.client.ReportRecipients(limited, string(device), string(n.serverID), recipients)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if e := a.at("recipients told"); e != nil {
		return e
	}
	switch judgeAnswer(err) {
	case answerTaken:
		c.failures, c.absent = 0, false
		a.log.InfoContext(ctx, "server told of the recipients", "text", n.serverID)
		return a.ledger.told(n)
	case answerRefused:
		c.failures, c.absent = 0, false
		a.log.WarnContext(ctx, "the server does not want to know of the recipients", "text", n.serverID, "error", err)
		return a.ledger.told(n)
	case answerAbsent:
		c.failures, c.absent, c.again = 0, true, a.now().Add(absence)
		a.log.InfoContext(ctx, "the server takes no states of recipients, only reports in the Inbox", "error", err)
		return a.ledger.dropNews()
	}
	c.absent, c.again = false, a.now().Add(a.pace.step(c.failures))
	c.failures++
	a.log.WarnContext(ctx, "the server could not be told of the recipients", "text", n.serverID, "error", withoutURL(err))
	return a.ledger.notTold()
}

// answer is what an answer on the channel means.
type answer byte

const (
	answerTaken   answer = iota
	answerRefused        // this one will never be taken
	answerAbsent         // nothing of the kind will be
	answerLater          // perhaps another time
)

func judgeAnswer(err error) answer {
	var p *api.Problem
	switch {
	case err == nil:
		return answerTaken
	case !errors.As(err, &p):
		return answerLater
	}
	// A title of the server's own, in place of the status line, is asms speaking.
	own := !strings.HasPrefix(p.Title, strconv.Itoa(p.Status)+" ")
	switch p.Status {
	case http.StatusNotFound:
		if own {
			return answerRefused
		}
		return answerAbsent
	case http.StatusMethodNotAllowed, http.StatusNotImplemented, http.StatusGone:
		return answerAbsent
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		if own {
			return answerRefused
		}
		return answerAbsent
	}
	if p.Status/100 == 3 {
		return answerAbsent
	}
	return answerLater
}

// withoutURL takes the URL, which names text and device, out of an error.
func withoutURL(err error) error {
	var e *url.Error
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}

func apiState(s recipientState) api.RecipientState {
	switch s {
	case recipientFailed:
		return api.RecipientFailed
	case recipientUnknown:
		return api.RecipientUnknown
	case recipientDelivered:
		return api.RecipientDelivered
	}
	return api.RecipientSent
}
