package relay

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"asms/eas"
	"asms/easclient"
)

// session is the agent as the server knows it.
type session struct {
	agent  *Agent
	client *easclient.Client
	enabled,
	foldersKnown bool
	anew    bool // the server wants all folders begun anew
	demands int  // of a policy, since it last went well

	outbox, inbox *easclient.Collection
	inboxID       eas.CollectionID
}

// serve keeps the mailbox synchronized until ctx ends, whatever the server does.
func (a *Agent) serve(ctx context.Context) error {
	s := &session{agent: a}
	for failures := 0; ; {
		start := a.now()
		err := s.run(ctx)
		switch {
		case errors.Is(err, errCrash):
			return err
		case errors.Is(err, easclient.ErrRemoteWipe):
			return s.wipe(ctx, false)
		case errors.Is(err, easclient.ErrAccountOnlyRemoteWipe):
			return s.wipe(ctx, true)
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.As(err, new(*LedgerError)), errors.Is(err, errOptions):
			return err
		}
		if a.now().Sub(start) > a.pace.most {
			failures, s.demands = 0, 0
		}
		wait, why := s.judge(err, failures)
		failures++
		a.log.WarnContext(ctx, why, "error", err, "again", wait)
		if err := a.rest(ctx, nil, a.now().Add(wait)); err != nil {
			return err
		}
	}
}

// errOptions wraps errors that no waiting helps against.
var errOptions = errors.New("relay: wrong options")

// judge says how long to leave the server alone after an error, and what has to
// be done anew then.
func (s *session) judge(err error, failures int) (wait time.Duration, why string) {
	p := s.agent.pace
	var httpErr *easclient.HTTPError
	if errors.As(err, &httpErr) {
		switch httpErr.Code {
		case http.StatusUnauthorized:
			return p.long, "the server does not take the user name and password"
		case http.StatusForbidden:
			return p.long, "the server does not serve this device"
		case http.StatusServiceUnavailable:
			return max(min(httpErr.RetryAfter, mostRetryAfter), p.step(failures)), "the server is busy"
		case 449: // [MS-ASPROV] 3.1.5.1: Provision
			return s.provisionAgain()
		}
		s.comeBack(failures)
		return p.step(failures), "the server failed"
	}
	var status *eas.StatusError
	if errors.As(err, &status) {
		switch status.Status {
		case eas.StatusMailboxQuotaExceeded:
			return p.step(failures), "the server has no room left"
		case eas.SyncStatusOutOfSpace:
			if status.Command == eas.CommandSync {
				return p.step(failures), "the server has no room left"
			}
		case eas.StatusRemoteWipeRequested, eas.StatusDeviceNotProvisioned, eas.StatusPolicyRefresh, eas.StatusInvalidPolicyKey, eas.StatusLegacyDeviceOnStrictPolicy:
			return s.provisionAgain()
		case eas.SyncStatusFolderHierarchyChanged:
			s.foldersKnown = false
			return p.step(failures), "the server's folders have changed"
		case eas.StatusServerError, eas.StatusServerErrorRetryLater, eas.StatusMailboxServerOffline, eas.SyncStatusServerError, eas.SyncStatusRetry:
			return p.step(failures), "the server failed"
		}
		// Blocked, disabled, too many devices, a request it cannot read: the same
		// request will not do better soon.
		s.enabled, s.foldersKnown = false, false
		return p.long, "the server refuses this device"
	}
	if errors.Is(err, easclient.ErrReinitialize) {
		s.foldersKnown, s.anew = false, true
		return p.step(failures), "the server wants the device to begin anew"
	}
	if errors.Is(err, easclient.ErrVersion) {
		return p.long, "the server speaks no version of the protocol that can carry texts"
	}
	s.comeBack(failures)
	return p.step(failures), "the server cannot be reached"
}

// mostRetryAfter is the longest wait that a server may ask for.
const mostRetryAfter = 24 * time.Hour

// comeBack begins anew at the address that was given, every few failures: the
// server may have moved once, and there may be nothing any more where it went.
func (s *session) comeBack(failures int) {
	if failures%4 == 3 {
		s.client, s.outbox, s.inbox, s.foldersKnown = nil, nil, nil, false
	}
}

