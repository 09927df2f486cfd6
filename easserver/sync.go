package easserver

import (
	"context"
	"errors"
	"time"

	"asms/eas"
	"asms/mailbox"
)

// sync synchronizes collections. All of them are checked before anything is
// done, so that a request with a fault leaves every sync key as it was.
//
// [MS-ASCMD] 2.2.1.21 Sync
func (s *Server) sync(ctx context.Context, r *request) (any, error) {
	req, err := s.wholeSync(r)
	if err != nil {
		return nil, err
	}
	if limit, ok := syncLimit(req, s.opts.MaxCollections); !ok {
		return limit, nil
	}
	run, err := s.planSync(ctx, r, req)
	if err != nil {
		return nil, err
	}
	if err := s.runSync(ctx, r, run); err != nil {
		return nil, err
	}
	s.rememberSync(r, req, run)
	if run.waits() {
		if err := s.hangSync(ctx, r, req, run); err != nil {
			return nil, err
		}
	}
	if len(run.answers) == 0 {
		return nil, nil // nothing to say [MS-ASCMD] 2.2.1.21.2 Empty Sync Response
	}
	return &eas.SyncResponse{Collections: &eas.SyncResponseCollections{Collection: run.answers}}, nil
}

// syncLimit answers a request whose numbers are out of bounds with the nearest
// that are not.
//
// [MS-ASCMD] 2.2.3.100 Limit
func syncLimit(req *eas.SyncRequest, maxCollections int) (*eas.SyncResponse, bool) {
	refused := func(status eas.Status, limit int) (*eas.SyncResponse, bool) {
		return &eas.SyncResponse{Status: status, Limit: &limit}, false
	}
	if len(req.Collections.Collection) > maxCollections {
		return refused(eas.SyncStatusTooManyCollections, maxCollections)
	}
	if w := req.Wait; w != nil && !within(w, eas.MinWait, eas.MaxWait) {
		return refused(eas.SyncStatusInvalidInterval, min(max(*w, eas.MinWait), eas.MaxWait))
	}
	if h := req.HeartbeatInterval; h != nil && !within(h, eas.MinHeartbeatInterval, eas.MaxHeartbeatInterval) {
		return refused(eas.SyncStatusInvalidInterval, min(max(*h, eas.MinHeartbeatInterval), eas.MaxHeartbeatInterval))
	}
	return nil, true
}

// syncRun is a Sync that has been checked and can be carried out, as often as
// waiting needs it.
type syncRun struct {
	collections []collectionRun
	window      int // how many changes the answer may hold
	interval    time.Duration
	commands    bool // there are some, so that the answer cannot wait

	answers []eas.SyncResponseCollection // what there is to say
}

// collectionRun is one collection of it.
type collectionRun struct {
	id       eas.CollectionID
	request  mailbox.SyncRequest
	commands clientCommands
	issued   string // the key after it was carried out, "" when it was not
}

// planSync checks a request.
//
// [MS-ASCMD] 2.2.3.177.17 Status (Sync); [MS-ASMS] 3.2.5.1
func (s *Server) planSync(ctx context.Context, r *request, req *eas.SyncRequest) (*syncRun, error) {
	run := &syncRun{window: eas.MaxWindowSize}
	if req.WindowSize != nil {
		run.window = windowSize(req.WindowSize)
	}
	switch {
	case req.Wait != nil && req.HeartbeatInterval != nil, req.WindowSize != nil && *req.WindowSize < 0:
		return nil, failed(eas.SyncStatusProtocolError)
	case req.Wait != nil:
		run.interval = time.Duration(*req.Wait) * time.Minute
	case req.HeartbeatInterval != nil:
		run.interval = time.Duration(*req.HeartbeatInterval) * time.Second
	}
	list := req.Collections.Collection
	run.collections = make([]collectionRun, len(list))
	seen := make(map[eas.CollectionID]bool, len(list))
	commands := 0
	for i := range list {
		c := &list[i]
		if seen[c.CollectionID] {
			return nil, failed(eas.SyncStatusProtocolError)
		}
		seen[c.CollectionID] = true
		if c.Commands != nil {
			if commands += len(c.Commands.Items); commands > eas.MaxSyncCommands {
				return nil, failed(eas.SyncStatusProtocolError)
			}
		}
		one, err := s.planCollection(ctx, r, c, len(list) > 1)
		if err != nil {
			return nil, err
		}
		one.request.Interval = run.interval
		run.collections[i] = one
	}
	run.commands = commands > 0
	return run, nil
}

// planCollection checks one collection. Existing says that the folder must be
// looked up, even if nothing depends on its type: what is wrong with one
// collection must be known before another is touched.
func (s *Server) planCollection(ctx context.Context, r *request, c *eas.SyncCollection, existing bool) (one collectionRun, err error) {
	initial := c.SyncKey == eas.SyncKeyInitial
	getChanges := !initial
	if c.GetChanges != nil {
		getChanges = *c.GetChanges
	}
	switch {
	case c.CollectionID == "", c.SyncKey == "",
		initial && getChanges, // [MS-ASCMD] 2.2.3.84 GetChanges
		c.WindowSize != nil && *c.WindowSize < 0:
		return one, failed(eas.SyncStatusProtocolError)
	}
	one = collectionRun{id: c.CollectionID, request: mailbox.SyncRequest{
		Key: string(c.SyncKey), GetChanges: getChanges, Window: windowSize(c.WindowSize),
		DeletesAsMoves: c.DeletesAsMoves == nil || *c.DeletesAsMoves,
	}}
	commands := c.Commands != nil && len(c.Commands.Items) > 0
	if !existing && !commands && len(c.Options) == 0 && c.ConversationMode == nil && c.Supported.Tag() == 0 {
		return one, nil
	}
	t, err := s.folderType(ctx, r, c.CollectionID)
	if err != nil {
		return one, err
	}
	var ok bool
	if c.ConversationMode != nil && !t.IsMail() { // [MS-ASCMD] 2.2.3.36.2 ConversationMode (Sync)
		return one, failed(eas.SyncStatusProtocolError)
	}
	if one.request.Supported, ok = supported(c, t); !ok {
		return one, failed(eas.SyncStatusProtocolError)
	}
	options, fault := classOptions(r.Version, t, c.Options)
	switch fault {
	case optionsFine:
		one.request.Options = options
	case optionsBodyPart:
		return one, failed(eas.StatusBodyPartPreferenceTypeNotSupported)
	default:
		return one, failed(eas.SyncStatusProtocolError)
	}
	if commands {
		if one.commands, ok = s.readCommands(r.Version, t, c.Commands.Items); !ok || initial {
			return one, failed(eas.SyncStatusProtocolError)
		}
		one.request.Commands = one.commands.valid
	}
	return one, nil
}

