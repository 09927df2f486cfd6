package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"strings"
	"sync"
	"time"

	"asms/eas"
	"asms/easclient"
	"asms/sms"
)

// mailClient is a person's client: it writes texts into the Outbox and sees what
// comes into the folders.
type mailClient struct {
	client  *easclient.Client
	folders map[eas.FolderType]*easclient.Collection
	ids     map[eas.CollectionID]eas.FolderType

	mu   sync.Mutex
	seen func(change) // gets what is new; nil while what is old comes
}

// change is a text that came into a folder, or left it.
type change struct {
	folder eas.FolderType
	id     eas.ServerID
	text   *eas.SMS // nil when it left
}

// openMailbox signs in and finds the folders, taking a policy if the server
// demands one.
func openMailbox(ctx context.Context, client *easclient.Client) (*mailClient, error) {
	hierarchy, err := client.FolderSync(ctx, eas.SyncKeyInitial)
	if demandsPolicy(err) {
		if _, err = client.Provision(ctx, nil); err == nil {
			hierarchy, err = client.FolderSync(ctx, eas.SyncKeyInitial)
		}
	}
	if err != nil {
		return nil, err
	}
	m := &mailClient{client: client, folders: map[eas.FolderType]*easclient.Collection{}, ids: map[eas.CollectionID]eas.FolderType{}}
	if hierarchy.Changes == nil {
		return nil, errors.New("the mailbox has no folders")
	}
	for _, f := range hierarchy.Changes.Add {
		switch f.Type {
		case eas.FolderTypeInbox, eas.FolderTypeSentItems, eas.FolderTypeOutbox, eas.FolderTypeDrafts:
			options := easclient.SMSOptions()
			if f.Type != eas.FolderTypeOutbox {
				options.FilterType = eas.Ptr(eas.FilterOneDay)
			}
			c, err := easclient.NewCollection(client, easclient.CollectionOptions{
				State:             easclient.State{CollectionID: f.ServerID, Options: []eas.SyncOptions{options}},
				Handle:            m.handle(f.Type),
				HeartbeatInterval: eas.MinHeartbeatInterval * time.Second,
			})
			if err != nil {
				return nil, err
			}
			m.folders[f.Type], m.ids[f.ServerID] = c, f.Type
		}
	}
	if m.folders[eas.FolderTypeOutbox] == nil || m.folders[eas.FolderTypeInbox] == nil || m.folders[eas.FolderTypeSentItems] == nil {
		return nil, errors.New("the mailbox lacks an Inbox, an Outbox or Sent Items")
	}
	return m, nil
}

func demandsPolicy(err error) bool {
	var status *eas.StatusError
	if errors.As(err, &status) {
		switch status.Status {
		case eas.StatusRemoteWipeRequested, eas.StatusLegacyDeviceOnStrictPolicy, eas.StatusDeviceNotProvisioned, eas.StatusPolicyRefresh, eas.StatusInvalidPolicyKey:
			return true
		}
	}
	var http *easclient.HTTPError
	return errors.As(err, &http) && http.Code == 449
}

func (m *mailClient) handle(f eas.FolderType) func(context.Context, *easclient.Batch) error {
	return func(_ context.Context, b *easclient.Batch) error {
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.seen == nil {
			return nil
		}
		for _, command := range b.Commands {
			switch {
			case command.Add != nil:
				text, err := eas.DecodeSMS(command.Add.ApplicationData)
				if err != nil {
					continue // nothing of ours
				}
				m.seen(change{f, command.Add.ServerID, text})
			case command.Delete != nil:
				m.seen(change{f, command.Delete.ServerID, nil})
			}
		}
		return nil
	}
}

// watch has seen called with what is new from now on.
func (m *mailClient) watch(seen func(change)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.seen = seen
}

// baseline takes what is in the folders that tell what becomes of a text.
func (m *mailClient) baseline(ctx context.Context) error {
	for _, c := range m.folders {
		if _, err := c.Sync(ctx); err != nil && !errors.Is(err, easclient.ErrResync) {
			return err
		}
	}
	return nil
}

