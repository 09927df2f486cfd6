package conformance

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"asms/eas"
	"asms/servertest"
	"asms/wbxml"
)

// The folders that every mailbox has from the beginning.
const (
	inbox        = "1"
	drafts       = "2"
	deletedItems = "3"
	sentItems    = "4"
	outbox       = "5"
	contacts     = "6"
)

// device is a device of the story's user, as bare as the protocol allows: what
// it sends and gets are documents.
type device struct {
	s    *scene
	id   string
	keys map[string]string // sync keys by collection, and of the hierarchy

	types map[string]string // ids of folders by their types

	policyKey string // empty for none
}

const hierarchy = "hierarchy"

// fresh returns a device that has not asked for anything yet.
func (s *scene) fresh(id string) *device {
	return &device{s: s, id: id, keys: make(map[string]string), types: make(map[string]string)}
}

// device returns a device that has synchronized the hierarchy of folders.
func (s *scene) device(id string) *device {
	s.Helper()
	d := s.fresh(id)
	a := d.command("FolderSync", `<FolderSync xmlns="FolderHierarchy"><SyncKey>0</SyncKey></FolderSync>`)
	a.want("Status", "1")
	types := make(map[string]string)
	for _, f := range a.root.all("Changes/Add") {
		types[f.at("ServerId")] = f.at("Type")
		d.types[f.at("Type")] = f.at("ServerId")
	}
	for folder, want := range map[string]string{inbox: "2", drafts: "3", deletedItems: "4", sentItems: "5", outbox: "6", contacts: "9"} {
		if types[folder] != want {
			s.Fatalf("folder %s is of type %s, want %s", folder, types[folder], want)
		}
	}
	d.keys[hierarchy] = a.root.at("SyncKey")
	return d
}

// createFolder creates a folder of mail (type 12) and returns its id.
func (d *device) createFolder(name string) string {
	d.s.Helper()
	a := d.command("FolderCreate", `<FolderCreate xmlns="FolderHierarchy"><SyncKey>`+d.keys[hierarchy]+
		`</SyncKey><ParentId>0</ParentId><DisplayName>`+name+`</DisplayName><Type>12</Type></FolderCreate>`)
	a.want("Status", "1")
	d.keys[hierarchy] = a.root.at("SyncKey")
	return a.root.at("ServerId")
}

// answer is what came back.
type answer struct {
	s      *scene
	code   int
	header http.Header
	body   []byte
	root   *element // nothing, of an empty body
}

// request builds the HTTP request of a command.
func (d *device) request(ctx context.Context, command string, body []byte) *http.Request {
	d.s.Helper()
	q := url.Values{"Cmd": {command}, "User": {d.s.user.Name}, "DeviceId": {d.id}, "DeviceType": {"Phone"}}
	hr, err := http.NewRequestWithContext(ctx, http.MethodPost, d.s.server.URL+eas.Path+"?"+q.Encode(), bytes.NewReader(body))
	if err != nil {
		d.s.Fatal(err)
	}
	hr.SetBasicAuth(d.s.user.Name, servertest.Password)
	hr.Header.Set("MS-ASProtocolVersion", d.s.version.String())
	hr.Header.Set("X-MS-PolicyKey", cmp.Or(d.policyKey, "0"))
	if len(body) > 0 {
		hr.Header.Set("Content-Type", "application/vnd.ms-sync.wbxml")
	}
	if d.s.packed {
		return d.pack(hr, command)
	}
	return hr
}

// patience is how long a device waits for an answer. What takes longer is a
// request that the server holds and should not.
const patience = 30 * time.Second

