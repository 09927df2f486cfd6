package servertest_test

import (
	"context"
	"testing"
	"time"

	"asms/eas"
	"asms/easclient"
	"asms/easserver"
	"asms/mailbox"
	"asms/servertest"
)

// A text that is in the mailbox reaches a client of every version.
func TestServer(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	clock := servertest.NewClock(noon)
	s := servertest.New(t, &servertest.Options{Now: clock.Now})
	anna := s.AddUser(t, "anna")
	clock.Advance(time.Minute)
	const inbox = "1"
	if _, err := s.Mailbox.Place(t.Context(), anna.ID, inbox, mailbox.Message{Class: mailbox.ClassSMS, Body: "hello"}); err != nil {
		t.Fatal(err)
	}
	for _, v := range eas.Versions() {
		t.Run(v.String(), func(t *testing.T) {
			t.Parallel()
			client := s.Client(t, anna, eas.DeviceID("D"+v.String()[:2]+v.String()[3:]), v)
			if _, err := client.FolderSync(t.Context(), eas.SyncKeyInitial); err != nil {
				t.Fatal(err)
			}
			var got []eas.SMS
			c, err := easclient.NewCollection(client, easclient.CollectionOptions{
				State:  easclient.State{CollectionID: inbox, Options: []eas.SyncOptions{easclient.SMSOptions()}},
				Handle: keep(&got),
			})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.Sync(t.Context()); err != nil {
				t.Fatal(err)
			}
			if len(got) != 1 || *got[0].Body.Data != "hello" || !got[0].DateReceived.Equal(noon.Add(time.Minute)) {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestConfigure(t *testing.T) {
	t.Parallel()
	s := servertest.New(t, &servertest.Options{Configure: func(o *easserver.Options) { o.RequirePhoneNumber = true }})
	client := s.Client(t, s.AddUser(t, "anna"), "A", eas.Version161)
	if err := client.SetDeviceInformation(t.Context(), &eas.DeviceInformationSet{EnableOutboundSMS: eas.Ptr(1)}); err == nil {
		t.Error("a phone without a number was taken")
	}
}

// keep appends the texts of every answer to got.
func keep(got *[]eas.SMS) func(context.Context, *easclient.Batch) error {
	return func(_ context.Context, b *easclient.Batch) error {
		for _, c := range b.Commands {
			text, err := eas.DecodeSMS(c.Add.ApplicationData)
			if err != nil {
				return err
			}
			*got = append(*got, *text)
		}
		return nil
	}
}
