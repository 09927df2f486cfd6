package easclient

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"asms/eas"
	"asms/wbxml"
)

// asked makes a step that sees the one collection of a Sync.
func asked(f func(t *testing.T, c *eas.SyncCollection) any) step {
	return reads(func(t *testing.T, _ *eas.Request, r *eas.SyncRequest) any {
		if len(r.Collections.Collection) != 1 {
			t.Fatalf("%+v", r)
		}
		c := &r.Collections.Collection[0]
		if c.CollectionID != "6" {
			t.Errorf("collection %q", c.CollectionID)
		}
		return f(t, c)
	})
}

// with makes a step that wants a key and answers another.
func with(want, next eas.SyncKey, rest ...any) step {
	return asked(func(t *testing.T, c *eas.SyncCollection) any {
		if c.SyncKey != want {
			t.Errorf("key %q, want %q", c.SyncKey, want)
		}
		return answer(next, rest...)
	})
}

// answer is a successful answer that holds commands, responses, and true for
// MoreAvailable.
func answer(key eas.SyncKey, rest ...any) *eas.SyncResponse {
	c := eas.SyncResponseCollection{SyncKey: key, CollectionID: "6", Status: 1}
	for _, x := range rest {
		switch x := x.(type) {
		case bool:
			c.MoreAvailable = x
		case eas.ServerCommand:
			if c.Commands == nil {
				c.Commands = &eas.ServerCommands{}
			}
			c.Commands.Items = append(c.Commands.Items, x)
		case eas.SyncItemResponse:
			if c.Responses == nil {
				c.Responses = &eas.SyncResponses{}
			}
			c.Responses.Items = append(c.Responses.Items, x)
		}
	}
	return &eas.SyncResponse{Collections: &eas.SyncResponseCollections{Collection: []eas.SyncResponseCollection{c}}}
}

func badStatus(status eas.Status) *eas.SyncResponse {
	return &eas.SyncResponse{Collections: &eas.SyncResponseCollections{Collection: []eas.SyncResponseCollection{
		{SyncKey: "0", CollectionID: "6", Status: status}}}}
}

func text(id eas.ServerID) eas.ServerCommand {
	raw, err := eas.NewApplicationData(&eas.SMS{To: eas.Ptr("[MOBILE:1]"), Body: &eas.Body{Type: eas.BodyPlain, Data: eas.Ptr("Hello")}})
	if err != nil {
		panic(err)
	}
	return eas.ServerCommand{Add: &eas.ServerAdd{Class: eas.ClassSMS, ServerID: id, ApplicationData: raw}}
}

func add(id eas.ClientID) eas.ClientCommand {
	raw, err := eas.NewApplicationData(&eas.SMSAdd{From: eas.Ptr("[MOBILE:2]")})
	if err != nil {
		panic(err)
	}
	return eas.ClientCommand{Add: &eas.ClientAdd{Class: eas.ClassSMS, ClientID: id, ApplicationData: raw}}
}

func added(client eas.ClientID, server eas.ServerID) eas.SyncItemResponse {
	return eas.SyncItemResponse{Add: &eas.AddResponse{Class: eas.ClassSMS, ClientID: client, ServerID: server, Status: 1}}
}

func remove(id eas.ServerID) eas.ClientCommand {
	return eas.ClientCommand{Delete: &eas.ClientDelete{ServerID: id}}
}

// ledger is what a program keeps: what happened, in order, and the last state.
type ledger struct {
	events []string
	state  State
	fail   error
}

func (l *ledger) handle(_ context.Context, b *Batch) error {
	if l.fail != nil {
		return l.fail
	}
	event := "key " + string(b.State.SyncKey)
	if b.Resync {
		event += " resync"
	}
	for _, c := range b.Commands {
		if c.Add != nil {
			event += " add " + string(c.Add.ServerID)
		}
	}
	for _, r := range b.Responses {
		event += " added " + string(r.Add.ClientID)
	}
	l.events = append(l.events, event)
	l.state = b.State
	return nil
}

func (l *ledger) proved(_ context.Context, key eas.SyncKey) error {
	l.events = append(l.events, "proved "+string(key))
	return nil
}