// provisionAgain has the policy taken anew. That is the remedy, so that it does
// not matter how often other things failed before.
func (s *session) provisionAgain() (wait time.Duration, why string) {
	s.enabled = false
	s.demands++
	return s.agent.pace.step(s.demands - 1), "the server demands a policy"
}

// run is one life of the session: it ends with an error.
func (s *session) run(ctx context.Context) error {
	if err := s.connect(ctx); err != nil {
		return err
	}
	g, running := errgroup.WithContext(ctx)
	g.Go(func() error { return s.outbox.Watch(running) })
	g.Go(func() error { return s.post(running) })
	return g.Wait()
}

// connect makes the device known and enabled, and finds the folders; what is
// done already stays done.
//
// [MS-ASMS] 3.1.4.3 Provisioning for Relay of Outbound SMS Messages
func (s *session) connect(ctx context.Context) error {
	if s.client == nil {
		if err := s.newClient(ctx); err != nil {
			return err
		}
	}
	if !s.enabled {
		if err := s.enable(ctx); err != nil {
			return err
		}
		s.enabled = true
	}
	if !s.foldersKnown {
		if err := s.findFolders(ctx); err != nil {
			return err
		}
		s.foldersKnown = true
	}
	return nil
}

func (s *session) newClient(ctx context.Context) error {
	a := s.agent
	o := a.options.Client
	var err error
	if o.DeviceID, o.PolicyKey, err = a.ledger.identity(ctx); err != nil {
		return err
	}
	if o.DeviceType == "" {
		o.DeviceType = "asmsrelay"
	}
	if o.Logger == nil {
		o.Logger = a.log
	}
	if limit := a.options.VersionLimit; limit != 0 && o.Version == 0 {
		probe, err := easclient.New(o)
		if err != nil {
			return fmt.Errorf("%w: %w", errOptions, err)
		}
		offer, err := probe.Options(ctx)
		if err != nil {
			return err
		}
		for _, v := range offer.Versions {
			if v.Supported() && v <= limit && v > o.Version {
				o.Version = v
			}
		}
		if o.Version == 0 {
			return easclient.ErrVersion
		}
	}
	c, err := easclient.New(o)
	if err != nil {
		return fmt.Errorf("%w: %w", errOptions, err)
	}
	if o.Version == 0 {
		if _, err := c.Negotiate(ctx); err != nil {
			return err
		}
	}
	s.client = c
	return nil
}

// enable takes the policy and offers the device for outbound texts, number
// included, which 14.0 demands and all versions like. With 14.0 that must come
// before FolderSync, so it always does.
func (s *session) enable(ctx context.Context) error {
	info := s.information()
	_, err := s.client.Provision(ctx, &eas.DeviceInformation{Set: info})
	if e := s.agent.ledger.setPolicyKey(s.client.PolicyKey()); e != nil {
		return e
	}
	if err != nil {
		return err
	}
	if err := s.client.SetDeviceInformation(ctx, info); err != nil {
		return err
	}
	s.agent.log.InfoContext(ctx, "enabled for outbound texts", "version", s.client.Version())
	return nil
}

// enableAgain enables the device once more after the server has lost the key of
// the Outbox: it may have forgotten the device, too.
func (s *session) enableAgain(ctx context.Context) error {
	if !s.agent.forgotten.Load() {
		return nil
	}
	if err := s.enable(ctx); err != nil {
		return err
	}
	s.agent.forgotten.Store(false)
	return nil
}

// information is what the server is told about the device.
func (s *session) information() *eas.DeviceInformationSet {
	o := &s.agent.options
	set := &eas.DeviceInformationSet{
		FriendlyName: &o.Name, OS: eas.Ptr("asms"), UserAgent: eas.Ptr("asms relay"),
		PhoneNumber: &o.Number, EnableOutboundSMS: eas.Ptr(1), Model: eas.Ptr("asms relay"),
	}
	_, r := s.agent.connected()
	if r == nil {
		return set
	}
	info := r.Info()
	if info.Model != "" {
		set.Model = &info.Model
	}
	if info.IMEI != "" {
		set.IMEI = &info.IMEI
	}
	if info.Operator != "" {
		set.MobileOperator = &info.Operator
	}
	return set
}

