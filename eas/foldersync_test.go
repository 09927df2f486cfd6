package eas

import "testing"

func TestFolderSync(t *testing.T) {
	t.Parallel()

	t.Run("the folders of a mailbox", func(t *testing.T) {
		t.Parallel()
		r := document[FolderSyncResponse](t, "folders")
		if r.SyncKey != "1" || r.Changes.Count != 3 || len(r.Changes.Add) != 3 {
			t.Fatalf("got %+v", r)
		}
		if f := r.Changes.Add[2]; f.ServerID != "4" || f.ParentID != CollectionIDRoot || f.DisplayName != "Outbox" || f.Type != FolderTypeOutbox {
			t.Errorf("got %+v", f)
		}
	})
	t.Run("MSASCMD_S04_TC05 an absent SyncKey is not an empty one", func(t *testing.T) {
		t.Parallel()
		if r := roundTrip(t, &FolderSyncRequest{}); r.SyncKey != nil {
			t.Error("absent")
		}
		if r := roundTrip(t, &FolderSyncRequest{SyncKey: Ptr(SyncKey(""))}); r.SyncKey == nil || *r.SyncKey != "" {
			t.Error("empty")
		}
	})
	t.Run("commands on folders", func(t *testing.T) {
		t.Parallel()
		key := Ptr(SyncKey("1"))
		if r := roundTrip(t, &FolderCreateRequest{SyncKey: key, ParentID: "0", DisplayName: "Texts", Type: FolderTypeUserMail}); r.DisplayName != "Texts" || r.Type != 12 {
			t.Errorf("got %+v", r)
		}
		if r := roundTrip(t, &FolderCreateResponse{Status: 1, SyncKey: "2", ServerID: "9"}); r.ServerID != "9" {
			t.Errorf("got %+v", r)
		}
		if r := roundTrip(t, &FolderUpdateRequest{SyncKey: key, ServerID: "9", ParentID: "0", DisplayName: "More"}); r.DisplayName != "More" {
			t.Errorf("got %+v", r)
		}
		if r := roundTrip(t, &FolderUpdateResponse{Status: FolderStatusExists}); r.Status != 2 || r.SyncKey != "" {
			t.Errorf("got %+v", r)
		}
		if r := roundTrip(t, &FolderDeleteRequest{SyncKey: key, ServerID: "9"}); r.ServerID != "9" {
			t.Errorf("got %+v", r)
		}
		if r := roundTrip(t, &FolderDeleteResponse{Status: 1, SyncKey: "3"}); r.SyncKey != "3" {
			t.Errorf("got %+v", r)
		}
	})
}

func TestFolderType(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		folder    FolderType
		mail, own bool
		class     Class
	}{
		{FolderTypeGeneric, true, false, ClassEmail},
		{FolderTypeInbox, true, true, ClassEmail},
		{FolderTypeOutbox, true, true, ClassEmail},
		{FolderTypeUserMail, true, false, ClassEmail},
		{FolderTypeContacts, false, true, ClassContacts},
		{FolderTypeUserCalendar, false, false, ClassCalendar},
		{FolderTypeTasks, false, true, ClassTasks},
		{FolderTypeNotes, false, true, ClassNotes},
		{FolderTypeJournal, false, true, ""},
		{FolderTypeRecipientCache, false, true, ClassContacts},
	} {
		if f := test.folder; f.IsMail() != test.mail || f.IsDefault() != test.own || f.Class() != test.class {
			t.Errorf("type %d: mail %t, default %t, class %q", f, f.IsMail(), f.IsDefault(), f.Class())
		}
	}
}
