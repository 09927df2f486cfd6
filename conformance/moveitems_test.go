package conformance

import (
	"strings"
	"testing"
)

func TestMoveItems(t *testing.T) { moveItems.run(t) }

func moveXML(item, from, to string) string {
	return `<MoveItems xmlns="Move"><Move>` + el("SrcMsgId", item) + el("SrcFldId", from) + el("DstFldId", to) + `</Move></MoveItems>`
}

// move moves an item and returns the answer to it.
func (d *device) move(item, from, to string) *element {
	d.s.Helper()
	return d.command("MoveItems", moveXML(item, from, to)).root.first("Response")
}

// moveItems is the command MoveItems.
var moveItems = chapter{
	{"ASCMD-S10-TC01", "what moves has another id", func(s *scene) {
		id := s.place(inbox, mail("plans"))
		phone := s.device("PHONE")
		r := phone.move(id, inbox, deletedItems)
		r.wantStatus(s, "3")
		if moved := r.at("DstMsgId"); moved == id || moved == absent || moved == "" {
			s.Errorf("id %s", moved)
		}
		s.equal("mails", len(phone.begin(deletedItems, "")), 1)
	}},
	{"ASCMD-S10-TC02", "a folder that is not there is status 1", func(s *scene) {
		id := s.place(inbox, mail("plans"))
		s.device("PHONE").move(id, unknown, deletedItems).wantStatus(s, "1")
	}},
	{"ASCMD-S10-TC03", "an item that is not there is status 1", func(s *scene) {
		s.device("PHONE").move(inbox+":4711", inbox, deletedItems).wantStatus(s, "1")
	}},
	{"ASCMD-S10-TC04", "a destination that is not there is status 2", func(s *scene) {
		id := s.place(inbox, mail("plans"))
		s.device("PHONE").move(id, inbox, unknown).wantStatus(s, "2")
	}},
	{"ASCMD-S10-TC05", "a destination that is the source is status 4", func(s *scene) {
		id := s.place(inbox, mail("plans"))
		s.device("PHONE").move(id, inbox, inbox).wantStatus(s, "4")
	}},
	{"ASCMD-S10-TC06", "two destinations are status 5", func(s *scene) {
		id := s.place(inbox, mail("plans"))
		s.device("PHONE").command("MoveItems", strings.Replace(moveXML(id, inbox, deletedItems), "</Move>", el("DstFldId", sentItems)+"</Move>", 1)).want(responseStatus, "5")
	}},
	{"ASCMD-S10-TC07", "1001 moves are status 103", func(s *scene) {
		one := "<Move>" + el("SrcMsgId", "1:1") + el("SrcFldId", inbox) + el("DstFldId", deletedItems) + "</Move>"
		s.device("PHONE").command("MoveItems", `<MoveItems xmlns="Move">`+strings.Repeat(one, 1001)+`</MoveItems>`).wantTop("103")
	}},
	{"ASCON-S04-TC01", "all of a conversation moves", func(s *scene) {
		phone, _ := s.conversation()
		for _, add := range phone.begin(inbox, smsOptions) {
			phone.move(add.at("ServerId"), inbox, deletedItems).wantStatus(s, "3")
		}
		s.equal("texts in the Inbox", s.count(inbox), 0)
		s.equal("texts in Deleted Items", s.count(deletedItems), 2)
	}},

	{"MS-ASCMD_R289", "what moves goes from one folder and comes to the other", func(s *scene) {
		id := s.place(inbox, mail("plans"))
		phone, tablet := s.device("PHONE"), s.device("TABLET")
		work := phone.createFolder("Work")
		for _, d := range []*device{phone, tablet} {
			d.folderSync()
			d.begin(inbox, "")
			d.begin(work, "")
		}
		r := phone.move(id, inbox, work)
		r.wantStatus(s, "3")
		s.equal("SrcMsgId", r.at("SrcMsgId"), id)
		for _, d := range []*device{phone, tablet} {
			s.equal("what leaves", d.sync(inbox, "").collection().at("Commands/Delete/ServerId"), id)
			s.equal("what comes", d.sync(work, "").collection().at("Commands/Add/ServerId"), r.at("DstMsgId"))
		}
	}},
	{"MS-ASCMD_R4207", "a source that is not there, item or folder, is status 1", func(s *scene) {
		id := s.place(inbox, mail("plans"))
		phone := s.device("PHONE")
		phone.move(inbox+":4711", inbox, deletedItems).wantStatus(s, "1")
		phone.move(id, unknown, deletedItems).wantStatus(s, "1")
		phone.move(id, sentItems, deletedItems).wantStatus(s, "1")
		phone.move(id, inbox, deletedItems).wantStatus(s, "3")
		phone.move(id, inbox, deletedItems).wantStatus(s, "1")
	}},
	{"MS-ASCMD_R4212", "a destination that is not there is status 2", func(s *scene) {
		id := s.place(inbox, mail("plans"))
		phone := s.device("PHONE")
		phone.move(id, inbox, unknown).wantStatus(s, "2")
		phone.move(id, inbox, contacts).wantStatus(s, "2")
	}},
	{"MS-ASCMD_R4219", "a move to the same folder is status 4", func(s *scene) {
		id := s.place(inbox, mail("plans"))
		s.device("PHONE").move(id, inbox, inbox).wantStatus(s, "4")
	}},
	{"MS-ASCMD_R4222", "two destinations are status 5", func(s *scene) {
		id := s.place(inbox, mail("plans"))
		a := s.device("PHONE").command("MoveItems", strings.Replace(moveXML(id, inbox, deletedItems), "</Move>", el("DstFldId", sentItems)+"</Move>", 1))
		a.want(responseStatus, "5")
	}},
	{"MS-ASCMD_R5653", "1001 moves are status 103", func(s *scene) {
		one := "<Move>" + el("SrcMsgId", "1:1") + el("SrcFldId", inbox) + el("DstFldId", deletedItems) + "</Move>"
		s.device("PHONE").command("MoveItems", `<MoveItems xmlns="Move">`+strings.Repeat(one, 1001)+`</MoveItems>`).wantTop("103")
	}},
}
