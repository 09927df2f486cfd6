package conformance

import (
	"strconv"
	"strings"
	"testing"
)

func TestFolderCreate(t *testing.T) { folderCreate.run(t) }

// folderCreate is the command FolderCreate.
var folderCreate = chapter{
	{"ASCMD-S02-TC01", "a new folder has an id, by which others know it", func(s *scene) {
		phone, tablet := s.device("PHONE"), s.device("TABLET")
		a := phone.folders("FolderCreate", folderCreateXML("0", "Work", userMailType))
		s.equal("children", a.root.children(), "Status SyncKey ServerId")
		a.want("Status", "1")
		tablet.folderSync().want("Changes/Add/ServerId", a.root.at("ServerId"))
	}},
	{"ASCMD-S02-TC02", "a folder that does not come to be has none", func(s *scene) {
		phone := s.device("PHONE")
		phone.createFolder("Work")
		a := phone.folders("FolderCreate", folderCreateXML("0", "Work", userMailType))
		a.want("ServerId", absent)
		a.want("SyncKey", absent)
	}},
	{"ASCMD-S02-TC03", "a name that its parent has is status 2, in another parent it is free", func(s *scene) {
		phone := s.device("PHONE")
		work := phone.createFolder("Work")
		phone.folders("FolderCreate", folderCreateXML("0", "Work", userMailType)).wantTop("2")
		phone.folders("FolderCreate", folderCreateXML("0", "Inbox", userMailType)).wantTop("2")
		phone.folders("FolderCreate", folderCreateXML(work, "Work", userMailType)).want("Status", "1")
	}},
	{"ASCMD-S02-TC04", "a parent that is not there is status 5", func(s *scene) {
		phone := s.device("PHONE")
		gone := phone.createFolder("Gone")
		phone.folders("FolderDelete", el("ServerId", gone)).want("Status", "1")
		for _, parent := range []string{unknown, "nonsense", gone} {
			phone.folders("FolderCreate", folderCreateXML(parent, "Work", userMailType)).wantTop("5")
		}
	}},
	{"ASCMD-S02-TC05", "a key that was never issued is status 9", func(s *scene) {
		phone := s.device("PHONE")
		for _, key := range []string{"", "nonsense", phone.keys[hierarchy] + "1"} {
			phone.command("FolderCreate", foldersXML("FolderCreate", el("SyncKey", key)+folderCreateXML("0", "Work", userMailType))).wantTop("9")
		}
	}},
	{"ASCMD-S02-TC06", "a default folder's type, and what is missing, is status 10", func(s *scene) {
		phone := s.device("PHONE")
		for _, t := range []string{"2", "3", "4", "5", "6", "7", "8", "9", "10", "11"} {
			phone.folders("FolderCreate", folderCreateXML("0", "Second", t)).wantTop("10")
		}
		for _, inner := range []string{
			el("DisplayName", "Work") + el("Type", userMailType),
			el("ParentId", "0") + el("Type", userMailType),
			el("ParentId", "0") + el("DisplayName", "Work"),
			"",
		} {
			phone.folders("FolderCreate", inner).wantTop("10")
		}
	}},
	{"ASCMD-S02-TC07", "nothing can be created in the recipient information cache", func(s *scene) {
		phone := s.device("PHONE")
		phone.folders("FolderCreate", folderCreateXML(phone.types[recipientCacheType], "Work", userMailType)).wantTop("3")
	}},
	{"ASCMD-S02-TC08", "a second recipient information cache is status 3", func(s *scene) {
		s.device("PHONE").folders("FolderCreate", folderCreateXML("0", "Cache", recipientCacheType)).wantTop("3")
	}},
	{"MS-ASCMD_R79", "a folder is created within the one that is named", func(s *scene) {
		phone, tablet := s.device("PHONE"), s.device("TABLET")
		work := phone.createFolder("Work")
		a := phone.folders("FolderCreate", folderCreateXML(work, "2026", userMailType))
		a.want("Status", "1")
		all := tablet.folderSyncFrom0()
		s.equal("ParentId", all["2026"].at("ParentId"), work)
		s.equal("ServerId", all["2026"].at("ServerId"), a.root.at("ServerId"))
	}},
	{"MS-ASCMD_R2198", "two folders of one parent have two names", func(s *scene) {
		phone := s.device("PHONE")
		work := phone.createFolder("Work")
		for i := range 10 {
			phone.folders("FolderCreate", folderCreateXML(work, strconv.Itoa(i), userMailType)).want("Status", "1")
		}
		for i := range 10 {
			phone.folders("FolderCreate", folderCreateXML(work, strconv.Itoa(i), userMailType)).wantTop("2")
		}
	}},
	{"MS-ASCMD_R2194", "a name of 256 characters is kept, one of 257 is status 10", func(s *scene) {
		phone := s.device("PHONE")
		name := strings.Repeat("ä", 256)
		phone.folders("FolderCreate", folderCreateXML("0", name, userMailType)).want("Status", "1")
		phone.folders("FolderCreate", folderCreateXML("0", name+"ä", userMailType)).wantTop("10")
		if phone.folderSyncFrom0()[name] == nil {
			s.Error("the folder is not there")
		}
	}},
}
