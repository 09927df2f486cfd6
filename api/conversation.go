package api

import "time"

// Conversation is all that was exchanged with one set of people.
type Conversation struct {
	ID     string    `json:"id"`
	Peers  []Party   `json:"peers"`
	Unread int       `json:"unread"`
	Total  int       `json:"total"`
	Date   time.Time `json:"date"` // of its newest message
	// Last is the newest message, its Body cut to 200 characters.
	Last *Message `json:"last,omitempty"`
}

// Conversations is a page of conversations, newest first.
type Conversations struct {
	Conversations []Conversation `json:"conversations"`
	Unread        int            `json:"unread"` // in the whole mailbox
	Next          string         `json:"next,omitempty"`
}

// ReadMark marks a conversation read or unread.
type ReadMark struct {
	Read bool `json:"read"`
}

// SearchResult is a page of what was found.
type SearchResult struct {
	// Conversations whose people match, on the first page.
	Conversations []Conversation `json:"conversations"`
	Hits          []Hit          `json:"hits"`
	Next          string         `json:"next,omitempty"`
}

// Hit is a message that was found.
type Hit struct {
	Message Message `json:"message"`
	Peers   []Party `json:"peers"` // of its conversation
	// Matches are pairs of offsets into Body, in UTF-16 units, in order.
	Matches [][2]int `json:"matches"`
}

// Gone says that a message is no longer there.
type Gone struct {
	ID           string `json:"id"`
	Conversation string `json:"conversation"`
}

// Events of the stream. Each has an id to resume after.
const (
	EventHello        = "hello"        // where the stream stands
	EventMessage      = "message"      // a Message, new or changed
	EventGone         = "gone"         // a Gone
	EventConversation = "conversation" // a Conversation in which something changed
	EventPhones       = "phones"       // look again
	EventContacts     = "contacts"     // look again
	EventReset        = "reset"        // too much has happened: load everything anew
)
