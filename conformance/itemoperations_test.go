package conformance

import (
	"encoding/binary"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"testing"

	"asms/eas"
	"asms/mailbox"
	"asms/wbxml"
)

func TestItemOperations(t *testing.T) { itemOperations.run(t) }

const (
	fetched = "Response/Fetch/"
	emptied = "Response/EmptyFolderContents/"
	moved   = "Response/Move/"
)

func operationsXML(inner string) string {
	return `<ItemOperations xmlns="ItemOperations" xmlns:sync="AirSync" xmlns:base="AirSyncBase" xmlns:email="Email" xmlns:search="Search">` +
		inner + `</ItemOperations>`
}

// fetchXML fetches an item from a folder; inner follows its ids.
func fetchXML(folder, id, inner string) string {
	return "<Fetch>" + el("Store", "Mailbox") + el("sync:CollectionId", folder) + el("sync:ServerId", id) + inner + "</Fetch>"
}

func emptyXML(folder, options string) string {
	return "<EmptyFolderContents>" + el("sync:CollectionId", folder) + options + "</EmptyFolderContents>"
}

// operate sends an ItemOperations.
func (d *device) operate(operations ...string) *answer {
	d.s.Helper()
	return d.command("ItemOperations", operationsXML(strings.Join(operations, "")))
}

// moveConversation moves a conversation always. Its id is a byte array, which no
// XML document holds.
func (d *device) moveConversation(id []byte, folder string) *answer {
	d.s.Helper()
	body, err := wbxml.Marshal(&eas.ItemOperationsRequest{Operations: []eas.ItemOperation{{Move: &eas.ConversationMove{
		ConversationID: id, DstFldID: eas.CollectionID(folder), Options: &eas.ConversationMoveOptions{MoveAlways: true},
	}}}})
	if err != nil {
		d.s.Fatal(err)
	}
	return d.post("ItemOperations", body)
}

// conversationOf is the id of the conversation of a text that a device fetched.
func conversationOf(add *element) []byte { return []byte(add.data("ConversationId")) }