func (l *ledger) want(t *testing.T, events ...string) {
	t.Helper()
	if !slices.Equal(l.events, events) {
		t.Errorf("got  %q\nwant %q", l.events, events)
	}
}

func newCollection(t *testing.T, s *script, l *ledger, change func(*CollectionOptions)) *Collection {
	t.Helper()
	options := CollectionOptions{State: State{CollectionID: "6", Options: []eas.SyncOptions{SMSOptions()}}, Handle: l.handle}
	if change != nil {
		change(&options)
	}
	c, err := NewCollection(s.client(t, nil), options)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// at starts with a key, options known.
func at(key eas.SyncKey) func(*CollectionOptions) {
	return func(o *CollectionOptions) { o.State.SyncKey, o.State.OptionsKnown = key, true }
}

var errLost = http.StatusBadGateway // a proxy gave up: the answer is lost

func TestCollectionSync(t *testing.T) {
	t.Parallel()
	ctx := t.Context()

	t.Run("from nothing, over several pages, options sent once", func(t *testing.T) {
		t.Parallel()
		s := newScript(t,
			asked(func(t *testing.T, c *eas.SyncCollection) any {
				if c.SyncKey != "0" || c.GetChanges != nil || c.WindowSize != nil || c.Commands != nil ||
					len(c.Options) != 1 || c.Options[0].Class != eas.ClassSMS {
					t.Errorf("%+v", c)
				}
				return answer("1")
			}),
			asked(func(t *testing.T, c *eas.SyncCollection) any {
				if c.SyncKey != "1" || c.GetChanges != nil || *c.WindowSize != 2 || len(c.Options) != 0 {
					t.Errorf("%+v", c)
				}
				return answer("2", text("6:1"), text("6:2"), true)
			}),
			with("2", "3", text("6:3")),
		)
		l := &ledger{}
		c := newCollection(t, s, l, func(o *CollectionOptions) { o.WindowSize = 2 })
		if _, err := c.Sync(ctx); err != nil {
			t.Fatal(err)
		}
		l.want(t, "key 1", "key 2 add 6:1 add 6:2", "key 3 add 6:3")
		if state := c.State(); state.SyncKey != "3" || !state.OptionsKnown || l.state.SyncKey != "3" {
			t.Errorf("%+v", state)
		}
	})

	t.Run("ASMS-3.1.4.1.1.1-2 all blocks are sent when one changes", func(t *testing.T) {
		t.Parallel()
		s := newScript(t,
			asked(func(t *testing.T, c *eas.SyncCollection) any {
				if len(c.Options) != 2 || c.Options[0].Class != eas.ClassSMS || *c.Options[1].FilterType != eas.FilterOneWeek {
					t.Errorf("%+v", c.Options)
				}
				return nil // even an empty answer says that they are known
			}),
			asked(func(t *testing.T, c *eas.SyncCollection) any {
				if len(c.Options) != 0 {
					t.Errorf("%+v", c.Options)
				}
				return nil
			}),
		)
		l := &ledger{}
		c := newCollection(t, s, l, at("5"))
		if err := c.SetOptions([]eas.SyncOptions{SMSOptions(), {FilterType: eas.Ptr(eas.FilterOneWeek)}}); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := c.Sync(ctx); err != nil {
				t.Fatal(err)
			}
			if err := c.SetOptions(c.State().Options); err != nil { // the same are no change
				t.Fatal(err)
			}
		}
		l.want(t, "key 5")
	})

	t.Run("ASMS-3.1.4.1.1-4 no more than two blocks, one for each class", func(t *testing.T) {
		t.Parallel()
		c := newCollection(t, newScript(t), &ledger{}, nil)
		mail := eas.SyncOptions{}
		for _, options := range [][]eas.SyncOptions{
			{SMSOptions(), mail, {Class: eas.ClassContacts}},
			{SMSOptions(), SMSOptions()},
			{mail, {Class: eas.ClassEmail}},
		} {
			if err := c.SetOptions(options); err == nil {
				t.Errorf("%d blocks were taken", len(options))
			}
			if _, err := NewCollection(nil, CollectionOptions{State: State{CollectionID: "6", Options: options}}); err == nil {
				t.Errorf("%d blocks were taken", len(options))
			}
		}
		if len(c.State().Options) != 1 {
			t.Error("the options changed all the same")
		}
	})

	t.Run("what was not kept is asked for again", func(t *testing.T) {
		t.Parallel()
		s := newScript(t, with("5", "6", text("6:1")), with("5", "6", text("6:1")))
		l := &ledger{fail: errors.New("disk full")}
		c := newCollection(t, s, l, at("5"))
		if _, err := c.Sync(ctx); !errors.Is(err, l.fail) {
			t.Errorf("got %v", err)
		}
		l.fail = nil
		if _, err := c.Sync(ctx); err != nil {
			t.Fatal(err)
		}
		l.want(t, "key 6 add 6:1")
	})

	t.Run("a lost answer: the same request again", func(t *testing.T) {
		t.Parallel()
		var lost []byte
		s := newScript(t,
			func(t *testing.T, _ *eas.Request, body []byte) any { lost = body; return errLost },
			func(t *testing.T, r *eas.Request, body []byte) any {
				if !bytes.Equal(lost, body) {
					t.Errorf("got  %x\nwant %x", body, lost)
				}
				return answer("6", added("a", "6:1"), added("b", "6:2"))
			},
			// Only then comes what is new.
			asked(func(t *testing.T, c *eas.SyncCollection) any {
				if c.SyncKey != "6" || len(c.Commands.Items) != 1 || c.Commands.Items[0].Add.ClientID != "c" {
					t.Errorf("%+v", c)
				}
				return answer("7", added("c", "6:3"))
			}),
		)
		l := &ledger{}
		c := newCollection(t, s, l, at("5"))
		if _, err := c.Sync(ctx, add("a"), add("b")); err == nil {
			t.Fatal("no error")
		}
		// The caller asks for the same once more, and for something else.
		responses, err := c.Sync(ctx, add("a"), add("b"), add("c"))
		if err != nil {
			t.Fatal(err)
		}
		if len(responses) != 3 || responses[0].Add.ServerID != "6:1" || responses[2].Add.ServerID != "6:3" {
			t.Errorf("%+v", responses)
		}
		l.want(t, "key 6 added a added b", "key 7 added c")
	})

	t.Run("a retry is not forgotten when the server asks for it", func(t *testing.T) {
		t.Parallel()
		s := newScript(t, answers(badStatus(eas.SyncStatusRetry)), with("5", "6", added("a", "6:1")), with("6", "6"))
		c := newCollection(t, s, &ledger{}, at("5"))
		_, err := c.Sync(ctx, add("a"))
		wantStatus(t, err, eas.CommandSync, eas.SyncStatusRetry)
		if _, err := c.Sync(ctx); err != nil {
			t.Error(err)
		}
	})

	t.Run("commands that can never succeed are given up", func(t *testing.T) {
		t.Parallel()
		s := newScript(t, answers(&eas.SyncResponse{Status: eas.SyncStatusProtocolError}),
			asked(func(t *testing.T, c *eas.SyncCollection) any {
				if c.SyncKey != "5" || c.Commands != nil {
					t.Errorf("%+v", c)
				}
				return nil
			}))
		c := newCollection(t, s, &ledger{}, at("5"))
		_, err := c.Sync(ctx, add("a"))
		wantStatus(t, err, eas.CommandSync, eas.SyncStatusProtocolError)
		if _, err := c.Sync(ctx); err != nil {
			t.Error(err)
		}
	})

	t.Run("a lost key: start again and say so", func(t *testing.T) {
		t.Parallel()
		s := newScript(t, answers(badStatus(eas.SyncStatusInvalidSyncKey)),
			asked(func(t *testing.T, c *eas.SyncCollection) any {
				if c.SyncKey != "0" || len(c.Options) != 1 || c.Commands != nil {
					t.Errorf("%+v", c)
				}
				return answer("1")
			}),
			with("1", "2", added("a", "6:1")))
		l := &ledger{}
		c := newCollection(t, s, l, at("5"))
		if _, err := c.Sync(ctx, add("a")); !errors.Is(err, ErrResync) {
			t.Errorf("got %v", err)
		}
		if r, err := c.Sync(ctx, add("a")); err != nil || len(r) != 1 {
			t.Errorf("%+v, %v", r, err)
		}
		l.want(t, "key 0 resync", "key 1", "key 2 added a")
	})

	t.Run("a server that does not take the first key", func(t *testing.T) {
		t.Parallel()
		c := newCollection(t, newScript(t, answers(badStatus(3))), &ledger{}, nil)
		if _, err := c.Sync(ctx); err == nil || errors.Is(err, ErrResync) {
			t.Errorf("got %v", err)
		}
	})

	t.Run("more than 200 commands are split", func(t *testing.T) {
		t.Parallel()
		count := func(want int, next eas.SyncKey) step {
			return asked(func(t *testing.T, c *eas.SyncCollection) any {
				if len(c.Commands.Items) != want || c.DeletesAsMoves == nil || *c.DeletesAsMoves {
					t.Errorf("%d commands", len(c.Commands.Items))
				}
				return answer(next)
			})
		}
		c := newCollection(t, newScript(t, count(200, "6"), count(5, "7")), &ledger{}, func(o *CollectionOptions) {
			at("5")(o)
			o.DeletesAsMoves = eas.Ptr(false)
		})
		var commands []eas.ClientCommand
		for i := range 205 {
			commands = append(commands, remove(eas.ServerID(fmt.Sprint("6:", i))))
		}
		if _, err := c.Sync(ctx, commands...); err != nil {
			t.Error(err)
		}
	})

	t.Run("upload only", func(t *testing.T) {
		t.Parallel()
		c := newCollection(t, newScript(t, with("0", "1"), asked(func(t *testing.T, c *eas.SyncCollection) any {
			if c.GetChanges == nil || *c.GetChanges || c.WindowSize != nil {
				t.Errorf("%+v", c)
			}
			return answer("2", added("a", "6:1"))
		})), &ledger{}, func(o *CollectionOptions) { o.UploadOnly = true })
		if r, err := c.Sync(ctx, add("a")); err != nil || r[0].Add.ServerID != "6:1" {
			t.Errorf("%+v, %v", r, err)
		}
		if err := c.Watch(ctx); err == nil {
			t.Error("Watch")
		}
	})

	t.Run("MoreAvailable without a new key is no reason to ask for ever", func(t *testing.T) {
		t.Parallel()
		c := newCollection(t, newScript(t, with("5", "5", true)), &ledger{}, at("5"))
		if _, err := c.Sync(ctx); err != nil {
			t.Error(err)
		}
	})
}

