package easclient

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"asms/eas"
)

// ErrResync says that the server no longer knew the sync key, so that the
// collection starts again at key 0. Commands that were to be sent have not been;
// the caller sends again what still matters, an Add with the ClientId it had.
var ErrResync = errors.New("easclient: the server no longer knows the sync key")

// CollectionOptions say how a Collection is to work.
type CollectionOptions struct {
	// State is where an earlier Collection of the folder stopped. For a new
	// one, CollectionID and Options are enough.
	State State

	// Handle takes each answer that brings something, if only a new key. It
	// keeps Batch.State together with what the batch brings, in one step. Until
	// it returns nil the Collection shows the server the old key, so that what
	// was not kept is sent again. An error ends what the Collection was doing
	// and is returned from there. Handle must not call the Collection.
	//
	// Nil keeps nothing beyond the Collection itself.
	Handle func(context.Context, *Batch) error

	// Proved is called when the server has seen a key, in other words knows
	// that the answer with that key was received and will not give to another
	// device what the answer held. With Proved set the Collection shows the
	// server the key at once whenever an answer held an Add. It may be called
	// for the same key again after a restart. Nil does without.
	Proved func(context.Context, eas.SyncKey) error

	// UploadOnly never asks for the server's changes.
	UploadOnly bool

	// DeletesAsMoves false has the server delete for good instead of moving
	// into Deleted Items. Nil is the server's default, which is true.
	DeletesAsMoves *bool

	// WindowSize is the most changes of an answer, up to 512. Default 100.
	WindowSize int

	// HeartbeatInterval is how long the server may hold a request of Watch, a
	// minute to 59 minutes. Default 15 minutes.
	HeartbeatInterval time.Duration
}

// Batch is an answer of the server.
type Batch struct {
	// State is to be kept with what the batch brings.
	State State

	// Commands are the server's changes, in order.
	Commands []eas.ServerCommand

	// Responses answer the commands of the client.
	Responses []eas.SyncItemResponse

	// Resync says that the server no longer knew the key. All that came before
	// is void: the server will send the folder anew.
	Resync bool
}

// Collection keeps one folder synchronized: it knows the sync key, sends options
// only when they change, repeats a request whose answer was lost, and starts
// again when the server has lost the key.
//
// Its methods may be called by several goroutines; requests go one after the
// other, and a request that Watch has hanging gives way. A device should have
// one Watch at a time, since servers end the older of two hanging requests.
type Collection struct {
	client  *Client
	options CollectionOptions

	// turn is held by whoever sends a request, and guards the fields below.
	turn      chan struct{}
	pending   *exchange     // was sent with commands and not answered: to be repeated as it is
	unproved  bool          // the server may not have seen the current key
	heartbeat time.Duration // the interval the server asked for, 0 if it did not

	mu      sync.Mutex
	state   State
	waiting int    // how many want the turn from a hanging request
	yield   func() // ends the hanging request; nil if there is none
}

// NewCollection returns a Collection. It sends nothing yet.
func NewCollection(client *Client, options CollectionOptions) (*Collection, error) {
	if options.State.CollectionID == "" {
		return nil, errors.New("easclient: a collection needs an id")
	}
	if err := checkOptions(options.State.Options); err != nil {
		return nil, err
	}
	setDefault(&options.WindowSize, eas.DefaultWindowSize)
	setDefault(&options.HeartbeatInterval, 15*time.Minute)
	if s := options.HeartbeatInterval / time.Second; s < eas.MinHeartbeatInterval || s > eas.MaxHeartbeatInterval {
		return nil, fmt.Errorf("easclient: heartbeat interval of %s", options.HeartbeatInterval)
	}
	c := &Collection{client: client, options: options, state: options.State, turn: make(chan struct{}, 1)}
	c.unproved = !c.state.initial()
	return c, nil
}

// State is where the Collection is.
func (c *Collection) State() State {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state
}

