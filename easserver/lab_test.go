package easserver

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"asms/account"
	"asms/eas"
	"asms/mailbox"
	"asms/store"
	"asms/store/storetest"
	"asms/wbxml"
)

const password = "correct horse"

// lab is a server over a real store, mailbox and accounts.
type lab struct {
	t        testing.TB
	store    *store.Store
	mailbox  *mailbox.Mailbox
	accounts *account.Accounts
	server   *Server
	http     *httptest.Server
	clock    *clock
	log      *bytes.Buffer
}

// clock is the time of a lab: it stands where the test puts it.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// noon is when labs begin.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func newLab(t testing.TB, change ...func(*Options)) *lab {
	t.Helper()
	return newLabIn(t, t.TempDir(), store.Options{}, change...)
}

// newLabIn is a lab over a database that may be there already.
func newLabIn(t testing.TB, dir string, so store.Options, change ...func(*Options)) *lab {
	t.Helper()
	l := &lab{t: t, clock: &clock{t: noon}, log: new(bytes.Buffer)}
	so.Unsynced, so.Now = true, l.clock.now
	storetest.Prepare(t, dir)
	var err error
	l.store, err = store.Open(context.Background(), dir, &so)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.store.Close() })
	l.mailbox = mailbox.New(l.store, &mailbox.Options{Now: l.clock.now, Location: time.UTC})
	l.accounts = account.New(l.store, &account.Options{Cost: account.Cost{Memory: 8, Passes: 1, Threads: 1}, Now: l.clock.now})
	o := Options{Mailbox: l.mailbox, Accounts: l.accounts, Now: l.clock.now, Log: slog.New(slog.NewTextHandler(&lockedWriter{w: l.log}, nil))}
	for _, f := range change {
		f(&o)
	}
	l.server = New(o)
	l.http = httptest.NewServer(l.server)
	t.Cleanup(func() {
		l.server.Drain()
		l.http.Close()
	})
	return l
}

type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (w *lockedWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.w.Write(p)
}

// user adds a user.
func (l *lab) user(name string) mailbox.UserID {
	l.t.Helper()
	u, err := l.accounts.AddUser(context.Background(), name, password, false)
	if err != nil {
		l.t.Fatal(err)
	}
	return u.ID
}

// device is a client of one user, as bare as the protocol allows: what it sends
// and gets are XML documents.
type device struct {
	lab       *lab
	user, id  string
	version   string
	policyKey string
	keys      map[string]string // sync keys by collection
	client    *http.Client
}

func (l *lab) device(user, id string, version eas.Version) *device {
	return &device{lab: l, user: user, id: id, version: version.String(), policyKey: "0",
		keys: make(map[string]string), client: l.http.Client()}
}

// phone is a device that has synchronized the hierarchy of folders.
func (l *lab) phone(user, id string, version eas.Version) *device {
	l.t.Helper()
	d := l.device(user, id, version)
	d.must("FolderSync", `<FolderSync xmlns="FolderHierarchy"><SyncKey>0</SyncKey></FolderSync>`)
	return d
}

// reply is what came back.
type reply struct {
	code   int
	header http.Header
	body   []byte
	tree   *element // nil for an empty body
}

// element is a decoded document, to be asked with at.
type element struct {
	tag      string // "AirSync SyncKey"
	text     string
	children []*element
}

func (d *device) request(command string, body []byte) *http.Request {
	d.lab.t.Helper()
	q := url.Values{"Cmd": {command}, "User": {d.user}, "DeviceId": {d.id}, "DeviceType": {"Lab"}}
	hr, err := http.NewRequest("POST", d.lab.http.URL+eas.Path+"?"+q.Encode(), bytes.NewReader(body))
	if err != nil {
		d.lab.t.Fatal(err)
	}
	hr.SetBasicAuth(d.user, password)
	hr.Header.Set("MS-ASProtocolVersion", d.version)
	hr.Header.Set("X-MS-PolicyKey", d.policyKey)
	if len(body) > 0 {
		hr.Header.Set("Content-Type", eas.ContentType)
	}
	return hr
}

func (d *device) do(hr *http.Request) (*reply, error) {
	hr.Header.Set("Accept-Encoding", "identity")
	resp, err := d.client.Do(hr)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	r := &reply{code: resp.StatusCode, header: resp.Header, body: body}
	if r.code == http.StatusOK && len(body) > 0 {
		r.tree, err = parse(body)
	}
	return r, err
}

