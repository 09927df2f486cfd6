package easclient

import (
	"context"
	"errors"
	"fmt"
	"time"

	"asms/eas"
)

// exchange is what one request asks for.
type exchange struct {
	commands  []eas.ClientCommand
	noChanges bool
	hold      time.Duration // how long the server may hold it, 0 for not at all
}

// grace is how long a hanging request is left alone before it gives way. A
// server that took up the request only after the one it gave way to would think
// that the answer to that one was lost.
const grace = 200 * time.Millisecond

// errYield says that a hanging request gave way to another.
var errYield = errors.New("easclient: gave way")

// exchange sends one request, has its answer handled and reports whether there
// is more to ask for. The turn must be held.
//
// The key moves on only after the answer was handled, and a request with
// commands is pending until then, so that after whatever failure the same
// request is sent again.
func (c *Collection) exchange(ctx context.Context, x exchange) (b *Batch, more bool, err error) {
	state := c.State()
	if len(x.commands) > 0 {
		c.pending = &x
	}
	collection, err := c.send(ctx, &state, &x)
	if err != nil {
		return nil, false, c.refused(ctx, state, err)
	}
	b = &Batch{State: state}
	// What was sent is known to the server once it has answered.
	b.State.OptionsKnown = true
	if collection != nil {
		b.State.SyncKey = collection.SyncKey
		if collection.Commands != nil {
			b.Commands = collection.Commands.Items
		}
		if collection.Responses != nil {
			b.Responses = collection.Responses.Items
		}
		// Without a new key there would be no end to it.
		more = collection.MoreAvailable && b.State.SyncKey != state.SyncKey
	}
	if err := c.prove(ctx, state.SyncKey); err != nil {
		return nil, false, err
	}
	if collection != nil || !state.OptionsKnown {
		if err := c.handle(ctx, b); err != nil {
			return nil, false, err
		}
	}
	c.advance(state, b.State)
	if len(x.commands) > 0 {
		c.pending = nil
	}
	c.unproved = c.unproved || hasAdd(b.Commands)
	return b, more, nil
}

// send sends the request and returns the collection in the answer, nil if the
// answer is empty. All that is no success is an error.
func (c *Collection) send(ctx context.Context, state *State, x *exchange) (*eas.SyncResponseCollection, error) {
	response, err := c.sendHanging(ctx, c.request(state, x), x.hold > 0)
	if err != nil {
		var status *eas.StatusError
		if errors.As(err, &status) && status.Status == eas.SyncStatusInvalidInterval && response != nil && response.Limit != nil {
			c.heartbeat = time.Duration(*response.Limit) * time.Second
		}
		return nil, err
	}
	collection := find(response, state.CollectionID)
	switch {
	case collection == nil && state.initial():
		return nil, errors.New("easclient: Sync: no answer to the first request")
	case collection == nil:
		return nil, nil
	}
	if err := collection.Status.Err(eas.CommandSync); err != nil {
		return nil, err
	}
	if collection.SyncKey == "" || collection.SyncKey == eas.SyncKeyInitial {
		return nil, errors.New("easclient: Sync: no sync key in the answer")
	}
	return collection, nil
}

// sendHanging sends the request; one that hangs gives way to whoever waits for
// the turn, which is errYield.
func (c *Collection) sendHanging(ctx context.Context, request *eas.SyncRequest, hang bool) (*eas.SyncResponse, error) {
	if !hang {
		return c.client.Sync(ctx, request)
	}
	hanging, cancel := context.WithCancel(ctx)
	defer cancel()
	c.mu.Lock()
	if c.waiting > 0 {
		c.mu.Unlock()
		return nil, errYield
	}
	start := time.Now()
	c.yield = func() { time.AfterFunc(max(grace-time.Since(start), 0), cancel) }
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		c.yield = nil
		c.mu.Unlock()
	}()
	response, err := c.client.Sync(hanging, request)
	if err != nil && hanging.Err() != nil && ctx.Err() == nil {
		return nil, errYield
	}
	return response, err
}

// refused sorts the errors of send: which commands are given up, and when to
// start again.
func (c *Collection) refused(ctx context.Context, state State, err error) error {
	var status *eas.StatusError
	if !errors.As(err, &status) {
		return err
	}
	switch status.Status {
	case eas.SyncStatusInvalidSyncKey:
		return c.resync(ctx, state)
	case eas.SyncStatusServerError, eas.SyncStatusRetry, eas.StatusServerErrorRetryLater:
		return err // the same request may yet succeed
	case eas.SyncStatusProtocolError:
		c.pending = nil // and this one never
	}
	return err
}

func (c *Collection) request(state *State, x *exchange) *eas.SyncRequest {
	collection := eas.SyncCollection{SyncKey: state.SyncKey, CollectionID: state.CollectionID}
	if !state.OptionsKnown {
		collection.Options = state.Options
	}
	request := &eas.SyncRequest{}
	switch {
	case state.initial(): // the answer will be a key and nothing else
		collection.SyncKey = eas.SyncKeyInitial
	case x.noChanges || c.options.UploadOnly:
		collection.GetChanges = eas.Ptr(false)
	default:
		collection.WindowSize = &c.options.WindowSize
	}
	if len(x.commands) > 0 {
		collection.DeletesAsMoves = c.options.DeletesAsMoves
		collection.Commands = &eas.ClientCommands{Items: x.commands}
	}
	if x.hold > 0 {
		request.HeartbeatInterval = eas.Ptr(int(x.hold / time.Second))
	}
	request.Collections = &eas.SyncCollections{Collection: []eas.SyncCollection{collection}}
	return request
}

// advance takes the new state, but for options that were changed meanwhile.
func (c *Collection) advance(old, state State) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !sameOptions(old.Options, c.state.Options) {
		state.Options, state.OptionsKnown = c.state.Options, false
	}
	c.state = state
}

// resync goes back to key 0, which Handle learns, too.
func (c *Collection) resync(ctx context.Context, old State) error {
	if old.initial() {
		return errors.New("easclient: Sync: the server does not take the first key")
	}
	state := old
	state.SyncKey, state.OptionsKnown = eas.SyncKeyInitial, false
	if err := c.handle(ctx, &Batch{State: state, Resync: true}); err != nil {
		return err
	}
	c.advance(old, state)
	c.pending, c.unproved = nil, false
	return ErrResync
}

func (c *Collection) handle(ctx context.Context, b *Batch) error {
	if c.options.Handle == nil {
		return nil
	}
	if err := c.options.Handle(ctx, b); err != nil {
		return fmt.Errorf("easclient: handle collection %s: %w", b.State.CollectionID, err)
	}
	return nil
}

// prove says that the server has answered a request with the key.
func (c *Collection) prove(ctx context.Context, key eas.SyncKey) error {
	if !c.unproved || c.options.Proved == nil {
		return nil
	}
	if err := c.options.Proved(ctx, key); err != nil {
		return fmt.Errorf("easclient: collection %s, key proved: %w", c.options.State.CollectionID, err)
	}
	c.unproved = false
	return nil
}

// find is the collection in the response, nil if it has nothing to say of it.
func find(response *eas.SyncResponse, id eas.CollectionID) *eas.SyncResponseCollection {
	if response == nil || response.Collections == nil {
		return nil
	}
	for i := range response.Collections.Collection {
		if c := &response.Collections.Collection[i]; c.CollectionID == id {
			return c
		}
	}
	return nil
}

func hasAdd(commands []eas.ServerCommand) bool {
	for _, c := range commands {
		if c.Add != nil {
			return true
		}
	}
	return false
}
