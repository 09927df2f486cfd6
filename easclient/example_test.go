package easclient_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"asms/eas"
	"asms/easclient"
	"asms/wbxml"
)

// A phone shows itself to the server and lists the folders.
func Example() {
	server := newExampleServer()
	defer server.Close()
	ctx := context.Background()

	client, err := easclient.New(easclient.Options{
		URL: server.URL, User: "ann", Password: "secret", DeviceID: "phone1", DeviceType: "Phone",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := client.Provision(ctx, &eas.DeviceInformation{Set: &eas.DeviceInformationSet{
		Model: eas.Ptr("Phone"), PhoneNumber: eas.Ptr("+12065550112"), EnableOutboundSMS: eas.Ptr(1),
	}}); err != nil {
		fmt.Println(err)
		return
	}
	folders, err := client.FolderSync(ctx, eas.SyncKeyInitial)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("version", client.Version(), "policy key", client.PolicyKey())
	for _, f := range folders.Changes.Add {
		fmt.Println(f.ServerID, f.DisplayName)
	}
	// Output:
	// version 16.1 policy key 22
	// 2 Inbox
	// 6 Outbox
}

// A phone takes a text from the Outbox, transmits it and deletes it. It keeps
// the text together with the key, and transmits only once the server has seen
// that key: from then on no other phone gets the text.
func ExampleCollection() {
	server := newExampleServer()
	defer server.Close()
	ctx := context.Background()

	client, err := easclient.New(easclient.Options{URL: server.URL, DeviceID: "phone1", Version: eas.Version141})
	if err != nil {
		fmt.Println(err)
		return
	}
	received := map[eas.ServerID]*eas.SMS{}
	outbox, err := easclient.NewCollection(client, easclient.CollectionOptions{
		State: easclient.State{CollectionID: "6", Options: []eas.SyncOptions{easclient.SMSOptions()}},
		Handle: func(_ context.Context, b *easclient.Batch) error {
			// One transaction: the texts and b.State.
			for _, c := range b.Commands {
				if c.Add != nil {
					text, err := eas.DecodeSMS(c.Add.ApplicationData)
					if err != nil {
						return err
					}
					received[c.Add.ServerID] = text
					fmt.Println("kept", c.Add.ServerID, "with key", b.State.SyncKey)
				}
			}
			return nil
		},
		Proved: func(_ context.Context, key eas.SyncKey) error {
			fmt.Println("proved", key)
			return nil
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := outbox.Sync(ctx); err != nil { // or Watch, which goes on
		fmt.Println(err)
		return
	}
	for id, text := range received {
		fmt.Println("transmit", *text.To, *text.Body.Data)
		if _, err := outbox.Sync(ctx, eas.ClientCommand{Delete: &eas.ClientDelete{ServerID: id}}); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println("key", outbox.State().SyncKey)
	// Output:
	// kept 6:1 with key 2
	// proved 2
	// transmit "Bob" [MOBILE:+14255550123] On my way
	// key 3
}

// newExampleServer holds one text in the Outbox, for one phone that makes no
// mistakes.
func newExampleServer() *httptest.Server {
	policy := func(key string) *eas.ProvisionResponse {
		return &eas.ProvisionResponse{Status: 1, Policies: &eas.ResponsePolicies{
			Policy: &eas.ResponsePolicy{PolicyType: eas.PolicyTypeWBXML, Status: 1, PolicyKey: key}}}
	}
	key := map[eas.SyncKey]eas.SyncKey{"0": "1", "1": "2", "2": "3"}
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodOptions {
			eas.OptionsResponse{Versions: eas.Versions()}.SetHeader(w.Header())
			return
		}
		request, err := eas.ParseRequest(r.Method, r.URL.RawQuery, r.Header)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		var response any
		switch request.Command {
		case eas.CommandProvision:
			if response = policy("11"); request.PolicyKey == 11 {
				response = policy("22")
			}
		case eas.CommandFolderSync:
			response = &eas.FolderSyncResponse{Status: 1, SyncKey: "1", Changes: &eas.FolderChanges{Count: 2, Add: []eas.Folder{
				{ServerID: "2", ParentID: "0", DisplayName: "Inbox", Type: eas.FolderTypeInbox},
				{ServerID: "6", ParentID: "0", DisplayName: "Outbox", Type: eas.FolderTypeOutbox},
			}}}
		case eas.CommandSync:
			var sync eas.SyncRequest
			if err := wbxml.Unmarshal(body, &sync); err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			c := sync.Collections.Collection[0]
			if c.GetChanges != nil && !*c.GetChanges {
				return // nothing to say
			}
			answer := eas.SyncResponseCollection{SyncKey: key[c.SyncKey], CollectionID: c.CollectionID, Status: 1}
			if c.SyncKey == "1" {
				text, err := eas.NewApplicationData(&eas.SMS{To: eas.Ptr(`"Bob" [MOBILE:+14255550123]`),
					Body: &eas.Body{Type: eas.BodyPlain, Data: eas.Ptr("On my way")}})
				if err != nil {
					http.Error(w, err.Error(), http.StatusInternalServerError)
					return
				}
				answer.Commands = &eas.ServerCommands{Items: []eas.ServerCommand{
					{Add: &eas.ServerAdd{Class: eas.ClassSMS, ServerID: "6:1", ApplicationData: text}}}}
			}
			response = &eas.SyncResponse{Collections: &eas.SyncResponseCollections{Collection: []eas.SyncResponseCollection{answer}}}
		}
		data, err := wbxml.Marshal(response)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Write(data)
	}))
}
