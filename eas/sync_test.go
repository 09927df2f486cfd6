package eas

import (
	"testing"

	"asms/wbxml"
)

func TestSyncRequest(t *testing.T) {
	t.Parallel()

	t.Run("ASMS-4.1-1 one block of options for SMS and one for the default class", func(t *testing.T) {
		t.Parallel()
		c := document[SyncRequest](t, "MS-ASMS 4.1 both classes").Collections.Collection[0]
		if c.SyncKey != "601771687" || c.CollectionID != "15" || *c.WindowSize != 100 {
			t.Errorf("collection %+v", c)
		}
		if c.DeletesAsMoves == nil || !*c.DeletesAsMoves || c.GetChanges == nil || !*c.GetChanges {
			t.Error("empty booleans are not true")
		}
		if len(c.Options) != 2 || c.Options[0].ItemClass() != ClassSMS || c.Options[1].ItemClass() != ClassEmail {
			t.Fatalf("options %+v", c.Options)
		}
		if f := *c.Options[1].FilterType; f != FilterThreeDays || f.Days() != 3 {
			t.Errorf("filter %d", f)
		}
		if p := c.Options[1].BodyPreference; len(p) != 3 || p[2].Type != BodyMIME || *p[2].TruncationSize != 102400 {
			t.Errorf("body preferences %+v", p)
		}
		if c.Commands != nil {
			t.Error("commands out of nothing")
		}
	})

	t.Run("GetChanges absent, empty and 0 are three things", func(t *testing.T) {
		t.Parallel()
		if c := document[SyncRequest](t, "first Sync").Collections.Collection[0]; c.GetChanges != nil {
			t.Error("absent")
		}
		if c := document[SyncRequest](t, "hanging Sync").Collections.Collection[0]; !*c.GetChanges {
			t.Error("empty")
		}
		if c := document[SyncRequest](t, "text added by the phone").Collections.Collection[0]; *c.GetChanges {
			t.Error("0")
		}
	})

	t.Run("commands keep their order", func(t *testing.T) {
		t.Parallel()
		in := &SyncRequest{Collections: &SyncCollections{Collection: []SyncCollection{{
			SyncKey: "1", CollectionID: "2",
			Commands: &ClientCommands{Items: []ClientCommand{
				{Delete: &ClientDelete{ServerID: "2:1"}},
				{Fetch: &ClientFetch{ServerID: "2:2"}},
				{Delete: &ClientDelete{ServerID: "2:3"}},
			}},
		}}}}
		data, err := wbxml.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		var out SyncRequest
		if err := wbxml.Unmarshal(data, &out); err != nil {
			t.Fatal(err)
		}
		items := out.Collections.Collection[0].Commands.Items
		if len(items) != 3 || items[0].Delete.ServerID != "2:1" || items[1].Fetch.ServerID != "2:2" || items[2].Delete.ServerID != "2:3" {
			t.Errorf("got %+v", items)
		}
	})

	t.Run("an absent CollectionId and an empty Commands are left to the server to judge", func(t *testing.T) {
		t.Parallel()
		in := &SyncRequest{Collections: &SyncCollections{Collection: []SyncCollection{{SyncKey: "1", Commands: &ClientCommands{}}}}}
		data, err := wbxml.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		var out SyncRequest
		if err := wbxml.Unmarshal(data, &out); err != nil {
			t.Fatal(err)
		}
		c := out.Collections.Collection[0]
		if c.CollectionID != "" || c.Commands == nil || len(c.Commands.Items) != 0 {
			t.Errorf("got %+v", c)
		}
	})
}

func TestSyncResponse(t *testing.T) {
	t.Parallel()

	t.Run("status 14 names the nearest interval", func(t *testing.T) {
		t.Parallel()
		r := document[SyncResponse](t, "Sync status 14")
		if r.Status != SyncStatusInvalidInterval || *r.Limit != MaxHeartbeatInterval || r.Collections != nil {
			t.Errorf("got %+v", r)
		}
	})
	t.Run("ASMS-2.2.2.2.1.2-3 the class of a deleted text, not with 14.0", func(t *testing.T) {
		t.Parallel()
		for name, want := range map[string]Class{"deletion told to 14.1": ClassSMS, "deletion told to 14.0": ""} {
			c := document[SyncResponse](t, name).Collections.Collection[0].Commands.Items[0]
			if c.Delete == nil || c.Delete.Class != want {
				t.Errorf("%s: %+v", name, c)
			}
		}
	})
	t.Run("MoreAvailable is a bare tag", func(t *testing.T) {
		t.Parallel()
		if !document[SyncResponse](t, "full window").Collections.Collection[0].MoreAvailable {
			t.Error("not seen")
		}
	})
}

func TestFilterType(t *testing.T) {
	t.Parallel()
	for f := FilterType(-1); f <= 9; f++ {
		if got, want := f.ValidForMail(), f >= 0 && f <= 5; got != want {
			t.Errorf("ASMS-3.1.4.1.1.2-2 filter %d valid for mail: %t", f, got)
		}
	}
}
