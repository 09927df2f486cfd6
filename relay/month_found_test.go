package relay_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"asms/eas"
	"asms/relay"
	"asms/sms"
)

// What months have found, each by itself.

// inTime plays on the virtual clock with a phone that has one radio, and another
// device of its owner.
func inTime(t *testing.T, play func(t *testing.T, w *world, o *owner)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1)
		w.network.Correspondent(bob, nil)
		o := w.newOwner("web1")
		w.phone.release("not yet")
		time.Sleep(time.Minute)
		play(t, w, o)
	})
}

// left tells whether a text has left the Outbox.
func (o *owner) left(id eas.ServerID) bool {
	o.sync()
	_, there := o.items[eas.FolderTypeOutbox][id]
	return !there
}

func TestServerAwayForHours(t *testing.T) {
	t.Run("and then it has forgotten the phone and demands a policy: that is taken at once", func(t *testing.T) {
		inTime(t, func(t *testing.T, w *world, o *owner) {
			w.listener.refuse(true)
			w.listener.cut()
			time.Sleep(8 * time.Hour)
			if err := w.current().accounts.SetPolicy(t.Context(), w.user, true); err != nil {
				t.Fatal(err)
			}
			if err := w.current().accounts.RemoveDevice(t.Context(), w.user, w.phone.id); err != nil {
				t.Fatal(err)
			}
			w.listener.refuse(false)
			id := o.write("w1", bob, "hello")
			time.Sleep(10 * time.Minute)
			if !o.left(id) {
				t.Error("ten minutes later a text has not gone out")
			}
		})
	})
	t.Run("after it had moved: it is looked for where it was", func(t *testing.T) {
		inTime(t, func(t *testing.T, w *world, o *owner) {
			w.setMoved(true)
			time.Sleep(time.Hour)
			id := o.write("w1", bob, "by the new place")
			time.Sleep(time.Minute)
			if !o.left(id) {
				t.Error("a text has not gone out by the new place")
			}
			w.setMoved(false)
			time.Sleep(20 * time.Minute)
			id = o.write("w2", bob, "by the old one")
			time.Sleep(20 * time.Minute)
			if !o.left(id) {
				t.Error("a text has not gone out after the server came back")
			}
		})
	})
	t.Run("because it asks to be left alone for a year", func(t *testing.T) {
		inTime(t, func(t *testing.T, w *world, o *owner) {
			w.setBusy(365 * 24 * time.Hour)
			w.listener.cut()
			time.Sleep(time.Hour)
			w.setBusy(0)
			id := o.write("w1", bob, "hello")
			time.Sleep(25 * time.Hour)
			if !o.left(id) {
				t.Error("a day later a text has not gone out")
			}
		})
	})
}

// parting is a radio that brings the first part of a text, and the second when it
// is opened again; it has a network or not.
type parting struct {
	*rawRadio
	offline atomic.Bool
}

func (p *parting) Info() relay.RadioInfo { return relay.RadioInfo{Offline: p.offline.Load()} }

func TestMissingPartsAreWaitedFor(t *testing.T) {
	for name, away := range map[string]func(w *world, p *parting, gone *atomic.Bool){
		"the agent is away": func(w *world, _ *parting, _ *atomic.Bool) {
			w.phone.hold("away")
			time.Sleep(50 * time.Hour)
			w.phone.release("away")
		},
		"the radio is away": func(w *world, _ *parting, gone *atomic.Bool) {
			w.phone.hold("away")
			gone.Store(true)
			w.phone.release("away")
			time.Sleep(20 * time.Hour)
			gone.Store(false)
			time.Sleep(10 * time.Minute)
		},
		"the network is away": func(_ *world, p *parting, _ *atomic.Bool) {
			p.offline.Store(true)
			time.Sleep(20 * time.Hour)
			p.offline.Store(false)
			time.Sleep(time.Minute)
		},
	} {
		for _, comes := range []bool{true, false} {
			title := name + ", then the rest comes"
			if !comes {
				title = name + ", and the rest never comes"
			}
			t.Run(title, func(t *testing.T) {
				inTime(t, func(t *testing.T, w *world, o *owner) {
					p, gone := &parting{rawRadio: &rawRadio{wake: make(chan struct{}, 1)}}, new(atomic.Bool)
					w.phone.hold("change")
					w.phone.change = func(options *relay.Options) {
						options.Radios[0].Open = func(context.Context) (relay.Radio, error) {
							if gone.Load() {
								return nil, context.DeadlineExceeded
							}
							return p, nil
						}
					}
					w.phone.release("change")
					segments, err := sms.Split(mixed, nil)
					if err != nil {
						t.Fatal(err)
					}
					want := without(segments, len(segments)-1)
					parts := delivers(t, bob, mixed, noon, nil)
					p.bring(parts[:len(parts)-1]...)
					time.Sleep(time.Minute)
					away(w, p, gone)
					if comes {
						p.bring(parts[len(parts)-1])
						want = mixed
					}
					time.Sleep(time.Minute)
					o.sync()
					if n := len(o.items[eas.FolderTypeInbox]); comes && n != 1 || !comes && n != 0 {
						t.Errorf("a minute later the Inbox has %d texts", n)
					}
					time.Sleep(4 * time.Hour)
					o.sync()
					if got := o.bodies(eas.FolderTypeInbox); len(got) != 1 || got[want] != 1 {
						t.Errorf("in the end the Inbox has %v", got)
					}
				})
			})
		}
	}
	t.Run("but not for a radio that stays away", func(t *testing.T) {
		inTime(t, func(t *testing.T, w *world, o *owner) {
			p, gone := &parting{rawRadio: &rawRadio{wake: make(chan struct{}, 1)}}, new(atomic.Bool)
			w.phone.hold("change")
			w.phone.change = func(options *relay.Options) {
				options.Radios[0].Open = func(context.Context) (relay.Radio, error) {
					if gone.Load() {
						return nil, context.DeadlineExceeded
					}
					return p, nil
				}
			}
			w.phone.release("change")
			p.bring(delivers(t, bob, mixed, noon, nil)[0])
			time.Sleep(time.Minute)
			w.phone.hold("away")
			gone.Store(true)
			w.phone.release("away")
			time.Sleep(26 * time.Hour)
			o.sync()
			if got := o.bodies(eas.FolderTypeInbox); len(got) != 1 {
				t.Errorf("the Inbox has %v", got)
			}
		})
	})
}
