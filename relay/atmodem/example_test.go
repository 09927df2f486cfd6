package atmodem_test

import (
	"context"
	"fmt"
	"net"

	"asms/relay/atmodem"
	"asms/relay/simulator"
	"asms/sms"
)

// A text goes out over a simulated modem, and the answer comes back.
func Example() {
	network := simulator.NewNetwork(nil)
	defer network.Close()
	network.Correspondent("+15550002222", func(t simulator.Text) []string { return []string{"Got: " + t.Body} })
	radio := network.Modem("+15550001111", nil)
	near, far := net.Pipe()
	go func() { _ = radio.ServeConn(far) }()

	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	modem, err := atmodem.Open(ctx, near, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer modem.Close()

	segments, err := sms.Split("Hello", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, segment := range segments {
		tpdu, err := (&sms.Submit{Destination: "+1 555 000 2222", UserData: segment}).Encode()
		if err != nil {
			fmt.Println(err)
			return
		}
		reference, err := modem.Submit(ctx, tpdu, nil)
		fmt.Println("sent as", reference, err)
	}
	_ = modem.Receive(ctx, func(_ context.Context, pdu []byte, kind atmodem.Kind) error {
		d, err := sms.DecodeDeliver(pdu)
		if err != nil {
			return err
		}
		text, _ := d.UserData.Text()
		fmt.Println(d.Originator, text)
		cancel() // one is enough
		return nil
	})
	// Output:
	// sent as 1 <nil>
	// +15550002222 Got: Hello
}
