package easclient

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"asms/eas"
	"asms/wbxml"
)

// step answers one request; what it returns is marshalled, nil is an empty body,
// an int is an HTTP status.
type step func(t *testing.T, r *eas.Request, body []byte) any

// hang is an answer that never comes; the channel is closed when it doesn't.
type hang chan struct{}

// script is a server that answers as it was told, step by step.
type script struct {
	*httptest.Server
	mu    sync.Mutex
	steps []step
	seen  int
}

func newScript(t *testing.T, steps ...step) *script {
	t.Helper()
	s := &script{steps: steps}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodOptions {
			eas.OptionsResponse{Versions: eas.Versions()}.SetHeader(w.Header())
			return
		}
		request, err := eas.ParseRequest(r.Method, r.URL.RawQuery, r.Header)
		if err != nil || !eas.IsPath(r.URL.Path) {
			t.Errorf("request %s: %v", r.URL, err)
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("read body: %v", err)
		}
		s.mu.Lock()
		i := s.seen
		s.seen++
		s.mu.Unlock()
		if i >= len(s.steps) {
			t.Errorf("request %d, %s, was not expected", i+1, request.Command)
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		switch answer := s.steps[i](t, request, body).(type) {
		case nil:
		case int:
			w.WriteHeader(answer)
		case hang: // until the client hangs up
			close(answer)
			<-r.Context().Done()
		case http.Header:
			for name := range answer {
				w.Header().Set(name, answer.Get(name))
			}
			w.WriteHeader(http.StatusUnavailableForLegalReasons)
		case []byte:
			w.Write(answer)
		default:
			data, err := wbxml.Marshal(answer)
			if err != nil {
				t.Errorf("marshal: %v", err)
			}
			w.Write(data)
		}
	}))
	t.Cleanup(func() {
		s.Close()
		if s.seen != len(s.steps) {
			t.Errorf("%d requests came, %d were expected", s.seen, len(s.steps))
		}
	})
	return s
}

func (s *script) client(t *testing.T, change func(*Options)) *Client {
	t.Helper()
	options := Options{URL: s.URL, User: "ann", Password: "secret", DeviceID: "phone1", DeviceType: "Phone", Version: eas.Version141}
	if change != nil {
		change(&options)
	}
	client, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// newHangingServer answers Syncs of one collection; what is nil hangs if the
// request allows it, and is empty else.
func newHangingServer(t *testing.T, f func(*eas.SyncCollection) *eas.SyncResponse) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the client has hung up
		}
		var request eas.SyncRequest
		if err := wbxml.Unmarshal(body, &request); err != nil {
			t.Error(err)
			return
		}
		response := f(&request.Collections.Collection[0])
		if response == nil {
			if request.HeartbeatInterval != nil {
				<-r.Context().Done()
			}
			return
		}
		data, err := wbxml.Marshal(response)
		if err != nil {
			t.Error(err)
		}
		w.Write(data)
	}))
	t.Cleanup(s.Close)
	return s
}

// reads makes a step that decodes the request.
func reads[T any](f func(t *testing.T, r *eas.Request, request *T) any) step {
	return func(t *testing.T, r *eas.Request, body []byte) any {
		request := new(T)
		if err := wbxml.Unmarshal(body, request); err != nil {
			t.Errorf("%s: %v", r.Command, err)
		}
		return f(t, r, request)
	}
}

func answers(v any) step { return func(*testing.T, *eas.Request, []byte) any { return v } }

