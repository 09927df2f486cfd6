package torture

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"sync"
	"sync/atomic"

	"asms/eas"
	"asms/wbxml"
)

// front stands between the agent and the server.
type front struct {
	*httptest.Server
	server   func() string // where the server is
	folders  map[eas.CollectionID]string
	step     func(when, what string) (gone bool)
	reported func()
	out      *http.Transport
	hanging  atomic.Int32 // requests that the server may hold
	open     atomic.Int32 // all others

	mu      sync.Mutex
	brought map[eas.SyncKey]bool // keys of answers that held a text of the Outbox
	proved  bool                 // the server has been shown such a key

	// late holds back the requests that show it, nil does not.
	late func()
}

func newFront(server func() string, folders map[eas.CollectionID]string, step func(when, what string) bool, reported func()) *front {
	f := &front{server: server, folders: folders, step: step, reported: reported, brought: map[eas.SyncKey]bool{},
		out: &http.Transport{DisableCompression: true}}
	f.Server = httptest.NewServer(f)
	return f
}

func (f *front) close() {
	f.CloseClientConnections()
	f.Close()
	f.out.CloseIdleConnections()
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	what, hangs := f.nameOf(r, body)
	count := &f.open
	if hangs {
		count = &f.hanging
	}
	count.Add(1)
	defer count.Add(-1)
	if f.step("before", what) {
		panic(http.ErrAbortHandler)
	}
	if late := f.holder(); late != nil && strings.HasSuffix(what, "proof") {
		late()
	}
	header, code, answer, err := f.forward(r, body)
	if err == nil {
		f.note(what, body, answer)
	}
	if err != nil || f.step("after", what) {
		panic(http.ErrAbortHandler)
	}
	for name, values := range header {
		w.Header()[name] = values
	}
	w.WriteHeader(code)
	_, _ = w.Write(answer) // the agent may have gone
}

func (f *front) forward(r *http.Request, body []byte) (header http.Header, code int, answer []byte, err error) {
	request, err := http.NewRequestWithContext(r.Context(), r.Method, "http://"+f.server()+r.RequestURI, bytes.NewReader(body))
	if err != nil {
		return nil, 0, nil, err
	}
	request.Header = r.Header.Clone()
	request.Header.Del("Accept-Encoding") // so that the answer can be read here
	response, err := f.out.RoundTrip(request)
	if err != nil {
		return nil, 0, nil, err
	}
	defer response.Body.Close()
	answer, err = io.ReadAll(response.Body)
	response.Header.Del("Content-Length") // HEAD is not asked for
	return response.Header, response.StatusCode, answer, err
}

// note looks for the text in an answer of the server, and for the proof that the
// agent has it in a request that the server has answered.
func (f *front) note(what string, body, answer []byte) {
	var request eas.SyncRequest
	if !strings.HasPrefix(what, "Sync Outbox") || wbxml.Unmarshal(body, &request) != nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range request.Collections.Collection {
		f.proved = f.proved || f.brought[c.SyncKey]
	}
	var response eas.SyncResponse
	if wbxml.Unmarshal(answer, &response) != nil || response.Collections == nil {
		return
	}
	for _, c := range response.Collections.Collection {
		if c.Commands != nil && len(c.Commands.Items) > 0 {
			f.brought[c.SyncKey] = true
		}
	}
}

func (f *front) holder() func() {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.late
}

// handedOver tells whether the server knows that the agent has the text.
func (f *front) handedOver() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.proved
}

// nameOf names a request, and tells whether the server may hold it.
func (f *front) nameOf(r *http.Request, body []byte) (what string, hangs bool) {
	request, err := eas.ParseRequest(r.Method, r.URL.RawQuery, r.Header)
	if err != nil {
		return r.Method + " " + path.Base(r.URL.Path), false
	}
	var sync eas.SyncRequest
	if request.Command != eas.CommandSync || wbxml.Unmarshal(body, &sync) != nil || sync.Collections == nil {
		return string(request.Command), false
	}
	what = "Sync"
	for _, c := range sync.Collections.Collection {
		what += " " + f.folders[c.CollectionID]
		if c.SyncKey == eas.SyncKeyInitial {
			what += " from 0"
		}
		if c.GetChanges != nil && !*c.GetChanges {
			what += " proof"
		}
		if c.Commands == nil {
			continue
		}
		f.reported() // it says nothing before all is in its ledger
		for _, command := range c.Commands.Items {
			switch {
			case command.Add != nil:
				what += " Add"
			case command.Delete != nil:
				what += " Delete"
			}
		}
	}
	if sync.HeartbeatInterval != nil {
		return what + " hanging", true
	}
	return what, false
}
