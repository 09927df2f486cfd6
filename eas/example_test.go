package eas_test

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"asms/eas"
	"asms/wbxml"
)

// A phone stores a text that it received in the Inbox, folder 2.
func Example() {
	text, err := eas.NewApplicationData(&eas.SMSAdd{
		To:           eas.Ptr(`"Me" [MOBILE:+12065550112]`),
		From:         eas.Ptr(`"Ann" [MOBILE:+14255550123]`),
		DateReceived: eas.Ptr(time.Date(2024, 5, 1, 10, 0, 0, 0, time.UTC)),
		Read:         eas.Ptr(false),
		Body:         &eas.Body{Type: eas.BodyPlain, Data: eas.Ptr("Hello")},
		InternetCPID: eas.Ptr("65001"),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	document, err := wbxml.Marshal(&eas.SyncRequest{Collections: &eas.SyncCollections{Collection: []eas.SyncCollection{{
		SyncKey:      "7",
		CollectionID: "2",
		GetChanges:   eas.Ptr(false),
		Commands: &eas.ClientCommands{Items: []eas.ClientCommand{
			{Add: &eas.ClientAdd{Class: eas.ClassSMS, ClientID: "sms-1", ApplicationData: text}},
		}},
	}}}})
	if err != nil {
		fmt.Println(err)
		return
	}

	// The server reads it.
	var request eas.SyncRequest
	if err := wbxml.Unmarshal(document, &request); err != nil {
		fmt.Println(err)
		return
	}
	add := request.Collections.Collection[0].Commands.Items[0].Add
	sms, err := eas.DecodeSMSAdd(add.ApplicationData)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(add.ClientID, *sms.From, *sms.Body.Data)
	// Output: sms-1 "Ann" [MOBILE:+14255550123] Hello
}

func ExampleParseRequest() {
	r, err := eas.ParseRequest(http.MethodPost, "jAAJBAp2MTQwRGV2aWNlAApTbWFydFBob25l", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Version, r.Command, r.DeviceID, r.DeviceType)
	// Output: 14.0 Sync v140Device SmartPhone
}

// What cannot be served says how to answer it.
func ExampleRequestError() {
	header := http.Header{}
	header.Set(eas.HeaderProtocolVersion, "14.1")
	_, err := eas.ParseRequest(http.MethodPost, "Cmd=Zync&DeviceId=1&DeviceType=Phone", header)
	var bad *eas.RequestError
	if errors.As(err, &bad) {
		fmt.Println(bad.Code, bad)
	}
	// Output: 501 eas: request: command "Zync"
}

func ExampleVersion_SupportsSMSInFolder() {
	fmt.Println(eas.Version140.SupportsSMSInFolder(eas.FolderTypeDrafts))
	fmt.Println(eas.Version161.SupportsSMSInFolder(eas.FolderTypeDrafts))
	// Output:
	// false
	// true
}

func ExampleStatus_Err() {
	fmt.Println(eas.StatusPolicyRefresh.Err(eas.CommandSync))
	fmt.Println(eas.MoveItemsStatusSuccess.Err(eas.CommandMoveItems))
	// Output:
	// eas: Sync: status 143 PolicyRefresh
	// <nil>
}