func TestClient(t *testing.T) {
	t.Parallel()
	ctx := t.Context()

	t.Run("the highest common version is asked for once", func(t *testing.T) {
		t.Parallel()
		is161 := func(t *testing.T, r *eas.Request, _ []byte) any {
			if r.Version != eas.Version161 {
				t.Errorf("version %s", r.Version)
			}
			return &eas.FolderSyncResponse{Status: 1, SyncKey: "1", Changes: &eas.FolderChanges{}}
		}
		c := newScript(t, is161, is161).client(t, func(o *Options) { o.Version = 0 })
		for range 2 {
			if r, err := c.FolderSync(ctx, eas.SyncKeyInitial); err != nil || r.SyncKey != "1" {
				t.Fatalf("%+v, %v", r, err)
			}
		}
	})

	t.Run("no common version", func(t *testing.T) {
		t.Parallel()
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set(eas.HeaderProtocolVersions, "2.5,12.1")
		}))
		defer server.Close()
		c, err := New(Options{URL: server.URL, DeviceID: "phone1"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.FolderSync(ctx, "0"); !errors.Is(err, ErrVersion) {
			t.Errorf("got %v", err)
		}
	})

	for name, base64 := range map[string]bool{"plain query": false, "base64 query": true} {
		t.Run("who asks, "+name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				user, password, _ := r.BasicAuth()
				request, err := eas.ParseRequest(r.Method, r.URL.RawQuery, r.Header)
				if err != nil {
					t.Error(err)
					return
				}
				if user != "ann" || password != "secret" || r.UserAgent() != "test/1" || request.User != "ann" ||
					request.DeviceID != "phone1" || request.DeviceType != "Phone" || request.PolicyKey != 77 {
					t.Errorf("%s %s %+v", user, r.UserAgent(), request)
				}
				if strings.HasPrefix(r.URL.RawQuery, "Cmd=") == base64 {
					t.Errorf("query %s", r.URL.RawQuery)
				}
				if r.Header.Get("Content-Type") != "" {
					t.Error("an empty body has a type")
				}
			}))
			defer server.Close()
			c, err := New(Options{URL: server.URL, User: "ann", Password: "secret", DeviceID: "phone1", DeviceType: "Phone",
				UserAgent: "test/1", Version: eas.Version140, PolicyKey: 77, Base64Query: base64})
			if err != nil {
				t.Fatal(err)
			}
			if r, err := c.Sync(ctx, nil); r != nil || err != nil {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}

	t.Run("MS-ASHTTP_R4076 cookies are given back", func(t *testing.T) {
		t.Parallel()
		got := ""
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			got = r.Header.Get("Cookie")
			http.SetCookie(w, &http.Cookie{Name: "node", Value: "7"})
		}))
		defer server.Close()
		c, err := New(Options{URL: server.URL, DeviceID: "phone1", Version: eas.Version160})
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"", "node=7"} {
			if _, err := c.Sync(ctx, nil); err != nil || got != want {
				t.Errorf("got %q, %v", got, err)
			}
		}
	})

	t.Run("other credentials", func(t *testing.T) {
		t.Parallel()
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if got := r.Header.Get("Authorization"); got != "Bearer token" {
				t.Errorf("got %q", got)
			}
		}))
		defer server.Close()
		c, err := New(Options{URL: server.URL, DeviceID: "phone1", Version: eas.Version140, Authorize: func(r *http.Request) error {
			r.Header.Set("Authorization", "Bearer token")
			return nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Sync(ctx, nil); err != nil {
			t.Error(err)
		}
	})

	t.Run("a status is an error beside the response", func(t *testing.T) {
		t.Parallel()
		c := newScript(t,
			answers(&eas.FolderCreateResponse{Status: eas.FolderStatusExists}),
			answers(&eas.SyncResponse{Status: eas.SyncStatusInvalidInterval, Limit: eas.Ptr(60)}),
			answers(&eas.PingResponse{Status: eas.PingStatusHeartbeatOutOfRange, HeartbeatInterval: eas.Ptr(470)}),
		).client(t, nil)
		_, err := c.FolderCreate(ctx, &eas.FolderCreateRequest{SyncKey: eas.Ptr(eas.SyncKey("1"))})
		wantStatus(t, err, eas.CommandFolderCreate, 2)
		r, err := c.Sync(ctx, &eas.SyncRequest{HeartbeatInterval: eas.Ptr(1)})
		if wantStatus(t, err, eas.CommandSync, 14); *r.Limit != 60 {
			t.Errorf("got %+v", r)
		}
		p, err := c.Ping(ctx, &eas.PingRequest{HeartbeatInterval: eas.Ptr(1)})
		if wantStatus(t, err, eas.CommandPing, 5); *p.HeartbeatInterval != 470 {
			t.Errorf("got %+v", p)
		}
	})

	t.Run("every command", func(t *testing.T) {
		t.Parallel()
		is := func(want eas.Command, answer any) step {
			return func(t *testing.T, r *eas.Request, _ []byte) any {
				if r.Command != want {
					t.Errorf("%s in place of %s", r.Command, want)
				}
				return answer
			}
		}
		c := newScript(t,
			is(eas.CommandFolderUpdate, &eas.FolderUpdateResponse{Status: 1, SyncKey: "2"}),
			is(eas.CommandFolderDelete, &eas.FolderDeleteResponse{Status: 1, SyncKey: "3"}),
			is(eas.CommandGetItemEstimate, &eas.GetItemEstimateResponse{Response: []eas.EstimateResponse{{Status: 1}}}),
			is(eas.CommandMoveItems, &eas.MoveItemsResponse{Response: []eas.MoveResponse{{Status: 3, SrcMsgID: "2:1", DstMsgID: "4:1"}}}),
			is(eas.CommandPing, &eas.PingResponse{Status: 2, Folders: &eas.PingResponseFolders{Folder: []eas.CollectionID{"6"}}}),
			is(eas.CommandSettings, &eas.SettingsResponse{Status: 1, Properties: []eas.SettingsPropertyResponse{
				{DeviceInformation: &eas.DeviceInformationResponse{Status: 5}}}}),
		).client(t, nil)
		if r, err := c.FolderUpdate(ctx, &eas.FolderUpdateRequest{}); err != nil || r.SyncKey != "2" {
			t.Error(err)
		}
		if r, err := c.FolderDelete(ctx, &eas.FolderDeleteRequest{}); err != nil || r.SyncKey != "3" {
			t.Error(err)
		}
		if r, err := c.GetItemEstimate(ctx, &eas.GetItemEstimateRequest{}); err != nil || len(r.Response) != 1 {
			t.Error(err)
		}
		if r, err := c.MoveItems(ctx, &eas.MoveItemsRequest{}); err != nil || r.Response[0].DstMsgID != "4:1" {
			t.Error(err)
		}
		if r, err := c.Ping(ctx, nil); err != nil || r.Folders.Folder[0] != "6" {
			t.Error(err)
		}
		// ASMS-3.2.5.3-1 refused for want of a number
		wantStatus(t, c.SetDeviceInformation(ctx, &eas.DeviceInformationSet{EnableOutboundSMS: eas.Ptr(1)}), eas.CommandSettings, 5)
	})

	t.Run("an answer that is no WBXML", func(t *testing.T) {
		t.Parallel()
		c := newScript(t, answers([]byte("<html>Please log in</html>"))).client(t, nil)
		if _, err := c.FolderSync(ctx, "0"); err == nil {
			t.Error("no error")
		}
	})

	t.Run("an empty answer where there must be one", func(t *testing.T) {
		t.Parallel()
		c := newScript(t, answers(nil)).client(t, nil)
		if _, err := c.FolderSync(ctx, "0"); err == nil {
			t.Error("no error")
		}
	})

	t.Run("an answer that is too long", func(t *testing.T) {
		t.Parallel()
		c := newScript(t, answers(bytes.Repeat([]byte{3}, 101))).client(t, func(o *Options) { o.MaxResponseSize = 100 })
		if _, err := c.FolderSync(ctx, "0"); err == nil || !strings.Contains(err.Error(), "more than 100 bytes") {
			t.Errorf("got %v", err)
		}
	})

	t.Run("a server that does not answer", func(t *testing.T) {
		t.Parallel()
		stuck := make(chan struct{})
		c := newScript(t, func(*testing.T, *eas.Request, []byte) any { <-stuck; return nil }).
			client(t, func(o *Options) { o.Timeout = 20 * time.Millisecond })
		_, err := c.FolderSync(ctx, "0")
		close(stuck)
		if !errors.Is(err, context.DeadlineExceeded) || strings.Contains(err.Error(), "ann") {
			t.Errorf("got %v", err)
		}
	})
}