// send posts a command whose body is XML, or nothing, and returns the reply.
func (d *device) send(command, xml string) *reply {
	d.lab.t.Helper()
	r, err := d.do(d.request(command, d.lab.wbxml(xml)))
	if err != nil {
		d.lab.t.Fatalf("%s: %v", command, err)
	}
	return r
}

// must is send that demands HTTP 200.
func (d *device) must(command, xml string) *reply {
	d.lab.t.Helper()
	r := d.send(command, xml)
	if r.code != http.StatusOK {
		d.lab.t.Fatalf("%s: HTTP %d", command, r.code)
	}
	return r
}

func (l *lab) wbxml(xml string) []byte {
	l.t.Helper()
	if xml == "" {
		return nil
	}
	b, err := wbxml.FromXML(strings.NewReader(xml))
	if err != nil {
		l.t.Fatalf("%v in\n%s", err, xml)
	}
	return b
}

func parse(body []byte) (*element, error) {
	d := wbxml.NewDecoder(body)
	root := &element{}
	stack := []*element{root}
	for {
		tok, err := d.Next()
		if err == io.EOF {
			return root.children[0], nil
		}
		if err != nil {
			return nil, err
		}
		top := stack[len(stack)-1]
		switch tok.Kind {
		case wbxml.StartElement:
			e := &element{tag: tok.Tag.String()}
			top.children = append(top.children, e)
			stack = append(stack, e)
		case wbxml.EndElement:
			stack = stack[:len(stack)-1]
		default:
			top.text += string(tok.Data)
		}
	}
}

// all returns the elements at a path of names, "Collections/Collection".
func (e *element) all(path string) []*element {
	if e == nil {
		return nil
	}
	name, rest, more := strings.Cut(path, "/")
	var list []*element
	for _, c := range e.children {
		if _, n, _ := strings.Cut(c.tag, " "); n == name {
			if more {
				list = append(list, c.all(rest)...)
			} else {
				list = append(list, c)
			}
		}
	}
	return list
}

// at returns the text of the first element at a path, "-" when there is none.
func (e *element) at(path string) string {
	if list := e.all(path); len(list) > 0 {
		return list[0].text
	}
	return "-"
}

// names lists the children, for tests of their order.
func (e *element) names() string {
	var list []string
	for _, c := range e.children {
		_, n, _ := strings.Cut(c.tag, " ")
		list = append(list, n)
	}
	return strings.Join(list, " ")
}

// xml shows a reply as a person reads it.
func (r *reply) xml() string {
	if r.tree == nil {
		return "(empty)"
	}
	var b strings.Builder
	if err := wbxml.ToXML(&b, r.body); err != nil {
		return err.Error()
	}
	return b.String()
}

// want checks the text at a path of a reply.
func (r *reply) want(t testing.TB, path, text string) {
	t.Helper()
	if got := r.tree.at(path); got != text {
		t.Errorf("%s: %q, want %q in\n%s", path, got, text, r.xml())
	}
}

// wantEmpty checks that nothing was said.
func (r *reply) wantEmpty(t testing.TB) {
	t.Helper()
	if r.code != http.StatusOK || len(r.body) != 0 {
		t.Errorf("HTTP %d, want 200 and nothing, got\n%s", r.code, r.xml())
	}
}

// The default folders of a new mailbox.
const (
	inbox, drafts, deleted, sent, outbox, contacts = "1", "2", "3", "4", "5", "6"
	calendar, tasks, notes, recipientCache         = "7", "8", "9", "RI"
)

const smsOptions = `<Options><Class>SMS</Class><FilterType>0</FilterType>` +
	`<airsyncbase:BodyPreference><airsyncbase:Type>1</airsyncbase:Type></airsyncbase:BodyPreference></Options>`

// collection is one Collection element; inner follows SyncKey and CollectionId.
func (d *device) collection(id, inner string) string {
	key := d.keys[id]
	if key == "" {
		key = "0"
	}
	return fmt.Sprintf(`<Collection><SyncKey>%s</SyncKey><CollectionId>%s</CollectionId>%s</Collection>`, key, id, inner)
}

