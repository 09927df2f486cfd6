package relay_test

import (
	"context"
	"fmt"
	"net"
	"net/http/httptest"
	"os"

	"asms/account"
	"asms/easclient"
	"asms/easserver"
	"asms/mailbox"
	"asms/relay"
	"asms/relay/atmodem"
	"asms/relay/simulator"
	"asms/sms"
	"asms/store"
)

// A text that somebody writes on the server goes out by a modem. Both are here:
// a server on a directory, and a modem on a simulated network.
func Example() {
	dir, err := os.MkdirTemp("", "relay")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()

	st, err := store.Open(ctx, dir, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer st.Close()
	box, accounts := mailbox.New(st, nil), account.New(st, nil)
	user, err := accounts.AddUser(ctx, "ann", "correct horse", false)
	if err != nil {
		fmt.Println(err)
		return
	}
	server := httptest.NewServer(easserver.New(easserver.Options{Mailbox: box, Accounts: accounts}))
	defer server.Close()

	network := simulator.NewNetwork(nil)
	defer network.Close()
	bob := network.Correspondent("+15550002222", nil)
	radio := network.Modem("+15550001111", nil)

	phone, err := relay.New(ctx, relay.Options{
		Client:   easclient.Options{URL: server.URL, User: "ann", Password: "correct horse"},
		StateDir: dir + "/relay",
		Number:   "+15550001111",
		Radios: []relay.RadioOptions{{Open: func(ctx context.Context) (relay.Radio, error) {
			near, far := net.Pipe()
			go func() { _ = radio.ServeConn(far) }()
			m, err := atmodem.Open(ctx, near, nil)
			return modem{m}, err // tells refusals from what is unknown
		}}},
		Events: func(e relay.Event) {
			if e.Kind == relay.TextDeleted {
				cancel() // one is enough
			}
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer phone.Close()
	if _, err := box.Send(ctx, user.ID, mailbox.Outgoing{To: []sms.Address{{Number: "+15550002222"}}, Body: "Hello Bob"}); err != nil {
		fmt.Println(err)
		return
	}
	if err := phone.Run(ctx); err != nil {
		fmt.Println(err)
	}
	for _, t := range bob.Received() {
		fmt.Println(t.From, t.Body)
	}
	// Output:
	// +15550001111 Hello Bob
}
