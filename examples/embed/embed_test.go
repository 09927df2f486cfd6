package embed

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"asms/eas"
	"asms/easclient"
	"asms/mailbox"
	"asms/sms"
)

// A program embeds the server, sends a text through a phone, and sees it filed.
func TestAnotherProgramEmbedsTheServer(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	texts, err := Open(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	texts.Routes(mux)
	mux.HandleFunc("GET /hello", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("hello")) })
	front := httptest.NewServer(mux)
	t.Cleanup(func() {
		front.Close()
		if err := texts.Close(); err != nil {
			t.Error(err)
		}
	})

	user, err := texts.Accounts.AddUser(ctx, "ann", "correct horse", false)
	if err != nil {
		t.Fatal(err)
	}
	phone, err := easclient.New(easclient.Options{URL: front.URL, User: "ann", Password: "correct horse", DeviceID: "PHONE", DeviceType: "Example"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := phone.Provision(ctx, &eas.DeviceInformation{Set: &eas.DeviceInformationSet{
		Model: eas.Ptr("Example"), PhoneNumber: eas.Ptr("+14255550143"), EnableOutboundSMS: eas.Ptr(1),
	}}); err != nil {
		t.Fatal(err)
	}
	folders, err := phone.FolderSync(ctx, eas.SyncKeyInitial)
	if err != nil {
		t.Fatal(err)
	}
	outbox := folders.Changes.Add[slices.IndexFunc(folders.Changes.Add, func(f eas.Folder) bool { return f.Type == eas.FolderTypeOutbox })]

	var got []string
	collection, err := easclient.NewCollection(phone, easclient.CollectionOptions{
		State: easclient.State{CollectionID: eas.CollectionID(outbox.ServerID), Options: []eas.SyncOptions{easclient.SMSOptions()}},
		Handle: func(_ context.Context, b *easclient.Batch) error {
			for _, c := range b.Commands {
				if c.Add != nil {
					got = append(got, string(c.Add.ServerID))
				}
			}
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := collection.Sync(ctx); err != nil {
		t.Fatal(err)
	}
	id, err := texts.Mailbox.Send(ctx, user.ID, mailbox.Outgoing{To: []sms.Address{{Number: "+14255550123"}}, Body: "hello"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := collection.Sync(ctx); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, []string{id}) {
		t.Fatalf("the phone got %v, want %s", got, id)
	}
	if err := collection.Prove(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := collection.Sync(ctx, eas.ClientCommand{Delete: &eas.ClientDelete{ServerID: eas.ServerID(id)}}); err != nil {
		t.Fatal(err)
	}
	text, err := texts.Mailbox.Text(ctx, user.ID, id)
	if err != nil {
		t.Fatal(err)
	}
	if text.State != mailbox.TextSent {
		t.Errorf("the text is %s", text.State)
	}
}