// syncXML wraps collections into a Sync; outer follows Collections.
func syncXML(collections, outer string) string {
	return `<Sync xmlns="AirSync" xmlns:email="Email" xmlns:email2="Email2" xmlns:airsyncbase="AirSyncBase" xmlns:tasks="Tasks">` +
		`<Collections>` + collections + `</Collections>` + outer + `</Sync>`
}

// sync synchronizes one collection and keeps the key that comes.
func (d *device) sync(id, inner string) *reply {
	d.lab.t.Helper()
	return d.syncs(d.collection(id, inner), "")
}

// syncs synchronizes collections and keeps the keys that come.
func (d *device) syncs(collections, outer string) *reply {
	d.lab.t.Helper()
	r := d.must("Sync", syncXML(collections, outer))
	d.take(r)
	return r
}

func (d *device) take(r *reply) {
	for _, c := range r.tree.all("Collections/Collection") {
		if c.at("Status") == "1" {
			d.keys[c.at("CollectionId")] = c.at("SyncKey")
		}
	}
}

// begin starts a collection at key 0 and fetches all there is.
func (d *device) begin(id, options string) (items []*element) {
	d.lab.t.Helper()
	delete(d.keys, id)
	d.sync(id, options)
	if d.keys[id] == "" {
		d.lab.t.Fatalf("collection %s did not begin", id)
	}
	for {
		r := d.sync(id, "")
		items = append(items, r.tree.all("Collections/Collection/Commands/Add")...)
		if r.tree.at("Collections/Collection/MoreAvailable") == "-" {
			return items
		}
	}
}

const (
	me  = `"Me" [MOBILE:+14255550143]`
	pat = `"Pat" [MOBILE:+14255550123]`
)

// smsAdd is an Add of a text; more is put at the end of its application data.
func smsAdd(clientID, from, to, body, more string) string {
	return fmt.Sprintf(`<Add><Class>SMS</Class><ClientId>%s</ClientId><ApplicationData><email:To>%s</email:To><email:From>%s</email:From>`+
		`<email:DateReceived>2026-11-22T10:00:00.000Z</email:DateReceived><email:Importance>1</email:Importance><email:Read>0</email:Read>`+
		`<airsyncbase:Body><airsyncbase:Type>1</airsyncbase:Type><airsyncbase:Data>%s</airsyncbase:Data></airsyncbase:Body>`+
		`<email:InternetCPID>1252</email:InternetCPID><email:Flag/>%s</ApplicationData></Add>`, clientID, to, from, body, more)
}

func commands(list ...string) string { return `<Commands>` + strings.Join(list, "") + `</Commands>` }

// add adds a text to a folder and returns its server id.
func (d *device) add(folder, clientID, body string) string {
	d.lab.t.Helper()
	r := d.sync(folder, commands(smsAdd(clientID, pat, me, body, "")))
	a := r.tree.all("Collections/Collection/Responses/Add")
	if len(a) != 1 || a[0].at("Status") != "1" {
		d.lab.t.Fatalf("add to %s:\n%s", folder, r.xml())
	}
	return a[0].at("ServerId")
}

// each runs a test for every protocol version.
func each(t *testing.T, f func(t *testing.T, v eas.Version)) {
	for _, v := range eas.Versions() {
		t.Run(v.String(), func(t *testing.T) {
			t.Parallel()
			f(t, v)
		})
	}
}

func TestDefaultFolders(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.user("anna")
	r := l.device("anna", "D1", eas.Version141).must("FolderSync", `<FolderSync xmlns="FolderHierarchy"><SyncKey>0</SyncKey></FolderSync>`)
	r.want(t, "Status", "1")
	got := map[string]string{}
	for _, f := range r.tree.all("Changes/Add") {
		got[f.at("ServerId")] = f.at("Type")
	}
	want := map[string]string{inbox: "2", drafts: "3", deleted: "4", sent: "5", outbox: "6", contacts: "9",
		calendar: "8", tasks: "7", notes: "10", recipientCache: "19"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("folders %v, want %v", got, want)
	}
	if r.header.Get("X-MS-RP") != "14.0,14.1,16.0,16.1" || r.header.Get("MS-ASProtocolCommands") == "" || r.header.Get("MS-ASProtocolVersions") == "" {
		t.Errorf("headers %v", r.header)
	}
}
