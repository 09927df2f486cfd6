package easclient

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"asms/eas"
)

func TestWatch(t *testing.T) {
	t.Parallel()

	// hanging wants a request that hangs.
	hanging := func(key eas.SyncKey, seconds int, answer any) step {
		return reads(func(t *testing.T, _ *eas.Request, r *eas.SyncRequest) any {
			c := r.Collections.Collection[0]
			if c.SyncKey != key || r.HeartbeatInterval == nil || *r.HeartbeatInterval != seconds || c.Commands != nil {
				t.Errorf("%+v %+v", r, c)
			}
			return answer
		})
	}
	watch := func(t *testing.T, c *Collection) (stop func() error) {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- c.Watch(ctx) }()
		return func() error {
			cancel()
			return <-done
		}
	}

	t.Run("ASMS-3.1.4.1.3-2 texts come while the request hangs", func(t *testing.T) {
		t.Parallel()
		h := make(hang)
		s := newScript(t, with("0", "1"), hanging("1", 900, answer("2", text("6:1"))), hanging("2", 900, h))
		l := &ledger{}
		stop := watch(t, newCollection(t, s, l, nil))
		<-h
		if err := stop(); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		l.want(t, "key 1", "key 2 add 6:1")
	})

	t.Run("a command goes before the hanging request, and nothing is lost", func(t *testing.T) {
		t.Parallel()
		first, second := make(hang), make(hang)
		s := newScript(t, hanging("5", 900, first),
			asked(func(t *testing.T, c *eas.SyncCollection) any {
				if c.SyncKey != "5" || c.Commands.Items[0].Delete.ServerID != "6:1" {
					t.Errorf("%+v", c)
				}
				return answer("6")
			}),
			hanging("6", 900, second))
		l := &ledger{}
		c := newCollection(t, s, l, at("5"))
		stop := watch(t, c)
		<-first
		if _, err := c.Sync(t.Context(), remove("6:1")); err != nil {
			t.Error(err)
		}
		<-second
		if err := stop(); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		l.want(t, "key 6")
	})

	t.Run("the server's limit is taken", func(t *testing.T) {
		t.Parallel()
		h := make(hang)
		s := newScript(t, hanging("5", 1800, &eas.SyncResponse{Status: eas.SyncStatusInvalidInterval, Limit: eas.Ptr(600)}), hanging("5", 600, h))
		stop := watch(t, newCollection(t, s, &ledger{}, func(o *CollectionOptions) {
			at("5")(o)
			o.HeartbeatInterval = 30 * time.Minute
		}))
		<-h
		if err := stop(); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})

	t.Run("a limit that the server itself refuses", func(t *testing.T) {
		t.Parallel()
		refusal := &eas.SyncResponse{Status: eas.SyncStatusInvalidInterval, Limit: eas.Ptr(600)}
		c := newCollection(t, newScript(t, hanging("5", 900, refusal), hanging("5", 600, refusal)), &ledger{}, at("5"))
		wantStatus(t, c.Watch(t.Context()), eas.CommandSync, eas.SyncStatusInvalidInterval)
	})

	t.Run("a lost key is no end", func(t *testing.T) {
		t.Parallel()
		h := make(hang)
		s := newScript(t, hanging("5", 900, badStatus(3)), with("0", "1"), hanging("1", 900, h))
		l := &ledger{}
		stop := watch(t, newCollection(t, s, l, at("5")))
		<-h
		stop()
		l.want(t, "key 0 resync", "key 1")
	})

	t.Run("any other error is", func(t *testing.T) {
		t.Parallel()
		c := newCollection(t, newScript(t, answers(&eas.SyncResponse{Status: eas.StatusPolicyRefresh})), &ledger{}, at("5"))
		wantStatus(t, c.Watch(t.Context()), eas.CommandSync, eas.StatusPolicyRefresh)
		c = newCollection(t, newScript(t, answers(errLost)), &ledger{}, at("5"))
		var httpErr *HTTPError
		if err := c.Watch(t.Context()); !errors.As(err, &httpErr) || httpErr.Code != errLost {
			t.Errorf("got %v", err)
		}
	})

	t.Run("a server that answers at once does not make it spin", func(t *testing.T) {
		t.Parallel()
		h := make(hang)
		s := newScript(t, answers(nil), answers(nil), answers(h))
		stop := watch(t, newCollection(t, s, &ledger{}, at("5")))
		start := time.Now()
		<-h
		if took := time.Since(start); took < pause {
			t.Errorf("two empty answers in %s", took)
		}
		stop()
	})

	t.Run("an interval out of range", func(t *testing.T) {
		t.Parallel()
		for _, interval := range []time.Duration{time.Second, time.Hour, -time.Minute} {
			if _, err := NewCollection(nil, CollectionOptions{State: State{CollectionID: "6"}, HeartbeatInterval: interval}); err == nil {
				t.Errorf("%s was taken", interval)
			}
		}
	})
}

// Many commands at a time, beside a Watch: each is sent once, one after the
// other.
func TestWatchAmongMany(t *testing.T) {
	t.Parallel()
	const n = 20
	key := eas.SyncKey("a")
	deleted := map[eas.ServerID]int{}
	var mu sync.Mutex
	server := newHangingServer(t, func(c *eas.SyncCollection) *eas.SyncResponse {
		mu.Lock()
		defer mu.Unlock()
		if c.Commands == nil {
			return nil // perhaps one that has given way, with an older key
		}
		if c.SyncKey != key {
			t.Errorf("key %q, want %q", c.SyncKey, key)
		}
		for _, command := range c.Commands.Items {
			deleted[command.Delete.ServerID]++
		}
		key += "a"
		return answer(key)
	})
	client, err := New(Options{URL: server.URL, DeviceID: "phone1", Version: eas.Version141})
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewCollection(client, CollectionOptions{State: State{CollectionID: "6", SyncKey: key, OptionsKnown: true}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var watching, sending sync.WaitGroup
	watching.Go(func() {
		if err := c.Watch(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("watch: %v", err)
		}
	})
	for i := range n {
		sending.Go(func() {
			if _, err := c.Sync(ctx, remove(eas.ServerID("6:"+string(rune('a'+i))))); err != nil {
				t.Errorf("sync: %v", err)
			}
		})
	}
	sending.Wait()
	cancel()
	watching.Wait()
	if len(deleted) != n {
		t.Errorf("%d of %d deleted", len(deleted), n)
	}
	for id, times := range deleted {
		if times != 1 {
			t.Errorf("%s deleted %d times", id, times)
		}
	}
}
