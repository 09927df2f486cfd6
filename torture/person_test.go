package torture

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"asms/eas"
	"asms/easclient"
	"asms/sms"
)

const (
	userName = "ann"
	password = "correct horse"
)

// person is the user's other device: it writes the text, and sees all folders.
type person struct {
	client *easclient.Client
	boxes  map[string]*box
}

// box is a folder and what is in it.
type box struct {
	collection *easclient.Collection

	mu     sync.Mutex
	items  map[eas.ServerID]*eas.SMS
	faults []string
}

var watched = map[eas.FolderType]string{
	eas.FolderTypeOutbox: "Outbox", eas.FolderTypeInbox: "Inbox", eas.FolderTypeSentItems: "Sent Items",
	eas.FolderTypeDrafts: "Drafts", eas.FolderTypeDeletedItems: "Deleted Items",
}

// newPerson signs in to a server, which may be somewhere else each time.
func newPerson(address func() string) (*person, error) {
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, network, address())
	}
	client, err := easclient.New(easclient.Options{
		URL: "http://asms.test", User: userName, Password: password, DeviceID: "person1", Version: eas.Version161,
		HTTPClient: &http.Client{Transport: &http.Transport{DialContext: dial}},
	})
	return &person{client: client, boxes: map[string]*box{}}, err
}

// open opens a folder where it was left.
func (p *person) open(name string, at place) error {
	b := &box{items: maps.Clone(at.items)}
	if b.items == nil {
		b.items = map[eas.ServerID]*eas.SMS{}
	}
	var err error
	b.collection, err = easclient.NewCollection(p.client, easclient.CollectionOptions{State: at.state, Handle: b.handle})
	p.boxes[name] = b
	return err
}

func (b *box) handle(_ context.Context, batch *easclient.Batch) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if batch.Resync {
		b.faults = append(b.faults, "the server has lost the key of the person's device")
		clear(b.items)
	}
	for _, c := range batch.Commands {
		switch {
		case c.Add != nil:
			m, err := eas.DecodeSMS(c.Add.ApplicationData)
			if err != nil {
				return err
			}
			if m.From == nil || m.To == nil || m.Body == nil || m.Body.Data == nil {
				return fmt.Errorf("a text that lacks something: %+v", m)
			}
			b.items[c.Add.ServerID] = m
		case c.Delete != nil:
			delete(b.items, c.Delete.ServerID)
		case c.SoftDelete != nil:
			delete(b.items, c.SoftDelete.ServerID)
		}
	}
	return nil
}

// look takes what is new and returns what is there.
func (p *person) look(ctx context.Context, name string) ([]*eas.SMS, error) {
	b := p.boxes[name]
	for range 2 { // key 0, then everything
		if _, err := b.collection.Sync(ctx); err != nil && !errors.Is(err, easclient.ErrResync) {
			return nil, err
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []*eas.SMS
	for _, m := range b.items {
		list = append(list, m)
	}
	return list, nil
}

// place is where a device stands in a folder.
type place struct {
	state easclient.State
	items map[eas.ServerID]*eas.SMS
}

// furnished is a server's data directory with a user whose text waits in the
// Outbox, and what the device that wrote it knows.
type furnished struct {
	data     string
	password string // a file
	places   map[string]place
	folders  map[eas.CollectionID]string
}

// furnish makes it.
func furnish(t *testing.T) *furnished {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	dir, err := os.MkdirTemp("", "asms") // t.TempDir may be too long a name for the control socket
	must(err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	f := &furnished{data: filepath.Join(dir, "data"), password: filepath.Join(dir, "password"), places: map[string]place{}, folders: map[eas.CollectionID]string{}}
	must(os.WriteFile(f.password, []byte(password+"\n"), 0o600))
	add := exec.Command(binary, "user", "add", "--data", f.data, "--password-stdin", userName)
	add.Stdin = strings.NewReader(password)
	if out, err := add.CombinedOutput(); err != nil {
		t.Fatalf("user add: %v: %s", err, out)
	}
	s, err := serve(f.data, filepath.Join(dir, "log"))
	must(err)
	defer s.end(syscall.SIGTERM)
	p, err := newPerson(func() string { return addressOf(s) })
	must(err)
	hierarchy, err := p.client.FolderSync(t.Context(), eas.SyncKeyInitial)
	must(err)
	for _, folder := range hierarchy.Changes.Add {
		if name := watched[folder.Type]; name != "" {
			f.folders[folder.ServerID] = name
			must(p.open(name, place{state: easclient.State{CollectionID: folder.ServerID, Options: []eas.SyncOptions{easclient.SMSOptions()}}}))
			_, err := p.look(t.Context(), name)
			must(err)
		}
	}
	var to []sms.Address
	for _, number := range others {
		to = append(to, sms.Address{Name: number, Number: number})
	}
	text := &eas.SMSAdd{
		To: eas.Ptr(sms.FormatAddresses(to)), Importance: eas.Ptr(1), Read: eas.Ptr(true),
		Body: &eas.Body{Type: eas.BodyPlain, Data: &outbound}, InternetCPID: eas.Ptr("65001"), Flag: &eas.Flag{},
	}
	data, err := eas.NewApplicationData(text)
	must(err)
	responses, err := p.boxes["Outbox"].collection.Sync(t.Context(), eas.ClientCommand{Add: &eas.ClientAdd{Class: eas.ClassSMS, ClientID: "1", ApplicationData: data}})
	must(err)
	if len(responses) != 1 || responses[0].Add == nil || responses[0].Add.Status != eas.StatusSuccess {
		t.Fatalf("the text is not taken: %+v", responses)
	}
	for name, b := range p.boxes {
		f.places[name] = place{state: b.collection.State()}
	}
	outbox := f.places["Outbox"]
	outbox.items = map[eas.ServerID]*eas.SMS{responses[0].Add.ServerID: {}}
	f.places["Outbox"] = outbox
	return f
}

// serve starts the server on a port of its own.
func serve(data, log string) (*process, error) {
	return launch(log, "serve", "--data", data, "--listen", "127.0.0.1:0", "--log-level", "warn")
}

// addressOf is where a server listens.
func addressOf(s *process) string {
	_, address, _ := strings.Cut(s.line, "http://")
	return address
}

// copyTo copies the data directory.
func (f *furnished) copyTo(data string) error {
	if err := os.MkdirAll(data, 0o700); err != nil {
		return err
	}
	files, err := os.ReadDir(f.data)
	if err != nil {
		return err
	}
	for _, file := range files {
		if !file.Type().IsRegular() {
			continue
		}
		b, err := os.ReadFile(filepath.Join(f.data, file.Name()))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(data, file.Name()), b, 0o600); err != nil {
			return err
		}
	}
	return nil
}
