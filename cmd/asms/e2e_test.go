package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"asms/eas"
	"asms/easclient"
	"asms/relay/simulator"
	"asms/sms"
)

// TestATextGoesOutAndAnAnswerComesIn is the whole way, each part a process of its
// own: asms send, asms serve, asms relay, a modem with an AT dialogue, a mobile
// network, three people; and back to a client that reads the Inbox.
func TestATextGoesOutAndAnAnswerComesIn(t *testing.T) {
	t.Parallel()
	const (
		long   = "Γεια σου, see you on Saturday at 19:30 — 土曜日に会いましょう! "
		family = "👨‍👩‍👧‍👦"
	)
	body := strings.Repeat(long, 4) + family // several segments, in mixed scripts
	s, account := newMailbox(t)
	radio := newRadio(t)
	people := map[string]string{"+15550002222": "First: ", "+15550003333": "Second: ", "+306900000444": "Τρίτος: "}
	received := map[string]func() []string{}
	for number, name := range people {
		c := radio.Correspondent(number, func(got simulator.Text) []string { return []string{name + got.Body} })
		received[number] = func() (bodies []string) {
			for _, text := range c.Received() {
				bodies = append(bodies, text.Body)
			}
			return bodies
		}
	}
	start(t, nil, append([]string{"relay", "--state", filepath.Join(t.TempDir(), "relay"), "--number", ours, "--modem", radio.device}, account...)...)
	send := append([]string{"send", "--state", t.TempDir()}, account...)
	for number := range people {
		send = append(send, "--to", number)
	}
	if r := asms(t, "", nil, append(send, body)...); r.code != 0 {
		t.Fatalf("asms send: exit %d, %q, %q", r.code, r.out, r.err)
	}
	for number := range people {
		eventually(t, "the text arrives at "+number, func() bool { return len(received[number]()) == 1 })
		if got := received[number]()[0]; got != body {
			t.Errorf("%s received %q", number, got)
		}
	}
	segments := map[string]int{}
	for _, submission := range radio.Submissions() {
		segments[submission.To]++
	}
	for number, n := range segments {
		if n < 4 {
			t.Errorf("%s got %d segments", number, n)
		}
	}

	reader := newReader(t, s)
	want := map[string]string{}
	for number, name := range people {
		want[number] = name + body
	}
	eventually(t, "the answers are in the Inbox", func() bool { return len(reader.inbox(t)) >= len(want) })
	got := reader.inbox(t)
	for number, text := range want {
		if got[number] != text {
			t.Errorf("from %s came %q", number, got[number])
		}
	}
	if len(got) != len(want) {
		t.Errorf("the Inbox holds %v", got)
	}
}

// reader is a second client, which reads the Inbox.
type reader struct {
	client *easclient.Client
	folder eas.CollectionID
}

func newReader(t *testing.T, s *server) *reader {
	t.Helper()
	client, err := easclient.New(easclient.Options{URL: s.url, User: "anna", Password: "secret of anna", DeviceID: "READER", DeviceType: "Test"})
	if err != nil {
		t.Fatal(err)
	}
	folders, err := client.FolderSync(t.Context(), eas.SyncKeyInitial)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range folders.Changes.Add {
		if f.Type == eas.FolderTypeInbox {
			return &reader{client, f.ServerID}
		}
	}
	t.Fatal("no Inbox")
	return nil
}

// inbox returns the texts of the Inbox by their senders' numbers.
func (r *reader) inbox(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	inbox, err := easclient.NewCollection(r.client, easclient.CollectionOptions{
		State: easclient.State{CollectionID: r.folder, Options: []eas.SyncOptions{easclient.SMSOptions()}},
		Handle: func(_ context.Context, b *easclient.Batch) error {
			for _, c := range b.Commands {
				if c.Add == nil {
					continue
				}
				m, err := eas.DecodeSMS(c.Add.ApplicationData)
				if err != nil {
					return err
				}
				from, err := sms.ParseAddresses(*m.From)
				if err != nil {
					return err
				}
				if _, twice := texts[from[0].Number]; twice {
					return fmt.Errorf("two texts from %s", from[0].Number)
				}
				texts[from[0].Number] = *m.Body.Data
			}
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := inbox.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	return texts
}