// windowSize is the number of changes that a WindowSize allows.
//
// [MS-ASCMD] 2.2.3.199 WindowSize
func windowSize(n *int) int {
	switch {
	case n == nil:
		return eas.DefaultWindowSize
	case *n <= 0 || *n > eas.MaxWindowSize:
		return eas.MaxWindowSize
	}
	return *n
}

// folderType returns the type of a folder, or mailbox.ErrFolderNotFound.
func (s *Server) folderType(ctx context.Context, r *request, id eas.CollectionID) (eas.FolderType, error) {
	k := folderKey{r.user, string(id)}
	if t, ok := s.types.get(k); ok {
		return t, nil
	}
	f, err := s.mailbox.Folder(ctx, r.user, string(id))
	if err != nil {
		return 0, err
	}
	s.types.put(k, eas.FolderType(f.Type), 1)
	return eas.FolderType(f.Type), nil
}

// runSync carries a Sync out and collects what there is to say.
func (s *Server) runSync(ctx context.Context, r *request, run *syncRun) error {
	room := run.window
	for i := range run.collections {
		c := &run.collections[i]
		answer, changes, err := s.runCollection(ctx, r, c, room)
		if err != nil {
			return err
		}
		room -= changes
		if answer != nil {
			run.answers = append(run.answers, *answer)
		}
	}
	return nil
}

// runCollection carries out one collection and returns the answer, nil when
// there is nothing to say, and how many changes are in it. Room is how many may
// be.
//
// [MS-ASCMD] 2.2.3.29.2 Collection (Sync), 2.2.3.199 WindowSize
func (s *Server) runCollection(ctx context.Context, r *request, c *collectionRun, room int) (*eas.SyncResponseCollection, int, error) {
	req := c.request
	req.Window = min(req.Window, room)
	full := req.GetChanges && room == 0
	if full {
		if len(c.commands.wire) == 0 {
			return nil, 0, nil // the next Sync brings it
		}
		req.GetChanges = false
	}
	delta, err := s.mailbox.Sync(ctx, r.partnership(c.id), req)
	switch {
	case errors.Is(err, mailbox.ErrInvalidSyncKey):
		return &eas.SyncResponseCollection{SyncKey: eas.SyncKeyInitial, CollectionID: c.id, Status: eas.SyncStatusInvalidSyncKey}, 0, nil
	case errors.Is(err, mailbox.ErrFolderNotFound):
		s.types.forget(folderKey{r.user, string(c.id)})
		return nil, 0, err
	case ctx.Err() != nil:
		return nil, 0, err
	case errors.Is(err, mailbox.ErrFull):
		return s.fullCollection(r, c, err)
	case err != nil:
		s.log.Error("sync failed", "user", r.login, "device", string(r.DeviceID), "collection", string(c.id), "err", err)
		return &eas.SyncResponseCollection{SyncKey: eas.SyncKey(req.Key), CollectionID: c.id, Status: eas.SyncStatusServerError}, 0, nil
	}
	c.issued = delta.Key
	if delta.Empty && len(c.commands.wire) == 0 {
		return nil, 0, nil
	}
	answer := &eas.SyncResponseCollection{
		SyncKey: eas.SyncKey(delta.Key), CollectionID: c.id, Status: eas.StatusSuccess, MoreAvailable: delta.More || full,
	}
	if answer.Responses, err = c.commands.responses(&delta); err != nil {
		return nil, 0, err
	}
	if answer.Commands, err = serverCommands(r.Version, &delta); err != nil {
		return nil, 0, err
	}
	return answer, len(delta.Changes), nil
}

// fullCollection answers a collection for which the server has no room. As nothing
// was done, the key stays: each command is told so, and the device makes it again
// later. Without commands it is the whole request that fails.
//
// [MS-ASCMD] 2.2.3.177.17 Status (Sync)
func (s *Server) fullCollection(r *request, c *collectionRun, err error) (*eas.SyncResponseCollection, int, error) {
	if len(c.commands.wire) == 0 {
		return nil, 0, err
	}
	s.log.Error("sync failed", "user", r.login, "device", string(r.DeviceID), "collection", string(c.id), "err", err)
	delta := &mailbox.Delta{Responses: make([]mailbox.Response, len(c.commands.valid))}
	for i := range delta.Responses {
		delta.Responses[i].Err = err
	}
	answer := &eas.SyncResponseCollection{SyncKey: eas.SyncKey(c.request.Key), CollectionID: c.id, Status: eas.StatusSuccess}
	answer.Responses, err = c.commands.responses(delta)
	return answer, 0, err
}
