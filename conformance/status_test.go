package conformance

import (
	"strconv"
	"strings"
	"testing"

	"asms/store"
)

func TestStatus(t *testing.T) { commonStatuses.run(t) }

// commonStatuses are the statuses that all commands share.
var commonStatuses = chapter{
	{"ASCMD-S21-TC04", "a move to the recipient information cache is status 105", func(s *scene) {
		id := s.place(inbox, placed("hello"))
		phone := s.device("PHONE")
		phone.move(id, inbox, recipientCache).wantStatus(s, "105")
		s.equal("texts", len(phone.begin(inbox, smsOptions)), 1)
	}},
	{"ASCMD-S21-TC05", "a message part of any type but HTML is status 164", func(s *scene) {
		phone := s.device("PHONE")
		for _, t := range []string{"1", "3", "4", "5"} {
			phone.sync(inbox, block("", "<base:BodyPartPreference>"+el("base:Type", t)+"</base:BodyPartPreference>")).wantTop("164")
		}
		phone.sync(inbox, block("", "<base:BodyPartPreference><base:Type>2</base:Type></base:BodyPartPreference>")).want(collectionStatus, "1")
	}},
	{"ASCMD-S21-TC07", "an element that FolderSync has not got is status 102", func(s *scene) {
		phone := s.device("PHONE")
		whole := s.encode(foldersXML("FolderSync", el("SyncKey", "0")))
		if end := whole[len(whole)-1]; end != 1 {
			s.Fatalf("the document ends with %#x", end)
		}
		for name, undefined := range map[string]string{
			"a tag that its page has not got":    "\x7f\x03x\x00\x01",
			"a tag with attributes":              "\xff\x03x\x00\x01",
			"a page that there is not":           "\x00\x63\x45\x03x\x00\x01",
			"a tag of the page of FileReference": "\x00\x11\x7f\x03x\x00\x01",
		} {
			a := phone.post("FolderSync", []byte(string(whole[:len(whole)-1])+undefined+"\x01"))
			if a.root.at("Status") != "102" {
				s.Errorf("%s: %s", name, a)
			}
		}
	}},
	{"ASCMD-S21-TC10", "a device type that is too long, or missing, is status 109", func(s *scene) {
		s.wantIdentity("DeviceType", "109", strings.Repeat("x", 35), "")
	}},
	{"ASCMD-S21-TC11", "a device id that is too long, or missing, or no id, is status 108", func(s *scene) {
		s.wantIdentity("DeviceId", "108", strings.Repeat("x", 33), "", "my device")
	}},
	{"ASCMD-S21-TC12", "a user who is kept from ActiveSync is status 126", func(s *scene) {
		phone := s.device("PHONE")
		s.allow(false)
		s.equal("FolderSync", phone.folderSyncStatus(), "126")
		phone.command("Sync", syncXML(phone.collection(inbox, ""), "")).wantTop("126")
		s.allow(true)
		s.equal("FolderSync", phone.folderSyncStatus(), "1")
	}},
	{"MS-ASCMD_R4869", "every command of every device of the user is status 126", func(s *scene) {
		phone := s.device("PHONE")
		offer := phone.send(phone.optionsRequest()).header.Get("MS-ASProtocolCommands")
		s.allow(false)
		for command := range strings.SplitSeq(offer, ",") {
			for _, d := range []*device{phone, s.fresh("TABLET")} {
				status := "Status"
				if command == "MeetingResponse" {
					status = "Result/Status"
				}
				s.equal(command, d.post(command, nil).root.at(status), "126")
			}
		}
	}},
	{"MS-ASCMD_R4869", "a Ping that hangs ends when the user is kept out", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, smsOptions)
		ping := phone.hang("Ping", pingXML("600", inbox))
		ping.stillWaits()
		s.allow(false)
		ping.wakes(patience)
		phone.command("Ping", pingXML("600", inbox)).wantTop("126")
	}},
	{"MS-ASCMD_R4817", "what is missing where it must be is status 103 to commands without a word for it", func(s *scene) {
		phone := s.device("PHONE")
		phone.command("GetItemEstimate", `<GetItemEstimate xmlns="GetItemEstimate"/>`).wantTop("103")
		phone.command("MoveItems", `<MoveItems xmlns="Move"/>`).wantTop("103")
		phone.command("MoveItems", moveXML("1:1", "1", "")).wantTop("103")
	}},
	{"MS-ASCMD_R4815", "what is no WBXML is status 102", func(s *scene) {
		phone := s.device("PHONE")
		for _, command := range []string{"FolderSync", "Sync", "Ping", "Settings", "Provision", "GetItemEstimate", "MoveItems"} {
			for _, body := range []string{"<Sync/>", "\x03\x01\x6a\x00", "\x03\x01\x6a\x7f\x45\x01"} {
				phone.post(command, []byte(body)).wantTop("102")
			}
		}
	}},
	{"MS-ASCMD_R4876", "a device that is blocked is status 129", func(s *scene) {
		phone := s.device("PHONE")
		s.block(phone)
		phone.command("Sync", syncXML(phone.collection(inbox, ""), "")).wantTop("129")
		phone.command("Ping", pingXML("60", inbox)).wantTop("129")
		s.equal("another device", s.fresh("TABLET").folderSyncStatus(), "1")
	}},
	{"MS-ASCMD_R7461", "before 14.0 there are no such statuses, and nothing is answered", func(s *scene) {
		s.refusedVersion()
	}},
	{"MS-ASCMD_R4932", "a mailbox holds 1000 folders: one more is status 151", func(s *scene) {
		phone := s.device("PHONE")
		s.fillFolders(999 - len(phone.types))
		phone.folderSync()
		phone.createFolder("The last")
		phone.folders("FolderCreate", folderCreateXML("0", "One more", userMailType)).wantTop("151")
	}},
}

// block keeps a device out.
func (s *scene) block(d *device) {
	s.Helper()
	if err := s.server.Accounts.SetAccess(s.Context(), s.user.ID, d.id, store.Blocked); err != nil {
		s.Fatal(err)
	}
}

// allow says whether the user may use ActiveSync.
func (s *scene) allow(allowed bool) {
	s.Helper()
	if err := s.server.Accounts.SetActiveSync(s.Context(), s.user.ID, allowed); err != nil {
		s.Fatal(err)
	}
}

// wantIdentity checks the status of requests whose query says a bad name or type
// of the device, or none.
func (s *scene) wantIdentity(parameter, status string, bad ...string) {
	s.Helper()
	phone := s.fresh("PHONE")
	for _, value := range bad {
		hr := phone.first()
		q := hr.URL.Query()
		q.Set(parameter, value)
		hr.URL.RawQuery = q.Encode()
		phone.send(hr).wantTop(status)
		q.Del(parameter)
		hr = phone.first()
		hr.URL.RawQuery = q.Encode()
		phone.send(hr).wantTop(status)
	}
}

// fillFolders adds so many folders to the mailbox, which nobody asked for.
func (s *scene) fillFolders(n int) {
	s.Helper()
	err := s.server.Store.Update(s.Context(), s.user.ID, func(tx *store.Tx) error {
		seq, err := tx.Bump()
		for i := 0; i < n && err == nil; i++ {
			f := store.Folder{Name: "Folder " + strconv.Itoa(i), Type: 12, Born: seq, Changed: seq}
			if f.ID, err = tx.NextFolderID(); err == nil {
				err = tx.PutFolder(f)
			}
		}
		return err
	})
	if err != nil {
		s.Fatal(err)
	}
}
