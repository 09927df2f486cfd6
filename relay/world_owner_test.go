package relay_test

import (
	"context"
	"errors"
	"net/http"
	"time"

	"asms/eas"
	"asms/easclient"
)

// owner is the owner's other device.
type owner struct {
	world  *world
	client *easclient.Client

	turn    chan struct{} // one thing at a time
	unsure  bool          // whether the server has what was written
	folders map[eas.FolderType]*easclient.Collection
	items   map[eas.FolderType]map[eas.ServerID]eas.SMS
}

func (w *world) newOwner(device eas.DeviceID) *owner {
	o := &owner{world: w, turn: make(chan struct{}, 1), folders: map[eas.FolderType]*easclient.Collection{}, items: map[eas.FolderType]map[eas.ServerID]eas.SMS{}}
	var err error
	if o.client, err = easclient.New(easclient.Options{
		URL: "http://server.test", User: "anna", DeviceID: device, Version: eas.Version161, HTTPClient: &http.Client{Transport: w.transport},
		Authorize: func(r *http.Request) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			r.SetBasicAuth("anna", w.password)
			return nil
		},
	}); err != nil {
		w.t.Fatal(err)
	}
	var r *eas.FolderSyncResponse
	o.insist(func() (err error) {
		r, err = o.client.FolderSync(w.t.Context(), eas.SyncKeyInitial)
		return err
	})
	for _, f := range r.Changes.Add {
		items := map[eas.ServerID]eas.SMS{}
		o.items[f.Type] = items
		if o.folders[f.Type], err = easclient.NewCollection(o.client, easclient.CollectionOptions{
			State:  easclient.State{CollectionID: f.ServerID, Options: []eas.SyncOptions{easclient.SMSOptions()}},
			Handle: func(_ context.Context, b *easclient.Batch) error { return show(items, b) },
		}); err != nil {
			w.t.Fatal(err)
		}
	}
	return o
}

// show brings what a device shows of a folder up to date.
func show(items map[eas.ServerID]eas.SMS, b *easclient.Batch) error {
	if b.Resync {
		clear(items)
	}
	for _, c := range b.Commands {
		switch {
		case c.Add != nil:
			m, err := eas.DecodeSMS(c.Add.ApplicationData)
			if err != nil {
				return err
			}
			items[c.Add.ServerID] = *m
		case c.Delete != nil:
			delete(items, c.Delete.ServerID)
		case c.SoftDelete != nil:
			delete(items, c.SoftDelete.ServerID)
		}
	}
	return nil
}

// insist does something until the server has done it, as people do.
func (o *owner) insist(f func() error) {
	for {
		o.turn <- struct{}{}
		err := f()
		<-o.turn
		if err == nil {
			return
		}
		o.world.log.Debug("owner", "error", err)
		var status *eas.StatusError
		var answer *easclient.HTTPError
		switch {
		case errors.As(err, &status) && status.Status >= eas.StatusLegacyDeviceOnStrictPolicy && status.Status <= eas.StatusInvalidPolicyKey,
			errors.As(err, &answer) && answer.Code == 449:
			_, _ = o.client.Provision(o.world.t.Context(), nil)
		case errors.As(err, &status) && status.Status == eas.SyncStatusFolderHierarchyChanged:
			_, _ = o.client.FolderSync(o.world.t.Context(), eas.SyncKeyInitial)
		}
		if o.world.t.Context().Err() != nil {
			return
		}
		time.Sleep(time.Minute)
	}
}

// sync brings all folders up to date.
func (o *owner) sync() {
	for _, f := range []eas.FolderType{eas.FolderTypeInbox, eas.FolderTypeSentItems, eas.FolderTypeDrafts, eas.FolderTypeOutbox} {
		o.insist(func() error {
			_, err := o.folders[f].Sync(o.world.t.Context())
			return err
		})
	}
}

// write puts a text into the Outbox and returns its id.
func (o *owner) write(client eas.ClientID, to, body string) (id eas.ServerID) {
	data, err := eas.NewApplicationData(&eas.SMSAdd{To: &to, Body: &eas.Body{Type: eas.BodyPlain, Data: &body}})
	if err != nil {
		o.world.t.Fatal(err)
	}
	o.insist(func() error {
		r, err := o.folders[eas.FolderTypeOutbox].Sync(o.world.t.Context(), eas.ClientCommand{Add: &eas.ClientAdd{
			Class: eas.ClassSMS, ClientID: client, ApplicationData: data,
		}})
		for _, a := range r {
			if a.Add != nil && a.Add.ClientID == client {
				if err := a.Add.Status.Err(eas.CommandSync); err != nil {
					return err
				}
				id = a.Add.ServerID
			}
		}
		o.unsure = id == "" && err != nil && !errors.Is(err, easclient.ErrResync)
		if id != "" {
			return nil
		}
		if err == nil {
			err = errors.New("no answer to the Add")
		}
		return err
	})
	if id != "" { // what was sent is in the folder, too
		o.turn <- struct{}{}
		o.items[eas.FolderTypeOutbox][id] = eas.SMS{To: &to, Body: &eas.Body{Type: eas.BodyPlain, Data: &body}}
		<-o.turn
	}
	return id
}

// bodies counts the texts in a folder by their words.
func (o *owner) bodies(f eas.FolderType) map[string]int {
	n := map[string]int{}
	for _, m := range o.items[f] {
		n[*m.Body.Data]++
	}
	return n
}