// send puts a text into the Outbox and returns its id. What was lost on the way
// is asked for again and makes no second text.
func (m *mailClient) send(ctx context.Context, to []sms.Address, body string) (eas.ServerID, error) {
	data, err := eas.NewApplicationData(&eas.SMSAdd{
		To: eas.Ptr(sms.FormatAddresses(to)), Importance: eas.Ptr(1), Read: eas.Ptr(true),
		Body: &eas.Body{Type: eas.BodyPlain, Data: &body}, InternetCPID: eas.Ptr("65001"), Flag: &eas.Flag{},
	})
	if err != nil {
		return "", err
	}
	var random [8]byte
	_, _ = rand.Read(random[:]) // never fails
	add := eas.ClientCommand{Add: &eas.ClientAdd{Class: eas.ClassSMS, ClientID: eas.ClientID(hex.EncodeToString(random[:])), ApplicationData: data}}
	for tries := 1; ; tries++ {
		responses, err := m.folders[eas.FolderTypeOutbox].Sync(ctx, add)
		for _, r := range responses {
			if r.Add != nil && r.Add.ClientID == add.Add.ClientID {
				return r.Add.ServerID, r.Add.Status.Err(eas.CommandSync)
			}
		}
		var status *eas.StatusError
		var http *easclient.HTTPError
		switch {
		case err == nil:
			return "", errors.New("the server did not answer")
		case tries == 4, ctx.Err() != nil, errors.As(err, &status), errors.As(err, &http) && http.Code < 500:
			return "", err
		}
		select {
		case <-time.After(time.Duration(tries) * time.Second):
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

// fate is what becomes of a text.
type fate struct {
	gone   map[eas.ServerID]bool // what has left the Outbox
	sent   bool                  // it is in Sent Items
	kept   bool                  // it is in the Drafts
	failed map[string]string     // reasons by normalised number
	quoted map[string]string     // what else quotes the text: reports by other phones, or answers
}

// expect notes from now on what tells the fate of a text.
func (m *mailClient) expect(to []sms.Address, body string) *fate {
	f := &fate{gone: map[eas.ServerID]bool{}, failed: map[string]string{}, quoted: map[string]string{}}
	ours := map[string]bool{}
	for _, a := range to {
		ours[sms.Normalize(a.Number)] = true
	}
	m.watch(func(c change) {
		switch {
		case c.folder == eas.FolderTypeOutbox && c.text == nil:
			f.gone[c.id] = true
		case c.text == nil || c.text.Body == nil || c.text.Body.Data == nil:
		case c.folder == eas.FolderTypeSentItems && *c.text.Body.Data == body:
			f.sent = true
		case c.folder == eas.FolderTypeDrafts && *c.text.Body.Data == body:
			f.kept = true
		case c.folder == eas.FolderTypeInbox:
			number, reason, certain := failure(c.text, body)
			switch {
			case !ours[number] || reason == "":
			case certain:
				f.failed[number] = reason
			default:
				f.quoted[number] = reason
			}
		}
	})
	return f
}

// follow waits until a text has left the Outbox, and finds out what became of
// it: the reports are in the Inbox by then, the text in Sent Items or Drafts. A
// Ping waits for those, because servers need not wake anyone for a deletion.
func (m *mailClient) follow(ctx context.Context, id eas.ServerID, f *fate) error {
	for tries := 1; ; tries++ {
		err := m.baseline(ctx)
		if err == nil && f.gone[id] {
			if f.kept {
				for number, reason := range f.quoted {
					if f.failed[number] == "" {
						f.failed[number] = reason
					}
				}
			}
			return nil
		}
		if err == nil {
			_, err = m.ping(ctx, eas.MinHeartbeatInterval)
		}
		var http *easclient.HTTPError
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.As(err, &http) && http.Code < 500:
			return err
		case err == nil:
			tries = 0
		}
		select { // a server that restarts is asked again, and none in haste
		case <-time.After(min(100*time.Millisecond<<min(tries, 10), 10*time.Second)):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// ping waits until texts come into the Inbox, Sent Items or Drafts, and says
// into which.
func (m *mailClient) ping(ctx context.Context, seconds int) ([]eas.CollectionID, error) {
	request := &eas.PingRequest{HeartbeatInterval: &seconds, Folders: &eas.PingFolders{}}
	for id, folder := range m.ids {
		if folder != eas.FolderTypeOutbox {
			request.Folders.Folder = append(request.Folders.Folder, eas.PingFolder{ID: id, Class: eas.ClassEmail})
		}
	}
	response, err := m.client.Ping(ctx, request)
	if err != nil || response.Folders == nil {
		return nil, err
	}
	return response.Folders.Folder, nil
}

// failure reads a text of the Inbox as a report that another did not reach
// someone: From is the recipient, and it quotes the other. Our own phones begin
// it in a way that leaves no doubt; an answer may look like anybody else's.
//
// [MS-ASMS] 3.1.5.1 Sending Outbound SMS Messages
func failure(m *eas.SMS, body string) (number, reason string, certain bool) {
	if m.From == nil || m.Body == nil || m.Body.Data == nil {
		return "", "", false
	}
	before, after, quoted := strings.Cut(*m.Body.Data, strings.TrimSpace(body))
	from, err := sms.ParseAddresses(*m.From)
	if !quoted || err != nil || len(from) != 1 {
		return "", "", false
	}
	words := strings.Join(strings.Fields(before+" "+after), " ")
	for _, opening := range []string{"Not sent to ", "Perhaps not sent to "} {
		if because, ok := strings.CutPrefix(words, opening+from[0].Number+": "); ok {
			words, certain = because, true
		}
	}
	return sms.Normalize(from[0].Number), strings.TrimSuffix(words, "."), certain
}