// SetOptions changes the classes wanted; all blocks are sent with the next
// request. There may be two, one for SMS and one for mail.
//
// [MS-ASMS] 3.1.4.1.1.1 Sticky Options
func (c *Collection) SetOptions(options []eas.SyncOptions) error {
	if err := checkOptions(options); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !sameOptions(options, c.state.Options) {
		c.state.Options, c.state.OptionsKnown = slices.Clone(options), false
	}
	return nil
}

// Sync sends commands and takes the server's changes until there are none left.
// It returns the responses to the commands, which Handle has seen by then.
//
// Commands whose answer was lost stay with the Collection, and the next request
// repeats them; to call Sync with the same Adds again is one way to bring that
// about. After a restart of the program it is the only way: the caller sends
// again what no Batch has answered, with the same ClientIds and from the State
// it has kept. Commands are given up with ErrResync, and when the server answers
// that their request is malformed, an *eas.StatusError of
// eas.SyncStatusProtocolError.
//
// [MS-ASCMD] 2.2.1.21 Sync
func (c *Collection) Sync(ctx context.Context, commands ...eas.ClientCommand) ([]eas.SyncItemResponse, error) {
	if err := c.take(ctx); err != nil {
		return nil, err
	}
	defer c.release()
	repeated := c.pending
	responses, err := c.begin(ctx)
	if err != nil {
		return responses, err
	}
	more := true
	for part := range slices.Chunk(without(commands, repeated), eas.MaxSyncCommands) {
		var b *Batch
		if b, more, err = c.exchange(ctx, exchange{commands: part}); err != nil {
			return responses, err
		}
		responses = append(responses, b.Responses...)
	}
	for more && !c.options.UploadOnly {
		if _, more, err = c.exchange(ctx, exchange{}); err != nil {
			return responses, err
		}
	}
	return responses, c.settle(ctx)
}

// Prove shows the server the current key without asking for changes; see
// CollectionOptions.Proved. After a restart it tells whether what was received
// before still stands: if not, the error is ErrResync.
func (c *Collection) Prove(ctx context.Context) error {
	if err := c.take(ctx); err != nil {
		return err
	}
	defer c.release()
	if _, err := c.begin(ctx); err != nil {
		return err
	}
	_, _, err := c.exchange(ctx, exchange{noChanges: true})
	return err
}

// begin gets a first key if there is none, and repeats the request whose answer
// was lost, if there is one.
func (c *Collection) begin(ctx context.Context) ([]eas.SyncItemResponse, error) {
	if c.State().initial() {
		_, _, err := c.exchange(ctx, exchange{})
		return nil, err
	}
	if c.pending == nil {
		return nil, nil
	}
	b, _, err := c.exchange(ctx, *c.pending)
	if err != nil {
		return nil, err
	}
	return b.Responses, nil
}

// settle shows the server the key of an Add at once, if somebody wants to know.
func (c *Collection) settle(ctx context.Context) error {
	if !c.unproved || c.options.Proved == nil {
		return nil
	}
	_, _, err := c.exchange(ctx, exchange{noChanges: true})
	return err
}

// without leaves out the Adds that were in the repeated request.
func without(commands []eas.ClientCommand, repeated *exchange) []eas.ClientCommand {
	if repeated == nil {
		return commands
	}
	done := map[eas.ClientID]bool{}
	for _, c := range repeated.commands {
		if c.Add != nil {
			done[c.Add.ClientID] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(commands), func(c eas.ClientCommand) bool {
		return c.Add != nil && done[c.Add.ClientID]
	})
}

// take takes the turn, before a request of Watch that hangs.
func (c *Collection) take(ctx context.Context) error {
	c.mu.Lock()
	c.waiting++
	if c.yield != nil {
		c.yield()
	}
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		c.waiting--
		c.mu.Unlock()
	}()
	select {
	case c.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *Collection) release() { <-c.turn }