func TestHTTPError(t *testing.T) {
	t.Parallel()
	ctx := t.Context()

	t.Run("what the server says", func(t *testing.T) {
		t.Parallel()
		for _, test := range []struct {
			code  int
			after string
			want  time.Duration
		}{
			{503, "17", 17 * time.Second},
			{503, "", 0},
			{503, "soon", 0},
			{503, "-1", 0},
			{401, "", 0},
			{302, "", 0},
			{449, "", 0},
		} {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Location", "/elsewhere")
				w.Header().Set("Retry-After", test.after)
				w.WriteHeader(test.code)
			}))
			c, err := New(Options{URL: server.URL, DeviceID: "phone1", Version: eas.Version140})
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.FolderSync(ctx, "0")
			server.Close()
			var httpErr *HTTPError
			if !errors.As(err, &httpErr) || httpErr.Code != test.code || httpErr.RetryAfter != test.want {
				t.Errorf("%d: %v", test.code, err)
			}
		}
	})

	t.Run("X-MS-RP: nothing goes on before the device has begun anew", func(t *testing.T) {
		t.Parallel()
		var anew atomic.Bool
		s := &script{Server: httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			eas.OptionsResponse{Versions: eas.Versions()}.SetHeader(w.Header())
			if anew.Load() {
				w.Header().Set(eas.HeaderRP, "14.0,16.1")
			}
			if r.Method == http.MethodPost {
				data, err := wbxml.Marshal(&eas.FolderSyncResponse{Status: 1, SyncKey: "1"})
				if err != nil {
					t.Error(err)
				}
				_, _ = w.Write(data)
			}
		}))}
		t.Cleanup(s.Close)
		c := s.client(t, nil)
		if _, err := c.FolderSync(ctx, "1"); err != nil || c.MustBeginAnew() {
			t.Fatal(err, c.MustBeginAnew())
		}
		anew.Store(true)
		if r, err := c.FolderSync(ctx, "1"); err != nil || r.SyncKey != "1" || !c.MustBeginAnew() {
			t.Errorf("the answer that says so counts: %+v %v", r, err)
		}
		if _, err := c.FolderSync(ctx, "1"); !errors.Is(err, ErrReinitialize) {
			t.Errorf("%v", err)
		}
		for range 2 { // there it is no news
			if _, err := c.FolderSync(ctx, "0"); err != nil || c.MustBeginAnew() {
				t.Error(err, c.MustBeginAnew())
			}
		}
	})

	t.Run("451 is followed and remembered", func(t *testing.T) {
		t.Parallel()
		there := newScript(t, answers(&eas.FolderSyncResponse{Status: 1, SyncKey: "1"}), answers(&eas.FolderSyncResponse{Status: 1, SyncKey: "2"}))
		c := newScript(t, answers(http.Header{eas.HeaderLocation: {there.URL + "/Microsoft-Server-ActiveSync"}})).client(t, nil)
		for _, want := range []eas.SyncKey{"1", "2"} {
			if r, err := c.FolderSync(ctx, "0"); err != nil || r.SyncKey != want {
				t.Errorf("%+v, %v", r, err)
			}
		}
	})

	t.Run("451 without end or to nowhere", func(t *testing.T) {
		t.Parallel()
		var location string
		moved := func(*testing.T, *eas.Request, []byte) any { return http.Header{eas.HeaderLocation: {location}} }
		s := newScript(t, moved, moved, moved, moved)
		location = s.URL
		var httpErr *HTTPError
		if _, err := s.client(t, nil).FolderSync(ctx, "0"); !errors.As(err, &httpErr) || httpErr.Code != 451 {
			t.Errorf("got %v", err)
		}
		for _, nowhere := range []string{"", "/relative", "ftp://example.com", "%"} {
			c := newScript(t, answers(http.Header{eas.HeaderLocation: {nowhere}})).client(t, nil)
			if _, err := c.FolderSync(ctx, "0"); !errors.As(err, &httpErr) || httpErr.Location != nowhere {
				t.Errorf("%q: %v", nowhere, err)
			}
		}
	})

	t.Run("451 does not lead out of TLS", func(t *testing.T) {
		t.Parallel()
		c, err := New(Options{URL: "https://mail.example.com", DeviceID: "phone1"})
		if err != nil {
			t.Fatal(err)
		}
		if c.move("http://mail.example.com") || !c.move("https://other.example.com") {
			t.Error(c.url)
		}
	})
}

func TestNew(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]Options{
		"no url":         {DeviceID: "phone1"},
		"no scheme":      {URL: "mail.example.com", DeviceID: "phone1"},
		"no device id":   {URL: "https://mail.example.com"},
		"long device id": {URL: "https://mail.example.com", DeviceID: eas.DeviceID(strings.Repeat("x", 33))},
		"old version":    {URL: "https://mail.example.com", DeviceID: "phone1", Version: 121},
	} {
		if _, err := New(options); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func wantStatus(t *testing.T, err error, command eas.Command, status eas.Status) {
	t.Helper()
	var statusErr *eas.StatusError
	if !errors.As(err, &statusErr) || statusErr.Command != command || statusErr.Status != status {
		t.Errorf("got %v, want status %d of %s", err, status, command)
	}
}
