package conformance

import (
	"strings"
	"testing"
)

func TestFolderSync(t *testing.T) { folderSync.run(t) }

// The types of folders. [MS-ASCMD] 2.2.3.186.3
const (
	tasksType          = "7"
	calendarType       = "8"
	contactsType       = "9"
	notesType          = "10"
	userMailType       = "12"
	recipientCacheType = "19"
)

// recipientCache is the id of the recipient information cache.
const recipientCache = "RI"

// unknown is the id of a folder that no mailbox has.
const unknown = "4711"

// foldersXML is a command about folders.
func foldersXML(command, inner string) string {
	return "<" + command + ` xmlns="FolderHierarchy">` + inner + "</" + command + ">"
}

// folders sends a command about folders with the device's key, and keeps the next
// one.
func (d *device) folders(command, inner string) *answer {
	d.s.Helper()
	a := d.command(command, foldersXML(command, el("SyncKey", d.keys[hierarchy])+inner))
	if key := a.root.at("SyncKey"); key != absent {
		d.keys[hierarchy] = key
	}
	return a
}

// folderSync asks for what has changed in the hierarchy.
func (d *device) folderSync() *answer {
	d.s.Helper()
	a := d.folders("FolderSync", "")
	a.want("Status", "1")
	return a
}

// folderSyncFrom asks from key 0 on and returns the folders by their names.
func (d *device) folderSyncFrom0() map[string]*element {
	d.s.Helper()
	d.keys[hierarchy] = "0"
	all := make(map[string]*element)
	for _, f := range d.folderSync().root.all("Changes/Add") {
		all[f.at("DisplayName")] = f
	}
	return all
}

func folderCreateXML(parent, name, folderType string) string {
	return el("ParentId", parent) + el("DisplayName", name) + el("Type", folderType)
}

func folderUpdateXML(id, parent, name string) string {
	return el("ServerId", id) + el("ParentId", parent) + el("DisplayName", name)
}

// folderCommands are the commands that change the hierarchy, each as it would
// succeed on a folder.
func folderCommands(folder string) map[string]string {
	return map[string]string{
		"FolderCreate": folderCreateXML("0", "New", userMailType),
		"FolderUpdate": folderUpdateXML(folder, "0", "Renamed"),
		"FolderDelete": el("ServerId", folder),
	}
}