func (s *session) findFolders(ctx context.Context) error {
	s.anew = s.anew || s.client.MustBeginAnew()
	response, err := s.client.FolderSync(ctx, eas.SyncKeyInitial)
	if err != nil {
		return err
	}
	var outboxID, inboxID eas.CollectionID
	if response.Changes != nil {
		for _, f := range response.Changes.Add {
			switch f.Type {
			case eas.FolderTypeOutbox:
				outboxID = f.ServerID
			case eas.FolderTypeInbox:
				inboxID = f.ServerID
			}
		}
	}
	if outboxID == "" || inboxID == "" {
		return errors.New("relay: the mailbox has no Inbox and Outbox")
	}
	if s.anew {
		if err := s.agent.ledger.beginAnew(outboxID, inboxID); err != nil {
			return err
		}
		s.agent.log.WarnContext(ctx, "the server wants all folders begun anew")
		s.anew, s.outbox, s.inbox = false, nil, nil
	}
	if s.outbox != nil && s.outbox.State().CollectionID == outboxID && s.inboxID == inboxID {
		return nil
	}
	a := s.agent
	state, err := a.ledger.collection(ctx, outboxFolder, outboxID)
	if err != nil {
		return err
	}
	s.inboxID = inboxID
	s.outbox, err = easclient.NewCollection(s.client, easclient.CollectionOptions{
		State: state, Handle: a.takeOutbox, Proved: a.textsProved, HeartbeatInterval: a.options.Heartbeat,
	})
	if err != nil {
		return err
	}
	return s.openInbox(ctx)
}

// openInbox begins, or begins again, where the ledger says the Inbox is.
func (s *session) openInbox(ctx context.Context) error {
	state, err := s.agent.ledger.collection(ctx, inboxFolder, s.inboxID)
	if err != nil {
		return err
	}
	if s.inbox, err = easclient.NewCollection(s.client, easclient.CollectionOptions{
		State: state, Handle: s.agent.takeInbox, UploadOnly: true,
	}); err != nil {
		return err
	}
	return nil
}

// survey takes what the Inbox holds of the last days.
func (s *session) survey(ctx context.Context) error {
	state, err := s.agent.ledger.collection(ctx, inboxFolder, s.inboxID)
	if err != nil {
		return err
	}
	options := easclient.SMSOptions()
	options.FilterType = eas.Ptr(eas.FilterOneWeek) // restoreWindow
	state.Options, state.OptionsKnown = []eas.SyncOptions{options}, false
	look, err := easclient.NewCollection(s.client, easclient.CollectionOptions{State: state, Handle: s.agent.takeSurvey})
	if err != nil {
		return err
	}
	if _, err := look.Sync(ctx); err != nil {
		return err
	}
	return s.openInbox(ctx)
}

// post tells the server what there is to tell: first texts for the Inbox, the
// reports among them, then what became of the recipients, then the Deletes in the Outbox, which say that all is
// done.
func (s *session) post(ctx context.Context) error {
	for {
		if err := s.enableAgain(ctx); err != nil {
			return err
		}
		if err := s.agent.uploadTexts(ctx, s); err != nil {
			return err
		}
		again, err := s.agent.tell(ctx, s)
		if err != nil {
			return err
		}
		if err := s.agent.deleteTexts(ctx, s.outbox); err != nil {
			return err
		}
		if err := s.agent.rest(ctx, s.agent.toPost, again); err != nil {
			return err
		}
	}
}

// wipeTries is how often the server is told of a wipe before it is done anyway.
const wipeTries = 3

// wipe obeys the server's order to erase the account: the server is told first,
// for afterwards nobody here knows it any more.
//
// [MS-ASPROV] 3.1.5.1.2.2 Acknowledging a Remote Wipe Directive
func (s *session) wipe(ctx context.Context, accountOnly bool) error {
	s.agent.log.WarnContext(ctx, "the server orders a wipe: the ledger is removed")
	var err error
	for i := range wipeTries {
		if err = s.client.AcknowledgeWipe(ctx, accountOnly, true); err == nil {
			break
		}
		if e := s.agent.rest(ctx, nil, s.agent.now().Add(s.agent.pace.step(i))); e != nil {
			return e
		}
	}
	if err != nil {
		return fmt.Errorf("%w (and was not told that it is done: %v)", ErrWiped, err)
	}
	return ErrWiped
}