// exchange sends a request and reads the answer, whatever its code.
func (d *device) exchange(hr *http.Request) (*answer, error) {
	ctx, cancel := context.WithTimeout(hr.Context(), patience)
	defer cancel()
	response, err := d.s.server.HTTPClient().Do(hr.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	a := &answer{s: d.s, code: response.StatusCode, header: response.Header, root: nothing}
	body := io.Reader(response.Body)
	if response.Header.Get("Content-Encoding") == "gzip" { // asked for by hand
		if body, err = gzip.NewReader(body); err != nil {
			return nil, err
		}
	}
	if a.body, err = io.ReadAll(body); err != nil {
		return nil, err
	}
	if a.code == http.StatusOK && len(a.body) > 0 {
		a.root, err = parseDocument(a.body)
	}
	return a, err
}

// post sends a command with a body as it is.
func (d *device) post(command string, body []byte) *answer {
	d.s.Helper()
	return d.send(d.request(d.s.Context(), command, body))
}

// send sends a request that was made by hand.
func (d *device) send(hr *http.Request) *answer {
	d.s.Helper()
	a, err := d.exchange(hr)
	if err != nil {
		d.s.Fatal(err)
	}
	return a
}

// command sends a command that is answered with HTTP 200.
func (d *device) command(command, xml string) *answer {
	d.s.Helper()
	a := d.post(command, d.s.encode(xml))
	if a.code != http.StatusOK {
		d.s.Fatalf("%s: HTTP %d", command, a.code)
	}
	return a
}

// encode returns an XML document as WBXML.
func (s *scene) encode(xml string) []byte {
	s.Helper()
	b, err := wbxml.FromXML(strings.NewReader(xml))
	if err != nil {
		s.Fatalf("%v in\n%s", err, xml)
	}
	return b
}

// collection is a Collection of a Sync; inner follows SyncKey and CollectionId.
func (d *device) collection(id, inner string) string {
	key := d.keys[id]
	if key == "" {
		key = "0"
	}
	return `<Collection><SyncKey>` + key + `</SyncKey><CollectionId>` + id + `</CollectionId>` + inner + `</Collection>`
}

// syncXML is a Sync of collections; outer follows them.
func syncXML(collections, outer string) string {
	return `<Sync xmlns="AirSync" xmlns:email="Email" xmlns:email2="Email2" xmlns:base="AirSyncBase" xmlns:tasks="Tasks" xmlns:contacts="Contacts">` +
		`<Collections>` + collections + `</Collections>` + outer + `</Sync>`
}

// sync synchronizes a collection and keeps the key that comes.
func (d *device) sync(id, inner string) *answer {
	d.s.Helper()
	return d.syncs(d.collection(id, inner))
}

// syncs synchronizes collections in one request.
func (d *device) syncs(collections ...string) *answer {
	d.s.Helper()
	a := d.command("Sync", syncXML(strings.Join(collections, ""), ""))
	d.take(a)
	return a
}

// take keeps the sync keys of an answer.
func (d *device) take(a *answer) {
	for _, c := range a.root.all("Collections/Collection") {
		if c.at("Status") == "1" {
			d.keys[c.at("CollectionId")] = c.at("SyncKey")
		}
	}
}

// begin starts a collection from key 0, with what follows there, and returns the
// Adds of all that it holds.
func (d *device) begin(id, inner string) []*element {
	d.s.Helper()
	delete(d.keys, id)
	a := d.sync(id, inner)
	a.collection().wantStatus(d.s, "1")
	return d.rest(id)
}

// rest synchronizes until nothing more is available and returns the Adds.
func (d *device) rest(id string) (adds []*element) {
	d.s.Helper()
	for {
		c := d.sync(id, "").collection()
		adds = append(adds, c.all("Commands/Add")...)
		if !c.has("MoreAvailable") {
			return adds
		}
	}
}

// add adds a text, which must succeed, and returns the answer to it.
func (d *device) add(folder, clientID, data string) *element {
	d.s.Helper()
	a := d.sync(folder, commands(addSMS(clientID, data)))
	r := a.collection().first("Responses/Add")
	if r.at("Status") != "1" {
		d.s.Fatalf("the Add to %s:\n%s", folder, a)
	}
	return r
}

// estimate asks for the number of changes in a collection.
func (d *device) estimate(id, options string) *answer {
	d.s.Helper()
	key := d.keys[id]
	if key == "" {
		key = "0"
	}
	return d.command("GetItemEstimate", `<GetItemEstimate xmlns="GetItemEstimate" xmlns:sync="AirSync" xmlns:base="AirSyncBase"><Collections><Collection><sync:SyncKey>`+
		key+`</sync:SyncKey><CollectionId>`+id+`</CollectionId>`+inAirSync(options)+`</Collection></Collections></GetItemEstimate>`)
}

// settings tells the server about the device; the answer's root is checked.
func (d *device) settings(set string) *answer {
	d.s.Helper()
	a := d.command("Settings", `<Settings xmlns="Settings"><DeviceInformation><Set>`+set+`</Set></DeviceInformation></Settings>`)
	a.want("Status", "1")
	return a
}

const deviceStatus = "DeviceInformation/Status"

// enable offers the device for sending texts.
func (d *device) enable(number string) {
	d.s.Helper()
	d.settings("<PhoneNumber>"+number+"</PhoneNumber><EnableOutboundSMS>1</EnableOutboundSMS>").want(deviceStatus, "1")
}

// hanging is a request that the server holds.
type hanging struct {
	s    *scene
	done chan *answer
}

// hang sends a command and does not wait for its answer.
func (d *device) hang(command, xml string) *hanging {
	d.s.Helper()
	return d.hangRequest(d.request(d.s.Context(), command, d.s.encode(xml)))
}

// hangRequest sends a request and does not wait for its answer.
func (d *device) hangRequest(hr *http.Request) *hanging {
	h := &hanging{s: d.s, done: make(chan *answer, 1)}
	go func() {
		defer close(h.done)
		a, err := d.exchange(hr)
		if err == nil {
			h.done <- a
		}
	}()
	return h
}

// hangSync is a Sync of a collection that the server may hold for a minute.
func (d *device) hangSync(id, inner string) *hanging {
	d.s.Helper()
	return d.hang("Sync", syncXML(d.collection(id, inner), "<HeartbeatInterval>60</HeartbeatInterval>"))
}

// stillWaits checks that no answer comes for a while.
func (h *hanging) stillWaits() {
	h.s.Helper()
	select {
	case a, ok := <-h.done:
		if !ok {
			h.s.Fatal("the request failed")
		}
		h.s.Fatalf("answered at once: %s", a)
	case <-time.After(150 * time.Millisecond):
	}
}

// wakes returns the answer, which must come within d.
func (h *hanging) wakes(d time.Duration) *answer {
	h.s.Helper()
	select {
	case a, ok := <-h.done:
		if !ok {
			h.s.Fatal("the request failed")
		}
		return a
	case <-time.After(d):
		h.s.Fatalf("no answer within %v", d)
	}
	return nil
}

// want checks the text at a path of the answer.
func (a *answer) want(path, text string) {
	a.s.Helper()
	if got := a.root.at(path); got != text {
		a.s.Errorf("%s: %q, want %q in\n%s", path, got, text, a)
	}
}

// wantTop checks that the answer is a root element with a status and no more.
func (a *answer) wantTop(status string) {
	a.s.Helper()
	if a.root.children() != "Status" || a.root.at("Status") != status {
		a.s.Errorf("want status %s of the whole request, got\n%s", status, a)
	}
}

// wantEmpty checks that there was nothing to say.
func (a *answer) wantEmpty() {
	a.s.Helper()
	if a.code != http.StatusOK || len(a.body) != 0 {
		a.s.Errorf("HTTP %d, want 200 and an empty body, got\n%s", a.code, a)
	}
}

// collection is the first collection of the answer to a Sync.
func (a *answer) collection() *element { return a.root.first("Collections/Collection") }

// String shows the answer as a person reads it.
func (a *answer) String() string {
	if a.root == nothing {
		return "(empty)"
	}
	var b strings.Builder
	if err := wbxml.ToXML(&b, a.body); err != nil {
		return err.Error()
	}
	return b.String()
}
