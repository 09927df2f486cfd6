package wbxml_test

import (
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"strings"

	"asms/wbxml"
)

// PingRequest asks to be told of changes in some folders.
type PingRequest struct {
	XMLName           struct{}     `wbxml:"Ping Ping"`
	HeartbeatInterval int          `wbxml:"HeartbeatInterval,omitempty"`
	Folders           *PingFolders `wbxml:"Folders"`
}

type PingFolders struct {
	Folder []PingFolder `wbxml:"Folder"`
}

type PingFolder struct {
	ID    string `wbxml:"Id"`
	Class string `wbxml:"Class"`
}

func ExampleMarshal() {
	data, err := wbxml.Marshal(PingRequest{
		HeartbeatInterval: 480,
		Folders:           &PingFolders{Folder: []PingFolder{{ID: "4", Class: "Email"}}},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("% x\n", data)
	// Output: 03 01 6a 00 00 0d 45 48 03 34 38 30 00 01 49 4a 4b 03 34 00 01 4c 03 45 6d 61 69 6c 00 01 01 01 01
}

func ExampleUnmarshal() {
	data := []byte("\x03\x01\x6A\x00\x00\x0D\x45\x48\x03480\x00\x01\x49\x4A\x4B\x034\x00\x01\x4C\x03Email\x00\x01\x01\x01\x01")
	var ping PingRequest
	if err := wbxml.Unmarshal(data, &ping); err != nil {
		log.Fatal(err)
	}
	fmt.Println(ping.HeartbeatInterval, ping.Folders.Folder)
	// Output: 480 [{4 Email}]
}

// A server answers an element it has never heard of with another status than
// one that is in the wrong place.
func ExampleUnmarshal_errors() {
	documents := []string{
		"\x03\x01\x6A\x00\x00\x0D\x45\x48\x03soon\x00\x01\x01",
		"\x03\x01\x6A\x00\x00\x0D\x45\x7F\x01",
		"\x03\x01\x6A\x00\x00\x0D\x45\x4D\x031\x00\x01\x01",
	}
	for _, data := range documents {
		var ping PingRequest
		err := wbxml.Unmarshal([]byte(data), &ping)
		switch {
		case errors.Is(err, wbxml.ErrUnknownToken):
			fmt.Println("status 102:", err)
		case errors.Is(err, wbxml.ErrUnexpectedElement):
			fmt.Println("status 103:", err)
		default:
			fmt.Println("status 4:", err)
		}
	}
	// Output:
	// status 4: wbxml: offset 8: Ping/HeartbeatInterval: "soon" is not a number
	// status 102: wbxml: offset 7: Ping: unknown token: 0x3F on code page Ping
	// status 103: wbxml: offset 7: Ping/MaxFolders: element not expected here
}

// An item whose content is bad fails alone.
func ExampleRaw() {
	type Item struct {
		ClientID        string    `wbxml:"ClientId"`
		ApplicationData wbxml.Raw `wbxml:"ApplicationData"`
	}
	type Commands struct {
		XMLName struct{} `wbxml:"AirSync Commands"`
		Add     []Item   `wbxml:"Add"`
	}
	data, err := wbxml.FromXML(strings.NewReader(`<Commands xmlns="AirSync" xmlns:email="Email">
		<Add><ClientId>1</ClientId><ApplicationData><email:Read>maybe</email:Read></ApplicationData></Add>
		<Add><ClientId>2</ClientId><ApplicationData><email:Read>1</email:Read></ApplicationData></Add>
	</Commands>`))
	if err != nil {
		log.Fatal(err)
	}
	var commands Commands
	if err := wbxml.Unmarshal(data, &commands); err != nil {
		log.Fatal(err)
	}
	for _, item := range commands.Add {
		var email struct {
			Read bool `wbxml:"Email Read"`
		}
		err := item.ApplicationData.Unmarshal(&email)
		fmt.Println(item.ClientID, email.Read, err)
	}
	// Output:
	// 1 false wbxml: offset 15: Commands/Add/ApplicationData/Read: "maybe" is neither 0 nor 1
	// 2 true <nil>
}

func ExampleDecoder() {
	data := []byte("\x03\x01\x6A\x00\x00\x07\x56\x52\x030\x00\x01\x01")
	for d := wbxml.NewDecoder(data); ; {
		tok, err := d.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%d: %s\n", d.Offset(), tok)
	}
	// Output:
	// 6: <FolderHierarchy FolderSync>
	// 7: <FolderHierarchy SyncKey>
	// 8: "0"
	// 11: </FolderHierarchy SyncKey>
	// 12: </FolderHierarchy FolderSync>
}

func ExampleToXML() {
	data := []byte("\x03\x01\x6A\x00\x45\x5D\x00\x02\x54\x03Hello\x00\x01\x00\x16\x49\xC3\x02\xF1\xF2\x01\x01\x01")
	if err := wbxml.ToXML(os.Stdout, data); err != nil {
		log.Fatal(err)
	}
	// Output:
	// <?xml version="1.0" encoding="utf-8"?>
	// <Sync xmlns="AirSync" xmlns:email="Email" xmlns:email2="Email2">
	//   <ApplicationData>
	//     <email:Subject>Hello</email:Subject>
	//     <email2:ConversationId opaque="hex">f1f2</email2:ConversationId>
	//   </ApplicationData>
	// </Sync>
}