func TestCollectionProved(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	proof := func(key eas.SyncKey, answer any) step {
		return asked(func(t *testing.T, c *eas.SyncCollection) any {
			if c.SyncKey != key || c.GetChanges == nil || *c.GetChanges || c.Commands != nil || c.Options != nil {
				t.Errorf("no proof of key %s: %+v", key, c)
			}
			return answer
		})
	}
	proving := func(key eas.SyncKey, l *ledger) func(*CollectionOptions) {
		return func(o *CollectionOptions) {
			at(key)(o)
			o.Proved = l.proved
		}
	}

	t.Run("kept, then proved", func(t *testing.T) {
		t.Parallel()
		l := &ledger{}
		c := newCollection(t, newScript(t, with("5", "6", text("6:1")), proof("6", nil)), l, proving("5", l))
		if _, err := c.Sync(ctx); err != nil {
			t.Fatal(err)
		}
		l.want(t, "proved 5", "key 6 add 6:1", "proved 6")
	})

	t.Run("the next page proves, too", func(t *testing.T) {
		t.Parallel()
		l := &ledger{}
		c := newCollection(t, newScript(t, with("5", "6", text("6:1"), true), with("6", "7", text("6:2")), proof("7", nil)), l, proving("5", l))
		if _, err := c.Sync(ctx); err != nil {
			t.Fatal(err)
		}
		l.want(t, "proved 5", "key 6 add 6:1", "proved 6", "key 7 add 6:2", "proved 7")
	})

	t.Run("a lost proof is made up for before anything hangs", func(t *testing.T) {
		t.Parallel()
		l := &ledger{}
		ctx, cancel := context.WithCancel(ctx)
		s := newScript(t, with("5", "6", text("6:1")), answers(errLost), proof("6", nil),
			func(*testing.T, *eas.Request, []byte) any { cancel(); return nil })
		c := newCollection(t, s, l, proving("5", l))
		if _, err := c.Sync(ctx); err == nil {
			t.Fatal("no error")
		}
		if err := c.Watch(ctx); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		l.want(t, "proved 5", "key 6 add 6:1", "proved 6")
	})

	t.Run("after a restart: what was received still stands", func(t *testing.T) {
		t.Parallel()
		l := &ledger{}
		c := newCollection(t, newScript(t, proof("6", nil)), l, proving("6", l))
		if err := c.Prove(ctx); err != nil {
			t.Fatal(err)
		}
		l.want(t, "proved 6")
	})

	t.Run("after a restart: it does not", func(t *testing.T) {
		t.Parallel()
		l := &ledger{}
		c := newCollection(t, newScript(t, proof("6", badStatus(3))), l, proving("6", l))
		if err := c.Prove(ctx); !errors.Is(err, ErrResync) {
			t.Errorf("got %v", err)
		}
		l.want(t, "key 0 resync")
	})

	t.Run("an error of Proved comes again", func(t *testing.T) {
		t.Parallel()
		full, fail := errors.New("disk full"), true
		c := newCollection(t, newScript(t, proof("6", nil), proof("6", nil)), &ledger{}, func(o *CollectionOptions) {
			at("6")(o)
			o.Proved = func(context.Context, eas.SyncKey) error {
				if fail {
					return full
				}
				return nil
			}
		})
		if err := c.Prove(ctx); !errors.Is(err, full) {
			t.Errorf("got %v", err)
		}
		fail = false
		if err := c.Prove(ctx); err != nil {
			t.Error(err)
		}
	})
}

