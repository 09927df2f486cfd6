package conformance

import "testing"

func TestFolderUpdate(t *testing.T) { folderUpdate.run(t) }

// folderUpdate is the commands FolderUpdate and FolderDelete.
var folderUpdate = chapter{
	{"ASCMD-S05-TC01", "a folder is renamed", func(s *scene) {
		phone := s.device("PHONE")
		work := phone.createFolder("Work")
		a := phone.folders("FolderUpdate", folderUpdateXML(work, "0", "Leisure"))
		a.want("Status", "1")
		s.equal("children", a.root.children(), "Status SyncKey")
		s.equal("ServerId", phone.folderSyncFrom0()["Leisure"].at("ServerId"), work)
	}},
	{"ASCMD-S05-TC02", "a default folder is status 2", func(s *scene) {
		phone := s.device("PHONE")
		for _, t := range []string{"2", "3", "4", "5", "6", tasksType, calendarType, contactsType, notesType} {
			phone.folders("FolderUpdate", folderUpdateXML(phone.types[t], "0", "Mine")).wantTop("2")
		}
	}},
	{"ASCMD-S05-TC03", "a folder that is not there is status 4", func(s *scene) {
		phone := s.device("PHONE")
		gone := phone.createFolder("Gone")
		phone.folders("FolderDelete", el("ServerId", gone)).want("Status", "1")
		for _, id := range []string{unknown, "nonsense", gone} {
			phone.folders("FolderUpdate", folderUpdateXML(id, "0", "Leisure")).wantTop("4")
		}
	}},
	{"ASCMD-S05-TC04", "a parent that is not there is status 5", func(s *scene) {
		phone := s.device("PHONE")
		work := phone.createFolder("Work")
		phone.folders("FolderUpdate", folderUpdateXML(work, unknown, "Work")).wantTop("5")
	}},
	{"ASCMD-S05-TC05", "a key that was never issued is status 9", func(s *scene) {
		phone := s.device("PHONE")
		work := phone.createFolder("Work")
		phone.command("FolderUpdate", foldersXML("FolderUpdate", el("SyncKey", "nonsense")+folderUpdateXML(work, "0", "Leisure"))).wantTop("9")
	}},
	{"ASCMD-S05-TC06", "no key and no name are status 10", func(s *scene) {
		phone := s.device("PHONE")
		work := phone.createFolder("Work")
		phone.command("FolderUpdate", foldersXML("FolderUpdate", folderUpdateXML(work, "0", "Leisure"))).wantTop("10")
		for _, inner := range []string{
			el("ServerId", work) + el("ParentId", "0"), folderUpdateXML(work, "0", ""),
			el("ParentId", "0") + el("DisplayName", "Leisure"), el("ServerId", work) + el("DisplayName", "Leisure"),
		} {
			phone.folders("FolderUpdate", inner).wantTop("10")
		}
	}},
	{"ASCMD-S05-TC07", "a move to where there is one of that name is status 2", func(s *scene) {
		phone := s.device("PHONE")
		work := phone.createFolder("Work")
		inner := phone.folders("FolderCreate", folderCreateXML(work, "2026", userMailType)).root.at("ServerId")
		phone.createFolder("2026")
		phone.folders("FolderUpdate", folderUpdateXML(inner, "0", "2026")).wantTop("2")
		phone.folders("FolderUpdate", folderUpdateXML(inner, "0", "2027")).want("Status", "1")
	}},
	{"ASCMD-S05-TC08", "the recipient information cache is status 3", func(s *scene) {
		phone := s.device("PHONE")
		phone.folders("FolderUpdate", folderUpdateXML(phone.types[recipientCacheType], "0", "Cache")).wantTop("3")
	}},
	{"MS-ASCMD_R139", "a folder moves, with its items and under its id", func(s *scene) {
		phone, tablet := s.device("PHONE"), s.device("TABLET")
		work, home := phone.createFolder("Work"), phone.createFolder("Home")
		s.place(work, mail("plans"))
		tablet.folderSync()
		phone.folders("FolderUpdate", folderUpdateXML(work, home, "Work")).want("Status", "1")
		a := tablet.folderSync()
		a.want("Changes/Update/ServerId", work)
		a.want("Changes/Update/ParentId", home)
		s.equal("items", len(tablet.begin(work, "")), 1)
	}},

	{"ASCMD-S03-TC01", "a folder is deleted", func(s *scene) {
		phone := s.device("PHONE")
		work := phone.createFolder("Work")
		a := phone.folders("FolderDelete", el("ServerId", work))
		a.want("Status", "1")
		s.equal("children", a.root.children(), "Status SyncKey")
		if phone.folderSyncFrom0()["Work"] != nil {
			s.Error("it is still there")
		}
	}},
	{"ASCMD-S03-TC02", "a default folder is status 3, the recipient information cache too", func(s *scene) {
		phone := s.device("PHONE")
		for _, t := range []string{"2", "3", "4", "5", "6", tasksType, calendarType, contactsType, notesType, recipientCacheType} {
			phone.folders("FolderDelete", el("ServerId", phone.types[t])).wantTop("3")
		}
		phone.folderSync().want("Changes/Count", "0")
	}},
	{"ASCMD-S03-TC03", "a folder that is not there is status 4", func(s *scene) {
		phone := s.device("PHONE")
		work := phone.createFolder("Work")
		phone.folders("FolderDelete", el("ServerId", work)).want("Status", "1")
		for _, id := range []string{unknown, "nonsense", work} {
			phone.folders("FolderDelete", el("ServerId", id)).wantTop("4")
		}
	}},
	{"ASCMD-S03-TC04", "an empty key is status 9", func(s *scene) {
		phone := s.device("PHONE")
		work := phone.createFolder("Work")
		phone.command("FolderDelete", foldersXML("FolderDelete", el("SyncKey", "")+el("ServerId", work))).wantTop("9")
		if phone.folderSyncFrom0()["Work"] == nil {
			s.Error("it is gone")
		}
	}},
	{"ASCMD-S03-TC05", "no key and no id are status 10", func(s *scene) {
		phone := s.device("PHONE")
		work := phone.createFolder("Work")
		phone.command("FolderDelete", foldersXML("FolderDelete", el("ServerId", work))).wantTop("10")
		phone.folders("FolderDelete", "").wantTop("10")
		phone.folders("FolderDelete", el("ServerId", "")).wantTop("10")
	}},
	{"MS-ASCMD_R98", "a folder goes with all that is in it", func(s *scene) {
		phone, tablet := s.device("PHONE"), s.device("TABLET")
		work := phone.createFolder("Work")
		inner := phone.folders("FolderCreate", folderCreateXML(work, "2026", userMailType)).root.at("ServerId")
		s.place(work, mail("plans"))
		tablet.folderSync()
		s.equal("items", len(tablet.begin(work, "")), 1)
		phone.folders("FolderDelete", el("ServerId", work)).want("Status", "1")
		a := tablet.folderSync()
		gone := map[string]bool{}
		for _, f := range a.root.all("Changes/Delete") {
			gone[f.at("ServerId")] = true
		}
		if !gone[work] || !gone[inner] {
			s.Errorf("gone: %v in\n%s", gone, a)
		}
		tablet.sync(work, "").wantTop("12")
	}},
}