// folderSync is the command FolderSync.
var folderSync = chapter{
	{"ASCMD-S04-TC01", "key 0 brings all folders", func(s *scene) {
		a := s.fresh("PHONE").command("FolderSync", foldersXML("FolderSync", el("SyncKey", "0")))
		a.want("Status", "1")
		s.equal("children", a.root.children(), "Status SyncKey Changes")
		adds := a.root.all("Changes/Add")
		s.equal("Count", a.root.at("Changes/Count"), len(adds))
		types := map[string]bool{}
		for _, f := range adds {
			s.equal("children of Add", f.children(), "ServerId ParentId DisplayName Type")
			types[f.at("Type")] = true
		}
		for _, want := range []string{"2", "3", "4", "5", "6", contactsType} {
			if !types[want] {
				s.Errorf("no folder of type %s in\n%s", want, a)
			}
		}
	}},
	{"ASCMD-S04-TC02", "nothing changed is Count 0", func(s *scene) {
		a := s.device("PHONE").folderSync()
		s.equal("children of Changes", a.root.first("Changes").children(), "Count")
		a.want("Changes/Count", "0")
	}},
	{"ASCMD-S04-TC03", "a folder that came since is counted", func(s *scene) {
		phone, tablet := s.device("PHONE"), s.device("TABLET")
		phone.createFolder("Work")
		a := tablet.folderSync()
		a.want("Changes/Count", "1")
		a.want("Changes/Add/DisplayName", "Work")
	}},
	{"ASCMD-S04-TC04", "a new beginning brings the ids of before", func(s *scene) {
		phone := s.device("PHONE")
		work := phone.createFolder("Work")
		before := phone.folderSyncFrom0()
		after := phone.folderSyncFrom0()
		s.equal("folders", len(after), len(before))
		for name, f := range before {
			s.equal("id of "+name, after[name].at("ServerId"), f.at("ServerId"))
		}
		s.equal("id of Work", after["Work"].at("ServerId"), work)
	}},
	{"ASCMD-S04-TC05", "an empty key is status 9, and so is one that was never issued", func(s *scene) {
		phone := s.device("PHONE")
		for _, key := range []string{"", phone.keys[hierarchy] + "1", "nonsense", strings.Repeat("7", 64), strings.Repeat("7", 65)} {
			phone.command("FolderSync", foldersXML("FolderSync", el("SyncKey", key))).wantTop("9")
		}
		phone.folderSync()
	}},
	{"ASCMD-S04-TC06", "no key is status 10", func(s *scene) {
		s.device("PHONE").command("FolderSync", foldersXML("FolderSync", "")).wantTop("10")
	}},
	{"ASCMD-S04-TC07", "a new folder comes as an Add", func(s *scene) {
		phone, tablet := s.device("PHONE"), s.device("TABLET")
		work := phone.createFolder("Work")
		add := tablet.folderSync().root.first("Changes/Add")
		s.equal("ServerId", add.at("ServerId"), work)
		s.equal("ParentId", add.at("ParentId"), "0")
		s.equal("Type", add.at("Type"), userMailType)
		tablet.folderSync().want("Changes/Count", "0")
	}},
	{"ASCMD-S04-TC08", "a renamed folder comes as an Update", func(s *scene) {
		phone := s.device("PHONE")
		work := phone.createFolder("Work")
		tablet := s.device("TABLET")
		phone.folders("FolderUpdate", folderUpdateXML(work, "0", "Leisure")).want("Status", "1")
		a := tablet.folderSync()
		a.want("Changes/Count", "1")
		a.want("Changes/Update/ServerId", work)
		a.want("Changes/Update/DisplayName", "Leisure")
		a.want("Changes/Update/Type", userMailType)
	}},
	{"ASCMD-S04-TC09", "a deleted folder comes as a Delete", func(s *scene) {
		phone := s.device("PHONE")
		work := phone.createFolder("Work")
		tablet := s.device("TABLET")
		phone.folders("FolderDelete", el("ServerId", work)).want("Status", "1")
		a := tablet.folderSync()
		a.want("Changes/Count", "1")
		s.equal("children of Delete", a.root.first("Changes/Delete").children(), "ServerId")
		a.want("Changes/Delete/ServerId", work)
		s.equal("Work", tablet.folderSyncFrom0()["Work"] != nil, false)
	}},
	{"ASCMD-S04-TC10", "the items of a folder do not come with it", func(s *scene) {
		phone := s.device("PHONE")
		s.place(phone.createFolder("Work"), mail("plans"))
		a := s.fresh("TABLET").command("FolderSync", foldersXML("FolderSync", el("SyncKey", "0")))
		a.root.walk(func(e *element) {
			if e.tag.Page() != 7 {
				s.Errorf("%s", e.tag)
			}
		})
	}},
	{"MS-ASCMD_R5775", "folders come, and no items", func(s *scene) {
		s.place(inbox, placed("hello"))
		phone := s.device("PHONE")
		phone.keys[hierarchy] = "0"
		phone.folderSync().root.walk(func(e *element) {
			if e.tag.Page() != 7 {
				s.Errorf("%s of page %d", e.tag, e.tag.Page())
			}
		})
	}},
	{"MS-ASCMD_R885", "ids, names and places are the same from key 0 on, on every device", func(s *scene) {
		phone := s.device("PHONE")
		work := phone.createFolder("Work")
		phone.folders("FolderCreate", folderCreateXML(work, "2026", userMailType)).want("Status", "1")
		before, after := phone.folderSyncFrom0(), s.device("TABLET").folderSyncFrom0()
		s.equal("folders", len(after), len(before))
		for name, f := range before {
			s.equal(name, after[name].at("ServerId")+" "+after[name].at("ParentId")+" "+after[name].at("Type"), f.at("ServerId")+" "+f.at("ParentId")+" "+f.at("Type"))
		}
	}},
	{"MS-ASCMD_R3916", "what comes, changes and goes has one id, and what stays one parent", func(s *scene) {
		phone := s.device("PHONE")
		work, home := phone.createFolder("Work"), phone.createFolder("Home")
		tablet := s.device("TABLET")
		phone.folders("FolderUpdate", folderUpdateXML(work, "0", "Leisure")).want("Status", "1")
		phone.folders("FolderDelete", el("ServerId", home)).want("Status", "1")
		phone.createFolder("Garden")
		changes := tablet.folderSync().root.first("Changes")
		s.equal("children", changes.children(), "Count Update Delete Add")
		for _, f := range changes.inner[1:] {
			s.equal("ids", len(f.all("ServerId")), 1)
			s.equal("parents of "+f.tag.Name(), len(f.all("ParentId")) == 1, f.tag.Name() != "Delete")
		}
	}},
	{"MS-ASCMD_R4578", "every success brings a key, no failure does", func(s *scene) {
		phone := s.device("PHONE")
		for range 3 {
			if key := phone.folderSync().root.at("SyncKey"); key == absent || key == "" || key == "0" || len(key) > 64 {
				s.Errorf("key %q", key)
			}
		}
		phone.command("FolderSync", foldersXML("FolderSync", el("SyncKey", "nonsense"))).want("SyncKey", absent)
	}},
	{"MS-ASCMD_R4569", "so do the commands that change the hierarchy, and the key works", func(s *scene) {
		phone := s.device("PHONE")
		work := phone.createFolder("Work")
		for _, command := range []string{"FolderCreate", "FolderUpdate", "FolderDelete"} {
			before := phone.keys[hierarchy]
			phone.folders(command, folderCommands(work)[command]).want("Status", "1")
			if phone.keys[hierarchy] == before {
				s.Errorf("%s: the key is the same", command)
			}
			phone.folderSync().want("Changes/Count", "0")
		}
	}},
	{"MS-ASCMD_R4570", "a failure says nothing but its status", func(s *scene) {
		phone := s.device("PHONE")
		for command, inner := range map[string]string{
			"FolderCreate": folderCreateXML(unknown, "New", userMailType),
			"FolderUpdate": folderUpdateXML(unknown, "0", "Renamed"),
			"FolderDelete": el("ServerId", unknown),
		} {
			s.equal("children of the answer to "+command, phone.folders(command, inner).root.children(), "Status")
		}
		phone.folderSync().want("Changes/Count", "0")
	}},
	{"MS-ASCMD_R4573", "a key that is not the device's changes nothing", func(s *scene) {
		phone := s.device("PHONE")
		work := phone.createFolder("Work")
		for command, inner := range folderCommands(work) {
			for _, key := range []string{"", phone.keys[hierarchy] + "1", "nonsense"} {
				phone.command(command, foldersXML(command, el("SyncKey", key)+inner)).wantTop("9")
			}
		}
		s.equal("Work", phone.folderSyncFrom0()["Work"].at("ServerId"), work)
	}},
	{"MS-ASCMD_R4568", "no key is status 10 to all four", func(s *scene) {
		phone := s.device("PHONE")
		work := phone.createFolder("Work")
		phone.command("FolderSync", foldersXML("FolderSync", "")).wantTop("10")
		for command, inner := range folderCommands(work) {
			phone.command(command, foldersXML(command, inner)).wantTop("10")
		}
	}},
	{"MS-ASCMD_R4665", "every Add and Update has one Type", func(s *scene) {
		phone := s.device("PHONE")
		work := phone.createFolder("Work")
		tablet := s.device("TABLET")
		phone.folders("FolderUpdate", folderUpdateXML(work, "0", "Leisure")).want("Status", "1")
		phone.createFolder("Home")
		a := tablet.folderSync()
		for _, f := range append(a.root.all("Changes/Add"), a.root.all("Changes/Update")...) {
			s.equal("types in\n"+a.String(), len(f.all("Type")), 1)
		}
		a.want("Changes/Count", "2")
	}},
}