func TestState(t *testing.T) {
	t.Parallel()
	ctx := t.Context()

	// A program stops after an Add whose answer it never saw, and goes on from
	// what it had kept: the server hears the same key and the same ClientId.
	t.Run("a restart between a request and its answer", func(t *testing.T) {
		t.Parallel()
		var before, after eas.SyncCollection
		l := &ledger{}
		s := newScript(t, with("0", "1"),
			asked(func(t *testing.T, c *eas.SyncCollection) any { before = *c; return errLost }),
			asked(func(t *testing.T, c *eas.SyncCollection) any { after = *c; return answer("2", added("a", "6:1")) }))
		c := newCollection(t, s, l, nil)
		if _, err := c.Sync(ctx, add("a")); err == nil {
			t.Fatal("no error")
		}

		kept, err := json.Marshal(l.state)
		if err != nil {
			t.Fatal(err)
		}
		var state State
		if err := json.Unmarshal(kept, &state); err != nil {
			t.Fatal(err)
		}
		c = newCollection(t, s, l, func(o *CollectionOptions) { o.State = state })
		if err := c.SetOptions([]eas.SyncOptions{SMSOptions()}); err != nil { // as the program does on every start
			t.Fatal(err)
		}
		if _, err := c.Sync(ctx, add("a")); err != nil {
			t.Fatal(err)
		}
		first, second := marshal(t, before), marshal(t, after)
		if !bytes.Equal(first, second) {
			t.Errorf("got  %x\nwant %x", second, first)
		}
		l.want(t, "key 1", "key 2 added a")
	})
}

func marshal(t *testing.T, c eas.SyncCollection) []byte {
	t.Helper()
	data, err := wbxml.Marshal(&eas.SyncRequest{Collections: &eas.SyncCollections{Collection: []eas.SyncCollection{c}}})
	if err != nil {
		t.Fatal(err)
	}
	return data
}