// itemOperations is the command ItemOperations.
var itemOperations = chapter{
	{"ASCMD-S08-TC01", "without DeleteSubFolders the folders within stay, empty or not", func(s *scene) {
		phone := s.device("PHONE")
		work := phone.createFolder("Work")
		within := phone.folders("FolderCreate", folderCreateXML(work, "2026", userMailType)).root.at("ServerId")
		s.place(work, mail("plans"))
		s.place(within, mail("more plans"))
		phone.operate(emptyXML(work, "")).want(emptied+"Status", "1")
		phone.folderSync().want("Changes/Count", "0")
		s.equal("mails", len(phone.begin(work, "")), 0)
		s.equal("mails within", len(phone.begin(within, "")), 1)
	}},
	{"ASCMD-S08-TC02", "an option of another operation is status 2", func(s *scene) {
		id := s.place(inbox, placed("hello"))
		phone := s.device("PHONE")
		phone.operate(fetchXML(inbox, id, "<Options><DeleteSubFolders/></Options>")).wantTop("2")
		phone.operate(emptyXML(inbox, "<Options><sync:MIMESupport>0</sync:MIMESupport></Options>")).wantTop("2")
		s.equal("texts", len(phone.begin(inbox, smsOptions)), 1)
	}},
	{"ASCMD-S08-TC03", "a store that is none is status 9 of the Fetch", func(s *scene) {
		id := s.place(inbox, placed("hello"))
		a := s.device("PHONE").operate(strings.ReplaceAll(fetchXML(inbox, id, ""), "Mailbox", "Warehouse"))
		a.want("Status", "1")
		a.want(fetched+"Status", "9")
	}},
	{"ASCMD-S08-TC04", "an item that is not there is status 6 of the Fetch", func(s *scene) {
		phone := s.device("PHONE")
		for _, id := range []string{inbox + ":4711", "nonsense"} {
			a := phone.operate(fetchXML(inbox, id, ""))
			a.want("Status", "1")
			a.want(fetched+"Status", "6")
			a.want(fetched+"Properties", absent)
		}
	}},
	{"ASCMD-S08-TC05", "a mail is fetched", func(s *scene) {
		id := s.place(inbox, mail("plans"))
		a := s.device("PHONE").operate(fetchXML(inbox, id, ""))
		a.want(fetched+"Status", "1")
		a.want(fetched+"Class", "Email")
		a.want(fetched+"Properties/Subject", "plans")
	}},
	{"ASCMD-S08-TC06", "a conversation is moved", func(s *scene) {
		phone, conversation := s.conversation()
		a := phone.moveConversation(conversation, deletedItems)
		a.want("Status", "1")
		a.want(moved+"Status", "1")
		s.equal("ConversationId", a.root.at(moved+"ConversationId"), string(conversation))
	}},
	{"ASCMD-S08-TC10", "a folder is emptied", func(s *scene) {
		s.place(deletedItems, mail("plans"))
		phone := s.device("PHONE")
		a := phone.operate(emptyXML(deletedItems, ""))
		a.want(emptied+"Status", "1")
		a.want(emptied+"CollectionId", deletedItems)
		s.equal("mails", len(phone.begin(deletedItems, "")), 0)
	}},
	{"ASCMD-S08-TC18", "two attachments in one Fetch are status 2", func(s *scene) {
		s.device("PHONE").operate("<Fetch>" + el("Store", "Mailbox") + el("base:FileReference", "a") + el("base:FileReference", "b") + "</Fetch>").wantTop("2")
	}},
	{"ASCON-S03-TC01", "a conversation that is ignored goes to Deleted Items", func(s *scene) {
		phone, conversation := s.conversation()
		phone.moveConversation(conversation, deletedItems).want(moved+"Status", "1")
		s.place(inbox, placed("three"))
		s.equal("texts in the Inbox", s.count(inbox), 0)
		s.equal("texts in Deleted Items", s.count(deletedItems), 3)
	}},
	{"ASCON-S03-TC03", "a Move without a destination is status 2", func(s *scene) {
		phone, conversation := s.conversation()
		phone.moveConversation(conversation, "").want(moved+"Status", "2")
	}},
	{"ASCON-S03-TC04", "a conversation or a destination that is not there is status 6", func(s *scene) {
		phone, conversation := s.conversation()
		phone.moveConversation(make([]byte, 16), deletedItems).want(moved+"Status", "6")
		phone.moveConversation(conversation, unknown).want(moved+"Status", "6")
	}},
	{"ASCON-S03-TC07", "a message part of another type is status 164", func(s *scene) {
		id := s.place(inbox, mail("plans"))
		s.device("PHONE").operate(fetchXML(inbox, id, "<Options><base:BodyPartPreference><base:Type>1</base:Type></base:BodyPartPreference></Options>")).
			want(fetched+"Status", "164")
	}},
	{"ASCMD-S08-TC09", "nothing can be done in the recipient information cache", func(s *scene) {
		phone := s.device("PHONE")
		phone.operate(fetchXML(recipientCache, "RI:1", "")).want(fetched+"Status", "6")
		phone.operate(emptyXML(recipientCache, "")).want(emptied+"Status", "105")
	}},
	{"ASCMD-S08-TC17", "an attachment that is not there is status 15", func(s *scene) {
		phone := s.device("PHONE")
		for _, reference := range []string{"1:1:1", "nonsense", ""} {
			phone.operate("<Fetch>"+el("Store", "Mailbox")+el("base:FileReference", reference)+"</Fetch>").want(fetched+"Status", "15")
		}
	}},
	{"ASCMD-S08-TC19", "a conversation cannot move to the calendar: status 156", func(s *scene) {
		phone, conversation := s.conversation()
		phone.moveConversation(conversation, phone.types[calendarType]).want(moved+"Status", "156")
	}},
	{"ASCMD-S08-TC20", "the contacts cannot be emptied in one go: status 16", func(s *scene) {
		id := s.place(inbox, placed("hello"))
		a := s.device("PHONE").operate(emptyXML(contacts, ""), fetchXML(inbox, id, ""))
		a.want("Status", "1")
		a.want(emptied+"Status", "16")
		a.want(fetched+"Status", "1")
	}},
	{"ASCON-S03-TC05", "nor to the recipient information cache: status 105", func(s *scene) {
		phone, conversation := s.conversation()
		phone.moveConversation(conversation, recipientCache).want(moved+"Status", "105")
		s.equal("texts", len(phone.begin(inbox, smsOptions)), 2)
	}},
	{"ASCON-S03-TC06", "nor to where no mail is kept: status 156", func(s *scene) {
		phone, conversation := s.conversation()
		for _, t := range []string{contactsType, calendarType, tasksType, notesType} {
			phone.moveConversation(conversation, phone.types[t]).want(moved+"Status", "156")
		}
		s.equal("texts", len(phone.begin(inbox, smsOptions)), 2)
	}},

	{"MS-ASCMD_R193", "operations are done in their order, each with its status", func(s *scene) {
		first, second := s.place(inbox, placed("first")), s.place(inbox, placed("second"))
		phone := s.device("PHONE")
		a := phone.operate(fetchXML(inbox, first, ""), emptyXML(inbox, ""), fetchXML(inbox, second, ""))
		a.want("Status", "1")
		a.want(emptied+"Status", "1")
		var got []string
		for _, f := range a.root.all("Response/Fetch") {
			got = append(got, f.at("ServerId")+" "+f.at("Status"))
		}
		s.equal("fetched", got, []string{first + " 1", second + " 6"})
	}},
	{"MS-ASCMD_R913", "a text comes whole, and is called one", func(s *scene) {
		id := s.place(inbox, placed("hello"))
		a := s.device("PHONE").operate(fetchXML(inbox, id, ""))
		s.equal("children of Fetch", a.root.first("Response/Fetch").children(), "Status CollectionId ServerId Class Properties")
		a.want(fetched+"Class", "SMS")
		a.want(fetched+"Properties/Body/Data", "hello")
		a.want(fetched+"Properties/From", pat)
	}},
	{"MS-ASCMD_R2243", "with DeleteSubFolders the folders within go, too", func(s *scene) {
		phone := s.device("PHONE")
		work := phone.createFolder("Work")
		within := phone.folders("FolderCreate", folderCreateXML(work, "2026", userMailType)).root.at("ServerId")
		phone.operate(emptyXML(work, "<Options><DeleteSubFolders/></Options>")).want(emptied+"Status", "1")
		phone.folderSync().want("Changes/Delete/ServerId", within)
	}},
	{"MS-ASCMD_R3475", "a Move without MoveAlways is status 155", func(s *scene) {
		phone, conversation := s.conversation()
		body, err := wbxml.Marshal(&eas.ItemOperationsRequest{Operations: []eas.ItemOperation{
			{Move: &eas.ConversationMove{ConversationID: conversation, DstFldID: deletedItems}},
		}})
		if err != nil {
			s.Fatal(err)
		}
		phone.post("ItemOperations", body).want(moved+"Status", "155")
		s.equal("texts", len(phone.begin(inbox, smsOptions)), 2)
	}},
	{"MS-ASCMD_R3879", "without a Schema all properties come, with one those it names", func(s *scene) {
		id := s.place(inbox, placed("hello"))
		phone := s.device("PHONE")
		all := phone.operate(fetchXML(inbox, id, "")).root.first(fetched + "Properties").children()
		if !strings.Contains(all, "To From DateReceived Importance Read Body") {
			s.Errorf("properties %s", all)
		}
		some := phone.operate(fetchXML(inbox, id, "<Options><Schema><email:From/><email:Read/></Schema></Options>"))
		s.equal("properties", some.root.first(fetched+"Properties").children(), "From Read")
	}},
	{"MS-ASCMD_R4167", "what is not for mail cannot be emptied, and keeps what it has", func(s *scene) {
		card := mailbox.Card{Fields: map[string]string{"FirstName": "Pat", "Email1Address": "pat@home.example"}}
		if _, err := s.server.Mailbox.AddContact(s.Context(), s.user.ID, card); err != nil {
			s.Fatal(err)
		}
		phone := s.device("PHONE")
		for _, t := range []string{contactsType, calendarType, tasksType, notesType} {
			phone.operate(emptyXML(phone.types[t], "")).want(emptied+"Status", "16")
		}
		s.equal("contacts", len(phone.begin(contacts, "")), 1)
		phone.operate(emptyXML(inbox, "")).want(emptied+"Status", "1")
	}},
	{"MS-ASCMD_R5505", "in a multipart answer the bodies follow the document", func(s *scene) {
		one, two := s.place(inbox, placed("the first")), s.place(inbox, placed("the second"))
		phone := s.device("PHONE")
		hr := phone.request(s.Context(), "ItemOperations", s.encode(operationsXML(fetchXML(inbox, one, "")+fetchXML(inbox, two, ""))))
		hr.Header.Set("MS-ASAcceptMultiPart", "T")
		response, err := s.server.HTTPClient().Do(hr)
		if err != nil {
			s.Fatal(err)
		}
		s.equal("Content-Type", response.Header.Get("Content-Type"), "application/vnd.ms-sync.multipart")
		parts := s.parts(response)
		s.equal("parts", len(parts), 3)
		doc, err := parseDocument(parts[0])
		if err != nil {
			s.Fatal(err)
		}
		for i, f := range doc.all("Response/Fetch") {
			s.equal("Part", f.at("Properties/Body/Part"), i+1)
			s.equal("Data", f.at("Properties/Body/Data"), absent)
		}
		s.equal("first body", string(parts[1]), "the first")
		s.equal("second body", string(parts[2]), "the second")
	}},
	{"MS-ASCMD_R5503", "who does not ask for that gets bodies in their place", func(s *scene) {
		id := s.place(inbox, placed("hello"))
		a := s.device("PHONE").operate(fetchXML(inbox, id, ""))
		s.equal("Content-Type", a.header.Get("Content-Type"), "application/vnd.ms-sync.wbxml")
		a.want(fetched+"Properties/Body/Data", "hello")
		a.want(fetched+"Properties/Body/Part", absent)
	}},
	{"MS-ASCMD_R7490", "100 operations are done, 101 are status 11", func(s *scene) {
		id := s.place(inbox, placed("hello"))
		phone := s.device("PHONE")
		s.equal("answers", len(phone.operate(strings.Repeat(fetchXML(inbox, id, ""), 100)).root.all("Response/Fetch")), 100)
		phone.operate(strings.Repeat(fetchXML(inbox, id, ""), 101)).wantTop("11")
	}},
	{"MS-ASCON_R172", "a conversation moves from all folders but Sent Items", func(s *scene) {
		phone, conversation := s.conversation()
		sent := placed("see you")
		sent.From, sent.To = me, pat
		s.place(sentItems, sent)
		others := placed("another")
		others.From = sue
		s.place(inbox, others)
		work := phone.createFolder("Work")
		phone.moveConversation(conversation, work).want(moved+"Status", "1")
		s.equal("in the folder", s.count(work), 2)
		s.equal("in the Inbox", s.count(inbox), 1)
		s.equal("in Sent Items", s.count(sentItems), 1)
	}},
	{"MS-ASCON_R172", "what comes to it later follows, from the server and from a device", func(s *scene) {
		phone, conversation := s.conversation()
		work := phone.createFolder("Work")
		phone.moveConversation(conversation, work).want(moved+"Status", "1")
		s.place(inbox, placed("three"))
		phone.begin(inbox, smsOptions)
		phone.add(inbox, "c4", received("four"))
		s.equal("in the folder", s.count(work), 4)
		s.equal("in the Inbox", s.count(inbox), 0)
	}},
	{"MS-ASCON_R146", "a conversation or a folder that is not there is status 6", func(s *scene) {
		phone, conversation := s.conversation()
		phone.moveConversation(conversation, unknown).want(moved+"Status", "6")
		phone.moveConversation(make([]byte, 16), deletedItems).want(moved+"Status", "6")
	}},
}

