package conformance

import (
	"net/http"

	"asms/eas"
	"asms/easclient"
)

// client is our own client, and what it has sent.
type client struct {
	*easclient.Client
	sent *wire
}

// client returns a client that has synchronized the hierarchy of folders.
func (s *scene) client(id eas.DeviceID) client {
	s.Helper()
	sent := &wire{next: s.server.HTTPClient().Transport}
	c := client{sent: sent, Client: s.server.Client(s.T, s.user, id, s.version, func(o *easclient.Options) {
		o.HTTPClient = &http.Client{Transport: sent}
	})}
	if _, err := c.FolderSync(s.Context(), eas.SyncKeyInitial); err != nil {
		s.Fatal(err)
	}
	return c
}

// collection returns a collection of our client that wants these classes.
func (c client) collection(s *scene, id eas.CollectionID, options ...eas.SyncOptions) *easclient.Collection {
	s.Helper()
	collection, err := easclient.NewCollection(c.Client, easclient.CollectionOptions{
		State: easclient.State{CollectionID: id, Options: options},
	})
	if err != nil {
		s.Fatal(err)
	}
	if _, err := collection.Sync(s.Context()); err != nil {
		s.Fatal(err)
	}
	return collection
}
