package mailbox

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"asms/store"
)

// Item is one mail or text as it is kept.
type Item struct {
	ServerID          string
	Class             Class
	From, To          string
	Subject           string
	Body              string
	CPID              string
	Date              time.Time
	Importance        int
	Read              bool
	Flag              Flag
	ConversationID    []byte // 16 bytes
	ConversationIndex []byte // 5 bytes and 5 for each response level
	Card              *Card  // of a contact, which has nothing of the above but its id, class and date
}

// Flag is the follow-up flag of an item; the zero Flag is none.
//
// [MS-ASEMAIL] 2.2.2.34 Flag
type Flag struct {
	Status        int    `json:"s,omitempty"` // 0 cleared, 1 complete, 2 active
	Type          string `json:"t,omitempty"` // FlagType
	Subject       string `json:"j,omitempty"` // tasks:Subject
	CompleteTime  string `json:"c,omitempty"` // times as on the wire
	DateCompleted string `json:"d,omitempty"`
	StartDate     string `json:"b,omitempty"`
	UTCStartDate  string `json:"ub,omitempty"`
	DueDate       string `json:"e,omitempty"`
	UTCDueDate    string `json:"ue,omitempty"`
	ReminderSet   bool   `json:"r,omitempty"`
	ReminderTime  string `json:"rt,omitempty"`
	OrdinalDate   string `json:"o,omitempty"`
	SubOrdinal    string `json:"so,omitempty"`
}

// encode returns the flag as it is stored, "" for none.
func (f Flag) encode() string {
	if f.Status == 0 {
		return ""
	}
	b, err := json.Marshal(f)
	if err != nil { // strings, a number and a bool always encode
		panic(err)
	}
	return string(b)
}

func decodeFlag(s string) (f Flag) {
	if s != "" {
		_ = json.Unmarshal([]byte(s), &f) // written by encode
	}
	return f
}

// serverID is how an item is named on the wire: its folder and its id.
func serverID(folder, item int64) string {
	return strconv.FormatInt(folder, 10) + ":" + strconv.FormatInt(item, 10)
}

// parseServerID reads what serverID wrote, or says ErrItemNotFound.
func parseServerID(s string) (folder, item int64, err error) {
	a, b, ok := strings.Cut(s, ":")
	if ok {
		folder, err = parseID(a)
	}
	if ok && err == nil {
		item, err = parseID(b)
	}
	if !ok || err != nil {
		return 0, 0, ErrItemNotFound
	}
	return folder, item, nil
}

// parseID reads a positive number written in the one way it is written.
func parseID(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 || strconv.FormatInt(n, 10) != s {
		return 0, fmt.Errorf("mailbox: %q is no id", s)
	}
	return n, nil
}

func itemOf(i *store.Item) *Item {
	return &Item{
		ServerID: serverID(i.Folder, i.ID), Class: i.Class, From: i.From, To: i.To, Subject: i.Subject, Body: i.Body,
		CPID: i.CPID, Date: time.UnixMilli(i.Date).UTC(), Importance: i.Importance, Read: i.Read, Flag: decodeFlag(i.Flag),
		ConversationID: i.ConversationID, ConversationIndex: i.ConversationIndex,
	}
}