// conversation is one of two texts in the Inbox, and a device that knows it.
func (s *scene) conversation() (*device, []byte) {
	s.Helper()
	s.place(inbox, placed("one"))
	s.place(inbox, placed("two"))
	phone := s.device("PHONE")
	adds := phone.begin(inbox, smsOptions)
	if len(adds) != 2 || len(conversationOf(adds[0])) != 16 {
		s.Fatalf("%d texts, conversation %s", len(adds), hex.EncodeToString(conversationOf(adds[0])))
	}
	return phone, conversationOf(adds[0])
}

// count counts the texts in a folder, as a device of 16.1 sees them.
func (s *scene) count(folder string) int {
	s.Helper()
	latest := *s
	latest.version = eas.Version161
	return len(latest.device("COUNTER").begin(folder, smsOptions))
}

// parts are the parts of a multipart answer.
//
// [MS-ASCMD] 2.2.1.10.1.1 MultiPartResponse
func (s *scene) parts(response *http.Response) (list [][]byte) {
	s.Helper()
	defer response.Body.Close()
	all, err := io.ReadAll(response.Body)
	if err != nil {
		s.Fatal(err)
	}
	number := func(at int) int {
		if at+4 > len(all) {
			s.Fatalf("%d bytes", len(all))
		}
		return int(binary.LittleEndian.Uint32(all[at:]))
	}
	for i := range number(0) {
		from, length := number(4+8*i), number(8+8*i)
		if from+length > len(all) {
			s.Fatalf("part %d of %d bytes at %d of %d", i, length, from, len(all))
		}
		list = append(list, all[from:from+length])
	}
	return list
}
