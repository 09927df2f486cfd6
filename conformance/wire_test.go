package conformance

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"

	"asms/eas"
	"asms/relay/simulator"
)

// errLost is what a program sees when a request or its answer is lost.
var errLost = errors.New("the connection is gone")

// wire is the way of one of our own programs to the server. It keeps what passes,
// in its order, and can be told to lose some of it. Of what is not ActiveSync it
// keeps nothing; the server of these tests answers that with 404, as any other
// would.
type wire struct {
	next http.RoundTripper
	// sending sees every request before it leaves. After an error it is lost.
	// Nil sends all.
	sending func(request *element) error
	// answered sees every answer. After an error it is lost. Nil loses none.
	answered func(request, answer *element) error
	// cut loses every request from now on.
	cut atomic.Bool

	mu      sync.Mutex
	moments []moment
}

// moment is a request that left, the answer to one, or a segment that the modem
// got.
type moment struct {
	request *element              // also that of an answer; nothing, of a segment or without a body
	answer  *element              // nil, of all but an answer; nothing, without a body
	segment *simulator.Submission // nil, of all but a segment
}

// RoundTrip sends a request on.
func (w *wire) RoundTrip(hr *http.Request) (*http.Response, error) {
	if hr.URL.Path != eas.Path {
		if w.cut.Load() {
			return nil, errLost
		}
		return w.next.RoundTrip(hr)
	}
	var sent []byte
	var err error
	if hr.Body != nil {
		if sent, err = io.ReadAll(hr.Body); err != nil {
			return nil, err
		}
	}
	request, err := optionalDocument(sent)
	if err != nil {
		return nil, err
	}
	if w.sending != nil {
		if err := w.sending(request); err != nil {
			return nil, err
		}
	}
	if w.cut.Load() {
		return nil, errLost
	}
	w.keep(moment{request: request})
	again := hr.Clone(hr.Context())
	again.Body = io.NopCloser(bytes.NewReader(sent))
	response, err := w.next.RoundTrip(again)
	if err != nil || response.StatusCode != http.StatusOK {
		return response, err
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	answer, err := optionalDocument(got)
	if err != nil {
		return nil, err
	}
	w.keep(moment{request: request, answer: answer})
	if w.answered != nil {
		if err := w.answered(request, answer); err != nil {
			return nil, err
		}
	}
	response.Body = io.NopCloser(bytes.NewReader(got))
	return response, nil
}

func optionalDocument(body []byte) (*element, error) {
	if len(body) == 0 {
		return nothing, nil
	}
	return parseDocument(body)
}

func (w *wire) keep(m moment) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.moments = append(w.moments, m)
}

// history is what has passed so far.
func (w *wire) history() []moment {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.moments)
}

// requests are the requests so far that have a body.
func (w *wire) requests() (list []*element) {
	for _, m := range w.history() {
		if m.request != nothing && m.answer == nil {
			list = append(list, m.request)
		}
	}
	return list
}

// last returns the latest request.
func (w *wire) last() *element {
	list := w.requests()
	return list[len(list)-1]
}

// first returns the first request of a command.
func (w *wire) first(command string) *element {
	for _, doc := range w.requests() {
		if doc.tag.Name() == command {
			return doc
		}
	}
	return nothing
}

// of returns a folder's Collection in a request or an answer of Sync, or nothing.
func of(doc *element, folder string) *element {
	for _, c := range doc.all("Collections/Collection") {
		if c.at("CollectionId") == folder {
			return c
		}
	}
	return nothing
}

// asks matches a Sync request that has something in a folder's Collection.
func asks(folder, path string) func(moment) bool {
	return func(m moment) bool { return m.answer == nil && of(m.request, folder).has(path) }
}

// brings matches an answer to Sync that has something in a folder's Collection.
func brings(folder, path string) func(moment) bool {
	return func(m moment) bool { return m.answer != nil && of(m.answer, folder).has(path) }
}

// transmits matches a segment that the modem got.
func transmits(m moment) bool { return m.segment != nil }

// when returns the places in the history of all that matches.
func (w *wire) when(match func(moment) bool) (places []int) {
	for i, m := range w.history() {
		if match(m) {
			places = append(places, i)
		}
	}
	return places
}
