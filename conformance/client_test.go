package conformance

import (
	"bytes"
	"io"
	"net/http"
	"sync"

	"asms/eas"
	"asms/easclient"
)

// client is our own client, and what it has sent.
type client struct {
	*easclient.Client
	sent *record
}

// client returns a client that has synchronized the hierarchy of folders.
func (s *scene) client(id eas.DeviceID) client {
	s.Helper()
	sent := &record{next: s.server.HTTPClient().Transport}
	c := client{sent: sent, Client: s.server.Client(s.T, s.user, id, s.version, func(o *easclient.Options) {
		o.HTTPClient = &http.Client{Transport: sent}
	})}
	if _, err := c.FolderSync(s.Context(), eas.SyncKeyInitial); err != nil {
		s.Fatal(err)
	}
	return c
}

// record keeps the documents of the requests that pass.
type record struct {
	next http.RoundTripper

	mu   sync.Mutex
	docs []*element
}

// RoundTrip sends a request on.
func (r *record) RoundTrip(hr *http.Request) (*http.Response, error) {
	sent, err := io.ReadAll(hr.Body)
	if err != nil {
		return nil, err
	}
	if len(sent) > 0 {
		doc, err := parseDocument(sent)
		if err != nil {
			return nil, err
		}
		r.mu.Lock()
		r.docs = append(r.docs, doc)
		r.mu.Unlock()
	}
	again := hr.Clone(hr.Context())
	again.Body = io.NopCloser(bytes.NewReader(sent))
	return r.next.RoundTrip(again)
}

// last returns the latest request.
func (r *record) last() *element {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.docs[len(r.docs)-1]
}

// first returns the first request of a command.
func (r *record) first(command string) *element {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, doc := range r.docs {
		if doc.tag.Name() == command {
			return doc
		}
	}
	return nothing
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
